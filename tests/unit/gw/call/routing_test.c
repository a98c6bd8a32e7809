/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Calls through routing: numbers by trunk, limits and those whom they spare, failover by the route's
 * causes, loops, shares, hours and look-ups. Scripted legs, clocks turned by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/call/call_private.h"
#include "gw/call/load.h"
#include "gw/call/trunk.h"
#include "tests/unit/cu.h"

#define LEGS 64

struct fake_leg {
	struct leg leg;
	struct leg_release release;
	bool released;
};

static struct {
	uint64_t now_us, wall_us;
	struct timer_heap *heap;
	struct call_core *core;
	struct call_observer observer;
	struct call_record record; /* of the last call that ended */
	unsigned ended;
	struct fake_leg legs[LEGS];
	unsigned n_legs;
	struct leg_setup out; /* what the last seized trunk got */
	char target[CALL_TARGET_MAX];
	struct trunk in, a, b, c;
	/* the look-up under way */
	call_lookup_fn *lookup_fn;
	void *lookup_arg;
	char lookup_number[40], lookup_root[40];
	unsigned asked, cancelled;
	int lookup_err;
} lab;

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static uint64_t lab_wall(void *arg)
{
	(void)arg;
	return lab.wall_us;
}

static void fake_event(struct leg *leg, const struct leg_event *event)
{
	struct fake_leg *fake = (struct fake_leg *)leg;

	if (event->ev == LEG_EV_RELEASE || event->ev == LEG_EV_RELEASED) {
		fake->release = event->release;
		fake->released = true;
	}
	if (event->ev == LEG_EV_RELEASE) {
		const struct leg_event released = { .ev = LEG_EV_RELEASED,
						    .release = event->release };

		call_raise(leg, &released);
	}
}

static void fake_describe(const struct leg *leg, char *text, size_t cap)
{
	snprintf(text, cap, "leg %u", leg->side);
}

static const struct leg_ops leg_ops = { .protocol = "fake",
					.event = fake_event,
					.describe = fake_describe };

static struct fake_leg *fake_leg(struct trunk *trunk)
{
	struct fake_leg *fake = &lab.legs[lab.n_legs++ % LEGS];

	memset(fake, 0, sizeof(*fake));
	fake->leg.ops = &leg_ops;
	fake->leg.trunk = trunk;
	return fake;
}

static int fake_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		      const struct leg_attachment *attachment, struct leg **leg,
		      enum q850_cause *cause)
{
	(void)attachment;
	(void)cause;
	lab.out = *setup;
	(void)str_copy(lab.target, sizeof(lab.target), setup->target);
	*leg = &fake_leg(trunk)->leg;
	call_bind(call, *leg);
	return 0;
}

static bool fake_available(const struct trunk *trunk)
{
	(void)trunk;
	return true;
}

static const struct trunk_ops en_bloc = {
	.protocol = "fake", .seize = fake_seize, .available = fake_available, .targets = true
};
static const struct trunk_ops overlap = {
	.protocol = "fake", .overlap = true, .seize = fake_seize, .available = fake_available
};

static void record_ended(void *arg, const struct call_record *record)
{
	(void)arg;
	lab.record = *record;
	lab.ended++;
}

static int lookup_start(void *arg, struct str number, const char *root, call_lookup_fn *fn,
			void *fn_arg, void **query)
{
	(void)arg;
	if (lab.lookup_err)
		return lab.lookup_err;
	(void)str_copy(lab.lookup_number, sizeof(lab.lookup_number), number);
	(void)str_copy(lab.lookup_root, sizeof(lab.lookup_root), str_c(root));
	lab.lookup_fn = fn;
	lab.lookup_arg = fn_arg;
	lab.asked++;
	*query = &lab;
	return 0;
}

static void lookup_cancel(void *query)
{
	CU_ASSERT_PTR_EQUAL(query, &lab);
	lab.cancelled++;
	lab.lookup_fn = NULL;
}

static void lookup_answer(const char *const *uris, size_t n)
{
	call_lookup_fn *fn = lab.lookup_fn;

	lab.lookup_fn = NULL;
	CU_ASSERT_PTR_NOT_NULL_FATAL(fn);
	fn(lab.lookup_arg, uris, n);
}

