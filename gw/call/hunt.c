/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* From digits to an outgoing leg: routing, hunting over trunk groups, re-attempts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/call_private.h"
#include "gw/call/trunk.h"

static struct counter returns_refused = COUNTER_INIT(
	"causeway_call_returns_refused_total", "Calls kept from the trunk that they came from");

/* Few calls bring any. */
static void octets_keep(struct call *call, struct str uui, const struct leg_attachment *a)
{
	size_t attached = a->protocol && a->n <= CALL_ATTACHMENT_MAX ? a->n : 0;

	call->setup.user_to_user = STR_NONE;
	call->kept = uui.n + attached ? malloc(uui.n + attached) : NULL;
	if (!call->kept) {
		if (uui.n + attached)
			log_write(LOG_ERROR, call->record.id,
				  "no memory for what the call brings along: it goes without");
		return;
	}
	if (uui.n)
		memcpy(call->kept, uui.p, uui.n);
	call->setup.user_to_user = (struct str){ (const char *)call->kept, uui.n };
	if (!attached)
		return;
	memcpy(call->kept + uui.n, a->octets, attached);
	call->attached = (struct leg_attachment){ a->protocol, call->kept + uui.n, attached };
}

void call_setup_take(struct call *call, const struct leg_event *event)
{
	struct str uui = event->setup->user_to_user;

	call->setup = *event->setup;
	if (uui.n > CALL_UUI_MAX) {
		log_write(LOG_WARNING, call->record.id,
			  "user-to-user information of %zu octets dropped; at most %d go through",
			  uui.n, CALL_UUI_MAX);
		uui = STR_NONE;
	}
	octets_keep(call, uui, &event->attachment);
	call->setup.target = STR_NONE;
	/* RFC 4904 5: a call that names no other comes from the trunk group that it came in by. */
	if (!call->setup.groups.from[0])
		(void)str_copy(call->setup.groups.from, sizeof(call->setup.groups.from),
			       str_c(call->leg[0]->trunk->name));
	call->record.calling = call->setup.calling;
	call->dialled = call->setup.called;
	call_number_take(call);
}

void call_number_take(struct call *call)
{
	call->setup.called = call->dialled;
	trunk_number_in(call->leg[0]->trunk, &call->setup.called);
	call->record.dialled = call->dialled;
	call->record.called = call->setup.called;
	call->record.original = call->setup.redirection.original;
	call->record.redirecting = call->setup.redirection.last;
	call->record.redirections = call->setup.redirection.counter;
	call->record.routing = call->setup.portability.routing;
	call->record.location = call->setup.location;
	call->record.carrier = call->setup.carrier;
	call->record.priority = call->setup.priority;
	call->record.category = call->setup.category;
}

bool call_digits_take(struct call *call, struct str digits, bool complete)
{
	char *number = call->dialled.digits;
	size_t have = strlen(number);

	if (have + digits.n > LEG_DIGITS_MAX)
		return false;
	if (digits.n)
		memcpy(number + have, digits.p, digits.n);
	number[have + digits.n] = '\0';
	/* What a route made of the number goes on with it. */
	have = strlen(call->called_out);
	if (have)
		(void)str_add(call->called_out, sizeof(call->called_out), have, digits);
	call->setup.complete |= complete;
	call_number_take(call);
	return true;
}

struct str call_number_text(const struct leg_number *number, char *text, size_t cap)
{
	size_t n = 0;

	if (number->noa == LEG_NOA_INTERNATIONAL)
		n = str_add(text, cap, n, STR("+"));
	return (struct str){ text, str_add(text, cap, n, str_c(number->digits)) };
}

/* What the route makes of the number: unchanged digits keep their nature of address. */
static void routed_number(const struct call *call, struct leg_number *number)
{
	struct str in = str_c(call->called_out);
	char before[LEG_DIGITS_MAX + 2];

	*number = call->setup.called;
	if (str_eq(in, call_number_text(number, before, sizeof(before))))
		return;
	number->noa = LEG_NOA_UNKNOWN;
	if (in.n && in.p[0] == '+') {
		number->noa = LEG_NOA_INTERNATIONAL;
		in.p++;
		in.n--;
	}
	(void)str_copy(number->digits, sizeof(number->digits), in);
}

struct refusal {
	enum q850_cause cause;
	const char *why; /* for people; NULL: the trunk's protocol told the cause */
};

/* Whether the trunk may be asked; else *refusal says why not. */
static bool may_seize(struct call *call, struct trunk *trunk, struct refusal *refusal)
{
	*refusal = (struct refusal){ Q850_EXCHANGE_ROUTING_ERROR, "the call came from it" };
	if (trunk == call->leg[0]->trunk && trunk_refuses_return(trunk)) {
		counter_add(&returns_refused, 1);
		return false;
	}
	*refusal = (struct refusal){ Q850_NETWORK_OUT_OF_ORDER, "it is not available" };
	if (!trunk->ops->available(trunk))
		return false;
	refusal->cause = trunk_admit(trunk, TRUNK_OUT, call->spared,
				     timer_heap_now_us(call->core->conf.heap));
	refusal->why = refusal->cause == Q850_NO_CIRCUIT ? "as many calls are up as it may have"
							 : "more calls a second than it may have";
	return refusal->cause == Q850_NONE;
}

