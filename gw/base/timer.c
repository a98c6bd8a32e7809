/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Protocol timers: a binary heap of pointers by (deadline, sequence of start). */
#include "gw/base/timer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct timer_heap {
	struct clock_source clock;
	struct timer **slot; /* own array, borrowed timers; slot[0] expires first */
	size_t capacity;
	size_t reserved; /* timers prepared and not closed: never more than capacity */
	size_t running;
	uint64_t sequence; /* of the next start */
	void (*on_change)(void *arg);
	void *on_change_arg;
};

static uint64_t monotonic_now_us(void *arg)
{
	struct timespec ts;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

const struct clock_source clock_monotonic = { .now_us = monotonic_now_us };

struct timer_heap *timer_heap_new(const struct clock_source *clock)
{
	struct timer_heap *heap = calloc(1, sizeof(*heap));

	if (heap)
		heap->clock = *clock;
	return heap;
}

void timer_heap_free(struct timer_heap *heap)
{
	if (!heap)
		return;
	free(heap->slot);
	free(heap);
}

uint64_t timer_heap_now_us(const struct timer_heap *heap)
{
	return heap->clock.now_us(heap->clock.arg);
}

int64_t timer_heap_next_us(const struct timer_heap *heap)
{
	uint64_t left;

	if (!heap->running)
		return -1;
	left = timer_left_us(heap->slot[0]);
	return left > INT64_MAX ? INT64_MAX : (int64_t)left;
}

size_t timer_heap_running(const struct timer_heap *heap)
{
	return heap->running;
}

void timer_heap_on_change(struct timer_heap *heap, void (*fn)(void *arg), void *arg)
{
	heap->on_change = fn;
	heap->on_change_arg = arg;
}

void timer_heap_each(const struct timer_heap *heap,
		     void (*fn)(const struct timer *timer, void *arg), void *arg)
{
	for (size_t i = 0; i < heap->running; i++)
		fn(heap->slot[i], arg);
}

static bool before(const struct timer *a, const struct timer *b)
{
	return a->deadline_us != b->deadline_us ? a->deadline_us < b->deadline_us
						: a->sequence < b->sequence;
}

static void place(struct timer_heap *heap, size_t i, struct timer *timer)
{
	heap->slot[i] = timer;
	timer->index = i + 1;
}

static void sift_up(struct timer_heap *heap, size_t i)
{
	struct timer *timer = heap->slot[i];

	while (i > 0) {
		size_t parent = (i - 1) / 2;

		if (!before(timer, heap->slot[parent]))
			break;
		place(heap, i, heap->slot[parent]);
		i = parent;
	}
	place(heap, i, timer);
}

static void sift_down(struct timer_heap *heap, size_t i)
{
	struct timer *timer = heap->slot[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= heap->running)
			break;
		if (child + 1 < heap->running && before(heap->slot[child + 1], heap->slot[child]))
			child++;
		if (!before(heap->slot[child], timer))
			break;
		place(heap, i, heap->slot[child]);
		i = child;
	}
	place(heap, i, timer);
}

/*
 * Timers started by the expiries of this run wait for the next one, even when they are due at once:
 * an owner that restarts with 0 cannot hold the thread. They sort behind everything due now, so
 * stopping at the first is enough.
 */
unsigned timer_heap_run(struct timer_heap *heap)
{
	uint64_t now = timer_heap_now_us(heap);
	uint64_t started_before = heap->sequence;
	unsigned expired = 0;

	while (heap->running) {
		struct timer *timer = heap->slot[0];

		if (timer->deadline_us > now || timer->sequence >= started_before)
			break;
		timer_stop(timer);
		expired++;
		timer->fn(timer, timer->arg);
	}
	return expired;
}

int timer_init(struct timer *timer, struct timer_heap *heap, const char *name, timer_fn *fn,
	       void *arg)
{
	*timer = (struct timer){ .fn = fn, .arg = arg, .name = name };
	if (heap->reserved == heap->capacity) {
		size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
		struct timer **slot = reallocarray(heap->slot, capacity, sizeof(struct timer *));

		if (!slot)
			return -ENOMEM;
		heap->slot = slot;
		heap->capacity = capacity;
	}
	heap->reserved++;
	timer->heap = heap;
	return 0;
}

void timer_close(struct timer *timer)
{
	if (!timer->heap)
		return;
	timer_stop(timer);
	timer->heap->reserved--;
	timer->heap = NULL;
}

void timer_start_us(struct timer *timer, uint64_t us)
{
	struct timer_heap *heap = timer->heap;
	uint64_t now;

	assert(heap);
	now = timer_heap_now_us(heap);
	timer_stop(timer);
	timer->deadline_us = us > UINT64_MAX - now ? UINT64_MAX : now + us;
	timer->sequence = heap->sequence++;
	place(heap, heap->running++, timer);
	sift_up(heap, timer->index - 1);
	if (timer->index == 1 && heap->on_change)
		heap->on_change(heap->on_change_arg);
}

void timer_start_ms(struct timer *timer, uint64_t ms)
{
	timer_start_us(timer, ms > UINT64_MAX / 1000 ? UINT64_MAX : ms * 1000);
}

void timer_stop(struct timer *timer)
{
	struct timer_heap *heap = timer->heap;
	struct timer *last;
	size_t i;

	if (!timer->index)
		return;
	i = timer->index - 1;
	timer->index = 0;
	last = heap->slot[--heap->running];
	if (last == timer)
		return;
	place(heap, i, last);
	sift_up(heap, i);
	sift_down(heap, last->index - 1);
}

bool timer_running(const struct timer *timer)
{
	return timer->index != 0;
}

uint64_t timer_left_us(const struct timer *timer)
{
	uint64_t now;

	if (!timer->index)
		return 0;
	now = timer_heap_now_us(timer->heap);
	return timer->deadline_us > now ? timer->deadline_us - now : 0;
}
