/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Counters: relaxed atomics in a list that only grows. */
#include "gw/base/counter.h"

static _Atomic(struct counter *) first;

void counter_list(struct counter *counter)
{
	struct counter *head;

	if (atomic_load_explicit(&counter->listed, memory_order_relaxed))
		return;
	if (atomic_exchange_explicit(&counter->listed, 1, memory_order_relaxed))
		return;
	head = atomic_load_explicit(&first, memory_order_relaxed);
	do
		counter->next = head;
	while (!atomic_compare_exchange_weak_explicit(&first, &head, counter, memory_order_release,
						      memory_order_relaxed));
}

void counter_add(struct counter *counter, uint64_t n)
{
	counter_list(counter);
	atomic_fetch_add_explicit(&counter->value, n, memory_order_relaxed);
}

void counter_each(void (*fn)(const struct counter *counter, void *arg), void *arg)
{
	const struct counter *c = atomic_load_explicit(&first, memory_order_acquire);

	for (; c; c = c->next)
		fn(c, arg);
}
