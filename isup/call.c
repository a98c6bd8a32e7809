/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The call state machine of a circuit, Q.764 2.1 to 2.4. A message, an expiry or a request is
 * looked up in one table by the circuit's state; isup_circuit_set_state is the only writer of the
 * state.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "isup/isup_private.h"

typedef void action_fn(struct isup_circuit *circuit, const struct isup_msg *msg);

static const char *const state_names[CIC_STS] = {
	[CIC_IDLE] = "idle",
	[CIC_OG_WAIT_ACM] = "outgoing, wait for ACM",
	[CIC_OG_WAIT_ANM] = "outgoing, wait for answer",
	[CIC_OG_ACTIVE] = "outgoing, answered",
	[CIC_IC_WAIT_ACM] = "incoming, address",
	[CIC_IC_WAIT_ANM] = "incoming, wait for answer",
	[CIC_IC_ACTIVE] = "incoming, answered",
	[CIC_RELEASE_IND] = "released by the other end",
	[CIC_WAIT_RLC] = "wait for RLC",
	[CIC_RESETTING] = "resetting",
};

const char *isup_circuit_state_name(unsigned state)
{
	return state_names[state];
}

void isup_circuit_set_state(struct isup_circuit *circuit, enum circuit_st state)
{
	if (circuit->state == state)
		return;
	isup_log(circuit, LOG_DEBUG, "%s -> %s", state_names[circuit->state], state_names[state]);
	circuit->state = (uint8_t)state;
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

static void circuit_changed(struct isup_circuit *circuit)
{
	const struct isup_user *user = &circuit->isup->user;

	if (user->circuit_changed)
		user->circuit_changed(user->arg, circuit);
}

static void start_wait(struct isup_circuit *circuit, enum isup_timer_id id)
{
	uint32_t ms = isup_timer_ms(circuit->isup, id);
	char what[32];

	circuit->wait_id = id;
	circuit->wait.name = isup_timer_defs[id].name;
	timer_start_ms(&circuit->wait, ms);
	snprintf(what, sizeof(what), "started %u.%03u s", ms / 1000, ms % 1000);
	isup_trace_timer(circuit, circuit->wait.name, what);
}

static void stop_wait(struct isup_circuit *circuit)
{
	if (!timer_running(&circuit->wait))
		return;
	timer_stop(&circuit->wait);
	isup_trace_timer(circuit, circuit->wait.name, "stopped");
}

/* --- the end of a call --- */

/* Nobody owns the circuit any more: idle, or gone when a reload took it away. */
void isup_call_idle(struct isup_circuit *circuit)
{
	struct isup *isup = circuit->isup;

	stop_wait(circuit);
	timer_stop(&circuit->t1);
	timer_stop(&circuit->t5);
	circuit->user = NULL;
	circuit->backward = circuit->complete = false;
	circuit->digits = 0;
	isup_circuit_set_state(circuit, CIC_IDLE);
	if (circuit->retire)
		(void)isup_circuit_remove(isup, circuit->cic, false);
	else
		circuit_changed(circuit);
}

void isup_call_abandon(struct isup_circuit *circuit, enum circuit_st next)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = Q850_TEMPORARY_FAILURE };
	bool again = circuit->state == CIC_OG_WAIT_ACM && !circuit->backward;
	bool owned = circuit->state != CIC_IDLE && circuit->state != CIC_RESETTING;

	stop_wait(circuit);
	timer_stop(&circuit->t1);
	timer_stop(&circuit->t5);
	/* Not idle before its call is told: the re-attempt must not hunt this circuit again. */
	isup_circuit_set_state(circuit, next == CIC_IDLE ? CIC_RESETTING : next);
	if (owned)
		isup_indicate(circuit, again ? ISUP_IND_REATTEMPT : ISUP_IND_RELEASED, NULL,
			      &cause);
	circuit->user = NULL;
	if (next == CIC_IDLE)
		isup_call_idle(circuit);
}

static void transmit_rel(struct isup_circuit *circuit)
{
	struct isup_msg rel;

	isup_msg_init(&rel, ISUP_REL, circuit->cic);
	(void)isup_put_cause(&rel, &circuit->cause);
	(void)isup_transmit(circuit->isup, circuit, &rel);
}

