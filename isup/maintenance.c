/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Maintenance of circuits and groups of circuits: blocking, unblocking, reset (Q.764 2.8, 2.9.3),
 * sent and received. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "isup/isup_private.h"

/* Procedures of one circuit: the message, its acknowledgement and timers. */
static const struct {
	uint8_t type, ack;
	enum isup_timer_id repeat, slow;
	const char *alarm;
} procedures[] = {
	[MAINT_BLO] = { ISUP_BLO, ISUP_BLA, ISUP_T12, ISUP_T13, "BLO not acknowledged within T13" },
	[MAINT_UBL] = { ISUP_UBL, ISUP_UBA, ISUP_T14, ISUP_T15, "UBL not acknowledged within T15" },
	[MAINT_RSC] = { ISUP_RSC, ISUP_RLC, ISUP_T16, ISUP_T17, "RSC not answered within T17" },
};

static const struct group_procedure {
	uint8_t type, ack;
	enum isup_timer_id repeat, slow;
	const char *alarm;
} group_procedures[] = {
	{ ISUP_GRS, ISUP_GRA, ISUP_T22, ISUP_T23, "GRS not acknowledged within T23" },
	{ ISUP_CGB, ISUP_CGBA, ISUP_T18, ISUP_T19, "CGB not acknowledged within T19" },
	{ ISUP_CGU, ISUP_CGUA, ISUP_T20, ISUP_T21, "CGU not acknowledged within T21" },
};

static const struct group_procedure *group_procedure(uint8_t type)
{
	for (size_t i = 0; i < 3; i++)
		if (group_procedures[i].type == type || group_procedures[i].ack == type)
			return &group_procedures[i];
	return NULL;
}

/* --- one circuit --- */

void isup_maintenance_start(struct isup_circuit *circuit, enum maintenance what)
{
	circuit->maintenance = (uint8_t)what;
	circuit->repeat.name = isup_timer_defs[procedures[what].repeat].name;
	circuit->slow.name = isup_timer_defs[procedures[what].slow].name;
	timer_start_ms(&circuit->repeat, isup_timer_ms(circuit->isup, procedures[what].repeat));
	timer_start_ms(&circuit->slow, isup_timer_ms(circuit->isup, procedures[what].slow));
	if (what == MAINT_RSC)
		counter_add(&isup_resets, 1);
	isup_transmit_plain(circuit, procedures[what].type);
}

void isup_repeat_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	timer_start_ms(timer,
		       isup_timer_ms(circuit->isup, procedures[circuit->maintenance].repeat));
	isup_transmit_plain(circuit, procedures[circuit->maintenance].type);
}

/* The slow timer ends the quick repeats: an alarm, and from now on one message each time it runs
 * out. */
void isup_slow_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;

	timer_stop(&circuit->repeat);
	isup_alarm(circuit->isup, procedures[circuit->maintenance].alarm, circuit->cic, true);
	timer_start_ms(timer, isup_timer_ms(circuit->isup, procedures[circuit->maintenance].slow));
	isup_transmit_plain(circuit, procedures[circuit->maintenance].type);
}

static void maintenance_done(struct isup_circuit *circuit)
{
	if (circuit->maintenance != MAINT_NONE)
		isup_alarm(circuit->isup, procedures[circuit->maintenance].alarm, circuit->cic,
			   false);
	isup_alarm(circuit->isup, "no RLC within T5", circuit->cic, false);
	circuit->maintenance = MAINT_NONE;
	timer_stop(&circuit->repeat);
	timer_stop(&circuit->slow);
}

static void tell_changed(struct isup_circuit *circuit)
{
	const struct isup_user *user = &circuit->isup->user;

	if (user->circuit_changed)
		user->circuit_changed(user->arg, circuit);
}

/* Q.764 2.8.2.1: a call in set-up that nothing came back for is tried again elsewhere; others go on
 * to their end. */
