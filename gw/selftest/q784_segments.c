/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 section 6.5: messages in two segments (Q.764 2.1.12). */
#include "gw/selftest/q784_messages.h"

#define T34 (3 * SECOND)

#define SIXTEEN "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff "
#define LONG	SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN
/* User-to-user information (Q.763 3.60) and access transport (3.3) of 129 and 128 octets. */
#define USER_TO_USER "20 81 04 " LONG
#define ACCESS	     "03 80 " LONG

/* 3.38, 3.37: a segment follows. */
#define IAM_FIRST IAM_AND("08 01 04 " ACCESS)
#define ACM_FIRST "06 16 14 01 29 01 04 " ACCESS "00"
#define SGM	  "38 01 " USER_TO_USER "00"

/* clang-format off */
const struct q784_case q784_segments[] = {
	/* What does not fit into 272 octets goes in two messages, in order. */
	CASE("6.5.1", "2.1.12",
		CALL(IAM_AND(ACCESS) "+ 20 04 " LONG),
		WE(C1 "01 00 60 01 0a 00 02 07 " TO_ALL " *"), WE(C1 "38 01 *"),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("6.5.2", "2.1.12",
		THEY(C2 IAM_FIRST), PASS(1 * SECOND), THEY(C2 SGM), TOLD("setup"),
		GIVEN("03 " LONG), GIVEN("20 04 " LONG),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	/* The call goes on with what came; the segment comes too late. */
	CASE("6.5.3", "2.1.12, T34",
		THEY(C2 IAM_FIRST), EXACTLY(T34), TOLD("setup"), GIVEN("03 " LONG), LACKS("20"),
		THEY(C2 SGM),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("6.5.4", "2.1.12",
		THEY(C2 IAM_FIRST), THEY(C2 SGM), TOLD("setup"), GIVEN("20 04 " LONG),
		SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("6.5.5", "2.1.12",
		OUTGOING, THEY(C1 ACM_FIRST), THEY(C1 SGM), TOLD("acm"),
		GIVEN("03 " LONG), GIVEN("20 04 " LONG),
		THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	END_OF_CASES
};
/* clang-format on */
