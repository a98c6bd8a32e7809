/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The exchange's own load. A timer looks ten times a second how late it is itself; once a second, how
 * much of it the thread was busy and how many calls came. One late look is a hiccup, two in a row are
 * lag; likewise two busy seconds. What Q.764 2.11 asks of an exchange in overload is that it tells its
 * neighbours a level; that it refuses calls where telling is not enough, is ours to choose: those above
 * the configured rate, and every second one while the load is severe.
 */
#include "gw/call/load.h"

#include <stdlib.h>

#include "gw/base/alarm.h"
#include "gw/base/counter.h"
#include "gw/base/log.h"

#define LOOK_US	  100000
#define LOOKS	  10 /* a second */
#define SECOND_US 1000000u

static const char subject[] = "load", overloaded[] = "this exchange is overloaded";

static struct counter calls_shed =
	COUNTER_INIT("causeway_calls_shed_total", "Calls refused as this exchange is overloaded");
static struct counter overloads =
	COUNTER_INIT("causeway_overloads_total", "Times that this exchange became overloaded");

struct load {
	struct conf_overload conf;
	struct load_user user;
	struct timer look;
	enum load_level level;
	uint64_t until_us;    /* the level lasts at least to then */
	uint64_t due_us;      /* of the look under way */
	uint64_t second_us;   /* the second under way began */
	uint64_t idle_us;     /* idle time at its begin */
	uint64_t credit_us;   /* calls that may come at once, in time that they take at the rate */
	uint64_t credited_us; /* clock up to which it is counted */
	unsigned looks, calls, over; /* in the second under way; those above the rate */
	enum load_level by_lag, by_busy, by_rate; /* of the last look, the last second */
	bool drained, odd;
	/* Shown. */
	unsigned busy, rate;
	uint64_t lag_us;
	uint64_t shed;
};

enum load_level load_level(const struct load *load)
{
	return load->level;
}

static enum load_level worse(enum load_level a, enum load_level b)
{
	return a > b ? a : b;
}

static enum load_level milder(enum load_level a, enum load_level b)
{
	return a < b ? a : b;
}

static enum load_level grade(uint64_t value, uint64_t high, uint64_t severe)
{
	if (severe && value >= severe)
		return LOAD_SEVERE;
	return high && value >= high ? LOAD_HIGH : LOAD_NORMAL;
}

static void level_set(struct load *load, enum load_level level)
{
	static const char *const names[] = { "normal", "high", "severe" };

	log_write(level ? LOG_WARNING : LOG_NOTICE, subject,
		  "%s (was %s): core %u%% busy, %llu ms late, %u calls/s%s", names[level],
		  names[load->level], load->busy, (unsigned long long)load->lag_us / 1000,
		  load->rate, load->drained ? ", draining" : "");
	if (!load->level && !load->drained) {
		counter_add(&overloads, 1);
		alarm_raise(subject, overloaded);
	}
	if (!level)
		alarm_clear(subject, overloaded);
	load->level = level;
	load->odd = false;
	if (load->user.changed)
		load->user.changed(load->user.arg, level);
}

/* Up at once, down when its cause has been gone for the hold time. */
static void judge(struct load *load, enum load_level now)
{
	uint64_t now_us = timer_heap_now_us(load->look.heap);

	if (load->drained)
		now = LOAD_SEVERE;
	if (now >= load->level)
		load->until_us = now_us + load->conf.hold_ms * UINT64_C(1000);
	if (now > load->level || (now < load->level && now_us >= load->until_us))
		level_set(load, now);
}

/* --- looks --- */

static enum load_level lag_level(struct load *load, uint64_t now_us)
{
	enum load_level before = load->by_lag;

	load->lag_us = now_us > load->due_us ? now_us - load->due_us : 0;
	load->by_lag = grade(load->lag_us, load->conf.lag_ms * UINT64_C(1000),
			     load->conf.lag_severe_ms * UINT64_C(1000));
	return milder(before, load->by_lag);
}

