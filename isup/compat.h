/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Compatibility (Q.764 2.9.5; instructions Q.763 3.33 and 3.41): what an exchange does with a message, a parameter or a
 * value that it does not know. Pure functions: they look at a message and say what to do; who calls them does it.
 */
#ifndef ISUP_COMPAT_H
#define ISUP_COMPAT_H

#include "isup/param.h"

/* Q.764 2.9.5: type A originates, terminates or interworks the call or is an international gateway; B is all other transit. */
enum isup_role { ISUP_ROLE_LOCAL, ISUP_ROLE_TRANSIT };

struct isup_compat_place {
	enum isup_role role;
	bool pass_on;	/* the other side of the call is an ISUP that can be given the message */
	bool broadband; /* the call goes between narrowband and broadband networks here */
};

/* The instruction indicators of one message or parameter. */
struct isup_instructions {
	bool given; /* false: the sender said nothing */
	uint8_t octet;	 /* bits A to H of the first octet, as they came */
	uint8_t broadband; /* 0 pass on, 1 discard message, 2 release, 3 discard parameter */
};

/* In the order of their weight: of several unknown parameters the heaviest decides. */
enum isup_compat_action {
	ISUP_COMPAT_NONE,		/* nothing unknown */
	ISUP_COMPAT_PASS_ON,		/* unchanged, octet for octet */
	ISUP_COMPAT_DISCARD_PARAMETER,	/* those of the discard bits; the rest of the message counts */
	ISUP_COMPAT_DISCARD_MESSAGE,
	ISUP_COMPAT_RELEASE,
};

struct isup_compat {
	enum isup_compat_action action;
	bool confusion; /* CFN with this cause goes to where the message came from */
	bool in_rlc;	/* the message was REL: this cause goes into its RLC instead */
	struct isup_cause cause; /* of REL, CFN or RLC with diagnostics; its location is the caller's. Value 0: none */
	uint64_t discard; /* bit i: msg->params[i] */
};

/* Which parameters the caller's procedures know in that message. */
typedef bool isup_knows_fn(const struct isup_msg *msg, uint8_t code);
/* The codec's own answer: every code that has a row in the parameter table of the message's variant. */
bool isup_compat_knows(const struct isup_msg *msg, uint8_t code);

/* Instructions of an unknown message, out of its contents; of a parameter, out of the message that holds it. */
struct isup_instructions isup_compat_message_instructions(const struct isup_msg *msg);
struct isup_instructions isup_compat_parameter_instructions(const struct isup_msg *msg, uint8_t code);

/* msg: decoded with ISUP_E_UNKNOWN_TYPE, or known to the codec but to no procedure. */
struct isup_compat isup_compat_message(const struct isup_msg *msg, const struct isup_compat_place *place);
/* knows NULL: isup_compat_knows. */
struct isup_compat isup_compat_parameters(const struct isup_msg *msg, const struct isup_compat_place *place,
					  isup_knows_fn *knows);
/* Values that have no meaning, in parameters that are known. */
struct isup_compat isup_compat_values(const struct isup_msg *msg, const struct isup_compat_place *place);
/* Takes the parameters of the discard bits out of msg. */
void isup_compat_discard(struct isup_msg *msg, const struct isup_compat *compat);
/* Gives values without a meaning the one that an exchange that ends the call takes for them (Q.764 2.9.5.3.4). */
void isup_compat_default_values(struct isup_msg *msg);

#endif
