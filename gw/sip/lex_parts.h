/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Productions of RFC 3261 25.1 that a message has dozens of: host, quoted-string, parameters.
 * Inline, because calls and cursors in memory would be a third of the cost of decoding. Private to
 * the syntax files.
 */
#ifndef SIP_LEX_PARTS_H
#define SIP_LEX_PARTS_H

#include "gw/sip/lex.h"

/* 1*DIGIT, at most max, which is below 2^60. */
static inline bool lex_uint(struct sip_lex *l, uint64_t max, uint64_t *value)
{
	const char *start = l->at, *p = start;
	uint64_t v = 0;

	for (; p < l->end; p++) {
		unsigned digit = (unsigned char)*p - (unsigned)'0';

		if (digit > 9)
			break;
		v = v * 10 + digit;
		if (v > max) {
			l->at = p;
			return false;
		}
	}
	l->at = p;
	*value = v;
	return p > start;
}

/* A run of the class with %HH escapes in between; false on a bad escape. */
LEX_INLINE bool lex_escaped(struct sip_lex *l, uint32_t mask, struct str *s)
{
	*s = lex_span(l, mask);
	if (lex_peek(l) != '%')
		return true;
	l->at = lex_escaped_on(l->at, l->end, l->wide, mask);
	*s = lex_since(l, s->p);
	return lex_peek(l) != '%';
}

/* quoted-string; *inner is without the quotes. */
LEX_INLINE bool lex_quoted(struct sip_lex *l, struct str *inner)
{
	if (!lex_char(l, '"'))
		return false;

	const char *start = l->at;

	lex_span(l, LEX_QUOTED);
	if (lex_peek(l) == '\\')
		l->at = lex_quoted_on(l->at, l->end, l->wide);
	*inner = lex_since(l, start);
	return lex_char(l, '"');
}

/* hostname or IPv4address, from the places of its dots and hyphens when it ends within 16 octets.
 */
LEX_INLINE bool lex_name_slow(struct sip_lex *l, struct str *name, enum sip_host_type *type)
{
	const char *start = l->at;

	l->at = lex_name_long(start, l->end, type);
	if (*type == SIP_HOST_NONE)
		return false;
	*name = lex_since(l, start);
	return true;
}

LEX_INLINE bool lex_name(struct sip_lex *l, struct str *name, enum sip_host_type *type)
{
	const char *start = l->at, *label = start;

	if (start > l->wide)
		return lex_name_slow(l, name, type);

	unsigned n = lex16_plain_run(start);

	if (n == 0 || n == LEX_BLOCK || n > (size_t)(l->end - start))
		return lex_name_slow(l, name, type);

	uint32_t last = 1u << (n - 1);
	uint32_t dots = lex16_equal(start, '.') & (2 * last - 1);
	uint32_t marks = dots | (lex16_equal(start, '-') & (2 * last - 1));

	/* A mark at an end or beside another one is seldom, and more seldom right. */
	if (marks & (marks << 1 | last | 1))
		return lex_name_slow(l, name, type) && l->at == start + n;
	if (dots)
		label += 32 - __builtin_clz(dots);
	l->at = start + n;
	*name = lex_since(l, start);
	*type = lex_is(*label, LEX_ALPHA) ? SIP_HOST_DOMAIN : SIP_HOST_IPV4;
	return *type == SIP_HOST_DOMAIN || lex_ipv4_valid(*name);
}

/* host; an IPv6reference loses its brackets in *host. */
LEX_INLINE bool lex_host(struct sip_lex *l, struct str *host, enum sip_host_type *type)
{
	if (!lex_char(l, '['))
		return lex_name(l, host, type);

	const char *start = l->at;
	const char *close = memchr(start, ']', (size_t)(l->end - start));

	if (!close)
		return false;
	l->at = close;
	*host = lex_since(l, start);
	*type = SIP_HOST_IPV6;
	if (!lex_ipv6_valid(*host))
		return false;
	l->at++;
	return true;
}

/* [ ":" port ]; *port stays when there is none. */
static inline bool lex_port(struct sip_lex *l, uint16_t *port)
{
	uint64_t v;

	if (!lex_char(l, ':'))
		return true;
	if (!lex_uint(l, UINT16_MAX, &v) || v == 0)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* gen-value: token, host or quoted-string */
LEX_INLINE bool lex_value(struct sip_lex *l, struct sip_param *param)
{
	const char *start = l->at;
	char c = lex_peek(l);

	if (c == '"') {
		param->quoted = true;
		return lex_quoted(l, &param->value);
	}
	l->at = lex_skip(start, l->end, l->wide, LEX_TOKEN);
	param->token = !lex_is(lex_peek(l), LEX_GENVAL);
	if (!param->token)
		lex_span(l, LEX_GENVAL);
	param->value = lex_since(l, start);
	return param->value.n > 0;
}

LEX_INLINE bool lex_name_value(struct sip_lex *l, struct sip_param *param)
{
	param->value = STR_NONE;
	param->quoted = param->token = false;
	if (!lex_token(l, &param->name))
		return false;
	if (lex_peek(l) != '=') {
		struct sip_lex after = *l;

		if (!lex_separator(&after, '='))
			return true;
		l->at = after.at;
	} else {
		l->at++;
		lex_ws(l);
	}
	return lex_value(l, param);
}

/* token [ EQUAL gen-value ] */
LEX_INLINE bool lex_param(struct sip_lex *l, struct sip_param *param)
{
	return lex_name_value(l, param);
}

/* SEMI generic-param: 1 and *param, 0 when there is none, -1 when it is malformed. Extends *all
 * over it. */
LEX_INLINE int lex_semi_param(struct sip_lex *l, struct sip_param *param, struct str *all)
{
	if (!lex_separator(l, ';'))
		return 0;
	if (!all->p)
		all->p = l->at;
	if (!lex_name_value(l, param))
		return -1;
	all->n = (size_t)(l->at - all->p);
	return 1;
}

#endif
