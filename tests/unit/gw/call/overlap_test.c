/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Overlap dialling in the core, with scripted legs and a clock turned by hand: RFC 3578 2 (with figure 1), 3.5 and 4, lengths
 * of numbers, strategies towards the PSTN, learnt lengths, post-dial delay.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/call/call_private.h"
#include "tests/unit/cu.h"

#define LEGS 32

struct fake_leg {
	struct leg leg;
	char told
		[256]; /* "+12" digits, "!" no more digits, "?10" or "?35" what is awaited, "R28" release */
	struct leg_setup setup;
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
	struct trunk in, sip, isup, dull;
	struct conf_route route;
	struct leg_awaited awaited;
} lab;

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static void note(struct fake_leg *leg, const char *fmt, const char *text)
{
	size_t n = strlen(leg->told);

	snprintf(leg->told + n, sizeof(leg->told) - n, "%s%s ", fmt, text);
}

static void fake_event(struct leg *base, const struct leg_event *event)
{
	struct fake_leg *leg = (struct fake_leg *)base;
	const struct leg_event released = { .ev = LEG_EV_RELEASED, .release = event->release };
	char text[40] = "";

	if (event->ev == LEG_EV_DIGITS && base->side == 0) {
		lab.awaited = event->awaited;
		note(leg,
		     event->digits_complete   ? "!"
		     : event->awaited.missing ? "?35"
					      : "?10",
		     "");
	} else if (event->ev == LEG_EV_DIGITS) {
		(void)str_copy(text, sizeof(text), event->digits);
		note(leg, "+", text);
		if (event->digits_complete)
			note(leg, "!", "");
	} else if (event->ev == LEG_EV_RELEASE) {
		snprintf(text, sizeof(text), "%u", (unsigned)event->release.cause);
		note(leg, "R", text);
		if (!leg->slow)
			call_raise(base, &released);
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
	struct fake_leg *leg = &lab.legs[lab.n_legs++];

	CU_ASSERT_FATAL(lab.n_legs < LEGS);
	memset(leg, 0, sizeof(*leg));
	leg->leg.ops = &fake_ops;
	leg->leg.trunk = trunk;
	return leg;
}

static int fake_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		      const struct leg_attachment *attachment, struct leg **out,
		      enum q850_cause *cause)
{
	struct fake_leg *leg = fake_leg(trunk);

	(void)attachment;
	(void)cause;
	leg->setup = *setup;
	*out = &leg->leg;
	call_bind(call, *out);
	return 0;
}

static bool fake_available(const struct trunk *trunk)
{
	(void)trunk;
	return true;
}

static const struct trunk_ops sip_ops = {
	.protocol = "sip", .overlap = true, .seize = fake_seize, .available = fake_available
};
static const struct trunk_ops isup_ops = {
	.protocol = "isup", .overlap = true, .seize = fake_seize, .available = fake_available
};
static const struct trunk_ops dull_ops = { .protocol = "dull",
					   .seize = fake_seize,
					   .available = fake_available };

static void record_ended(void *arg, const struct call_record *record)
{
	(void)arg;
	lab.record = *record;
	lab.ended++;
}

static char t_sip[] = "sip", t_isup[] = "isup", t_dull[] = "dull", r_name[] = "only",
	    p_empty[] = "";

/* The one route, to this trunk. */
static struct conf_route *route_to(char *trunk)
{
	lab.route = (struct conf_route){
		.name = r_name, .prefix = p_empty, .to = { trunk }, .n_to = 1
	};
	lab.route.overlap.first_digits = 3;
	return &lab.route;
}

static void in_force(void)
{
	call_core_set_routes(lab.core, route_table_new(&lab.route, 1));
}

