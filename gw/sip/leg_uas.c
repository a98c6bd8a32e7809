/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg called by its peer: INVITE to SETUP (RFC 3398 7.2.1), and back to 18x, 200 and
 * failures (RFC 3261 13.3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/call/cause.h"
#include "gw/sip/identity.h"
#include "gw/sip/leg_private.h"

#define HOPS_MAX 31 /* Q.763 3.80: five bits */

static const struct sip_server_ops invite_ops;

/* RFC 3398 7.2.9 */
static const unsigned event_status[] = {
	[0] = 183, [1] = 180, [2] = 183, [3] = 183, [4] = 181, [5] = 181, [6] = 181,
};

/* 18x for what the core says (RFC 3398 7.2.5, 7.2.6, 7.2.9); 0: no message. */
static unsigned progress_status(const struct leg_event *event)
{
	const struct leg_progress *p = &event->progress;

	switch (event->ev) {
	case LEG_EV_ALERTING:
		return 180;
	case LEG_EV_ADDRESS_COMPLETE:
		return p->subscriber_free ? 180 : 183;
	case LEG_EV_PROGRESS:
		return p->event < sizeof(event_status) / sizeof(event_status[0])
			       ? event_status[p->event]
			       : 183;
	default:
		return p->in_band ? 183 : 0;
	}
}

void sip_leg_uas_progress(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_provisional said = { .cause = event->progress.cause,
					    .location = event->progress.location,
					    .user_to_user = event->progress.user_to_user };
	unsigned status = progress_status(event);

	sip_leg_overlap_in_done(leg);
	/* RFC 3960: early media needs the answer with the provisional response. An offer of ours
	 * has to wait for a reliable one (13.2.1). */
	if (event->progress.in_band && sip_leg_early_allowed(leg) &&
	    (!leg->delayed || leg->reliable.on)) {
		leg->early_sdp = true;
		/* RFC 5009 8: an announcement is not for two ears. */
		if (leg->tells_early)
			leg->early_said = event->progress.cause ? "sendonly" : "sendrecv";
	}
	if (!status || leg->reliable.answer)
		return;
	leg->progress = status;
	said.status = status;
	sip_leg_provisional_send(leg, &said);
}

static void say_again(struct sip_leg *leg)
{
	const struct sip_leg_provisional last = { .status = leg->progress };

	sip_leg_provisional_send(leg, &last);
}

void sip_leg_repeat_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;

	(void)timer;
	if (leg->state != SIP_LEG_INVITED || leg->reliable.answer)
		return;
	if (!leg->progress)
		leg->progress = 183;
	say_again(leg);
}

static void fail(struct sip_leg *leg, enum q850_cause cause)
{
	const struct leg_release release = { .cause = cause, .location = Q850_LOC_PUBLIC_LOCAL };

	sip_leg_ended(leg, &release);
}

/* RFC 3262 5: not while a reliable response with a description is unacknowledged. */
void sip_leg_uas_answer(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_reliable *r = &leg->reliable;

	if (!r->unacked || !r->sdp) {
		sip_leg_uas_answer_send(leg, &event->answer);
		return;
	}
	if (!r->answer)
		r->answer = malloc(sizeof(*r->answer));
	if (!r->answer) {
		sip_ua_reply(leg->invite, 500, leg->id);
		fail(leg, Q850_TEMPORARY_FAILURE);
		return;
	}
	*r->answer = event->answer;
	r->n_waiting = 0;
	log_write(LOG_DEBUG, leg->id, "200 waits for the PRACK");
}

static int answer_write(struct sip_leg *leg, const struct leg_answer *answer, bool offers,
			struct str *text)
{
	/* 13.2.1: what went in a reliable response is not said again. */
	const struct sip_leg_reply reply = { .status = 200,
					     .sdp = !leg->reliable.described,
					     .connected = &answer->connected,
					     .user_to_user = &answer->user_to_user };
	int err = offers ? sip_session_offer(&leg->session, leg->want) : 0;

	return err ? err
		   : sip_leg_reply(leg, leg->invite, sip_server_request(leg->invite), &reply, text);
}

