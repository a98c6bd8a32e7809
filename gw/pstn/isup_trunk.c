/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A trunk group of ISUP circuits: made from the configuration, changed by a reload, shown. */
#include "gw/pstn/isup_trunk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "gw/call/trunk.h"
#include "gw/pstn/pstn_private.h"

#define SETTLE_MS 1000

const char *const isup_trunk_columns[] = { "trunk", "cic",	"state",  "blocked", "usable",
					   "span",  "timeslot", "healer", "call" };
const size_t isup_trunk_column_count = 9;

static bool trunk_available(const struct trunk *base)
{
	return isup_available(((const struct isup_trunk *)base)->isup);
}

static unsigned trunk_held_back(const struct trunk *base)
{
	return isup_congestion_share(((const struct isup_trunk *)base)->isup);
}

static void count_usable(struct isup_circuit *circuit, void *arg)
{
	size_t *usable = arg;

	*usable += isup_circuit_usable(circuit) || !isup_circuit_idle(circuit);
}

/* Blocked: every circuit is idle, and none may be taken. */
static enum trunk_state current_state(const struct trunk *base)
{
	const struct isup_trunk *trunk = (const struct isup_trunk *)base;
	size_t usable = 0;

	isup_circuit_each(trunk->isup, count_usable, &usable);
	if (!usable)
		return TRUNK_BLOCKED;
	return isup_congestion_share(trunk->isup) ? TRUNK_CONGESTED : TRUNK_UP;
}

static int policy_set(struct isup_trunk *trunk, const struct conf_isup *conf)
{
	const struct trunk_numbers numbers = { conf->country, conf->area, conf->national_prefix,
					       conf->international_prefix };

	trunk->base.max_calls = conf->max_calls;
	return trunk_policy_set(&trunk->base, &conf->policy, &numbers);
}

/* RFC 3398 13: digits come one by one except in ANSI networks. */
static const struct trunk_ops overlap_ops = {
	.protocol = "isup",
	.overlap = true,
	.seize = isup_leg_seize,
	.available = trunk_available,
	.held_back = trunk_held_back,
	.state = current_state,
};
static const struct trunk_ops en_bloc_ops = {
	.protocol = "isup-ansi",
	.seize = isup_leg_seize,
	.available = trunk_available,
	.held_back = trunk_held_back,
	.state = current_state,
};

static void alarm_changed(void *arg, const char *what, unsigned cic, bool raised)
{
	const struct isup_trunk *trunk = arg;
	char text[80];

	if (cic == ISUP_NO_CIC)
		snprintf(text, sizeof(text), "%s", what);
	else
		snprintf(text, sizeof(text), "circuit %u: %s", cic, what);
	if (raised)
		alarm_raise(trunk->base.name, text);
	else
		alarm_clear(trunk->base.name, text);
}

static struct isup_bearer *bearer_get(struct isup_trunk *trunk, uint16_t cic, struct tdm_span *span,
				      unsigned timeslot)
{
	struct isup_bearer *bearer;

	for (struct list_node *n = list_first(&trunk->bearers); n;
	     n = list_next(&trunk->bearers, n)) {
		bearer = container_of(n, struct isup_bearer, node);
		if (bearer->cic == cic && bearer->span == span && bearer->timeslot == timeslot)
			return bearer;
	}
	bearer = calloc(1, sizeof(*bearer));
	if (!bearer)
		return NULL;
	bearer->trunk = trunk;
	bearer->cic = cic;
	bearer->span = span;
	bearer->timeslot = (uint8_t)timeslot;
	list_append(&trunk->bearers, &bearer->node);
	return bearer;
}

