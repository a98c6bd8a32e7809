/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 section 2: set-up of calls, from SP A (outgoing) and from SP B (incoming). */
#include "gw/selftest/q784_messages.h"

/* One call each way with the backward messages of the case between IAM and answer. */
#define OUT(number, clause, ...)                                                                   \
	CASE(number, clause, OUTGOING, __VA_ARGS__, THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1))
#define IN(number, clause, ...)                                                                    \
	CASE(number, clause, INCOMING, __VA_ARGS__, SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2))
#define GETS(message, word) THEY(C1 message), TOLD(word)
#define SAYS(message)	    SAY(message), WE(C2 message)

/* clang-format off */
const struct q784_case q784_setup[] = {
	/* SP A's own circuits first: 1, not 2. */
	CASE("2.1.1", "2.9.1.3", CALL(IAM), WE(C1 IAM), THEY(C1 ACM_FREE), TOLD("acm"), WE_CLEAR(C1)),
	/* Only a circuit of SP B's is there. */
	CASE_ON(Q784_ONE | Q784_JUNIOR, "2.1.2", "2.9.1.3", OUTGOING_ANM, WE_CLEAR(C1)),
	CASE("2.2.1a", "2.1.1", OUTGOING_ANM, EXACTLY(5 * MINUTE), WE_CLEAR(C1)),
	CASE("2.2.1b", "2.1.1", INCOMING_ANM, EXACTLY(5 * MINUTE), THEY_CLEAR(C2)),
	/* T7 starts anew with each address message. */
	CASE("2.2.2a", "2.1.2",
		CALL(IAM_OPEN), WE(C1 IAM_OPEN),
		PASS(20 * SECOND), SAY(SAM), WE(C1 SAM),
		PASS(20 * SECOND), SAY(SAM_LAST), WE(C1 SAM_LAST),
		PASS(20 * SECOND), THEY(C1 ACM_FREE), TOLD("acm"),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("2.2.2b", "2.1.2",
		THEY(C2 IAM_OPEN), TOLD("setup"),
		THEY(C2 SAM), TOLD("digits"),
		THEY(C2 SAM_LAST), TOLD("digits"),
		SAY(ACM_FREE), WE(C2 ACM_FREE),
		THEY(C2 SAM), /* too late: discarded */
		SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),

	/* No indication, subscriber free, connect when free, in-band information. */
	OUT("2.3.1a", "2.1.4", GETS(ACM_UNKNOWN, "acm")),
	OUT("2.3.1b", "2.1.4", GETS(ACM_FREE, "acm")),
	OUT("2.3.1c", "2.1.4", GETS(ACM_WHENFREE, "acm")),
	OUT("2.3.1d", "2.1.4", GETS(ACM_IN_BAND, "acm")),
	IN("2.3.1e", "2.1.4", SAYS(ACM_UNKNOWN)),
	IN("2.3.1f", "2.1.4", SAYS(ACM_FREE)),
	IN("2.3.1g", "2.1.4", SAYS(ACM_WHENFREE)),
	IN("2.3.1h", "2.1.4", SAYS(ACM_IN_BAND)),
	/* Alerting, progress, in-band information. */
	OUT("2.3.2a", "2.1.5", GETS(ACM_UNKNOWN, "acm"), GETS(CPG(ALERTING), "cpg")),
	OUT("2.3.2b", "2.1.5", GETS(ACM_UNKNOWN, "acm"), GETS(CPG(PROGRESS), "cpg")),
	OUT("2.3.2c", "2.1.5", GETS(ACM_UNKNOWN, "acm"), GETS(CPG(IN_BAND), "cpg")),
	IN("2.3.2d", "2.1.5", SAYS(ACM_UNKNOWN), SAYS(CPG(ALERTING))),
	IN("2.3.2e", "2.1.5", SAYS(ACM_UNKNOWN), SAYS(CPG(PROGRESS))),
	IN("2.3.2f", "2.1.5", SAYS(ACM_UNKNOWN), SAYS(CPG(IN_BAND))),
	/* T7 and T9 are off. */
	CASE("2.3.3a", "2.1.7", OUTGOING, GETS(CON, "answer"), EXACTLY(5 * MINUTE), WE_CLEAR(C1)),
	CASE("2.3.3b", "2.1.7", INCOMING, SAYS(CON), EXACTLY(5 * MINUTE), THEY_CLEAR(C2)),

	/* Q.763 3.35 A B: what the trunk group says of its circuits goes out, what comes is told. */
	CASE("2.3.4a", "2.1.1.1",
		CALL(IAM_SATELLITE), WE(C1 IAM_SATELLITE), THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"),
		WE_CLEAR(C1)),
	CASE("2.3.4b", "2.1.1.1",
		THEY(C2 IAM_SATELLITE), TOLD("setup"), GIVEN("06 01"),
		SAYS(ACM_FREE), SAYS(ANM), THEY_CLEAR(C2)),

	/* 2.8.2.1: a call lives on while its circuit is blocked. */
	CASE("2.3.5a", "2.8.2.1",
		OUTGOING_ANM, BLOCK(1), WE(C1 BLO), THEY(C1 BLA), UNBLOCK(1), WE(C1 UBL), THEY(C1 UBA),
		STATE(1, "outgoing, answered"), WE_CLEAR(C1), A_CALL_PASSES),
	CASE("2.3.5b", "2.8.2.1",
		INCOMING_ANM, BLOCK(2), WE(C2 BLO), THEY(C2 BLA), UNBLOCK(2), WE(C2 UBL), THEY(C2 UBA),
		STATE(2, "incoming, answered"), THEY_CLEAR(C2), BLOCKED(2, "-")),
	CASE("2.3.6a", "2.8.2.1",
		OUTGOING_ANM, THEY(C1 BLO), WE(C1 BLA), THEY(C1 UBL), WE(C1 UBA),
		STATE(1, "outgoing, answered"), WE_CLEAR(C1), A_CALL_PASSES),
	CASE("2.3.6b", "2.8.2.1",
		INCOMING_ANM, THEY(C2 BLO), WE(C2 BLA), THEY(C2 UBL), WE(C2 UBA),
		STATE(2, "incoming, answered"), THEY_CLEAR(C2), BLOCKED(2, "-")),

	/* The propagation delay counter (3.42) goes forward, the call history (3.7) comes back. */
	CASE("2.4.1", "2.6.2",
		CALL(IAM_AND(DELAY("00 0a "))), WE(C1 IAM_AND(DELAY("00 0a "))),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("2.4.2", "2.6.2",
		CALL(IAM_AND(DELAY("00 0a "))), WE(C1 IAM_AND(DELAY("00 0a "))),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM_AND("2d 02 00 14 ")), TOLD("answer"),
		WE_CLEAR(C1),
		THEY(C2 IAM_AND(DELAY("00 0a "))), TOLD("setup"), SAYS(ACM_FREE),
		SAYS(ANM_AND("2d 02 00 0c ")), THEY_CLEAR(C2)),
	/* Without a counter there is no history. */
	CASE("2.4.3", "2.6.2.3", INCOMING_ANM, THEY_CLEAR(C2)),
	CASE("2.4.4", "2.6.2.3",
		CALL(IAM_AND(DELAY("00 0a "))), WE(C1 IAM_AND(DELAY("00 0a "))),
		/* Q.767 does not know the counter. */
		THEY(C1 "2f 02 00 03 84 e3 31"),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("2.4.5", "2.6.2.3", INCOMING_ACM, SAYS(ANM), THEY_CLEAR(C2)),
	END_OF_CASES
};
/* clang-format on */
