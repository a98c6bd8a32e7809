/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Overlap dialling in the core: when a number suffices, how its digits go on to each trunk (one strategy each, as the route
 * says), how many half-dialled calls a trunk may have and for how long, and how long callers wait after the last digit.
 * RFC 3578, Q.764 2.1.2 and 2.2.5. Core thread only.
 */
#ifndef CALL_OVERLAP_H
#define CALL_OVERLAP_H

#include "gw/base/timer.h"
#include "gw/call/leg.h"
#include "gw/call/numbers.h"
#include "gw/route/route.h"

struct call;
struct call_core;
struct overlap_ops;

struct call_overlap { /* of a call */
	const struct overlap_ops *ops; /* of the trunk that was seized last; NULL: none was */
	struct conf_route_overlap conf; /* of the route */
	struct trunk *trunk; /* borrow: that the call came from, while half */
	bool overlapped;   /* the number was not complete at first */
	bool half;	   /* counted among its trunk's half-dialled calls */
	bool by_length;	   /* taken as complete by a learnt length: T10 still runs */
	bool replacing;	   /* the leg is being told to let go */
	bool sent_complete; /* the trunk was given a number that is complete */
	uint64_t last_digit_us; /* monotonic */
	struct timer limit;
};

/* A way to send digits on. */
struct overlap_ops {
	const char *name;
	const char *what; /* for people */
	enum leg_overlap_way way;
	/* A part of the number may go to the trunk; else all of it is awaited first. */
	bool early;
	/* Changes what the trunk's setup says. NULL: as dialled. */
	void (*setup)(struct call *call, struct leg_setup *setup);
	/* The trunk was seized with that setup. NULL: no more is to be done. */
	void (*seized)(struct call *call, const struct leg_setup *setup);
	/* More digits, or that there are no more; they are in the call's setup already. NULL: they are ignored. */
	void (*digits)(struct call *call, const struct leg_event *event);
};

extern const struct overlap_ops overlap_collect, overlap_invites, overlap_info, overlap_184, overlap_through,
	overlap_split, overlap_replace;

/* By the route and the trunk's protocol. */
const struct overlap_ops *overlap_of(const struct conf_route_overlap *conf, const struct trunk *trunk);
/* What the route's digit map and lengths, and what was learnt, say of a number; *by_length: the last alone decided. */
enum digit_map_match overlap_judge(const struct route *route, struct str digits, struct numbers *numbers,
				   bool *by_length);
/* Whether the route says which timer runs while digits are awaited; else the trunk that the call came from does. */
bool overlap_times(const struct route *route);

/* For the call's state machine. */
int call_overlap_open(struct call *call) __attribute__((warn_unused_result));
void call_overlap_close(struct call *call);
/* A setup came: false when the call was released as one half-dialled call too many. */
bool call_overlap_begin(struct call *call);
/* Whether the call may go on by this route; it waits for digits, or is released, when not. */
bool call_overlap_suffices(struct call *call, const struct route *route);
/* Tells the leg that called what is awaited; route NULL: none is chosen yet. */
void call_overlap_await(struct call *call, const struct route *route, bool missing);
/* Digits after the setup, while the other side has not answered. */
void call_overlap_digits(struct call *call, const struct leg_event *event);
/* The called side gave a sign: the number was complete. */
void call_overlap_progressed(struct call *call);
/* It answered, and teaches the length; or it refused. */
void call_overlap_answered(struct call *call);
void call_overlap_refused(struct call *call, const struct leg_release *release);
/* Nothing is half-dialled any more. */
void call_overlap_end(struct call *call);
/* The outgoing leg makes room for another with more digits; and has let go. */
void call_overlap_replace(struct call *call);
void call_overlap_replaced(struct call *call);
/* Before and after seizing a trunk. False: it does not take a number that is not complete. */
bool call_overlap_setup(struct call *call, const struct trunk *trunk, struct leg_setup *setup);
void call_overlap_seized(struct call *call, const struct leg_setup *setup);

void overlap_counters_list(void);
/* overlap_delay.c; ops NULL: en bloc */
void overlap_delay_count(const struct overlap_ops *ops, uint32_t ms);
void overlap_delays_list(void);
struct table *overlap_table(void *core); /* `show overlap` */

#endif