/* Calls fn for every circuit that the configuration names. */
static int each_configured(struct isup_trunk *trunk, const struct conf_isup *conf,
			   int (*fn)(struct isup_trunk *, uint16_t cic, struct tdm_span *,
				     unsigned timeslot))
{
	for (size_t i = 0; i < conf->n_circuits; i++) {
		const struct conf_circuits *c = &conf->circuits[i];
		struct tdm_span *span = trunk->env.span(trunk->env.arg, c->span);
		unsigned cic = c->first_cic;

		if (!span)
			return -ENODEV;
		for (unsigned ts = 1; ts < TDM_TIMESLOTS; ts++) {
			int err = 0;

			if (c->timeslots & (1u << ts))
				err = fn(trunk, (uint16_t)cic++, span, ts);
			if (err)
				return err;
		}
	}
	return 0;
}

/* False: it is busy, and goes when it falls idle. */
static bool take_circuit_away(struct isup_trunk *trunk, struct isup_circuit *circuit)
{
	struct isup_bearer *bearer = isup_circuit_bearer(circuit);

	bearer->leaving =
		isup_circuit_remove(trunk->isup, isup_circuit_cic(circuit), true) == -EBUSY;
	return !bearer->leaving;
}

/* A span that is missing keeps no call. */
static bool keeps_calls(const struct isup_trunk *trunk, const struct tdm_span *span)
{
	return trunk->conf->span_failure == CONF_FAILURE_KEEP &&
	       !(tdm_span_alarms(span) & TDM_ALARM_MISSING);
}

static bool operator_blocks(const struct isup_trunk *trunk, uint16_t cic)
{
	const struct blocking *blocking = trunk->env.blocking;

	return blocking && blocking_has(blocking, trunk->name, cic);
}

static int make_circuit(struct isup_trunk *trunk, struct isup_bearer *bearer)
{
	const struct isup_trunk_env *env = &trunk->env;
	bool failed = env->span_failed && env->span_failed(env->arg, bearer->span);
	bool keeps = failed && keeps_calls(trunk, bearer->span);
	bool noted = operator_blocks(trunk, bearer->cic);

	trunk->blocked_again += noted;
	return isup_circuit_add_blocked(trunk->isup, bearer->cic, bearer, keeps || noted,
					failed && !keeps);
}

/* A circuit that is on another timeslot now, or that an earlier reload has sent away, is made anew
 * once it is gone. */
static int add_circuit(struct isup_trunk *trunk, uint16_t cic, struct tdm_span *span,
		       unsigned timeslot)
{
	struct isup_circuit *have = isup_circuit_find(trunk->isup, cic);
	struct isup_bearer *bearer = bearer_get(trunk, cic, span, timeslot);

	if (!bearer)
		return -ENOMEM;
	if (have && isup_circuit_bearer(have) == bearer && !bearer->leaving)
		return 0;
	if (have && !take_circuit_away(trunk, have)) {
		trunk->unsettled = true;
		return 0;
	}
	bearer->leaving = false;
	return make_circuit(trunk, bearer);
}

/* Circuits as the configuration has them, as far as calls allow; the rest is looked at again. */
static int settle(struct isup_trunk *trunk)
{
	int err;

	trunk->unsettled = false;
	trunk->blocked_again = 0;
	err = each_configured(trunk, trunk->conf, add_circuit);
	if (trunk->blocked_again)
		log_write(LOG_NOTICE, trunk->name, "%u circuits are blocked as they were before",
			  trunk->blocked_again);
	if (trunk->unsettled)
		timer_start_ms(&trunk->settle, SETTLE_MS);
	return err;
}

static void settle_expired(struct timer *timer, void *arg)
{
	struct isup_trunk *trunk = arg;
	int err = settle(trunk);

	if (!err)
		return;
	log_write(LOG_ERROR, trunk->name, "circuits not made: %s", strerror(-err));
	timer_start_ms(timer, SETTLE_MS);
}

static bool conf_has_cic(const struct conf_isup *conf, unsigned cic)
{
	for (size_t i = 0; i < conf->n_circuits; i++) {
		unsigned first = conf->circuits[i].first_cic;
		unsigned count = (unsigned)__builtin_popcount(conf->circuits[i].timeslots);

		if (cic >= first && cic < first + count)
			return true;
	}
	return false;
}

