/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The rows of the second transcription, tests/vectors/interworking/tables.tsv: kind, from, to. */
#ifndef TEST_ROWS_H
#define TEST_ROWS_H

#include <stdio.h>
#include <string.h>

#include "tests/unit/cu.h"

struct row_kind {
	const char *kind;
	void (*check)(const char *from, const char *to);
	unsigned rows; /* that there are */
};

/* Checks every row of these kinds. */
static void rows_check(const struct row_kind *kinds, size_t n)
{
	FILE *file = fopen("tests/vectors/interworking/tables.tsv", "r");
	unsigned seen[16] = {0};
	char line[256];

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_FATAL(n <= sizeof(seen) / sizeof(seen[0]));
	while (fgets(line, sizeof(line), file)) {
		char *save, *kind, *from, *to;

		if (line[0] == '#')
			continue;
		kind = strtok_r(line, "\t", &save);
		from = strtok_r(NULL, "\t", &save);
		to = strtok_r(NULL, "\t", &save);
		CU_ASSERT_PTR_NOT_NULL_FATAL(to);
		for (size_t i = 0; i < n; i++) {
			unsigned before = CU_get_number_of_failures();

			if (strcmp(kind, kinds[i].kind) != 0)
				continue;
			kinds[i].check(from, to);
			seen[i]++;
			if (CU_get_number_of_failures() != before)
				printf("%s %s: not %s\n", kind, from, to);
		}
	}
	fclose(file);
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_EQUAL(seen[i], kinds[i].rows);
}

#endif
