/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP's messages and timers for whoever listens. */
#include <stdio.h>
#include <string.h>

#include "gw/base/trace.h"
#include "isup/isup_private.h"

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

/* The MSU that carries the message: SIO and routing label in front. */
static size_t put_msu(uint8_t *msu, const struct isup *isup, bool sent, const uint8_t *octets,
		      size_t n)
{
	const struct mtp_label label = { .opc = sent ? isup->conf.opc : isup->conf.dpc,
					 .dpc = sent ? isup->conf.dpc : isup->conf.opc,
					 .sls = isup_selection(isup, octets[2], octets[0]) };
	bool ansi = isup_is_ansi(isup);
	size_t at = 1;

	msu[0] = (uint8_t)(isup->conf.ni << 6 | MTP_SI_ISUP);
	if (ansi)
		msu[0] |= (uint8_t)(mtp_priority(label.sls) << 4);
	at += mtp_label_put(ansi, &label, msu + at);
	memcpy(msu + at, octets, n);
	return n + at;
}

void isup_trace_message(struct isup *isup, const struct isup_msg *msg, bool sent,
			const uint8_t *octets, size_t n)
{
	struct trace_event event = { .kind = TRACE_MTP3, .peer = isup->name, .sent = sent };
	uint8_t msu[1 + MTP_LABEL_MAX + ISUP_OCTETS_MAX];
	char text[200];

	if (!trace_wanted(TRACE_MTP3) || n > ISUP_OCTETS_MAX)
		return;
	isup_msg_print(msg, text, sizeof(text));
	event.call = call_id(isup, isup_circuit_find(isup, msg->cic));
	event.text = str_c(text);
	event.ansi = isup_is_ansi(isup);
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
		isup_trace_message(isup, msg, false, isup->untraced.octets, isup->untraced.n);
}
