/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The SIP leg: its life, its states, what the core tells it, requests inside its dialogs, and BYE
 * (RFC 3261 12, 15). What the core says in a state is looked up in one table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/pool.h"
#include "gw/call/call_table.h"
#include "gw/call/pair.h"
#include "gw/sip/leg_outgoing.h"
#include "gw/sip/reason.h"

static struct counter bad_answers =
	COUNTER_INIT("causeway_sip_bad_answers_total",
		     "Answers (RFC 3264) that cannot be read, or have no codec of ours");

static const char *const state_names[SIP_LEG_STATES] = {
	[SIP_LEG_INVITED] = "invited", [SIP_LEG_ACCEPTED] = "accepted",
	[SIP_LEG_CALLING] = "calling", [SIP_LEG_CANCELLED] = "cancelled",
	[SIP_LEG_UP] = "up",	       [SIP_LEG_ENDING] = "ending",
};

static struct sip_leg *leg_of(const struct sip_dialog *dialog)
{
	return ((struct sip_leg_fork *)dialog->owner)->leg;
}

void sip_leg_state_set(struct sip_leg *leg, enum sip_leg_state state)
{
	if (leg->state == state)
		return;
	log_write(LOG_DEBUG, leg->id, "sip leg %s -> %s", state_names[leg->state],
		  state_names[state]);
	leg->state = state;
	if (state == SIP_LEG_UP)
		sip_leg_check_start(leg);
	else
		sip_leg_check_stop(leg);
}

static void leg_free(struct sip_leg *leg)
{
	sip_leg_overlap_in_close(leg);
	sip_leg_forks_drop(leg);
	sip_txn_detach(leg->invite);
	sip_txn_detach(leg->reinvite);
	sip_txn_detach(leg->info.txn);
	sip_leg_accept_close(leg);
	sip_leg_check_close(leg);
	timer_close(&leg->repeat);
	timer_close(&leg->expires);
	timer_close(&leg->glare);
	timer_close(&leg->dialled.timer);
	timer_close(&leg->reap);
	sip_leg_reliable_close(leg);
	sip_credentials_close(&leg->credentials);
	free(leg->info.waiting);
	sip_session_close(&leg->session);
	sip_leg_outgoing_free(leg->out);
	sip_leg_overlap_free(leg);
	list_remove(&leg->node);
	leg->ua->n_legs--;
	pool_give(leg);
}

static void reap_expired(struct timer *timer, void *arg)
{
	(void)timer;
	leg_free(arg);
}

static int timers_open(struct sip_leg *leg)
{
	struct timer_heap *heap = leg->ua->parts.heap;
	int err = timer_init(&leg->reap, heap, "reap", reap_expired, leg);

	if (!err)
		err = timer_init(&leg->repeat, heap, "18x repeat", sip_leg_repeat_expired, leg);
	if (!err)
		err = timer_init(&leg->expires, heap, "Expires", sip_leg_expires_expired, leg);
	if (!err)
		err = timer_init(&leg->glare, heap, "glare", sip_leg_glare_expired, leg);
	if (!err)
		err = timer_init(&leg->dialled.timer, heap, "T10", sip_leg_overlap_in_expired, leg);
	if (!err)
		err = sip_leg_accept_open(leg);
	if (!err)
		err = sip_leg_reliable_open(leg);
	if (!err)
		err = sip_leg_check_open(leg);
	leg->dialled.timer.subject = leg->id;
	leg->reap.subject = leg->repeat.subject = leg->expires.subject = leg->id;
	leg->check.timer.subject = leg->id;
	leg->glare.subject = leg->accept.resend.subject = leg->accept.give_up.subject = leg->id;
	return err;
}

struct sip_leg *sip_leg_new(struct sip_trunk *trunk, enum sip_leg_state state)
{
	struct sip_leg *leg = pool_take_zeroed(sizeof(*leg));

