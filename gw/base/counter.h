/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Named counters, one static object each, registered on first use; relaxed atomics, so any thread may count. */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

struct counter {
	const char *name; /* Prometheus style: causeway_sip_bad_messages_total */
	const char *help;
	_Atomic uint64_t value;
	struct counter *next;
	_Atomic int listed;
};

#define COUNTER_INIT(name_, help_) { .name = (name_), .help = (help_) }

void counter_add(struct counter *counter, uint64_t n);
/* Lists the counter even while it is 0. Call once at module start. */
void counter_list(struct counter *counter);
void counter_each(void (*fn)(const struct counter *counter, void *arg), void *arg);

#endif
