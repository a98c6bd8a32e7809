/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Who calls whom, between SIP header fields and the leg vocabulary: RFC 3398 12 (numbers), RFC 3323 (Privacy),
 * RFC 3325 (P-Asserted-Identity). Pure functions over a message or a setup.
 */
#ifndef SIP_IDENTITY_H
#define SIP_IDENTITY_H

#include "gw/call/leg.h"
#include "gw/sip/msg.h"
#include "gw/sip/write.h"

/*
 * The number of a tel URI, or of a SIP URI's user part: '+' makes it international, visual separators go, presentation and
 * screening are left alone. -ENOENT: no user part; -EBADMSG: a user that is no number; -ENAMETOOLONG.
 */
int sip_identity_number(const struct sip_uri *uri, struct leg_number *number) __attribute__((warn_unused_result));

/* The status that an INVITE's Request-URI without a usable number is refused with (RFC 3398 7.2.1.1, 12.2); err from above. */
unsigned sip_identity_refusal(int err);

/* Caller (and its name), additional caller number and original called number. trusted: P-Asserted-Identity is believed. */
void sip_identity_read(const struct sip_msg *invite, bool trusted, struct leg_setup *setup);
/* The connected number of a 2xx from a trusted peer; digits empty: none. */
void sip_identity_connected(const struct sip_msg *response, bool trusted, struct leg_number *number);

/* "sip:+4930...@host:port;user=phone" */
void sip_identity_write_uri(struct sip_writer *w, const struct leg_number *number, struct str host, uint16_t port);
/* The From value without its tag; host is our own name. */
void sip_identity_write_from(struct sip_writer *w, const struct leg_setup *setup, bool trusted, struct str host);
/* P-Asserted-Identity and Privacy lines for a trusted peer; nothing where the number is unknown. */
void sip_identity_write_asserted(struct sip_writer *w, const struct leg_number *number, struct str host);

#endif