	if (!leg)
		return NULL;
	leg->leg.ops = &sip_leg_ops;
	leg->leg.trunk = &trunk->trunk;
	leg->ua = trunk->ua;
	leg->trunk = trunk;
	leg->state = state;
	leg->want = leg->said = SDP_SENDRECV;
	list_init(&leg->forks);
	list_append(&leg->ua->legs, &leg->node);
	leg->ua->n_legs++;
	if (timers_open(leg)) {
		leg_free(leg);
		return NULL;
	}
	return leg;
}

void sip_leg_free_all(struct sip_ua *ua)
{
	struct list_node *node;

	while ((node = list_first(&ua->legs)))
		leg_free(container_of(node, struct sip_leg, node));
}

struct sip_leg_fork *sip_leg_fork_new(struct sip_leg *leg)
{
	struct sip_leg_fork *fork = calloc(1, sizeof(*fork));

	if (!fork)
		return NULL;
	fork->leg = leg;
	list_init(&fork->early.pracks);
	list_init(&fork->early.overtaken);
	list_init(&fork->past);
	list_append(&leg->forks, &fork->node);
	leg->n_forks++;
	return fork;
}

static void reinvite_drop(struct sip_leg *leg)
{
	struct sip_txn *txn = leg->reinvite;

	timer_stop(&leg->glare);
	sip_leg_reinvite_leave(leg);
	/* 17.1.1.2: after a provisional response nothing but CANCEL ends an INVITE whose final one does
	 * not come. */
	if (txn && leg->reinvite_busy)
		sip_client_cancel(txn, STR_NONE);
	leg->reinvite_fork = NULL;
	leg->reinvite_busy = false;
}

void sip_leg_fork_free(struct sip_leg_fork *fork)
{
	if (fork->leg->reinvite_fork == fork)
		reinvite_drop(fork->leg);
	if (fork->leg->gate.fork == fork)
		fork->leg->gate.fork = NULL;
	if (fork->session)
		sip_session_close(fork->session);
	free(fork->session);
	sip_leg_pracks_drop(fork);
	sip_leg_past_drop(fork);
	if (fork->leg->out && fork->dialog.local_cseq > fork->leg->out->cseq_used)
		fork->leg->out->cseq_used = fork->dialog.local_cseq;
	sip_txn_detach(fork->bye);
	sip_dialogs_remove(&fork->leg->ua->dialogs, &fork->dialog);
	sip_dialog_close(&fork->dialog);
	list_remove(&fork->node);
	fork->leg->n_forks--;
	if (fork->leg->fork == fork)
		fork->leg->fork = NULL;
	free(fork);
}

void sip_leg_forks_drop(struct sip_leg *leg)
{
	struct list_node *node;

	while ((node = list_first(&leg->forks)))
		sip_leg_fork_free(container_of(node, struct sip_leg_fork, node));
}

void sip_leg_forks_drop_of(struct sip_leg *leg, uint32_t cseq)
{
	struct list_node *next;

	for (struct list_node *n = list_first(&leg->forks); n; n = next) {
		struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		next = list_next(&leg->forks, n);
		if (fork->cseq == cseq)
			sip_leg_fork_free(fork);
	}
}

/* A reliable response that is unacknowledged may still get its PRACK (RFC 3262 3). */
static bool transactions_left(const struct sip_leg *leg)
{
	if (leg->invite || leg->reinvite || leg->info.txn || leg->accept.txn ||
	    leg->accept.active || leg->reliable.unacked || sip_leg_overlap_busy(leg))
		return true;
	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n)) {
		const struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		if (fork->bye || !list_empty(&fork->early.pracks) || !list_empty(&fork->past))
			return true;
	}
	return false;
}

void sip_leg_settle(struct sip_leg *leg)
{
	if (leg->state == SIP_LEG_ENDING && !leg->leg.call && !transactions_left(leg))
		timer_start_us(&leg->reap, 0);
}

const char *sip_leg_call_id(const struct sip_dialog *dialog)
{
	return leg_of(dialog)->id;
}

bool sip_leg_body(const struct sip_msg *msg, struct str *sdp)
{
	const struct sip_range *type = msg->content_type;

	*sdp = msg->body;
	return msg->body.n && type && str_ieq(type->type, STR("application")) &&
	       str_ieq(type->subtype, STR("sdp"));
}

