/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ISUP leg: what its two directions share, isup_leg.c towards the circuit and isup_leg_indicated.c from it. */
#ifndef PSTN_ISUP_LEG_H
#define PSTN_ISUP_LEG_H

#include "gw/pstn/pstn_private.h"

/* What is settled with the exchange at the other end. */
enum isup_leg_state {
	ISUP_LEG_IN,	 /* called in: no ACM sent */
	ISUP_LEG_IN_ACM, /* called in: ACM sent */
	ISUP_LEG_OUT,	 /* called out: not answered */
	ISUP_LEG_UP,	 /* answered */
	ISUP_LEG_GONE,	 /* the circuit is let go, or was taken away */
	ISUP_LEG_STATES
};

struct isup_leg;

/* What the core says in a state: one of the three. */
struct isup_leg_pair {
	void (*act)(struct isup_leg *leg, const struct leg_event *event);
	const char *ignored, *impossible; /* why nothing comes of it */
};

#define ISUP_INDS (ISUP_IND_REATTEMPT + 1)

/* The same for what the circuit says. */
struct isup_ind_pair {
	void (*act)(struct isup_leg *leg, const struct isup_indication *ind);
	const char *ignored, *impossible;
};

struct isup_leg {
	struct leg base;	      /* first */
	struct isup_trunk *trunk;     /* borrow */
	struct isup_circuit *circuit; /* borrow; NULL when no longer ours */
	unsigned depth;		      /* nested calls: freed at 0 */
	bool outgoing;
	bool acm_sent, answered;
	bool interworking; /* incoming: ISUP does not go all the way to the called party */
	bool bearer_open;
	bool beyond; /* the other side is a bearer, too, and this one is heard accordingly */
	enum leg_bearer use; /* of it */
	bool fell_back; /* incoming: 64 kbit/s were preferred, and are not what is used: */
	uint8_t medium; /* that is, to be told (Q.764 2.5) */
	bool delay_known; /* incoming: its IAM had a propagation delay counter */
	uint16_t delay_ms;
	const struct isup_msg *carried; /* borrow: the message of the other leg's event, while it is told */
	uint8_t category;	/* outgoing: of our IAM, for INF */
	struct isup_number calling; /* outgoing: likewise; no digits: none */
	bool released; /* isup_release was called */
	uint16_t cic;
	struct isup_cause cause;   /* of our release */
	enum q850_cause announced; /* outgoing: a failure told in band before the release, 0 none */
	struct timer t11; /* incoming: early ACM when nothing comes back (RFC 3398 8.2.8) */
	char call[CALL_ID_MAX];
};

enum isup_leg_state isup_leg_state(const struct isup_leg *leg);
const struct isup_leg_pair *isup_leg_pair(enum isup_leg_state state, enum leg_ev ev);
/* isup_leg_indicated.c */
const struct isup_ind_pair *isup_ind_pair(enum isup_leg_state state, enum isup_ind ind);
struct isup_leg *isup_leg_new(struct isup_trunk *trunk, bool outgoing);
void isup_leg_enter(struct isup_leg *leg);
/* The leg may be gone afterwards. */
void isup_leg_leave(struct isup_leg *leg);
void isup_leg_take_circuit(struct isup_leg *leg, struct isup_circuit *circuit);
/* isup_leg_bearer.c */
int isup_leg_open_bearer(struct isup_leg *leg, struct isup_circuit *circuit);
/* The other side speaks, and no other trunk is tried any more: nothing listens on the bearer that it does not need. */
void isup_leg_review_bearer(struct isup_leg *leg);
/* A circuit whose continuity was checked is the call's from here on. */
void isup_leg_take_bearer(struct isup_leg *leg);
void isup_leg_start_t11(struct isup_leg *leg);
void isup_leg_stop_t11(struct isup_leg *leg);
void isup_leg_send(struct isup_leg *leg, struct isup_msg *msg);
/* The circuit asks for release, or took itself away: the core confirms with RELEASED, which releases the circuit. */
void isup_leg_raise_release(struct isup_leg *leg, const struct isup_cause *cause);
/* rel: the message that says so; NULL: none. */
void isup_leg_raise_release_of(struct isup_leg *leg, const struct isup_cause *cause, const struct isup_msg *rel);

#endif