static void second_over(struct load *load, uint64_t now_us)
{
	uint64_t passed = now_us - load->second_us;
	uint64_t idle = load->user.idle_us ? load->user.idle_us(load->user.arg) : 0;
	uint64_t waited = idle - load->idle_us;
	enum load_level before = load->by_busy, busy;

	load->busy = 0;
	if (load->user.idle_us && waited < passed)
		load->busy = (unsigned)((passed - waited) * 100 / passed);
	busy = grade(load->busy, load->conf.busy, load->conf.busy_severe);
	load->by_busy = busy;
	load->rate = (unsigned)(load->calls * UINT64_C(1000000) / passed);
	load->by_rate = grade(load->over, 1, load->calls - load->over + 1);
	load->second_us = now_us;
	load->idle_us = idle;
	load->looks = load->calls = load->over = 0;
	judge(load, worse(milder(before, busy), load->by_rate));
}

static void look(struct timer *timer, void *arg)
{
	struct load *load = arg;
	uint64_t now_us = timer_heap_now_us(timer->heap);
	enum load_level lag = lag_level(load, now_us);

	judge(load, worse(lag, load->by_rate));
	if (++load->looks >= LOOKS || now_us - load->second_us >= SECOND_US)
		second_over(load, now_us);
	load->due_us = now_us + LOOK_US;
	timer_start_us(timer, LOOK_US);
}

/* --- calls --- */

/* A bucket that holds a second's calls. */
static bool within_rate(struct load *load)
{
	uint64_t now_us = timer_heap_now_us(load->look.heap);
	uint64_t each = load->conf.calls_per_second ? SECOND_US / load->conf.calls_per_second : 0;

	load->credit_us += now_us - load->credited_us;
	load->credited_us = now_us;
	if (load->credit_us > SECOND_US)
		load->credit_us = SECOND_US;
	if (load->credit_us < each)
		return false;
	load->credit_us -= each;
	return true;
}

bool load_admit(struct load *load, bool priority)
{
	bool within = within_rate(load);

	load->calls++;
	if (!within) {
		load->over++;
		judge(load, LOAD_HIGH); /* this call's REL tells it already */
	}
	if (load->level == LOAD_SEVERE)
		load->odd = !load->odd;
	if (priority || (within && !load->odd))
		return true;
	load->shed++;
	counter_add(&calls_shed, 1);
	return false;
}

void load_drain(struct load *load, bool on)
{
	load->drained = on;
	judge(load, LOAD_NORMAL);
}

/* --- life --- */

void load_reload(struct load *load, const struct conf_overload *conf)
{
	load->conf = *conf;
}

struct load *load_new(const struct conf_overload *conf, const struct load_user *user,
		      struct timer_heap *heap)
{
	struct load *load = calloc(1, sizeof(*load));

	if (!load)
		return NULL;
	counter_list(&calls_shed);
	counter_list(&overloads);
	load->conf = *conf;
	load->user = *user;
	if (timer_init(&load->look, heap, "load", look, load)) {
		free(load);
		return NULL;
	}
	load->look.subject = subject;
	load->second_us = load->credited_us = timer_heap_now_us(heap);
	load->credit_us = SECOND_US;
	load->idle_us = user->idle_us ? user->idle_us(user->arg) : 0;
	load->due_us = load->second_us + LOOK_US;
	timer_start_us(&load->look, LOOK_US);
	return load;
}

void load_free(struct load *load)
{
	if (!load)
		return;
	alarm_clear(subject, overloaded);
	timer_close(&load->look);
	free(load);
}

struct table *load_table(const struct load *load)
{
	static const char *const columns[] = { "level",	  "busy_percent",
					       "late_ms", "calls_per_second",
					       "limit",	  "refused",
					       "draining" };
	struct table *table = table_new(columns, 7);

	if (!table || table_row(table))
		return table;
	table_set_int(table, 0, load->level);
	if (load->user.idle_us)
		table_set_int(table, 1, load->busy);
	table_set_int(table, 2, (int64_t)(load->lag_us / 1000));
	table_set_int(table, 3, load->rate);
	if (load->conf.calls_per_second)
		table_set_int(table, 4, load->conf.calls_per_second);
	table_set_int(table, 5, (int64_t)load->shed);
	table_set_bool(table, 6, load->drained);
	return table;
}
