/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The SIP leg that calls its peer: setup to INVITE (RFC 3398 8.2.1), responses and forks (RFC
 * 3261 13.2.2), CANCEL (9.1). Redirection is in leg_redirect.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/cause.h"
#include "gw/sip/identity.h"
#include "gw/sip/leg_outgoing.h"
#include "gw/sip/party_private.h"
#include "gw/sip/reason.h"

#define FIRST_CSEQ  1
#define ANSWERS_MAX (4 * LEG_FORKS_MAX) /* dialogs, with those that 2xx made after the first */

static struct counter forks_dropped =
	COUNTER_INIT("causeway_sip_early_dialogs_dropped_total",
		     "Early dialogs of a forked INVITE beyond the limit");
static struct counter stray_answers =
	COUNTER_INIT("causeway_sip_stray_answers_total",
		     "2xx from another fork or after CANCEL: acknowledged and ended with BYE");
static struct counter answers_dropped =
	COUNTER_INIT("causeway_sip_answers_dropped_total",
		     "2xx from further forks of an INVITE beyond the limit: not acknowledged");

void sip_leg_outgoing_free(struct sip_leg_outgoing *out)
{
	if (!out)
		return;
	for (unsigned i = 0; i < out->n_targets; i++) {
		free(out->targets[i].uri);
		free(out->targets[i].param);
		free(out->targets[i].diversion);
	}
	sip_leg_history_free(&out->history);
	free(out);
}

static void outgoing_done(struct sip_leg *leg)
{
	sip_leg_outgoing_free(leg->out);
	leg->out = NULL;
}

/* ---- responses ---- */

struct sip_leg_fork *sip_leg_fork_find(const struct sip_leg *leg, struct str tag)
{
	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n)) {
		struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		if (str_eq(fork->dialog.remote_tag, tag))
			return fork;
	}
	return NULL;
}

static struct sip_leg_fork *fork_make(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_fork *fork = sip_leg_fork_new(leg);
	struct str local = leg->out ? str_c(leg->out->from) : msg->from->text;

	if (!fork)
		return NULL;
	if (sip_dialog_open_uac(&fork->dialog, msg, local) == 0) {
		fork->dialog.owner = fork;
		fork->rank = sip_leg_overlap_rank(leg, msg);
		fork->cseq = msg->cseq.number;
		if (sip_dialogs_add(&leg->ua->dialogs, &fork->dialog) == 0)
			return fork;
	}
	sip_leg_fork_free(fork);
	return NULL;
}

/* A peer may answer several INVITEs of ours with one To tag. RFC 3262 3: RSeq counts "within a single transaction". */
static void fork_follow(const struct sip_leg *leg, struct sip_leg_fork *fork,
			const struct sip_msg *msg)
{
	if (msg->cseq.number <= fork->cseq)
		return;
	sip_leg_reliable_overtaken(fork);
	fork->cseq = msg->cseq.number;
	fork->rank = sip_leg_overlap_rank(leg, msg);
	fork->early.rseq = 0;
}

/* 12.1.2: the early dialog of a provisional response; NULL: no tag, or too many. */
struct sip_leg_fork *sip_leg_fork_early(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_fork *fork;

	if (!msg->to->tag.n)
		return NULL;
	fork = sip_leg_fork_find(leg, msg->to->tag);
	if (fork) {
		fork_follow(leg, fork, msg);
		return fork;
	}
	if (leg->n_forks >= LEG_FORKS_MAX) {
		counter_add(&forks_dropped, 1);
		log_write(LOG_WARNING, leg->id, "more than %d early dialogs: one ignored",
			  LEG_FORKS_MAX);
		return NULL;
	}
	return fork_make(leg, msg);
}

/* RFC 6432: a provisional response may have a cause, too, of what is told in band. */
static void backward_raise(struct sip_leg *leg, enum leg_ev ev, uint8_t event, bool in_band)
{
	const struct leg_release *told = &leg->out->told;
	struct leg_event e = { .ev = ev,
			       .progress = { .in_band = in_band,
					     .subscriber_free = ev == LEG_EV_ALERTING,
					     .event = event,
					     .cause = told->cause,
					     .location = told->location } };

	if (leg->out->uui_fresh)
		e.progress.user_to_user = leg->out->told_uui;
	leg->out->uui_fresh = false;
	if (leg->leg.call && leg->state == SIP_LEG_CALLING)
		call_raise(&leg->leg, &e);
}

