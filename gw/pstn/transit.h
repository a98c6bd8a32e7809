/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * An ISUP to ISUP call: the messages of one leg travel to the other as attachments of the leg vocabulary's events, so that
 * what the vocabulary has no word for goes through octet for octet. No side effects.
 */
#ifndef PSTN_TRANSIT_H
#define PSTN_TRANSIT_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "isup/param.h"

/* Any message in octets, with its segment where it needs one: then the length of the first stands before both. */
struct transit_store {
	uint8_t octets[2 + 2 * ISUP_OCTETS_MAX];
};

/* msg NULL, or one that cannot be encoded: no attachment. */
struct leg_attachment transit_attach(const struct isup_msg *msg, struct transit_store *store);
/* False: not an ISUP message, or of a variant that is not understood on a circuit of this one. */
bool transit_read(const struct leg_attachment *attachment, enum isup_variant variant, struct isup_msg *msg);
/* What legs and trunks of the variant are called: those of one name understand each other's messages. */
const char *transit_protocol(enum isup_variant variant);
/* The IAM that goes on: iam is what the vocabulary says, in what came. Parameters that say the same keep their octets and
 * their order. -ELOOP: the hop counter is exhausted (Q.764 2.1.1, cause 25). */
int transit_iam(const struct conf_isup *conf, const struct isup_msg *in, struct isup_msg *iam);
/* Another message that goes on as it came: what belongs to one section of the call is taken out or made our own.
 * echo_control: echo is cancelled here too. */
void transit_pass(bool echo_control, struct isup_msg *msg);
/* Adds to a message of ours what came in another and has no place in the vocabulary. */
void transit_carry(const struct isup_msg *in, struct isup_msg *out);

#endif
