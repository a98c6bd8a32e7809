/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Symmetric RTP with a lock on one source.
 *
 * Packets are taken from the signalled address and port, for good, and RTP is sent there: nobody else can inject or
 * divert anything. Where no address was signalled the first source is taken.
 *
 * A peer behind a NAT is never heard from the address it signalled. Where that is allowed (learns) another source is taken,
 * once, when nothing came from the signalled one for LOCK_SILENCE_US and then LOCK_RUN packets of that other source came in
 * sequence, all of one SSRC, with nothing in between. Should the signalled source speak after all, it takes over.
 *
 * Of the source that is taken one SSRC is heard. Another one takes its place when it has been silent for
 * LOCK_SSRC_SILENCE_US, with two packets in sequence (RFC 3550 A.1): who forges the source's address, too, cannot speak
 * beside it. A packet refused is counted by the caller.
 */
#ifndef MEDIA_SOURCE_LOCK_H
#define MEDIA_SOURCE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "gw/media/rtp.h"

#define LOCK_SILENCE_US 500000
#define LOCK_RUN	8
#define LOCK_SSRC_SILENCE_US 100000

struct source_lock {
	struct sockaddr_storage signalled; /* AF_UNSPEC: none */
	bool learns;
	uint64_t since_us;		   /* waiting for the signalled one */
	struct sockaddr_storage candidate;
	uint32_t candidate_ssrc;
	uint16_t candidate_sequence;
	unsigned candidate_run;
	uint32_t rival_ssrc;
	uint16_t rival_sequence;
	/* looked at with every packet */
	bool rival; /* a packet of another came last */
	bool moved; /* source was taken anew: for whoever follows it */
	bool ssrc_known;
	uint32_t ssrc;
	uint64_t heard_us; /* when it was */
	struct sockaddr_storage source; /* that is taken; AF_UNSPEC: none yet */
};

/* Another address was signalled (or the same: then nothing changes). */
void source_lock_signal(struct source_lock *lock, const struct sockaddr_storage *signalled, bool learns, uint64_t now_us);
/* Is this packet to be taken? */
bool source_lock_accept(struct source_lock *lock, const struct sockaddr_storage *from, const struct rtp_packet *packet,
			uint64_t now_us);
/* Where to send to; AF_UNSPEC: not known. */
const struct sockaddr_storage *source_lock_target(const struct source_lock *lock);

/* Address and port; address alone. */
bool sockaddr_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
bool sockaddr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b);
socklen_t sockaddr_octets(const struct sockaddr_storage *a);
/* In host order; 0 for AF_UNSPEC. */
uint16_t sockaddr_port(const struct sockaddr_storage *a);
void sockaddr_set_port(struct sockaddr_storage *a, uint16_t port);

#endif
