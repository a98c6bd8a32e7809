/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP between two exchanges: circuits by CIC, messages in and out, compatibility (Q.764 2.9.5),
 * pause and resume. */
#include "isup/isup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "gw/base/trace.h"
#include "isup/isup_private.h"

#define ISUP_P_CAUSE_CFN_UNKNOWN Q850_MESSAGE_UNKNOWN

struct counter isup_bad_messages =
	COUNTER_INIT("causeway_isup_bad_messages_total", "ISUP messages that cannot be decoded");
struct counter isup_unknown_types =
	COUNTER_INIT("causeway_isup_unknown_types_total", "ISUP messages of an unknown type");
struct counter isup_unexpected = COUNTER_INIT(
	"causeway_isup_unexpected_total", "ISUP messages that the circuit's state does not expect");
struct counter isup_dual_seizures =
	COUNTER_INIT("causeway_isup_dual_seizures_total", "Circuits seized by both ends");
struct counter isup_resets =
	COUNTER_INIT("causeway_isup_resets_total", "Circuits reset, by either end");
struct counter isup_blockings =
	COUNTER_INIT("causeway_isup_blockings_total", "Circuits blocked, by either end");
struct counter isup_timer_releases = COUNTER_INIT("causeway_isup_timer_releases_total",
						  "Calls released because a timer ran out");

void isup_log(const struct isup_circuit *circuit, int level, const char *fmt, ...)
{
	char subject[64], text[256];
	va_list ap;

	if (level > (int)log_level())
		return;
	snprintf(subject, sizeof(subject), "%s:%u", circuit->isup->name, circuit->cic);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_write((enum log_level)level, subject, "%s", text);
}

void isup_alarm(struct isup *isup, const char *what, unsigned cic, bool raised)
{
	if (isup->user.alarm)
		isup->user.alarm(isup->user.arg, what, cic, raised);
}

static const char *call_of(struct isup *isup, struct isup_circuit *circuit)
{
	if (!circuit || !circuit->user || !isup->user.call_id)
		return NULL;
	return isup->user.call_id(isup->user.arg, circuit);
}

void isup_trace_timer(struct isup_circuit *circuit, const char *name, const char *what)
{
	struct isup *isup = circuit->isup;
	char text[64];

	if (!trace_wanted(TRACE_TIMER))
		return;
	snprintf(text, sizeof(text), "%s %s", name, what);
	struct trace_event event = { .kind = TRACE_TIMER,
				     .call = call_of(isup, circuit),
				     .peer = isup->name,
				     .text = str_c(text) };
	trace_emit(&event);
}

/* SIO and ITU routing label in front of the message, as MTP3 carries it. */
static void trace_message(struct isup *isup, struct isup_circuit *circuit,
			  const struct isup_msg *msg, bool sent, const uint8_t *octets, size_t n)
{
	uint32_t opc = sent ? isup->conf.opc : isup->conf.dpc,
		 dpc = sent ? isup->conf.dpc : isup->conf.opc;
	uint32_t label = (dpc & 0x3fff) | (opc & 0x3fff) << 14 | (uint32_t)(msg->cic & 0x0f) << 28;
	uint8_t msu[5 + ISUP_OCTETS_MAX];
	char text[160];

	if (!trace_wanted(TRACE_MTP3) || n > ISUP_OCTETS_MAX)
		return;
	msu[0] = (uint8_t)(isup->conf.ni << 6 | MTP_SI_ISUP);
	for (unsigned i = 0; i < 4; i++)
		msu[1 + i] = (uint8_t)(label >> (8 * i));
	memcpy(msu + 5, octets, n);
	isup_msg_print(msg, text, sizeof(text));
	struct trace_event event = { .kind = TRACE_MTP3,
				     .call = call_of(isup, circuit),
				     .peer = isup->name,
				     .sent = sent,
				     .text = str_c(text),
				     .octets = msu,
				     .n_octets = n + 5 };
	trace_emit(&event);
}

void isup_trace_received(struct isup *isup)
{
	if (isup->untraced.msg)
		trace_message(isup, isup->untraced.circuit, isup->untraced.msg, false,
			      isup->untraced.octets, isup->untraced.n);
	isup->untraced.msg = NULL;
}

