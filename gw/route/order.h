/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* In which order a route's trunk groups are asked. */
#ifndef ROUTE_ORDER_H
#define ROUTE_ORDER_H

#include "gw/route/route.h"

struct route_load { /* of a trunk group now */
	unsigned calls;
	unsigned max; /* 0: not known */
};

/*
 * order: indices of route->to, all of them. weight: each place is drawn by the shares of those that are left; random: one
 * number for each. percentage: first the one that is furthest behind its share, then as listed. least-busy: by
 * calls, or by calls of max where all have one. Nothing is counted.
 */
void route_order(const struct route *route, const struct route_load *loads, const uint32_t *random,
		 uint8_t order[CONF_TARGETS_MAX]);
/* A call went to this one first. */
void route_order_given(const struct route *route, unsigned first);

#endif
