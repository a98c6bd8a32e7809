/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Overlap dialling: when a number suffices, and what becomes of digits that follow. RFC 3578 2 and 4. */
#include "gw/call/overlap.h"

#include <stdio.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/call_private.h"

static struct counter refused = COUNTER_INIT(
	"causeway_overlap_refused_total",
	"Calls refused with cause 42: their trunk has overlap-limit half-dialled ones");
static struct counter expired =
	COUNTER_INIT("causeway_overlap_expired_total",
		     "Half-dialled calls released with cause 28 after overlap-time");

/* ---- strategies ---- */

const struct overlap_ops *overlap_of(const struct conf_route_overlap *conf,
				     const struct trunk *trunk)
{
	static const struct overlap_ops *const sip[] = {
		[CONF_OVERLAP_COLLECT] = &overlap_collect,
		[CONF_OVERLAP_INVITES] = &overlap_invites,
		[CONF_OVERLAP_INFO] = &overlap_info,
		[CONF_OVERLAP_184] = &overlap_184,
	};
	static const struct overlap_ops *const pstn[] = {
		[CONF_PSTN_THROUGH] = &overlap_through,
		[CONF_PSTN_COLLECT] = &overlap_collect,
		[CONF_PSTN_SPLIT] = &overlap_split,
		[CONF_PSTN_REPLACE] = &overlap_replace,
	};

	/* A trunk that takes no digits after its setup is given the whole number, whatever the route says. */
	if (!trunk || !trunk->ops->overlap)
		return &overlap_collect;
	return strcmp(trunk->ops->protocol, "sip") == 0 ? sip[conf->sip] : pstn[conf->pstn];
}

enum digit_map_match overlap_judge(const struct route *route, struct str digits,
				   struct numbers *numbers, bool *by_length)
{
	const struct conf_route_overlap *conf = &route->overlap;
	enum digit_map_match match =
		route->digits ? digit_map_match(route->digits, digits) : DIGIT_MAP_ENOUGH;

	*by_length = false;
	if (match == DIGIT_MAP_NEVER || (conf->max_digits && digits.n > conf->max_digits))
		return DIGIT_MAP_NEVER;
	if (match == DIGIT_MAP_MORE || digits.n < conf->min_digits)
		return DIGIT_MAP_MORE;
	if (conf->max_digits && digits.n == conf->max_digits)
		return DIGIT_MAP_COMPLETE;
	if (match == DIGIT_MAP_COMPLETE || !conf->learn ||
	    numbers_length(numbers, route->name, digits, conf->learn) != digits.n)
		return match;
	*by_length = true;
	return DIGIT_MAP_COMPLETE;
}

/* ---- half-dialled calls ---- */

static void limit_expired(struct timer *timer, void *arg)
{
	struct call *call = arg;

	(void)timer;
	counter_add(&expired, 1);
	log_write(LOG_NOTICE, call->record.id, "still half-dialled after overlap-time: released");
	call_release_local(call, Q850_INCOMPLETE);
}

int call_overlap_open(struct call *call)
{
	int err = timer_init(&call->overlap.limit, call->core->conf.heap, "overlap-time",
			     limit_expired, call);

	call->overlap.limit.subject = call->record.id;
	return err;
}

void call_overlap_end(struct call *call)
{
	struct call_overlap *o = &call->overlap;

	timer_stop(&o->limit);
	if (o->half)
		o->trunk->overlap.calls--;
	o->half = false;
}

void call_overlap_close(struct call *call)
{
	call_overlap_end(call);
	timer_close(&call->overlap.limit);
}

