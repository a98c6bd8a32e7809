/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The conditions of a route beside its prefix. */
#ifndef ROUTE_MATCH_H
#define ROUTE_MATCH_H

#include "gw/route/route.h"

/* ROUTE_FITS, or the first condition that does not. */
enum route_miss route_match(const struct route *route, const struct route_query *query);
/* How much a route asks for: more is asked before less. */
unsigned route_weight(const struct route *route);
/* Bits of words of the configuration. */
uint32_t route_categories(char *const *words, size_t n);
uint32_t route_bearers(char *const *words, size_t n);

#endif