static char t_in[] = "in", t_a[] = "a", t_b[] = "b", t_c[] = "c", p_1[] = "1", p_2[] = "2",
	    p_3[] = "3", p_4[] = "4", p_5[] = "5", p_112[] = "112", p_49[] = "+49", p_empty[] = "",
	    r_1[] = "one", r_2[] = "two", r_3[] = "three", r_4[] = "four", r_5[] = "five",
	    r_day[] = "day", r_sos[] = "sos", r_carrier[] = "carrier", r_enum[] = "enum",
	    r_rest[] = "rest", hours[] = "mon-fri 08:00-18:00", root[] = "e164.arpa", p_6[] = "6",
	    r_by_code[] = "by-code", code[] = "+491012";

static void lab_open(void)
{
	static const struct clock_source clock = { .now_us = lab_now };
	static const struct conf_route routes[] = {
		{ .name = r_1, .prefix = p_1, .to = { t_a, t_b, t_c }, .n_to = 3 },
		{ .name = r_2,
		  .prefix = p_2,
		  .to = { t_a, t_b, t_c },
		  .n_to = 3,
		  .hunt = { .failover_set = true, .failover = { 1u << 17 }, .attempts = 2 } },
		{ .name = r_3, .prefix = p_3, .to = { t_in, t_a }, .n_to = 2 },
		{ .name = r_4, .prefix = p_4, .to = { t_in }, .n_to = 1 },
		{ .name = r_5,
		  .prefix = p_5,
		  .to = { t_a, t_b },
		  .n_to = 2,
		  .hunt = { .order = CONF_ORDER_PERCENTAGE, .shares = { 75, 25 }, .n_shares = 2 } },
		{ .name = r_day,
		  .prefix = p_5,
		  .to = { t_c },
		  .n_to = 1,
		  .match = { .times = { hours }, .n_times = 1 } },
		{ .name = r_sos, .prefix = p_112, .to = { t_a }, .n_to = 1, .emergency = true },
		{ .name = r_carrier, .prefix = p_6, .to = { t_a }, .n_to = 1, .carrier = true },
		{ .name = r_enum,
		  .prefix = p_49,
		  .to = { t_a, t_b },
		  .n_to = 2,
		  .enum_root = root },
		{ .name = r_by_code,
		  .prefix = p_5,
		  .to = { t_b },
		  .n_to = 1,
		  .match = { .carrier = { code }, .n_carrier = 1 } },
		{ .name = r_rest, .prefix = p_empty, .to = { t_c }, .n_to = 1 },
	};
	struct call_core_conf conf = { .wall_us = lab_wall, .random_seed = 1 };
	const struct call_lookup lookup = { lookup_start, lookup_cancel, NULL };

	memset(&lab, 0, sizeof(lab));
	lab.now_us = 1000000;
	lab.wall_us = UINT64_C(1774742400) * 1000000; /* 2026-03-29 00:00 UTC, a Sunday */
	setenv("TZ", "UTC0", 1);
	tzset();
	lab.heap = timer_heap_new(&clock);
	conf.heap = lab.heap;
	lab.core = call_core_new(&conf);
	lab.in = (struct trunk){ .ops = &en_bloc, .name = t_in };
	lab.a = (struct trunk){ .ops = &en_bloc, .name = t_a };
	lab.b = (struct trunk){ .ops = &en_bloc, .name = t_b };
	lab.c = (struct trunk){ .ops = &en_bloc, .name = t_c };
	call_core_add_trunk(lab.core, &lab.in);
	call_core_add_trunk(lab.core, &lab.a);
	call_core_add_trunk(lab.core, &lab.b);
	call_core_add_trunk(lab.core, &lab.c);
	call_core_set_routes(lab.core, route_table_new(routes, sizeof(routes) / sizeof(routes[0])));
	call_core_set_lookup(lab.core, &lookup, 4000);
	lab.observer.ended = record_ended;
	call_core_observe(lab.core, &lab.observer);
}

static void lab_close(void)
{
	struct trunk *trunks[] = { &lab.in, &lab.a, &lab.b, &lab.c };

	call_core_release_all(lab.core, Q850_NORMAL);
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 0);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(trunks[i]->calls + trunks[i]->up[0] + trunks[i]->up[1], 0);
		trunk_policy_free(trunks[i]);
	}
	CU_ASSERT_EQUAL(timer_heap_running(lab.heap), 0);
	call_core_free(lab.core);
	timer_heap_free(lab.heap);
}

