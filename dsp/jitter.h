/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Jitter buffer for G.711 and other octets of 8,000/s: octets by RTP timestamp in, octets at the reader's clock out, in
 * blocks of any size.
 *
 * A packet's transit is the reader's clock at its arrival less its timestamp; the octets are played at a fixed distance
 * from their timestamps, the playout offset. What it should be follows from the transits of the packets, of which a
 * histogram forgets the old (jitter_delays.h): the 0.95 quantile above the fast ones and a little more, at least
 * conf.min. A first packet, or one after a pause, sets the offset. It grows when the target does, and when nothing is
 * there to be played; it shrinks when packets have long come early. Both cut in or out one pitch period with a
 * cross-fade, at a pause where there is one; in a pause that the sender announced it is free. A difference of clocks is
 * a slow change of transit and is absorbed like any other.
 *
 * In fixed mode (fax, RFC 4040 clearmode) the offset is conf.min above the fast packets and no octet is ever touched.
 * When the clocks have moved it by half of that, it goes back by one slip, as a plesiochronous line's does.
 */
#ifndef DSP_JITTER_H
#define DSP_JITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"
#include "dsp/jitter_delays.h"

#define JITTER_SAMPLES	    4096 /* ring: 512 ms */
#define JITTER_MAX_SAMPLES  2400 /* most delay: 300 ms */
#define JITTER_PACKET_MAX   960
#define JITTER_PAUSES	    2

struct jitter_conf {
	enum g711_law law;
	uint32_t min, max; /* samples of delay, at most JITTER_MAX_SAMPLES */
	bool fixed;	   /* min is the delay, always */
};

enum jitter_fate { JITTER_STORED, JITTER_LATE, JITTER_DUPLICATE, JITTER_STRAY };
enum jitter_kind {
	JITTER_IDLE,  /* nothing was to be expected: before the first packet, or long after the last */
	JITTER_AUDIO, /* octets as they came */
	JITTER_LOST,  /* conceal this */
	JITTER_PAUSE, /* the sender said nothing on purpose */
};

struct jitter {
	/* looked at whenever octets are taken: the first 64 octets */
	struct jitter_conf conf;
	bool locked;	     /* a first packet has set the offset */
	bool begun;	     /* it has been played */
	bool resting;	     /* not locked since a pause that the sender announced */
	uint32_t clock;	     /* samples delivered or skipped */
	uint32_t play;	     /* timestamp of the next octet; clock - play is the playout offset */
	uint32_t whole;	     /* past the octets that are there without a hole, from play on */
	uint32_t floor;	     /* highest play so far: older octets are late */
	uint32_t end;	     /* past the newest octet stored */
	int32_t adapt;	     /* samples to cut in, or out (< 0) */
	int32_t slip;	     /* fixed: samples to insert, or to leave out (< 0) */
	uint32_t op_wait;    /* samples before the next cut may be tried */
	uint32_t op_wanted;  /* samples for which adapt has waited */
	uint32_t grain;	     /* samples that the reader takes at a time, of late, times 64 */
	unsigned n_pauses;   /* announced: from pause_at on nothing is to be expected */
	/* with packets, and without */
	uint32_t pause_at[JITTER_PAUSES];
	uint32_t held;	     /* samples made up while nothing newer was there */
	uint32_t starved;    /* samples since something newer was there */
	uint32_t base;	     /* transit of the fast packets */
	int32_t high;	     /* of the slow packets that count, above the base */
	uint32_t want;	     /* delay above the base that should be */
	uint32_t extra;	     /* of it, for copies of octets that come later */
	unsigned late_run;   /* packets late in sequence */
	unsigned evaluated;  /* packets since the target was looked at */
	unsigned lates;	     /* of them */
	bool stray;	     /* the last packet was far off, at stray_at */
	uint32_t stray_at;
	struct jitter_delays delays;
	uint64_t lost;	     /* samples */
	uint64_t late;	     /* octets that came too late, whole packets and parts */
	uint64_t cut_in, cut_out; /* samples, of what is heard */
	uint64_t resyncs, slips;
	uint64_t present[JITTER_SAMPLES / 64]; /* a bit for each octet behind whole that is there; none for others */
	uint8_t octets[JITTER_SAMPLES];
};

void jitter_init(struct jitter *jitter, const struct jitter_conf *conf);
/* Other delays or another mode, at any time; the law stays. To fixed, the offset goes to its place by one slip. */
void jitter_configure(struct jitter *jitter, const struct jitter_conf *conf);
/* A new source or codec: the next packet sets the offset afresh. Counters stay. */
void jitter_reset(struct jitter *jitter, enum g711_law law);
/* timely: the packet was fetched when it came, so that its transit means something. n is 1 to JITTER_PACKET_MAX. */
enum jitter_fate jitter_put(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets, size_t n, bool timely);
/* Octets that may be there already, sent once more (RFC 2198): they say nothing about transits. */
enum jitter_fate jitter_fill(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets, size_t n);
/* Such copies come that many samples after the octets. */
void jitter_expect(struct jitter *jitter, uint32_t extra);
/* The sender says nothing from timestamp on, until its next octets. */
void jitter_pause(struct jitter *jitter, uint32_t timestamp);
/* What is here of the n octets from timestamp on becomes silence: it is played in another way. */
void jitter_blank(struct jitter *jitter, uint32_t timestamp, size_t n);
/* The next octets, at most n, all of one kind; returns how many, at least 1. They are only set for JITTER_AUDIO. */
size_t jitter_get(struct jitter *jitter, uint8_t *octets, size_t n, enum jitter_kind *kind);
/* n samples went by that the reader could not use. */
void jitter_skip(struct jitter *jitter, size_t n);
/* Samples that an octet of the fastest packets waits here. */
uint32_t jitter_delay(const struct jitter *jitter);
/* What that should be. */
uint32_t jitter_target(const struct jitter *jitter);

#endif
