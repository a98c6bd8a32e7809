/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Intrusive chained hash table that grows; look-up by a caller's hash and match function. One thread. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_node {
	struct hash_node *next;
	uint32_t hash;
};

struct hash {
	struct hash_node **bucket; /* own */
	size_t buckets;		   /* power of two, 0 before the first insert */
	size_t count;
};

typedef bool hash_match_fn(const struct hash_node *node, const void *key);

/* A zeroed struct hash is an empty table. Growing may fail silently (chains grow longer); the first
 * insert may not: -ENOMEM. */
int hash_insert(struct hash *hash, struct hash_node *node, uint32_t value)
	__attribute__((warn_unused_result));
void hash_remove(struct hash *hash, struct hash_node *node);
struct hash_node *hash_find(const struct hash *hash, uint32_t value, hash_match_fn *match, const void *key);
/* fn may remove the node it is given, no other. */
void hash_each(struct hash *hash, void (*fn)(struct hash_node *node, void *arg), void *arg);
/* Frees the buckets, not the nodes. */
void hash_close(struct hash *hash);

#endif