static void pass_ms(uint64_t ms)
{
	lab.now_us += ms * 1000;
	(void)timer_heap_run(lab.heap);
}

static void policy(struct trunk *trunk, const struct conf_trunk_policy *conf)
{
	static const struct trunk_numbers numbers = { "49", "30", "0", "00" };

	CU_ASSERT_EQUAL(trunk_policy_set(trunk, conf, &numbers), 0);
}

static struct fake_leg *call_asking(struct trunk *trunk, const char *digits, bool complete,
				    const struct leg_carrier *carrier)
{
	struct leg_setup setup = { .complete = complete, .category = 10, .carrier = *carrier };
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &setup };
	struct fake_leg *leg = fake_leg(trunk);
	struct str number = str_c(digits);
	enum q850_cause cause;

	if (digits[0] == '+') {
		setup.called.noa = LEG_NOA_INTERNATIONAL;
		number = str_c(digits + 1);
	}
	(void)str_copy(setup.called.digits, sizeof(setup.called.digits), number);
	CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(lab.core, &leg->leg, &cause));
	call_raise(&leg->leg, &event);
	return leg;
}

static struct fake_leg *call_from(struct trunk *trunk, const char *digits, bool complete)
{
	return call_asking(trunk, digits, complete, &(struct leg_carrier){ .global = false });
}

static struct fake_leg *call_to(const char *digits)
{
	return call_from(&lab.in, digits, true);
}

static struct fake_leg *last(void)
{
	return &lab.legs[(lab.n_legs - 1) % LEGS];
}

static void refuse(struct fake_leg *leg, enum q850_cause cause)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = { .cause = cause } };

	call_raise(&leg->leg, &event);
}

static void answer(struct fake_leg *leg)
{
	const struct leg_event event = { .ev = LEG_EV_ANSWER };

	call_raise(&leg->leg, &event);
}

static enum q850_cause refused(const struct fake_leg *leg)
{
	return leg->released ? leg->release.cause : Q850_NONE;
}

/* ---- limits ---- */

static void most_calls(void)
{
	const struct conf_trunk_policy conf = { .max_in = 2 };
	struct fake_leg *one, *three;

	lab_open();
	policy(&lab.in, &conf);
	one = call_to("1");
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_NONE);
	three = call_to("1");
	CU_ASSERT_EQUAL(refused(three), Q850_NO_CIRCUIT);
	CU_ASSERT_EQUAL(lab.in.policy->refused_full, 1);
	CU_ASSERT_EQUAL(lab.record.release.cause, Q850_NO_CIRCUIT);
	refuse(one, Q850_NORMAL);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_NONE);
	lab_close();
}

static void most_calls_out(void)
{
	const struct conf_trunk_policy conf = { .max_out = 1 };

	lab_open();
	policy(&lab.a, &conf);
	lab.b.max_calls = 1;
	(void)call_to("1");
	CU_ASSERT_EQUAL(lab.a.up[1], 1);
	(void)call_to("1");
	CU_ASSERT_EQUAL(lab.b.up[1], 1);
	/* b counts what came in by it, too */
	(void)call_to("1");
	CU_ASSERT_EQUAL(lab.c.up[1], 1);
	CU_ASSERT_EQUAL(lab.a.policy->refused_full, 2);
	CU_ASSERT_EQUAL(refused(call_from(&lab.b, "1", true)), Q850_NO_CIRCUIT);
	lab_close();
}

static void calls_a_second(void)
{
	const struct conf_trunk_policy conf = { .rate_in = 2, .burst = 1 };

	lab_open();
	policy(&lab.in, &conf);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_NONE);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_CONGESTION);
	pass_ms(499);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_CONGESTION);
	pass_ms(1);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_NONE);
	CU_ASSERT_EQUAL(lab.in.policy->refused_rate, 2);
	/* A reload keeps the account. */
	policy(&lab.in, &conf);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_CONGESTION);
	lab_close();
}

