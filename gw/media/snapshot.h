/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A slot that one thread writes and others read without locks (a seqlock): what a channel did. */
#ifndef MEDIA_SNAPSHOT_H
#define MEDIA_SNAPSHOT_H

#include <stdatomic.h>

#include "gw/base/fetch.h"
#include "gw/media/media.h"

#define SNAPSHOT_WORDS	((sizeof(struct media_end_stats) + 7) / 8)
#define SNAPSHOT_COUNTS (FETCH_LINE / 8 - 1) /* words that share turn's cache line */

struct snapshot {
	_Alignas(FETCH_LINE) _Atomic uint32_t turn; /* odd while it is written */
	_Atomic uint64_t words[SNAPSHOT_WORDS];
};

/* The one writer. */
void snapshot_write(struct snapshot *snapshot, const struct media_end_stats *stats);
/* Only what changes with every packet and block: up to stats' rx_overruns. The rest stays as it is. */
void snapshot_count(struct snapshot *snapshot, const struct media_end_stats *stats);
void snapshot_read(const struct snapshot *snapshot, struct media_end_stats *stats);

#endif
