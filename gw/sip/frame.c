/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Where a message ends in a stream: RFC 3261 18.3 and 7.5. */
#include <errno.h>

#include "gw/sip/lex_parts.h"
#include "gw/sip/msg.h"

/* LWS with its folds still in place. */
static void skip_lws(struct sip_lex *l)
{
	for (;;) {
		lex_ws(l);
		if (l->end - l->at < 3 || l->at[0] != '\r' || l->at[1] != '\n' ||
		    !lex_is(l->at[2], LEX_WS))
			return;
		l->at += 2;
	}
}

/* Content-Length's value up to its CRLF. */
static bool length_value(struct sip_lex *l, uint64_t *value)
{
	skip_lws(l);
	if (!lex_uint(l, UINT32_MAX, value))
		return false;
	skip_lws(l);
	return l->end - l->at >= 2 && l->at[0] == '\r' && l->at[1] == '\n';
}

/* The one Content-Length in a header section that ends with CRLF. */
static bool content_length(struct str section, uint64_t *value)
{
	struct sip_lex l;
	struct str name;
	bool found = false;

	lex_open(&l, section);
	for (;;) {
		const char *lf = memchr(l.at, '\n', (size_t)(l.end - l.at));

		if (!lf)
			return found;
		l.at = lf + 1;

		struct sip_lex line = l;

		if (!lex_token(&line, &name) || sip_header_find(name) != SIP_H_CONTENT_LENGTH)
			continue;
		lex_ws(&line);
		if (!lex_char(&line, ':'))
			continue;
		if (found || !length_value(&line, value))
			return false;
		found = true;
	}
}

int sip_msg_frame(const void *octets, size_t n, size_t *skip, size_t *length)
{
	const char *p = octets;
	size_t at = 0;
	uint64_t body = 0;

	while (at + 1 < n && p[at] == '\r' && p[at + 1] == '\n')
		at += 2;
	*skip = at;
	*length = 0;
	if (at == n)
		return -EAGAIN;

	size_t left = n - at;
	size_t look = left > SIP_MSG_MAX_OCTETS ? SIP_MSG_MAX_OCTETS : left;
	const char *empty = memmem(p + at, look, "\r\n\r\n", 4);

	if (!empty)
		return left >= SIP_MSG_MAX_OCTETS ? -EMSGSIZE : -EAGAIN;

	size_t head = (size_t)(empty + 4 - (p + at));

	*length = head;
	if (!content_length((struct str){ p + at, head - 2 }, &body))
		return -EBADMSG;
	if (body > SIP_MSG_MAX_OCTETS - head)
		return -EMSGSIZE;
	*length = head + (size_t)body;
	return left < *length ? -EAGAIN : 0;
}
