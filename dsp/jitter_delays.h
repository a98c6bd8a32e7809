/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Transits of packets as a histogram that forgets: each packet weighs 0.5 % more than the one before, times its length,
 * so that what counts are the last few seconds. Its quantiles are what an adaptive jitter buffer goes by.
 */
#ifndef DSP_JITTER_DELAYS_H
#define DSP_JITTER_DELAYS_H

#include <stdbool.h>
#include <stdint.h>

#define JITTER_BUCKET	16  /* samples */
#define JITTER_BUCKETS	192 /* 384 ms */

struct jitter_delays {
	bool any;
	uint32_t anchor; /* transit at which bucket 0 begins */
	uint32_t last;	 /* clock when the last was noted */
	float next;	 /* weight of the next sample */
	float weight[JITTER_BUCKETS];
};

void jitter_delays_clear(struct jitter_delays *delays);
/* A packet of n samples came; clock in samples. */
void jitter_delays_note(struct jitter_delays *delays, uint32_t transit, uint32_t clock, uint32_t n);
/* The transit of the fast packets (quantile 0.02) and of the slow ones that count (0.95); false: none were noted. */
bool jitter_delays_find(struct jitter_delays *delays, uint32_t *low, uint32_t *high);

#endif