static void rate_out_tries_the_next(void)
{
	const struct conf_trunk_policy conf = { .rate = 1 };

	lab_open();
	policy(&lab.a, &conf);
	(void)call_to("1");
	(void)call_to("1");
	CU_ASSERT_EQUAL(lab.a.up[1], 1);
	CU_ASSERT_EQUAL(lab.b.up[1], 1);
	CU_ASSERT_EQUAL(lab.a.policy->refused_rate, 1);
	lab_close();
}

static void emergency_is_spared(void)
{
	const struct conf_trunk_policy conf = { .max_in = 1, .max_out = 1, .rate = 1 };
	enum q850_cause cause;
	struct fake_leg *leg;

	lab_open();
	policy(&lab.in, &conf);
	policy(&lab.a, &conf);
	lab.a.max_calls = 1;
	(void)call_to("1");
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_NO_CIRCUIT);
	CU_ASSERT_EQUAL(refused(call_to("112")), Q850_NONE);
	CU_ASSERT_EQUAL(refused(call_to("61")), Q850_NONE);
	CU_ASSERT_EQUAL(lab.a.up[1], 3);
	/* ... but not from the end of service: nothing new begins. */
	call_core_drain(lab.core, true);
	leg = fake_leg(&lab.in);
	CU_ASSERT_PTR_NULL(call_new(lab.core, &leg->leg, &cause));
	lab_close();
}

/* Nor does an exchange that is overloaded refuse it. */
static void emergency_in_overload(void)
{
	const struct conf_overload conf = { .calls_per_second = 1, .hold_ms = 5000 };
	const struct load_user user = { .arg = NULL };
	struct load *load;

	lab_open();
	load = load_new(&conf, &user, lab.heap);
	CU_ASSERT_PTR_NOT_NULL_FATAL(load);
	call_core_set_load(lab.core, load);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_NONE);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_CONGESTION);
	CU_ASSERT_EQUAL(refused(call_to("112")), Q850_NONE);
	CU_ASSERT_EQUAL(refused(call_to("61")), Q850_NONE);
	CU_ASSERT_EQUAL(refused(call_to("1")), Q850_CONGESTION);
	call_core_set_load(lab.core, NULL);
	load_free(load);
	lab_close();
}

/* ---- failover ---- */

static void default_failover(void)
{
	struct fake_leg *in;

	lab_open();
	in = call_to("1");
	refuse(last(), Q850_TEMPORARY_FAILURE);
	CU_ASSERT_EQUAL(lab.b.up[1], 1);
	refuse(last(), Q850_BUSY);
	CU_ASSERT_EQUAL(refused(in), Q850_BUSY);
	CU_ASSERT_EQUAL(lab.record.attempts, 2);
	lab_close();
}

static void failover_by_list(void)
{
	struct fake_leg *in;

	lab_open();
	in = call_to("2");
	refuse(last(), Q850_TEMPORARY_FAILURE);
	CU_ASSERT_EQUAL(refused(in), Q850_TEMPORARY_FAILURE);
	in = call_to("2");
	refuse(last(), Q850_BUSY);
	CU_ASSERT_EQUAL(lab.b.up[1], 1);
	/* two attempts, no third trunk */
	refuse(last(), Q850_BUSY);
	CU_ASSERT_EQUAL(refused(in), Q850_BUSY);
	CU_ASSERT_EQUAL(lab.record.attempts, 2);
	lab_close();
}

static void counts_of_routes(void)
{
	const struct route_use *use;
	struct fake_leg *in;

	lab_open();
	use = route_table_get(call_core_routes(lab.core), 0)->use;
	in = call_to("1");
	refuse(last(), Q850_NO_CIRCUIT);
	answer(last());
	refuse(in, Q850_NORMAL);
	in = call_to("1");
	refuse(last(), Q850_BUSY);
	CU_ASSERT(use->calls == 2 && use->answered == 1 && use->failed == 1 &&
		  use->failed_over == 1);
	lab_close();
}

static void shares(void)
{
	unsigned first = 0;

	lab_open();
	for (unsigned i = 0; i < 40; i++) {
		struct fake_leg *in = call_to("5");

		first += lab.a.up[1];
		refuse(in, Q850_NORMAL);
	}
	CU_ASSERT_EQUAL(first, 30);
	lab_close();
}

