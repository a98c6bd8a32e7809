/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Spans of text, hash table and cause names. */
#include "gw/base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/base/q850.h"
#include "tests/unit/cu.h"

static void compare(void)
{
	CU_ASSERT(str_eq(STR("Via"), str_c("Via")));
	CU_ASSERT(!str_eq(STR("Via"), STR("via")));
	CU_ASSERT(!str_eq(STR("Via"), STR("Vi")));
	CU_ASSERT(str_eq(STR_NONE, STR("")));
	CU_ASSERT(str_eq(str_c(NULL), STR_NONE));
	CU_ASSERT(str_ieq(STR("CONTENT-length"), STR("Content-Length")));
	CU_ASSERT(!str_ieq(STR("a@"), STR("a`"))); /* not letters, though they differ by 0x20 */
	CU_ASSERT(!str_ieq(STR("["), STR("{")));
	CU_ASSERT(str_starts(STR("sip:x"), STR("sip:")));
	CU_ASSERT(str_starts(STR("sip:x"), STR_NONE));
	CU_ASSERT(!str_starts(STR("si"), STR("sip")));
	CU_ASSERT(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")));
	CU_ASSERT(str_trim(STR(" \t ")).n == 0);
}

static void numbers(void)
{
	static const struct {
		const char *text;
		uint64_t max;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0", 10, 0, 0 },
		{ "00010", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "+1", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1x", 10, -EINVAL, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999x", UINT64_MAX, -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 0;

		CU_ASSERT_EQUAL(str_to_u64(str_c(rows[i].text), rows[i].max, &value), rows[i].rc);
		CU_ASSERT_EQUAL(value, rows[i].value);
	}
}

static void copy(void)
{
	char buf[4] = "zzz";

	CU_ASSERT_EQUAL(str_copy(buf, sizeof(buf), STR("abc")), 0);
	CU_ASSERT_STRING_EQUAL(buf, "abc");
	CU_ASSERT_EQUAL(str_copy(buf, sizeof(buf), STR("abcd")), -ENAMETOOLONG);
	CU_ASSERT_STRING_EQUAL(buf, "");
	CU_ASSERT_EQUAL(str_copy(buf, sizeof(buf), STR_NONE), 0);
	CU_ASSERT_EQUAL(str_copy(buf, 0, STR_NONE), -ENAMETOOLONG);
}

static void adding(void)
{
	char text[8];
	size_t n = str_add(text, sizeof(text), 0, STR("ab"));

	n = str_add_uint(text, sizeof(text), n, 0, 10, 1);
	CU_ASSERT_STRING_EQUAL(text, "ab0");
	n = str_add_uint(text, sizeof(text), n, 0x2f, 16, 3);
	CU_ASSERT_STRING_EQUAL(text, "ab002f");
	n = str_add(text, sizeof(text), n, STR("xyz"));
	CU_ASSERT_EQUAL(n, 7);
	CU_ASSERT_STRING_EQUAL(text, "ab002fx");
	CU_ASSERT_EQUAL(str_add(text, sizeof(text), n, STR("z")), 7);
	(void)str_add_uint(text, sizeof(text), 0, UINT64_MAX, 16, 1);
	CU_ASSERT_STRING_EQUAL(text, "fffffff");
}

struct item {
	struct hash_node node;
	unsigned key;
};

static bool item_match(const struct hash_node *node, const void *key)
{
	return container_of(node, const struct item, node)->key == *(const unsigned *)key;
}

static void count_and_remove_odd(struct hash_node *node, void *arg)
{
	struct hash *hash = arg;

	if (container_of(node, struct item, node)->key % 2)
		hash_remove(hash, node);
}

static void hashing(void)
{
	enum { N = 5000 };
	static struct item items[N];
	struct hash hash = { 0 };
	unsigned missing = N;
	size_t found = 0;

	CU_ASSERT_PTR_NULL(hash_find(&hash, 1, item_match, &missing));
	hash_remove(&hash, &items[0].node);
	for (unsigned i = 0; i < N; i++) {
		items[i].key = i;
		CU_ASSERT_EQUAL_FATAL(hash_insert(&hash, &items[i].node, i / 3), 0);
	}
	CU_ASSERT_EQUAL(hash.count, N);
	CU_ASSERT(hash.slots >= 2 * (size_t)N);
	hash_each(&hash, count_and_remove_odd, &hash);
	hash_remove(&hash, &items[1].node);
	CU_ASSERT_EQUAL(hash.count, N / 2);
	for (unsigned i = 0; i < N; i++)
		found += hash_find(&hash, i / 3, item_match, &i) == &items[i].node;
	CU_ASSERT_EQUAL(found, N / 2);
	CU_ASSERT_PTR_NULL(hash_find(&hash, 3, item_match, &missing));
	hash_close(&hash);
	CU_ASSERT_EQUAL(hash.slots, 0);

	CU_ASSERT_EQUAL(str_ihash(STR("Call-ID"), 7), str_ihash(STR("CALL-id"), 7));
	CU_ASSERT_NOT_EQUAL(str_hash(STR("Call-ID"), 7), str_hash(STR("CALL-id"), 7));
	CU_ASSERT_NOT_EQUAL(str_hash(STR("a"), 7), str_hash(STR("a"), 8));
}

static void causes(void)
{
	CU_ASSERT_STRING_EQUAL(q850_cause_name(Q850_BUSY), "user busy");
	CU_ASSERT_STRING_EQUAL(q850_cause_name(Q850_INTERWORKING), "interworking, unspecified");
	CU_ASSERT_STRING_EQUAL(q850_cause_name(0), "unknown");
	CU_ASSERT_STRING_EQUAL(q850_cause_name(128), "unknown");
	CU_ASSERT_STRING_EQUAL(q850_cause_name(UINT32_MAX), "unknown");
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "compare", compare }, { "numbers", numbers }, { "copy", copy },
		{ "adding", adding },	{ "hash", hashing },	{ "causes", causes },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base str", tests, argc, argv);
}
