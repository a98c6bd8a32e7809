/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A SIP message (RFC 3261 sections 7, 20, 25), decoded whole: one block holds the message's own
 * copy of the octets (folded lines unfolded in place) and the decoded header fields. Core thread
 * only.
 */
#ifndef SIP_MSG_H
#define SIP_MSG_H

#include "gw/sip/header.h"

#define SIP_MSG_MAX_OCTETS  65536u
#define SIP_MSG_MAX_HEADERS 128u
#define SIP_MSG_MAX_VALUES  512u /* values in all the lists of one message */

/* What was wrong first. SIP_FAULT_NONE: the message is well-formed. */
enum sip_fault {
	SIP_FAULT_NONE,
	SIP_FAULT_TOO_LARGE, /* octets: 513 */
	SIP_FAULT_TOO_MANY,  /* headers or values */
	SIP_FAULT_START_LINE,
	SIP_FAULT_REQUEST_URI,
	SIP_FAULT_VERSION,	   /* 505 */
	SIP_FAULT_SCHEME,	   /* 416, from sip_msg_check */
	SIP_FAULT_LINE,		   /* a line that is no header field, or a bare CR or LF */
	SIP_FAULT_UNENDED,	   /* no empty line after the header fields */
	SIP_FAULT_HEADER,	   /* error.header has a bad value */
	SIP_FAULT_MISSING,	   /* error.header is mandatory and missing */
	SIP_FAULT_REPEATED,	   /* error.header may be there once only */
	SIP_FAULT_METHOD_MISMATCH, /* CSeq method is not the request's */
	SIP_FAULT_LENGTH,	   /* Content-Length beyond the octets */
	SIP_FAULTS
};

struct sip_error {
	enum sip_fault fault;
	enum sip_header_id header;
	size_t offset;	 /* in the octets received */
	unsigned status; /* what a server answers with: 400, 505 ... */
	char text[48];	 /* reason phrase for the answer: "Bad CSeq Header Field" */
	/*
	 * A request (not ACK) whose top Via says where an answer goes. sip_write_response then
	 * copies what there is of Via, From, To, Call-ID and CSeq, however malformed, as RFC
	 * 4475 3.1.2 expects of a 400.
	 */
	bool answerable;
};

struct sip_header {
	enum sip_header_id id;
	bool bad;	  /* malformed, not needed to serve the message: ignored (8.2.2) */
	struct str name;  /* as received, maybe compact */
	struct str value; /* trimmed, unfolded */
};

/* A further piece of a message's memory, when the first block was not enough. */
struct sip_arena {
	struct sip_arena *next; /* own */
};

struct sip_msg {
	unsigned refs;
	char *free_at;	   /* what is left of the newest piece of memory, */
	char *free_zeroed; /* how far it is zeroed */
	char *free_end;
	struct sip_arena *pieces; /* own */
	struct sip_error error;
	unsigned n_bad; /* header fields that were ignored */

	bool request;
	enum sip_method method; /* of the request, or of a response's CSeq */
	struct str method_name;
	struct sip_uri uri; /* request */
	unsigned status;    /* response: 100-699 */
	struct str phrase;

	struct sip_header *headers; /* all, in order */
	unsigned n_headers;
	struct str body; /* as long as Content-Length says */
	struct str text; /* the whole message (own copy, unfolded) */

