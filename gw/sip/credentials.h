/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What we answer to challenges (RFC 3261 22.2, 22.3; RFC 7616; RFC 8760): one set for a call, or for what a trunk asks of
 * its own. Challenges that were answered once go with every later request, too, each with its next nonce count.
 */
#ifndef SIP_CREDENTIALS_H
#define SIP_CREDENTIALS_H

#include "gw/sip/digest.h"
#include "gw/sip/msg.h"
#include "gw/sip/write.h"

#define SIP_REALMS_MAX 4 /* proxies on the way and the server, each with a realm */
#define SIP_CNONCE_MAX 33

struct sip_realm {
	bool proxy; /* 407: Proxy-Authorization, else Authorization */
	bool qop, has_opaque, has_algorithm;
	enum sip_digest_algorithm algorithm;
	struct str realm, nonce, opaque, algorithm_name; /* in text */
	char *text;					 /* own */
	char cnonce[SIP_CNONCE_MAX];
	uint32_t nc;
	unsigned tries; /* challenged since it was accepted last */
};

struct sip_credentials {
	struct sip_realm *realms; /* own: SIP_REALMS_MAX; NULL: nothing was asked for yet */
	unsigned n;
	bool let_through; /* a dialog came of an INVITE that had them */
	char *invite; /* own: the fields as the last INVITE had them, each line ended; NULL: none */
};

/* Takes the challenges of a 401 or 407. cnonce: a fresh random text of less than SIP_CNONCE_MAX octets. True: the same
 * request with what sip_credentials_write adds may be accepted; false: nothing in it can be answered, or what was answered
 * was refused. The reason is logged under subject. */
bool sip_credentials_challenged(struct sip_credentials *credentials, const struct sip_msg *response,
				const char *cnonce, const char *subject);
/* A request with them had another final response: what they hold is good. */
void sip_credentials_accepted(struct sip_credentials *credentials);
/* The header fields for the request whose request line the writer has already; an ACK gets those of the last INVITE
 * (RFC 3261 22.1). */
void sip_credentials_write(struct sip_credentials *credentials, struct sip_writer *w, const char *user,
			   const char *password);
/* The same for an INVITE whose fields (struct sip_credentials' invite) the caller has kept; NULL: none. */
void sip_credentials_repeat(struct sip_writer *w, const char *lines);
/* Forgets every challenge. */
void sip_credentials_close(struct sip_credentials *credentials);

#endif
