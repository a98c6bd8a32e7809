/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The two-leg state machine with scripted legs: what each leg is told is written down as words, and
 * the clock is turned by hand. No media.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/call/call_private.h"
#include "gw/call/load.h"
#include "tests/unit/cu.h"

#define LEGS 16

struct fake_leg {
	struct leg leg;
	char told[256]; /* events in order, "alerting answer " */
	char digits[64];
	struct leg_release release;
	bool slow; /* does not confirm a release */
};

static struct {
	uint64_t now_us;
	struct timer_heap *heap;
	struct call_core *core;
	struct call_observer observer;
	struct call_record record;
	unsigned ended;
	struct fake_leg legs[LEGS];
	unsigned n_legs;
	struct leg_awaited awaited; /* what the leg that called heard last */
	struct leg_setup out;	    /* what the last seized trunk got */
	struct trunk in, a, b;
	int refuse_a; /* seize of trunk a fails with this */
	enum q850_cause refuse_cause;
	bool a_down;
} lab;

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static void fake_event(struct leg *leg, const struct leg_event *event)
{
	struct fake_leg *fake = (struct fake_leg *)leg;
	size_t n = strlen(fake->told);

	/* What is awaited is not a word of the call's story. */
	if (event->ev == LEG_EV_DIGITS && !event->digits_complete && !leg->side) {
		lab.awaited = event->awaited;
		return;
	}
	snprintf(fake->told + n, sizeof(fake->told) - n, "%s ", leg_ev_name(event->ev));
	if (event->ev == LEG_EV_DIGITS)
		(void)str_copy(fake->digits, sizeof(fake->digits), event->digits);
	if (event->ev == LEG_EV_RELEASE || event->ev == LEG_EV_RELEASED)
		fake->release = event->release;
	if (event->ev == LEG_EV_RELEASE && !fake->slow) {
		const struct leg_event released = { .ev = LEG_EV_RELEASED,
						    .release = event->release };

		call_raise(leg, &released);
	}
}

static void fake_describe(const struct leg *leg, char *text, size_t cap)
{
	snprintf(text, cap, "leg %u", leg->side);
}

static const struct leg_ops fake_ops = { .protocol = "fake",
					 .event = fake_event,
					 .describe = fake_describe };

static struct fake_leg *fake_leg(struct trunk *trunk)
{
	struct fake_leg *fake = &lab.legs[lab.n_legs++];

	memset(fake, 0, sizeof(*fake));
	fake->leg.ops = &fake_ops;
	fake->leg.trunk = trunk;
	return fake;
}

static int fake_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		      const struct leg_attachment *attachment, struct leg **leg,
		      enum q850_cause *cause)
{
	(void)attachment;
	if (trunk == &lab.a && lab.refuse_a) {
		*cause = lab.refuse_cause;
		return lab.refuse_a;
	}
	lab.out = *setup;
	*leg = &fake_leg(trunk)->leg;
	call_bind(call, *leg);
	return 0;
}

static bool fake_available(const struct trunk *trunk)
{
	return trunk != &lab.a || !lab.a_down;
}

static const struct trunk_ops en_bloc = { .protocol = "fake",
					  .seize = fake_seize,
					  .available = fake_available };
static const struct trunk_ops overlap = {
	.protocol = "fake", .overlap = true, .seize = fake_seize, .available = fake_available
};

static void record_ended(void *arg, const struct call_record *record)
{
	(void)arg;
	lab.record = *record;
	lab.ended++;
}

static char t_a[] = "a", t_b[] = "b", p_030[] = "030", p_0301[] = "0301", p_empty[] = "",
	    r_one[] = "one", r_two[] = "two", r_any[] = "any", p_49[] = "49";

