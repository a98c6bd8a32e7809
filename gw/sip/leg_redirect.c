/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * 3xx (RFC 3261 8.1.3.4, RFC 3398 8.2.5): the Contacts make a target set. Each is tried once, best q
 * first; a target that redirects adds to the set, as far as that has room, so that a loop ends.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/identity.h"
#include "gw/sip/leg_outgoing.h"

#define USE_PROXY 305

static struct counter followed =
	COUNTER_INIT("causeway_sip_redirects_followed_total", "INVITEs sent to a Contact of a 3xx");
static struct counter left_out =
	COUNTER_INIT("causeway_sip_redirects_left_out_total",
		     "Contacts of a 3xx that were known already, of no use, or too many");

static bool usable(const struct sip_addr *contact)
{
	if (contact->star || contact->uri.text.n >= LEG_URI_MAX)
		return false;
	if (contact->uri.scheme == SIP_SCHEME_TEL)
		return true;
	return contact->uri.scheme == SIP_SCHEME_SIP &&
	       (contact->uri.transport == SIP_PROTO_NONE ||
		contact->uri.transport == SIP_PROTO_UDP || contact->uri.transport == SIP_PROTO_TCP);
}

static bool same_uri(const char *text, const struct sip_uri *other)
{
	struct sip_uri uri;

	return sip_uri_parse(&uri, str_c(text), NULL) == 0 && sip_uri_eq(&uri, other);
}

/* 8.1.3.4: no URI twice. */
static bool known(const struct sip_leg_outgoing *out, const struct sip_uri *uri)
{
	for (unsigned i = 0; i < out->n_targets; i++)
		if (same_uri(out->targets[i].uri, uri))
			return true;
	return false;
}

static bool target_add(struct sip_leg_outgoing *out, const struct sip_addr *contact, bool proxy,
		       const char *diversion)
{
	struct sip_leg_target *target = &out->targets[out->n_targets];

	if (out->n_targets == LEG_TARGETS_MAX || !usable(contact) ||
	    (!proxy && known(out, &contact->uri)))
		return false;
	target->uri = strndup(contact->uri.text.p, contact->uri.text.n);
	if (!target->uri)
		return false;
	target->q = contact->q;
	target->proxy = proxy;
	target->tried = false;
	target->param = proxy ? NULL : sip_party_history_param(contact);
	target->diversion = diversion ? strdup(diversion) : NULL;
	out->n_targets++;
	return true;
}

/* Where the call went first is one of the targets, and was tried. */
static void first_take(struct sip_leg_outgoing *out)
{
	if (out->n_targets)
		return;
	out->targets[0] = (struct sip_leg_target){ .uri = strdup(out->uri), .tried = true };
	out->n_targets = out->targets[0].uri != NULL;
}

/* 305 says which way, not where to: nobody diverts. */
static void contacts_take(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_outgoing *out = leg->out;
	bool proxy = msg->status == USE_PROXY;
	const char *before = out->history.diversion;
	char *added = proxy ? NULL
			    : sip_party_diversion_added(&leg->trunk->party, msg,
							&out->setup.redirection, before, leg->id);

	first_take(out);
	for (const struct sip_addr *a = msg->contact; a; a = a->next) {
		if (target_add(out, a, proxy, proxy ? before : added))
			continue;
		counter_add(&left_out, 1);
		log_write(LOG_NOTICE, leg->id, "redirection to %.*s left out",
			  STR_FMT(a->uri.text));
	}
	free(added);
}

/* Equal ones in the order in which they came. */
static struct sip_leg_target *next_best(struct sip_leg_outgoing *out)
{
	struct sip_leg_target *best = NULL;

	for (unsigned i = 0; i < out->n_targets; i++) {
		struct sip_leg_target *target = &out->targets[i];

		if (!target->tried && (!best || target->q > best->q))
			best = target;
	}
	return best;
}

/* The Request-URI from a Contact: header fields and method in it are not for that place (19.1.1).
 */
static int target_set(struct sip_leg *leg, const char *to, bool proxy)
{
	struct leg_number number = { .noa = LEG_NOA_UNKNOWN };
	struct sip_leg_outgoing *out = leg->out;
	struct sip_uri uri;
	int err = sip_uri_parse(&uri, str_c(to), NULL);

	if (err)
		return err;
	if (uri.scheme != SIP_SCHEME_TEL) {
		struct str text = uri.text;

		if (uri.headers.p)
			text.n = (size_t)(uri.headers.p - 1 - text.p);
		return proxy ? str_copy(out->route, sizeof(out->route), text)
			     : str_copy(out->uri, sizeof(out->uri), text);
	}
	err = proxy ? -EINVAL : sip_identity_number(&uri, &number);
	return err ? err : sip_leg_uri_set(leg, &number);
}

int sip_leg_target_set(struct sip_leg *leg, const char *uri)
{
	return target_set(leg, uri, false);
}

uint32_t sip_leg_cseq_next(const struct sip_leg *leg)
{
	const struct sip_leg_outgoing *out = leg->out;
	uint32_t used = out->cseq > out->cseq_used ? out->cseq : out->cseq_used;

	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n)) {
		const struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		if (fork->dialog.local_cseq > used)
			used = fork->dialog.local_cseq;
	}
	return used + 1;
}

int sip_leg_invite_again(struct sip_leg *leg)
{
	uint32_t before = leg->out->cseq;

	leg->out->cseq = sip_leg_cseq_next(leg);
	sip_leg_forks_drop_of(leg, before);
	return sip_leg_invite_send(leg);
}

bool sip_leg_redirect_next(struct sip_leg *leg)
{
	struct sip_leg_target *target;

	while ((target = next_best(leg->out))) {
		target->tried = true;
		sip_leg_history_moved(leg, target);
		if (target_set(leg, target->uri, target->proxy))
			continue;
		log_write(LOG_INFO, leg->id, "redirected to %s", target->uri);
		if (sip_leg_invite_again(leg) == 0) {
			counter_add(&followed, 1);
			return true;
		}
		log_write(LOG_NOTICE, leg->id, "INVITE to %s not sent", target->uri);
	}
	return false;
}

void sip_leg_new_number_read(const struct sip_msg *msg, struct leg_release *release)
{
	for (const struct sip_addr *a = msg->contact; a; a = a->next) {
		struct leg_number number = { .noa = LEG_NOA_UNKNOWN };

		if (a->star || sip_identity_number(&a->uri, &number))
			continue;
		release->new_number = number;
		return;
	}
}

bool sip_leg_redirect(struct sip_leg *leg, const struct sip_msg *msg, struct leg_release *release)
{
	bool follow = leg->trunk->redirect != CONF_REDIRECT_RELEASE;

	if (follow)
		contacts_take(leg, msg);
	if (follow && next_best(leg->out) && leg->trunk->redirect == CONF_REDIRECT_TELL)
		sip_leg_tell_forwarded(leg);
	if (follow && leg->state == SIP_LEG_CALLING && sip_leg_redirect_next(leg))
		return true;
	if (!release->cause_given)
		release->cause = Q850_REDIRECTION;
	sip_leg_new_number_read(msg, release);
	return false;
}

void sip_leg_redirect_note(struct sip_leg *leg, const struct sip_msg *msg,
			   struct leg_release *release)
{
	if (leg->trunk->redirect != CONF_REDIRECT_RELEASE)
		contacts_take(leg, msg);
	if (!release->cause_given)
		release->cause = Q850_REDIRECTION;
	sip_leg_new_number_read(msg, release);
}
