/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The call core: two legs, one vocabulary, one two-leg state machine. It routes, hunts, re-attempts, owns the media
 * channel and writes the record. Core thread only.
 */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include "conf/conf.h"
#include "gw/base/table.h"
#include "gw/base/timer.h"
#include "gw/call/leg.h"
#include "gw/media/media.h"
#include "gw/route/route.h"

#define CALL_ID_MAX 20
#define CALL_TARGETS_MAX 4
#define CALL_TARGET_MAX 256

enum call_state {
	CALL_ST_NULL,	    /* made, not routed */
	CALL_ST_COLLECTING, /* digits awaited before a route is clear */
	CALL_ST_LOCATING,   /* the number is looked up (ENUM) */
	CALL_ST_PROCEEDING, /* the called leg has its setup */
	CALL_ST_COMPLETE,   /* address complete */
	CALL_ST_ALERTING,
	CALL_ST_ACTIVE,
	CALL_ST_CLEARING,   /* one or both legs are being released */
	CALL_ST_RELEASED,
	CALL_STS
};

/* What a call was, handed to observers when both legs are gone. Times: wall clock, microseconds, 0: never. */
struct call_record {
	char id[CALL_ID_MAX];
	const char *trunk_in, *trunk_out; /* NULL: never routed */
	const char *protocol_in, *protocol_out;
	char leg_in[64], leg_out[64];
	struct leg_number calling, called, called_sent;
	struct leg_number dialled;    /* called, as it came */
	char target[CALL_TARGET_MAX]; /* the URI of ENUM that was called; empty: none */
	struct leg_number original, redirecting, connected, routing, location; /* digits empty: none */
	uint8_t redirections, category;
	struct leg_carrier carrier;
	struct leg_priority priority;
	char route[32];
	const char *overlap;	 /* how digits that came one by one went on; NULL: the number was complete */
	uint32_t post_dial_ms;	 /* from the last digit to the first sign of the called side; 0: none came */
	bool post_dial;
	uint64_t start_us, complete_us, alerting_us, answer_us, end_us;
	unsigned attempts;
	unsigned released_by; /* side, 2: the gateway itself */
	struct leg_release release;
	struct media_end_stats media[2];
	struct call_media_faults {
		uint32_t rtp_timeouts, silences;
	} faults[2];
};

struct call_observer {
	void (*ended)(void *arg, const struct call_record *record);
	void *arg;
	struct call_observer *next;
};

struct call_core;
struct numbers;
struct treatments;
struct load;

struct call_core_conf {
	struct timer_heap *heap;      /* borrow */
	struct media_engine *media;   /* borrow; NULL: calls without media (benchmark of the signalling) */
	const char *rtp_address;      /* borrow */
	uint64_t (*wall_us)(void *arg); /* the wall clock, for hours of routes; NULL: this machine's */
	void *wall_arg;
	uint64_t random_seed;	      /* for weights; 0: from the system */
	uint32_t release_timeout_ms;  /* a leg that does not answer RELEASE is given up after this; 0: 64 s */
};

/* How numbers are looked up (RFC 6116): fn gets SIP URIs in the order of preference, none where nothing was found. It is
 * never called from within start, nor after cancel. start: -errno, and fn is not called. */
typedef void call_lookup_fn(void *arg, const char *const *uris, size_t n);
struct call_lookup {
	int (*start)(void *arg, struct str number, const char *root, call_lookup_fn *fn, void *fn_arg, void **query);
	void (*cancel)(void *query);
	void *arg;
};

/* own */
struct call_core *call_core_new(const struct call_core_conf *conf);
/* Every call must be gone. */
void call_core_free(struct call_core *core);
void call_core_observe(struct call_core *core, struct call_observer *observer);
/* Trunks and routes; the routes are replaced whole by a reload. Trunks are borrowed and must outlive their calls. */
void call_core_add_trunk(struct call_core *core, struct trunk *trunk);
/* The trunk is no longer found, and no longer listed once its last call has ended; it may be added again. */
void call_core_remove_trunk(struct call_core *core, struct trunk *trunk);
struct trunk *call_core_find_trunk(const struct call_core *core, const char *name);
struct trunk *call_core_first_trunk(const struct call_core *core);
void call_core_set_routes(struct call_core *core, struct route_table *routes);
/* borrow, until the next set. */
const struct route_table *call_core_routes(const struct call_core *core);
/* Copied; timeout_ms: how long a call waits for an answer. */
void call_core_set_lookup(struct call_core *core, const struct call_lookup *lookup, uint32_t timeout_ms);
/* Indices of route->to in the order in which they would be asked now; and the hour by which routes count now. */
void call_core_order(struct call_core *core, const struct route *route, uint8_t order[CONF_TARGETS_MAX]);
struct week_time call_core_week(const struct call_core *core);
/* own; what callers hear of calls that are not answered, from now on. */
void call_core_set_treatments(struct call_core *core, struct treatments *treatments);
/* borrow; which new calls are refused with cause 42 as the exchange is overloaded. NULL: none. */
void call_core_set_load(struct call_core *core, struct load *load);
/* borrow: lengths of numbers that answered calls have taught. */
struct numbers *call_core_numbers(const struct call_core *core);
/* No new calls: setups are refused with cause 41 (graceful shutdown). */
void call_core_drain(struct call_core *core, bool on);
size_t call_core_calls(const struct call_core *core);
/* Releases every call with this cause. */
void call_core_release_all(struct call_core *core, enum q850_cause cause);
void call_core_each(struct call_core *core, void (*fn)(struct call *call, void *arg), void *arg);
struct call *call_core_find(struct call_core *core, struct str id);

/*
 * For the legs. An incoming leg makes its call first (so that it has an id and a media channel for its SDP), then
 * raises SETUP. NULL: refused (drain, memory); the leg answers its peer itself with *cause.
 */
struct call *call_new(struct call_core *core, struct leg *leg, enum q850_cause *cause);
/* An outgoing leg takes its place in the call inside trunk_ops.seize. */
void call_bind(struct call *call, struct leg *leg);
/* The leg says something to the core. May re-enter the leg (or the other one) before it returns. After RELEASED the
 * leg no longer belongs to the call. */
void call_raise(struct leg *leg, const struct leg_event *event);
/* NULL when calls run without media. */
struct media_channel *call_media(const struct call *call);
/* Ringback towards the leg at side, as the configuration has it; off also ends whatever else it hears from here. */
void call_ringback(struct call *call, unsigned side, bool on);
/* Protocol of the leg on the other side; NULL while there is none. */
const char *call_other_protocol(const struct call *call, unsigned side);
const char *call_rtp_address(const struct call *call);
const char *call_id(const struct call *call);
enum call_state call_state(const struct call *call);
const char *call_state_name(enum call_state state);
struct call_core *call_core_of(const struct call *call);

#endif
