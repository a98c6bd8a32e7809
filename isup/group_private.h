/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Group maintenance: what its sending (group.c) and its receiving half (group_received.c) share. */
#ifndef ISUP_GROUP_PRIVATE_H
#define ISUP_GROUP_PRIVATE_H

#include "isup/isup_private.h"

struct group_procedure {
	uint8_t type, ack;
	enum isup_timer_id repeat, slow;
	const char *alarm;
};

/* A group message of ours that awaits its acknowledgement. */
struct isup_group {
	struct list_node node;
	struct isup *isup; /* borrow */
	const struct group_procedure *procedure;
	uint32_t mask; /* the circuits from first on that are not acknowledged */
	uint16_t first;
	uint8_t count;
	bool hardware;
	bool alarmed;
	bool sending, gone; /* gone while sending: whoever sends frees it */
	struct timer repeat, slow;
};

/* Circuits that stay where they are while their owners are told. */
struct held {
	size_t n;
	struct isup_circuit *circuits[ISUP_RANGE_MAX]; /* borrow */
};

/* NULL: not a group message. */
const struct group_procedure *isup_group_procedure(uint8_t type);
void isup_group_hold(struct held *held, const struct isup *isup, unsigned first, unsigned count);
void isup_group_drop(struct held *held);
void isup_group_each_event(struct held *held, enum circuit_ev ev, enum q850_cause cause);
/* The one of the same procedure, circuits and kind. */
struct isup_group *isup_group_find(struct isup *isup, const struct isup_group *like);
void isup_group_free(struct isup_group *group);
/* The reset is over: by GRA, whose status bits say which circuits the other end keeps blocked (Q.764 2.9.3.2 c), or
 * (NULL) by the other end's own resets. */
void isup_group_reset_over(struct isup_group *group, const struct isup_range *status);

static inline uint8_t isup_local_bit(bool hardware)
{
	return hardware ? BLOCK_LOCAL_HW : BLOCK_LOCAL;
}

#endif
