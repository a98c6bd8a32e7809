/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Continuity check (Q.764 2.1.8, Q.724 7): on our own circuits by the IAM and, after a failure, by
 * CCR; on circuits of the other end; and on a circuit before this one. An incoming call is kept from
 * its owner until COT says that the speech path is there (RFC 3398 8.1.4). What a circuit does next
 * stands in a table of its own: the call's state machine knows only that a check goes on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isup/call_actions.h"
#include "isup/codec.h"

#define COT_SUCCESSFUL 1 /* Q.763 3.18 */

enum check_ev {
	CHECK_EV_COT_GOOD,
	CHECK_EV_COT_FAILED,
	CHECK_EV_CCR,
	CHECK_EV_GOOD, /* the tone was heard */
	CHECK_EV_FAILED,
	CHECK_EV_EXPIRED,
	CHECK_EVS
};

typedef void check_action_fn(struct isup_circuit *circuit, const struct isup_msg *msg);

static const char failed_alarm[] = "continuity check failed";

/* --- pieces --- */

static bool connect(struct isup_circuit *circuit, enum isup_check check)
{
	const struct isup_user *user = &circuit->isup->user;

	return user->continuity && !user->continuity(user->arg, circuit, check);
}

static void disconnect(struct isup_circuit *circuit)
{
	(void)connect(circuit, ISUP_CHECK_OFF);
}

static void loop(struct isup_circuit *circuit)
{
	const struct isup_conf *conf = &circuit->isup->conf;

	if (!connect(circuit, conf->transponder ? ISUP_CHECK_TRANSPONDER : ISUP_CHECK_LOOP))
		isup_log(circuit, LOG_ERROR, "no loop for a continuity check; it will fail");
	/* T1.113.4 2.1.8: in ANSI networks LPA always answers CCR. */
	else if (circuit->check == CHECK_IC_AGAIN &&
		 (conf->loop_ack || isup_is_ansi(circuit->isup)))
		isup_transmit_plain(circuit, ISUP_LPA);
}

static void timer_start(struct isup_circuit *circuit, enum isup_timer_id id)
{
	struct timer *timer = &circuit->timers[CIC_CHECK];

	timer->name = isup_timer_defs[id].name;
	timer_start_ms(timer, isup_timer_ms(circuit->isup, id));
	isup_trace_timer(circuit, timer->name, "started");
}

static void send_cot(struct isup_circuit *circuit, uint8_t value)
{
	struct isup_msg cot;

	isup_msg_start(circuit->isup, &cot, ISUP_COT, circuit->cic);
	if (!isup_msg_add(&cot, ISUP_P_CONTINUITY, &value, 1))
		(void)isup_transmit(circuit->isup, circuit, &cot);
}

static void tone(struct isup_circuit *circuit)
{
	timer_start(circuit, ISUP_T24);
	if (!connect(circuit, ISUP_CHECK_TONE)) {
		isup_log(circuit, LOG_ERROR, "no check tone; the check fails");
		timer_start_us(&circuit->timers[CIC_CHECK], 0);
	}
}

static void forget_iam(struct isup_circuit *circuit)
{
	free(circuit->iam);
	circuit->iam = NULL;
}

static bool connected(const struct isup_circuit *circuit)
{
	return circuit->check == CHECK_OG_TONE || circuit->check == CHECK_OG_AGAIN ||
	       circuit->check == CHECK_IC_LOOP || circuit->check == CHECK_IC_AGAIN ||
	       circuit->check == CHECK_IC_RESERVED;
}

static void end(struct isup_circuit *circuit)
{
	bool on = connected(circuit);

	circuit->check = CHECK_NONE;
	timer_stop(&circuit->timers[CIC_CHECK]);
	if (circuit->alarm == failed_alarm)
		isup_circuit_alarm(circuit, NULL);
	if (on)
		disconnect(circuit);
}

static void raise(struct isup_circuit *circuit, enum circuit_ev ev, enum q850_cause cause)
{
	struct call_input in = { .cause = isup_cause_of(cause) };

	isup_call_event(circuit, ev, &in);
}

