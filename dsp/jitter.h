/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Adaptive jitter buffer for G.711: octets by RTP timestamp in, octets at the reader's clock out, in blocks of any size.
 *
 * A packet's transit is the reader's clock at its arrival less its timestamp; the octets are played at a fixed distance
 * from their timestamps, the playout offset. The offset starts conf.min above the first packet's transit. It grows
 * when packets come later than that, and when nothing is there to be played; it shrinks when packets have long come
 * early. Both cut in or out one pitch period with a cross-fade, at a pause where there is one. As long as packets come
 * within conf.min no octet is touched. A difference of clocks is a slow change of transit and is absorbed like any
 * other.
 */
#ifndef DSP_JITTER_H
#define DSP_JITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"

#define JITTER_SAMPLES	    4096 /* ring: 512 ms */
#define JITTER_MAX_SAMPLES  2400 /* most delay: 300 ms */
#define JITTER_PACKET_MAX   960
#define JITTER_TRANSITS	    256

struct jitter_conf {
	enum g711_law law;
	uint32_t min, max; /* samples of delay, at most JITTER_MAX_SAMPLES */
};

enum jitter_fate { JITTER_STORED, JITTER_LATE, JITTER_DUPLICATE, JITTER_STRAY };
enum jitter_kind {
	JITTER_IDLE,  /* nothing was to be expected: before the first packet, or in a long pause */
	JITTER_AUDIO, /* octets as they came */
	JITTER_LOST,  /* conceal this */
};

struct jitter {
	struct jitter_conf conf;
	bool locked;	     /* a first packet has set the offset */
	bool begun;	     /* it has been played */
	uint32_t clock;	     /* samples delivered or skipped */
	uint32_t play;	     /* timestamp of the next octet; clock - play is the playout offset */
	uint32_t floor;	     /* highest play so far: older octets are late */
	uint32_t end;	     /* past the newest octet stored */
	uint32_t held;	     /* samples made up while nothing newer was there */
	uint32_t starved;    /* samples since something newer was there */
	uint32_t base;	     /* transit of the fast packets */
	int32_t adapt;	     /* samples to cut in, or out (< 0) */
	uint32_t op_wait;    /* samples before the next cut may be tried */
	uint32_t op_wanted;  /* samples for which adapt has waited */
	unsigned late_run;   /* packets late in sequence */
	bool stray;	     /* the last packet was far off, at stray_at */
	uint32_t stray_at;
	uint32_t transit[JITTER_TRANSITS]; /* of the last packets */
	unsigned transits, transit_next;
	uint64_t lost;	     /* samples */
	uint64_t cut_in, cut_out; /* samples */
	uint64_t resyncs;
	uint64_t present[JITTER_SAMPLES / 64];
	uint8_t octets[JITTER_SAMPLES];
};

void jitter_init(struct jitter *jitter, const struct jitter_conf *conf);
/* A new source or codec: the next packet sets the offset afresh. Counters stay. */
void jitter_reset(struct jitter *jitter, enum g711_law law);
/* timely: the packet was fetched when it came, so that its transit means something. n is 1 to JITTER_PACKET_MAX. */
enum jitter_fate jitter_put(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets, size_t n, bool timely);
/* The next octets, at most n, all of one kind; returns how many, at least 1. They are only set for JITTER_AUDIO. */
size_t jitter_get(struct jitter *jitter, uint8_t *octets, size_t n, enum jitter_kind *kind);
/* n samples went by that the reader could not use. */
void jitter_skip(struct jitter *jitter, size_t n);
/* Samples that an octet of the fastest packets waits here. */
uint32_t jitter_delay(const struct jitter *jitter);

#endif
