/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The call on a circuit: set-up both ways, overlap, conversation (Q.764 2.1, 2.2, 2.4, 2.9.1). */
#include <errno.h>
#include <stdlib.h>

#include "isup/call_actions.h"
#include "isup/codec.h"

#define NI_INTERNATIONAL 0 /* network indicator, Q.704 14.2.2 */

struct isup_cause isup_cause_of(enum q850_cause value)
{
	return (struct isup_cause){ .location = Q850_LOC_PUBLIC_LOCAL, .value = (uint8_t)value };
}

/* The only writer of a circuit's state. */
static void set_state(struct isup_circuit *circuit, enum circuit_st state)
{
	if (circuit->state == state)
		return;
	isup_log(circuit, LOG_DEBUG, "%s -> %s", isup_state_names[circuit->state],
		 isup_state_names[state]);
	circuit->state = (uint8_t)state;
	if (state != CIC_IDLE)
		return;
	circuit->freed = ++circuit->isup->serial;
	free(circuit->rel);
	circuit->rel = NULL;
	isup_healed(circuit);
}

void isup_call_event(struct isup_circuit *circuit, enum circuit_ev ev, struct call_input *in)
{
	const struct transition *transition = &isup_call_table[circuit->state][ev];

	isup_circuit_enter(circuit);
	isup_check_left(circuit, transition->next);
	set_state(circuit, transition->next);
	transition->action(circuit, in);
	isup_circuit_leave(circuit);
}

void isup_indicate(struct isup_circuit *circuit, enum isup_ind ind, const struct isup_msg *msg,
		   const struct isup_cause *cause)
{
	struct isup_indication indication = { .ind = ind, .msg = msg };
	const struct isup_user *user = &circuit->isup->user;

	if (cause)
		indication.cause = *cause;
	if (ind == ISUP_IND_SETUP || circuit->user)
		user->indicate(user->arg, circuit, &indication);
}

/* --- nothing to do --- */

void isup_act_ignore(struct isup_circuit *circuit, struct call_input *in)
{
	(void)circuit;
	(void)in;
}

void isup_act_discard(struct isup_circuit *circuit, struct call_input *in)
{
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_NOTICE, "%s not expected while %s; discarded",
		 in->msg ? isup_type_name(in->msg->type) : "malformed IAM",
		 isup_state_names[circuit->state]);
}

void isup_act_confuse(struct isup_circuit *circuit, struct call_input *in)
{
	isup_transmit_confusion(circuit->isup, circuit->cic, in->cause.value, NULL);
}

void isup_act_forbid(struct isup_circuit *circuit, struct call_input *in)
{
	(void)circuit;
	in->err = -EPROTO;
}

/* --- incoming --- */

/* Whether an IAM can be taken at all; *cause says why not. */
static bool acceptable(const struct isup_msg *msg, bool can_check, struct isup_cause *cause)
{
	struct isup_number called;
	struct isup_nci nci;

	if (!msg) {
		*cause = isup_cause_of(Q850_PROTOCOL_ERROR);
		return false;
	}
	if (!isup_get_number(msg, ISUP_P_CALLED, &called)) {
		*cause = isup_cause_of(Q850_INCOMPLETE); /* Q.850: invalid number format */
		return false;
	}
	/*
	 * A continuity check asked for on this circuit that cannot be done here: 79 says that the
	 * service is not there. 41, with which a failed check ends, would say that another attempt
	 * may do better.
	 */
	if (isup_get_nci(msg, &nci) && nci.continuity == ISUP_NCI_CHECK_HERE && !can_check) {
		*cause = isup_cause_of(Q850_SERVICE_NOT_IMPLEMENTED);
		return false;
	}
	return true;
}