static void remote_blocked(struct isup_circuit *circuit, bool hardware)
{
	counter_add(&isup_blockings, 1);
	circuit->blocked |= hardware ? BLOCK_REMOTE_HW : BLOCK_REMOTE;
	if (hardware && circuit->state != CIC_IDLE && circuit->state != CIC_RESETTING)
		isup_call_abandon(circuit, CIC_IDLE);
	else
		tell_changed(circuit);
}

static void blocked(struct isup_circuit *circuit)
{
	bool again = circuit->state == CIC_OG_WAIT_ACM && !circuit->backward;

	remote_blocked(circuit, false);
	isup_transmit_plain(circuit, ISUP_BLA);
	if (again) {
		/* The circuit is released by its own REL; the call goes to another one
		 * (Q.764 2.8.2.1). */
		const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
						  .value = Q850_NORMAL };
		void *owner = circuit->user;

		isup_indicate(circuit, ISUP_IND_REATTEMPT, NULL, &cause);
		if (circuit->user == owner)
			circuit->user = NULL;
		isup_release(circuit, &cause);
	}
}

/* Q.764 2.9.3.1: the other end has forgotten the circuit: its blocking is gone, ours stands and is
 * told again. */
static void reset_by_peer(struct isup_circuit *circuit)
{
	counter_add(&isup_resets, 1);
	circuit->blocked &= (uint8_t) ~(BLOCK_REMOTE | BLOCK_REMOTE_HW);
	if (circuit->state == CIC_RESETTING)
		return;
	if (circuit->state == CIC_IDLE)
		tell_changed(circuit);
	else
		isup_call_abandon(circuit, CIC_IDLE);
}

static void reset_received(struct isup_circuit *circuit)
{
	struct isup *isup = circuit->isup;
	uint16_t cic = circuit->cic;

	reset_by_peer(circuit);
	circuit = isup_circuit_find(isup, cic);
	if (!circuit)
		return;
	if (circuit->blocked & (BLOCK_LOCAL | BLOCK_LOCAL_HW))
		isup_transmit_plain(circuit, ISUP_BLO);
	isup_transmit_plain(circuit, ISUP_RLC);
}

static void rlc_received(struct isup_circuit *circuit, const struct isup_msg *msg)
{
	if (circuit->maintenance == MAINT_RSC) {
		maintenance_done(circuit);
		isup_call_idle(circuit);
	} else {
		isup_call_event(circuit, CIC_EV_RLC, msg);
	}
}

static void acknowledged(struct isup_circuit *circuit, uint8_t type)
{
	if (circuit->maintenance != MAINT_NONE && procedures[circuit->maintenance].ack == type)
		maintenance_done(circuit);
	else
		isup_log(circuit, LOG_NOTICE, "%s was not asked for", isup_type_name(type));
}

static void not_equipped(struct isup_circuit *circuit)
{
	isup_log(circuit, LOG_ERROR, "the other end has no such circuit");
	isup_alarm(circuit->isup, "not equipped at the other end", circuit->cic, true);
	maintenance_done(circuit);
	circuit->blocked |= BLOCK_REMOTE;
	if (circuit->state != CIC_IDLE)
		isup_call_abandon(circuit, CIC_IDLE);
}

/* --- groups --- */

static void group_transmit(struct isup_group *group)
{
	struct isup_range range = { .range = (uint8_t)(group->count - 1) };
	struct isup_msg msg;

	isup_msg_init(&msg, (enum isup_type)group->type, group->first);
	if (group->type != ISUP_GRS) {
		(void)isup_put_octet(&msg, ISUP_P_CIRCUIT_GROUP_TYPE, group->hardware);
		range.has_status = true;
		range.n_status = (uint8_t)((group->count + 7) / 8);
		for (unsigned i = 0; i < group->count; i++)
			if (group->isup->circuits[group->first + i])
				range.status[i / 8] |= (uint8_t)(1u << i % 8);
	}
	(void)isup_put_range(&msg, &range);
	(void)isup_transmit(group->isup, NULL, &msg);
}

