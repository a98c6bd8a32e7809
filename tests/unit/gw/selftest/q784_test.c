/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The cases of Q.784.1, each a test named by its number; and that the player can fail: a script
 * that expects something else than what happens is not passed.
 */
#include <stdio.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/selftest/q784.h"
#include "gw/selftest/q784_messages.h"
#include "gw/selftest/q784_octets.h"
#include "gw/selftest/q784_player.h"
#include "tests/unit/cu.h"

#define PASS_MIN 153

static struct q784_result results[Q784_COUNT];
static size_t next_case, passed;

/* CUnit runs the tests in order, one a case. */
static void a_case(void)
{
	struct q784_result *result = &results[next_case];

	q784_play(next_case++, result);
	if (result->verdict == Q784_FAIL)
		printf("\n  %s %s: %s", result->number, result->title, result->reason);
	CU_ASSERT_NOT_EQUAL(result->verdict, Q784_FAIL);
	CU_ASSERT(result->verdict != Q784_NOT_APPLICABLE || result->reason[0]);
	passed += result->verdict == Q784_PASS;
}

static void enough_of_them(void)
{
	CU_ASSERT(passed >= PASS_MIN);
}

static void not_passed(const char *fault, const struct q784_step *steps)
{
	const struct q784_case c = { .number = "0", .steps = steps };
	struct q784_player player;

	q784_player_run(&player, &c);
	if (!strstr(player.fault, fault))
		printf("\n  expected \"%s\", got \"%s\"\n", fault, player.fault);
	CU_ASSERT_PTR_NOT_NULL(strstr(player.fault, fault));
}

static void what_differs_is_found(void)
{
	not_passed("step 2: expected 01 00 11 , sent 01 00 12", STEPS(RESET(1), WE(C1 "11 ")));
	not_passed("step 2: expected 01 00 10 00 , nothing sent", STEPS(THEY(C1 RLC), WE(C1 RLC)));
	not_passed("nothing expected, sent 01 00 15", STEPS(THEY(C1 BLO)));
	not_passed("step 3: nothing expected, sent 01 00 15",
		   STEPS(PASS(1), THEY(C1 BLO), PASS(1)));
	not_passed("nothing expected, told \"setup\"", STEPS(THEY(C1 IAM), LET_GO(16)));
	not_passed("told \"\"", STEPS(TOLD("setup")));
	not_passed("alarm", STEPS(ALARM("T5")));
	not_passed("expected \"-\", is \"remote\"",
		   STEPS(THEY(C1 BLO), WE(C1 BLA), BLOCKED(1, "-")));
	not_passed("expected \"resetting\", is \"idle\"", STEPS(STATE(1, "resetting")));
	not_passed("circuit 1 is left outgoing", STEPS(OUTGOING));
	not_passed("circuit 16 is not there", STEPS(STATE(16, "idle")));
	not_passed("step 1: no octets", STEPS(THEY("0")));
	not_passed("step 1: no message", STEPS(CALL("01")));
	not_passed("maintenance of circuit 16 is refused", STEPS(BLOCK(16)));
	not_passed("there is a circuit", STEPS(NO_CALL(IAM)));
	not_passed("ANM is refused", STEPS(OUTGOING, SAY(ANM)));
	not_passed("no call to release", STEPS(LET_GO(16)));
}

static void patterns(void)
{
	static const uint8_t octets[] = { 0x12, 0xab };

	CU_ASSERT_TRUE(q784_octets_like("12 ab", octets, 2));
	CU_ASSERT_TRUE(q784_octets_like("1. .b", octets, 2));
	CU_ASSERT_TRUE(q784_octets_like("13/fe ..", octets, 2));
	CU_ASSERT_TRUE(q784_octets_like("12 *", octets, 2));
	CU_ASSERT_TRUE(q784_octets_like("12 ab *", octets, 2));
	CU_ASSERT_FALSE(q784_octets_like("12", octets, 2));
	CU_ASSERT_FALSE(q784_octets_like("12 ab 00", octets, 2));
	CU_ASSERT_FALSE(q784_octets_like("12 a", octets, 2));
	CU_ASSERT_FALSE(q784_octets_like("13/ff ab", octets, 2));
	CU_ASSERT_FALSE(q784_octets_like("12/gg ab", octets, 2));
}

int main(int argc, char **argv)
{
	static CU_TestInfo tests[Q784_COUNT + 4] = { { "patterns of octets", patterns },
						     { "what differs is found",
						       what_differs_is_found } };
	static char names[Q784_COUNT][16];

	log_open("/dev/null", LOG_ERROR, 16);
	for (size_t i = 0; i < Q784_COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "Q.784.1 %s", q784_titles[i].number);
		tests[2 + i] = (CU_TestInfo){ names[i], a_case };
	}
	tests[2 + Q784_COUNT] = (CU_TestInfo){ "150 pass or more", enough_of_them };
	return cu_run("q784", tests, argc, argv);
}