static void lab_open(void)
{
	static const struct clock_source clock = { .now_us = lab_now };
	struct conf_route routes[] = {
		{ .name = r_one, .prefix = p_030, .to = { t_a, t_b }, .n_to = 2 },
		{ .name = r_two,
		  .prefix = p_0301,
		  .to = { t_b },
		  .n_to = 1,
		  .strip = 1,
		  .prepend = p_49,
		  .no_answer_ms = 20000,
		  .rtp_failure_keep = true },
		{ .name = r_any, .prefix = p_empty, .to = { t_b }, .n_to = 0 },
	};
	struct call_core_conf conf = { .release_timeout_ms = 5000 };

	memset(&lab, 0, sizeof(lab));
	lab.heap = timer_heap_new(&clock);
	conf.heap = lab.heap;
	lab.core = call_core_new(&conf);
	lab.in = (struct trunk){ .ops = &en_bloc, .name = "in" };
	lab.a = (struct trunk){ .ops = &en_bloc, .name = t_a };
	lab.b = (struct trunk){ .ops = &en_bloc, .name = t_b };
	call_core_add_trunk(lab.core, &lab.in);
	call_core_add_trunk(lab.core, &lab.a);
	call_core_add_trunk(lab.core, &lab.b);
	call_core_set_routes(lab.core, route_table_new(routes, 2));
	lab.observer.ended = record_ended;
	call_core_observe(lab.core, &lab.observer);
}

static void lab_close(void)
{
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 0);
	CU_ASSERT_EQUAL(lab.in.calls + lab.a.calls + lab.b.calls, 0);
	CU_ASSERT_EQUAL(timer_heap_running(lab.heap), 0);
	call_core_free(lab.core);
	timer_heap_free(lab.heap);
}

static void pass_ms(uint64_t ms)
{
	lab.now_us += ms * 1000;
	(void)timer_heap_run(lab.heap);
}

static struct fake_leg *setup(const char *digits, bool complete)
{
	struct leg_setup setup = { .complete = complete };
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &setup };
	struct fake_leg *leg = fake_leg(&lab.in);
	enum q850_cause cause;

	(void)str_copy(setup.called.digits, sizeof(setup.called.digits), str_c(digits));
	CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(lab.core, &leg->leg, &cause));
	call_raise(&leg->leg, &event);
	return leg;
}

static void raise_ev(struct fake_leg *leg, enum leg_ev ev)
{
	const struct leg_event event = { .ev = ev };

	call_raise(&leg->leg, &event);
}

static void raise_release(struct fake_leg *leg, enum q850_cause cause)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = { .cause = cause } };

	call_raise(&leg->leg, &event);
}

static void raise_digits(struct fake_leg *leg, const char *digits, bool complete)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .digits = str_c(digits),
					 .digits_complete = complete };

	call_raise(&leg->leg, &event);
}

static void answered_call(void)
{
	struct fake_leg *in, *out;

	lab_open();
	in = setup("0302", true);
	out = &lab.legs[1];
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "0302");
	CU_ASSERT_EQUAL(lab.a.calls, 1);
	raise_ev(out, LEG_EV_ADDRESS_COMPLETE);
	raise_ev(out, LEG_EV_ALERTING);
	pass_ms(1500);
	raise_ev(out, LEG_EV_ANSWER);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_ACTIVE);
	raise_ev(in, LEG_EV_HOLD);
	raise_ev(in, LEG_EV_RETRIEVE);
	raise_release(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(in->told, "address complete alerting answer released ");
	CU_ASSERT_STRING_EQUAL(out->told, "hold retrieve release ");
	CU_ASSERT_EQUAL(lab.ended, 1);
	CU_ASSERT_EQUAL(lab.record.released_by, 0);
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_NORMAL);
	CU_ASSERT_TRUE(lab.record.answer_us && lab.record.alerting_us && lab.record.complete_us);
	CU_ASSERT_STRING_EQUAL(lab.record.trunk_out, "a");
	CU_ASSERT_STRING_EQUAL(lab.record.route, "one");
	lab_close();
}

static void no_route(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0402", true);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_NO_ROUTE);
	CU_ASSERT_EQUAL(lab.ended, 1);
	CU_ASSERT_EQUAL(lab.record.released_by, 2);
	lab_close();
}

