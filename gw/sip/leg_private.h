/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of the SIP leg share: leg.c (life, core's events, BYE), leg_uas.c, leg_uac.c, leg_reinvite.c, leg_msg.c. */
#ifndef SIP_LEG_PRIVATE_H
#define SIP_LEG_PRIVATE_H

#include "gw/call/call.h"
#include "gw/sip/leg_overlap.h"
#include "gw/sip/leg_parts.h"
#include "gw/sip/credentials.h"
#include "gw/sip/leg.h"
#include "gw/sip/ua_private.h"

#define LEG_URI_MAX	  512
#define LEG_FORKS_MAX	  16

enum sip_leg_state {
	SIP_LEG_INVITED,   /* UAS: no final response sent */
	SIP_LEG_ACCEPTED,  /* UAS: 2xx sent, no ACK yet */
	SIP_LEG_CALLING,   /* UAC: no final response received */
	SIP_LEG_CANCELLED, /* UAC: given up, the final response is awaited */
	SIP_LEG_UP,
	SIP_LEG_ENDING, /* the core has let go and the peer knows: transactions finish */
	SIP_LEG_STATES
};

/* What the core says in a state: one of the three. */
struct sip_leg_pair {
	void (*act)(struct sip_leg *leg, const struct leg_event *event);
	const char *ignored, *impossible; /* why nothing comes of it */
};

enum sip_leg_hold { SIP_LEG_HELD = 1, SIP_LEG_SUSPENDED = 2 };

/* One dialog of the leg: a UAS has one, a UAC one for each fork that spoke (13.2.2.4). */
struct sip_leg_fork {
	struct list_node node;
	struct sip_leg *leg; /* borrow */
	struct sip_dialog dialog;
	struct sip_settled settled;
	bool has_settled;
	unsigned rank;	     /* digits of the INVITE that it answers, where there are several */
	uint32_t cseq;	     /* UAC: of that INVITE */
	bool acked;	     /* its 2xx was acknowledged once */
	struct sip_leg_early early;
	struct sip_session *session; /* own: where an UPDATE made it differ from the leg's, else NULL */
	struct list past;    /* own: re-INVITEs that may still get a 2xx */
	struct sip_txn *bye; /* borrow */
	bool bye_done;	     /* answered, or given up */
};

struct sip_leg {
	struct leg leg; /* first */
	struct list_node node;
	struct sip_ua *ua;	 /* borrow */
	struct sip_trunk *trunk; /* borrow */
	enum sip_leg_state state;
	char id[CALL_ID_MAX];
	char number[LEG_DIGITS_MAX + 2]; /* the called number, for show */
	struct sip_session session;
	enum sdp_direction want; /* of our media: SDP_SENDONLY while the other side holds */
	unsigned held_by;	 /* enum sip_leg_hold: why the other side hears nothing */
	enum sdp_direction said; /* what the peer was told of it last */
	bool peer_held;		 /* the peer holds us */
	bool events_agreed;	 /* on telephone-event: digits come by it */
	struct sip_leg_info info;
	struct sip_leg_check check;
	struct list forks;	   /* own */
	unsigned n_forks;
	struct sip_leg_fork *fork; /* borrow of forks: the one that the call goes on with */
	struct sip_txn *invite;	   /* borrow: the initial INVITE */
	struct sip_leg_accept accept;
	struct leg_release release; /* why it ends: Reason of a BYE that is still owed */
	bool bye_owed;		    /* not before the ACK came (15) */
	unsigned progress; /* UAS, as the next: the last 18x sent, 0: none */
	bool early_sdp;	   /* the answer is in every 18x from now on */
	bool delayed;	   /* the INVITE had no offer: ours goes into the first reliable response */
	bool tells_early;  /* the peer understands P-Early-Media */
	const char *early_said; /* value of our P-Early-Media; NULL: none */
	struct sip_leg_reliable reliable;
	struct timer repeat, expires;
	struct sip_leg_overlap_in dialled;
	struct sip_leg_outgoing *out; /* own; UAC, as the next */
	struct sip_leg_overlap_out *overlap; /* own; NULL: the number was complete */
	struct sip_leg_gate gate;
	unsigned turn;
	struct sip_credentials credentials;
	/* re-INVITE or UPDATE of ours */
	struct sip_txn *reinvite; /* borrow */
	struct sip_leg_fork *reinvite_fork; /* borrow: the dialog that it is in */
	bool reinvite_busy;	  /* no final response yet */
	bool reinvite_accepted;	  /* a re-INVITE that got its 2xx */
	unsigned offer_tries;	  /* put off by the peer in a row */
	struct timer glare;
	struct timer reap; /* frees the leg when nothing points at it any more */
};

/* leg.c */
extern const struct leg_ops sip_leg_ops;
const struct sip_leg_pair *sip_leg_pair(enum sip_leg_state state, enum leg_ev ev);
/* own; in the user agent's list. NULL when out of memory. */
struct sip_leg *sip_leg_new(struct sip_trunk *trunk, enum sip_leg_state state);
void sip_leg_state_set(struct sip_leg *leg, enum sip_leg_state state);
struct sip_leg_fork *sip_leg_fork_new(struct sip_leg *leg);
void sip_leg_fork_free(struct sip_leg_fork *fork);
void sip_leg_forks_drop(struct sip_leg *leg);
/* Of an INVITE that has its final response, or is made again: by its CSeq number (12.3). */
void sip_leg_forks_drop_of(struct sip_leg *leg, uint32_t cseq);
/* Frees the leg soon, when the core and every transaction have let go. */
void sip_leg_settle(struct sip_leg *leg);
/* Nothing but transactions is left. A UAS has sent its final response. */
void sip_leg_over(struct sip_leg *leg);
/* The peer ended it: asks the core, which answers with RELEASED. No BYE follows. */
void sip_leg_ended(struct sip_leg *leg, const struct leg_release *release);
/* We end a dialog that is up, with a BYE as soon as that may be sent, and ask the core when it still has the call. */
void sip_leg_abort(struct sip_leg *leg, enum q850_cause cause);
void sip_leg_bye(struct sip_leg_fork *fork, const struct leg_release *release);
/* Of a final response, by the trunk's profile; warning: the code of its Warning header, 0: none. */
enum q850_cause sip_leg_cause(const struct sip_leg *leg, unsigned status, unsigned warning);
/* Cause of a BYE, CANCEL or final response: its Reason (RFC 3326), else cause. */
struct leg_release sip_leg_release_read(const struct sip_msg *msg, enum q850_cause cause, enum q850_location location);
/* The call's id and the called number, for logs and show. */
void sip_leg_name(struct sip_leg *leg, const struct call *call, const struct leg_number *called);
void sip_leg_raise(struct sip_leg *leg, enum leg_ev ev);
/* Counted and logged: what should have been an answer to our offer is none. */
void sip_leg_bad_answer(const struct sip_leg *leg, const char *where);
bool sip_leg_body(const struct sip_msg *msg, struct str *sdp);

/* leg_media.c: NULL channel: calls run without media. */
int sip_leg_media_open(struct sip_leg *leg, const struct call *call, enum session_bearer bearer)
	__attribute__((warn_unused_result));
void sip_leg_media_apply(struct sip_leg *leg, const struct sip_settled *settled);

/* leg_msg.c */
int sip_leg_reply(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *request,
		  const struct sip_leg_reply *reply, struct str *text);
/* A request in the dialog, written into the user agent's buffer; sdp: with the local description. */
int sip_leg_request_write(struct sip_leg_fork *fork, enum sip_method method, uint32_t cseq, bool sdp,
			  const struct leg_release *release, struct str *text) __attribute__((warn_unused_result));
/* Looks at a response to a request of ours: true: it is to be sent again, with credentials. */
bool sip_leg_challenged(struct sip_leg *leg, const struct sip_msg *msg);
/* The ACK for a 2xx, each time that it comes (13.2.2.4). */
void sip_leg_ack_send(struct sip_leg_fork *fork, uint32_t cseq);

/* leg_accept.c: sends and keeps a 2xx. */
int sip_leg_accept_open(struct sip_leg *leg);
void sip_leg_accept_close(struct sip_leg *leg);
void sip_leg_accept_start(struct sip_leg *leg, struct sip_txn *txn, uint32_t cseq, struct str text);
/* The ACK is there, or will not come. */
void sip_leg_accept_stop(struct sip_leg *leg);
extern const struct sip_server_ops sip_leg_accept_ops;

/* leg_uas.c, leg_uac.c: events of the core while there is no final response */
void sip_leg_uas_progress(struct sip_leg *leg, const struct leg_event *event);
void sip_leg_uas_answer(struct sip_leg *leg, const struct leg_event *event);
void sip_leg_uas_release(struct sip_leg *leg, const struct leg_release *release);
void sip_leg_uas_bye(struct sip_leg *leg, const struct leg_release *release);
void sip_leg_uas_answer_send(struct sip_leg *leg, const struct leg_answer *answer);
void sip_leg_uac_release(struct sip_leg *leg, const struct leg_release *release);
/* RFC 3398 8.2.3: what a provisional response tells the core. */
void sip_leg_progress_raise(struct sip_leg *leg, unsigned status, bool in_band);
struct sip_leg_fork *sip_leg_fork_find(const struct sip_leg *leg, struct str tag);
struct sip_leg_fork *sip_leg_fork_early(struct sip_leg *leg, const struct sip_msg *msg);
timer_fn sip_leg_repeat_expired, sip_leg_expires_expired;

/* leg_info.c */
void sip_leg_info(struct sip_leg *leg, struct sip_txn *txn, const struct sip_msg *msg);
void sip_leg_info_send(struct sip_leg *leg, const struct leg_event *event);
/* Sends the next one, as soon as it may be sent. */
void sip_leg_info_sync(struct sip_leg *leg);

/* leg_reinvite.c */
void sip_leg_reinvite(struct sip_leg *leg, struct sip_txn *txn, struct sip_msg *msg);
/* Sends a re-INVITE when what we want differs from what was said last, as soon as one may be sent. */
void sip_leg_reinvite_sync(struct sip_leg *leg);
/* 14.1, RFC 3311 5.3: tries again what was meant, after a while. */
void sip_leg_glare_wait(struct sip_leg *leg);
void sip_leg_offer_again(struct sip_leg *leg);
/* The transaction goes on without the leg, but for its 2xx. */
void sip_leg_reinvite_leave(struct sip_leg *leg);
void sip_leg_past_drop(struct sip_leg_fork *fork);
void sip_leg_held(struct sip_leg *leg, bool held);
timer_fn sip_leg_glare_expired;

#endif
