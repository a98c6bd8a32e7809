/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Header field, method and status names: RFC 3261 20, 7.3.3, 21 and 25.1. */
#include "gw/sip/names.h"

#include <endian.h>
#include <string.h>

#include "gw/sip/lex.h"

#define LONGEST	    20
#define HASH_BITS   7
#define HASH_FACTOR 0x37d7adfbu

/* clang-format off */
static const struct {
	uint64_t n;
	char text[24];
} header_names[SIP_HEADERS] = {
	[SIP_H_ACCEPT] = {6, "Accept"},
	[SIP_H_ACCEPT_ENCODING] = {15, "Accept-Encoding"},
	[SIP_H_ACCEPT_LANGUAGE] = {15, "Accept-Language"},
	[SIP_H_ALERT_INFO] = {10, "Alert-Info"},
	[SIP_H_ALLOW] = {5, "Allow"},
	[SIP_H_AUTHENTICATION_INFO] = {19, "Authentication-Info"},
	[SIP_H_AUTHORIZATION] = {13, "Authorization"},
	[SIP_H_CALL_ID] = {7, "Call-ID"},
	[SIP_H_CALL_INFO] = {9, "Call-Info"},
	[SIP_H_CONTACT] = {7, "Contact"},
	[SIP_H_CONTENT_DISPOSITION] = {19, "Content-Disposition"},
	[SIP_H_CONTENT_ENCODING] = {16, "Content-Encoding"},
	[SIP_H_CONTENT_LANGUAGE] = {16, "Content-Language"},
	[SIP_H_CONTENT_LENGTH] = {14, "Content-Length"},
	[SIP_H_CONTENT_TYPE] = {12, "Content-Type"},
	[SIP_H_CSEQ] = {4, "CSeq"},
	[SIP_H_DATE] = {4, "Date"},
	[SIP_H_ERROR_INFO] = {10, "Error-Info"},
	[SIP_H_EXPIRES] = {7, "Expires"},
	[SIP_H_FROM] = {4, "From"},
	[SIP_H_IN_REPLY_TO] = {11, "In-Reply-To"},
	[SIP_H_MAX_FORWARDS] = {12, "Max-Forwards"},
	[SIP_H_MIME_VERSION] = {12, "MIME-Version"},
	[SIP_H_MIN_EXPIRES] = {11, "Min-Expires"},
	[SIP_H_ORGANIZATION] = {12, "Organization"},
	[SIP_H_PRIORITY] = {8, "Priority"},
	[SIP_H_PROXY_AUTHENTICATE] = {18, "Proxy-Authenticate"},
	[SIP_H_PROXY_AUTHORIZATION] = {19, "Proxy-Authorization"},
	[SIP_H_PROXY_REQUIRE] = {13, "Proxy-Require"},
	[SIP_H_RECORD_ROUTE] = {12, "Record-Route"},
	[SIP_H_REPLY_TO] = {8, "Reply-To"},
	[SIP_H_REQUIRE] = {7, "Require"},
	[SIP_H_RETRY_AFTER] = {11, "Retry-After"},
	[SIP_H_ROUTE] = {5, "Route"},
	[SIP_H_SERVER] = {6, "Server"},
	[SIP_H_SUBJECT] = {7, "Subject"},
	[SIP_H_SUPPORTED] = {9, "Supported"},
	[SIP_H_TIMESTAMP] = {9, "Timestamp"},
	[SIP_H_TO] = {2, "To"},
	[SIP_H_UNSUPPORTED] = {11, "Unsupported"},
	[SIP_H_USER_AGENT] = {10, "User-Agent"},
	[SIP_H_VIA] = {3, "Via"},
	[SIP_H_WARNING] = {7, "Warning"},
	[SIP_H_WWW_AUTHENTICATE] = {16, "WWW-Authenticate"},
	[SIP_H_REASON] = {6, "Reason"},
	[SIP_H_P_ASSERTED_IDENTITY] = {19, "P-Asserted-Identity"},
	[SIP_H_P_PREFERRED_IDENTITY] = {20, "P-Preferred-Identity"},
	[SIP_H_PRIVACY] = {7, "Privacy"},
};

