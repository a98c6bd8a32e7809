/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Reliable provisional responses of ours (RFC 3262 3 and 5): sent until their PRACK comes, one at a
 * time, with offer and answer in both. And the 199 before a failure (RFC 6228 5).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

#define REPEAT_RELIABLE_MS                                                                         \
	150000 /* RFC 3262 3: a reliable one every two and a half minutes will do */

static struct counter reliable_sent =
	COUNTER_INIT("causeway_sip_reliable_responses_out_total",
		     "Provisional responses sent reliably (RFC 3262), without those sent again");
static struct counter unacknowledged = COUNTER_INIT(
	"causeway_sip_pracks_missing_total", "Calls refused because no PRACK came within 64*T1");
static struct counter dropped =
	COUNTER_INIT("causeway_sip_provisional_dropped_total",
		     "Provisional responses given up because too many waited for a PRACK");

static void release_text(struct sip_leg_reliable *r)
{
	free(r->text);
	r->text = NULL;
	r->n = 0;
}

/* RFC 3262 3: intervals double without end, unlike those of a 2xx. */
static void resend_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;
	struct sip_leg_reliable *r = &leg->reliable;

	(void)timer;
	if (leg->state != SIP_LEG_INVITED || !r->text ||
	    sip_server_respond(leg->invite, (struct str){ r->text, r->n }))
		return;
	r->interval_ms *= 2;
	timer_start_ms(&r->resend, r->interval_ms);
}

/* "the UAS SHOULD reject the original request with a 5xx response" */
static void give_up_expired(struct timer *timer, void *arg)
{
	const struct leg_release release = { .cause = Q850_TIMER_EXPIRY,
					     .location = Q850_LOC_PUBLIC_LOCAL,
					     .sip_status = 504 };
	struct sip_leg *leg = arg;

	(void)timer;
	leg->reliable.unacked = false;
	if (leg->state != SIP_LEG_INVITED) {
		sip_leg_settle(leg);
		return;
	}
	counter_add(&unacknowledged, 1);
	log_write(LOG_WARNING, leg->id, "no PRACK within 64*T1: the INVITE is refused with 504");
	sip_ua_reply(leg->invite, 504, leg->id);
	sip_leg_ended(leg, &release);
}

int sip_leg_reliable_open(struct sip_leg *leg)
{
	struct sip_leg_reliable *r = &leg->reliable;
	struct timer_heap *heap = leg->ua->parts.heap;
	int err = timer_init(&r->resend, heap, "reliable 18x", resend_expired, leg);

	if (!err)
		err = timer_init(&r->give_up, heap, "64*T1 PRACK", give_up_expired, leg);
	r->resend.subject = r->give_up.subject = leg->id;
	return err;
}

void sip_leg_reliable_close(struct sip_leg *leg)
{
	timer_close(&leg->reliable.resend);
	timer_close(&leg->reliable.give_up);
	release_text(&leg->reliable);
	free(leg->reliable.answer);
}

void sip_leg_reliable_begin(struct sip_leg *leg, const struct sip_msg *invite)
{
	struct sip_leg_reliable *r = &leg->reliable;
	struct sip_early_media early;

	/* Of an INVITE that this one continues nothing is owed any more (RFC 3578 3.5). */
	sip_leg_reliable_final(leg);
	timer_stop(&r->give_up);
	r->unacked = r->described = r->settled = r->offered = false;
	r->rseq = 0;
	r->required = sip_tokens_have(invite->require, STR("100rel"));
	r->on = leg->trunk->reliable != CONF_RELIABLE_OFF &&
		(r->required || sip_tokens_have(invite->supported, STR("100rel")));
	r->cseq = invite->cseq.number;
	leg->fork->early.updates = sip_tokens_have(invite->allow, STR("UPDATE"));
	sip_early_media_read(invite, 0, &early);
	leg->tells_early = leg->trunk->p_early_media && early.supported;
}

/* ---- sending ---- */

/* 3: the first one is chosen in 1 to 2^31 - 1, each further one is higher by one. */
static uint32_t rseq_next(const struct sip_leg *leg)
{
	uint32_t first = sip_stack_random(leg->ua->parts.stack) >> 1;

	if (leg->reliable.rseq)
		return leg->reliable.rseq + 1;
	return first ? first : 1;
}

static void keep(struct sip_leg *leg, struct str text)
{
	struct sip_leg_reliable *r = &leg->reliable;
	uint32_t t1 = sip_stack_t1_ms(leg->ua->parts.stack);

	release_text(r);
	r->text = malloc(text.n);
	if (r->text) {
		memcpy(r->text, text.p, text.n);
		r->n = text.n;
		r->interval_ms = t1;
		timer_start_ms(&r->resend, t1);
	} else {
		log_write(LOG_ERROR, leg->id, "no memory to send the provisional response again");
	}
	timer_start_ms(&r->give_up, 64 * (uint64_t)t1);
}

