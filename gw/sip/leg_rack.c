/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reliable provisional responses of the peer (RFC 3262 4): taken in order, INVITE by INVITE, each acknowledged with a PRACK
 * in its dialog. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

static struct counter taken = COUNTER_INIT("causeway_sip_reliable_responses_in_total",
					   "Reliable provisional responses taken, each once");
static struct counter repeated = COUNTER_INIT("causeway_sip_reliable_repeated_total",
					      "Reliable provisional responses that came again");
static struct counter misordered =
	COUNTER_INIT("causeway_sip_reliable_misordered_total",
		     "Reliable provisional responses discarded: RSeq is not the next one");
static struct counter malformed =
	COUNTER_INIT("causeway_sip_reliable_malformed_total",
		     "Provisional responses that require 100rel without an RSeq");

static void prack_free(struct sip_leg_prack *prack)
{
	sip_txn_detach(prack->txn);
	list_remove(&prack->node);
	free(prack);
}

void sip_leg_pracks_drop(struct sip_leg_fork *fork)
{
	struct list_node *node;

	while ((node = list_first(&fork->early.pracks)))
		prack_free(container_of(node, struct sip_leg_prack, node));
	while ((node = list_first(&fork->early.overtaken))) {
		list_remove(node);
		free(container_of(node, struct sip_leg_rseq, node));
	}
}

void sip_leg_early_lost(struct sip_leg_fork *fork, unsigned status)
{
	struct sip_leg *leg = fork->leg;
	struct leg_event event = { .ev = LEG_EV_RELEASE,
				   .release = { .cause = sip_leg_cause(leg, status, 0),
						.location = Q850_LOC_PUBLIC_LOCAL,
						.sip_status = (uint16_t)status } };

	if (leg->state != SIP_LEG_CALLING)
		return;
	if (leg->n_forks > 1) {
		sip_leg_fork_free(fork);
		sip_leg_early_changed(leg);
		return;
	}
	sip_leg_uac_release(leg, &event.release);
	call_raise(&leg->leg, &event);
}

static int prack_start(struct sip_leg_prack *prack);

/* 12.2.1.2: 408 and 481 say that the dialog is gone; of an INVITE that was overtaken, that it had its final response. */
static void lost(const struct sip_leg_prack *prack, unsigned status)
{
	if (prack->cseq >= prack->fork->cseq)
		sip_leg_early_lost(prack->fork, status);
}

static void refused(const struct sip_leg_prack *prack, unsigned status)
{
	log_write(LOG_NOTICE, prack->fork->leg->id, "PRACK refused with %u", status);
	if (status == 408 || status == 481)
		lost(prack, status);
}

static void prack_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg_prack *prack = user;

	(void)txn;
	if (msg->status < 200)
		return;
	if (sip_leg_challenged(prack->fork->leg, msg) && prack_start(prack) == 0)
		return;
	if (msg->status >= 300)
		refused(prack, msg->status);
	else
		sip_leg_early_heard(prack->fork, msg);
}

static void prack_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg_prack *prack = user;

	(void)txn;
	log_write(LOG_WARNING, prack->fork->leg->id, "PRACK without an answer (%u)", status);
	lost(prack, status);
}

static void prack_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg_prack *prack = user;
	struct sip_leg *leg = prack->fork->leg;

	(void)txn;
	prack->txn = NULL;
	prack_free(prack);
	sip_leg_settle(leg);
}

static const struct sip_client_ops prack_ops = {
	.response = prack_response,
	.failed = prack_failed,
	.ended = prack_ended,
};