int isup_transmit(struct isup *isup, struct isup_circuit *circuit, const struct isup_msg *msg)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	int n = isup_msg_encode(msg, octets, sizeof(octets));
	int err;

	if (n < 0) {
		log_write(LOG_ERROR, isup->name, "%s not encoded: %s", isup_type_name(msg->type),
			  strerror(-n));
		return n;
	}
	/* Q.704: all messages of a circuit take one link; the signalling link selection is the
	 * CIC's low bits. */
	err = isup->mtp ? mtp_transfer(isup->mtp, isup->conf.opc, isup->conf.dpc, msg->cic & 0x0f,
				       octets, (size_t)n)
			: -ENETUNREACH;
	if (err)
		log_write(LOG_NOTICE, isup->name, "%s cic %u not sent: %s",
			  isup_type_name(msg->type), msg->cic, strerror(-err));
	else
		trace_message(isup, circuit, msg, true, octets, (size_t)n);
	return err;
}

void isup_transmit_plain(struct isup_circuit *circuit, enum isup_type type)
{
	struct isup_msg msg;

	isup_msg_init(&msg, type, circuit->cic);
	(void)isup_transmit(circuit->isup, circuit, &msg);
}

/* --- receiving --- */

static void send_confusion(struct isup *isup, uint16_t cic, uint8_t cause, uint8_t diagnostic)
{
	const struct isup_cause value = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = cause,
					  .n_diagnostic = 1,
					  .diagnostic = { diagnostic } };
	struct isup_msg cfn;

	isup_msg_init(&cfn, ISUP_CFN, cic);
	(void)isup_put_cause(&cfn, &value);
	(void)isup_transmit(isup, NULL, &cfn);
}

/*
 * Q.764 2.9.5: a type that is not known is answered by CFN, cause 97 with the type. A message that
 * cannot be decoded is discarded and told by CFN, cause 111; a malformed REL still means that the
 * call is over, and a malformed IAM is refused.
 */
static void refuse_message(struct isup *isup, struct isup_circuit *circuit,
			   const struct isup_msg *msg, const struct isup_error *error)
{
	if (error->kind == ISUP_E_UNKNOWN_TYPE) {
		counter_add(&isup_unknown_types, 1);
		log_write(LOG_NOTICE, isup->name, "cic %u: message of unknown type 0x%02x",
			  msg->cic, msg->type);
		send_confusion(isup, msg->cic, Q850_MESSAGE_UNKNOWN, msg->type);
		return;
	}
	counter_add(&isup_bad_messages, 1);
	log_write(LOG_WARNING, isup->name, "cic %u: bad message, type 0x%02x, octet %u: %s",
		  msg->cic, msg->type, error->offset, error->text ? error->text : "malformed");
	if (circuit && msg->type == ISUP_REL) {
		isup_call_event(circuit, CIC_EV_REL, msg);
	} else if (circuit && msg->type == ISUP_IAM && circuit->state == CIC_IDLE) {
		const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
						  .value = Q850_PROTOCOL_ERROR };

		isup_circuit_set_state(circuit, CIC_IC_WAIT_ACM);
		isup_release(circuit, &cause);
	} else {
		send_confusion(isup, msg->cic, Q850_PROTOCOL_ERROR, msg->type);
	}
}

/* Q.764 2.12: a message for a circuit that is not equipped here. Answers to an answer would go on
 * for ever. */
static void refuse_circuit(struct isup *isup, const struct isup_msg *msg)
{
	struct isup_msg ucic;

	counter_add(&isup_unexpected, 1);
	log_write(LOG_WARNING, isup->name, "cic %u is not equipped", msg->cic);
	if (msg->type == ISUP_UCIC || msg->type == ISUP_RLC || msg->type == ISUP_CFN ||
	    msg->type == ISUP_BLA || msg->type == ISUP_UBA || msg->type == ISUP_CGBA ||
	    msg->type == ISUP_CGUA || msg->type == ISUP_GRA)
		return;
	isup_msg_init(&ucic, ISUP_UCIC, msg->cic);
	(void)isup_transmit(isup, NULL, &ucic);
}

