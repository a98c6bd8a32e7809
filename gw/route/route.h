/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Routing: a pure function of a call (number, trunk, caller, category, bearer, carrier, hour) and the routes. The longest prefix
 * with a route that fits wins; of routes of one prefix one that names the trunk, then the one with more conditions, then
 * the one written first.
 */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "gw/base/digit_map.h"
#include "gw/base/str.h"
#include "gw/base/week.h"

#define ROUTE_NUMBER_MAX 40

struct route_table;

/* What became of a route's calls: shared with the table of the same routes after a reload. */
struct route_use {
	char name[32];
	unsigned refs;
	uint64_t calls, answered, failed_over, failed;
	uint64_t given[CONF_TARGETS_MAX]; /* percentage: first choices so far */
};

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
	struct conf_route_overlap overlap;
	/* conditions; none of a kind: any */
	const char *const *calling;
	size_t n_calling;
	uint32_t categories; /* bits by route_category */
	uint32_t bearers;    /* bits by enum leg_bearer */
	const char *const *carriers; /* codes as in struct route_query */
	size_t n_carriers;
	const struct week_window *times;
	size_t n_times;
	struct conf_route_hunt hunt;
	bool emergency, carrier;
	const char *enum_root; /* NULL: the number is not looked up */
	struct route_use *use; /* a reference of its own */
};

struct route_query {
	struct str number;  /* may begin with '+' */
	const char *from;   /* trunk; NULL: only routes of any trunk */
	struct str calling; /* as number; empty: none */
	struct str carrier; /* "+491012", or digits alone of a country that is not known; empty: none is asked for */
	uint8_t category;   /* Q.763 3.11 */
	uint8_t bearer;	    /* enum leg_bearer */
	struct week_time time;
	bool complete; /* no more digits will come, so that ROUTE_MORE is never given */
	bool no_enum;  /* routes that look numbers up do not count: nothing was found */
};

enum route_answer {
	ROUTE_FOUND,	 /* *route is the longest match */
	ROUTE_MORE,	 /* more digits could select a longer prefix than any that matches now */
	ROUTE_NONE,	 /* no route, whatever digits may follow */
};

/* Why a route of a prefix that fits does not count. */
enum route_miss {
	ROUTE_FITS,
	ROUTE_MISS_FROM,
	ROUTE_MISS_CALLING,
	ROUTE_MISS_CATEGORY,
	ROUTE_MISS_BEARER,
	ROUTE_MISS_CARRIER,
	ROUTE_MISS_TIME,
	ROUTE_MISS_ENUM,
};

/* own; copies what it needs from conf. A trie: look-up is O(digits), however many routes. NULL when out of memory. */
struct route_table *route_table_new(const struct conf_route *routes, size_t n);
void route_table_free(struct route_table *table);
/* Routes of the same name go on with the counts of old. -ENOMEM: they begin anew. */
int route_table_inherit(struct route_table *table, const struct route_table *old);
enum route_answer route_find(const struct route_table *table, const struct route_query *query,
			     const struct route **route);
/* Every route whose prefix the number has, in the order in which they are asked. */
void route_explain(const struct route_table *table, const struct route_query *query,
		   void (*fn)(void *arg, const struct route *route, enum route_miss miss), void *arg);
/* "its from is another trunk" */
const char *route_miss_text(enum route_miss miss);
/* The number after strip and prepend; -ENAMETOOLONG. A '+' counts as no digit and is kept unless strip takes digits. */
int route_apply(const struct route *route, struct str number, char *out, size_t cap);
size_t route_table_size(const struct route_table *table);
const struct route *route_table_get(const struct route_table *table, size_t index);
/* Class of a calling party's category: 0 unknown, 1 operator, 2 ordinary, ... as the configuration has them. */
unsigned route_category(uint8_t category);
/* A call that is under way keeps the counts of its route; NULL is fine. */
struct route_use *route_use_ref(struct route_use *use);
void route_use_unref(struct route_use *use);

#endif
