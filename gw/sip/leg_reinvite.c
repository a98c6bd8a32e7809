/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* re-INVITE both ways (RFC 3261 14): hold and retrieve, media negotiated anew, glare. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/call/cause.h"
#include "gw/sip/leg_private.h"

/* ---- from the peer ---- */

void sip_leg_held(struct sip_leg *leg, bool held)
{
	if (held == leg->peer_held)
		return;
	leg->peer_held = held;
	sip_leg_raise(leg, held ? LEG_EV_HOLD : LEG_EV_RETRIEVE);
}

/* 14.2 and RFC 5407 3.1.4: 0, or the status that refuses a re-INVITE at this moment. */
static unsigned refusal_now(const struct sip_leg *leg)
{
	switch (leg->state) {
	case SIP_LEG_INVITED:
		return 500;
	case SIP_LEG_CALLING:
		return 491;
	case SIP_LEG_ACCEPTED:
	case SIP_LEG_UP:
		return leg->reinvite_busy || (leg->accept.active && leg->accept.offered) ? 491 : 0;
	default:
		return 481;
	}
}

static void accept_reinvite(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg,
			    bool offered)
{
	const struct sip_leg_reply reply = { .status = 200, .sdp = true };
	uint32_t cseq = msg->cseq.number;
	struct str text;

	if (sip_dialog_retarget(&leg->fork->dialog, msg->contact))
		log_write(LOG_ERROR, leg->id, "no memory for the new remote target");
	if (sip_leg_reply(leg, txn, msg, &reply, &text)) {
		sip_ua_reply(txn, 500, leg->id);
		return;
	}
	leg->said = leg->want;
	sip_leg_accept_start(leg, txn, cseq, text);
	leg->accept.offered = offered;
}

static void reinvite_offer(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg,
			   struct str sdp)
{
	struct sip_settled settled;
	int err = sip_session_answer(&leg->session, sdp, leg->want, &settled);

	if (err) {
		sip_ua_refuse_offer(leg->ua, txn, msg, err,
				    "new session description not acceptable", leg->id);
		return;
	}
	sip_leg_media_apply(leg, &settled);
	accept_reinvite(leg, txn, msg, false);
	sip_leg_held(leg, settled.held);
}

void sip_leg_reinvite(struct sip_leg *leg, struct sip_txn *txn, struct sip_msg *msg)
{
	unsigned status = refusal_now(leg);
	struct str sdp;

	if (!status && leg->bye_owed)
		status = 481;
	if (status) {
		sip_ua_refuse(leg->ua, txn, msg, status, "re-INVITE not possible now", leg->id);
		return;
	}
	/* A re-INVITE says that our 2xx to the one before arrived, though its ACK did not. */
	sip_leg_accept_stop(leg);
	sip_leg_state_set(leg, SIP_LEG_UP);
	if (sip_leg_body(msg, &sdp))
		reinvite_offer(leg, txn, msg, sdp);
	else if (sip_session_offer(&leg->session, leg->want))
		sip_ua_refuse(leg->ua, txn, msg, 500, "no offer could be made", leg->id);
	else
		accept_reinvite(leg, txn, msg, true);
}

/* ---- ours ---- */

/* 14.1: who made the Call-ID waits longer, in units of 10 ms. */
void sip_leg_glare_wait(struct sip_leg *leg)
{
	uint32_t random = sip_stack_random(leg->ua->parts.stack);
	uint32_t ms = leg->leg.side == 1 ? 2100 + random % 191 * 10 : random % 201 * 10;

	log_write(LOG_INFO, leg->id, "offers crossed: again in %u ms", ms);
	timer_start_ms(&leg->glare, ms);
}

/* What was said was not heard: the next sip_leg_reinvite_sync says it again. */
void sip_leg_offer_again(struct sip_leg *leg)
{
	leg->said = leg->want == SDP_SENDRECV ? SDP_SENDONLY : SDP_SENDRECV;
}

void sip_leg_glare_expired(struct timer *timer, void *arg)
{
	(void)timer;
	sip_leg_reinvite_sync(arg);
}

static void reinvite_accepted(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_settled settled;
	struct str sdp;

	if (sip_dialog_retarget(&leg->fork->dialog, msg->contact))
		log_write(LOG_ERROR, leg->id, "no memory for the new remote target");
	sip_leg_ack_send(leg->fork, msg->cseq.number);
	if (!leg->reinvite_busy)
		return;
	leg->reinvite_busy = false;
	leg->reinvite_accepted = true;
	if (!sip_leg_body(msg, &sdp) || sip_session_accept(&leg->session, sdp, &settled)) {
		sip_leg_bad_answer(leg, "the 2xx to re-INVITE");
		sip_leg_abort(leg, Q850_PROTOCOL_ERROR);
		return;
	}
	sip_leg_media_apply(leg, &settled);
	sip_leg_reinvite_sync(leg);
}