/* --- actions: what to do in the state that is already entered --- */

static void nothing(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)circuit;
	(void)msg;
}

static void stray(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_PROTOCOL_ERROR) };

	isup_call_event(circuit, CIC_EV_STRAY, &in);
}

/* A check that was asked for on an idle circuit. */
static void ccr_first(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	if (circuit->state != CIC_IDLE) {
		circuit->check = CHECK_NONE;
		stray(circuit, msg);
	} else if (!circuit->isup->user.continuity) {
		circuit->check = CHECK_NONE;
		isup_transmit_confusion(circuit->isup, circuit->cic, Q850_MESSAGE_UNKNOWN,
					&msg->type);
	} else {
		raise(circuit, CIC_EV_CHECK_REQ, Q850_NONE);
		timer_start(circuit, ISUP_T36);
		loop(circuit);
	}
}

static void ccr_again(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	timer_start(circuit, ISUP_T36);
	loop(circuit);
}

/* Our IAM's check was good. */
static void call_good(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	end(circuit);
	disconnect(circuit);
	send_cot(circuit, COT_SUCCESSFUL);
	isup_indicate(circuit, ISUP_IND_CONTINUITY, NULL, NULL);
}

/* Q.764 2.1.8: the call is tried on another circuit, this one is checked again. */
static void call_failed(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	isup_log(circuit, LOG_WARNING, "no continuity; the call tries another circuit");
	disconnect(circuit);
	send_cot(circuit, 0);
	circuit->check_repeated = false;
	timer_start(circuit, ISUP_T25);
	raise(circuit, CIC_EV_CHECK_FAILED, Q850_TEMPORARY_FAILURE);
}

static void check_again(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	isup_transmit_plain(circuit, ISUP_CCR);
	tone(circuit);
}

/* The circuit is good again: REL frees it at the other end. */
static void again_good(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	end(circuit);
	disconnect(circuit);
	isup_circuit_alarm(circuit, NULL);
	raise(circuit, CIC_EV_CHECK_OK, Q850_NORMAL);
}

static void again_failed(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	disconnect(circuit);
	send_cot(circuit, 0);
	timer_start(circuit, circuit->check_repeated ? ISUP_T26 : ISUP_T25);
	circuit->check_repeated = true;
	isup_circuit_alarm(circuit, failed_alarm);
}

static void incoming_good(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_msg *iam = circuit->iam;

	(void)msg;
	circuit->iam = NULL;
	timer_stop(&circuit->timers[CIC_CHECK]);
	disconnect(circuit);
	isup_offer(circuit, iam);
	free(iam);
}

/* This circuit has no continuity: the other end checks it again and takes another for its call. */
static void incoming_failed(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	disconnect(circuit);
	timer_start(circuit, ISUP_T27);
	raise(circuit, CIC_EV_CHECK_FAILED, Q850_TEMPORARY_FAILURE);
}

static void incoming_lost(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	timer_stop(&circuit->timers[CIC_CHECK]);
	disconnect(circuit);
	raise(circuit, CIC_EV_NO_CONTINUITY, Q850_TEMPORARY_FAILURE);
}

static void await_ccr(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	disconnect(circuit);
	timer_start(circuit, ISUP_T27);
}

/* T27 or T36: the other end does not go on with its check. */
static void give_up(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	disconnect(circuit);
	raise(circuit, CIC_EV_CHECK_OVER, Q850_TEMPORARY_FAILURE);
}

