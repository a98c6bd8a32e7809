/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Alarms: a short list of the raised ones, and the last cleared ones behind them. */
#include "gw/base/alarm.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/list.h"
#include "gw/base/log.h"
#include "gw/base/wall.h"

#define CLEARED_KEPT 64

struct alarm {
	struct list_node node;
	char source[40];
	char text[80];
	uint64_t raised_us, cleared_us; /* wall clock; cleared_us 0: still raised */
};

static struct list alarms = { { &alarms.head, &alarms.head } };
static size_t raised_count, cleared_count;

static struct alarm *find_raised(const char *source, const char *text)
{
	for (struct list_node *n = list_first(&alarms); n; n = list_next(&alarms, n)) {
		struct alarm *a = container_of(n, struct alarm, node);

		if (!a->cleared_us && strcmp(a->source, source) == 0 && strcmp(a->text, text) == 0)
			return a;
	}
	return NULL;
}

static void copy_text(char *dst, size_t cap, const char *text)
{
	struct str s = str_c(text);

	if (s.n >= cap)
		s.n = cap - 1;
	(void)str_copy(dst, cap, s);
}

static void forget_oldest_cleared(void)
{
	for (struct list_node *n = list_first(&alarms); n; n = list_next(&alarms, n)) {
		struct alarm *a = container_of(n, struct alarm, node);

		if (!a->cleared_us)
			continue;
		list_remove(n);
		free(a);
		cleared_count--;
		return;
	}
}

void alarm_raise(const char *source, const char *text)
{
	struct alarm probe;
	struct alarm *a;

	copy_text(probe.source, sizeof(probe.source), source);
	copy_text(probe.text, sizeof(probe.text), text);
	if (find_raised(probe.source, probe.text))
		return;
	log_write(LOG_WARNING, source, "alarm raised: %s", text);
	a = calloc(1, sizeof(*a));
	if (!a)
		return;
	memcpy(a->source, probe.source, sizeof(a->source));
	memcpy(a->text, probe.text, sizeof(a->text));
	a->raised_us = wall_now_us();
	list_append(&alarms, &a->node);
	raised_count++;
}

void alarm_clear(const char *source, const char *text)
{
	struct alarm probe;
	struct alarm *a;

	copy_text(probe.source, sizeof(probe.source), source);
	copy_text(probe.text, sizeof(probe.text), text);
	a = find_raised(probe.source, probe.text);
	if (!a)
		return;
	log_write(LOG_NOTICE, source, "alarm cleared: %s", text);
	a->cleared_us = wall_now_us();
	raised_count--;
	if (++cleared_count > CLEARED_KEPT)
		forget_oldest_cleared();
}

size_t alarm_count(void)
{
	return raised_count;
}

static void set_time(struct table *table, size_t column, uint64_t at_us)
{
	char text[WALL_TEXT_MAX];

	if (!at_us)
		return;
	(void)wall_text(at_us, 3, text);
	table_set_str(table, column, str_c(text));
}

static struct table *alarms_fill(void *arg)
{
	static const char *const columns[] = { "source", "alarm", "state", "raised", "cleared" };
	struct table *table = table_new(columns, 5);

	(void)arg;
	for (struct list_node *n = list_first(&alarms); table && n; n = list_next(&alarms, n)) {
		const struct alarm *a = container_of(n, struct alarm, node);

		if (table_row(table))
			break;
		table_set_str(table, 0, str_c(a->source));
		table_set_str(table, 1, str_c(a->text));
		table_set_str(table, 2, a->cleared_us ? STR("cleared") : STR("raised"));
		set_time(table, 3, a->raised_us);
		set_time(table, 4, a->cleared_us);
	}
	return table;
}

static struct show show_alarms = { .name = "alarms",
				   .help = "alarms raised, and the last cleared",
				   .fill = alarms_fill };

void alarm_show_open(void)
{
	show_register(&show_alarms);
}

void alarm_close(void)
{
	struct list_node *n;

	show_unregister(&show_alarms);
	while ((n = list_first(&alarms))) {
		list_remove(n);
		free(container_of(n, struct alarm, node));
	}
	raised_count = cleared_count = 0;
}
