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
	if (lock->since_us && lock->learns == learns &&
	    sockaddr_same(&lock->signalled, signalled)) {
		lock->told_us = now_us;
		return;
	}
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
	lock->ssrc_known = lock->former = lock->paused = false;
	lock->left_us = 0;
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

static void run_note(unsigned *run, uint16_t *last, bool same, uint16_t sequence)
{
	*run = same && *run && sequence == (uint16_t)(*last + 1) ? *run + 1 : 1;
	*last = sequence;
}

/* True when the one that lost its place has it back: packets of who is heard instead may be in between. */
static bool former_wins(struct source_lock *lock, const struct rtp_packet *packet)
{
	run_note(&lock->former_run, &lock->former_sequence, true, packet->sequence);
	return lock->former_run >= LOCK_PAIR;
}

/* True when the one heard is silent for good, as far as anybody can tell, and the rival's run is long enough. */
static bool rival_wins(struct source_lock *lock, const struct rtp_packet *packet, uint64_t now_us)
{
	uint64_t silence_us = now_us - lock->heard_us;

	run_note(&lock->rival_run, &lock->rival_sequence, packet->ssrc == lock->rival_ssrc,
		 packet->sequence);
	lock->rival_ssrc = packet->ssrc;
	if (lock->left_us)
		return lock->rival_run >= LOCK_PAIR;
	if (lock->told_us && now_us - lock->told_us < LOCK_TOLD_US)
		return lock->rival_run >= LOCK_PAIR && silence_us >= LOCK_TOLD_SILENCE_US;
	return lock->rival_run >= LOCK_SSRC_RUN &&
	       silence_us >= (lock->paused ? LOCK_PAUSE_US : LOCK_SSRC_SILENCE_US);
}

/* True when another SSRC is heard from now on. */
static bool ssrc_change(struct source_lock *lock, const struct rtp_packet *packet, uint64_t now_us)
{
	if (lock->former && packet->ssrc == lock->former_ssrc && former_wins(lock, packet)) {
		lock->former = false;
	} else if (rival_wins(lock, packet, now_us)) {
		lock->former = !lock->left_us;
		lock->former_ssrc = lock->ssrc;
		lock->former_run = 0;
	} else {
		return false;
	}
	lock->left_us = 0;
	lock->paused = false;
	return true;
}

bool source_lock_accept(struct source_lock *lock, const struct sockaddr_storage *from,
			const struct rtp_packet *packet, uint64_t now_us)
{
	if (!source_accept(lock, from, packet, now_us))
		return false;
	if (lock->ssrc_known && packet->ssrc != lock->ssrc && !ssrc_change(lock, packet, now_us))
		return false;
	/* What comes so long after its BYE was not overtaken by it. */
	if (lock->left_us && now_us - lock->left_us >= LOCK_TOLD_SILENCE_US)
		lock->left_us = 0;
	lock->ssrc_known = true;
	lock->ssrc = packet->ssrc;
	lock->heard_us = now_us;
	lock->rival_run = 0;
	return true;
}

void source_lock_report(struct source_lock *lock, uint32_t ssrc, uint64_t now_us)
{
	if (lock->ssrc_known && lock->paused && ssrc == lock->ssrc)
		lock->heard_us = now_us;
}

void source_lock_bye(struct source_lock *lock, uint32_t ssrc, uint64_t now_us)
{
	if (lock->ssrc_known && ssrc == lock->ssrc)
		lock->left_us = now_us;
	if (ssrc == lock->former_ssrc)
		lock->former = false;
}
