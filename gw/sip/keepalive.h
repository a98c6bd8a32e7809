/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * OPTIONS (RFC 3261 11) that a trunk sends its peer from time to time: so many in a row without an answer and it is down,
 * gets no calls and raises an alarm; so many answered in a row and it is up again. Core thread only.
 */
#ifndef SIP_KEEPALIVE_H
#define SIP_KEEPALIVE_H

#include "conf/conf.h"
#include "gw/base/table.h"
#include "gw/base/timer.h"
#include "gw/sip/credentials.h"
#include "gw/sip/transaction.h"

struct sip_trunk;

enum sip_peer_state {
	SIP_PEER_UNKNOWN, /* not asked, or not enough was heard yet: calls go there */
	SIP_PEER_UP,
	SIP_PEER_DOWN
};

struct sip_keepalive {
	uint32_t interval_ms; /* 0: off */
	unsigned lost_most, back_least;
	enum sip_peer_state state;
	unsigned lost, back; /* in a row */
	struct sip_txn *txn; /* borrow */
	bool busy;	     /* not answered yet */
	struct timer timer;
	char call_id[2 * SIP_TAG_MAX], tag[SIP_TAG_MAX];
	uint32_t cseq;
	uint64_t sent_us;
	uint32_t rtt_us;      /* of the last answer */
	unsigned last_status; /* 0: none yet */
	uint64_t answered, unanswered;
	struct sip_credentials credentials;
};

int sip_keepalive_open(struct sip_trunk *trunk, struct timer_heap *heap) __attribute__((warn_unused_result));
void sip_keepalive_close(struct sip_trunk *trunk);
/* Begins, goes on or ends as the trunk is configured. */
void sip_keepalive_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf);
/* The trunk left the configuration. */
void sip_keepalive_stop(struct sip_trunk *trunk);
bool sip_keepalive_up(const struct sip_keepalive *keepalive);
/* What counts as an answer. */
bool sip_keepalive_alive(unsigned status);
/* `show peers` */
struct table *sip_keepalive_show(void *ua);

#endif
