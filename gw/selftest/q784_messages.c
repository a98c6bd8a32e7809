/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 section 1.5 and 1.6: messages that are not expected or not known, values that are not. */
#include "gw/selftest/q784_messages.h"

/* What means nothing in any call after its first backward message (Q.764 2.9.5.1 d). */
#define STRAY(cic) THEY(cic IAM), THEY(cic SAM), THEY(cic ACM_FREE), THEY(cic CON), THEY(cic UBA)

/* clang-format off */
const struct q784_case q784_messages[] = {
	/* On an idle circuit. a: REL is answered, b: RLC is discarded, d: anything of a call resets. */
	CASE("1.5.1", "2.9.5.1",
		THEY(C1 REL(NORMAL)), WE(C1 RLC),
		THEY(C1 RLC),
		THEY(C1 ACM_FREE), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 CON), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 CPG(ALERTING)), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 ANM), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 SUS_USER), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 RES_USER), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 SAM), WE(C1 RSC), THEY(C1 RLC),
		THEY(C1 UBA), /* not blocked here: it is right */
		THEY(C1 BLA), WE(C1 UBL), THEY(C1 UBA), /* 2.8.2.3: it is not blocked */
		THEY(C1 GRA("0e", "00 00")),
		A_CALL_PASSES),
	CASE("1.5.2", "2.9.5.1",
		OUTGOING_ACM,
		STRAY(C1), THEY(C1 SUS_NETWORK), THEY(C1 RES_NETWORK),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1),
		INCOMING_ACM,
		STRAY(C2), THEY(C2 ANM), THEY(C2 CPG(ALERTING)),
		SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2),
		/* c: an RLC that nothing asked for ends the call. */
		OUTGOING_ACM,
		THEY(C1 RLC), WE(C1 OUR_REL("..")), TOLD("release 111"), THEY(C1 RLC), TOLD("released")),
	CASE("1.5.3", "2.9.5.1",
		OUTGOING_ANM,
		STRAY(C1), THEY(C1 ANM), THEY(C1 RES_NETWORK), WE_CLEAR(C1),
		INCOMING_ANM,
		STRAY(C2), THEY(C2 ANM), THEY(C2 RES_USER), THEY_CLEAR(C2),
		INCOMING_ANM,
		THEY(C2 RLC), WE(C2 OUR_REL("..")), TOLD("release 111"), THEY(C2 RLC), TOLD("released")),

	/* Discarded, told by CFN; the call goes on. Forward: SP B calls. */
	CASE("1.6.1.1", "2.9.5.2",
		INCOMING, THEY(C2 UNKNOWN), WE(C2 OUR_CFN(UNKNOWN_TYPE, "fe")),
		SAY(ACM_FREE), WE(C2 ACM_FREE), THEY(C2 UNKNOWN), WE(C2 OUR_CFN(UNKNOWN_TYPE, "fe")),
		SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("1.6.1.2", "2.9.5.2",
		OUTGOING, THEY(C1 UNKNOWN), WE(C1 OUR_CFN(UNKNOWN_TYPE, "fe")),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 UNKNOWN), WE(C1 OUR_CFN(UNKNOWN_TYPE, "fe")),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	/* The spare calling party's category 20 (3.11), and spare bits of the forward call indicators. */
	CASE("1.6.3.1", "2.9.5.3",
		THEY(C2 "01 00 60 f1 14 00 02 00 " TO_ALL), TOLD("setup"),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	/* Spare called party's status, then a spare event: neither ends the call. */
	CASE("1.6.3.2", "2.9.5.3",
		OUTGOING, THEY(C1 "06 1e 14 00"), TOLD("acm"),
		THEY(C1 CPG("50")), TOLD("cpg"),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	/* 1.7.3 is about parameters that may carry compatibility information: the calling party's
	 * number with a spare nature of address; a generic notification with a spare value. */
	CASE("1.7.3.1", "2.9.5.3.3",
		THEY(C2 IAM_AND("0a 05 55 13 03 21 03 ")), TOLD("setup"),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("1.7.3.2", "2.9.5.3.3",
		OUTGOING, THEY(C1 "06 16 14 01 2c 01 d5 00"), TOLD("acm"),
		THEY(C1 ANM_AND("2c 01 d5 ")), TOLD("answer"), WE_CLEAR(C1)),
	END_OF_CASES
};
/* clang-format on */
