/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Builds a SIP message in a caller's buffer. What does not fit, or holds CR, LF or NUL, marks the
 * writer bad and the message must not be sent. Order of use: a start line, header fields, then
 * sip_write_body or sip_write_end.
 */
#ifndef SIP_WRITE_H
#define SIP_WRITE_H

#include "gw/sip/msg.h"

struct sip_writer {
	char *p; /* borrow */
	size_t n;
	size_t cap;
	bool bad;
};

void sip_write_open(struct sip_writer *w, void *buffer, size_t cap);
/* 0 and the message, or -EMSGSIZE / -EINVAL (a value that cannot be written). */
int sip_write_close(const struct sip_writer *w, struct str *message)
	__attribute__((warn_unused_result));

/* Pieces. sip_write_str takes no control characters. */
void sip_write_str(struct sip_writer *w, struct str s);
static inline void sip_write_c(struct sip_writer *w, const char *terminated)
{
	sip_write_str(w, str_c(terminated));
}

void sip_write_uint(struct sip_writer *w, uint64_t value);
/* "..." with '"' and '\' escaped */
void sip_write_quoted(struct sip_writer *w, struct str s);
/* host, [host] for IPv6, :port when not 0 */
void sip_write_hostport(struct sip_writer *w, struct str host, uint16_t port);
/* From the fields when text is empty, else text as it is. */
void sip_write_uri(struct sip_writer *w, const struct sip_uri *uri);
/* The user part of a URI: escapes what needs it. */
void sip_write_user(struct sip_writer *w, struct str user);

/* Lines */
void sip_write_request_line(struct sip_writer *w, struct str method, const struct sip_uri *uri);
void sip_write_status_line(struct sip_writer *w, unsigned status, struct str phrase);
/* A whole header field. */
void sip_write_header(struct sip_writer *w, enum sip_header_id id, struct str value);
void sip_write_other(struct sip_writer *w, struct str name, struct str value);
void sip_write_header_uint(struct sip_writer *w, enum sip_header_id id, uint64_t value);
/* "Name: " and its CRLF, for values written in pieces in between. */
void sip_write_begin(struct sip_writer *w, enum sip_header_id id);
void sip_write_crlf(struct sip_writer *w);
void sip_write_cseq(struct sip_writer *w, uint32_t number, struct str method);
/* host may be an IPv6 address without brackets; branch whole, with its z9hG4bK; rport adds ;rport.
 */
void sip_write_via(struct sip_writer *w, enum sip_proto proto, struct str host, uint16_t port,
		   struct str branch, bool rport);
/* One name-addr field: display may be empty; tag may be empty; uri in <>. */
void sip_write_addr(struct sip_writer *w, enum sip_header_id id, struct str display,
		    const struct sip_uri *uri, struct str tag);
/* Every value of an address list as it was received, one field each, in order (Route from
 * Record-Route ...). */
void sip_write_addrs(struct sip_writer *w, enum sip_header_id id, const struct sip_addr *list);
/* All fields of that id of a message, as received. A Via gets received and rport as
 * sip_msg_received left them. */
void sip_write_copy(struct sip_writer *w, const struct sip_msg *from, enum sip_header_id id);

/* Ends the message: Content-Type (when there is a body), Content-Length, empty line, body (may hold
 * any octets). */
void sip_write_body(struct sip_writer *w, struct str type, struct str body);
void sip_write_end(struct sip_writer *w);

/*
 * The start of an answer to a request (8.2.6.2): status line, Vias, From, To with to_tag when it
 * has none (empty: none is added), Call-ID, CSeq; Timestamp in a 100; Record-Route in 101-299 to a
 * request that makes dialogs (12.1.1).
 */
void sip_write_response(struct sip_writer *w, const struct sip_msg *request, unsigned status,
			struct str phrase, struct str to_tag);

#endif
