/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Lists of free blocks by size, the last one given back first. */
#include "gw/base/pool.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define KEEPS false
#else
#define KEEPS true
#endif

#define SIZES (POOL_LARGEST / POOL_STEP)

struct kept {
	struct kept *next; /* own */
};

/* [i]: blocks of (i + 1) steps */
static struct {
	struct kept *first; /* own */
	size_t octets;
} sizes[SIZES];

static void *take(size_t octets, bool zeroed)
{
	size_t i = octets ? (octets - 1) / POOL_STEP : 0;
	struct kept *block;

	if (!KEEPS || i >= SIZES)
		return zeroed ? calloc(1, octets) : malloc(octets);
	block = sizes[i].first;
	if (!block)
		return zeroed ? calloc(i + 1, POOL_STEP) : malloc((i + 1) * POOL_STEP);
	sizes[i].first = block->next;
	sizes[i].octets -= (i + 1) * POOL_STEP;
	return zeroed ? memset(block, 0, octets) : block;
}

void *pool_take(size_t octets)
{
	return take(octets, false);
}

void *pool_take_zeroed(size_t octets)
{
	return take(octets, true);
}

/* The allocator gives less than a step more than it is asked for. */
void pool_give(void *block)
{
	size_t steps = block ? malloc_usable_size(block) / POOL_STEP : 0;
	struct kept *kept = block;

	if (!KEEPS || !steps || steps > SIZES ||
	    sizes[steps - 1].octets + steps * POOL_STEP > POOL_KEPT_OCTETS) {
		free(block);
		return;
	}
	kept->next = sizes[steps - 1].first;
	sizes[steps - 1].first = kept;
	sizes[steps - 1].octets += steps * POOL_STEP;
}

size_t pool_kept(void)
{
	size_t octets = 0;

	for (size_t i = 0; i < SIZES; i++)
		octets += sizes[i].octets;
	return octets;
}
