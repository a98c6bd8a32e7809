/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A trie over the characters of numbers: prefixes are put into a loose one and packed once, 12 octets a node with siblings
 * side by side, so that a look-up among 100,000 prefixes stays within the processor's caches.
 */
#ifndef ROUTE_TRIE_H
#define ROUTE_TRIE_H

#include <stddef.h>
#include <stdint.h>

#define TRIE_SYMBOLS 18		/* 0-9 * # + A-E */
#define TRIE_MARK    (1u << 31) /* in branches: the user's own */

struct trie_node {
	uint32_t branches; /* bits by symbol, TRIE_MARK */
	uint32_t first;	   /* node of the first branch; the others follow */
	uint32_t value;	   /* 0: none */
};

struct trie {
	struct trie_node *nodes; /* own; nodes[0] is the root */
	uint64_t *tags;		 /* own: of a node, all bits that were put with it and with what is below */
	size_t n;
};

struct trie_build;

/* own; NULL when out of memory. */
struct trie_build *trie_build_new(void);
void trie_build_free(struct trie_build *build);
/* The value of this prefix, to be read and set until the next put; NULL: a character that is no symbol, or no memory. */
uint32_t *trie_build_put(struct trie_build *build, const char *prefix, uint64_t tag);
/* -ENOMEM. */
int trie_pack(struct trie *trie, const struct trie_build *build) __attribute__((warn_unused_result));
void trie_free(struct trie *trie);
/* NULL: no prefix goes on with this character. */
const struct trie_node *trie_next(const struct trie *trie, const struct trie_node *node, char c);

#endif
