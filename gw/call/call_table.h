/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What happens when a leg says something while the call is in a state: every pair of them is declared, with what is done
 * or with the reason why nothing is. Core thread.
 */
#ifndef CALL_CALL_TABLE_H
#define CALL_CALL_TABLE_H

#include "gw/call/call.h"

typedef void call_action_fn(struct call *call, unsigned side, const struct leg_event *event);

/* One of the three. */
struct call_pair {
	call_action_fn *act;
	const char *ignored;	/* may well be said; why nothing comes of it */
	const char *impossible; /* no leg says that; why. Counted and logged when one does */
};

/* Nothing comes of an event: told of at level debug when it was to be expected; else counted, and told of as a warning.
 * where: the state it met. Legs use it for their own tables. */
void call_pair_skip(const char *subject, enum leg_ev ev, const char *where, const char *ignored,
		    const char *impossible);
/* The leg at that side says ev. */
const struct call_pair *call_pair(enum call_state state, unsigned side, enum leg_ev ev);

/* call.c */
call_action_fn call_do_setup, call_do_collect, call_do_more_digits, call_do_complete, call_do_progress,
	call_do_alerting, call_do_answer, call_do_pass, call_do_user_info, call_do_release, call_do_release_early,
	call_do_release_crossing, call_do_released, call_do_replaced;

#endif
