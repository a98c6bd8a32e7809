/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * V.21 channel 2 with HDLC flags. A flag is six 1s (1650 Hz) and two 0s (1850 Hz) at 300 bit/s, so the balance of the two
 * frequencies swings with 37.5 Hz, 16/3 sub-blocks, and its harmonics; data, or a tone, or speech near these frequencies
 * does not. Two damped resonators see the first two harmonics.
 */
#include <math.h>

#include "dsp/detect_track.h"

#define MEMORY	      0.93f /* a sub-block weighs this much less in the next: some 70 ms */
#define MISSED_MAX    3
#define LASTED_MIN    20 /* sub-blocks: 100 ms, after some 50 ms in which the resonators rise */
#define MISSED_ON_MAX 8
#define FIRST_MIN     0.35f /* amplitude of 37.5 Hz; flags have 0.7 */
#define SHARE_MIN     0.7f  /* of 37.5 and 75 Hz together in all that swings */
#define PERIOD	      16    /* three flags in sub-blocks */

/* cos of k/16 of a turn; sine is a quarter behind */
static const float turn[PERIOD] = { 1,	       0.92388f,  0.70711f, 0.38268f,  0,	  -0.38268f,
				    -0.70711f, -0.92388f, -1,	    -0.92388f, -0.70711f, -0.38268f,
				    0,	       0.38268f,  0.70711f, 0.92388f };

static float power_of(struct bank_phasor p)
{
	return p.re * p.re + p.im * p.im;
}

/* From 1, all 1650 Hz, to -1, all 1850 Hz. */
static float balance(const struct detect_look *look)
{
	float one = power_of(bank_phasor(&look->lane, SINGLE_1650, 0));
	float zero = power_of(bank_phasor(&look->lane, SINGLE_1850, 0));

	return one + zero > 0 ? (one - zero) / (one + zero) : 0;
}

static void swing_add(struct detect_flags *flags, float x)
{
	unsigned first = flags->phase * 3u % PERIOD, second = flags->phase * 6u % PERIOD;

	flags->weight = flags->weight * MEMORY + 1;
	flags->mean = flags->mean * MEMORY + x;
	flags->square = flags->square * MEMORY + x * x;
	flags->first_re = flags->first_re * MEMORY + x * turn[first];
	flags->first_im = flags->first_im * MEMORY + x * turn[(first + 12) % PERIOD];
	flags->second_re = flags->second_re * MEMORY + x * turn[second];
	flags->second_im = flags->second_im * MEMORY + x * turn[(second + 12) % PERIOD];
	flags->phase = (uint8_t)((flags->phase + 1) % PERIOD);
}

static bool swings_as_flags(const struct detect_flags *flags)
{
	float w = flags->weight, mean = flags->mean / w, swing = flags->square / w - mean * mean;
	float first = 2 * hypotf(flags->first_re, flags->first_im) / w;
	float second = 2 * hypotf(flags->second_re, flags->second_im) / w;

	return first >= FIRST_MIN && (first * first + second * second) / 2 >= SHARE_MIN * swing;
}

static void flags_end(struct detect_flags *flags, const struct detect_look *look,
		      struct detect_events *events)
{
	if (flags->on)
		detect_tell(events, DETECT_V21_FLAGS, false, look->number, flags->end);
	flags->busy = flags->on = false;
}

void detect_flags_step(struct detect_flags *flags, const struct detect_look *look,
		       struct detect_events *events)
{
	if (!flags->busy) {
		if (!look->fsk)
			return;
		*flags = (struct detect_flags){ .busy = true, .start = look->now - BANK_SAMPLES };
	}
	swing_add(flags, look->fsk ? balance(look) : 0);
	flags->missed = (uint8_t)(look->fsk ? 0 : flags->missed + 1);
	if (flags->missed > MISSED_MAX) {
		flags_end(flags, look, events);
		return;
	}
	if (look->fsk && swings_as_flags(flags)) {
		flags->lasted++;
		flags->end = look->now;
	} else if (flags->on && look->now - flags->end > MISSED_ON_MAX * BANK_SAMPLES) {
		flags_end(flags, look, events);
		return;
	} else if (!flags->on) {
		flags->lasted = 0;
	}
	if (!flags->on && flags->lasted >= LASTED_MIN) {
		flags->on = true;
		detect_tell(events, DETECT_V21_FLAGS, true, look->number, flags->start);
	}
}
