/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Seqlock without fences: a reader that sees any new word, by its acquire, also sees the odd turn
 * that was stored before it.
 */
#include "gw/media/snapshot.h"

#include <stddef.h>
#include <string.h>

_Static_assert(offsetof(struct media_end_stats, rx_overruns) == SNAPSHOT_COUNTS * sizeof(uint64_t),
	       "the counts are others");

static void words_write(struct snapshot *snapshot, const uint64_t *words, size_t n)
{
	uint32_t turn = atomic_load_explicit(&snapshot->turn, memory_order_relaxed);

	atomic_store_explicit(&snapshot->turn, turn + 1, memory_order_relaxed);
	for (size_t i = 0; i < n; i++)
		atomic_store_explicit(&snapshot->words[i], words[i], memory_order_release);
	atomic_store_explicit(&snapshot->turn, turn + 2, memory_order_release);
}

void snapshot_write(struct snapshot *snapshot, const struct media_end_stats *stats)
{
	uint64_t words[SNAPSHOT_WORDS] = { 0 };

	memcpy(words, stats, sizeof(*stats));
	words_write(snapshot, words, SNAPSHOT_WORDS);
}

void snapshot_count(struct snapshot *snapshot, const struct media_end_stats *stats)
{
	uint64_t words[SNAPSHOT_COUNTS];

	memcpy(words, stats, sizeof(words));
	words_write(snapshot, words, SNAPSHOT_COUNTS);
}

void snapshot_read(const struct snapshot *snapshot, struct media_end_stats *stats)
{
	uint64_t words[SNAPSHOT_WORDS];
	uint32_t before, after;

	do {
		before = atomic_load_explicit(&snapshot->turn, memory_order_acquire);
		for (size_t i = 0; i < SNAPSHOT_WORDS; i++)
			words[i] = atomic_load_explicit(&snapshot->words[i], memory_order_acquire);
		after = atomic_load_explicit(&snapshot->turn, memory_order_relaxed);
	} while (before != after || before & 1);
	memcpy(stats, words, sizeof(*stats));
}