void sip_leg_bad_answer(const struct sip_leg *leg, const char *where)
{
	counter_add(&bad_answers, 1);
	log_write(LOG_WARNING, leg->id, "no usable session description in %s", where);
}

void sip_leg_name(struct sip_leg *leg, const struct call *call, const struct leg_number *called)
{
	size_t n = 0;

	(void)str_add(leg->id, sizeof(leg->id), 0, str_c(call_id(call)));
	if (called->noa == LEG_NOA_INTERNATIONAL)
		n = str_add(leg->number, sizeof(leg->number), n, STR("+"));
	(void)str_add(leg->number, sizeof(leg->number), n, str_c(called->digits));
}

void sip_leg_raise(struct sip_leg *leg, enum leg_ev ev)
{
	const struct leg_event event = { .ev = ev };

	call_raise(&leg->leg, &event);
}

enum q850_cause sip_leg_cause(const struct sip_leg *leg, unsigned status, unsigned warning)
{
	return (enum q850_cause)cause_from_status(leg->trunk->causes, status, warning).to;
}

struct leg_release sip_leg_release_read(const struct sip_msg *msg, enum q850_cause cause,
					enum q850_location location)
{
	struct leg_release release = { .cause = cause, .location = location };

	(void)sip_reason_read(msg->reason, &release);
	return release;
}

/* The core is asked to let go; it answers with RELEASED, after which the leg has no call. */
static void ask_release(struct sip_leg *leg, const struct leg_release *release)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = *release };

	if (leg->leg.call)
		call_raise(&leg->leg, &event);
}

void sip_leg_over(struct sip_leg *leg)
{
	timer_stop(&leg->repeat);
	timer_stop(&leg->expires);
	sip_leg_overlap_in_close(leg);
	sip_leg_overlap_hung_up(leg);
	reinvite_drop(leg);
	if (leg->leg.side == 0) {
		sip_leg_reliable_final(leg);
		/* Answered: its ACK is the transaction's business. */
		sip_txn_detach(leg->invite);
		leg->invite = NULL;
	}
	sip_leg_state_set(leg, SIP_LEG_ENDING);
}

void sip_leg_ended(struct sip_leg *leg, const struct leg_release *release)
{
	sip_leg_over(leg);
	ask_release(leg, release);
	sip_leg_settle(leg);
}

/* Without a call any more: the dialog goes down by our BYE, but not before the ACK for our 2xx
 * (15). */
static void bye_or_owe(struct sip_leg *leg, const struct leg_release *release)
{
	leg->release = *release;
	sip_leg_overlap_hung_up(leg);
	reinvite_drop(leg);
	if (leg->state == SIP_LEG_ACCEPTED) {
		leg->bye_owed = true;
		return;
	}
	sip_leg_accept_stop(leg);
	sip_leg_state_set(leg, SIP_LEG_ENDING);
	if (leg->fork)
		sip_leg_bye(leg->fork, release);
	sip_leg_settle(leg);
}

void sip_leg_abort(struct sip_leg *leg, enum q850_cause cause)
{
	const struct leg_release release = { .cause = cause, .location = Q850_LOC_PUBLIC_LOCAL };

	leg->bye_owed = false;
	sip_leg_state_set(leg, SIP_LEG_UP);
	bye_or_owe(leg, &release);
	ask_release(leg, &release);
	sip_leg_settle(leg);
}

static void bye_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg_fork *fork = user;

	(void)txn;
	if (msg->status < 200)
		return;
	if (sip_leg_challenged(fork->leg, msg)) {
		sip_txn_detach(fork->bye);
		fork->bye = NULL;
		sip_leg_bye(fork, &fork->leg->release);
		return;
	}
	fork->bye_done = true;
}

static void bye_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg_fork *fork = user;

	(void)txn;
	fork->bye_done = true;
	log_write(LOG_NOTICE, fork->leg->id, "BYE without an answer (%u): the dialog is over",
		  status);
}

static void bye_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg_fork *fork = user;

	(void)txn;
	fork->bye = NULL;
	sip_leg_settle(fork->leg);
}

