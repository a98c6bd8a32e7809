/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Whether the peer of an answered call is still there: OPTIONS within the dialog when nothing has come in it for long
 * (RFC 3261 11, 12.2.1). */
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

/* An outage of the network or of name servers is not to end every call at once. */
#define UNSENT_MOST 5
#define AGAIN_MS    60000

static struct counter sent = COUNTER_INIT("causeway_sip_call_checks_total",
					  "OPTIONS sent within the dialogs of answered calls");
static struct counter lost = COUNTER_INIT("causeway_sip_call_checks_lost_total",
					  "Calls released because their peer, asked by OPTIONS, "
					  "did not answer or knew the dialog no more");

static uint64_t now_us(const struct sip_leg *leg)
{
	return timer_heap_now_us(leg->ua->parts.heap);
}

/* The trunk's present time: a reload may have changed it. */
static uint64_t limit_us(const struct sip_leg *leg)
{
	return 1000 * (uint64_t)leg->trunk->call_check_ms;
}

static void wait(struct sip_leg *leg)
{
	uint64_t quiet_us = now_us(leg) - leg->check.heard_us, limit = limit_us(leg);

	if (limit)
		timer_start_us(&leg->check.timer, limit > quiet_us ? limit - quiet_us : 0);
}

static void wait_to_send(struct sip_leg *leg)
{
	uint64_t limit = limit_us(leg), again = 1000 * (uint64_t)AGAIN_MS;

	if (limit)
		timer_start_us(&leg->check.timer, limit < again ? limit : again);
}

/* 12.2.1.2: it ends with a BYE whatever the status says, as after a re-INVITE. */
static void gone(struct sip_leg *leg, unsigned status)
{
	counter_add(&lost, 1);
	sip_leg_abort(leg, sip_leg_cause(leg, status, 0));
}

/* Who refuses is there; 401 and 407, too, need no more. */
static void check_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (msg->status < 200)
		return;
	if (msg->status != 408 && msg->status != 481) {
		sip_leg_heard(leg);
		wait(leg);
		return;
	}
	log_write(LOG_WARNING, leg->id, "OPTIONS answered with %u: the peer's dialog is gone",
		  msg->status);
	gone(leg, msg->status);
}

/* Something else may have come from the peer in the meantime. */
static void check_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (leg->check.heard_us > leg->check.sent_us) {
		wait(leg);
		return;
	}
	if (status != 408 && ++leg->check.unsent < UNSENT_MOST) {
		wait_to_send(leg);
		return;
	}
	log_write(LOG_WARNING, leg->id, "OPTIONS %s (%u): the peer is gone",
		  status == 408 ? "without an answer" : "cannot be sent", status);
	gone(leg, status);
}

static void check_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	if (leg->check.txn == txn)
		leg->check.txn = NULL;
}

static const struct sip_client_ops check_ops = {
	.response = check_response,
	.failed = check_failed,
	.ended = check_ended,
};

static void ask(struct sip_leg *leg)
{
	struct sip_leg_fork *fork = leg->fork;
	struct sip_client_params params = { .next_hop = sip_dialog_next_hop(&fork->dialog),
					    .call = leg->id,
					    .ops = &check_ops,
					    .user = leg };
	struct sip_txn *txn = NULL;
	int err = sip_leg_request_write(fork, SIP_OPTIONS, ++fork->dialog.local_cseq, false, NULL,
					&params.request);

	leg->check.sent_us = now_us(leg);
	if (!err)
		err = sip_client_start(leg->ua->parts.stack, &params, &txn);
	if (err) {
		log_write(LOG_ERROR, leg->id, "OPTIONS not sent: %s", strerror(-err));
		sip_leg_heard(leg);
		wait(leg);
		return;
	}
	counter_add(&sent, 1);
	sip_txn_detach(leg->check.txn);
	leg->check.txn = txn;
}

/* Messages of the peer do not touch the timer: it looks back when it expires. */
static void check_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;

	(void)timer;
	if (limit_us(leg) && now_us(leg) - leg->check.heard_us >= limit_us(leg))
		ask(leg);
	else
		wait(leg);
}

int sip_leg_check_open(struct sip_leg *leg)
{
	return timer_init(&leg->check.timer, leg->ua->parts.heap, "call check", check_expired, leg);
}

void sip_leg_heard(struct sip_leg *leg)
{
	leg->check.heard_us = now_us(leg);
	leg->check.unsent = 0;
}

void sip_leg_check_start(struct sip_leg *leg)
{
	sip_leg_heard(leg);
	wait(leg);
}

/* OPTIONS that is under way goes on by itself, and nobody listens. */
void sip_leg_check_stop(struct sip_leg *leg)
{
	timer_stop(&leg->check.timer);
	sip_txn_detach(leg->check.txn);
	leg->check.txn = NULL;
}

void sip_leg_check_close(struct sip_leg *leg)
{
	sip_leg_check_stop(leg);
	timer_close(&leg->check.timer);
}
