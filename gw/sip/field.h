/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* How the value of each known header field decodes: one row per name. Private to the syntax files.
 */
#ifndef SIP_FIELD_H
#define SIP_FIELD_H

#include "gw/sip/lex.h"
#include "gw/sip/msg.h"

enum sip_field_flag {
	FIELD_NEEDED = 1,  /* a malformed one fails the message: 400 */
	FIELD_LIST = 2,	   /* values separated by commas, and the field may be repeated (7.3.1) */
	FIELD_SEMI = 4,	   /* values separated by semicolons (Privacy) */
	FIELD_SPACE = 8,   /* values separated by white space (Server, User-Agent) */
	FIELD_REPEAT = 16, /* may be repeated though it is no list (7.3.1) */
	FIELD_EMPTY = 32   /* may have no value */
};

/* Reads one value into out (zeroed, of the row's size; NULL when the size is 0 and the value goes
 * into msg). */
typedef bool sip_field_fn(struct sip_lex *l, struct sip_msg *msg, void *out);

struct sip_field {
	sip_field_fn *parse;
	uint16_t size;	  /* of the struct, aligned; 0: parse stores into the message */
	uint16_t offset;  /* of the head of the list in struct sip_msg */
	uint16_t present; /* of the bool that tells presence; 0: none */
	uint16_t flags;
};

extern const struct sip_field sip_fields[SIP_HEADERS];

/* Parsers in field_addr.c */
sip_field_fn sip_field_addr;
sip_field_fn sip_field_contact;
sip_field_fn sip_field_route;
sip_field_fn sip_field_via;
sip_field_fn sip_field_info;
/* Parsers in field_auth.c */
sip_field_fn sip_field_auth;
sip_field_fn sip_field_auth_info;
/* Parsers in field_value.c */
sip_field_fn sip_field_accept;
sip_field_fn sip_field_accept_encoding;
sip_field_fn sip_field_accept_language;
sip_field_fn sip_field_call_id;
sip_field_fn sip_field_content_disposition;
sip_field_fn sip_field_content_length;
sip_field_fn sip_field_content_type;
sip_field_fn sip_field_cseq;
sip_field_fn sip_field_date;
sip_field_fn sip_field_expires;
sip_field_fn sip_field_in_reply_to;
sip_field_fn sip_field_language;
sip_field_fn sip_field_max_forwards;
sip_field_fn sip_field_mime_version;
sip_field_fn sip_field_min_expires;
sip_field_fn sip_field_organization;
sip_field_fn sip_field_priority;
sip_field_fn sip_field_product;
sip_field_fn sip_field_reason;
sip_field_fn sip_field_retry_after;
sip_field_fn sip_field_subject;
sip_field_fn sip_field_timestamp;
sip_field_fn sip_field_token;
sip_field_fn sip_field_warning;

#endif
