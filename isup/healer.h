/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The circuit healer: a circuit that does not return to idle (no RLC after T5, a reset without an answer, a state that
 * differs from the other end's) is walked through reset, group reset, and blocking with an alarm. One healer serves the
 * trunk groups of a linkset: its steps share one token bucket, so that a fault of the other end cannot start a storm of
 * resets. Core thread.
 */
#ifndef ISUP_HEALER_H
#define ISUP_HEALER_H

#include "isup/isup.h"

struct isup_healer;

enum isup_heal_step { ISUP_HEAL_RSC = 1, ISUP_HEAL_GRS = 2, ISUP_HEAL_BLOCK = 4 };

struct isup_healer_conf {
	const char *name;    /* linkset, for logs; borrowed */
	unsigned per_minute; /* steps; 0: none are taken beyond what Q.764 asks for */
	unsigned burst;	     /* steps at once after a time of rest; at least 1 */
};

/* own. NULL when out of memory. */
struct isup_healer *isup_healer_new(const struct isup_healer_conf *conf, struct timer_heap *heap);
/* The trunk groups must be gone, or told of another. NULL is fine. */
void isup_healer_free(struct isup_healer *healer);
void isup_healer_set_rate(struct isup_healer *healer, unsigned per_minute, unsigned burst);
/* steps: ISUP_HEAL_ bits, taken in their order. NULL: nothing is healed. */
void isup_set_healer(struct isup *isup, struct isup_healer *healer, unsigned steps);
/* "-", "waits", "RSC", "GRS", "blocked" */
const char *isup_circuit_healing(const struct isup_circuit *circuit);

#endif
