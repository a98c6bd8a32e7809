/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Which build of the lanes runs, and how channels get into them. */
#include "dsp/lanes.h"

#include <string.h>

#define TILE 8 /* a tile of 8 x 8 samples is turned in registers */

typedef int16_t tile_row __attribute__((vector_size(TILE * sizeof(int16_t))));
typedef int16_t lanes_row __attribute__((vector_size(LANES * sizeof(int16_t))));

bool lanes_can(enum lanes_build build)
{
	switch (build) {
	case LANES_BASE:
		return true;
#if defined(__x86_64__)
	case LANES_AVX2:
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	case LANES_AVX512:
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
		       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
	default:
		return false;
	}
}

enum lanes_build lanes_best(void)
{
	enum lanes_build build = LANES_AVX512;

	while (!lanes_can(build))
		build--;
	return build;
}

const char *lanes_name(enum lanes_build build)
{
	static const char *const names[LANES_BUILDS] = { "base", "AVX2", "AVX-512" };

	return build < LANES_BUILDS ? names[build] : "none";
}

/* Swaps rows and columns: pairs, pairs of pairs, halves. */
static void tile_turn(tile_row row[TILE])
{
	tile_row two[TILE], four[TILE];

	for (unsigned i = 0; i < TILE; i += 2) {
		two[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 8, 1, 9, 2, 10, 3, 11);
		two[i + 1] =
			__builtin_shufflevector(row[i], row[i + 1], 4, 12, 5, 13, 6, 14, 7, 15);
	}
	for (unsigned i = 0; i < TILE; i += 4)
		for (unsigned k = 0; k < 2; k++) {
			tile_row a = two[i + k], b = two[i + k + 2];

			four[i + 2 * k] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 2, 3, 10, 11);
			four[i + 2 * k + 1] =
				__builtin_shufflevector(a, b, 4, 5, 12, 13, 6, 7, 14, 15);
		}
	for (unsigned k = 0; k < 4; k++) {
		tile_row a = four[k], b = four[k + 4];

		row[2 * k] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
		row[2 * k + 1] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
	}
}

static void tile_interleave(int16_t (*to)[LANES], const int16_t *const from[TILE], size_t at)
{
	tile_row row[TILE];

	for (unsigned i = 0; i < TILE; i++)
		if (from[i])
			memcpy(&row[i], from[i] + at, sizeof(row[i]));
		else
			row[i] = (tile_row){ 0 };
	tile_turn(row);
	for (unsigned i = 0; i < TILE; i++)
		memcpy(to[at + i], &row[i], sizeof(row[i]));
}

void lanes_interleave(int16_t (*to)[LANES], const int16_t *const from[LANES], size_t n)
{
	size_t at = 0;

	for (; at + TILE <= n; at += TILE)
		for (unsigned lane = 0; lane < LANES; lane += TILE)
			tile_interleave((int16_t(*)[LANES])(void *)&to[0][lane], from + lane, at);
	for (; at < n; at++)
		for (unsigned lane = 0; lane < LANES; lane++)
			to[at][lane] = (int16_t)(from[lane] ? from[lane][at] : 0);
}

static void tile_separate(int16_t *const to[LANES], const int16_t (*from)[LANES], unsigned lane,
			  size_t at)
{
	tile_row row[TILE];

	for (unsigned i = 0; i < TILE; i++)
		memcpy(&row[i], &from[at + i][lane], sizeof(row[i]));
	tile_turn(row);
	for (unsigned i = 0; i < TILE; i++)
		if (to[lane + i])
			memcpy(to[lane + i] + at, &row[i], sizeof(row[i]));
}

void lanes_separate(int16_t *const to[LANES], const int16_t (*from)[LANES], size_t n)
{
	size_t at = 0;

	for (; at + TILE <= n; at += TILE)
		for (unsigned lane = 0; lane < LANES; lane += TILE)
			tile_separate(to, from, lane, at);
	for (; at < n; at++)
		for (unsigned lane = 0; lane < LANES; lane++)
			if (to[lane])
				to[lane][at] = from[at][lane];
}

static void mask_make(lanes_row *mask, uint32_t lanes)
{
	for (unsigned lane = 0; lane < LANES; lane++)
		(*mask)[lane] = lanes >> lane & 1 ? -1 : 0;
}

void lanes_mask(int16_t (*to)[LANES], const int16_t (*from)[LANES], uint32_t lanes, size_t n)
{
	lanes_row row, mask;

	if (lanes == LANES_ALL) {
		memcpy(to, from, n * sizeof(*to));
		return;
	}
	mask_make(&mask, lanes);
	for (size_t at = 0; at < n; at++) {
		memcpy(&row, from[at], sizeof(row));
		row &= mask;
		memcpy(to[at], &row, sizeof(row));
	}
}

void lanes_merge(int16_t (*to)[LANES], const int16_t (*from)[LANES], uint32_t lanes, size_t n)
{
	lanes_row row, kept, mask;

	mask_make(&mask, lanes);
	for (size_t at = 0; at < n; at++) {
		memcpy(&row, from[at], sizeof(row));
		memcpy(&kept, to[at], sizeof(kept));
		row = (row & mask) | (kept & ~mask);
		memcpy(to[at], &row, sizeof(row));
	}
}

uint32_t lanes_differ(const int16_t (*a)[LANES], const int16_t (*b)[LANES], size_t n)
{
	lanes_row one, other, all = { 0 };
	uint32_t lanes = 0;

	for (size_t at = 0; at < n; at++) {
		memcpy(&one, a[at], sizeof(one));
		memcpy(&other, b[at], sizeof(other));
		all |= one ^ other;
	}
	for (unsigned lane = 0; lane < LANES; lane++)
		lanes |= (uint32_t)(all[lane] != 0) << lane;
	return lanes;
}
