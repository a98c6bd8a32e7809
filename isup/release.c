/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The end of a call: release (Q.764 2.3), timers that run out, disagreement about a circuit
 * (2.9.5.1) and reset (2.9.3). An owner that lost its outgoing call before any backward message
 * hears REATTEMPT, every other one RELEASED.
 */
#include "isup/call_actions.h"

/* A cause that cannot be encoded must not keep REL from being sent. */
static void transmit_rel(struct isup_circuit *circuit)
{
	const struct isup_cause unspecified = isup_cause_of(Q850_NORMAL_UNSPECIFIED);
	struct isup_msg rel;

	isup_msg_start(circuit->isup, &rel, ISUP_REL, circuit->cic);
	if (circuit->rel)
		rel = *circuit->rel;
	else if (isup_put_cause(&rel, &circuit->cause))
		(void)isup_put_cause(&rel, &unspecified);
	isup_congestion_tell(circuit->isup, &rel);
	(void)isup_transmit(circuit->isup, circuit, &rel);
}

void isup_send_rel(struct isup_circuit *circuit, const struct isup_cause *cause)
{
	circuit->cause = *cause;
	isup_call_timers_stop(circuit);
	isup_call_timer_start(circuit, CIC_T1);
	isup_call_timer_start(circuit, CIC_T5);
	transmit_rel(circuit);
}

/*
 * While the owner is told, the circuit still bears its pointer, which keeps the circuit from being
 * seized. The owner may have given it away itself, or another call may have come in.
 */
void isup_let_go(struct isup_circuit *circuit, enum isup_ind ind, const struct isup_cause *cause)
{
	void *owner = circuit->user;

	isup_indicate(circuit, ind, NULL, cause);
	if (circuit->user == owner)
		circuit->user = NULL;
}

/* --- release by the owner --- */

void isup_act_release(struct isup_circuit *circuit, struct call_input *in)
{
	isup_send_rel(circuit, &in->cause);
}

/* Q.764 2.9.5.3.3: what was not understood in the REL is told in its answer. */
static void transmit_rlc(struct isup_circuit *circuit)
{
	struct isup_msg rlc;

	isup_msg_start(circuit->isup, &rlc, ISUP_RLC, circuit->cic);
	/* ANSI's RLC has no room for it. */
	if (circuit->cause_in_rlc && !isup_is_ansi(circuit->isup))
		(void)isup_put_cause(&rlc, &circuit->cause);
	circuit->cause_in_rlc = false;
	(void)isup_transmit(circuit->isup, circuit, &rlc);
}

/* The owner's answer to RELEASE: RLC, and the circuit is free (Q.764 2.3.1). */
void isup_act_confirm(struct isup_circuit *circuit, struct call_input *in)
{
	transmit_rlc(circuit);
	isup_let_go(circuit, ISUP_IND_RELEASED, &in->cause);
}

void isup_act_complete(struct isup_circuit *circuit, struct call_input *in)
{
	const struct isup_cause cause = circuit->cause;

	(void)in;
	isup_call_timers_stop(circuit);
	isup_let_go(circuit, ISUP_IND_RELEASED, &cause);
}

/* --- release by the other end --- */

void isup_act_released(struct isup_circuit *circuit, struct call_input *in)
{
	struct isup_cause cause;

	if (!isup_get_cause(in->msg, &cause))
		cause = isup_cause_of(Q850_NORMAL_UNSPECIFIED);
	isup_call_timers_stop(circuit);
	if (circuit->user)
		isup_indicate(circuit, ISUP_IND_RELEASE, in->msg, &cause);
	else
		isup_release(circuit, &cause);
}

/* REL on a circuit without a call (Q.764 2.9.5.1 a), or one that crosses our own REL or reset: the
 * answer to ours is still awaited (2.3.1). */
void isup_act_answer_rlc(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	transmit_rlc(circuit);
}

/* --- timers, Q.764 2.9.6 and where each is started --- */

void isup_act_repeat_rel(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	isup_call_timer_start(circuit, CIC_T1);
	transmit_rel(circuit);
}

/* T5: no RLC in all that time: reset, alarm, and T17 alone repeats the RSC. */
void isup_act_give_up(struct isup_circuit *circuit, struct call_input *in)
{
	const struct isup_cause cause = circuit->cause;

	(void)in;
	isup_call_timers_stop(circuit);
	isup_reset_begin(circuit);
	isup_circuit_alarm(circuit, "no RLC within T5");
	isup_maintenance_start(circuit, MAINT_RSC, true);
	isup_heal_reset_sent(circuit);
	isup_let_go(circuit, ISUP_IND_RELEASED, &cause);
}