static void busy_is_passed_on(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0302", true);
	raise_release(&lab.legs[1], Q850_BUSY);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_BUSY);
	CU_ASSERT_EQUAL(lab.record.attempts, 1);
	CU_ASSERT_EQUAL(lab.record.released_by, 1);
	lab_close();
}

static void cause_44_tries_other_circuits_then_the_next_trunk(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0302", true);
	for (unsigned i = 1; i <= 3; i++) {
		CU_ASSERT_PTR_EQUAL(lab.legs[i].leg.trunk, &lab.a);
		raise_release(&lab.legs[i], Q850_CIRCUIT_NOT_AVAILABLE);
		CU_ASSERT_STRING_EQUAL(lab.legs[i].told, "released ");
	}
	CU_ASSERT_EQUAL(lab.n_legs, 5);
	CU_ASSERT_PTR_EQUAL(lab.legs[4].leg.trunk, &lab.b);
	CU_ASSERT_STRING_EQUAL(in->told, "");
	raise_ev(&lab.legs[4], LEG_EV_ALERTING);
	raise_release(&lab.legs[4], Q850_TEMPORARY_FAILURE);
	CU_ASSERT_STRING_EQUAL(in->told, "alerting release ");
	CU_ASSERT_EQUAL(lab.record.attempts, 4);
	lab_close();
}

static void refused_trunks_are_skipped(void)
{
	struct fake_leg *in;

	lab_open();
	lab.a_down = true;
	in = setup("0302", true);
	CU_ASSERT_PTR_EQUAL(lab.legs[1].leg.trunk, &lab.b);
	raise_release(in, Q850_NORMAL);
	lab.a_down = false;
	lab.refuse_a = -EAGAIN;
	lab.refuse_cause = Q850_NO_CIRCUIT;
	lab.b.max_calls = 1;
	lab.b.calls = 1;
	in = setup("0302", true);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_NO_CIRCUIT);
	lab.b.calls = 0;
	lab_close();
}

static void digits_are_collected(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("03", false);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_COLLECTING);
	raise_digits(in, "0", false);
	raise_digits(in, "2", false);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_COLLECTING);
	raise_digits(in, "", true);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "0302");
	CU_ASSERT_TRUE(lab.out.complete);
	raise_digits(in, "5", false);
	CU_ASSERT_STRING_EQUAL(lab.legs[1].told, "");
	raise_release(in, Q850_NORMAL);
	in = setup("0302", false);
	raise_digits(in, "01234567890123456789012345678", false);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_INCOMPLETE);
	lab_close();
}

static void digits_go_through_to_an_overlap_trunk(void)
{
	struct fake_leg *in;

	lab_open();
	lab.a.ops = &overlap;
	in = setup("0302", false);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	CU_ASSERT_FALSE(lab.out.complete);
	raise_digits(in, "34", true);
	CU_ASSERT_STRING_EQUAL(lab.legs[1].told, "digits ");
	CU_ASSERT_STRING_EQUAL(lab.legs[1].digits, "34");
	CU_ASSERT_STRING_EQUAL(in->told, "");
	raise_release(in, Q850_NORMAL);
	lab_close();
}

static void routes_set(char *map)
{
	static char name[] = "mapped", prefix[] = "04", trunk[] = "a";
	const struct conf_route route = {
		.name = name, .prefix = prefix, .to = { trunk }, .n_to = 1, .digits = map
	};

	call_core_set_routes(lab.core, route_table_new(&route, 1));
}

/* RFC 3578 2: the number goes on as soon as it is known to be complete, and the leg is told to stop waiting. */
static void digit_map_says_when(void)
{
	static char map[] = "04[1-8]xx|049x.T|0410";
	struct fake_leg *in;

	lab_open();
	routes_set(map);
	in = setup("04", false);
	raise_digits(in, "12", false);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_COLLECTING);
	CU_ASSERT_STRING_EQUAL(in->told, "");
	raise_digits(in, "3", false);
	CU_ASSERT_STRING_EQUAL(in->told, "digits ");
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "04123");
	CU_ASSERT_TRUE(lab.out.complete);
	raise_release(in, Q850_NORMAL);

	in = setup("0491", false);
	raise_digits(in, "2", false);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_COLLECTING);
	raise_digits(in, "", true);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "04912");
	raise_release(in, Q850_NORMAL);
	lab_close();
}

