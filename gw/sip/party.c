/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The parties of an INVITE, in order: RFC 3398 7.2.1.1 and 8.2.1.1, and the fields that go with them. */
#include "gw/sip/party.h"

#include <string.h>

#include "gw/sip/identity.h"
#include "gw/sip/party_private.h"

static void text_set(char *dst, size_t cap, const char *text)
{
	(void)str_copy(dst, cap, str_c(text ? text : ""));
}

void sip_party_configure(struct sip_party_conf *party, const struct conf_sip_trunk *conf,
			 const char *domain)
{
	const struct conf_sip_parties *p = &conf->parties;

	memset(party, 0, sizeof(*party));
	party->trusted = conf->trusted;
	party->identity = p->identity;
	party->diversion = p->diversion;
	party->user_to_user = p->user_to_user;
	party->trunk_groups = p->trunk_groups;
	text_set(party->country, sizeof(party->country), conf->country);
	text_set(party->area, sizeof(party->area), conf->area);
	text_set(party->national_prefix, sizeof(party->national_prefix), conf->national_prefix);
	text_set(party->international_prefix, sizeof(party->international_prefix),
		 conf->international_prefix);
	text_set(party->phone_context, sizeof(party->phone_context), p->phone_context);
	text_set(party->trunk_context, sizeof(party->trunk_context),
		 p->trunk_context ? p->trunk_context : domain);
	sip_party_priority_configure(party, p);
}

/* ---- who diverted the call ---- */

static void diverted_take(const struct sip_party_diverted *by, struct leg_redirection *out)
{
	const struct leg_diversion *first = &by->by[0], *last = &by->by[by->n - 1];

	memset(out, 0, sizeof(*out));
	out->counter = (uint8_t)(by->counter < UINT8_MAX ? by->counter : UINT8_MAX);
	out->original = first->number;
	out->original_reason = first->reason;
	out->last = last->number;
	out->reason = last->reason;
	for (unsigned i = 1; i + 1 < by->n && out->n_between < LEG_BETWEEN_MAX; i++)
		out->between[out->n_between++] = by->by[i];
}

/* RFC 3398 7.2.1.1: where To and Request-URI differ, To says who was called first. Both are taken as they were dialled. */
static void original_read(const struct sip_party_conf *party, const struct sip_msg *invite,
			  struct leg_setup *setup)
{
	struct leg_number to = { .noa = LEG_NOA_UNKNOWN };
	struct sip_party_tel tel;

	if (sip_party_tel(&invite->to->uri, &tel) || sip_party_number(party, &tel.tel, true, &to) ||
	    strcmp(to.digits, setup->called.digits) == 0)
		return;
	if (sip_party_number(party, &tel.tel, false, &to) == 0)
		setup->redirection.original = to;
}

static void redirection_read(const struct sip_party_conf *party, const struct sip_msg *invite,
			     const char *subject, struct leg_setup *setup)
{
	struct sip_party_diverted by = { .n = 0 };

	if (sip_party_history_said(party))
		sip_party_history_read(party, invite, subject, &by);
	if (sip_party_diversion_said(party) && !by.n)
		sip_party_diversion_read(party, invite, subject, &by);
	if (by.n)
		diverted_take(&by, &setup->redirection);
	else
		original_read(party, invite, setup);
}

/* ---- the rest ---- */

/* RFC 4904 5: the group that the peer had the call from. */
static void group_read(const struct sip_party_conf *party, const struct sip_msg *invite,
		       struct leg_groups *groups)
{
	struct sip_party_tel tel;

	if (!party->trunk_groups || !party->trusted || !invite->contact || invite->contact->star ||
	    sip_party_tel(&invite->contact->uri, &tel))
		return;
	if (!sip_party_param(&tel.tel, STR("tgrp"), groups->from, sizeof(groups->from)) ||
	    !sip_party_param(&tel.tel, STR("trunk-context"), groups->from_context,
			     sizeof(groups->from_context)))
		groups->from[0] = groups->from_context[0] = '\0';
}

static void caller_read(const struct sip_party_conf *party, const struct sip_msg *invite,
			const char *subject, struct leg_setup *setup)
{
	struct sip_party_tel tel;
	struct sip_addr who;

	sip_identity_read(party, invite, subject, setup, &who);
	setup->category = LEG_CATEGORY_ORDINARY;
	if (party->trusted)
		sip_party_category_read(&who.uri, invite, setup);
	if (sip_party_tel(&who.uri, &tel) == 0)
		sip_party_subaddress_read(&tel.tel, &setup->calling_subaddress);
}

unsigned sip_party_read(const struct sip_party_conf *party, const struct sip_msg *invite,
			const char *subject, struct leg_setup *setup, const char **why)
{
	unsigned status;

	*why = "privacy that is critical cannot be had here";
	if (sip_identity_privacy_unmet(invite))
		return 500; /* RFC 3323 5 */
	caller_read(party, invite, subject, setup);
	redirection_read(party, invite, subject, setup);
	group_read(party, invite, &setup->groups);
	status = sip_party_priority_read(party, invite, subject, &setup->priority);
	*why = "priority is required that is not understood, or not granted";
	return status;
}

void sip_party_write(struct sip_writer *w, const struct sip_party_conf *party,
		     const struct leg_setup *setup, const struct sip_party_targets *targets,
		     struct str host)
{
	sip_identity_write_caller(w, party, setup, host);
	if (sip_party_history_said(party))
		sip_party_history_write(w, party, &setup->redirection, targets, host);
	if (sip_party_diversion_said(party))
		sip_party_diversion_write(w, party, &setup->redirection, targets->diverted, host);
	sip_party_priority_write(w, party, &setup->priority);
	if (party->trusted)
		sip_party_category_language(w, setup->category);
}
