/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A lane group of the echo canceller for those who read and write lines in chunks: gathers what each lane sends and
 * receives into blocks. What was sent waits, like in the line's own queue, until something is received: the n-th sample
 * received is taken to have come while the n-th sent went out, which holds as long as what lies waiting here and in the
 * line is the same (echo_group_align()).
 *
 * A turn: received() for each lane, run() once, then take() and sent() for each lane. The added delay is that of chunks
 * which blocks do not divide: echo_group_delay(), less than a block, and 0 when a chunk is one or more whole blocks.
 */
#ifndef DSP_ECHO_GROUP_H
#define DSP_ECHO_GROUP_H

#include "dsp/echo.h"

#define ECHO_GROUP_SAMPLES 2048 /* that a lane holds, each way: 256 ms */

struct echo_group_conf {
	struct echo_conf echo;
	unsigned chunk; /* samples that are received at a time, or a divisor of it */
};

struct echo_group;

/* 0: conf is wrong (see echo_octets()). Memory is aligned to ECHO_ALIGN. */
size_t echo_group_octets(const struct echo_group_conf *conf);
struct echo_group *echo_group_init(void *memory, const struct echo_group_conf *conf);
/* Samples that a lane is later for being cancelled. */
unsigned echo_group_delay(const struct echo_group *group);
/* For echo_lane_set(), echo_lane_reset(), echo_lane_report(). */
struct echo *echo_group_echo(struct echo_group *group);

/* The lane begins anew, with echo_group_delay() samples of silence to be taken. */
void echo_group_open(struct echo_group *group, unsigned lane, const struct echo_lane_conf *conf);
/* Nobody waits for the lane any more. */
void echo_group_close(struct echo_group *group, unsigned lane);

/* What was written to the line; returns how many were kept, fewer than n only where the lane is full. */
size_t echo_group_sent(struct echo_group *group, unsigned lane, const int16_t *far, size_t n);
/* waiting samples have been written that the line has not sent yet: older ones are dropped, or silence is put before. */
void echo_group_align(struct echo_group *group, unsigned lane, size_t waiting);
size_t echo_group_received(struct echo_group *group, unsigned lane, const int16_t *near, size_t n);
/* Runs all blocks for which all open lanes have received enough; a lane two chunks behind the others is left out. */
void echo_group_run(struct echo_group *group);
/* Samples without echo, at most n; returns how many. */
size_t echo_group_take(struct echo_group *group, unsigned lane, int16_t *near, size_t n);

#endif