/* RFC 3398 8.2.3; Q.763 3.21 event codes. */
static void progress_raise(struct sip_leg *leg, unsigned status, bool in_band)
{
	bool first = !leg->out->progressed;

	/* The same again, which a proxy or UAS sends to keep the transaction alive (13.3.1.1). */
	if (!first && leg->out->last_status == status && leg->out->last_in_band == in_band &&
	    !leg->out->uui_fresh)
		return;
	leg->out->progressed = true;
	leg->out->last_status = status;
	leg->out->last_in_band = in_band;
	if (status == 180) {
		backward_raise(leg, LEG_EV_ALERTING, first ? 0 : 1, in_band);
		return;
	}
	if (first)
		backward_raise(leg, LEG_EV_ADDRESS_COMPLETE, 0, in_band);
	if (status == 181)
		backward_raise(leg, LEG_EV_PROGRESS, 6, in_band);
	else if (!first)
		backward_raise(leg, LEG_EV_PROGRESS, 2, in_band);
}

void sip_leg_tell_forwarded(struct sip_leg *leg)
{
	leg->out->told.cause = Q850_NONE;
	progress_raise(leg, 181, false);
}

void sip_leg_progress_raise(struct sip_leg *leg, unsigned status, bool in_band)
{
	progress_raise(leg, status, in_band);
	sip_leg_overlap_progressed(leg);
}

/* 13.2.2.4: a 2xx that nobody waits for is acknowledged, and its dialog ended at once. */
static void stray_answer(struct sip_leg_fork *fork, uint32_t cseq)
{
	struct sip_leg *leg = fork->leg;

	counter_add(&stray_answers, 1);
	log_write(LOG_INFO, leg->id, "stray 2xx: ACK and BYE");
	sip_leg_ack_send(fork, cseq);
	sip_leg_bye(fork, &leg->release);
	if (leg->state == SIP_LEG_CANCELLED)
		sip_leg_state_set(leg, SIP_LEG_ENDING);
	sip_leg_settle(leg);
}

static void forks_close_others(struct sip_leg *leg)
{
	struct list_node *next;

	for (struct list_node *n = list_first(&leg->forks); n; n = next) {
		struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		next = list_next(&leg->forks, n);
		if (fork != leg->fork)
			sip_leg_fork_free(fork);
	}
}

/* The session goes on as it became in the early dialog. */
static void session_take(struct sip_leg *leg, struct sip_leg_fork *fork)
{
	if (!fork->session)
		return;
	sip_session_close(&leg->session);
	leg->session = *fork->session;
	free(fork->session);
	fork->session = NULL;
}

static void answer(struct sip_leg *leg, struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	struct leg_event event = { .ev = LEG_EV_ANSWER };
	int err;

	leg->fork = fork;
	forks_close_others(leg);
	sip_leg_state_set(leg, SIP_LEG_UP);
	outgoing_done(leg);
	sip_leg_ack_send(fork, msg->cseq.number);
	sip_leg_overlap_answered(leg, msg->cseq.number);
	sip_leg_early_heard(fork, msg);
	session_take(leg, fork);
	err = sip_leg_fork_settle(fork, msg);
	if (err) {
		sip_leg_bad_answer(leg, "the 2xx");
		sip_leg_abort(leg, err == -ENOTSUP || err == -EAFNOSUPPORT
					   ? Q850_BEARER_NOT_IMPLEMENTED
					   : Q850_PROTOCOL_ERROR);
		return;
	}
	leg->peer_held = fork->settled.held;
	sip_leg_early_over(leg);
	sip_identity_connected(&leg->trunk->party, msg, &event.answer.connected);
	sip_party_uui_read(&leg->trunk->party, msg, leg->id, &event.answer.user_to_user);
	call_raise(&leg->leg, &event);
	sip_leg_reinvite_sync(leg);
	sip_leg_info_sync(leg);
}

