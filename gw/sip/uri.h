/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* SIP, SIPS and tel URIs: RFC 3261 19.1 and 25.1, RFC 3966. Any other scheme is kept whole
 * (absoluteURI). */
#ifndef SIP_URI_H
#define SIP_URI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gw/base/str.h"

enum sip_scheme { SIP_SCHEME_OTHER, SIP_SCHEME_SIP, SIP_SCHEME_SIPS, SIP_SCHEME_TEL };
enum sip_host_type { SIP_HOST_NONE, SIP_HOST_DOMAIN, SIP_HOST_IPV4, SIP_HOST_IPV6 };
/* The transport of a Via (20.42) and of the URI parameter (19.1.1). */
enum sip_proto {
	SIP_PROTO_NONE, /* not given */
	SIP_PROTO_UDP,
	SIP_PROTO_TCP,
	SIP_PROTO_TLS,
	SIP_PROTO_SCTP,
	SIP_PROTO_TLS_SCTP,
	SIP_PROTO_OTHER
};

/* Every span lies in the text that was parsed; absent parts are { NULL, 0 }. */
struct sip_uri {
	struct str text; /* the whole URI as received */
	enum sip_scheme scheme;
	enum sip_host_type host_type;
	enum sip_proto transport; /* transport= */
	uint16_t port;		  /* 0: not given */
	uint8_t ttl;		  /* ttl=, 0 when not given */
	bool has_ttl;
	bool lr;	 /* ;lr, loose router */
	bool user_phone; /* user=phone */
	struct str scheme_name;
	struct str user;     /* still escaped; tel: the number with its visual separators */
	struct str password; /* p is not NULL when ':' is there */
	struct str host;     /* IPv6 without its brackets; other schemes: all after the ':' */
	struct str params;   /* after the first ';', without it */
	struct str headers;  /* after the '?', without it */
	struct str maddr;
	struct str method;
};

/* The telephone number of a tel URI, or of the user part of a SIP URI (RFC 3966 3, RFC
 * 3261 19.1.6). */
struct sip_tel {
	bool global;	   /* began with '+' (not part of digits) */
	struct str number; /* with visual separators, without '+' */
	struct str params;
	struct str isub;
	struct str ext;
	struct str context; /* phone-context, local numbers */
};

struct sip_param {
	struct str name;
	struct str value; /* unquoted but still escaped; p is NULL when there is no '=' */
	bool quoted;
	bool token; /* the value is a token */
};

/* The whole span must be one URI. -EBADMSG; *offset (may be NULL) is then where it went wrong. */
int sip_uri_parse(struct sip_uri *uri, struct str text, size_t *offset)
	__attribute__((warn_unused_result));
/* RFC 3261 19.1.4; tel by RFC 3966 4; other schemes octet by octet. */
bool sip_uri_eq(const struct sip_uri *a, const struct sip_uri *b);
/* port, or 5061 for sips / TLS, else 5060 */
uint16_t sip_uri_port(const struct sip_uri *uri);

/* text is a telephone-subscriber, such as uri->user of a SIP URI with user=phone; -EBADMSG when it
 * is none. */
int sip_tel_parse(struct sip_tel *tel, struct str text) __attribute__((warn_unused_result));
int sip_uri_tel(const struct sip_uri *uri, struct sip_tel *tel) __attribute__((warn_unused_result));
/* The digits (0-9 A-D * #) without visual separators, terminated. -ENAMETOOLONG. */
int sip_tel_digits(const struct sip_tel *tel, char *digits, size_t cap)
	__attribute__((warn_unused_result));

/* Takes the next parameter off *rest (";"-separated, as in .params spans). False at the end. */
bool sip_param_next(struct str *rest, struct sip_param *param);
/* Names compare without case. value may be NULL. */
bool sip_param_find(struct str params, struct str name, struct str *value);

/* %HH to octets (may yield NUL octets). -EBADMSG bad escape, -ENAMETOOLONG. Not terminated. */
int sip_unescape(struct str in, char *out, size_t cap, size_t *n)
	__attribute__((warn_unused_result));
/* Octets not allowed in a URI's user part become %HH. -ENAMETOOLONG. Not terminated. */
int sip_escape_user(struct str in, char *out, size_t cap, size_t *n)
	__attribute__((warn_unused_result));

enum sip_proto sip_proto_parse(struct str name);
/* "UDP", "TCP" ...; "" for NONE and OTHER */
const char *sip_proto_name(enum sip_proto proto);
/* Syntax of hostname / IPv4address / IPv6address (no brackets); SIP_HOST_NONE when it is none of
 * them. */
enum sip_host_type sip_host_type(struct str host);

#endif
