/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A SIP trunk: a peer, as the core's trunk group. It knows where calls to it go and which sources may call as it. It lives
 * as long as the user agent, since calls hold it: one that left the configuration is marked absent, and the core lists it no
 * more once its last call has ended.
 */
#ifndef SIP_LEG_TRUNK_H
#define SIP_LEG_TRUNK_H

#include "conf/conf.h"
#include "gw/call/cause.h"
#include "gw/call/leg.h"
#include "gw/sip/keepalive.h"
#include "gw/sip/locate.h"
#include "gw/sip/party.h"
#include "gw/sip/session.h"

struct sip_ua;

struct sip_prefix { /* a source network */
	union sip_sockaddr net;
	unsigned bits;
};

struct sip_trunk {
	struct trunk trunk; /* first */
	struct sip_ua *ua;  /* borrow */
	struct sip_trunk *next;
	bool present; /* in the configuration that is in force */
	char *name;   /* own */
	char *host;   /* own */
	char *proxy;  /* own; host[:port], NULL: none */
	unsigned port;
	bool transport_set;
	enum conf_transport transport;
	bool trusted;
	enum conf_redirect redirect;
	uint32_t retry_after_s; /* 0: none */
	enum conf_reliable reliable;
	enum conf_early_media early_media;
	enum conf_ringback ringback;
	bool p_early_media;
	bool early_dialog_end;
	char *user, *password; /* own; NULL: none */
	struct sip_keepalive keepalive;
	uint32_t call_check_ms; /* 0: never */
	enum conf_overlap_in overlap_in;
	uint32_t t10_ms, t35_ms;
	struct sip_party_conf party;
	const struct cause_profile *causes; /* published, or own_causes */
	struct cause_own *own_causes;	    /* own */
	struct sip_session_conf media; /* address and port empty */
	struct sip_prefix allow[CONF_LISTS_MAX];
	unsigned n_allow;
	/* Addresses of host, for a trunk without an allow list. */
	union sip_sockaddr peers[SIP_DESTS_MAX];
	unsigned n_peers;
	struct sip_locate *query; /* own */
	struct timer refresh;
};

/* own; NULL when out of memory. Not present until sip_trunk_configure. */
struct sip_trunk *sip_trunk_new(struct sip_ua *ua, const char *name, struct timer_heap *heap);
void sip_trunk_free(struct sip_trunk *trunk);
/* Takes the values over; those of before are gone. causes: the section that conf names, NULL: a published profile.
 * -ENOMEM: nothing changed. */
int sip_trunk_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf, const struct conf_causes *causes)
	__attribute__((warn_unused_result));
/* Calls from this source are this trunk's: length of the longest matching prefix + 1, 0 when none. */
unsigned sip_trunk_match(const struct sip_trunk *trunk, const union sip_sockaddr *source);
/* "192.0.2.0/24", "2001:db8::1"; -EINVAL. */
int sip_prefix_parse(struct sip_prefix *prefix, struct str text) __attribute__((warn_unused_result));
bool sip_prefix_has(const struct sip_prefix *prefix, const union sip_sockaddr *addr);

/* leg_uac.c */
extern const struct trunk_ops sip_trunk_ops;

#endif
