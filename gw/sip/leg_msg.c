/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The messages of a SIP leg: responses (RFC 3261 8.2.6, 13.3), requests in the dialog (12.2.1.1),
 * INVITE (8.1.1, 13.2.1). */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/identity.h"
#include "gw/sip/leg_outgoing.h"
#include "gw/sip/reason.h"

#define SDP_TYPE STR("application/sdp")

static void write_body(struct sip_writer *w, const struct sip_session *session, bool sdp)
{
	if (sdp && session->n_local)
		sip_write_body(w, SDP_TYPE, sip_session_local(session));
	else
		sip_write_end(w);
}

static void write_credentials(struct sip_leg *leg, struct sip_writer *w)
{
	sip_credentials_write(&leg->credentials, w, leg->trunk->user, leg->trunk->password);
}

bool sip_leg_challenged(struct sip_leg *leg, const struct sip_msg *msg)
{
	char cnonce[SIP_TAG_MAX];

	if (msg->status != 401 && msg->status != 407) {
		sip_credentials_accepted(&leg->credentials);
		return false;
	}
	/* The INVITE that made the early dialog had them: a fresh nonce for what follows in it does not
	 * say that they are wrong. Once, so that every further challenge counts (22.2). */
	if (msg->cseq.method != SIP_INVITE && !leg->credentials.let_through) {
		leg->credentials.let_through = true;
		sip_credentials_accepted(&leg->credentials);
	}
	sip_stack_tag(leg->ua->parts.stack, cnonce);
	return leg->trunk->user &&
	       sip_credentials_challenged(&leg->credentials, msg, cnonce, leg->id);
}

/* 21.3.2: the number that the called party has now. */
static void write_moved(struct sip_writer *w, const struct leg_release *release, struct str host)
{
	sip_write_begin(w, SIP_H_CONTACT);
	sip_write_c(w, "<");
	sip_identity_write_uri(w, &release->new_number, host, 0);
	sip_write_c(w, ">");
	sip_write_crlf(w);
}

/* RFC 3398 7.2.4.1: causes 32 to 47 are of a fault that passes, and Retry-After goes well with them. */
static void write_retry_after(struct sip_writer *w, const struct sip_trunk *trunk,
			      enum q850_cause cause)
{
	if (trunk->retry_after_s && cause_is_of_resources(cause))
		sip_write_header_uint(w, SIP_H_RETRY_AFTER, trunk->retry_after_s);
}

static void write_rseq(struct sip_writer *w, uint32_t rseq)
{
	char text[12];

	sip_write_other(w, STR("RSeq"),
			(struct str){ text, str_add_uint(text, sizeof(text), 0, rseq, 10, 1) });
}

/* RFC 6228 5: the status that ends the early dialog. */
static void write_ended_by(struct sip_writer *w, unsigned status)
{
	sip_write_begin(w, SIP_H_REASON);
	sip_write_c(w, "SIP;cause=");
	sip_write_uint(w, status);
	sip_write_crlf(w);
}

static void write_uui(struct sip_writer *w, const struct sip_leg *leg, const struct leg_uui *uui)
{
	if (uui)
		sip_party_uui_write(w, &leg->trunk->party, uui->octets, uui->n);
}

static struct str host_of(const struct sip_leg *leg, const struct sip_sent_by *sent_by)
{
	return str_c(leg->ua->domain ? leg->ua->domain : sent_by->host);
}

/* RFC 7044 9.4; 5: of requests within a dialog there is no history. */
static bool has_history(const struct sip_leg *leg, const struct sip_msg *request, unsigned status)
{
	return status > 100 && request->method == SIP_INVITE && !request->to->tag.n &&
	       sip_party_history_said(&leg->trunk->party);
}

