/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits by INFO (RFC 6086, in the way of before it): from the peer to the core, and to the peer one by one, each after
 * the answer to the one before, so that they keep their order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

static struct counter taken =
	COUNTER_INIT("causeway_sip_info_digits_in_total", "Digits taken from INFO");
static struct counter sent =
	COUNTER_INIT("causeway_sip_info_digits_out_total", "Digits sent by INFO");
static struct counter lost =
	COUNTER_INIT("causeway_sip_info_digits_lost_total",
		     "Digits for INFO that the peer refused, or that found no room");

/* ---- from the peer ---- */

static int body_parse(const struct sip_msg *msg, struct dtmf_digit *digit)
{
	return str_ieq(msg->content_type->subtype, STR("dtmf-relay"))
		       ? dtmf_relay_parse(digit, msg->body)
		       : dtmf_plain_parse(digit, msg->body);
}

/* Where events were agreed on the digit comes as one of them, too. */
static bool is_wanted(const struct sip_leg *leg)
{
	return leg->leg.call && leg->state != SIP_LEG_ENDING && leg->state != SIP_LEG_CANCELLED &&
	       !leg->events_agreed;
}

void sip_leg_info(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg)
{
	struct leg_event event = { .ev = LEG_EV_USER_INFO };
	struct dtmf_digit digit;

	if (sip_leg_overlap_in_info(leg, txn, msg))
		return;
	if (!msg->body.n) {
		sip_ua_reply(txn, 200, leg->id);
		return;
	}
	if (body_parse(msg, &digit)) {
		sip_ua_refuse(leg->ua, txn, msg, 400, "no digit in the body of INFO", leg->id);
		return;
	}
	sip_ua_reply(txn, 200, leg->id);
	if (!is_wanted(leg)) {
		log_write(LOG_DEBUG, leg->id, "digit %c by INFO not taken", digit.digit);
		return;
	}
	counter_add(&taken, 1);
	log_write(LOG_INFO, leg->id, "digit %c by INFO, %u ms", digit.digit,
		  (unsigned)digit.duration_ms);
	event.digits = (struct str){ &digit.digit, 1 };
	event.digit_ms = digit.duration_ms;
	call_raise(&leg->leg, &event);
}

/* ---- to the peer ---- */

static void info_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = user;

	(void)txn;
	if (msg->status < 200)
		return;
	leg->info.busy = false;
	sip_leg_heard(leg);
	if (sip_leg_challenged(leg, msg) && leg->info.n < LEG_INFO_MAX) {
		memmove(leg->info.waiting + 1, leg->info.waiting,
			leg->info.n++ * sizeof(leg->info.waiting[0]));
		leg->info.waiting[0] = leg->info.sending;
		sip_leg_info_sync(leg);
		return;
	}
	if (msg->status < 300) {
		counter_add(&sent, 1);
	} else {
		counter_add(&lost, 1);
		log_write(LOG_NOTICE, leg->id, "digit by INFO refused with %u", msg->status);
	}
	/* 12.2.1.2: the dialog is gone. */
	if ((msg->status == 481 || msg->status == 408) && leg->state == SIP_LEG_UP)
		sip_leg_abort(leg, sip_leg_cause(leg, msg->status, 0));
	else
		sip_leg_info_sync(leg);
}

static void info_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	leg->info.busy = false;
	counter_add(&lost, 1);
	log_write(LOG_WARNING, leg->id, "INFO without an answer (%u)", status);
	if (leg->state == SIP_LEG_UP)
		sip_leg_abort(leg, sip_leg_cause(leg, status, 0));
}

static void info_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	/* The next one may have its transaction already. */
	if (leg->info.txn == txn)
		leg->info.txn = NULL;
	sip_leg_settle(leg);
}

static const struct sip_client_ops info_ops = {
	.response = info_response,
	.failed = info_failed,
	.ended = info_ended,
};

static int info_write(struct sip_leg *leg, const struct dtmf_digit *digit, struct str *text)
{
	struct sip_writer w;
	char body[64];
	size_t n = dtmf_relay_write(digit, body, sizeof(body));

	sip_write_open(&w, leg->ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_dialog_write_line(&leg->fork->dialog, &w, SIP_INFO);
	sip_dialog_write_head(&leg->fork->dialog, &w, SIP_INFO, ++leg->fork->dialog.local_cseq);
	sip_credentials_write(&leg->credentials, &w, leg->trunk->user, leg->trunk->password);
	sip_ua_write_product(leg->ua, &w, SIP_H_USER_AGENT);
	sip_write_body(&w, STR("application/dtmf-relay"), (struct str){ body, n });
	return sip_write_close(&w, text);
}

void sip_leg_info_sync(struct sip_leg *leg)
{
	struct sip_leg_info *info = &leg->info;
	struct sip_client_params params = { .call = leg->id, .ops = &info_ops, .user = leg };
	struct sip_txn *txn = NULL;
	int err;

	if (!info->n || info->busy || leg->state != SIP_LEG_UP || !leg->leg.call)
		return;
	params.next_hop = sip_dialog_next_hop(&leg->fork->dialog);
	info->sending = info->waiting[0];
	err = info_write(leg, &info->sending, &params.request);
	memmove(info->waiting, info->waiting + 1, --info->n * sizeof(info->waiting[0]));
	if (!err)
		err = sip_client_start(leg->ua->parts.stack, &params, &txn);
	if (err) {
		counter_add(&lost, 1);
		log_write(LOG_ERROR, leg->id, "INFO not sent: %s", strerror(-err));
		return;
	}
	sip_txn_detach(info->txn);
	info->txn = txn;
	info->busy = true;
}

void sip_leg_info_send(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_info *info = &leg->info;

	if (!info->waiting)
		info->waiting = calloc(LEG_INFO_MAX, sizeof(*info->waiting));
	if (!info->waiting) {
		counter_add(&lost, event->digits.n);
		log_write(LOG_ERROR, leg->id, "no memory for INFO: %.*s lost",
			  STR_FMT(event->digits));
		return;
	}
	for (size_t i = 0; i < event->digits.n; i++) {
		if (info->n == LEG_INFO_MAX) {
			counter_add(&lost, 1);
			log_write(LOG_WARNING, leg->id,
				  "more than %d digits wait for INFO: %c lost", LEG_INFO_MAX,
				  event->digits.p[i]);
			continue;
		}
		info->waiting[info->n++] = (struct dtmf_digit){ .digit = event->digits.p[i],
								.duration_ms = event->digit_ms };
	}
	sip_leg_info_sync(leg);
}
