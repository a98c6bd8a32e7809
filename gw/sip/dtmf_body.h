/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digits in the bodies of INFO (RFC 6086): application/dtmf-relay ("Signal=5", "Duration=160") and application/dtmf ("5").
 * No standard has them; this is how gateways and telephones of many makers write them.
 */
#ifndef SIP_DTMF_BODY_H
#define SIP_DTMF_BODY_H

#include <stdint.h>

#include "gw/base/str.h"

struct dtmf_digit {
	char digit; /* 0-9 * # A-D, or ! for hook flash */
	uint32_t duration_ms;
};

/* -EBADMSG: no digit; digit is unchanged. Without a duration, or with one that is no number, it is the usual. */
int dtmf_relay_parse(struct dtmf_digit *digit, struct str body) __attribute__((warn_unused_result));
int dtmf_plain_parse(struct dtmf_digit *digit, struct str body) __attribute__((warn_unused_result));
/* As application/dtmf-relay; its length. */
size_t dtmf_relay_write(const struct dtmf_digit *digit, char *text, size_t cap);

#endif