/* clang-format off */
static const struct {
	check_action_fn *action;
	enum check_st next;
} table[CHECK_STS][CHECK_EVS] = {
	[CHECK_NONE] = {
		[CHECK_EV_COT_GOOD] = { stray, CHECK_NONE },
		[CHECK_EV_COT_FAILED] = { stray, CHECK_NONE },
		[CHECK_EV_CCR] = { ccr_first, CHECK_IC_AGAIN },
		[CHECK_EV_GOOD] = { nothing, CHECK_NONE },
		[CHECK_EV_FAILED] = { nothing, CHECK_NONE },
		[CHECK_EV_EXPIRED] = { nothing, CHECK_NONE },
	},
	[CHECK_OG_TONE] = {
		[CHECK_EV_COT_GOOD] = { stray, CHECK_OG_TONE },
		[CHECK_EV_COT_FAILED] = { stray, CHECK_OG_TONE },
		[CHECK_EV_CCR] = { stray, CHECK_OG_TONE },
		[CHECK_EV_GOOD] = { call_good, CHECK_NONE },
		[CHECK_EV_FAILED] = { call_failed, CHECK_OG_FAILED },
		[CHECK_EV_EXPIRED] = { call_failed, CHECK_OG_FAILED },
	},
	[CHECK_OG_FAILED] = {
		[CHECK_EV_COT_GOOD] = { stray, CHECK_OG_FAILED },
		[CHECK_EV_COT_FAILED] = { stray, CHECK_OG_FAILED },
		[CHECK_EV_CCR] = { stray, CHECK_OG_FAILED },
		[CHECK_EV_GOOD] = { nothing, CHECK_OG_FAILED },
		[CHECK_EV_FAILED] = { nothing, CHECK_OG_FAILED },
		[CHECK_EV_EXPIRED] = { check_again, CHECK_OG_AGAIN },
	},
	[CHECK_OG_AGAIN] = {
		[CHECK_EV_COT_GOOD] = { stray, CHECK_OG_AGAIN },
		[CHECK_EV_COT_FAILED] = { stray, CHECK_OG_AGAIN },
		[CHECK_EV_CCR] = { stray, CHECK_OG_AGAIN },
		[CHECK_EV_GOOD] = { again_good, CHECK_NONE },
		[CHECK_EV_FAILED] = { again_failed, CHECK_OG_FAILED },
		[CHECK_EV_EXPIRED] = { again_failed, CHECK_OG_FAILED },
	},
	[CHECK_IC_LOOP] = {
		[CHECK_EV_COT_GOOD] = { incoming_good, CHECK_NONE },
		[CHECK_EV_COT_FAILED] = { incoming_failed, CHECK_IC_FAILED },
		[CHECK_EV_CCR] = { stray, CHECK_IC_LOOP },
		[CHECK_EV_GOOD] = { nothing, CHECK_IC_LOOP },
		[CHECK_EV_FAILED] = { nothing, CHECK_IC_LOOP },
		[CHECK_EV_EXPIRED] = { incoming_lost, CHECK_NONE },
	},
	/* A failure before this circuit: nothing is wrong with it. */
	[CHECK_IC_PREVIOUS] = {
		[CHECK_EV_COT_GOOD] = { incoming_good, CHECK_NONE },
		[CHECK_EV_COT_FAILED] = { incoming_lost, CHECK_NONE },
		[CHECK_EV_CCR] = { stray, CHECK_IC_PREVIOUS },
		[CHECK_EV_GOOD] = { nothing, CHECK_IC_PREVIOUS },
		[CHECK_EV_FAILED] = { nothing, CHECK_IC_PREVIOUS },
		[CHECK_EV_EXPIRED] = { incoming_lost, CHECK_NONE },
	},
	[CHECK_IC_FAILED] = {
		[CHECK_EV_COT_GOOD] = { stray, CHECK_IC_FAILED },
		[CHECK_EV_COT_FAILED] = { nothing, CHECK_IC_FAILED },
		[CHECK_EV_CCR] = { ccr_again, CHECK_IC_AGAIN },
		[CHECK_EV_GOOD] = { nothing, CHECK_IC_FAILED },
		[CHECK_EV_FAILED] = { nothing, CHECK_IC_FAILED },
		[CHECK_EV_EXPIRED] = { give_up, CHECK_NONE },
	},
	/* COT (successful) goes before the REL that ends a good check at some exchanges. */
	[CHECK_IC_AGAIN] = {
		[CHECK_EV_COT_GOOD] = { nothing, CHECK_IC_AGAIN },
		[CHECK_EV_COT_FAILED] = { await_ccr, CHECK_IC_FAILED },
		[CHECK_EV_CCR] = { ccr_again, CHECK_IC_AGAIN },
		[CHECK_EV_GOOD] = { nothing, CHECK_IC_AGAIN },
		[CHECK_EV_FAILED] = { nothing, CHECK_IC_AGAIN },
		[CHECK_EV_EXPIRED] = { give_up, CHECK_NONE },
	},
	[CHECK_IC_RESERVED] = {
		[CHECK_EV_COT_GOOD] = { nothing, CHECK_IC_RESERVED },
		[CHECK_EV_COT_FAILED] = { await_ccr, CHECK_IC_FAILED },
		[CHECK_EV_CCR] = { ccr_again, CHECK_IC_AGAIN },
		[CHECK_EV_GOOD] = { nothing, CHECK_IC_RESERVED },
		[CHECK_EV_FAILED] = { nothing, CHECK_IC_RESERVED },
		[CHECK_EV_EXPIRED] = { give_up, CHECK_NONE },
	},
};
/* clang-format on */