static void retire_unconfigured(struct isup_circuit *circuit, void *arg)
{
	struct isup_trunk *trunk = arg;
	uint16_t cic = isup_circuit_cic(circuit);

	if (!conf_has_cic(trunk->conf, cic))
		(void)take_circuit_away(trunk, circuit);
}

static void timers_of(const struct conf_isup *conf, uint32_t timer_ms[ISUP_TIMERS])
{
	memset(timer_ms, 0, ISUP_TIMERS * sizeof(timer_ms[0]));
	for (size_t i = 0; i < conf->n_timers; i++)
		for (size_t t = 0; t < ISUP_TIMERS; t++)
			if (strcmp(conf->timers[i].name, isup_timer_defs[t].name) == 0)
				timer_ms[t] = conf->timers[i].ms;
}

static const enum isup_hunt hunts[] = {
	[CONF_HUNT_LEAST_RECENT] = ISUP_HUNT_LEAST_RECENTLY_USED,
	[CONF_HUNT_ASCENDING] = ISUP_HUNT_ASCENDING,
	[CONF_HUNT_DESCENDING] = ISUP_HUNT_DESCENDING,
	[CONF_HUNT_CYCLIC] = ISUP_HUNT_CYCLIC,
};

static const enum isup_control controls[] = {
	[CONF_CONTROL_POINT_CODE] = ISUP_CONTROL_POINT_CODE,
	[CONF_CONTROL_EVEN] = ISUP_CONTROL_EVEN,
	[CONF_CONTROL_ODD] = ISUP_CONTROL_ODD,
	[CONF_CONTROL_ALL] = ISUP_CONTROL_ALL,
	[CONF_CONTROL_NONE] = ISUP_CONTROL_NONE,
};

/* A word that the configuration has checked; a linkset without one speaks Q.763. */
static enum isup_variant variant_of(const struct conf_isup *conf,
				    const struct conf_linkset *linkset)
{
	const char *word = conf->variant ? conf->variant : linkset->variant;
	int variant = word ? isup_variant_of(word) : ISUP_ITU;

	return variant < 0 ? ISUP_ITU : (enum isup_variant)variant;
}

static struct isup *isup_make(struct isup_trunk *trunk, const struct conf_isup *conf,
			      const struct conf_linkset *linkset)
{
	struct isup_conf isup = { .name = trunk->name,
				  .variant = trunk->variant,
				  .opc = linkset->opc,
				  .dpc = trunk->dpc,
				  .sls5 = linkset->sls5,
				  .ni = linkset->network,
				  .hunt = hunts[conf->hunt],
				  .control = controls[conf->control],
				  .ansi_timers = conf->ansi_timers,
				  .transponder = conf->transponder,
				  .loop_ack = conf->loop_ack,
				  .min_digits = conf->min_digits };
	const struct isup_user user = { .indicate = isup_leg_indicate,
					.call_id = isup_leg_call_id,
					.alarm = alarm_changed,
					.passes_on = isup_leg_passes_on,
					.continuity =
						trunk->env.check ? isup_trunk_continuity : NULL,
					.arg = trunk };

	timers_of(conf, isup.timer_ms);
	return isup_new(&isup, &user, trunk->env.heap);
}

static void overlap_set(struct isup_trunk *trunk, const struct conf_isup *conf)
{
	trunk->base.overlap.max = conf->overlap.max;
	trunk->base.overlap.time_ms = conf->overlap.time_ms;
}

