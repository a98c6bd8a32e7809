/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The exchange's side of the spans: layer 1, the signalling link, ISUP above it, and the circuits. Core thread. */
#ifndef EXCHANGE_TRUNK_H
#define EXCHANGE_TRUNK_H

#include <uv.h>

#include "conf/exchange.h"
#include "gw/base/timer.h"
#include "isup/isup.h"
#include "tdm/span.h"

struct trunk;

/* The timeslot behind a circuit: its bearer mark. */
struct line {
	struct tdm_span *span; /* borrow */
	int span_number;
	unsigned timeslot;
	unsigned slot; /* counts the circuits */
	int fd;	       /* open while uses > 0 */
	unsigned uses; /* line_open less line_close */
	bool looped;   /* for a continuity check */
};

struct trunk_user {
	void (*indicate)(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind);
	int (*continuity)(void *arg, struct isup_circuit *circuit, enum isup_check check);
	/* A circuit, the link or a span changed. */
	void (*changed)(void *arg, const char *what);
	/* The link (span NULL) or a span has been down for its hold-off: calls on it end. */
	void (*lost)(void *arg, const struct tdm_span *span);
	void *arg;
};

/* own; conf is borrowed. NULL with *error and a log line. */
struct trunk *trunk_new(const struct conf_exchange *conf, const struct trunk_user *user, uv_loop_t *loop,
			struct timer_heap *heap, int *error);
/* Nothing is signalled; nobody may use a line any more. NULL is fine. */
void trunk_free(struct trunk *trunk);
/* Ends ISUP first, so that no indication comes any more. */
void trunk_stop(struct trunk *trunk);
struct isup *trunk_isup(const struct trunk *trunk);
struct tdm_span *trunk_span(const struct trunk *trunk, size_t i); /* NULL beyond the last */
/* Destination reachable, every circuit reset and idle. */
bool trunk_ready(const struct trunk *trunk);
/* Circuits that are not idle. */
size_t trunk_busy(const struct trunk *trunk);
/* Names a timer of Q.764 for the configuration. */
bool trunk_timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms);

/* Its descriptor, opened for the first of its users; -errno. */
int line_open(struct line *line);
void line_close(struct line *line);

#endif