/* 0: the trunk took the call (or it ended meanwhile); else *refusal says why not. */
static int seize(struct call *call, struct trunk *trunk, struct refusal *refusal)
{
	struct leg_setup setup = call->setup;
	struct leg *leg = NULL;
	int err;

	if (!may_seize(call, trunk, refusal))
		return -EAGAIN;
	routed_number(call, &setup.called);
	trunk_number_out(trunk, &setup.called);
	if (trunk->ops->targets)
		setup.target = call_target(call);
	(void)str_copy(call->record.target, sizeof(call->record.target), setup.target);
	call->record.called_sent = setup.called;
	(void)call_overlap_setup(call, trunk, &setup);
	call->record.attempts++;
	call->tries++;
	*refusal = (struct refusal){ Q850_TEMPORARY_FAILURE, NULL };
	err = trunk->ops->seize(trunk, call, &setup, &call->attached, &leg, &refusal->cause);
	if (!err)
		call_overlap_seized(call, &setup);
	return err;
}

void call_place(struct call *call)
{
	struct refusal refusal = { Q850_NO_CIRCUIT, NULL };

	call_state_set(call, CALL_ST_PROCEEDING);
	for (; call->hunt_at < call->n_hunt && call_attempts_left(call); call->hunt_at++) {
		struct trunk *trunk = call->hunt[call->hunt_at];

		if (!call->setup.complete && !overlap_of(&call->overlap.conf, trunk)->early) {
			call_state_set(call, CALL_ST_COLLECTING);
			return;
		}
		if (!seize(call, trunk, &refusal)) {
			if (call->no_answer_ms && call->state < CALL_ST_ACTIVE &&
			    !timer_running(&call->no_answer))
				timer_start_ms(&call->no_answer, call->no_answer_ms);
			return;
		}
		log_write(LOG_NOTICE, call->record.id, "trunk %s refused the call: cause %u %s%s%s",
			  trunk->name, (unsigned)refusal.cause, q850_cause_name(refusal.cause),
			  refusal.why ? ", " : "", refusal.why ? refusal.why : "");
		call->tries = 0;
		call_target_first(call);
	}
	call_release_local(call, refusal.cause);
}

/* More digits could make another number of those that are there. */
static bool number_may_change(const struct call *call)
{
	return !call->setup.complete && trunk_number_undecided(call->leg[0]->trunk, &call->dialled);
}

void call_try(struct call *call)
{
	char text[LEG_DIGITS_MAX + 2];
	struct str number = call_number_text(&call->setup.called, text, sizeof(text));
	const struct route *route;
	enum route_answer answer;

	/* A leg that is to be replaced has not let go yet. */
	if (call->leg[1])
		return;
	answer = call_route_find(call, number, &route);
	if (answer == ROUTE_MORE || number_may_change(call)) {
		call_overlap_await(call, NULL, route == NULL);
		call_state_set(call, CALL_ST_COLLECTING);
		return;
	}
	if (answer == ROUTE_NONE) {
		log_write(LOG_NOTICE, call->record.id, "no route for %s from %s", text,
			  call->leg[0]->trunk->name);
		call_release_local(call, Q850_NO_ROUTE);
		return;
	}
	if (!call_overlap_suffices(call, route) || !call_admitted(call, route))
		return;
	call_hunt_begin(call, route);
	if (route_apply(route, number, call->called_out, sizeof(call->called_out)) ||
	    strlen(call->called_out) > LEG_DIGITS_MAX + (call->called_out[0] == '+')) {
		call_release_local(call, Q850_INCOMPLETE);
		return;
	}
	if (call_lookup_waits(call, route))
		return;
	log_write(LOG_INFO, call->record.id, "%s from %s by route %s%s", text,
		  call->leg[0]->trunk->name, route->name, route->emergency ? " (emergency)" : "");
	call_route_taken(call, route);
	call_place(call);
}

/* Cause 44 is about one circuit: the trunk group may have another. */
static bool same_trunk(const struct call *call, const struct leg_release *release)
{
	return release->cause == Q850_CIRCUIT_NOT_AVAILABLE && call->tries < CALL_TRIES_MAX;
}

bool call_may_reattempt(const struct call *call, const struct leg_release *release)
{
	return call_attempts_left(call) && (same_trunk(call, release) || call_target_left(call) ||
					    call->hunt_at + 1 < call->n_hunt);
}

void call_reattempt(struct call *call, const struct leg_release *release)
{
	if (!same_trunk(call, release)) {
		call->tries = 0;
		call->use->failed_over++;
		if (call_target_left(call)) {
			call_target_next(call);
		} else {
			call_target_first(call);
			call->hunt_at++;
		}
	}
	log_write(LOG_NOTICE, call->record.id, "re-attempt on trunk %s after cause %u",
		  call->hunt[call->hunt_at]->name, (unsigned)release->cause);
	call_place(call);
}
