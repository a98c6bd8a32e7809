/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Two virtual spans joined by a cable in a folder of their own, in one process: a listens and is clock master. Waiting
 * is always for a descriptor; the limits are far beyond what a stalled machine needs.
 */
#ifndef TESTS_UNIT_TDM_PAIR_H
#define TESTS_UNIT_TDM_PAIR_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "tdm/span.h"
#include "tests/unit/cu.h"

#define LONG_MS 5000

struct pair {
	char folder[32];
	char cable[64];
	struct tdm_span_conf conf_a, conf_b;
	struct tdm_span *a, *b;
};

static inline uint64_t pair_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Configures only. */
static inline void pair_init(struct pair *pair, enum tdm_framing framing, unsigned chunk_ms)
{
	memset(pair, 0, sizeof(*pair));
	memcpy(pair->folder, "/tmp/tdm-unit-XXXXXX", sizeof("/tmp/tdm-unit-XXXXXX"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(pair->folder));
	snprintf(pair->cable, sizeof(pair->cable), "%s/cable.sock", pair->folder);
	pair->conf_a = (struct tdm_span_conf){
		.name = "a",
		.framing = framing,
		.law = framing == TDM_E1 ? TDM_ALAW : TDM_ULAW,
		.chunk_ms = chunk_ms,
		.cable = pair->cable,
		.listen = true,
		.clock_master = true,
	};
	pair->conf_b = pair->conf_a;
	pair->conf_b.name = "b";
	pair->conf_b.listen = pair->conf_b.clock_master = false;
}

/* Waits until the span's alarms are as wanted: true, or false after long. */
static inline bool alarms_become(struct tdm_span *span, unsigned wanted)
{
	uint64_t end = pair_now_ms() + LONG_MS;

	while (tdm_span_alarms(span) != wanted && pair_now_ms() < end) {
		struct pollfd fd = {.fd = tdm_span_alarm_fd(span), .events = POLLIN};
		uint64_t changes;

		if (poll(&fd, 1, 100) > 0)
			eventfd_read(fd.fd, &changes);
	}
	return tdm_span_alarms(span) == wanted;
}

static inline void pair_open(struct pair *pair)
{
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair->a, "virtual", &pair->conf_a), 0);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair->b, "virtual", &pair->conf_b), 0);
	CU_ASSERT_TRUE_FATAL(alarms_become(pair->a, 0));
	CU_ASSERT_TRUE_FATAL(alarms_become(pair->b, 0));
}

static inline void pair_close(struct pair *pair)
{
	tdm_span_close(pair->a);
	tdm_span_close(pair->b);
	CU_ASSERT_EQUAL(rmdir(pair->folder), 0); /* the socket is gone */
}

/* Waits for the next tick(s) of the span's clock; how many, 0 after long. */
static inline uint64_t clock_wait(struct tdm_span *span)
{
	struct pollfd fd = {.fd = tdm_span_clock_fd(span), .events = POLLIN};
	uint64_t ticks = 0;

	if (poll(&fd, 1, LONG_MS) > 0)
		eventfd_read(fd.fd, &ticks);
	return ticks;
}

static inline struct tdm_span_counters counters_of(const struct tdm_span *span)
{
	struct tdm_span_counters counters;

	tdm_span_counters(span, &counters);
	return counters;
}

/* Whether an end lost the signal, or blocks besides slips that were asked for: nobody promises then that all arrives. It
 * takes an end that did not run for long, which must have been counted. */
static inline bool pair_disturbed(const struct pair *pair, unsigned slips)
{
	struct tdm_span_counters a = counters_of(pair->a), b = counters_of(pair->b);
	bool disturbed = a.downs + b.downs > 0 || a.slips + b.slips > slips;

	CU_ASSERT_TRUE(!disturbed || a.stalls + b.stalls > 0);
	return disturbed;
}

#endif
