/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Extended regular expressions: POSIX's rules by a table, and the C library's matcher as the peer. */
#include "gw/dns/ere.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/cu.h"

#define GROUPS	     10
#define EXPRESSIONS  20000
#define SPANS_LENGTH 128

/* "(0,3)(1,2)(?)": all of it, and the subexpressions up to the last that took part. */
static void spans_of(char *spans, struct str text, const struct str *group, size_t groups)
{
	size_t n = 0;

	while (groups && !group[groups - 1].p)
		groups--;
	spans[0] = '\0';
	for (size_t i = 0; i < groups && n < SPANS_LENGTH; i++)
		n += (size_t)(group[i].p ? snprintf(spans + n, SPANS_LENGTH - n, "(%zu,%zu)",
						    (size_t)(group[i].p - text.p),
						    (size_t)(group[i].p - text.p) + group[i].n)
					 : snprintf(spans + n, SPANS_LENGTH - n, "(?)"));
}

static int match(const char *ere, const char *text, struct ere_flags flags, char *spans)
{
	struct str group[GROUPS];
	int err = ere_match(str_c(ere), str_c(text), flags, group, GROUPS);

	spans_of(spans, str_c(text), group, err ? 0 : GROUPS);
	return err;
}

struct rule {
	const char *ere, *text, *spans;
};

static void hold(const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char spans[SPANS_LENGTH];
		int err = match(rules[i].ere, rules[i].text, (struct ere_flags){ 0 }, spans);

		if (strcmp(spans, rules[i].spans) != 0)
			printf("\n    %s on %s: %d %s\n", rules[i].ere, rules[i].text, err, spans);
		CU_ASSERT_EQUAL(err, rules[i].spans[0] ? 0 : -ENOENT);
		CU_ASSERT_STRING_EQUAL(spans, rules[i].spans);
	}
}

/* XBD 9.3.5, 9.4 */
static void matches(void)
{
	static const struct rule rules[] = {
		{ "abc", "xabcy", "(1,4)" },
		{ "a.c", "abc", "(0,3)" },
		{ "a.c", "ac", "" },
		{ "^b", "ab", "" },
		{ "a^b", "ab", "" },
		{ "(^a|b)c", "acbc", "(0,2)(0,1)" },
		{ "a$|b", "ba", "(0,1)" },
		{ "a*$", "baa", "(1,3)" },
		{ "\\.\\*\\[\\]\\$\\^\\\\\\(\\)\\|\\{\\+\\?", ".*[]$^\\()|{+?", "(0,13)" },
		{ "\\-\\/\\#", "-/#", "(0,3)" },
		{ "a]b}c)", "a]b}c)", "(0,6)" },
		{ "[0-9]+", "ab123c", "(2,5)" },
		{ "[^0-9]+", "12ab3", "(2,4)" },
		{ "[]a]+", "b]a]", "(1,4)" },
		{ "[^]a]+", "]bca", "(1,3)" },
		{ "[a-]+", "b-a-", "(1,4)" },
		{ "[-a]+", "b-a-", "(1,4)" },
		{ "[%--]+", "a%&+,-.", "(1,6)" },
		{ "[\\d]+", "5\\d", "(1,3)" },
		{ "[[:digit:][:upper:]]+", "a1B2c", "(1,4)" },
		{ "[[:xdigit:]]+[[:punct:]][[:space:]]", "xfF0! ", "(1,6)" },
		{ "[[=a=]b[.-.]]+", "xa-bx", "(1,4)" },
		{ "[[.+.]-[.-.]]+", "*+,-.", "(1,4)" },
		{ "[*+?(|){}.^$]+", "a*+?(|){}.^$", "(1,12)" },
		{ "(ab|a)(bc)?", "abc", "(0,3)(0,1)(1,3)" },
		{ "x*", "aaa", "(0,0)" },
		{ "()", "a", "(0,0)(0,0)" },
		{ "a|", "b", "(0,0)" },
		{ "(|a)b", "ab", "(0,2)(0,1)" },
		{ "a{2}", "baaa", "(1,3)" },
		{ "a{2,}", "baaaa", "(1,5)" },
		{ "a{1,2}", "aaa", "(0,2)" },
		{ "a{0}b", "ab", "(1,2)" },
		{ "a{0,0}b", "ab", "(1,2)" },
		{ "(a{2}){2}", "aaaaa", "(0,4)(2,4)" },
		{ "a**b+*", "aabb", "(0,4)" },
		{ "a+?b", "aab", "(0,3)" },
	};

	hold(rules, sizeof(rules) / sizeof(rules[0]));
}

/* "Consistent with the whole match being the longest of the leftmost matches, each subpattern, from
 * left to right, shall match the longest possible string", and a null string is longer than none. */
