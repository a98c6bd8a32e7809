/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Header field, method and status names: RFC 3261 20, 7.3.3, 21 and 25.1. */
#include "gw/sip/names.h"

#include <string.h>

#include "gw/sip/lex.h"

static const char *const header_names[SIP_HEADERS] = {
	[SIP_H_ACCEPT] = "Accept",
	[SIP_H_ACCEPT_ENCODING] = "Accept-Encoding",
	[SIP_H_ACCEPT_LANGUAGE] = "Accept-Language",
	[SIP_H_ALERT_INFO] = "Alert-Info",
	[SIP_H_ALLOW] = "Allow",
	[SIP_H_AUTHENTICATION_INFO] = "Authentication-Info",
	[SIP_H_AUTHORIZATION] = "Authorization",
	[SIP_H_CALL_ID] = "Call-ID",
	[SIP_H_CALL_INFO] = "Call-Info",
	[SIP_H_CONTACT] = "Contact",
	[SIP_H_CONTENT_DISPOSITION] = "Content-Disposition",
	[SIP_H_CONTENT_ENCODING] = "Content-Encoding",
	[SIP_H_CONTENT_LANGUAGE] = "Content-Language",
	[SIP_H_CONTENT_LENGTH] = "Content-Length",
	[SIP_H_CONTENT_TYPE] = "Content-Type",
	[SIP_H_CSEQ] = "CSeq",
	[SIP_H_DATE] = "Date",
	[SIP_H_ERROR_INFO] = "Error-Info",
	[SIP_H_EXPIRES] = "Expires",
	[SIP_H_FROM] = "From",
	[SIP_H_IN_REPLY_TO] = "In-Reply-To",
	[SIP_H_MAX_FORWARDS] = "Max-Forwards",
	[SIP_H_MIME_VERSION] = "MIME-Version",
	[SIP_H_MIN_EXPIRES] = "Min-Expires",
	[SIP_H_ORGANIZATION] = "Organization",
	[SIP_H_PRIORITY] = "Priority",
	[SIP_H_PROXY_AUTHENTICATE] = "Proxy-Authenticate",
	[SIP_H_PROXY_AUTHORIZATION] = "Proxy-Authorization",
	[SIP_H_PROXY_REQUIRE] = "Proxy-Require",
	[SIP_H_RECORD_ROUTE] = "Record-Route",
	[SIP_H_REPLY_TO] = "Reply-To",
	[SIP_H_REQUIRE] = "Require",
	[SIP_H_RETRY_AFTER] = "Retry-After",
	[SIP_H_ROUTE] = "Route",
	[SIP_H_SERVER] = "Server",
	[SIP_H_SUBJECT] = "Subject",
	[SIP_H_SUPPORTED] = "Supported",
	[SIP_H_TIMESTAMP] = "Timestamp",
	[SIP_H_TO] = "To",
	[SIP_H_UNSUPPORTED] = "Unsupported",
	[SIP_H_USER_AGENT] = "User-Agent",
	[SIP_H_VIA] = "Via",
	[SIP_H_WARNING] = "Warning",
	[SIP_H_WWW_AUTHENTICATE] = "WWW-Authenticate",
	[SIP_H_REASON] = "Reason",
	[SIP_H_P_ASSERTED_IDENTITY] = "P-Asserted-Identity",
	[SIP_H_P_PREFERRED_IDENTITY] = "P-Preferred-Identity",
	[SIP_H_PRIVACY] = "Privacy",
};

#define LONGEST	  20
#define HASH_SIZE 128