void sip_leg_uas_answer_send(struct sip_leg *leg, const struct leg_answer *answer)
{
	struct sip_txn *txn = leg->invite;
	uint32_t cseq = leg->reliable.cseq;
	bool offers = leg->delayed && !leg->reliable.described;
	struct str text;
	int err = answer_write(leg, answer, offers, &text);

	if (err) {
		log_write(LOG_ERROR, leg->id, "no 200 for the answer: %s", strerror(-err));
		sip_ua_reply(txn, 500, leg->id);
		fail(leg, Q850_TEMPORARY_FAILURE);
		return;
	}
	timer_stop(&leg->repeat);
	timer_stop(&leg->expires);
	sip_leg_overlap_in_done(leg);
	leg->invite = NULL;
	leg->fork->dialog.confirmed = true;
	sip_leg_state_set(leg, SIP_LEG_ACCEPTED);
	if (offers)
		leg->said = leg->want;
	sip_leg_accept_start(leg, txn, cseq, text);
	leg->accept.offered = offers;
	sip_leg_reliable_final(leg);
}

void sip_leg_uas_release(struct sip_leg *leg, const struct leg_release *release)
{
	const struct sip_leg_reply reply = {
		.status = cause_to_status(leg->trunk->causes, release).to, .release = release
	};

	sip_leg_early_end_send(leg, reply.status);
	if (sip_leg_reply(leg, leg->invite, sip_server_request(leg->invite), &reply, NULL))
		sip_ua_reply(leg->invite, 500, leg->id);
	sip_leg_over(leg);
}

/* The caller gives up: 487 for the INVITE (9.2, 15.1.2), release for the call. */
static void give_up(struct sip_leg *leg, const struct leg_release *release)
{
	sip_ua_reply(leg->invite, 487, leg->id);
	sip_leg_ended(leg, release);
}

void sip_leg_uas_bye(struct sip_leg *leg, const struct leg_release *release)
{
	give_up(leg, release);
}

void sip_leg_expires_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;
	const struct leg_release release = { .cause = Q850_TIMER_EXPIRY,
					     .location = Q850_LOC_USER };

	(void)timer;
	log_write(LOG_INFO, leg->id, "INVITE expired");
	give_up(leg, &release);
}

static void invite_cancel(void *user, struct sip_txn *txn, struct sip_msg *cancel)
{
	struct sip_leg *leg = user;
	const struct leg_release release = sip_leg_release_read(cancel, Q850_NORMAL, Q850_LOC_USER);

	(void)txn;
	if (leg->state == SIP_LEG_INVITED)
		give_up(leg, &release);
}

static void invite_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	log_write(LOG_NOTICE, leg->id, "response to INVITE lost (%u)", status);
	if (leg->state == SIP_LEG_INVITED)
		fail(leg, Q850_NETWORK_OUT_OF_ORDER);
}

static void invite_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	(void)txn;
	leg->invite = NULL;
	/* No response can be written: it would be longer than a datagram, or there is no memory. */
	if (leg->state == SIP_LEG_INVITED)
		fail(leg, Q850_INTERWORKING);
	sip_leg_settle(leg);
}

static const struct sip_server_ops invite_ops = {
	.cancel = invite_cancel,
	.failed = invite_failed,
	.ended = invite_ended,
};

/* Always smaller than what came, so that a loop over gateways ends: half of Max-Forwards here,
 * twice that less 2 out. */
static uint8_t hop_counter(const struct sip_msg *msg)
{
	unsigned hops = msg->has_max_forwards ? msg->max_forwards / 2u : HOPS_MAX;

	if (hops > HOPS_MAX)
		hops = HOPS_MAX;
	return (uint8_t)(hops ? hops : 1);
}

/* Q.1912.5 7.1.1: clearmode is 64 kbit/s unrestricted, G.711 is 3.1 kHz audio. */
static enum leg_bearer bearer_of(const struct sip_leg *leg)
{
	return leg->session.conf.bearer == SESSION_DATA ? LEG_BEARER_UNRESTRICTED
							: LEG_BEARER_AUDIO_3K1;
}

/* 0, or the status that refuses the INVITE. uui: storage of the setup's. */
static unsigned setup_read(const struct sip_leg *leg, const struct sip_msg *msg,
			   struct leg_setup *setup, struct leg_uui *uui, const char **why)
{
	const struct sip_party_conf *party = &leg->trunk->party;