/* Where name_hash puts each name: no two names share a place. */
static const uint8_t by_hash[1 << HASH_BITS] = {
	[3] = SIP_H_AUTHENTICATION_INFO,
	[4] = SIP_H_MIN_EXPIRES,
	[6] = SIP_H_EXPIRES,
	[10] = SIP_H_USER_AGENT,
	[18] = SIP_H_MIME_VERSION,
	[20] = SIP_H_ORGANIZATION,
	[22] = SIP_H_P_PREFERRED_IDENTITY,
	[25] = SIP_H_SUBJECT,
	[32] = SIP_H_CALL_ID,
	[33] = SIP_H_PROXY_AUTHENTICATE,
	[34] = SIP_H_DATE,
	[36] = SIP_H_UNSUPPORTED,
	[39] = SIP_H_SUPPORTED,
	[41] = SIP_H_VIA,
	[43] = SIP_H_ROUTE,
	[44] = SIP_H_CONTENT_ENCODING,
	[45] = SIP_H_ALLOW,
	[47] = SIP_H_REPLY_TO,
	[52] = SIP_H_ERROR_INFO,
	[55] = SIP_H_CALL_INFO,
	[56] = SIP_H_RECORD_ROUTE,
	[60] = SIP_H_FROM,
	[61] = SIP_H_ALERT_INFO,
	[69] = SIP_H_CONTENT_DISPOSITION,
	[71] = SIP_H_REASON,
	[72] = SIP_H_WWW_AUTHENTICATE,
	[74] = SIP_H_ACCEPT_ENCODING,
	[79] = SIP_H_TIMESTAMP,
	[80] = SIP_H_CONTENT_LANGUAGE,
	[82] = SIP_H_IN_REPLY_TO,
	[83] = SIP_H_CONTACT,
	[88] = SIP_H_PRIORITY,
	[92] = SIP_H_ACCEPT,
	[98] = SIP_H_RETRY_AFTER,
	[100] = SIP_H_CSEQ,
	[104] = SIP_H_PROXY_REQUIRE,
	[106] = SIP_H_MAX_FORWARDS,
	[109] = SIP_H_AUTHORIZATION,
	[110] = SIP_H_ACCEPT_LANGUAGE,
	[111] = SIP_H_CONTENT_TYPE,
	[115] = SIP_H_SERVER,
	[116] = SIP_H_PROXY_AUTHORIZATION,
	[117] = SIP_H_PRIVACY,
	[118] = SIP_H_TO,
	[121] = SIP_H_WARNING,
	[122] = SIP_H_P_ASSERTED_IDENTITY,
	[124] = SIP_H_CONTENT_LENGTH,
	[126] = SIP_H_REQUIRE,
};
/* clang-format on */

/* clang-format off */
static const struct {
	char letter;
	enum sip_header_id id;
} compact[] = {
	{'i', SIP_H_CALL_ID},
	{'m', SIP_H_CONTACT},
	{'e', SIP_H_CONTENT_ENCODING},
	{'l', SIP_H_CONTENT_LENGTH},
	{'c', SIP_H_CONTENT_TYPE},
	{'f', SIP_H_FROM},
	{'s', SIP_H_SUBJECT},
	{'k', SIP_H_SUPPORTED},
	{'t', SIP_H_TO},
	{'v', SIP_H_VIA},
};
/* clang-format on */

/* clang-format off */
static const struct str method_names[SIP_METHODS] = {
	[SIP_INVITE] = {"INVITE", 6},
	[SIP_ACK] = {"ACK", 3},
	[SIP_BYE] = {"BYE", 3},
	[SIP_CANCEL] = {"CANCEL", 6},
	[SIP_OPTIONS] = {"OPTIONS", 7},
	[SIP_REGISTER] = {"REGISTER", 8},
	[SIP_PRACK] = {"PRACK", 5},
	[SIP_UPDATE] = {"UPDATE", 6},
	[SIP_INFO] = {"INFO", 4},
	[SIP_REFER] = {"REFER", 5},
	[SIP_NOTIFY] = {"NOTIFY", 6},
	[SIP_SUBSCRIBE] = {"SUBSCRIBE", 9},
	[SIP_MESSAGE] = {"MESSAGE", 7},
	[SIP_PUBLISH] = {"PUBLISH", 7},
};
/* clang-format on */

