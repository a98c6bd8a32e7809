/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sets of small numbers. */
#include <errno.h>
#include <stdlib.h>

#include "gw/base/ranges.h"
#include "tests/unit/cu.h"

static void right(void)
{
	static const struct {
		const char *text;
		uint64_t bits;
		const char *again;
	} rows[] = {
		{ "0", 1, "0" },
		{ "0-15", 0xFFFF, "0-15" },
		{ "15,0-14", 0xFFFF, "0-15" },
		{ " 0 - 1", 0, NULL },
		{ "0-15 , 32-36", UINT64_C(0x1F0000FFFF), "0-15,32-36" },
		{ "63", UINT64_C(1) << 63, "63" },
		{ "0-63", UINT64_MAX, "0-63" },
		{ "62-255,3", UINT64_C(3) << 62 | 8, "3,62-63" },
		{ "128-255", 0, "" },
	};
	char text[RANGES_TEXT_MAX];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t bits = 42;
		int err = ranges_parse(str_c(rows[i].text), 255, &bits);

		if (!rows[i].again) {
			CU_ASSERT(err == -EINVAL && bits == 42);
			continue;
		}
		CU_ASSERT_EQUAL(err, 0);
		CU_ASSERT_EQUAL(bits, rows[i].bits);
		text[0] = '\0';
		CU_ASSERT(str_eq((struct str){ text, ranges_text(bits, text, sizeof(text)) },
				 str_c(rows[i].again)));
	}
}

static void wrong(void)
{
	static const char *const texts[] = {
		"",    ",", "1,", ",1",	 "1-",	 "-1",
		"2-1", "a", "1a", "1 2", "1--2", "99999999999999999999"
	};
	uint64_t bits = 42;

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_NOT_EQUAL(ranges_parse(str_c(texts[i]), 255, &bits), 0);
	CU_ASSERT_EQUAL(ranges_parse(STR("0-256"), 255, &bits), -ERANGE);
	CU_ASSERT_EQUAL(bits, 42);
}

/* The longest text there is fits, and every set reads back. */
static void round_trip(void)
{
	char text[RANGES_TEXT_MAX];
	uint64_t bits;
	size_t n = ranges_text(UINT64_C(0xAAAAAAAAAAAAAAAA), text, sizeof(text));

	CU_ASSERT(n < sizeof(text) - 1);
	srandom(7);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t set =
			(uint64_t)random() << 40 ^ (uint64_t)random() << 20 ^ (uint64_t)random();

		n = ranges_text(set | 1, text, sizeof(text));
		CU_ASSERT_EQUAL(ranges_parse((struct str){ text, n }, 63, &bits), 0);
		CU_ASSERT_EQUAL(bits, set | 1);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "right", right },
		{ "wrong", wrong },
		{ "round trip", round_trip },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base ranges", tests, argc, argv);
}
