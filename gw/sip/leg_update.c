/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* UPDATE both ways (RFC 3311): the session changed before the answer and after, glare. */
#include <errno.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

#define OFFER_TRIES_MAX 10
#define PUT_OFF_MAX_S	10 /* RFC 3311 5.2: "a randomly chosen value between 0 and 10 seconds" */

static struct counter updates_in =
	COUNTER_INIT("causeway_sip_updates_in_total", "UPDATEs of peers that were accepted");
static struct counter updates_out =
	COUNTER_INIT("causeway_sip_updates_out_total", "UPDATEs of ours that were accepted");

/* ---- from the peer ---- */

/* RFC 3311 5.2 before the answer to a call that came to us. */
static unsigned refusal_invited(const struct sip_leg *leg)
{
	const struct sip_leg_reliable *r = &leg->reliable;

	if (r->unacked && r->offered)
		return 491;	       /* our offer has no answer yet */
	return r->described ? 0 : 500; /* theirs has none yet */
}

/* 0, or the status that refuses an offer in an UPDATE now. */
static unsigned refusal(const struct sip_leg_fork *fork)
{
	const struct sip_leg *leg = fork->leg;

	if ((leg->reinvite_busy && leg->reinvite_fork == fork) ||
	    (leg->accept.active && leg->accept.offered))
		return 491;
	switch (leg->state) {
	case SIP_LEG_INVITED:
		return refusal_invited(leg);
	case SIP_LEG_CALLING:
		return fork->early.answered ? 0 : 491;
	case SIP_LEG_ACCEPTED:
	case SIP_LEG_UP:
		return leg->bye_owed ? 481 : 0;
	default:
		return 481;
	}
}

/* Of an early dialog; where it is the one in force its media is set anew, whatever changed. */
static void early_agreed(struct sip_leg_fork *fork)
{
	struct sip_leg *leg = fork->leg;

	if (leg->gate.fork == fork)
		leg->gate.fork = NULL;
	sip_leg_early_changed(leg);
}

static void agreed(struct sip_leg_fork *fork, const struct sip_settled *settled)
{
	struct sip_leg *leg = fork->leg;

	fork->settled = *settled;
	fork->has_settled = true;
	if (leg->state == SIP_LEG_CALLING) {
		early_agreed(fork);
		return;
	}
	sip_leg_media_apply(leg, settled);
	if (leg->state == SIP_LEG_INVITED)
		leg->peer_held = settled->held;
	else
		sip_leg_held(leg, settled->held);
}

static void answer(struct sip_leg_fork *fork, struct sip_txn *txn, const struct sip_msg *msg,
		   bool sdp)
{
	struct sip_leg *leg = fork->leg;
	const struct sip_leg_reply reply = { .status = 200,
					     .sdp = sdp,
					     .session = sip_leg_fork_session(fork) };

	if (sip_dialog_retarget(&fork->dialog, msg->contact))
		log_write(LOG_ERROR, leg->id, "no memory for the new remote target");
	if (sip_leg_reply(leg, txn, msg, &reply, NULL))
		sip_ua_reply(txn, 500, leg->id);
	counter_add(&updates_in, 1);
}

static void offer_take(struct sip_leg_fork *fork, struct sip_txn *txn, const struct sip_msg *msg,
		       struct str sdp)
{
	struct sip_leg *leg = fork->leg;
	struct sip_settled settled;
	int err = sip_leg_fork_part(fork);

	if (!err)
		err = sip_session_answer(sip_leg_fork_session(fork), sdp, leg->want, &settled);
	if (err) {
		sip_ua_refuse_offer(leg->ua, txn, msg, err,
				    "new session description not acceptable", leg->id);
		return;
	}
	leg->said = leg->want;
	answer(fork, txn, msg, true);
	agreed(fork, &settled);
}

void sip_leg_update(struct sip_leg_fork *fork, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = fork->leg;
	struct str sdp;
	bool has = sip_leg_body(msg, &sdp);
	bool over = leg->state == SIP_LEG_ENDING || leg->state == SIP_LEG_CANCELLED;
	unsigned status = has ? refusal(fork) : over ? 481 : 0;

	if (status) {
		sip_ua_refuse(leg->ua, txn, msg, status, "UPDATE not possible now", leg->id);
		return;
	}
	sip_leg_early_heard(fork, msg);
	if (has) {
		offer_take(fork, txn, msg, sdp);
		return;
	}
	answer(fork, txn, msg, false);
	if (leg->state == SIP_LEG_CALLING)
		sip_leg_early_changed(leg);
}

