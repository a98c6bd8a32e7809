/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The exchange's own load: lag, a busy thread, too many calls, draining; how levels rise and fall, and
 * which calls are refused meanwhile. The clock and the idle time are turned by hand.
 */
#include "gw/call/load.h"

#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "tests/unit/cu.h"

#define LOOK_MS 100

static struct {
	uint64_t now_us, idle_us;
	struct timer_heap *heap;
	struct load *load;
	unsigned changes;
	enum load_level told;
} lab;

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static uint64_t lab_idle(void *arg)
{
	(void)arg;
	return lab.idle_us;
}

static void changed(void *arg, enum load_level level)
{
	(void)arg;
	lab.told = level;
	lab.changes++;
}

static void lab_open(unsigned calls_per_second)
{
	static const struct clock_source clock = { .now_us = lab_now };
	const struct load_user user = { .idle_us = lab_idle, .changed = changed };
	const struct conf_overload conf = { .busy = 80,
					    .busy_severe = 95,
					    .lag_ms = 200,
					    .lag_severe_ms = 1000,
					    .calls_per_second = calls_per_second,
					    .hold_ms = 5000 };

	memset(&lab, 0, sizeof(lab));
	lab.heap = timer_heap_new(&clock);
	lab.load = load_new(&conf, &user, lab.heap);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lab.load);
}

static void lab_close(void)
{
	load_free(lab.load);
	CU_ASSERT_EQUAL(timer_heap_running(lab.heap), 0);
	CU_ASSERT_EQUAL(alarm_count(), 0);
	timer_heap_free(lab.heap);
}

/* So many looks, each so late, with so much of the time idle. */
static void looks(unsigned n, unsigned late_ms, unsigned idle_percent)
{
	while (n--) {
		uint64_t us = (LOOK_MS + late_ms) * UINT64_C(1000);

		lab.now_us += us;
		lab.idle_us += us * idle_percent / 100;
		(void)timer_heap_run(lab.heap);
	}
}

static unsigned admitted(unsigned n, bool priority)
{
	unsigned taken = 0;

	while (n--)
		taken += load_admit(lab.load, priority);
	return taken;
}

static void an_idle_exchange_takes_everything(void)
{
	lab_open(0);
	for (unsigned i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(admitted(1000, false), 1000);
		looks(5, 0, 99);
	}
	CU_ASSERT_EQUAL(lab.changes, 0);
	lab_close();
}

static void lag_counts_when_it_lasts(void)
{
	lab_open(0);
	looks(1, 700, 90); /* once: a hiccup */
	looks(10, 0, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	looks(2, 199, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	looks(2, 200, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_HIGH);
	CU_ASSERT_EQUAL(lab.told, LOAD_HIGH);
	CU_ASSERT_EQUAL(alarm_count(), 1);
	CU_ASSERT_EQUAL(admitted(100, false), 100); /* the neighbours are told, nobody is refused */
	looks(1, 1000, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_HIGH);
	looks(1, 1000, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	CU_ASSERT_EQUAL(lab.changes, 2);
	lab_close();
}

static void a_severe_load_halves_the_calls(void)
{
	lab_open(0);
	looks(2, 1500, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	CU_ASSERT_EQUAL(admitted(100, false), 50);
	CU_ASSERT_EQUAL(admitted(100, true), 100);
	/* 5 s after the last cause it is over, and not before. */
	looks(49, 0, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	looks(2, 0, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	CU_ASSERT_EQUAL(lab.told, LOAD_NORMAL);
	CU_ASSERT_EQUAL(alarm_count(), 0);
	CU_ASSERT_EQUAL(admitted(100, false), 100);
	lab_close();
}

/* Two seconds in a row. */
static void a_busy_thread_counts(void)
{
	lab_open(0);
	looks(10, 0, 21);
	looks(10, 0, 10);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	looks(10, 0, 20);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_HIGH);
	looks(20, 0, 5);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	/* It stays while the cause does, and goes down by what is still there. */
	looks(100, 0, 5);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	looks(60, 0, 15);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_HIGH);
	looks(70, 0, 50);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	lab_close();
}

static void calls_above_the_rate_are_refused(void)
{
	lab_open(20);
	CU_ASSERT_EQUAL(admitted(20, false), 20); /* a second's calls may come at once */
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	CU_ASSERT_EQUAL(admitted(5, false), 0);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_HIGH); /* at once */
	CU_ASSERT_EQUAL(admitted(5, true), 5);
	looks(10, 0, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_HIGH);
	for (unsigned i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(admitted(2, false), 2); /* steadily at the rate */
		looks(1, 0, 90);
	}
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	(void)admitted(60, false); /* more are refused than taken */
	looks(10, 0, 90);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	lab_close();
}

static void draining_is_severe(void)
{
	lab_open(0);
	load_drain(lab.load, true);
	CU_ASSERT_EQUAL(lab.told, LOAD_SEVERE);
	CU_ASSERT_EQUAL(alarm_count(), 0); /* it was asked for */
	looks(200, 0, 99);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_SEVERE);
	load_drain(lab.load, false);
	looks(60, 0, 99);
	CU_ASSERT_EQUAL(load_level(lab.load), LOAD_NORMAL);
	lab_close();
}

static void what_is_0_is_not_looked_at(void)
{
	const struct conf_overload nothing = { .hold_ms = 1000 };

	lab_open(1);
	load_reload(lab.load, &nothing);
	CU_ASSERT_EQUAL(admitted(100, false), 100);
	looks(30, 5000, 0);
	CU_ASSERT_EQUAL(lab.changes, 0);
	lab_close();
}

static void it_is_shown(void)
{
	struct table *table;

	lab_open(20);
	(void)admitted(30, false);
	looks(10, 30, 60);
	table = load_table(lab.load);
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 0), "1");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 1), "40");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 2), "30");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 3), "28");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 4), "20");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 5), "10");
	table_free(table);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "an idle exchange takes everything", an_idle_exchange_takes_everything },
		{ "lag counts when it lasts", lag_counts_when_it_lasts },
		{ "a severe load halves the calls", a_severe_load_halves_the_calls },
		{ "a busy thread counts", a_busy_thread_counts },
		{ "calls above the rate are refused", calls_above_the_rate_are_refused },
		{ "draining is severe", draining_is_severe },
		{ "what is 0 is not looked at", what_is_0_is_not_looked_at },
		{ "it is shown", it_is_shown },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("call load", tests, argc, argv);
}