void isup_iam_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg };
	enum circuit_ev ev = CIC_EV_IAM;

	isup_reservation_over(circuit);
	if (circuit->state == CIC_OG_WAIT_ACM && isup_circuit_controlled(circuit))
		ev = CIC_EV_IAM_LOSES;
	else if (circuit->state != CIC_IDLE && circuit->state != CIC_OG_WAIT_ACM)
		ev = CIC_EV_IAM;
	else if (circuit->blocked & BLOCK_BY_US)
		ev = CIC_EV_IAM_BLOCKED;
	else if (!acceptable(msg, circuit->isup->user.continuity, &in.cause))
		ev = CIC_EV_IAM_REFUSED;
	isup_call_event(circuit, ev, &in);
}

/* Q.764 2.2.5, RFC 3578 2: T35 while digits are missing, T10 once there may be enough. */
static void await_digits(struct isup_circuit *circuit)
{
	const struct isup_digits *digits = &circuit->digits;
	bool missing = digits->told ? digits->missing : digits->n < circuit->isup->conf.min_digits;

	isup_call_timer_stop(circuit, missing ? CIC_T10 : CIC_T35);
	if (!circuit->complete)
		isup_call_timer_start(circuit, missing ? CIC_T35 : CIC_T10);
	else
		isup_call_timer_stop(circuit, missing ? CIC_T35 : CIC_T10);
}

void isup_digits_await(struct isup_circuit *circuit, bool missing, uint32_t t10_ms, uint32_t t35_ms)
{
	circuit->digits.told = true;
	circuit->digits.missing = missing;
	circuit->digits.t10_ms = t10_ms;
	circuit->digits.t35_ms = t35_ms;
}

/* A new call takes the circuit: whoever had it before hears nothing more of it. */
static void seized_by_peer(struct isup_circuit *circuit)
{
	circuit->user = NULL;
	circuit->info_owed = false;
	circuit->fresh = false; /* the other end uses it: it knows its state */
	circuit->call = ++circuit->isup->serial;
	/* Q.764 2.8.2.3: an IAM removes the other end's blocking, of either kind. */
	isup_peer_unblocked(circuit);
}

void isup_act_take(struct isup_circuit *circuit, struct call_input *in)
{
	seized_by_peer(circuit);
	if (!isup_check_incoming(circuit, in->msg))
		isup_offer(circuit, in->msg);
}

void isup_offer(struct isup_circuit *circuit, const struct isup_msg *iam)
{
	const struct isup_cause unowned = isup_cause_of(Q850_TEMPORARY_FAILURE);
	struct isup_number called;
	uint64_t call;

	call = circuit->call;
	(void)isup_get_number(iam, ISUP_P_CALLED, &called);
	circuit->digits = (struct isup_digits){ .n = called.n };
	/* RFC 3398 13: en bloc always where there is no SAM. */
	circuit->complete = called.complete || !isup_has_message(circuit->isup, ISUP_SAM);
	isup_indicate(circuit, ISUP_IND_SETUP, iam, NULL);
	isup_trace_flush(circuit->isup);
	if (circuit->call != call || circuit->state != CIC_IC_WAIT_ACM)
		return;
	isup_understand_again(circuit, iam);
	if (circuit->call != call || circuit->state != CIC_IC_WAIT_ACM)
		return;
	if (circuit->user)
		await_digits(circuit);
	else
		isup_release(circuit, &unowned);
}

void isup_act_refuse(struct isup_circuit *circuit, struct call_input *in)
{
	seized_by_peer(circuit);
	isup_log(circuit, LOG_NOTICE, "IAM refused, cause %u", in->cause.value);
	isup_send_rel(circuit, &in->cause);
}

/* Q.764 2.8.2.1: the other end has not understood that we block the circuit: it is told again. */
void isup_act_block_again(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_NOTICE, "IAM on a circuit that is blocked here; blocked again");
	isup_reblock(circuit);
}

void isup_act_digits(struct isup_circuit *circuit, struct call_input *in)
{
	struct isup_number more;
	uint64_t call = circuit->call;

	if (isup_check_digits(circuit, in->msg))
		return;
	if (circuit->complete || !isup_get_number(in->msg, ISUP_P_SUBSEQUENT, &more)) {
		isup_act_discard(circuit, in);
		return;
	}
	circuit->digits = (struct isup_digits){ .n = circuit->digits.n + more.n };
	circuit->complete = more.complete;
	isup_indicate(circuit, ISUP_IND_DIGITS, in->msg, NULL);
	if (circuit->call == call && circuit->state == CIC_IC_WAIT_ACM && circuit->user)
		await_digits(circuit);
}

