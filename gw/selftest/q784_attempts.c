/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 sections 6.2 and 6.3: a call that loses its circuit before any answer takes another. */
#include "gw/selftest/q784_messages.h"

/* The second attempt is on circuit 3, and is a call like any other. */
#define SECOND_ATTEMPT                                                                             \
	ON(3), THEY(C3 ACM_FREE), TOLD("acm"), THEY(C3 ANM), TOLD("answer"), WE_CLEAR(C3)

/* clang-format off */
const struct q784_case q784_attempts[] = {
	/* The circuits that SP A does not control are 1, 3, 5; it takes them once the even ones are
	 * blocked. SP B's call is carried, SP A's goes to circuit 3. */
	CASE_ON(Q784_JUNIOR, "6.2.1", "2.9.1.4",
		THEY(C1 "18 00 01 05 1e aa aa aa 2a"), WE(C1 "1a 00 01 05 1e aa 2a aa 2a"),
		OUTGOING,
		THEY(C1 IAM), WE(C3 IAM), TOLD("again setup"),
		ON(1), SAY(ACM_FREE), WE(C1 ACM_FREE), THEY_CLEAR(C1),
		SECOND_ATTEMPT),
	CASE("6.2.2", "2.8.2.1",
		OUTGOING,
		THEY(C1 BLO), WE(C1 BLA), WE(C1 OUR_REL("..")), WE(C3 IAM), TOLD("again"),
		THEY(C1 RLC), BLOCKED(1, "remote"),
		SECOND_ATTEMPT),
	CASE("6.2.3", "2.9.3.1",
		OUTGOING,
		THEY(C1 RSC), WE(C3 IAM), WE(C1 RLC), TOLD("again"), STATE(1, "idle"),
		SECOND_ATTEMPT),
	/* 2.9.5.1 d: what cannot come before a backward message resets the circuit. */
	CASE("6.2.5", "2.9.5.1",
		OUTGOING,
		THEY(C1 SUS_NETWORK), WE(C1 RSC), WE(C3 IAM), TOLD("again"), THEY(C1 RLC),
		SECOND_ATTEMPT),
	/* SP A controls circuit 1: SP B's IAM is disregarded. */
	CASE("6.3.1", "2.9.1.4",
		OUTGOING, THEY(C1 IAM),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	END_OF_CASES
};
/* clang-format on */
