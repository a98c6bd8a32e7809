/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Which route and which trunk groups a call gets: the question that the route table is asked, the
 * order of hunting, limits of the trunk that it came by, and what failover is.
 */
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/wall.h"
#include "gw/call/call_private.h"
#include "gw/call/cause.h"
#include "gw/call/trunk.h"
#include "gw/route/order.h"

/* xorshift64* (Vigna 2016): draws for weights, not secrets. */
static uint32_t draw(struct call_core *core)
{
	uint64_t x = core->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	core->random = x;
	return (uint32_t)(x * UINT64_C(2685821657736338717) >> 32);
}

struct week_time call_core_week(const struct call_core *core)
{
	uint64_t us = core->conf.wall_us ? core->conf.wall_us(core->conf.wall_arg) : wall_now_us();

	return week_local((time_t)(us / 1000000));
}

enum route_answer call_route_find(const struct call *call, struct str number,
				  const struct route **route)
{
	struct leg_number calling = call->setup.calling;
	struct number from = { 0 };
	char text[LEG_DIGITS_MAX + 2], carrier[2 * LEG_CARRIER_MAX + 2];
	struct route_query query = { .number = number,
				     .from = call->leg[0]->trunk->name,
				     .category = call->setup.category,
				     .bearer = (uint8_t)call->setup.bearer,
				     .time = call_core_week(call->core),
				     .complete = call->setup.complete,
				     .no_enum = call->no_enum };

	trunk_number_in(call->leg[0]->trunk, &calling);
	from.nature = (enum number_nature)calling.noa;
	memcpy(from.digits, calling.digits, sizeof(from.digits));
	query.carrier =
		(struct str){ carrier, trunk_carrier_in(call->leg[0]->trunk, &call->setup.carrier,
							carrier, sizeof(carrier)) };
	query.calling = (struct str){ text, number_text(&from, text, sizeof(text)) };
	return route_find(call->core->routes, &query, route);
}

bool call_route_spares(const struct call *call)
{
	char text[LEG_DIGITS_MAX + 2];
	const struct route *route;

	(void)call_route_find(call, call_number_text(&call->setup.called, text, sizeof(text)),
			      &route);
	return route && (route->emergency || route->carrier);
}

void call_core_order(struct call_core *core, const struct route *route,
		     uint8_t order[CONF_TARGETS_MAX])
{
	struct route_load loads[CONF_TARGETS_MAX] = { 0 };
	uint32_t random[CONF_TARGETS_MAX] = { 0 };

	for (size_t i = 0; route->hunt.order != CONF_ORDER_LISTED && i < route->n_to; i++) {
		const struct trunk *trunk = call_core_find_trunk(core, route->to[i]);

		random[i] = draw(core);
		if (trunk)
			loads[i] = (struct route_load){ trunk->calls, trunk->max_calls };
	}
	route_order(route, loads, random, order);
}

void call_hunt_begin(struct call *call, const struct route *route)
{
	uint8_t order[CONF_TARGETS_MAX];

	call->n_hunt = call->hunt_at = 0;
	call->tries = 0;
	call_core_order(call->core, route, order);
	for (size_t i = 0; i < route->n_to; i++) {
		struct trunk *trunk = call_core_find_trunk(call->core, route->to[order[i]]);

		/* RFC 4904 5: the caller may name the one that it wants. */
		if (trunk &&
		    (!call->setup.groups.to[0] || strcmp(call->setup.groups.to, trunk->name) == 0))
			call->hunt[call->n_hunt++] = trunk;
	}
	if (route->n_to && !call->n_hunt && call->setup.groups.to[0])
		log_write(LOG_NOTICE, call->record.id, "route %s has no trunk group %s",
			  route->name, call->setup.groups.to);
	call->first_choice = order[0];
	call->attempts_max = route->hunt.attempts;
	call->failover_set = route->hunt.failover_set;
	memcpy(call->failover, route->hunt.failover, sizeof(call->failover));
	(void)str_copy(call->record.route, sizeof(call->record.route), str_c(route->name));
	call->no_answer_ms = route->no_answer_ms;
	call_media_supervise(call, route);
}

void call_route_taken(struct call *call, const struct route *route)
{
	route_use_unref(call->use);
	call->use = route_use_ref(route->use);
	call->use->calls++;
	route_order_given(route, call->first_choice);
}

void call_route_done(struct call *call)
{
	if (call->use && call->answered)
		call->use->answered++;
	else if (call->use)
		call->use->failed++;
	route_use_unref(call->use);
	call->use = NULL;
}

bool call_admitted(struct call *call, const struct route *route)
{
	struct trunk *trunk = call->leg[0]->trunk;
	enum q850_cause cause;

	call->spared = route->emergency || route->carrier;
	if (call->admitted)
		return true;
	call->admitted = true;
	cause = trunk_admit(trunk, TRUNK_IN, call->spared,
			    timer_heap_now_us(call->core->conf.heap));
	if (cause == Q850_NONE)
		return true;
	log_write(LOG_NOTICE, call->record.id, "refused: %s trunk %s may have",
		  cause == Q850_NO_CIRCUIT ? "as many calls are up as" : "more calls a second than",
		  trunk->name);
	call_release_local(call, cause);
	return false;
}

bool call_fails_over(const struct call *call, enum q850_cause cause)
{
	if (!call->failover_set)
		return cause_is_failover(cause);
	return cause < 128 && call->failover[cause / 64] >> cause % 64 & 1;
}

bool call_attempts_left(const struct call *call)
{
	return !call->attempts_max || call->record.attempts < call->attempts_max;
}
