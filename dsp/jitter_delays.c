/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A histogram of transits that forgets. */
#include "dsp/jitter_delays.h"

#include <string.h>

#define FORGET	0.995f
#define HEAVY	1e12f /* weights are scaled down before they lose digits */
#define LOW	0.02f
#define HIGH	0.95f
#define ORIGIN	32 /* bucket that the fast packets are moved to */
#define LOWEST	8  /* and those beyond which they are moved */
#define HIGHEST 56

void jitter_delays_clear(struct jitter_delays *delays)
{
	memset(delays, 0, sizeof(*delays));
}

static void scale_down(struct jitter_delays *delays)
{
	float by = 1 / delays->next;

	for (unsigned i = 0; i < JITTER_BUCKETS; i++)
		delays->weight[i] *= by;
	delays->next = 1;
}

void jitter_delays_note(struct jitter_delays *delays, uint32_t transit, uint32_t clock, uint32_t n)
{
	int32_t bucket;

	if (!delays->any) {
		delays->any = true;
		delays->anchor = transit - ORIGIN * JITTER_BUCKET;
		delays->next = 1;
	}
	bucket = (int32_t)(transit - delays->anchor) / JITTER_BUCKET;
	if (bucket < 0)
		bucket = 0;
	if (bucket >= JITTER_BUCKETS)
		bucket = JITTER_BUCKETS - 1;
	delays->weight[bucket] += delays->next * (float)n;
	delays->next /= FORGET;
	delays->last = clock;
	if (delays->next > HEAVY)
		scale_down(delays);
}

/* The fast packets drift with the clocks; the histogram goes with them. */
static void follow(struct jitter_delays *delays, unsigned low_bucket)
{
	int by = (int)low_bucket - ORIGIN;
	float *w = delays->weight;

	if (low_bucket >= LOWEST && low_bucket <= HIGHEST)
		return;
	if (by > 0) {
		memmove(w, w + by, (size_t)(JITTER_BUCKETS - by) * sizeof(*w));
		memset(w + JITTER_BUCKETS - by, 0, (size_t)by * sizeof(*w));
	} else {
		memmove(w - by, w, (size_t)(JITTER_BUCKETS + by) * sizeof(*w));
		memset(w, 0, (size_t)-by * sizeof(*w));
	}
	delays->anchor += (uint32_t)(by * JITTER_BUCKET);
}

/* Samples from the anchor at which that share of all weight is reached. */
static uint32_t quantile(const struct jitter_delays *delays, float share)
{
	const float *w = delays->weight;
	float below = 0;
	uint32_t i = 0;

	for (; i < JITTER_BUCKETS - 1 && below + w[i] < share; i++)
		below += w[i];
	return i * JITTER_BUCKET +
	       (w[i] > 0 ? (uint32_t)((share - below) / w[i] * (JITTER_BUCKET - 1)) : 0);
}

bool jitter_delays_find(struct jitter_delays *delays, uint32_t *low, uint32_t *high)
{
	uint32_t low_at;
	float total = 0;

	if (!delays->any)
		return false;
	for (unsigned i = 0; i < JITTER_BUCKETS; i++)
		total += delays->weight[i];
	low_at = quantile(delays, total * LOW);
	*low = delays->anchor + low_at;
	*high = delays->anchor + quantile(delays, total * HIGH);
	follow(delays, low_at / JITTER_BUCKET);
	return true;
}
