/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The hash table against a plain array, with runs of equal and of neighbouring hashes. */
#include "gw/base/hash.h"

#include <stdlib.h>

#include "gw/base/list.h"
#include "tests/unit/cu.h"

enum { ITEMS = 3000, KEYS = 700, HASHES = 200, STEPS = 100000 };

static struct item {
	struct hash_node node;
	unsigned key;
	unsigned born; /* step of its insertion, 0: not in the table */
	unsigned visits;
} items[ITEMS];

static bool key_is(const struct hash_node *node, const void *key)
{
	return container_of(node, struct item, node)->key == *(const unsigned *)key;
}

static struct item *newest_of(unsigned key)
{
	struct item *newest = NULL;

	for (unsigned i = 0; i < ITEMS; i++) {
		if (items[i].born && items[i].key == key &&
		    (!newest || items[i].born > newest->born))
			newest = &items[i];
	}
	return newest;
}

static void visit(struct hash_node *node, void *arg)
{
	struct item *item = container_of(node, struct item, node);

	item->visits++;
	if (item->key % 3 == 0) {
		hash_remove(arg, node);
		item->born = 0;
	}
}

static void each(struct hash *hash)
{
	unsigned wrong = 0;
	size_t left = 0;

	for (unsigned i = 0; i < ITEMS; i++)
		items[i].visits = items[i].born ? 0 : 1;
	hash_each(hash, visit, hash);
	for (unsigned i = 0; i < ITEMS; i++) {
		wrong += items[i].visits != 1;
		left += items[i].born != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(hash->count, left);
}

static void toggle(struct hash *hash, struct item *item, unsigned step, unsigned short seed[3])
{
	if (item->born) {
		hash_remove(hash, &item->node);
		hash_remove(hash, &item->node);
		item->born = 0;
		return;
	}
	item->key = (unsigned)nrand48(seed) % KEYS;
	item->born = step;
	CU_ASSERT_EQUAL_FATAL(hash_insert(hash, &item->node, item->key % HASHES), 0);
}

static void random_steps(void)
{
	unsigned short seed[3] = { 1, 2, 3 };
	struct hash hash = { 0 };
	unsigned wrong = 0, found = 0;

	for (unsigned step = 1; step <= STEPS; step++) {
		unsigned key = (unsigned)nrand48(seed) % KEYS;
		struct item *newest;
		struct hash_node *node;

		toggle(&hash, &items[(unsigned)nrand48(seed) % ITEMS], step, seed);
		if (step % 20000 == 0)
			each(&hash);
		if (step % 50)
			continue;
		newest = newest_of(key);
		node = hash_find(&hash, key % HASHES, key_is, &key);
		wrong += node != (newest ? &newest->node : NULL);
		found += newest != NULL;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(found > 100);
	hash_close(&hash);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "random steps", random_steps },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base hash", tests, argc, argv);
}
