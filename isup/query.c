/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Circuit group query (Q.764 2.8.3, national use; states Q.763 3.14): answered, and asked by us at
 * intervals. What differs in blocking is set right at once, by taking the other end's word for its
 * own blocking and telling it ours again. A call that only one end has is looked at twice, as a
 * message may have been under way, and then given to the circuit healer.
 */
#include <errno.h>
#include <string.h>

#include "isup/codec.h"
#include "isup/group_private.h"

/* Q.763 3.14: bits DC call processing, BA maintenance blocking, FE hardware blocking. */
#define STATE_TRANSIENT	 0x00
#define STATE_UNEQUIPPED 0x03
#define STATE_LOCAL	 0x01
#define STATE_REMOTE	 0x02
#define STATE_IC_BUSY	 0x04
#define STATE_OG_BUSY	 0x08
#define STATE_IDLE	 0x0c
#define STATE_CALL	 0x0c
#define STATE_LOCAL_HW	 0x10
#define STATE_REMOTE_HW	 0x20

static const char no_answer[] = "no CQR within T28";

static struct counter differences =
	COUNTER_INIT("causeway_isup_state_differences_total",
		     "Circuits whose state differed from the other end's, by circuit group query");

/* --- states --- */

static uint8_t call_bits(const struct isup_circuit *circuit)
{
	switch ((enum circuit_st)circuit->state) {
	case CIC_IDLE:
		return STATE_IDLE;
	case CIC_OG_WAIT_ACM:
	case CIC_OG_WAIT_ANM:
	case CIC_OG_ACTIVE:
		return STATE_OG_BUSY;
	case CIC_IC_WAIT_ACM:
	case CIC_IC_WAIT_ANM:
	case CIC_IC_ACTIVE:
		return STATE_IC_BUSY;
	default:
		return STATE_TRANSIENT;
	}
}

/* As the circuit is seen from here. */
uint8_t isup_query_state(const struct isup_circuit *circuit)
{
	uint8_t state;

	if (!circuit)
		return STATE_UNEQUIPPED;
	state = call_bits(circuit);
	if (state == STATE_TRANSIENT)
		return state;
	state |= circuit->blocked & BLOCK_LOCAL ? STATE_LOCAL : 0;
	state |= circuit->blocked & BLOCK_REMOTE ? STATE_REMOTE : 0;
	if (!(circuit->blocked & (BLOCK_LOCAL_HW | BLOCK_REMOTE_HW)))
		return state;
	state = (uint8_t)((state & ~STATE_CALL) | STATE_IDLE);
	state |= circuit->blocked & BLOCK_LOCAL_HW ? STATE_LOCAL_HW : 0;
	state |= circuit->blocked & BLOCK_REMOTE_HW ? STATE_REMOTE_HW : 0;
	return state;
}

/* What a circuit of such a state at the other end is here. */
static uint8_t call_seen_from_here(uint8_t theirs)
{
	switch (theirs & STATE_CALL) {
	case STATE_IC_BUSY:
		return STATE_OG_BUSY;
	case STATE_OG_BUSY:
		return STATE_IC_BUSY;
	default:
		return theirs & STATE_CALL;
	}
}

/* --- the other end asks --- */

static void cqm_received(struct isup *isup, const struct isup_msg *msg, unsigned count)
{
	struct isup_range range = { .range = (uint8_t)(count - 1) };
	uint8_t states[ISUP_GROUP_MAX];
	struct isup_msg cqr;

	for (unsigned i = 0; i < count; i++)
		states[i] = isup_query_state(isup_circuit_find(isup, (uint16_t)(msg->cic + i)));
	isup_msg_start(isup, &cqr, ISUP_CQR, msg->cic);
	if (!isup_put_range(&cqr, &range) &&
	    !isup_msg_add(&cqr, ISUP_P_CIRCUIT_STATE, states, count))
		(void)isup_transmit(isup, NULL, &cqr);
}

/* --- it answers --- */

/* Q.764 2.8.3.2: blocking by the other end is as it says, ours is told again where it is wrong. */
static void compare_blocking(struct isup_circuit *circuit, uint8_t theirs)
{
	uint8_t by_peer = (uint8_t)((theirs & STATE_LOCAL ? BLOCK_REMOTE : 0) |
				    (theirs & STATE_LOCAL_HW ? BLOCK_REMOTE_HW : 0));
	uint8_t known = circuit->blocked & (BLOCK_REMOTE | BLOCK_REMOTE_HW);
	bool by_us = circuit->blocked & BLOCK_LOCAL, by_us_hw = circuit->blocked & BLOCK_LOCAL_HW;

	if (by_peer != known) {
		counter_add(&differences, 1);
		isup_log(circuit, LOG_NOTICE, "blocking by the other end was not known here");
		circuit->blocked = (uint8_t)((circuit->blocked & ~known) | by_peer);
	}
	if (by_us != !!(theirs & STATE_REMOTE) && circuit->maintenance == MAINT_NONE) {
		counter_add(&differences, 1);
		isup_maintenance_start(circuit, by_us ? MAINT_BLO : MAINT_UBL, false);
	}
	if (by_us_hw != !!(theirs & STATE_REMOTE_HW)) {
		counter_add(&differences, 1);
		(void)isup_group_block(circuit->isup, by_us_hw ? ISUP_CGB : ISUP_CGU, circuit->cic,
				       1, true);
	}
}

/* True: one end has a call that the other has not. */
static bool call_differs(const struct isup_circuit *circuit, uint8_t theirs)
{
	uint8_t ours = call_bits(circuit);

	if (ours == STATE_TRANSIENT || circuit->blocked & (BLOCK_LOCAL_HW | BLOCK_REMOTE_HW) ||
	    theirs & (STATE_LOCAL_HW | STATE_REMOTE_HW))
		return false;
	return ours != call_seen_from_here(theirs);
}

