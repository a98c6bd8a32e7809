/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What ISUP sends: messages of its variant, in one or two segments, by one link for each circuit. */
#include <errno.h>
#include <string.h>

#include "isup/codec.h"
#include "isup/isup_private.h"
#include "isup/segment.h"

/*
 * T1.111.5's table of message priorities by libss7 (isup.c, messages[]): what frees or answers goes
 * first in a congested network, a new call last.
 */
static const struct {
	uint8_t type, priority;
} priorities[] = {
	{ ISUP_ACM, 1 }, { ISUP_ANM, 2 }, { ISUP_REL, 1 }, { ISUP_RLC, 2 },  { ISUP_COT, 1 },
	{ ISUP_CCR, 1 }, { ISUP_LPA, 1 }, { ISUP_CPG, 1 }, { ISUP_UCIC, 1 }, { ISUP_SUS, 1 },
	{ ISUP_RES, 1 }, { ISUP_INR, 1 }, { ISUP_INF, 1 }, { ISUP_EXM, 1 },
};

/*
 * Q.704 2.2.5: messages of one circuit keep their order by taking one link; the signalling link
 * selection is the lowest four bits of the CIC (Q.763 1.2), in ANSI the lowest eight, or five where
 * the network keeps to T1.111.4 as it was before 1996 (Wireshark's mtp3.ansi_5_bit_sls).
 */
unsigned isup_selection(const struct isup *isup, uint8_t type, unsigned cic)
{
	unsigned mask = isup->conf.sls5 ? 31 : 255;

	if (!isup_is_ansi(isup))
		return cic & 15;
	for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++)
		if (priorities[i].type == type)
			return mtp_selection(cic & mask, priorities[i].priority);
	return cic & mask;
}

void isup_msg_start(const struct isup *isup, struct isup_msg *msg, enum isup_type type,
		    uint16_t cic)
{
	isup_msg_init_as(msg, isup->conf.variant, type, cic);
}

bool isup_has_message(const struct isup *isup, uint8_t type)
{
	return isup_msg_def((uint8_t)isup->conf.variant, type);
}

static int transmit_segments(struct isup *isup, struct isup_circuit *circuit,
			     const struct isup_msg *msg)
{
	struct isup_msg first = *msg, sgm;
	bool can = !isup_is_ansi(isup) && isup_has_message(isup, ISUP_SGM);
	int split = can ? isup_msg_split(&first, &sgm) : -EMSGSIZE;
	int err = split < 0 ? split : isup_transmit(isup, circuit, &first);

	if (split < 0)
		log_write(LOG_ERROR, isup->name, "%s cic %u is too long to be sent",
			  isup_type_name(msg->type), msg->cic);
	return err ? err : isup_transmit(isup, circuit, &sgm);
}

int isup_transmit(struct isup *isup, struct isup_circuit *circuit, const struct isup_msg *msg)
{
	const char *subject = circuit ? circuit->subject : isup->name;
	uint8_t octets[ISUP_OCTETS_MAX];
	int n, err;

	/* What only another variant has would be a message without a meaning. */
	if (isup_type_name(msg->type) && !isup_has_message(isup, msg->type))
		return -ENOTSUP;
	n = isup_msg_encode(msg, octets, MTP_SIF_MAX - mtp_label_octets(isup_is_ansi(isup)));

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
		isup_trace_message(isup, msg, true, octets, (size_t)n);
	err = mtp_transfer(isup->mtp, isup->conf.opc, isup->conf.dpc,
			   isup_selection(isup, msg->type, msg->cic), octets, (size_t)n);
	if (err)
		log_write(LOG_NOTICE, subject, "%s cic %u not sent: %s", isup_type_name(msg->type),
			  msg->cic, strerror(-err));
	return err;
}

void isup_transmit_plain(struct isup_circuit *circuit, enum isup_type type)
{
	struct isup_msg msg;

	isup_msg_start(circuit->isup, &msg, type, circuit->cic);
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
	isup_msg_start(isup, &cfn, ISUP_CFN, cic);
	if (!isup_put_cause(&cfn, &value))
		(void)isup_transmit(isup, isup_circuit_find(isup, cic), &cfn);
}
