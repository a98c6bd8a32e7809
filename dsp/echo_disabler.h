/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The tone disabler (ITU-T G.165 clause 4, G.168 clause 7): 2100 Hz with phase reversals every 450 +- 25 ms, in either
 * direction, amplitude modulated (V.8 ANSam) or not, disables the canceller; without reversals the non-linear processor
 * only. Both last as long as there is a signal. Looks at blocks of 8 ms.
 */
#ifndef DSP_ECHO_DISABLER_H
#define DSP_ECHO_DISABLER_H

#include <stdbool.h>
#include <stdint.h>

struct echo_tone {
	float i, q;	    /* phase, of amplitude 1, that the next block will have */
	float turn_i, turn_q; /* from block to block: the frequency's distance from 2100 Hz */
	unsigned present;   /* blocks that the tone is there; 0: it is not */
	unsigned missed;    /* blocks since it was seen well */
	unsigned since;	    /* blocks since the last reversal */
	unsigned reversals; /* at the right distance in sequence; a first one counts */
};

/* Sums over half a block while blocks of the caller are of 4 ms. */
struct echo_tone_sums {
	float power, i, q; /* sum of squares; sums with cosine and sine of 2100 Hz */
};

struct echo_disabler {
	struct echo_tone tone[2]; /* far, near */
	struct echo_tone_sums sums[2];
	unsigned samples;  /* in the sums */
	unsigned quiet;	   /* blocks */
	bool tone_held;	   /* 2100 Hz has come: no non-linear processor */
	bool disabled;
	uint32_t disablings;
};

/* n samples (32 or 64) more, far and near. */
void echo_disabler_hear(struct echo_disabler *disabler, const struct echo_tone_sums sums[2], unsigned n);

#endif
