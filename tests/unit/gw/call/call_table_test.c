/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The two-leg state machine's table: no pair of state and event is left undeclared. */
#include <stdio.h>
#include <string.h>

#include "gw/call/call_table.h"
#include "tests/unit/cu.h"

static void every_pair_is_declared_once(void)
{
	for (int state = 0; state < CALL_STS; state++)
		for (int ev = 0; ev < LEG_EVS; ev++)
			for (unsigned side = 0; side < 2; side++) {
				const struct call_pair *pair =
					call_pair((enum call_state)state, side, (enum leg_ev)ev);
				int said = !!pair->act + !!pair->ignored + !!pair->impossible;

				CU_ASSERT_EQUAL(said, 1);
				if (said != 1)
					printf("%s while %s from side %u: declared %d times\n",
					       leg_ev_name((enum leg_ev)ev),
					       call_state_name((enum call_state)state), side, said);
			}
}

/* Whatever happened, a leg can let go: no state keeps it. */
static void a_leg_can_always_let_go(void)
{
	for (int state = 0; state < CALL_ST_RELEASED; state++)
		for (unsigned side = 0; side < (state < CALL_ST_PROCEEDING ? 1 : 2); side++) {
			CU_ASSERT_PTR_NOT_NULL(
				call_pair((enum call_state)state, side, LEG_EV_RELEASE)->act);
			CU_ASSERT_PTR_NOT_NULL(
				call_pair((enum call_state)state, side, LEG_EV_RELEASED)->act);
		}
}

/* RFC 3398 7.2 and 8.2: the answer is taken in every state before it. */
static void an_answer_is_taken_in_every_state_before_it(void)
{
	static const enum call_state states[] = { CALL_ST_PROCEEDING, CALL_ST_COMPLETE,
						  CALL_ST_ALERTING };

	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_PTR_EQUAL(call_pair(states[i], 1, LEG_EV_ANSWER)->act, call_do_answer);
		CU_ASSERT_PTR_NOT_NULL(call_pair(states[i], 0, LEG_EV_ANSWER)->impossible);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every pair is declared once", every_pair_is_declared_once },
		{ "a leg can always let go", a_leg_can_always_let_go },
		{ "an answer is taken in every state before it",
		  an_answer_is_taken_in_every_state_before_it },
		CU_TEST_INFO_NULL,
	};

	return cu_run("call table", tests, argc, argv);
}
