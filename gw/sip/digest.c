/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 7616 3.4.1 to 3.4.3: KD(H(A1), nonce ":" nc ":" cnonce ":" qop ":" H(A2)). */
#include "gw/sip/digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

static const struct {
	const char *name;
	const EVP_MD *(*hash)(void);
	bool session;
} algorithms[SIP_DIGESTS] = {
	[SIP_DIGEST_MD5] = { "MD5", EVP_md5, false },
	[SIP_DIGEST_MD5_SESS] = { "MD5-sess", EVP_md5, true },
	[SIP_DIGEST_SHA256] = { "SHA-256", EVP_sha256, false },
	[SIP_DIGEST_SHA256_SESS] = { "SHA-256-sess", EVP_sha256, true },
	[SIP_DIGEST_SHA512_256] = { "SHA-512-256", EVP_sha512_256, false },
	[SIP_DIGEST_SHA512_256_SESS] = { "SHA-512-256-sess", EVP_sha512_256, true },
};

enum sip_digest_algorithm sip_digest_find(struct str name)
{
	if (!name.n)
		return SIP_DIGEST_MD5;
	for (unsigned i = SIP_DIGEST_MD5; i < SIP_DIGESTS; i++)
		if (str_ieq(name, str_c(algorithms[i].name)))
			return (enum sip_digest_algorithm)i;
	return SIP_DIGEST_UNKNOWN;
}

bool sip_digest_session(enum sip_digest_algorithm algorithm)
{
	return algorithms[algorithm].session;
}

/* H of the parts with ":" between them, as lower-case hexadecimal digits. */
static int hash(const EVP_MD *md, const struct str *parts, size_t n, char hex[SIP_DIGEST_HEX_MAX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char octets[EVP_MAX_MD_SIZE];
	unsigned n_octets = 0;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, md, NULL);

	for (size_t i = 0; ok && i < n; i++)
		ok = (i == 0 || EVP_DigestUpdate(ctx, ":", 1)) &&
		     (!parts[i].n || EVP_DigestUpdate(ctx, parts[i].p, parts[i].n));
	ok = ok && EVP_DigestFinal_ex(ctx, octets, &n_octets) && 2 * n_octets < SIP_DIGEST_HEX_MAX;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return -ENOTSUP;
	for (unsigned i = 0; i < n_octets; i++) {
		hex[2 * i] = digits[octets[i] >> 4];
		hex[2 * i + 1] = digits[octets[i] & 15];
	}
	hex[2 * n_octets] = '\0';
	return 0;
}

/* 3.4.2 */
static int hash_a1(const struct sip_digest *d, const EVP_MD *md, char hex[SIP_DIGEST_HEX_MAX])
{
	const struct str secret[] = { d->user, d->realm, d->password };
	struct str session[] = { { hex, 0 }, d->nonce, d->cnonce };
	char inner[SIP_DIGEST_HEX_MAX];
	int err = hash(md, secret, 3, algorithms[d->algorithm].session ? inner : hex);

	if (err || !algorithms[d->algorithm].session)
		return err;
	session[0] = str_c(inner);
	return hash(md, session, 3, hex);
}

int sip_digest_response(const struct sip_digest *d, char hex[SIP_DIGEST_HEX_MAX])
{
	const struct str request[] = { d->method, d->uri };
	char a1[SIP_DIGEST_HEX_MAX], a2[SIP_DIGEST_HEX_MAX], nc[9];
	struct str parts[6];
	const EVP_MD *md;
	size_t n = 0;
	int err;

	if (d->algorithm == SIP_DIGEST_UNKNOWN || d->algorithm >= SIP_DIGESTS)
		return -ENOTSUP;
	md = algorithms[d->algorithm].hash();
	err = hash_a1(d, md, a1);
	if (!err)
		err = hash(md, request, 2, a2);
	if (err)
		return err;
	snprintf(nc, sizeof(nc), "%08x", (unsigned)d->nc);
	parts[n++] = str_c(a1);
	parts[n++] = d->nonce;
	if (d->qop) {
		parts[n++] = str_c(nc);
		parts[n++] = d->cnonce;
		parts[n++] = STR("auth");
	}
	parts[n++] = str_c(a2);
	return hash(md, parts, n, hex);
}
