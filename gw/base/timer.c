/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Protocol timers by (deadline, sequence of start), in heaps of four children. What orders them
 * stands in the heap's slots: sorting a hundred thousand reads no timer. Timers that end late are
 * in a heap of their own: they come nearly in order and most are stopped, and those that are soon
 * due do not sift through them.
 */
#include "gw/base/timer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define CHILDREN 4
#define LATE_US	 1000000

struct slot {
	uint64_t deadline_us;
	uint64_t sequence;
	struct timer *timer; /* borrow */
};

struct tree {
	struct slot *slot; /* own; slot[0] expires first */
	size_t running;
};

struct timer_heap {
	struct clock_source clock;
	struct tree trees[2]; /* soon, late */
	size_t capacity;      /* of each */
	size_t reserved;      /* timers prepared and not closed: never more than capacity */
	uint64_t sequence;    /* of the next start */
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
	free(heap->trees[false].slot);
	free(heap->trees[true].slot);
	free(heap);
}

uint64_t timer_heap_now_us(const struct timer_heap *heap)
{
	return heap->clock.now_us(heap->clock.arg);
}

static bool before(const struct slot *a, const struct slot *b)
{
	return a->deadline_us != b->deadline_us ? a->deadline_us < b->deadline_us
						: a->sequence < b->sequence;
}

/* The slot that expires first; NULL when none runs. */
static const struct slot *first(const struct timer_heap *heap)
{
	const struct tree *soon = &heap->trees[false], *late = &heap->trees[true];

	if (!soon->running || !late->running)
		return soon->running ? soon->slot : late->running ? late->slot : NULL;
	return before(late->slot, soon->slot) ? late->slot : soon->slot;
}

int64_t timer_heap_next_us(const struct timer_heap *heap)
{
	const struct slot *next = first(heap);
	uint64_t left;

	if (!next)
		return -1;
	left = timer_left_us(next->timer);
	return left > INT64_MAX ? INT64_MAX : (int64_t)left;
}

size_t timer_heap_running(const struct timer_heap *heap)
{
	return heap->trees[false].running + heap->trees[true].running;
}

void timer_heap_on_change(struct timer_heap *heap, void (*fn)(void *arg), void *arg)
{
	heap->on_change = fn;
	heap->on_change_arg = arg;
}

void timer_heap_each(const struct timer_heap *heap,
		     void (*fn)(const struct timer *timer, void *arg), void *arg)
{
	for (unsigned late = 0; late < 2; late++) {
		const struct tree *tree = &heap->trees[late];

		for (size_t i = 0; i < tree->running; i++)
			fn(tree->slot[i].timer, arg);
	}
}

static void place(struct tree *tree, size_t i, const struct slot *slot)
{
	tree->slot[i] = *slot;
	slot->timer->index = (uint32_t)i + 1;
}

/* Both put what is to stand at i, or where it belongs from there. */
static void sift_up(struct tree *tree, size_t i, const struct slot *slot)
{
	while (i > 0) {
		size_t parent = (i - 1) / CHILDREN;

		if (!before(slot, &tree->slot[parent]))
			break;
		place(tree, i, &tree->slot[parent]);
		i = parent;
	}
	place(tree, i, slot);
}

static void sift_down(struct tree *tree, size_t i, const struct slot *slot)
{
	for (;;) {
		size_t child = CHILDREN * i + 1, end = child + CHILDREN, least = child;

		if (child >= tree->running)
			break;
		if (end > tree->running)
			end = tree->running;
		while (++child < end) {
			if (before(&tree->slot[child], &tree->slot[least]))
				least = child;
		}
		if (!before(&tree->slot[least], slot))
			break;
		place(tree, i, &tree->slot[least]);
		i = least;
	}
	place(tree, i, slot);
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

	for (;;) {
		const struct slot *next = first(heap);
		struct timer *timer;

		if (!next || next->deadline_us > now || next->sequence >= started_before)
			break;
		timer = next->timer;
		timer_stop(timer);
		expired++;
		timer->fn(timer, timer->arg);
	}
	return expired;
}

static int reserve(struct timer_heap *heap)
{
	size_t capacity = heap->capacity ? heap->capacity * 2 : 64;

	if (heap->reserved < heap->capacity)
		return 0;
	for (unsigned late = 0; late < 2; late++) {
		struct tree *tree = &heap->trees[late];
		struct slot *slot = reallocarray(tree->slot, capacity, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		tree->slot = slot;
	}
	heap->capacity = capacity;
	return 0;
}

int timer_init(struct timer *timer, struct timer_heap *heap, const char *name, timer_fn *fn,
	       void *arg)
{
	*timer = (struct timer){ .fn = fn, .arg = arg, .name = name };
	if (reserve(heap))
		return -ENOMEM;
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
	struct slot slot = { .timer = timer };
	struct tree *tree;
	uint64_t now;

	assert(heap);
	now = timer_heap_now_us(heap);
	timer_stop(timer);
	slot.deadline_us = us > UINT64_MAX - now ? UINT64_MAX : now + us;
	slot.sequence = heap->sequence++;
	timer->late = us >= LATE_US;
	tree = &heap->trees[timer->late];
	sift_up(tree, tree->running++, &slot);
	if (heap->on_change && first(heap)->timer == timer)
		heap->on_change(heap->on_change_arg);
}

void timer_start_ms(struct timer *timer, uint64_t ms)
{
	timer_start_us(timer, ms > UINT64_MAX / 1000 ? UINT64_MAX : ms * 1000);
}

void timer_stop(struct timer *timer)
{
	struct tree *tree;
	struct slot last;
	size_t i;

	if (!timer->index)
		return;
	i = timer->index - 1;
	timer->index = 0;
	tree = &timer->heap->trees[timer->late];
	last = tree->slot[--tree->running];
	if (last.timer == timer)
		return;
	if (i > 0 && before(&last, &tree->slot[(i - 1) / CHILDREN]))
		sift_up(tree, i, &last);
	else
		sift_down(tree, i, &last);
}

bool timer_running(const struct timer *timer)
{
	return timer->index != 0;
}

uint64_t timer_left_us(const struct timer *timer)
{
	uint64_t now, deadline;

	if (!timer->index)
		return 0;
	deadline = timer->heap->trees[timer->late].slot[timer->index - 1].deadline_us;
	now = timer_heap_now_us(timer->heap);
	return deadline > now ? deadline - now : 0;
}
