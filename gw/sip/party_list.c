/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Lists of addresses in fields of extensions (RFC 3261 7.3.1), Privacy (RFC 3323 4.2, 4.1.1.3) of messages and URIs. */
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/field.h"
#include "gw/sip/party_private.h"

static struct counter malformed =
	COUNTER_INIT("causeway_sip_party_fields_malformed_total",
		     "Header fields about a call's parties that could not be read whole");

void sip_party_malformed(const char *subject, const char *name)
{
	counter_add(&malformed, 1);
	log_write(LOG_NOTICE, subject, "%s cannot be read; what is malformed in it is ignored",
		  name);
}

/* One line's values; false: it ends in something else than a value. */
static bool line_read(struct str value, struct sip_addr *addrs, unsigned cap, unsigned *n)
{
	struct sip_lex l;

	lex_open(&l, value);
	do {
		struct sip_addr addr = { .q = 0 };

		if (!sip_field_addr(&l, NULL, &addr) || *n == cap)
			return false;
		addrs[(*n)++] = addr;
	} while (lex_separator(&l, ','));
	return lex_done(&l);
}

unsigned sip_party_addrs(const struct sip_msg *msg, struct str name, struct sip_addr *addrs,
			 unsigned cap, bool *bad)
{
	unsigned n = 0;

	*bad = false;
	for (unsigned i = 0; i < msg->n_headers; i++) {
		const struct sip_header *header = &msg->headers[i];

		if (header->id == SIP_H_OTHER && str_ieq(header->name, name) &&
		    !line_read(header->value, addrs, cap, &n))
			*bad = true;
	}
	return n;
}

bool sip_party_append(char text[PARTY_KEPT_MAX], size_t *n, struct str value)
{
	if (*n + 2 + value.n > PARTY_KEPT_MAX)
		return false;
	if (*n) {
		memcpy(text + *n, ", ", 2);
		*n += 2;
	}
	memcpy(text + *n, value.p, value.n);
	*n += value.n;
	return true;
}

char *sip_party_kept(const char *text, size_t n, bool whole, const char *subject, const char *name)
{
	if (!whole)
		log_write(LOG_NOTICE, subject,
			  "%s of a response is longer than %d octets: not all of it is sent on",
			  name, PARTY_KEPT_MAX);
	return n ? strndup(text, n) : NULL;
}

bool sip_party_private(const struct sip_msg *msg, struct str value)
{
	return sip_tokens_have(msg->privacy, value);
}

/* RFC 7044 4.2: ?Privacy=history; several header fields stand between ampersands. */
bool sip_party_uri_private(const struct sip_uri *uri)
{
	struct str rest = uri->headers;

	while (rest.n) {
		const char *amp = memchr(rest.p, '&', rest.n);
		struct str one = { rest.p, amp ? (size_t)(amp - rest.p) : rest.n };
		const char *is = memchr(one.p, '=', one.n);
		size_t step = one.n + (amp != NULL);

		if (is && str_ieq((struct str){ one.p, (size_t)(is - one.p) }, STR("Privacy")) &&
		    !str_ieq((struct str){ is + 1, (size_t)(one.p + one.n - is - 1) }, STR("none")))
			return true;
		rest.p += step;
		rest.n -= step;
	}
	return false;
}

bool sip_party_anonymous(const struct sip_uri *uri)
{
	return str_ieq(uri->user, STR("anonymous")) || str_ieq(uri->host, STR("anonymous.invalid"));
}
