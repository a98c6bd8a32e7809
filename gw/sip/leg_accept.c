/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A 2xx to INVITE or re-INVITE is sent from T1 to T2 apart until its ACK comes, at most for 64*T1
 * (RFC 3261 13.3.1.4). */
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

static void resend_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;
	struct sip_leg_accept *a = &leg->accept;
	uint32_t t2 = sip_stack_t2_ms(leg->ua->parts.stack);

	(void)timer;
	if (!a->txn || !a->text || sip_server_respond(a->txn, (struct str){ a->text, a->n }))
		return;
	a->interval_ms = a->interval_ms * 2 > t2 ? t2 : a->interval_ms * 2;
	timer_start_ms(&a->resend, a->interval_ms);
}

static void give_up_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;

	(void)timer;
	log_write(LOG_WARNING, leg->id, "no ACK within 64*T1: the session is ended");
	sip_leg_abort(leg, Q850_TIMER_EXPIRY);
}

int sip_leg_accept_open(struct sip_leg *leg)
{
	struct timer_heap *heap = leg->ua->parts.heap;
	int err = timer_init(&leg->accept.resend, heap, "2xx", resend_expired, leg);

	if (!err)
		err = timer_init(&leg->accept.give_up, heap, "64*T1", give_up_expired, leg);
	return err;
}

void sip_leg_accept_stop(struct sip_leg *leg)
{
	struct sip_leg_accept *a = &leg->accept;

	timer_stop(&a->resend);
	timer_stop(&a->give_up);
	sip_txn_detach(a->txn);
	free(a->text);
	a->txn = NULL;
	a->text = NULL;
	a->active = false;
}

void sip_leg_accept_close(struct sip_leg *leg)
{
	sip_leg_accept_stop(leg);
	timer_close(&leg->accept.resend);
	timer_close(&leg->accept.give_up);
}

void sip_leg_accept_start(struct sip_leg *leg, struct sip_txn *txn, uint32_t cseq, struct str text)
{
	struct sip_leg_accept *a = &leg->accept;
	uint32_t t1 = sip_stack_t1_ms(leg->ua->parts.stack);

	sip_leg_accept_stop(leg);
	sip_server_own(txn, &sip_leg_accept_ops, leg);
	a->txn = txn;
	a->cseq = cseq;
	a->active = true;
	a->interval_ms = t1;
	a->text = malloc(text.n);
	if (a->text) {
		memcpy(a->text, text.p, text.n);
		a->n = text.n;
		timer_start_ms(&a->resend, t1);
	} else {
		log_write(LOG_ERROR, leg->id, "no memory to send the 2xx again");
	}
	timer_start_ms(&a->give_up, 64 * (uint64_t)t1);
}

/* An ACK with the INVITE's own branch belongs to the transaction, and is one for the dialog all the
 * same. */
static void accept_ack(void *user, struct sip_txn *txn, struct sip_msg *ack)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (leg->fork)
		sip_leg_ack(&leg->fork->dialog, ack);
}

static void accept_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (!leg->accept.active)
		return;
	log_write(LOG_WARNING, leg->id, "2xx cannot be delivered (%u)", status);
	sip_leg_abort(leg, Q850_NETWORK_OUT_OF_ORDER);
}

static void accept_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	(void)txn;
	leg->accept.txn = NULL;
	sip_leg_settle(leg);
}

const struct sip_server_ops sip_leg_accept_ops = {
	.ack = accept_ack,
	.failed = accept_failed,
	.ended = accept_ended,
};
