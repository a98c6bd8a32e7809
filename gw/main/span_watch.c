/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the line counts, watched. */
#include "gw/main/span_watch.h"

#include <stddef.h>
#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/counter.h"

#define QUIET_PERIODS 6 /* a minute */

#define WATCHED(member, alarm_, name, help)                                                        \
	{                                                                                          \
		offsetof(struct tdm_span_counters, member), alarm_, COUNTER_INIT(name, help)       \
	}

static struct {
	size_t at;
	const char *alarm; /* NULL: it has one of its own, or is none */
	struct counter counter;
} watched[SPAN_WATCHED] = {
	WATCHED(slips, "slips: the clocks of the two ends differ", "causeway_tdm_slips_total",
		"Slips on all spans"),
	WATCHED(crc4_errors, "CRC-4 errors", "causeway_tdm_crc4_errors_total",
		"CRC-4 errors on all spans"),
	WATCHED(e_bits, "E bits: the far end receives CRC-4 errors", "causeway_tdm_e_bits_total",
		"E bits on all spans"),
	WATCHED(bipolar_violations, "bipolar violations", "causeway_tdm_bipolar_violations_total",
		"Bipolar violations on all spans"),
	WATCHED(fas_errors, "frame alignment errors", "causeway_tdm_fas_errors_total",
		"Frame alignment errors on all spans"),
	WATCHED(missed_interrupts, "missed interrupts", "causeway_tdm_missed_interrupts_total",
		"Interrupts of cards that came too late"),
	WATCHED(rx_overruns, "receive overruns: octets lost", "causeway_tdm_overruns_total",
		"Blocks that were not read in time"),
	WATCHED(tx_underruns, NULL, "causeway_tdm_underruns_total",
		"Blocks sent idle because none was written in time"),
	WATCHED(fcs_errors, "damaged signalling frames", "causeway_tdm_fcs_errors_total",
		"Frames on signalling timeslots that were damaged or aborted"),
	WATCHED(stalls, "clock late", "causeway_tdm_stalls_total",
		"Times that a span's clock was late by more than 20 ms"),
	WATCHED(downs, NULL, "causeway_tdm_downs_total",
		"Times that an alarm took a span out of service"),
};

static uint64_t value_of(const struct tdm_span_counters *counters, size_t i)
{
	uint64_t value;

	memcpy(&value, (const char *)counters + watched[i].at, sizeof(value));
	return value;
}

static void judge(struct span_watch *watch, size_t i, uint64_t now)
{
	const char *name = watch->span->name;
	/* A driver that was loaded again begins at 0. */
	uint64_t growth = now >= watch->before[i] ? now - watch->before[i] : now;

	watch->before[i] = now;
	if (growth) {
		counter_add(&watched[i].counter, growth);
		if (!watched[i].alarm)
			return;
		if (!watch->quiet[i])
			alarm_raise(name, watched[i].alarm);
		watch->quiet[i] = 1;
	} else if (watch->quiet[i] && ++watch->quiet[i] > QUIET_PERIODS) {
		alarm_clear(name, watched[i].alarm);
		watch->quiet[i] = 0;
	}
}

static void look(struct timer *timer, void *arg)
{
	struct span_watch *watch = arg;
	struct tdm_span_counters counters;

	tdm_span_counters(watch->span, &counters);
	for (size_t i = 0; i < SPAN_WATCHED; i++)
		judge(watch, i, value_of(&counters, i));
	timer_start_ms(timer, SPAN_WATCH_MS);
}

int span_watch_open(struct span_watch *watch, const struct tdm_span *span, struct timer_heap *heap)
{
	struct tdm_span_counters counters;
	int err;

	memset(watch, 0, sizeof(*watch));
	err = timer_init(&watch->timer, heap, "span watch", look, watch);
	if (err)
		return err;
	watch->span = span;
	watch->timer.subject = span->name;
	tdm_span_counters(span, &counters);
	for (size_t i = 0; i < SPAN_WATCHED; i++) {
		counter_list(&watched[i].counter);
		watch->before[i] = value_of(&counters, i);
	}
	timer_start_ms(&watch->timer, SPAN_WATCH_MS);
	return 0;
}

void span_watch_close(struct span_watch *watch)
{
	timer_close(&watch->timer);
}
