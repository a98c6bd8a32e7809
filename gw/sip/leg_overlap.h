/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Overlap dialling of SIP legs. Outgoing: one leg with several INVITEs (RFC 3578 3.2 to 3.4), or with digits by INFO.
 * Incoming: INVITEs that continue one another, or INFO (RFC 3578 3.5, RFC 4497 8.3.9). Part of leg_private.h.
 */
#ifndef SIP_LEG_OVERLAP_H
#define SIP_LEG_OVERLAP_H

#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/base/timer.h"
#include "gw/call/leg.h"
#include "gw/sip/dtmf_body.h"
#include "gw/sip/msg.h"
#include "gw/sip/transaction.h"

struct sip_leg;
struct sip_leg_fork;
struct sip_trunk;

/* ---- the leg that calls its peer ---- */

/* How the digits that follow are sent. */
struct sip_overlap_ops {
	bool many; /* INVITEs: each may fail by itself */
	/* Digits, or that there are no more. */
	void (*digits)(struct sip_leg *leg, const struct leg_event *event);
	/* A provisional response (not 100, 199) in its early dialog, NULL: it made none. True: it says nothing to the core. */
	bool (*provisional)(struct sip_leg *leg, struct sip_leg_fork *fork, const struct sip_msg *msg);
};

/* An INVITE that another one with more digits followed, while it has no final response. */
struct sip_leg_older {
	struct list_node node;
	struct sip_txn *txn; /* borrow */
	uint32_t cseq;
	unsigned rank;
	bool final;
	char *authorization; /* own: the credentials that it went with, NULL: none */
};

struct sip_leg_overlap_out {
	const struct sip_overlap_ops *ops;
	bool over;	   /* no more digits come: T10, ST, or the peer has all it needs */
	/* several INVITEs */
	struct list older; /* own */
	uint32_t cseq;	   /* of the latest */
	unsigned rank;	   /* digits in the latest */
	bool done;	   /* the latest has its final response */
	struct leg_release best; /* of the final responses so far; sip_status 0: none */
	unsigned best_rank;
	uint32_t cancel_ms;  /* how long those that are left have for a final response of their own after the answer */
	struct timer cancel; /* CANCEL for them */
	/* INFO */
	bool session_info; /* application/x-session-info, else application/dtmf-relay */
	bool ready;	   /* the peer takes digits in fork's dialog */
	bool busy;
	bool held, held_in_band; /* a 183 that waits for the last digit */
	struct sip_txn *info;	 /* borrow */
	size_t in_info;		 /* digits that the INFO under way has */
	size_t n_waiting;
	char waiting[LEG_DIGITS_MAX];
};

/* leg_overlap_out.c. -ENOMEM. A number that is complete needs nothing. */
int sip_leg_overlap_open(struct sip_leg *leg, const struct leg_setup *setup) __attribute__((warn_unused_result));
void sip_leg_overlap_free(struct sip_leg *leg);
/* Transactions of it are left. */
bool sip_leg_overlap_busy(const struct sip_leg *leg);
void sip_leg_overlap_digits(struct sip_leg *leg, const struct leg_event *event);
/* How many digits the INVITE had that this response is for: media of more goes before media of less (3.3). */
unsigned sip_leg_overlap_rank(const struct sip_leg *leg, const struct sip_msg *msg);
bool sip_leg_overlap_provisional(struct sip_leg *leg, struct sip_leg_fork *fork, const struct sip_msg *msg);
/* The core was told of progress: no more digits come. */
void sip_leg_overlap_progressed(struct sip_leg *leg);
/* A final response, no 2xx, of which release tells; true: the leg goes on. */
bool sip_leg_overlap_failure(struct sip_leg *leg, const struct sip_msg *msg, struct leg_release *release);
/* The same without a response; by the CSeq number of the INVITE, 0: the latest. */
bool sip_leg_overlap_refused(struct sip_leg *leg, uint32_t cseq, const struct leg_release *release);
/* The CSeq number of a transaction's INVITE. */
uint32_t sip_leg_overlap_cseq(const struct sip_leg *leg, const struct sip_txn *txn);
/* True: the INVITE of that CSeq number was followed by another; lines: the credentials that it went with, NULL: none. */
bool sip_leg_overlap_authorization(const struct sip_leg *leg, uint32_t cseq, const char **lines);
void sip_leg_overlap_ended(struct sip_leg *leg, const struct sip_txn *txn);
/* 3.4: one was answered, the others are cancelled, now or after the route's time. */
void sip_leg_overlap_answered(struct sip_leg *leg, uint32_t cseq);
/* The call is over: they are cancelled now. */
void sip_leg_overlap_hung_up(struct sip_leg *leg);
/* CANCEL for all that have no final response; false: there is none. */
bool sip_leg_overlap_cancel(struct sip_leg *leg, struct str reason);

/* leg_uac.c, leg_redirect.c: what it needs of them */
int sip_leg_to_set(struct sip_leg *leg, const struct leg_setup *setup) __attribute__((warn_unused_result));
void sip_leg_progress_raise(struct sip_leg *leg, unsigned status, bool in_band);
/* What a 3xx says: Contacts to try, and what to end with when they are of no use. */
void sip_leg_redirect_note(struct sip_leg *leg, const struct sip_msg *msg, struct leg_release *release);

/* leg_overlap_info.c */
extern const struct sip_overlap_ops sip_overlap_info, sip_overlap_184;

/* ---- the leg that its peer calls ---- */

struct sip_leg_overlap_in {
	struct hash_node node; /* by Call-ID and From tag, in the user agent's table */
	bool listed;
	bool open;	 /* digits may come */
	bool told;	 /* the peer was asked for them, by 183 or 184 */
	uint32_t cseq;	 /* of the latest INVITE */
	struct leg_number number; /* so far */
	struct timer timer; /* T10 or T35 */
};

/* leg_uas.c. Takes the place of the INVITE before, which gets 484; false: it was refused, and the leg with it. */
bool sip_leg_uas_replace(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg);

/* leg_overlap_in.c. -ENOMEM. */
int sip_leg_overlap_in_open(struct sip_leg *leg, const struct sip_msg *msg, const struct leg_number *called)
	__attribute__((warn_unused_result));
/* Nothing continues this call any more. */
void sip_leg_overlap_in_close(struct sip_leg *leg);
/* The number is complete, or the call is over. */
void sip_leg_overlap_in_done(struct sip_leg *leg);
/* An INVITE without a To tag; false: it is a call of its own. */
bool sip_leg_overlap_in_take(struct sip_trunk *trunk, struct sip_txn *txn, const struct sip_msg *msg);
/* The core: what is awaited, or that the number is complete. */
void sip_leg_overlap_in_digits(struct sip_leg *leg, const struct leg_event *event);
/* An INFO with digits of the number; false: it has others. */
bool sip_leg_overlap_in_info(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg);
timer_fn sip_leg_overlap_in_expired;

#endif
