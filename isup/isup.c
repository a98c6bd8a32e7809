/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP between two exchanges: the object, pause and resume. */
#include "isup/isup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isup/isup_private.h"
#include "isup/codec.h"

struct counter isup_bad_messages =
	COUNTER_INIT("causeway_isup_bad_messages_total", "ISUP messages that cannot be decoded");
struct counter isup_unknown_types =
	COUNTER_INIT("causeway_isup_unknown_types_total", "ISUP messages of an unknown type");
struct counter isup_unexpected = COUNTER_INIT(
	"causeway_isup_unexpected_total", "ISUP messages that the circuit's state does not expect");
struct counter isup_dual_seizures =
	COUNTER_INIT("causeway_isup_dual_seizures_total", "Circuits seized by both ends");
struct counter isup_resets =
	COUNTER_INIT("causeway_isup_resets_total", "Circuits reset, by either end");
struct counter isup_blockings =
	COUNTER_INIT("causeway_isup_blockings_total", "Circuits blocked, by either end");
struct counter isup_overloads = COUNTER_INIT("causeway_isup_overloads_total",
					     "Calls answered with OLM by an exchange in overload");
struct counter isup_timer_releases = COUNTER_INIT("causeway_isup_timer_releases_total",
						  "Calls released because a timer ran out");

struct isup *isup_new(const struct isup_conf *conf, const struct isup_user *user,
		      struct timer_heap *heap)
{
	static struct counter *const counters[] = { &isup_bad_messages,	  &isup_unknown_types,
						    &isup_unexpected,	  &isup_dual_seizures,
						    &isup_resets,	  &isup_blockings,
						    &isup_timer_releases, &isup_overloads };
	struct isup *isup = calloc(1, sizeof(*isup));

	if (!isup)
		return NULL;
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		counter_list(counters[i]);
	isup->conf = *conf;
	snprintf(isup->name, sizeof(isup->name), "%s", conf->name);
	isup->conf.name = isup->name;
	isup->user = *user;
	isup->heap = heap;
	list_init(&isup->groups);
	isup->cics = isup_variant_def((uint8_t)conf->variant)->cic_max + 1u;
	isup->circuits = calloc(isup->cics, sizeof(struct isup_circuit *));
	isup_segment_open();
	isup_understand_open();
	if (!isup->circuits || isup_choice_init(isup) || isup_congestion_init(isup) ||
	    isup_query_init(isup) || isup_availability_init(isup)) {
		isup_free(isup);
		return NULL;
	}
	return isup;
}

void isup_free(struct isup *isup)
{
	if (!isup)
		return;
	isup_groups_free(isup);
	isup_congestion_close(isup);
	isup_query_close(isup);
	timer_close(&isup->t4);
	for (unsigned cic = isup->first; cic < isup->end; cic++)
		if (isup->circuits[cic])
			isup_circuit_free(isup->circuits[cic]);
	isup_choice_close(isup);
	free(isup->circuits);
	free(isup);
}

void isup_attach(struct isup *isup, struct mtp *mtp)
{
	isup->mtp = mtp;
}

void isup_set_timers(struct isup *isup, bool ansi, const uint32_t timer_ms[ISUP_TIMERS])
{
	isup->conf.ansi_timers = ansi;
	memcpy(isup->conf.timer_ms, timer_ms, sizeof(isup->conf.timer_ms));
}

void isup_set_hunt(struct isup *isup, enum isup_hunt hunt, unsigned min_digits)
{
	isup->conf.hunt = hunt;
	isup->conf.min_digits = min_digits;
}

uint32_t isup_timer_ms(const struct isup *isup, enum isup_timer_id timer)
{
	const struct isup_timer_def *def = &isup_timer_defs[timer];

	if (isup->conf.timer_ms[timer])
		return isup->conf.timer_ms[timer];
	return isup->conf.ansi_timers ? def->ansi_ms : def->default_ms;
}

bool isup_available(const struct isup *isup)
{
	return isup->mtp && isup->reset_done && !isup->paused && !isup->user_part_lost &&
	       mtp_available(isup->mtp, isup->conf.dpc);
}

const char *isup_name(const struct isup *isup)
{
	return isup->name;
}

enum isup_variant isup_variant(const struct isup *isup)
{
	return isup->conf.variant;
}

void isup_alarm(struct isup *isup, const char *what, unsigned cic, bool raised)
{
	if (isup->user.alarm)
		isup->user.alarm(isup->user.arg, what, cic, raised);
}

/* --- MTP-PAUSE and MTP-RESUME, Q.764 2.14 --- */

static void tell_point(const struct isup *isup, const char *what)
{
	char code[MTP_POINT_MAX];

	mtp_point_print(isup_is_ansi(isup), isup->conf.dpc, code);
	log_write(LOG_NOTICE, isup->name, "point code %s %s", code, what);
}

/* Calls are kept and their timers run; no circuit is seized until the other end can be reached. */
void isup_mtp_pause(struct isup *isup)
{
	if (isup->paused)
		return;
	tell_point(isup, "cannot be reached");
	isup->paused = true;
	isup_user_part_back(isup);
	isup_refresh_all(isup);
}

static void repeat_pending(struct isup_circuit *circuit, void *arg)
{
	struct call_input in = { .err = 0 };

	(void)arg;
	isup_circuit_enter(circuit);
	isup_maintenance_repeat(circuit);
	isup_call_event(circuit, CIC_EV_T1, &in); /* a REL that awaits its RLC, if there is one */
	isup_circuit_leave(circuit);
}

void isup_mtp_resume(struct isup *isup)
{
	if (isup->started && !isup->paused)
		return;
	tell_point(isup, "can be reached");
	isup->paused = false;
	isup->started = true;
	isup_circuit_each(isup, repeat_pending, NULL);
	isup_groups_repeat(isup);
	isup_reset_fresh(isup);
	isup_refresh_all(isup);
}

/* Q.764 2.10 and 2.13. */
void isup_mtp_status(struct isup *isup, enum mtp_status_cause cause, unsigned level)
{
	if (cause == MTP_STATUS_CONGESTION)
		isup_mtp_congested(isup, level);
	else if (!isup->paused)
		isup_user_part_lost(isup, level);
}
