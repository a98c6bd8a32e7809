/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ISUP signalling procedures (Q.764) between this exchange (OPC) and one other (DPC): its circuits, their calls and
 * their maintenance. Everything runs on the core thread and on the timer heap that is handed in; nothing here opens a
 * descriptor. Upward it speaks the primitives of Q.764's signalling procedure control through isup_user.
 */
#ifndef ISUP_ISUP_H
#define ISUP_ISUP_H

#include <limits.h>

#include "gw/base/q850.h"
#include "gw/base/timer.h"
#include "isup/digits.h"
#include "isup/msg.h"
#include "isup/mtp/mtp.h"
#include "isup/param.h"
#include "isup/timers.h"

struct isup;
struct isup_circuit;

enum isup_hunt { ISUP_HUNT_LEAST_RECENTLY_USED, ISUP_HUNT_ASCENDING, ISUP_HUNT_DESCENDING, ISUP_HUNT_CYCLIC };

/* Which circuits this end controls in a dual seizure (Q.764 2.9.1.4); POINT_CODE: the even ones of the exchange with the
 * higher point code, the odd ones of the other. The rest are agreements between two operators. */
enum isup_control {
	ISUP_CONTROL_POINT_CODE, ISUP_CONTROL_EVEN, ISUP_CONTROL_ODD, ISUP_CONTROL_ALL, ISUP_CONTROL_NONE
};

struct isup_conf {
	const char *name; /* trunk group, for logs and traces */
	enum isup_variant variant; /* of every message, both ways; the point codes are its own */
	uint32_t opc, dpc;
	bool sls5;  /* ANSI's signalling link selection has 5 bits, not 8 */
	uint8_t ni; /* network indicator of the SIO, for traces only: MTP sets the real one */
	enum isup_hunt hunt;
	enum isup_control control;
	bool ansi_timers;		/* defaults are ANSI's */
	uint32_t timer_ms[ISUP_TIMERS]; /* 0: the default */
	bool transponder;		/* an incoming continuity check is answered by a transponder, not a loop */
	bool loop_ack;			/* CCR is answered by LPA (national) */
	unsigned min_digits;		/* of a called number without ST before T35 gives way to T10 */
};

#define ISUP_NO_CIC UINT_MAX /* an alarm about the other end, not about a circuit */

/* Upward indications about a call. The circuit's user pointer is the owner's (the ISUP leg). */
enum isup_ind {
	ISUP_IND_SETUP,	   /* IAM; msg is the IAM. The owner sets the user pointer or releases at once. */
	ISUP_IND_DIGITS,   /* SAM; msg is the SAM */
	ISUP_IND_ADDRESS_COMPLETE, /* ACM */
	ISUP_IND_PROGRESS, /* CPG */
	ISUP_IND_ANSWER,   /* ANM or CON */
	ISUP_IND_SUSPEND,  /* SUS */
	ISUP_IND_RESUME,   /* RES */
	ISUP_IND_CONTINUITY,   /* the check that our IAM asked for was good: the bearer may be used */
	ISUP_IND_INFO_REQUEST, /* INR: answer with INF by isup_send, or take it on by isup_information_later; else an
				* INF without information is sent */
	ISUP_IND_INFORMATION,  /* INF that answers our INR */
	ISUP_IND_MESSAGE,      /* FOT, USR, FAC, PAM, CRG and others that go with a call: msg is the message */
	ISUP_IND_T10,	   /* no digit for T10: the number is to be taken as complete (incoming overlap) */
	ISUP_IND_T35,	   /* digits stopped below the minimum: already released with cause 28 */
	ISUP_IND_RELEASE,  /* REL received (RLC is sent by isup_release) or a timer ended the call: cause holds why.
			    * The owner must answer with isup_release; the circuit stays busy until then. */
	ISUP_IND_RELEASED, /* the circuit is no longer the owner's: RLC came or the circuit was reset */
	ISUP_IND_REATTEMPT, /* lost by dual seizure, blocking, reset or OLM (cause 42) before any backward message: the
			     * circuit is no longer the owner's; try another */
};

struct isup_indication {
	enum isup_ind ind;
	const struct isup_msg *msg; /* borrow; NULL when no message caused it */
	struct isup_cause cause;    /* RELEASE, RELEASED, REATTEMPT */
};