/* 14.1: the session stays as it was; 12.2.1.2: 481 and 408 say that the dialog is gone. */
static void reinvite_refused(struct sip_leg *leg, const struct sip_msg *msg)
{
	unsigned status = msg->status;

	leg->reinvite_busy = false;
	if (sip_leg_challenged(leg, msg)) {
		sip_leg_offer_again(leg);
		sip_leg_reinvite_sync(leg);
		return;
	}
	if (status == 408 || status == 481) {
		sip_leg_abort(leg, sip_leg_cause(leg, status, 0));
		return;
	}
	if (status == 491) {
		sip_leg_offer_again(leg);
		sip_leg_glare_wait(leg);
		return;
	}
	log_write(LOG_NOTICE, leg->id, "re-INVITE refused with %u: the session goes on as it was",
		  status);
	sip_leg_reinvite_sync(leg);
}

static void reinvite_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (msg->status < 200)
		return;
	sip_leg_heard(leg);
	if (msg->status < 300)
		reinvite_accepted(leg, msg);
	else
		reinvite_refused(leg, msg);
}

static void reinvite_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	leg->reinvite_busy = false;
	log_write(LOG_WARNING, leg->id, "re-INVITE without an answer (%u)", status);
	sip_leg_abort(leg, sip_leg_cause(leg, status, 0));
}

static void reinvite_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	if (leg->reinvite == txn)
		leg->reinvite = NULL;
	sip_leg_settle(leg);
}

static const struct sip_client_ops reinvite_ops = {
	.response = reinvite_response,
	.failed = reinvite_failed,
	.ended = reinvite_ended,
};

static void past_free(struct sip_leg_past *past)
{
	sip_txn_detach(past->txn);
	list_remove(&past->node);
	free(past);
}

void sip_leg_past_drop(struct sip_leg_fork *fork)
{
	struct list_node *node;

	while ((node = list_first(&fork->past)))
		past_free(container_of(node, struct sip_leg_past, node));
}

static void past_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg_past *past = user;

	(void)txn;
	if (msg->status >= 200 && msg->status < 300)
		sip_leg_ack_send(past->fork, msg->cseq.number);
}

static void past_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg_past *past = user;
	struct sip_leg *leg = past->fork->leg;

	(void)txn;
	past->txn = NULL;
	past_free(past);
	sip_leg_settle(leg);
}

static const struct sip_client_ops past_ops = {
	.response = past_response,
	.ended = past_ended,
};

void sip_leg_reinvite_leave(struct sip_leg *leg)
{
	struct sip_txn *txn = leg->reinvite;
	bool awaits = txn && sip_txn_method(txn) == SIP_INVITE &&
		      (leg->reinvite_busy || leg->reinvite_accepted);
	struct sip_leg_past *past = awaits ? calloc(1, sizeof(*past)) : NULL;

	leg->reinvite = NULL;
	leg->reinvite_accepted = false;
	if (!past) {
		sip_txn_detach(txn);
		return;
	}
	past->fork = leg->reinvite_fork;
	past->txn = txn;
	list_append(&past->fork->past, &past->node);
	sip_client_own(txn, &past_ops, past);
}

static bool is_due(const struct sip_leg *leg)
{
	return sip_leg_offer_possible(leg) && leg->leg.call && leg->want != leg->said &&
	       !leg->reinvite_busy && !leg->accept.active && !timer_running(&leg->glare);
}

void sip_leg_reinvite_sync(struct sip_leg *leg)
{
	struct sip_client_params params = { .call = leg->id, .user = leg };
	struct sip_leg_fork *fork = leg->fork;
	struct sip_txn *txn = NULL;
	bool update;
	int err;

	if (!is_due(leg))
		return;
	update = sip_leg_update_fits(leg);
	leg->said = leg->want;
	params.ops = update ? &sip_leg_update_ops : &reinvite_ops;
	params.next_hop = sip_dialog_next_hop(&fork->dialog);
	err = sip_leg_fork_part(fork);
	if (!err)
		err = sip_session_offer(sip_leg_fork_session(fork), leg->want);
	if (!err)
		err = sip_leg_request_write(fork, update ? SIP_UPDATE : SIP_INVITE,
					    ++fork->dialog.local_cseq, true, NULL, &params.request);
	if (!err)
		err = sip_client_start(leg->ua->parts.stack, &params, &txn);
	if (err) {
		log_write(LOG_ERROR, leg->id, "%s not sent: %s", update ? "UPDATE" : "re-INVITE",
			  strerror(-err));
		return;
	}
	sip_leg_reinvite_leave(leg);
	leg->reinvite = txn;
	leg->reinvite_fork = fork;
	leg->reinvite_busy = true;
}
