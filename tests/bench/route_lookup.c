/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a route costs to find among 10 and among 100,000 prefixes: flat, but for what the processor's
 * caches hold. Numbers are drawn over all prefixes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw/route/route.h"

#define LOOKUPS	   1000000
#define ROUNDS	   3
#define NUMBERS	   4096 /* drawn before the clock starts */
#define DIGITS	   12
#define FLAT_LIMIT 4.0 /* times: a linear search would be 10,000 */

struct bench {
	struct route_table *table;
	char numbers[NUMBERS][DIGITS + 1];
};

static uint32_t seed = 1;

static uint32_t draw(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* "49" and a serial number of five digits: as deep for few routes as for many. */
static void prefix_of(char *text, unsigned i)
{
	size_t n = str_add(text, 16, 0, STR("49"));

	(void)str_add_uint(text, 16, n, i, 10, 5);
}

static int fill(struct bench *b, unsigned n)
{
	static char to[] = "out";
	struct conf_route *routes = calloc(n, sizeof(*routes));
	char(*prefixes)[16] = calloc(n, sizeof(*prefixes));

	if (!routes || !prefixes)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		prefix_of(prefixes[i], i);
		routes[i] = (struct conf_route){
			.name = prefixes[i], .prefix = prefixes[i], .to = { to }, .n_to = 1
		};
	}
	b->table = route_table_new(routes, n);
	free(routes);
	for (unsigned i = 0; i < NUMBERS; i++) {
		size_t length = str_add(b->numbers[i], DIGITS + 1, 0, str_c(prefixes[draw() % n]));

		(void)str_add_uint(b->numbers[i], DIGITS + 1, length, draw() % 100000, 10, 5);
	}
	free(prefixes);
	return b->table ? 0 : -1;
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double round_us(const struct bench *b)
{
	const struct route *route;
	unsigned found = 0;
	double start = cpu_s();

	for (unsigned i = 0; i < LOOKUPS; i++) {
		const struct route_query query = { .number = { b->numbers[i % NUMBERS], DIGITS },
						   .from = "in",
						   .category = 10,
						   .complete = true };

		found += route_find(b->table, &query, &route) == ROUTE_FOUND;
	}
	if (found != LOOKUPS)
		exit(1);
	return (cpu_s() - start) * 1e6 / LOOKUPS;
}

static double measure(unsigned n)
{
	struct bench *b = calloc(1, sizeof(*b));
	double best = 1e9;

	if (!b || fill(b, n))
		exit(1);
	for (unsigned i = 0; i < ROUNDS; i++) {
		double us = round_us(b);

		best = us < best ? us : best;
	}
	route_table_free(b->table);
	free(b);
	return best;
}

int main(void)
{
	double few = measure(10), many = measure(100000);

	printf("bench\troute_lookup_10\t%.3f\tus\t-\t-\t-\n", few);
	printf("bench\troute_lookup_100000\t%.3f\tus\troute_lookup_10\t%.3f\t%.2f\n", many, few,
	       many / few);
	if (many / few > FLAT_LIMIT)
		fprintf(stderr, "route_lookup: %.1f times as long among 100,000 routes\n",
			many / few);
	return many / few > FLAT_LIMIT ? 1 : 0;
}
