/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ISUP messages as octets without a circuit, as SIP carries them in application/isup (RFC 3204 3.1: from the message type
 * on). Whatever a message holds, known or not, goes out in the octets and order in which it came in.
 */
#ifndef ISUP_BODY_H
#define ISUP_BODY_H

#include "isup/msg.h"

/* As isup_msg_decode_as, for octets that begin with the message type; offsets of an error count from there. The message
 * gets that circuit. */
int isup_body_decode(struct isup_msg *msg, enum isup_variant variant, uint16_t cic, const uint8_t *octets, size_t n,
		     struct isup_error *error);
/* Length written, from the message type on, or as isup_msg_encode. */
int isup_body_encode(const struct isup_msg *msg, uint8_t *octets, size_t cap);

/* A value of application/isup's parameter "base" (RFC 3204 table 1). */
struct isup_base {
	const char *name;
	enum isup_variant variant;
	bool compatibility; /* the forward compatibility of 1992 (Q.764 2.9.5) holds */
};
/* n octets of the value, in any case; NULL when it is none of those. */
const struct isup_base *isup_base_of(const char *name, size_t n);
/* What we call our own messages of that variant. */
const char *isup_base_name(enum isup_variant variant);

#endif
