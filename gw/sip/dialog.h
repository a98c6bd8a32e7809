/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A dialog (RFC 3261 12): identity, route set, remote target and the two sequence numbers. It writes the head of requests
 * inside it and judges those that arrive. It knows no session and no transaction.
 */
#ifndef SIP_DIALOG_H
#define SIP_DIALOG_H

#include "gw/base/hash.h"
#include "gw/sip/msg.h"
#include "gw/sip/write.h"

struct sip_dialog {
	struct hash_node node; /* in a sip_dialogs */
	void *owner;	       /* borrow: who gets its requests */
	char *identity;	       /* own: text of the next five */
	struct str call_id, local_tag, remote_tag;
	struct str local, remote; /* From and To values as sent, with their tags */
	char *path;		  /* own: text of the route set and target */
	struct str target;
	struct str *routes; /* own: URIs in order of sending */
	unsigned n_routes;
	bool strict; /* the first route is no loose router (12.2.1.1) */
	bool confirmed;
	bool listed; /* node is in a table */
	bool has_remote_cseq;
	uint32_t local_cseq, remote_cseq;
};

/* Every dialog of a user agent, by Call-ID and both tags. */
struct sip_dialogs {
	struct hash hash;
};

struct sip_dialog_key {
	struct str call_id, local_tag, remote_tag;
};

/* 12.1.1: from a request that makes a dialog. -ENOMEM. */
int sip_dialog_open_uas(struct sip_dialog *dialog, const struct sip_msg *request, struct str local_tag)
	__attribute__((warn_unused_result));
/* 12.1.2: from a response with a To tag; local: our From value with its tag. -ENOMEM. */
int sip_dialog_open_uac(struct sip_dialog *dialog, const struct sip_msg *response, struct str local)
	__attribute__((warn_unused_result));
void sip_dialog_close(struct sip_dialog *dialog);

/* 13.2.2.4: a 2xx confirms, and gives the route set and target anew. -ENOMEM: the old ones stay. */
int sip_dialog_confirm(struct sip_dialog *dialog, const struct sip_msg *response) __attribute__((warn_unused_result));
/* 12.2: the Contact of a re-INVITE, or of its 2xx, is the new target. No Contact: nothing happens. -ENOMEM. */
int sip_dialog_retarget(struct sip_dialog *dialog, const struct sip_addr *contact) __attribute__((warn_unused_result));

/* 12.2.2: 0, or 500 for a sequence number that is not higher than the last (ACK and CANCEL are never judged). */
unsigned sip_dialog_request(struct sip_dialog *dialog, const struct sip_msg *request);

/*
 * A request in the dialog (12.2.1.1): its request line, and after the Via: Route, Max-Forwards, From, To, Call-ID and CSeq.
 * The caller counts local_cseq up where the method asks for a new number.
 */
void sip_dialog_write_line(const struct sip_dialog *dialog, struct sip_writer *w, enum sip_method method);
void sip_dialog_write_head(const struct sip_dialog *dialog, struct sip_writer *w, enum sip_method method,
			   uint32_t cseq);
/* Where such a request goes: the URI to locate, in the dialog's text. */
struct str sip_dialog_next_hop(const struct sip_dialog *dialog);

int sip_dialogs_add(struct sip_dialogs *dialogs, struct sip_dialog *dialog) __attribute__((warn_unused_result));
/* A dialog that is in no table is fine. */
void sip_dialogs_remove(struct sip_dialogs *dialogs, struct sip_dialog *dialog);
struct sip_dialog *sip_dialogs_find(const struct sip_dialogs *dialogs, const struct sip_dialog_key *key);

#endif
