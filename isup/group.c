/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Maintenance of groups of circuits, sent: blocking (Q.764 2.8.2.2), reset (2.9.3.2). */
#include <errno.h>
#include <stdlib.h>

#include "isup/group_private.h"

static const struct group_procedure procedures[] = {
	{ ISUP_GRS, ISUP_GRA, ISUP_T22, ISUP_T23, "no GRA within T23" },
	{ ISUP_CGB, ISUP_CGBA, ISUP_T18, ISUP_T19, "no CGBA within T19" },
	{ ISUP_CGU, ISUP_CGUA, ISUP_T20, ISUP_T21, "no CGUA within T21" },
};

void isup_group_hold(struct held *held, const struct isup *isup, unsigned first, unsigned count)
{
	held->n = 0;
	for (unsigned cic = first; cic < first + count && cic < isup->cics; cic++) {
		if (!isup->circuits[cic])
			continue;
		isup_circuit_enter(isup->circuits[cic]);
		held->circuits[held->n++] = isup->circuits[cic];
	}
}

void isup_group_drop(struct held *held)
{
	for (size_t i = 0; i < held->n; i++)
		isup_circuit_leave(held->circuits[i]);
}

void isup_group_each_event(struct held *held, enum circuit_ev ev, enum q850_cause cause)
{
	for (size_t i = 0; i < held->n; i++) {
		struct call_input in = { .cause = isup_cause_of(cause) };

		isup_call_event(held->circuits[i], ev, &in);
	}
}

const struct group_procedure *isup_group_procedure(uint8_t type)
{
	for (size_t i = 0; i < sizeof(procedures) / sizeof(procedures[0]); i++)
		if (procedures[i].type == type || procedures[i].ack == type)
			return &procedures[i];
	return NULL;
}

/* --- the list of what is awaited --- */

struct isup_group *isup_group_find(struct isup *isup, const struct isup_group *like)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n)) {
		struct isup_group *group = container_of(n, struct isup_group, node);

		if (group->procedure == like->procedure && group->first == like->first &&
		    group->count == like->count && group->hardware == like->hardware)
			return group;
	}
	return NULL;
}

/* Its circuits need nothing more from it. Inside its own sending it is gone when that returns. */
void isup_group_free(struct isup_group *group)
{
	struct isup *isup = group->isup;
	const char *alarm = group->alarmed ? group->procedure->alarm : NULL;
	uint16_t first = group->first;

	list_remove(&group->node);
	timer_close(&group->repeat);
	timer_close(&group->slow);
	if (group->sending)
		group->gone = true;
	else
		free(group);
	if (alarm)
		isup_alarm(isup, alarm, first, false);
}

/* A group that still awaits the circuit's acknowledgement. */
static struct isup_group *group_awaiting(struct isup *isup, unsigned cic)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n)) {
		struct isup_group *group = container_of(n, struct isup_group, node);
		unsigned at = cic - group->first; /* wraps when before it */

		if (at < group->count && group->mask & 1u << at)
			return group;
	}
	return NULL;
}

/* Frees the blocking groups that nothing is awaited of any more. */
static void groups_sweep(struct isup *isup)
{
	struct list_node *n = list_first(&isup->groups);

	while (n) {
		struct isup_group *group = container_of(n, struct isup_group, node);

		n = list_next(&isup->groups, n);
		if (!group->mask && group->procedure->type != ISUP_GRS)
			isup_group_free(group);
	}
}

void isup_groups_free(struct isup *isup)
{
	struct list_node *n;

	while ((n = list_first(&isup->groups))) {
		container_of(n, struct isup_group, node)->alarmed = false;
		isup_group_free(container_of(n, struct isup_group, node));
	}
}

/* --- sending --- */

static int group_message(const struct isup_group *group, struct isup_msg *msg)
{
	struct isup_range range = { .range = (uint8_t)(group->count - 1) };
	int err = 0;

	isup_msg_start(group->isup, msg, (enum isup_type)group->procedure->type, group->first);
	if (group->procedure->type != ISUP_GRS) {
		range.has_status = true;
		range.n_status = (uint8_t)((group->count + 7) / 8);
		for (unsigned i = 0; i < range.n_status; i++)
			range.status[i] = (uint8_t)(group->mask >> 8 * i);
		err = isup_put_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, group->hardware);
	}
	return err ? err : isup_put_range(msg, &range);
}

