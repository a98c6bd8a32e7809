/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Routes in a trie over the characters of a number: look-up takes as many steps as the number has
 * digits. */
#include "gw/route/route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/route/match.h"
#include "gw/route/table.h"
#include "gw/route/trie.h"

struct route_table {
	struct route *routes; /* own, strings in pool */
	uint32_t *next;	      /* own: next route of the same prefix + 1, 0 ends */
	size_t n_routes;
	struct trie trie; /* own; value: first route of the prefix + 1; mark: it has no condition */
	char *pool;	  /* own: every string of every route */
	const char **lists;	     /* own: every to-list and calling-list */
	struct week_window *windows; /* own */
	struct digit_map *maps;	     /* own */
	size_t n_maps;
};

#define FROM_ANY (UINT64_C(1) << 63)

/* Trunks may share a bit: it tells only that none of them can be meant. */
static uint64_t from_bit(const char *from)
{
	return from ? UINT64_C(1) << str_hash(str_c(from), 0) % 63 : FROM_ANY;
}

static size_t text_octets(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *pool_put(char **at, const char *text)
{
	const char *copy = *at;
	size_t n = text_octets(text);

	if (!n)
		return NULL;
	memcpy(*at, text, n);
	*at += n;
	return copy;
}

/* In the list of its prefix: before those that ask for less. */
static int route_link(struct route_table *table, struct trie_build *build, uint32_t route)
{
	const struct route *r = &table->routes[route];
	unsigned weight = route_weight(r);
	uint32_t *link = trie_build_put(build, r->prefix, from_bit(r->from));

	if (!link)
		return -EINVAL;
	while (*link && route_weight(&table->routes[*link - 1]) >= weight)
		link = &table->next[*link - 1];
	table->next[route] = *link;
	*link = route + 1;
	return 0;
}

/* Marked where its first route takes any call: a look-up need not read the route. */
static void mark_plain(struct route_table *table)
{
	for (size_t i = 0; i < table->trie.n; i++) {
		struct trie_node *node = &table->trie.nodes[i];
		const struct route *r = node->value ? &table->routes[node->value - 1] : NULL;

		if (r && !route_weight(r) && !r->enum_root)
			node->branches |= TRIE_MARK;
	}
}

static int table_link(struct route_table *table)
{
	struct trie_build *build = trie_build_new();
	int err = build ? 0 : -ENOMEM;

	for (size_t i = 0; i < table->n_routes && !err; i++)
		err = route_link(table, build, (uint32_t)i);
	if (!err)
		err = trie_pack(&table->trie, build);
	if (!err)
		mark_plain(table);
	trie_build_free(build);
	return err;
}

/* What the routes need room for. */
struct room {
	size_t octets, lists, maps, windows;
};

static size_t texts_octets(char *const *texts, size_t n)
{
	size_t octets = 0;

	for (size_t i = 0; i < n; i++)
		octets += text_octets(texts[i]);
	return octets;
}

static void room_add(struct room *room, const struct conf_route *route)
{
	room->maps += route->digits != NULL;
	room->octets += text_octets(route->name) + text_octets(route->prefix) + 1 +
			text_octets(route->from) + text_octets(route->prepend) +
			text_octets(route->enum_root) + texts_octets(route->to, route->n_to) +
			texts_octets(route->match.calling, route->match.n_calling) +
			texts_octets(route->match.carrier, route->match.n_carrier);
	room->lists += route->n_to + route->match.n_calling + route->match.n_carrier;
	room->windows += route->match.n_times;
}

static int table_alloc(struct route_table *table, const struct conf_route *routes, size_t n)
{
	struct room room = { 1, 1, 1, 1 };

	for (size_t i = 0; i < n; i++)
		room_add(&room, &routes[i]);
	table->routes = calloc(n + 1, sizeof(*table->routes));
	table->next = calloc(n + 1, sizeof(*table->next));
	table->pool = calloc(1, room.octets);
	table->lists = calloc(room.lists, sizeof(*table->lists));
	table->maps = calloc(room.maps, sizeof(*table->maps));
	table->windows = calloc(room.windows, sizeof(*table->windows));
	if (!table->routes || !table->next || !table->pool || !table->lists || !table->maps ||
	    !table->windows)
		return -ENOMEM;
	return 0;
}

static int digits_put(struct route_table *table, struct route *route, const char *text)
{
	struct digit_map *map = &table->maps[table->n_maps];
	unsigned wrong_at;

	if (!text)
		return 0;
	route->digits = map;
	table->n_maps++;
	return digit_map_parse(map, text, &wrong_at);
}

/* Where the next text, list and window go. */
struct filling {
	char *text;
	const char **list;
	struct week_window *window;
};

static const char *const *list_put(struct filling *at, char *const *texts, size_t n)
{
	const char *const *list = at->list;

	for (size_t i = 0; i < n; i++)
		*at->list++ = pool_put(&at->text, texts[i]);
	return list;
}

static int match_put(struct filling *at, struct route *route, const struct conf_route_match *match)
{
	route->calling = list_put(at, match->calling, match->n_calling);
	route->n_calling = match->n_calling;
	route->categories = route_categories(match->category, match->n_category);
	route->bearers = route_bearers(match->bearer, match->n_bearer);
	route->carriers = list_put(at, match->carrier, match->n_carrier);
	route->n_carriers = match->n_carrier;
	route->times = at->window;
	route->n_times = match->n_times;
	for (size_t i = 0; i < match->n_times; i++)
		if (week_parse(at->window++, match->times[i]))
			return -EINVAL;
	return 0;
}

static int route_put(struct route_table *table, struct filling *at, const struct conf_route *conf)
{
	struct route *route = &table->routes[table->n_routes];
	int err;

	route->name = pool_put(&at->text, conf->name);
	route->prefix = pool_put(&at->text, conf->prefix ? conf->prefix : "");
	route->from = pool_put(&at->text, conf->from);
	route->prepend = pool_put(&at->text, conf->prepend);
	route->enum_root = pool_put(&at->text, conf->enum_root);
	route->to = list_put(at, conf->to, conf->n_to);
	route->n_to = conf->n_to;
	route->strip = conf->strip;
	route->no_answer_ms = conf->no_answer_ms;
	route->rtp_timeout_ms = conf->rtp_timeout_ms;
	route->silence_ms = conf->silence_ms;
	route->rtp_failure_keep = conf->rtp_failure_keep;
	route->overlap = conf->overlap;
	route->hunt = conf->hunt;
	route->emergency = conf->emergency;
	route->carrier = conf->carrier;
	route->use = route_use_new(conf->name);
	if (!route->use)
		return -ENOMEM;
	table->n_routes++;
	err = match_put(at, route, &conf->match);
	if (!err)
		err = digits_put(table, route, conf->digits);
	return err;
}

static int table_fill(struct route_table *table, const struct conf_route *routes, size_t n)
{
	struct filling at = { table->pool, table->lists, table->windows };
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = route_put(table, &at, &routes[i]);
	return err ? err : table_link(table);
}

struct route_table *route_table_new(const struct conf_route *routes, size_t n)
{
	struct route_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	if (table_alloc(table, routes, n) || table_fill(table, routes, n)) {
		route_table_free(table);
		return NULL;
	}
	return table;
}

void route_table_free(struct route_table *table)
{
	if (!table)
		return;
	for (size_t r = 0; r < table->n_routes; r++)
		route_use_unref(table->routes[r].use);
	free(table->routes);
	free(table->next);
	trie_free(&table->trie);
	free(table->pool);
	free(table->lists);
	free(table->windows);
	free(table->maps);
	free(table);
}

/* The first route of this prefix that fits; they lie in the order in which they are asked. NULL:
 * none. */
static const struct route *node_route(const struct route_table *table, const struct trie_node *node,
				      const struct route_query *query)
{
	if (node->branches & TRIE_MARK)
		return &table->routes[node->value - 1];
	for (uint32_t r = node->value; r; r = table->next[r - 1])
		if (route_match(&table->routes[r - 1], query) == ROUTE_FITS)
			return &table->routes[r - 1];
	return NULL;
}

/* Whether a longer number could reach a route: a bounded descent, as a number has at most
 * ROUTE_NUMBER_MAX digits. */
static bool deeper_route(const struct route_table *table, const struct trie_node *node,
			 const struct route_query *query, uint64_t from)
{
	unsigned n = (unsigned)__builtin_popcount(node->branches & ~TRIE_MARK);

	for (uint32_t i = node->first; i < node->first + n; i++) {
		const struct trie_node *child = &table->trie.nodes[i];

		if (!(table->trie.tags[i] & from))
			continue;
		if (node_route(table, child, query) || deeper_route(table, child, query, from))
			return true;
	}
	return false;
}

enum route_answer route_find(const struct route_table *table, const struct route_query *query,
			     const struct route **route)
{
	const struct trie_node *node = &table->trie.nodes[0];
	size_t i;

	*route = node_route(table, node, query);
	for (i = 0; i < query->number.n; i++) {
		const struct trie_node *next = trie_next(&table->trie, node, query->number.p[i]);
		const struct route *longer;

		if (!next)
			break;
		node = next;
		longer = node_route(table, node, query);
		if (longer)
			*route = longer;
	}
	if (!query->complete && i == query->number.n &&
	    deeper_route(table, node, query, FROM_ANY | from_bit(query->from)))
		return ROUTE_MORE;
	return *route ? ROUTE_FOUND : ROUTE_NONE;
}

void route_explain(const struct route_table *table, const struct route_query *query,
		   void (*fn)(void *arg, const struct route *route, enum route_miss miss),
		   void *arg)
{
	const struct trie_node *path[ROUTE_NUMBER_MAX + 1] = { &table->trie.nodes[0] };
	size_t n = 0;

	while (n < query->number.n && n < ROUTE_NUMBER_MAX) {
		path[n + 1] = trie_next(&table->trie, path[n], query->number.p[n]);
		if (!path[n + 1])
			break;
		n++;
	}
	for (size_t i = n + 1; i-- > 0;)
		for (uint32_t r = path[i]->value; r; r = table->next[r - 1])
			fn(arg, &table->routes[r - 1], route_match(&table->routes[r - 1], query));
}

int route_apply(const struct route *route, struct str number, char *out, size_t cap)
{
	size_t strip = route->strip;
	size_t head = route->prepend ? strlen(route->prepend) : 0;

	if (strip && number.n && number.p[0] == '+') {
		number.p++;
		number.n--;
	}
	if (strip > number.n)
		strip = number.n;
	if (head + number.n - strip >= cap)
		return -ENAMETOOLONG;
	if (head)
		memcpy(out, route->prepend, head);
	if (number.n > strip)
		memcpy(out + head, number.p + strip, number.n - strip);
	out[head + number.n - strip] = '\0';
	return 0;
}

size_t route_table_size(const struct route_table *table)
{
	return table->n_routes;
}

const struct route *route_table_get(const struct route_table *table, size_t index)
{
	return index < table->n_routes ? &table->routes[index] : NULL;
}

struct route *route_table_own(struct route_table *table, size_t index)
{
	return &table->routes[index];
}