static void lab_open(void)
{
	static const struct clock_source clock = { .now_us = lab_now };
	struct call_core_conf conf = { .release_timeout_ms = 5000 };

	memset(&lab, 0, sizeof(lab));
	lab.heap = timer_heap_new(&clock);
	conf.heap = lab.heap;
	lab.core = call_core_new(&conf);
	lab.in = (struct trunk){ .ops = &isup_ops, .name = "in" };
	lab.in.overlap.asks = true;
	lab.sip = (struct trunk){ .ops = &sip_ops, .name = t_sip };
	lab.isup = (struct trunk){ .ops = &isup_ops, .name = t_isup };
	lab.dull = (struct trunk){ .ops = &dull_ops, .name = t_dull };
	call_core_add_trunk(lab.core, &lab.in);
	call_core_add_trunk(lab.core, &lab.sip);
	call_core_add_trunk(lab.core, &lab.isup);
	call_core_add_trunk(lab.core, &lab.dull);
	lab.observer.ended = record_ended;
	call_core_observe(lab.core, &lab.observer);
}

static void lab_close(void)
{
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 0);
	CU_ASSERT_EQUAL(lab.in.overlap.calls, 0);
	CU_ASSERT_EQUAL(lab.in.calls + lab.sip.calls + lab.isup.calls + lab.dull.calls, 0);
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
	struct leg_setup s = { .complete = complete };
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &s };
	struct fake_leg *leg;
	enum q850_cause cause;

	lab.n_legs = 0;
	leg = fake_leg(&lab.in);
	(void)str_copy(s.called.digits, sizeof(s.called.digits), str_c(digits));
	CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(lab.core, &leg->leg, &cause));
	call_raise(&leg->leg, &event);
	return leg;
}

static void dial(struct fake_leg *leg, const char *digits, bool complete)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .digits = str_c(digits),
					 .digits_complete = complete };

	call_raise(&leg->leg, &event);
}

static void say(struct fake_leg *leg, enum leg_ev ev)
{
	const struct leg_event event = { .ev = ev };

	call_raise(&leg->leg, &event);
}

static void release(struct fake_leg *leg, enum q850_cause cause)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = { .cause = cause } };

	call_raise(&leg->leg, &event);
}

static struct fake_leg *out(void)
{
	return &lab.legs[lab.n_legs - 1];
}

static void sent_was(const char *digits, bool complete)
{
	CU_ASSERT_STRING_EQUAL(out()->setup.called.digits, digits);
	CU_ASSERT_EQUAL(out()->setup.complete, complete);
}

/* An answered and ended call that was dialled digit by digit up to complete. */
static void answered_call(const char *first, const char *rest)
{
	struct fake_leg *in = setup(first, false);

	dial(in, rest, false);
	dial(in, "", true);
	say(out(), LEG_EV_ANSWER);
	release(in, Q850_NORMAL);
}

/* ---- RFC 3578 2 ---- */

static void figure_1(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_sip);
	in_force();
	in = setup("301", false);
	dial(in, "2", false);
	dial(in, "3", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	CU_ASSERT_STRING_EQUAL(in->told, "?10 ?10 ?10 ");
	dial(in, "", true);
	sent_was("30123", true);
	/* "After this, any SAM received is ignored." */
	dial(in, "4", false);
	CU_ASSERT_STRING_EQUAL(out()->told, "");
	say(out(), LEG_EV_ALERTING);
	release(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.overlap, "collect");
	lab_close();
}

