/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The trace tap: a list of listeners and the union of what they want. */
#include "gw/base/trace.h"

#include <time.h>

static struct trace_tap *first;
static unsigned wanted_kinds;

static void collect_kinds(void)
{
	wanted_kinds = 0;
	for (const struct trace_tap *tap = first; tap; tap = tap->next)
		wanted_kinds |= tap->kinds;
}

void trace_tap_add(struct trace_tap *tap)
{
	tap->next = first;
	first = tap;
	collect_kinds();
}

void trace_tap_remove(struct trace_tap *tap)
{
	for (struct trace_tap **at = &first; *at; at = &(*at)->next) {
		if (*at != tap)
			continue;
		*at = tap->next;
		tap->next = NULL;
		break;
	}
	collect_kinds();
}

bool trace_wanted(enum trace_kind kind)
{
	return wanted_kinds & 1u << kind;
}

void trace_emit(struct trace_event *event)
{
	struct timespec now;
	struct trace_tap *next;

	if (!trace_wanted(event->kind))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	event->now_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	for (struct trace_tap *tap = first; tap; tap = next) {
		next = tap->next;
		if (tap->kinds & 1u << event->kind)
			tap->fn(tap->arg, event);
	}
}
