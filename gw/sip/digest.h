/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The response of a Digest challenge (RFC 7616 3.4.1, RFC 8760): pure function of its parts. */
#ifndef SIP_DIGEST_H
#define SIP_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "gw/base/str.h"

#define SIP_DIGEST_HEX_MAX 65 /* SHA-256, terminated */

/* Ascending strength. */
enum sip_digest_algorithm {
	SIP_DIGEST_UNKNOWN,
	SIP_DIGEST_MD5,
	SIP_DIGEST_MD5_SESS,
	SIP_DIGEST_SHA256,
	SIP_DIGEST_SHA256_SESS,
	SIP_DIGEST_SHA512_256,
	SIP_DIGEST_SHA512_256_SESS,
	SIP_DIGESTS
};

struct sip_digest {
	enum sip_digest_algorithm algorithm;
	struct str user, password;
	struct str realm, nonce; /* as between the quotes of the challenge */
	struct str method, uri;
	bool qop; /* auth; false: as RFC 2069 did */
	struct str cnonce;
	uint32_t nc;
};

/* Its name without case; an empty one is MD5 (RFC 7616 3.3). */
enum sip_digest_algorithm sip_digest_find(struct str name);
/* A1 has nonce and cnonce in it: -sess. */
bool sip_digest_session(enum sip_digest_algorithm algorithm);
/* -ENOTSUP: libcrypto has no such hash. */
int sip_digest_response(const struct sip_digest *digest, char hex[SIP_DIGEST_HEX_MAX])
	__attribute__((warn_unused_result));

#endif
