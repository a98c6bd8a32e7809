/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Every row of the selftest passes, and it has a row for each of the published tables and for their defaults. */
#include "gw/selftest/rfc3398.h"

#include <stdlib.h>
#include <string.h>

#include "gw/call/cause.h"
#include "tests/unit/cu.h"

static void every_row_passes(void)
{
	char *text = NULL;
	size_t octets, lines = 0;
	FILE *out = open_memstream(&text, &octets);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(rfc3398_print(out), 0);
	fclose(out);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	/* all but cause 16, and two defaults */
	CU_ASSERT_EQUAL(lines, cause_rfc3398.to_status.n + cause_rfc3398.to_cause.n + 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "cause 44\t0\t0\tpass\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "status 480\t18\t18\tpass\n"));
	free(text);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every row passes", every_row_passes },
		CU_TEST_INFO_NULL,
	};
	return cu_run("rfc3398", tests, argc, argv);
}
