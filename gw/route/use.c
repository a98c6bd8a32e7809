/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Counts of routes, which outlive the table that they were begun in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/route/table.h"

struct route_use *route_use_new(const char *name)
{
	struct route_use *use = calloc(1, sizeof(*use));

	if (!use)
		return NULL;
	use->refs = 1;
	(void)str_add(use->name, sizeof(use->name), 0, str_c(name));
	return use;
}

struct route_use *route_use_ref(struct route_use *use)
{
	use->refs++;
	return use;
}

void route_use_unref(struct route_use *use)
{
	if (use && --use->refs == 0)
		free(use);
}

static int by_name(const void *a, const void *b)
{
	const struct route *const *ra = a, *const *rb = b;

	return strcmp((*ra)->name, (*rb)->name);
}

/* own */
static const struct route **sorted(const struct route_table *table)
{
	size_t n = route_table_size(table);
	const struct route **routes = calloc(n + 1, sizeof(struct route *));

	for (size_t i = 0; routes && i < n; i++)
		routes[i] = route_table_get(table, i);
	if (routes && n)
		qsort(routes, n, sizeof(struct route *), by_name);
	return routes;
}

/* Other shares begin with an even account. */
static bool same_shares(const struct route *a, const struct route *b)
{
	return a->hunt.order == b->hunt.order && a->hunt.n_shares == b->hunt.n_shares &&
	       memcmp(a->hunt.shares, b->hunt.shares, sizeof(a->hunt.shares)) == 0;
}

int route_table_inherit(struct route_table *table, const struct route_table *old)
{
	const struct route **before = sorted(old);
	size_t n_before = route_table_size(old);

	if (!before)
		return -ENOMEM;
	for (size_t i = 0; n_before && i < route_table_size(table); i++) {
		struct route *route = route_table_own(table, i);
		const struct route *key = route;
		const struct route **found =
			bsearch(&key, before, n_before, sizeof(struct route *), by_name);

		if (!found)
			continue;
		route_use_unref(route->use);
		route->use = route_use_ref((*found)->use);
		if (!same_shares(route, *found))
			memset(route->use->given, 0, sizeof(route->use->given));
	}
	free(before);
	return 0;
}