/* 15.1.1: the session is over once BYE is sent, whatever the answer. */
static const struct sip_client_ops bye_ops = {
	.response = bye_response,
	.failed = bye_failed,
	.ended = bye_ended,
};

void sip_leg_bye(struct sip_leg_fork *fork, const struct leg_release *release)
{
	struct sip_client_params params = {
		.next_hop = sip_dialog_next_hop(&fork->dialog),
		.call = fork->leg->id,
		.ops = &bye_ops,
		.user = fork,
	};
	int err;

	if (fork->bye)
		return;
	err = sip_leg_request_write(fork, SIP_BYE, ++fork->dialog.local_cseq, false, release,
				    &params.request);
	if (!err)
		err = sip_client_start(fork->leg->ua->parts.stack, &params, &fork->bye);
	if (err)
		log_write(LOG_ERROR, fork->leg->id, "BYE not sent: %s", strerror(-err));
}

/* ---- requests inside the dialog ---- */

static void bye_received(struct sip_leg *leg, struct sip_txn *txn, struct sip_msg *msg)
{
	struct leg_release release = sip_leg_release_read(msg, Q850_NORMAL, Q850_LOC_USER);

	sip_party_uui_read(&leg->trunk->party, msg, leg->id, &release.user_to_user);
	sip_ua_reply(txn, 200, leg->id);
	switch (leg->state) {
	case SIP_LEG_INVITED:
		sip_leg_uas_bye(leg, &release);
		break;
	case SIP_LEG_ACCEPTED:
	case SIP_LEG_UP:
		leg->bye_owed = false;
		sip_leg_accept_stop(leg);
		sip_leg_ended(leg, &release);
		break;
	default:
		break;
	}
}

void sip_leg_request(struct sip_dialog *dialog, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = leg_of(dialog);

	if (dialog->owner != leg->fork && leg->state != SIP_LEG_CALLING) {
		/* A fork that lost: it has its BYE already. */
		sip_ua_reply(txn, msg->method == SIP_BYE ? 200 : 481, leg->id);
		return;
	}
	sip_leg_heard(leg);
	switch (msg->method) {
	case SIP_INVITE:
		sip_leg_reinvite(leg, txn, msg);
		break;
	case SIP_BYE:
		bye_received(leg, txn, msg);
		break;
	case SIP_INFO:
		sip_leg_info(leg, txn, msg);
		break;
	case SIP_PRACK:
		sip_leg_prack(leg, txn, msg);
		break;
	case SIP_UPDATE:
		sip_leg_update(dialog->owner, txn, msg);
		break;
	case SIP_OPTIONS:
		sip_ua_answer_options(leg->ua, leg->trunk, txn, msg);
		break;
	default:
		sip_ua_refuse(leg->ua, txn, msg, 405, "method not allowed in a dialog", leg->id);
		break;
	}
}

/* ---- the core's events ---- */

static void on_release_up(struct sip_leg *leg, const struct leg_event *event)
{
	const struct leg_event done = { .ev = LEG_EV_RELEASED, .release = event->release };

	bye_or_owe(leg, &event->release);
	call_raise(&leg->leg, &done);
	sip_leg_settle(leg);
}

static void on_release_invited(struct sip_leg *leg, const struct leg_event *event)
{
	const struct leg_event done = { .ev = LEG_EV_RELEASED, .release = event->release };

	sip_leg_uas_release(leg, &event->release);
	call_raise(&leg->leg, &done);
	sip_leg_settle(leg);
}

static void on_release_calling(struct sip_leg *leg, const struct leg_event *event)
{
	const struct leg_event done = { .ev = LEG_EV_RELEASED, .release = event->release };

	sip_leg_uac_release(leg, &event->release);
	call_raise(&leg->leg, &done);
	sip_leg_settle(leg);
}

/* The leg is on its way out already. */
static void on_release_late(struct sip_leg *leg, const struct leg_event *event)
{
	const struct leg_event done = { .ev = LEG_EV_RELEASED, .release = event->release };

	call_raise(&leg->leg, &done);
	sip_leg_settle(leg);
}

