/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 section 8: automatic congestion control, and whether there is an ISUP at the other end. */
#include "gw/selftest/q784_messages.h"

#define T4   (5 * MINUTE)
#define TACC (5 * SECOND)

/* REL with cause 42 and a congestion level (Q.763 3.4). */
#define REL_CONGESTED(level)	 "0c 02 04 02 84 aa 27 01 " level " 00"
#define OUR_REL_CONGESTED(level) "0c 02 04 02 8. aa 27 01 " level " 00"
#define UPT			 "34 00"
#define UPA			 "35 00"
#define ON_ANY			 ".. .. "

/* clang-format off */
const struct q784_case q784_availability[] = {
	/* Q.764 2.11 leaves the share to the exchange: every second call at the higher level, for as long
	 * as the level was told last. */
	CASE("8.1.1", "2.11",
		OUTGOING, THEY(C1 REL_CONGESTED("02")), WE(C1 RLC), TOLD("release 42 released"),
		ALARM("congest"),
		CALL(IAM), WE(C1 IAM), NO_CALL(IAM), WE_CLEAR(C1),
		EXACTLY(TACC),
		A_CALL_PASSES, A_CALL_PASSES, A_CALL_PASSES),
	CASE("8.1.2", "2.11",
		CONGESTED(1), INCOMING, LET_GO(42), WE(C2 OUR_REL_CONGESTED("01")), THEY(C2 RLC), TOLD("released"),
		CONGESTED(2), INCOMING, LET_GO(42), WE(C2 OUR_REL_CONGESTED("02")), THEY(C2 RLC), TOLD("released"),
		CONGESTED(0), INCOMING, LET_GO(16), WE(C2 OUR_REL(NORMAL)), THEY(C2 RLC), TOLD("released")),
	CASE("8.2.1", "2.13", THEY(C1 UPT), WE(C1 UPA), A_CALL_PASSES),
	/* MTP says that there is no user part: no call goes there until it answers. */
	CASE("8.2.2", "2.13",
		MTP(Q784_USER_UNAVAILABLE), WE(ON_ANY UPT), NO_CALL(IAM),
		THEY(C1 UPA), A_CALL_PASSES),
	CASE("8.2.3", "2.13, T4",
		MTP(Q784_USER_UNAVAILABLE), WE(ON_ANY UPT), NO_CALL(IAM),
		EXACTLY(T4), WE(ON_ANY UPT), EXACTLY(T4), WE(ON_ANY UPT), NO_CALL(IAM),
		THEY(C1 UPA), A_CALL_PASSES),
	END_OF_CASES
};
/* clang-format on */