/* Whether the group is still there: an answer that comes back inside the sending ends it. */
static bool group_transmit(struct isup_group *group)
{
	struct isup *isup = group->isup;
	struct isup_msg msg;
	bool gone;

	if (group_message(group, &msg))
		return true;
	group->sending = true;
	(void)isup_transmit(isup, NULL, &msg);
	/* T1.113.4 2.9.3.2 (by libss7): an ANSI exchange may act on the second of two alone. */
	if (isup_is_ansi(isup) && msg.type == ISUP_GRS)
		(void)isup_transmit(isup, NULL, &msg);
	group->sending = false;
	gone = group->gone;
	if (gone)
		free(group);
	return !gone;
}

static void group_repeat(struct timer *timer, void *arg)
{
	struct isup_group *group = arg;

	timer_start_ms(timer, isup_timer_ms(group->isup, group->procedure->repeat));
	(void)group_transmit(group);
}

/* A group reset that nobody answers; the group may be gone afterwards. */
static void heal_members(const struct isup_group *group)
{
	const char *why = group->procedure->alarm;
	struct isup_circuit *members[ISUP_GROUP_MAX];
	struct held held;
	size_t n = 0;

	isup_group_hold(&held, group->isup, group->first, group->count);
	for (size_t i = 0; i < held.n; i++)
		if (held.circuits[i]->reset == group)
			members[n++] = held.circuits[i];
	for (size_t i = 0; i < n; i++)
		isup_heal(members[i], HEAL_NONE, why);
	isup_group_drop(&held);
}

/* Q.764 2.9.3.2, 2.9.4: maintenance is alerted, the message goes on at this pace. */
static void group_slow(struct timer *timer, void *arg)
{
	struct isup_group *group = arg;
	bool first = !group->alarmed;

	timer_stop(&group->repeat);
	timer_start_ms(timer, isup_timer_ms(group->isup, group->procedure->slow));
	group->alarmed = true;
	if (first)
		isup_alarm(group->isup, group->procedure->alarm, group->first, true);
	if (group_transmit(group) && group->procedure->type == ISUP_GRS)
		heal_members(group);
}

static struct isup_group *group_new(struct isup *isup, uint8_t type, unsigned first, unsigned count)
{
	struct isup_group *group = calloc(1, sizeof(*group));
	const struct group_procedure *p = isup_group_procedure(type);

	if (!group)
		return NULL;
	group->isup = isup;
	group->procedure = p;
	group->first = (uint16_t)first;
	group->count = (uint8_t)count;
	if (timer_init(&group->repeat, isup->heap, isup_timer_defs[p->repeat].name, group_repeat,
		       group) ||
	    timer_init(&group->slow, isup->heap, isup_timer_defs[p->slow].name, group_slow,
		       group)) {
		isup_group_free(group);
		return NULL;
	}
	group->repeat.subject = group->slow.subject = isup->name;
	return group;
}

static void group_start(struct isup_group *group)
{
	list_append(&group->isup->groups, &group->node);
	timer_start_ms(&group->repeat, isup_timer_ms(group->isup, group->procedure->repeat));
	timer_start_ms(&group->slow, isup_timer_ms(group->isup, group->procedure->slow));
	(void)group_transmit(group);
}

/* --- blocking and unblocking, sent --- */

/* Circuits that are blocked now are not unblocked by a message that is still repeated, and the
 * other way about. */
static void withdraw(struct isup *isup, uint8_t type, const struct isup_group *by)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n)) {
		struct isup_group *group = container_of(n, struct isup_group, node);

		if (group->procedure->type != type || group->hardware != by->hardware)
			continue;
		for (unsigned i = 0; i < by->count; i++) {
			unsigned at = by->first + i - group->first; /* wraps when before it */

			if (by->mask & 1u << i && at < group->count)
				group->mask &= ~(1u << at);
		}
	}
	groups_sweep(isup);
}

int isup_group_block(struct isup *isup, enum isup_type type, uint16_t first, unsigned count,
		     bool hardware)
{
	/* Q.763 3.43: range 0 is reserved, so one circuit takes a neighbour into the range, with
	 * its status bit 0. */
	unsigned from = count == 1 && first == isup->cics - 1 ? first - 1u : first;
	struct isup_group *group = group_new(isup, (uint8_t)type, from, count == 1 ? 2 : count);
	struct isup_group *before;

	if (!group)
		return -ENOMEM;
	group->hardware = hardware;
	for (unsigned cic = first; cic < first + count; cic++) {
		const struct isup_circuit *circuit = isup->circuits[cic];
		bool blocked = circuit && circuit->blocked & isup_local_bit(hardware);

		if (circuit && circuit->state != CIC_RESETTING && blocked == (type == ISUP_CGB))
			group->mask |= 1u << (cic - from);
	}
	before = isup_group_find(isup, group);
	if (before) {
		group->mask |= before->mask;
		isup_group_free(before);
	}
	withdraw(isup, type == ISUP_CGB ? ISUP_CGU : ISUP_CGB, group);
	if (group->mask)
		group_start(group);
	else
		isup_group_free(group);
	return 0;
}