static void lengths(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_sip);
	lab.route.overlap.min_digits = 4;
	lab.route.overlap.max_digits = 6;
	lab.route.overlap.t10_ms = 3000;
	lab.route.overlap.t35_ms = 9000;
	in_force();
	/* 2.1: T35 below the minimum, 28 when it ends; T10 above it. */
	in = setup("301", false);
	CU_ASSERT_STRING_EQUAL(in->told, "?35 ");
	CU_ASSERT_EQUAL(lab.awaited.t35_ms, 9000);
	dial(in, "2", false);
	CU_ASSERT_STRING_EQUAL(in->told, "?35 ?10 ");
	CU_ASSERT_EQUAL(lab.awaited.t10_ms, 3000);
	/* No digit may follow the last of the longest number. */
	dial(in, "34", false);
	CU_ASSERT_STRING_EQUAL(in->told, "?35 ?10 ! ");
	sent_was("301234", true);
	release(in, Q850_NORMAL);
	/* A stop digit with too few, and too many. */
	in = setup("301", false);
	dial(in, "", true);
	CU_ASSERT_STRING_EQUAL(in->told, "?35 R28 ");
	in = setup("3012345", false);
	CU_ASSERT_STRING_EQUAL(in->told, "R28 ");
	in = setup("301", true);
	CU_ASSERT_STRING_EQUAL(in->told, "R28 ");
	in = setup("30123", true);
	sent_was("30123", true);
	release(in, Q850_NORMAL);
	CU_ASSERT_PTR_NULL(lab.record.overlap);
	lab_close();
}

/* A trunk that takes no digits later gets the whole number, whatever the route says. */
static void dull_trunk(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_dull);
	lab.route.overlap.pstn = CONF_PSTN_THROUGH;
	lab.route.overlap.sip = CONF_OVERLAP_INVITES;
	in_force();
	in = setup("301", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	dial(in, "2", true);
	sent_was("3012", true);
	release(in, Q850_NORMAL);
	lab_close();
}

/* ---- RFC 3578 3 ---- */

static void to_sip_early(void)
{
	static const struct {
		enum conf_overlap sip;
		enum leg_overlap_way way;
		const char *name;
	} rows[] = {
		{ CONF_OVERLAP_INVITES, LEG_OVERLAP_INVITES, "multiple-invite" },
		{ CONF_OVERLAP_INFO, LEG_OVERLAP_INFO, "info" },
		{ CONF_OVERLAP_184, LEG_OVERLAP_184, "184" },
	};

	lab_open();
	for (unsigned i = 0; i < 3; i++) {
		struct fake_leg *in;

		route_to(t_sip);
		lab.route.overlap.sip = rows[i].sip;
		lab.route.overlap.min_digits = 3;
		lab.route.overlap.max_digits = 6;
		in_force();
		in = setup("30", false);
		CU_ASSERT_EQUAL(lab.n_legs, 1);
		dial(in, "1", false);
		sent_was("301", false);
		CU_ASSERT_EQUAL(out()->setup.overlap.way, rows[i].way);
		dial(in, "23", false);
		CU_ASSERT_STRING_EQUAL(out()->told, "+23 ");
		/* The longest number needs no T10. */
		dial(in, "4", false);
		CU_ASSERT_STRING_EQUAL(out()->told, "+23 +4 ! ");
		CU_ASSERT_STRING_EQUAL(in->told, "?35 ?10 ?10 ! ");
		release(out(), Q850_BUSY);
		CU_ASSERT_STRING_EQUAL(lab.record.overlap, rows[i].name);
		CU_ASSERT_STRING_EQUAL(lab.record.called.digits, "301234");
	}
	lab_close();
}

static void t10_ends_the_digits(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_sip);
	lab.route.overlap.sip = CONF_OVERLAP_INVITES;
	in_force();
	in = setup("301", false);
	dial(in, "", true);
	CU_ASSERT_STRING_EQUAL(out()->told, "+ ! ");
	dial(in, "", true);
	CU_ASSERT_STRING_EQUAL(out()->told, "+ ! ");
	release(in, Q850_NORMAL);
	lab_close();
}

static void a_sign_ends_the_digits(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_isup);
	in_force();
	in = setup("301", false);
	sent_was("301", false);
	CU_ASSERT_EQUAL(lab.in.overlap.calls, 1);
	dial(in, "2", false);
	say(out(), LEG_EV_ADDRESS_COMPLETE);
	CU_ASSERT_EQUAL(lab.in.overlap.calls, 0);
	dial(in, "3", false);
	CU_ASSERT_STRING_EQUAL(out()->told, "+2 ");
	say(out(), LEG_EV_ANSWER);
	release(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.overlap, "through");
	lab_close();
}

