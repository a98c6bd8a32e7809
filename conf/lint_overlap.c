/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Warnings about overlap dialling (RFC 3578): peers that cannot say that a number is too short, waits that fight each other,
 * and what a route says of digits that never come one by one, or that nobody of its trunks is sent so.
 */
#include <string.h>

#include "conf/check.h"

#define FIRST_DIGITS 3 /* of a split number, without first-digits */

uint32_t conf_lint_timer(const struct conf_report *report, const struct conf_isup *isup,
			 const char *name, const void **place)
{
	for (size_t i = 0; i < isup->n_timers; i++) {
		if (strcmp(isup->timers[i].name, name) != 0)
			continue;
		*place = &isup->timers[i];
		return isup->timers[i].ms;
	}
	return report->lint->timer_default ? report->lint->timer_default(name, isup->ansi_timers)
					   : 0;
}

/* Numbers from the trunk may come digit by digit. NULL: from any. */
static bool overlaps(const struct conf *conf, const char *trunk)
{
	const struct conf_isup *isup;
	const struct conf_sip_trunk *sip;

	if (trunk) {
		isup = conf_isup_find(conf, trunk);
		sip = conf_sip_find(conf, trunk);
		return (isup && !isup->ansi) || (sip && sip->overlap_in != CONF_OVERLAP_IN_OFF);
	}
	for (size_t i = 0; i < conf->n_isups; i++)
		if (!conf->isups[i].ansi)
			return true;
	for (size_t i = 0; i < conf->n_sips; i++)
		if (conf->sips[i].overlap_in != CONF_OVERLAP_IN_OFF)
			return true;
	return false;
}

/* ---- too few digits ---- */

static void lint_484(const struct conf *conf, struct conf_report *report,
		     const struct conf_route *route)
{
	bool overlap = route->from ? conf_isup_find(conf, route->from) != NULL : conf->n_isups > 0;

	for (size_t i = 0; overlap && !route->digits && i < route->n_to; i++) {
		const struct conf_sip_trunk *sip = conf_sip_find(conf, route->to[i]);

		if (sip && sip->no_484)
			conf_report_warn(
				report, &route->to[i],
				"numbers come digit by digit and \"%s\" cannot tell one that "
				"is too short (answers-484 = false); write a digit map: "
				"digits = \"...\"",
				route->to[i]);
	}
}

/* ---- T10 and T35 ---- */

static void lint_waits(struct conf_report *report, const void *place, uint32_t t10, uint32_t t35)
{
	if (t10 && t35 && t10 >= t35)
		conf_report_warn(report, place,
				 "t10 of %u ms is not shorter than t35 of %u ms: digits would be "
				 "given up before a number could be complete; write a shorter t10 "
				 "or a longer t35",
				 t10, t35);
}

/* What the route leaves open is as the trunk has it that the call came from. */
static void lint_route_waits(const struct conf *conf, struct conf_report *report,
			     const struct conf_route *route)
{
	const struct conf_route_overlap *o = &route->overlap;
	const struct conf_isup *isup = route->from ? conf_isup_find(conf, route->from) : NULL;
	const struct conf_sip_trunk *sip = route->from ? conf_sip_find(conf, route->from) : NULL;
	uint32_t t10 = o->t10_ms, t35 = o->t35_ms;
	const void *unused;

	if (!t10 && !t35)
		return;
	if (!t10)
		t10 = isup ? conf_lint_timer(report, isup, "T10", &unused) : sip ? sip->t10_ms : 0;
	if (!t35)
		t35 = isup ? conf_lint_timer(report, isup, "T35", &unused) : sip ? sip->t35_ms : 0;
	lint_waits(report, o->t10_ms ? &o->t10_ms : &o->t35_ms, t10, t35);
}

/* ---- what comes to nothing ---- */

static bool leads_to(const struct conf *conf, const struct conf_route *route, bool sip)
{
	for (size_t i = 0; i < route->n_to; i++)
		if (sip ? conf_sip_find(conf, route->to[i]) != NULL
			: conf_isup_find(conf, route->to[i]) != NULL)
			return true;
	return false;
}

/* The first word of the route that only digits that come one by one give a meaning; NULL: there is none. */
static const void *of_overlap_only(const struct conf_route_overlap *o, const char **word)
{
	const struct {
		bool set;
		const void *place;
		const char *word;
	} words[] = {
		{ o->sip != CONF_OVERLAP_COLLECT, &o->sip, "overlap" },
		{ o->learn != 0, &o->learn, "learn-digits" },
		{ o->t10_ms != 0, &o->t10_ms, "t10" },
		{ o->t35_ms != 0, &o->t35_ms, "t35" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		*word = words[i].word;
		if (words[i].set)
			return words[i].place;
	}
	return NULL;
}

static void lint_unused(const struct conf *conf, struct conf_report *report,
			const struct conf_route *route)
{
	const struct conf_route_overlap *o = &route->overlap;
	bool by_info = o->sip == CONF_OVERLAP_INFO || o->sip == CONF_OVERLAP_184;
	const char *word;
	const void *place = of_overlap_only(o, &word);

	if (place && !overlaps(conf, route->from))
		conf_report_warn(
			report, place,
			"%s of route \"%s\" comes to nothing: its calls have whole numbers; "
			"write overlap-in for the sip trunk that they come from, or leave %s out",
			word, route->name, word);
	else if (o->sip != CONF_OVERLAP_COLLECT && !leads_to(conf, route, true))
		conf_report_warn(report, &o->sip,
				 "overlap is for sip trunks, and route \"%s\" leads to none; write "
				 "overlap-pstn, or leave it out",
				 route->name);
	if (o->pstn != CONF_PSTN_THROUGH && !leads_to(conf, route, false))
		conf_report_warn(report, &o->pstn,
				 "overlap-pstn is for isup trunks, and route \"%s\" leads to none; "
				 "write overlap, or leave it out",
				 route->name);
	if (o->first_digits != FIRST_DIGITS && o->pstn != CONF_PSTN_SPLIT)
		conf_report_warn(
			report, &o->first_digits,
			"first-digits of route \"%s\" is for numbers that are split; write "
			"overlap-pstn = split, or leave it out",
			route->name);
	if (o->session_info && !by_info)
		conf_report_warn(
			report, &o->session_info,
			"overlap-info of route \"%s\" is for digits in INFO; write overlap = "
			"info or \"184\", or leave it out",
			route->name);
}

void conf_lint_overlap(const struct conf *conf, struct conf_report *report)
{
	for (size_t i = 0; i < conf->n_sips; i++)
		if (conf->sips[i].overlap_in != CONF_OVERLAP_IN_OFF)
			lint_waits(report, &conf->sips[i].t10_ms, conf->sips[i].t10_ms,
				   conf->sips[i].t35_ms);
	for (size_t i = 0; i < conf->n_routes; i++) {
		lint_484(conf, report, &conf->routes[i]);
		lint_route_waits(conf, report, &conf->routes[i]);
		lint_unused(conf, report, &conf->routes[i]);
	}
}
