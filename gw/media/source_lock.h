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
 * Of the source that is taken one SSRC is heard. Who forges the source's address, too, does not know it (RFC 3550 8.1), and
 * never speaks beside it. A peer may change it, and says so or not; only packets in sequence are heard instead (A.1):
 *  - it said BYE (RFC 3550 6.3.7, 8.2: another participant, or a collision): two packets, at once, unless it speaks on;
 *  - signalling set the session anew in the last LOCK_TOLD_US, be it with the same address (answer, re-INVITE, transfer):
 *    two packets, once it has been silent for LOCK_TOLD_SILENCE_US, as its last ones may still be on their way;
 *  - nothing was said (a PBX that goes from ringback to the called party by itself): LOCK_SSRC_RUN packets with none of its
 *    own in between, once it has been silent for LOCK_SSRC_SILENCE_US: the first word of the called party is not to be lost;
 *  - and it had announced a pause (RFC 3389): it is not silent before it has sent neither RTP nor RTCP for LOCK_PAUSE_US, in
 *    which a report of RTCP was due (6.2).
 * One that lost its place so, and did not say BYE, has it back with two packets in sequence: a forger who was let in is
 * heard no longer than the silence lasts. A packet refused is counted by the caller.
 */
#ifndef MEDIA_SOURCE_LOCK_H
#define MEDIA_SOURCE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "gw/media/rtp.h"

#define LOCK_SILENCE_US 500000
#define LOCK_RUN	8
#define LOCK_PAIR	2
#define LOCK_SSRC_RUN	4
#define LOCK_TOLD_US	     2000000
#define LOCK_TOLD_SILENCE_US 100000
#define LOCK_SSRC_SILENCE_US 200000
#define LOCK_PAUSE_US	     7000000

struct source_lock {
	struct sockaddr_storage signalled; /* AF_UNSPEC: none */
	bool learns;
	uint64_t since_us;		   /* waiting for the signalled one */
	struct sockaddr_storage candidate;
	uint32_t candidate_ssrc;
	uint16_t candidate_sequence;
	unsigned candidate_run;
	uint64_t told_us; /* signalling came; 0: not since the source is known */
	uint64_t left_us; /* the one heard said BYE; 0: it did not */
	uint32_t rival_ssrc;
	uint16_t rival_sequence;
	bool former; /* one lost its place */
	uint32_t former_ssrc;
	uint16_t former_sequence;
	unsigned former_run;
	/* looked at with every packet */
	unsigned rival_run; /* packets of another in sequence, since the one heard spoke */
	bool paused; /* comfort noise came, and no audio since: the caller's to say */
	bool moved; /* source was taken anew: for whoever follows it */
	bool ssrc_known;
	uint32_t ssrc;
	uint64_t heard_us; /* when it was */
	struct sockaddr_storage source; /* that is taken; AF_UNSPEC: none yet */
};

/* Another address was signalled, or the same: then the source stays, and may go on with another SSRC. */
void source_lock_signal(struct source_lock *lock, const struct sockaddr_storage *signalled, bool learns, uint64_t now_us);
/* Is this packet to be taken? */
bool source_lock_accept(struct source_lock *lock, const struct sockaddr_storage *from, const struct rtp_packet *packet,
			uint64_t now_us);
/* The source's RTCP came, of ssrc, or its BYE. */
void source_lock_report(struct source_lock *lock, uint32_t ssrc, uint64_t now_us);
void source_lock_bye(struct source_lock *lock, uint32_t ssrc, uint64_t now_us);
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