	setup->complete = !leg->dialled.open;
	setup->bearer = bearer_of(leg);
	setup->hop_counter = hop_counter(msg);
	sip_party_uui_read(party, msg, leg->id, uui);
	setup->user_to_user = (struct str){ (const char *)uui->octets, uui->n };
	return sip_party_read(party, msg, leg->id, setup, why);
}

/* -errno of the session: refuse_offer(). */
static int offer_take(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_settled settled;
	struct str sdp;
	int err;

	leg->delayed = leg->leg.deaf = !sip_leg_body(msg, &sdp);
	if (leg->delayed)
		return 0;
	err = sip_session_answer(&leg->session, sdp, leg->want, &settled);
	if (err)
		return err;
	leg->peer_held = settled.held;
	sip_leg_media_apply(leg, &settled);
	return 0;
}

static int dialog_make(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg)
{
	struct sip_leg_fork *fork = sip_leg_fork_new(leg);
	int err = fork ? sip_dialog_open_uas(&fork->dialog, msg, sip_server_to_tag(txn)) : -ENOMEM;

	if (err)
		return err;
	fork->dialog.owner = fork;
	leg->fork = fork;
	return sip_dialogs_add(&leg->ua->dialogs, &fork->dialog);
}

static void ended_by(struct sip_leg *leg, unsigned status)
{
	const struct leg_release release = {
		.cause = status == 488	 ? Q850_BEARER_NOT_IMPLEMENTED
			 : status == 400 ? Q850_INVALID_MESSAGE
			 : status == 403 ? Q850_REJECTED
					 : Q850_RESOURCE_UNAVAILABLE,
		.location = Q850_LOC_PUBLIC_LOCAL,
		.sip_status = (uint16_t)status,
	};

	sip_leg_ended(leg, &release);
}

static void refuse(struct sip_leg *leg, const struct sip_msg *msg, unsigned status, const char *why)
{
	sip_ua_refuse(leg->ua, leg->invite, msg, status, why, leg->id);
	ended_by(leg, status);
}

static void refuse_offer(struct sip_leg *leg, const struct sip_msg *msg, int err)
{
	unsigned status = sip_ua_offer_status(err);

	sip_ua_refuse_offer(leg->ua, leg->invite, msg, err,
			    status == 488   ? "no codec in common"
			    : status == 400 ? "session description cannot be read"
					    : "no answer could be made",
			    leg->id);
	ended_by(leg, status);
}

static void expires_start(struct sip_leg *leg, const struct sip_msg *msg)
{
	if (msg->has_expires)
		timer_start_ms(&leg->expires, (uint64_t)msg->expires * 1000);
	else
		timer_stop(&leg->expires);
}

bool sip_leg_uas_replace(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg)
{
	struct sip_txn *before = leg->invite;
	struct sip_leg_fork *fork = leg->fork;
	int err;

	sip_txn_label(txn, leg->id);
	sip_ua_reply(before, 484, leg->id);
	sip_txn_detach(before);
	leg->invite = txn;
	sip_server_own(txn, &invite_ops, leg);
	if (dialog_make(leg, txn, msg)) {
		refuse(leg, msg, 500, "no memory");
		return false;
	}
	sip_leg_fork_free(fork);
	sip_leg_reliable_begin(leg, msg);
	expires_start(leg, msg);
	err = offer_take(leg, msg);
	if (err) {
		refuse_offer(leg, msg, err);
		return false;
	}
	/* What was said of the call's progress is said in the new dialog, too. */
	if (leg->progress)
		say_again(leg);
	return true;
}

