/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The loose trie has an array of branches in each node; packing walks it breadth first. */
#include "gw/route/trie.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct loose {
	uint32_t branch[TRIE_SYMBOLS]; /* 0: none */
	uint32_t value;
	uint64_t tags;
};

struct trie_build {
	struct loose *nodes; /* own */
	size_t n, cap;
};

/* Symbol + 1, 0: none. */
static const uint8_t symbols[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['*'] = 11, ['#'] = 12,
	['+'] = 13, ['A'] = 14, ['B'] = 15, ['C'] = 16, ['D'] = 17, ['E'] = 18,
};

static int node_add(struct trie_build *build, uint32_t *index)
{
	if (build->n == build->cap) {
		size_t cap = build->cap ? 2 * build->cap : 64;
		struct loose *nodes = reallocarray(build->nodes, cap, sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		build->nodes = nodes;
		build->cap = cap;
	}
	*index = (uint32_t)build->n++;
	memset(&build->nodes[*index], 0, sizeof(struct loose));
	return 0;
}

struct trie_build *trie_build_new(void)
{
	struct trie_build *build = calloc(1, sizeof(*build));
	uint32_t root;

	if (build && node_add(build, &root)) {
		free(build);
		return NULL;
	}
	return build;
}

void trie_build_free(struct trie_build *build)
{
	if (!build)
		return;
	free(build->nodes);
	free(build);
}

uint32_t *trie_build_put(struct trie_build *build, const char *prefix, uint64_t tag)
{
	uint32_t at = 0;

	build->nodes[0].tags |= tag;
	for (; *prefix; prefix++) {
		unsigned symbol = symbols[(uint8_t)*prefix];
		uint32_t next;

		if (!symbol)
			return NULL;
		next = build->nodes[at].branch[symbol - 1];
		if (!next) {
			if (node_add(build, &next))
				return NULL;
			build->nodes[at].branch[symbol - 1] = next;
		}
		at = next;
		build->nodes[at].tags |= tag;
	}
	return &build->nodes[at].value;
}

int trie_pack(struct trie *trie, const struct trie_build *build)
{
	uint32_t *from = calloc(build->n, sizeof(*from)); /* loose nodes in their new order */
	size_t n = 1;

	trie->nodes = calloc(build->n, sizeof(*trie->nodes));
	trie->tags = calloc(build->n, sizeof(*trie->tags));
	if (!from || !trie->nodes || !trie->tags) {
		free(from);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		const struct loose *loose = &build->nodes[from[i]];
		struct trie_node *node = &trie->nodes[i];

		*node = (struct trie_node){ .first = (uint32_t)n, .value = loose->value };
		trie->tags[i] = loose->tags;
		for (unsigned s = 0; s < TRIE_SYMBOLS; s++) {
			if (!loose->branch[s])
				continue;
			node->branches |= 1u << s;
			from[n++] = loose->branch[s];
		}
	}
	trie->n = n;
	free(from);
	return 0;
}

void trie_free(struct trie *trie)
{
	free(trie->nodes);
	free(trie->tags);
	*trie = (struct trie){ 0 };
}

const struct trie_node *trie_next(const struct trie *trie, const struct trie_node *node, char c)
{
	unsigned symbol = symbols[(uint8_t)c];
	uint32_t bit;

	if (!symbol)
		return NULL;
	bit = 1u << (symbol - 1);
	if (!(node->branches & bit))
		return NULL;
	return &trie->nodes[node->first + (uint32_t)__builtin_popcount(node->branches & (bit - 1))];
}
