/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digit maps: RFC 3435 2.1.5's own examples, national plans, bad maps, and POSIX expressions as an independent judge. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/digit_map.h"
#include "tests/unit/cu.h"

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static enum digit_map_match match(const char *map_text, const char *digits)
{
	struct digit_map map;
	unsigned at;

	CU_ASSERT_EQUAL_FATAL(digit_map_parse(&map, map_text, &at), 0);
	return digit_map_match(&map, str_c(digits));
}

/* 2.1.5: the office extensions, local, long-distance and international numbers of its table. */
#define RFC3435 "(0T|00T|[1-7]xxx|8xxxxxxx|#xxxxxxx|*xx|91xxxxxxxxxx|9011x.T)"

static void the_rfcs_example(void)
{
	static const struct {
		const char *digits;
		enum digit_map_match want;
	} cases[] = {
		{ "", DIGIT_MAP_MORE },
		{ "0", DIGIT_MAP_ENOUGH },
		{ "00", DIGIT_MAP_ENOUGH },
		{ "000", DIGIT_MAP_NEVER },
		{ "123", DIGIT_MAP_MORE },
		{ "1234", DIGIT_MAP_COMPLETE },
		{ "12345", DIGIT_MAP_NEVER },
		{ "8123456", DIGIT_MAP_MORE },
		{ "81234567", DIGIT_MAP_COMPLETE },
		{ "#1234567", DIGIT_MAP_COMPLETE },
		{ "*72", DIGIT_MAP_COMPLETE },
		{ "*7", DIGIT_MAP_MORE },
		{ "90", DIGIT_MAP_MORE },
		{ "9011", DIGIT_MAP_ENOUGH },
		{ "90114930123456", DIGIT_MAP_ENOUGH },
		{ "912025551234", DIGIT_MAP_COMPLETE },
		{ "92", DIGIT_MAP_NEVER },
		{ "A", DIGIT_MAP_NEVER },
		{ "12?4", DIGIT_MAP_NEVER },
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		if (match(RFC3435, cases[i].digits) != cases[i].want)
			printf("%s: %d\n", cases[i].digits, match(RFC3435, cases[i].digits));
		CU_ASSERT_EQUAL(match(RFC3435, cases[i].digits), cases[i].want);
	}
}

static void lengths_overlap(void)
{
	/* a number that is the beginning of another */
	CU_ASSERT_EQUAL(match("110|11x.", "110"), DIGIT_MAP_ENOUGH);
	CU_ASSERT_EQUAL(match("112|11[13-9]xx", "112"), DIGIT_MAP_COMPLETE);
	CU_ASSERT_EQUAL(match("[2-9]xxxxxx|0[1-9]xxxxxxxxT", "2345678"), DIGIT_MAP_COMPLETE);
	CU_ASSERT_EQUAL(match("[2-9]xxxxxx|0[1-9]xxxxxxxxT", "0301234567"), DIGIT_MAP_ENOUGH);
	CU_ASSERT_EQUAL(match("x.x.x.9", "9"), DIGIT_MAP_ENOUGH);
	CU_ASSERT_EQUAL(match("x.x.x.9", "8"), DIGIT_MAP_MORE);
	CU_ASSERT_EQUAL(match("1.2", "2"), DIGIT_MAP_COMPLETE);
	CU_ASSERT_EQUAL(match("1.2", "1112"), DIGIT_MAP_COMPLETE);
}

static void wrong_maps_are_refused(void)
{
	static const struct {
		const char *text;
		unsigned at;
	} cases[] = {
		{ "", 0 },     { "|1", 0 }, { "1||2", 2 }, { "(1", 2 },	   { "1)", 1 },
		{ "1T2", 2 },  { "[", 1 },  { "[]", 2 },   { "[5-2]", 3 }, { "[1-]", 3 },
		{ "12y4", 2 }, { ".1", 0 }, { "T", 1 },	   { "1 2", 1 },   { "1..", 2 },
	};
	char text[DIGIT_MAP_STEPS + 8];
	struct digit_map map;
	unsigned at;

	for (size_t i = 0; i < N_OF(cases); i++) {
		CU_ASSERT_EQUAL(digit_map_parse(&map, cases[i].text, &at), -EINVAL);
		if (at != cases[i].at)
			printf("\"%s\": at %u\n", cases[i].text, at);
		CU_ASSERT_EQUAL(at, cases[i].at);
	}
	memset(text, 'x', sizeof(text));
	text[DIGIT_MAP_STEPS - 1] = '\0';
	CU_ASSERT_EQUAL(digit_map_parse(&map, text, &at), 0);
	text[DIGIT_MAP_STEPS - 1] = 'x';
	text[DIGIT_MAP_STEPS] = '\0';
	CU_ASSERT_EQUAL(digit_map_parse(&map, text, &at), -E2BIG);
}

static void append(char *text, size_t cap, const char *more)
{
	size_t n = strlen(text);

	snprintf(text + n, cap - n, "%s", more);
}

/* The same map as an expression: x to [0-9], a dot to a star, * to \*. */
static void expression_of(const char *map, char *out, size_t cap)
{
	snprintf(out, cap, "^(");
	for (; *map; map++) {
		const char one[] = { *map, '\0' };

		if (*map == 'x')
			append(out, cap, "[0-9]");
		else if (*map == '.')
			append(out, cap, "*");
		else if (*map == '*')
			append(out, cap, "\\*");
		else if (*map != 'T')
			append(out, cap, one);
	}
	append(out, cap, ")$");
}

static bool fits(const regex_t *expression, const char *digits)
{
	return regexec(expression, digits, 0, NULL, 0) == 0;
}

/* A map made at random, of digits 1 to 3 so that alternatives meet. */
static void map_make(unsigned *seed, char *text, size_t cap)
{
	static const char *const parts[] = { "1",     "2",  "3",  "x",	  "[12]",
					     "[1-3]", "1.", "x.", "[23]." };
	unsigned alternatives = 1 + (unsigned)rand_r(seed) % 3;

	*text = '\0';
	for (unsigned i = 0; i < alternatives; i++) {
		unsigned n = 1 + (unsigned)rand_r(seed) % 4;

		if (i)
			append(text, cap, "|");
		while (n--)
			append(text, cap, parts[(unsigned)rand_r(seed) % N_OF(parts)]);
	}
}

/* Digits that fit are those that the expression fits: more cannot be asked of it. */
static void agrees_with_expressions(void)
{
	unsigned seed = 1;

	for (unsigned round = 0; round < 300; round++) {
		char text[128], expression[512];
		regex_t compiled;

		map_make(&seed, text, sizeof(text));
		expression_of(text, expression, sizeof(expression));
		CU_ASSERT_EQUAL_FATAL(regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB), 0);
		for (unsigned k = 0; k < 40; k++) {
			char digits[8] = "";
			unsigned n = (unsigned)rand_r(&seed) % 6;
			enum digit_map_match got;

			for (unsigned i = 0; i < n; i++)
				digits[i] = (char)('1' + rand_r(&seed) % 3);
			got = match(text, digits);
			CU_ASSERT_EQUAL(got == DIGIT_MAP_ENOUGH || got == DIGIT_MAP_COMPLETE,
					fits(&compiled, digits));
		}
		regfree(&compiled);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "the RFC's example", the_rfcs_example },
		{ "lengths overlap", lengths_overlap },
		{ "wrong maps are refused", wrong_maps_are_refused },
		{ "agrees with POSIX expressions", agrees_with_expressions },
		CU_TEST_INFO_NULL,
	};
	return cu_run("digit_map", tests, argc, argv);
}
