/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* From digits to an outgoing leg: routing, hunting over trunk groups, re-attempts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/call/call_private.h"
#include "gw/call/cause.h"

void call_setup_take(struct call *call, const struct leg_event *event)
{
	const struct leg_attachment *a = &event->attachment;
	size_t uui = event->setup->user_to_user.n;

	call->setup = *event->setup;
	if (uui > CALL_UUI_MAX) {
		log_write(LOG_WARNING, call->record.id,
			  "user-to-user information of %zu octets dropped; at most %d go through",
			  uui, CALL_UUI_MAX);
		uui = 0;
	}
	if (uui)
		memcpy(call->uui, event->setup->user_to_user.p, uui);
	call->setup.user_to_user = (struct str){ (const char *)call->uui, uui };
	if (a->protocol && a->n <= sizeof(call->attachment)) {
		memcpy(call->attachment, a->octets, a->n);
		call->attached = (struct leg_attachment){ a->protocol, call->attachment, a->n };
	}
	call->record.calling = call->setup.calling;
	call->record.called = call->setup.called;
}

bool call_digits_take(struct call *call, struct str digits, bool complete)
{
	char *number = call->setup.called.digits;
	size_t have = strlen(number);

	if (have + digits.n > LEG_DIGITS_MAX)
		return false;
	if (digits.n)
		memcpy(number + have, digits.p, digits.n);
	number[have + digits.n] = '\0';
	call->setup.complete |= complete;
	call->record.called = call->setup.called;
	return true;
}

/* The text that routes are matched against: E.164 with its plus, anything else as dialled. */
static struct str number_text(const struct leg_number *number, char *text, size_t cap)
{
	size_t n = 0;

	if (number->noa == LEG_NOA_INTERNATIONAL)
		n = str_add(text, cap, n, STR("+"));
	return (struct str){ text, str_add(text, cap, n, str_c(number->digits)) };
}

static void hunt_begin(struct call *call, const struct route *route)
{
	call->n_hunt = call->hunt_at = 0;
	call->tries = 0;
	for (size_t i = 0; i < route->n_to; i++) {
		struct trunk *trunk = call_core_find_trunk(call->core, route->to[i]);

		if (trunk)
			call->hunt[call->n_hunt++] = trunk;
	}
	(void)str_add(call->record.route, sizeof(call->record.route), 0, str_c(route->name));
	call->no_answer_ms = route->no_answer_ms;
	call_media_supervise(call, route);
}

/* What the route makes of the number: unchanged digits keep their nature of address. */
static void number_out(const struct call *call, struct leg_number *number)
{
	struct str in = str_c(call->called_out);
	char before[LEG_DIGITS_MAX + 2];

	*number = call->setup.called;
	if (str_eq(in, number_text(number, before, sizeof(before))))
		return;
	number->noa = LEG_NOA_UNKNOWN;
	if (in.n && in.p[0] == '+') {
		number->noa = LEG_NOA_INTERNATIONAL;
		in.p++;
		in.n--;
	}
	(void)str_copy(number->digits, sizeof(number->digits), in);
}

/* 0: the trunk took the call (or it ended meanwhile); else *cause says why not. */
static int seize(struct call *call, struct trunk *trunk, enum q850_cause *cause)
{
	struct leg_setup setup = call->setup;
	struct leg *leg = NULL;
	int err;

	*cause = Q850_NETWORK_OUT_OF_ORDER;
	if (!trunk->ops->available(trunk))
		return -ENETUNREACH;
	*cause = Q850_NO_CIRCUIT;
	if (trunk->max_calls && trunk->calls >= trunk->max_calls)
		return -EAGAIN;
	number_out(call, &setup.called);
	call->record.called_sent = setup.called;
	call->record.attempts++;
	call->tries++;
	*cause = Q850_TEMPORARY_FAILURE;
	err = trunk->ops->seize(trunk, call, &setup, &call->attached, &leg, cause);
	if (err)
		log_write(LOG_NOTICE, call->record.id, "trunk %s refused the call: cause %u %s",
			  trunk->name, (unsigned)*cause, q850_cause_name(*cause));
	return err;
}

