/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Incoming calls: the exchange is the destination exchange of Q.764 2.1 and does what the called
 * number's script says. */
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "gw/exchange/exchange_private.h"

static void put_bci(struct isup_msg *msg, bool free)
{
	/* Q.763 3.5: charge, ordinary subscriber, ISUP all the way, ISDN access */
	const struct isup_bci bci = { .charge = 2,
				      .called_status = free ? 1 : 0,
				      .called_category = 1,
				      .isup_all_way = true,
				      .isdn_access = true };

	(void)isup_put_bci(msg, &bci);
}

static void send_acm(struct exchange_call *call, bool free, bool in_band)
{
	const struct isup_obci obci = { .in_band = true };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_ACM, 0);
	put_bci(&msg, free);
	if (in_band)
		(void)isup_put_obci(&msg, &obci);
	call->acm_sent = true;
	(void)call_send(call, &msg);
}

static void answer(struct exchange_call *call)
{
	/* RFC 3398 13: ANSI has no CON. */
	bool connect = !call->acm_sent && !call_is_ansi(call);
	struct isup_msg msg;

	if (!call_audio_start(call))
		return;
	isup_msg_init(&msg, connect ? ISUP_CON : ISUP_ANM, 0);
	if (connect)
		put_bci(&msg, true);
	if (parameters_put(&call->subscriber->conf->script, &msg))
		call_event(call, "parameters", "not sent: too many");
	(void)call_send(call, &msg);
	call_answered(call);
}

static void end(struct exchange_call *call)
{
	const struct isup_cause cause = plan_cause(call->subscriber->conf);

	call_release(call, &cause, "local");
}

/* Q.764 2.1.4: the destination exchange sends ringback itself. An announcement in its place is told
 * in the ACM's optional indicators (Q.763 3.37). */
static void ring(struct exchange_call *call)
{
	const struct subscriber *subscriber = call->subscriber;
	const struct conf_number *number = subscriber->conf;
	bool early = subscriber->early != NULL;

	if (!call_audio_start(call))
		return;
	send_acm(call, !early, early || number->in_band);
	call_set_state(call, CALL_ST_RINGING);
	call_audio_play(call, early ? subscriber->early : &sound_ringback);
}

/* The answer or the release after delay; at once, or after a file, when there is none. */
static void delay(struct exchange_call *call)
{
	const struct subscriber *subscriber = call->subscriber;
	bool file = subscriber->early && subscriber->early->kind == SOUND_FILE && call->acm_sent;

	if (call->state == CALL_ST_RELEASING)
		return;
	if (subscriber->conf->delay_ms)
		timer_start_ms(&call->step, subscriber->conf->delay_ms);
	else if (!file)
		incoming_step(call);
}

void incoming_step(struct exchange_call *call)
{
	switch (call->subscriber->conf->action) {
	case CONF_ACTION_ANSWER:
	case CONF_ACTION_CONNECT:
	case CONF_ACTION_OVERLAP:
		answer(call);
		break;
	case CONF_ACTION_BUSY:
	case CONF_ACTION_NO_ANSWER:
	case CONF_ACTION_UNALLOCATED:
	case CONF_ACTION_REJECT:
	case CONF_ACTION_ANNOUNCE_RELEASE:
	case CONF_ACTION_SILENT:
		end(call);
		break;
	}
}

void incoming_played(struct exchange_call *call)
{
	if (call->state == CALL_ST_RINGING && call->subscriber->early &&
	    !call->subscriber->conf->delay_ms)
		incoming_step(call);
}

/* The number is complete: its script begins. */
static void begin(struct exchange_call *call)
{
	const struct conf_number *number = call->subscriber->conf;

	call_set_state(call, CALL_ST_PROCEEDING);
	isup_digits_complete(call->circuit);
	switch (number->action) {
	case CONF_ACTION_ANSWER:
	case CONF_ACTION_OVERLAP:
	case CONF_ACTION_ANNOUNCE_RELEASE:
		ring(call);
		delay(call);
		break;
	case CONF_ACTION_CONNECT:
	case CONF_ACTION_BUSY:
	case CONF_ACTION_UNALLOCATED:
	case CONF_ACTION_REJECT:
		delay(call);
		break;
	case CONF_ACTION_NO_ANSWER:
		ring(call);
		if (number->script.hold_ms && call->state == CALL_ST_RINGING)
			timer_start_ms(&call->step, number->script.hold_ms);
		break;
	case CONF_ACTION_SILENT:
		break;
	}
}

static void refuse(struct exchange_call *call, uint8_t value)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_REMOTE, .value = value };

	call_release(call, &cause, "local");
}

static void look_up(struct exchange_call *call)
{
	struct exchange *exchange = call->exchange;
	const struct conf_number *number;
	char digits[PLAN_DIGITS_MAX + 1];

	if (call->state != CALL_ST_COLLECTING)
		return;
	plan_digits(exchange->conf, &call->called, digits);
	switch (plan_find(exchange->conf, digits, call->called.complete, &number)) {
	case PLAN_WAIT:
		break;
	case PLAN_FOUND:
		call->subscriber = &exchange->subscribers[number - exchange->conf->numbers];
		call->script = &number->script;
		call->play = call->subscriber->play;
		begin(call);
		break;
	case PLAN_UNALLOCATED:
		refuse(call, Q850_UNALLOCATED);
		break;
	case PLAN_INCOMPLETE:
		refuse(call, Q850_INCOMPLETE);
		break;
	}
}

void incoming_setup(struct exchange *exchange, struct isup_circuit *circuit,
		    const struct isup_msg *iam)
{
	const struct isup_cause failed = { .location = Q850_LOC_PUBLIC_LOCAL,
					   .value = Q850_TEMPORARY_FAILURE };
	struct exchange_call *call = exchange->stopping ? NULL : call_new(exchange, false);

	if (!call) {
		isup_release(circuit, &failed);
		return;
	}
	call_take_circuit(call, circuit);
	(void)isup_get_number(iam, ISUP_P_CALLED, &call->called);
	call->called.complete |= call_is_ansi(call); /* RFC 3398 13: en bloc always */
	(void)isup_get_number(iam, ISUP_P_CALLING, &call->calling);
	call_event(call, "IAM", "received: circuit %d, called %s%s, calling %s", call->cic,
		   call->called.digits, call->called.complete ? " complete" : "",
		   call->calling.digits);
	look_up(call);
	call_check_over(call);
}

static bool append_digits(struct isup_number *called, const struct isup_number *more)
{
	if (called->n + more->n > ISUP_DIGITS_MAX)
		return false;
	memcpy(called->digits + called->n, more->digits, more->n + 1u);
	called->n = (uint8_t)(called->n + more->n);
	called->complete = more->complete;
	return true;
}

void incoming_digits(struct exchange_call *call, const struct isup_indication *ind)
{
	struct isup_number more;

	if (ind->ind == ISUP_IND_T10) {
		call_event(call, "T10", "no more digits");
		call->called.complete = true;
	} else if (!isup_get_number(ind->msg, ISUP_P_SUBSEQUENT, &more) ||
		   !append_digits(&call->called, &more)) {
		refuse(call, Q850_INCOMPLETE);
		return;
	} else {
		call_event(call, "SAM", "received: %s%s", more.digits,
			   more.complete ? " complete" : "");
	}
	look_up(call);
}
