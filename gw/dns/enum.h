/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ENUM (RFC 6116): from an E.164 number to SIP URIs by NAPTR records (RFC 3402, 3403). Answers, and that there is none, are
 * remembered as long as DNS says (RFC 2308). Core thread only.
 */
#ifndef DNS_ENUM_H
#define DNS_ENUM_H

#include "gw/base/str.h"
#include "gw/base/timer.h"
#include "gw/dns/dns.h"

#define ENUM_URI_MAX  256
#define ENUM_URIS_MAX 4

struct enum_resolver;

/* URIs in the order of preference; n 0: none. Borrowed for the time of the call. */
typedef void enum_fn(void *arg, const char *const *uris, size_t n);

struct enum_conf {
	struct dns *dns;	 /* borrow */
	struct timer_heap *heap; /* borrow */
	unsigned cache;		 /* answers that are remembered */
};

/* own; NULL when out of memory. */
struct enum_resolver *enum_new(const struct enum_conf *conf);
void enum_set_cache(struct enum_resolver *resolver, unsigned cache);
/* Forgets the questions under way; before dns_close. NULL is fine. */
void enum_free(struct enum_resolver *resolver);
/* number: "+" and digits. fn is called once, never from within. -EINVAL: no E.164 number, or the name is too long; -ENOMEM.
 * resolver: struct enum_resolver, so that it is a look-up of the call core. */
int enum_ask(void *resolver, struct str number, const char *root, enum_fn *fn, void *arg, void **query)
	__attribute__((warn_unused_result));
/* fn is not called any more. */
void enum_cancel(void *query);

/* Parts, for tests. "4.3.2.1.e164.arpa" (RFC 6116 3.2); -EINVAL, -ENAMETOOLONG. */
int enum_name(struct str number, const char *root, char *name, size_t cap) __attribute__((warn_unused_result));
/* "E2U+sip", alone or with others (RFC 6116 3.4.3), and "sip+E2U" (RFC 2916), whatever the case. */
bool enum_service_is_sip(const char *service);
/* The substitution expression of a terminal rule (RFC 3402 3.2) applied to the number: -EINVAL it is not well formed, or
 * takes a part that did not match; -ENOENT it does not match; -ENAMETOOLONG, -ENOMEM. */
int enum_substitute(const char *expression, const char *number, char *uri, size_t cap)
	__attribute__((warn_unused_result));
/* A SIP URI that may go into a message. */
bool enum_uri_is_sip(const char *uri);
/* What the records say of the number, at most ENUM_URIS_MAX; they are sorted by order and preference. */
size_t enum_select(const struct dns_naptr *naptr, size_t n, const char *number, char uris[][ENUM_URI_MAX]);

#endif
