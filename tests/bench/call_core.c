/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a call costs the core alone: two loop-back legs, no media, no protocol. Set-up, number
 * normalising, routing, limits, alerting, answer, release, record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw/base/log.h"
#include "gw/call/loop.h"
#include "gw/call/trunk.h"

#define CALLS	 100000
#define ROUNDS	 5
#define LIMIT_US 5.0 /* SIP alone takes more than ten times that: tests/bench/sip_call.c */

static uint64_t now_us;
static unsigned answered;

static uint64_t clock_now(void *arg)
{
	(void)arg;
	return now_us;
}

static void caller_event(struct leg *leg, const struct leg_event *event)
{
	(void)leg;
	answered += event->ev == LEG_EV_ANSWER;
}

static void caller_describe(const struct leg *leg, char *text, size_t cap)
{
	(void)leg;
	(void)str_copy(text, cap, STR("loop"));
}

static const struct leg_ops caller_ops = { .protocol = "loop",
					   .event = caller_event,
					   .describe = caller_describe };

static void one_call(struct call_core *core, struct trunk *trunk)
{
	struct leg leg = { .ops = &caller_ops, .trunk = trunk };
	struct leg_setup setup = { .complete = true,
				   .category = 10,
				   .called = { .digits = "0301234567" },
				   .calling = { .digits = "0407654321" } };
	const struct leg_event begin = { .ev = LEG_EV_SETUP, .setup = &setup };
	const struct leg_event end = { .ev = LEG_EV_RELEASE, .release = { .cause = Q850_NORMAL } };
	enum q850_cause cause;

	now_us += 1000;
	if (!call_new(core, &leg, &cause))
		exit(1);
	call_raise(&leg, &begin);
	call_raise(&leg, &end);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double round_us(struct call_core *core, struct trunk *trunk)
{
	double start = cpu_s();

	for (unsigned i = 0; i < CALLS; i++)
		one_call(core, trunk);
	return (cpu_s() - start) * 1e6 / CALLS;
}

static int set_up(struct call_core *core, struct trunk *in, struct trunk *out)
{
	static char name[] = "out", prefix[] = "+49", route[] = "germany";
	const struct conf_route conf = {
		.name = route, .prefix = prefix, .to = { name }, .n_to = 1
	};
	const struct conf_trunk_policy policy = { .rate = 100000, .max_in = 1000 };
	const struct trunk_numbers numbers = { "49", "30", "0", "00" };

	loop_trunk_init(in, "in");
	loop_trunk_init(out, "out");
	call_core_add_trunk(core, in);
	call_core_add_trunk(core, out);
	call_core_set_routes(core, route_table_new(&conf, 1));
	return trunk_policy_set(in, &policy, &numbers);
}

int main(void)
{
	const struct clock_source clock = { .now_us = clock_now };
	struct call_core_conf conf = { .heap = timer_heap_new(&clock) };
	struct call_core *core = call_core_new(&conf);
	struct trunk in, out;
	double best = 1e9;

	if (log_open("/dev/null", LOG_ERROR, 16) || !core || set_up(core, &in, &out))
		return 1;
	for (unsigned i = 0; i < ROUNDS; i++) {
		double us = round_us(core, &in);

		best = us < best ? us : best;
	}
	printf("bench\tcall_core\t%.3f\tus\tlimit\t%.3f\t%.2f\n", best, LIMIT_US, best / LIMIT_US);
	trunk_policy_free(&in);
	call_core_free(core);
	timer_heap_free(conf.heap);
	log_close();
	return answered == CALLS * ROUNDS ? 0 : 1;
}
