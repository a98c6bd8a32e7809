/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Hunting orders. Every trunk group of the route has its place: one with a share of 0 comes last. */
#include "gw/route/order.h"

static void move_up(uint8_t *order, size_t from, size_t to)
{
	uint8_t one = order[from];

	for (; from > to; from--)
		order[from] = order[from - 1];
	order[to] = one;
}

static uint64_t share(const struct route *route, unsigned target)
{
	return target < route->hunt.n_shares ? route->hunt.shares[target] : 0;
}

/* As RFC 2782 has it for weights: drawn from the running sum of those left. */
static void by_weight(const struct route *route, const uint32_t *random, uint8_t *order)
{
	for (size_t at = 0; at + 1 < route->n_to; at++) {
		uint64_t sum = 0, drawn;
		size_t chosen = at;

		for (size_t i = at; i < route->n_to; i++)
			sum += share(route, order[i]);
		if (!sum)
			return;
		drawn = random[at] % sum;
		while (drawn >= share(route, order[chosen]))
			drawn -= share(route, order[chosen++]);
		move_up(order, chosen, at);
	}
}

/* The one that falls furthest behind its share if it does not get this call. */
static void by_percentage(const struct route *route, uint8_t *order)
{
	uint64_t total = 1, sum = 0;
	int64_t most = INT64_MIN;
	size_t chosen = 0;

	for (unsigned i = 0; i < route->n_to; i++) {
		total += route->use->given[i];
		sum += share(route, i);
	}
	for (unsigned i = 0; i < route->n_to; i++) {
		int64_t behind =
			(int64_t)(share(route, i) * total) - (int64_t)(route->use->given[i] * sum);

		if (share(route, i) && behind > most) {
			most = behind;
			chosen = i;
		}
	}
	move_up(order, chosen, 0);
	/* A share of 0 is for when all others fail. */
	for (size_t i = 1, end = route->n_to; i < end;) {
		if (share(route, order[i])) {
			i++;
			continue;
		}
		end--;
		for (size_t k = i; k < end; k++) {
			uint8_t swap = order[k];

			order[k] = order[k + 1];
			order[k + 1] = swap;
		}
	}
}

static bool busier(const struct route_load *a, const struct route_load *b, bool relative)
{
	if (relative)
		return (uint64_t)a->calls * b->max > (uint64_t)b->calls * a->max;
	return a->calls > b->calls;
}

static void by_load(const struct route *route, const struct route_load *loads, uint8_t *order)
{
	bool relative = true;

	for (size_t i = 0; i < route->n_to; i++)
		relative = relative && loads[i].max;
	for (size_t i = 1; i < route->n_to; i++) {
		size_t to = i;

		while (to && busier(&loads[order[to - 1]], &loads[order[i]], relative))
			to--;
		move_up(order, i, to);
	}
}

void route_order(const struct route *route, const struct route_load *loads, const uint32_t *random,
		 uint8_t order[CONF_TARGETS_MAX])
{
	for (size_t i = 0; i < CONF_TARGETS_MAX; i++)
		order[i] = (uint8_t)i;
	switch (route->hunt.order) {
	case CONF_ORDER_LISTED:
		break;
	case CONF_ORDER_WEIGHT:
		by_weight(route, random, order);
		break;
	case CONF_ORDER_PERCENTAGE:
		by_percentage(route, order);
		break;
	case CONF_ORDER_LEAST_BUSY:
		by_load(route, loads, order);
		break;
	}
}

void route_order_given(const struct route *route, unsigned first)
{
	route->use->given[first]++;
}