/* T10: no further digit is expected (Q.764 2.1.2). */
void isup_act_digits_over(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	circuit->complete = true;
	isup_indicate(circuit, ISUP_IND_T10, NULL, NULL);
}

/* --- dual seizure, Q.764 2.9.1.4 --- */

static void dual_seizure(struct isup_circuit *circuit, const char *outcome)
{
	counter_add(&isup_dual_seizures, 1);
	isup_log(circuit, LOG_NOTICE, "dual seizure: %s", outcome);
}

/* We control the circuit: our call goes on, the other end backs off. */
void isup_act_stand(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	dual_seizure(circuit, "our call stands");
}

/* The other end controls the circuit: our call backs off without a message and is tried again. */
static void yield(struct isup_circuit *circuit)
{
	const struct isup_cause cause = isup_cause_of(Q850_CIRCUIT_NOT_AVAILABLE);

	dual_seizure(circuit, "our call backs off");
	isup_call_timers_stop(circuit);
	isup_let_go(circuit, ISUP_IND_REATTEMPT, &cause);
}

void isup_act_yield_take(struct isup_circuit *circuit, struct call_input *in)
{
	yield(circuit);
	isup_act_take(circuit, in);
}

void isup_act_yield_refuse(struct isup_circuit *circuit, struct call_input *in)
{
	yield(circuit);
	isup_act_refuse(circuit, in);
}

void isup_act_yield_block(struct isup_circuit *circuit, struct call_input *in)
{
	yield(circuit);
	isup_act_block_again(circuit, in);
}

/* --- outgoing --- */

void isup_act_address_complete(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timer_stop(circuit, CIC_T7);
	isup_call_timer_start(circuit, CIC_T9);
	isup_indicate(circuit, ISUP_IND_ADDRESS_COMPLETE, in->msg, NULL);
}

/* RFC 3398 13: in ANSI and TTC networks a diverted call may be told of before its ACM. */
void isup_act_early_progress(struct isup_circuit *circuit, struct call_input *in)
{
	if (isup_variant_def((uint8_t)circuit->isup->conf.variant)->early_progress)
		isup_act_progress(circuit, in);
	else
		isup_act_discard(circuit, in);
}

void isup_act_progress(struct isup_circuit *circuit, struct call_input *in)
{
	isup_indicate(circuit, ISUP_IND_PROGRESS, in->msg, NULL);
}

/* ANM or CON. An ANM without an ACM is an answer too (RFC 3398 7.2.7). */
void isup_act_answer(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timers_stop(circuit);
	isup_indicate(circuit, ISUP_IND_ANSWER, in->msg, NULL);
}

/* Q.764 2.1.6: information that the other end asks for. What the owner does not take on to answer
 * is answered here: none included. */
void isup_act_inform(struct isup_circuit *circuit, struct call_input *in)
{
	static const uint8_t not_included[2];
	struct isup_msg inf;

	circuit->info_owed = true;
	isup_indicate(circuit, ISUP_IND_INFO_REQUEST, in->msg, NULL);
	if (!circuit->info_owed || circuit->state != CIC_OG_WAIT_ACM)
		return;
	circuit->info_owed = false;
	isup_msg_start(circuit->isup, &inf, ISUP_INF, circuit->cic);
	if (!isup_msg_add(&inf, ISUP_P_INFORMATION, not_included, sizeof(not_included)))
		(void)isup_transmit(circuit->isup, circuit, &inf);
}

void isup_information_later(struct isup_circuit *circuit)
{
	circuit->info_owed = false;
}

