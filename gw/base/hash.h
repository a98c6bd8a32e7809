/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Hash table that grows, of nodes embedded in their owners; look-up by a caller's hash and match function. One thread. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_node {
	uint32_t hash;
};

struct hash_slot; /* hash.c */

struct hash {
	struct hash_slot *slot; /* own */
	size_t slots;		/* power of two, 0 before the first insert */
	size_t count;
};

typedef bool hash_match_fn(const struct hash_node *node, const void *key);

/* A zeroed struct hash is an empty table. Among nodes that match the same key the newest is found.
 * -ENOMEM when the table is full and cannot grow. */
int hash_insert(struct hash *hash, struct hash_node *node, uint32_t value) __attribute__((warn_unused_result));
/* A node that is not in the table is fine. */
void hash_remove(struct hash *hash, struct hash_node *node);
struct hash_node *hash_find(const struct hash *hash, uint32_t value, hash_match_fn *match, const void *key);
/* fn may remove the node it is given, no other. */
void hash_each(struct hash *hash, void (*fn)(struct hash_node *node, void *arg), void *arg);
/* Frees the slots, not the nodes. */
void hash_close(struct hash *hash);

#endif
