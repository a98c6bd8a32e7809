/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The client's side of Digest authentication: RFC 3261 22, RFC 7616, RFC 8760. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/credentials.h"

#define STALE_MAX 3 /* fresh nonces in a row for one request */

static struct counter challenges =
	COUNTER_INIT("causeway_sip_challenges_total", "401 and 407 that were answered");
static struct counter rejected = COUNTER_INIT(
	"causeway_sip_credentials_rejected_total",
	"401 and 407 that cannot be answered, or that came after user and password were sent");

/* qop-options of a challenge: "auth,auth-int" */
static bool offers_auth(struct str qop)
{
	while (qop.n) {
		const char *comma = memchr(qop.p, ',', qop.n);
		size_t n = comma ? (size_t)(comma - qop.p) : qop.n;

		if (str_ieq(str_trim((struct str){ qop.p, n }), STR("auth")))
			return true;
		qop = comma ? (struct str){ comma + 1, qop.n - n - 1 } : STR_NONE;
	}
	return false;
}

static bool answerable(const struct sip_auth *auth)
{
	return auth->digest && auth->realm.p && auth->nonce.p &&
	       sip_digest_find(auth->algorithm) != SIP_DIGEST_UNKNOWN &&
	       (!auth->qop.n || offers_auth(auth->qop));
}

/* The strongest of the challenges of one realm. */
static const struct sip_auth *strongest(const struct sip_auth *list, struct str realm)
{
	const struct sip_auth *best = NULL;

	for (const struct sip_auth *a = list; a; a = a->next)
		if (answerable(a) && str_eq(a->realm, realm) &&
		    (!best || sip_digest_find(a->algorithm) > sip_digest_find(best->algorithm)))
			best = a;
	return best;
}

static struct str text_add(char **at, struct str s)
{
	struct str copy = { *at, s.n };

	if (s.p)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static bool realm_set(struct sip_realm *realm, const struct sip_auth *auth, bool proxy,
		      const char *cnonce)
{
	char *text = malloc(auth->realm.n + auth->nonce.n + auth->opaque.n + auth->algorithm.n + 1);
	char *at = text;

	if (!text)
		return false;
	free(realm->text);
	realm->text = text;
	realm->proxy = proxy;
	realm->algorithm = sip_digest_find(auth->algorithm);
	realm->qop = auth->qop.n > 0;
	realm->has_opaque = auth->opaque.p != NULL;
	realm->has_algorithm = auth->algorithm.n > 0;
	realm->realm = text_add(&at, auth->realm);
	realm->nonce = text_add(&at, auth->nonce);
	realm->opaque = text_add(&at, auth->opaque);
	realm->algorithm_name = text_add(&at, auth->algorithm);
	(void)str_copy(realm->cnonce, sizeof(realm->cnonce), str_c(cnonce));
	realm->nc = 0;
	realm->tries++;
	return true;
}

static struct sip_realm *realm_find(struct sip_credentials *credentials, struct str realm,
				    bool proxy)
{
	for (unsigned i = 0; i < credentials->n; i++)
		if (credentials->realms[i].proxy == proxy &&
		    str_eq(credentials->realms[i].realm, realm))
			return &credentials->realms[i];
	return NULL;
}

/* 22.3: with the same nonce, or after a fresh one without stale, the password is wrong. */
static bool realm_take(struct sip_credentials *credentials, const struct sip_auth *auth, bool proxy,
		       const char *cnonce, const char *subject)
{
	struct sip_realm *realm = realm_find(credentials, auth->realm, proxy);

	if (realm && realm->tries && (!auth->stale || realm->tries >= STALE_MAX)) {
		log_write(LOG_WARNING, subject, "user or password refused for realm \"%.*s\"",
			  STR_FMT(auth->realm));
		return false;
	}
	if (!realm) {
		if (credentials->n == SIP_REALMS_MAX) {
			log_write(LOG_WARNING, subject, "challenges from more than %d realms",
				  SIP_REALMS_MAX);
			return false;
		}
		if (!credentials->realms)
			credentials->realms = calloc(SIP_REALMS_MAX, sizeof(*realm));
		if (!credentials->realms)
			return false;
		realm = &credentials->realms[credentials->n];
		if (!realm_set(realm, auth, proxy, cnonce))
			return false;
		credentials->n++;
		return true;
	}
	return realm_set(realm, auth, proxy, cnonce);
}

/* Is this the first challenge of its realm in the list? */
static bool realm_first(const struct sip_auth *list, const struct sip_auth *auth)
{
	const struct sip_auth *a = list;

	while (a != auth && !str_eq(a->realm, auth->realm))
		a = a->next;
	return a == auth;
}

static unsigned list_take(struct sip_credentials *credentials, const struct sip_auth *list,
			  bool proxy, const char *cnonce, const char *subject)
{
	unsigned taken = 0;

	for (const struct sip_auth *a = list; a; a = a->next) {
		const struct sip_auth *best =
			realm_first(list, a) ? strongest(list, a->realm) : NULL;

		if (best && realm_take(credentials, best, proxy, cnonce, subject))
			taken++;
		else if (best)
			return 0;
	}
	return taken;
}

bool sip_credentials_challenged(struct sip_credentials *credentials, const struct sip_msg *response,
				const char *cnonce, const char *subject)
{
	bool proxy = response->status == 407;
	const struct sip_auth *list =
		proxy ? response->proxy_authenticate : response->www_authenticate;
	/* A forking proxy may gather challenges of both kinds in one response (22.3). */
	const struct sip_auth *other =
		proxy ? response->www_authenticate : response->proxy_authenticate;
	unsigned taken = list_take(credentials, list, proxy, cnonce, subject);

	if (taken && other)
		taken = list_take(credentials, other, !proxy, cnonce, subject);
	if (taken) {
		counter_add(&challenges, 1);
		return true;
	}
	counter_add(&rejected, 1);
	log_write(LOG_NOTICE, subject, "%u without a Digest challenge that can be answered",
		  response->status);
	return false;
}

void sip_credentials_accepted(struct sip_credentials *credentials)
{
	for (unsigned i = 0; i < credentials->n; i++)
		credentials->realms[i].tries = 0;
}

/* The request line that the writer has. */
static bool request_line(const struct sip_writer *w, struct str *method, struct str *uri)
{
	const char *first = w->n ? memchr(w->p, ' ', w->n) : NULL;
	const char *second =
		first ? memchr(first + 1, ' ', w->n - (size_t)(first + 1 - w->p)) : NULL;

	if (!second)
		return false;
	*method = (struct str){ w->p, (size_t)(first - w->p) };
	*uri = (struct str){ first + 1, (size_t)(second - first - 1) };
	return true;
}

/* What came between quotes goes out so, its escapes as they were. */
static void write_raw(struct sip_writer *w, const char *name, struct str value)
{
	sip_write_c(w, name);
	sip_write_c(w, "=\"");
	sip_write_str(w, value);
	sip_write_c(w, "\"");
}

static void write_realm(const struct sip_realm *realm, const struct sip_digest *digest,
			struct sip_writer *w)
{
	char hex[SIP_DIGEST_HEX_MAX], nc[16];