static void on_released(struct sip_leg *leg, const struct leg_event *event)
{
	/* Given up by the core's guard while the leg still meant to go on. */
	if (leg->state == SIP_LEG_UP || leg->state == SIP_LEG_ACCEPTED)
		bye_or_owe(leg, &event->release);
	else if (leg->state == SIP_LEG_INVITED)
		sip_leg_uas_release(leg, &event->release);
	sip_leg_settle(leg);
}

/* Two may stop the media: the party over there, and the network that has it on hook. */
static void held_set(struct sip_leg *leg, unsigned by, bool held)
{
	leg->held_by = held ? leg->held_by | by : leg->held_by & ~by;
	leg->want = leg->held_by ? SDP_SENDONLY : SDP_SENDRECV;
	sip_leg_reinvite_sync(leg);
}

static void on_hold(struct sip_leg *leg, const struct leg_event *event)
{
	(void)event;
	held_set(leg, SIP_LEG_HELD, true);
}

static void on_retrieve(struct sip_leg *leg, const struct leg_event *event)
{
	(void)event;
	held_set(leg, SIP_LEG_HELD, false);
}

/* RFC 3398 9.1: re-INVITE for SUS and RES, and the same way for both. */
static void on_suspend(struct sip_leg *leg, const struct leg_event *event)
{
	(void)event;
	held_set(leg, SIP_LEG_SUSPENDED, true);
}

static void on_resume(struct sip_leg *leg, const struct leg_event *event)
{
	(void)event;
	held_set(leg, SIP_LEG_SUSPENDED, false);
}

static const char trunk_only[] = "a trunk is asked for a call, no leg";
static const char no_sip_form[] = "SIP has no message for it";
static const char core_connects[] = "what was negotiated stays: the core connects the media";
static const char after_answer[] = "the core passes that on after the answer";
static const char to_caller_only[] = "the core tells that to the leg that called";
static const char answered[] = "the call is answered";
static const char on_its_way_out[] = "the peer has its end, or was told of it";

