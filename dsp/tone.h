/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Tones made of up to two frequencies with a cadence: supervisory tones (ITU-T E.180) and DTMF (Q.23), as data, and the
 * player that makes their samples at 8,000/s.
 */
#ifndef DSP_TONE_H
#define DSP_TONE_H

#include <stddef.h>
#include <stdint.h>

#define TONE_CADENCE_STEPS 4

struct tone {
	float hz[2];   /* 0: none */
	float dbm0[2]; /* level of each */
	uint16_t cadence_ms[TONE_CADENCE_STEPS]; /* on, off, on, off, over again; the first 0 ends it; all 0: always on */
};

extern const struct tone tone_ringback;
extern const struct tone tone_busy;
extern const struct tone tone_congestion;
/* NULL when digit is none of 0-9 * # A-D. */
const struct tone *tone_dtmf(char digit);

struct tone_player {
	const struct tone *tone; /* borrow; NULL: silence */
	double factor[2], last[2], before[2]; /* y[n] = factor * y[n-1] - y[n-2] */
	unsigned step;
	uint32_t left; /* samples of this step of the cadence */
};

/* From the beginning of its cadence; NULL stops. */
void tone_player_start(struct tone_player *player, const struct tone *tone);
void tone_player_play(struct tone_player *player, int16_t *linear, size_t n);

#endif
