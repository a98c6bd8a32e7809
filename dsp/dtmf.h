/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * DTMF detection (ITU-T Q.23, Q.24) in 8,000 samples/s, for a channel alone or for a group of LANES channels in SIMD
 * lanes. Generation: dsp/tone.h. Limits, after Q.24's table (AT&T's and NTT's columns, as published by mesi.net):
 * frequency within 1.5 % is accepted, beyond 3.5 % rejected; -42 to 0 dBm0 a tone; the low one up to 8 dB above the high
 * one, the high one up to 4 dB above the low one; tones of 40 ms accepted, of 23 ms rejected; interruptions up to 10 ms
 * bridged; pauses of 30 ms seen. Nothing here can fail; the caller owns all state.
 */
#ifndef DSP_DTMF_H
#define DSP_DTMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/lanes.h"

/* A change is known this many samples after it happened, at most. */
#define DTMF_DELAY_SAMPLES 320
/* With at most this many samples a time no digit and no pause is missed. */
#define DTMF_BLOCK_SAMPLES 160

#define DTMF_ROWS	 51 /* BANK_ROWS(8) of dsp/detect_bank.h */
#define DTMF_HELD	 40 /* BANK_SAMPLES */

/* The last digit of a channel. Positions count samples since the start of listening, modulo 2^32. */
struct dtmf_span {
	char digit; /* 0: there was none */
	bool over;
	uint32_t start; /* first sample of it, within some 8 samples */
	uint32_t end;	/* first sample after it, so far if it is not over */
};

enum dtmf_phase { DTMF_IDLE, DTMF_SUSPECT, DTMF_ON };

/* One channel's way from the first sign of a digit to its end. */
struct dtmf_track {
	struct dtmf_span span;
	enum dtmf_phase phase;
	uint8_t low, high; /* numbers of the tones followed */
	uint8_t missed;	   /* sub-blocks since a sign of them */
	uint8_t windows;   /* in the evidence */
	bool doubted;	   /* evidence there was did not convince */
	uint32_t anchor;   /* end of the sub-block of the first sign */
	float ahead;	   /* tone's amplitude summed over the three sub-blocks up to there */
	float seen;	   /* the same, and over all sub-blocks since */
	float level;	   /* of a sub-block that is full of it */
	float gap;	   /* missing since it was last there, in sub-blocks */
	/* evidence, summed: for each tone its power, its turn between windows, what else is in its group */
	float power[2], turn_re[2], turn_im[2], others[2];
	float last_re[2], last_im[2]; /* window of the sub-block before, 0: none */
	float energy, tone_energy, harmonic, peak, trough;
};

struct dtmf_detector {
	float rows[DTMF_ROWS];
	struct dtmf_track track;
	int16_t held[DTMF_HELD];
	size_t filled;
	uint32_t now; /* samples heard in whole sub-blocks */
};

void dtmf_detector_init(struct dtmf_detector *detector);
/* The digit being heard after these samples (n <= DTMF_BLOCK_SAMPLES), 0: none. */
char dtmf_detector_hear(struct dtmf_detector *detector, const int16_t *linear, size_t n);
/* Half of the evidence for a digit that is not reported yet. */
bool dtmf_detector_suspects(const struct dtmf_detector *detector);
struct dtmf_span dtmf_detector_span(const struct dtmf_detector *detector);

struct dtmf_group {
	_Alignas(16) float rows[DTMF_ROWS][LANES];
	int16_t held[DTMF_HELD][LANES];
	struct dtmf_track track[LANES];
	size_t filled;
	uint32_t now;
	uint32_t busy; /* bit i: the track of lane i is not idle */
	enum lanes_build build;
};

/* build: one that lanes_can() run. */
void dtmf_group_init(struct dtmf_group *group, enum lanes_build build);
/* A lane begins anew, with another call; positions go on. */
void dtmf_group_reset(struct dtmf_group *group, unsigned lane);
/*
 * n samples (n <= DTMF_BLOCK_SAMPLES) of all lanes, side by side (lanes_interleave); those of unused lanes are 0. Bit i of
 * the result: lane i has, suspects or just lost a digit; the others need not be asked.
 */
uint32_t dtmf_group_hear(struct dtmf_group *group, const int16_t (*linear)[LANES], size_t n);
/* As for a channel alone. */
char dtmf_group_digit(const struct dtmf_group *group, unsigned lane);
bool dtmf_group_suspects(const struct dtmf_group *group, unsigned lane);
struct dtmf_span dtmf_group_span(const struct dtmf_group *group, unsigned lane);

#endif
