/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The call state machine of a circuit as data (call_table.c): its states, its events, what an event brings. */
#ifndef ISUP_CALL_TABLE_H
#define ISUP_CALL_TABLE_H

#include "isup/isup.h"

enum circuit_st {
	CIC_IDLE,
	CIC_OG_WAIT_ACM, /* IAM sent, no backward message yet */
	CIC_OG_WAIT_ANM, /* ACM received */
	CIC_OG_ACTIVE,
	CIC_IC_WAIT_ACM, /* IAM received, no backward message sent yet */
	CIC_IC_WAIT_ANM, /* ACM sent */
	CIC_IC_ACTIVE,
	CIC_RELEASE_IND, /* REL received: the owner is asked to let go, RLC is owed */
	CIC_WAIT_RLC,	 /* REL sent */
	CIC_RESETTING,	 /* RSC or GRS sent */
	CIC_CHECKING,	 /* no call: the continuity check goes on after a failure, or was asked for by CCR */
	CIC_OVERLOADED,	 /* no call: OLM answered our IAM, the circuit rests until T3 */
	CIC_STS
};

enum circuit_ev {
	/* Messages. IAM comes as one of four: to be taken, lost against ours (dual seizure on a circuit that we
	 * control), to be refused with the cause given, and for a circuit that we block. */
	CIC_EV_IAM, CIC_EV_IAM_LOSES, CIC_EV_IAM_REFUSED, CIC_EV_IAM_BLOCKED,
	CIC_EV_SAM, CIC_EV_ACM, CIC_EV_CPG, CIC_EV_ANM, CIC_EV_CON, CIC_EV_SUS, CIC_EV_RES, CIC_EV_REL, CIC_EV_RLC,
	/* INFO: FOT, USR and others that go with the call; INF answers our INR; STRAY: nothing awaits it. */
	CIC_EV_INFO, CIC_EV_INF, CIC_EV_STRAY,
	CIC_EV_INR, CIC_EV_OLM, CIC_EV_BAD, /* a malformed message that would have moved the call on */
	/* Maintenance: the other end reset, blocked, blocked for a hardware failure or does not have the circuit;
	 * our reset was answered. */
	CIC_EV_RESET_IN, CIC_EV_BLOCK_IN, CIC_EV_HARDWARE_IN, CIC_EV_UNEQUIPPED, CIC_EV_RESET_DONE,
	/* Continuity: T8 or a failure on a previous circuit; a check without a call; its ends. */
	CIC_EV_NO_CONTINUITY, CIC_EV_CHECK_REQ, CIC_EV_CHECK_FAILED, CIC_EV_CHECK_OK, CIC_EV_CHECK_OVER,
	/* Expiries. */
	CIC_EV_T1, CIC_EV_T2, CIC_EV_T3, CIC_EV_T5, CIC_EV_T6, CIC_EV_T7, CIC_EV_T9, CIC_EV_T10, CIC_EV_T35, CIC_EV_T33,
	CIC_EV_T38,
	/* Requests. */
	CIC_EV_SEIZE, CIC_EV_SEIZE_FAILED,
	CIC_EV_SEND_SAM, CIC_EV_SEND_ACM, CIC_EV_SEND_CPG, CIC_EV_SEND_ANM, CIC_EV_SEND_CON, CIC_EV_SEND_SUS,
	CIC_EV_SEND_RES, CIC_EV_SEND_INFO, CIC_EV_SEND_INR,
	CIC_EV_RELEASE_REQ, CIC_EV_RESET_REQ, CIC_EV_HARDWARE_REQ,
	CIC_EVS
};

struct call_input {
	const struct isup_msg *msg; /* received; NULL when malformed or when no message caused it */
	struct isup_msg *out;	    /* CIC_EV_SEIZE, CIC_EV_SEND_*: to be sent */
	struct isup_cause cause;    /* why the call ends, where the event ends it */
	int err;		    /* of a request */
};

typedef void call_action_fn(struct isup_circuit *circuit, struct call_input *in);

struct transition {
	call_action_fn *action;
	enum circuit_st next;
};
extern const struct transition isup_call_table[CIC_STS][CIC_EVS];
extern const char *const isup_state_names[CIC_STS];

#endif