/* Q.764 2.11: more calls than the exchange may take. */
static void overload_refuses(void)
{
	const struct conf_overload conf = { .calls_per_second = 1, .hold_ms = 1000 };
	const struct load_user user = { .idle_us = NULL };
	struct load *load;
	struct fake_leg *in;

	lab_open();
	load = load_new(&conf, &user, lab.heap);
	call_core_set_load(lab.core, load);
	raise_release(setup("0302", true), Q850_NORMAL);
	in = setup("0302", true);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_CONGESTION);
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_CONGESTION);
	CU_ASSERT_EQUAL(lab.record.released_by, 2);
	CU_ASSERT_EQUAL(lab.ended, 2);
	for (unsigned i = 0; i < 3; i++)
		pass_ms(1000);
	in = setup("0302", true);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	raise_release(in, Q850_NORMAL);
	call_core_set_load(lab.core, NULL);
	load_free(load);
	lab_close();
}

static void digit_map_says_never(void)
{
	static char map[] = "04[1-8]xx";
	struct fake_leg *in;

	lab_open();
	routes_set(map);
	in = setup("0412", false);
	raise_digits(in, "", true);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_INCOMPLETE);
	in = setup("04123", true);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	raise_release(in, Q850_NORMAL);
	in = setup("0490", false);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	in = setup("041234", true);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_INCOMPLETE);
	lab_close();
}

static void subject_is(const struct timer *timer, void *arg)
{
	const struct fake_leg *leg = arg;

	CU_ASSERT_STRING_EQUAL(timer->name, "no answer");
	CU_ASSERT_STRING_EQUAL(timer->subject, call_id(leg->leg.call));
}

static void route_changes_the_number_and_times_the_answer(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("03015", true);
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "493015");
	CU_ASSERT_PTR_EQUAL(lab.legs[1].leg.trunk, &lab.b);
	raise_ev(&lab.legs[1], LEG_EV_ALERTING);
	CU_ASSERT_EQUAL(timer_heap_running(lab.heap), 1);
	timer_heap_each(lab.heap, subject_is, in);
	pass_ms(19999);
	CU_ASSERT_STRING_EQUAL(in->told, "alerting ");
	pass_ms(1);
	CU_ASSERT_STRING_EQUAL(in->told, "alerting release ");
	CU_ASSERT_EQUAL(in->release.cause, Q850_NO_ANSWER);
	CU_ASSERT_STRING_EQUAL(lab.legs[1].told, "release ");
	lab_close();
}

/* RFC 3398 7.1.6 */
static void time_over_for_an_announcement_tells_why_it_was_made(void)
{
	struct leg_event event = { .ev = LEG_EV_ADDRESS_COMPLETE,
				   .progress = { .in_band = true, .cause = Q850_UNALLOCATED } };
	struct fake_leg *in;

	lab_open();
	in = setup("03015", true);
	call_raise(&lab.legs[1].leg, &event);
	pass_ms(20000);
	CU_ASSERT_EQUAL(in->release.cause, Q850_UNALLOCATED);
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_UNALLOCATED);
	lab_close();
}

static void a_leg_that_does_not_let_go_is_given_up(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0302", true);
	lab.legs[1].slow = true;
	raise_ev(&lab.legs[1], LEG_EV_ANSWER);
	raise_release(in, Q850_NORMAL);
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 1);
	CU_ASSERT_EQUAL(lab.ended, 0);
	raise_ev(&lab.legs[1], LEG_EV_PROGRESS);
	pass_ms(5000);
	CU_ASSERT_STRING_EQUAL(lab.legs[1].told, "release released ");
	CU_ASSERT_EQUAL(lab.ended, 1);
	lab_close();
}