/* A trunk that fails gets its successor all digits that have come. */
static void another_trunk_gets_all_digits(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_isup);
	lab.route.to[1] = t_isup;
	lab.route.n_to = 2;
	lab.route.strip = 1;
	in_force();
	in = setup("0301", false);
	sent_was("301", false);
	dial(in, "2", false);
	release(out(), Q850_NETWORK_OUT_OF_ORDER);
	CU_ASSERT_EQUAL(lab.n_legs, 3);
	sent_was("3012", false);
	dial(in, "3", true);
	CU_ASSERT_STRING_EQUAL(out()->told, "+3 ! ");
	release(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.called_sent.digits, "30123");
	lab_close();
}

/* ---- towards the PSTN ---- */

static void split(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_isup);
	lab.route.overlap.pstn = CONF_PSTN_SPLIT;
	in_force();
	in = setup("30123", true);
	sent_was("301", false);
	CU_ASSERT_STRING_EQUAL(out()->told, "+23 ! ");
	say(out(), LEG_EV_ALERTING);
	release(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.overlap, "split");
	CU_ASSERT_STRING_EQUAL(lab.record.called_sent.digits, "30123");
	/* No longer than the IAM's share: en bloc. */
	in = setup("301", true);
	sent_was("301", true);
	release(in, Q850_NORMAL);
	in = setup("3012", false);
	sent_was("301", false);
	CU_ASSERT_STRING_EQUAL(out()->told, "+2 ");
	dial(in, "3", false);
	dial(in, "", true);
	CU_ASSERT_STRING_EQUAL(out()->told, "+2 +3 + ! ");
	release(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.called_sent.digits, "30123");
	lab_close();
}

static void replace(void)
{
	struct fake_leg *in, *first;

	lab_open();
	route_to(t_isup);
	lab.route.overlap.pstn = CONF_PSTN_REPLACE;
	in_force();
	in = setup("301", false);
	sent_was("301", true);
	first = out();
	dial(in, "2", false);
	CU_ASSERT_STRING_EQUAL(first->told, "R16 ");
	CU_ASSERT_EQUAL(lab.n_legs, 3);
	sent_was("3012", true);
	dial(in, "", true);
	CU_ASSERT_STRING_EQUAL(out()->told, "");
	say(out(), LEG_EV_ANSWER);
	release(in, Q850_NORMAL);
	CU_ASSERT_EQUAL(lab.record.attempts, 2);
	lab_close();
}

/* Digits that come while the leg before is still letting go; and a caller that goes meanwhile. */
static void replace_a_slow_leg(void)
{
	const struct leg_event released = { .ev = LEG_EV_RELEASED };
	struct fake_leg *in, *first;

	lab_open();
	route_to(t_isup);
	lab.route.overlap.pstn = CONF_PSTN_REPLACE;
	in_force();
	in = setup("301", false);
	first = out();
	first->slow = true;
	dial(in, "2", false);
	dial(in, "3", false);
	say(first, LEG_EV_ALERTING);
	CU_ASSERT_EQUAL(lab.n_legs, 2);
	call_raise(&first->leg, &released);
	CU_ASSERT_EQUAL(lab.n_legs, 3);
	sent_was("30123", true);
	first = out();
	first->slow = true;
	dial(in, "4", false);
	release(in, Q850_NORMAL);
	CU_ASSERT_EQUAL(lab.ended, 0);
	call_raise(&first->leg, &released);
	CU_ASSERT_EQUAL(lab.ended, 1);
	lab_close();
}

static void collect_for_the_pstn(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_isup);
	lab.route.overlap.pstn = CONF_PSTN_COLLECT;
	in_force();
	in = setup("301", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	dial(in, "2", true);
	sent_was("3012", true);
	release(in, Q850_NORMAL);
	lab_close();
}

/* ---- RFC 3578 4 ---- */

