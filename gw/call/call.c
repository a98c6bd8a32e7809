/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The two-leg state machine. Side 0 called in, side 1 is called out. What a leg says in a state is
 * looked up in one table (call_table.c): its actions are here, and call_state_set is the only writer
 * of the state.
 */
#include <stdio.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "gw/base/wall.h"
#include "gw/call/call_private.h"
#include "gw/call/call_table.h"
#include "gw/call/cause.h"
#include "gw/call/load.h"

#define CATEGORY_PRIORITY 0x0b

static struct counter guard_expiries =
	COUNTER_INIT("causeway_call_release_guard_total",
		     "Legs given up because they did not confirm a release");

static const char *const state_names[CALL_STS] = {
	[CALL_ST_NULL] = "null",
	[CALL_ST_COLLECTING] = "collecting",
	[CALL_ST_LOCATING] = "locating",
	[CALL_ST_PROCEEDING] = "proceeding",
	[CALL_ST_COMPLETE] = "address complete",
	[CALL_ST_ALERTING] = "alerting",
	[CALL_ST_ACTIVE] = "active",
	[CALL_ST_CLEARING] = "clearing",
	[CALL_ST_RELEASED] = "released",
};

const char *call_state_name(enum call_state state)
{
	return state_names[state];
}

const char *leg_ev_name(enum leg_ev ev)
{
	static const char *const names[LEG_EVS] = {
		[LEG_EV_SETUP] = "setup",
		[LEG_EV_DIGITS] = "digits",
		[LEG_EV_ADDRESS_COMPLETE] = "address complete",
		[LEG_EV_PROGRESS] = "progress",
		[LEG_EV_ALERTING] = "alerting",
		[LEG_EV_ANSWER] = "answer",
		[LEG_EV_HOLD] = "hold",
		[LEG_EV_RETRIEVE] = "retrieve",
		[LEG_EV_SUSPEND] = "suspend",
		[LEG_EV_RESUME] = "resume",
		[LEG_EV_USER_INFO] = "user info",
		[LEG_EV_CARRIED] = "carried",
		[LEG_EV_MEDIA] = "media",
		[LEG_EV_RELEASE] = "release",
		[LEG_EV_RELEASED] = "released",
	};
	return names[ev];
}

void call_state_set(struct call *call, enum call_state state)
{
	const char *before = state_names[call->state], *after = state_names[state];
	struct trace_event event = { .kind = TRACE_STATE, .call = call->record.id };
	char text[64];

	if (call->state == state)
		return;
	call->state = state;
	log_write(LOG_DEBUG, call->record.id, "call %s -> %s", before, after);
	if (!trace_wanted(TRACE_STATE))
		return;
	snprintf(text, sizeof(text), "call %s -> %s", before, after);
	event.text = str_c(text);
	trace_emit(&event);
}

static void pass_on(struct call *call, unsigned side, const struct leg_event *event)
{
	struct leg *other = call->leg[!side];

	if (other)
		other->ops->event(other, event);
}

static void through_connect(struct call *call)
{
	if (!call->media)
		return;
	media_end_mode(call->media, 0, true, true);
	media_end_mode(call->media, 1, true, true);
}

/* attachment: of the release by the other leg, NULL: none. */
static void release_leg(struct call *call, unsigned side, const struct leg_release *release,
			const struct leg_attachment *attachment)
{
	struct leg_event event = { .ev = LEG_EV_RELEASE, .release = *release };
	struct leg *leg = call->leg[side];

	if (!leg)
		return;
	if (attachment)
		event.attachment = *attachment;
	timer_start_ms(&call->guard, call->core->conf.release_timeout_ms);
	leg->ops->event(leg, &event);
}

void call_leg_release(struct call *call, unsigned side, const struct leg_release *release)
{
	release_leg(call, side, release, NULL);
}

/* The leg asked for its release, or is given up: it is told that the core has let go, and
 * forgotten. */