struct isup_trunk *isup_trunk_new(const struct conf_isup *conf, const struct conf_linkset *linkset,
				  const struct isup_trunk_env *env, int *error)
{
	struct isup_trunk *trunk = calloc(1, sizeof(*trunk));

	*error = -ENOMEM;
	if (!trunk)
		return NULL;
	list_init(&trunk->bearers);
	trunk->name = strdup(conf->name);
	trunk->base.name = trunk->name;
	trunk->conf = conf;
	overlap_set(trunk, conf);
	trunk->env = *env;
	trunk->variant = variant_of(conf, linkset);
	trunk->base.ops = trunk->variant == ISUP_ANSI ? &en_bloc_ops : &overlap_ops;
	trunk->dpc = conf->dpc ? conf->dpc : linkset->dpc;
	if (trunk->name && !policy_set(trunk, conf) &&
	    timer_init(&trunk->settle, env->heap, "circuits", settle_expired, trunk) == 0)
		trunk->isup = isup_make(trunk, conf, linkset);
	trunk->settle.subject = trunk->name;
	if (trunk->isup) {
		isup_set_query(trunk->isup, conf->query_ms);
		*error = settle(trunk);
	}
	if (*error) {
		isup_trunk_free(trunk);
		return NULL;
	}
	return trunk;
}

void isup_trunk_free(struct isup_trunk *trunk)
{
	struct list_node *n;

	if (!trunk)
		return;
	if (trunk->isup)
		isup_circuit_each(trunk->isup, isup_leg_drop, NULL);
	for (n = list_first(&trunk->bearers); n; n = list_next(&trunk->bearers, n))
		isup_trunk_check_close(container_of(n, struct isup_bearer, node));
	isup_free(trunk->isup);
	timer_close(&trunk->settle);
	trunk_policy_free(&trunk->base);
	while ((n = list_first(&trunk->bearers))) {
		list_remove(n);
		free(container_of(n, struct isup_bearer, node));
	}
	free(trunk->name);
	free(trunk);
}

int isup_trunk_reload(struct isup_trunk *trunk, const struct conf_isup *conf)
{
	uint32_t timer_ms[ISUP_TIMERS];
	int err = policy_set(trunk, conf);

	if (err)
		return err;
	trunk->conf = conf;
	overlap_set(trunk, conf);
	timers_of(conf, timer_ms);
	isup_set_timers(trunk->isup, conf->ansi_timers, timer_ms);
	isup_set_hunt(trunk->isup, hunts[conf->hunt], conf->min_digits);
	isup_set_control(trunk->isup, controls[conf->control]);
	isup_set_check(trunk->isup, conf->transponder, conf->loop_ack);
	isup_trunk_set_healer(trunk, trunk->healer);
	isup_set_query(trunk->isup, conf->query_ms);
	timer_stop(&trunk->settle);
	isup_circuit_each(trunk->isup, retire_unconfigured, trunk);
	return settle(trunk);
}

static unsigned heal_steps(const struct conf_isup *conf)
{
	static const char *const names[] = { "reset", "group-reset", "block" };
	unsigned steps = 0;

	for (size_t i = 0; i < conf->n_heal; i++)
		for (unsigned bit = 0; bit < 3; bit++)
			if (strcmp(conf->heal[i], names[bit]) == 0)
				steps |= 1u << bit;
	return steps;
}

void isup_trunk_set_healer(struct isup_trunk *trunk, struct isup_healer *healer)
{
	unsigned steps = heal_steps(trunk->conf);

	trunk->healer = healer;
	isup_set_healer(trunk->isup, steps ? healer : NULL, steps);
}

struct isup *isup_trunk_isup(const struct isup_trunk *trunk)
{
	return trunk->isup;
}

struct trunk *isup_trunk_trunk(struct isup_trunk *trunk)
{
	return &trunk->base;
}

const struct conf_isup *isup_trunk_conf(const struct isup_trunk *trunk)
{
	return trunk->conf;
}

uint32_t isup_trunk_dpc(const struct isup_trunk *trunk)
{
	return trunk->dpc;
}

struct circuit_run {
	uint16_t first;
	unsigned count;
};

