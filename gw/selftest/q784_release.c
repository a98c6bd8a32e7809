/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 sections 3, 4, 5.1 and 5.3: release, refusal, suspension, and calls that end otherwise. */
#include "gw/selftest/q784_messages.h"

/* clang-format off */
const struct q784_case q784_release[] = {
	CASE("3.1a", "2.3.1", OUTGOING, WE_CLEAR(C1), STATE(1, "idle")),
	CASE("3.1b", "2.3.1", INCOMING, THEY_CLEAR(C2), STATE(2, "idle")),
	CASE("3.2a", "2.3.1", OUTGOING_ACM, WE_CLEAR(C1), STATE(1, "idle")),
	CASE("3.2b", "2.3.1", INCOMING_ACM, THEY_CLEAR(C2), STATE(2, "idle")),
	CASE("3.3a", "2.3.1", OUTGOING_ANM, WE_CLEAR(C1), STATE(1, "idle")),
	CASE("3.3b", "2.3.1", INCOMING_ANM, THEY_CLEAR(C2), STATE(2, "idle")),
	CASE("3.4a", "2.3.1", OUTGOING_ANM, THEY_CLEAR(C1), STATE(1, "idle")),
	CASE("3.4b", "2.3.1", INCOMING_ANM, WE_CLEAR(C2), STATE(2, "idle")),

	/* The network of the called party suspends: SP B's of an outgoing call, SP A's of an incoming
	 * one. T6 stops with RES. */
	CASE("3.5a", "2.4.1",
		OUTGOING_ANM,
		THEY(C1 SUS_NETWORK), TOLD("suspend"), PASS(29 * SECOND),
		THEY(C1 RES_NETWORK), TOLD("resume"), EXACTLY(5 * MINUTE),
		WE_CLEAR(C1)),
	CASE("3.5b", "2.4.1",
		INCOMING_ANM,
		SAY(SUS_NETWORK), WE(C2 SUS_NETWORK), PASS(10 * SECOND),
		SAY(RES_NETWORK), WE(C2 RES_NETWORK), EXACTLY(5 * MINUTE),
		THEY_CLEAR(C2)),
	/* The calling party, at SP A of an outgoing call, at SP B of an incoming one: T2. */
	CASE("3.6a", "2.4.1",
		OUTGOING_ANM,
		SAY(SUS_USER), WE(C1 SUS_USER), SAY(RES_USER), WE(C1 RES_USER),
		WE_CLEAR(C1)),
	CASE("3.6b", "2.4.1",
		INCOMING_ANM,
		THEY(C2 SUS_USER), TOLD("suspend"), PASS(179 * SECOND),
		THEY(C2 RES_USER), TOLD("resume"), EXACTLY(5 * MINUTE),
		THEY_CLEAR(C2)),
	CASE("3.7a", "2.4.1",
		OUTGOING_ANM,
		THEY(C1 SUS_USER), TOLD("suspend"), PASS(179 * SECOND),
		THEY(C1 RES_USER), TOLD("resume"), EXACTLY(5 * MINUTE),
		WE_CLEAR(C1)),
	CASE("3.7b", "2.4.1",
		INCOMING_ANM,
		SAY(SUS_USER), WE(C2 SUS_USER), SAY(RES_USER), WE(C2 RES_USER),
		THEY_CLEAR(C2)),
	/* Each REL is answered; SP A's own is answered before the circuit is free. */
	CASE("3.8a", "2.3.1",
		OUTGOING_ANM,
		LET_GO(16), WE(C1 OUR_REL(NORMAL)),
		THEY(C1 REL(NORMAL)), WE(C1 RLC), STATE(1, "wait for RLC"),
		THEY(C1 RLC), TOLD("released"), STATE(1, "idle")),
	/* SP A's REL was on its way when that of SP B came: its user lets go at the same time, and no
	 * second REL follows. */
	CASE("3.8b", "2.3.1",
		OUTGOING_ANM, SLOW,
		THEY(C1 REL(NORMAL)), TOLD("release 16"),
		LET_GO(16), WE(C1 RLC), TOLD("released"), STATE(1, "idle"),
		THEY(C1 RLC), STATE(1, "idle"),
		THEY(C1 REL(NORMAL)), WE(C1 RLC)),

	/* Case A: SP B gives the cause, before ACM, after it, after progress. Case B: SP A gives it. */
	CASE("4.1a", "2.2", OUTGOING, THEY(C1 REL(UNALLOCATED)), WE(C1 RLC), TOLD("release 1 released")),
	CASE("4.1b", "2.2", OUTGOING_ACM, THEY(C1 REL(NO_ANSWER)), WE(C1 RLC), TOLD("release 19 released")),
	CASE("4.1c", "2.2",
		OUTGOING_ACM, THEY(C1 CPG(PROGRESS)), TOLD("cpg"),
		THEY(C1 REL(BUSY)), WE(C1 RLC), TOLD("release 17 released")),
	CASE("4.1d", "2.2", INCOMING, LET_GO(1), WE(C2 OUR_REL(UNALLOCATED)), THEY(C2 RLC), TOLD("released")),
	CASE("4.1e", "2.2", INCOMING_ACM, LET_GO(19), WE(C2 OUR_REL(NO_ANSWER)), THEY(C2 RLC), TOLD("released")),
	CASE("4.1f", "2.2",
		INCOMING_ACM, SAY(CPG(PROGRESS)), WE(C2 CPG(PROGRESS)),
		LET_GO(17), WE(C2 OUR_REL(BUSY)), THEY(C2 RLC), TOLD("released")),

	/* The circuit cannot be returned to idle: it is blocked, and RLC waits for the BLA. */
	CASE("5.1", "2.9.6",
		OUTGOING_ANM, SLOW,
		THEY(C1 REL(NORMAL)), TOLD("release 16"),
		BLOCK(1), WE(C1 BLO), THEY(C1 BLA),
		LET_GO(16), WE(C1 RLC), TOLD("released"),
		BLOCKED(1, "local"), STATE(1, "idle")),

	CASE("5.3.1", "2.9.3.1",
		OUTGOING_ANM, THEY(C1 RSC), WE(C1 RLC), TOLD("released"), STATE(1, "idle"),
		OUTGOING_ANM, RESET(1), WE(C1 RSC), TOLD("released"), THEY(C1 RLC), STATE(1, "idle")),
	CASE("5.3.2", "2.9.3.1",
		INCOMING_ANM, THEY(C2 RSC), WE(C2 RLC), TOLD("released"), STATE(2, "idle"),
		INCOMING_ANM, RESET(2), WE(C2 RSC), TOLD("released"), THEY(C2 RLC), STATE(2, "idle")),
	END_OF_CASES
};
/* clang-format on */