static void group_repeat(struct timer *timer, void *arg)
{
	struct isup_group *group = arg;

	timer_start_ms(timer, isup_timer_ms(group->isup, group_procedure(group->type)->repeat));
	group_transmit(group);
}

static void group_slow(struct timer *timer, void *arg)
{
	struct isup_group *group = arg;
	const struct group_procedure *p = group_procedure(group->type);

	timer_stop(&group->repeat);
	group->alarmed = true;
	isup_alarm(group->isup, p->alarm, group->first, true);
	timer_start_ms(timer, isup_timer_ms(group->isup, p->slow));
	group_transmit(group);
}

static void group_free(struct isup_group *group)
{
	list_remove(&group->node);
	timer_close(&group->repeat);
	timer_close(&group->slow);
	free(group);
}

void isup_groups_free(struct isup *isup)
{
	struct list_node *n;

	while ((n = list_first(&isup->groups)))
		group_free(container_of(n, struct isup_group, node));
}

void isup_groups_repeat(struct isup *isup)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n))
		group_transmit(container_of(n, struct isup_group, node));
}

void isup_repeat_pending(struct isup_circuit *circuit, void *arg)
{
	(void)arg;
	if (timer_running(&circuit->t1))
		isup_t1_expired(&circuit->t1, circuit);
	if (circuit->maintenance != MAINT_NONE)
		isup_transmit_plain(circuit, procedures[circuit->maintenance].type);
}

static struct isup_group *group_find(struct isup *isup, uint8_t type, uint16_t first)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n)) {
		struct isup_group *group = container_of(n, struct isup_group, node);

		if (group->type == type && group->first == first)
			return group;
	}
	return NULL;
}

int isup_group_start(struct isup *isup, enum isup_type type, uint16_t first, unsigned count,
		     bool hardware)
{
	const struct group_procedure *p = group_procedure((uint8_t)type);
	struct isup_group *group = group_find(isup, (uint8_t)type, first);
	int err;

	if (group)
		group_free(group);
	group = calloc(1, sizeof(*group));
	if (!group)
		return -ENOMEM;
	group->isup = isup;
	group->type = (uint8_t)type;
	group->first = first;
	group->count = (uint8_t)count;
	group->hardware = hardware;
	list_append(&isup->groups, &group->node);
	err = timer_init(&group->repeat, isup->heap, isup_timer_defs[p->repeat].name, group_repeat,
			 group);
	if (!err)
		err = timer_init(&group->slow, isup->heap, isup_timer_defs[p->slow].name,
				 group_slow, group);
	if (err) {
		group_free(group);
		return err;
	}
	timer_start_ms(&group->repeat, isup_timer_ms(isup, p->repeat));
	timer_start_ms(&group->slow, isup_timer_ms(isup, p->slow));
	group_transmit(group);
	return 0;
}

/* Whether a status bit of a received message speaks of the i-th circuit. */
static bool status_bit(const struct isup_range *range, unsigned i)
{
	return range->has_status && i / 8 < range->n_status && range->status[i / 8] & 1u << i % 8;
}

static void group_acknowledged(struct isup *isup, const struct isup_msg *msg)
{
	const struct group_procedure *p = group_procedure(msg->type);
	struct isup_group *group = group_find(isup, p->type, msg->cic);
	struct isup_range range;

	if (!group || !isup_get_range(msg, &range) || range.range != group->count - 1) {
		counter_add(&isup_unexpected, 1);
		log_write(LOG_NOTICE, isup->name, "%s cic %u was not asked for",
			  isup_type_name(msg->type), msg->cic);
		return;
	}
	for (unsigned i = 0; i < group->count && p->type == ISUP_GRS; i++) {
		struct isup_circuit *circuit =
			isup_circuit_find(isup, (uint16_t)(group->first + i));

		if (!circuit)
			continue;
		/* Q.764 2.9.3.2: a status bit of GRA says that the other end keeps the circuit
		 * blocked. */
		circuit->blocked &= (uint8_t) ~(BLOCK_REMOTE | BLOCK_REMOTE_HW);
		if (status_bit(&range, i))
			circuit->blocked |= BLOCK_REMOTE;
		if (circuit->state == CIC_RESETTING && circuit->maintenance != MAINT_RSC)
			isup_call_idle(circuit);
	}
	if (group->alarmed)
		isup_alarm(isup, p->alarm, group->first, false);
	group_free(group);
	if (p->type != ISUP_GRS)
		return;
	isup->reset_done = true;
}

