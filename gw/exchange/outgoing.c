/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Outgoing calls: the exchange is the originating exchange of Q.764 2.1, en bloc or overlap. */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "gw/exchange/exchange_private.h"

#define CPC_ORDINARY  0x0a /* Q.763 3.11 */
#define TMR_3K1_AUDIO 3	   /* Q.763 3.54 */
#define ATTEMPTS_MAX  3

static const uint8_t natures[] = {
	[CONF_NOA_UNKNOWN] = ISUP_NOA_UNKNOWN,
	[CONF_NOA_SUBSCRIBER] = ISUP_NOA_SUBSCRIBER,
	[CONF_NOA_NATIONAL] = ISUP_NOA_NATIONAL,
	[CONF_NOA_INTERNATIONAL] = ISUP_NOA_INTERNATIONAL,
};

/* * and # are codes 11 and 12 of Q.763 3.9. */
static void put_digits(struct isup_number *number, const char *digits)
{
	number->n = (uint8_t)strnlen(digits, ISUP_DIGITS_MAX);
	for (uint8_t i = 0; i < number->n; i++)
		number->digits[i] = digits[i] == '*' ? 'B' : digits[i] == '#' ? 'C' : digits[i];
	number->digits[number->n] = '\0';
}

static void numbers_of(struct exchange_call *call)
{
	const struct conf_originate *conf = call->origin;

	call->called.noa = natures[conf->noa];
	call->called.npi = ISUP_NPI_ISDN;
	put_digits(&call->called, conf->called);
	call->called.complete = !conf->no_st;
	if (!conf->calling)
		return;
	call->calling.noa = natures[conf->calling_noa];
	call->calling.npi = ISUP_NPI_ISDN;
	call->calling.presentation = conf->restricted ? ISUP_PRES_RESTRICTED : ISUP_PRES_ALLOWED;
	call->calling.screening = ISUP_SCR_NETWORK;
	put_digits(&call->calling, conf->calling);
}

/* The next n digits of the called number, ST behind the last. */
static struct isup_number next_digits(const struct exchange_call *call, unsigned n)
{
	struct isup_number part = call->called;

	if (n > (unsigned)(call->called.n - call->digits_sent))
		n = (unsigned)(call->called.n - call->digits_sent);
	memcpy(part.digits, call->called.digits + call->digits_sent, n);
	part.digits[n] = '\0';
	part.n = (uint8_t)n;
	part.complete = call->called.complete && call->digits_sent + n == call->called.n;
	return part;
}

/* Q.931 4.5.5: 3.1 kHz audio, circuit mode at 64 kbit/s, mu-law. */
static const uint8_t usi_3k1_audio[] = { 0x90, 0x90, 0xa2 };

static int make_iam(struct exchange_call *call, struct isup_msg *iam)
{
	const struct isup_nci nci = { 0 };
	bool interworking = call->origin->interworking;
	const struct isup_fci fci = { .interworking = interworking,
				      .isup_all_way = !interworking,
				      .isdn_access = !interworking };
	unsigned first = call->origin->overlap ? call->origin->first_digits : call->called.n;
	struct isup_number called = next_digits(call, first);
	int err;

	if (call_is_ansi(call))
		called.complete = false; /* it has no end signal */
	isup_msg_init(iam, ISUP_IAM, 0);
	err = isup_put_nci(iam, &nci);
	if (!err)
		err = isup_put_fci(iam, &fci);
	if (!err)
		err = isup_put_octet(iam, ISUP_P_CPC, CPC_ORDINARY);
	if (!err)
		err = call_is_ansi(call)
			      ? isup_msg_add(iam, ISUP_P_USI, usi_3k1_audio, sizeof(usi_3k1_audio))
			      : isup_put_octet(iam, ISUP_P_TMR, TMR_3K1_AUDIO);
	if (!err)
		err = isup_put_number(iam, ISUP_P_CALLED, &called);
	if (!err && call->origin->calling)
		err = isup_put_number(iam, ISUP_P_CALLING, &call->calling);
	if (!err)
		err = parameters_put(&call->origin->script, iam);
	call->digits_sent = called.n;
	return err;
}

