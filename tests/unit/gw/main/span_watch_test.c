/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Counters that grow raise an alarm; a minute without growth clears it. */
#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/main/span_watch.h"
#include "tests/unit/cu.h"

static struct tdm_span_counters line;
static uint64_t now_us;

static uint64_t rig_now(void *arg)
{
	(void)arg;
	return now_us;
}

static void rig_counters(const struct tdm_span *span, struct tdm_span_counters *out)
{
	(void)span;
	*out = line;
}

static const struct tdm_span_ops rig_ops = { .type = "rig", .counters = rig_counters };
static const struct tdm_span span = { .ops = &rig_ops, .name = "e1" };

static void pass_ms(struct timer_heap *heap, uint64_t ms)
{
	now_us += ms * 1000;
	(void)timer_heap_run(heap);
}

static void find(const struct counter *counter, void *arg)
{
	if (strcmp(counter->name, "causeway_tdm_crc4_errors_total") == 0)
		*(uint64_t *)arg = counter->value;
}

static void find_downs(const struct counter *counter, void *arg)
{
	if (strcmp(counter->name, "causeway_tdm_downs_total") == 0)
		*(uint64_t *)arg = counter->value;
}

static void find_underruns(const struct counter *counter, void *arg)
{
	if (strcmp(counter->name, "causeway_tdm_underruns_total") == 0)
		*(uint64_t *)arg = counter->value;
}

/* A bearer that begins is idle before its first block: no alarm. */
static void underruns_are_counted(void)
{
	const struct clock_source clock = { .now_us = rig_now };
	struct timer_heap *heap = timer_heap_new(&clock);
	struct span_watch watch;
	uint64_t counted = 1;

	line = (struct tdm_span_counters){ .tx_underruns = 1 };
	CU_ASSERT_EQUAL_FATAL(span_watch_open(&watch, &span, heap), 0);
	line.tx_underruns = 4;
	pass_ms(heap, SPAN_WATCH_MS);
	counter_each(find_underruns, &counted);
	CU_ASSERT_EQUAL(counted, 3);
	CU_ASSERT_EQUAL(alarm_count(), 0);
	span_watch_close(&watch);
	timer_heap_free(heap);
	alarm_close();
}

/* What takes a span out of service is an alarm by itself, so that this is counted only. */
static void downs_are_counted(void)
{
	const struct clock_source clock = { .now_us = rig_now };
	struct timer_heap *heap = timer_heap_new(&clock);
	struct span_watch watch;
	uint64_t counted = 1;

	line = (struct tdm_span_counters){ .downs = 4 };
	CU_ASSERT_EQUAL_FATAL(span_watch_open(&watch, &span, heap), 0);
	pass_ms(heap, SPAN_WATCH_MS);
	counter_each(find_downs, &counted);
	CU_ASSERT_EQUAL(counted, 0);
	line.downs = 6;
	pass_ms(heap, SPAN_WATCH_MS);
	counter_each(find_downs, &counted);
	CU_ASSERT_EQUAL(counted, 2);
	CU_ASSERT_EQUAL(alarm_count(), 0);
	for (unsigned i = 0; i < 10; i++)
		pass_ms(heap, SPAN_WATCH_MS);
	counter_each(find_downs, &counted);
	CU_ASSERT_EQUAL(counted, 2);
	span_watch_close(&watch);
	timer_heap_free(heap);
	alarm_close();
}

static void growth_raises_and_quiet_clears(void)
{
	const struct clock_source clock = { .now_us = rig_now };
	struct timer_heap *heap = timer_heap_new(&clock);
	struct span_watch watch;
	uint64_t counted = 0;

	line = (struct tdm_span_counters){ .crc4_errors = 7 };
	CU_ASSERT_EQUAL_FATAL(span_watch_open(&watch, &span, heap), 0);
	pass_ms(heap, SPAN_WATCH_MS);
	CU_ASSERT_EQUAL(alarm_count(), 0); /* what was before is not ours */
	line.crc4_errors = 9;
	line.slips = 1;
	pass_ms(heap, SPAN_WATCH_MS);
	CU_ASSERT_EQUAL(alarm_count(), 2);
	counter_each(find, &counted);
	CU_ASSERT_EQUAL(counted, 2);
	for (unsigned i = 0; i < 5; i++)
		pass_ms(heap, SPAN_WATCH_MS);
	CU_ASSERT_EQUAL(alarm_count(), 2);
	line.slips = 2;
	pass_ms(heap, SPAN_WATCH_MS);
	CU_ASSERT_EQUAL(alarm_count(), 1); /* slips go on, CRC-4 is good for a minute */
	line = (struct tdm_span_counters){ .crc4_errors = 1 }; /* the driver was loaded again */
	pass_ms(heap, SPAN_WATCH_MS);
	counter_each(find, &counted);
	CU_ASSERT_EQUAL(counted, 3);
	span_watch_close(&watch);
	timer_heap_free(heap);
	alarm_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "growth raises, quiet clears", growth_raises_and_quiet_clears },
		{ "downs are counted", downs_are_counted },
		{ "underruns are counted", underruns_are_counted },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("span watch", tests, argc, argv);
}