/* clang-format off */
static const char lower_names[SIP_HEADERS][24] = {
	[SIP_H_ACCEPT] = "accept",
	[SIP_H_ACCEPT_ENCODING] = "accept-encoding",
	[SIP_H_ACCEPT_LANGUAGE] = "accept-language",
	[SIP_H_ALERT_INFO] = "alert-info",
	[SIP_H_ALLOW] = "allow",
	[SIP_H_AUTHENTICATION_INFO] = "authentication-info",
	[SIP_H_AUTHORIZATION] = "authorization",
	[SIP_H_CALL_ID] = "call-id",
	[SIP_H_CALL_INFO] = "call-info",
	[SIP_H_CONTACT] = "contact",
	[SIP_H_CONTENT_DISPOSITION] = "content-disposition",
	[SIP_H_CONTENT_ENCODING] = "content-encoding",
	[SIP_H_CONTENT_LANGUAGE] = "content-language",
	[SIP_H_CONTENT_LENGTH] = "content-length",
	[SIP_H_CONTENT_TYPE] = "content-type",
	[SIP_H_CSEQ] = "cseq",
	[SIP_H_DATE] = "date",
	[SIP_H_ERROR_INFO] = "error-info",
	[SIP_H_EXPIRES] = "expires",
	[SIP_H_FROM] = "from",
	[SIP_H_IN_REPLY_TO] = "in-reply-to",
	[SIP_H_MAX_FORWARDS] = "max-forwards",
	[SIP_H_MIME_VERSION] = "mime-version",
	[SIP_H_MIN_EXPIRES] = "min-expires",
	[SIP_H_ORGANIZATION] = "organization",
	[SIP_H_PRIORITY] = "priority",
	[SIP_H_PROXY_AUTHENTICATE] = "proxy-authenticate",
	[SIP_H_PROXY_AUTHORIZATION] = "proxy-authorization",
	[SIP_H_PROXY_REQUIRE] = "proxy-require",
	[SIP_H_RECORD_ROUTE] = "record-route",
	[SIP_H_REPLY_TO] = "reply-to",
	[SIP_H_REQUIRE] = "require",
	[SIP_H_RETRY_AFTER] = "retry-after",
	[SIP_H_ROUTE] = "route",
	[SIP_H_SERVER] = "server",
	[SIP_H_SUBJECT] = "subject",
	[SIP_H_SUPPORTED] = "supported",
	[SIP_H_TIMESTAMP] = "timestamp",
	[SIP_H_TO] = "to",
	[SIP_H_UNSUPPORTED] = "unsupported",
	[SIP_H_USER_AGENT] = "user-agent",
	[SIP_H_VIA] = "via",
	[SIP_H_WARNING] = "warning",
	[SIP_H_WWW_AUTHENTICATE] = "www-authenticate",
	[SIP_H_REASON] = "reason",
	[SIP_H_P_ASSERTED_IDENTITY] = "p-asserted-identity",
	[SIP_H_P_PREFERRED_IDENTITY] = "p-preferred-identity",
	[SIP_H_PRIVACY] = "privacy",
};

