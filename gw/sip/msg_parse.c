/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Decoding a whole SIP message: RFC 3261 7, 18.3, 20. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "gw/base/counter.h"
#include "gw/sip/field.h"
#include "gw/sip/lex_parts.h"
#include "gw/sip/msg.h"
#include "gw/sip/msg_private.h"

struct parse {
	struct sip_msg *msg;
	char *at; /* where the next line begins */
	char *end;
	const char *wide; /* the last place where a cursor may look at a whole block */
	uint64_t seen;	  /* bit mask of header ids that were there and good */
	unsigned values;
	bool no_memory;
	char *tail[SIP_HEADERS]; /* the last value of each list that is not empty */
	struct sip_header headers[SIP_MSG_MAX_HEADERS];
};

static struct counter bad_messages =
	COUNTER_INIT("causeway_sip_bad_messages_total", "SIP messages that were malformed");
static struct counter ignored_fields =
	COUNTER_INIT("causeway_sip_ignored_header_fields_total",
		     "malformed SIP header fields that were not needed");

static const struct {
	const char *name;
	unsigned status;
	const char *text; /* %s: the header field */
} faults[SIP_FAULTS] = {
	[SIP_FAULT_NONE] = { "none", 0, "" },
	[SIP_FAULT_TOO_LARGE] = { "too large", 513, "Message Too Large" },
	[SIP_FAULT_TOO_MANY] = { "too many header fields", 513, "Too Many Header Fields" },
	[SIP_FAULT_START_LINE] = { "bad start line", 400, "Bad Start-Line" },
	[SIP_FAULT_REQUEST_URI] = { "bad Request-URI", 400, "Bad Request-URI" },
	[SIP_FAULT_VERSION] = { "version", 505, "Version Not Supported" },
	[SIP_FAULT_SCHEME] = { "URI scheme", 416, "Unsupported URI Scheme" },
	[SIP_FAULT_LINE] = { "bad line", 400, "Bad Line" },
	[SIP_FAULT_UNENDED] = { "header section has no end", 400, "Message Not Complete" },
	[SIP_FAULT_HEADER] = { "bad header field", 400, "Bad %s Header Field" },
	[SIP_FAULT_MISSING] = { "missing header field", 400, "Missing %s Header Field" },
	[SIP_FAULT_REPEATED] = { "repeated header field", 400, "Repeated %s Header Field" },
	[SIP_FAULT_METHOD_MISMATCH] = { "CSeq method differs", 400, "CSeq Method Mismatch" },
	[SIP_FAULT_LENGTH] = { "Content-Length beyond the message", 400, "Bad Content-Length" },
};

const char *sip_fault_name(enum sip_fault fault)
{
	return (unsigned)fault < SIP_FAULTS ? faults[fault].name : "";
}

/* The first fault counts. */
LEX_RARE void fault(struct parse *ps, enum sip_fault kind, enum sip_header_id id, const char *at)
{
	struct sip_error *error = &ps->msg->error;

	if (error->fault != SIP_FAULT_NONE)
		return;
	error->fault = kind;
	error->header = id;
	error->offset = (size_t)(at - ps->msg->text.p);
	error->status = faults[kind].status;
	if (id == SIP_H_OTHER) {
		str_copy(error->text, sizeof(error->text), str_c(faults[kind].text));
	} else {
		const char *mark = strstr(faults[kind].text, "%s");
		int before = mark ? (int)(mark - faults[kind].text) : 0;

		snprintf(error->text, sizeof(error->text), "%.*s%s%s", before, faults[kind].text,
			 sip_header_name(id).p, mark ? mark + 2 : "");
	}
}

/* When the line goes on behind lf (7.3.1), what ended it becomes blanks. */
LEX_RARE bool line_unfold(const struct parse *ps, struct str line, char *lf)
{
	if (line.n == 0 || lf + 1 == ps->end)
		return false;
	if (lf > line.p + line.n)
		lf[-1] = ' ';
	lf[0] = ' ';
	return true;
}

/* The next line without its CRLF, folded lines joined by blanks (7.3.1). False at the end of the
 * octets. */
static inline bool line_next(struct parse *ps, bool fold, struct str *line)
{
	char *start = ps->at, *lf;

	do {
		lf = memchr(ps->at, '\n', (size_t)(ps->end - ps->at));
		if (!lf)
			return false;

		bool crlf = lf > start && lf[-1] == '\r';

		if (!crlf)
			fault(ps, SIP_FAULT_LINE, SIP_H_OTHER, start);
		*line = (struct str){ start, (size_t)(lf - start) - crlf };
		ps->at = lf + 1;
	} while (fold && lex_is_ws(lf[1]) && line_unfold(ps, *line, lf));
	return true;
}