/* clang-format off */
static const struct {
	unsigned status;
	const char *phrase;
} phrases[] = {
	{100, "Trying"},
	{180, "Ringing"},
	{181, "Call Is Being Forwarded"},
	{182, "Queued"},
	{183, "Session Progress"},
	{184, "Ready For More Digits"}, /* Cisco PGW 2200, SIP Overlap Signaling */
	{199, "Early Dialog Terminated"},
	{200, "OK"},
	{202, "Accepted"},
	{300, "Multiple Choices"},
	{301, "Moved Permanently"},
	{302, "Moved Temporarily"},
	{305, "Use Proxy"},
	{380, "Alternative Service"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{402, "Payment Required"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{407, "Proxy Authentication Required"},
	{408, "Request Timeout"},
	{410, "Gone"},
	{412, "Conditional Request Failed"},
	{413, "Request Entity Too Large"},
	{414, "Request-URI Too Large"},
	{415, "Unsupported Media Type"},
	{416, "Unsupported URI Scheme"},
	{417, "Unknown Resource-Priority"},
	{420, "Bad Extension"},
	{421, "Extension Required"},
	{422, "Session Interval Too Small"},
	{423, "Interval Too Brief"},
	{433, "Anonymity Disallowed"},
	{480, "Temporarily Unavailable"},
	{481, "Call/Transaction Does Not Exist"},
	{482, "Loop Detected"},
	{483, "Too Many Hops"},
	{484, "Address Incomplete"},
	{485, "Ambiguous"},
	{486, "Busy Here"},
	{487, "Request Terminated"},
	{488, "Not Acceptable Here"},
	{489, "Bad Event"},
	{491, "Request Pending"},
	{493, "Undecipherable"},
	{500, "Server Internal Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Server Time-out"},
	{505, "Version Not Supported"},
	{513, "Message Too Large"},
	{580, "Precondition Failure"},
	{600, "Busy Everywhere"},
	{603, "Decline"},
	{604, "Does Not Exist Anywhere"},
	{606, "Not Acceptable"},
};
/* clang-format on */

struct str sip_header_name(enum sip_header_id id)
{
	if ((unsigned)id >= SIP_HEADERS)
		return STR_NONE;
	return (struct str){ header_names[id].text, header_names[id].n };
}

static enum sip_header_id compact_find(char letter)
{
	for (size_t i = 0; i < sizeof(compact) / sizeof(compact[0]); i++) {
		if (compact[i].letter == (letter | 0x20))
			return compact[i].id;
	}
	return SIP_H_OTHER;
}

/* Over the length and the two first and two last letters, without case. The factor was looked for:
 * by_hash needs it. */
static uint32_t name_hash(struct str name)
{
	uint32_t first = le16toh((uint16_t)lex_load(name.p, 2)),
		 last = le16toh((uint16_t)lex_load(name.p + name.n - 2, 2)),
		 letters = first | last << 16;

	return ((letters | 0x20202020u) + (uint32_t)name.n) * HASH_FACTOR >> (32 - HASH_BITS);
}

/* n octets, from 2 to LONGEST, are the same: in words that overlap. */
static inline bool same_octets(const char *a, const char *b, size_t n)
{
	if (n < 4)
		return lex_load(a, 2) == lex_load(b, 2) && a[n - 1] == b[n - 1];
	if (n < 8)
		return lex_load(a, 4) == lex_load(b, 4) &&
		       lex_load(a + n - 4, 4) == lex_load(b + n - 4, 4);
	if (n > 16 && lex_load(a + 8, 8) != lex_load(b + 8, 8))
		return false;
	return lex_load(a, 8) == lex_load(b, 8) && lex_load(a + n - 8, 8) == lex_load(b + n - 8, 8);
}

LEX_RARE enum sip_header_id find_in_any_case(struct str name, enum sip_header_id id)
{
	return str_ieq(name, str_c(header_names[id].text)) ? id : SIP_H_OTHER;
}

enum sip_header_id sip_header_find(struct str name)
{
	if (name.n < 2 || name.n > LONGEST)
		return name.n == 1 ? compact_find(name.p[0]) : SIP_H_OTHER;

	enum sip_header_id id = (enum sip_header_id)by_hash[name_hash(name)];

	if (header_names[id].n != name.n)
		return SIP_H_OTHER;
	/* Nearly everybody writes names as the RFCs do. */
	return same_octets(name.p, header_names[id].text, name.n) ? id : find_in_any_case(name, id);
}

enum sip_method sip_method_find(struct str name)
{
	for (unsigned m = SIP_INVITE; m < SIP_METHODS; m++) {
		if (name.n == method_names[m].n && memcmp(name.p, method_names[m].p, name.n) == 0)
			return (enum sip_method)m;
	}
	return SIP_METHOD_OTHER;
}

const char *sip_method_name(enum sip_method method)
{
	const char *name = (unsigned)method < SIP_METHODS ? method_names[method].p : NULL;

	return name ? name : "";
}

const char *sip_status_phrase(unsigned status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return "";
}
