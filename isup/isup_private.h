/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What the files of the ISUP procedures (Q.764) share. A circuit's call is one state machine held as data in
 * call_table.c: isup_call_event looks the pair (state, event) up, enters the next state and calls the action, which
 * sets timers, sends and only then tells the owner, who may do anything from inside that call-back. Whoever goes on
 * using a circuit after something that can reach the owner holds it with isup_circuit_enter and _leave.
 */
#ifndef ISUP_ISUP_PRIVATE_H
#define ISUP_ISUP_PRIVATE_H

#include "gw/base/counter.h"
#include "gw/base/list.h"
#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "isup/call_table.h"
#include "isup/procedures.h"

#define ISUP_GROUP_MAX 32   /* circuits of one group message of ours: Q.763 3.43, range 1 to 31 */
#define ISUP_RANGE_MAX 256  /* circuits that a received group message may speak of */

/* Timers of one circuit: those of its call, the quick and slow repeat of its maintenance message, that of its continuity
 * check (T8, T24 to T27 or T36), and T34 of a message whose second segment is awaited. */
enum circuit_timer {
	CIC_T1, CIC_T2, CIC_T3, CIC_T5, CIC_T6, CIC_T7, CIC_T9, CIC_T10, CIC_T35, CIC_T33, CIC_T38, CIC_CALL_TIMERS,
	CIC_REPEAT = CIC_CALL_TIMERS, CIC_SLOW, CIC_CHECK, CIC_T34, CIC_TIMERS
};

/* Bits of blocked. Unequipped: UCIC came; counts as the other end's blocking. */
enum {
	BLOCK_LOCAL = 1, BLOCK_LOCAL_HW = 2, BLOCK_REMOTE = 4, BLOCK_REMOTE_HW = 8, BLOCK_UNEQUIPPED = 16,
	BLOCK_BY_US = BLOCK_LOCAL | BLOCK_LOCAL_HW,
	BLOCK_BY_PEER = BLOCK_REMOTE | BLOCK_REMOTE_HW | BLOCK_UNEQUIPPED
};

/* A maintenance message of one circuit that awaits its answer. */
enum maintenance { MAINT_NONE, MAINT_BLO, MAINT_UBL, MAINT_RSC };

/* Where the continuity check of a circuit is (Q.764 2.1.8, Q.724 7). */
enum check_st {
	CHECK_NONE,
	CHECK_OG_TONE,	   /* our IAM asked for it: the tone is out, T24 */
	CHECK_OG_FAILED,   /* T25, from the second failure on T26, until it is repeated */
	CHECK_OG_AGAIN,	   /* CCR sent, the tone is out, T24 */
	CHECK_IC_LOOP,	   /* IAM received: looped, COT awaited, T8 */
	CHECK_IC_PREVIOUS, /* IAM received: COT awaited from a check of a circuit before this one, T8 */
	CHECK_IC_FAILED,   /* COT (failed) received: CCR awaited, T27 */
	CHECK_IC_AGAIN,	   /* CCR received: looped, COT or REL awaited, T36 */
	CHECK_IC_RESERVED, /* CRM received: IAM awaited, TCRA; looped if it asked for that */
	CHECK_STS
};

struct isup_circuit {
	struct isup *isup;	  /* borrow */
	struct list_node waiting; /* for the healer's next token */
	struct isup_msg *segment; /* own: received, its SGM is awaited; or NULL */
	struct isup_msg *rel;	  /* own: what our REL says more than its cause; or NULL */
	struct isup_msg *iam;	  /* own: received, and kept from the owner until continuity is sure; or NULL */
	struct list_node choice;  /* in isup's choice while it could be seized */
	void *user, *bearer;	  /* borrow: the owner of its call, the timeslot */
	struct isup_group *reset; /* borrow: the group reset under way, or NULL */
	const char *alarm;	  /* literal: raised now, or NULL */
	uint64_t differs;	  /* call + 1 when the other end had another state by CQM; 0: it had not */
	uint64_t call;		  /* serial of its last seizure */
	uint64_t freed;		  /* serial of its last release: longest idle is least */
	struct isup_cause cause;  /* of our REL */
	struct isup_digits digits; /* incoming: so far */
	uint16_t cic;
	uint8_t state;	     /* enum circuit_st; written by isup_call_event alone */
	uint8_t blocked;     /* BLOCK_ bits */
	uint8_t maintenance; /* enum maintenance */
	uint8_t check;	     /* enum check_st; written by continuity.c alone */
	uint8_t depth;	     /* nested uses; neither taken away nor seized before 0 */
	uint8_t heal, healed_by; /* enum heal_st: what it does, and its last step; healer.c alone */
	uint64_t heard;		 /* isup's, at the healer's last step */
	bool check_repeated; /* the check has failed before: T26 */
	bool cause_in_rlc;   /* cause is for the RLC that answers a REL with something unknown in it */
	bool info_owed;	     /* INR received, nobody has taken it on to answer */
	bool gra_due;	     /* its group reset was over without a GRA, which may still come */
	bool fresh;	     /* never reset: MTP was not there yet */
	bool retire;	     /* to be taken away when idle */
	bool complete;	     /* incoming: digits are sufficient */
	bool told_usable;    /* what circuit_changed last said */
	char subject[48];    /* trunk:cic */
	struct timer timers[CIC_TIMERS];
};

