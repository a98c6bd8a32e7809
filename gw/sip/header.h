/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The header fields of RFC 3261 section 20, Reason (RFC 3326), Privacy (RFC 3323),
 * P-Asserted-Identity and P-Preferred-Identity (RFC 3325): the structs that their values decode
 * into. Every span lies in the message's own text, or is { NULL, 0 } when absent. Lists are in the
 * order of the message, over all header fields of that name. .params spans hold all parameters, the
 * known ones included: walk them with sip_param_next.
 */
#ifndef SIP_HEADER_H
#define SIP_HEADER_H

#include "gw/sip/names.h"
#include "gw/sip/uri.h"

/* Q values count in thousandths; 1000 is the default. */
#define SIP_Q_MAX 1000u

/* From, To, Contact, Route, Record-Route, Reply-To, P-Asserted-Identity, P-Preferred-Identity */
struct sip_addr {
	struct sip_addr *next;
	struct str text;    /* the whole value */
	struct str display; /* without quotes, still with backslash escapes */
	struct sip_uri uri;
	struct str params;
	struct str tag;
	uint32_t expires; /* Contact */
	uint16_t q;	  /* Contact */
	bool has_expires;
	bool bracketed; /* had <> */
	bool star;	/* Contact: * (then nothing else is set) */
};

struct sip_via {
	struct sip_via *next;
	struct str text; /* the whole value as received */
	enum sip_proto proto;
	enum sip_host_type host_type;
	uint16_t port;	     /* 0: not given */
	uint16_t rport_port; /* value of rport=, 0 when none (RFC 3581) */
	uint8_t ttl;
	bool has_ttl;
	bool rport;	 /* ;rport is there */
	bool cookie;	 /* branch begins with z9hG4bK: RFC 3261 transaction matching */
	bool version_ok; /* SIP/2.0 */
	bool stamped;	 /* received and rport were set by sip_msg_received */
	struct str proto_name;
	struct str host; /* IPv6 without brackets */
	struct str params;
	struct str branch;
	struct str maddr;
	struct str received;
};

struct sip_cseq {
	uint32_t number;
	enum sip_method method;
	struct str method_name;
};

/* Allow, Require, Proxy-Require, Supported, Unsupported, Content-Encoding, Content-Language,
 * In-Reply-To, Privacy */
struct sip_token {
	struct sip_token *next;
	struct str value;
};

/* Accept, Accept-Encoding, Accept-Language, Content-Type */
struct sip_range {
	struct sip_range *next;
	struct str type;    /* coding or language where there is no subtype */
	struct str subtype; /* Accept and Content-Type */
	struct str params;
	uint16_t q;
};

/* Alert-Info, Call-Info, Error-Info */
struct sip_info {
	struct sip_info *next;
	struct sip_uri uri;
	struct str params;
	struct str purpose;
};

/* Authorization, Proxy-Authorization, WWW-Authenticate, Proxy-Authenticate, Authentication-Info */
struct sip_auth {
	struct sip_auth *next;
	struct str scheme; /* absent in Authentication-Info */
	struct str params; /* ","-separated */
	bool digest;
	bool stale;
	uint32_t nc; /* 0: absent */
	struct str username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop, domain;
	struct str nextnonce, rspauth;
};

struct sip_disposition {
	struct str type;
	struct str params;
	bool handling_optional; /* default is required */
};

struct sip_date { /* GMT */
	uint16_t year;
	uint8_t month, day, hour, minute, second; /* month 1-12 */
	uint8_t weekday;			  /* 0 Sunday */
};

struct sip_retry_after {
	uint32_t seconds;
	uint32_t duration_s; /* 0: absent */
	struct str comment;
	struct str params;
};

/* Server, User-Agent: products and comments in turn */
struct sip_product {
	struct sip_product *next;
	struct str name; /* empty: a comment */
	struct str version;
	struct str comment;
};

struct sip_timestamp {
	struct str time; /* copied as it is into responses (8.2.6.1) */
	uint64_t time_us;
	uint64_t delay_us;
	bool has_delay;
};

struct sip_warning {
	struct sip_warning *next;
	uint16_t code;
	struct str agent;
	struct str text; /* without quotes */
};

struct sip_reason {
	struct sip_reason *next;
	struct str protocol;
	bool q850; /* protocol is Q.850, else look at protocol */
	bool has_cause;
	uint16_t cause;
	struct str text;
	struct str params;
};

/* Names compare without case. */
bool sip_tokens_have(const struct sip_token *list, struct str value);

#endif