static bool compare(struct isup_circuit *circuit, uint8_t theirs, bool second)
{
	bool before = circuit->differs && circuit->differs == circuit->call + 1;

	circuit->differs = 0;
	if (theirs == STATE_UNEQUIPPED) {
		isup_unequipped(circuit, NULL);
		return false;
	}
	if (!(theirs & STATE_CALL))
		return false; /* transient */
	compare_blocking(circuit, theirs);
	if (!call_differs(circuit, theirs))
		return false;
	if (second && before) {
		counter_add(&differences, 1);
		isup_heal(circuit, HEAL_NONE, "the other end has another state by CQM");
		return false;
	}
	circuit->differs = circuit->call + 1;
	return true;
}

static void cqr_received(struct isup *isup, const struct isup_msg *msg, unsigned count)
{
	const struct isup_param *param = isup_msg_find(msg, ISUP_P_CIRCUIT_STATE);
	struct isup_query *query = &isup->query;
	bool second = query->second, again = false;
	uint8_t states[ISUP_GROUP_MAX];
	struct held held;

	if (!timer_running(&query->t28) || query->first != msg->cic || query->count != count ||
	    !param || param->length != count) {
		counter_add(&isup_unexpected, 1);
		log_write(LOG_NOTICE, isup->name, "CQR cic %u does not answer a CQM", msg->cic);
		return;
	}
	timer_stop(&query->t28);
	isup_query_alarm(isup, false);
	memcpy(states, isup_param_octets(msg, param), count);
	isup_group_hold(&held, isup, msg->cic, count);
	for (size_t i = 0; i < held.n; i++)
		again |=
			compare(held.circuits[i], states[held.circuits[i]->cic - msg->cic], second);
	isup_group_drop(&held);
	if (again && !second && !isup_query_group(isup, msg->cic, count))
		query->second = true;
}

bool isup_query_message(struct isup *isup, const struct isup_msg *msg)
{
	struct isup_range range;
	struct held held;

	if (msg->type != ISUP_CQM && msg->type != ISUP_CQR)
		return false;
	if (!isup_get_range(msg, &range) || range.range >= ISUP_GROUP_MAX) {
		counter_add(&isup_bad_messages, 1);
		log_write(LOG_WARNING, isup->name, "%s cic %u: range malformed or above 31",
			  isup_type_name(msg->type), msg->cic);
		return true;
	}
	isup_group_hold(&held, isup, msg->cic, range.range + 1u);
	isup_group_drop(&held);
	if (!held.n)
		return false; /* none equipped */
	if (msg->type == ISUP_CQM)
		cqm_received(isup, msg, range.range + 1u);
	else
		cqr_received(isup, msg, range.range + 1u);
	return true;
}

/* --- we ask --- */

void isup_query_alarm(struct isup *isup, bool raised)
{
	if (isup->query.alarmed != raised)
		isup_alarm(isup, no_answer, ISUP_NO_CIC, raised);
	isup->query.alarmed = raised;
}

int isup_query_group(struct isup *isup, uint16_t first, unsigned count)
{
	struct isup_range range = { .range = (uint8_t)(count - 1) };
	struct isup_query *query = &isup->query;
	struct isup_msg cqm;
	int err;

	if (!count || count > ISUP_GROUP_MAX || first + count > isup->cics)
		return -EINVAL;
	if (timer_running(&query->t28))
		return -EBUSY;
	isup_msg_start(isup, &cqm, ISUP_CQM, first);
	err = isup_put_range(&cqm, &range);
	if (!err)
		err = isup_transmit(isup, NULL, &cqm);
	if (err)
		return err;
	query->first = first;
	query->count = (uint8_t)count;
	query->second = false;
	timer_start_ms(&query->t28, isup_timer_ms(isup, ISUP_T28));
	return 0;
}

static void t28_expired(struct timer *timer, void *arg)
{
	(void)timer;
	isup_query_alarm(arg, true);
}

/* The next run of circuits, 32 at most. */
static void query_next(struct isup *isup)
{
	unsigned first = isup->query.next, count = 0;

	while (first < isup->end && !isup->circuits[first])
		first++;
	if (first >= isup->end)
		for (first = isup->first; first < isup->end && !isup->circuits[first];)
			first++;
	while (first + count < isup->end && count < ISUP_GROUP_MAX && isup->circuits[first + count])
		count++;
	if (count && !isup_query_group(isup, (uint16_t)first, count))
		isup->query.next = (uint16_t)(first + count);
}

static void interval_over(struct timer *timer, void *arg)
{
	struct isup *isup = arg;

	timer_start_ms(timer, isup->query.interval_ms);
	if (isup_available(isup))
		query_next(isup);
}

void isup_set_query(struct isup *isup, uint32_t interval_ms)
{
	struct isup_query *query = &isup->query;

	if (interval_ms == query->interval_ms)
		return;
	query->interval_ms = interval_ms;
	if (interval_ms)
		timer_start_ms(&query->interval, interval_ms);
	else
		timer_stop(&query->interval);
}

int isup_query_init(struct isup *isup)
{
	int err = timer_init(&isup->query.t28, isup->heap, "T28", t28_expired, isup);

	counter_list(&differences);
	if (!err)
		err = timer_init(&isup->query.interval, isup->heap, "query", interval_over, isup);
	isup->query.t28.subject = isup->query.interval.subject = isup->name;
	return err;
}

void isup_query_close(struct isup *isup)
{
	timer_close(&isup->query.t28);
	timer_close(&isup->query.interval);
}
