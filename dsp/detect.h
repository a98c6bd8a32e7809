/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Detection of the tones of faxes, modems and continuity checks in 8,000 samples/s, for a channel alone or for a group of
 * LANES channels in SIMD lanes. What is found is told as events with the exact sample of begin and end. The values are
 * those of the Recommendations by second sources: (1) RFC 4733 and 4734, (2) SpanDSP's modem_connect_tones, (3) common
 * knowledge of the field, not checked against the text.
 *
 * CNG		T.30 (1, 2): 1100 +-38 Hz, 0.5 s +-15 % on; told after 400 ms of it.
 * ANS (CED)	V.25, T.30 (1, 2): 2100 +-15 Hz (G.168: +-21, 3), 2.6 to 4.0 s; told after 430 ms: only then is it known
 *		which ANS.
 * /ANS		the same with its phase reversed every 450 +-25 ms (1, 2): told in place of ANS by the first such reversal.
 * ANSam	V.8 (1, 2): amplitude modulated by 15 Hz, 20 %. With reversals as above: /ANSam.
 * V.21		T.30 (2, 3): preamble of HDLC flags at 300 bit/s on channel 2 (1650/1850 Hz), 1 s +-15 %; told after 150 ms.
 * Check tones	Q.724 (3): 2010 Hz (2000 or 2010, +-30 Hz) and, back from a transponder, 1780 (+-30 Hz); -18 to -6 dBm0
 *		accepted, -22 dBm0 and below, less than 30 ms, or off by 200 Hz not; told within 30 to 60 ms; interruptions
 *		up to 15 ms ignored; end told within 40 ms. (Times to the end of the sub-block of 5 ms; the caller's block
 *		comes on top.)
 * Levels, where not said otherwise: -43 to 0 dBm0. Nothing here can fail; the caller owns all state.
 */
#ifndef DSP_DETECT_H
#define DSP_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/lanes.h"

/* At most this many samples of every channel at a time; so many events are never exceeded. */
#define DETECT_BLOCK_SAMPLES  160
#define DETECT_CHANNEL_EVENTS 16
#define DETECT_GROUP_EVENTS   (DETECT_CHANNEL_EVENTS * LANES)

#define DETECT_ROWS 39 /* BANK_ROWS(6) of dsp/detect_bank.h */
#define DETECT_HELD 40 /* BANK_SAMPLES */

enum detect_kind {
	DETECT_CNG,
	DETECT_ANS,
	DETECT_ANS_REVERSED,
	DETECT_ANSAM,
	DETECT_ANSAM_REVERSED,
	DETECT_V21_FLAGS,
	DETECT_CHECK_2010,
	DETECT_CHECK_1780,
	DETECT_KINDS
};

const char *detect_kind_name(enum detect_kind kind);

struct detect_event {
	enum detect_kind kind;
	bool begins; /* an ANS that turns out to be of another kind begins anew as that kind, without an end */
	uint8_t lane;
	uint32_t at; /* first sample of the tone, or after it: samples since the start of listening, modulo 2^32 */
};

/* One channel's pure tone. */
struct detect_pure {
	enum { PURE_NONE, PURE_MAYBE, PURE_ON } phase;
	enum detect_kind kind;
	uint8_t tone;	/* of the bank */
	uint8_t missed; /* sub-blocks */
	bool modulated, reversing, reversed; /* reversed: in the sub-block before */
	uint32_t start, end, reversal;
	uint32_t anchor; /* end of the first sub-block */
	float ahead;	 /* its amplitude, and that of the one before it */
	float seen, level, gap;
	float n, power, energy, turn_re, turn_im;
	/* modulation over three periods of 15 Hz */
	float wave_re, wave_im, wave_sum;
	uint8_t wave_at;
};

/* One channel's V.21 flags. */
struct detect_flags {
	bool busy, on;
	uint8_t missed;
	uint32_t start, end;
	uint32_t lasted; /* sub-blocks that look like flags */
	float mean, square, first_re, first_im, second_re, second_im, weight;
	uint8_t phase;
};

struct detect_one {
	float rows[DETECT_ROWS];
	struct detect_pure pure;
	struct detect_flags flags;
	int16_t held[DETECT_HELD];
	size_t filled;
	uint32_t now;
};

void detect_one_init(struct detect_one *one);
/* Number of events; lane is 0 in all. */
size_t detect_one_hear(struct detect_one *one, const int16_t *linear, size_t n,
		       struct detect_event events[DETECT_CHANNEL_EVENTS]);

struct detect_group {
	_Alignas(16) float rows[DETECT_ROWS][LANES];
	int16_t held[DETECT_HELD][LANES];
	struct detect_pure pure[LANES];
	struct detect_flags flags[LANES];
	size_t filled;
	uint32_t now;
	uint32_t busy;
	enum lanes_build build;
};

/* build: one that lanes_can() run. */
void detect_group_init(struct detect_group *group, enum lanes_build build);
/* A lane begins anew, with another call, without an end of what was there; positions go on. */
void detect_group_reset(struct detect_group *group, unsigned lane);
/* n samples (n <= DETECT_BLOCK_SAMPLES) of all lanes, side by side (lanes_interleave); those of unused lanes are 0. */
size_t detect_group_hear(struct detect_group *group, const int16_t (*linear)[LANES], size_t n,
			 struct detect_event events[DETECT_GROUP_EVENTS]);

#endif