/* 5: the answer when there is early media; the offer of ours, where the INVITE had none, at once. */
static bool describes(const struct sip_leg *leg)
{
	return !leg->reliable.described && (leg->early_sdp || leg->delayed);
}

static void send_reliably(struct sip_leg *leg, const struct sip_leg_provisional *p)
{
	struct sip_leg_reliable *r = &leg->reliable;
	const struct leg_release told = { .cause = p->cause, .location = p->location };
	struct sip_leg_reply reply = { .status = p->status,
				       .release = p->cause ? &told : NULL,
				       .sdp = describes(leg),
				       .user_to_user = &p->user_to_user,
				       .rseq = rseq_next(leg) };
	struct str text;
	int err = reply.sdp && leg->delayed ? sip_session_offer(&leg->session, leg->want) : 0;

	if (err) {
		log_write(LOG_ERROR, leg->id, "no offer for %u: %s", p->status, strerror(-err));
		return;
	}
	if (sip_leg_reply(leg, leg->invite, sip_server_request(leg->invite), &reply, &text))
		return;
	counter_add(&reliable_sent, 1);
	r->rseq = reply.rseq;
	r->unacked = true;
	r->sdp = reply.sdp;
	r->offered = reply.sdp && leg->delayed;
	r->described |= reply.sdp;
	keep(leg, text);
}

static void wait(struct sip_leg *leg, const struct sip_leg_provisional *p)
{
	struct sip_leg_reliable *r = &leg->reliable;

	if (r->n_waiting && r->waiting[r->n_waiting - 1].status == p->status) {
		if (p->user_to_user.n)
			r->waiting[r->n_waiting - 1].user_to_user = p->user_to_user;
		return;
	}
	if (r->n_waiting == LEG_PROVISIONAL_MAX) {
		counter_add(&dropped, 1);
		log_write(LOG_WARNING, leg->id,
			  "more than %d provisional responses wait for a PRACK: %u is not sent",
			  LEG_PROVISIONAL_MAX, r->waiting[0].status);
		memmove(r->waiting, r->waiting + 1, --r->n_waiting * sizeof(r->waiting[0]));
	}
	r->waiting[r->n_waiting++] = *p;
}

void sip_leg_provisional_send(struct sip_leg *leg, const struct sip_leg_provisional *p)
{
	const struct leg_release told = { .cause = p->cause, .location = p->location };
	const struct sip_leg_reply reply = { .status = p->status,
					     .sdp = leg->early_sdp,
					     .user_to_user = &p->user_to_user,
					     .release = p->cause ? &told : NULL };

	timer_start_ms(&leg->repeat, leg->reliable.on ? REPEAT_RELIABLE_MS : LEG_REPEAT_MS);
	if (!leg->reliable.on)
		(void)sip_leg_reply(leg, leg->invite, sip_server_request(leg->invite), &reply,
				    NULL);
	else if (leg->reliable.unacked)
		wait(leg, p);
	else
		send_reliably(leg, p);
}

/* Reliably only where nothing else is allowed, and then only when the one before has arrived: RSeq must not have gaps. */
void sip_leg_early_end_send(struct sip_leg *leg, unsigned status)
{
	const struct sip_msg *invite = sip_server_request(leg->invite);
	struct sip_leg_reliable *r = &leg->reliable;
	struct sip_leg_reply reply = { .status = 199, .ended_by = status };

	if (!leg->trunk->early_dialog_end || (!leg->progress && !leg->dialled.told) ||
	    !sip_tokens_have(invite->supported, STR("199")) || (r->required && r->unacked))
		return;
	if (r->required && r->on)
		reply.rseq = rseq_next(leg);
	if (sip_leg_reply(leg, leg->invite, invite, &reply, NULL) || !reply.rseq)
		return;
	r->rseq = reply.rseq;
	r->unacked = true;
	r->sdp = r->offered = false;
}

void sip_leg_reliable_final(struct sip_leg *leg)
{
	struct sip_leg_reliable *r = &leg->reliable;

	timer_stop(&r->resend);
	timer_stop(&r->give_up);
	release_text(r);
	r->n_waiting = 0;
	free(r->answer);
	r->answer = NULL;
	if (r->unacked)
		timer_start_ms(&r->give_up, 64 * (uint64_t)sip_stack_t1_ms(leg->ua->parts.stack));
}

/* ---- PRACK ---- */

