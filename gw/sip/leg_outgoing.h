/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The INVITE of an outgoing call, and what becomes of it: leg_uac.c, leg_redirect.c, leg_history.c, leg_repair.c,
 * leg_msg.c. */
#ifndef SIP_LEG_OUTGOING_H
#define SIP_LEG_OUTGOING_H

#include "gw/sip/leg_private.h"

#define LEG_TARGETS_MAX	  9 /* the first of them included */

struct sip_leg_target {
	char *uri; /* own */
	uint16_t q;
	bool proxy; /* of a 305: the way there, not the place */
	bool tried;
	char *param; /* own: how it was found (RFC 7044 10.4), NULL: not said */
	char *diversion; /* own: entries of the 3xx that led here (RFC 5806), NULL: none */
};

/* Where the INVITE went until now, for History-Info, and who sent it to the present target, for Diversion. */
struct sip_leg_history {
	unsigned n;
	struct sip_party_target gone[LEG_TARGETS_MAX + 1]; /* own, but for param; and room for the present one */
	struct sip_party_target refused; /* own: what the latest INVITE was refused with; status 0: nothing yet */
	const char *param, *diversion;	 /* borrow: of the present target */
};

/* What the INVITE of an outgoing call is made of; gone when it has its final response. */
struct sip_leg_outgoing {
	struct leg_setup setup; /* user_to_user is that below */
	struct leg_uui uui;
	char call_id[2 * SIP_TAG_MAX];
	char from[LEG_URI_MAX], to[LEG_URI_MAX]; /* values; From with its tag */
	char uri[LEG_URI_MAX];			 /* Request-URI */
	char route[LEG_URI_MAX];		 /* URI of the outbound proxy, empty: none */
	uint32_t cseq;		/* of the latest INVITE */
	uint32_t cseq_used;	/* highest in the dialogs that are gone */
	struct sip_leg_target targets[LEG_TARGETS_MAX]; /* of 3xx, each tried once (RFC 3261 8.1.3.4) */
	unsigned n_targets;
	struct sip_leg_history history;
	unsigned repaired;	/* bit n: row n of leg_repair.c's table was tried */
	bool no_extensions;	/* no Supported */
	uint32_t expires_s;	/* 0: none */
	bool progressed;	/* a backward event was raised */
	unsigned last_status;	/* provisional that was raised last */
	bool last_in_band;
	struct leg_uui told_uui; /* of a provisional response, as it came last */
	bool uui_fresh;		 /* and was not told to the core */
	struct leg_release told; /* cause of the last provisional response, NONE: it had none */
};

/* leg_uac.c */
void sip_leg_outgoing_free(struct sip_leg_outgoing *out);
/* Sends the INVITE as out says; one that was under way is left to itself. */
int sip_leg_invite_send(struct sip_leg *leg) __attribute__((warn_unused_result));
/* The Request-URI for a number at the trunk's host. */
int sip_leg_uri_set(struct sip_leg *leg, const struct leg_number *number) __attribute__((warn_unused_result));
/* leg_msg.c */
int sip_leg_invite_write(struct sip_leg *leg, struct str next_hop, struct str *text) __attribute__((warn_unused_result));

/* leg_redirect.c: true: another INVITE is on its way; else release says what to end with */
bool sip_leg_redirect(struct sip_leg *leg, const struct sip_msg *msg, struct leg_release *release);
bool sip_leg_redirect_next(struct sip_leg *leg);
/* The Request-URI from ENUM; -EINVAL, -ENAMETOOLONG. */
int sip_leg_target_set(struct sip_leg *leg, const char *uri) __attribute__((warn_unused_result));
/* Higher than any that was used with the call's Call-ID (RFC 3578 3.2). */
uint32_t sip_leg_cseq_next(const struct sip_leg *leg);
/* The INVITE once more with the next CSeq, without the early dialogs of the one before. -errno. */
int sip_leg_invite_again(struct sip_leg *leg) __attribute__((warn_unused_result));
/* leg_history.c: what responses to INVITE say of where it went would go on: it must be asked for (RFC 7044 6.1). */
bool sip_leg_history_wanted(const struct sip_trunk *trunk);
/* The latest INVITE was refused, msg NULL: without a response. */
void sip_leg_history_refused(struct sip_leg *leg, const struct sip_msg *msg, unsigned status);
/* It goes to another target. */
void sip_leg_history_moved(struct sip_leg *leg, const struct sip_leg_target *target);
/* All targets, the present one last. */
struct sip_party_targets sip_leg_history_targets(struct sip_leg *leg);
void sip_leg_history_free(struct sip_leg_history *history);
/* leg_repair.c: the INVITE goes out once more without what this response objects to; false: nothing to be done about it. */
bool sip_leg_repair(struct sip_leg *leg, const struct sip_msg *msg);
/* leg_uac.c: the call is being forwarded (RFC 3398 8.1.6). */
void sip_leg_tell_forwarded(struct sip_leg *leg);
/* The number of a Contact: where the called party is now (RFC 3398 8.2.5). */
void sip_leg_new_number_read(const struct sip_msg *msg, struct leg_release *release);

#endif
