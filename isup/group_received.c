/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Maintenance of groups of circuits, received (Q.764 2.8.2.2, 2.8.2.3, 2.9.3.2, 2.9.3.3). A message
 * is taken when at least one circuit of its range is equipped here; Q.764 2.9.3.3 would discard a
 * reset whose range holds an unequipped circuit, which every E1 with its signalling on timeslot 16
 * has in the middle.
 */
#include "isup/group_private.h"

#define REPETITION_US (5u * 1000 * 1000)

/* A group message that can be acted on. */
struct group_message {
	struct isup_range range;
	uint8_t kind; /* Q.763 3.13: 0 maintenance, 1 hardware failure; others are national */
	const struct group_procedure *procedure;
	bool ack;
};

static bool status_bit(const struct isup_range *range, unsigned i)
{
	return range->status[i / 8] & 1u << i % 8;
}

static unsigned status_bits(const struct isup_range *range)
{
	unsigned n = 0;

	for (unsigned i = 0; i <= range->range; i++)
		n += status_bit(range, i);
	return n;
}

/* Q.763 3.43: a reset reaches 32 circuits, the others 256 of which 32 are meant. */
static const char *wrong(const struct isup_msg *msg, struct group_message *gm)
{
	bool reset = gm->procedure->type == ISUP_GRS;

	if (!isup_get_range(msg, &gm->range))
		return "range and status malformed";
	if (gm->range.range == 0)
		return "range 0";
	if (reset && gm->range.range >= ISUP_GROUP_MAX)
		return "range above 31";
	if (!gm->range.has_status && (gm->ack || !reset))
		return "no status";
	if (!reset && (!isup_get_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, &gm->kind) || gm->kind > 1))
		return "unknown type of group supervision";
	if (!reset && status_bits(&gm->range) > ISUP_GROUP_MAX)
		return "more than 32 circuits";
	return NULL;
}

static void answer(struct isup *isup, const struct isup_msg *msg, const struct group_message *gm,
		   struct isup_range *status)
{
	struct isup_msg ack;
	int err = 0;

	status->range = gm->range.range;
	status->has_status = true;
	status->n_status = (uint8_t)(gm->range.range / 8 + 1);
	isup_msg_start(isup, &ack, (enum isup_type)gm->procedure->ack, msg->cic);
	if (gm->procedure->type != ISUP_GRS)
		err = isup_put_octet(&ack, ISUP_P_CIRCUIT_GROUP_TYPE, gm->kind);
	if (!err && !isup_put_range(&ack, status))
		(void)isup_transmit(isup, NULL, &ack);
}

/*
 * Q.764 2.9.3.2: every circuit is idle (a) and no longer blocked by the other end (d); what we
 * block for a hardware failure is told again before the answer (b), what we block for maintenance
 * by the bits of the answer (c).
 */
/* T1.113.4 2.9.3.2: each of an ANSI exchange's two group resets wants its answer; a call that has come between them stays. */
static bool repetition(struct isup *isup, const struct isup_msg *msg, uint8_t range)
{
	uint64_t now = timer_heap_now_us(isup->heap);
	bool again = isup_is_ansi(isup) && now < isup->taken.until_us &&
		     isup->taken.first == msg->cic && isup->taken.range == range;

	isup->taken.first = msg->cic;
	isup->taken.range = range;
	isup->taken.until_us = again ? 0 : now + REPETITION_US;
	return again;
}

static void grs_received(struct isup *isup, const struct isup_msg *msg,
			 const struct group_message *gm, struct held *held)
{
	struct isup_range status = { .range = 0 };
	bool again = repetition(isup, msg, gm->range.range), hardware = false;

	counter_add(&isup_resets, again ? 0 : held->n);
	for (size_t i = 0; i < held->n && !again; i++) {
		isup_segment_drop(held->circuits[i]);
		isup_peer_unblocked(held->circuits[i]);
	}
	if (!again)
		isup_group_each_event(held, CIC_EV_RESET_IN, Q850_TEMPORARY_FAILURE);
	for (size_t i = 0; i < held->n; i++) {
		unsigned bit = held->circuits[i]->cic - msg->cic;

		if (held->circuits[i]->blocked & BLOCK_LOCAL)
			status.status[bit / 8] |= (uint8_t)(1u << bit % 8);
		if (held->circuits[i]->blocked & BLOCK_LOCAL_HW)
			hardware = true;
	}
	if (hardware && !again)
		(void)isup_group_block(isup, ISUP_CGB, msg->cic, gm->range.range + 1u, true);
	answer(isup, msg, gm, &status);
	for (size_t i = 0; i < held->n && !again; i++)
		isup_group_reset_by_peer(held->circuits[i]);
}

