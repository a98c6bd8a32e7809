/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the core says to a SIP leg: no pair of state and event is left undeclared. */
#include <stdio.h>

#include "gw/sip/leg_private.h"
#include "tests/unit/cu.h"

static void every_pair_is_declared_once(void)
{
	for (int state = 0; state < SIP_LEG_STATES; state++)
		for (int ev = 0; ev < LEG_EVS; ev++) {
			const struct sip_leg_pair *pair =
				sip_leg_pair((enum sip_leg_state)state, (enum leg_ev)ev);
			int said = !!pair->act + !!pair->ignored + !!pair->impossible;

			CU_ASSERT_EQUAL(said, 1);
			if (said != 1)
				printf("%s in state %d: declared %d times\n",
				       leg_ev_name((enum leg_ev)ev), state, said);
		}
}

static void a_release_is_always_answered(void)
{
	for (int state = 0; state < SIP_LEG_STATES; state++) {
		CU_ASSERT_PTR_NOT_NULL(
			sip_leg_pair((enum sip_leg_state)state, LEG_EV_RELEASE)->act);
		CU_ASSERT_PTR_NOT_NULL(
			sip_leg_pair((enum sip_leg_state)state, LEG_EV_RELEASED)->act);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every pair is declared once", every_pair_is_declared_once },
		{ "a release is always answered", a_release_is_always_answered },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip leg table", tests, argc, argv);
}
