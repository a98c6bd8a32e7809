/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Character classes and the common productions of RFC 3261 25.1. */
#include "gw/sip/lex_parts.h"

#define VISIBLE		    (LEX_TEXT | LEX_QUOTED | LEX_COMMENT)
#define UNRESERVED	    (LEX_USER | LEX_BARE | LEX_PASSWORD | LEX_PARAM | LEX_HEADERS | LEX_URIC)
#define TOKEN		    (LEX_TOKEN | LEX_WORD | LEX_GENVAL)
#define ALNUM		    (VISIBLE | UNRESERVED | TOKEN | LEX_HOST)
#define MAX_NESTED_COMMENTS 16
#define Q_ONE		    1000u

/* clang-format off */
const uint32_t sip_lex_class[256] = {
	['\t'] = VISIBLE | LEX_WS,
	[' '] = VISIBLE | LEX_WS,
	['0' ... '9'] = ALNUM | LEX_DIGIT | LEX_HEX,
	['a' ... 'f'] = ALNUM | LEX_ALPHA | LEX_HEX,
	['A' ... 'F'] = ALNUM | LEX_ALPHA | LEX_HEX,
	['g' ... 'z'] = ALNUM | LEX_ALPHA,
	['G' ... 'Z'] = ALNUM | LEX_ALPHA,
	['-'] = VISIBLE | UNRESERVED | TOKEN | LEX_HOST | LEX_HYPHEN,
	['.'] = VISIBLE | UNRESERVED | TOKEN | LEX_HOST,
	['_'] = VISIBLE | UNRESERVED | TOKEN,
	['!'] = VISIBLE | UNRESERVED | TOKEN,
	['~'] = VISIBLE | UNRESERVED | TOKEN,
	['*'] = VISIBLE | UNRESERVED | TOKEN,
	['\''] = VISIBLE | UNRESERVED | TOKEN,
	['('] = LEX_TEXT | LEX_QUOTED | UNRESERVED | LEX_WORD,
	[')'] = LEX_TEXT | LEX_QUOTED | UNRESERVED | LEX_WORD,
	['%'] = VISIBLE | TOKEN,
	['`'] = VISIBLE | TOKEN,
	['+'] = VISIBLE | TOKEN | UNRESERVED,
	['&'] = VISIBLE | UNRESERVED,
	['$'] = VISIBLE | UNRESERVED,
	['='] = VISIBLE | LEX_USER | LEX_BARE | LEX_PASSWORD | LEX_HEADERS | LEX_URIC,
	[','] = VISIBLE | LEX_USER | LEX_PASSWORD | LEX_URIC,
	[';'] = VISIBLE | LEX_USER | LEX_URIC,
	['?'] = VISIBLE | LEX_USER | LEX_WORD | LEX_HEADERS | LEX_URIC,
	['/'] = VISIBLE | LEX_USER | LEX_BARE | LEX_WORD | LEX_PARAM | LEX_HEADERS | LEX_URIC,
	[':'] = VISIBLE | LEX_WORD | LEX_PARAM | LEX_HEADERS | LEX_URIC | LEX_GENVAL,
	['['] = VISIBLE | LEX_WORD | LEX_PARAM | LEX_HEADERS | LEX_GENVAL,
	[']'] = VISIBLE | LEX_WORD | LEX_PARAM | LEX_HEADERS | LEX_GENVAL,
	['@'] = VISIBLE | LEX_URIC,
	['<'] = VISIBLE | LEX_WORD,
	['>'] = VISIBLE | LEX_WORD,
	['{'] = VISIBLE | LEX_WORD,
	['}'] = VISIBLE | LEX_WORD,
	['"'] = LEX_TEXT | LEX_COMMENT | LEX_WORD,
	['\\'] = LEX_TEXT | LEX_WORD,
	['#'] = VISIBLE,
	['^'] = VISIBLE,
	['|'] = VISIBLE,
	[0x80 ... 0xff] = VISIBLE,
};
/* clang-format on */

const char *lex_skip_on(const char *p, const char *end, const char *wide, uint32_t mask)
{
	for (;; p++) {
		unsigned n = LEX_BLOCK;

		while (n == LEX_BLOCK && p <= wide) {
			n = lex16_plain_run(p);
			p += n;
		}
		if (p >= end)
			return end;
		if (!lex_is(*p, mask))
			return p;
	}
}

const char *lex_escaped_on(const char *p, const char *end, const char *wide, uint32_t mask)
{
	while (p < end && *p == '%') {
		if (end - p < 3 || !lex_is(p[1], LEX_HEX) || !lex_is(p[2], LEX_HEX))
			return p;
		p = lex_skip(p + 3, end, wide, mask);
	}
	return p;
}

const char *lex_quoted_pair(const char *p, const char *end)
{
	unsigned char c;

	if (end - p < 2)
		return NULL;
	c = (unsigned char)p[1];
	return c > 0x7f || c == '\r' || c == '\n' ? NULL : p + 2;
}

