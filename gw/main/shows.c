/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The tables that belong to no single part: circuits of every trunk group, links, spans, timers. */
#include "gw/main/gateway.h"

static struct table *circuits_fill(void *arg)
{
	const struct gateway *gw = arg;
	struct table *table = table_new(isup_trunk_columns, isup_trunk_column_count);

	for (size_t i = 0; table && i < gw->n_trunks; i++)
		isup_trunk_show(gw->trunks[i], table);
	return table;
}

static struct table *links_fill(void *arg)
{
	const struct gateway *gw = arg;
	struct table *table = table_new(linkset_columns, linkset_column_count);

	for (size_t i = 0; table && i < gw->n_linksets; i++)
		linkset_show(gw->linksets[i], table);
	return table;
}

static struct table *spans_fill(void *arg)
{
	const struct gateway *gw = arg;

	return spans_table(gw->spans);
}

static struct table *load_fill(void *arg)
{
	const struct gateway *gw = arg;

	return load_table(gw->load);
}

static void timer_row(const struct timer *timer, void *arg)
{
	struct table *table = arg;

	if (table_row(table))
		return;
	table_set_str(table, 0, str_c(timer->name));
	table_set_fmt(table, 1, "%.3f", (double)timer_left_us(timer) / 1e6);
	if (timer->subject)
		table_set_str(table, 2, str_c(timer->subject));
}

static struct table *timers_fill(void *arg)
{
	static const char *const columns[] = { "timer", "seconds_left", "subject" };
	const struct gateway *gw = arg;
	struct table *table = table_new(columns, 3);

	if (table)
		timer_heap_each(gw->heap, timer_row, table);
	return table;
}

void gateway_shows_open(struct gateway *gw)
{
	static const struct show shows[GATEWAY_SHOWS] = {
		{ .name = "circuits",
		  .help = "circuits of the ISUP trunk groups",
		  .fill = circuits_fill },
		{ .name = "links", .help = "signalling links", .fill = links_fill },
		{ .name = "spans", .help = "E1 and T1 spans", .fill = spans_fill },
		{ .name = "load", .help = "how loaded this exchange is", .fill = load_fill },
		{ .name = "timers", .help = "protocol timers that run", .fill = timers_fill },
	};

	for (size_t i = 0; i < GATEWAY_SHOWS; i++) {
		gw->shows[i] = shows[i];
		gw->shows[i].arg = gw;
		show_register(&gw->shows[i]);
	}
}

void gateway_shows_close(struct gateway *gw)
{
	for (size_t i = 0; i < GATEWAY_SHOWS; i++)
		if (gw->shows[i].fill)
			show_unregister(&gw->shows[i]);
}
