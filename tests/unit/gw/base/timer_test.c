/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Timers on a clock turned by hand, a random comparison with a plain array, and the join with a
 * libuv loop. */
#include "gw/base/timer.h"

#include <stdlib.h>
#include <string.h>

#include "gw/base/loop.h"
#include "tests/unit/cu.h"

static uint64_t now;

static uint64_t hand_now(void *arg)
{
	(void)arg;
	return now;
}

static const struct clock_source hand_clock = { .now_us = hand_now };
static struct timer_heap *heap;
static char fired[64];
static struct timer a, b, c;

static void note(struct timer *timer, void *arg)
{
	(void)arg;
	CU_ASSERT(!timer_running(timer));
	strncat(fired, timer->name, sizeof(fired) - strlen(fired) - 1);
}

static void setup(timer_fn *fn)
{
	now = 1000;
	fired[0] = '\0';
	heap = timer_heap_new(&hand_clock);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heap);
	CU_ASSERT_EQUAL_FATAL(timer_init(&a, heap, "a", fn, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(timer_init(&b, heap, "b", fn, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(timer_init(&c, heap, "c", fn, NULL), 0);
}

static void teardown(void)
{
	timer_close(&a);
	timer_close(&b);
	timer_close(&c);
	CU_ASSERT_EQUAL(timer_heap_running(heap), 0);
	timer_heap_free(heap);
}

static void order(void)
{
	setup(note);
	CU_ASSERT_EQUAL(timer_heap_next_us(heap), -1);
	timer_start_ms(&a, 20);
	timer_start_ms(&b, 10);
	timer_start_ms(&c, 20); /* the same deadline as a, started later */
	CU_ASSERT_EQUAL(timer_heap_next_us(heap), 10000);
	CU_ASSERT_EQUAL(timer_heap_run(heap), 0);
	now += 9999;
	CU_ASSERT_EQUAL(timer_left_us(&b), 1);
	CU_ASSERT_EQUAL(timer_heap_run(heap), 0);
	now += 10001;
	CU_ASSERT_EQUAL(timer_heap_next_us(heap), 0);
	CU_ASSERT_EQUAL(timer_heap_run(heap), 3);
	CU_ASSERT_STRING_EQUAL(fired, "bac");
	CU_ASSERT_EQUAL(timer_left_us(&a), 0);
	teardown();
}

static void restart(void)
{
	setup(note);
	timer_start_ms(&a, 10);
	timer_start_ms(&a, 30);
	timer_start_ms(&b, 20);
	timer_start_ms(&c, 15);
	timer_stop(&c);
	timer_stop(&c);
	CU_ASSERT(!timer_running(&c) && timer_running(&a));
	CU_ASSERT_EQUAL(timer_heap_running(heap), 2);
	now += 900 * 1000000ull;
	CU_ASSERT_EQUAL(timer_heap_run(heap), 2);
	CU_ASSERT_STRING_EQUAL(fired, "ba");
	timer_start_us(&a, UINT64_MAX); /* saturates */
	timer_start_ms(&b, UINT64_MAX);
	CU_ASSERT_EQUAL(timer_heap_run(heap), 0);
	CU_ASSERT_EQUAL(timer_heap_next_us(heap), INT64_MAX);
	teardown();
}

static void again_and_stop_other(struct timer *timer, void *arg)
{
	note(timer, arg);
	timer_stop(&b);
	timer_start_us(timer, 0);
}

static void from_expiry(void)
{
	setup(again_and_stop_other);
	timer_start_ms(&a, 10);
	timer_start_ms(&b, 10);
	now += 10000;
	CU_ASSERT_EQUAL(timer_heap_run(heap),
			1); /* b was stopped; a's restart waits for the next run */
	CU_ASSERT_EQUAL(timer_heap_run(heap), 1);
	CU_ASSERT_STRING_EQUAL(fired, "aa");
	teardown();
}

static void free_owner(struct timer *timer, void *arg)
{
	(void)arg;
	timer_close(timer);
	free(timer);
}

static void freed_in_expiry(void)
{
	struct timer *t = malloc(sizeof(*t));
	struct timer zeroed = { 0 };

	setup(note);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT_EQUAL_FATAL(timer_init(t, heap, "t", free_owner, NULL), 0);
	timer_start_us(t, 5);
	now += 5;
	CU_ASSERT_EQUAL(timer_heap_run(heap), 1);
	timer_close(&zeroed);
	timer_stop(&zeroed);
	timer_heap_free(NULL);
	teardown();
}

static void count_change(void *arg)
{
	(*(unsigned *)arg)++;
}

static void change(void)
{
	unsigned changes = 0;

	setup(note);
	timer_heap_on_change(heap, count_change, &changes);
	timer_start_ms(&a, 20);
	CU_ASSERT_EQUAL(changes, 1);
	timer_start_ms(&b, 30);
	CU_ASSERT_EQUAL(changes, 1);
	timer_start_ms(&c, 10);
	CU_ASSERT_EQUAL(changes, 2);
	teardown();
}

enum { MANY = 2000 };
static struct timer many[MANY];
static struct started {
	uint64_t deadline;
	unsigned sequence;
} starts[MANY], last;
static unsigned out_of_order;

static void check_order(struct timer *timer, void *arg)
{
	const struct started *this = &starts[timer - many];

	(void)arg;
	if (this->deadline < last.deadline ||
	    (this->deadline == last.deadline && this->sequence < last.sequence))
		out_of_order++;
	CU_ASSERT(this->deadline <= now);
	last = *this;
}

static void count_timer(const struct timer *timer, void *arg)
{
	CU_ASSERT(timer_running(timer));
	(*(unsigned *)arg)++;
}

/* Of lengths that are soon due, late, and both of them with the same deadline. */
static void random_order(void)
{
	enum { UNIT = 4000, LONGEST = 500 };
	unsigned short seed[3] = { 1, 2, 3 };
	unsigned walked = 0, running = 0, expired;

	setup(note);
	out_of_order = 0;
	last = (struct started){ 0 };
	for (unsigned i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL_FATAL(timer_init(&many[i], heap, "m", check_order, NULL), 0);
	for (unsigned i = 0; i < 20 * MANY; i++) {
		unsigned at = (unsigned)((unsigned long)nrand48(seed) % MANY);
		uint64_t length = (uint64_t)nrand48(seed) % LONGEST * UNIT;

		now += i % 100 == 0 ? UNIT / 8 : 0;
		if (nrand48(seed) % 4) {
			timer_start_us(&many[at], length);
			starts[at] = (struct started){ now + length, i };
		} else {
			timer_stop(&many[at]);
		}
		if (timer_running(&many[at]))
			CU_ASSERT_EQUAL(timer_left_us(&many[at]), length);
	}
	for (unsigned i = 0; i < MANY; i++)
		running += timer_running(&many[i]);
	timer_heap_each(heap, count_timer, &walked);
	CU_ASSERT_EQUAL(walked, running);
	CU_ASSERT_EQUAL(timer_heap_running(heap), running);
	now += LONGEST / 2 * UNIT;
	expired = timer_heap_run(heap);
	CU_ASSERT(expired > 0 && expired < running);
	now += LONGEST / 2 * UNIT;
	expired += timer_heap_run(heap);
	CU_ASSERT_EQUAL(expired, running);
	CU_ASSERT_EQUAL(out_of_order, 0);
	for (unsigned i = 0; i < MANY; i++)
		timer_close(&many[i]);
	teardown();
}

static void count_fired(struct timer *timer, void *arg)
{
	unsigned *n = arg;

	if (++*n < 3)
		timer_start_ms(timer, *n);
}

static void in_loop(void)
{
	uv_loop_t loop;
	struct loop_timers lt;
	struct timer t;
	unsigned n = 0;
	uint64_t started;

	heap = timer_heap_new(&clock_monotonic);
	CU_ASSERT_PTR_NOT_NULL_FATAL(heap);
	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	CU_ASSERT_EQUAL_FATAL(loop_timers_open(&lt, &loop, heap), 0);
	CU_ASSERT_EQUAL_FATAL(timer_init(&t, heap, "t", count_fired, &n), 0);
	started = timer_heap_now_us(heap);
	timer_start_us(&t, 2500);
	uv_run(&loop, UV_RUN_DEFAULT); /* ends by itself when no timer runs */
	CU_ASSERT_EQUAL(n, 3);
	CU_ASSERT(timer_heap_now_us(heap) - started >= 5500);
	timer_close(&t);
	loop_timers_close(&lt);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	timer_heap_free(heap);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "order", order },
		{ "restart", restart },
		{ "from expiry", from_expiry },
		{ "freed in expiry", freed_in_expiry },
		{ "change", change },
		{ "random order", random_order },
		{ "in a loop", in_loop },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base timer", tests, argc, argv);
}
