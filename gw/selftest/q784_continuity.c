/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Q.784.1 sections 1.4, 5.2.5, 6.1 and 6.2.4: continuity check by IAM and by CCR. The user is told
 * what is connected to the bearer: a loop for SP B's tone, or SP A's tone.
 */
#include "gw/selftest/q784_messages.h"

#define T8  (12 * SECOND)
#define T24 1900
#define T25 (5 * SECOND)
#define T26 (2 * MINUTE)
#define T27 (4 * MINUTE)

/* After SP A's first failure: checked anew by CCR, good, and freed by REL. */
#define CHECKED_AGAIN(cic, number)                                                                 \
	WE(cic CCR), TOLD("tone"), HEARD(number), WE(cic OUR_REL(NORMAL)), THEY(cic RLC),          \
		STATE(number, "idle")

/* clang-format off */
const struct q784_case q784_continuity[] = {
	CASE("1.4.1", "2.1.8",
		THEY(C2 CCR), TOLD("loop"), PASS(2 * SECOND),
		THEY(C2 REL(NORMAL)), WE(C2 RLC), STATE(2, "idle")),
	CASE("1.4.2", "2.1.8",
		CHECK(1), CHECKED_AGAIN(C1, 1), A_CALL_PASSES),
	/* After COT (failed) the CCR is awaited for T27. */
	CASE("1.4.3", "2.1.8",
		THEY(C2 CCR), TOLD("loop"), THEY(C2 COT_FAILED), PASS(3 * MINUTE),
		THEY(C2 CCR), TOLD("loop"), THEY(C2 COT_FAILED), PASS(3 * MINUTE),
		THEY(C2 CCR), TOLD("loop"), THEY(C2 REL(NORMAL)), WE(C2 RLC), STATE(2, "idle")),
	/* The first repeat comes after T25, the next ones after T26. */
	CASE("1.4.4", "2.1.8",
		CHECK(1), WE(C1 CCR), TOLD("tone"),
		EXACTLY(T24), WE(C1 COT_FAILED),
		EXACTLY(T25), WE(C1 CCR), TOLD("tone"),
		EXACTLY(T24), WE(C1 COT_FAILED),
		EXACTLY(T26), CHECKED_AGAIN(C1, 1), A_CALL_PASSES),
	CASE("1.4.5", "2.1.8, T27",
		THEY(C2 IAM_CHECK), TOLD("loop"), THEY(C2 COT_FAILED),
		EXACTLY(T27), WE(C2 RSC), THEY(C2 RLC), STATE(2, "idle")),

	/* No COT: released with cause 41; the call was never told. */
	CASE("5.2.5a", "2.1.8, T8",
		THEY(C2 IAM_CHECK), TOLD("loop"),
		EXACTLY(T8), WE(C2 OUR_REL(TEMPORARY)), THEY(C2 RLC), STATE(2, "idle")),
	CASE("5.2.5b", "2.1.8, T8",
		THEY(C2 IAM_CHECK_BEFORE),
		EXACTLY(T8), WE(C2 OUR_REL(TEMPORARY)), THEY(C2 RLC), STATE(2, "idle")),

	CASE("6.1.1", "2.1.8",
		CALL(IAM_CHECK), WE(C1 IAM_CHECK), TOLD("tone"), PASS(1 * SECOND),
		HEARD(1), WE(C1 COT_GOOD), TOLD("continuity"),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("6.1.2", "2.1.8",
		THEY(C2 IAM_CHECK_BEFORE), PASS(5 * SECOND), THEY(C2 COT_GOOD), TOLD("setup"),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("6.1.3", "2.1.8, 2.3.1",
		CALL(IAM_CHECK), WE(C1 IAM_CHECK), TOLD("tone"), WE_CLEAR(C1),
		THEY(C2 IAM_CHECK), TOLD("loop"), THEY(C2 REL(NORMAL)), WE(C2 RLC), STATE(2, "idle")),
	/* The call and what is dialled after it wait for the COT. */
	CASE("6.1.4", "2.1.8",
		THEY(C2 IAM_OF("04", "00", TO_OPEN)), TOLD("loop"), PASS(3 * SECOND),
		THEY(C2 SAM_LAST), PASS(3 * SECOND),
		THEY(C2 COT_GOOD), TOLD("setup"),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("6.1.5", "2.1.8",
		THEY(C2 IAM_CHECK), TOLD("loop"), THEY(C2 COT_FAILED), PASS(5 * SECOND),
		THEY(C2 CCR), TOLD("loop"), THEY(C2 REL(NORMAL)), WE(C2 RLC), STATE(2, "idle")),
	CASE("6.2.4", "2.1.8, 2.8.1",
		CALL(IAM_CHECK), WE(C1 IAM_CHECK), TOLD("tone"),
		EXACTLY(T24), WE(C1 COT_FAILED), WE(C3 IAM_CHECK), TOLD("again tone"),
		HEARD(3), WE(C3 COT_GOOD), TOLD("continuity"),
		PASS(T25), CHECKED_AGAIN(C1, 1),
		ON(3), THEY(C3 ACM_FREE), TOLD("acm"), THEY(C3 ANM), TOLD("answer"), WE_CLEAR(C3)),
	END_OF_CASES
};
/* clang-format on */
