/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Simple segmentation (Q.764 2.1.12). What an SGM may carry: Q.763 table 51, as Dialogic's "ISUP
 * Programmer's Manual" 6.5.27 gives it.
 */
#include "isup/segment.h"

#include <errno.h>
#include <string.h>

#include "isup/codec.h"

#define SEGMENTATION 0x04 /* bit C of 3.37 and 3.38 */

/* The order in which they leave the message: the bulky ones first. */
static const uint8_t movable[] = {
	ISUP_P_UUI,
	ISUP_P_ACCESS_TRANSPORT,
	ISUP_P_GENERIC_NUMBER,
	ISUP_P_GENERIC_DIGITS,
	ISUP_P_GENERIC_NOTIFICATION,
};

/* The parameter that holds the simple segmentation indicator; 0: the type cannot be segmented. */
static uint8_t indicators_of(uint8_t type)
{
	switch (type) {
	case ISUP_IAM:
		return ISUP_P_OFCI;
	case ISUP_ACM:
	case ISUP_CPG:
	case ISUP_ANM:
	case ISUP_CON:
		return ISUP_P_OBCI;
	default:
		return 0;
	}
}

static bool may_segment(uint8_t code)
{
	return memchr(movable, code, sizeof movable) || code == ISUP_P_MESSAGE_COMPATIBILITY;
}

static int say(struct isup_msg *msg, bool follows)
{
	uint8_t code = indicators_of(msg->type);
	const struct isup_param *param = isup_msg_find(msg, code);
	uint8_t octet = 0;

	if (param && param->length) {
		octet = isup_param_octets(msg, param)[0];
		octet = (uint8_t)(follows ? octet | SEGMENTATION : octet & ~SEGMENTATION);
		msg->store[param->offset] = octet;
		return 0;
	}
	octet = SEGMENTATION;
	return follows ? isup_msg_set(msg, code, &octet, 1) : 0;
}

static int length_of(const struct isup_msg *msg)
{
	uint8_t octets[ISUP_OCTETS_MAX];

	return isup_msg_encode(msg, octets, sizeof octets);
}

/* The last parameter of that code moves to the segment, in front of those of its kind; false: none. */
static bool move_one(struct isup_msg *msg, uint64_t *moved, uint8_t code)
{
	for (size_t i = msg->n_params; i-- > 0;) {
		if (msg->params[i].code != code || *moved >> i & 1)
			continue;
		*moved |= (uint64_t)1 << i;
		return true;
	}
	return false;
}

/* msg without, segment with those that moved; the order of each is kept. */
static int part(const struct isup_msg *whole, uint64_t moved, struct isup_msg *msg,
		struct isup_msg *segment)
{
	*msg = *whole;
	isup_msg_init_as(segment, whole->variant, ISUP_SGM, whole->cic);
	for (size_t i = whole->n_params; i-- > 0;)
		if (moved >> i & 1)
			isup_msg_remove_at(msg, i);
	for (size_t i = 0; i < whole->n_params; i++) {
		const struct isup_param *p = &whole->params[i];
		if (moved >> i & 1 &&
		    isup_msg_add(segment, p->code, isup_param_octets(whole, p), p->length))
			return -EMSGSIZE;
	}
	return say(msg, true) ? -EMSGSIZE : 0;
}

int isup_msg_split(struct isup_msg *msg, struct isup_msg *segment)
{
	struct isup_msg whole = *msg;
	struct isup_msg first;
	uint64_t moved = 0;
	int n = length_of(msg);

	if (n != -EMSGSIZE)
		return n < 0 ? n : 0;
	if (!indicators_of(msg->type))
		return -EMSGSIZE;
	for (size_t i = 0; n == -EMSGSIZE && i < sizeof movable; i++) {
		while (n == -EMSGSIZE && move_one(&whole, &moved, movable[i])) {
			if (part(&whole, moved, &first, segment) || length_of(segment) < 0)
				return -EMSGSIZE;
			n = length_of(&first);
		}
	}
	if (n < 0)
		return -EMSGSIZE;
	*msg = first;
	return 1;
}

bool isup_msg_is_segmented(const struct isup_msg *msg)
{
	uint8_t code = indicators_of(msg->type);
	const struct isup_param *param = code ? isup_msg_find(msg, code) : NULL;

	return param && param->length && isup_param_octets(msg, param)[0] & SEGMENTATION;
}

int isup_msg_join(struct isup_msg *msg, const struct isup_msg *segment)
{
	struct isup_msg joined = *msg;

	if (segment->type != ISUP_SGM || segment->cic != msg->cic || !isup_msg_is_segmented(msg))
		return -EINVAL;
	for (size_t i = 0; i < segment->n_params; i++) {
		const struct isup_param *p = &segment->params[i];
		if (!may_segment(p->code))
			continue;
		int err = isup_msg_add(&joined, p->code, isup_param_octets(segment, p), p->length);
		if (err)
			return err;
	}
	(void)say(&joined, false);
	*msg = joined;
	return 0;
}
