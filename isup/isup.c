/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP between two exchanges: the object, what it sends, what it traces, pause and resume. */
#include "isup/isup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/trace.h"
#include "isup/isup_private.h"
#include "isup/segment.h"

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
struct counter isup_overloads = COUNTER_INIT("causeway_isup_overloads_total",
					     "Calls answered with OLM by an exchange in overload");
struct counter isup_timer_releases = COUNTER_INIT("causeway_isup_timer_releases_total",
						  "Calls released because a timer ran out");

struct isup *isup_new(const struct isup_conf *conf, const struct isup_user *user,
		      struct timer_heap *heap)
{
	static struct counter *const counters[] = { &isup_bad_messages,	  &isup_unknown_types,
						    &isup_unexpected,	  &isup_dual_seizures,
						    &isup_resets,	  &isup_blockings,
						    &isup_timer_releases, &isup_overloads };
	struct isup *isup = calloc(1, sizeof(*isup));

	if (!isup)
		return NULL;
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		counter_list(counters[i]);
	isup->conf = *conf;
	snprintf(isup->name, sizeof(isup->name), "%s", conf->name);
	isup->conf.name = isup->name;
	isup->user = *user;
	isup->heap = heap;
	list_init(&isup->groups);
	isup_choice_init(&isup->choice);
	isup_segment_open();
	isup_understand_open();
	if (isup_congestion_init(isup) || isup_query_init(isup) || isup_availability_init(isup)) {
		isup_free(isup);
		return NULL;
	}
	return isup;
}

void isup_free(struct isup *isup)
{
	if (!isup)
		return;
	isup_groups_free(isup);
	isup_congestion_close(isup);
	isup_query_close(isup);
	timer_close(&isup->t4);
	for (unsigned cic = isup->first; cic < isup->end; cic++)
		if (isup->circuits[cic])
			isup_circuit_free(isup->circuits[cic]);
	free(isup);
}

void isup_attach(struct isup *isup, struct mtp *mtp)
{
	isup->mtp = mtp;
}

void isup_set_timers(struct isup *isup, bool ansi, const uint32_t timer_ms[ISUP_TIMERS])
{
	isup->conf.ansi_timers = ansi;
	memcpy(isup->conf.timer_ms, timer_ms, sizeof(isup->conf.timer_ms));
}

void isup_set_hunt(struct isup *isup, enum isup_hunt hunt, unsigned min_digits)
{
	isup->conf.hunt = hunt;
	isup->conf.min_digits = min_digits;
}

uint32_t isup_timer_ms(const struct isup *isup, enum isup_timer_id timer)
{
	const struct isup_timer_def *def = &isup_timer_defs[timer];

	if (isup->conf.timer_ms[timer])
		return isup->conf.timer_ms[timer];
	return isup->conf.ansi_timers ? def->ansi_ms : def->default_ms;
}

bool isup_available(const struct isup *isup)
{
	return isup->mtp && isup->reset_done && !isup->paused && !isup->user_part_lost &&
	       mtp_available(isup->mtp, isup->conf.dpc);
}

const char *isup_name(const struct isup *isup)
{
	return isup->name;
}

void isup_alarm(struct isup *isup, const char *what, unsigned cic, bool raised)
{
	if (isup->user.alarm)
		isup->user.alarm(isup->user.arg, what, cic, raised);
}

/* --- MTP-PAUSE and MTP-RESUME, Q.764 2.14 --- */

/* Calls are kept and their timers run; no circuit is seized until the other end can be reached. */
void isup_mtp_pause(struct isup *isup)
{
	if (isup->paused)
		return;
	log_write(LOG_NOTICE, isup->name, "point code %u cannot be reached", isup->conf.dpc);
	isup->paused = true;
	isup_user_part_back(isup);
	isup_refresh_all(isup);
}

static void repeat_pending(struct isup_circuit *circuit, void *arg)
{
	struct call_input in = { .err = 0 };

	(void)arg;
	isup_circuit_enter(circuit);
	isup_maintenance_repeat(circuit);
	isup_call_event(circuit, CIC_EV_T1, &in); /* a REL that awaits its RLC, if there is one */
	isup_circuit_leave(circuit);
}

void isup_mtp_resume(struct isup *isup)
{
	if (isup->started && !isup->paused)
		return;
	log_write(LOG_NOTICE, isup->name, "point code %u can be reached", isup->conf.dpc);
	isup->paused = false;
	isup->started = true;
	isup_circuit_each(isup, repeat_pending, NULL);
	isup_groups_repeat(isup);
	isup_reset_fresh(isup);
	isup_refresh_all(isup);
}

/* Q.764 2.10 and 2.13. */
void isup_mtp_status(struct isup *isup, enum mtp_status_cause cause, unsigned level)
{
	if (cause == MTP_STATUS_CONGESTION)
		isup_mtp_congested(isup, level);
	else if (!isup->paused)
		isup_user_part_lost(isup, level);
}

/* --- traces --- */

static const char *call_id(struct isup *isup, struct isup_circuit *circuit)
{
	if (!circuit || !circuit->user || !isup->user.call_id)
		return NULL;
	return isup->user.call_id(isup->user.arg, circuit);
}

