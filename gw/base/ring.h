/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Single-producer single-consumer ring of fixed-size messages with an eventfd. Lock-free; no allocation after ring_new. */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* own; slots is rounded up to a power of two. NULL when out of memory or descriptors. */
struct ring *ring_new(size_t slots, size_t message_octets);
void ring_free(struct ring *ring);
/* Producer thread. Copies the message in and wakes the consumer; false when full (nothing is written, drops counts it). */
bool ring_push(struct ring *ring, const void *message);
/* Producer thread: the same without the wake-up, for bursts. */
bool ring_push_quiet(struct ring *ring, const void *message);
void ring_wake(struct ring *ring);
/* Consumer thread. Copies the oldest message out; false when empty. */
bool ring_pop(struct ring *ring, void *message);
/* Readable when messages wait; ring_drain_wake clears it before popping until empty. */
int ring_fd(const struct ring *ring);
void ring_drain_wake(struct ring *ring);
size_t ring_drops(const struct ring *ring);

#endif
