/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Locating SIP servers: RFC 3263 section 4 for requests, section 5 with RFC 3261 18.2.2 and RFC 3581 for responses. */
#ifndef SIP_LOCATE_H
#define SIP_LOCATE_H

#include "gw/dns/dns.h"
#include "gw/sip/transport.h"

#define SIP_DESTS_MAX 16

struct sip_dest {
	enum sip_proto proto;
	union sip_sockaddr addr;
};

/* Addresses in the order they must be tried. */
struct sip_dests {
	struct sip_dest at[SIP_DESTS_MAX];
	unsigned n;
	bool fixed; /* the peer named the transport: a large request may not change it (18.1.1) */
};

struct sip_random {
	uint32_t (*fn)(void *arg);
	void *arg;
};

/* getrandom(2) */
extern const struct sip_random sip_random_system;

struct sip_locator {
	struct dns *dns; /* borrow; NULL: numeric addresses only */
	struct sip_random random;
	bool udp, tcp;	 /* transports that we have */
	bool ipv4, ipv6; /* families that we have */
};

struct sip_locate;
/* error: 0, or -ENOENT (nothing usable there), -ETIMEDOUT, -EIO ... (dests->n is then 0). */
typedef void sip_locate_fn(void *arg, int error, const struct sip_dests *dests);

/* What needs no look-up. -EAGAIN: a name, use sip_locate_start. -ENOTSUP: scheme, transport or family not served here. */
int sip_locate_numeric(const struct sip_locator *locator, const struct sip_uri *uri, struct sip_dests *dests)
	__attribute__((warn_unused_result));
/* own *query until fn was called (never from within) or it was cancelled. -ENOMEM, -ENOTSUP, -ENOENT (no DNS at all). */
int sip_locate_start(const struct sip_locator *locator, const struct sip_uri *uri, sip_locate_fn *fn, void *arg,
		     struct sip_locate **query) __attribute__((warn_unused_result));
/* fn is not called any more. NULL is fine. */
void sip_locate_cancel(struct sip_locate *query);

/*
 * 18.2.2 with RFC 3581: the first address to send a response to, from the top Via that sip_msg_received stamped.
 * -EINVAL when the Via says nothing usable.
 */
int sip_locate_response(const struct sip_via *via, const struct sip_hop *from, struct sip_hop *to)
	__attribute__((warn_unused_result));
/* RFC 3263 5, after the first one failed: by the name or address in sent-by. As sip_locate_numeric and _start. */
int sip_locate_sent_by_numeric(const struct sip_locator *locator, const struct sip_via *via, struct sip_dests *dests)
	__attribute__((warn_unused_result));
int sip_locate_sent_by_start(const struct sip_locator *locator, const struct sip_via *via, sip_locate_fn *fn, void *arg,
			     struct sip_locate **query) __attribute__((warn_unused_result));

/* RFC 2782: sorts n records by priority, and by weighted chance among equals. */
void sip_locate_srv_order(struct dns_srv *srv, size_t n, const struct sip_random *random);

#endif