static void check_event(struct isup_circuit *circuit, enum check_ev ev, const struct isup_msg *msg)
{
	check_action_fn *action = table[circuit->check][ev].action;

	isup_circuit_enter(circuit);
	circuit->check = (uint8_t)table[circuit->check][ev].next;
	action(circuit, msg);
	isup_circuit_leave(circuit);
}

/* --- from the call --- */

int isup_check_possible(const struct isup *isup, const struct isup_msg *iam)
{
	struct isup_nci nci;

	if (!isup_get_nci(iam, &nci) || nci.continuity != ISUP_NCI_CHECK_HERE)
		return 0;
	return isup->user.continuity ? 0 : -EPROTO;
}

void isup_check_outgoing(struct isup_circuit *circuit, const struct isup_msg *iam)
{
	struct isup_nci nci;

	if (!isup_get_nci(iam, &nci) || nci.continuity != ISUP_NCI_CHECK_HERE)
		return;
	circuit->check = CHECK_OG_TONE;
	tone(circuit);
}

bool isup_check_incoming(struct isup_circuit *circuit, const struct isup_msg *iam)
{
	const struct isup_cause no_memory = isup_cause_of(Q850_RESOURCE_UNAVAILABLE);
	struct isup_nci nci;

	if (!isup_get_nci(iam, &nci) || !nci.continuity || nci.continuity > ISUP_NCI_CHECK_BEFORE)
		return false;
	circuit->complete = false;
	circuit->digits = (struct isup_digits){ 0 };
	circuit->iam = malloc(sizeof(*circuit->iam));
	if (!circuit->iam) {
		isup_release(circuit, &no_memory);
		return true;
	}
	*circuit->iam = *iam;
	circuit->check = nci.continuity == ISUP_NCI_CHECK_HERE ? CHECK_IC_LOOP : CHECK_IC_PREVIOUS;
	timer_start(circuit, ISUP_T8);
	if (circuit->check == CHECK_IC_LOOP)
		loop(circuit);
	return true;
}

bool isup_check_digits(struct isup_circuit *circuit, const struct isup_msg *sam)
{
	struct isup_number called, more;

	if (!circuit->iam)
		return false;
	if (isup_get_number(circuit->iam, ISUP_P_CALLED, &called) && !called.complete &&
	    isup_get_number(sam, ISUP_P_SUBSEQUENT, &more) &&
	    called.n + more.n <= ISUP_DIGITS_MAX) {
		memcpy(called.digits + called.n, more.digits, more.n + 1u);
		called.n = (uint8_t)(called.n + more.n);
		called.complete = more.complete;
		if (!isup_put_number(circuit->iam, ISUP_P_CALLED, &called))
			return true;
	}
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_NOTICE, "SAM not taken while continuity is checked");
	return true;
}

void isup_check_left(struct isup_circuit *circuit, enum circuit_st state)
{
	if (state == circuit->state && state != CIC_IDLE)
		return;
	forget_iam(circuit);
	if (circuit->check != CHECK_NONE && state != CIC_CHECKING)
		end(circuit);
}

