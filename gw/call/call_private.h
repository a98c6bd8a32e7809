/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of gw/call share: the call and the core. */
#ifndef CALL_CALL_PRIVATE_H
#define CALL_CALL_PRIVATE_H

#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/call/call.h"
#include "gw/call/overlap.h"
#include "gw/call/treatment.h"

#define CALL_UUI_MAX	    131 /* Q.763 3.60: user-to-user information */
#define CALL_ATTACHMENT_MAX 544 /* two ISUP messages */
#define CALL_TRIES_MAX	    3 /* circuits tried in one trunk group for cause 44 */

struct call {
	struct list_node node;
	struct hash_node by_id;
	struct call_core *core; /* borrow */
	enum call_state state;
	struct leg *leg[2];	     /* borrow; NULL when gone */
	struct media_channel *media; /* own; NULL: calls run without media */
	unsigned depth;		     /* nested call_raise: the call is freed at 0 */

	/* What the incoming leg asked for, kept for re-attempts. */
	struct leg_setup setup;
	uint8_t *kept; /* own: octets that setup.user_to_user and attached point to; NULL: there are none */
	struct leg_attachment attached;

	/* The called number as it came; in the setup it is as routes are matched. */
	struct leg_number dialled;

	/* Hunting: the trunk groups of the chosen route, in its order. */
	struct trunk *hunt[CONF_LISTS_MAX]; /* borrow */
	size_t n_hunt, hunt_at;
	unsigned tries;		  /* on hunt[hunt_at] */
	bool progressed;	  /* a backward event was passed on: no re-attempt any more */
	bool answered;
	uint32_t no_answer_ms;	  /* of the route, 0: none */
	enum q850_cause announced; /* in band, before any release; 0: none */
	bool rtp_failure_keep;	  /* of the route */
	char called_out[ROUTE_NUMBER_MAX];
	struct route_use *use;	   /* own reference; NULL: not placed yet */
	unsigned first_choice;	   /* of the route's trunk groups */
	unsigned attempts_max;	   /* of the route, 0: no limit */
	bool failover_set;
	uint64_t failover[2];	   /* of the route: bit n is cause n */
	bool admitted, spared;	   /* by the trunk that it came by; no limit refuses it */
	bool no_enum;		   /* looked up in vain */
	void *lookup;		   /* borrow: under way */
	struct timer lookup_timer;
	struct call_targets *targets; /* own; what was found, NULL: nothing */

	struct call_overlap overlap;
	bool ringback;	/* the caller hears it from here */
	bool treating;	/* clearing: the caller's release waits for what it hears of it */
	bool untreated; /* released without a word */

	struct timer no_answer;
	struct timer treatment;
	struct timer guard; /* a leg owes RELEASED */
	struct call_record record;
};

struct call_core {
	struct call_core_conf conf;
	struct list calls;
	struct hash by_id;
	size_t count;
	struct trunk *trunks;	     /* borrow, in order of addition */
	struct route_table *routes;  /* own */
	struct treatments *treatments; /* own; NULL: none is wanted */
	struct load *load;	     /* borrow; NULL: no call is refused for it */
	struct call_observer *observers;
	bool drain;
	uint32_t epoch; /* start time, first half of a call id */
	uint32_t serial;
	uint64_t random; /* for weights, never 0 */
	struct call_lookup lookup; /* start NULL: none */
	uint32_t lookup_ms;
	struct numbers *numbers; /* own */
	struct show show_calls, show_media, show_bearers, show_trunks, show_routes, show_numbers, show_overlap;
};

/* call.c */
void call_state_set(struct call *call, enum call_state state);
/* Releases both legs with a cause of the gateway's own. */
void call_release_local(struct call *call, enum q850_cause cause);
timer_fn call_no_answer_expired, call_guard_expired;
void call_leg_release(struct call *call, unsigned side, const struct leg_release *release);
/* treat.c */
/* The call is clearing, and the caller is told why first: true, and its leg is released later. */
bool call_treat(struct call *call);
/* What it heard is over, or it is not to hear any more. */
void call_treat_played(struct call *call);
void call_treat_end(struct call *call);
timer_fn call_treat_expired;
/* hunt.c */
/* The text that routes are matched against: E.164 with its plus, anything else as dialled. */
struct str call_number_text(const struct leg_number *number, char *text, size_t cap);
/* Walks the trunk groups that are left; releases the call when none takes it. */
void call_place(struct call *call);
void call_setup_take(struct call *call, const struct leg_event *event);
/* Adds digits; false when the number has no room for them. */
bool call_digits_take(struct call *call, struct str digits, bool complete);
/* Routes and places the call as far as the digits allow; may release it. */
void call_try(struct call *call);
/* The outgoing leg failed before any backward event: is another circuit or trunk group left, and try it. */
bool call_may_reattempt(const struct call *call, const struct leg_release *release);
void call_reattempt(struct call *call, const struct leg_release *release);
/* The text that routes are matched against: E.164 with its plus, anything else as dialled. */
struct str call_number_text(const struct leg_number *number, char *text, size_t cap);
/* Walks the trunk groups that are left; releases the call when none takes it. */
void call_place(struct call *call);
/* The called number is a new one, or longer: as routes are matched. */
void call_number_take(struct call *call);
/* select.c */
enum route_answer call_route_find(const struct call *call, struct str number, const struct route **route);
/* The call's number, as far as it came, goes by a route that no limit refuses. */
bool call_route_spares(const struct call *call);
/* Trunk groups in the order in which they are asked, and what else the route says of the call. */
void call_hunt_begin(struct call *call, const struct route *route);
/* The call is placed by this route; and it has ended. */
void call_route_taken(struct call *call, const struct route *route);
void call_route_done(struct call *call);
/* Whether the trunk that it came by may have one more, asked once; releases the call where not. */
bool call_admitted(struct call *call, const struct route *route);
bool call_fails_over(const struct call *call, enum q850_cause cause);
bool call_attempts_left(const struct call *call);
/* lookup.c */
/* The route looks the number up, and it has not been: the call waits, or is routed anew without. */
bool call_lookup_waits(struct call *call, const struct route *route);
void call_lookup_cancel(struct call *call);
timer_fn call_lookup_expired;
/* What was found: the URI that is called now, empty: none. */
struct str call_target(const struct call *call);
bool call_target_left(const struct call *call);
void call_target_next(struct call *call);
void call_target_first(struct call *call);
/* core.c */
/* Ends the record, tells the observers, frees. */
void call_end(struct call *call);
/* Counts the leg's trunk down and takes the end's statistics; the leg is forgotten. */
void call_leg_drop(struct call *call, unsigned side);
/* call_media.c */
media_event_fn call_media_event;
/* Digits that did not come with the media go on to that side: to its leg where digits go beside media, else into it. */
void call_digits_relay(struct call *call, unsigned to, struct str digits, uint32_t duration_ms);
/* The route says for how long media may stay away. */
void call_media_supervise(struct call *call, const struct route *route);
/* show_routing.c */
struct table *call_trunks_table(void *core);
struct table *call_routes_table(void *core);
/* show.c */
void call_show_open(struct call_core *core);
void call_show_close(struct call_core *core);
/* show_bearers.c */
void call_show_bearers_open(struct call_core *core);

#endif
