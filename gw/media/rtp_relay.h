/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Audio that passes from one RTP session to another as it comes. Media thread. */
#ifndef MEDIA_RTP_RELAY_H
#define MEDIA_RTP_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct round;
struct rtp_end;
struct rtp_packet;

/* Of the session that packets come from. */
struct relay_in {
	bool on;
	bool barred;	    /* there is more in the stream than audio */
	uint32_t ssrc;	    /* of the session they go to */
	uint16_t sequence;  /* what is added to the peer's */
	uint32_t timestamp;
	size_t rest;	    /* samples until they may pass again */
};

/* An audio packet goes to the other session at once; false: it does not. */
bool rtp_relay_pass(struct rtp_end *rtp, const struct rtp_packet *packet);
/* Before that: what it needs of the other session is fetched. */
void rtp_relay_fetch(const struct rtp_end *rtp);
/* Each round, once all was read. */
void rtp_relay_turn(struct rtp_end *rtp, const struct round *round);
void rtp_relay_stop(struct rtp_end *rtp);
/* Until the next negotiation. */
void rtp_relay_bar(struct rtp_end *rtp);

#endif