	struct sip_via *via; /* top first */
	struct sip_addr *from, *to;
	struct str call_id;
	struct sip_cseq cseq; /* method_name.p NULL: absent or unreadable */
	struct sip_addr *contact, *route, *record_route, *reply_to;
	struct sip_addr *asserted, *preferred; /* RFC 3325 */
	struct sip_token *allow, *require, *proxy_require, *supported, *unsupported;
	struct sip_token *content_encoding, *content_language, *in_reply_to, *privacy;
	struct sip_range *accept, *accept_encoding, *accept_language, *content_type;
	struct sip_info *alert_info, *call_info, *error_info;
	struct sip_auth *authorization, *proxy_authorization, *www_authenticate,
		*proxy_authenticate;
	struct sip_auth *authentication_info;
	struct sip_disposition *content_disposition;
	struct sip_date *date;
	struct sip_retry_after *retry_after;
	struct sip_product *server, *user_agent;
	struct sip_timestamp *timestamp;
	struct sip_warning *warning;
	struct sip_reason *reason;
	struct str organization, priority, subject; /* p NULL: absent */
	uint32_t content_length, expires, min_expires;
	uint8_t max_forwards;
	uint8_t mime_major, mime_minor;
	bool has_content_length, has_expires, has_min_expires, has_max_forwards, has_mime_version;
	/* These may be there and empty. */
	bool has_accept, has_accept_encoding, has_accept_language, has_allow, has_supported;
};

enum sip_framing {
	SIP_DATAGRAM, /* the rest is the body, octets beyond Content-Length are dropped (18.3) */
	SIP_STREAM,   /* octets hold exactly one message, as sip_msg_frame found it */
	SIP_BEGINNING /* cut anywhere: malformed, but not counted; a line that is cut is not read */
};

/*
 * Decodes a copy of the octets. 0: *msg is well-formed. -EBADMSG: malformed; *msg is there with
 * what could be read and msg->error says what was wrong and how to answer. -ENOMEM: *msg is NULL.
 * Free with sip_msg_free in the first two cases.
 */
int sip_msg_parse(struct sip_msg **msg, const void *octets, size_t n, enum sip_framing framing)
	__attribute__((warn_unused_result));
struct sip_msg *sip_msg_ref(struct sip_msg *msg);
/* Drops one reference. NULL is fine. */
void sip_msg_free(struct sip_msg *msg);

/*
 * Finds the next message in a stream (18.3): *skip octets of CRLF keep-alive come first, then
 * *length octets of message. 0: whole message there. -EAGAIN: more octets are needed. -EBADMSG: no
 * Content-Length, or one that is unreadable: the header (*length octets) can still be parsed and
 * answered, then the connection must be closed. -EMSGSIZE: over a limit.
 */
int sip_msg_frame(const void *octets, size_t n, size_t *skip, size_t *length)
	__attribute__((warn_unused_result));

/* What this element serves; the lists end with a { NULL, 0 }. */
struct sip_caps {
	uint32_t methods;	   /* bit mask of 1u << enum sip_method */
	const struct str *options; /* option tags for Require (8.2.2.3) */
	const struct str *types;   /* "application/sdp" ... (8.2.3) */
	bool tel;		   /* tel URIs are served, not answered 416 */
	bool forwards;		   /* sends the request on: Max-Forwards 0 is answered 483 (16.3) */
};

/*
 * The stateless checks of a UAS core on a well-formed request (8.2.1-8.2.3, 16.3): 0, or the status
 * to answer with: 501, 405, 416, 483, 420, 415, 406, 400. ACK gives 0 (never answered).
 */
unsigned sip_msg_check(const struct sip_msg *msg, const struct sip_caps *caps);
/* 8.1.3.3: a response with more than one Via is not for this element and must be dropped. */
bool sip_msg_misrouted(const struct sip_msg *msg);

/* 18.2.1 and RFC 3581 4: sets received (and rport when asked for) of the top Via, which the answers
 * then carry. -ENOMEM. */
int sip_msg_received(struct sip_msg *msg, struct str address, uint16_t port)
	__attribute__((warn_unused_result));
/* The n-th header field of that name (from 0), NULL when there is none. */
const struct sip_header *sip_msg_header(const struct sip_msg *msg, enum sip_header_id id,
					unsigned nth);
/* The first header field by a name unknown to enum sip_header_id. */
const struct sip_header *sip_msg_other(const struct sip_msg *msg, struct str name);
const char *sip_fault_name(enum sip_fault fault);

#endif