/* The call ends here: the other end hears REL, the owner is asked to let go. */
void isup_end_call(struct isup_circuit *circuit, struct call_input *in, enum isup_ind ind)
{
	isup_send_rel(circuit, &in->cause);
	isup_indicate(circuit, ind, NULL, &in->cause);
}

void isup_act_time_out(struct isup_circuit *circuit, struct call_input *in)
{
	counter_add(&isup_timer_releases, 1);
	isup_end_call(circuit, in, ISUP_IND_RELEASE);
}

void isup_act_digits_missing(struct isup_circuit *circuit, struct call_input *in)
{
	counter_add(&isup_timer_releases, 1);
	isup_end_call(circuit, in, ISUP_IND_T35);
}

/* An RLC that was not asked for (Q.764 2.9.5.1 c), or a malformed message that the call hangs on.
 */
void isup_act_break(struct isup_circuit *circuit, struct call_input *in)
{
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_WARNING, "%s: call released, cause %u", isup_type_name(in->msg->type),
		 in->cause.value);
	isup_end_call(circuit, in, ISUP_IND_RELEASE);
}

/* --- the circuit is lost to its call --- */

/* Reset or blocked for a hardware failure, by either end: no REL and no RLC for the call. */
void isup_act_abandon(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timers_stop(circuit);
	isup_let_go(circuit, ISUP_IND_RELEASED, &in->cause);
}

void isup_act_abandon_again(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timers_stop(circuit);
	isup_let_go(circuit, ISUP_IND_REATTEMPT, &in->cause);
}

/* Q.764 2.8.2.1: blocked after our IAM and before a backward message: the circuit is released in
 * the normal manner, the call is tried on another one. */
void isup_act_release_again(struct isup_circuit *circuit, struct call_input *in)
{
	isup_send_rel(circuit, &in->cause);
	isup_let_go(circuit, ISUP_IND_REATTEMPT, &in->cause);
}

/*
 * Q.764 2.9.5.1 d: a message that cannot belong here, on an idle circuit or before a backward
 * message: the ends disagree about the circuit, and a reset brings them together.
 */
static void disagree(struct isup_circuit *circuit, struct call_input *in, enum isup_ind ind)
{
	const struct isup_cause cause = isup_cause_of(Q850_TEMPORARY_FAILURE);

	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_WARNING, "%s cannot belong here; reset",
		 in->msg ? isup_type_name(in->msg->type) : "malformed IAM");
	isup_call_timers_stop(circuit);
	isup_reset_begin(circuit);
	isup_maintenance_start(circuit, MAINT_RSC, false);
	isup_let_go(circuit, ind, &cause);
}

void isup_act_disagree(struct isup_circuit *circuit, struct call_input *in)
{
	disagree(circuit, in, ISUP_IND_RELEASED);
}

void isup_act_disagree_again(struct isup_circuit *circuit, struct call_input *in)
{
	disagree(circuit, in, ISUP_IND_REATTEMPT);
}

/*
 * Q.764 2.9.9 (national use): an exchange in overload answers a call without priority with OLM. The
 * call goes another way; the circuit rests until T3, so that it brings no other call meanwhile, and
 * is released then. Q.763 table 39 has the message; Dialogic's ISUP manual tells the same procedure.
 * We send none: cause 42 and our level (2.11) say more and keep no circuit.
 */
void isup_act_overloaded(struct isup_circuit *circuit, struct call_input *in)
{
	const struct isup_cause cause = isup_cause_of(Q850_CONGESTION);

	(void)in;
	counter_add(&isup_overloads, 1);
	isup_log(circuit, LOG_NOTICE, "the other end is overloaded; the circuit rests");
	isup_call_timers_stop(circuit);
	isup_call_timer_start(circuit, CIC_T3);
	isup_let_go(circuit, ISUP_IND_REATTEMPT, &cause);
}

void isup_act_overload_over(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	isup_call_timers_stop(circuit);
	transmit_rlc(circuit);
}

/* A reset that we ask for: whoever asked sends RSC or GRS. */
void isup_act_reset(struct isup_circuit *circuit, struct call_input *in)
{
	isup_reset_begin(circuit);
	isup_act_abandon(circuit, in);
}

void isup_act_reset_again(struct isup_circuit *circuit, struct call_input *in)
{
	isup_reset_begin(circuit);
	isup_act_abandon_again(circuit, in);
}

void isup_act_reset_done(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	circuit->isup->reset_done = true;
}
