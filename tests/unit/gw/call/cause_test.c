/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The cause tables against a second transcription: every row of it, and no row more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/call/cause.h"
#include "tests/unit/cu.h"

#define TRANSCRIPTION "tests/vectors/rfc3398/causes.tsv"

struct row {
	char dir[8], from[24], to[48], source[160];
};

static bool next_row(FILE *file, struct row *row)
{
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		char *save, *dir, *from, *to, *source;

		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		dir = strtok_r(line, "\t", &save);
		from = strtok_r(NULL, "\t", &save);
		to = strtok_r(NULL, "\t", &save);
		source = strtok_r(NULL, "\t", &save);
		snprintf(row->source, sizeof(row->source), "%s", source ? source : "");
		snprintf(row->dir, sizeof(row->dir), "%s", dir ? dir : "");
		snprintf(row->from, sizeof(row->from), "%s", from ? from : "");
		snprintf(row->to, sizeof(row->to), "%s", to ? to : "");
		return true;
	}
	return false;
}

static unsigned mapped_status(unsigned cause)
{
	const struct leg_release release = { .cause = (enum q850_cause)cause };

	return cause_to_status(&cause_rfc3398, &release).to;
}

static unsigned status_mapped(unsigned status, unsigned warning)
{
	return cause_from_status(&cause_rfc3398, status, warning).to;
}

static void check_cause(const struct row *row)
{
	uint64_t cause, status;

	if (str_to_u64(str_c(row->from), 127, &cause)) { /* "other" */
		CU_ASSERT_EQUAL(mapped_status(126), 500);
		return;
	}
	if (str_to_u64(str_c(row->to), 699,
		       &status)) { /* "BYE_or_CANCEL", "(no SIP)": not given by a table */
		CU_ASSERT_TRUE(cause == 16 || cause == 44);
		return;
	}
	if (mapped_status((unsigned)cause) != status)
		printf("cause %s: %u, not %s\n", row->from, mapped_status((unsigned)cause),
		       row->to);
	CU_ASSERT_EQUAL(mapped_status((unsigned)cause), status);
}

static void check_status(const struct row *row)
{
	uint64_t cause, status;

	if (str_to_u64(str_c(row->from), 699, &status)) { /* "other", "BYE/CANCEL" */
		CU_ASSERT_EQUAL(status_mapped(499, 0), 31);
		return;
	}
	if (str_to_u64(str_c(row->to), 127, &cause)) { /* "none" */
		CU_ASSERT_EQUAL(status, 487);
		return;
	}
	if (status_mapped((unsigned)status, 0) != cause)
		printf("status %s: %u, not %s\n", row->from, status_mapped((unsigned)status, 0),
		       row->to);
	CU_ASSERT_EQUAL(status_mapped((unsigned)status, 0), cause);
}

static void every_row_agrees(void)
{
	FILE *file = fopen(TRANSCRIPTION, "r");
	struct row row;
	size_t causes = 0, statuses = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (next_row(file, &row)) {
		if (strcmp(row.dir, "i2s") == 0) {
			check_cause(&row);
			causes += strcmp(row.from, "other") != 0;
		} else if (strcmp(row.dir, "s2i") == 0) {
			check_status(&row);
			statuses += row.from[0] >= '0' && row.from[0] <= '9';
		}
	}
	fclose(file);
	CU_ASSERT_EQUAL(causes, cause_rfc3398.to_status.n);
	CU_ASSERT_EQUAL(statuses, cause_rfc3398.to_cause.n);
}

static void exceptions_of_the_text(void)
{
	struct leg_release release = { .cause = Q850_REJECTED,
				       .location = Q850_LOC_USER,
				       .cause_given = true };

	CU_ASSERT_EQUAL(cause_to_status(&cause_rfc3398, &release).to, 603);
	release.location = Q850_LOC_PUBLIC_LOCAL;
	CU_ASSERT_EQUAL(cause_to_status(&cause_rfc3398, &release).to, 403);
	release.cause = Q850_NUMBER_CHANGED;
	CU_ASSERT_EQUAL(cause_to_status(&cause_rfc3398, &release).to, 410);
	memcpy(release.new_number.digits, "0301", 5);
	CU_ASSERT_EQUAL(cause_to_status(&cause_rfc3398, &release).to, 301);
	CU_ASSERT_EQUAL(status_mapped(488, 304), 65);
	CU_ASSERT_EQUAL(status_mapped(606, 305), 65);
	CU_ASSERT_EQUAL(status_mapped(488, 399), 31);
	CU_ASSERT_EQUAL(cause_location_from_status(&cause_rfc3398, 603), Q850_LOC_USER);
	CU_ASSERT_EQUAL(cause_location_from_status(&cause_rfc3398, 503), Q850_LOC_PUBLIC_LOCAL);
}

static unsigned qsig_status(unsigned cause)
{
	const struct leg_release release = { .cause = (enum q850_cause)cause };

	return cause_to_status(&cause_rfc4497, &release).to;
}