bool isup_group_ack(struct isup *isup, const struct isup_msg *msg)
{
	if (msg->type != ISUP_GRA && msg->type != ISUP_CGBA && msg->type != ISUP_CGUA)
		return false;
	group_acknowledged(isup, msg);
	return true;
}

static void answer_group(struct isup *isup, const struct isup_msg *msg,
			 const struct isup_range *asked, const uint8_t status[32])
{
	struct isup_range range = { .range = asked->range,
				    .has_status = true,
				    .n_status = (uint8_t)((asked->range + 8) / 8) };
	struct isup_msg ack;
	uint8_t octet;

	memcpy(range.status, status, sizeof(range.status));
	isup_msg_init(&ack, (enum isup_type)group_procedure(msg->type)->ack, msg->cic);
	if (msg->type != ISUP_GRS && isup_get_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, &octet))
		(void)isup_put_octet(&ack, ISUP_P_CIRCUIT_GROUP_TYPE, octet);
	(void)isup_put_range(&ack, &range);
	(void)isup_transmit(isup, NULL, &ack);
}

static void group_received(struct isup *isup, const struct isup_msg *msg)
{
	struct isup_range range;
	uint8_t status[32] = { 0 }, type = 0;

	/* Q.763 3.43: range 0 is reserved, and 32 circuits are the most that one message reaches.
	 */
	if (!isup_get_range(msg, &range) || range.range == 0 || range.range >= ISUP_GROUP_MAX) {
		counter_add(&isup_bad_messages, 1);
		log_write(LOG_WARNING, isup->name, "%s cic %u: range %u is not 1 to 31; discarded",
			  isup_type_name(msg->type), msg->cic, range.range);
		return;
	}
	(void)isup_get_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, &type);
	for (unsigned i = 0; i <= range.range; i++) {
		struct isup_circuit *circuit = isup_circuit_find(isup, (uint16_t)(msg->cic + i));

		if (!circuit)
			continue;
		if (msg->type == ISUP_GRS) {
			if (circuit->blocked & BLOCK_LOCAL)
				status[i / 8] |= (uint8_t)(1u << i % 8);
			reset_by_peer(circuit);
		} else if (status_bit(&range, i)) {
			status[i / 8] |= (uint8_t)(1u << i % 8);
			if (msg->type == ISUP_CGB)
				remote_blocked(circuit, type & 1);
			else
				circuit->blocked &=
					(uint8_t) ~(type & 1 ? BLOCK_REMOTE_HW : BLOCK_REMOTE);
		}
	}
	answer_group(isup, msg, &range, status);
}

bool isup_maintenance_message(struct isup *isup, struct isup_circuit *circuit,
			      const struct isup_msg *msg)
{
	switch (msg->type) {
	case ISUP_BLO:
		blocked(circuit);
		return true;
	case ISUP_UBL:
		circuit->blocked &= (uint8_t)~BLOCK_REMOTE;
		tell_changed(circuit);
		isup_transmit_plain(circuit, ISUP_UBA);
		return true;
	case ISUP_BLA:
	case ISUP_UBA:
		acknowledged(circuit, msg->type);
		return true;
	case ISUP_RSC:
		reset_received(circuit);
		return true;
	case ISUP_RLC:
		rlc_received(circuit, msg);
		return true;
	case ISUP_GRS:
	case ISUP_CGB:
	case ISUP_CGU:
		group_received(isup, msg);
		return true;
	case ISUP_UCIC:
		not_equipped(circuit);
		return true;
	case ISUP_CFN:
		isup_log(circuit, LOG_WARNING, "the other end did not understand a message");
		return true;
	default:
		return isup_group_ack(isup, msg);
	}
}