/* Q.764 2.3.1: REL is repeated by T1 until RLC comes; T5 ends that with a reset of the circuit. */
static void send_rel(struct isup_circuit *circuit)
{
	stop_wait(circuit);
	isup_circuit_set_state(circuit, CIC_WAIT_RLC);
	timer_start_ms(&circuit->t1, isup_timer_ms(circuit->isup, ISUP_T1));
	timer_start_ms(&circuit->t5, isup_timer_ms(circuit->isup, ISUP_T5));
	transmit_rel(circuit);
}

void isup_t1_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	isup_trace_timer(circuit, "T1", "expired");
	timer_start_ms(timer, isup_timer_ms(circuit->isup, ISUP_T1));
	transmit_rel(circuit);
}

void isup_t5_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	(void)timer;
	isup_trace_timer(circuit, "T5", "expired");
	isup_alarm(circuit->isup, "no RLC within T5", circuit->cic, true);
	isup_call_abandon(circuit, CIC_RESETTING);
	isup_maintenance_start(circuit, MAINT_RSC);
}

static void release_by_timer(struct isup_circuit *circuit, uint8_t value, enum isup_ind ind)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL, .value = value };

	counter_add(&isup_timer_releases, 1);
	circuit->cause = cause;
	send_rel(circuit);
	isup_indicate(circuit, ind, NULL, &cause);
}

/* What runs out, and with which cause the call then ends. */
static void wait_expired(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	switch (circuit->wait_id) {
	case ISUP_T7: /* RFC 3398 7.2.2 */
		release_by_timer(circuit, Q850_TIMER_EXPIRY, ISUP_IND_RELEASE);
		break;
	case ISUP_T9: /* RFC 3398 7.2.8 */
		release_by_timer(circuit, Q850_NO_ANSWER, ISUP_IND_RELEASE);
		break;
	case ISUP_T35: /* Q.764 2.2.5, RFC 3578 2.1 */
		release_by_timer(circuit, Q850_INCOMPLETE, ISUP_IND_T35);
		break;
	case ISUP_T10:
		circuit->complete = true;
		isup_indicate(circuit, ISUP_IND_T10, NULL, NULL);
		break;
	default: /* T2, T6: the suspended party did not come back */
		release_by_timer(circuit, Q850_NORMAL, ISUP_IND_RELEASE);
		break;
	}
}

void isup_wait_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	isup_trace_timer(circuit, timer->name, "expired");
	isup_call_event(circuit, CIC_EV_WAIT_EXPIRED, NULL);
}

/* --- incoming --- */

static void start_digit_timer(struct isup_circuit *circuit)
{
	if (!circuit->complete)
		start_wait(circuit,
			   circuit->digits < circuit->isup->conf.min_digits ? ISUP_T35 : ISUP_T10);
}

static void refuse(struct isup_circuit *circuit, uint8_t value)
{
	circuit->cause = (struct isup_cause){ .location = Q850_LOC_PUBLIC_LOCAL, .value = value };
	send_rel(circuit);
}

static void incoming(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_number called;
	struct isup_nci nci;

	if (circuit->blocked & (BLOCK_LOCAL | BLOCK_LOCAL_HW)) {
		/* Q.764 2.8.2.1: an IAM on a circuit that we block: the other end missed it, so it
		 * is told again. */
		isup_transmit_plain(circuit, ISUP_BLO);
		return;
	}
	/* An IAM shows that the other end does not block the circuit any more. */
	circuit->blocked &= (uint8_t) ~(BLOCK_REMOTE | BLOCK_REMOTE_HW);
	circuit->used = ++circuit->isup->serial;
	isup_circuit_set_state(circuit, CIC_IC_WAIT_ACM);
	if (!isup_get_number(msg, ISUP_P_CALLED, &called)) {
		refuse(circuit, Q850_INCOMPLETE);
		return;
	}
	/* Q.764 2.1.8: no continuity check is done here yet; 79 says that the service is not there.
	 */
	if (isup_get_nci(msg, &nci) && nci.continuity) {
		refuse(circuit, Q850_SERVICE_NOT_IMPLEMENTED);
		return;
	}
	circuit->digits = called.n;
	circuit->complete = called.complete;
	start_digit_timer(circuit);
	isup_indicate(circuit, ISUP_IND_SETUP, msg, NULL);
}