static void confirm_leg(struct call *call, unsigned side, const struct leg_release *release)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASED, .release = *release };
	struct leg *leg = call->leg[side];

	if (!leg)
		return;
	call_leg_drop(call, side);
	leg->ops->event(leg, &event);
}

static void start_clearing(struct call *call, unsigned by, const struct leg_release *release)
{
	timer_stop(&call->no_answer);
	call_lookup_cancel(call);
	if (call->state == CALL_ST_CLEARING)
		return;
	call_overlap_end(call);
	if (by == 1)
		call_overlap_refused(call, release);
	call->record.released_by = by;
	call->record.release = *release;
	call->record.end_us = wall_now_us();
	log_write(LOG_INFO, call->record.id, "released by %s: cause %u %s",
		  by == 2 ? "the gateway" : call->leg[by]->trunk->name, (unsigned)release->cause,
		  q850_cause_name(release->cause));
	call_state_set(call, CALL_ST_CLEARING);
}

void call_release_local(struct call *call, enum q850_cause cause)
{
	const struct leg_release release = { .cause = cause, .location = Q850_LOC_PUBLIC_LOCAL };

	call->depth++;
	start_clearing(call, 2, &release);
	call_leg_release(call, 1, &release);
	if (!call_treat(call))
		call_leg_release(call, 0, &release);
	if (--call->depth == 0 && !call->leg[0] && !call->leg[1])
		call_end(call);
}

void call_no_answer_expired(struct timer *timer, void *arg)
{
	struct call *call = arg;

	(void)timer;
	/* RFC 3398 7.1.6: the time for an announcement is over; the caller is told why it was made. */
	call_release_local(call, call->announced ? call->announced : Q850_NO_ANSWER);
}

void call_guard_expired(struct timer *timer, void *arg)
{
	struct call *call = arg;
	const struct leg_release release = call->record.release;

	(void)timer;
	call->depth++;
	for (unsigned side = 0; side < 2; side++) {
		if (!call->leg[side] || (side == 0 && call->treating))
			continue;
		counter_add(&guard_expiries, 1);
		log_write(LOG_ERROR, call->record.id,
			  "%s leg did not confirm its release; given up",
			  call->leg[side]->ops->protocol);
		confirm_leg(call, side, &release);
	}
	if (--call->depth == 0 && !call->leg[0] && !call->leg[1])
		call_end(call);
}

/* Q.764 2.11: an exchange in overload refuses calls, those with priority (Q.763 3.11) never. */
static bool admitted(struct call *call)
{
	if (!call->core->load ||
	    load_admit(call->core->load,
		       call->setup.category == CATEGORY_PRIORITY || call_route_spares(call)))
		return true;
	log_write(LOG_NOTICE, call->record.id, "refused: this exchange is overloaded");
	call->untreated = true;
	call_release_local(call, Q850_CONGESTION);
	return false;
}

void call_do_setup(struct call *call, unsigned side, const struct leg_event *event)
{
	(void)side;
	call_setup_take(call, event);
	if (admitted(call) && call_overlap_begin(call))
		call_try(call);
}

void call_do_collect(struct call *call, unsigned side, const struct leg_event *event)
{
	(void)side;
	if (event->digits.n)
		call->overlap.last_digit_us = timer_heap_now_us(call->core->conf.heap);
	if (!call_digits_take(call, event->digits, event->digits_complete))
		call_release_local(call, Q850_INCOMPLETE);
	else
		call_try(call);
}

/* Digits after the setup: the route's strategy says what becomes of them. */
void call_do_more_digits(struct call *call, unsigned side, const struct leg_event *event)
{
	(void)side;
	call_overlap_digits(call, event);
}

/* The leg that was to make room for a setup with more digits has gone. */
void call_do_replaced(struct call *call, unsigned side, const struct leg_event *event)
{
	const struct leg_release release = event->release;

	if (event->ev == LEG_EV_RELEASE)
		confirm_leg(call, side, &release);
	else
		call_leg_drop(call, side);
	call_overlap_replaced(call);
}