void isup_act_check(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	circuit->fresh = false;
}

void isup_act_check_over(struct isup_circuit *circuit, struct call_input *in)
{
	(void)in;
	isup_log(circuit, LOG_WARNING, "the other end does not go on with its check; reset");
	isup_reset_begin(circuit);
	isup_circuit_alarm(circuit, failed_alarm);
	isup_maintenance_start(circuit, MAINT_RSC, false);
}

void isup_act_no_continuity(struct isup_circuit *circuit, struct call_input *in)
{
	isup_log(circuit, LOG_NOTICE, "no continuity: call released");
	isup_end_call(circuit, in, ISUP_IND_RELEASE);
}

/* --- from the other end, from media, from the clock --- */

void isup_cot_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	const struct isup_param *param = isup_msg_find(msg, ISUP_P_CONTINUITY);
	bool good =
		param && param->length && (isup_param_octets(msg, param)[0] & 1) == COT_SUCCESSFUL;

	check_event(circuit, good ? CHECK_EV_COT_GOOD : CHECK_EV_COT_FAILED, msg);
}

void isup_ccr_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	check_event(circuit, CHECK_EV_CCR, msg);
}

/* Loop back acknowledgement (national): the tone is out already, and says more. */
void isup_lpa_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	if (circuit->check != CHECK_OG_AGAIN)
		stray(circuit, msg);
}

/*
 * Circuit reservation (T1.113.4, RFC 3398 13): the circuit is kept for the IAM that follows CRA, and
 * looped if the reservation asks for a check. CRM seizes as an IAM does: on a circuit that both ends
 * want, the one that controls it goes on.
 */
void isup_crm_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_nci nci;

	if (circuit->state == CIC_OG_WAIT_ACM && !isup_circuit_controlled(circuit)) {
		counter_add(&isup_dual_seizures, 1);
		raise(circuit, CIC_EV_RESET_IN, Q850_CIRCUIT_NOT_AVAILABLE);
	}
	if (circuit->state != CIC_IDLE || circuit->blocked & BLOCK_BY_US) {
		counter_add(&isup_unexpected, 1);
		isup_log(circuit, LOG_NOTICE, "CRM not expected while %s; discarded",
			 isup_state_names[circuit->state]);
		if (circuit->state == CIC_IDLE)
			isup_reblock(circuit);
		return;
	}
	raise(circuit, CIC_EV_CHECK_REQ, Q850_NONE);
	circuit->check = CHECK_IC_RESERVED;
	timer_start(circuit, ISUP_TCRA);
	if (isup_get_nci(msg, &nci) && nci.continuity == ISUP_NCI_CHECK_HERE)
		loop(circuit);
	isup_transmit_plain(circuit, ISUP_CRA);
}

void isup_reservation_over(struct isup_circuit *circuit)
{
	if (circuit->check == CHECK_IC_RESERVED)
		raise(circuit, CIC_EV_RESET_IN, Q850_NONE);
}

void isup_check_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	isup_trace_timer(circuit, timer->name, "expired");
	check_event(circuit, CHECK_EV_EXPIRED, NULL);
}

void isup_continuity_result(struct isup_circuit *circuit, bool good)
{
	check_event(circuit, good ? CHECK_EV_GOOD : CHECK_EV_FAILED, NULL);
}

void isup_set_check(struct isup *isup, bool transponder, bool loop_ack)
{
	isup->conf.transponder = transponder;
	isup->conf.loop_ack = loop_ack;
}

int isup_continuity_check(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);
	struct call_input in = { .err = 0 };

	if (!circuit)
		return -ENOENT;
	if (!isup->user.continuity)
		return -ENOTSUP;
	if (!isup_circuit_vacant(circuit) || circuit->maintenance != MAINT_NONE)
		return -EBUSY;
	isup_circuit_enter(circuit);
	isup_call_event(circuit, CIC_EV_CHECK_REQ, &in);
	circuit->check_repeated = false;
	circuit->check = CHECK_OG_AGAIN;
	check_again(circuit, NULL);
	isup_circuit_leave(circuit);
	return 0;
}