static void subexpressions(void)
{
	static const struct rule rules[] = {
		{ "(a|ab)(c|bcd)(d*)", "abcd", "(0,4)(0,2)(2,3)(3,4)" },
		{ "(a|ab)(bcd|c)", "abcd", "(0,4)(0,1)(1,4)" },
		{ "(a*)(ab)*(b*)", "abb", "(0,3)(0,1)(?)(1,3)" },
		{ "(a)|(.)", "a", "(0,1)(0,1)" },
		{ "(a*)(a*)", "aaa", "(0,3)(0,3)(3,3)" },
		{ "(.*)(.{2})$", "12345", "(0,5)(0,3)(3,5)" },
		{ "(a*)*", "x", "(0,0)(0,0)" },
		{ "(a*)*", "aa", "(0,2)(0,2)" },
		{ "(a*)+", "aa", "(0,2)(0,2)" },
		{ "(a|b*){3}", "a", "(0,1)(1,1)" },
		{ "(a|b*){2,3}", "ab", "(0,2)(1,2)" },
		{ "(a|b)*", "abab", "(0,4)(3,4)" },
		{ "(aa|a)*", "aaa", "(0,3)(2,3)" },
		{ "(a|aa)*", "aaa", "(0,3)(2,3)" },
		{ "(x)?.*", "ab", "(0,2)" },
		{ "((a)|(b))*", "ab", "(0,2)(1,2)(?)(1,2)" },
		{ "((a)|b)*", "ab", "(0,2)(1,2)" },
		{ "(((a)|b){2}c)*", "abcbbc", "(0,6)(3,6)(4,5)" },
		{ "(a){0}b", "b", "(0,1)" },
		{ "(((((((((((1)))))))))))", "1",
		  "(0,1)(0,1)(0,1)(0,1)(0,1)(0,1)(0,1)(0,1)(0,1)(0,1)" },
	};

	hold(rules, sizeof(rules) / sizeof(rules[0]));
}

static void not_well_formed(void)
{
	static const char *const eres[] = {
		"",	    "(",	"(a",	    "[",	"[]",
		"[^]",	    "[a",	"[b-a]",    "[a-",	"[[:foo:]]",
		"[[:digit", "[[.ab.]]", "[[=ab=]]", "[[.a",	"*a",
		"+",	    "a|?",	"(*a)",	    "{1}",	"a{",
		"a{}",	    "a{1",	"a{,}",	    "a{,1}",	"a{2,1}",
		"a{x}",	    "a{-1}",	"a{256}",   "a{1,256}", "\\",
		"(.)\\1",   "a\\d",	"a\\b",	    "a{1,2,3}", "a{99999999999999999999}",
		"a{1x}",
	};
	char long_one[ERE_MAX + 2], text[ERE_TEXT_MAX + 2], spans[SPANS_LENGTH];

	for (size_t i = 0; i < sizeof(eres) / sizeof(eres[0]); i++) {
		int err = match(eres[i], "a", (struct ere_flags){ 0 }, spans);

		if (err != -EINVAL)
			printf("\n    %s: %d\n", eres[i], err);
		CU_ASSERT_EQUAL(err, -EINVAL);
	}
	memset(long_one, 'a', sizeof(long_one));
	memset(text, 'a', sizeof(text));
	long_one[ERE_MAX + 1] = text[ERE_TEXT_MAX + 1] = '\0';
	CU_ASSERT_EQUAL(match(long_one, "a", (struct ere_flags){ 0 }, spans), -EINVAL);
	CU_ASSERT_EQUAL(match("a", text, (struct ere_flags){ 0 }, spans), -EINVAL);
	CU_ASSERT_EQUAL(match(long_one + 1, "a", (struct ere_flags){ 0 }, spans), -ENOENT);
	CU_ASSERT_EQUAL(match("a*", text + 1, (struct ere_flags){ 0 }, spans), 0);
	CU_ASSERT_STRING_EQUAL(spans, "(0,63)");
}

static void case_ignored(void)
{
	static const struct rule rules[] = {
		{ "aBc", "AbC", "(0,3)" },   { "[a-c]+", "AbCd", "(0,3)" },
		{ "[^a]+", "Ab", "(1,2)" },  { "[[:upper:]]+", "aB1", "(0,2)" },
		{ "\\+4X", "+4x", "(0,3)" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		char spans[SPANS_LENGTH];

		CU_ASSERT_EQUAL(
			match(rules[i].ere, rules[i].text, (struct ere_flags){ true }, spans), 0);
		CU_ASSERT_STRING_EQUAL(spans, rules[i].spans);
	}
}

static size_t add(char *ere, size_t n, const char *part)
{
	return str_add(ere, ERE_MAX + 1, n, str_c(part));
}

/* What makes other matchers slow or large, at the longest that an expression may be. */
static void bounded(void)
{
	static const struct {
		const char *part;
		int err;
	} eres[] = {
		{ "(", -EINVAL },   { "(a|", -EINVAL }, { ")*", 0 },
		{ "(a*){255}", 0 }, { "(.?){9,}", 0 },	{ "|", 0 },
		{ "^*", 0 },	    { "a*", 0 },	{ "(a|aa)*", 0 },
	};
	char ere[ERE_MAX + 1], text[ERE_TEXT_MAX + 1], spans[SPANS_LENGTH];

	memset(text, 'a', sizeof(text));
	text[ERE_TEXT_MAX] = '\0';
	for (size_t i = 0; i < sizeof(eres) / sizeof(eres[0]); i++) {
		for (size_t n = 0; n + strlen(eres[i].part) <= ERE_MAX;)
			n = add(ere, n, eres[i].part);
		CU_ASSERT_EQUAL(match(ere, text, (struct ere_flags){ 0 }, spans), eres[i].err);
	}
	/* ((((a)+)+)+)+ ... */
	memset(ere, '(', 63);
	ere[63] = 'a';
	for (size_t i = 0; i < 63; i++)
		memcpy(ere + 64 + 3 * i, ")+{", 3);
	ere[64 + 63 * 3] = '\0';
	CU_ASSERT_EQUAL(match(ere, text, (struct ere_flags){ 0 }, spans), -EINVAL);
	for (size_t i = 0; i < 63; i++)
		memcpy(ere + 64 + 3 * i, ")+*", 3);
	CU_ASSERT_EQUAL(match(ere, text, (struct ere_flags){ 0 }, spans), 0);
}

/* ---- the C library as the peer ---- */

static unsigned draw(unsigned *state, unsigned n)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 16) % n;
}

