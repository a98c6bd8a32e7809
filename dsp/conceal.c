/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Packet-loss concealment. */
#include "dsp/conceal.h"

#include <stdlib.h>
#include <string.h>

#define PERIOD_MIN 40  /* 200 Hz */
#define WINDOW	   160 /* in which the history is compared with itself */
#define STEADY	   80  /* G.711 I.2.6: 10 ms without attenuation, */
#define FADED	   480 /* then 20 % per 10 ms */

void concealer_init(struct concealer *concealer, enum g711_law law)
{
	memset(concealer, 0, sizeof(*concealer));
	memset(concealer->history, g711_silence(law), CONCEALER_HISTORY);
	concealer->end = CONCEALER_HISTORY;
}

static const uint8_t *history_of(const struct concealer *concealer)
{
	return concealer->history + concealer->end - CONCEALER_HISTORY;
}

static void remember(struct concealer *concealer, const uint8_t *octets, size_t n)
{
	if (n > CONCEALER_HISTORY) {
		octets += n - CONCEALER_HISTORY;
		n = CONCEALER_HISTORY;
	}
	if (concealer->end + n > CONCEALER_KEPT) {
		memmove(concealer->history, history_of(concealer), CONCEALER_HISTORY);
		concealer->end = CONCEALER_HISTORY;
	}
	memcpy(concealer->history + concealer->end, octets, n);
	concealer->end += (unsigned)n;
}

/* The lag at which the last 20 ms differ least from what was before (I.2.3; by mean difference). */
static unsigned pitch(const int16_t *history)
{
	const int16_t *x = history + CONCEALER_HISTORY - WINDOW;
	unsigned best = PERIOD_MIN;
	uint32_t least = UINT32_MAX;

	for (unsigned lag = PERIOD_MIN; lag <= CONCEALER_PERIOD_MAX; lag++) {
		uint32_t sum = 0;

		for (int i = 0; i < WINDOW; i++)
			sum += (uint32_t)abs(x[i] - x[i - (int)lag]);
		if (sum < least) {
			least = sum;
			best = lag;
		}
	}
	return best;
}

static int16_t mix(int a, int b, unsigned part, unsigned whole)
{
	return (int16_t)((a * (int)(whole - part) + b * (int)part) / (int)whole);
}

/* The last period, its end faded into what was before its beginning, so that it can be repeated
 * (I.2.4). */
static void cycle_make(struct concealer *concealer, enum g711_law law)
{
	int16_t history[CONCEALER_HISTORY];
	const int16_t *last;
	unsigned quarter;

	g711_expand(law, history, history_of(concealer), CONCEALER_HISTORY);
	concealer->period = pitch(history);
	concealer->offset = 0;
	last = history + CONCEALER_HISTORY - concealer->period;
	quarter = concealer->period / 4;
	memcpy(concealer->cycle, last, concealer->period * sizeof(*last));
	for (unsigned i = 0; i < quarter; i++) {
		unsigned at = concealer->period - quarter + i;

		concealer->cycle[at] = mix(last[at], last[(int)i - (int)quarter], i, quarter);
	}
}

/* The next sample of the made-up signal. */
static int16_t next_sample(struct concealer *concealer)
{
	int sample = concealer->cycle[concealer->offset];

	concealer->offset = (concealer->offset + 1) % concealer->period;
	concealer->filled++;
	if (concealer->filled <= STEADY)
		return (int16_t)sample;
	if (concealer->filled >= FADED)
		return 0;
	return mix(sample, 0, concealer->filled - STEADY, FADED - STEADY);
}

void concealer_fill(struct concealer *concealer, enum g711_law law, uint8_t *octets, size_t n)
{
	if (!concealer->filled)
		cycle_make(concealer, law);
	concealer->joining = concealer->period / 4;
	for (size_t i = 0; i < n; i++) {
		int16_t sample = next_sample(concealer);

		g711_compress(law, &octets[i], &sample, 1);
	}
	remember(concealer, octets, n);
}

/* Fades the good octets after a loss in over the made-up ones (I.2.7). */
static void join(struct concealer *concealer, enum g711_law law, uint8_t *octets, size_t n)
{
	unsigned quarter = concealer->period / 4;

	for (size_t i = 0; i < n && concealer->joining; i++, concealer->joining--) {
		int16_t good, sample;

		g711_expand(law, &good, &octets[i], 1);
		sample = mix(next_sample(concealer), good, quarter - concealer->joining, quarter);
		g711_compress(law, &octets[i], &sample, 1);
	}
	if (!concealer->joining)
		concealer->filled = 0;
}

void concealer_pass(struct concealer *concealer, enum g711_law law, uint8_t *octets, size_t n)
{
	if (concealer->filled)
		join(concealer, law, octets, n);
	remember(concealer, octets, n);
}
