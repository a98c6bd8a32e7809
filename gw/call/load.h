/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * How loaded this exchange is: from how busy its core thread is, how late its timers are, how many calls come a second and
 * whether it is being drained. Two levels, as in automatic congestion control (Q.764 2.11). Core thread.
 */
#ifndef CALL_LOAD_H
#define CALL_LOAD_H

#include "conf/conf.h"
#include "gw/base/table.h"
#include "gw/base/timer.h"

struct load;

enum load_level { LOAD_NORMAL, LOAD_HIGH, LOAD_SEVERE };

struct load_user {
	/* Microseconds that the core thread has waited for something to do, so far. NULL: not known. */
	uint64_t (*idle_us)(void *arg);
	void (*changed)(void *arg, enum load_level level);
	void *arg;
};

/* own; user and conf are copied. NULL when out of memory. */
struct load *load_new(const struct conf_overload *conf, const struct load_user *user, struct timer_heap *heap);
/* NULL is fine. */
void load_free(struct load *load);
void load_reload(struct load *load, const struct conf_overload *conf);
/* While the exchange is drained it is as severely loaded as it can be. */
void load_drain(struct load *load, bool on);
/* A new call: false when it is to be refused (cause 42). One with priority never is. */
bool load_admit(struct load *load, bool priority);
enum load_level load_level(const struct load *load);
/* For `show load`. */
struct table *load_table(const struct load *load);

#endif