/* Continuity check in the nature of connection indicators (Q.763 3.35). */
enum isup_nci_check { ISUP_NCI_NO_CHECK, ISUP_NCI_CHECK_HERE, ISUP_NCI_CHECK_BEFORE };

/* What is connected to a circuit's bearer for a continuity check (Q.724 7). */
enum isup_check {
	ISUP_CHECK_OFF,
	ISUP_CHECK_LOOP,	/* what comes goes back */
	ISUP_CHECK_TRANSPONDER, /* another tone answers */
	ISUP_CHECK_TONE,	/* the check tone is sent and awaited; isup_continuity_result tells */
	ISUP_CHECK_TONE_ANSWERED /* the same, where the other end answers by a transponder: its owner's to choose */
};

struct isup_user {
	void (*indicate)(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind);
	/* A circuit changed between usable and not (for trunk state, traces, alarms). */
	void (*circuit_changed)(void *arg, struct isup_circuit *circuit);
	/* Alarm raised or cleared by maintenance, such as T5, T13, T15, T17, T19, T21, T23 (Q.764 Annex A). */
	void (*alarm)(void *arg, const char *what, unsigned cic, bool raised); /* cic may be ISUP_NO_CIC */
	/* Connects a continuity check to the circuit's bearer. NULL: continuity cannot be checked. -errno: as if it had
	 * failed. */
	int (*continuity)(void *arg, struct isup_circuit *circuit, enum isup_check check);
	/* Whether the other side of the circuit's call is an ISUP that ISUP_IND_MESSAGE and unknown parameters can go on to;
	 * a call that has not found its way yet: true when it may become one. NULL: never. */
	bool (*passes_on)(void *arg, struct isup_circuit *circuit);
	/* Call id of the circuit's call for traces, NULL when it has none. Optional. */
	const char *(*call_id)(void *arg, struct isup_circuit *circuit);
	void *arg;
};

/* own. conf is copied, heap borrowed; mtp may be set later by isup_attach. NULL when out of memory. */
struct isup *isup_new(const struct isup_conf *conf, const struct isup_user *user, struct timer_heap *heap);
/* Stops everything without a message. NULL is fine. */
void isup_free(struct isup *isup);
void isup_attach(struct isup *isup, struct mtp *mtp);
/* Applies to timers started from now on. */
void isup_set_timers(struct isup *isup, bool ansi, const uint32_t timer_ms[ISUP_TIMERS]);
void isup_set_hunt(struct isup *isup, enum isup_hunt hunt, unsigned min_digits);
/* How a check by the other end is answered: by a transponder or a loop, and whether LPA says that it is there. */
void isup_set_check(struct isup *isup, bool transponder, bool loop_ack);
void isup_set_control(struct isup *isup, enum isup_control control);
uint32_t isup_timer_ms(const struct isup *isup, enum isup_timer_id timer);

/* bearer is the owner's mark of the timeslot behind the circuit. -EEXIST, -ENOMEM. */
int isup_circuit_add(struct isup *isup, uint16_t cic, void *bearer);
/* The same, blocked from the start: the other end is told after the first reset (Q.764 2.9.3.1 c, 2.9.3.2 b, c). */
int isup_circuit_add_blocked(struct isup *isup, uint16_t cic, void *bearer, bool maintenance, bool hardware);
/* -EBUSY unless idle: a busy circuit is taken away when it falls idle if retire is set. */
int isup_circuit_remove(struct isup *isup, uint16_t cic, bool retire);
struct isup_circuit *isup_circuit_find(const struct isup *isup, uint16_t cic);
size_t isup_circuit_count(const struct isup *isup);
/* In CIC order. */
void isup_circuit_each(struct isup *isup, void (*fn)(struct isup_circuit *circuit, void *arg), void *arg);

/* From the MTP user call-backs of the linkset that carries this OPC-DPC pair. octets start with the CIC. */
void isup_message_in(struct isup *isup, const uint8_t *octets, size_t n);
void isup_mtp_pause(struct isup *isup);
/* First resume after start: group reset of every circuit (Q.764 2.9.3.2). */
void isup_mtp_resume(struct isup *isup);

/* MTP-STATUS: congestion with its level, or the user part with the cause of Q.704 15.17.5 (0 unknown, 1 unequipped, 2
 * inaccessible). */
