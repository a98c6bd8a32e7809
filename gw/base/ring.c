/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Single-producer single-consumer ring. head and tail count messages without bound and are masked;
 * each side keeps its last view of the other's index, so that most calls touch no foreign cache
 * line.
 */
#include "gw/base/ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CACHE_LINE 64

struct ring {
	/* never changes after ring_new */
	unsigned char *slots; /* own */
	size_t mask;
	size_t message_octets;
	int fd; /* own: eventfd */

	/* producer */
	_Alignas(CACHE_LINE) atomic_size_t head;
	size_t tail_seen;
	atomic_size_t drops;

	/* consumer */
	_Alignas(CACHE_LINE) atomic_size_t tail;
	size_t head_seen;

	/* both: set by the first wake-up after a drain, so that a burst costs one write */
	_Alignas(CACHE_LINE) atomic_bool woken;
};

static size_t round_up_pow2(size_t n)
{
	size_t p = 2;

	while (p < n && p <= SIZE_MAX / 2)
		p *= 2;
	return p;
}

struct ring *ring_new(size_t slots, size_t message_octets)
{
	struct ring *ring = aligned_alloc(CACHE_LINE, sizeof(*ring));

	if (!ring)
		return NULL;
	memset(ring, 0, sizeof(*ring));
	slots = round_up_pow2(slots);
	ring->mask = slots - 1;
	ring->message_octets = message_octets;
	ring->slots = reallocarray(NULL, slots, message_octets);
	ring->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!ring->slots || ring->fd < 0) {
		ring_free(ring);
		return NULL;
	}
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	if (ring->fd >= 0)
		close(ring->fd);
	free(ring->slots);
	free(ring);
}

static unsigned char *slot(const struct ring *ring, size_t i)
{
	return ring->slots + (i & ring->mask) * ring->message_octets;
}

bool ring_push_quiet(struct ring *ring, const void *message)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	if (head - ring->tail_seen > ring->mask) {
		ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
		if (head - ring->tail_seen > ring->mask) {
			atomic_fetch_add_explicit(&ring->drops, 1, memory_order_relaxed);
			return false;
		}
	}
	memcpy(slot(ring, head), message, ring->message_octets);
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}

/*
 * Either this exchange comes first and the consumer's in ring_drain_wake reads it, hence sees the
 * messages pushed before; or it comes second, finds false and writes. No wake-up is lost.
 */
void ring_wake(struct ring *ring)
{
	static const uint64_t one = 1;
	ssize_t n;

	if (atomic_exchange_explicit(&ring->woken, true, memory_order_acq_rel))
		return;
	do
		n = write(ring->fd, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
}

bool ring_push(struct ring *ring, const void *message)
{
	bool pushed = ring_push_quiet(ring, message);

	ring_wake(ring);
	return pushed;
}

bool ring_pop(struct ring *ring, void *message)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	if (tail == ring->head_seen) {
		ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
		if (tail == ring->head_seen)
			return false;
	}
	memcpy(message, slot(ring, tail), ring->message_octets);
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return true;
}

int ring_fd(const struct ring *ring)
{
	return ring->fd;
}

void ring_drain_wake(struct ring *ring)
{
	uint64_t count;
	ssize_t n;

	do
		n = read(ring->fd, &count, sizeof(count));
	while (n < 0 && errno == EINTR);
	atomic_exchange_explicit(&ring->woken, false, memory_order_acq_rel);
}

size_t ring_drops(const struct ring *ring)
{
	return atomic_load_explicit(&ring->drops, memory_order_relaxed);
}