const char *lex_quoted_on(const char *p, const char *end, const char *wide)
{
	while (p < end && *p == '\\') {
		const char *behind = lex_quoted_pair(p, end);

		if (!behind)
			return p;
		p = lex_skip(behind, end, wide, LEX_QUOTED);
	}
	return p;
}

bool lex_comment(struct sip_lex *l, struct str *inner)
{
	const char *start = l->at + 1;
	unsigned depth = 0;

	do {
		char c = lex_peek(l);

		if (c == '\\') {
			const char *behind = lex_quoted_pair(l->at, l->end);

			if (!behind)
				return false;
			l->at = behind;
		} else if (c == '(') {
			if (++depth > MAX_NESTED_COMMENTS)
				return false;
			l->at++;
		} else if (c == ')' && depth > 0) {
			depth--;
			l->at++;
		} else if (depth == 0 || lex_span(l, LEX_COMMENT).n == 0) {
			return false;
		}
	} while (depth > 0);
	*inner = (struct str){ start, (size_t)(l->at - 1 - start) };
	return true;
}

/* IPv4address: four times 1*3DIGIT, at most 255. */
bool lex_ipv4_valid(struct str s)
{
	const char *p = s.p, *end = s.p + s.n;

	for (unsigned parts = 1;; parts++) {
		const char *start = p;
		unsigned v = 0, digit;

		while (p < end && (digit = (unsigned char)*p - (unsigned)'0') <= 9) {
			v = v * 10 + digit;
			p++;
		}
		if (p == start || p - start > 3 || v > 255)
			return false;
		if (parts == 4)
			return p == end;
		if (p == end || *p++ != '.')
			return false;
	}
}

/* IPv6address (RFC 4291 2.2); ":::" before an IPv4 address is the ABNF bug that RFC 5118 4.10 says
 * to tolerate. */
bool lex_ipv6_valid(struct str s)
{
	struct sip_lex l;
	unsigned groups = 0;
	bool gap = false;

	lex_open(&l, s);
	if (lex_peek(&l) == ':' && (s.n < 2 || s.p[1] != ':'))
		return false;
	while (!lex_done(&l)) {
		if (l.end - l.at >= 2 && l.at[0] == ':' && l.at[1] == ':') {
			if (gap)
				return false;
			gap = true;
			l.at += 2;
			if (lex_peek(&l) == ':') {
				l.at++;
				return groups <= 5 && lex_ipv4_valid(lex_rest(&l));
			}
			if (lex_done(&l))
				break;
		} else if (groups > 0 && !lex_char(&l, ':')) {
			return false;
		}

		struct str group = lex_span(&l, LEX_HEX);

		if (lex_peek(&l) == '.') {
			group.n = (size_t)(l.end - group.p);
			return lex_ipv4_valid(group) && (gap ? groups <= 5 : groups == 6);
		}
		if (group.n == 0 || group.n > 4 || ++groups > 8)
			return false;
	}
	return gap ? groups <= 7 : groups == 8;
}

/*
 * hostname: labels of letters, digits and inner hyphens; the last begins with a letter; one final
 * dot is allowed. A name whose last label begins with a digit can only be an IPv4address.
 */
const char *lex_name_long(const char *p, const char *end, enum sip_host_type *type)
{
	struct sip_lex l = { p, end, NULL };
	const char *label;

	*type = SIP_HOST_NONE;
	do {
		label = l.at;
		while (lex_span(&l, LEX_ALPHA | LEX_DIGIT).n > 0 && lex_peek(&l) == '-') {
			lex_span(&l, LEX_HYPHEN);
			if (!lex_is(lex_peek(&l), LEX_ALPHA | LEX_DIGIT))
				return l.at;
		}
		if (l.at == label)
			return l.at;
	} while (lex_char(&l, '.') && lex_is(lex_peek(&l), LEX_ALPHA | LEX_DIGIT | LEX_HYPHEN));
	if (lex_is(*label, LEX_ALPHA))
		*type = SIP_HOST_DOMAIN;
	else if (lex_ipv4_valid(lex_since(&l, p)))
		*type = SIP_HOST_IPV4;
	return l.at;
}

enum sip_host_type sip_host_type(struct str host)
{
	enum sip_host_type type;

	if (host.n > 0 && lex_is(host.p[0], LEX_DIGIT) && lex_ipv4_valid(host))
		return SIP_HOST_IPV4;
	if (memchr(host.p ? host.p : "", ':', host.n))
		return lex_ipv6_valid(host) ? SIP_HOST_IPV6 : SIP_HOST_NONE;
	if (host.n == 0 || lex_name_long(host.p, host.p + host.n, &type) != host.p + host.n)
		return SIP_HOST_NONE;
	return type;
}

bool lex_qvalue(struct str s, uint16_t *q)
{
	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
		return false;

	unsigned v = (unsigned)(s.p[0] - '0') * Q_ONE;
	unsigned unit = Q_ONE / 10;

	for (size_t i = 2; i < s.n; i++, unit /= 10) {
		if (!lex_is(s.p[i], LEX_DIGIT))
			return false;
		v += (unsigned)(s.p[i] - '0') * unit;
	}
	*q = (uint16_t)v;
	return v <= Q_ONE;
}
