/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A far talker, and a two-wire line that echoes what it is sent. */
#ifndef TESTS_HYBRID_H
#define TESTS_HYBRID_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dsp/g711.h"

#define HYBRID_TAPS 200

/* Noise through a resonance, in syllables of 300 ms with pauses of 100. */
struct talker {
	uint32_t random;
	double y, before;
	uint32_t at;
	double amplitude;
};

static inline int16_t talker_next(struct talker *t)
{
	double x, next, envelope = t->at % 3200 < 2400 ? 1 : 0.03;

	t->random = t->random * 1664525 + 1013904223;
	x = (double)(int32_t)t->random / 2147483648.0 * t->amplitude;
	next = x + 0.9 * t->y - 0.5 * t->before;
	t->before = t->y;
	t->y = next;
	t->at++;
	next *= envelope;
	return (int16_t)(next > 30000 ? 30000 : next < -30000 ? -30000 : next);
}

struct hybrid {
	double taps[HYBRID_TAPS], past[HYBRID_TAPS];
	unsigned at;
};

/* A delay, a decaying response, erl_db of loss for white noise. */
static inline void hybrid_init(struct hybrid *h, unsigned delay, double erl_db, uint32_t seed)
{
	double energy = 0;

	memset(h, 0, sizeof(*h));
	for (unsigned i = delay; i < HYBRID_TAPS; i++) {
		seed = seed * 1664525 + 1013904223;
		h->taps[i] = (double)(int32_t)seed / 2147483648.0 * exp(-(double)(i - delay) / 16);
		energy += h->taps[i] * h->taps[i];
	}
	for (unsigned i = 0; i < HYBRID_TAPS; i++)
		h->taps[i] *= sqrt(pow(10, -erl_db / 10) / energy);
}

static inline double hybrid_echo(struct hybrid *h, int16_t far)
{
	double sum = 0;

	h->at = (h->at + HYBRID_TAPS - 1) % HYBRID_TAPS;
	h->past[h->at] = far;
	for (unsigned i = 0; i < HYBRID_TAPS; i++)
		sum += h->taps[i] * h->past[(h->at + i) % HYBRID_TAPS];
	return sum;
}

/* Power of A-law octets, dBm0. */
static inline double octets_dbm0(const uint8_t *octets, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += pow(g711_a_linear[octets[i]], 2);
	return 10 * log10(sum / (double)n / (32256. * 32256 / 2) + 1e-12) + 3.14;
}

#endif
