/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Routes in a trie over the characters of a number: look-up takes as many steps as the number has
 * digits. */
#include "gw/route/route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALPHABET "0123456789*#+ABCDE"
#define SYMBOLS	 (sizeof(ALPHABET) - 1)

struct node {
	uint32_t child[SYMBOLS]; /* index in nodes, 0: none */
	uint32_t first_route;	 /* index in next + 1, 0: none */
};

struct route_table {
	struct route *routes; /* own, strings in pool */
	uint32_t *next;	      /* own: next route of the same prefix + 1, 0 ends */
	size_t n_routes;
	struct node *nodes; /* own; nodes[0] is the root */
	size_t n_nodes, cap_nodes;
	char *pool;		/* own: every string of every route */
	const char **lists;	/* own: every to-list */
	struct digit_map *maps; /* own */
	size_t n_maps;
};

static int symbol(char c)
{
	const char *at = c ? strchr(ALPHABET, c) : NULL;

	return at ? (int)(at - ALPHABET) : -1;
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

static int node_add(struct route_table *table, uint32_t *index)
{
	if (table->n_nodes == table->cap_nodes) {
		size_t cap = table->cap_nodes ? 2 * table->cap_nodes : 64;
		struct node *nodes = realloc(table->nodes, cap * sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		table->nodes = nodes;
		table->cap_nodes = cap;
	}
	*index = (uint32_t)table->n_nodes++;
	memset(&table->nodes[*index], 0, sizeof(struct node));
	return 0;
}

static int trie_put(struct route_table *table, uint32_t route)
{
	uint32_t at = 0;

	for (const char *p = table->routes[route].prefix; *p; p++) {
		int s = symbol(*p);
		uint32_t child;

		if (s < 0)
			return -EINVAL;
		child = table->nodes[at].child[s];
		if (!child) {
			int err = node_add(table, &child);

			if (err)
				return err;
			table->nodes[at].child[s] = child;
		}
		at = child;
	}
	uint32_t *link = &table->nodes[at].first_route;

	while (*link)
		link = &table->next[*link - 1];
	*link = route + 1;
	return 0;
}

static int table_alloc(struct route_table *table, const struct conf_route *routes, size_t n)
{
	size_t octets = 1, lists = 1;
	uint32_t root;

	size_t maps = 0;

	for (size_t i = 0; i < n; i++) {
		maps += routes[i].digits != NULL;
		octets += text_octets(routes[i].name) + text_octets(routes[i].prefix) + 1 +
			  text_octets(routes[i].from) + text_octets(routes[i].prepend);
		for (size_t t = 0; t < routes[i].n_to; t++)
			octets += text_octets(routes[i].to[t]);
		lists += routes[i].n_to;
	}
	table->routes = calloc(n + 1, sizeof(*table->routes));
	table->next = calloc(n + 1, sizeof(*table->next));
	table->pool = calloc(1, octets);
	table->lists = calloc(lists, sizeof(*table->lists));
	table->maps = calloc(maps + 1, sizeof(*table->maps));
	if (!table->routes || !table->next || !table->pool || !table->lists || !table->maps)
		return -ENOMEM;
	return node_add(table, &root);
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

static int table_fill(struct route_table *table, const struct conf_route *routes, size_t n)
{
	char *at = table->pool;
	const char **list = table->lists;

	for (size_t i = 0; i < n; i++) {
		struct route *route = &table->routes[i];
		int err;

		route->name = pool_put(&at, routes[i].name);
		route->prefix = pool_put(&at, routes[i].prefix ? routes[i].prefix : "");
		route->from = pool_put(&at, routes[i].from);
		route->prepend = pool_put(&at, routes[i].prepend);
		route->to = list;
		route->n_to = routes[i].n_to;
		for (size_t t = 0; t < routes[i].n_to; t++)
			*list++ = pool_put(&at, routes[i].to[t]);
		route->strip = routes[i].strip;
		route->no_answer_ms = routes[i].no_answer_ms;
		route->rtp_timeout_ms = routes[i].rtp_timeout_ms;
		route->silence_ms = routes[i].silence_ms;
		route->rtp_failure_keep = routes[i].rtp_failure_keep;
		err = digits_put(table, route, routes[i].digits);
		if (!err)
			err = trie_put(table, (uint32_t)i);
		if (err)
			return err;
		table->n_routes++;
	}
	return 0;
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
	free(table->routes);
	free(table->next);
	free(table->nodes);
	free(table->pool);
	free(table->lists);
	free(table->maps);
	free(table);
}

/* The route of this node for calls from that trunk: one that names it before one that names none.
 */
static const struct route *node_route(const struct route_table *table, const struct node *node,
				      const char *from)
{
	const struct route *any = NULL;

	for (uint32_t r = node->first_route; r; r = table->next[r - 1]) {
		const struct route *route = &table->routes[r - 1];

		if (route->from && from && strcmp(route->from, from) == 0)
			return route;
		if (!route->from && !any)
			any = route;
	}
	return any;
}

/* Whether a longer number could reach a route: a bounded descent, as a number has at most
 * ROUTE_NUMBER_MAX digits. */
static bool deeper_route(const struct route_table *table, const struct node *node, const char *from)
{
	for (size_t s = 0; s < SYMBOLS; s++) {
		if (!node->child[s])
			continue;
		const struct node *child = &table->nodes[node->child[s]];

		if (node_route(table, child, from) || deeper_route(table, child, from))
			return true;
	}
	return false;
}

enum route_answer route_find(const struct route_table *table, struct str number, const char *from,
			     bool complete, const struct route **route)
{
	const struct node *node = &table->nodes[0];
	size_t i;

	*route = node_route(table, node, from);
	for (i = 0; i < number.n; i++) {
		int s = symbol(number.p[i]);
		const struct route *longer;

		if (s < 0 || !node->child[s])
			break;
		node = &table->nodes[node->child[s]];
		longer = node_route(table, node, from);
		if (longer)
			*route = longer;
	}
	if (!complete && i == number.n && deeper_route(table, node, from))
		return ROUTE_MORE;
	return *route ? ROUTE_FOUND : ROUTE_NONE;
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
