/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The parts of a SIP leg that have files of their own: what they keep, and what the other files ask of them. */
#ifndef SIP_LEG_PARTS_H
#define SIP_LEG_PARTS_H

#include "gw/base/list.h"
#include "gw/base/timer.h"
#include "gw/call/leg.h"
#include "gw/sip/dtmf_body.h"
#include "gw/sip/progress_fields.h"
#include "gw/sip/session.h"
#include "gw/sip/transaction.h"

#define LEG_INFO_MAX	    32
#define LEG_PROVISIONAL_MAX 8
#define LEG_REPEAT_MS	    60000 /* RFC 3261 13.3.1.1: a provisional response every minute */

struct sip_leg;
struct sip_leg_fork;

/* A 2xx to INVITE or re-INVITE that is sent until its ACK comes (13.3.1.4). */
struct sip_leg_accept {
	struct sip_txn *txn; /* borrow; NULL: none is under way */
	char *text;	     /* own: the 2xx */
	size_t n;
	uint32_t cseq;
	uint32_t interval_ms;
	bool active;
	bool offered; /* the 2xx has the offer, the ACK the answer */
	struct timer resend, give_up;
};

/* Digits to be sent by INFO. */
struct sip_leg_info {
	struct sip_txn *txn; /* borrow */
	bool busy;	     /* no final response yet */
	unsigned n;
	struct dtmf_digit *waiting; /* own: LEG_INFO_MAX; NULL: none was ever to be sent */
	struct dtmf_digit sending;
};

/* Whether the peer of an answered call is still there. */
struct sip_leg_check {
	struct sip_txn *txn; /* borrow: OPTIONS */
	uint64_t heard_us;   /* when the last message of the peer came in the dialog */
	uint64_t sent_us;
	unsigned unsent; /* in a row */
	struct timer timer;
};

struct sip_leg_reply {
	unsigned status;
	bool sdp;			   /* the session's local description */
	const struct sip_session *session; /* NULL: the leg's */
	const struct leg_release *release; /* Reason, Contact of a 301, Retry-After; NULL: none */
	unsigned ended_by;		   /* Reason of a 199: the status that follows */
	uint32_t rseq;			   /* sent reliably, 0: not */
	const struct leg_number *connected;
	const struct leg_uui *user_to_user; /* NULL: the release's, if any */
};

/* A provisional response of ours that waits until the one before is acknowledged. */
struct sip_leg_provisional {
	unsigned status;
	enum q850_cause cause; /* that is told of in band (RFC 6432), NONE: none */
	enum q850_location location;
	struct leg_uui user_to_user;
};

/* Provisional responses to the INVITE that are sent until their PRACK comes (RFC 3262 3). */
struct sip_leg_reliable {
	bool on;       /* the peer can, and the trunk wants it */
	bool required; /* the peer wants nothing else */
	uint32_t cseq; /* of the INVITE */
	uint32_t rseq; /* of the last one, 0: none was sent */
	bool unacked;
	bool sdp;	/* the unacknowledged one has a description, */
	bool offered;	/* which is an offer: its PRACK brings the answer */
	bool described; /* the INVITE has its offer or answer */
	bool settled;	/* and the peer has it: further offers may go (RFC 3311 5.1) */
	struct leg_answer *answer; /* own: it waits for the PRACK; NULL: none does */
	char *text; /* own: the unacknowledged one */
	size_t n;
	uint32_t interval_ms;
	unsigned n_waiting;
	struct sip_leg_provisional waiting[LEG_PROVISIONAL_MAX];
	struct timer resend, give_up;
};

/* A PRACK of ours. */
struct sip_leg_prack {
	struct list_node node;	   /* of its dialog's */
	struct sip_leg_fork *fork; /* borrow */
	struct sip_txn *txn;	   /* borrow */
	uint32_t rseq, cseq;
};

/* A re-INVITE of ours that another one or a BYE has followed: each 2xx that still comes gets its ACK (RFC 3261 13.2.2.4). */
struct sip_leg_past {
	struct list_node node;	   /* of its dialog's */
	struct sip_leg_fork *fork; /* borrow */
	struct sip_txn *txn;	   /* borrow */
};

/* RSeq counts for each INVITE by itself (RFC 3262 3 and 4), and a peer may answer several of ours in one dialog. */
struct sip_leg_rseq {
	struct list_node node; /* of its dialog's */
	uint32_t cseq;	       /* of an INVITE that a later one has overtaken */
	uint32_t rseq;	       /* of its last reliable response in order */
};

