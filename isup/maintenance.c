/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Maintenance of one circuit, sent and received: blocking (Q.764 2.8.2), reset (2.9.3.1). */
#include <errno.h>

#include "isup/isup_private.h"

/* What awaits an answer, and the timers that repeat it. */
static const struct {
	uint8_t type;
	enum isup_timer_id repeat, slow;
	const char *alarm;
} procedures[] = {
	[MAINT_BLO] = { ISUP_BLO, ISUP_T12, ISUP_T13, "no BLA within T13" },
	[MAINT_UBL] = { ISUP_UBL, ISUP_T14, ISUP_T15, "no UBA within T15" },
	[MAINT_RSC] = { ISUP_RSC, ISUP_T16, ISUP_T17, "no RLC within T17" },
};

static const char unequipped[] = "not equipped at the other end";

/* what NULL: nothing is wrong any more. */
void isup_circuit_alarm(struct isup_circuit *circuit, const char *what)
{
	const char *before = circuit->alarm;

	if (before == what)
		return;
	circuit->alarm = what;
	if (before)
		isup_alarm(circuit->isup, before, circuit->cic, false);
	if (what)
		isup_alarm(circuit->isup, what, circuit->cic, true);
}

/* --- sent --- */

static void start_timer(struct isup_circuit *circuit, enum circuit_timer which,
			enum isup_timer_id id)
{
	circuit->timers[which].name = isup_timer_defs[id].name;
	timer_start_ms(&circuit->timers[which], isup_timer_ms(circuit->isup, id));
}

void isup_maintenance_start(struct isup_circuit *circuit, enum maintenance what, bool slow)
{
	circuit->maintenance = (uint8_t)what;
	if (!slow)
		start_timer(circuit, CIC_REPEAT, procedures[what].repeat);
	start_timer(circuit, CIC_SLOW, procedures[what].slow);
	isup_transmit_plain(circuit, procedures[what].type);
}

void isup_maintenance_stop(struct isup_circuit *circuit)
{
	circuit->maintenance = MAINT_NONE;
	timer_stop(&circuit->timers[CIC_REPEAT]);
	timer_stop(&circuit->timers[CIC_SLOW]);
	isup_circuit_alarm(circuit, circuit->blocked & BLOCK_UNEQUIPPED ? unequipped : NULL);
}

void isup_repeat_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	(void)timer;
	start_timer(circuit, CIC_REPEAT, procedures[circuit->maintenance].repeat);
	isup_transmit_plain(circuit, procedures[circuit->maintenance].type);
}

/* Q.764 2.9.3.1, 2.9.4: the quick repeats end, maintenance is alerted, and the message goes on each
 * time this timer runs out. */
void isup_slow_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;
	unsigned what = circuit->maintenance;

	(void)timer;
	timer_stop(&circuit->timers[CIC_REPEAT]);
	start_timer(circuit, CIC_SLOW, procedures[what].slow);
	isup_circuit_enter(circuit);
	isup_circuit_alarm(circuit, procedures[what].alarm);
	isup_transmit_plain(circuit, procedures[what].type);
	/* An answer that came back inside the sending has ended it. */
	if (what == MAINT_RSC && circuit->maintenance == MAINT_RSC)
		isup_heal(circuit, HEAL_RSC, procedures[what].alarm);
	isup_circuit_leave(circuit);
}

/* MTP is there again: what waits goes out now rather than when its timer next runs out. */
void isup_maintenance_repeat(struct isup_circuit *circuit)
{
	if (circuit->maintenance != MAINT_NONE)
		isup_transmit_plain(circuit, procedures[circuit->maintenance].type);
}

/* --- what either end forgets --- */

/* The other end does not block the circuit any more, and it has it. */
void isup_peer_unblocked(struct isup_circuit *circuit)
{
	if (circuit->blocked & BLOCK_UNEQUIPPED && circuit->maintenance == MAINT_NONE)
		isup_circuit_alarm(circuit, NULL);
	circuit->blocked &= (uint8_t)~BLOCK_BY_PEER;
}

/* What we are about to reset is unknown: what the other end blocks it will tell with its answer. */
void isup_reset_begin(struct isup_circuit *circuit)
{
	counter_add(&isup_resets, 1);
	circuit->fresh = circuit->gra_due = false;
	isup_peer_unblocked(circuit);
	isup_maintenance_stop(circuit);
}

/* A reset by either end has removed our blocking at the other end. */
void isup_reblock(struct isup_circuit *circuit)
{
	if (circuit->blocked & BLOCK_LOCAL_HW)
		(void)isup_group_block(circuit->isup, ISUP_CGB, circuit->cic, 1, true);
	if (circuit->blocked & BLOCK_LOCAL)
		isup_maintenance_start(circuit, MAINT_BLO, false);
}

/* --- received --- */

typedef void message_fn(struct isup_circuit *circuit, const struct isup_msg *msg);

static void blo_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_NORMAL) };

	counter_add(&isup_blockings, 1);
	circuit->blocked |= BLOCK_REMOTE;
	isup_transmit_plain(circuit, ISUP_BLA);
	isup_call_event(circuit, CIC_EV_BLOCK_IN, &in);
}

static void ubl_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	circuit->blocked &= (uint8_t)~BLOCK_REMOTE;
	isup_transmit_plain(circuit, ISUP_UBA);
}

/* Q.764 2.8.2.3: an acknowledgement that was not asked for shows that the other end is wrong about
 * the circuit; it is told again how it is here. */
