/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Routing: a pure function of the called number, the trunk a call came from, and the routes. Longest prefix wins. */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "gw/base/digit_map.h"
#include "gw/base/str.h"

#define ROUTE_NUMBER_MAX 40

struct route_table;

struct route {
	const char *name;
	const char *prefix;
	const char *from; /* NULL: any */
	const char *const *to;
	size_t n_to;
	unsigned strip;
	const char *prepend;
	uint32_t no_answer_ms;
	const struct digit_map *digits; /* which numbers are complete; NULL: not known */
	/* of media; 0: the trunk's */
	uint32_t rtp_timeout_ms, silence_ms;
	bool rtp_failure_keep;
};

enum route_answer {
	ROUTE_FOUND,	 /* *route is the longest match */
	ROUTE_MORE,	 /* more digits could select a longer prefix than any that matches now */
	ROUTE_NONE,	 /* no route, whatever digits may follow */
};

/* own; copies what it needs from conf. A trie: look-up is O(digits), however many routes. NULL when out of memory. */
struct route_table *route_table_new(const struct conf_route *routes, size_t n);
void route_table_free(struct route_table *table);
/* complete: no more digits will come, so that ROUTE_MORE is never given. A route that names the trunk the call came from
 * is preferred over one of the same prefix that names none. number may begin with '+'. */
enum route_answer route_find(const struct route_table *table, struct str number, const char *from, bool complete,
			     const struct route **route);
/* The number after strip and prepend; -ENAMETOOLONG. A '+' counts as no digit and is kept unless strip takes digits. */
int route_apply(const struct route *route, struct str number, char *out, size_t cap);
size_t route_table_size(const struct route_table *table);
const struct route *route_table_get(const struct route_table *table, size_t index);

#endif