void isup_mtp_status(struct isup *isup, enum mtp_status_cause cause, unsigned level);
/* Our own congestion level, 0 to 2, for the other end to thin out its calls (Q.764 2.11). */
void isup_set_congestion(struct isup *isup, unsigned level);
/* Percent of our calls that are held back now. */
unsigned isup_congestion_share(const struct isup *isup);

/* Outgoing call (an IAM that asks for a continuity check has it done: ISUP_IND_CONTINUITY or _REATTEMPT follows):
 * selects an idle circuit by the hunting rule (Q.764 2.9.1.4: controlled circuits first), sets msg's CIC and
 * sends the IAM. 0 with *circuit, or -EAGAIN: no circuit (cause 34), -ENETUNREACH: DPC not available, -EBUSY: held
 * back as the other end is congested (cause 42). */
int isup_setup(struct isup *isup, struct isup_msg *iam, void *user, struct isup_circuit **circuit);
/* A message of the call: SAM, ACM, CPG, ANM, CON, SUS, RES, INR, INF, FOT, USR, FAC, PAM, CRG ...; the CIC and the
 * variant are set. -EPROTO in a state that does not allow it, or when the variant has no such message. */
int isup_send(struct isup_circuit *circuit, struct isup_msg *msg);
/* Release request, or response to ISUP_IND_RELEASE: sends REL or RLC as the state asks. The owner hears
 * ISUP_IND_RELEASED when the circuit is free; with user set to NULL before, it hears nothing more. */
void isup_release(struct isup_circuit *circuit, const struct isup_cause *cause);
/* The same with a REL that says more than a cause; its CIC is set. */
void isup_release_as(struct isup_circuit *circuit, const struct isup_msg *rel);
void isup_circuit_set_user(struct isup_circuit *circuit, void *user);

/* From inside ISUP_IND_INFO_REQUEST: the INF comes later. */
void isup_information_later(struct isup_circuit *circuit);
/* Whether the check tone was heard as Q.724 7 asks for. */
void isup_continuity_result(struct isup_circuit *circuit, bool good);
/* Checks an idle circuit by CCR (Q.764 2.1.8): -ENOENT, -EBUSY, -ENOTSUP. Repeated until it is good. */
int isup_continuity_check(struct isup *isup, uint16_t cic);

/* Maintenance (Q.764 2.8). Blocking a busy circuit lets its call end. hardware: CGB with the hardware oriented type. */
int isup_block(struct isup *isup, uint16_t cic);
int isup_unblock(struct isup *isup, uint16_t cic);
int isup_reset(struct isup *isup, uint16_t cic);
int isup_block_group(struct isup *isup, uint16_t first, unsigned count, bool hardware);
/* Blocks for a hardware failure; its calls end with this cause. */
int isup_fail_group(struct isup *isup, uint16_t first, unsigned count, enum q850_cause cause);
int isup_unblock_group(struct isup *isup, uint16_t first, unsigned count, bool hardware);
/* Asks for the states of circuits by CQM (national) and acts on what differs: -EINVAL, -EBUSY, -ENETUNREACH. */
int isup_query_group(struct isup *isup, uint16_t first, unsigned count);
/* Every circuit in its turn, a group at each interval; 0: none. */
void isup_set_query(struct isup *isup, uint32_t interval_ms);
int isup_reset_group(struct isup *isup, uint16_t first, unsigned count);
/* Asks by CVT (ANSI) whether the other end has the circuit; the log says what it answers. -ENOENT, -ENOTSUP. */
int isup_validate(struct isup *isup, uint16_t cic);

/* What a circuit shows. */
uint16_t isup_circuit_cic(const struct isup_circuit *circuit);
void *isup_circuit_user(const struct isup_circuit *circuit);
void *isup_circuit_bearer(const struct isup_circuit *circuit);
const struct isup *isup_circuit_isup(const struct isup_circuit *circuit);
/* "idle", "outgoing, wait ACM", ... */
const char *isup_circuit_state(const struct isup_circuit *circuit);
/* "-", "local", "remote", "local+remote hw" ... into text */
void isup_circuit_blocking(const struct isup_circuit *circuit, char *text, size_t cap);
bool isup_circuit_idle(const struct isup_circuit *circuit);
bool isup_circuit_usable(const struct isup_circuit *circuit); /* idle and not blocked, reset or paused */
bool isup_available(const struct isup *isup);		      /* DPC reachable and the first reset answered */
const char *isup_name(const struct isup *isup);
enum isup_variant isup_variant(const struct isup *isup);

#endif
