/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Q.784.1 sections 7 and 9, and what does not apply to a gateway. */
#include "gw/selftest/q784_messages.h"

/* clang-format off */
const struct q784_case q784_bearers[] = {
	CASE("7.1.1", "2.1.1",
		CALL(IAM_64), WE(C1 IAM_64), THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1),
		THEY(C2 IAM_64), TOLD("setup"), SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	CASE("7.1.2", "2.2",
		CALL(IAM_64), WE(C1 IAM_64), THEY(C1 REL(NO_BEARER)), WE(C1 RLC), TOLD("release 65 released"),
		THEY(C2 IAM_64), TOLD("setup"), LET_GO(65), WE(C2 OUR_REL(NO_BEARER)), THEY(C2 RLC), TOLD("released")),
	CASE("7.1.3", "2.9.1.4",
		CALL(IAM_64), WE(C1 IAM_64), THEY(C1 IAM_64),
		THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("7.2.1", "2.1.1",
		CALL(IAM_3K1), WE(C1 IAM_3K1), THEY(C1 ACM_FREE), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1),
		THEY(C2 IAM_3K1), TOLD("setup"), SAY(ACM_FREE), WE(C2 ACM_FREE), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	/* The half echo control device of the outgoing side is told in the IAM (3.35), that of the incoming
	 * side in the ACM (3.5). */
	CASE("9.1.1", "2.7.2",
		CALL(IAM_ECHO), WE(C1 IAM_ECHO), THEY(C1 ACM_ECHO), TOLD("acm"), THEY(C1 ANM), TOLD("answer"), WE_CLEAR(C1)),
	CASE("9.1.2", "2.7.2",
		THEY(C2 IAM_ECHO), TOLD("setup"), SAY(ACM_ECHO), WE(C2 ACM_ECHO), SAY(ANM), WE(C2 ANM), THEY_CLEAR(C2)),
	END_OF_CASES
};

#define OPERATOR  "semi-automatic operation: a gateway has no operator's position"
#define FALLBACK  "fallback: the bearers of a gateway do not change from one connection type to another"
#define MULTIRATE "multirate connection types: a bearer of a gateway is one timeslot"

const struct q784_case q784_not_applicable[] = {
	NOT_APPLICABLE("6.4.1", OPERATOR), NOT_APPLICABLE("6.4.2", OPERATOR),
	NOT_APPLICABLE("6.4.3", OPERATOR), NOT_APPLICABLE("6.4.4", OPERATOR),
	NOT_APPLICABLE("6.6.1", FALLBACK), NOT_APPLICABLE("6.6.2", FALLBACK),
	NOT_APPLICABLE("6.6.3", FALLBACK), NOT_APPLICABLE("6.6.4", FALLBACK),
	NOT_APPLICABLE("7.3.1", MULTIRATE), NOT_APPLICABLE("7.3.2", MULTIRATE), NOT_APPLICABLE("7.3.3", MULTIRATE),
	NOT_APPLICABLE("7.3.4", MULTIRATE), NOT_APPLICABLE("7.3.5", MULTIRATE), NOT_APPLICABLE("7.3.6", MULTIRATE),
	END_OF_CASES
};
/* clang-format on */