/* SIP-Version; anything but 2.0 is *known false. */
static bool lex_version(struct sip_lex *l, bool *known)
{
	uint64_t major, minor;

	if (!lex_is_word((struct str){ l->at, l->end - l->at < 4 ? 0 : 4 }, "sip/", 4))
		return false;
	l->at += 4;
	if (!lex_uint(l, UINT32_MAX, &major) || !lex_char(l, '.') ||
	    !lex_uint(l, UINT32_MAX, &minor))
		return false;
	*known = major == 2 && minor == 0;
	return true;
}

static void request_line(struct parse *ps, struct sip_lex *l)
{
	struct sip_msg *msg = ps->msg;
	bool known = false;

	msg->request = true;
	if (!lex_token(l, &msg->method_name) || !lex_char(l, ' ')) {
		fault(ps, SIP_FAULT_START_LINE, SIP_H_OTHER, l->at);
		return;
	}
	msg->method = sip_method_find(msg->method_name);
	/* 19.1.1: no headers in a Request-URI */
	if (!sip_uri_lex(l, &msg->uri, false) || !lex_char(l, ' ') || msg->uri.headers.p)
		fault(ps, SIP_FAULT_REQUEST_URI, SIP_H_OTHER, l->at);
	else if (!lex_version(l, &known) || !lex_done(l))
		fault(ps, SIP_FAULT_START_LINE, SIP_H_OTHER, l->at);
	else if (!known)
		fault(ps, SIP_FAULT_VERSION, SIP_H_OTHER, l->at);
}

static void status_line(struct parse *ps, struct sip_lex *l)
{
	struct sip_msg *msg = ps->msg;
	bool known = false;
	uint64_t status;

	if (!lex_version(l, &known) || !lex_char(l, ' ') || !lex_uint(l, 699, &status) ||
	    status < 100 || !lex_char(l, ' ')) {
		fault(ps, SIP_FAULT_START_LINE, SIP_H_OTHER, l->at);
		return;
	}
	if (!known)
		fault(ps, SIP_FAULT_VERSION, SIP_H_OTHER, l->at);
	msg->status = (unsigned)status;
	msg->phrase = lex_span(l, LEX_TEXT);
	if (!lex_done(l))
		fault(ps, SIP_FAULT_START_LINE, SIP_H_OTHER, l->at);
}

static bool start_line(struct parse *ps)
{
	struct sip_lex l;
	struct str line;

	/* 7.5: CRLFs before the start line are ignored */
	while (ps->end - ps->at >= 2 && ps->at[0] == '\r' && ps->at[1] == '\n')
		ps->at += 2;

	const char *start = ps->at;

	if (!line_next(ps, false, &line)) {
		fault(ps, SIP_FAULT_START_LINE, SIP_H_OTHER, start);
		return false;
	}
	l = (struct sip_lex){ line.p, line.p + line.n, ps->wide };
	if (line.n >= 4 && lex_is_word((struct str){ line.p, 4 }, "sip/", 4))
		status_line(ps, &l);
	else
		request_line(ps, &l);
	return true;
}

/* Appends a decoded value to the list whose head the row names; every list struct begins with its
 * next pointer. */
static inline void value_link(struct parse *ps, enum sip_header_id id, void *value)
{
	char *head = (char *)ps->msg + sip_fields[id].offset;
	void *first;

	memcpy(&first, head, sizeof(first));
	memcpy(first ? ps->tail[id] : head, &value, sizeof(value));
	ps->tail[id] = value;
}

/* What stands behind a value: another one (true in *more), or the end. False: neither. */
static bool value_behind(struct sip_lex *l, const struct sip_field *field, bool *more)
{
	if (!lex_done(l))
		lex_ws(l);
	*more = !lex_done(l);
	if (!*more)
		return true;
	if (field->flags & FIELD_SPACE)
		return true;
	return ((field->flags & FIELD_LIST) && lex_separator(l, ',')) ||
	       ((field->flags & FIELD_SEMI) && lex_separator(l, ';'));
}

