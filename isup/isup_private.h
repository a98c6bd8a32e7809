/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of the ISUP procedures share. */
#ifndef ISUP_ISUP_PRIVATE_H
#define ISUP_ISUP_PRIVATE_H

#include "gw/base/counter.h"
#include "gw/base/list.h"
#include "isup/isup.h"

#define ISUP_CICS      4096 /* 12 bits */
#define ISUP_GROUP_MAX 32   /* circuits of one group message: Q.763 3.43, range 1 to 31 */

enum circuit_st {
	CIC_IDLE,
	CIC_OG_WAIT_ACM, /* IAM sent */
	CIC_OG_WAIT_ANM, /* ACM received */
	CIC_OG_ACTIVE,
	CIC_IC_WAIT_ACM, /* IAM received */
	CIC_IC_WAIT_ANM, /* ACM sent */
	CIC_IC_ACTIVE,
	CIC_RELEASE_IND, /* REL came: the owner is asked to let go, RLC is owed */
	CIC_WAIT_RLC,	 /* REL sent */
	CIC_RESETTING,	 /* RSC or GRS sent */
	CIC_STS
};

enum circuit_ev {
	CIC_EV_IAM,
	CIC_EV_SAM,
	CIC_EV_ACM,
	CIC_EV_CPG,
	CIC_EV_ANM,
	CIC_EV_CON,
	CIC_EV_SUS,
	CIC_EV_RES,
	CIC_EV_REL,
	CIC_EV_RLC,
	CIC_EV_WAIT_EXPIRED, /* T7, T9, T2, T6, T10 or T35: circuit->wait_id */
	CIC_EV_RELEASE_REQ,
	CIC_EVS
};

/* Bits of blocked. */
enum { BLOCK_LOCAL = 1, BLOCK_LOCAL_HW = 2, BLOCK_REMOTE = 4, BLOCK_REMOTE_HW = 8 };

/* Maintenance of one circuit that awaits its acknowledgement. */
enum maintenance { MAINT_NONE, MAINT_BLO, MAINT_UBL, MAINT_RSC };

struct isup_circuit {
	struct isup *isup; /* borrow */
	void *user, *bearer;
	uint16_t cic;
	uint8_t state;	     /* enum circuit_st */
	uint8_t blocked;
	uint8_t maintenance; /* enum maintenance */
	bool retire;
	bool backward;	     /* a backward message came: no re-attempt any more */
	bool complete;	     /* incoming overlap: digits are sufficient */
	unsigned digits;     /* incoming: so far */
	enum isup_timer_id wait_id;
	uint64_t used;	     /* serial of its last call, for least recently used */
	struct isup_cause cause; /* of our REL */
	struct timer wait, t1, t5, repeat, slow;
};

/* A group message that awaits its acknowledgement. */
struct isup_group {
	struct list_node node;
	struct isup *isup; /* borrow */
	uint8_t type;	   /* ISUP_GRS, ISUP_CGB, ISUP_CGU */
	bool hardware;
	bool alarmed;
	uint16_t first;
	uint8_t count;
	struct timer repeat, slow;
};

struct isup {
	struct isup_conf conf;
	char name[40];
	struct isup_user user;
	struct timer_heap *heap; /* borrow */
	struct mtp *mtp;	 /* borrow; NULL before isup_attach */
	struct isup_circuit *circuits[ISUP_CICS]; /* own */
	size_t n_circuits;
	struct list groups; /* own */
	uint64_t serial;
	uint16_t cyclic; /* CIC used last */
	bool paused, reset_done;
	/* The IAM being received: traced once its owner is known, so that the trace carries the call. */
	struct {
		struct isup_circuit *circuit;
		const struct isup_msg *msg;
		const uint8_t *octets;
		size_t n;
	} untraced;
};

extern struct counter isup_bad_messages, isup_unknown_types, isup_unexpected, isup_dual_seizures, isup_resets,
	isup_blockings, isup_timer_releases;

/* isup.c */
int isup_transmit(struct isup *isup, struct isup_circuit *circuit, const struct isup_msg *msg);
void isup_transmit_plain(struct isup_circuit *circuit, enum isup_type type);
void isup_trace_received(struct isup *isup);
void isup_trace_timer(struct isup_circuit *circuit, const char *name, const char *what);
void isup_log(const struct isup_circuit *circuit, int level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void isup_alarm(struct isup *isup, const char *what, unsigned cic, bool raised);

/* call.c */
void isup_circuit_set_state(struct isup_circuit *circuit, enum circuit_st state);
void isup_call_event(struct isup_circuit *circuit, enum circuit_ev ev, const struct isup_msg *msg);
void isup_indicate(struct isup_circuit *circuit, enum isup_ind ind, const struct isup_msg *msg, const struct isup_cause *cause);
/* The call on the circuit is over without a word of its own (reset, blocking by hardware): timers stop, the owner hears
 * RELEASED or, before any backward message of an outgoing call, REATTEMPT; the circuit is left in this state. */
void isup_call_abandon(struct isup_circuit *circuit, enum circuit_st next);
void isup_call_idle(struct isup_circuit *circuit);
timer_fn isup_wait_expired, isup_t1_expired, isup_t5_expired;
const char *isup_circuit_state_name(unsigned state);

/* maintenance.c */
bool isup_maintenance_message(struct isup *isup, struct isup_circuit *circuit,
			      const struct isup_msg *msg);
/* An acknowledgement of a group whose first circuit was taken away meanwhile; false: it is no such message. */
bool isup_group_ack(struct isup *isup, const struct isup_msg *msg);
void isup_maintenance_start(struct isup_circuit *circuit, enum maintenance what);
timer_fn isup_repeat_expired, isup_slow_expired;
void isup_groups_free(struct isup *isup);
/* Sends what awaits an answer again. */
void isup_groups_repeat(struct isup *isup);
void isup_repeat_pending(struct isup_circuit *circuit, void *arg);
int isup_group_start(struct isup *isup, enum isup_type type, uint16_t first, unsigned count, bool hardware);
void isup_reset_all(struct isup *isup);

#endif
