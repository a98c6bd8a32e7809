/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the core says to a ISUP leg: no pair of state and event is left undeclared. */
#include <stdio.h>

#include "gw/pstn/isup_leg.h"
#include "tests/unit/cu.h"

static void every_pair_is_declared_once(void)
{
	for (int state = 0; state < ISUP_LEG_STATES; state++)
		for (int ev = 0; ev < LEG_EVS; ev++) {
			const struct isup_leg_pair *pair =
				isup_leg_pair((enum isup_leg_state)state, (enum leg_ev)ev);
			int said = !!pair->act + !!pair->ignored + !!pair->impossible;

			CU_ASSERT_EQUAL(said, 1);
			if (said != 1)
				printf("%s in state %d: declared %d times\n",
				       leg_ev_name((enum leg_ev)ev), state, said);
		}
}

static void every_indication_is_declared_once(void)
{
	for (int state = 0; state < ISUP_LEG_STATES; state++)
		for (int ind = 0; ind < ISUP_INDS; ind++) {
			const struct isup_ind_pair *pair =
				isup_ind_pair((enum isup_leg_state)state, (enum isup_ind)ind);
			int said = !!pair->act + !!pair->ignored + !!pair->impossible;

			CU_ASSERT_EQUAL(said, 1);
			if (said != 1)
				printf("indication %d in state %d: declared %d times\n", ind, state,
				       said);
		}
}

/* Whatever happened, a circuit that is gone is taken note of. */
static void a_lost_circuit_is_always_noted(void)
{
	for (int state = 0; state < ISUP_LEG_STATES; state++) {
		CU_ASSERT_PTR_NOT_NULL(
			isup_ind_pair((enum isup_leg_state)state, ISUP_IND_RELEASED)->act);
		CU_ASSERT_PTR_NOT_NULL(
			isup_ind_pair((enum isup_leg_state)state, ISUP_IND_REATTEMPT)->act);
	}
}

static void a_release_is_always_answered(void)
{
	for (int state = 0; state < ISUP_LEG_STATES; state++) {
		CU_ASSERT_PTR_NOT_NULL(
			isup_leg_pair((enum isup_leg_state)state, LEG_EV_RELEASE)->act);
		CU_ASSERT_PTR_NOT_NULL(
			isup_leg_pair((enum isup_leg_state)state, LEG_EV_RELEASED)->act);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every pair is declared once", every_pair_is_declared_once },
		{ "every indication is declared once", every_indication_is_declared_once },
		{ "a lost circuit is always noted", a_lost_circuit_is_always_noted },
		{ "a release is always answered", a_release_is_always_answered },
		CU_TEST_INFO_NULL,
	};

	return cu_run("isup leg table", tests, argc, argv);
}
