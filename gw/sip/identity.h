/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Who calls whom, between SIP header fields and the leg vocabulary: RFC 3398 12 (numbers), RFC 3323 (Privacy), RFC 3325 and
 * 5876 (P-Asserted-Identity, P-Preferred-Identity), Remote-Party-ID (draft-ietf-sip-privacy-04) on old trunks. Pure
 * functions over a message or a setup.
 */
#ifndef SIP_IDENTITY_H
#define SIP_IDENTITY_H

#include "gw/sip/party.h"

/*
 * The number of a tel URI, or of a SIP URI's user part: '+' makes it international, visual separators go, presentation and
 * screening are left alone. -ENOENT: no user part; -EBADMSG: a user that is no number; -ENAMETOOLONG.
 */
int sip_identity_number(const struct sip_uri *uri, struct leg_number *number) __attribute__((warn_unused_result));

/* The status that an INVITE's Request-URI without a usable number is refused with (RFC 3398 7.2.1.1, 12.2); err of
 * sip_party_called. */
unsigned sip_identity_refusal(int err);

/* Caller, its name, and its own number beside that of the network. *who: the address that named it. */
void sip_identity_read(const struct sip_party_conf *party, const struct sip_msg *invite, const char *subject,
		       struct leg_setup *setup, struct sip_addr *who);
/* RFC 3323 5: what the caller wants kept and calls critical is not known here. */
bool sip_identity_privacy_unmet(const struct sip_msg *invite);
/* The connected number of a 2xx from a trusted peer; digits empty: none. */
void sip_identity_connected(const struct sip_party_conf *party, const struct sip_msg *response,
			    struct leg_number *number);

/* "sip:+4930...@host:port;user=phone" */
void sip_identity_write_uri(struct sip_writer *w, const struct leg_number *number, struct str host, uint16_t port);
/* The From value without its tag; host is our own name. */
void sip_identity_write_from(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_setup *setup,
			     struct str host);
/* The lines that name the caller and its privacy, as the trunk's identity and trust say; nothing where the number is
 * unknown. */
void sip_identity_write_caller(struct sip_writer *w, const struct sip_party_conf *party, const struct leg_setup *setup,
			       struct str host);
/* The same of who answered, to a trusted peer. */
void sip_identity_write_connected(struct sip_writer *w, const struct sip_party_conf *party,
				  const struct leg_number *number, struct str host);

#endif