static void releases_cross(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0302", true);
	lab.legs[1].slow = true;
	raise_release(in, Q850_NORMAL);
	raise_release(&lab.legs[1], Q850_BUSY);
	CU_ASSERT_STRING_EQUAL(lab.legs[1].told, "release released ");
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_NORMAL);
	lab_close();
}

static void unexpected_events_change_nothing(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0302", true);
	for (int ev = 0; ev < LEG_EV_RELEASE; ev++)
		if (ev != LEG_EV_SETUP && ev != LEG_EV_DIGITS && ev != LEG_EV_MEDIA &&
		    ev != LEG_EV_USER_INFO && ev != LEG_EV_CARRIED)
			raise_ev(in, (enum leg_ev)ev);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_PROCEEDING);
	CU_ASSERT_STRING_EQUAL(lab.legs[1].told, "");
	raise_release(in, Q850_NORMAL);
	lab_close();
}

static void draining_refuses_and_release_all_ends(void)
{
	struct fake_leg *in, *late;
	enum q850_cause cause;

	lab_open();
	in = setup("0302", true);
	call_core_drain(lab.core, true);
	late = fake_leg(&lab.in);
	CU_ASSERT_PTR_NULL(call_new(lab.core, &late->leg, &cause));
	CU_ASSERT_EQUAL(cause, Q850_TEMPORARY_FAILURE);
	CU_ASSERT_PTR_NOT_NULL(call_core_find(lab.core, str_c(call_id(in->leg.call))));
	CU_ASSERT_PTR_NULL(call_core_find(lab.core, STR("none")));
	call_core_release_all(lab.core, Q850_TEMPORARY_FAILURE);
	CU_ASSERT_STRING_EQUAL(in->told, "release ");
	CU_ASSERT_EQUAL(lab.ended, 1);
	lab_close();
}

static bool listed(const struct trunk *trunk)
{
	const struct trunk *t = call_core_first_trunk(lab.core);

	while (t && t != trunk)
		t = t->next;
	return t != NULL;
}

static void a_trunk_leaves_with_its_last_call(void)
{
	struct fake_leg *in, *other;

	lab_open();
	in = setup("0302", true);
	other = setup("0302", true);
	call_core_remove_trunk(lab.core, &lab.b);
	CU_ASSERT_FALSE(listed(&lab.b));
	call_core_remove_trunk(lab.core, &lab.b);
	call_core_remove_trunk(lab.core, &lab.a);
	raise_release(in, Q850_NORMAL);
	CU_ASSERT_TRUE(listed(&lab.a));
	raise_release(other, Q850_NORMAL);
	CU_ASSERT_FALSE(listed(&lab.a));
	CU_ASSERT_TRUE(listed(&lab.in));
	/* Added again before its last call has ended it stays, and stands there once. */
	call_core_add_trunk(lab.core, &lab.a);
	in = setup("0302", true);
	call_core_remove_trunk(lab.core, &lab.a);
	call_core_add_trunk(lab.core, &lab.a);
	raise_release(in, Q850_NORMAL);
	CU_ASSERT_TRUE(listed(&lab.a));
	CU_ASSERT_PTR_NULL(lab.a.next);
	lab_close();
}

/* 200,000 random events from both legs, with time passing: a call always ends, with a cause, and
 * nothing stays behind. */