static void write_dues(struct sip_writer *w, const struct sip_leg *leg,
		       const struct sip_sent_by *sent_by, const struct sip_leg_reply *reply)
{
	struct str host = host_of(leg, sent_by);

	if (reply->status > 100 && reply->status < 300)
		sip_ua_write_contact(w, sent_by);
	if (reply->status >= 200 && reply->status < 300)
		sip_ua_write_abilities(w, leg->trunk, false);
	else if (reply->rseq)
		sip_ua_write_allow(w); /* RFC 3311 4: UPDATE may come from here on */
	if (reply->rseq) {
		sip_write_header(w, SIP_H_REQUIRE, STR("100rel"));
		write_rseq(w, reply->rseq);
	}
	/* RFC 5009 8, table 1: not with 199 and final responses */
	if (leg->early_said && leg->state == SIP_LEG_INVITED && reply->status > 100 &&
	    reply->status < 190)
		sip_write_other(w, STR("P-Early-Media"), str_c(leg->early_said));
	if (reply->ended_by)
		write_ended_by(w, reply->ended_by);
	if (reply->connected)
		sip_identity_write_connected(w, &leg->trunk->party, reply->connected, host);
	write_uui(w, leg,
		  reply->user_to_user ? reply->user_to_user
		  : reply->release    ? &reply->release->user_to_user
				      : NULL);
	if (reply->release && reply->status == 301)
		write_moved(w, reply->release, host);
	if (reply->release && reply->status == 503)
		write_retry_after(w, leg->trunk, reply->release->cause);
	if (reply->release)
		sip_reason_write(w, reply->release);
}

int sip_leg_reply(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *request,
		  const struct sip_leg_reply *reply, struct str *text)
{
	struct sip_writer w;
	struct sip_sent_by sent_by;
	struct str message;
	int err = sip_stack_sent_by_hop(leg->ua->parts.stack, sip_txn_hop(txn), &sent_by);

	if (!err) {
		sip_write_open(&w, leg->ua->buffer, SIP_MSG_MAX_OCTETS);
		sip_write_response(&w, request, reply->status, STR_NONE, sip_server_to_tag(txn));
		write_dues(&w, leg, &sent_by, reply);
		if (has_history(leg, request, reply->status))
			sip_party_history_answer(&w, request, host_of(leg, &sent_by), leg->id);
		sip_ua_write_product(leg->ua, &w, SIP_H_SERVER);
		write_body(&w, reply->session ? reply->session : &leg->session, reply->sdp);
		err = sip_write_close(&w, &message);
	}
	if (!err)
		err = sip_server_respond(txn, message);
	if (err)
		log_write(LOG_ERROR, leg->id, "%u not sent: %s", reply->status, strerror(-err));
	else if (text)
		*text = message;
	return err;
}

static int write_own_contact(struct sip_ua *ua, struct sip_writer *w, struct str next_hop)
{
	struct sip_uri uri;
	struct sip_sent_by sent_by;
	int err = sip_uri_parse(&uri, next_hop, NULL);

	if (!err)
		err = sip_stack_sent_by(ua->parts.stack, &uri, &sent_by);
	if (!err)
		sip_ua_write_contact(w, &sent_by);
	return err;
}

