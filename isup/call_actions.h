/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The actions that the table of the call state machine (call_table.c) names. */
#ifndef ISUP_CALL_ACTIONS_H
#define ISUP_CALL_ACTIONS_H

#include "isup/isup_private.h"

/* call.c: set-up and conversation. */
call_action_fn isup_act_take, isup_act_refuse, isup_act_block_again, isup_act_stand, isup_act_yield_take,
	isup_act_yield_refuse, isup_act_yield_block, isup_act_digits, isup_act_digits_over, isup_act_address_complete,
	isup_act_progress, isup_act_answer, isup_act_suspend, isup_act_resume, isup_act_inform, isup_act_seize,
	isup_act_unseize, isup_act_send, isup_act_send_address, isup_act_send_digits, isup_act_forbid, isup_act_ignore,
	isup_act_discard, isup_act_confuse, isup_act_info, isup_act_information, isup_act_send_inr, isup_act_suspend_sent,
	isup_act_resume_sent, isup_act_early_progress;

/* continuity.c */
call_action_fn isup_act_check, isup_act_check_over, isup_act_no_continuity;

/* release.c: the end of a call. */
call_action_fn isup_act_release, isup_act_released, isup_act_confirm, isup_act_answer_rlc,
	isup_act_complete, isup_act_repeat_rel, isup_act_give_up, isup_act_time_out, isup_act_digits_missing,
	isup_act_break, isup_act_abandon, isup_act_abandon_again, isup_act_release_again, isup_act_disagree,
	isup_act_disagree_again, isup_act_overloaded, isup_act_overload_over,
	isup_act_reset, isup_act_reset_again, isup_act_reset_done;

/* release.c: shared with call.c. */
void isup_end_call(struct isup_circuit *circuit, struct call_input *in, enum isup_ind ind);
void isup_send_rel(struct isup_circuit *circuit, const struct isup_cause *cause);
/* The circuit is no longer its owner's. */
void isup_let_go(struct isup_circuit *circuit, enum isup_ind ind, const struct isup_cause *cause);

#endif
