/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Open addressing with linear probing, at most half full. The hash stands in the slot beside its
 * node: of a table with a hundred thousand nodes a look-up reads one line of memory, and a node
 * only when it is very likely the one.
 */
#include "gw/base/hash.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_SLOTS 64

struct hash_slot {
	struct hash_node *node; /* borrow; NULL: free */
	uint32_t hash;
};

/* Callers may hash with a plain number: spread its high bits over the low ones (Murmur3's
 * finaliser). */
static size_t home_of(const struct hash *hash, uint32_t value)
{
	value ^= value >> 16;
	value *= 0x85ebca6bu;
	value ^= value >> 13;
	value *= 0xc2b2ae35u;
	value ^= value >> 16;
	return value & (hash->slots - 1);
}

static size_t after(const struct hash *hash, size_t i)
{
	return (i + 1) & (hash->slots - 1);
}

/* There is always one. */
static size_t free_slot(const struct hash *hash)
{
	size_t i = 0;

	while (hash->slot[i].node)
		i++;
	return i;
}

/* The newest takes the place of the first with the same hash, which goes on to that of the next. */
static void put(struct hash *hash, struct hash_slot entry)
{
	size_t i = home_of(hash, entry.hash);

	for (; hash->slot[i].node; i = after(hash, i)) {
		struct hash_slot other = hash->slot[i];

		if (other.hash != entry.hash)
			continue;
		hash->slot[i] = entry;
		entry = other;
	}
	hash->slot[i] = entry;
}

static int grow(struct hash *hash)
{
	struct hash grown = { .slots = hash->slots ? hash->slots * 2 : FIRST_SLOTS,
			      .count = hash->count };
	size_t end = hash->slots ? free_slot(hash) : 0;

	grown.slot = calloc(grown.slots, sizeof(*grown.slot));
	if (!grown.slot)
		return -ENOMEM;
	/* The oldest of a run first. */
	for (size_t n = 1; n < hash->slots; n++) {
		const struct hash_slot *entry = &hash->slot[(end - n) & (hash->slots - 1)];

		if (entry->node)
			put(&grown, *entry);
	}
	free(hash->slot);
	*hash = grown;
	return 0;
}

/* Without memory it fills up further, but for the one free slot that every search ends at. */
int hash_insert(struct hash *hash, struct hash_node *node, uint32_t value)
{
	if (hash->count >= hash->slots / 2 && grow(hash) && hash->count + 1 >= hash->slots)
		return -ENOMEM;
	node->hash = value;
	put(hash, (struct hash_slot){ node, value });
	hash->count++;
	return 0;
}

/* Closes the gap at i with what would be found there, had it been free. */
static void close_gap(struct hash *hash, size_t i)
{
	size_t mask = hash->slots - 1;

	for (size_t k = after(hash, i); hash->slot[k].node; k = after(hash, k)) {
		size_t home = home_of(hash, hash->slot[k].hash);

		if (((k - home) & mask) < ((k - i) & mask))
			continue;
		hash->slot[i] = hash->slot[k];
		i = k;
	}
	hash->slot[i].node = NULL;
}

void hash_remove(struct hash *hash, struct hash_node *node)
{
	size_t i;

	if (!hash->slots)
		return;
	for (i = home_of(hash, node->hash); hash->slot[i].node != node; i = after(hash, i)) {
		if (!hash->slot[i].node)
			return;
	}
	close_gap(hash, i);
	hash->count--;
}

struct hash_node *hash_find(const struct hash *hash, uint32_t value, hash_match_fn *match,
			    const void *key)
{
	if (!hash->slots)
		return NULL;
	for (size_t i = home_of(hash, value); hash->slot[i].node; i = after(hash, i)) {
		struct hash_node *node = hash->slot[i].node;

		if (hash->slot[i].hash == value && match(node, key))
			return node;
	}
	return NULL;
}

/* From behind a free slot, so that no removal brings a node that was visited back in front. */
void hash_each(struct hash *hash, void (*fn)(struct hash_node *node, void *arg), void *arg)
{
	size_t i, left = hash->slots;

	for (i = left ? after(hash, free_slot(hash)) : 0; left > 1;) {
		struct hash_node *node = hash->slot[i].node;

		if (node)
			fn(node, arg);
		if (node && hash->slot[i].node != node)
			continue; /* another one moved up */
		i = after(hash, i);
		left--;
	}
}

void hash_close(struct hash *hash)
{
	free(hash->slot);
	*hash = (struct hash){ 0 };
}