static void success(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_fork *fork = sip_leg_fork_find(leg, msg->to->tag);

	if (fork && fork->acked) {
		sip_leg_ack_send(fork, msg->cseq.number);
		return;
	}
	/* The first one, which is awaited, finds no more than LEG_FORKS_MAX. */
	if (!fork && leg->n_forks >= ANSWERS_MAX) {
		counter_add(&answers_dropped, 1);
		log_write(LOG_WARNING, leg->id, "more than %d dialogs: a 2xx ignored", ANSWERS_MAX);
		return;
	}
	if (!fork)
		fork = fork_make(leg, msg);
	if (!fork || sip_dialog_confirm(&fork->dialog, msg)) {
		const struct leg_release release = { .cause = Q850_RESOURCE_UNAVAILABLE,
						     .location = Q850_LOC_PUBLIC_LOCAL };

		log_write(LOG_ERROR, leg->id, "no memory for the answered dialog");
		if (leg->state == SIP_LEG_CALLING || leg->state == SIP_LEG_CANCELLED)
			sip_leg_ended(leg, &release);
		return;
	}
	if (leg->state == SIP_LEG_CALLING)
		answer(leg, fork, msg);
	else
		stray_answer(fork, msg->cseq.number);
}

static unsigned warning_code(const struct sip_msg *msg)
{
	return msg->warning ? msg->warning->code : 0;
}

static void refused(struct sip_leg *leg, const struct leg_release *release)
{
	outgoing_done(leg);
	sip_leg_ended(leg, release);
}

/* Another INVITE is on its way; else release says what to end with. 22.2: first the same one, with credentials. */
static bool tried_again(struct sip_leg *leg, const struct sip_msg *msg, struct leg_release *release)
{
	if (sip_leg_challenged(leg, msg) && sip_leg_invite_again(leg) == 0)
		return true;
	if (msg->status < 400)
		return sip_leg_redirect(leg, msg, release);
	return sip_leg_repair(leg, msg) || (msg->status < 600 && sip_leg_redirect_next(leg));
}

static void failure(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct leg_release release =
		sip_leg_release_read(msg, sip_leg_cause(leg, msg->status, warning_code(msg)),
				     cause_location_from_status(leg->trunk->causes, msg->status));

	release.sip_status = (uint16_t)msg->status;
	sip_party_uui_read(&leg->trunk->party, msg, leg->id, &release.user_to_user);
	if (sip_leg_overlap_failure(leg, msg, &release))
		return;
	if (leg->state != SIP_LEG_CALLING) {
		sip_leg_ended(leg, &release);
		return;
	}
	sip_leg_history_refused(leg, msg, msg->status);
	if (tried_again(leg, msg, &release))
		return;
	if (msg->status >= 400)
		sip_leg_new_number_read(msg, &release);
	log_write(LOG_INFO, leg->id, "INVITE refused with %u: cause %u", msg->status,
		  (unsigned)release.cause);
	refused(leg, &release);
}

static void invite_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (msg->status < 200) {
		sip_leg_provisional(leg, msg);
	} else if (msg->status < 300) {
		(void)sip_leg_challenged(leg, msg);
		success(leg, msg);
	} else {
		failure(leg, msg);
	}
}

static void invite_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;
	const struct leg_release release = { .cause = sip_leg_cause(leg, status, 0),
					     .location = Q850_LOC_PUBLIC_LOCAL,
					     .sip_status = (uint16_t)status };

	if (sip_leg_overlap_refused(leg, sip_leg_overlap_cseq(leg, txn), &release))
		return;
	sip_leg_history_refused(leg, NULL, status);
	if (leg->state == SIP_LEG_CALLING && sip_leg_redirect_next(leg))
		return;
	if (leg->state == SIP_LEG_CALLING || leg->state == SIP_LEG_CANCELLED)
		refused(leg, &release);
}

static void invite_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	if (txn == leg->invite)
		leg->invite = NULL;
	else
		sip_leg_overlap_ended(leg, txn);
	sip_leg_settle(leg);
}

static const struct sip_client_ops invite_ops = {
	.response = invite_response,
	.failed = invite_failed,
	.ended = invite_ended,
};

int sip_leg_invite_send(struct sip_leg *leg)
{
	struct sip_client_params params = { .call = leg->id, .ops = &invite_ops, .user = leg };
	struct sip_txn *txn = NULL;
	int err;

	params.next_hop = str_c(leg->out->route[0] ? leg->out->route : leg->out->uri);
	err = sip_leg_invite_write(leg, params.next_hop, &params.request);
	if (!err)
		err = sip_client_start(leg->ua->parts.stack, &params, &txn);
	if (err)
		return err;
	sip_txn_detach(leg->invite);
	leg->invite = txn;
	return 0;
}

