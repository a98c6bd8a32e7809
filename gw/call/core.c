/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The call core: calls by id, trunks, routes, observers, and the birth and end of a call. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/pool.h"
#include "gw/base/wall.h"
#include "gw/call/call_private.h"
#include "gw/call/trunk.h"

#define RELEASE_TIMEOUT_MS                                                                         \
	64000 /* 64*T1 of RFC 3261 twice over: no leg of ours takes longer to let go */

static struct counter calls_total = COUNTER_INIT("causeway_calls_total", "Calls begun");
static struct counter calls_refused =
	COUNTER_INIT("causeway_calls_refused_total",
		     "Calls refused before routing (draining, no media channel, no memory)");

struct call_core *call_core_new(const struct call_core_conf *conf)
{
	struct call_core *core = calloc(1, sizeof(*core));

	if (!core)
		return NULL;
	core->conf = *conf;
	if (!core->conf.release_timeout_ms)
		core->conf.release_timeout_ms = RELEASE_TIMEOUT_MS;
	core->routes = route_table_new(NULL, 0);
	core->numbers = numbers_new(NUMBERS_MAX);
	if (!core->routes || !core->numbers) {
		route_table_free(core->routes);
		numbers_free(core->numbers);
		free(core);
		return NULL;
	}
	core->random = conf->random_seed;
	while (!core->random)
		if (getrandom(&core->random, sizeof(core->random), 0) < 0)
			core->random = wall_now_us();
	list_init(&core->calls);
	core->epoch = (uint32_t)time(NULL);
	counter_list(&calls_total);
	counter_list(&calls_refused);
	trunk_counters_list();
	overlap_counters_list();
	call_show_open(core);
	return core;
}

void call_core_free(struct call_core *core)
{
	if (!core)
		return;
	call_show_close(core);
	route_table_free(core->routes);
	treatments_free(core->treatments);
	numbers_free(core->numbers);
	hash_close(&core->by_id);
	free(core);
}

void call_core_observe(struct call_core *core, struct call_observer *observer)
{
	observer->next = core->observers;
	core->observers = observer;
}

void call_core_add_trunk(struct call_core *core, struct trunk *trunk)
{
	struct trunk **link = &core->trunks;

	trunk->leaving = false;
	while (*link && *link != trunk)
		link = &(*link)->next;
	if (*link)
		return;
	trunk->next = NULL;
	*link = trunk;
}

static void trunk_unlist(struct call_core *core, struct trunk *trunk)
{
	struct trunk **link = &core->trunks;

	while (*link && *link != trunk)
		link = &(*link)->next;
	if (*link)
		*link = trunk->next;
	trunk->leaving = false;
}

void call_core_remove_trunk(struct call_core *core, struct trunk *trunk)
{
	if (trunk->calls)
		trunk->leaving = true;
	else
		trunk_unlist(core, trunk);
}

struct trunk *call_core_find_trunk(const struct call_core *core, const char *name)
{
	for (struct trunk *trunk = core->trunks; trunk; trunk = trunk->next)
		if (!trunk->leaving && strcmp(trunk->name, name) == 0)
			return trunk;
	return NULL;
}

struct trunk *call_core_first_trunk(const struct call_core *core)
{
	return core->trunks;
}

const struct route_table *call_core_routes(const struct call_core *core)
{
	return core->routes;
}

struct numbers *call_core_numbers(const struct call_core *core)
{
	return core->numbers;
}

void call_core_set_routes(struct call_core *core, struct route_table *routes)
{
	if (route_table_inherit(routes, core->routes))
		log_write(LOG_WARNING, "routes", "out of memory: their counts begin anew");
	route_table_free(core->routes);
	core->routes = routes;
}

void call_core_set_treatments(struct call_core *core, struct treatments *treatments)
{
	treatments_free(core->treatments);
	core->treatments = treatments;
}

void call_core_set_load(struct call_core *core, struct load *load)
{
	core->load = load;
}

void call_core_drain(struct call_core *core, bool on)
{
	core->drain = on;
}

size_t call_core_calls(const struct call_core *core)
{
	return core->count;
}

void call_core_each(struct call_core *core, void (*fn)(struct call *call, void *arg), void *arg)
{
	struct list_node *next;

	for (struct list_node *node = list_first(&core->calls); node; node = next) {
		next = list_next(&core->calls, node);
		fn(container_of(node, struct call, node), arg);
	}
}

static void release_one(struct call *call, void *arg)
{
	const enum q850_cause *cause = arg;

	call->untreated = true;
	if (call->state != CALL_ST_CLEARING)
		call_release_local(call, *cause);
	else
		call_treat_end(call);
}

void call_core_release_all(struct call_core *core, enum q850_cause cause)
{
	call_core_each(core, release_one, &cause);
}

static bool id_matches(const struct hash_node *node, const void *key)
{
	return str_eq(str_c(container_of(node, const struct call, by_id)->record.id),
		      *(const struct str *)key);
}

struct call *call_core_find(struct call_core *core, struct str id)
{
	struct hash_node *node = hash_find(&core->by_id, str_hash(id, 0), id_matches, &id);

	return node ? container_of(node, struct call, by_id) : NULL;
}