static void half_dialled_calls_are_limited(void)
{
	struct fake_leg *a, *b, *c;

	lab_open();
	route_to(t_sip);
	in_force();
	lab.in.overlap.max = 2;
	lab.in.overlap.time_ms = 20000;
	a = setup("301", false);
	lab.n_legs = 1;
	b = fake_leg(&lab.in);
	c = fake_leg(&lab.in);
	for (unsigned i = 0; i < 2; i++) {
		struct leg_setup s = { .complete = false };
		const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &s };
		enum q850_cause cause;

		CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(lab.core, i ? &c->leg : &b->leg, &cause));
		call_raise(i ? &c->leg : &b->leg, &event);
	}
	CU_ASSERT_EQUAL(lab.in.overlap.calls, 2);
	CU_ASSERT_STRING_EQUAL(c->told, "R42 ");
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_CONGESTION);
	/* The time is that of the call, not of a digit. */
	pass_ms(15000);
	dial(a, "2", false);
	pass_ms(5000);
	CU_ASSERT_STRING_EQUAL(a->told, "?10 ?10 R28 ");
	CU_ASSERT_EQUAL(lab.in.overlap.calls, 0);
	lab_close();
}

static void a_complete_number_is_not_limited(void)
{
	struct fake_leg *in;

	lab_open();
	route_to(t_sip);
	in_force();
	lab.in.overlap.time_ms = 10000;
	in = setup("301", false);
	dial(in, "", true);
	pass_ms(20000);
	CU_ASSERT_EQUAL(lab.ended, 0);
	release(in, Q850_NORMAL);
	lab_close();
}

/* ---- learnt lengths ---- */

static void learn(void)
{
	route_to(t_sip);
	lab.route.overlap.learn = 3;
	in_force();
	for (unsigned i = 0; i < NUMBERS_SURE; i++)
		answered_call("301", "234");
}