/* Small expressions: from most it comes back within a second, from all that are drawn here. */
static size_t draw_part(unsigned *state, char *ere, size_t n, unsigned depth)
{
	static const char *const atoms[] = { "a", "b", ".", "[ab]", "[^a]", "c", "\\+" };
	static const char *const repeats[] = { "*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}" };
	unsigned pieces = 1 + draw(state, 3);

	for (unsigned i = 0; i < pieces; i++) {
		if (depth && draw(state, 3) == 0) {
			n = add(ere, n, "(");
			n = draw_part(state, ere, n, depth - 1);
			n = add(ere, n, ")");
		} else {
			n = add(ere, n, atoms[draw(state, sizeof(atoms) / sizeof(atoms[0]))]);
		}
		if (draw(state, 3) == 0)
			n = add(ere, n, repeats[draw(state, sizeof(repeats) / sizeof(repeats[0]))]);
		if (i + 1 < pieces && draw(state, 4) == 0)
			n = add(ere, n, "|");
	}
	return n;
}

/* Anchors at the ends alone: glibc takes "($a){0,2}" to match "a". */
static void draw_ere(unsigned *state, char *ere)
{
	size_t n = 0;

	if (draw(state, 3) == 0)
		n = add(ere, n, "^");
	n = draw_part(state, ere, n, 2);
	if (draw(state, 3) == 0)
		(void)add(ere, n, "$");
}

/* What glibc tells of a subexpression within a repetition or beside an alternative is not always what POSIX says. */
static bool groups_compare(const char *ere)
{
	if (strchr(ere, '|'))
		return false;
	for (; (ere = strchr(ere, ')')); ere++)
		if (ere[1] && strchr("*+?{", ere[1]))
			return false;
	return true;
}

static void as_the_c_library(void)
{
	unsigned state = 1, matched = 0, whole = 0;

	for (unsigned n = 0; n < EXPRESSIONS; n++) {
		char ere[ERE_MAX + 1] = "", text[8], spans[SPANS_LENGTH], theirs[SPANS_LENGTH];
		struct str group[GROUPS] = { 0 };
		regmatch_t m[GROUPS];
		size_t length = draw(&state, sizeof(text)), groups;
		regex_t regex;

		draw_ere(&state, ere);
		for (size_t i = 0; i < length; i++)
			text[i] = "abc+"[draw(&state, 4)];
		text[length] = '\0';
		if (regcomp(&regex, ere, REG_EXTENDED)) {
			CU_FAIL("refused by the C library");
			continue;
		}
		groups = groups_compare(ere) ? GROUPS : 1;
		if (regexec(&regex, text, GROUPS, m, 0) == 0)
			for (size_t i = 0; i < groups; i++)
				if (m[i].rm_so >= 0)
					group[i] =
						(struct str){ text + m[i].rm_so,
							      (size_t)(m[i].rm_eo - m[i].rm_so) };
		regfree(&regex);
		spans_of(theirs, str_c(text), group, groups);
		for (size_t i = 0; i < GROUPS; i++)
			group[i] = STR_NONE;
		CU_ASSERT_EQUAL(
			ere_match(str_c(ere), str_c(text), (struct ere_flags){ 0 }, group, groups),
			theirs[0] ? 0 : -ENOENT);
		spans_of(spans, str_c(text), group, groups);
		if (strcmp(spans, theirs) != 0)
			printf("\n    %s on %s: %s, and theirs %s\n", ere, text, spans, theirs);
		CU_ASSERT_STRING_EQUAL(spans, theirs);
		matched += theirs[0] != '\0';
		whole += groups == GROUPS && theirs[0] != '\0';
	}
	CU_ASSERT(matched > EXPRESSIONS / 4);
	CU_ASSERT(whole > EXPRESSIONS / 8);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "matches", matches },
		{ "subexpressions", subexpressions },
		{ "not well formed", not_well_formed },
		{ "case ignored", case_ignored },
		{ "bounded", bounded },
		{ "as the C library", as_the_c_library },
		CU_TEST_INFO_NULL,
	};

	return cu_run("ere", tests, argc, argv);
}
