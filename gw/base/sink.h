/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A file written by a thread of its own from a bounded queue: a slow disk delays nobody, and what does not fit is
 * dropped and counted. Records stay whole, and are written within SINK_GATHER_MS, or as soon as the queue is half full.
 * Any thread may put.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gw/base/counter.h"

#define SINK_GATHER_MS 100

struct sink;

/* own; path NULL or "-": standard error. Appends, or starts the file anew when truncate. NULL with errno set. */
struct sink *sink_open(const char *path, size_t queue_octets, bool truncate);
/* own; writes to an open file from where it stands, and takes fd, also when it fails: NULL with errno set. */
struct sink *sink_adopt(int fd, size_t queue_octets);
/* Takes a copy of a whole record; false when the queue is full (counted). */
bool sink_put(struct sink *sink, const void *record, size_t n);
/* Lost records count here, too (borrow). Before the first record. */
void sink_count_lost(struct sink *sink, struct counter *lost);
/* Rotation: the path is opened anew for records put from now on; what was queued goes to the old file. Without a path
 * the file stays. */
void sink_reopen(struct sink *sink);
/* Waits until everything taken so far is written, at most ms; false when it is not. */
bool sink_flush(struct sink *sink, unsigned ms);
/* Writes what is queued, ends the thread, frees. NULL is fine. */
void sink_close(struct sink *sink);
/* Records lost to a full queue or a failed write. */
uint64_t sink_dropped(const struct sink *sink);
/* errno of the last failed write or open, 0 when all is well. */
int sink_error(const struct sink *sink);

#endif