/* RFC 3398 8.2.7: state stays for a 2xx that is on its way already. */
void sip_leg_uac_release(struct sip_leg *leg, const struct leg_release *release)
{
	char reason[128];
	size_t n = sip_reason_text(reason, sizeof(reason), release);

	leg->release = *release;
	sip_leg_state_set(leg, SIP_LEG_CANCELLED);
	if (!leg->overlap)
		sip_client_cancel(leg->invite, (struct str){ reason, n });
	else if (!sip_leg_overlap_cancel(leg, (struct str){ reason, n }))
		sip_leg_over(leg);
}

/* ---- seize ---- */

static int text_end(struct sip_writer *w)
{
	struct str text;

	sip_write_c(w, "");
	if (w->bad || w->n >= w->cap)
		return -EMSGSIZE;
	w->p[w->n] = '\0';
	return sip_write_close(w, &text);
}

static void write_transport(struct sip_writer *w, const struct sip_trunk *trunk)
{
	if (trunk->transport_set)
		sip_write_c(w, trunk->transport == CONF_TCP ? ";transport=tcp" : ";transport=udp");
}

int sip_leg_uri_set(struct sip_leg *leg, const struct leg_number *number)
{
	struct sip_leg_outgoing *out = leg->out;
	struct sip_writer w;

	sip_write_open(&w, out->uri, sizeof(out->uri));
	/* A redirected call goes to that number, and to nothing that was said of the first one. */
	if (number == &out->setup.called)
		sip_party_write_uri(&w, &leg->trunk->party, &out->setup, str_c(leg->trunk->host),
				    (uint16_t)leg->trunk->port);
	else
		sip_identity_write_uri(&w, number, str_c(leg->trunk->host),
				       (uint16_t)leg->trunk->port);
	write_transport(&w, leg->trunk);
	return text_end(&w);
}

int sip_leg_to_set(struct sip_leg *leg, const struct leg_setup *setup)
{
	struct sip_leg_outgoing *out = leg->out;
	const struct leg_number *original = &setup->redirection.original;
	struct sip_party_user to = { .number = &setup->called };
	struct sip_writer w;

	/* RFC 3398 8.2.1.1: To has the original called number, where it may be shown. */
	if (original->digits[0] &&
	    (original->presentation == LEG_PRES_ALLOWED || leg->trunk->trusted))
		to.number = original;
	sip_write_open(&w, out->to, sizeof(out->to));
	sip_write_c(&w, "<");
	sip_party_write_number(&w, &leg->trunk->party, &to, str_c(leg->trunk->host));
	sip_write_c(&w, ">");
	return text_end(&w);
}

static int from_set(struct sip_leg *leg, const struct leg_setup *setup)
{
	struct sip_leg_outgoing *out = leg->out;
	char tag[SIP_TAG_MAX];
	struct sip_sent_by sent_by;
	struct sip_uri uri;
	struct sip_writer w;
	struct str hop = str_c(out->route[0] ? out->route : out->uri);
	int err = sip_uri_parse(&uri, hop, NULL);

	if (!err)
		err = sip_stack_sent_by(leg->ua->parts.stack, &uri, &sent_by);
	if (err)
		return err;
	sip_stack_tag(leg->ua->parts.stack, tag);
	sip_write_open(&w, out->from, sizeof(out->from));
	sip_identity_write_from(&w, &leg->trunk->party, setup,
				str_c(leg->ua->domain ? leg->ua->domain : sent_by.host));
	sip_write_c(&w, ";tag=");
	sip_write_c(&w, tag);
	return text_end(&w);
}

static int route_set(struct sip_leg *leg)
{
	struct sip_writer w;

	if (!leg->trunk->proxy)
		return 0;
	sip_write_open(&w, leg->out->route, sizeof(leg->out->route));
	sip_write_c(&w, "sip:");
	sip_write_c(&w, leg->trunk->proxy);
	write_transport(&w, leg->trunk);
	sip_write_c(&w, ";lr");
	return text_end(&w);
}

