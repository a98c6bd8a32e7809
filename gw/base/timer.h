/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Protocol timers: a heap ordered by (deadline, sequence of start) on an injectable monotonic clock. One thread owns a
 * heap. An expiry calls fn once with the timer already stopped; fn may start, stop or free any timer of the heap.
 */
#ifndef BASE_TIMER_H
#define BASE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock_source {
	uint64_t (*now_us)(void *arg);
	void *arg;
};

/* CLOCK_MONOTONIC */
extern const struct clock_source clock_monotonic;

struct timer_heap;
struct timer;
typedef void timer_fn(struct timer *timer, void *arg);

/* Embedded in its owner; the members belong to timer.c, name is a string literal such as "T7". */
struct timer {
	struct timer_heap *heap; /* borrow */
	timer_fn *fn;
	void *arg;
	const char *name;
	const char *subject; /* borrow: whom it is about, for `show timers`; the owner may set it after timer_init */
	uint32_t index; /* place in its tree + 1, 0 when stopped */
	bool late;	/* which tree */
};

/* own; NULL when out of memory. The clock is copied. */
struct timer_heap *timer_heap_new(const struct clock_source *clock);
/* Every timer of the heap must be stopped or never used again. NULL is fine. */
void timer_heap_free(struct timer_heap *heap);
uint64_t timer_heap_now_us(const struct timer_heap *heap);
/* Microseconds until the next expiry (0 when due), -1 when none runs. */
int64_t timer_heap_next_us(const struct timer_heap *heap);
/* Calls every expired timer in order; returns how many. */
unsigned timer_heap_run(struct timer_heap *heap);
size_t timer_heap_running(const struct timer_heap *heap);
/* Called whenever the earliest deadline may have become earlier (to re-arm the loop's own timer). */
void timer_heap_on_change(struct timer_heap *heap, void (*fn)(void *arg), void *arg);
/* Walks the running timers in no order, for `show timers`. */
void timer_heap_each(const struct timer_heap *heap, void (*fn)(const struct timer *timer, void *arg), void *arg);

/* Prepares a stopped timer; reserves its place, so that starting it never fails. -ENOMEM. */
int timer_init(struct timer *timer, struct timer_heap *heap, const char *name, timer_fn *fn, void *arg)
	__attribute__((warn_unused_result));
/* Gives the reserved place back; the timer may be running. A zeroed timer is fine. */
void timer_close(struct timer *timer);
/* (Re)starts. */
void timer_start_ms(struct timer *timer, uint64_t ms);
void timer_start_us(struct timer *timer, uint64_t us);
void timer_stop(struct timer *timer);
bool timer_running(const struct timer *timer);
uint64_t timer_left_us(const struct timer *timer);

#endif
