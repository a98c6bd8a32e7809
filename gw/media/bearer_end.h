/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A bearer timeslot as an end of a channel. What the line has taken since the last round is known from the clock, so
 * that how many blocks wait to be transmitted is known, too: each round fills up to the lead, and what the line took in
 * vain after a stall (idle) is not written late but left out.
 *
 * What was received is worked on by the bearer's lane group (lane_group.h), if it has one, before the channel gets it.
 * What was transmitted is kept by the tick of the line at which it went out, and what was received knows at which it came:
 * so the canceller compares what belongs together, whatever the lead is.
 */
#ifndef MEDIA_BEARER_END_H
#define MEDIA_BEARER_END_H

#include "gw/media/continuity.h"
#include "gw/media/hearing.h"
#include "gw/media/pipeline.h"

/* A tick may be that late before the line runs idle. Of the 25 ms that a packet of 20 may take to the line, 5 are the
 * jitter buffer's and 5 the round's. */
#define BEARER_LEAD_MS	  15
/* A round comes at least this long after the last; shorter chunks are gathered. */
#define BEARER_ROUND_MS	  5
#define BEARER_FIFO_OCTETS 1920 /* 240 ms: more than the line keeps for a late reader */
#define BEARER_SENT_OCTETS 1024 /* 128 ms: the lead, and what a lane waits for the others of its group */

/* The clock of a span, or of a bearer where the span has none, read by the media thread that owns it. */
struct span_clock {
	uint64_t ticks; /* chunks since it was added */
};

/* Ticks received, against those of the clock, over some rounds: between the two lies at most what is under way. */
struct bearer_phase {
	int least, most;
	unsigned rounds;
};

struct lane_group;

struct bearer_end {
	struct media_end end;
	/* looked at in every round, up to params: in two cache lines */
	struct tdm_span *span;		/* borrow */
	unsigned timeslot;
	int fd;				/* borrow: of the span */
	const struct span_clock *clock; /* borrow: the span's, or own */
	struct span_clock own;		/* blocks received */
	size_t chunk;			/* octets */
	unsigned lead;			/* blocks that wait for the line after a round */
	unsigned waiting;		/* blocks that wait for the line */
	uint64_t ticks_seen;
	uint64_t heard_ticks; /* tick of the next block to be received */
	struct bearer_phase phase;
	uint32_t timestamp; /* of the next octet received */
	/* octets received, not yet taken, in fifo; the first ready_n were worked on */
	size_t fifo_n, ready_n;
	/* the lane group's */
	struct lane_group *group; /* borrow; NULL: octets pass as they are */
	uint64_t report_tick;	  /* when its canceller is looked at next */
	unsigned lane;
	bool in_step; /* has as much to be worked on as the others of the group */
	bool checks;  /* continuity has a mode */
	bool clocked; /* towards a sink with another clock, or the same clock's other phase */
	bool dead;    /* the span is missing: nothing comes, nothing is taken */
	struct media_bearer_params params;
	struct hearing hearing;
	/* transmitted, by the sample of the clock's time modulo its length */
	_Alignas(FETCH_LINE) uint8_t sent[BEARER_SENT_OCTETS];
	uint8_t fifo[BEARER_FIFO_OCTETS];
	struct continuity continuity;
	uint32_t least; /* its delay towards another clock, in samples */
	uint64_t concealed;
	struct jitter jitter;
	struct concealer concealer;
};

/* Core thread: sets up an end on the timeslot's descriptor. clock NULL: the span has none, and every block received is a
 * tick. */
void bearer_end_init(struct bearer_end *bearer, int fd, struct tdm_span *span, unsigned timeslot,
		     const struct span_clock *clock);
/* Its line card; the lane group goes by them, too. Who has the end. */
void bearer_end_params(struct bearer_end *bearer, const struct media_bearer_params *params);
/* Media thread from here on: reads what the line has ready; the blocks that came. */
unsigned bearer_end_read(struct bearer_end *bearer);
/* The memory that reading needs is asked for, and what a group's next block of so many octets does. */
void bearer_end_fetch(const struct bearer_end *bearer);
void bearer_end_fetch_block(const struct bearer_end *bearer, size_t n);
/* From here on its octets come that many at a time. */
void bearer_end_block(struct bearer_end *bearer, unsigned samples);
/* What is to be worked on; without a group all is ready at once. */
size_t bearer_end_pending(const struct bearer_end *bearer);
/* What went out while these n octets came in, that wait to be worked on first. */
void bearer_end_sent(const struct bearer_end *bearer, uint8_t *octets, size_t n);
void bearer_end_continuity(struct bearer_end *bearer, enum media_continuity mode);
struct bearer_end *bearer_end_of(struct media_end *end);

#endif
