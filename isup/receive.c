/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Messages in: to the call, to maintenance, or refused. Q.764 2.9.5 discards a message with a
 * format error, but then both ends wait for a timer while a caller listens to nothing. So what a
 * message would have done decides, by its type alone:
 *   IAM		refused with REL, cause 111: the other end need not wait for T7;
 *   REL, RLC		taken: they free the circuit whatever stands behind their type;
 *   SAM ACM CON ANM	the call ends both ways with cause 111, as the ends disagree on it from
 *here; other call messages	discarded and told by CFN, cause 111: the call can live without
 *them; maintenance	discarded: whoever waits for an answer repeats (2.8.2.3, 2.9.3.3), and CFN
 *			is never answered.
 */
#include <errno.h>

#include "isup/isup_private.h"

enum treatment { TREAT_DISCARD, TREAT_IAM, TREAT_RLC, TREAT_EVENT, TREAT_CONFUSE };

/* What a malformed message of a type does; a type without a row is discarded. */
static const struct {
	uint8_t type;
	enum treatment treatment;
	enum circuit_ev ev;
} malformed[] = {
	{ ISUP_IAM, TREAT_IAM, CIC_EVS },      { ISUP_REL, TREAT_EVENT, CIC_EV_REL },
	{ ISUP_RLC, TREAT_RLC, CIC_EVS },      { ISUP_SAM, TREAT_EVENT, CIC_EV_BAD },
	{ ISUP_ACM, TREAT_EVENT, CIC_EV_BAD }, { ISUP_CON, TREAT_EVENT, CIC_EV_BAD },
	{ ISUP_ANM, TREAT_EVENT, CIC_EV_BAD }, { ISUP_CPG, TREAT_CONFUSE, CIC_EVS },
	{ ISUP_SUS, TREAT_CONFUSE, CIC_EVS },  { ISUP_RES, TREAT_CONFUSE, CIC_EVS },
	{ ISUP_INR, TREAT_CONFUSE, CIC_EVS },  { ISUP_INF, TREAT_CONFUSE, CIC_EVS },
	{ ISUP_COT, TREAT_CONFUSE, CIC_EVS },  { ISUP_FOT, TREAT_CONFUSE, CIC_EVS },
	{ ISUP_USR, TREAT_CONFUSE, CIC_EVS },
};

static const struct {
	uint8_t type;
	enum circuit_ev ev;
} call_messages[] = {
	{ ISUP_SAM, CIC_EV_SAM }, { ISUP_ACM, CIC_EV_ACM }, { ISUP_CPG, CIC_EV_CPG },
	{ ISUP_ANM, CIC_EV_ANM }, { ISUP_CON, CIC_EV_CON }, { ISUP_SUS, CIC_EV_SUS },
	{ ISUP_RES, CIC_EV_RES }, { ISUP_REL, CIC_EV_REL }, { ISUP_INR, CIC_EV_INR },
	{ ISUP_INF, CIC_EV_INF }, { ISUP_OLM, CIC_EV_OLM },
};

/*
 * Q.764 2.12: a message for a circuit that is not equipped here. An answer, UCIC and CFN are not
 * answered themselves, so that two ends do not answer each other for ever.
 */
static void refuse_circuit(struct isup *isup, const struct isup_msg *msg)
{
	static const uint8_t silent[] = { ISUP_UCIC, ISUP_CFN,	ISUP_RLC, ISUP_BLA, ISUP_UBA,
					  ISUP_CGBA, ISUP_CGUA, ISUP_GRA, ISUP_CQR, ISUP_LPA };
	struct isup_msg ucic;

	counter_add(&isup_unexpected, 1);
	log_write(LOG_WARNING, isup->name, "cic %u is not equipped, message type 0x%02x", msg->cic,
		  msg->type);
	for (size_t i = 0; i < sizeof(silent); i++)
		if (silent[i] == msg->type)
			return;
	isup_msg_start(isup, &ucic, ISUP_UCIC, msg->cic);
	(void)isup_transmit(isup, NULL, &ucic);
}

