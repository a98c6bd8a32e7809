/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Q.784.1 sections 1.6.2, 1.7.1 and 1.7.2: unknown messages and parameters with and without
 * compatibility information. SP A ends or begins the call as far as ISUP goes (type A of Q.764
 * 2.9.5), unless it hands the call to another ISUP.
 */
#include "gw/selftest/q784_messages.h"

/* Q.763 3.33 and 3.41: bits A transit or end node, B release, C notify, D discard the message, E of
 * a message: what cannot be passed on is discarded rather than released; of a parameter: discard
 * it, and G F what to do when it cannot be passed on. H ends the octets. */
#define NEW_MESSAGE(instructions)   "fe 01 38 01 " instructions " 00"
#define NEW_PARAMETER(instructions) "fb 02 01 02 39 02 fb " instructions " "
#define IAM_WITH(instructions)	    IAM_AND(NEW_PARAMETER(instructions))
#define CPG_WITH(instructions)	    "2c 02 01 " NEW_PARAMETER(instructions) "00"

/* The call goes on as if nothing had been. */
#define ON_IT_GOES SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)

/* clang-format off */
const struct q784_case q784_compatibility[] = {
	CASE("1.6.2.1", "2.9.5.3",
		THEY(C2 IAM_AND("fb 02 01 02 ")), WE(C2 OUR_CFN(UNKNOWN_PARAM, "fb")), TOLD("setup"), ON_IT_GOES),
	CASE("1.6.2.2", "2.9.5.3",
		OUTGOING, THEY(C1 "06 16 14 01 fb 02 01 02 00"), WE(C1 OUR_CFN(UNKNOWN_PARAM, "fb")), TOLD("acm"),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),

	CASE("1.7.1.1", "2.9.5.3.1",
		INCOMING_ACM, THEY(C2 NEW_MESSAGE("83")), WE(C2 OUR_REL_MORE("03", UNKNOWN_TYPE, "fe")),
		TOLD("release 97"), THEY(C2 RLC), TOLD("released")),
	/* Without and with notification. */
	CASE("1.7.1.2", "2.9.5.3.1",
		INCOMING, THEY(C2 NEW_MESSAGE("89")),
		THEY(C2 NEW_MESSAGE("8d")), WE(C2 OUR_CFN(UNKNOWN_TYPE, "fe")), ON_IT_GOES),
	CASE_ON(Q784_TRANSIT, "1.7.1.3", "2.9.5.3.1",
		INCOMING_ACM, THEY(C2 NEW_MESSAGE("81")), TOLD("message"), THEY_CLEAR(C2)),
	CASE("1.7.1.4", "2.9.5.3.1",
		INCOMING_ACM, THEY(C2 NEW_MESSAGE("81")), WE(C2 OUR_REL_MORE("03", UNKNOWN_TYPE, "fe")),
		TOLD("release 97"), THEY(C2 RLC), TOLD("released")),
	CASE("1.7.1.5", "2.9.5.3.1",
		INCOMING, THEY(C2 NEW_MESSAGE("91")),
		THEY(C2 NEW_MESSAGE("95")), WE(C2 OUR_CFN(UNKNOWN_TYPE, "fe")), ON_IT_GOES),
	/* Bit A 0: a transit exchange passes it on whatever the others say. Where SP A ends the call, they count. */
	CASE_ON(Q784_TRANSIT, "1.7.1.6", "2.9.5.3.1",
		INCOMING_ACM, THEY(C2 NEW_MESSAGE("8a")), TOLD("message"),
		THEY(C2 NEW_MESSAGE("8b")), WE(C2 OUR_REL_MORE("03", UNKNOWN_TYPE, "fe")),
		TOLD("release 97"), THEY(C2 RLC), TOLD("released")),
	CASE("1.7.1.7", "2.9.5.3.1",
		INCOMING, THEY(C2 UNKNOWN), WE(C2 OUR_CFN(UNKNOWN_TYPE, "fe")), ON_IT_GOES),

	CASE("1.7.2.1", "2.9.5.3.2",
		THEY(C2 IAM_WITH("83")), WE(C2 OUR_REL_MORE("03", UNKNOWN_PARAM, "fb")), THEY(C2 RLC), STATE(2, "idle")),
	/* A message that is discarded has not been received: no progress is told. */
	CASE("1.7.2.2", "2.9.5.3.2",
		OUTGOING_ACM, THEY(C1 CPG_WITH("89")),
		THEY(C1 CPG_WITH("8d")), WE(C1 "2f 02 00 .. 8. ee *"),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("1.7.2.3", "2.9.5.3.2",
		THEY(C2 IAM_WITH("91")), TOLD("setup"), LACKS("fb"), ON_IT_GOES,
		THEY(C2 IAM_WITH("95")), WE(C2 OUR_CFN(UNKNOWN_PARAM, "fb")), TOLD("setup"), LACKS("fb"), ON_IT_GOES),
	CASE_ON(Q784_TRANSIT, "1.7.2.4", "2.9.5.3.2",
		THEY(C2 IAM_WITH("81")), TOLD("setup"), GIVEN("fb 01 02"), GIVEN("39 fb 81"), ON_IT_GOES),
	CASE("1.7.2.5", "2.9.5.3.2",
		OUTGOING_ACM, THEY(C1 CPG_WITH("81")), WE(C1 OUR_REL_MORE("03", UNKNOWN_PARAM, "fb")),
		TOLD("release 99"), THEY(C1 RLC), TOLD("released")),
	CASE("1.7.2.6", "2.9.5.3.2",
		OUTGOING_ACM, THEY(C1 CPG_WITH("a1")), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("1.7.2.7", "2.9.5.3.2",
		OUTGOING_ACM, THEY(C1 CPG_WITH("c1")), TOLD("cpg"), LACKS("fb"),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE_ON(Q784_TRANSIT, "1.7.2.8", "2.9.5.3.2",
		THEY(C2 IAM_WITH("92")), TOLD("setup"), GIVEN("fb 01 02"), ON_IT_GOES,
		THEY(C2 IAM_WITH("91")), TOLD("setup"), LACKS("fb"), ON_IT_GOES),
	CASE("1.7.2.9", "2.9.5.3.2",
		THEY(C2 IAM_AND("fb 02 01 02 ")), WE(C2 OUR_CFN(UNKNOWN_PARAM, "fb")), TOLD("setup"), LACKS("fb"), ON_IT_GOES),
	/* Nobody is there any more to hear CFN: the RLC says it. */
	CASE("1.7.2.10", "2.9.5.3.2",
		OUTGOING_ANM, THEY(C1 "0c 02 04 02 84 90 fb 02 01 02 00"),
		WE(C1 "10 01 12 03 8. e3 fb 00"), TOLD("release 16 released"), STATE(1, "idle")),
	END_OF_CASES
};
/* clang-format on */
