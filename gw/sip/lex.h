/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The cursor that the SIP and SDP syntax is read with (RFC 3261 25.1), and character classes in one
 * table. Private to the syntax files. It never leaves [at, end). Folding is undone before: linear
 * white space is SP and HT here.
 */
#ifndef SIP_LEX_H
#define SIP_LEX_H

#include "gw/sip/lex16.h"
#include "gw/sip/lex_word.h"
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
	/* The last place where a whole block may be looked at, though not consumed; NULL: nowhere. */
	const char *wide;
};

static inline void lex_open(struct sip_lex *l, struct str text)
{
	l->at = text.p ? text.p : "";
	l->end = l->at + text.n;
	l->wide = text.n >= LEX_BLOCK ? l->end - LEX_BLOCK : NULL;
}

static inline bool lex_is(char c, uint32_t mask)
{
	return (sip_lex_class[(unsigned char)c] & mask) != 0;
}

/* The same for LEX_WS; for what is none of it, most often, one comparison. */
static inline bool lex_is_ws(char c)
{
	return (unsigned char)c <= ' ' && (c == ' ' || c == '\t');
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
	while (l->at < l->end && lex_is_ws(*l->at))
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
	if (lex_peek(l) != c)
		lex_ws(l);
	if (!lex_char(l, c))
		return false;
	lex_ws(l);
	return true;
}

/* Behind the longest run of one of the classes of LEX_PLAIN. */
const char *lex_skip_on(const char *p, const char *end, const char *wide, uint32_t mask);

/* Behind the longest run of the class. Most end within a block, at an octet that is not of the
 * class. */
LEX_INLINE const char *lex_skip(const char *p, const char *end, const char *wide, uint32_t mask)
{
	if (!(mask & LEX_PLAIN)) {
		while (p < end && lex_is(*p, mask))
			p++;
		return p;
	}
	if (p <= wide) {
		unsigned n = lex16_plain_run(p);

		p += n;
		if (p >= end)
			return end;
		if (n < LEX_BLOCK && !lex_is(*p, mask))
			return p;
	}
	return lex_skip_on(p, end, wide, mask);
}

/* The longest run of the class, maybe empty. */
LEX_INLINE struct str lex_span(struct sip_lex *l, uint32_t mask)
{
	struct str s = {l->at, 0};

	l->at = lex_skip(l->at, l->end, l->wide, mask);
	s.n = (size_t)(l->at - s.p);
	return s;
}

static inline bool lex_token(struct sip_lex *l, struct str *token)
{
	*token = lex_span(l, LEX_TOKEN);
	return token->n > 0;
}

/*
 * These take and give places: a cursor whose address nobody takes can live in registers.
 * lex_escaped_on: behind the run of the class and of %HH escapes that begins with an escape; at a
 * "%" that is none.
 */
const char *lex_escaped_on(const char *p, const char *end, const char *wide, uint32_t mask);
/* At what ends a quoted string, from a backslash in it on. */
const char *lex_quoted_on(const char *p, const char *end, const char *wide);
/* Behind a quoted-pair, a backslash and any 7-bit octet but CR and LF; NULL when it is none. */
const char *lex_quoted_pair(const char *p, const char *end);
/* Behind a hostname or IPv4address of any length; *type is SIP_HOST_NONE when it is none. */
const char *lex_name_long(const char *p, const char *end, enum sip_host_type *type);
/* comment, which may nest; *inner is without the outer parentheses. */
bool lex_comment(struct sip_lex *l, struct str *inner);
bool lex_ipv4_valid(struct str s);
bool lex_ipv6_valid(struct str s);
/* qvalue in thousandths */
bool lex_qvalue(struct str s, uint16_t *q);
/* One URI. bare: no <> around it, so that , ; ? end it (20.10). */
bool sip_uri_lex(struct sip_lex *l, struct sip_uri *uri, bool bare);

#endif