static bool value_parse(struct parse *ps, enum sip_header_id id, struct sip_lex *l, bool *more)
{
	const struct sip_field *field = &sip_fields[id];

	if (ps->values == SIP_MSG_MAX_VALUES) {
		fault(ps, SIP_FAULT_TOO_MANY, SIP_H_OTHER, l->at);
		return false;
	}
	ps->values++;

	void *value = sip_msg_take_aligned(ps->msg, field->size);

	if (!value) {
		ps->no_memory = true;
		return false;
	}
	if (field->parse(l, ps->msg, value) && value_behind(l, field, more)) {
		if (field->size)
			value_link(ps, id, value);
		return true;
	}
	/* A top Via that can be read as far as sent-by still says where a 400 goes. */
	if (id == SIP_H_VIA && !ps->msg->via && ((struct sip_via *)value)->text.n > 0)
		value_link(ps, id, value);
	return false;
}

/* All values of a header field; the cursor stops where one is bad. */
static bool field_values(struct parse *ps, enum sip_header_id id, struct sip_lex *l)
{
	const struct sip_field *field = &sip_fields[id];
	bool more;

	if (lex_done(l) && (field->flags & FIELD_EMPTY))
		return field->size || field->parse(l, ps->msg, NULL);
	do {
		if (!value_parse(ps, id, l, &more))
			return false;
	} while (more);
	return true;
}

LEX_RARE void field_bad(struct parse *ps, struct sip_header *header, enum sip_fault kind,
			const char *at)
{
	if (sip_fields[header->id].flags & FIELD_NEEDED) {
		fault(ps, kind, header->id, at);
		return;
	}
	header->bad = true;
	ps->msg->n_bad++;
	counter_add(&ignored_fields, 1);
}

static void field_known(struct parse *ps, struct sip_header *header, struct sip_lex *l)
{
	enum sip_header_id id = header->id;
	const struct sip_field *field = &sip_fields[id];
	uint64_t bit = UINT64_C(1) << id;

	if ((ps->seen & bit) && !(field->flags & (FIELD_LIST | FIELD_REPEAT | FIELD_SEMI))) {
		field_bad(ps, header, SIP_FAULT_REPEATED, header->value.p);
		return;
	}
	if (!field_values(ps, id, l)) {
		field_bad(ps, header, SIP_FAULT_HEADER, l->at);
		return;
	}
	ps->seen |= bit;
	if (field->present)
		*(bool *)((char *)ps->msg + field->present) = true;
}

/* header-value of extension-header */
static void field_other(struct parse *ps, struct sip_header *header, struct sip_lex *l)
{
	lex_span(l, LEX_TEXT);
	if (!lex_done(l)) {
		header->bad = true;
		ps->msg->n_bad++;
		counter_add(&ignored_fields, 1);
	}
}

/* header-name HCOLON */
LEX_RARE bool lex_header_name_any(struct sip_lex *l, struct sip_header *header)
{
	if (!lex_token(l, &header->name) || !lex_separator(l, ':'))
		return false;
	header->id = sip_header_find(header->name);
	return true;
}

/* The same. What stands before the first colon, when it is a name of ours, needs no look at each of
 * its octets. */
static inline bool lex_header_name(struct sip_lex *l, struct sip_header *header)
{
	uint32_t colons = lex16_equal(l->at, ':');
	struct str name = { l->at, colons ? (size_t)__builtin_ctz(colons) : 0 };

	header->id = sip_header_find(name);
	if (header->id == SIP_H_OTHER)
		return lex_header_name_any(l, header);
	header->name = name;
	l->at += name.n + 1;
	lex_ws(l);
	return true;
}

static void header_line(struct parse *ps, struct str line)
{
	struct sip_header *header = &ps->headers[ps->msg->n_headers];
	struct sip_lex l = { line.p, line.p + line.n, ps->wide };

	if (!lex_header_name(&l, header)) {
		fault(ps, SIP_FAULT_LINE, SIP_H_OTHER, line.p);
		return;
	}
	ps->msg->n_headers++;
	while (l.end > l.at && lex_is_ws(l.end[-1]))
		l.end--;
	header->value = lex_rest(&l);
	header->bad = false;
	if (header->id == SIP_H_OTHER)
		field_other(ps, header, &l);
	else
		field_known(ps, header, &l);
}

/* Every header field up to the empty line. False when that was not reached. */
static bool header_section(struct parse *ps)
{
	struct str line;

	while (line_next(ps, true, &line)) {
		if (line.n == 0)
			return true;
		if (ps->msg->n_headers == SIP_MSG_MAX_HEADERS) {
			fault(ps, SIP_FAULT_TOO_MANY, SIP_H_OTHER, line.p);
			return false;
		}
		header_line(ps, line);
		if (ps->no_memory)
			return false;
	}
	fault(ps, SIP_FAULT_UNENDED, SIP_H_OTHER, ps->at);
	return false;
}

