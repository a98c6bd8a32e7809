/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A unit test program: a table of CUnit tests run as one suite. */
#include "tests/unit/cu.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"

int cu_run(const char *suite, const CU_TestInfo *tests, int argc, char **argv)
{
	if (getenv("CU_DEBUG"))
		log_set_level(LOG_DEBUG);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	CU_pSuite s = CU_add_suite(suite, NULL, NULL);
	unsigned added = 0;

	for (; s && tests->pName; tests++) {
		if (argc > 1 && strcmp(argv[1], tests->pName) != 0)
			continue;
		if (CU_add_test(s, tests->pName, tests->pTestFunc))
			added++;
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	unsigned failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();

	CU_cleanup_registry();
	return failed || !added ? 1 : 0;
}