static void acknowledged(struct sip_leg *leg)
{
	struct sip_leg_reliable *r = &leg->reliable;

	timer_stop(&r->resend);
	timer_stop(&r->give_up);
	release_text(r);
	r->unacked = false;
	r->settled |= r->sdp && !r->offered;
}

static void go_on(struct sip_leg *leg)
{
	struct sip_leg_reliable *r = &leg->reliable;
	struct sip_leg_provisional next = r->waiting[0];

	if (leg->state != SIP_LEG_INVITED) {
		sip_leg_settle(leg);
	} else if (r->answer) {
		sip_leg_uas_answer_send(leg, r->answer);
	} else if (r->n_waiting) {
		memmove(r->waiting, r->waiting + 1, --r->n_waiting * sizeof(r->waiting[0]));
		send_reliably(leg, &next);
	} else {
		sip_leg_reinvite_sync(leg);
	}
}

/* Our offer was in the response: the PRACK has to bring the answer (RFC 3262 5). */
static void answer_take(struct sip_leg *leg, bool has, struct str sdp)
{
	const struct leg_release release = { .cause = Q850_PROTOCOL_ERROR,
					     .location = Q850_LOC_PUBLIC_LOCAL,
					     .sip_status = 488 };
	struct sip_settled settled;

	if (leg->state != SIP_LEG_INVITED) {
		sip_leg_settle(leg);
		return;
	}
	if (!has || sip_session_accept(&leg->session, sdp, &settled)) {
		sip_leg_bad_answer(leg, "PRACK");
		sip_ua_reply(leg->invite, 488, leg->id);
		sip_leg_ended(leg, &release);
		return;
	}
	leg->reliable.settled = true;
	leg->leg.deaf = false;
	leg->said = leg->want;
	leg->peer_held = settled.held;
	sip_leg_media_apply(leg, &settled);
	go_on(leg);
}

static bool offer_open(const struct sip_leg *leg)
{
	return leg->reinvite_busy || (leg->accept.active && leg->accept.offered);
}

/* RFC 6337 2.3: an offer that cannot be had is refused, and the response stays unacknowledged: a PRACK without it comes. */
static void offer_take(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg,
		       struct str sdp)
{
	const struct sip_leg_reply reply = { .status = 200, .sdp = true };
	struct sip_settled settled;
	int err = offer_open(leg) ? -EBUSY
				  : sip_session_answer(&leg->session, sdp, leg->want, &settled);

	if (err) {
		sip_ua_refuse_offer(leg->ua, txn, msg, err, "offer in PRACK not acceptable",
				    leg->id);
		return;
	}
	acknowledged(leg);
	if (sip_leg_reply(leg, txn, msg, &reply, NULL))
		sip_ua_reply(txn, 500, leg->id);
	leg->said = leg->want;
	sip_leg_media_apply(leg, &settled);
	if (leg->state == SIP_LEG_INVITED)
		leg->peer_held = settled.held;
	else
		sip_leg_held(leg, settled.held);
	go_on(leg);
}

/* Where our 2xx was faster the PRACK's offer is one in a dialog that is up. */
static bool offer_taken(const struct sip_leg *leg)
{
	switch (leg->state) {
	case SIP_LEG_INVITED:
		return leg->reliable.described && !leg->reliable.offered;
	case SIP_LEG_ACCEPTED:
	case SIP_LEG_UP:
		return !leg->bye_owed && !leg->reliable.offered;
	default:
		return false;
	}
}

/* 0, or the status that refuses the PRACK. */
static unsigned refusal(const struct sip_leg *leg, const struct sip_msg *msg)
{
	const struct sip_leg_reliable *r = &leg->reliable;
	struct sip_rack rack;

	if (sip_rack_read(msg, &rack))
		return 400;
	return r->unacked && rack.rseq == r->rseq && rack.cseq == r->cseq &&
			       rack.method == SIP_INVITE
		       ? 0
		       : 481;
}

void sip_leg_prack(struct sip_leg *leg, struct sip_txn *txn, struct sip_msg *msg)
{
	unsigned status = refusal(leg, msg);
	bool offered = leg->reliable.offered, has;
	struct str sdp;

	if (status) {
		sip_ua_refuse(leg->ua, txn, msg, status,
			      status == 400 ? "RAck missing or malformed"
					    : "RAck names no response that waits for it",
			      leg->id);
		return;
	}
	has = sip_leg_body(msg, &sdp);
	if (has && offer_taken(leg)) {
		offer_take(leg, txn, msg, sdp);
		return;
	}
	acknowledged(leg);
	sip_ua_reply(txn, 200, leg->id);
	if (offered)
		answer_take(leg, has, sdp);
	else
		go_on(leg);
}