/* RFC 6116: what ENUM found is called as it is; it is terminated, as the core keeps it. */
static int uri_of_setup(struct sip_leg *leg, const struct leg_setup *setup)
{
	return setup->target.n ? sip_leg_target_set(leg, setup->target.p)
			       : sip_leg_uri_set(leg, &leg->out->setup.called);
}

static int outgoing_make(struct sip_leg *leg, const struct leg_setup *setup)
{
	struct sip_leg_outgoing *out = calloc(1, sizeof(*out));
	int err;

	if (!out)
		return -ENOMEM;
	leg->out = out;
	out->setup = *setup;
	if (setup->user_to_user.n <= sizeof(out->uui.octets))
		out->uui.n = (uint8_t)setup->user_to_user.n;
	if (out->uui.n)
		memcpy(out->uui.octets, setup->user_to_user.p, out->uui.n);
	out->setup.user_to_user = (struct str){ (const char *)out->uui.octets, out->uui.n };
	out->setup.target = STR_NONE;
	out->cseq = FIRST_CSEQ;
	sip_stack_tag(leg->ua->parts.stack, out->call_id);
	sip_stack_tag(leg->ua->parts.stack, out->call_id + strlen(out->call_id));
	err = route_set(leg);
	if (!err)
		err = uri_of_setup(leg, setup);
	if (!err)
		err = sip_leg_to_set(leg, setup);
	if (!err)
		err = from_set(leg, setup);
	return err;
}

static int offer_make(struct sip_leg *leg, enum q850_cause *cause)
{
	int err = sip_session_offer(&leg->session, leg->want);

	if (err == -ENOTSUP) {
		*cause = Q850_BEARER_NOT_IMPLEMENTED;
		log_write(LOG_NOTICE, leg->id,
			  leg->session.conf.bearer == SESSION_DATA
				  ? "a call for 64 kbit/s, and codecs of %s lack CLEARMODE"
				  : "a call for speech, and codecs of %s lack PCMA and PCMU",
			  leg->trunk->name);
	}
	return err;
}

/* -errno, and the cause that goes with it. */
static int start(struct sip_leg *leg, const struct call *call, const struct leg_setup *setup,
		 enum q850_cause *cause)
{
	int err;

	*cause = Q850_RESOURCE_UNAVAILABLE;
	err = sip_leg_media_open(leg, call,
				 setup->bearer == LEG_BEARER_UNRESTRICTED ? SESSION_DATA
									  : SESSION_SPEECH);
	if (err)
		return err;
	err = offer_make(leg, cause);
	if (!err)
		err = outgoing_make(leg, setup);
	if (!err)
		err = sip_leg_overlap_open(leg, setup);
	if (!err) {
		*cause = Q850_NETWORK_OUT_OF_ORDER;
		err = sip_leg_invite_send(leg);
	}
	if (err && call_media(call))
		media_end_close(call_media(call), leg->leg.side);
	return err;
}

static int trunk_seize(struct trunk *base, struct call *call, const struct leg_setup *setup,
		       const struct leg_attachment *attachment, struct leg **leg_out,
		       enum q850_cause *cause)
{
	struct sip_trunk *trunk = (struct sip_trunk *)base;
	struct sip_leg *leg = sip_leg_new(trunk, SIP_LEG_CALLING);
	int err;

	(void)attachment;
	*cause = Q850_RESOURCE_UNAVAILABLE;
	if (!leg)
		return -ENOMEM;
	leg->leg.side = 1;
	sip_leg_name(leg, call, &setup->called);
	err = start(leg, call, setup, cause);
	if (err) {
		log_write(LOG_ERROR, leg->id, "INVITE to %s not sent: %s", trunk->host,
			  strerror(-err));
		sip_leg_state_set(leg, SIP_LEG_ENDING);
		sip_leg_settle(leg);
		return err;
	}
	call_bind(call, &leg->leg);
	*leg_out = &leg->leg;
	return 0;
}

static bool trunk_available(const struct trunk *base)
{
	const struct sip_trunk *trunk = (const struct sip_trunk *)base;

	return trunk->present && sip_keepalive_up(&trunk->keepalive);
}

const struct trunk_ops sip_trunk_ops = {
	.protocol = "sip",
	.overlap = true,
	.seize = trunk_seize,
	.available = trunk_available,
	.targets = true,
};