	if (sip_digest_response(digest, hex)) {
		w->bad = true;
		return;
	}
	sip_write_begin(w, realm->proxy ? SIP_H_PROXY_AUTHORIZATION : SIP_H_AUTHORIZATION);
	sip_write_c(w, "Digest username=");
	sip_write_quoted(w, digest->user);
	write_raw(w, ", realm", realm->realm);
	write_raw(w, ", nonce", realm->nonce);
	write_raw(w, ", uri", digest->uri);
	write_raw(w, ", response", str_c(hex));
	if (realm->has_algorithm) {
		sip_write_c(w, ", algorithm=");
		sip_write_str(w, realm->algorithm_name);
	}
	if (realm->has_opaque)
		write_raw(w, ", opaque", realm->opaque);
	if (realm->qop) {
		snprintf(nc, sizeof(nc), ", nc=%08x", (unsigned)digest->nc);
		sip_write_c(w, ", qop=auth");
		sip_write_c(w, nc);
	}
	if (realm->qop || sip_digest_session(realm->algorithm))
		write_raw(w, ", cnonce", str_c(realm->cnonce));
	sip_write_crlf(w);
}

static void invite_keep(struct sip_credentials *credentials, struct str lines)
{
	free(credentials->invite);
	credentials->invite = strndup(lines.p, lines.n);
}

void sip_credentials_repeat(struct sip_writer *w, const char *lines)
{
	const char *at = lines, *end;

	for (; at && (end = strstr(at, "\r\n")); at = end + 2) {
		sip_write_str(w, (struct str){ at, (size_t)(end - at) });
		sip_write_crlf(w);
	}
}

void sip_credentials_write(struct sip_credentials *credentials, struct sip_writer *w,
			   const char *user, const char *password)
{
	size_t start = w->n;
	struct str method, uri;

	if (!credentials->n || !user || !password || !request_line(w, &method, &uri))
		return;
	if (str_eq(method, STR("ACK"))) {
		sip_credentials_repeat(w, credentials->invite);
		return;
	}
	for (unsigned i = 0; i < credentials->n; i++) {
		struct sip_realm *realm = &credentials->realms[i];
		const struct sip_digest digest = { .algorithm = realm->algorithm,
						   .user = str_c(user),
						   .password = str_c(password),
						   .realm = realm->realm,
						   .nonce = realm->nonce,
						   .method = method,
						   .uri = uri,
						   .qop = realm->qop,
						   .cnonce = str_c(realm->cnonce),
						   .nc = ++realm->nc };

		write_realm(realm, &digest, w);
	}
	if (!w->bad && str_eq(method, STR("INVITE")))
		invite_keep(credentials, (struct str){ w->p + start, w->n - start });
}

void sip_credentials_close(struct sip_credentials *credentials)
{
	for (unsigned i = 0; i < credentials->n; i++)
		free(credentials->realms[i].text);
	free(credentials->realms);
	free(credentials->invite);
	*credentials = (struct sip_credentials){ .n = 0 };
}
