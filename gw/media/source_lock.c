/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Symmetric RTP with a lock on one source. */
#include "gw/media/source_lock.h"

#include <netinet/in.h>
#include <string.h>

static const struct sockaddr_in *in4(const struct sockaddr_storage *a)
{
	return (const struct sockaddr_in *)(const void *)a;
}

static const struct sockaddr_in6 *in6(const struct sockaddr_storage *a)
{
	return (const struct sockaddr_in6 *)(const void *)a;
}

socklen_t sockaddr_octets(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

uint16_t sockaddr_port(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return ntohs(in4(a)->sin_port);
	return a->ss_family == AF_INET6 ? ntohs(in6(a)->sin6_port) : 0;
}

void sockaddr_set_port(struct sockaddr_storage *a, uint16_t port)
{
	if (a->ss_family == AF_INET)
		((struct sockaddr_in *)(void *)a)->sin_port = htons(port);
	else if (a->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)a)->sin6_port = htons(port);
}

bool sockaddr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return in4(a)->sin_addr.s_addr == in4(b)->sin_addr.s_addr;
	if (a->ss_family == AF_INET6)
		return memcmp(&in6(a)->sin6_addr, &in6(b)->sin6_addr, sizeof(struct in6_addr)) == 0;
	return true;
}

bool sockaddr_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	return sockaddr_same_host(a, b) && sockaddr_port(a) == sockaddr_port(b);
}

void source_lock_signal(struct source_lock *lock, const struct sockaddr_storage *signalled,
			bool learns, uint64_t now_us)
{
	if (lock->since_us && lock->learns == learns && sockaddr_same(&lock->signalled, signalled))
		return;
	memset(lock, 0, sizeof(*lock));
	lock->signalled = *signalled;
	lock->learns = learns;
	lock->since_us = now_us;
}

const struct sockaddr_storage *source_lock_target(const struct source_lock *lock)
{
	return lock->source.ss_family != AF_UNSPEC ? &lock->source : &lock->signalled;
}

/* True when the run of a candidate is complete. */
static bool candidate_confirmed(struct source_lock *lock, const struct sockaddr_storage *from,
				const struct rtp_packet *packet)
{
	if (lock->candidate_run && sockaddr_same(from, &lock->candidate) &&
	    packet->ssrc == lock->candidate_ssrc &&
	    packet->sequence == (uint16_t)(lock->candidate_sequence + 1)) {
		lock->candidate_run++;
	} else {
		lock->candidate = *from;
		lock->candidate_ssrc = packet->ssrc;
		lock->candidate_run = 1;
	}
	lock->candidate_sequence = packet->sequence;
	return lock->candidate_run >= LOCK_RUN;
}

static void source_take(struct source_lock *lock, const struct sockaddr_storage *from)
{
	lock->source = *from;
	lock->moved = true;
	lock->ssrc_known = false;
}

static bool source_accept(struct source_lock *lock, const struct sockaddr_storage *from,
			  const struct rtp_packet *packet, uint64_t now_us)
{
	if (lock->source.ss_family != AF_UNSPEC && sockaddr_same(from, &lock->source))
		return true;
	if (lock->signalled.ss_family != AF_UNSPEC && sockaddr_same(from, &lock->signalled)) {
		source_take(lock, from);
		return true;
	}
	if (lock->source.ss_family != AF_UNSPEC)
		return false;
	if (lock->signalled.ss_family != AF_UNSPEC &&
	    (!lock->learns || now_us - lock->since_us < LOCK_SILENCE_US ||
	     !candidate_confirmed(lock, from, packet)))
		return false;
	source_take(lock, from);
	return true;
}

/* True when a rival's second packet in sequence has come, and the one before is silent. */
static bool rival_wins(struct source_lock *lock, const struct rtp_packet *packet, uint64_t now_us)
{
	bool second = lock->rival && packet->ssrc == lock->rival_ssrc &&
		      packet->sequence == (uint16_t)(lock->rival_sequence + 1);

	lock->rival = now_us - lock->heard_us >= LOCK_SSRC_SILENCE_US;
	lock->rival_ssrc = packet->ssrc;
	lock->rival_sequence = packet->sequence;
	return lock->rival && second;
}

bool source_lock_accept(struct source_lock *lock, const struct sockaddr_storage *from,
			const struct rtp_packet *packet, uint64_t now_us)
{
	if (!source_accept(lock, from, packet, now_us))
		return false;
	if (lock->ssrc_known && packet->ssrc != lock->ssrc && !rival_wins(lock, packet, now_us))
		return false;
	lock->ssrc_known = true;
	lock->ssrc = packet->ssrc;
	lock->heard_us = now_us;
	lock->rival = false;
	return true;
}
