/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The cause tables against a second transcription: every row of it, and no row more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/call/cause.h"
#include "tests/unit/cu.h"

#define TRANSCRIPTION "tests/vectors/rfc3398/causes.tsv"

struct row {
	char dir[8], from[24], to[48];
};

static bool next_row(FILE *file, struct row *row)
{
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		char *save, *dir, *from, *to;

		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		dir = strtok_r(line, "\t", &save);
		from = strtok_r(NULL, "\t", &save);
		to = strtok_r(NULL, "\t", &save);
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

	return cause_to_status(&release);
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
		CU_ASSERT_EQUAL(cause_from_status(499, 0), 31);
		return;
	}
	if (str_to_u64(str_c(row->to), 127, &cause)) { /* "none" */
		CU_ASSERT_EQUAL(status, 487);
		return;
	}
	if (cause_from_status((unsigned)status, 0) != cause)
		printf("status %s: %u, not %s\n", row->from, cause_from_status((unsigned)status, 0),
		       row->to);
	CU_ASSERT_EQUAL(cause_from_status((unsigned)status, 0), cause);
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
	CU_ASSERT_EQUAL(causes, cause_to_status_count);
	CU_ASSERT_EQUAL(statuses, status_to_cause_count);
}

static void exceptions_of_the_text(void)
{
	struct leg_release release = { .cause = Q850_REJECTED,
				       .location = Q850_LOC_USER,
				       .cause_given = true };

	CU_ASSERT_EQUAL(cause_to_status(&release), 603);
	release.location = Q850_LOC_PUBLIC_LOCAL;
	CU_ASSERT_EQUAL(cause_to_status(&release), 403);
	release.cause = Q850_NUMBER_CHANGED;
	CU_ASSERT_EQUAL(cause_to_status(&release), 410);
	memcpy(release.new_number, "0301", 5);
	CU_ASSERT_EQUAL(cause_to_status(&release), 301);
	CU_ASSERT_EQUAL(cause_from_status(488, 304), 65);
	CU_ASSERT_EQUAL(cause_from_status(606, 305), 65);
	CU_ASSERT_EQUAL(cause_from_status(488, 399), 31);
	CU_ASSERT_EQUAL(cause_location_from_status(603), Q850_LOC_USER);
	CU_ASSERT_EQUAL(cause_location_from_status(503), Q850_LOC_PUBLIC_LOCAL);
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
		{ "failover is for resources", failover_is_for_resources },
		CU_TEST_INFO_NULL,
	};
	return cu_run("cause", tests, argc, argv);
}
