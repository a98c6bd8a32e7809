/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A trunk group of ISUP circuits: its circuits and their bearers, its state for routing, and its legs. Core thread. */
#ifndef PSTN_ISUP_TRUNK_H
#define PSTN_ISUP_TRUNK_H

#include "conf/conf.h"
#include "gw/call/call.h"
#include "gw/pstn/blocking.h"
#include "isup/healer.h"
#include "isup/isup.h"
#include "tdm/span.h"

struct isup_trunk;

/* Finds an open span by its configured name; NULL when there is none. */
typedef struct tdm_span *isup_trunk_span_fn(void *arg, const char *name);

/* A continuity check on a timeslot that no call has, by the media path. result may be called from set. */
struct isup_trunk_check {
	/* own: NULL when the timeslot cannot be opened. */
	void *(*open)(void *arg, struct tdm_span *span, unsigned timeslot,
		      void (*result)(void *result_arg, bool good), void *result_arg);
	/* Loop, transponder or tone. -errno. */
	int (*set)(void *check, enum isup_check what);
	void (*close)(void *check);
	void *arg;
};

struct isup_trunk_env {
	struct call_core *core;	  /* borrow */
	struct timer_heap *heap;  /* borrow */
	isup_trunk_span_fn *span;
	/* Circuits that are made on such a span are blocked from the start. NULL: none fails. */
	bool (*span_failed)(void *arg, const struct tdm_span *span);
	void *arg;
	const struct blocking *blocking; /* borrow: such circuits are made blocked; NULL: none */
	const struct isup_trunk_check *check; /* borrow; NULL: continuity is not checked */
};

/* own; makes the circuits. opc and network are the linkset's; dpc 0 in conf means adjacent. conf is borrowed and must
 * live until it is replaced by isup_trunk_reload. NULL with *error. */
struct isup_trunk *isup_trunk_new(const struct conf_isup *conf, const struct conf_linkset *linkset,
				  const struct isup_trunk_env *env, int *error);
/* Its calls must be gone. */
void isup_trunk_free(struct isup_trunk *trunk);
/* Applies what may change under calls: timers, hunting, numbers; circuits added at once, removed as they fall idle. */
int isup_trunk_reload(struct isup_trunk *trunk, const struct conf_isup *conf);
/* Of its linkset; NULL: none. The steps are the configuration's. */
void isup_trunk_set_healer(struct isup_trunk *trunk, struct isup_healer *healer);
struct isup *isup_trunk_isup(const struct isup_trunk *trunk);
struct trunk *isup_trunk_trunk(struct isup_trunk *trunk);
const struct conf_isup *isup_trunk_conf(const struct isup_trunk *trunk);
uint32_t isup_trunk_dpc(const struct isup_trunk *trunk);
/* A span failed for good (after its hold-off): its circuits are blocked, and their calls end, as span-failure says. */
void isup_trunk_span_failed(struct isup_trunk *trunk, const struct tdm_span *span);
/* It is good again: what was blocked for it is unblocked. */
void isup_trunk_span_recovered(struct isup_trunk *trunk, const struct tdm_span *span);
/* Appends its circuits to `show circuits`. */
extern const char *const isup_trunk_columns[];
extern const size_t isup_trunk_column_count;
void isup_trunk_show(struct isup_trunk *trunk, struct table *table);
/* Circuits with a call or a procedure under way. */
size_t isup_trunk_busy(struct isup_trunk *trunk);

#endif