/* CGB or CGU: the circuits whose bits are 1. */
static void cgx_received(struct isup *isup, const struct isup_msg *msg,
			 const struct group_message *gm, struct held *held)
{
	uint8_t bit = gm->kind ? BLOCK_REMOTE_HW : BLOCK_REMOTE;
	bool block = gm->procedure->type == ISUP_CGB;
	struct isup_range status = { .range = 0 };

	for (size_t i = 0; i < held->n; i++) {
		struct isup_circuit *circuit = held->circuits[i];
		unsigned at = circuit->cic - msg->cic;

		if (!status_bit(&gm->range, at))
			continue;
		status.status[at / 8] |= (uint8_t)(1u << at % 8);
		circuit->blocked =
			(uint8_t)(block ? circuit->blocked | bit : circuit->blocked & ~bit);
		counter_add(&isup_blockings, block);
	}
	answer(isup, msg, gm, &status);
	for (size_t i = 0; i < held->n && block; i++) {
		struct call_input in = { .cause = isup_cause_of(gm->kind ? Q850_TEMPORARY_FAILURE
									 : Q850_NORMAL) };

		if (status_bit(&gm->range, held->circuits[i]->cic - (unsigned)msg->cic))
			isup_call_event(held->circuits[i],
					gm->kind ? CIC_EV_HARDWARE_IN : CIC_EV_BLOCK_IN, &in);
	}
}

/*
 * Both ends reset when their link comes up, and the other end's reset has ended ours before its GRA
 * came: that tells no more than what it keeps blocked (Q.764 2.9.3.2 c).
 */
static bool gra_was_due(const struct group_message *gm, const struct held *held, uint16_t first)
{
	bool due = false;

	for (size_t i = 0; i < held->n; i++) {
		struct isup_circuit *circuit = held->circuits[i];

		if (!circuit->gra_due)
			continue;
		due = true;
		circuit->gra_due = false;
		if (status_bit(&gm->range, circuit->cic - (unsigned)first))
			circuit->blocked |= BLOCK_REMOTE;
	}
	return due;
}

/*
 * Q.764 2.8.2.3: an acknowledgement that was not asked for shows that the other end is wrong about
 * circuits; those are told again how they are here. A GRA is discarded (2.9.3.3).
 */
static void unasked(struct isup *isup, const struct isup_msg *msg, const struct group_message *gm,
		    const struct held *held)
{
	bool blocked_there = gm->procedure->type == ISUP_CGB;
	uint8_t bit = isup_local_bit(gm->kind);

	if (gm->procedure->type == ISUP_GRS && gra_was_due(gm, held, msg->cic))
		return;
	/* The answer to the second of our two. */
	if (isup_is_ansi(isup) && gm->procedure->type == ISUP_GRS)
		return;
	counter_add(&isup_unexpected, 1);
	log_write(LOG_NOTICE, isup->name, "%s cic %u was not asked for", isup_type_name(msg->type),
		  msg->cic);
	for (size_t i = 0; i < held->n && gm->procedure->type != ISUP_GRS; i++) {
		struct isup_circuit *circuit = held->circuits[i];
		bool blocked_here = circuit->blocked & bit;

		if (status_bit(&gm->range, circuit->cic - (unsigned)msg->cic) &&
		    blocked_here != blocked_there)
			(void)isup_group_block(isup, blocked_here ? ISUP_CGB : ISUP_CGU,
					       circuit->cic, 1, gm->kind);
	}
}

static void ack_received(struct isup *isup, const struct isup_msg *msg,
			 const struct group_message *gm, const struct held *held)
{
	const struct isup_group like = { .procedure = gm->procedure,
					 .first = msg->cic,
					 .count = (uint8_t)(gm->range.range + 1),
					 .hardware = gm->kind };
	struct isup_group *group = isup_group_find(isup, &like);

	if (!group) {
		unasked(isup, msg, gm, held);
		return;
	}
	if (gm->procedure->type == ISUP_GRS) {
		isup_group_reset_over(group, &gm->range);
		return;
	}
	for (unsigned i = 0; i < group->count; i++)
		if (status_bit(&gm->range, i))
			group->mask &= ~(1u << i);
	if (!group->mask) {
		isup_group_free(group);
		return;
	}
	log_write(LOG_WARNING, isup->name, "%s cic %u acknowledges not all circuits",
		  isup_type_name(msg->type), msg->cic);
}

bool isup_group_message(struct isup *isup, const struct isup_msg *msg)
{
	struct group_message gm = { .procedure = isup_group_procedure(msg->type) };
	struct held held;
	const char *fault;

	if (!gm.procedure)
		return false;
	gm.ack = msg->type == gm.procedure->ack;
	fault = wrong(msg, &gm);
	if (fault) {
		counter_add(&isup_bad_messages, 1);
		log_write(LOG_WARNING, isup->name, "%s cic %u: %s; discarded",
			  isup_type_name(msg->type), msg->cic, fault);
		return true;
	}
	isup_group_hold(&held, isup, msg->cic, gm.range.range + 1u);
	if (!held.n)
		return false; /* none equipped */
	if (gm.ack)
		ack_received(isup, msg, &gm, &held);
	else if (msg->type == ISUP_GRS)
		grs_received(isup, msg, &gm, &held);
	else
		cgx_received(isup, msg, &gm, &held);
	isup_group_drop(&held);
	return true;
}