static void more_digits(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_number more;

	if (circuit->complete || !isup_get_number(msg, ISUP_P_SUBSEQUENT, &more))
		return;
	circuit->digits += more.n;
	circuit->complete = more.complete;
	stop_wait(circuit);
	start_digit_timer(circuit);
	isup_indicate(circuit, ISUP_IND_DIGITS, msg, NULL);
}

/* --- outgoing --- */

/*
 * Q.764 2.9.1.4: both ends seized the circuit. The exchange with the higher point code controls the
 * even circuits: there its own IAM stands and the other is dropped; on the others it backs off, and
 * the other end's call is taken.
 */
static bool we_control(const struct isup_circuit *circuit)
{
	bool even = circuit->cic % 2 == 0;

	return even == (circuit->isup->conf.opc > circuit->isup->conf.dpc);
}

static void dual_seizure(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup *isup = circuit->isup;

	counter_add(&isup_dual_seizures, 1);
	isup_log(circuit, LOG_NOTICE, "dual seizure: %s",
		 we_control(circuit) ? "ours stands" : "backing off");
	if (we_control(circuit) || circuit->backward)
		return;
	isup_call_abandon(circuit, CIC_IDLE);
	circuit = isup_circuit_find(isup, msg->cic); /* a reload may have taken it away */
	if (circuit && circuit->state == CIC_IDLE)
		incoming(circuit, msg);
}

static void address_complete(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	circuit->backward = true;
	isup_circuit_set_state(circuit, CIC_OG_WAIT_ANM);
	stop_wait(circuit);
	start_wait(circuit, ISUP_T9);
	isup_indicate(circuit, ISUP_IND_ADDRESS_COMPLETE, msg, NULL);
}

static void progress(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	isup_indicate(circuit, ISUP_IND_PROGRESS, msg, NULL);
}

static void answer(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	circuit->backward = true;
	stop_wait(circuit);
	isup_circuit_set_state(circuit, CIC_OG_ACTIVE);
	isup_indicate(circuit, ISUP_IND_ANSWER, msg, NULL);
}

/* --- active --- */

static void suspend(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	uint8_t octet = 0;

	(void)isup_get_octet(msg, ISUP_P_SUSPEND_RESUME, &octet);
	start_wait(circuit, octet & 1 ? ISUP_T6 : ISUP_T2);
	isup_indicate(circuit, ISUP_IND_SUSPEND, msg, NULL);
}

static void resume(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	stop_wait(circuit);
	isup_indicate(circuit, ISUP_IND_RESUME, msg, NULL);
}

/* --- release --- */

static void released_by_peer(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_cause cause;

	if (!isup_get_cause(msg, &cause))
		cause = (struct isup_cause){ .value = Q850_NORMAL_UNSPECIFIED };
	stop_wait(circuit);
	isup_circuit_set_state(circuit, CIC_RELEASE_IND);
	if (circuit->user) {
		isup_indicate(circuit, ISUP_IND_RELEASE, msg, &cause);
		return;
	}
	isup_transmit_plain(circuit, ISUP_RLC);
	isup_call_idle(circuit);
}

/* Q.764 2.3.1.4 e: a REL that crosses ours is answered, and our own RLC is still awaited. */
static void collision(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	isup_transmit_plain(circuit, ISUP_RLC);
}

static void answer_rlc(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	isup_transmit_plain(circuit, ISUP_RLC);
}

static void release_complete(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	isup_alarm(circuit->isup, "no RLC within T5", circuit->cic, false);
	timer_stop(&circuit->t1);
	timer_stop(&circuit->t5);
	isup_indicate(circuit, ISUP_IND_RELEASED, NULL, &circuit->cause);
	isup_call_idle(circuit);
}

static void release_requested(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	send_rel(circuit);
}

static void release_confirmed(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	isup_transmit_plain(circuit, ISUP_RLC);
	isup_indicate(circuit, ISUP_IND_RELEASED, NULL, &circuit->cause);
	isup_call_idle(circuit);
}

/* --- unexpected --- */

/* Q.764 2.9.5.1: a backward message on an idle circuit shows that the ends disagree; a reset brings
 * them together. */
static void disagree(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_WARNING, "%s on an idle circuit: reset", isup_type_name(msg->type));
	isup_call_abandon(circuit, CIC_RESETTING);
	isup_maintenance_start(circuit, MAINT_RSC);
}

static void discard(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_NOTICE, "%s not expected while %s; discarded",
		 msg ? isup_type_name(msg->type) : "request", state_names[circuit->state]);
}

