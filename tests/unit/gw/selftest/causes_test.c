/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Every row of the selftests passes, and they have a row for each of the published tables and for their defaults. */
#include "gw/selftest/causes.h"

#include <stdlib.h>
#include <string.h>

#include "gw/call/cause.h"
#include "tests/unit/cu.h"

static char *printed(const char *profile, size_t *lines)
{
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_TRUE(causes_known(profile));
	CU_ASSERT_EQUAL(causes_print(profile, out), 0);
	fclose(out);
	CU_ASSERT_PTR_NULL(strstr(text, "fail"));
	*lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		++*lines;
	return text;
}

static void has_row(const char *text, const char *what, unsigned from)
{
	char row[32];

	snprintf(row, sizeof(row), "%s %u\t", what, from);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, row));
	if (!strstr(text, row))
		printf("no row of %s\n", row);
}

/* All but cause 16, which has no code. */
static void every_row(const struct cause_profile *profile)
{
	size_t lines;
	char *text = printed(profile->name, &lines);
	const struct cause_table *causes =
		profile->to_status.n ? &profile->to_status : &profile->base->to_status;

	for (size_t i = 0; i < causes->n; i++)
		if (causes->rows[i].from != 16)
			has_row(text, "cause", causes->rows[i].from);
	for (size_t i = 0; i < profile->to_cause.n; i++)
		has_row(text, "status", profile->to_cause.rows[i].from);
	has_row(text, "cause", 126);
	has_row(text, "status", 499);
	free(text);
}

static void rfc3398(void)
{
	size_t lines;
	char *text = printed("rfc3398", &lines);

	/* all but cause 16, and two defaults */
	CU_ASSERT_EQUAL(lines, cause_rfc3398.to_status.n + cause_rfc3398.to_cause.n + 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "cause 44\t0\t0\tpass\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "status 480\t18\t18\tpass\n"));
	free(text);
	every_row(&cause_rfc3398);
}

static void rfc4497(void)
{
	size_t lines;
	char *text = printed("rfc4497", &lines);

	/* and three causes that RFC 3398 alone has */
	CU_ASSERT_EQUAL(lines, cause_rfc4497.to_status.n + cause_rfc4497.to_cause.n + 1 + 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "cause 111\t500\t500\tpass\n"));
	free(text);
	every_row(&cause_rfc4497);
}

static void q1912_5(void)
{
	size_t lines;
	char *text = printed("q1912.5", &lines);

	/* and 487 */
	CU_ASSERT_EQUAL(lines, cause_rfc3398.to_status.n + cause_q1912_5.to_cause.n + 1 + 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "status 480\t20\t20\tpass\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "status 487\t0\t0\tpass\n"));
	free(text);
	every_row(&cause_q1912_5);
}

/* Each published profile has its selftest, and nothing else has. */
static void the_profiles(void)
{
	for (size_t i = 0; cause_profiles[i]; i++)
		CU_ASSERT_TRUE(causes_known(cause_profiles[i]->name));
	CU_ASSERT_FALSE(causes_known("q784"));
	CU_ASSERT_EQUAL(causes_print("q784", stdout), 1);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "RFC 3398", rfc3398 },	  { "RFC 4497", rfc4497 }, { "Q.1912.5", q1912_5 },
		{ "the profiles", the_profiles }, CU_TEST_INFO_NULL,
	};
	return cu_run("causes", tests, argc, argv);
}