/* clang-format off */
static const struct sip_leg_pair pairs[SIP_LEG_STATES][LEG_EVS] = {
	[SIP_LEG_INVITED] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = ACT(sip_leg_overlap_in_digits),
		[LEG_EV_ADDRESS_COMPLETE] = ACT(sip_leg_uas_progress),
		[LEG_EV_PROGRESS]         = ACT(sip_leg_uas_progress),
		[LEG_EV_ALERTING]         = ACT(sip_leg_uas_progress),
		[LEG_EV_ANSWER]           = ACT(sip_leg_uas_answer),
		[LEG_EV_HOLD]             = ACT(on_hold),
		[LEG_EV_RETRIEVE]         = ACT(on_retrieve),
		[LEG_EV_SUSPEND]          = ACT(on_suspend),
		[LEG_EV_RESUME]           = ACT(on_resume),
		[LEG_EV_CARRIED]          = SKIP(no_sip_form),
		[LEG_EV_USER_INFO]        = ACT(sip_leg_info_send),
		[LEG_EV_MEDIA]            = ACT(sip_leg_uas_progress),
		[LEG_EV_RELEASE]          = ACT(on_release_invited),
		[LEG_EV_RELEASED]         = ACT(on_released),
	},
	[SIP_LEG_ACCEPTED] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = NEVER(answered),
		[LEG_EV_ADDRESS_COMPLETE] = NEVER(answered),
		[LEG_EV_PROGRESS]         = SKIP(no_sip_form),
		[LEG_EV_ALERTING]         = NEVER(answered),
		[LEG_EV_ANSWER]           = NEVER(answered),
		[LEG_EV_HOLD]             = ACT(on_hold),
		[LEG_EV_RETRIEVE]         = ACT(on_retrieve),
		[LEG_EV_SUSPEND]          = ACT(on_suspend),
		[LEG_EV_RESUME]           = ACT(on_resume),
		[LEG_EV_CARRIED]          = SKIP(no_sip_form),
		[LEG_EV_USER_INFO]        = ACT(sip_leg_info_send),
		[LEG_EV_MEDIA]            = SKIP(core_connects),
		[LEG_EV_RELEASE]          = ACT(on_release_up),
		[LEG_EV_RELEASED]         = ACT(on_released),
	},
	[SIP_LEG_CALLING] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = ACT(sip_leg_overlap_digits),
		[LEG_EV_ADDRESS_COMPLETE] = NEVER(to_caller_only),
		[LEG_EV_PROGRESS]         = NEVER(after_answer),
		[LEG_EV_ALERTING]         = NEVER(to_caller_only),
		[LEG_EV_ANSWER]           = NEVER(to_caller_only),
		[LEG_EV_HOLD]             = ACT(on_hold),
		[LEG_EV_RETRIEVE]         = ACT(on_retrieve),
		[LEG_EV_SUSPEND]          = ACT(on_suspend),
		[LEG_EV_RESUME]           = ACT(on_resume),
		[LEG_EV_CARRIED]          = SKIP(no_sip_form),
		[LEG_EV_USER_INFO]        = ACT(sip_leg_info_send),
		[LEG_EV_MEDIA]            = SKIP(core_connects),
		[LEG_EV_RELEASE]          = ACT(on_release_calling),
		[LEG_EV_RELEASED]         = ACT(on_released),
	},
	[SIP_LEG_CANCELLED] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = SKIP(on_its_way_out),
		[LEG_EV_ADDRESS_COMPLETE] = SKIP(on_its_way_out),
		[LEG_EV_PROGRESS]         = SKIP(on_its_way_out),
		[LEG_EV_ALERTING]         = SKIP(on_its_way_out),
		[LEG_EV_ANSWER]           = SKIP(on_its_way_out),
		[LEG_EV_HOLD]             = SKIP(on_its_way_out),
		[LEG_EV_RETRIEVE]         = SKIP(on_its_way_out),
		[LEG_EV_SUSPEND]          = SKIP(on_its_way_out),
		[LEG_EV_RESUME]           = SKIP(on_its_way_out),
		[LEG_EV_CARRIED]          = SKIP(no_sip_form),
		[LEG_EV_USER_INFO]        = SKIP(on_its_way_out),
		[LEG_EV_MEDIA]            = SKIP(on_its_way_out),
		[LEG_EV_RELEASE]          = ACT(on_release_late),
		[LEG_EV_RELEASED]         = ACT(on_released),
	},
	[SIP_LEG_UP] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = NEVER(answered),
		[LEG_EV_ADDRESS_COMPLETE] = NEVER(answered),
		[LEG_EV_PROGRESS]         = SKIP(no_sip_form),
		[LEG_EV_ALERTING]         = NEVER(answered),
		[LEG_EV_ANSWER]           = NEVER(answered),
		[LEG_EV_HOLD]             = ACT(on_hold),
		[LEG_EV_RETRIEVE]         = ACT(on_retrieve),
		[LEG_EV_SUSPEND]          = ACT(on_suspend),
		[LEG_EV_RESUME]           = ACT(on_resume),
		[LEG_EV_CARRIED]          = SKIP(no_sip_form),
		[LEG_EV_USER_INFO]        = ACT(sip_leg_info_send),
		[LEG_EV_MEDIA]            = SKIP(core_connects),
		[LEG_EV_RELEASE]          = ACT(on_release_up),
		[LEG_EV_RELEASED]         = ACT(on_released),
	},
	[SIP_LEG_ENDING] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = SKIP(on_its_way_out),
		[LEG_EV_ADDRESS_COMPLETE] = SKIP(on_its_way_out),
		[LEG_EV_PROGRESS]         = SKIP(on_its_way_out),
		[LEG_EV_ALERTING]         = SKIP(on_its_way_out),
		[LEG_EV_ANSWER]           = SKIP(on_its_way_out),
		[LEG_EV_HOLD]             = SKIP(on_its_way_out),
		[LEG_EV_RETRIEVE]         = SKIP(on_its_way_out),
		[LEG_EV_SUSPEND]          = SKIP(on_its_way_out),
		[LEG_EV_RESUME]           = SKIP(on_its_way_out),
		[LEG_EV_CARRIED]          = SKIP(no_sip_form),
		[LEG_EV_USER_INFO]        = SKIP(on_its_way_out),
		[LEG_EV_MEDIA]            = SKIP(on_its_way_out),
		[LEG_EV_RELEASE]          = ACT(on_release_late),
		[LEG_EV_RELEASED]         = ACT(on_released),
	},
};
/* clang-format on */