static void hours_of_a_route(void)
{
	lab_open();
	(void)call_to("5");
	CU_ASSERT_EQUAL(lab.a.up[1], 1);
	lab.wall_us += UINT64_C(32) * 3600 * 1000000; /* Monday, 08:00 */
	(void)call_to("5");
	CU_ASSERT_EQUAL(lab.c.up[1], 1);
	lab_close();
}

/* ---- loops ---- */

/* ISUP legs say a code with its country, SIP legs leave that of the trunk out: both are one. */
static void carriers(void)
{
	static const struct {
		struct leg_carrier carrier;
		bool german; /* the trunk */
		const char *route;
	} rows[] = {
		{ { true, "491012" }, false, "by-code" }, { { true, "491012" }, true, "by-code" },
		{ { false, "1012" }, true, "by-code" },	  { { false, "1012" }, false, "five" },
		{ { true, "1012" }, true, "five" },	  { { false, "10123" }, true, "five" },
		{ { false, "" }, true, "five" },
	};
	const struct conf_trunk_policy none = { .form = CONF_FORM_AS_IS };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lab_open();
		if (rows[i].german)
			policy(&lab.in, &none);
		/* A Sunday: the route of working hours does not count. */
		refuse(call_asking(&lab.in, "5", true, &rows[i].carrier), Q850_NORMAL);
		CU_ASSERT_STRING_EQUAL(lab.record.route, rows[i].route);
		lab_close();
	}
}

static void returns(void)
{
	const struct conf_trunk_policy conf = { .return_refused = true };
	struct fake_leg *in;

	lab_open();
	(void)call_to("4");
	CU_ASSERT_EQUAL(lab.in.up[1], 1);
	policy(&lab.in, &conf);
	in = call_to("4");
	CU_ASSERT_EQUAL(refused(in), Q850_EXCHANGE_ROUTING_ERROR);
	(void)call_to("3");
	CU_ASSERT_EQUAL(lab.a.up[1], 1);
	lab_close();
}

/* ---- numbers ---- */

static void numbers_both_ways(void)
{
	const struct conf_trunk_policy in = { .form = CONF_FORM_AS_IS },
				       out = { .form = CONF_FORM_DIALLED };

	lab_open();
	policy(&lab.in, &in);
	policy(&lab.a, &out);
	lab.lookup_err = -ENOMEM;
	(void)call_to("0301234");
	/* Matched as +49: by the route that looks up, in vain, and then by the rest. */
	CU_ASSERT_EQUAL(lab.c.up[1], 1);
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "49301234");
	CU_ASSERT_EQUAL(lab.out.called.noa, LEG_NOA_INTERNATIONAL);
	refuse(last(), Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.dialled.digits, "0301234");
	CU_ASSERT_STRING_EQUAL(lab.record.called.digits, "49301234");
	(void)call_to("1");
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "1");
	lab_close();
}

static void digits_one_by_one(void)
{
	const struct conf_trunk_policy in = { .form = CONF_FORM_AS_IS };
	static const char rest[] = "044123";
	struct fake_leg *leg;

	lab_open();
	policy(&lab.in, &in);
	lab.c.ops = &overlap;
	leg = call_from(&lab.in, "0", false);
	for (size_t n = 0; n < strlen(rest); n++) {
		const struct leg_event event = { .ev = LEG_EV_DIGITS,
						 .digits = { rest + n, 1 },
						 .digits_complete = !rest[n + 1] };

		CU_ASSERT_EQUAL(lab.c.up[1], n >= 3);
		call_raise(&leg->leg, &event);
	}
	CU_ASSERT_EQUAL(lab.out.called.noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(lab.out.called.digits, "44");
	lab_close();
}

/* ---- look-ups ---- */

static void looked_up(void)
{
	static const char *const uris[] = { "sip:one@x", "sip:two@x" };
	struct fake_leg *in;

	lab_open();
	in = call_to("+49301");
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_LOCATING);
	CU_ASSERT_STRING_EQUAL(lab.lookup_number, "+49301");
	CU_ASSERT_STRING_EQUAL(lab.lookup_root, "e164.arpa");
	lookup_answer(uris, 2);
	CU_ASSERT_EQUAL(lab.a.up[1], 1);
	CU_ASSERT_STRING_EQUAL(lab.target, "sip:one@x");
	/* the next URI at the same trunk, then all of them at the next */
	refuse(last(), Q850_TEMPORARY_FAILURE);
	CU_ASSERT_EQUAL(lab.a.up[1], 1);
	CU_ASSERT_STRING_EQUAL(lab.target, "sip:two@x");
	refuse(last(), Q850_TEMPORARY_FAILURE);
	CU_ASSERT_EQUAL(lab.b.up[1], 1);
	CU_ASSERT_STRING_EQUAL(lab.target, "sip:one@x");
	answer(last());
	refuse(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.target, "sip:one@x");
	CU_ASSERT_EQUAL(lab.record.attempts, 3);
	lab_close();
}

