/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Continuity checks of a trunk group's circuits (Q.764 2.1.8): the loop, the transponder or the tone
 * is connected to the circuit's timeslot while no call has it, and what was heard goes to the ISUP.
 */
#include <errno.h>

#include "gw/base/log.h"
#include "gw/pstn/pstn_private.h"

static void heard(void *arg, bool good)
{
	const struct isup_bearer *bearer = arg;
	struct isup_circuit *circuit = isup_circuit_find(bearer->trunk->isup, bearer->cic);

	if (circuit && isup_circuit_bearer(circuit) == bearer)
		isup_continuity_result(circuit, good);
}

void isup_trunk_check_close(struct isup_bearer *bearer)
{
	void *check = bearer->check;

	bearer->check = NULL;
	if (check)
		bearer->trunk->env.check->close(check);
}

int isup_trunk_continuity(void *arg, struct isup_circuit *circuit, enum isup_check check)
{
	const struct isup_trunk *trunk = arg;
	struct isup_bearer *bearer = isup_circuit_bearer(circuit);
	const struct isup_trunk_check *ops = trunk->env.check;

	if (check == ISUP_CHECK_OFF) {
		isup_trunk_check_close(bearer);
		return 0;
	}
	if (!bearer->check)
		bearer->check = ops->open(ops->arg, bearer->span, bearer->timeslot, heard, bearer);
	if (!bearer->check) {
		log_write(LOG_ERROR, trunk->name, "timeslot %u of %s not opened for a check",
			  bearer->timeslot, bearer->span->name);
		return -EIO;
	}
	/* Q.724 7.1: where the circuit ends on two wires there is no loop, but a transponder. */
	if (check == ISUP_CHECK_TONE && trunk->conf->peer_transponder)
		check = ISUP_CHECK_TONE_ANSWERED;
	return ops->set(bearer->check, check);
}

bool isup_trunk_wants_check(struct isup_trunk *trunk)
{
	if (!trunk->conf->continuity || !trunk->env.check)
		return false;
	if (++trunk->unchecked < trunk->conf->continuity)
		return false;
	trunk->unchecked = 0;
	return true;
}