/* The leg has its call: media, dialog, and then the core hears of it. */
static void begin(struct sip_leg *leg, const struct sip_msg *msg, struct leg_setup *setup)
{
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = setup };
	const char *why = "";
	struct leg_uui uui;
	unsigned status;
	int err;

	if (dialog_make(leg, leg->invite, msg) ||
	    sip_leg_overlap_in_open(leg, msg, &setup->called)) {
		refuse(leg, msg, 500, "no memory");
		return;
	}
	sip_leg_reliable_begin(leg, msg);
	if (sip_leg_media_open(leg, leg->leg.call, SESSION_OPEN)) {
		refuse(leg, msg, 503, "no media port");
		return;
	}
	err = offer_take(leg, msg);
	if (err) {
		refuse_offer(leg, msg, err);
		return;
	}
	status = setup_read(leg, msg, setup, &uui, &why);
	if (status) {
		refuse(leg, msg, status, why);
		return;
	}
	timer_start_ms(&leg->repeat, LEG_REPEAT_MS);
	expires_start(leg, msg);
	call_raise(&leg->leg, &event);
}

static void invite_take(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg,
			struct leg_setup *setup)
{
	struct call *call;
	enum q850_cause cause;

	call = call_new(leg->ua->parts.core, &leg->leg, &cause);
	if (!call) {
		const struct leg_release release = { .cause = cause };

		sip_ua_refuse(leg->ua, txn, msg, cause_to_status(leg->trunk->causes, &release).to,
			      "no call", leg->trunk->name);
		sip_leg_state_set(leg, SIP_LEG_ENDING);
		sip_leg_settle(leg);
		return;
	}
	sip_leg_name(leg, call, &setup->called);
	leg->invite = txn;
	sip_server_own(txn, &invite_ops, leg);
	sip_txn_label(txn, leg->id);
	/* 100 is the transaction's business: it comes after 200 ms without a response (17.2.1). */
	begin(leg, msg, setup);
}

void sip_leg_invite(struct sip_trunk *trunk, struct sip_txn *txn, struct sip_msg *msg)
{
	struct leg_setup setup = { .called = { .noa = LEG_NOA_UNKNOWN } };
	struct sip_leg *leg;
	int err;

	if (trunk->reliable == CONF_RELIABLE_REQUIRED &&
	    !sip_tokens_have(msg->supported, STR("100rel")) &&
	    !sip_tokens_have(msg->require, STR("100rel"))) {
		sip_ua_refuse(trunk->ua, txn, msg, 421, "the trunk requires 100rel", trunk->name);
		return;
	}
	if (sip_leg_overlap_in_take(trunk, txn, msg))
		return;
	err = sip_party_called(&trunk->party, &msg->uri, &setup);
	if (err) {
		sip_ua_refuse(trunk->ua, txn, msg, sip_identity_refusal(err),
			      "no telephone number in the Request-URI", trunk->name);
		return;
	}
	leg = sip_leg_new(trunk, SIP_LEG_INVITED);
	if (leg)
		invite_take(leg, txn, msg, &setup);
	else
		sip_ua_refuse(trunk->ua, txn, msg, 503, "no memory", trunk->name);
}

/* ---- ACK ---- */

/* The ACK brings the answer to the offer of our 2xx (13.2.1). */
static bool answer_take(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_settled settled;
	struct str sdp;

	if (!sip_leg_body(msg, &sdp) || sip_session_accept(&leg->session, sdp, &settled)) {
		sip_leg_bad_answer(leg, "ACK");
		return false;
	}
	leg->peer_held = settled.held;
	sip_leg_media_apply(leg, &settled);
	return true;
}

void sip_leg_ack(struct sip_dialog *dialog, struct sip_msg *msg)
{
	struct sip_leg_fork *fork = dialog->owner;
	struct sip_leg *leg = fork->leg;
	bool offered = leg->accept.offered;

	if (!leg->accept.active || msg->cseq.number != leg->accept.cseq)
		return;
	sip_leg_accept_stop(leg);
	if (leg->state == SIP_LEG_ACCEPTED)
		sip_leg_state_set(leg, SIP_LEG_UP);
	if (leg->bye_owed) {
		leg->bye_owed = false;
		sip_leg_state_set(leg, SIP_LEG_ENDING);
		sip_leg_bye(fork, &leg->release);
		sip_leg_settle(leg);
		return;
	}
	if (offered && leg->state == SIP_LEG_UP && !answer_take(leg, msg))
		sip_leg_abort(leg, Q850_PROTOCOL_ERROR);
	else
		sip_leg_reinvite_sync(leg);
	sip_leg_info_sync(leg);
	sip_leg_settle(leg);
}
