/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Chained hash table, doubled whenever there are as many nodes as buckets. */
#include "gw/base/hash.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_BUCKETS 64

/* Callers may hash with a plain number: spread its high bits over the low ones (Murmur3's
 * finaliser). */
static size_t bucket_of(uint32_t value, size_t buckets)
{
	value ^= value >> 16;
	value *= 0x85ebca6bu;
	value ^= value >> 13;
	value *= 0xc2b2ae35u;
	value ^= value >> 16;
	return value & (buckets - 1);
}

static void chain(struct hash_node **bucket, size_t buckets, struct hash_node *node)
{
	struct hash_node **at = &bucket[bucket_of(node->hash, buckets)];

	node->next = *at;
	*at = node;
}

static int grow(struct hash *hash)
{
	size_t buckets = hash->buckets ? hash->buckets * 2 : FIRST_BUCKETS;
	struct hash_node **bucket = calloc(buckets, sizeof(struct hash_node *));

	if (!bucket)
		return -ENOMEM;
	for (size_t i = 0; i < hash->buckets; i++) {
		struct hash_node *node = hash->bucket[i];

		while (node) {
			struct hash_node *next = node->next;

			chain(bucket, buckets, node);
			node = next;
		}
	}
	free(hash->bucket);
	hash->bucket = bucket;
	hash->buckets = buckets;
	return 0;
}

int hash_insert(struct hash *hash, struct hash_node *node, uint32_t value)
{
	if (hash->count >= hash->buckets && grow(hash) && !hash->buckets)
		return -ENOMEM;
	node->hash = value;
	chain(hash->bucket, hash->buckets, node);
	hash->count++;
	return 0;
}

void hash_remove(struct hash *hash, struct hash_node *node)
{
	struct hash_node **at;

	if (!hash->buckets)
		return;
	at = &hash->bucket[bucket_of(node->hash, hash->buckets)];
	while (*at && *at != node)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = node->next;
	node->next = NULL;
	hash->count--;
}

struct hash_node *hash_find(const struct hash *hash, uint32_t value, hash_match_fn *match,
			    const void *key)
{
	struct hash_node *node;

	if (!hash->buckets)
		return NULL;
	for (node = hash->bucket[bucket_of(value, hash->buckets)]; node; node = node->next) {
		if (node->hash == value && match(node, key))
			return node;
	}
	return NULL;
}

void hash_each(struct hash *hash, void (*fn)(struct hash_node *node, void *arg), void *arg)
{
	for (size_t i = 0; i < hash->buckets; i++) {
		struct hash_node *node = hash->bucket[i];

		while (node) {
			struct hash_node *next = node->next;

			fn(node, arg);
			node = next;
		}
	}
}

void hash_close(struct hash *hash)
{
	free(hash->bucket);
	*hash = (struct hash){ 0 };
}
