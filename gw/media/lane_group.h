/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A lane group: up to LANES bearers of one span whose received octets are worked on side by side, block by block: echo
 * canceller (dsp/echo.h), DTMF (dsp/dtmf.h) and tones (dsp/detect.h). Octets that nothing changes stay as they are.
 *
 * A group's state is large. So that it comes into the processor's cache once for a packet and not for every block, what
 * comes in is gathered until a packet of some lane gets whole by it. Packets leave evenly, which none is later for than the
 * latest would be. A session's first packet begins where those of the other lanes do (media_end.at); a phase for each group
 * spreads them over a packet's time.
 *
 * Core makes a group and gives out its lanes before a bearer is sent to the thread, and frees it when all have come back;
 * everything else belongs to the media thread. The bearers of a span tick together, so that in the steady state all lanes
 * have a block at the same time: they are in step. One that is late is waited for as long as a chunk and a round, and
 * then left out. Who begins or was left out is in step as soon as as much of it waits as of the others; what is more than
 * that passes as it is.
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
	unsigned phase;		 /* octets */
	/* media thread */
	struct list_node node; /* while it has members */
	unsigned members;
	uint32_t done; /* octets of a lane that were worked on, counted from the clock's time and the phase */
	struct bearer_end *lane[LANES]; /* borrow */
	bool hears_dtmf, hears_tones, hears_far; /* any of them */
	bool waited;			/* for a late one, more than a chunk, in the round before */
	struct echo *echo;		/* own; NULL: there is none */
	struct dtmf_group dtmf;
	struct detect_group tones, far_tones;
};

/* 0 or -EINVAL. false in *needed: such a bearer needs no lane. */
int lane_shape_of(const struct media_bearer_params *params, struct lane_shape *shape, bool *needed);
/* own; NULL: no memory. Groups of different phases, in octets, do their work at different times. For tests build is one that
 * lanes_can() run; usually lanes_best(). */
struct lane_group *lane_group_new(const struct lane_shape *shape, unsigned phase, enum lanes_build build);
void lane_group_free(struct lane_group *group);

/* The bearer takes its lane, as its params say; the group is in groups while it has members. */
void lane_group_join(struct list *groups, struct lane_group *group, unsigned lane, struct bearer_end *bearer);
void lane_group_leave(struct bearer_end *bearer);
/* Its params changed, but not its group. */
void lane_group_set(struct bearer_end *bearer);
/* Works on all whole blocks, when it is time to. */
void lane_group_run(struct lane_group *group);
void lane_group_report(const struct lane_group *group, unsigned lane, struct media_echo *echo);

#endif
