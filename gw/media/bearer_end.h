/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A bearer timeslot as an end of a channel. What the line has taken since the last round is known from the clock, so
 * that how many blocks wait to be transmitted is known, too: each round fills up to the lead, and what the line took in
 * vain after a stall (idle) is not written late but left out.
 */
#ifndef MEDIA_BEARER_END_H
#define MEDIA_BEARER_END_H

#include "gw/media/pipeline.h"

/* A tick may be that late before the line runs idle. */
#define BEARER_LEAD_MS	  20
/* A round comes at least this long after the last; shorter chunks are gathered. */
#define BEARER_ROUND_MS	  5
#define BEARER_FIFO_OCTETS 1920 /* 240 ms: more than the line keeps for a late reader */

/* The clock of a span, or of a bearer where the span has none, read by the media thread that owns it. */
struct span_clock {
	uint64_t ticks; /* chunks since it was added */
};

struct bearer_end {
	struct media_end end;
	struct tdm_span *span;		/* borrow */
	unsigned timeslot;
	int fd;				/* borrow: of the span */
	bool dead;			/* the span is missing: nothing comes, nothing is taken */
	const struct span_clock *clock; /* borrow: the span's, or own */
	struct span_clock own;		/* blocks received */
	size_t chunk;			/* octets */
	unsigned lead;			/* blocks that wait for the line after a round */
	unsigned waiting;		/* blocks that wait for the line */
	uint64_t ticks_seen;
	struct listener listener;
	uint8_t fifo[BEARER_FIFO_OCTETS]; /* received, not yet taken */
	size_t fifo_n;
	/* towards a sink with another clock, or the same clock's other phase */
	bool clocked;
	uint32_t timestamp; /* of the next octet received */
	struct jitter jitter;
	struct concealer concealer;
};

/* Core thread: sets up an end on the timeslot's descriptor. clock NULL: the span has none, and every block received is a
 * tick. */
void bearer_end_init(struct bearer_end *bearer, int fd, struct tdm_span *span, unsigned timeslot,
		     const struct span_clock *clock);
/* Media thread: reads what the line has ready; the blocks that came. */
unsigned bearer_end_read(struct bearer_end *bearer);
struct bearer_end *bearer_end_of(struct media_end *end);

#endif
