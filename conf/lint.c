/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Warnings about a configuration that is right, and will not do what is meant: routes that are never
 * asked, timers that fight each other, two ends that both want to be master.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/check.h"

#define SAME_PREFIX_MAX 2000 /* routes of one prefix that are compared with each other */
#define TIMER_B		64   /* times T1: RFC 3261 17.1.1.2 */

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static bool same(const char *a, const char *b)
{
	return strcmp(text_of(a), text_of(b)) == 0;
}

/* ---- routes that are never asked ---- */

/* Every text of b is one of a; an a without texts takes all. */
static bool all_in(char *const *a, size_t n_a, char *const *b, size_t n_b)
{
	for (size_t i = 0; n_a && i < n_b; i++) {
		size_t k = 0;

		while (k < n_a && strcmp(a[k], b[i]) != 0)
			k++;
		if (k == n_a)
			return false;
	}
	return !n_a || n_b;
}

static bool callers_in(const struct conf_route_match *a, const struct conf_route_match *b)
{
	for (size_t i = 0; a->n_calling && i < b->n_calling; i++) {
		size_t k = 0;

		while (k < a->n_calling &&
		       strncmp(a->calling[k], b->calling[i], strlen(a->calling[k])) != 0)
			k++;
		if (k == a->n_calling)
			return false;
	}
	return !a->n_calling || b->n_calling;
}

/* Which of two routes of one prefix is asked first: as gw/route/match.c weighs them. */
static unsigned weight(const struct conf_route *route)
{
	return (route->from ? 8u : 0u) + (route->match.n_calling > 0) +
	       (route->match.n_category > 0) + (route->match.n_bearer > 0) +
	       (route->match.n_carrier > 0) + (route->match.n_times > 0);
}

/* Of one prefix: a is asked before b and takes every call that b would. */
static bool shadows(const struct conf_route *a, const struct conf_route *b)
{
	bool first = weight(a) != weight(b) ? weight(a) > weight(b) : a < b;

	return a != b && first && !a->enum_root &&
	       (!a->from || (b->from && same(a->from, b->from))) &&
	       callers_in(&a->match, &b->match) &&
	       all_in(a->match.category, a->match.n_category, b->match.category,
		      b->match.n_category) &&
	       all_in(a->match.bearer, a->match.n_bearer, b->match.bearer, b->match.n_bearer) &&
	       all_in(a->match.carrier, a->match.n_carrier, b->match.carrier, b->match.n_carrier) &&
	       all_in(a->match.times, a->match.n_times, b->match.times, b->match.n_times);
}

static int by_prefix(const void *a, const void *b)
{
	const struct conf_route *const *ra = a, *const *rb = b;
	int order = strcmp(text_of((*ra)->prefix), text_of((*rb)->prefix));

	return order ? order : *ra < *rb ? -1 : 1;
}

static void lint_group(struct conf_report *report, const struct conf_route **routes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n && !shadows(routes[k], routes[i]))
			k++;
		if (k < n)
			conf_report_warn(
				report, &routes[i]->name,
				"route \"%s\" is never asked: route \"%s\" in line %d takes "
				"every call of it; write another prefix or condition, or "
				"leave it out",
				routes[i]->name, routes[k]->name,
				conf_report_line_of(report, &routes[k]->name));
	}
}

static void lint_shadowed(const struct conf *conf, struct conf_report *report)
{
	const struct conf_route **routes = calloc(conf->n_routes + 1, sizeof(struct conf_route *));

	if (!routes) {
		report->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < conf->n_routes; i++)
		routes[i] = &conf->routes[i];
	if (conf->n_routes)
		qsort(routes, conf->n_routes, sizeof(struct conf_route *), by_prefix);
	for (size_t i = 0, end; i < conf->n_routes; i = end) {
		end = i + 1;
		while (end < conf->n_routes && same(routes[i]->prefix, routes[end]->prefix))
			end++;
		lint_group(report, routes + i,
			   end - i < SAME_PREFIX_MAX ? end - i : SAME_PREFIX_MAX);
	}
	free(routes);
}

/* ---- routes that lead nowhere ---- */

static bool refuses_return(const struct conf *conf, const char *trunk)
{
	const struct conf_isup *isup = conf_isup_find(conf, trunk);
	const struct conf_sip_trunk *sip = conf_sip_find(conf, trunk);

	return (isup && isup->policy.return_refused) || (sip && sip->policy.return_refused);
}