static int prack_write(struct sip_leg_prack *prack, struct str *text)
{
	struct sip_leg_fork *fork = prack->fork;
	struct sip_leg *leg = fork->leg;
	struct sip_writer w;
	char rack[48];
	int n = snprintf(rack, sizeof(rack), "%u %u INVITE", (unsigned)prack->rseq,
			 (unsigned)prack->cseq);

	sip_write_open(&w, leg->ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_dialog_write_line(&fork->dialog, &w, SIP_PRACK);
	sip_dialog_write_head(&fork->dialog, &w, SIP_PRACK, ++fork->dialog.local_cseq);
	sip_write_other(&w, STR("RAck"), (struct str){ rack, (size_t)n });
	sip_credentials_write(&leg->credentials, &w, leg->trunk->user, leg->trunk->password);
	sip_ua_write_product(leg->ua, &w, SIP_H_USER_AGENT);
	sip_write_end(&w);
	return sip_write_close(&w, text);
}

static int prack_start(struct sip_leg_prack *prack)
{
	struct sip_leg *leg = prack->fork->leg;
	struct sip_client_params params = { .next_hop = sip_dialog_next_hop(&prack->fork->dialog),
					    .call = leg->id,
					    .ops = &prack_ops,
					    .user = prack };
	struct sip_txn *txn = NULL;
	int err = prack_write(prack, &params.request);

	if (!err)
		err = sip_client_start(leg->ua->parts.stack, &params, &txn);
	if (err) {
		log_write(LOG_ERROR, leg->id, "PRACK not sent: %s", strerror(-err));
		return err;
	}
	sip_txn_detach(prack->txn);
	prack->txn = txn;
	return 0;
}

static void prack_send(struct sip_leg_fork *fork, uint32_t rseq, uint32_t cseq)
{
	struct sip_leg_prack *prack = calloc(1, sizeof(*prack));

	if (!prack) {
		log_write(LOG_ERROR, fork->leg->id, "no memory for a PRACK");
		return;
	}
	prack->fork = fork;
	prack->rseq = rseq;
	prack->cseq = cseq;
	list_append(&fork->early.pracks, &prack->node);
	if (prack_start(prack))
		prack_free(prack);
}

/* What came in order for an INVITE that was overtaken; NULL: no memory. */
static uint32_t *overtaken_rseq(struct sip_leg_fork *fork, uint32_t cseq)
{
	struct list *list = &fork->early.overtaken;
	struct sip_leg_rseq *last;

	for (struct list_node *n = list_first(list); n; n = list_next(list, n)) {
		last = container_of(n, struct sip_leg_rseq, node);
		if (last->cseq == cseq)
			return &last->rseq;
	}
	last = calloc(1, sizeof(*last));
	if (!last) {
		log_write(LOG_ERROR, fork->leg->id, "no memory for an RSeq");
		return NULL;
	}
	last->cseq = cseq;
	list_append(list, &last->node);
	return &last->rseq;
}

void sip_leg_reliable_overtaken(struct sip_leg_fork *fork)
{
	uint32_t *last = fork->early.rseq ? overtaken_rseq(fork, fork->cseq) : NULL;

	if (last)
		*last = fork->early.rseq;
}

/* RFC 3262 4: the first one tells where RSeq begins. */
static bool in_order(const struct sip_leg_fork *fork, const struct sip_msg *msg, uint32_t last,
		     uint32_t rseq)
{
	if (last && rseq <= last) {
		counter_add(&repeated, 1);
		return false;
	}
	/* Discarded, not kept: the peer sends again what is missing, and then this one. */
	if (last && rseq != last + 1) {
		counter_add(&misordered, 1);
		log_write(LOG_NOTICE, fork->leg->id, "%u discarded: RSeq %u after %u", msg->status,
			  (unsigned)rseq, (unsigned)last);
		return false;
	}
	return true;
}

bool sip_leg_reliable_take(struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	bool late = msg->cseq.number < fork->cseq;
	uint32_t *last, rseq;

	if (!sip_is_reliable(msg) || fork->leg->trunk->reliable == CONF_RELIABLE_OFF)
		return true;
	if (sip_rseq_read(msg, &rseq)) {
		counter_add(&malformed, 1);
		log_write(LOG_NOTICE, fork->leg->id, "%u requires 100rel without a good RSeq",
			  msg->status);
		return true;
	}
	last = late ? overtaken_rseq(fork, msg->cseq.number) : &fork->early.rseq;
	if (!last || !in_order(fork, msg, *last, rseq))
		return false;
	counter_add(&taken, 1);
	*last = rseq;
	prack_send(fork, rseq, msg->cseq.number);
	/* Of an INVITE that another one in this dialog has overtaken it is acknowledged, and says no more of the call. */
	return !late;
}