/* Rows of RFC 3398 alone are not in RFC 4497's tables: there the default holds. */
static void rfc4497_agrees(void)
{
	FILE *file = fopen(TRANSCRIPTION, "r");
	struct row row;
	size_t rows = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (next_row(file, &row)) {
		bool has = strstr(row.source, "RFC4497") || strstr(row.source, "Warning");
		uint64_t from, to;

		if (str_to_u64(str_c(row.from), 699, &from) || str_to_u64(str_c(row.to), 699, &to))
			continue;
		if (strcmp(row.dir, "i2s") == 0)
			CU_ASSERT_EQUAL(qsig_status((unsigned)from), has ? to : 500);
		if (strcmp(row.dir, "s2i") == 0)
			CU_ASSERT_EQUAL(cause_from_status(&cause_rfc4497, (unsigned)from, 0).to,
					has ? to : 31);
		rows += has;
	}
	fclose(file);
	/* without 16, 44 and 487, which have no value in the transcription */
	CU_ASSERT_EQUAL(rows, cause_rfc4497.to_status.n + cause_rfc4497.to_cause.n - 3);
	CU_ASSERT_EQUAL(qsig_status(16), 500);
	CU_ASSERT_EQUAL(cause_from_status(&cause_rfc4497, 487, 0).to, 31);
	CU_ASSERT_EQUAL(cause_location_from_status(&cause_rfc4497, 480), Q850_LOC_PRIVATE_REMOTE);
	CU_ASSERT_EQUAL(cause_location_from_status(&cause_rfc4497, 600), Q850_LOC_USER);
}

static void q1912_5_is_what_its_source_says(void)
{
	static const unsigned pairs[][2] = { { 480, 20 },  { 488, 50 },	 { 403, 79 },  { 501, 79 },
					     { 400, 111 }, { 414, 111 }, { 416, 111 }, { 420, 111 },
					     { 421, 111 }, { 502, 27 },	 { 604, 2 },   { 606, 88 },
					     { 433, 24 },  { 513, 95 },	 { 499, 127 }, { 404, 1 },
					     { 486, 17 },  { 417, 79 },	 { 422, 31 },  { 500, 127 },
					     { 401, 127 } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		CU_ASSERT_EQUAL(cause_from_status(&cause_q1912_5, pairs[i][0], 0).to, pairs[i][1]);
	CU_ASSERT_FALSE(status_is_told(&cause_q1912_5, 487));
	CU_ASSERT_PTR_EQUAL(cause_from_status(&cause_q1912_5, 480, 0).profile, &cause_q1912_5);
}

/* What is written comes first, also before what the text makes an exception of. */
static void operators_rows_come_first(void)
{
	static char name[] = "mine", base[] = "q1912.5", busy[] = "17 600", rejected[] = "21 403",
		    away[] = "480 19";
	const struct conf_causes conf = { .name = name,
					  .base = base,
					  .to_status = { busy, rejected },
					  .n_to_status = 2,
					  .to_cause = { away },
					  .n_to_cause = 1 };
	struct cause_own *own = cause_own_new(&conf);
	struct leg_release release = { .cause = Q850_BUSY };

	CU_ASSERT_PTR_NOT_NULL_FATAL(own);
	CU_ASSERT_EQUAL(cause_to_status(&own->profile, &release).to, 600);
	CU_ASSERT_STRING_EQUAL(cause_to_status(&own->profile, &release).rule, "the configuration");
	release.cause = Q850_REJECTED;
	release.cause_given = true;
	release.location = Q850_LOC_USER;
	CU_ASSERT_EQUAL(cause_to_status(&own->profile, &release).to, 403);
	release.cause = Q850_NO_ANSWER;
	CU_ASSERT_EQUAL(cause_to_status(&own->profile, &release).to, 480);
	CU_ASSERT_EQUAL(cause_from_status(&own->profile, 480, 0).to, 19);
	CU_ASSERT_EQUAL(cause_from_status(&own->profile, 502, 0).to, 27);
	CU_ASSERT_EQUAL(cause_from_status(&own->profile, 499, 0).to, 127);
	cause_own_free(own);
	cause_own_free(NULL);
}

static void failover_is_for_resources(void)
{
	CU_ASSERT_TRUE(cause_is_failover(Q850_CIRCUIT_NOT_AVAILABLE));
	CU_ASSERT_TRUE(cause_is_failover(Q850_NO_CIRCUIT));
	CU_ASSERT_FALSE(cause_is_failover(Q850_BUSY));
	CU_ASSERT_FALSE(cause_is_failover(Q850_UNALLOCATED));
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every row agrees with the second transcription", every_row_agrees },
		{ "exceptions of the text", exceptions_of_the_text },
		{ "RFC 4497's tables agree with the second transcription", rfc4497_agrees },
		{ "Q.1912.5 differs where its source says so", q1912_5_is_what_its_source_says },
		{ "an operator's rows come first", operators_rows_come_first },
		{ "failover is for resources", failover_is_for_resources },
		CU_TEST_INFO_NULL,
	};
	return cu_run("cause", tests, argc, argv);
}