void isup_trace_timer(struct isup_circuit *circuit, const char *name, const char *what)
{
	struct trace_event event = { .kind = TRACE_TIMER, .peer = circuit->isup->name };
	char text[64];

	if (!trace_wanted(TRACE_TIMER))
		return;
	snprintf(text, sizeof(text), "%s %s", name, what);
	event.call = call_id(circuit->isup, circuit);
	event.text = str_c(text);
	trace_emit(&event);
}

/* The MSU that carries the message: SIO and ITU routing label (Q.704 2.2, 14.2) in front. */
static size_t put_msu(uint8_t *msu, const struct isup *isup, bool sent, const uint8_t *octets,
		      size_t n)
{
	uint32_t opc = sent ? isup->conf.opc : isup->conf.dpc;
	uint32_t dpc = sent ? isup->conf.dpc : isup->conf.opc;
	uint32_t label = (dpc & 0x3fff) | (opc & 0x3fff) << 14 | (uint32_t)(octets[0] & 15) << 28;

	msu[0] = (uint8_t)(isup->conf.ni << 6 | MTP_SI_ISUP);
	for (unsigned i = 0; i < 4; i++)
		msu[1 + i] = (uint8_t)(label >> 8 * i);
	memcpy(msu + 5, octets, n);
	return n + 5;
}

static void trace_message(struct isup *isup, const struct isup_msg *msg, bool sent,
			  const uint8_t *octets, size_t n)
{
	struct trace_event event = { .kind = TRACE_MTP3, .peer = isup->name, .sent = sent };
	uint8_t msu[5 + ISUP_OCTETS_MAX];
	char text[200];

	if (!trace_wanted(TRACE_MTP3) || n > ISUP_OCTETS_MAX)
		return;
	isup_msg_print(msg, text, sizeof(text));
	event.call = call_id(isup, isup_circuit_find(isup, msg->cic));
	event.text = str_c(text);
	event.octets = msu;
	event.n_octets = put_msu(msu, isup, sent, octets, n);
	trace_emit(&event);
}

void isup_trace_later(struct isup *isup, const struct isup_msg *msg, const uint8_t *octets,
		      size_t n)
{
	isup->untraced.msg = msg;
	isup->untraced.octets = octets;
	isup->untraced.n = n;
}

void isup_trace_flush(struct isup *isup)
{
	const struct isup_msg *msg = isup->untraced.msg;

	isup->untraced.msg = NULL;
	if (msg)
		trace_message(isup, msg, false, isup->untraced.octets, isup->untraced.n);
}

/* --- sending --- */

static int transmit_segments(struct isup *isup, struct isup_circuit *circuit,
			     const struct isup_msg *msg)
{
	struct isup_msg first = *msg, sgm;
	int split = isup_msg_split(&first, &sgm);
	int err = split < 0 ? split : isup_transmit(isup, circuit, &first);

	if (split < 0)
		log_write(LOG_ERROR, isup->name, "%s cic %u is too long to be sent",
			  isup_type_name(msg->type), msg->cic);
	return err ? err : isup_transmit(isup, circuit, &sgm);
}

/*
 * Q.704 2.2.5: messages of one circuit keep their order by taking one link; the signalling link
 * selection is the lowest four bits of the CIC (Q.763 1.2).
 */
int isup_transmit(struct isup *isup, struct isup_circuit *circuit, const struct isup_msg *msg)
{
	const char *subject = circuit ? circuit->subject : isup->name;
	uint8_t octets[ISUP_OCTETS_MAX];
	int n = isup_msg_encode(msg, octets, sizeof(octets));
	int err;

	if (n == -EMSGSIZE)
		return transmit_segments(isup, circuit, msg);
	isup_trace_flush(isup);
	if (n < 0) {
		log_write(LOG_ERROR, subject, "%s cannot be encoded: %s", isup_type_name(msg->type),
			  strerror(-n));
		return n;
	}
	if (!isup->mtp || isup->paused)
		return -ENETUNREACH;
	/* Traced first: what comes back at once comes after it. */
	if (mtp_available(isup->mtp, isup->conf.dpc))
		trace_message(isup, msg, true, octets, (size_t)n);
	err = mtp_transfer(isup->mtp, isup->conf.opc, isup->conf.dpc, msg->cic & 15u, octets,
			   (size_t)n);
	if (err)
		log_write(LOG_NOTICE, subject, "%s cic %u not sent: %s", isup_type_name(msg->type),
			  msg->cic, strerror(-err));
	return err;
}

void isup_transmit_plain(struct isup_circuit *circuit, enum isup_type type)
{
	struct isup_msg msg;

	isup_msg_init(&msg, type, circuit->cic);
	(void)isup_transmit(circuit->isup, circuit, &msg);
}

/* Q.764 2.9.5.2: a message that is not understood; type is the diagnostic of cause 97. */
void isup_transmit_confusion(struct isup *isup, uint16_t cic, uint8_t cause, const uint8_t *type)
{
	struct isup_cause value = { .location = Q850_LOC_PUBLIC_LOCAL, .value = cause };
	struct isup_msg cfn;

	if (type) {
		value.n_diagnostic = 1;
		value.diagnostic[0] = *type;
	}
	isup_msg_init(&cfn, ISUP_CFN, cic);
	if (!isup_put_cause(&cfn, &value))
		(void)isup_transmit(isup, isup_circuit_find(isup, cic), &cfn);
}