/* ---- ours ---- */

/* 5.1: before the answer only after offer and answer went reliably. */
bool sip_leg_offer_possible(const struct sip_leg *leg)
{
	switch (leg->state) {
	case SIP_LEG_UP:
		return true;
	case SIP_LEG_INVITED:
		return leg->reliable.settled && !leg->reliable.unacked && leg->fork->early.updates;
	case SIP_LEG_CALLING:
		return leg->fork && leg->fork->early.answered && leg->fork->early.updates;
	default:
		return false;
	}
}

bool sip_leg_update_fits(const struct sip_leg *leg)
{
	return leg->state != SIP_LEG_UP || leg->fork->early.updates;
}

static void lost(struct sip_leg *leg, unsigned status)
{
	if (leg->state == SIP_LEG_UP)
		sip_leg_abort(leg, sip_leg_cause(leg, status, 0));
	else if (leg->state == SIP_LEG_CALLING)
		sip_leg_early_lost(leg->reinvite_fork, status);
}

static void update_accepted(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_settled settled;
	struct str sdp;

	struct sip_leg_fork *fork = leg->reinvite_fork;

	leg->offer_tries = 0;
	if (sip_dialog_retarget(&fork->dialog, msg->contact))
		log_write(LOG_ERROR, leg->id, "no memory for the new remote target");
	if (!sip_leg_body(msg, &sdp) ||
	    sip_session_accept(sip_leg_fork_session(fork), sdp, &settled)) {
		sip_leg_bad_answer(leg, "the 2xx to UPDATE");
		if (leg->state == SIP_LEG_UP)
			sip_leg_abort(leg, Q850_PROTOCOL_ERROR);
		return;
	}
	counter_add(&updates_out, 1);
	sip_leg_early_heard(fork, msg);
	fork->settled = settled;
	if (leg->state == SIP_LEG_CALLING)
		early_agreed(fork);
	else
		sip_leg_media_apply(leg, &settled);
	sip_leg_reinvite_sync(leg);
}

/* 21.5.4, RFC 3311 5.2: the peer is busy with an offer of its own. */
static bool put_off(struct sip_leg *leg, const struct sip_msg *msg)
{
	uint64_t s = msg->retry_after ? msg->retry_after->seconds : 0;

	if (++leg->offer_tries > OFFER_TRIES_MAX)
		return false;
	if (msg->status == 491) {
		sip_leg_glare_wait(leg);
		return true;
	}
	if (msg->status != 500 || !msg->retry_after)
		return false;
	timer_start_ms(&leg->glare, 1000 * (s < PUT_OFF_MAX_S ? s : PUT_OFF_MAX_S));
	return true;
}

/* RFC 3311 5.3: the session stays as it was. */
static void update_refused(struct sip_leg *leg, const struct sip_msg *msg)
{
	unsigned status = msg->status;

	if (sip_leg_challenged(leg, msg)) {
		sip_leg_offer_again(leg);
		sip_leg_reinvite_sync(leg);
	} else if (status == 408 || status == 481) {
		lost(leg, status);
	} else if (put_off(leg, msg)) {
		sip_leg_offer_again(leg);
	} else if (status == 405 || status == 501) {
		leg->reinvite_fork->early.updates = false;
		sip_leg_offer_again(leg);
		sip_leg_reinvite_sync(leg);
	} else {
		leg->offer_tries = 0;
		log_write(LOG_NOTICE, leg->id,
			  "UPDATE refused with %u: the session goes on as it was", status);
		sip_leg_reinvite_sync(leg);
	}
}

static void update_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (msg->status < 200)
		return;
	leg->reinvite_busy = false;
	sip_leg_heard(leg);
	if (msg->status < 300) {
		(void)sip_leg_challenged(leg, msg);
		update_accepted(leg, msg);
	} else {
		update_refused(leg, msg);
	}
}

static void update_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	leg->reinvite_busy = false;
	log_write(LOG_WARNING, leg->id, "UPDATE without an answer (%u)", status);
	lost(leg, status);
}

static void update_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	if (leg->reinvite == txn)
		leg->reinvite = NULL;
	sip_leg_settle(leg);
}

const struct sip_client_ops sip_leg_update_ops = {
	.response = update_response,
	.failed = update_failed,
	.ended = update_ended,
};
