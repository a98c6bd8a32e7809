/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* `show trunks` and `show routes`. */
#include "gw/call/call_private.h"
#include "gw/call/trunk.h"

enum trunk_column {
	TRUNK_NAME,
	TRUNK_PROTOCOL,
	TRUNK_AVAILABLE,
	TRUNK_STATE,
	TRUNK_CALLS,
	TRUNK_CALLS_IN,
	TRUNK_CALLS_OUT,
	TRUNK_MAX,
	TRUNK_TOTAL_IN,
	TRUNK_TOTAL_OUT,
	TRUNK_UNANSWERED,
	TRUNK_FULL,
	TRUNK_FAST,
	TRUNK_HELD_BACK,
	TRUNK_HALF_DIALLED,
	TRUNK_COLUMNS
};

static void trunk_row(struct table *table, const struct trunk *t)
{
	table_set_str(table, TRUNK_NAME, str_c(t->name));
	table_set_str(table, TRUNK_PROTOCOL, str_c(t->ops->protocol));
	table_set_bool(table, TRUNK_AVAILABLE, t->ops->available(t));
	table_set_int(table, TRUNK_CALLS, t->calls);
	if (t->max_calls)
		table_set_int(table, TRUNK_MAX, t->max_calls);
	table_set_int(table, TRUNK_TOTAL_IN, (int64_t)t->calls_in);
	table_set_int(table, TRUNK_TOTAL_OUT, (int64_t)t->calls_out);
	table_set_int(table, TRUNK_UNANSWERED, (int64_t)t->calls_failed);
	table_set_str(table, TRUNK_STATE, str_c(trunk_state_name(trunk_state(t))));
	table_set_int(table, TRUNK_CALLS_IN, t->up[0]);
	table_set_int(table, TRUNK_CALLS_OUT, t->up[1]);
	if (t->ops->held_back)
		table_set_fmt(table, TRUNK_HELD_BACK, "%u%%", t->ops->held_back(t));
	table_set_int(table, TRUNK_HALF_DIALLED, t->overlap.calls);
	if (!t->policy)
		return;
	table_set_int(table, TRUNK_FULL, (int64_t)t->policy->refused_full);
	table_set_int(table, TRUNK_FAST, (int64_t)t->policy->refused_rate);
}

struct table *call_trunks_table(void *arg)
{
	static const char *const columns[TRUNK_COLUMNS] = { [TRUNK_NAME] = "trunk",
							    [TRUNK_PROTOCOL] = "protocol",
							    [TRUNK_AVAILABLE] = "available",
							    [TRUNK_STATE] = "state",
							    [TRUNK_CALLS] = "calls",
							    [TRUNK_CALLS_IN] = "calls_in",
							    [TRUNK_CALLS_OUT] = "calls_out",
							    [TRUNK_MAX] = "max",
							    [TRUNK_TOTAL_IN] = "total_in",
							    [TRUNK_TOTAL_OUT] = "total_out",
							    [TRUNK_UNANSWERED] = "unanswered",
							    [TRUNK_FULL] = "refused_full",
							    [TRUNK_FAST] = "refused_rate",
							    [TRUNK_HELD_BACK] = "held_back",
							    [TRUNK_HALF_DIALLED] = "half_dialled" };
	struct call_core *core = arg;
	struct table *table = table_new(columns, TRUNK_COLUMNS);

	for (struct trunk *t = table ? core->trunks : NULL; t && !table_row(table); t = t->next)
		trunk_row(table, t);
	return table;
}

enum route_column {
	ROUTE_NAME,
	ROUTE_PREFIX,
	ROUTE_FROM,
	ROUTE_TO,
	ROUTE_STRIP,
	ROUTE_PREPEND,
	ROUTE_HUNT,
	ROUTE_CALLS,
	ROUTE_ANSWERED,
	ROUTE_FAILED,
	ROUTE_FAILED_OVER,
	ROUTE_NOTES,
	ROUTE_COLUMNS
};

static void put_to(struct table *table, const struct route *r)
{
	char to[512];
	size_t n = 0;

	for (size_t t = 0; t < r->n_to; t++) {
		n = str_add(to, sizeof(to), n, t ? STR(" ") : STR(""));
		n = str_add(to, sizeof(to), n, str_c(r->to[t]));
		if (t >= r->hunt.n_shares)
			continue;
		n = str_add(to, sizeof(to), n, STR(":"));
		n = str_add_uint(to, sizeof(to), n, r->hunt.shares[t], 10, 1);
	}
	table_set_str(table, ROUTE_TO, (struct str){ to, n });
}

/* What else the route asks for, and is. */
static void put_notes(struct table *table, const struct route *r)
{
	const struct {
		bool is;
		struct str text;
	} notes[] = {
		{ r->emergency, STR("emergency") },	{ r->carrier, STR("carrier") },
		{ r->enum_root, STR("enum") },		{ r->n_calling, STR("calling") },
		{ r->categories, STR("category") },	{ r->bearers, STR("bearer") },
		{ r->n_carriers, STR("carrier-code") }, { r->n_times, STR("times") },
	};
	char text[96];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (!notes[i].is)
			continue;
		n = str_add(text, sizeof(text), n, n ? STR(" ") : STR(""));
		n = str_add(text, sizeof(text), n, notes[i].text);
	}
	table_set_str(table, ROUTE_NOTES, (struct str){ text, n });
}

static void route_row(struct table *table, const struct route *r)
{
	static const char *const hunts[] = { "order", "weight", "percentage", "least-busy" };

	table_set_str(table, ROUTE_NAME, str_c(r->name));
	table_set_str(table, ROUTE_PREFIX, str_c(r->prefix));
	table_set_str(table, ROUTE_FROM, str_c(r->from ? r->from : "any"));
	put_to(table, r);
	table_set_int(table, ROUTE_STRIP, r->strip);
	table_set_str(table, ROUTE_PREPEND, str_c(r->prepend ? r->prepend : ""));
	table_set_str(table, ROUTE_HUNT, str_c(hunts[r->hunt.order]));
	table_set_int(table, ROUTE_CALLS, (int64_t)r->use->calls);
	table_set_int(table, ROUTE_ANSWERED, (int64_t)r->use->answered);
	table_set_int(table, ROUTE_FAILED, (int64_t)r->use->failed);
	table_set_int(table, ROUTE_FAILED_OVER, (int64_t)r->use->failed_over);
	put_notes(table, r);
}

struct table *call_routes_table(void *arg)
{
	static const char *const columns[ROUTE_COLUMNS] = { [ROUTE_NAME] = "route",
							    [ROUTE_PREFIX] = "prefix",
							    [ROUTE_FROM] = "from",
							    [ROUTE_TO] = "to",
							    [ROUTE_STRIP] = "strip",
							    [ROUTE_PREPEND] = "prepend",
							    [ROUTE_HUNT] = "hunt",
							    [ROUTE_CALLS] = "calls",
							    [ROUTE_ANSWERED] = "answered",
							    [ROUTE_FAILED] = "failed",
							    [ROUTE_FAILED_OVER] = "failed_over",
							    [ROUTE_NOTES] = "notes" };
	struct call_core *core = arg;
	struct table *table = table_new(columns, ROUTE_COLUMNS);
	const struct route *r;

	for (size_t i = 0; table && (r = route_table_get(core->routes, i)) && !table_row(table);
	     i++)
		route_row(table, r);
	return table;
}