/* Walks the trunk groups that are left; releases the call when none takes it. */
static void place(struct call *call)
{
	enum q850_cause cause = Q850_NO_CIRCUIT;

	call_state_set(call, CALL_ST_PROCEEDING);
	for (; call->hunt_at < call->n_hunt; call->hunt_at++, call->tries = 0) {
		struct trunk *trunk = call->hunt[call->hunt_at];

		if (seize(call, trunk, &cause))
			continue;
		if (call->no_answer_ms && call->state < CALL_ST_ACTIVE &&
		    !timer_running(&call->no_answer))
			timer_start_ms(&call->no_answer, call->no_answer_ms);
		return;
	}
	call_release_local(call, cause);
}

/* The digit map knows: nothing waits for a pause that is not needed (RFC 3578 2). */
static void digits_complete(struct call *call)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS, .digits_complete = true };

	call->setup.complete = true;
	call->leg[0]->ops->event(call->leg[0], &event);
}

/* Whether the call may go on; it waits for more digits, or is released, when not. */
static bool digits_suffice(struct call *call, const struct route *route)
{
	enum digit_map_match match =
		route->digits ? digit_map_match(route->digits, str_c(call->setup.called.digits))
			      : DIGIT_MAP_ENOUGH;

	if (match == DIGIT_MAP_NEVER || (match == DIGIT_MAP_MORE && call->setup.complete)) {
		log_write(LOG_NOTICE, call->record.id, "%s is no number of route %s",
			  call->setup.called.digits, route->name);
		call_release_local(call, Q850_INCOMPLETE);
		return false;
	}
	if (match == DIGIT_MAP_COMPLETE && !call->setup.complete)
		digits_complete(call);
	if (match == DIGIT_MAP_MORE || (route->digits && !call->setup.complete)) {
		call_state_set(call, CALL_ST_COLLECTING);
		return false;
	}
	return true;
}

void call_try(struct call *call)
{
	char text[LEG_DIGITS_MAX + 2];
	struct str number = number_text(&call->setup.called, text, sizeof(text));
	const struct route *route;
	enum route_answer answer = route_find(call->core->routes, number, call->leg[0]->trunk->name,
					      call->setup.complete, &route);

	if (answer == ROUTE_MORE) {
		call_state_set(call, CALL_ST_COLLECTING);
		return;
	}
	if (answer == ROUTE_NONE) {
		log_write(LOG_NOTICE, call->record.id, "no route for %s from %s", text,
			  call->leg[0]->trunk->name);
		call_release_local(call, Q850_NO_ROUTE);
		return;
	}
	if (!digits_suffice(call, route))
		return;
	hunt_begin(call, route);
	if (!call->setup.complete && !(call->n_hunt && call->hunt[0]->ops->overlap)) {
		call_state_set(call, CALL_ST_COLLECTING);
		return;
	}
	if (route_apply(route, number, call->called_out, sizeof(call->called_out)) ||
	    strlen(call->called_out) > LEG_DIGITS_MAX + (call->called_out[0] == '+')) {
		call_release_local(call, Q850_INCOMPLETE);
		return;
	}
	log_write(LOG_INFO, call->record.id, "%s from %s by route %s", text,
		  call->leg[0]->trunk->name, route->name);
	place(call);
}

/* Cause 44 is about one circuit: the trunk group may have another. */
static bool same_trunk(const struct call *call, const struct leg_release *release)
{
	return release->cause == Q850_CIRCUIT_NOT_AVAILABLE && call->tries < CALL_TRIES_MAX;
}

bool call_may_reattempt(const struct call *call, const struct leg_release *release)
{
	return same_trunk(call, release) || call->hunt_at + 1 < call->n_hunt;
}

void call_reattempt(struct call *call, const struct leg_release *release)
{
	if (!same_trunk(call, release)) {
		call->hunt_at++;
		call->tries = 0;
	}
	log_write(LOG_NOTICE, call->record.id, "re-attempt on trunk %s after cause %u",
		  call->hunt[call->hunt_at]->name, (unsigned)release->cause);
	place(call);
}