static void lint_targets(const struct conf *conf, struct conf_report *report,
			 const struct conf_route *route)
{
	bool elsewhere = false;

	for (size_t i = 0; i < route->n_to; i++) {
		elsewhere = elsewhere || !same(route->from, route->to[i]);
		for (size_t k = 0; k < i; k++)
			if (same(route->to[i], route->to[k]))
				conf_report_warn(
					report, &route->to[i],
					"trunk \"%s\" is asked twice by route \"%s\"; write "
					"it once",
					route->to[i], route->name);
	}
	if (route->from && !elsewhere && refuses_return(conf, route->from))
		conf_report_warn(
			report, &route->to[0],
			"route \"%s\" leads only back to \"%s\", which refuses that; write "
			"another trunk, or return-calls = allow",
			route->name, route->from);
}

/* ---- timers ---- */

/* first must be shorter than second, or second never comes to its right. */
static const struct {
	const char *first, *second, *why;
} pairs[] = {
	{ "T10", "T35", "digits would be given up before a number could be complete" },
	{ "T7", "T9", "no answer would be given up before the address is complete" },
	{ "T11", "T7", "the other end gives up before the early ACM" },
	{ "T1", "T5", "REL would not be repeated" },
	{ "T12", "T13", "BLO would not be repeated" },
	{ "T14", "T15", "UBL would not be repeated" },
	{ "T16", "T17", "RSC would not be repeated" },
	{ "T18", "T19", "CGB would not be repeated" },
	{ "T20", "T21", "CGU would not be repeated" },
	{ "T22", "T23", "GRS would not be repeated" },
};

static void lint_timers(struct conf_report *report, const struct conf_isup *isup)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const void *place = &isup->name;
		uint32_t first = conf_lint_timer(report, isup, pairs[i].first, &place);
		uint32_t second = conf_lint_timer(report, isup, pairs[i].second, &place);

		if (first && second && first >= second)
			conf_report_warn(report, place,
					 "%s of %u ms is not shorter than %s of %u ms: %s; write a "
					 "shorter %s or a longer %s",
					 pairs[i].first, first, pairs[i].second, second,
					 pairs[i].why, pairs[i].first, pairs[i].second);
	}
}

static void lint_no_answer(const struct conf *conf, struct conf_report *report,
			   const struct conf_route *route)
{
	uint32_t timer_b = TIMER_B * conf->sip.t1_ms;

	for (size_t i = 0; route->no_answer_ms && i < route->n_to; i++) {
		const struct conf_isup *isup = conf_isup_find(conf, route->to[i]);
		const void *place = NULL;
		uint32_t t7 = isup ? conf_lint_timer(report, isup, "T7", &place) : 0;

		if (route->no_answer_ms < t7)
			conf_report_warn(
				report, &route->no_answer_ms,
				"no-answer of %u ms ends calls before T7 (%u ms) of \"%s\" "
				"can: an exchange that says nothing counts as no answer, and "
				"no other trunk is tried; write %u ms or more",
				route->no_answer_ms, t7, route->to[i], t7 + 1);
		if (!isup && route->no_answer_ms < timer_b)
			conf_report_warn(
				report, &route->no_answer_ms,
				"no-answer of %u ms ends calls before timer B (%u ms, 64 "
				"times t1): a peer that says nothing counts as no answer, and "
				"no other trunk is tried; write more than %u ms, or a "
				"shorter t1",
				route->no_answer_ms, timer_b, timer_b);
	}
}

static void lint_stack(const struct conf *conf, struct conf_report *report)
{
	if (conf->sip.t2_ms < conf->sip.t1_ms)
		conf_report_warn(
			report, &conf->sip.t2_ms,
			"t2 of %u ms is shorter than t1 of %u ms: requests are repeated at "
			"t2 from the first time on; write %u ms or more",
			conf->sip.t2_ms, conf->sip.t1_ms, conf->sip.t1_ms);
}

/* ---- two masters ---- */

static void lint_clock(const struct conf *conf, struct conf_report *report, size_t index)
{
	const struct conf_span *span = &conf->spans[index];

	for (size_t i = 0; span->cable && i < index; i++) {
		const struct conf_span *other = &conf->spans[i];

		if (!other->cable || !same(span->cable, other->cable) ||
		    span->clock_master != other->clock_master)
			continue;
		conf_report_warn(report, &span->clock_master,
				 "spans \"%s\" and \"%s\" are two ends of a cable, and %s; write "
				 "clock = master at one and clock = line at the other",
				 other->name, span->name,
				 span->clock_master ? "both are clock master"
						    : "neither is clock master");
	}
}