/* Circuits that could be seized if the other end can be reached: those that we control in a dual seizure, and the others.
 * In each class by CIC, and by the time of their last release. */
struct isup_choice {
	struct {
		uint64_t *cics; /* own: a bit each */
		struct list by_release;
	} classes[2];
};

struct isup {
	struct isup_conf conf;
	char name[40];
	struct isup_user user;
	struct timer_heap *heap; /* borrow */
	struct mtp *mtp;	 /* borrow; NULL before isup_attach */
	struct isup_circuit **circuits;		  /* own: cics of them */
	unsigned cics;				  /* 4096, ANSI 16384 */
	unsigned first, end;			  /* circuits are in [first, end) */
	size_t n_circuits;
	struct list groups; /* own: struct isup_group */
	struct isup_choice choice;
	struct isup_congestion congestion;
	struct isup_query query;
	struct timer t4;
	struct { /* ANSI: the group reset taken last, whose repetition is answered and no more */
		uint64_t until_us;
		uint16_t first, range;
	} taken;
	struct isup_healer *healer; /* borrow; NULL: none */
	unsigned heal_steps;
	uint64_t heard; /* messages received */
	uint64_t serial;
	uint16_t cyclic;	  /* CIC used last */
	bool paused, started;	  /* started: MTP was there once */
	bool user_part_lost, reset_done; /* by MTP-STATUS; the other end has answered a reset */
	struct {
		const struct isup_msg *msg; /* an IAM whose owner is not known yet: traced once it is */
		const uint8_t *octets;
		size_t n;
	} untraced;
};

extern struct counter isup_bad_messages, isup_unknown_types, isup_unexpected, isup_dual_seizures, isup_resets,
	isup_blockings, isup_timer_releases, isup_overloads;

static inline bool isup_is_ansi(const struct isup *isup)
{
	return isup->conf.variant == ISUP_ANSI;
}

/* circuit.c */
void isup_circuit_enter(struct isup_circuit *circuit);
/* The circuit may be gone afterwards. */
void isup_circuit_leave(struct isup_circuit *circuit);
void isup_circuit_free(struct isup_circuit *circuit);
void isup_refresh_all(struct isup *isup);
void isup_call_timer_start(struct isup_circuit *circuit, enum circuit_timer which);
void isup_call_timer_stop(struct isup_circuit *circuit, enum circuit_timer which);
void isup_call_timers_stop(struct isup_circuit *circuit);
/* Nobody owns it, nobody is busy with it. */
bool isup_circuit_vacant(const struct isup_circuit *circuit);
void isup_log(const struct isup_circuit *circuit, enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* choice.c */
int isup_choice_init(struct isup *isup); /* -ENOMEM */
void isup_choice_close(struct isup *isup);
/* The circuit has changed. */
void isup_choice_update(struct isup_circuit *circuit);
void isup_choice_forget(struct isup_circuit *circuit);
/* The circuit to be seized next, NULL: none. */
struct isup_circuit *isup_hunt(struct isup *isup);
/* Q.764 2.9.1.4: whether our IAM stands on a circuit that both ends seize. */
bool isup_circuit_controlled(const struct isup_circuit *circuit);

/* call.c */
bool isup_goes_with_call(uint8_t type);
/* The owner is told of a call that may go on. */
void isup_offer(struct isup_circuit *circuit, const struct isup_msg *iam);
void isup_call_event(struct isup_circuit *circuit, enum circuit_ev ev, struct call_input *in);
void isup_iam_received(struct isup_circuit *circuit, const struct isup_msg *msg);
struct isup_cause isup_cause_of(enum q850_cause value);
void isup_indicate(struct isup_circuit *circuit, enum isup_ind ind, const struct isup_msg *msg,
		   const struct isup_cause *cause);

/* maintenance.c */
/* The other end does not have the circuit; msg NULL: it said so by CQR. */
void isup_unequipped(struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_circuit_message(struct isup_circuit *circuit, const struct isup_msg *msg);
/* slow: T17 alone, after T5 (Q.764 2.9.6) */
void isup_maintenance_start(struct isup_circuit *circuit, enum maintenance what, bool slow);
void isup_maintenance_stop(struct isup_circuit *circuit);
void isup_maintenance_repeat(struct isup_circuit *circuit);
void isup_circuit_alarm(struct isup_circuit *circuit, const char *what);
void isup_reset_begin(struct isup_circuit *circuit);
void isup_peer_unblocked(struct isup_circuit *circuit);
void isup_reblock(struct isup_circuit *circuit);
timer_fn isup_repeat_expired, isup_slow_expired;

/* group.c, group_received.c */
bool isup_group_message(struct isup *isup, const struct isup_msg *msg);
/* The other end has reset the circuit: it is no longer awaited from the answer to our own group reset. */
void isup_group_reset_by_peer(struct isup_circuit *circuit);
/* CGB or CGU for the circuits whose own flags ask for it. -ENOMEM. */
int isup_group_block(struct isup *isup, enum isup_type type, uint16_t first, unsigned count, bool hardware);
void isup_reset_fresh(struct isup *isup);
void isup_groups_forget(struct isup *isup, const struct isup_circuit *circuit);
/* The circuit, still resetting, is no longer awaited from the answer to our group reset. */
void isup_group_leave(struct isup_circuit *circuit);
void isup_groups_repeat(struct isup *isup);
void isup_groups_free(struct isup *isup);

#endif
