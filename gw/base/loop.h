/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Joins a timer heap to a libuv loop: one uv_timer serves the whole heap. Core thread only. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <uv.h>

#include "gw/base/timer.h"

struct loop_timers {
	uv_timer_t uv;
	struct timer_heap *heap; /* borrow */
};

int loop_timers_open(struct loop_timers *lt, uv_loop_t *loop, struct timer_heap *heap);
/* The uv handle closes asynchronously: run the loop until it is done before freeing lt. */
void loop_timers_close(struct loop_timers *lt);

#endif