/* Runs of circuits on a span; Q.763 3.43: a group message has 32 circuits at most, which a span has
 * not. */
static bool run_next(const struct isup_trunk *trunk, const struct tdm_span *span, size_t *at,
		     struct circuit_run *run)
{
	for (; *at < trunk->conf->n_circuits; ++*at) {
		const struct conf_circuits *c = &trunk->conf->circuits[*at];

		if (strcmp(c->span, span->name) != 0)
			continue;
		*run = (struct circuit_run){ (uint16_t)c->first_cic,
					     (unsigned)__builtin_popcount(c->timeslots) };
		++*at;
		return true;
	}
	return false;
}

/* Q.764 2.8.2.2: hardware oriented blocking ends the calls at both ends, maintenance oriented
 * blocking lets them go on. */
void isup_trunk_span_failed(struct isup_trunk *trunk, const struct tdm_span *span)
{
	enum q850_cause cause = trunk->conf->span_failure == CONF_FAILURE_TEMPORARY
					? Q850_TEMPORARY_FAILURE
					: Q850_NETWORK_OUT_OF_ORDER;
	struct circuit_run run;
	size_t at = 0;

	while (run_next(trunk, span, &at, &run)) {
		if (keeps_calls(trunk, span))
			(void)isup_block_group(trunk->isup, run.first, run.count, false);
		else
			(void)isup_fail_group(trunk->isup, run.first, run.count, cause);
	}
}

/* Those that an operator has blocked as well stay so. */
static void unblock_kept(struct isup_trunk *trunk, const struct circuit_run *run)
{
	uint16_t first = run->first, end = (uint16_t)(run->first + run->count);

	for (uint16_t cic = first; cic <= end; cic++) {
		if (cic < end && !operator_blocks(trunk, cic))
			continue;
		if (cic > first)
			(void)isup_unblock_group(trunk->isup, first, cic - first, false);
		first = (uint16_t)(cic + 1);
	}
}

void isup_trunk_span_recovered(struct isup_trunk *trunk, const struct tdm_span *span)
{
	struct circuit_run run;
	size_t at = 0;

	while (run_next(trunk, span, &at, &run)) {
		(void)isup_unblock_group(trunk->isup, run.first, run.count, true);
		if (trunk->conf->span_failure == CONF_FAILURE_KEEP)
			unblock_kept(trunk, &run);
	}
}

static void circuit_row(struct isup_circuit *circuit, void *arg)
{
	struct table *table = arg;
	const struct isup_bearer *bearer = isup_circuit_bearer(circuit);
	const char *call = isup_leg_call_id(NULL, circuit);
	char blocking[48];

	if (table_row(table))
		return;
	isup_circuit_blocking(circuit, blocking, sizeof(blocking));
	table_set_str(table, 0, str_c(isup_name(isup_circuit_isup(circuit))));
	table_set_int(table, 1, isup_circuit_cic(circuit));
	table_set_str(table, 2, str_c(isup_circuit_state(circuit)));
	table_set_str(table, 3, str_c(blocking));
	table_set_bool(table, 4, isup_circuit_usable(circuit));
	table_set_str(table, 5, str_c(bearer->span->name));
	table_set_int(table, 6, bearer->timeslot);
	table_set_str(table, 7, str_c(isup_circuit_healing(circuit)));
	if (call)
		table_set_str(table, 8, str_c(call));
}

void isup_trunk_show(struct isup_trunk *trunk, struct table *table)
{
	isup_circuit_each(trunk->isup, circuit_row, table);
}

static void count_busy(struct isup_circuit *circuit, void *arg)
{
	size_t *busy = arg;

	if (!isup_circuit_idle(circuit))
		(*busy)++;
}

size_t isup_trunk_busy(struct isup_trunk *trunk)
{
	size_t busy = 0;

	isup_circuit_each(trunk->isup, count_busy, &busy);
	return busy;
}
