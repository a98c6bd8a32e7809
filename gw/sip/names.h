/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Header field names (RFC 3261 20 and 7.3.3, RFC 3323, 3325, 3326) and method names (RFC 3261 7.1
 * and extensions). */
#ifndef SIP_NAMES_H
#define SIP_NAMES_H

#include "gw/base/str.h"

enum sip_header_id {
	SIP_H_OTHER, /* unknown to us: kept as text */
	SIP_H_ACCEPT,
	SIP_H_ACCEPT_ENCODING,
	SIP_H_ACCEPT_LANGUAGE,
	SIP_H_ALERT_INFO,
	SIP_H_ALLOW,
	SIP_H_AUTHENTICATION_INFO,
	SIP_H_AUTHORIZATION,
	SIP_H_CALL_ID,
	SIP_H_CALL_INFO,
	SIP_H_CONTACT,
	SIP_H_CONTENT_DISPOSITION,
	SIP_H_CONTENT_ENCODING,
	SIP_H_CONTENT_LANGUAGE,
	SIP_H_CONTENT_LENGTH,
	SIP_H_CONTENT_TYPE,
	SIP_H_CSEQ,
	SIP_H_DATE,
	SIP_H_ERROR_INFO,
	SIP_H_EXPIRES,
	SIP_H_FROM,
	SIP_H_IN_REPLY_TO,
	SIP_H_MAX_FORWARDS,
	SIP_H_MIME_VERSION,
	SIP_H_MIN_EXPIRES,
	SIP_H_ORGANIZATION,
	SIP_H_PRIORITY,
	SIP_H_PROXY_AUTHENTICATE,
	SIP_H_PROXY_AUTHORIZATION,
	SIP_H_PROXY_REQUIRE,
	SIP_H_RECORD_ROUTE,
	SIP_H_REPLY_TO,
	SIP_H_REQUIRE,
	SIP_H_RETRY_AFTER,
	SIP_H_ROUTE,
	SIP_H_SERVER,
	SIP_H_SUBJECT,
	SIP_H_SUPPORTED,
	SIP_H_TIMESTAMP,
	SIP_H_TO,
	SIP_H_UNSUPPORTED,
	SIP_H_USER_AGENT,
	SIP_H_VIA,
	SIP_H_WARNING,
	SIP_H_WWW_AUTHENTICATE,
	SIP_H_REASON,
	SIP_H_P_ASSERTED_IDENTITY,
	SIP_H_P_PREFERRED_IDENTITY,
	SIP_H_PRIVACY,
	SIP_HEADERS
};

enum sip_method {
	SIP_METHOD_OTHER,
	SIP_INVITE,
	SIP_ACK,
	SIP_BYE,
	SIP_CANCEL,
	SIP_OPTIONS,
	SIP_REGISTER,
	SIP_PRACK,
	SIP_UPDATE,
	SIP_INFO,
	SIP_REFER,
	SIP_NOTIFY,
	SIP_SUBSCRIBE,
	SIP_MESSAGE,
	SIP_PUBLISH,
	SIP_METHODS
};

/* Full name as the RFC writes it, terminated; empty for SIP_H_OTHER. */
struct str sip_header_name(enum sip_header_id id);
/* Full or compact name, any case (7.3.3). */
enum sip_header_id sip_header_find(struct str name);
/* Exact case (7.1). */
enum sip_method sip_method_find(struct str name);
const char *sip_method_name(enum sip_method method);

/* "Bad Request", "Not Found" ...; "" when it has no standard phrase (RFC 3261 21). */
const char *sip_status_phrase(unsigned status);

#endif