static void silent(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)circuit;
	(void)msg;
}

/* What each state does with each event; an event that is not named is not expected there: counted
 * and discarded. */
static action_fn *const table[CIC_STS][CIC_EVS] = {
	[CIC_IDLE] = {
		[CIC_EV_IAM] = incoming,
		[CIC_EV_ACM] = disagree,
		[CIC_EV_CPG] = disagree,
		[CIC_EV_ANM] = disagree,
		[CIC_EV_CON] = disagree,
		[CIC_EV_SUS] = disagree,
		[CIC_EV_RES] = disagree,
		[CIC_EV_REL] = answer_rlc,
		[CIC_EV_RLC] = silent,
		[CIC_EV_RELEASE_REQ] = silent,
	},
	[CIC_OG_WAIT_ACM] = {
		[CIC_EV_IAM] = dual_seizure,
		[CIC_EV_ACM] = address_complete,
		[CIC_EV_ANM] = answer,
		[CIC_EV_CON] = answer,
		[CIC_EV_REL] = released_by_peer,
		[CIC_EV_RLC] = disagree,
		[CIC_EV_WAIT_EXPIRED] = wait_expired,
		[CIC_EV_RELEASE_REQ] = release_requested,
	},
	[CIC_OG_WAIT_ANM] = {
		[CIC_EV_CPG] = progress,
		[CIC_EV_ANM] = answer,
		[CIC_EV_CON] = answer,
		[CIC_EV_REL] = released_by_peer,
		[CIC_EV_RLC] = disagree,
		[CIC_EV_WAIT_EXPIRED] = wait_expired,
		[CIC_EV_RELEASE_REQ] = release_requested,
	},
	[CIC_OG_ACTIVE] = {
		[CIC_EV_CPG] = progress,
		[CIC_EV_SUS] = suspend,
		[CIC_EV_RES] = resume,
		[CIC_EV_REL] = released_by_peer,
		[CIC_EV_RLC] = disagree,
		[CIC_EV_WAIT_EXPIRED] = wait_expired,
		[CIC_EV_RELEASE_REQ] = release_requested,
	},
	[CIC_IC_WAIT_ACM] = {
		[CIC_EV_SAM] = more_digits,
		[CIC_EV_ACM] = disagree,
		[CIC_EV_CPG] = disagree,
		[CIC_EV_ANM] = disagree,
		[CIC_EV_CON] = disagree,
		[CIC_EV_REL] = released_by_peer,
		[CIC_EV_RLC] = disagree,
		[CIC_EV_WAIT_EXPIRED] = wait_expired,
		[CIC_EV_RELEASE_REQ] = release_requested,
	},
	[CIC_IC_WAIT_ANM] = {
		[CIC_EV_ACM] = disagree,
		[CIC_EV_ANM] = disagree,
		[CIC_EV_CON] = disagree,
		[CIC_EV_REL] = released_by_peer,
		[CIC_EV_RLC] = disagree,
		[CIC_EV_WAIT_EXPIRED] = wait_expired,
		[CIC_EV_RELEASE_REQ] = release_requested,
	},
	[CIC_IC_ACTIVE] = {
		[CIC_EV_CPG] = progress,
		[CIC_EV_SUS] = suspend,
		[CIC_EV_RES] = resume,
		[CIC_EV_REL] = released_by_peer,
		[CIC_EV_RLC] = disagree,
		[CIC_EV_WAIT_EXPIRED] = wait_expired,
		[CIC_EV_RELEASE_REQ] = release_requested,
	},
	[CIC_RELEASE_IND] = {
		[CIC_EV_REL] = silent,
		[CIC_EV_RELEASE_REQ] = release_confirmed,
	},
	[CIC_WAIT_RLC] = {
		[CIC_EV_REL] = collision,
		[CIC_EV_RLC] = release_complete,
		[CIC_EV_RELEASE_REQ] = silent,
	},
	[CIC_RESETTING] = {
		[CIC_EV_REL] = answer_rlc,
		[CIC_EV_RLC] = silent,
		[CIC_EV_RELEASE_REQ] = silent,
	},
};

void isup_call_event(struct isup_circuit *circuit, enum circuit_ev ev, const struct isup_msg *msg)
{
	action_fn *action = table[circuit->state][ev];

	if (!action)
		action = discard;
	action(circuit, msg);
}

