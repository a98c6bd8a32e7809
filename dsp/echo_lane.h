/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Inside the echo canceller: what its lane templates, built for several instruction sets, and its plain C say to each
 * other. In each block the template filters and tells what it measured, the plain C decides for each lane, and the
 * template makes the output of that.
 */
#ifndef DSP_ECHO_LANE_H
#define DSP_ECHO_LANE_H

#include "dsp/echo.h"
#include "dsp/echo_disabler.h"

#define ECHO_BANDS 8 /* of 500 Hz */

/* Mean square of 0 dBm0: a sine of peak 32256 is +3.14 dBm0 (G.711 clause 6). */
#define ECHO_ZERO_DBM0 2.5246e8f

struct echo_shape {
	unsigned block, parts;
};

/* Mean squares over a block, but for the sums with 2100 Hz. */
struct echo_signals {
	_Alignas(ECHO_ALIGN) float far[LANES];
	float near[LANES];
	float echo[LANES];     /* as the filter thinks */
	float error[LANES];    /* near without it */
	float expected[LANES]; /* of the error, what the filter expects to be echo for want of knowledge */
	float change[LANES];   /* share of the echo's power that is not there: the line is another */
	float background[LANES]; /* the comfort noise as it is known */
	float tone[2][2][LANES]; /* far, near: cosine, sine */
};

/* From the value at the block's beginning to the one at its end. */
struct echo_ramp {
	_Alignas(ECHO_ALIGN) float from[LANES], to[LANES];
};

struct echo_controls {
	struct echo_ramp gain;	 /* of what is left of near: the non-linear processor */
	struct echo_ramp cancel; /* share of the echo that is taken away */
	struct echo_ramp noise;	 /* gain of the comfort noise */
	_Alignas(ECHO_ALIGN) float adapt[LANES]; /* 1, or 0 */
	float learn[LANES];	 /* rate at which this block's error is learnt as background noise */
};

struct echo_work {
	_Alignas(ECHO_ALIGN) int16_t far[ECHO_BLOCK_MAX][LANES];
	_Alignas(ECHO_ALIGN) int16_t near[ECHO_BLOCK_MAX][LANES]; /* then the output */
	_Alignas(ECHO_ALIGN) float echo[ECHO_BLOCK_MAX * LANES];  /* of each set of width lanes [sample][lane] */
	_Alignas(ECHO_ALIGN) float power[ECHO_BLOCK_MAX * LANES]; /* of the error's spectrum, likewise */
	unsigned phase; /* samples since the 2100 Hz of the tables began its period of 80 */
};

/* What the taps tell of a lane, for the report. */
struct echo_taps {
	float energy[ECHO_PARTS_MAX]; /* of each partition */
	float variance, weight;	      /* of what is not known of the taps; of the taps */
};

struct echo_set;

/* A build of the template. A set is width lanes. */
struct echo_kernel {
	unsigned width;
	size_t (*octets)(const struct echo_shape *shape);
	void (*init)(struct echo_set *set, const struct echo_shape *shape);
	void (*reset)(struct echo_set *set, unsigned lane);
	/* first: lane of the group that the set begins with */
	void (*cancel)(struct echo_set *set, unsigned first, struct echo_work *work, const struct echo_controls *controls,
		       struct echo_signals *signals);
	void (*finish)(struct echo_set *set, unsigned first, struct echo_work *work,
		       const struct echo_controls *controls);
	void (*taps)(const struct echo_set *set, unsigned lane, struct echo_taps *taps);
};

extern const struct echo_kernel echo_kernel_base, echo_kernel_avx2, echo_kernel_avx512;

/* Rates per block, and durations in blocks. */
struct echo_pace {
	unsigned block;	   /* samples */
	float level;	   /* of the levels that decisions are made on */
	float release;	   /* of the echo's, downwards */
	float leak_down, leak_up;
	float noise_down, noise_up;
	float learn;
	float erle;
	unsigned hold;	   /* near-end speech lasts that long after its last block */
	unsigned tail;	   /* an echo may last that long */
};

/* What plain C knows of a lane. */
struct echo_lane {
	struct echo_lane_conf conf;
	float near, error, echo, expected; /* levels */
	float loudest[2]; /* far, in this tail's time and in the one before */
	unsigned tail;	  /* blocks of this one so far */
	float leak;	  /* least of error to echo lately */
	float noise;	  /* background level */
	unsigned learnt;  /* blocks of background */
	unsigned hold;	  /* blocks until near-end speech is over */
	bool speech;	  /* near end, in this block */
	bool unheard;	  /* there is no echo that could be left */
	bool harmful;	  /* the filter adds more than it takes */
	float gain, cancel, noise_gain; /* at the end of the last block */
	float erle_near, erle_error;
	struct echo_disabler disabler;
};

void echo_pace_set(struct echo_pace *pace, unsigned block);
void echo_lane_begin(struct echo_lane *lane);
/* conf has changed. */
void echo_lane_configure(struct echo_lane *lane);
/* 1 where the filter learns, or 0. */
float echo_lane_adapts(const struct echo_lane *lane);
/* Decides what is to come out of this block. */
void echo_lane_decide(struct echo_lane *lane, unsigned i, const struct echo_pace *pace,
		      const struct echo_signals *signals, struct echo_controls *controls);

/* cos and sin of 2 pi i / 128 */
extern const float echo_turn[128][2];
/* sin of pi (i + 1/2) / 64, and of pi (i + 1/2) / 128: windows over two blocks */
extern const float echo_window_32[64], echo_window_64[128];
/* cos and sin of 2100 Hz, a period and a block */
extern const float echo_2100[80 + ECHO_BLOCK_MAX][2];
/* Where the transform of 32 (64) complex numbers has its k-th. */
extern const uint8_t echo_order_32[32], echo_order_64[64];

#endif