int sip_leg_request_write(struct sip_leg_fork *fork, enum sip_method method, uint32_t cseq,
			  bool sdp, const struct leg_release *release, struct str *text)
{
	struct sip_leg *leg = fork->leg;
	const char *older = NULL; /* 22.1: an ACK has the credentials of its INVITE */
	struct sip_writer w;
	int err = 0;

	sip_write_open(&w, leg->ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_dialog_write_line(&fork->dialog, &w, method);
	sip_dialog_write_head(&fork->dialog, &w, method, cseq);
	if (method == SIP_INVITE || method == SIP_UPDATE) {
		err = write_own_contact(leg->ua, &w, sip_dialog_next_hop(&fork->dialog));
		sip_ua_write_abilities(&w, NULL, false);
	} else if (method == SIP_OPTIONS) {
		sip_ua_write_abilities(&w, NULL, true);
	}
	if (method != SIP_ACK || !sip_leg_overlap_authorization(leg, cseq, &older))
		write_credentials(leg, &w);
	else if (older)
		sip_credentials_repeat(&w, older);
	if (release) {
		sip_reason_write(&w, release);
		write_uui(&w, leg, &release->user_to_user);
	}
	sip_ua_write_product(leg->ua, &w, SIP_H_USER_AGENT);
	write_body(&w, sip_leg_fork_session(fork), sdp);
	return err ? err : sip_write_close(&w, text);
}

/* The hop counter of the call comes out of Max-Forwards and goes into it, always smaller
 * (leg_uas.c). */
static unsigned max_forwards(const struct leg_setup *setup)
{
	return setup->hop_counter ? 2u * setup->hop_counter - 2 : 70;
}

/* What goes beyond RFC 3261; a peer that refused extensions gets none, but those that the trunk requires. */
static void write_extensions(struct sip_writer *w, struct sip_leg *leg)
{
	sip_ua_write_allow(w);
	if (!leg->out->no_extensions)
		sip_ua_write_supported(w, leg->trunk, sip_leg_history_wanted(leg->trunk));
	if (leg->trunk->reliable == CONF_RELIABLE_REQUIRED)
		sip_write_header(w, SIP_H_REQUIRE, STR("100rel"));
	if (leg->trunk->p_early_media)
		sip_write_other(w, STR("P-Early-Media"), STR("supported"));
	write_credentials(leg, w);
}

/* The trunk group that the call comes from, where the trunk names it (RFC 4904 5). */
static void write_group_contact(struct sip_writer *w, const struct sip_leg *leg,
				const struct sip_sent_by *sent_by)
{
	size_t before;

	sip_write_begin(w, SIP_H_CONTACT);
	sip_write_c(w, "<sip:");
	before = w->n;
	sip_party_write_group(w, &leg->trunk->party, &leg->out->setup);
	sip_ua_write_contact_host(w, sent_by, w->n != before);
	sip_write_crlf(w);
}

int sip_leg_invite_write(struct sip_leg *leg, struct str next_hop, struct str *text)
{
	const struct sip_leg_outgoing *out = leg->out;
	const struct sip_uri uri = { .text = str_c(out->uri) };
	const struct sip_party_targets targets = sip_leg_history_targets(leg);
	struct str name = str_c(sip_method_name(SIP_INVITE));
	struct sip_uri hop;
	struct sip_sent_by sent_by;
	struct sip_writer w;
	int err = sip_uri_parse(&hop, next_hop, NULL);

	if (!err)
		err = sip_stack_sent_by(leg->ua->parts.stack, &hop, &sent_by);
	if (err)
		return err;
	sip_write_open(&w, leg->ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_write_request_line(&w, name, &uri);
	if (out->route[0]) {
		sip_write_begin(&w, SIP_H_ROUTE);
		sip_write_c(&w, "<");
		sip_write_c(&w, out->route);
		sip_write_c(&w, ">");
		sip_write_crlf(&w);
	}
	sip_write_header_uint(&w, SIP_H_MAX_FORWARDS, max_forwards(&out->setup));
	sip_write_header(&w, SIP_H_FROM, str_c(out->from));
	sip_write_header(&w, SIP_H_TO, str_c(out->to));
	sip_write_header(&w, SIP_H_CALL_ID, str_c(out->call_id));
	sip_write_cseq(&w, out->cseq, name);
	write_group_contact(&w, leg, &sent_by);
	sip_party_write(&w, &leg->trunk->party, &out->setup, &targets,
			str_c(leg->ua->domain ? leg->ua->domain : sent_by.host));
	write_uui(&w, leg, &out->uui);
	if (out->expires_s)
		sip_write_header_uint(&w, SIP_H_EXPIRES, out->expires_s);
	write_extensions(&w, leg);
	sip_ua_write_product(leg->ua, &w, SIP_H_USER_AGENT);
	write_body(&w, &leg->session, true);
	return sip_write_close(&w, text);
}

void sip_leg_ack_send(struct sip_leg_fork *fork, uint32_t cseq)
{
	struct str text;
	int err = sip_leg_request_write(fork, SIP_ACK, cseq, false, NULL, &text);

	if (!err)
		err = sip_ack_send(fork->leg->ua->parts.stack, text,
				   sip_dialog_next_hop(&fork->dialog), fork->leg->id);
	fork->acked = true;
	if (err)
		log_write(LOG_ERROR, fork->leg->id, "ACK not sent: %s", strerror(-err));
}
