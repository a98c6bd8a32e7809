/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A unit test program: a table of CUnit tests run as one suite. */
#ifndef TESTS_UNIT_CU_H
#define TESTS_UNIT_CU_H

#include <CUnit/CUnit.h>

/* tests ends with CU_TEST_INFO_NULL. Returns main()'s exit status. An argument names the one test to run. */
int cu_run(const char *suite, const CU_TestInfo *tests, int argc, char **argv);

#endif