static void looked_up_in_vain(void)
{
	struct fake_leg *in;

	lab_open();
	in = call_to("+49301");
	lookup_answer(NULL, 0);
	CU_ASSERT_EQUAL(lab.c.up[1], 1);
	CU_ASSERT_STRING_EQUAL(lab.target, "");
	CU_ASSERT_EQUAL(lab.out.target.n, 0);
	refuse(in, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(lab.record.route, "rest");
	lab_close();
}

static void looked_up_too_long(void)
{
	struct fake_leg *in;

	lab_open();
	in = call_to("+49301");
	pass_ms(3999);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_LOCATING);
	pass_ms(1);
	CU_ASSERT_EQUAL(lab.cancelled, 1);
	CU_ASSERT_EQUAL(lab.c.up[1], 1);
	lab_close();
}

static void released_while_locating(void)
{
	struct fake_leg *in;

	lab_open();
	in = call_to("+49301");
	refuse(in, Q850_NORMAL);
	CU_ASSERT_EQUAL(lab.cancelled, 1);
	CU_ASSERT_EQUAL(lab.ended, 1);
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 0);
	(void)call_to("+49301");
	call_core_release_all(lab.core, Q850_TEMPORARY_FAILURE);
	CU_ASSERT_EQUAL(lab.cancelled, 2);
	lab_close();
}

/* The routes are others by the time of the answer. */
static void reloaded_while_locating(void)
{
	static const struct conf_route route = {
		.name = r_1, .prefix = p_empty, .to = { t_b }, .n_to = 1
	};
	static const char *const uris[] = { "sip:one@x" };

	lab_open();
	(void)call_to("+49301");
	call_core_set_routes(lab.core, route_table_new(&route, 1));
	lookup_answer(uris, 1);
	CU_ASSERT_EQUAL(lab.b.up[1], 1);
	CU_ASSERT_STRING_EQUAL(lab.target, "");
	lab_close();
}

static void waits_for_the_whole_number(void)
{
	const struct leg_event done = { .ev = LEG_EV_DIGITS, .digits_complete = true };
	struct fake_leg *in;

	lab_open();
	in = call_from(&lab.in, "+4930", false);
	CU_ASSERT_EQUAL(lab.asked, 0);
	CU_ASSERT_EQUAL(call_state(in->leg.call), CALL_ST_COLLECTING);
	call_raise(&in->leg, &done);
	CU_ASSERT_EQUAL(lab.asked, 1);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "most calls", most_calls },
		{ "most calls out", most_calls_out },
		{ "calls a second", calls_a_second },
		{ "rate out tries the next", rate_out_tries_the_next },
		{ "emergency is spared", emergency_is_spared },
		{ "emergency in overload", emergency_in_overload },
		{ "default failover", default_failover },
		{ "failover by list", failover_by_list },
		{ "counts of routes", counts_of_routes },
		{ "shares", shares },
		{ "hours of a route", hours_of_a_route },
		{ "carriers", carriers },
		{ "returns", returns },
		{ "numbers both ways", numbers_both_ways },
		{ "digits one by one", digits_one_by_one },
		{ "looked up", looked_up },
		{ "looked up in vain", looked_up_in_vain },
		{ "looked up too long", looked_up_too_long },
		{ "released while locating", released_while_locating },
		{ "reloaded while locating", reloaded_while_locating },
		{ "waits for the whole number", waits_for_the_whole_number },
		CU_TEST_INFO_NULL,
	};

	return cu_run("routing", tests, argc, argv);
}
