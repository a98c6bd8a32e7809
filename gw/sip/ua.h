/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The user agent: the SIP trunks, the dialogs and legs on them, and what becomes of a request (RFC 3261 8.2, 11). It sits
 * between the transaction layer below and the call core above. Core thread only.
 */
#ifndef SIP_UA_H
#define SIP_UA_H

#include "conf/conf.h"
#include "gw/call/call.h"
#include "gw/call/cause.h"
#include "gw/sip/transaction.h"

struct sip_ua;
struct sip_trunk;

struct sip_ua_parts { /* all borrowed, and outliving the user agent */
	struct timer_heap *heap;
	struct sip_stack *stack;
	struct call_core *core;
	struct sip_locator locator; /* copied; to learn the addresses of trunks whose host is a name */
};

/* own; becomes the stack's user and gives its trunks to the core. Nothing of conf is kept. NULL when out of memory. */
struct sip_ua *sip_ua_new(const struct conf *conf, const struct sip_ua_parts *parts);
/* Calls must be gone or are dropped without a word; before sip_stack_free, after the core's last use of a trunk. */
void sip_ua_free(struct sip_ua *ua);
/* New calls follow the new configuration, calls that are up end by the old one. -ENOMEM: trunks may be old and new mixed. */
int sip_ua_reload(struct sip_ua *ua, const struct conf *conf) __attribute__((warn_unused_result));
/* New calls and OPTIONS get 503 with Retry-After (graceful shutdown). */
void sip_ua_drain(struct sip_ua *ua, bool on);
size_t sip_ua_legs(const struct sip_ua *ua);
/* Nothing is owed to any peer: what is left only absorbs retransmissions. */
bool sip_ua_settled(const struct sip_ua *ua);
/* Of a SIP trunk in the configuration; borrow until the next reload. NULL: no such trunk. */
const struct sip_trunk *sip_ua_trunk(struct sip_ua *ua, const char *trunk);
size_t sip_ua_dialogs(const struct sip_ua *ua);
/* A trunk's address. ua: struct sip_ua. */
bool sip_ua_knows(void *ua, const union sip_sockaddr *remote);

#endif
