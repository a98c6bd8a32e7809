/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A route that looks its numbers up (ENUM, RFC 6116): the call waits in CALL_ST_LOCATING, at most
 * so long as the core is told, then is called by what was found. Where nothing was found, routes
 * that look up do not count for it any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/call_private.h"

static struct counter lookups_late =
	COUNTER_INIT("causeway_call_lookup_timeouts_total",
		     "Calls that waited too long for ENUM and went on without");

struct call_targets {
	size_t n, at;
	char uri[CALL_TARGETS_MAX][CALL_TARGET_MAX];
};

void call_core_set_lookup(struct call_core *core, const struct call_lookup *lookup,
			  uint32_t timeout_ms)
{
	counter_list(&lookups_late);
	core->lookup = *lookup;
	core->lookup_ms = timeout_ms;
}

void call_lookup_cancel(struct call *call)
{
	timer_stop(&call->lookup_timer);
	if (call->lookup)
		call->core->lookup.cancel(call->lookup);
	call->lookup = NULL;
}

static void go_on(struct call *call)
{
	call->depth++;
	call_try(call);
	if (--call->depth == 0 && !call->leg[0] && !call->leg[1])
		call_end(call);
}

static int targets_take(struct call *call, const char *const *uris, size_t n)
{
	struct call_targets *targets = n ? calloc(1, sizeof(*targets)) : NULL;

	for (size_t i = 0; targets && i < n && targets->n < CALL_TARGETS_MAX; i++)
		if (!str_copy(targets->uri[targets->n], CALL_TARGET_MAX, str_c(uris[i])))
			targets->n++;
	if (targets && !targets->n) {
		free(targets);
		targets = NULL;
	}
	free(call->targets);
	call->targets = targets;
	return targets ? 0 : -ENOENT;
}

static void on_answer(void *arg, const char *const *uris, size_t n)
{
	struct call *call = arg;

	call->lookup = NULL;
	timer_stop(&call->lookup_timer);
	call->no_enum = targets_take(call, uris, n) != 0;
	if (call->no_enum)
		log_write(LOG_INFO, call->record.id, "ENUM found nothing for %s", call->called_out);
	else
		log_write(LOG_INFO, call->record.id, "ENUM found %s for %s", call->targets->uri[0],
			  call->called_out);
	go_on(call);
}

void call_lookup_expired(struct timer *timer, void *arg)
{
	struct call *call = arg;

	(void)timer;
	counter_add(&lookups_late, 1);
	log_write(LOG_NOTICE, call->record.id, "no answer of ENUM for %s in %u ms",
		  call->called_out, (unsigned)call->core->lookup_ms);
	call_lookup_cancel(call);
	call->no_enum = true;
	go_on(call);
}

/* Whether the answer is on its way. */
static bool ask(struct call *call, const struct route *route)
{
	struct call_core *core = call->core;
	int err;

	/* RFC 6116 3.1: only a whole E.164 number has a name. */
	if (!core->lookup.start || call->called_out[0] != '+')
		return false;
	err = core->lookup.start(core->lookup.arg, str_c(call->called_out), route->enum_root,
				 on_answer, call, &call->lookup);
	if (!err)
		return true;
	call->lookup = NULL;
	log_write(LOG_NOTICE, call->record.id, "%s is not looked up at %s: %s", call->called_out,
		  route->enum_root, strerror(-err));
	return false;
}

bool call_lookup_waits(struct call *call, const struct route *route)
{
	if (!route->enum_root) {
		/* Found for a route that a reload has taken away. */
		free(call->targets);
		call->targets = NULL;
		return false;
	}
	if (call->targets)
		return false;
	if (!call->setup.complete) {
		call_state_set(call, CALL_ST_COLLECTING);
		return true;
	}
	if (!ask(call, route)) {
		call->no_enum = true;
		call_try(call);
		return true;
	}
	call_state_set(call, CALL_ST_LOCATING);
	timer_start_ms(&call->lookup_timer, call->core->lookup_ms);
	return true;
}

struct str call_target(const struct call *call)
{
	return call->targets ? str_c(call->targets->uri[call->targets->at]) : STR_NONE;
}

bool call_target_left(const struct call *call)
{
	return call->targets && call->targets->at + 1 < call->targets->n;
}

void call_target_next(struct call *call)
{
	call->targets->at++;
}

void call_target_first(struct call *call)
{
	if (call->targets)
		call->targets->at = 0;
}