static const struct {
	uint8_t type;
	enum circuit_ev ev;
} call_messages[] = {
	{ ISUP_IAM, CIC_EV_IAM }, { ISUP_SAM, CIC_EV_SAM }, { ISUP_ACM, CIC_EV_ACM },
	{ ISUP_CPG, CIC_EV_CPG }, { ISUP_ANM, CIC_EV_ANM }, { ISUP_CON, CIC_EV_CON },
	{ ISUP_SUS, CIC_EV_SUS }, { ISUP_RES, CIC_EV_RES }, { ISUP_REL, CIC_EV_REL },
};

static bool call_message(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	for (size_t i = 0; i < sizeof(call_messages) / sizeof(call_messages[0]); i++) {
		if (call_messages[i].type != msg->type)
			continue;
		isup_call_event(circuit, call_messages[i].ev, msg);
		return true;
	}
	return false;
}

static void dispatch(struct isup *isup, struct isup_circuit *circuit, const struct isup_msg *msg)
{
	if (call_message(circuit, msg) || isup_maintenance_message(isup, circuit, msg))
		return;
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_NOTICE, "%s is not used here; discarded", isup_type_name(msg->type));
}

void isup_message_in(struct isup *isup, const uint8_t *octets, size_t n)
{
	struct isup_error error = { 0 };
	struct isup_msg msg;
	struct isup_circuit *circuit;
	int err = isup_msg_decode(&msg, octets, n, &error);

	if (n < 3) {
		counter_add(&isup_bad_messages, 1);
		log_write(LOG_WARNING, isup->name, "message of %zu octets", n);
		return;
	}
	circuit = isup->circuits[msg.cic & (ISUP_CICS - 1)];
	isup->untraced.circuit = circuit;
	isup->untraced.msg = &msg;
	isup->untraced.octets = octets;
	isup->untraced.n = n;
	if (err || !circuit || msg.type != ISUP_IAM)
		isup_trace_received(isup);
	if (err)
		refuse_message(isup, circuit, &msg, &error);
	else if (!circuit && !isup_group_ack(isup, &msg))
		refuse_circuit(isup, &msg);
	else if (circuit)
		dispatch(isup, circuit, &msg);
	isup_trace_received(isup);
}

/* --- the exchange as a whole --- */

struct isup *isup_new(const struct isup_conf *conf, const struct isup_user *user,
		      struct timer_heap *heap)
{
	struct isup *isup = calloc(1, sizeof(*isup));

	if (!isup)
		return NULL;
	isup->conf = *conf;
	snprintf(isup->name, sizeof(isup->name), "%s", conf->name);
	isup->conf.name = isup->name;
	isup->user = *user;
	isup->heap = heap;
	list_init(&isup->groups);
	return isup;
}

static void circuit_free(struct isup_circuit *circuit)
{
	timer_close(&circuit->wait);
	timer_close(&circuit->t1);
	timer_close(&circuit->t5);
	timer_close(&circuit->repeat);
	timer_close(&circuit->slow);
	free(circuit);
}

void isup_free(struct isup *isup)
{
	if (!isup)
		return;
	isup_groups_free(isup);
	for (size_t i = 0; i < ISUP_CICS; i++)
		if (isup->circuits[i])
			circuit_free(isup->circuits[i]);
	free(isup);
}

void isup_attach(struct isup *isup, struct mtp *mtp)
{
	isup->mtp = mtp;
}

void isup_set_timers(struct isup *isup, const uint32_t timer_ms[ISUP_TIMERS])
{
	memcpy(isup->conf.timer_ms, timer_ms, sizeof(isup->conf.timer_ms));
}

void isup_set_hunt(struct isup *isup, enum isup_hunt hunt, unsigned min_digits)
{
	isup->conf.hunt = hunt;
	isup->conf.min_digits = min_digits;
}

uint32_t isup_timer_ms(const struct isup *isup, enum isup_timer_id timer)
{
	return isup->conf.timer_ms[timer] ? isup->conf.timer_ms[timer]
					  : isup_timer_defs[timer].default_ms;
}

