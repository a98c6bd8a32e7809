/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Overlap towards a leg that its peer calls: an INVITE with the same Call-ID and From tag and more digits continues the call
 * of the one before, which is answered with 484 (RFC 3578 3.5, RFC 4497 8.3.9); or digits come by INFO, asked for with 183 or
 * 184. T10 and T35 run here as they do on a circuit.
 */
#include <stdio.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "gw/sip/identity.h"
#include "gw/sip/leg_private.h"
#include "gw/sip/session_info.h"

static struct counter continued =
	COUNTER_INIT("causeway_sip_overlap_continued_total",
		     "INVITEs that brought more digits to a call (RFC 3578 3.5)");
static struct counter ambiguous =
	COUNTER_INIT("causeway_sip_overlap_ambiguous_total",
		     "INVITEs for a call under way without more digits: refused with 485 or 484");
static struct counter by_info = COUNTER_INIT("causeway_sip_overlap_info_in_total",
					     "INFOs that brought more digits to a call");

struct key {
	struct str call_id, from_tag;
};

static uint32_t key_hash(const struct key *key)
{
	return str_hash(key->from_tag, str_hash(key->call_id, 0));
}

static bool matches(const struct hash_node *node, const void *arg)
{
	const struct sip_leg_overlap_in *in =
		container_of(node, const struct sip_leg_overlap_in, node);
	const struct sip_leg *leg = container_of(in, const struct sip_leg, dialled);
	const struct key *key = arg;

	return leg->fork && str_eq(leg->fork->dialog.call_id, key->call_id) &&
	       str_eq(leg->fork->dialog.remote_tag, key->from_tag);
}

static struct sip_leg *leg_find(struct sip_ua *ua, const struct sip_msg *msg)
{
	const struct key key = { msg->call_id, msg->from->tag };
	struct hash_node *node = hash_find(&ua->dialled, key_hash(&key), matches, &key);

	return node ? container_of(container_of(node, struct sip_leg_overlap_in, node),
				   struct sip_leg, dialled)
		    : NULL;
}

int sip_leg_overlap_in_open(struct sip_leg *leg, const struct sip_msg *msg,
			    const struct leg_number *called)
{
	const struct key key = { msg->call_id, msg->from->tag };
	struct sip_leg_overlap_in *in = &leg->dialled;
	int err = hash_insert(&leg->ua->dialled, &in->node, key_hash(&key));

	if (err)
		return err;
	in->listed = true;
	in->open = leg->trunk->overlap_in != CONF_OVERLAP_IN_OFF;
	in->cseq = msg->cseq.number;
	in->number = *called;
	return 0;
}

void sip_leg_overlap_in_done(struct sip_leg *leg)
{
	leg->dialled.open = false;
	timer_stop(&leg->dialled.timer);
}

void sip_leg_overlap_in_close(struct sip_leg *leg)
{
	struct sip_leg_overlap_in *in = &leg->dialled;

	sip_leg_overlap_in_done(leg);
	if (in->listed)
		hash_remove(&leg->ua->dialled, &in->node);
	in->listed = false;
}

static void digits_raise(struct sip_leg *leg, struct str digits, bool complete)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .digits = digits,
					 .digits_complete = complete };

	if (leg->leg.call)
		call_raise(&leg->leg, &event);
}

/* ---- timers ---- */

static void trace_timer(const struct sip_leg *leg, const char *what)
{
	struct trace_event event = { .kind = TRACE_TIMER, .call = leg->id };
	char text[48];

	if (!trace_wanted(TRACE_TIMER))
		return;
	snprintf(text, sizeof(text), "%s %s", leg->dialled.timer.name, what);
	event.text = str_c(text);
	trace_emit(&event);
}

void sip_leg_overlap_in_expired(struct timer *timer, void *arg)
{
	struct sip_leg *leg = arg;
	const struct leg_release release = { .cause = Q850_INCOMPLETE,
					     .location = Q850_LOC_PUBLIC_LOCAL };
	bool missing = strcmp(timer->name, "T35") == 0;

	trace_timer(leg, "expired");
	if (leg->state != SIP_LEG_INVITED)
		return;
	leg->dialled.open = false;
	if (!missing) {
		digits_raise(leg, STR_NONE, true);
		return;
	}
	log_write(LOG_INFO, leg->id, "digits are missing after T35");
	sip_leg_uas_release(leg, &release);
	sip_leg_ended(leg, &release);
}

static void timer_begin(struct sip_leg *leg, const struct leg_awaited *awaited)
{
	uint32_t ms = awaited->missing ? awaited->t35_ms : awaited->t10_ms;
	char text[32];

	if (!ms)
		ms = awaited->missing ? leg->trunk->t35_ms : leg->trunk->t10_ms;
	leg->dialled.timer.name = awaited->missing ? "T35" : "T10";
	timer_start_ms(&leg->dialled.timer, ms);
	snprintf(text, sizeof(text), "started %u.%u s", ms / 1000, ms % 1000 / 100);
	trace_timer(leg, text);
}

