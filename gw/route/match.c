/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Conditions: trunk, caller, category (Q.763 3.11), bearer, carrier (Q.763 3.53, RFC 4694), hour. */
#include "gw/route/match.h"

#include <string.h>

#define WEIGHT_FROM 8 /* more than all others together */

static const char *const categories[] = { "unknown", "operator", "ordinary", "priority",
					  "data",    "test",	 "payphone" };
static const char *const bearers[] = { "speech", "audio", "data" };

enum { CLASS_UNKNOWN, CLASS_OPERATOR, CLASS_ORDINARY };

/* Q.763 3.11: 1 to 5 operators by language, 6 to 8 by agreement, 9 national operator, 10 ordinary, 11
 * priority, 12 data, 13 test, 15 payphone. */
unsigned route_category(uint8_t category)
{
	if (category >= 1 && category <= 9)
		return CLASS_OPERATOR;
	if (category >= 10 && category <= 13)
		return CLASS_ORDINARY + category - 10u;
	return category == 15 ? CLASS_ORDINARY + 4 : CLASS_UNKNOWN;
}

static uint32_t bits_of(const char *const *known, size_t n_known, char *const *words, size_t n)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_known; k++)
			if (strcmp(words[i], known[k]) == 0)
				bits |= 1u << k;
	return bits;
}

uint32_t route_categories(char *const *words, size_t n)
{
	return bits_of(categories, sizeof(categories) / sizeof(categories[0]), words, n);
}

uint32_t route_bearers(char *const *words, size_t n)
{
	return bits_of(bearers, sizeof(bearers) / sizeof(bearers[0]), words, n);
}

unsigned route_weight(const struct route *route)
{
	return (route->from ? WEIGHT_FROM : 0u) + (route->n_calling > 0) +
	       (route->categories != 0) + (route->bearers != 0) + (route->n_carriers > 0) +
	       (route->n_times > 0);
}

static bool calling_fits(const struct route *route, struct str calling)
{
	for (size_t i = 0; i < route->n_calling; i++)
		if (str_starts(calling, str_c(route->calling[i])))
			return true;
	return !route->n_calling;
}

static bool carrier_fits(const struct route *route, struct str carrier)
{
	for (size_t i = 0; i < route->n_carriers; i++)
		if (str_eq(carrier, str_c(route->carriers[i])))
			return true;
	return !route->n_carriers;
}

static bool time_fits(const struct route *route, struct week_time time)
{
	for (size_t i = 0; i < route->n_times; i++)
		if (week_has(&route->times[i], time))
			return true;
	return !route->n_times;
}

enum route_miss route_match(const struct route *route, const struct route_query *query)
{
	if (route->from && (!query->from || strcmp(route->from, query->from) != 0))
		return ROUTE_MISS_FROM;
	if (!calling_fits(route, query->calling))
		return ROUTE_MISS_CALLING;
	if (route->categories && !(route->categories & 1u << route_category(query->category)))
		return ROUTE_MISS_CATEGORY;
	if (route->bearers && !(route->bearers & 1u << query->bearer))
		return ROUTE_MISS_BEARER;
	if (!carrier_fits(route, query->carrier))
		return ROUTE_MISS_CARRIER;
	if (!time_fits(route, query->time))
		return ROUTE_MISS_TIME;
	return route->enum_root && query->no_enum ? ROUTE_MISS_ENUM : ROUTE_FITS;
}

const char *route_miss_text(enum route_miss miss)
{
	static const char *const texts[] = {
		[ROUTE_FITS] = "fits",
		[ROUTE_MISS_FROM] = "from is another trunk",
		[ROUTE_MISS_CALLING] = "the caller's number begins otherwise",
		[ROUTE_MISS_CATEGORY] = "the caller's category is another",
		[ROUTE_MISS_BEARER] = "the bearer is another",
		[ROUTE_MISS_CARRIER] = "the carrier that is asked for is another, or none",
		[ROUTE_MISS_TIME] = "not at this time",
		[ROUTE_MISS_ENUM] = "ENUM found nothing",
	};

	return texts[miss];
}
