/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Blocks that are used again: whole, zeroed where asked for, and no more of them kept than said. */
#include "gw/base/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

/* With the address sanitizer nothing is. */
static bool keeps(void)
{
	pool_give(pool_take(1));
	return pool_kept() > 0;
}

static void what_is_given_back_is_taken_next(void)
{
	size_t kept = keeps() ? pool_kept() : 0;
	void *a = pool_take(5000), *b = pool_take(5000), *c;

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_PTR_NOT_NULL_FATAL(b);
	CU_ASSERT_EQUAL(pool_kept(), kept);
	pool_give(a);
	pool_give(b);
	if (kept) {
		CU_ASSERT_EQUAL(pool_kept(), kept + 2 * (size_t)5120);
		c = pool_take(5121);
		CU_ASSERT(c != a && c != b);
		pool_give(c);
		c = pool_take(4993); /* of the same size, rounded up */
		CU_ASSERT_PTR_EQUAL(c, b);
		pool_give(c);
	}
	pool_give(NULL);
}

static bool all(const unsigned char *block, size_t n, unsigned octet)
{
	for (size_t i = 0; i < n; i++)
		if (block[i] != octet)
			return false;
	return true;
}

static void blocks_are_whole_and_apart(void)
{
	enum { BLOCKS = 300, STEP = 61 }; /* to beyond the largest that is kept */
	static unsigned char *blocks[BLOCKS];

	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned i = 0; i < BLOCKS; i++) {
			size_t n = (size_t)i * STEP;
			bool zeroed = (i + turn) % 2 == 0;

			blocks[i] = zeroed ? pool_take_zeroed(n) : pool_take(n);
			CU_ASSERT_PTR_NOT_NULL_FATAL(blocks[i]);
			CU_ASSERT(!zeroed || all(blocks[i], n, 0));
			memset(blocks[i], (int)(i % 251 + 1), n);
		}
		for (unsigned i = 0; i < BLOCKS; i++) {
			CU_ASSERT(all(blocks[i], (size_t)i * STEP, i % 251 + 1));
			pool_give(blocks[i]);
		}
	}
}

static void no_more_is_kept_than_said(void)
{
	enum { BLOCKS = 2 * POOL_KEPT_OCTETS / 4096 };
	static void *blocks[BLOCKS];
	size_t before = pool_kept(), kept;

	for (unsigned i = 0; i < BLOCKS; i++)
		CU_ASSERT_PTR_NOT_NULL_FATAL((blocks[i] = pool_take(4096)));
	for (unsigned i = 0; i < BLOCKS; i++)
		pool_give(blocks[i]);
	kept = pool_kept();
	CU_ASSERT(kept <= before + POOL_KEPT_OCTETS);
	if (keeps())
		CU_ASSERT(kept >= POOL_KEPT_OCTETS);
	pool_give(pool_take(POOL_LARGEST + POOL_STEP));
	CU_ASSERT_EQUAL(pool_kept(), kept);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "what is given back is taken next", what_is_given_back_is_taken_next },
		{ "blocks are whole and apart", blocks_are_whole_and_apart },
		{ "no more is kept than said", no_more_is_kept_than_said },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base pool", tests, argc, argv);
}