/* Where name_hash puts each name: no two names share a place. */
static const uint8_t by_hash[HASH_SIZE] = {
	[1] = SIP_H_REASON,
	[5] = SIP_H_PROXY_REQUIRE,
	[9] = SIP_H_CSEQ,
	[11] = SIP_H_ACCEPT_LANGUAGE,
	[13] = SIP_H_ALLOW,
	[20] = SIP_H_PROXY_AUTHENTICATE,
	[23] = SIP_H_ALERT_INFO,
	[24] = SIP_H_ACCEPT_ENCODING,
	[25] = SIP_H_UNSUPPORTED,
	[27] = SIP_H_REPLY_TO,
	[29] = SIP_H_CALL_ID,
	[31] = SIP_H_ERROR_INFO,
	[36] = SIP_H_ROUTE,
	[37] = SIP_H_USER_AGENT,
	[38] = SIP_H_MAX_FORWARDS,
	[39] = SIP_H_MIN_EXPIRES,
	[41] = SIP_H_CONTENT_LENGTH,
	[46] = SIP_H_REQUIRE,
	[51] = SIP_H_PRIVACY,
	[52] = SIP_H_PRIORITY,
	[55] = SIP_H_TO,
	[58] = SIP_H_CONTENT_DISPOSITION,
	[64] = SIP_H_ORGANIZATION,
	[66] = SIP_H_DATE,
	[69] = SIP_H_CONTACT,
	[72] = SIP_H_CONTENT_TYPE,
	[74] = SIP_H_SUPPORTED,
	[78] = SIP_H_SERVER,
	[81] = SIP_H_FROM,
	[84] = SIP_H_CONTENT_LANGUAGE,
	[86] = SIP_H_CALL_INFO,
	[88] = SIP_H_AUTHORIZATION,
	[91] = SIP_H_SUBJECT,
	[93] = SIP_H_P_ASSERTED_IDENTITY,
	[97] = SIP_H_CONTENT_ENCODING,
	[98] = SIP_H_P_PREFERRED_IDENTITY,
	[101] = SIP_H_WARNING,
	[103] = SIP_H_MIME_VERSION,
	[104] = SIP_H_TIMESTAMP,
	[109] = SIP_H_ACCEPT,
	[110] = SIP_H_VIA,
	[111] = SIP_H_IN_REPLY_TO,
	[115] = SIP_H_PROXY_AUTHORIZATION,
	[116] = SIP_H_EXPIRES,
	[117] = SIP_H_WWW_AUTHENTICATE,
	[120] = SIP_H_AUTHENTICATION_INFO,
	[124] = SIP_H_RETRY_AFTER,
	[127] = SIP_H_RECORD_ROUTE,
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

static const char *const method_names[SIP_METHODS] = {
	[SIP_INVITE] = "INVITE",   [SIP_ACK] = "ACK",	      [SIP_BYE] = "BYE",
	[SIP_CANCEL] = "CANCEL",   [SIP_OPTIONS] = "OPTIONS", [SIP_REGISTER] = "REGISTER",
	[SIP_PRACK] = "PRACK",	   [SIP_UPDATE] = "UPDATE",   [SIP_INFO] = "INFO",
	[SIP_REFER] = "REFER",	   [SIP_NOTIFY] = "NOTIFY",   [SIP_SUBSCRIBE] = "SUBSCRIBE",
	[SIP_MESSAGE] = "MESSAGE", [SIP_PUBLISH] = "PUBLISH",
};

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

const char *sip_header_name(enum sip_header_id id)
{
	return (unsigned)id < SIP_HEADERS ? header_names[id] : NULL;
}

static enum sip_header_id compact_find(char letter)
{
	for (size_t i = 0; i < sizeof(compact) / sizeof(compact[0]); i++) {
		if (compact[i].letter == (letter | 0x20))
			return compact[i].id;
	}
	return SIP_H_OTHER;
}

/* Over the length and the first, middle and last letter, without case. */
static unsigned name_hash(struct str name)
{
	unsigned first = (unsigned char)name.p[0] | 0x20u;
	unsigned middle = (unsigned char)name.p[name.n / 2] | 0x20u;
	unsigned last = (unsigned char)name.p[name.n - 1] | 0x20u;

	return ((unsigned)name.n * 5 + first * 34 + last * 10 + middle) % HASH_SIZE;
}

/* n octets of both are equal, without the case of name. */
LEX_INLINE bool words_equal(const char *name, const char *lower, size_t n)
{
	uint64_t want = lex_load(lower, n);

	return (lex_load(name, n) | lex_fold(want)) == want;
}

/* name equals lower, of the same length from 2 to LONGEST: words that overlap at the end. */
static inline bool name_is(struct str name, const char *lower)
{
	const char *p = name.p;

	if (name.n >= 8) {
		size_t last = name.n - 8;
		size_t middle = last < 8 ? last : 8;

		return words_equal(p, lower, 8) && words_equal(p + middle, lower + middle, 8) &&
		       words_equal(p + last, lower + last, 8);
	}
	if (name.n >= 4)
		return words_equal(p, lower, 4) &&
		       words_equal(p + name.n - 4, lower + name.n - 4, 4);
	return words_equal(p, lower, 2) && words_equal(p + name.n - 2, lower + name.n - 2, 2);
}

enum sip_header_id sip_header_find(struct str name)
{
	if (name.n == 1)
		return compact_find(name.p[0]);
	if (name.n < 2 || name.n > LONGEST)
		return SIP_H_OTHER;

	enum sip_header_id id = (enum sip_header_id)by_hash[name_hash(name)];

	/* A shorter name ends in NUL octets, which no name that arrives equals. */
	if (id == SIP_H_OTHER || lower_names[id][name.n] != '\0' || !name_is(name, lower_names[id]))
		return SIP_H_OTHER;
	return id;
}

enum sip_method sip_method_find(struct str name)
{
	for (unsigned m = SIP_INVITE; m < SIP_METHODS; m++) {
		if (name.n > 0 && name.p[0] == method_names[m][0] &&
		    str_eq(name, str_c(method_names[m])))
			return (enum sip_method)m;
	}
	return SIP_METHOD_OTHER;
}

const char *sip_method_name(enum sip_method method)
{
	const char *name = (unsigned)method < SIP_METHODS ? method_names[method] : NULL;

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