static int check_group(const struct isup *isup, unsigned first, unsigned count)
{
	if (!count || count > ISUP_GROUP_MAX || first + count > isup->cics)
		return -EINVAL;
	for (unsigned cic = first; cic < first + count; cic++)
		if (isup->circuits[cic])
			return 0;
	return -ENOENT;
}

static int block_group(struct isup *isup, uint16_t first, unsigned count, bool hardware,
		       enum q850_cause cause)
{
	struct held held;
	int err = check_group(isup, first, count);

	if (err)
		return err;
	isup_group_hold(&held, isup, first, count);
	counter_add(&isup_blockings, held.n);
	for (size_t i = 0; i < held.n; i++)
		held.circuits[i]->blocked |= isup_local_bit(hardware);
	/* Q.764 2.8.2.2: a hardware failure ends the calls, maintenance lets them end. */
	if (hardware)
		isup_group_each_event(&held, CIC_EV_HARDWARE_REQ, cause);
	err = isup_group_block(isup, ISUP_CGB, first, count, hardware);
	isup_group_drop(&held);
	return err;
}

int isup_block_group(struct isup *isup, uint16_t first, unsigned count, bool hardware)
{
	if (count == 1 && !hardware)
		return isup_block(isup, first);
	return block_group(isup, first, count, hardware, Q850_TEMPORARY_FAILURE);
}

int isup_fail_group(struct isup *isup, uint16_t first, unsigned count, enum q850_cause cause)
{
	return block_group(isup, first, count, true, cause);
}

/* The other end has not acknowledged that these circuits are blocked: the calls that the blocking
 * ended here may still be up there. */
static bool block_unheard(const struct isup *isup, const struct isup_group *by)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n)) {
		const struct isup_group *group = container_of(n, struct isup_group, node);

		if (group->procedure->type == ISUP_CGB && group->hardware && group->mask &&
		    group->first < by->first + by->count && by->first < group->first + group->count)
			return true;
	}
	return false;
}

int isup_unblock_group(struct isup *isup, uint16_t first, unsigned count, bool hardware)
{
	const struct isup_group by = {
		.first = first, .count = (uint8_t)count, .mask = UINT32_MAX, .hardware = hardware
	};
	struct held held;
	int err = check_group(isup, first, count);
	bool unheard;

	if (err)
		return err;
	if (count == 1 && !hardware)
		return isup_unblock(isup, first);
	isup_group_hold(&held, isup, first, count);
	unheard = hardware && block_unheard(isup, &by);
	for (size_t i = 0; i < held.n; i++) {
		held.circuits[i]->blocked &= (uint8_t)~isup_local_bit(hardware);
		if (!hardware)
			isup_heal_forget(held.circuits[i]);
	}
	if (unheard) {
		withdraw(isup, ISUP_CGB, &by);
		err = isup_reset_group(isup, first, count);
	} else {
		err = isup_group_block(isup, ISUP_CGU, first, count, hardware);
	}
	isup_group_drop(&held);
	return err;
}

/* --- reset, sent --- */

/* Circuits that are still blocked here are told so to an end that has just forgotten it. */
static void reblock_group(struct isup *isup, unsigned first, unsigned count)
{
	uint8_t blocked = 0;

	for (unsigned cic = first; cic < first + count; cic++)
		if (isup->circuits[cic])
			blocked |= isup->circuits[cic]->blocked;
	if (blocked & BLOCK_LOCAL_HW)
		(void)isup_group_block(isup, ISUP_CGB, (uint16_t)first, count, true);
	if (blocked & BLOCK_LOCAL)
		(void)isup_group_block(isup, ISUP_CGB, (uint16_t)first, count, false);
}

