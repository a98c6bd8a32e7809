/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A lane group: up to LANES bearers of one span whose received octets are worked on side by side, block by block: echo
 * canceller (dsp/echo.h), DTMF (dsp/dtmf.h) and tones (dsp/detect.h). Octets that nothing changes stay as they are.
 *
 * Core makes a group and gives out its lanes before a bearer is sent to the thread, and frees it when all have come back;
 * everything else belongs to the media thread. The bearers of a span tick together, so that in the steady state all lanes
 * have a block at the same time: they are in step. One that is late is waited for as long as a chunk and a round, and
 * then left out until it is brought in step again: its canceller sees octets twice, and an echo passes for as long.
 */
#ifndef MEDIA_LANE_GROUP_H
#define MEDIA_LANE_GROUP_H

#include "dsp/echo.h"
#include "gw/base/list.h"
#include "gw/media/bearer_end.h"

#define LANE_BLOCK_MAX ECHO_BLOCK_MAX

struct lane_shape {
	unsigned taps;	/* of the canceller; 0: there is none */
	unsigned block; /* samples */
};

struct lane_group {
	struct lane_shape shape;
	/* core */
	struct lane_group *next; /* own */
	uint32_t taken;		 /* bit n: lane n is given out */
	/* media thread */
	struct list_node node; /* while it has members */
	unsigned members;
	struct bearer_end *lane[LANES]; /* borrow */
	bool hears_dtmf, hears_tones, hears_far; /* any of them */
	bool waited;			/* for a late one, more than a chunk, in the round before */
	struct echo *echo;		/* own; NULL: there is none */
	struct dtmf_group dtmf;
	struct detect_group tones, far_tones;
};

/* 0 or -EINVAL. false in *needed: such a bearer needs no lane. */
int lane_shape_of(const struct media_bearer_params *params, struct lane_shape *shape, bool *needed);
/* own; NULL: no memory. For tests build is one that lanes_can() run; usually lanes_best(). */
struct lane_group *lane_group_new(const struct lane_shape *shape, enum lanes_build build);
void lane_group_free(struct lane_group *group);

/* The bearer takes its lane, as its params say; the group is in groups while it has members. */
void lane_group_join(struct list *groups, struct lane_group *group, unsigned lane, struct bearer_end *bearer);
void lane_group_leave(struct bearer_end *bearer);
/* Its params changed, but not its group. */
void lane_group_set(struct bearer_end *bearer);
/* Works on all whole blocks. */
void lane_group_run(struct lane_group *group);
void lane_group_report(const struct lane_group *group, unsigned lane, struct media_echo *echo);

#endif
