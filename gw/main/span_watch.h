/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A span's counters, watched: what grows raises an alarm, unless the line raised one itself, which clears after a minute in
 * which it did not; the growth of all spans is counted for export. Core thread.
 */
#ifndef MAIN_SPAN_WATCH_H
#define MAIN_SPAN_WATCH_H

#include "gw/base/timer.h"
#include "tdm/span.h"

#define SPAN_WATCH_MS 10000
#define SPAN_WATCHED  11

struct span_watch {
	const struct tdm_span *span; /* borrow */
	struct timer timer;
	uint64_t before[SPAN_WATCHED];
	unsigned quiet[SPAN_WATCHED]; /* periods without growth since the alarm was raised; 0: not raised */
};

/* Looks for the first time after SPAN_WATCH_MS. -ENOMEM. */
int span_watch_open(struct span_watch *watch, const struct tdm_span *span, struct timer_heap *heap);
/* A zeroed one is fine. */
void span_watch_close(struct span_watch *watch);

#endif