static void bla_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	if (circuit->maintenance == MAINT_BLO) {
		isup_maintenance_stop(circuit);
		return;
	}
	counter_add(&isup_unexpected, 1);
	if (!(circuit->blocked & BLOCK_LOCAL) && circuit->maintenance == MAINT_NONE)
		isup_maintenance_start(circuit, MAINT_UBL, false);
}

static void uba_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	(void)msg;
	if (circuit->maintenance == MAINT_UBL) {
		isup_maintenance_stop(circuit);
		return;
	}
	counter_add(&isup_unexpected, 1);
	if (circuit->blocked & BLOCK_LOCAL && circuit->maintenance == MAINT_NONE)
		isup_maintenance_start(circuit, MAINT_BLO, false);
}

/*
 * Q.764 2.9.3.1: a release in whatever state; the other end's blocking is gone (d), ours is told
 * again before the RLC (c), and a reset of our own still awaits its answer (f).
 */
static void rsc_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_TEMPORARY_FAILURE) };

	counter_add(&isup_resets, 1);
	isup_peer_unblocked(circuit);
	isup_call_event(circuit, CIC_EV_RESET_IN, &in);
	if (circuit->state != CIC_RESETTING)
		isup_reblock(circuit);
	isup_transmit_plain(circuit, ISUP_RLC);
	isup_group_reset_by_peer(circuit);
}

static void reset_answered(struct isup_circuit *circuit)
{
	struct call_input in = { .err = 0 };

	circuit->blocked &= (uint8_t)~BLOCK_UNEQUIPPED;
	isup_maintenance_stop(circuit);
	isup_call_event(circuit, CIC_EV_RESET_DONE, &in);
	isup_reblock(circuit);
}

static void rlc_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_PROTOCOL_ERROR) };

	if (circuit->maintenance == MAINT_RSC)
		reset_answered(circuit);
	else
		isup_call_event(circuit, CIC_EV_RLC, &in);
}

/* Q.764 2.12: the circuit is taken out of service until the other end speaks of it again. */
void isup_unequipped(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct call_input in = { .msg = msg, .cause = isup_cause_of(Q850_CIRCUIT_NOT_AVAILABLE) };

	isup_log(circuit, LOG_ERROR, "the other end has no such circuit");
	circuit->blocked |= BLOCK_UNEQUIPPED;
	if (circuit->maintenance == MAINT_NONE)
		isup_circuit_alarm(circuit, unequipped);
	isup_call_event(circuit, CIC_EV_UNEQUIPPED, &in);
}

static void cfn_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_cause cause;

	(void)isup_get_cause(msg, &cause);
	isup_log(circuit, LOG_WARNING, "the other end is confused: cause %u", cause.value);
}

/* Known to the codec, but no procedure here: to the other end that is the same as not known. */
static void unused_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	struct isup_msg unused = *msg;

	counter_add(&isup_unexpected, 1);
	isup_log(circuit, LOG_NOTICE, "%s is not used here", isup_type_name(msg->type));
	isup_message_unknown(circuit, &unused);
}

static const struct {
	uint8_t type;
	message_fn *fn;
} messages[] = {
	{ ISUP_RLC, rlc_received },	 { ISUP_BLO, blo_received },
	{ ISUP_BLA, bla_received },	 { ISUP_UBL, ubl_received },
	{ ISUP_UBA, uba_received },	 { ISUP_RSC, rsc_received },
	{ ISUP_UCIC, isup_unequipped },	 { ISUP_CFN, cfn_received },
	{ ISUP_COT, isup_cot_received }, { ISUP_CCR, isup_ccr_received },
	{ ISUP_LPA, isup_lpa_received }, { ISUP_CRM, isup_crm_received },
	{ ISUP_CVT, isup_cvt_received }, { ISUP_CVR, isup_cvr_received },
};

void isup_circuit_message(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	message_fn *fn = unused_received;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (messages[i].type == msg->type)
			fn = messages[i].fn;
	isup_circuit_enter(circuit);
	fn(circuit, msg);
	isup_circuit_leave(circuit);
}

/* --- requests --- */

int isup_block(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	counter_add(&isup_blockings, 1);
	isup_circuit_enter(circuit);
	circuit->blocked |= BLOCK_LOCAL;
	/* While a reset is under way the other end forgets: it is told afterwards. */
	if (circuit->state != CIC_RESETTING)
		isup_maintenance_start(circuit, MAINT_BLO, false);
	isup_circuit_leave(circuit);
	return 0;
}

int isup_unblock(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	isup_circuit_enter(circuit);
	circuit->blocked &= (uint8_t)~BLOCK_LOCAL;
	isup_heal_forget(circuit);
	if (circuit->state != CIC_RESETTING)
		isup_maintenance_start(circuit, MAINT_UBL, false);
	isup_circuit_leave(circuit);
	return 0;
}

/* -EALREADY while a group reset covers the circuit. */
int isup_reset(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);
	struct call_input in = { .cause = isup_cause_of(Q850_TEMPORARY_FAILURE) };

	if (!circuit)
		return -ENOENT;
	if (circuit->reset)
		return -EALREADY;
	isup_circuit_enter(circuit);
	isup_call_event(circuit, CIC_EV_RESET_REQ, &in);
	if (circuit->state == CIC_RESETTING)
		isup_maintenance_start(circuit, MAINT_RSC, false);
	isup_circuit_leave(circuit);
	return 0;
}
