/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The cursor that the SIP and SDP syntax is read with (RFC 3261 25.1), and character classes in one
 * table. Private to the syntax files. It never leaves [at, end). Folding is undone before: linear
 * white space is SP and HT here.
 */
#ifndef SIP_LEX_H
#define SIP_LEX_H

#include <string.h>

#include "gw/sip/lex16.h"
#include "gw/sip/uri.h"

enum sip_lex_class {
	LEX_WS = 1 << 0,
	LEX_ALPHA = 1 << 1,
	LEX_DIGIT = 1 << 2,
	LEX_HEX = 1 << 3,
	LEX_TOKEN = 1 << 4,
	LEX_WORD = 1 << 5,
	LEX_HOST = 1 << 6, /* alphanum "-" "." */
	LEX_USER = 1 << 7, /* without escapes, as the next five */
	LEX_BARE = 1 << 8, /* user of an addr-spec without <>: no , ; ? (20.10) */
	LEX_PASSWORD = 1 << 9,
	LEX_PARAM = 1 << 10,   /* paramchar of a URI */
	LEX_HEADERS = 1 << 11, /* hname, hvalue, "&" and "=" */
	LEX_URIC = 1 << 12,
	LEX_GENVAL = 1 << 13,  /* gen-value that is token or host */
	LEX_QUOTED = 1 << 14,  /* qdtext */
	LEX_COMMENT = 1 << 15, /* ctext */
	LEX_TEXT = 1 << 16,    /* TEXT-UTF8 and white space */
	LEX_HYPHEN = 1 << 17
};

extern const uint32_t sip_lex_class[256];

/* Those that hold letters, digits, "-" and ".": runs of these four are skipped 16 octets at a time.
 */
#define LEX_PLAIN                                                                                  \
	(LEX_TOKEN | LEX_WORD | LEX_HOST | LEX_USER | LEX_BARE | LEX_PASSWORD | LEX_PARAM |        \
	 LEX_HEADERS | LEX_URIC | LEX_GENVAL | LEX_QUOTED | LEX_COMMENT | LEX_TEXT)

struct sip_lex {
	const char *at;
	const char *end;
	const char *limit; /* end of what may be looked at, though not consumed: end or later */
};

static inline void lex_open(struct sip_lex *l, struct str text)
{
	l->at = text.p ? text.p : "";
	l->end = l->at + text.n;
	l->limit = l->end;
}

static inline bool lex_is(char c, uint32_t mask)
{
	return (sip_lex_class[(unsigned char)c] & mask) != 0;
}

static inline bool lex_done(const struct sip_lex *l)
{
	return l->at == l->end;
}

/* The next octet, 0 at the end (no class holds NUL). */
static inline char lex_peek(const struct sip_lex *l)
{
	return l->at < l->end ? *l->at : '\0';
}

static inline struct str lex_since(const struct sip_lex *l, const char *start)
{
	return (struct str){start, (size_t)(l->at - start)};
}

static inline struct str lex_rest(const struct sip_lex *l)
{
	return (struct str){l->at, (size_t)(l->end - l->at)};
}

/* SWS */
static inline void lex_ws(struct sip_lex *l)
{
	while (l->at < l->end && (unsigned char)*l->at <= ' ' && lex_is(*l->at, LEX_WS))
		l->at++;
}

static inline bool lex_char(struct sip_lex *l, char c)
{
	if (l->at == l->end || *l->at != c)
		return false;
	l->at++;
	return true;
}

/* A separator with white space on both sides allowed: COMMA, SEMI, SLASH, EQUAL, COLON. Nothing
 * moves when it is absent but white space. */
static inline bool lex_separator(struct sip_lex *l, char c)
{
	lex_ws(l);
	if (!lex_char(l, c))
		return false;
	lex_ws(l);
	return true;
}

/* Behind the longest run of the class. */
LEX_INLINE const char *lex_skip(const char *p, const char *end, const char *limit, uint32_t mask)
{
	for (;; p++) {
		if (mask & LEX_PLAIN)
			p = lex_plain_run(p, limit);
		if (p >= end || !lex_is(*p, mask))
			break;
	}
	return p < end ? p : end;
}

/* The longest run of the class, maybe empty. */
LEX_INLINE struct str lex_span(struct sip_lex *l, uint32_t mask)
{
	struct str s = {l->at, 0};

	l->at = lex_skip(l->at, l->end, l->limit, mask);
	s.n = (size_t)(l->at - s.p);
	return s;
}

static inline bool lex_token(struct sip_lex *l, struct str *token)
{
	*token = lex_span(l, LEX_TOKEN);
	return token->n > 0;
}

/* n is 2, 4 or 8. Each has its own type: a load of 8 octets that a store of 2 just touched would
 * stall. */
LEX_INLINE uint64_t lex_load(const char *p, size_t n)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	if (n == 8) {
		memcpy(&eight, p, sizeof(eight));
		return eight;
	}
	if (n == 4) {
		memcpy(&four, p, sizeof(four));
		return four;
	}
	memcpy(&two, p, sizeof(two));
	return two;
}

LEX_INLINE uint64_t lex_fold(uint64_t lower)
{
	return (lower & 0x4040404040404040u) >> 1;
}

/*
 * s equals a lower-case literal of n (2 to 16) octets, without case. Only where the literal has a
 * letter (bit 6 of its octet is set) is bit 5 of s set.
 */
LEX_INLINE bool lex_is_word(struct str s, const char *lower, size_t n)
{
	const size_t half = n >= 8 ? 8 : n >= 4 ? 4 : 2;

	if (s.n != n)
		return false;

	uint64_t head = lex_load(lower, half), tail = lex_load(lower + n - half, half);

	return (lex_load(s.p, half) | lex_fold(head)) == head &&
	       (lex_load(s.p + n - half, half) | lex_fold(tail)) == tail;
}

#define LEX_IS(s, literal) lex_is_word((s), (literal), sizeof(literal) - 1)

/* Goes on with lex_escaped at the first "%". */
bool lex_escaped_rest(struct sip_lex *l, uint32_t mask, struct str *s);
/* quoted-pair: any 7-bit octet but CR and LF, behind a backslash. */
bool lex_quoted_pair(struct sip_lex *l);
/* comment, which may nest; *inner is without the outer parentheses. */
bool lex_comment(struct sip_lex *l, struct str *inner);
/* hostname or IPv4address of any length. */
bool lex_name_long(struct sip_lex *l, struct str *name, enum sip_host_type *type);
/* name, of host characters, whose last label begins at last, is a hostname or an IPv4address. */
bool lex_name_valid(struct str name, const char *last, enum sip_host_type *type);
bool lex_ipv6_valid(struct str s);
/* qvalue in thousandths */
bool lex_qvalue(struct str s, uint16_t *q);
/* One URI. bare: no <> around it, so that , ; ? end it (20.10). */
bool sip_uri_lex(struct sip_lex *l, struct sip_uri *uri, bool bare);

#endif