void isup_act_information(struct isup_circuit *circuit, struct call_input *in)
{
	if (!timer_running(&circuit->timers[CIC_T33])) {
		isup_act_discard(circuit, in);
		return;
	}
	isup_call_timer_stop(circuit, CIC_T33);
	isup_indicate(circuit, ISUP_IND_INFORMATION, in->msg, NULL);
}

/* Messages of a call that move it nowhere: facilities, charging, pass-along, identification, application transport. */
bool isup_goes_with_call(uint8_t type)
{
	static const uint8_t types[] = { ISUP_FOT, ISUP_USR, ISUP_FAC, ISUP_PAM, ISUP_CRG,
					 ISUP_IDR, ISUP_IRS, ISUP_APM, ISUP_LOP, ISUP_PRI,
					 ISUP_NRM, ISUP_FAR, ISUP_FAA, ISUP_FRJ, ISUP_EXM };

	for (size_t i = 0; i < sizeof(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

/* FOT, USR and others: nothing here depends on them. */
void isup_act_info(struct isup_circuit *circuit, struct call_input *in)
{
	isup_indicate(circuit, ISUP_IND_MESSAGE, in->msg, NULL);
}

/* --- suspend and resume, Q.764 2.4.1 --- */

static enum circuit_timer suspend_timer(const struct isup_msg *msg)
{
	uint8_t by_network = 0;

	(void)isup_get_octet(msg, ISUP_P_SUSPEND_RESUME, &by_network);
	return by_network ? CIC_T6 : CIC_T2;
}

void isup_act_suspend(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timer_start(circuit, suspend_timer(in->msg));
	isup_indicate(circuit, ISUP_IND_SUSPEND, in->msg, NULL);
}

void isup_act_resume(struct isup_circuit *circuit, struct call_input *in)
{
	enum circuit_timer timer = suspend_timer(in->msg);

	if (!timer_running(&circuit->timers[timer])) {
		isup_act_discard(circuit, in);
		return;
	}
	isup_call_timer_stop(circuit, timer);
	isup_indicate(circuit, ISUP_IND_RESUME, in->msg, NULL);
}

/* --- requests --- */

void isup_act_send(struct isup_circuit *circuit, struct call_input *in)
{
	in->out->cic = circuit->cic;
	in->err = isup_transmit(circuit->isup, circuit, in->out);
}

void isup_act_send_inr(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timer_start(circuit, CIC_T33);
	isup_act_send(circuit, in);
}

/* Q.764 2.4.1.3: the incoming international exchange sees to it that a suspended call ends, as the
 * exchange before it may not know the rule of this country. */
void isup_act_suspend_sent(struct isup_circuit *circuit, struct call_input *in)
{
	if (circuit->isup->conf.ni == NI_INTERNATIONAL && suspend_timer(in->out) == CIC_T6)
		isup_call_timer_start(circuit, CIC_T38);
	isup_act_send(circuit, in);
}

void isup_act_resume_sent(struct isup_circuit *circuit, struct call_input *in)
{
	if (suspend_timer(in->out) == CIC_T6)
		isup_call_timer_stop(circuit, CIC_T38);
	isup_act_send(circuit, in);
}

/* ACM or CON: the address is complete. */
void isup_act_send_address(struct isup_circuit *circuit, struct call_input *in)
{
	circuit->complete = true;
	isup_call_timers_stop(circuit);
	isup_act_send(circuit, in);
}

/* IAM or SAM: T7 starts with every address message. */
void isup_act_send_digits(struct isup_circuit *circuit, struct call_input *in)
{
	isup_call_timer_start(circuit, CIC_T7);
	isup_act_send(circuit, in);
}

void isup_act_seize(struct isup_circuit *circuit, struct call_input *in)
{
	isup_check_outgoing(circuit, in->out);
	isup_act_send_digits(circuit, in);
	if (in->err)
		isup_call_event(circuit, CIC_EV_SEIZE_FAILED, in);
}

/* The IAM was never sent: as if nothing had been. */
void isup_act_unseize(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	isup_call_timers_stop(circuit);
	circuit->user = NULL;
}

int isup_setup(struct isup *isup, struct isup_msg *iam, void *user, struct isup_circuit **circuit)
{
	struct call_input in = { .out = iam };
	struct isup_circuit *found;

	*circuit = NULL;
	iam->variant = (uint8_t)isup->conf.variant;
	if (!isup_available(isup))
		return -ENETUNREACH;
	if (isup_check_possible(isup, iam))
		return -EPROTO;
	if (!isup_congestion_admits(isup, iam))
		return -EBUSY;
	found = isup_hunt(isup);
	if (!found)
		return -EAGAIN;
	isup->cyclic = found->cic;
	found->user = user;
	found->call = ++isup->serial;
	*circuit = found;
	isup_call_event(found, CIC_EV_SEIZE, &in);
	if (in.err)
		*circuit = NULL;
	return in.err;
}

int isup_send(struct isup_circuit *circuit, struct isup_msg *msg)
{
	static const struct {
		uint8_t type;
		enum circuit_ev ev;
	} requests[] = {
		{ ISUP_SAM, CIC_EV_SEND_SAM },	{ ISUP_ACM, CIC_EV_SEND_ACM },
		{ ISUP_CPG, CIC_EV_SEND_CPG },	{ ISUP_ANM, CIC_EV_SEND_ANM },
		{ ISUP_CON, CIC_EV_SEND_CON },	{ ISUP_SUS, CIC_EV_SEND_SUS },
		{ ISUP_RES, CIC_EV_SEND_RES },	{ ISUP_INR, CIC_EV_SEND_INR },
		{ ISUP_INF, CIC_EV_SEND_INFO },
	};
	struct call_input in = { .out = msg, .err = -EPROTO };
	uint8_t type = msg->type;

	msg->variant = (uint8_t)circuit->isup->conf.variant;
	if (isup_type_name(type) && !isup_has_message(circuit->isup, type))
		return -EPROTO;
	/* RFC 3398 13: where there is no CON, an ANM without an ACM before it says the same. */
	if (type == ISUP_ANM && circuit->state == CIC_IC_WAIT_ACM &&
	    !isup_has_message(circuit->isup, ISUP_CON))
		type = ISUP_CON;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].type == type) {
			isup_call_event(circuit, requests[i].ev, &in);
			break;
		}
	if (isup_goes_with_call(msg->type) || !isup_type_name(msg->type))
		isup_call_event(circuit, CIC_EV_SEND_INFO, &in);
	if (msg->type == ISUP_INF)
		circuit->info_owed = false;
	return in.err;
}

void isup_release(struct isup_circuit *circuit, const struct isup_cause *cause)
{
	struct call_input in = { .cause = *cause };

	isup_call_event(circuit, CIC_EV_RELEASE_REQ, &in);
}

/* Without memory, or against a REL of the other end, the cause alone goes out. */
void isup_release_as(struct isup_circuit *circuit, const struct isup_msg *rel)
{
	struct isup_cause cause;

	if (!isup_get_cause(rel, &cause))
		cause = isup_cause_of(Q850_NORMAL_UNSPECIFIED);
	if (!circuit->rel && circuit->state != CIC_IDLE && circuit->state != CIC_RELEASE_IND &&
	    rel->n_params > 1)
		circuit->rel = malloc(sizeof(*circuit->rel));
	if (circuit->rel) {
		*circuit->rel = *rel;
		circuit->rel->cic = circuit->cic;
		circuit->rel->variant = (uint8_t)circuit->isup->conf.variant;
	}
	isup_release(circuit, &cause);
}

/* The first owner of an incoming call lets its IAM be traced under the call's id. */
void isup_circuit_set_user(struct isup_circuit *circuit, void *user)
{
	circuit->user = user;
	isup_trace_flush(circuit->isup);
}

void isup_digits_complete(struct isup_circuit *circuit)
{
	if (circuit->state != CIC_IC_WAIT_ACM)
		return;
	circuit->complete = true;
	isup_call_timer_stop(circuit, CIC_T10);
	isup_call_timer_stop(circuit, CIC_T35);
}
