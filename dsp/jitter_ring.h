/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The octet ring of a jitter buffer, addressed by timestamp. What is there from play on without a hole needs no more than its
 * end, and mostly that is all; behind it a bit per octet tells whether it is there.
 */
#ifndef DSP_JITTER_RING_H
#define DSP_JITTER_RING_H

#include "dsp/jitter.h"

/* Nothing is there. */
void jitter_ring_clear(struct jitter *jitter);
/* at: play or later. */
void jitter_ring_store(struct jitter *jitter, uint32_t at, const uint8_t *octets, size_t n);
void jitter_ring_load(const struct jitter *jitter, uint32_t at, uint8_t *octets, size_t n);
/* Play goes on n octets later. */
void jitter_ring_pass(struct jitter *jitter, size_t n);
/* How many octets from at on, which is play or later, are there (or are not), at most n. */
size_t jitter_ring_run(const struct jitter *jitter, uint32_t at, size_t n, bool there);

#define JITTER_CUT_MIN 40 /* shortest pitch period: 200 Hz */

/* Tries to cut one pitch period in (more > 0: at most that many samples) or out (more < 0) where play is; returns the
 * samples cut in or out, 0 when there are too few octets, or no good place and patient. */
int32_t jitter_cut(struct jitter *jitter, int32_t more, bool patient);

#endif