const struct sip_leg_pair *sip_leg_pair(enum sip_leg_state state, enum leg_ev ev)
{
	return &pairs[state][ev];
}

static void leg_event(struct leg *base, const struct leg_event *event)
{
	struct sip_leg *leg = (struct sip_leg *)base;
	const struct sip_leg_pair *pair = sip_leg_pair(leg->state, event->ev);

	if (pair->act)
		pair->act(leg, event);
	else
		call_pair_skip(leg->id, event->ev, state_names[leg->state], pair->ignored,
			       pair->impossible);
}

static void leg_describe(const struct leg *base, char *text, size_t cap)
{
	const struct sip_leg *leg = (const struct sip_leg *)base;

	const struct str parts[] = { STR("sip:"), str_c(leg->number), STR("@"),
				     str_c(leg->trunk->host) };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		n = str_add(text, cap, n, parts[i]);
}

const struct leg_ops sip_leg_ops = {
	.protocol = "sip",
	.event = leg_event,
	.describe = leg_describe,
};

static bool leg_settled(const struct sip_leg *leg)
{
	if (leg->state != SIP_LEG_ENDING)
		return false;
	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n)) {
		const struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		if (fork->bye && !fork->bye_done)
			return false;
	}
	return true;
}

bool sip_ua_settled(const struct sip_ua *ua)
{
	for (struct list_node *n = list_first(&ua->legs); n; n = list_next(&ua->legs, n))
		if (!leg_settled(container_of(n, struct sip_leg, node)))
			return false;
	return true;
}

/* Early dialogs, whether provisional responses are reliable, and what of early media passes. */
static void show_progress(struct table *table, const struct sip_leg *leg)
{
	bool reliable = leg->reliable.on;

	if (leg->state == SIP_LEG_CALLING) {
		table_set_int(table, 4, leg->n_forks);
		for (struct list_node *n = list_first(&leg->forks); n;
		     n = list_next(&leg->forks, n))
			reliable |= container_of(n, struct sip_leg_fork, node)->early.rseq > 0;
		if (leg->gate.fork)
			table_set_str(table, 6,
				      str_c(leg->gate.receive
						    ? leg->gate.send ? "both ways" : "backward"
					    : leg->gate.send ? "forward"
							     : "closed"));
	} else if (leg->state == SIP_LEG_INVITED) {
		table_set_int(table, 4, leg->progress > 0);
		table_set_str(table, 6, str_c(leg->early_sdp ? "both ways" : ""));
	} else {
		return;
	}
	table_set_bool(table, 5, reliable);
}

struct table *sip_ua_show_dialogs(void *arg)
{
	static const char *const columns[] = { "call",	    "trunk",	  "state", "side",
					       "early",	    "reliable",	  "media", "call_id",
					       "local_tag", "remote_tag", "target" };
	struct sip_ua *ua = arg;
	struct table *table = table_new(columns, 11);

	for (struct list_node *n = table ? list_first(&ua->legs) : NULL; n && !table_row(table);
	     n = list_next(&ua->legs, n)) {
		const struct sip_leg *leg = container_of(n, struct sip_leg, node);

		table_set_str(table, 0, str_c(leg->id));
		table_set_str(table, 1, str_c(leg->trunk->name));
		table_set_str(table, 2, str_c(state_names[leg->state]));
		table_set_str(table, 3, str_c(leg->leg.side ? "called" : "calling"));
		show_progress(table, leg);
		if (!leg->fork)
			continue;
		table_set_str(table, 7, leg->fork->dialog.call_id);
		table_set_str(table, 8, leg->fork->dialog.local_tag);
		table_set_str(table, 9, leg->fork->dialog.remote_tag);
		table_set_str(table, 10, leg->fork->dialog.target);
	}
	return table;
}