void sip_leg_overlap_in_digits(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_overlap_in *in = &leg->dialled;
	const struct sip_leg_provisional ready = {
		.status = leg->trunk->overlap_in == CONF_OVERLAP_IN_184 ? 184 : 183
	};

	if (event->digits_complete) {
		sip_leg_overlap_in_done(leg);
		return;
	}
	if (!in->open)
		return;
	timer_begin(leg, &event->awaited);
	if (in->told || leg->trunk->overlap_in < CONF_OVERLAP_IN_INFO)
		return;
	in->told = true;
	sip_leg_provisional_send(leg, &ready);
}

/* ---- INVITEs that continue a call ---- */

enum relation { CONTINUES, OUT_OF_DATE, AMBIGUOUS };

/* RFC 4497 8.3.9: a superset of the digits continues; an INVITE that another has overtaken is out of date. */
static enum relation relation_of(const struct sip_leg *leg, const struct sip_msg *msg,
				 const struct leg_number *number)
{
	const struct leg_number *have = &leg->dialled.number;
	size_t n_have = strlen(have->digits), n = strlen(number->digits);
	bool later = msg->cseq.number > leg->dialled.cseq;

	/* An answer that waits for its PRACK is an answer. */
	if (leg->state != SIP_LEG_INVITED || leg->reliable.answer || number->noa != have->noa ||
	    strncmp(number->digits, have->digits, n < n_have ? n : n_have) != 0)
		return AMBIGUOUS;
	if (later && n > n_have)
		return CONTINUES;
	return !later && n < n_have ? OUT_OF_DATE : AMBIGUOUS;
}

/* The call has the new INVITE, and the digits that it adds. */
static void continue_with(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg,
			  const struct leg_number *number)
{
	struct sip_leg_overlap_in *in = &leg->dialled;
	char more[LEG_DIGITS_MAX + 1];

	(void)str_copy(more, sizeof(more), str_c(number->digits + strlen(in->number.digits)));
	counter_add(&continued, 1);
	log_write(LOG_INFO, leg->id, "INVITE with more digits: %s", more);
	in->number = *number;
	in->cseq = msg->cseq.number;
	sip_leg_name(leg, leg->leg.call, number);
	timer_stop(&in->timer);
	in->told = false;
	if (sip_leg_uas_replace(leg, txn, msg))
		digits_raise(leg, str_c(more), !in->open);
}

bool sip_leg_overlap_in_take(struct sip_trunk *trunk, struct sip_txn *txn,
			     const struct sip_msg *msg)
{
	struct leg_number number = { .noa = LEG_NOA_UNKNOWN };
	struct sip_leg *leg = leg_find(trunk->ua, msg);

	if (!leg || leg->trunk != trunk || leg->state == SIP_LEG_ENDING ||
	    sip_identity_number(&msg->uri, &number))
		return false;
	switch (relation_of(leg, msg, &number)) {
	case CONTINUES:
		continue_with(leg, txn, msg, &number);
		break;
	case OUT_OF_DATE:
		counter_add(&ambiguous, 1);
		sip_ua_refuse(trunk->ua, txn, msg, 484, "an INVITE with more digits was faster",
			      leg->id);
		break;
	case AMBIGUOUS:
		counter_add(&ambiguous, 1);
		sip_ua_refuse(trunk->ua, txn, msg, 485, "its digits do not continue the call's",
			      leg->id);
		break;
	}
	return true;
}

/* ---- INFO ---- */

static int digits_parse(const struct sip_msg *msg, char *text, size_t cap)
{
	struct dtmf_digit digit;
	int err;

	if (str_ieq(msg->content_type->subtype, STR("x-session-info")))
		return session_info_parse(msg->body, text, cap);
	err = str_ieq(msg->content_type->subtype, STR("dtmf-relay"))
		      ? dtmf_relay_parse(&digit, msg->body)
		      : dtmf_plain_parse(&digit, msg->body);
	if (!err)
		(void)str_copy(text, cap, (struct str){ &digit.digit, 1 });
	return err;
}

bool sip_leg_overlap_in_info(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg)
{
	struct sip_leg_overlap_in *in = &leg->dialled;
	bool session_info =
		msg->body.n && str_ieq(msg->content_type->subtype, STR("x-session-info"));
	bool ours = leg->state == SIP_LEG_INVITED && in->open && in->told;
	char digits[LEG_DIGITS_MAX + 1];

	if (!msg->body.n || (!ours && !session_info))
		return false;
	if (digits_parse(msg, digits, sizeof(digits))) {
		sip_ua_refuse(leg->ua, txn, msg, 400, "no digits in the body of INFO", leg->id);
		return true;
	}
	sip_ua_reply(txn, 200, leg->id);
	if (!ours) {
		log_write(LOG_DEBUG, leg->id, "digits %s by INFO are too late", digits);
		return true;
	}
	counter_add(&by_info, 1);
	log_write(LOG_INFO, leg->id, "digits %s by INFO", digits);
	(void)str_add(in->number.digits, sizeof(in->number.digits), strlen(in->number.digits),
		      str_c(digits));
	sip_leg_name(leg, leg->leg.call, &in->number);
	timer_stop(&in->timer);
	digits_raise(leg, str_c(digits), false);
	return true;
}