bool call_overlap_begin(struct call *call)
{
	struct call_overlap *o = &call->overlap;
	struct trunk *trunk = call->leg[0]->trunk;

	o->last_digit_us = timer_heap_now_us(call->core->conf.heap);
	o->overlapped = !call->setup.complete;
	if (!o->overlapped)
		return true;
	if (trunk->overlap.max && trunk->overlap.calls >= trunk->overlap.max) {
		counter_add(&refused, 1);
		log_write(LOG_NOTICE, call->record.id,
			  "%s has %u half-dialled calls (overlap-limit): refused", trunk->name,
			  trunk->overlap.calls);
		call_release_local(call, Q850_CONGESTION);
		return false;
	}
	o->trunk = trunk;
	o->half = true;
	trunk->overlap.calls++;
	if (trunk->overlap.time_ms)
		timer_start_ms(&o->limit, trunk->overlap.time_ms);
	return true;
}

/* ---- whether a number suffices ---- */

/* Nothing waits for a pause that is not needed (RFC 3578 2.2). */
static void tell_complete(struct call *call)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS, .digits_complete = true };

	call->setup.complete = true;
	call->leg[0]->ops->event(call->leg[0], &event);
}

bool overlap_times(const struct route *route)
{
	const struct conf_route_overlap *conf = &route->overlap;

	return route->digits || conf->min_digits || conf->max_digits || conf->t10_ms ||
	       conf->t35_ms;
}

void call_overlap_await(struct call *call, const struct route *route, bool missing)
{
	const struct conf_route_overlap *conf = route ? &route->overlap : NULL;
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .awaited = { .missing = missing,
						      .t10_ms = conf ? conf->t10_ms : 0,
						      .t35_ms = conf ? conf->t35_ms : 0 } };

	if ((route && overlap_times(route)) || call->leg[0]->trunk->overlap.asks)
		call->leg[0]->ops->event(call->leg[0], &event);
}

static struct trunk *first_trunk(const struct call *call, const struct route *route)
{
	struct trunk *trunk = NULL;

	for (size_t i = 0; i < route->n_to && !trunk; i++)
		trunk = call_core_find_trunk(call->core, route->to[i]);
	return trunk;
}

static enum digit_map_match judge(struct call *call, const struct route *route)
{
	return overlap_judge(route, str_c(call->setup.called.digits), call->core->numbers,
			     &call->overlap.by_length);
}

bool call_overlap_suffices(struct call *call, const struct route *route)
{
	enum digit_map_match match = judge(call, route);
	bool early = overlap_of(&route->overlap, first_trunk(call, route))->early;

	call->overlap.conf = route->overlap;
	if (match == DIGIT_MAP_NEVER || (match == DIGIT_MAP_MORE && call->setup.complete)) {
		log_write(LOG_NOTICE, call->record.id, "%s is no number of route %s",
			  call->setup.called.digits, route->name);
		call_release_local(call, Q850_INCOMPLETE);
		return false;
	}
	call->overlap.by_length &= !call->setup.complete;
	/* Of a learnt length the leg is not told: more digits are to show that it was wrong. */
	if (call->overlap.by_length)
		call->setup.complete = true;
	else if (match == DIGIT_MAP_COMPLETE && !call->setup.complete)
		tell_complete(call);
	if (call->setup.complete) {
		call_overlap_end(call);
		return true;
	}
	call_overlap_await(call, route, match == DIGIT_MAP_MORE);
	if (early && match != DIGIT_MAP_MORE)
		return true;
	call_state_set(call, CALL_ST_COLLECTING);
	return false;
}

/* ---- after the setup ---- */

bool call_overlap_setup(struct call *call, const struct trunk *trunk, struct leg_setup *setup)
{
	struct call_overlap *o = &call->overlap;
	const struct overlap_ops *ops = overlap_of(&o->conf, trunk);

	if (!setup->complete && !ops->early)
		return false;
	o->ops = ops;
	call->record.overlap = o->overlapped || ops->setup ? ops->name : NULL;
	setup->overlap = (struct leg_overlap){ ops->way, o->conf.session_info, o->conf.cancel_ms };
	if (ops->setup)
		ops->setup(call, setup);
	o->sent_complete = setup->complete;
	return true;
}

void call_overlap_seized(struct call *call, const struct leg_setup *setup)
{
	const struct overlap_ops *ops = call->overlap.ops;

	/* Split: what was held back is sent now, and with it whether more follows. */
	if (!ops->seized)
		return;
	ops->seized(call, setup);
	call->overlap.sent_complete = call->setup.complete;
}