/* Q.764 2.9.1.4: of each circuit one end has control. */
static bool controls_agree(enum conf_control a, enum conf_control b)
{
	static const enum conf_control partner[] = {
		[CONF_CONTROL_POINT_CODE] = CONF_CONTROL_POINT_CODE,
		[CONF_CONTROL_EVEN] = CONF_CONTROL_ODD,
		[CONF_CONTROL_ODD] = CONF_CONTROL_EVEN,
		[CONF_CONTROL_ALL] = CONF_CONTROL_NONE,
		[CONF_CONTROL_NONE] = CONF_CONTROL_ALL,
	};

	return partner[a] == b;
}

/* Two trunk groups that are the two ends of the same circuits. */
static bool two_ends(const struct conf *conf, const struct conf_isup *a, const struct conf_isup *b)
{
	const struct conf_linkset *la = conf_linkset_find(conf, text_of(a->linkset));
	const struct conf_linkset *lb = conf_linkset_find(conf, text_of(b->linkset));

	return la && lb && la->network == lb->network && la->opc == (b->dpc ? b->dpc : lb->dpc) &&
	       lb->opc == (a->dpc ? a->dpc : la->dpc);
}

static void lint_control(const struct conf *conf, struct conf_report *report, size_t index)
{
	const struct conf_isup *isup = &conf->isups[index];

	for (size_t i = 0; i < index; i++) {
		const struct conf_isup *other = &conf->isups[i];

		if (two_ends(conf, isup, other) && !controls_agree(isup->control, other->control))
			conf_report_warn(
				report, &isup->control,
				"isup \"%s\" and \"%s\" are two ends of the same circuits, and "
				"do not agree on who has control in a dual seizure; write "
				"even and odd, all and none, or point-code at both",
				other->name, isup->name);
	}
}

/* ---- rewrite rules ---- */

static void lint_rules(struct conf_report *report, char *const *rules, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			size_t length = strcspn(rules[k], " ");

			if (strncmp(rules[k], rules[i], length) != 0 || rules[k][length - 1] == '$')
				continue;
			conf_report_warn(report, &rules[i],
					 "\"%s\" never comes to its right: \"%s\" before it fits "
					 "first; write it before the other one",
					 rules[i], rules[k]);
			break;
		}
}

static void lint_policy(struct conf_report *report, const struct conf_trunk_policy *policy)
{
	lint_rules(report, policy->rewrite_in, policy->n_rewrite_in);
	lint_rules(report, policy->rewrite_out, policy->n_rewrite_out);
}

/* ---- RTP ---- */

/* A call that a SIP trunk is a side of takes a port for RTP and the next one for RTCP. */
static void lint_ports(const struct conf *conf, struct conf_report *report)
{
	unsigned streams = (conf->rtp.port_last - conf->rtp.port_first + 1u) / 2, circuits = 0;

	for (size_t i = 0; i < conf->n_isups; i++)
		for (size_t k = 0; k < conf->isups[i].n_circuits; k++)
			circuits +=
				(unsigned)__builtin_popcount(conf->isups[i].circuits[k].timeslots);
	if (conf->n_sips && streams < circuits)
		conf_report_warn(report, &conf->rtp.port_first,
				 "the ports are enough for %u calls, and there are %u circuits; "
				 "write a range of at least %u",
				 streams, circuits, 2 * circuits);
}

void conf_lint(const void *object, struct conf_report *report)
{
	const struct conf *conf = object;

	lint_stack(conf, report);
	lint_ports(conf, report);
	for (size_t i = 0; i < conf->n_spans; i++)
		lint_clock(conf, report, i);
	for (size_t i = 0; i < conf->n_isups; i++) {
		lint_timers(report, &conf->isups[i]);
		lint_control(conf, report, i);
		lint_policy(report, &conf->isups[i].policy);
	}
	for (size_t i = 0; i < conf->n_sips; i++)
		lint_policy(report, &conf->sips[i].policy);
	conf_lint_sip(conf, report);
	lint_shadowed(conf, report);
	conf_lint_overlap(conf, report);
	for (size_t i = 0; i < conf->n_routes; i++) {
		lint_targets(conf, report, &conf->routes[i]);
		lint_no_answer(conf, report, &conf->routes[i]);
	}
}
