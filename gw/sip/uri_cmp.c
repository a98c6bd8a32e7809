/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* URI comparison (RFC 3261 19.1.4, RFC 3966 4) and escaping (RFC 3261 19.1.2). */
#include <errno.h>

#include "gw/sip/lex.h"
#include "gw/sip/uri.h"

/* Taken off a span one character at a time: an escape and its octet are the same unless the octet
 * is reserved. */
struct unit {
	unsigned char octet;
	bool reserved; /* an escaped reserved octet, which differs from the octet itself */
};

static unsigned hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return (unsigned)((c | 0x20) - 'a' + 10);
}

static bool escape_at(struct str s, size_t i)
{
	return s.n - i >= 3 && s.p[i] == '%' && lex_is(s.p[i + 1], LEX_HEX) &&
	       lex_is(s.p[i + 2], LEX_HEX);
}

static unsigned char escape_octet(struct str s, size_t i)
{
	return (unsigned char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
}

static struct unit unit_next(struct str s, size_t *i, bool fold)
{
	struct unit unit = { (unsigned char)s.p[*i], false };

	if (escape_at(s, *i)) {
		unit.octet = escape_octet(s, *i);
		unit.reserved = unit.octet != '\0' && strchr(";/?:@&=+$,", unit.octet) != NULL;
		*i += 3;
	} else {
		*i += 1;
	}
	if (fold && unit.octet >= 'A' && unit.octet <= 'Z')
		unit.octet |= 0x20;
	return unit;
}

static bool part_eq(struct str a, struct str b, bool fold)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n) {
		struct unit x = unit_next(a, &i, fold), y = unit_next(b, &j, fold);

		if (x.octet != y.octet || x.reserved != y.reserved)
			return false;
	}
	return i == a.n && j == b.n;
}

static bool param_lookup(struct str params, struct str name, struct str *value)
{
	struct sip_param p;

	while (sip_param_next(&params, &p)) {
		if (part_eq(p.name, name, true)) {
			*value = p.value;
			return true;
		}
	}
	return false;
}

/* Those never match when only one URI has them. */
static bool param_counts(struct str name)
{
	static const char *const names[] = { "user", "ttl", "method", "maddr", "transport" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (part_eq(name, str_c(names[i]), true))
			return true;
	}
	return false;
}

static bool params_match(struct str a, struct str b)
{
	struct sip_param p;
	struct str other;

	while (sip_param_next(&a, &p)) {
		if (!param_lookup(b, p.name, &other)) {
			if (param_counts(p.name))
				return false;
		} else if (!part_eq(p.value, other, true)) {
			return false;
		}
	}
	return true;
}

static struct str header_next(struct str *rest)
{
	const char *amp = memchr(rest->p, '&', rest->n);
	struct str one = { rest->p, amp ? (size_t)(amp - rest->p) : rest->n };
	size_t step = amp ? one.n + 1 : one.n;

	rest->p += step;
	rest->n -= step;
	return one;
}

/* Every header of a is in b as often; names compare without case, and so do values (the safe side
 * of 20). */
static unsigned header_count(struct str headers, struct str one)
{
	unsigned count = 0;

	while (headers.n > 0)
		count += part_eq(header_next(&headers), one, true);
	return count;
}

static bool headers_match(struct str a, struct str b)
{
	struct str rest = a;

	while (rest.n > 0) {
		struct str one = header_next(&rest);

		if (header_count(a, one) != header_count(b, one))
			return false;
	}
	return true;
}

static bool tel_eq(const struct sip_uri *a, const struct sip_uri *b)
{
	struct sip_tel x, y;
	char dx[64], dy[64];
	struct str rest;
	struct sip_param p;
	struct str other;

	if (sip_uri_tel(a, &x) != 0 || sip_uri_tel(b, &y) != 0 || x.global != y.global)
		return false;
	if (sip_tel_digits(&x, dx, sizeof(dx)) != 0 || sip_tel_digits(&y, dy, sizeof(dy)) != 0)
		return str_ieq(a->text, b->text);
	if (!str_eq(str_c(dx), str_c(dy)))
		return false;
	/* RFC 3966 4: every parameter must be in both. */
	rest = x.params;
	while (sip_param_next(&rest, &p)) {
		if (!param_lookup(y.params, p.name, &other) || !part_eq(p.value, other, true))
			return false;
	}
	rest = y.params;
	while (sip_param_next(&rest, &p)) {
		if (!param_lookup(x.params, p.name, &other))
			return false;
	}
	return true;
}

bool sip_uri_eq(const struct sip_uri *a, const struct sip_uri *b)
{
	if (a->scheme != b->scheme)
		return false;
	if (a->scheme == SIP_SCHEME_TEL)
		return tel_eq(a, b);
	if (a->scheme == SIP_SCHEME_OTHER)
		return str_eq(a->text, b->text);
	if (!a->user.p != !b->user.p || !a->password.p != !b->password.p)
		return false;
	return part_eq(a->user, b->user, false) && part_eq(a->password, b->password, false) &&
	       str_ieq(a->host, b->host) && a->port == b->port &&
	       params_match(a->params, b->params) && params_match(b->params, a->params) &&
	       headers_match(a->headers, b->headers) && headers_match(b->headers, a->headers);
}

int sip_unescape(struct str in, char *out, size_t cap, size_t *n)
{
	size_t used = 0;

	for (size_t i = 0; i < in.n;) {
		bool escape = in.p[i] == '%';

		if (escape && !escape_at(in, i))
			return -EBADMSG;
		if (used == cap)
			return -ENAMETOOLONG;
		out[used++] = escape ? (char)escape_octet(in, i) : in.p[i];
		i += escape ? 3 : 1;
	}
	*n = used;
	return 0;
}

int sip_escape_user(struct str in, char *out, size_t cap, size_t *n)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t used = 0;

	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];
		bool plain = lex_is(in.p[i], LEX_USER);

		if (cap - used < (plain ? 1u : 3u))
			return -ENAMETOOLONG;
		if (plain) {
			out[used++] = (char)c;
			continue;
		}
		out[used++] = '%';
		out[used++] = hex[c >> 4];
		out[used++] = hex[c & 15];
	}
	*n = used;
	return 0;
}
