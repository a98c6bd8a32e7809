/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Messages, parameters and values that nothing here understands (Q.764 2.9.5.3): what compat.c
 * decides by their instructions is done. Whether the other side of the call can be given what is
 * passed on is the owner's to say; of an IAM it is not known before the call has found its way, so
 * that is looked at again once it has.
 */
#include <string.h>

#include "isup/call_actions.h"
#include "isup/compat.h"

static struct counter not_understood =
	COUNTER_INIT("causeway_isup_not_understood_total",
		     "ISUP messages with a type, parameter or value that is not known");

void isup_understand_open(void)
{
	counter_list(&not_understood);
}

static struct isup_compat_place place_of(struct isup_circuit *circuit)
{
	const struct isup_user *user = &circuit->isup->user;
	bool on = user->passes_on && user->passes_on(user->arg, circuit);

	return (struct isup_compat_place){ .role = on ? ISUP_ROLE_TRANSIT : ISUP_ROLE_LOCAL,
					   .pass_on = on };
}

static void confuse(struct isup_circuit *circuit, const struct isup_cause *cause)
{
	struct isup_msg cfn;

	isup_msg_start(circuit->isup, &cfn, ISUP_CFN, circuit->cic);
	if (!isup_put_cause(&cfn, cause))
		(void)isup_transmit(circuit->isup, circuit, &cfn);
}

/* The call ends, where there is one; a REL or RLC has done so already. */
static void release(struct isup_circuit *circuit, const struct isup_msg *msg,
		    const struct isup_cause *cause)
{
	struct call_input in = { .msg = msg, .cause = *cause };

	if (msg->type == ISUP_IAM && circuit->state == CIC_IDLE)
		isup_call_event(circuit, CIC_EV_IAM_REFUSED, &in);
	else
		isup_call_event(circuit, CIC_EV_BAD, &in);
}

/* False: the message is dealt with. */
static bool act(struct isup_circuit *circuit, struct isup_msg *msg, struct isup_compat *compat)
{
	if (compat->action == ISUP_COMPAT_NONE)
		return true;
	counter_add(&not_understood, 1);
	isup_log(circuit, LOG_NOTICE, "%s has something unknown in it, cause %u",
		 isup_type_name(msg->type) ? isup_type_name(msg->type) : "message",
		 compat->cause.value);
	compat->cause.location = Q850_LOC_PUBLIC_LOCAL;
	if (compat->action == ISUP_COMPAT_DISCARD_PARAMETER)
		isup_compat_discard(msg, compat);
	if (compat->in_rlc) {
		circuit->cause = compat->cause;
		circuit->cause_in_rlc = true;
	}
	if (compat->confusion)
		confuse(circuit, &compat->cause);
	if (compat->action == ISUP_COMPAT_RELEASE)
		release(circuit, msg, &compat->cause);
	return compat->action < ISUP_COMPAT_DISCARD_MESSAGE;
}

bool isup_understand(struct isup_circuit *circuit, struct isup_msg *msg)
{
	struct isup_compat_place place = place_of(circuit);
	struct isup_compat compat = isup_compat_parameters(msg, &place, NULL);

	if (!act(circuit, msg, &compat))
		return false;
	compat = isup_compat_values(msg, &place);
	if (!act(circuit, msg, &compat))
		return false;
	if (!place.pass_on)
		isup_compat_default_values(msg);
	return true;
}

void isup_message_unknown(struct isup_circuit *circuit, struct isup_msg *msg)
{
	struct isup_compat_place place = place_of(circuit);
	struct isup_compat compat = isup_compat_message(msg, &place);
	struct call_input in = { .msg = msg, .cause = compat.cause };

	if (act(circuit, msg, &compat) && circuit->user)
		isup_call_event(circuit, CIC_EV_INFO, &in);
}

/*
 * The call has found its way: what was kept in the IAM to be passed on, and cannot be, is what its
 * sender wanted for that.
 */
void isup_understand_again(struct isup_circuit *circuit, const struct isup_msg *iam)
{
	struct isup_compat_place place = place_of(circuit);
	struct isup_msg msg;
	struct isup_compat compat;

	if (place.pass_on || circuit->state != CIC_IC_WAIT_ACM)
		return;
	msg = *iam;
	compat = isup_compat_parameters(&msg, &place, NULL);
	if (compat.action == ISUP_COMPAT_DISCARD_MESSAGE)
		compat.action = ISUP_COMPAT_RELEASE; /* the call is on its way: it ends */
	if (compat.action != ISUP_COMPAT_NONE)
		(void)act(circuit, &msg, &compat);
}
