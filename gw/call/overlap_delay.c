/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Post-dial delay: from the last digit to the first sign of the called side (ITU-T E.721's post-selection delay), by the way
 * in which the digits went on. Process-wide like every counter; core thread.
 */
#include "gw/base/counter.h"
#include "gw/call/call_private.h"

#define DELAY(ops_, name_, word_)                                                                  \
	{                                                                                          \
		.ops = ops_, .name = word_,                                                        \
		.calls = COUNTER_INIT("causeway_post_dial_calls_" name_ "_total",                  \
				      "Calls with a post-dial delay, " word_),                     \
		.ms = COUNTER_INIT("causeway_post_dial_ms_" name_ "_total",                        \
				   "Sum of post-dial delays in milliseconds, " word_)              \
	}

static struct delay {
	const struct overlap_ops *ops; /* NULL: the number was complete */
	const char *name;
	struct counter calls, ms;
	uint32_t longest_ms;
} delays[] = {
	DELAY(NULL, "en_bloc", "en bloc"),
	DELAY(&overlap_collect, "collect", "collect"),
	DELAY(&overlap_invites, "multiple_invite", "multiple-invite"),
	DELAY(&overlap_info, "info", "info"),
	DELAY(&overlap_184, "184", "184"),
	DELAY(&overlap_through, "through", "through"),
	DELAY(&overlap_split, "split", "split"),
	DELAY(&overlap_replace, "replace", "replace"),
};

#define DELAYS (sizeof(delays) / sizeof(delays[0]))

void overlap_delay_count(const struct overlap_ops *ops, uint32_t ms)
{
	for (size_t i = 0; i < DELAYS; i++) {
		if (delays[i].ops != ops)
			continue;
		counter_add(&delays[i].calls, 1);
		counter_add(&delays[i].ms, ms);
		if (ms > delays[i].longest_ms)
			delays[i].longest_ms = ms;
	}
}

void overlap_delays_list(void)
{
	for (size_t i = 0; i < DELAYS; i++) {
		counter_list(&delays[i].calls);
		counter_list(&delays[i].ms);
	}
}

struct table *overlap_table(void *core)
{
	static const char *const columns[] = { "strategy", "calls", "mean_ms", "longest_ms",
					       "what" };
	struct table *table = table_new(columns, 5);

	(void)core;
	for (size_t i = 0; table && i < DELAYS && !table_row(table); i++) {
		uint64_t calls = atomic_load(&delays[i].calls.value);
		uint64_t ms = atomic_load(&delays[i].ms.value);

		table_set_str(table, 0, str_c(delays[i].name));
		table_set_int(table, 1, (int64_t)calls);
		if (calls) {
			table_set_int(table, 2, (int64_t)(ms / calls));
			table_set_int(table, 3, delays[i].longest_ms);
		}
		table_set_str(table, 4,
			      delays[i].ops ? str_c(delays[i].ops->what)
					    : STR("the number was complete from the start"));
	}
	return table;
}
