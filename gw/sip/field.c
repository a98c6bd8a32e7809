/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The table of header fields, in the order of RFC 3261 section 20. */
#include "gw/sip/field.h"

#include <stddef.h>

#include "gw/sip/msg_private.h"

#define IN(member)  .offset = offsetof(struct sip_msg, member)
#define HAS(member) .present = offsetof(struct sip_msg, member)
#define OF(type)    .size = SIP_MSG_ALIGNED(sizeof(struct type))

/* clang-format off */
const struct sip_field sip_fields[SIP_HEADERS] = {
	[SIP_H_ACCEPT] = {sip_field_accept, OF(sip_range), IN(accept), HAS(has_accept), FIELD_LIST | FIELD_EMPTY},
	[SIP_H_ACCEPT_ENCODING] = {sip_field_accept_encoding, OF(sip_range), IN(accept_encoding),
				   HAS(has_accept_encoding), FIELD_LIST | FIELD_EMPTY},
	[SIP_H_ACCEPT_LANGUAGE] = {sip_field_accept_language, OF(sip_range), IN(accept_language),
				   HAS(has_accept_language), FIELD_LIST | FIELD_EMPTY},
	[SIP_H_ALERT_INFO] = {sip_field_info, OF(sip_info), IN(alert_info), 0, FIELD_LIST},
	[SIP_H_ALLOW] = {sip_field_token, OF(sip_token), IN(allow), HAS(has_allow), FIELD_LIST | FIELD_EMPTY},
	[SIP_H_AUTHENTICATION_INFO] = {sip_field_auth_info, OF(sip_auth), IN(authentication_info), 0, 0},
	[SIP_H_AUTHORIZATION] = {sip_field_auth, OF(sip_auth), IN(authorization), 0, FIELD_REPEAT},
	[SIP_H_CALL_ID] = {sip_field_call_id, 0, 0, 0, FIELD_NEEDED},
	[SIP_H_CALL_INFO] = {sip_field_info, OF(sip_info), IN(call_info), 0, FIELD_LIST},
	[SIP_H_CONTACT] = {sip_field_contact, OF(sip_addr), IN(contact), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_CONTENT_DISPOSITION] = {sip_field_content_disposition, OF(sip_disposition), IN(content_disposition),
				       0, FIELD_NEEDED},
	[SIP_H_CONTENT_ENCODING] = {sip_field_token, OF(sip_token), IN(content_encoding), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_CONTENT_LANGUAGE] = {sip_field_language, OF(sip_token), IN(content_language), 0, FIELD_LIST},
	[SIP_H_CONTENT_LENGTH] = {sip_field_content_length, 0, 0, HAS(has_content_length), FIELD_NEEDED},
	[SIP_H_CONTENT_TYPE] = {sip_field_content_type, OF(sip_range), IN(content_type), 0, FIELD_NEEDED},
	[SIP_H_CSEQ] = {sip_field_cseq, 0, 0, 0, FIELD_NEEDED},
	[SIP_H_DATE] = {sip_field_date, OF(sip_date), IN(date), 0, 0},
	[SIP_H_ERROR_INFO] = {sip_field_info, OF(sip_info), IN(error_info), 0, FIELD_LIST},
	[SIP_H_EXPIRES] = {sip_field_expires, 0, 0, HAS(has_expires), 0},
	[SIP_H_FROM] = {sip_field_addr, OF(sip_addr), IN(from), 0, FIELD_NEEDED},
	[SIP_H_IN_REPLY_TO] = {sip_field_in_reply_to, OF(sip_token), IN(in_reply_to), 0, FIELD_LIST},
	[SIP_H_MAX_FORWARDS] = {sip_field_max_forwards, 0, 0, HAS(has_max_forwards), 0},
	[SIP_H_MIME_VERSION] = {sip_field_mime_version, 0, 0, HAS(has_mime_version), 0},
	[SIP_H_MIN_EXPIRES] = {sip_field_min_expires, 0, 0, HAS(has_min_expires), 0},
	[SIP_H_ORGANIZATION] = {sip_field_organization, 0, 0, 0, FIELD_EMPTY},
	[SIP_H_PRIORITY] = {sip_field_priority, 0, 0, 0, 0},
	[SIP_H_PROXY_AUTHENTICATE] = {sip_field_auth, OF(sip_auth), IN(proxy_authenticate), 0, FIELD_REPEAT},
	[SIP_H_PROXY_AUTHORIZATION] = {sip_field_auth, OF(sip_auth), IN(proxy_authorization), 0, FIELD_REPEAT},
	[SIP_H_PROXY_REQUIRE] = {sip_field_token, OF(sip_token), IN(proxy_require), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_RECORD_ROUTE] = {sip_field_route, OF(sip_addr), IN(record_route), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_REPLY_TO] = {sip_field_addr, OF(sip_addr), IN(reply_to), 0, 0},
	[SIP_H_REQUIRE] = {sip_field_token, OF(sip_token), IN(require), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_RETRY_AFTER] = {sip_field_retry_after, OF(sip_retry_after), IN(retry_after), 0, 0},
	[SIP_H_ROUTE] = {sip_field_route, OF(sip_addr), IN(route), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_SERVER] = {sip_field_product, OF(sip_product), IN(server), 0, FIELD_SPACE},
	[SIP_H_SUBJECT] = {sip_field_subject, 0, 0, 0, FIELD_EMPTY},
	[SIP_H_SUPPORTED] = {sip_field_token, OF(sip_token), IN(supported), HAS(has_supported),
			     FIELD_LIST | FIELD_EMPTY},
	[SIP_H_TIMESTAMP] = {sip_field_timestamp, OF(sip_timestamp), IN(timestamp), 0, 0},
	[SIP_H_TO] = {sip_field_addr, OF(sip_addr), IN(to), 0, FIELD_NEEDED},
	[SIP_H_UNSUPPORTED] = {sip_field_token, OF(sip_token), IN(unsupported), 0, FIELD_LIST},
	[SIP_H_USER_AGENT] = {sip_field_product, OF(sip_product), IN(user_agent), 0, FIELD_SPACE},
	[SIP_H_VIA] = {sip_field_via, OF(sip_via), IN(via), 0, FIELD_LIST | FIELD_NEEDED},
	[SIP_H_WARNING] = {sip_field_warning, OF(sip_warning), IN(warning), 0, FIELD_LIST},
	[SIP_H_WWW_AUTHENTICATE] = {sip_field_auth, OF(sip_auth), IN(www_authenticate), 0, FIELD_REPEAT},
	[SIP_H_REASON] = {sip_field_reason, OF(sip_reason), IN(reason), 0, FIELD_LIST},
	[SIP_H_P_ASSERTED_IDENTITY] = {sip_field_addr, OF(sip_addr), IN(asserted), 0, FIELD_LIST},
	[SIP_H_P_PREFERRED_IDENTITY] = {sip_field_addr, OF(sip_addr), IN(preferred), 0, FIELD_LIST},
	[SIP_H_PRIVACY] = {sip_field_token, OF(sip_token), IN(privacy), 0, FIELD_SEMI},
};
/* clang-format on */
