/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The wall around c-ares: asynchronous look-ups on the core loop. Core thread only. Answers come by call-back, never from
 * within the asking; everything in an answer is borrowed for the time of the call.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "gw/base/str.h"
#include "gw/base/timer.h"

#define DNS_NAME_MAX 256

struct dns;
struct dns_query;

struct dns_conf {
	const char *const *servers; /* "127.0.0.1:5353", "[::1]:53"; none: the system's */
	size_t n_servers;
	uint32_t timeout_ms; /* of the first try at one server; 0: 2000 */
	unsigned tries;	     /* 0: 3 */
};

enum dns_type { DNS_ADDRESS, DNS_SRV, DNS_NAPTR };

struct dns_srv { /* RFC 2782 */
	uint16_t priority, weight, port;
	char host[DNS_NAME_MAX];
};

struct dns_naptr { /* RFC 3403 */
	uint16_t order, preference;
	char flags[8];
	char service[64];
	char regexp[DNS_NAME_MAX];
	char replacement[DNS_NAME_MAX];
};

union dns_address {
	struct sockaddr sa; /* ports are 0 */
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

struct dns_answer {
	int error; /* 0; -ENOENT no such name or record; -ETIMEDOUT; -EIO no server, refused, or not understood; -ENOMEM */
	enum dns_type type;
	uint32_t ttl_s; /* SRV, NAPTR: how long the answer, or that there is none, may be remembered; 0: not told */
	size_t n;
	union {
		const union dns_address *address; /* in the order that the server gave */
		struct dns_srv *srv;		  /* not sorted; the call-back may sort them in place */
		struct dns_naptr *naptr;	  /* sorted by order, then preference */
	};
};

typedef void dns_fn(void *arg, const struct dns_answer *answer);

/* own. loop, heap: borrow. -ENOMEM, -EINVAL (a server's address), -EIO. */
int dns_open(struct dns **dns, uv_loop_t *loop, struct timer_heap *heap, const struct dns_conf *conf)
	__attribute__((warn_unused_result));
/* Ends all queries without their call-backs; the handles close asynchronously: run the loop once more. NULL is fine. */
void dns_close(struct dns *dns);
struct dns_question {
	enum dns_type type;
	int family;	 /* DNS_ADDRESS: AF_INET, AF_INET6 or AF_UNSPEC (both) */
	struct str name; /* a numeric one is its own answer */
};

/* *query is borrowed until fn is called, or until dns_cancel. -ENOMEM, -EINVAL (no name, or too long). */
int dns_ask(struct dns *dns, const struct dns_question *question, dns_fn *fn, void *arg, struct dns_query **query)
	__attribute__((warn_unused_result));
/* fn is not called any more. NULL is fine. */
void dns_cancel(struct dns_query *query);

#endif