/* 8.1.1 without Max-Forwards, which RFC 2543 peers leave out (RFC 4475 3.4.1). */
static void mandatory(struct parse *ps)
{
	static const enum sip_header_id ids[] = { SIP_H_VIA, SIP_H_FROM, SIP_H_TO, SIP_H_CALL_ID,
						  SIP_H_CSEQ };
	struct sip_msg *msg = ps->msg;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (!(ps->seen & UINT64_C(1) << ids[i]))
			fault(ps, SIP_FAULT_MISSING, ids[i], ps->at);
	}
	if (!msg->request) {
		msg->method = msg->cseq.method;
	} else if (msg->cseq.method_name.p && msg->method_name.p &&
		   !str_eq(msg->cseq.method_name, msg->method_name)) {
		fault(ps, SIP_FAULT_METHOD_MISMATCH, SIP_H_OTHER, msg->cseq.method_name.p);
		/* RFC 4475 3.1.2.18: an unknown method is the better answer */
		if (msg->error.fault == SIP_FAULT_METHOD_MISMATCH &&
		    msg->method == SIP_METHOD_OTHER)
			msg->error.status = 501;
	}
}

/* 18.3 */
static void body(struct parse *ps, enum sip_framing framing)
{
	struct sip_msg *msg = ps->msg;
	size_t rest = (size_t)(ps->end - ps->at);

	if (!msg->has_content_length) {
		if (framing == SIP_STREAM)
			fault(ps, SIP_FAULT_MISSING, SIP_H_CONTENT_LENGTH, ps->at);
		else
			msg->body = (struct str){ ps->at, rest };
		return;
	}
	if (msg->content_length > rest)
		fault(ps, SIP_FAULT_LENGTH, SIP_H_OTHER, ps->at);
	else
		rest = msg->content_length;
	msg->body = (struct str){ ps->at, rest };
}

static void answerable(struct sip_msg *msg)
{
	msg->error.answerable =
		msg->request && msg->method != SIP_ACK && msg->method_name.p && msg->via;
	if (!msg->request)
		msg->error.status = 0;
}

static bool headers_keep(struct parse *ps)
{
	size_t octets = ps->msg->n_headers * sizeof(ps->headers[0]);

	ps->msg->headers = sip_msg_take(ps->msg, octets);
	if (!ps->msg->headers)
		return false;
	memcpy(ps->msg->headers, ps->headers, octets);
	return true;
}

static int msg_decode(struct sip_msg *msg, enum sip_framing framing)
{
	struct parse ps;

	ps.msg = msg;
	ps.at = (char *)msg + (msg->text.p - (char *)msg);
	ps.end = ps.at + msg->text.n;
	ps.wide = ps.end + LEX_PADDING - LEX_BLOCK;
	ps.seen = 0;
	ps.values = 0;
	ps.no_memory = false;
	if (start_line(&ps) && header_section(&ps))
		body(&ps, framing);
	mandatory(&ps);
	if (ps.no_memory || !headers_keep(&ps))
		return -ENOMEM;
	answerable(msg);
	return 0;
}

static void too_large(struct sip_msg *msg)
{
	msg->error.fault = SIP_FAULT_TOO_LARGE;
	msg->error.offset = SIP_MSG_MAX_OCTETS;
	msg->error.status = faults[SIP_FAULT_TOO_LARGE].status;
	str_copy(msg->error.text, sizeof(msg->error.text), str_c(faults[SIP_FAULT_TOO_LARGE].text));
}

int sip_msg_parse(struct sip_msg **msg, const void *octets, size_t n, enum sip_framing framing)
{
	bool fits = n <= SIP_MSG_MAX_OCTETS;

	*msg = sip_msg_new(octets, fits ? n : 0);
	if (!*msg)
		return -ENOMEM;
	if (!fits) {
		too_large(*msg);
	} else if (msg_decode(*msg, framing) != 0) {
		sip_msg_free(*msg);
		*msg = NULL;
		return -ENOMEM;
	}
	if ((*msg)->error.fault == SIP_FAULT_NONE)
		return 0;
	if (framing != SIP_BEGINNING)
		counter_add(&bad_messages, 1);
	return -EBADMSG;
}