void isup_group_reset_over(struct isup_group *group, const struct isup_range *status)
{
	struct isup *isup = group->isup;
	unsigned first = group->first, count = group->count;
	struct held held;

	isup_group_hold(&held, isup, first, count);
	for (size_t i = 0; i < held.n; i++) {
		struct isup_circuit *circuit = held.circuits[i];
		unsigned bit = circuit->cic - first;
		struct call_input in = { .err = 0 };

		if (circuit->reset != group)
			continue;
		circuit->reset = NULL;
		circuit->gra_due = !status;
		circuit->blocked &= (uint8_t)~BLOCK_UNEQUIPPED;
		if (status) {
			circuit->blocked &= (uint8_t)~BLOCK_REMOTE;
			if (status->status[bit / 8] & 1u << bit % 8)
				circuit->blocked |= BLOCK_REMOTE;
		}
		isup_call_event(circuit, CIC_EV_RESET_DONE, &in);
	}
	isup_group_free(group);
	reblock_group(isup, first, count);
	isup_group_drop(&held);
}

/* A run of equipped circuits, already in the state of being reset. */
static void reset_start(struct isup_group *group)
{
	for (unsigned i = 0; i < group->count; i++) {
		struct isup_circuit *circuit = group->isup->circuits[group->first + i];

		if (!circuit || circuit->state != CIC_RESETTING || circuit->reset)
			continue;
		isup_maintenance_stop(circuit);
		circuit->reset = group;
		group->mask |= 1u << i;
	}
	if (group->mask)
		group_start(group);
	else
		isup_group_free(group);
}

/* One GRS, or RSC where there is one circuit or no memory for the group. */
static void reset_run(struct isup *isup, unsigned first, unsigned count)
{
	struct isup_group *group = count > 1 ? group_new(isup, ISUP_GRS, first, count) : NULL;
	struct held held;

	isup_group_hold(&held, isup, first, count);
	if (group) {
		isup_group_each_event(&held, CIC_EV_RESET_REQ, Q850_TEMPORARY_FAILURE);
		reset_start(group);
	} else {
		for (size_t i = 0; i < held.n; i++)
			(void)isup_reset(isup, held.circuits[i]->cic);
	}
	isup_group_drop(&held);
}

typedef bool choose_fn(const struct isup_circuit *circuit);

static bool never_reset(const struct isup_circuit *circuit)
{
	return circuit->fresh && circuit->state == CIC_IDLE;
}

static bool any(const struct isup_circuit *circuit)
{
	(void)circuit;
	return true;
}

/* Group resets over runs of chosen circuits without a gap. */
static void reset_runs(struct isup *isup, unsigned first, unsigned end, choose_fn *choose)
{
	unsigned cic = first;

	while (cic < end) {
		unsigned count = 0;

		while (cic + count < end && count < ISUP_GROUP_MAX && isup->circuits[cic + count] &&
		       choose(isup->circuits[cic + count]))
			count++;
		if (count)
			reset_run(isup, cic, count);
		cic += count ? count : 1;
	}
}

void isup_reset_fresh(struct isup *isup)
{
	reset_runs(isup, isup->first, isup->end, never_reset);
}

/* -EALREADY while another group reset covers one of the circuits. */
int isup_reset_group(struct isup *isup, uint16_t first, unsigned count)
{
	int err = check_group(isup, first, count);

	for (unsigned cic = first; cic < first + count && !err; cic++)
		if (isup->circuits[cic] && isup->circuits[cic]->reset)
			err = -EALREADY;
	if (!err)
		reset_runs(isup, first, first + count, any);
	return err;
}

void isup_group_reset_by_peer(struct isup_circuit *circuit)
{
	struct isup_group *group = circuit->reset;

	if (!group)
		return;
	group->mask &= ~(1u << (circuit->cic - group->first));
	if (!group->mask)
		isup_group_reset_over(group, NULL);
}

void isup_group_leave(struct isup_circuit *circuit)
{
	struct isup_group *group = circuit->reset;

	circuit->reset = NULL;
	group->mask &= ~(1u << (circuit->cic - group->first));
	if (!group->mask)
		isup_group_reset_over(group, NULL);
}

/* The circuit, no longer in the table, is awaited by nobody. */
void isup_groups_forget(struct isup *isup, const struct isup_circuit *circuit)
{
	struct isup_group *group;

	while ((group = group_awaiting(isup, circuit->cic))) {
		group->mask &= ~(1u << (circuit->cic - group->first));
		if (!group->mask && group->procedure->type == ISUP_GRS)
			isup_group_reset_over(group, NULL);
		else if (!group->mask)
			isup_group_free(group);
	}
}

/* MTP is there again: what waits goes out when the timers are next served. */
void isup_groups_repeat(struct isup *isup)
{
	for (struct list_node *n = list_first(&isup->groups); n; n = list_next(&isup->groups, n)) {
		struct isup_group *group = container_of(n, struct isup_group, node);

		timer_start_us(timer_running(&group->repeat) ? &group->repeat : &group->slow, 0);
	}
}