/* What an early dialog said. */
struct sip_leg_early {
	uint32_t rseq; /* of the last reliable response in order to the fork's INVITE, 0: none */
	struct list overtaken; /* own: the same of INVITEs before that one */
	bool answered; /* its answer came reliably: offers may follow (RFC 3311 5.1) */
	bool updates;  /* the peer's Allow has UPDATE */
	bool ringing;  /* 180 came */
	unsigned turn; /* counts up each time that it speaks: media follows the last */
	struct sip_early_media media;
	struct list pracks; /* own */
};

/* Early media of a call of ours, as it was put into force. */
struct sip_leg_gate {
	struct sip_leg_fork *fork; /* borrow; NULL: none yet */
	bool send, receive;
	bool rings; /* ringback is ours, whatever the peer sends */
};

/* leg_prack.c: as the one that is called */
int sip_leg_reliable_open(struct sip_leg *leg);
void sip_leg_reliable_close(struct sip_leg *leg);
void sip_leg_reliable_begin(struct sip_leg *leg, const struct sip_msg *invite);
/* A provisional response, reliably where that was agreed on. */
void sip_leg_provisional_send(struct sip_leg *leg, const struct sip_leg_provisional *p);
/* RFC 6228 5: the early dialog ends with the failure that follows. */
void sip_leg_early_end_send(struct sip_leg *leg, unsigned status);
/* A final response goes: nothing is sent again, and what is unacknowledged may still get its PRACK. */
void sip_leg_reliable_final(struct sip_leg *leg);
void sip_leg_prack(struct sip_leg *leg, struct sip_txn *txn, struct sip_msg *msg);

/* leg_rack.c: as the one that calls. False: the response came before, or too early, and is not to be looked at. */
bool sip_leg_reliable_take(struct sip_leg_fork *fork, const struct sip_msg *msg);
void sip_leg_pracks_drop(struct sip_leg_fork *fork);
/* The dialog goes on with a later INVITE. */
void sip_leg_reliable_overtaken(struct sip_leg_fork *fork);
/* The early dialog does not answer our requests in it. */
void sip_leg_early_lost(struct sip_leg_fork *fork, unsigned status);

/* leg_update.c */
void sip_leg_update(struct sip_leg_fork *fork, struct sip_txn *txn, struct sip_msg *msg);
/* What we want goes by UPDATE: the peer takes it, or the dialog is early. */
bool sip_leg_update_fits(const struct sip_leg *leg);
bool sip_leg_offer_possible(const struct sip_leg *leg);
extern const struct sip_client_ops sip_leg_update_ops;

/* leg_check.c */
int sip_leg_check_open(struct sip_leg *leg);
void sip_leg_check_close(struct sip_leg *leg);
/* The leg is up, or is no more. */
void sip_leg_check_start(struct sip_leg *leg);
void sip_leg_check_stop(struct sip_leg *leg);
/* A message of the peer came in the dialog. */
void sip_leg_heard(struct sip_leg *leg);

/* leg_early.c: the early dialogs of a call of ours, and their media */
void sip_leg_provisional(struct sip_leg *leg, const struct sip_msg *msg);
/* What every message in a dialog tells of its sender. */
void sip_leg_early_heard(struct sip_leg_fork *fork, const struct sip_msg *msg);
/* Media of the dialog that is to be heard, as far as it may be. True: the peer's is. */
bool sip_leg_early_apply(struct sip_leg *leg);
/* The same, and the core is told when that changed. */
void sip_leg_early_changed(struct sip_leg *leg);
/* The same, after dialogs ended while the call goes on: the core hears of silence, too. */
void sip_leg_early_ended(struct sip_leg *leg);
/* The call was answered: nothing is held back. */
void sip_leg_early_over(struct sip_leg *leg);
/* Media before the answer may go to the peer that called. */
bool sip_leg_early_allowed(const struct sip_leg *leg);
/* 0: the dialog's first description is there (13.2.1). */
int sip_leg_fork_settle(struct sip_leg_fork *fork, const struct sip_msg *msg);
/* The session of a dialog: its own since an UPDATE in it, else the leg's. */
struct sip_session *sip_leg_fork_session(struct sip_leg_fork *fork);
/* An early dialog gets a session of its own before it is changed. -ENOMEM. */
int sip_leg_fork_part(struct sip_leg_fork *fork) __attribute__((warn_unused_result));

#endif