static void fail(struct exchange_call *call, int err)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = err == -EAGAIN	 ? Q850_NO_CIRCUIT
						   : err == -ENETUNREACH ? Q850_NETWORK_OUT_OF_ORDER
									 : Q850_TEMPORARY_FAILURE };

	call_event(call, "IAM", "not sent: %s", strerror(-err));
	call_release(call, &cause, "network");
}

void outgoing_seize(struct exchange_call *call)
{
	struct isup_circuit *circuit;
	struct isup_msg iam;
	int err;

	call->digits_sent = 0;
	err = make_iam(call, &iam);
	if (!err)
		err = isup_setup(trunk_isup(call->exchange->trunk), &iam, call, &circuit);
	if (err) {
		fail(call, err);
		return;
	}
	call_take_circuit(call, circuit);
	call_event(call, "IAM", "sent: circuit %d, called %.*s of %s", call->cic, call->digits_sent,
		   call->called.digits, call->called.digits);
	if (call_audio_start(call) && call->digits_sent < call->called.n)
		timer_start_ms(&call->digit, call->origin->digit_interval_ms);
}

void outgoing_call(struct origin *origin)
{
	struct exchange_call *call = call_new(origin->exchange, true);

	if (!call) {
		log_write(LOG_ERROR, origin->conf->name, "no call made: out of memory");
		return;
	}
	call->origin = origin->conf;
	call->script = &origin->conf->script;
	call->play = origin->play;
	numbers_of(call);
	if (origin->conf->give_up_ms)
		timer_start_ms(&call->step, origin->conf->give_up_ms);
	outgoing_seize(call);
}

void outgoing_digit(struct exchange_call *call)
{
	struct isup_number part = next_digits(call, 1);
	struct isup_msg sam;

	isup_msg_init(&sam, ISUP_SAM, 0);
	(void)isup_put_number(&sam, ISUP_P_SUBSEQUENT, &part);
	call->digits_sent = (uint8_t)(call->digits_sent + part.n);
	(void)call_send(call, &sam);
	if (call->digits_sent < call->called.n)
		timer_start_ms(&call->digit, call->origin->digit_interval_ms);
}

static void address_complete(struct exchange_call *call, const struct isup_msg *acm)
{
	struct isup_bci bci;
	struct isup_obci obci;
	struct isup_cause cause;

	(void)isup_get_bci(acm, &bci);
	(void)isup_get_obci(acm, &obci);
	(void)isup_get_cause(acm, &cause);
	timer_stop(&call->digit);
	call_event(call, "ACM", "received:%s%s%s", bci.called_status == 1 ? " subscriber free" : "",
		   obci.in_band ? " in-band" : "", cause.value ? " with a cause" : "");
	call_set_state(call, CALL_ST_RINGING);
}

static void progress(struct exchange_call *call, const struct isup_msg *cpg)
{
	struct isup_event event;
	struct isup_obci obci;

	(void)isup_get_event(cpg, &event);
	(void)isup_get_obci(cpg, &obci);
	call_event(call, "CPG", "received: event %u%s", event.event,
		   obci.in_band ? " in-band" : "");
}

/* Dual seizure or a circuit that was blocked or reset meanwhile: Q.764 2.9.1.4 and 2.8.2. */
static void try_again(struct exchange_call *call, const struct isup_indication *ind)
{
	call->circuit = NULL;
	timer_stop(&call->digit);
	call_event(call, "re-attempt", "%u %s", ind->cause.value,
		   q850_cause_name(ind->cause.value));
	if (++call->attempts > ATTEMPTS_MAX)
		call_release(call, &ind->cause, "network");
	else if (call->audio_up)
		call_audio_stop(call); /* outgoing_seize follows when the old timeslot is let go */
	else
		outgoing_seize(call);
}

void outgoing_indicate(struct exchange_call *call, const struct isup_indication *ind)
{
	switch (ind->ind) {
	case ISUP_IND_ADDRESS_COMPLETE:
		address_complete(call, ind->msg);
		break;
	case ISUP_IND_PROGRESS:
		progress(call, ind->msg);
		break;
	case ISUP_IND_ANSWER:
		call_event(call, isup_type_name(ind->msg->type), "received");
		call_answered(call);
		break;
	default:
		try_again(call, ind);
		break;
	}
}
