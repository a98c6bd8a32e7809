/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Line echo canceller (ITU-T G.168) for a lane group: LANES channels with the same tail and the same block. In each
 * block it is told what went out to each line (far) and what came in from it (near), as linear samples of 16 bits, and
 * gives near without the echo of far.
 *
 * A partitioned-block frequency-domain filter, whose steps are those of a Kalman filter with one variance for each band
 * and the partitions' shares of it (dsp/echo_filter.h, dsp/echo_adapt.h); a non-linear processor with comfort noise
 * (dsp/echo_control.c, dsp/echo_output.h); a tone disabler (dsp/echo_disabler.h). Nothing is allocated: the caller gives
 * the memory. One thread at a time.
 */
#ifndef DSP_ECHO_H
#define DSP_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/lanes.h"

#define ECHO_ALIGN     64
#define ECHO_BLOCK_MAX 64
#define ECHO_TAPS_MAX  1024
#define ECHO_PARTS_MAX 32

struct echo_conf {
	unsigned taps;	/* 256, 512 or 1024 samples: 32, 64, 128 ms */
	unsigned block; /* 32 or 64 samples: 4 or 8 ms, which is the canceller's delay for who feeds it sample by sample */
	enum lanes_build build; /* what lanes_best() says, or a narrower one */
};

enum echo_mode {
	ECHO_OFF,    /* near passes unchanged, octet for octet after G.711: clearmode, unused lanes */
	ECHO_ON,
	ECHO_FROZEN, /* cancels, does not adapt */
};

struct echo_lane_conf {
	enum echo_mode mode;
	bool no_nlp;	       /* the linear filter alone */
	bool no_comfort_noise; /* the non-linear processor leaves silence */
	bool no_disabler;      /* 2100 Hz changes nothing */
};

enum echo_state {
	ECHO_ST_OFF,
	ECHO_ST_DISABLED,    /* by 2100 Hz with phase reversals, until silence */
	ECHO_ST_CONVERGING,
	ECHO_ST_DOUBLE_TALK, /* the near end speaks while there is echo */
	ECHO_ST_CONVERGED,
};

struct echo_report {
	enum echo_state state;
	bool nlp_disabled; /* by 2100 Hz, with or without phase reversals */
	bool nlp_active;
	float erl_db;	   /* echo return loss of the line as the filter knows it; 99: no echo */
	float erle_db;	   /* what the filter alone takes away, over the last seconds of echo */
	float noise_dbm0;  /* the near end's background */
	unsigned tail_begin_ms, tail_end_ms; /* where 98 % of the taps' energy is; 0, 0: nowhere */
	uint32_t disablings;
};

struct echo;

/* Octets of memory for a group, 0 when conf is not one of those above or the processor cannot run the build. */
size_t echo_octets(const struct echo_conf *conf);
/* In memory of echo_octets() aligned to ECHO_ALIGN; all lanes are off. */
struct echo *echo_init(void *memory, const struct echo_conf *conf);
/* A lane that was off begins anew; another keeps what it has learnt. */
void echo_lane_set(struct echo *echo, unsigned lane, const struct echo_lane_conf *conf);
/* Forgets all that the lane has learnt. */
void echo_lane_reset(struct echo *echo, unsigned lane);
/* One block of all lanes, side by side (dsp/lanes.h). heard, bit n: something came in from lane n. near is then without the
 * echo of far in those of them that are not off; of the others nothing is learnt, and they stay as they are. */
void echo_run(struct echo *echo, const int16_t (*far)[LANES], int16_t (*near)[LANES], uint32_t heard);
void echo_lane_report(const struct echo *echo, unsigned lane, struct echo_report *report);
const char *echo_state_name(enum echo_state state);

#endif