/* --- requests of the owner --- */

int isup_send(struct isup_circuit *circuit, struct isup_msg *msg)
{
	static const struct {
		uint8_t type, from, to; /* state that allows it, state after it */
	} rules[] = {
		{ ISUP_SAM, CIC_OG_WAIT_ACM, CIC_OG_WAIT_ACM },
		{ ISUP_ACM, CIC_IC_WAIT_ACM, CIC_IC_WAIT_ANM },
		{ ISUP_CPG, CIC_IC_WAIT_ANM, CIC_IC_WAIT_ANM },
		{ ISUP_CPG, CIC_IC_ACTIVE, CIC_IC_ACTIVE },
		{ ISUP_CPG, CIC_OG_ACTIVE, CIC_OG_ACTIVE },
		{ ISUP_ANM, CIC_IC_WAIT_ANM, CIC_IC_ACTIVE },
		{ ISUP_CON, CIC_IC_WAIT_ACM, CIC_IC_ACTIVE },
		{ ISUP_SUS, CIC_IC_ACTIVE, CIC_IC_ACTIVE },
		{ ISUP_SUS, CIC_OG_ACTIVE, CIC_OG_ACTIVE },
		{ ISUP_RES, CIC_IC_ACTIVE, CIC_IC_ACTIVE },
		{ ISUP_RES, CIC_OG_ACTIVE, CIC_OG_ACTIVE },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].type != msg->type || rules[i].from != circuit->state)
			continue;
		msg->cic = circuit->cic;
		isup_circuit_set_state(circuit, rules[i].to);
		if (msg->type == ISUP_ACM || msg->type == ISUP_CON)
			stop_wait(circuit); /* T10, T35 */
		if (msg->type == ISUP_SAM)
			start_wait(circuit, ISUP_T7);
		return isup_transmit(circuit->isup, circuit, msg);
	}
	return -EPROTO;
}

void isup_release(struct isup_circuit *circuit, const struct isup_cause *cause)
{
	circuit->cause = *cause;
	isup_call_event(circuit, CIC_EV_RELEASE_REQ, NULL);
}

void isup_circuit_set_user(struct isup_circuit *circuit, void *user)
{
	circuit->user = user;
	if (circuit == circuit->isup->untraced.circuit)
		isup_trace_received(circuit->isup);
}

void isup_digits_complete(struct isup_circuit *circuit)
{
	circuit->complete = true;
	if (circuit->state == CIC_IC_WAIT_ACM)
		stop_wait(circuit);
}

/* --- seizing --- */

static bool better(const struct isup_circuit *a, const struct isup_circuit *b)
{
	const struct isup *isup = a->isup;

	if (we_control(a) != we_control(b))
		return we_control(a);
	switch (isup->conf.hunt) {
	case ISUP_HUNT_ASCENDING:
		return a->cic < b->cic;
	case ISUP_HUNT_DESCENDING:
		return a->cic > b->cic;
	case ISUP_HUNT_CYCLIC:
		return (uint16_t)(a->cic - isup->cyclic - 1) <
		       (uint16_t)(b->cic - isup->cyclic - 1);
	case ISUP_HUNT_LEAST_RECENTLY_USED:
		break;
	}
	return a->used < b->used;
}

static struct isup_circuit *hunt(struct isup *isup)
{
	struct isup_circuit *best = NULL;

	for (size_t cic = 0; cic < ISUP_CICS; cic++) {
		struct isup_circuit *circuit = isup->circuits[cic];

		if (circuit && isup_circuit_usable(circuit) && (!best || better(circuit, best)))
			best = circuit;
	}
	return best;
}

int isup_setup(struct isup *isup, struct isup_msg *iam, void *user, struct isup_circuit **circuit)
{
	struct isup_circuit *c;
	int err;

	if (!isup_available(isup))
		return -ENETUNREACH;
	c = hunt(isup);
	if (!c)
		return -EAGAIN;
	iam->cic = c->cic;
	isup->cyclic = c->cic;
	c->user = user;
	c->used = ++isup->serial;
	isup_circuit_set_state(c, CIC_OG_WAIT_ACM);
	err = isup_transmit(isup, c, iam);
	if (err) {
		isup_call_idle(c);
		return err;
	}
	start_wait(c, ISUP_T7);
	*circuit = c;
	return 0;
}
