/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The parties of a call, in the leg vocabulary: who calls, who is called, who was called first and why it is no longer
 * them, and what goes with their numbers. Values that ISUP and Q.931 share are theirs.
 */
#ifndef CALL_PARTY_H
#define CALL_PARTY_H

#include <stdbool.h>
#include <stdint.h>

#include "gw/base/str.h"

#define LEG_DIGITS_MAX 32

/* An octet each: a call keeps a dozen numbers. */
enum __attribute__((packed)) leg_noa { LEG_NOA_UNKNOWN, LEG_NOA_SUBSCRIBER, LEG_NOA_NATIONAL, LEG_NOA_INTERNATIONAL };
enum __attribute__((packed)) leg_presentation { LEG_PRES_ALLOWED, LEG_PRES_RESTRICTED, LEG_PRES_UNAVAILABLE };
enum __attribute__((packed)) leg_screening {
	LEG_SCR_USER_NOT_VERIFIED,
	LEG_SCR_USER_PASSED,
	LEG_SCR_USER_FAILED,
	LEG_SCR_NETWORK
};

struct leg_number {
	enum leg_noa noa;
	enum leg_presentation presentation;
	enum leg_screening screening;
	char digits[LEG_DIGITS_MAX + 1]; /* empty: none; 0-9 * # A-E */
};

/* Q.763 3.45 */
enum leg_reason {
	LEG_REASON_UNKNOWN,
	LEG_REASON_BUSY,
	LEG_REASON_NO_REPLY,
	LEG_REASON_UNCONDITIONAL,
	LEG_REASON_DEFLECTED_ALERTING,
	LEG_REASON_DEFLECTED,
	LEG_REASON_NOT_REACHABLE,
	LEG_REASONS
};

#define LEG_BETWEEN_MAX 8

struct leg_diversion { /* by a party between the first and the last who did */
	struct leg_number number; /* digits empty: not known */
	uint8_t reason;
};

struct leg_redirection { /* of a call that was diverted before it came here */
	struct leg_number last; /* redirecting number; digits empty: none */
	struct leg_number original;
	uint8_t counter, reason, original_reason; /* enum leg_reason; counter 0: nobody is known to have diverted it */
	uint8_t n_between;
	struct leg_diversion between[LEG_BETWEEN_MAX]; /* oldest first; ISUP has no place for them */
};

#define LEG_SUBADDRESS_MAX 21

struct leg_subaddress { /* Q.931 4.5.9, 4.5.11: contents from octet 3 on */
	uint8_t n; /* 0: none */
	uint8_t octets[LEG_SUBADDRESS_MAX];
};

struct leg_portability {
	bool queried;		   /* a database was asked: the number was translated, or is not ported */
	struct leg_number routing; /* digits empty: none */
};

#define LEG_CARRIER_MAX 11

struct leg_carrier { /* carrier identification code, RFC 4694 */
	bool global; /* begins with its country code */
	char digits[LEG_CARRIER_MAX + 1]; /* empty: none */
};

enum leg_priority_kind {
	LEG_PRIORITY_NONE,
	LEG_PRIORITY_PRECEDENCE, /* multi-level precedence and pre-emption, Q.735.3 */
	LEG_PRIORITY_EMERGENCY	 /* emergency telecommunications service, E.106 */
};

#define LEG_LEVEL_ROUTINE 4

struct leg_priority {
	enum leg_priority_kind kind;
	uint8_t level; /* Q.763 3.34: 0 highest to 4 routine */
};

#define LEG_GROUP_MAX	64
#define LEG_CONTEXT_MAX 128

struct leg_groups { /* trunk groups, RFC 4904; empty: not said */
	char from[LEG_GROUP_MAX]; /* where the call comes from */
	char from_context[LEG_CONTEXT_MAX];
	char to[LEG_GROUP_MAX]; /* one of ours that it has to leave by */
};

#define LEG_UUI_MAX 129 /* Q.763 3.60 with RFC 7434 7: protocol discriminator and 128 octets */

struct leg_uui {
	uint8_t n; /* 0: none */
	uint8_t octets[LEG_UUI_MAX];
};

#define LEG_CATEGORY_ORDINARY 10 /* Q.763 3.11 */
#define LEG_CATEGORY_PRIORITY 11
#define LEG_CATEGORY_IEPS     14

#endif