static void any_sequence_of_events_ends(void)
{
	uint32_t random = 1;

	lab_open();
	lab.a.ops = &overlap;
	for (unsigned n = 0; n < 10000; n++) {
		struct fake_leg *in;
		static const char *const numbers[] = { "0302", "0301", "03", "04", "" };

		lab.n_legs = 0;
		random = random * 1103515245u + 12345u;
		in = setup(numbers[random / 65536 % 5], random >> 31);
		for (unsigned i = 0; i < 20 && lab.n_legs < LEGS - 1; i++) {
			struct leg_event event = { .ev = LEG_EV_SETUP };
			struct fake_leg *leg;

			random = random * 1103515245u + 12345u;
			leg = &lab.legs[random / 65536 % lab.n_legs];
			event.ev = (enum leg_ev)(1 + (random >> 20) % (LEG_EVS - 1));
			if (event.ev == LEG_EV_RELEASE || event.ev == LEG_EV_RELEASED)
				event.release.cause =
					random & 64 ? Q850_BUSY : Q850_CIRCUIT_NOT_AVAILABLE;
			else if (event.ev == LEG_EV_DIGITS)
				event.digits = STR("1");
			else
				event.progress.in_band = random & 1;
			leg->slow = random & 128;
			call_raise(&leg->leg, &event);
			pass_ms(random >> 24);
		}
		if (in->leg.call)
			raise_release(in, Q850_NORMAL);
		pass_ms(5000);
		CU_ASSERT_EQUAL_FATAL(call_core_calls(lab.core), 0);
		CU_ASSERT_EQUAL_FATAL(lab.ended, n + 1);
		CU_ASSERT_NOT_EQUAL_FATAL(lab.record.release.cause, 0);
	}
	lab_close();
}

static void media_says(struct fake_leg *leg, enum media_event_kind kind, unsigned side)
{
	const struct media_event event = { .kind = kind, .side = side };

	call_media_event(leg->leg.call, NULL, &event);
}

/* What becomes of a call whose media stays away is the route's to say; silence is told of only. */
static void media_fails(void)
{
	struct fake_leg *in;

	lab_open();
	in = setup("0302", true);
	raise_ev(&lab.legs[1], LEG_EV_ANSWER);
	media_says(in, MEDIA_EV_SILENCE, 0);
	media_says(in, MEDIA_EV_SOUND, 0);
	media_says(in, MEDIA_EV_SILENCE, 1);
	media_says(in, MEDIA_EV_RTP_TIMEOUT, 0);
	CU_ASSERT_EQUAL(lab.ended, 1);
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_TEMPORARY_FAILURE);
	CU_ASSERT_EQUAL(lab.record.released_by, 2);
	CU_ASSERT_EQUAL(lab.record.faults[0].rtp_timeouts, 1);
	CU_ASSERT_EQUAL(lab.record.faults[0].silences, 1);
	CU_ASSERT_EQUAL(lab.record.faults[1].silences, 1);
	lab_close();

	lab_open();
	in = setup("03012", true);
	raise_ev(&lab.legs[1], LEG_EV_ANSWER);
	media_says(in, MEDIA_EV_RTP_TIMEOUT, 1);
	media_says(in, MEDIA_EV_RTP_TIMEOUT, 1);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_ACTIVE);
	raise_release(in, Q850_NORMAL);
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_NORMAL);
	CU_ASSERT_EQUAL(lab.record.faults[1].rtp_timeouts, 2);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "answered call", answered_call },
		{ "no route", no_route },
		{ "busy is passed on", busy_is_passed_on },
		{ "cause 44 tries other circuits, then the next trunk",
		  cause_44_tries_other_circuits_then_the_next_trunk },
		{ "refused trunks are skipped", refused_trunks_are_skipped },
		{ "digits are collected", digits_are_collected },
		{ "digits go through to an overlap trunk", digits_go_through_to_an_overlap_trunk },
		{ "a digit map says when the number is complete", digit_map_says_when },
		{ "overload refuses", overload_refuses },
		{ "a digit map says that no number begins so", digit_map_says_never },
		{ "a route changes the number and times the answer",
		  route_changes_the_number_and_times_the_answer },
		{ "time over for an announcement",
		  time_over_for_an_announcement_tells_why_it_was_made },
		{ "a leg that does not let go is given up",
		  a_leg_that_does_not_let_go_is_given_up },
		{ "releases cross", releases_cross },
		{ "unexpected events change nothing", unexpected_events_change_nothing },
		{ "draining refuses, release all ends", draining_refuses_and_release_all_ends },
		{ "a trunk leaves with its last call", a_trunk_leaves_with_its_last_call },
		{ "media fails", media_fails },
		{ "any sequence of events ends", any_sequence_of_events_ends },
		CU_TEST_INFO_NULL,
	};
	log_set_level(LOG_ERROR);
	return cu_run("call", tests, argc, argv);
}