static int call_open(struct call *call)
{
	struct call_core *core = call->core;
	int err = timer_init(&call->no_answer, core->conf.heap, "no answer", call_no_answer_expired,
			     call);

	if (!err)
		err = timer_init(&call->guard, core->conf.heap, "release guard", call_guard_expired,
				 call);
	if (!err)
		err = timer_init(&call->treatment, core->conf.heap, "treatment", call_treat_expired,
				 call);
	if (!err)
		err = timer_init(&call->lookup_timer, core->conf.heap, "ENUM", call_lookup_expired,
				 call);
	call->lookup_timer.subject = call->record.id;
	call->no_answer.subject = call->guard.subject = call->record.id;
	call->treatment.subject = call->record.id;
	if (!err)
		err = call_overlap_open(call);
	if (!err && core->conf.media) {
		call->media = media_channel_new(core->conf.media, call->record.id, call_media_event,
						call);
		if (!call->media)
			err = -ENOBUFS;
	}
	if (!err)
		err = hash_insert(&core->by_id, &call->by_id, str_hash(str_c(call->record.id), 0));
	return err;
}

static void call_close(struct call *call)
{
	timer_close(&call->no_answer);
	timer_close(&call->guard);
	timer_close(&call->treatment);
	call_lookup_cancel(call);
	timer_close(&call->lookup_timer);
	free(call->targets);
	free(call->kept);
	route_use_unref(call->use);
	call_overlap_close(call);
	if (call->media)
		media_channel_close(call->media, false);
	pool_give(call);
}

/* "6b0143ab-17": when the gateway started, and a serial number. */
static void call_id_make(struct call *call)
{
	char *id = call->record.id;
	size_t cap = sizeof(call->record.id), n = 0;

	n = str_add_uint(id, cap, n, call->core->epoch, 16, 8);
	n = str_add(id, cap, n, STR("-"));
	(void)str_add_uint(id, cap, n, ++call->core->serial, 10, 1);
}

struct call *call_new(struct call_core *core, struct leg *leg, enum q850_cause *cause)
{
	struct call *call = NULL;

	*cause = Q850_TEMPORARY_FAILURE;
	if (!core->drain)
		call = pool_take_zeroed(sizeof(*call));
	if (!call) {
		counter_add(&calls_refused, 1);
		return NULL;
	}
	call->core = core;
	call_id_make(call);
	if (call_open(call)) {
		counter_add(&calls_refused, 1);
		log_write(LOG_ERROR, call->record.id,
			  "call refused: no memory or media channel left");
		*cause = Q850_RESOURCE_UNAVAILABLE;
		call_close(call);
		return NULL;
	}
	list_append(&core->calls, &call->node);
	core->count++;
	counter_add(&calls_total, 1);
	call->record.start_us = wall_now_us();
	call->record.released_by = 2;
	leg->side = 0;
	leg->call = call;
	call->leg[0] = leg;
	leg->trunk->calls++;
	leg->trunk->up[0]++;
	leg->trunk->calls_in++;
	call->record.trunk_in = leg->trunk->name;
	call->record.protocol_in = leg->ops->protocol;
	return call;
}

void call_bind(struct call *call, struct leg *leg)
{
	leg->side = 1;
	leg->call = call;
	call->leg[1] = leg;
	leg->trunk->calls++;
	leg->trunk->up[1]++;
	leg->trunk->calls_out++;
	call->record.trunk_out = leg->trunk->name;
	call->record.protocol_out = leg->ops->protocol;
}

void call_leg_drop(struct call *call, unsigned side)
{
	struct leg *leg = call->leg[side];
	char *text = side ? call->record.leg_out : call->record.leg_in;

	leg->ops->describe(leg, text, sizeof(call->record.leg_in));
	leg->trunk->calls--;
	leg->trunk->up[side]--;
	if (!call->answered)
		leg->trunk->calls_failed++;
	if (leg->trunk->leaving && !leg->trunk->calls)
		trunk_unlist(call->core, leg->trunk);
	if (call->media) {
		media_stats(call->media, side, &call->record.media[side]);
		media_end_close(call->media, side);
	}
	leg->call = NULL;
	call->leg[side] = NULL;
}

void call_end(struct call *call)
{
	struct call_core *core = call->core;

	if (!call->record.end_us)
		call->record.end_us = wall_now_us();
	call_state_set(call, CALL_ST_RELEASED);
	call_route_done(call);
	for (struct call_observer *o = core->observers; o; o = o->next)
		o->ended(o->arg, &call->record);
	list_remove(&call->node);
	hash_remove(&core->by_id, &call->by_id);
	core->count--;
	call_close(call);
}

struct media_channel *call_media(const struct call *call)
{
	return call->media;
}

const char *call_other_protocol(const struct call *call, unsigned side)
{
	return call->leg[!side] ? call->leg[!side]->ops->protocol : NULL;
}

const char *call_rtp_address(const struct call *call)
{
	return call->core->conf.rtp_address;
}

const char *call_id(const struct call *call)
{
	return call->record.id;
}

enum call_state call_state(const struct call *call)
{
	return call->state;
}

struct call_core *call_core_of(const struct call *call)
{
	return call->core;
}
