/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* 3xx (RFC 3261 8.1.3.4, RFC 3398 8.2.5): the Contacts are tried once each, best q first. */
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/identity.h"
#include "gw/sip/leg_private.h"

#define Q850_REDIRECTION ((enum q850_cause)23) /* redirection to new destination */

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

/* The best Contact that is worse than (or as good as, and later than) the last one taken. */
static const struct sip_addr *next_best(const struct sip_msg *msg, const struct sip_addr *last)
{
	const struct sip_addr *best = NULL;
	bool after_last = false;

	for (const struct sip_addr *a = msg->contact; a; a = a->next) {
		bool left = !last || a->q < last->q || (a->q == last->q && after_last);

		if (a == last)
			after_last = true;
		else if (left && usable(a) && (!best || a->q > best->q))
			best = a;
	}
	return best;
}

static void contacts_take(struct sip_leg_outgoing *out, const struct sip_msg *msg)
{
	const struct sip_addr *a = NULL;

	while (out->n_redirects < LEG_REDIRECTS_MAX && (a = next_best(msg, a))) {
		char *copy = strndup(a->uri.text.p, a->uri.text.n);

		if (!copy)
			break;
		out->redirects[out->n_redirects++] = copy;
	}
}

/* The Request-URI from a Contact: header fields and method in it are not for that place (19.1.1).
 */
int sip_leg_target_set(struct sip_leg *leg, const char *contact)
{
	struct leg_number number = { .noa = LEG_NOA_UNKNOWN };
	struct sip_uri uri;
	int err = sip_uri_parse(&uri, str_c(contact), NULL);

	if (err)
		return err;
	if (uri.scheme != SIP_SCHEME_TEL) {
		struct str text = uri.text;

		if (uri.headers.p)
			text.n = (size_t)(uri.headers.p - 1 - text.p);
		return str_copy(leg->out->uri, sizeof(leg->out->uri), text);
	}
	err = sip_identity_number(&uri, &number);
	return err ? err : sip_leg_uri_set(leg, &number);
}

bool sip_leg_redirect_next(struct sip_leg *leg)
{
	struct sip_leg_outgoing *out = leg->out;
	struct list_node *node;

	while (out->redirect_at < out->n_redirects) {
		const char *contact = out->redirects[out->redirect_at++];

		if (sip_leg_target_set(leg, contact))
			continue;
		/* Early dialogs of the attempt before are gone with it. */
		while ((node = list_first(&leg->forks)))
			sip_leg_fork_free(container_of(node, struct sip_leg_fork, node));
		out->cseq++;
		log_write(LOG_INFO, leg->id, "redirected to %s", contact);
		if (sip_leg_invite_send(leg) == 0)
			return true;
		log_write(LOG_NOTICE, leg->id, "INVITE to %s not sent", contact);
	}
	return false;
}

bool sip_leg_redirect(struct sip_leg *leg, const struct sip_msg *msg, struct leg_release *release)
{
	struct leg_number number;

	if (!leg->out->redirected) {
		leg->out->redirected = true;
		contacts_take(leg->out, msg);
	}
	if (sip_leg_redirect_next(leg))
		return true;
	if (!release->cause_given)
		release->cause = Q850_REDIRECTION;
	for (const struct sip_addr *a = msg->contact; a; a = a->next) {
		if (a->star || sip_identity_number(&a->uri, &number))
			continue;
		memcpy(release->new_number, number.digits, sizeof(release->new_number));
		break;
	}
	return false;
}
