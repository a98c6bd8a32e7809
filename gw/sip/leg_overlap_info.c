/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digits of the number by INFO in the early dialog (RFC 3578 3.1 names the way and its price). Either any provisional
 * response with a To tag opens it, and a 183 is not told of before the last digit, as it would become an ACM too early; or
 * 184 "Ready For More Digits" does, which Cisco's PGW 2200 uses for that reason (its SIP Overlap Signaling feature module,
 * 9.7(3)). Bodies: application/dtmf-relay, a digit each; or application/x-session-info with "SubsequentDigit: 12" of 3GPP's
 * in-dialog method (TS 24.229 Annex N, TS 29.163).
 */
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_private.h"
#include "gw/sip/session_info.h"

#define DIGIT_MS 160 /* what Duration says of a digit that nobody hears */

static struct counter sent =
	COUNTER_INIT("causeway_sip_overlap_info_total",
		     "INFOs sent with digits of the called number (RFC 3578 3.1)");

static void send_next(struct sip_leg *leg);

/* The peer does not take the digits: the number stays incomplete. */
static void give_up(struct sip_leg *leg, unsigned status)
{
	const struct leg_release release = { .cause = Q850_INCOMPLETE,
					     .location = Q850_LOC_PUBLIC_LOCAL,
					     .sip_status = (uint16_t)status };
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = release };

	if (leg->state != SIP_LEG_CALLING)
		return;
	log_write(LOG_NOTICE, leg->id, "INFO with digits of the number refused with %u", status);
	sip_leg_uac_release(leg, &release);
	call_raise(&leg->leg, &event);
	sip_leg_settle(leg);
}

static void info_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_leg *leg = user;
	struct sip_leg_overlap_out *o = leg->overlap;

	(void)txn;
	if (msg->status < 200)
		return;
	o->busy = false;
	if (sip_leg_challenged(leg, msg)) {
		send_next(leg);
		return;
	}
	if (msg->status >= 300) {
		give_up(leg, msg->status);
		return;
	}
	o->n_waiting -= o->in_info;
	memmove(o->waiting, o->waiting + o->in_info, o->n_waiting);
	send_next(leg);
}

static void info_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_leg *leg = user;

	(void)txn;
	leg->overlap->busy = false;
	give_up(leg, status);
}

static void info_ended(void *user, struct sip_txn *txn)
{
	struct sip_leg *leg = user;

	/* The next one may have its transaction already. */
	if (leg->overlap->info == txn)
		leg->overlap->info = NULL;
	sip_leg_settle(leg);
}

static const struct sip_client_ops info_ops = {
	.response = info_response,
	.failed = info_failed,
	.ended = info_ended,
};

static int info_write(struct sip_leg *leg, struct sip_leg_fork *fork, struct str *text)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	const struct dtmf_digit digit = { .digit = o->waiting[0], .duration_ms = DIGIT_MS };
	struct sip_writer w;
	char body[128];
	size_t n;

	o->in_info = o->session_info ? o->n_waiting : 1;
	n = o->session_info
		    ? session_info_write((struct str){ o->waiting, o->in_info }, body, sizeof(body))
		    : dtmf_relay_write(&digit, body, sizeof(body));
	sip_write_open(&w, leg->ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_dialog_write_line(&fork->dialog, &w, SIP_INFO);
	sip_dialog_write_head(&fork->dialog, &w, SIP_INFO, ++fork->dialog.local_cseq);
	sip_credentials_write(&leg->credentials, &w, leg->trunk->user, leg->trunk->password);
	sip_ua_write_product(leg->ua, &w, SIP_H_USER_AGENT);
	sip_write_body(&w,
		       o->session_info ? STR("application/x-session-info")
				       : STR("application/dtmf-relay"),
		       (struct str){ body, n });
	return sip_write_close(&w, text);
}

/* One at a time, so that they keep their order; in the dialog that spoke first and is still there. */
static void send_next(struct sip_leg *leg)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	struct sip_client_params params = { .call = leg->id, .ops = &info_ops, .user = leg };
	struct list_node *first = list_first(&leg->forks);
	struct sip_leg_fork *fork;
	struct sip_txn *txn = NULL;
	int err;

	if (!o->ready || o->busy || !o->n_waiting || !first || leg->state != SIP_LEG_CALLING)
		return;
	fork = container_of(first, struct sip_leg_fork, node);
	params.next_hop = sip_dialog_next_hop(&fork->dialog);
	err = info_write(leg, fork, &params.request);
	if (!err)
		err = sip_client_start(leg->ua->parts.stack, &params, &txn);
	if (err) {
		log_write(LOG_ERROR, leg->id, "INFO not sent: %s", strerror(-err));
		give_up(leg, 500);
		return;
	}
	counter_add(&sent, 1);
	sip_txn_detach(o->info);
	o->info = txn;
	o->busy = true;
}

static void more_digits(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	size_t n = event->digits.n;

	if (n > sizeof(o->waiting) - o->n_waiting)
		n = sizeof(o->waiting) - o->n_waiting;
	if (n)
		memcpy(o->waiting + o->n_waiting, event->digits.p, n);
	o->n_waiting += n;
	o->over = event->digits_complete;
	send_next(leg);
	if (o->over && o->held) {
		o->held = false;
		sip_leg_progress_raise(leg, 183, o->held_in_band);
	}
}

static bool open_by_any(struct sip_leg *leg, struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	struct sip_leg_overlap_out *o = leg->overlap;

	o->ready |= fork != NULL;
	if (msg->status == 183 && !o->over) {
		o->held = true;
		o->held_in_band |= fork && fork->has_settled;
	}
	send_next(leg);
	return msg->status == 184 || (msg->status == 183 && !o->over);
}

static bool open_by_184(struct sip_leg *leg, struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	if (msg->status != 184)
		return false;
	leg->overlap->ready |= fork != NULL;
	send_next(leg);
	return true;
}

const struct sip_overlap_ops sip_overlap_info = {
	.digits = more_digits,
	.provisional = open_by_any,
};

const struct sip_overlap_ops sip_overlap_184 = {
	.digits = more_digits,
	.provisional = open_by_184,
};
