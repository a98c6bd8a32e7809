/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A cross-connect between two media threads: one single-producer ring of octets per direction, and at either thread an end
 * that stands for the bearer at the other. What one puts in as its bearer's clock gives it, the other plays at its own
 * clock, by a jitter buffer, as between any two plesiochronous lines. Where either bearer is clear, or the channel has become
 * voice-band data, both halves know.
 */
#ifndef MEDIA_CROSS_H
#define MEDIA_CROSS_H

#include <stdatomic.h>

#include "gw/media/pipeline.h"

#define CROSS_OCTETS 4096 /* 512 ms: more than a thread may be late */

struct cross_ring {
	_Alignas(64) _Atomic uint32_t head; /* octets put in; the producer writes */
	_Alignas(64) _Atomic uint32_t tail; /* octets taken out; the consumer writes */
	uint8_t octets[CROSS_OCTETS];
};

/* What a half tells the other of itself. */
enum cross_word { CROSS_CLEAR = 1, CROSS_VBD = 2 };

struct cross {
	struct cross_ring ring[2]; /* [i]: what came in at side i */
	_Alignas(64) _Atomic uint8_t told[2]; /* [i]: enum cross_word, by the half with the bearer at side i */
};

struct cross_end {
	struct media_end end;
	struct cross_ring *in, *out; /* borrow */
	_Atomic uint8_t *heard, *told; /* borrow */
	uint8_t last; /* heard */
	uint32_t least; /* delay, in samples */
	uint32_t timestamp;	     /* of the next octet taken out */
	struct jitter jitter;
	struct concealer concealer;
};

/* Core thread: the end that stands for the bearer at side, whose chunk that is. law is that of the rings: the same at both
 * ends, and of one bearer at least, so that what passes is converted once at most. */
void cross_end_init(struct cross_end *link, struct cross *cross, unsigned side, enum g711_law law, unsigned chunk_ms);

#endif