/* The digits are more than a learnt length said: it is forgotten, and the call is set up again. */
static void length_was_wrong(struct call *call, const struct leg_event *event)
{
	struct call_overlap *o = &call->overlap;

	numbers_contradict(call->core->numbers, call->record.route,
			   str_c(call->setup.called.digits), o->conf.learn);
	o->by_length = false;
	call->setup.complete = event->digits_complete;
	call_overlap_replace(call);
}

/* By the route, should it still be there: the last digit may be known to be the last. */
static void judge_again(struct call *call, struct leg_event *event)
{
	char text[LEG_DIGITS_MAX + 2];
	const struct route *route = NULL;
	enum digit_map_match match;

	(void)call_route_find(call, call_number_text(&call->setup.called, text, sizeof(text)),
			      &route);
	if (!route ||
	    strncmp(route->name, call->record.route, sizeof(call->record.route) - 1) != 0) {
		call_overlap_await(call, NULL, false);
		return;
	}
	match = judge(call, route);
	call->overlap.by_length = false;
	if (match == DIGIT_MAP_COMPLETE)
		tell_complete(call);
	else
		call_overlap_await(call, route, match == DIGIT_MAP_MORE);
	event->digits_complete = call->setup.complete;
}

/* The record tells all that the trunk was sent. */
static void sent_too(struct call *call, struct str digits)
{
	struct leg_number *sent = &call->record.called_sent;

	if (digits.n)
		(void)str_add(sent->digits, sizeof(sent->digits), strlen(sent->digits), digits);
}

void call_overlap_digits(struct call *call, const struct leg_event *event)
{
	struct call_overlap *o = &call->overlap;
	struct leg_event more = *event;
	bool was_complete = call->setup.complete;

	if (event->digits.n)
		o->last_digit_us = timer_heap_now_us(call->core->conf.heap);
	if (!call_digits_take(call, event->digits, event->digits_complete)) {
		call_release_local(call, Q850_INCOMPLETE);
		return;
	}
	if (o->by_length && event->digits.n && call->state == CALL_ST_PROCEEDING) {
		length_was_wrong(call, event);
		return;
	}
	if (o->by_length || (was_complete && !event->digits.n))
		return;
	if (!call->setup.complete)
		judge_again(call, &more);
	if (call->setup.complete)
		call_overlap_end(call);
	/* An address that is complete takes no more digits (Q.764 2.1.4); one sent en bloc is sent again. */
	if (!o->ops || !o->ops->digits || (call->state != CALL_ST_PROCEEDING && !o->sent_complete))
		return;
	sent_too(call, more.digits);
	o->ops->digits(call, &more);
}

void call_overlap_progressed(struct call *call)
{
	struct call_overlap *o = &call->overlap;
	uint64_t now = timer_heap_now_us(call->core->conf.heap);

	if (!call->record.post_dial) {
		call->record.post_dial = true;
		call->record.post_dial_ms = (uint32_t)((now - o->last_digit_us) / 1000);
		overlap_delay_count(call->record.overlap ? o->ops : NULL,
				    call->record.post_dial_ms);
	}
	call->setup.complete = true;
	call_overlap_end(call);
}

void call_overlap_answered(struct call *call)
{
	const struct call_overlap *o = &call->overlap;

	if (o->conf.learn && !o->by_length)
		numbers_learn(call->core->numbers, call->record.route,
			      str_c(call->setup.called.digits), o->conf.learn);
}

void call_overlap_refused(struct call *call, const struct leg_release *release)
{
	const struct call_overlap *o = &call->overlap;

	if (o->by_length && release->cause == Q850_INCOMPLETE)
		numbers_contradict(call->core->numbers, call->record.route,
				   str_c(call->setup.called.digits), o->conf.learn);
}

void overlap_counters_list(void)
{
	counter_list(&refused);
	counter_list(&expired);
	overlap_delays_list();
}
