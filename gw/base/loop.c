/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* One uv_timer that always runs towards the earliest deadline of a timer heap. */
#include "gw/base/loop.h"

static void arm(struct loop_timers *lt, uint64_t least_ms);

static void on_uv_timer(uv_timer_t *uv)
{
	struct loop_timers *lt = uv->data;

	(void)timer_heap_run(lt->heap);
	if (!uv_is_closing((const uv_handle_t *)uv))
		arm(lt, 1);
}

/*
 * libuv counts in milliseconds from the time cached at the start of the loop's turn, so it may wake
 * early: the heap then finds nothing due and the rest is armed. least_ms 1 keeps a timer restarted
 * with 0 from starving descriptors.
 */
static void arm(struct loop_timers *lt, uint64_t least_ms)
{
	int64_t us = timer_heap_next_us(lt->heap);
	uint64_t ms;

	if (us < 0) {
		uv_timer_stop(&lt->uv);
		return;
	}
	ms = (uint64_t)us / 1000 + (us % 1000 != 0);
	uv_timer_start(&lt->uv, on_uv_timer, ms < least_ms ? least_ms : ms, 0);
}

static void on_change(void *arg)
{
	arm(arg, 0);
}

int loop_timers_open(struct loop_timers *lt, uv_loop_t *loop, struct timer_heap *heap)
{
	int rc = uv_timer_init(loop, &lt->uv);

	if (rc)
		return rc;
	lt->uv.data = lt;
	lt->heap = heap;
	timer_heap_on_change(heap, on_change, lt);
	arm(lt, 0);
	return 0;
}

void loop_timers_close(struct loop_timers *lt)
{
	timer_heap_on_change(lt->heap, NULL, NULL);
	uv_close((uv_handle_t *)&lt->uv, NULL);
}
