/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Time-scaling by one pitch period: the stretch where the signal resembles itself one period later
 * is faded into that. The cut is made in the ring, in place, so that the reader sees nothing but
 * octets.
 */
#include "dsp/jitter_ring.h"

#include <stdlib.h>

#define FADE	   40 /* 5 ms */
#define PERIOD_MIN JITTER_CUT_MIN
#define PERIOD_MAX 120
#define SILENCE	   64 /* mean level below which any place is good: -51 dBm0 */

static uint32_t distance(const int16_t *x, uint32_t lag)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < FADE; i++)
		sum += (uint32_t)abs(x[i] - x[i + lag]);
	return sum / FADE;
}

static uint32_t loudness(const int16_t *x, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += (uint32_t)abs(x[i]);
	return sum;
}

/* The lag up to max at which x resembles itself most; 0 when that is not much and patient. */
static uint32_t period(const int16_t *x, uint32_t max, bool patient)
{
	uint32_t best = max, best_distance = UINT32_MAX;
	uint32_t n = FADE + max;
	uint32_t loud = loudness(x, n);

	if (loud < SILENCE * n)
		return max;
	for (uint32_t lag = PERIOD_MIN; lag <= max; lag++) {
		uint32_t d = distance(x, lag);

		if (d < best_distance) {
			best_distance = d;
			best = lag;
		}
	}
	return patient && best_distance * 4 * n > loud ? 0 : best;
}

/* out[i] goes from a to b. */
static void fade(int16_t *out, const int16_t *a, const int16_t *b)
{
	for (int i = 0; i < FADE; i++)
		out[i] = (int16_t)((a[i] * (FADE - i) + b[i] * i) / FADE);
}

static void store(struct jitter *jitter, uint32_t at, const int16_t *linear, size_t n)
{
	uint8_t octets[PERIOD_MAX + FADE];

	g711_compress(jitter->conf.law, octets, linear, n);
	jitter_ring_store(jitter, at, octets, n);
}

/* x[0..lag) is left out: play goes on lag octets later, where x fades into itself. */
static void cut_out(struct jitter *jitter, const int16_t *x, uint32_t lag)
{
	int16_t faded[FADE];

	fade(faded, x, x + lag);
	store(jitter, jitter->play + lag, faded, FADE);
	jitter_ring_pass(jitter, lag);
}

/* x[0..lag) is played twice: it is put before play, and what follows it fades back into x. */
static void cut_in(struct jitter *jitter, const int16_t *x, uint32_t lag)
{
	uint8_t octets[PERIOD_MAX];
	int16_t faded[FADE];

	jitter_ring_load(jitter, jitter->play, octets, lag);
	fade(faded, x + lag, x);
	store(jitter, jitter->play, faded, FADE);
	jitter->play -= lag;
	jitter_ring_store(jitter, jitter->play, octets, lag);
}

int32_t jitter_cut(struct jitter *jitter, int32_t more, bool patient)
{
	uint8_t octets[PERIOD_MAX + FADE];
	int16_t x[PERIOD_MAX + FADE];
	size_t n = jitter_ring_run(jitter, jitter->play, sizeof(octets), true);
	uint32_t max = (uint32_t)abs(more);
	uint32_t lag;

	if (n < FADE + PERIOD_MIN || max < PERIOD_MIN)
		return 0;
	if (max > n - FADE)
		max = (uint32_t)n - FADE;
	jitter_ring_load(jitter, jitter->play, octets, n);
	g711_expand(jitter->conf.law, x, octets, n);
	lag = period(x, max, patient);
	if (!lag)
		return 0;
	if (more > 0)
		cut_in(jitter, x, lag);
	else
		cut_out(jitter, x, lag);
	return more > 0 ? (int32_t)lag : -(int32_t)lag;
}
