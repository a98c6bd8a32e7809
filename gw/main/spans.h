/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The spans of the configuration: opened, their alarms followed. Core thread. */
#ifndef MAIN_SPANS_H
#define MAIN_SPANS_H

#include <uv.h>

#include "conf/conf.h"
#include "gw/base/table.h"
#include "gw/base/timer.h"
#include "tdm/span.h"

struct spans;

struct spans_user {
	/* What the line says changed, at once: for signalling links. */
	void (*line)(void *arg, const struct tdm_span *span, unsigned alarms);
	/* The failure lasted for the hold-off, or the span is missing: calls on it are lost. */
	void (*failed)(void *arg, const struct tdm_span *span);
	/* After a failure, the line was good for the hold-off. */
	void (*recovered)(void *arg, const struct tdm_span *span);
	void *arg;
};

/* own. NULL with *error, and a log line. */
struct spans *spans_open(const struct conf *conf, const struct spans_user *user, uv_loop_t *loop, struct timer_heap *heap,
			 int *error);
/* Every user of a timeslot must be gone. Run the loop until its handles are closed. */
void spans_close(struct spans *spans);
struct tdm_span *spans_find(const struct spans *spans, const char *name);
/* The user was told that it failed, and not yet that it recovered. */
bool spans_failed(const struct spans *spans, const struct tdm_span *span);
void spans_each(const struct spans *spans, void (*fn)(struct tdm_span *span, void *arg), void *arg);
/* `show spans` */
struct table *spans_table(const struct spans *spans);

#endif