static void refuse_malformed(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_PROTOCOL_ERROR) };
	enum treatment treatment = TREAT_DISCARD;
	enum circuit_ev ev = CIC_EVS;

	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		if (malformed[i].type == msg->type) {
			treatment = malformed[i].treatment;
			ev = malformed[i].ev;
		}
	switch (treatment) {
	case TREAT_IAM:
		isup_iam_received(circuit, NULL);
		break;
	case TREAT_RLC:
		isup_circuit_message(circuit, msg);
		break;
	case TREAT_EVENT:
		isup_call_event(circuit, ev, &in);
		break;
	case TREAT_CONFUSE:
		isup_transmit_confusion(circuit->isup, circuit->cic, Q850_PROTOCOL_ERROR, NULL);
		break;
	case TREAT_DISCARD:
		break;
	}
}

static void refuse_message(struct isup *isup, struct isup_msg *msg, const struct isup_error *error)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, msg->cic);

	if (error->kind == ISUP_E_UNKNOWN_TYPE) {
		counter_add(&isup_unknown_types, 1);
		log_write(LOG_NOTICE, isup->name, "cic %u: message of unknown type 0x%02x",
			  msg->cic, msg->type);
	} else {
		counter_add(&isup_bad_messages, 1);
		log_write(LOG_WARNING, isup->name, "cic %u: bad message, type 0x%02x, octet %u: %s",
			  msg->cic, msg->type, error->offset,
			  error->text ? error->text : "malformed");
	}
	if (!circuit)
		refuse_circuit(isup, msg);
	else if (error->kind == ISUP_E_UNKNOWN_TYPE)
		isup_message_unknown(circuit, msg);
	else
		refuse_malformed(circuit, msg);
}

void isup_circuit_take(struct isup_circuit *circuit, struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_PROTOCOL_ERROR) };

	if (!isup_understand(circuit, msg))
		return;
	if (msg->type == ISUP_IAM) {
		isup_iam_received(circuit, msg);
		return;
	}
	for (size_t i = 0; i < sizeof(call_messages) / sizeof(call_messages[0]); i++) {
		if (call_messages[i].type != msg->type)
			continue;
		isup_call_event(circuit, call_messages[i].ev, &in);
		return;
	}
	if (isup_goes_with_call(msg->type))
		isup_call_event(circuit, CIC_EV_INFO, &in);
	else
		isup_circuit_message(circuit, msg);
}

static void take_message(struct isup *isup, struct isup_msg *msg)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, msg->cic);

	if (msg->type == ISUP_REL)
		isup_congestion_told(isup, msg);
	if (isup_availability_message(isup, msg) || isup_group_message(isup, msg) ||
	    isup_query_message(isup, msg))
		return;
	if (!circuit) {
		refuse_circuit(isup, msg);
		return;
	}
	isup_circuit_enter(circuit);
	if (!isup_segment_in(circuit, msg))
		isup_circuit_take(circuit, msg);
	isup_circuit_leave(circuit);
}

void isup_message_in(struct isup *isup, const uint8_t *octets, size_t n)
{
	struct isup_error error;
	struct isup_msg msg;
	int err;

	if (n < 3) {
		counter_add(&isup_bad_messages, 1);
		log_write(LOG_WARNING, isup->name, "message of %zu octets", n);
		return;
	}
	isup->heard++;
	isup_user_part_back(isup);
	isup_trace_flush(isup);
	err = isup_msg_decode_as(&msg, isup->conf.variant, octets, n, &error);
	isup_trace_later(isup, &msg, octets, n);
	if (err || msg.type != ISUP_IAM)
		isup_trace_flush(isup);
	if (err)
		refuse_message(isup, &msg, &error);
	else
		take_message(isup, &msg);
	isup_trace_flush(isup);
}