int isup_circuit_add(struct isup *isup, uint16_t cic, void *bearer)
{
	struct isup_circuit *circuit;
	int err;

	if (cic >= ISUP_CICS)
		return -EINVAL;
	if (isup->circuits[cic])
		return -EEXIST;
	circuit = calloc(1, sizeof(*circuit));
	if (!circuit)
		return -ENOMEM;
	circuit->isup = isup;
	circuit->cic = cic;
	circuit->bearer = bearer;
	err = timer_init(&circuit->wait, isup->heap, "T7", isup_wait_expired, circuit);
	if (!err)
		err = timer_init(&circuit->t1, isup->heap, "T1", isup_t1_expired, circuit);
	if (!err)
		err = timer_init(&circuit->t5, isup->heap, "T5", isup_t5_expired, circuit);
	if (!err)
		err = timer_init(&circuit->repeat, isup->heap, "T16", isup_repeat_expired, circuit);
	if (!err)
		err = timer_init(&circuit->slow, isup->heap, "T17", isup_slow_expired, circuit);
	if (err) {
		circuit_free(circuit);
		return err;
	}
	isup->circuits[cic] = circuit;
	isup->n_circuits++;
	/* A circuit that comes to a running trunk group is brought into a known state first. */
	if (isup->reset_done && isup->mtp && !isup->paused) {
		isup_circuit_set_state(circuit, CIC_RESETTING);
		isup_maintenance_start(circuit, MAINT_RSC);
	}
	return 0;
}

int isup_circuit_remove(struct isup *isup, uint16_t cic, bool retire)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	if (circuit->state != CIC_IDLE) {
		circuit->retire |= retire;
		return -EBUSY;
	}
	isup->circuits[cic] = NULL;
	isup->n_circuits--;
	circuit_free(circuit);
	return 0;
}

struct isup_circuit *isup_circuit_find(const struct isup *isup, uint16_t cic)
{
	return cic < ISUP_CICS ? isup->circuits[cic] : NULL;
}

size_t isup_circuit_count(const struct isup *isup)
{
	return isup->n_circuits;
}

void isup_circuit_each(struct isup *isup, void (*fn)(struct isup_circuit *circuit, void *arg),
		       void *arg)
{
	for (size_t i = 0; i < ISUP_CICS; i++)
		if (isup->circuits[i])
			fn(isup->circuits[i], arg);
}

void isup_mtp_pause(struct isup *isup)
{
	isup->paused = true;
}

void isup_mtp_resume(struct isup *isup)
{
	isup->paused = false;
	if (!isup->reset_done) {
		isup_reset_all(isup);
		return;
	}
	/* What could not be sent meanwhile goes out now rather than when its timer next runs out.
	 */
	isup_circuit_each(isup, isup_repeat_pending, NULL);
	isup_groups_repeat(isup);
}

/* --- what shows --- */

uint16_t isup_circuit_cic(const struct isup_circuit *circuit)
{
	return circuit->cic;
}

void *isup_circuit_user(const struct isup_circuit *circuit)
{
	return circuit->user;
}

void *isup_circuit_bearer(const struct isup_circuit *circuit)
{
	return circuit->bearer;
}

const struct isup *isup_circuit_isup(const struct isup_circuit *circuit)
{
	return circuit->isup;
}

const char *isup_circuit_state(const struct isup_circuit *circuit)
{
	return isup_circuit_state_name(circuit->state);
}

void isup_circuit_blocking(const struct isup_circuit *circuit, char *text, size_t cap)
{
	static const char *const names[] = { "local", "local hw", "remote", "remote hw" };
	size_t n = 0;

	snprintf(text, cap, "-");
	for (unsigned bit = 0; bit < 4; bit++)
		if (circuit->blocked & 1u << bit && n < cap)
			n += (size_t)snprintf(text + n, cap - n, "%s%s", n ? "+" : "", names[bit]);
}

bool isup_circuit_idle(const struct isup_circuit *circuit)
{
	return circuit->state == CIC_IDLE;
}

bool isup_circuit_usable(const struct isup_circuit *circuit)
{
	return circuit->state == CIC_IDLE && !circuit->blocked && !circuit->retire &&
	       circuit->maintenance != MAINT_RSC && isup_available(circuit->isup);
}

bool isup_available(const struct isup *isup)
{
	return isup->mtp && isup->reset_done && !isup->paused &&
	       mtp_available(isup->mtp, isup->conf.dpc);
}

const char *isup_name(const struct isup *isup)
{
	return isup->name;
}
