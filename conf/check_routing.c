/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Checks of what routes and trunks say about routing. */
#include <string.h>

#include "conf/check.h"

#define HUNDRED	       100
#define CARRIER_DIGITS 11 /* LEG_CARRIER_MAX of gw/call/party.h */

static void check_shares(struct conf_report *report, const struct conf_route *route)
{
	bool shared = route->hunt.order == CONF_ORDER_WEIGHT ||
		      route->hunt.order == CONF_ORDER_PERCENTAGE;
	unsigned sum = 0;

	if (!shared && route->hunt.n_shares) {
		conf_report_at(report, route->hunt.shares,
			       "shares are for hunt = weight or percentage; write one of them, or "
			       "leave shares out");
		return;
	}
	if (!shared || !conf_report_usable(report, route->to))
		return;
	if (route->hunt.n_shares != route->n_to) {
		conf_report_at(report,
			       route->hunt.n_shares ? (const void *)route->hunt.shares
						    : &route->hunt.order,
			       "%zu trunks have %zu shares; write shares = {...} with one for each "
			       "trunk of to",
			       route->n_to, route->hunt.n_shares);
		return;
	}
	for (size_t i = 0; i < route->hunt.n_shares; i++)
		sum += route->hunt.shares[i];
	if (!sum || (route->hunt.order == CONF_ORDER_PERCENTAGE && sum != HUNDRED))
		conf_report_at(report, route->hunt.shares, "the shares are %u together; write %s",
			       sum,
			       sum ? "percentages that are 100 together" : "one that is not 0");
}

/* A number that was looked up is called by a URI: only SIP has them. */
static void check_enum(const struct conf *conf, struct conf_report *report,
		       const struct conf_route *route)
{
	for (size_t i = 0; route->enum_root && i < route->n_to; i++)
		if (conf_isup_find(conf, route->to[i]))
			conf_report_at(report, &route->to[i],
				       "an isup trunk cannot call what enum finds; write a sip "
				       "trunk, or leave enum out");
}

/* RFC 4694 4, Q.763 3.53 */
static void check_carriers(struct conf_report *report, const struct conf_route *route)
{
	for (size_t i = 0; i < route->match.n_carrier; i++) {
		const char *code = route->match.carrier[i];
		size_t n = strspn(code + (*code == '+'), "0123456789");

		if (n < 1 || n > CARRIER_DIGITS || code[n + (*code == '+')])
			conf_report_at(report, &route->match.carrier[i],
				       "\"%s\" is no carrier's code; write 1 to %d digits, after + "
				       "and the country code where the trunk has one",
				       code, CARRIER_DIGITS);
	}
}

static void check_policy(struct conf_report *report, const struct conf_trunk_policy *policy,
			 unsigned max_calls)
{
	if (max_calls && policy->max_in > max_calls)
		conf_report_at(report, &policy->max_in,
			       "max-calls-in is more than max-calls; write %u or less", max_calls);
	if (max_calls && policy->max_out > max_calls)
		conf_report_at(report, &policy->max_out,
			       "max-calls-out is more than max-calls; write %u or less", max_calls);
	if (policy->burst && !policy->rate && !policy->rate_in && !policy->rate_out)
		conf_report_at(report, &policy->burst,
			       "call-burst has no rate; write call-rate, call-rate-in or "
			       "call-rate-out, or leave it out");
}

/* A prefix without its country makes nothing of a number. */
static void check_plan(struct conf_report *report, const struct conf_sip_trunk *sip)
{
	const char *country = "write country-code = \"49\", or leave it out";

	if (sip->country || !conf_report_usable(report, &sip->country))
		return;
	if (sip->area)
		conf_report_at(report, &sip->area, "area-code has no country-code; %s", country);
	if (sip->national_prefix)
		conf_report_at(report, &sip->national_prefix,
			       "national-prefix has no country-code; %s", country);
	if (sip->international_prefix)
		conf_report_at(report, &sip->international_prefix,
			       "international-prefix has no country-code; %s", country);
}

void conf_check_routing(const struct conf *conf, struct conf_report *report)
{
	for (size_t i = 0; i < conf->n_isups; i++)
		check_policy(report, &conf->isups[i].policy, conf->isups[i].max_calls);
	for (size_t i = 0; i < conf->n_sips; i++) {
		check_policy(report, &conf->sips[i].policy, conf->sips[i].max_calls);
		check_plan(report, &conf->sips[i]);
	}
	for (size_t i = 0; i < conf->n_routes; i++) {
		check_shares(report, &conf->routes[i]);
		check_enum(conf, report, &conf->routes[i]);
		check_carriers(report, &conf->routes[i]);
	}
}