static void backward(struct call *call, unsigned side, const struct leg_event *event,
		     enum call_state state)
{
	call->progressed = true;
	if (event->ev != LEG_EV_MEDIA)
		call_overlap_progressed(call);
	if (event->progress.cause)
		call->announced = event->progress.cause;
	if (state > call->state)
		call_state_set(call, state);
	if (event->progress.in_band)
		through_connect(call);
	pass_on(call, side, event);
}

void call_do_complete(struct call *call, unsigned side, const struct leg_event *event)
{
	if (!call->record.complete_us)
		call->record.complete_us = wall_now_us();
	backward(call, side, event, CALL_ST_COMPLETE);
}

void call_do_progress(struct call *call, unsigned side, const struct leg_event *event)
{
	backward(call, side, event, call->state);
}

void call_do_alerting(struct call *call, unsigned side, const struct leg_event *event)
{
	if (!call->record.alerting_us)
		call->record.alerting_us = wall_now_us();
	backward(call, side, event, CALL_ST_ALERTING);
}

void call_do_answer(struct call *call, unsigned side, const struct leg_event *event)
{
	timer_stop(&call->no_answer);
	call->progressed = true;
	call->answered = true;
	call_overlap_progressed(call);
	call_overlap_answered(call);
	call->record.answer_us = wall_now_us();
	call->record.connected = event->answer.connected;
	call_state_set(call, CALL_ST_ACTIVE);
	through_connect(call);
	log_write(LOG_INFO, call->record.id, "answered");
	pass_on(call, side, event);
}

void call_do_pass(struct call *call, unsigned side, const struct leg_event *event)
{
	pass_on(call, side, event);
}

void call_do_user_info(struct call *call, unsigned side, const struct leg_event *event)
{
	call_digits_relay(call, !side, event->digits, event->digit_ms);
}

/* A release always has a cause. */
static struct leg_release release_of(const struct leg_event *event)
{
	struct leg_release release = event->release;

	if (release.cause == Q850_NONE)
		release.cause = Q850_NORMAL_UNSPECIFIED;
	return release;
}

void call_do_release(struct call *call, unsigned side, const struct leg_event *event)
{
	const struct leg_release release = release_of(event);

	start_clearing(call, side, &release);
	confirm_leg(call, side, &release);
	if (side == 0 || !call_treat(call))
		release_leg(call, !side, &release, &event->attachment);
}

void call_do_release_early(struct call *call, unsigned side, const struct leg_event *event)
{
	const struct leg_release release = release_of(event);

	if (!call->progressed && call_fails_over(call, release.cause) &&
	    call_may_reattempt(call, &release)) {
		confirm_leg(call, side, &release);
		call_reattempt(call, &release);
		return;
	}
	call_do_release(call, side, event);
}

/* Both sides let go at once: each hears that the other did. */
void call_do_release_crossing(struct call *call, unsigned side, const struct leg_event *event)
{
	confirm_leg(call, side, &event->release);
}

void call_do_released(struct call *call, unsigned side, const struct leg_event *event)
{
	const struct leg_release release = release_of(event);

	if (call->state != CALL_ST_CLEARING) {
		/* A leg that vanishes without asking: the other side must not wait for it. */
		start_clearing(call, side, &release);
		call_leg_drop(call, side);
		release_leg(call, !side, &release, &event->attachment);
		return;
	}
	call_leg_drop(call, side);
	if (call->treating)
		timer_stop(&call->guard);
}

void call_raise(struct leg *leg, const struct leg_event *event)
{
	struct call *call = leg->call;
	const struct call_pair *pair;

	if (!call)
		return;
	pair = call_pair(call->state, leg->side, event->ev);
	if (!pair->act) {
		call_pair_skip(call->record.id, event->ev, state_names[call->state], pair->ignored,
			       pair->impossible);
		return;
	}
	call->depth++;
	pair->act(call, leg->side, event);
	if (--call->depth == 0 && !call->leg[0] && !call->leg[1])
		call_end(call);
}