/* --- requests --- */

/* Group messages over runs of circuits without a gap; a lone circuit has its own message. */
static void reset_run(struct isup *isup, uint16_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		isup_circuit_set_state(isup->circuits[first + i], CIC_RESETTING);
	if (count > 1)
		(void)isup_group_start(isup, ISUP_GRS, first, count, false);
	else
		isup_maintenance_start(isup->circuits[first], MAINT_RSC);
	if (count == 1)
		isup->reset_done = true;
}

void isup_reset_all(struct isup *isup)
{
	unsigned cic = 0;

	while (cic < ISUP_CICS) {
		unsigned count = 0;

		while (cic + count < ISUP_CICS && count < ISUP_GROUP_MAX &&
		       isup->circuits[cic + count] &&
		       isup->circuits[cic + count]->state <= CIC_IDLE)
			count++;
		if (count)
			reset_run(isup, (uint16_t)cic, count);
		cic += count ? count : 1;
	}
}

static int circuits_there(struct isup *isup, uint16_t first, unsigned count)
{
	if (!count || count > ISUP_GROUP_MAX || first + count > ISUP_CICS)
		return -EINVAL;
	for (unsigned i = 0; i < count; i++)
		if (isup->circuits[first + i])
			return 0;
	return -ENOENT;
}

int isup_block(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	counter_add(&isup_blockings, 1);
	circuit->blocked |= BLOCK_LOCAL;
	if (circuit->maintenance != MAINT_RSC)
		isup_maintenance_start(circuit, MAINT_BLO);
	return 0;
}

int isup_unblock(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	circuit->blocked &= (uint8_t)~BLOCK_LOCAL;
	if (circuit->maintenance != MAINT_RSC)
		isup_maintenance_start(circuit, MAINT_UBL);
	return 0;
}

int isup_reset(struct isup *isup, uint16_t cic)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	isup_call_abandon(circuit, CIC_RESETTING);
	isup_maintenance_start(circuit, MAINT_RSC);
	return 0;
}

int isup_block_group(struct isup *isup, uint16_t first, unsigned count, bool hardware)
{
	int err = circuits_there(isup, first, count);

	for (unsigned i = 0; i < count && !err; i++) {
		struct isup_circuit *circuit = isup->circuits[first + i];

		if (!circuit)
			continue;
		circuit->blocked |= hardware ? BLOCK_LOCAL_HW : BLOCK_LOCAL;
		if (hardware && circuit->state != CIC_IDLE && circuit->state != CIC_RESETTING)
			isup_call_abandon(circuit, CIC_IDLE);
	}
	return err ? err : isup_group_start(isup, ISUP_CGB, first, count, hardware);
}

int isup_unblock_group(struct isup *isup, uint16_t first, unsigned count, bool hardware)
{
	int err = circuits_there(isup, first, count);

	for (unsigned i = 0; i < count && !err; i++)
		if (isup->circuits[first + i])
			isup->circuits[first + i]->blocked &=
				(uint8_t) ~(hardware ? BLOCK_LOCAL_HW : BLOCK_LOCAL);
	return err ? err : isup_group_start(isup, ISUP_CGU, first, count, hardware);
}

int isup_reset_group(struct isup *isup, uint16_t first, unsigned count)
{
	int err = circuits_there(isup, first, count);

	for (unsigned i = 0; i < count && !err; i++)
		if (isup->circuits[first + i])
			isup_call_abandon(isup->circuits[first + i], CIC_RESETTING);
	return err ? err : isup_group_start(isup, ISUP_GRS, first, count, false);
}
