/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The common front of the detectors: a bank of frequencies, looked at in sub-blocks of 5 ms. For every frequency and lane
 * the bank keeps the complex sums (phasors) of the last three sub-blocks, turned to the phase of the newest, and their
 * energies. From these a detector sees level, purity and, by the turn from one to the next, the exact frequency. Scanning
 * every lane is a lane template; what goes on with the few lanes that show something is plain C per lane.
 */
#ifndef DSP_DETECT_BANK_H
#define DSP_DETECT_BANK_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/lanes.h"

#define BANK_SAMPLES   40 /* of a sub-block */
#define BANK_PAIRS     20 /* half of them */
#define BANK_GROUP_MAX 4 /* frequencies that are summed in one pass */
#define BANK_GROUPS    2

/* Mean square of 0 dBm0: a sine of peak 32256 is +3.14 dBm0 (G.711 clause 6). */
#define BANK_ZERO_DBM0 2.5246e8f

/* Limits of a scan, loose: who follows a lane judges closer. */
#define BANK_DTMF_PURITY   26.0f  /* both tones' window power to the window's energy: 40 is all of it */
#define BANK_DTMF_TWIST	   10.0f  /* 10 dB */
#define BANK_DTMF_POWER	   2.0e7f /* of a tone of -46 dBm0 in the window */
#define BANK_SINGLE_PURITY 14.0f  /* newest power to its energy: 20 is all of it */
#define BANK_FSK_PURITY	   7.0f
#define BANK_SINGLE_ENERGY 3.2e5f /* of a sub-block at -45 dBm0 */

/* Rows of a bank's state, each with a float for every lane. */
enum bank_row { BANK_RE, BANK_IM, BANK_RE1, BANK_IM1, BANK_RE2, BANK_IM2, BANK_ROWS_PER_TONE };

#define BANK_ROWS(tones) ((tones) * BANK_ROWS_PER_TONE + 3)

/* cos and sin of each frequency at the distances 0.5, 1.5 ... samples from the sub-block's middle, and after all of it */
struct bank_wave {
	float cosine[BANK_PAIRS][BANK_GROUP_MAX];
	float sine[BANK_PAIRS][BANK_GROUP_MAX];
	float turn_cosine[BANK_GROUP_MAX];
	float turn_sine[BANK_GROUP_MAX];
};

#define DTMF_TONES 8 /* low group, high group (Q.23) */
extern const float bank_dtmf_hz[DTMF_TONES];
extern const struct bank_wave bank_dtmf[BANK_GROUPS];
/* Second harmonics of the high group. */
extern const struct bank_wave bank_harmonics;

/* The pure tones first, then V.21 channel 2's 1 and 0. */
enum { SINGLE_1100, SINGLE_1780, SINGLE_2010, SINGLE_2100, SINGLE_1650, SINGLE_1850, SINGLE_TONES };
#define SINGLE_PURE SINGLE_1650
extern const float bank_single_hz[SINGLE_TONES];
extern const struct bank_wave bank_single[BANK_GROUPS];

/* One channel's view of a bank's rows. */
struct bank_lane {
	const float *at; /* borrow: row 0 of the lane */
	size_t stride;
	unsigned tones;
};

struct bank_phasor {
	float re, im;
};

/* age 0, 1, 2: of the newest sub-block, the one before it, the third last */
struct bank_phasor bank_phasor(const struct bank_lane *lane, unsigned tone, unsigned age);
float bank_energy(const struct bank_lane *lane, unsigned age);
/* Newest and third last by half: 15 ms, with little of the other frequencies in it. */
struct bank_phasor bank_window(const struct bank_lane *lane, unsigned tone);
float bank_window_energy(const struct bank_lane *lane);

/* What a scan saw: lanes with something in them, and the strongest frequency of each. */
struct bank_scan {
	uint32_t lanes;
	float low[LANES], high[LANES];
};

/*
 * A sub-block of all lanes: sample k of lane i is samples[k * stride + i], row r of lane i is rows[r * stride + i], and
 * stride is LANES (1 for a channel alone). low and high are numbers of frequencies.
 */
typedef void bank_scan_fn(float *rows, const int16_t *samples, struct bank_scan *scan);

struct bank_build {
	bank_scan_fn *dtmf;
	bank_scan_fn *single; /* low: the pure tone; high: not 0 where V.21 may be */
};

extern const struct bank_build bank_build_one, bank_build_base, bank_build_avx2, bank_build_avx512;
const struct bank_build *bank_build(enum lanes_build build);

/* Samples on their way into whole sub-blocks. */
struct bank_feed {
	int16_t *held; /* borrow: room for a sub-block */
	size_t *filled; /* borrow: samples of every lane in it */
	size_t stride;
	const int16_t *samples; /* borrow */
	size_t n;
};

/* The next whole sub-block; NULL: the rest is held for the next time. */
const int16_t *bank_feed_next(struct bank_feed *feed);

#endif
