/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the user agent, its trunks and its legs share. */
#ifndef SIP_UA_PRIVATE_H
#define SIP_UA_PRIVATE_H

#include "gw/base/list.h"
#include "gw/sip/dialog.h"
#include "gw/sip/leg_trunk.h"
#include "gw/sip/ua.h"

struct sip_ua {
	struct sip_ua_parts parts;
	struct sip_trunk *trunks; /* own, in order of the configuration */
	struct list legs;	  /* own */
	size_t n_legs;
	struct sip_dialogs dialogs;
	struct hash dialled; /* legs that peers call, by Call-ID and From tag */
	char *user_agent; /* own; NULL: no Server and User-Agent fields */
	char *domain;	  /* own; our name in From, NULL: our address */
	char *buffer;	  /* own: SIP_MSG_MAX_OCTETS, the message being written */
	struct show show, show_peers;
	bool drain;
};

/*
 * Every refusal goes through here: counted, logged once under subject (NULL: its dialog's call, or "sip"), and answered with
 * the fields that its status asks for.
 */
void sip_ua_refuse(struct sip_ua *ua, struct sip_txn *txn, const struct sip_msg *msg, unsigned status, const char *why,
		   const char *subject);
/* For the -errno that the session gave for an offer (gw/sip/session.h), or -EBUSY: another one is open. */
unsigned sip_ua_offer_status(int err);
void sip_ua_refuse_offer(struct sip_ua *ua, struct sip_txn *txn, const struct sip_msg *msg, int err, const char *why,
			 const char *subject);
/* A response that says no more than its status. */
void sip_ua_reply(struct sip_txn *txn, unsigned status, const char *subject);
/* The 200 to OPTIONS, in and out of a dialog (11.2). */
void sip_ua_answer_options(struct sip_ua *ua, const struct sip_trunk *trunk, struct sip_txn *txn,
			   const struct sip_msg *msg);
/* Allow, Supported, and Accept where asked. trunk: what it may support, NULL: in a dialog that is up. */
void sip_ua_write_abilities(struct sip_writer *w, const struct sip_trunk *trunk, bool accept);
void sip_ua_write_allow(struct sip_writer *w);
/* What the trunk does of what we can. history: History-Info is wanted in responses. */
void sip_ua_write_supported(struct sip_writer *w, const struct sip_trunk *trunk, bool history);
/* Server or User-Agent. */
void sip_ua_write_product(const struct sip_ua *ua, struct sip_writer *w, enum sip_header_id id);
void sip_ua_write_contact(struct sip_writer *w, const struct sip_sent_by *sent_by);
/* The part of it behind "<sip:" and a user; phone: the user is a number. */
void sip_ua_write_contact_host(struct sip_writer *w, const struct sip_sent_by *sent_by, bool phone);
/* show.c of the user agent */
struct table *sip_ua_show_dialogs(void *ua);

#endif
