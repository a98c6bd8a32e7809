/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Building a SIP message: RFC 3261 7, 8.2.6, 18.2.1, 19.1.2, 20; RFC 3326 2; RFC 3581 4. */
#include "gw/sip/write.h"

#include <errno.h>

#include "gw/sip/lex.h"

void sip_write_open(struct sip_writer *w, void *buffer, size_t cap)
{
	*w = (struct sip_writer){ .p = buffer,
				  .cap = cap < SIP_MSG_MAX_OCTETS ? cap : SIP_MSG_MAX_OCTETS };
}

int sip_write_close(const struct sip_writer *w, struct str *message)
{
	*message = STR_NONE;
	if (w->bad)
		return w->n == w->cap ? -EMSGSIZE : -EINVAL;
	*message = (struct str){ w->p, w->n };
	return 0;
}

/*
 * What does not fit leaves the buffer full, which tells it from a value that cannot be written.
 * Inline: a message is a hundred pieces, and most are literals.
 */
static inline __attribute__((always_inline)) void put(struct sip_writer *w, const char *p, size_t n)
{
	if (w->bad)
		return;
	if (n > w->cap - w->n) {
		w->bad = true;
		w->n = w->cap;
		return;
	}
	if (n > 0)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

static void put_char(struct sip_writer *w, char c)
{
	put(w, &c, 1);
}

/* No control characters in what was just written behind n. */
static bool clean(const struct sip_writer *w, size_t n)
{
	const char *p = w->p + n, *end = w->p + w->n, *room = w->p + w->cap;

	for (; end - p >= LEX_BLOCK; p += LEX_BLOCK) {
		if (lex16_control(p))
			return false;
	}
	if (room - p >= LEX_BLOCK)
		return (lex16_control(p) & ((1u << (end - p)) - 1)) == 0;
	for (; p < end; p++) {
		if (!lex_is(*p, LEX_TEXT))
			return false;
	}
	return true;
}

void sip_write_str(struct sip_writer *w, struct str s)
{
	size_t n = w->n;

	put(w, s.p, s.n);
	if (!w->bad && !clean(w, n)) {
		w->bad = true;
		w->n = 0;
	}
}

void sip_write_uint(struct sip_writer *w, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	put(w, digits + at, sizeof(digits) - at);
}

void sip_write_quoted(struct sip_writer *w, struct str s)
{
	put_char(w, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			put_char(w, '\\');
		sip_write_str(w, (struct str){ s.p + i, 1 });
	}
	put_char(w, '"');
}

void sip_write_hostport(struct sip_writer *w, struct str host, uint16_t port)
{
	bool ipv6 = host.n > 0 && host.p[0] != '[' && memchr(host.p, ':', host.n);

	if (ipv6)
		put_char(w, '[');
	sip_write_str(w, host);
	if (ipv6)
		put_char(w, ']');
	if (port) {
		put_char(w, ':');
		sip_write_uint(w, port);
	}
}

static void write_uri_params(struct sip_writer *w, const struct sip_uri *uri)
{
	if (uri->params.n > 0) {
		put_char(w, ';');
		sip_write_str(w, uri->params);
		return;
	}
	if (uri->transport != SIP_PROTO_NONE && uri->transport != SIP_PROTO_OTHER) {
		put(w, ";transport=", 11);
		for (const char *name = sip_proto_name(uri->transport); *name; name++)
			put_char(w, (char)(*name >= 'A' && *name <= 'Z' ? *name | 0x20 : *name));
	}
	if (uri->user_phone)
		put(w, ";user=phone", 11);
	if (uri->maddr.n > 0) {
		put(w, ";maddr=", 7);
		sip_write_str(w, uri->maddr);
	}
	if (uri->lr)
		put(w, ";lr", 3);
}

static void write_sip_uri(struct sip_writer *w, const struct sip_uri *uri)
{
	sip_write_c(w, uri->scheme == SIP_SCHEME_SIPS ? "sips:" : "sip:");
	if (uri->user.n > 0) {
		sip_write_str(w, uri->user);
		if (uri->password.p) {
			put_char(w, ':');
			sip_write_str(w, uri->password);
		}
		put_char(w, '@');
	}
	sip_write_hostport(w, uri->host, uri->port);
	write_uri_params(w, uri);
	if (uri->headers.n > 0) {
		put_char(w, '?');
		sip_write_str(w, uri->headers);
	}
}

void sip_write_uri(struct sip_writer *w, const struct sip_uri *uri)
{
	if (uri->text.n > 0) {
		sip_write_str(w, uri->text);
	} else if (uri->scheme == SIP_SCHEME_TEL) {
		put(w, "tel:", 4);
		sip_write_str(w, uri->user);
		write_uri_params(w, uri);
	} else {
		write_sip_uri(w, uri);
	}
}

void sip_write_user(struct sip_writer *w, struct str user)
{
	char escaped[3];
	size_t n;

	for (size_t i = 0; i < user.n; i++) {
		if (sip_escape_user((struct str){ user.p + i, 1 }, escaped, sizeof(escaped), &n) ==
		    0)
			put(w, escaped, n);
	}
}

void sip_write_request_line(struct sip_writer *w, struct str method, const struct sip_uri *uri)
{
	sip_write_str(w, method);
	put_char(w, ' ');
	sip_write_uri(w, uri);
	put(w, " SIP/2.0\r\n", 10);
}

void sip_write_status_line(struct sip_writer *w, unsigned status, struct str phrase)
{
	put(w, "SIP/2.0 ", 8);
	sip_write_uint(w, status);
	put_char(w, ' ');
	if (phrase.n > 0)
		sip_write_str(w, phrase);
	else
		sip_write_c(w, sip_status_phrase(status));
	put(w, "\r\n", 2);
}

void sip_write_begin(struct sip_writer *w, enum sip_header_id id)
{
	struct str name = sip_header_name(id);

	if (!name.n) {
		w->bad = true;
		return;
	}
	put(w, name.p, name.n);
	put(w, ": ", 2);
}

void sip_write_crlf(struct sip_writer *w)
{
	put(w, "\r\n", 2);
}

void sip_write_header(struct sip_writer *w, enum sip_header_id id, struct str value)
{
	sip_write_begin(w, id);
	sip_write_str(w, value);
	sip_write_crlf(w);
}

void sip_write_other(struct sip_writer *w, struct str name, struct str value)
{
	sip_write_str(w, name);
	put(w, ": ", 2);
	sip_write_str(w, value);
	sip_write_crlf(w);
}

void sip_write_header_uint(struct sip_writer *w, enum sip_header_id id, uint64_t value)
{
	sip_write_begin(w, id);
	sip_write_uint(w, value);
	sip_write_crlf(w);
}

void sip_write_cseq(struct sip_writer *w, uint32_t number, struct str method)
{
	sip_write_begin(w, SIP_H_CSEQ);
	sip_write_uint(w, number);
	put_char(w, ' ');
	sip_write_str(w, method);
	sip_write_crlf(w);
}

void sip_write_via(struct sip_writer *w, enum sip_proto proto, struct str host, uint16_t port,
		   struct str branch, bool rport)
{
	sip_write_begin(w, SIP_H_VIA);
	put(w, "SIP/2.0/", 8);
	sip_write_c(w, sip_proto_name(proto));
	put_char(w, ' ');
	sip_write_hostport(w, host, port);
	put(w, ";branch=", 8);
	sip_write_str(w, branch);
	if (rport)
		put(w, ";rport", 6);
	sip_write_crlf(w);
}

void sip_write_addr(struct sip_writer *w, enum sip_header_id id, struct str display,
		    const struct sip_uri *uri, struct str tag)
{
	sip_write_begin(w, id);
	if (display.n > 0) {
		sip_write_quoted(w, display);
		put_char(w, ' ');
	}
	put_char(w, '<');
	sip_write_uri(w, uri);
	put_char(w, '>');
	if (tag.n > 0) {
		put(w, ";tag=", 5);
		sip_write_str(w, tag);
	}
	sip_write_crlf(w);
}

void sip_write_addrs(struct sip_writer *w, enum sip_header_id id, const struct sip_addr *list)
{
	for (; list; list = list->next)
		sip_write_header(w, id, list->text);
}

/* A Via that sip_msg_received stamped: its parameters without the old received and rport, then the
 * new ones. */
static void write_stamped_via(struct sip_writer *w, const struct sip_via *via)
{
	struct str rest = via->params;
	size_t sent_by = via->params.p ? (size_t)(via->params.p - via->text.p) : via->text.n;

	/* up to the ";" before the parameters */
	while (via->params.p && via->text.p[--sent_by] != ';')
		;
	sip_write_str(w, str_trim((struct str){ via->text.p, sent_by }));
	while (rest.n > 0) {
		const char *start = rest.p;
		struct sip_param param;

		if (!sip_param_next(&rest, &param))
			break;
		if (str_ieq(param.name, STR("rport")) || str_ieq(param.name, STR("received")))
			continue;

		const char *end = param.value.p ? param.value.p + param.value.n + param.quoted
						: param.name.p + param.name.n;

		put_char(w, ';');
		sip_write_str(w, str_trim((struct str){ start, (size_t)(end - start) }));
	}
	put(w, ";received=", 10);
	sip_write_str(w, via->received);
	if (via->rport) {
		put(w, ";rport=", 7);
		sip_write_uint(w, via->rport_port);
	}
}

static void write_vias(struct sip_writer *w, const struct sip_via *via)
{
	for (; via; via = via->next) {
		sip_write_begin(w, SIP_H_VIA);
		if (via->stamped)
			write_stamped_via(w, via);
		else
			sip_write_str(w, via->text);
		sip_write_crlf(w);
	}
}

void sip_write_copy(struct sip_writer *w, const struct sip_msg *from, enum sip_header_id id)
{
	if (id == SIP_H_VIA) {
		write_vias(w, from->via);
		return;
	}
	for (unsigned i = 0; i < from->n_headers; i++) {
		if (from->headers[i].id == id)
			sip_write_header(w, id, from->headers[i].value);
	}
}

void sip_write_body(struct sip_writer *w, struct str type, struct str body)
{
	if (body.n > 0)
		sip_write_header(w, SIP_H_CONTENT_TYPE, type);
	sip_write_header_uint(w, SIP_H_CONTENT_LENGTH, body.n);
	sip_write_crlf(w);
	put(w, body.p, body.n);
}

void sip_write_end(struct sip_writer *w)
{
	sip_write_body(w, STR_NONE, STR_NONE);
}

static void write_first(struct sip_writer *w, const struct sip_msg *from, enum sip_header_id id)
{
	const struct sip_header *header = sip_msg_header(from, id, 0);

	if (header)
		sip_write_header(w, id, header->value);
}

static void write_to(struct sip_writer *w, const struct sip_msg *request, struct str tag)
{
	const struct sip_header *header = sip_msg_header(request, SIP_H_TO, 0);

	if (!header)
		return;
	sip_write_begin(w, SIP_H_TO);
	sip_write_str(w, header->value);
	if (tag.n > 0 && request->to && !request->to->tag.p) {
		put(w, ";tag=", 5);
		sip_write_str(w, tag);
	}
	sip_write_crlf(w);
}

static bool makes_dialog(const struct sip_msg *request, unsigned status)
{
	bool method = request->method == SIP_INVITE || request->method == SIP_SUBSCRIBE ||
		      request->method == SIP_REFER || request->method == SIP_NOTIFY;

	return method && status > 100 && status < 300;
}

void sip_write_response(struct sip_writer *w, const struct sip_msg *request, unsigned status,
			struct str phrase, struct str to_tag)
{
	sip_write_status_line(w, status, phrase);
	write_vias(w, request->via);
	write_first(w, request, SIP_H_FROM);
	write_to(w, request, to_tag);
	write_first(w, request, SIP_H_CALL_ID);
	write_first(w, request, SIP_H_CSEQ);
	if (status == 100)
		write_first(w, request, SIP_H_TIMESTAMP);
	if (makes_dialog(request, status))
		sip_write_copy(w, request, SIP_H_RECORD_ROUTE);
}
