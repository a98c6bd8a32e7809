/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 section 5.2: what happens when an answer does not come, to the millisecond. */
#include "gw/selftest/q784_messages.h"

#define T1  (15 * SECOND)
#define T5  (5 * MINUTE)
#define T6  (30 * SECOND)
#define T7  (25 * SECOND)
#define T9  (120 * SECOND)
#define T12 (15 * SECOND) /* and T14, T16, T18, T20, T22 */
#define T13 (5 * MINUTE)  /* and T15, T17, T19, T21, T23 */

/* The message goes out every 15 s for 5 minutes, then maintenance is alerted and it goes out every
 * 5 minutes, until it is answered. */
#define REPEATED(message, alarm, answer)                                                           \
	WE(message), NINETEEN(EXACTLY(T12), WE(message)), EXACTLY(T12), WE(message), ALARM(alarm), \
		EXACTLY(T13), WE(message), EXACTLY(T13), WE(message), THEY(answer), EXACTLY(T13)

/* clang-format off */
const struct q784_case q784_timers[] = {
	CASE("5.2.1", "2.9.8.2, T7",
		OUTGOING, EXACTLY(T7), WE(C1 OUR_REL(TIMER)), TOLD("release 102"),
		THEY(C1 RLC), TOLD("released")),
	CASE("5.2.2", "2.9.8.3, T9",
		OUTGOING_ACM, EXACTLY(T9), WE(C1 OUR_REL(NO_ANSWER)), TOLD("release 19"),
		THEY(C1 RLC), TOLD("released")),
	/* T5 ends the repeats of T1: reset, alarm, and T17 from here on. */
	CASE("5.2.3", "2.9.6, T1, T5",
		OUTGOING_ANM, LET_GO(16), WE(C1 OUR_REL(NORMAL)),
		NINETEEN(EXACTLY(T1), WE(C1 OUR_REL(NORMAL))),
		EXACTLY(T1), WE(C1 RSC), TOLD("released"), ALARM("T5"),
		EXACTLY(T5), WE(C1 RSC), ALARM("T17"),
		THEY(C1 RLC), STATE(1, "idle"), A_CALL_PASSES),
	CASE("5.2.4", "2.4.1, T6",
		OUTGOING_ANM, THEY(C1 SUS_NETWORK), TOLD("suspend"),
		EXACTLY(T6), WE(C1 OUR_REL(NORMAL)), TOLD("release 16"),
		THEY(C1 RLC), TOLD("released")),
	CASE("5.2.6", "2.9.4, T12, T13", BLOCK(1), REPEATED(C1 BLO, "T13", C1 BLA), BLOCKED(1, "local")),
	CASE("5.2.7", "2.9.4, T14, T15",
		BLOCK(1), WE(C1 BLO), THEY(C1 BLA),
		UNBLOCK(1), REPEATED(C1 UBL, "T15", C1 UBA), BLOCKED(1, "-")),
	CASE("5.2.8", "2.9.3.1, T16, T17", RESET(1), REPEATED(C1 RSC, "T17", C1 RLC), A_CALL_PASSES),
	CASE("5.2.9", "2.9.4, T18, T19",
		BLOCK_GROUP(1, 15),
		REPEATED(C1 CGB(MAINTENANCE, ALL_15), "T19", C1 CGBA(MAINTENANCE, ALL_15)), BLOCKED(1, "local")),
	CASE("5.2.10", "2.9.4, T20, T21",
		BLOCK_GROUP(1, 15), WE(C1 CGB(MAINTENANCE, ALL_15)), THEY(C1 CGBA(MAINTENANCE, ALL_15)),
		UNBLOCK_GROUP(1, 15),
		REPEATED(C1 CGU(MAINTENANCE, ALL_15), "T21", C1 CGUA(MAINTENANCE, ALL_15)), BLOCKED(1, "-")),
	CASE("5.2.11", "2.9.3.2, T22, T23",
		RESET_GROUP(1, 15), REPEATED(C1 GRS("0e"), "T23", C1 GRA("0e", "00 00")), A_CALL_PASSES),
	END_OF_CASES
};
/* clang-format on */