static void answers_teach_the_length(void)
{
	struct fake_leg *in;

	lab_open();
	learn();
	CU_ASSERT_EQUAL(numbers_count(call_core_numbers(lab.core)), 1);
	in = setup("3015", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	dial(in, "99", false);
	sent_was("301599", true);
	/* T10 runs on and changes nothing. */
	dial(in, "", true);
	CU_ASSERT_STRING_EQUAL(out()->told, "");
	say(out(), LEG_EV_ANSWER);
	release(in, Q850_NORMAL);
	/* Another prefix has not been learnt. */
	in = setup("302599", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	release(in, Q850_NORMAL);
	CU_ASSERT_EQUAL(numbers_forget(call_core_numbers(lab.core), "other"), 0);
	CU_ASSERT_EQUAL(numbers_forget(call_core_numbers(lab.core), "only"), 1);
	in = setup("301599", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	release(in, Q850_NORMAL);
	lab_close();
}

static void nothing_is_learnt_unasked(void)
{
	lab_open();
	route_to(t_sip);
	in_force();
	answered_call("301", "234");
	CU_ASSERT_EQUAL(numbers_count(call_core_numbers(lab.core)), 0);
	lab_close();
}

/* More digits than the length that was learnt: the call is set up again with all of them. */
static void more_digits_contradict(void)
{
	struct fake_leg *in;

	lab_open();
	learn();
	in = setup("301599", false);
	sent_was("301599", true);
	dial(in, "7", false);
	CU_ASSERT_EQUAL(lab.n_legs, 2);
	CU_ASSERT_STRING_EQUAL(out()->told, "R16 ");
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_COLLECTING);
	dial(in, "", true);
	sent_was("3015997", true);
	say(out(), LEG_EV_ANSWER);
	release(in, Q850_NORMAL);
	/* Never again. */
	for (unsigned i = 0; i < 5; i++)
		answered_call("301", "234");
	in = setup("301599", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	release(in, Q850_NORMAL);
	lab_close();
}

static void incomplete_contradicts(void)
{
	struct fake_leg *in;

	lab_open();
	learn();
	in = setup("301599", false);
	release(out(), Q850_BUSY);
	in = setup("301599", false);
	CU_ASSERT_EQUAL(lab.n_legs, 2);
	release(out(), Q850_INCOMPLETE);
	in = setup("301599", false);
	CU_ASSERT_EQUAL(lab.n_legs, 1);
	release(in, Q850_NORMAL);
	lab_close();
}

static void memory_is_bounded(void)
{
	struct numbers *numbers = numbers_new(3);
	char text[16];

	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "%03u1234", i);
		for (unsigned k = 0; k < NUMBERS_SURE; k++)
			numbers_learn(numbers, "r", str_c(text), 3);
		/* What is used stays. */
		numbers_learn(numbers, "r", STR("9991234"), 3);
	}
	CU_ASSERT_EQUAL(numbers_count(numbers), 3);
	CU_ASSERT_EQUAL(numbers_length(numbers, "r", STR("9994"), 3), 7);
	CU_ASSERT_EQUAL(numbers_length(numbers, "r", STR("0994"), 3), 7);
	CU_ASSERT_EQUAL(numbers_length(numbers, "r", STR("0014"), 3), 0);
	CU_ASSERT_EQUAL(numbers_length(numbers, "q", STR("9994"), 3), 0);
	CU_ASSERT_EQUAL(numbers_length(numbers, "r", STR("999"), 3), 0);
	numbers_learn(numbers, "r", STR("99912345"), 3);
	CU_ASSERT_EQUAL(numbers_length(numbers, "r", STR("9994"), 3), 0);
	numbers_free(numbers);
}

/* ---- post-dial delay ---- */

static void post_dial_delay(void)
{
	struct fake_leg *in;
	struct table *table;
	unsigned row = 0;

	lab_open();
	route_to(t_sip);
	in_force();
	in = setup("301", false);
	pass_ms(1000);
	dial(in, "2", false);
	pass_ms(5000);
	dial(in, "", true);
	pass_ms(250);
	say(out(), LEG_EV_MEDIA);
	pass_ms(50);
	say(out(), LEG_EV_ALERTING);
	pass_ms(3000);
	say(out(), LEG_EV_ANSWER);
	release(in, Q850_NORMAL);
	CU_ASSERT_TRUE(lab.record.post_dial);
	CU_ASSERT_EQUAL(lab.record.post_dial_ms, 5300);
	table = overlap_table(lab.core);
	while (row < table_rows(table) && strcmp(table_cell(table, row, 0), "collect") != 0)
		row++;
	CU_ASSERT_STRING_EQUAL(table_cell(table, row, 3), "5300");
	table_free(table);
	in = setup("301", true);
	release(out(), Q850_BUSY);
	CU_ASSERT_FALSE(lab.record.post_dial);
	lab_close();
}

static const CU_TestInfo tests[] = {
	{ "RFC 3578 figure 1", figure_1 },
	{ "RFC 3578 2 lengths", lengths },
	{ "a trunk without overlap", dull_trunk },
	{ "RFC 3578 3 to SIP early", to_sip_early },
	{ "T10 ends the digits", t10_ends_the_digits },
	{ "a sign ends the digits", a_sign_ends_the_digits },
	{ "another trunk gets all digits", another_trunk_gets_all_digits },
	{ "split", split },
	{ "RFC 3578 3.5 REL and a new IAM", replace },
	{ "a slow leg is replaced", replace_a_slow_leg },
	{ "collect for the PSTN", collect_for_the_pstn },
	{ "RFC 3578 4 half-dialled calls are limited", half_dialled_calls_are_limited },
	{ "a complete number is not limited", a_complete_number_is_not_limited },
	{ "answers teach the length", answers_teach_the_length },
	{ "nothing is learnt unasked", nothing_is_learnt_unasked },
	{ "more digits contradict", more_digits_contradict },
	{ "cause 28 contradicts", incomplete_contradicts },
	{ "memory is bounded", memory_is_bounded },
	{ "post-dial delay", post_dial_delay },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("overlap", tests, argc, argv);
}
