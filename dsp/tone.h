/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Tones made of up to two frequencies with a cadence: DTMF (Q.23) and tones between machines, as data, and the player
 * that makes their samples at 8,000/s.
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

/* NULL when digit is none of 0-9 * # A-D. */
const struct tone *tone_dtmf(char digit);

/* Tones between machines: a tone whose phase is reversed over and over, or whose amplitude swings. */
struct tone_signal {
	struct tone tone;
	uint16_t reversal_ms; /* from one reversal to the next; 0: none */
	float swing_hz;
	float swing; /* of the amplitude about its mean; 0: none */
};

/* T.30: 1100 Hz, 0.5 s in 3.5 s. */
extern const struct tone_signal tone_cng;
/* V.25 and T.30 (CED): 2100 Hz, which the caller ends after 2.6 to 4.0 s; with reversals every 450 ms; and V.8's, with 15 Hz. */
extern const struct tone_signal tone_ans, tone_ans_reversed, tone_ansam, tone_ansam_reversed;
/* Q.724: continuity check, -12 dBm0. 1780 Hz: a transponder's answer. */
extern const struct tone_signal tone_check_2010, tone_check_1780;

struct tone_player {
	const struct tone *tone; /* borrow; NULL: silence */
	const struct tone_signal *signal; /* borrow; NULL: a plain tone */
	double factor[3], last[3], before[3]; /* y[n] = factor * y[n-1] - y[n-2]; the third is the swing */
	unsigned step;
	uint32_t left;	   /* samples of this step of the cadence */
	uint32_t reversal; /* samples to the next */
};

/* From the beginning of its cadence; NULL stops. */
void tone_player_start(struct tone_player *player, const struct tone *tone);
/* Likewise; signal is borrowed while it plays. */
void tone_player_start_signal(struct tone_player *player, const struct tone_signal *signal);
void tone_player_play(struct tone_player *player, int16_t *linear, size_t n);

#endif
