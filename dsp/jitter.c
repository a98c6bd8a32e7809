/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Adaptive jitter buffer: what the playout offset should be, and how it gets there. */
#include "dsp/jitter.h"

#include <stdlib.h>
#include <string.h>

#include "dsp/jitter_ring.h"

#define SLACK	       40   /* 5 ms above what the slow packets need */
#define SHRINK_AT      176  /* 22 ms too much: more than a reader's tick may make up */
#define GROW_AT	       80   /* 10 ms below conf.min: drift, not a tick */
#define EVALUATE_EVERY 16   /* packets */
#define PAUSE	       4000 /* 500 ms of nothing: the next packet sets the offset afresh */
#define CONCEAL_MAX    800  /* 100 ms; concealment has faded before that */
#define LATE_RUN       8    /* packets late in sequence: the timestamps have changed */
#define CUT_ROOM       256  /* octets behind play that a cut may need */
#define CUT_EVERY      320  /* 40 ms between two cuts */
#define CUT_RETRY      80
#define CUT_PATIENCE   4000 /* 500 ms for a good place */
#define RANKS	       (JITTER_TRANSITS / 32 + 1)

static int32_t ahead(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

void jitter_init(struct jitter *jitter, const struct jitter_conf *conf)
{
	memset(jitter, 0, sizeof(*jitter));
	jitter->conf = *conf;
	if (jitter->conf.max > JITTER_MAX_SAMPLES)
		jitter->conf.max = JITTER_MAX_SAMPLES;
	if (jitter->conf.min > jitter->conf.max)
		jitter->conf.min = jitter->conf.max;
}

void jitter_reset(struct jitter *jitter, enum g711_law law)
{
	jitter->conf.law = law;
	jitter->locked = false;
	jitter->stray = false;
	jitter_ring_clear(jitter);
}

uint32_t jitter_delay(const struct jitter *jitter)
{
	int32_t delay = ahead(jitter->clock - jitter->play, jitter->base);

	return jitter->locked && delay > 0 ? (uint32_t)delay : 0;
}

/* ---- what the offset should be ---- */

/* The rank-th smallest (sign 1) or largest (sign -1) transit, relative to the base; 0 while there
 * is none. */
static int32_t transit_rank(const struct jitter *jitter, unsigned rank, int sign)
{
	int32_t best[RANKS]; /* ascending */

	for (unsigned i = 0; i < RANKS; i++)
		best[i] = INT32_MAX;
	for (unsigned i = 0; i < jitter->transits; i++) {
		int32_t v = sign * ahead(jitter->transit[i], jitter->base);
		unsigned at = rank - 1;

		if (v >= best[at])
			continue;
		for (; at > 0 && best[at - 1] > v; at--)
			best[at] = best[at - 1];
		best[at] = v;
	}
	return jitter->transits < rank ? 0 : sign * best[rank - 1];
}

/* Some of the earliest and of the latest packets do not count: a burst after a stall, a rare
 * straggler. */
static void evaluate(struct jitter *jitter)
{
	int32_t low = transit_rank(jitter, jitter->transits / 32 + 1, 1);
	int32_t high = transit_rank(jitter, jitter->transits / 128 + 1, -1);
	int32_t offset, want, grow = 0;

	jitter->base += (uint32_t)low;
	high -= low;
	offset = ahead(jitter->clock - jitter->play, jitter->base);
	want = (int32_t)jitter->conf.min;
	if (high > offset)
		grow = high + SLACK - offset;
	else if (offset + GROW_AT < want)
		grow = want - offset;
	if (want < high + SLACK)
		want = high + SLACK;
	if (want > (int32_t)jitter->conf.max)
		want = (int32_t)jitter->conf.max;
	if (grow > want - offset)
		grow = want - offset;
	if (grow <= 0)
		grow = offset > want + SHRINK_AT ? want - offset : 0;
	if (!jitter->adapt)
		jitter->op_wanted = 0;
	jitter->adapt = grow;
}

static void transit_note(struct jitter *jitter, uint32_t transit)
{
	jitter->transit[jitter->transit_next] = transit;
	jitter->transit_next = (jitter->transit_next + 1) % JITTER_TRANSITS;
	if (jitter->transits < JITTER_TRANSITS)
		jitter->transits++;
	if (jitter->transit_next % EVALUATE_EVERY == 0)
		evaluate(jitter);
}

/* ---- putting in ---- */

static void lock(struct jitter *jitter, uint32_t timestamp)
{
	uint32_t target = jitter->conf.min > SLACK ? jitter->conf.min : SLACK;

	jitter_ring_clear(jitter);
	jitter->locked = true;
	jitter->begun = false;
	jitter->play = jitter->floor = timestamp - target;
	jitter->end = timestamp;
	jitter->base = jitter->clock - timestamp;
	jitter->held = jitter->starved = 0;
	jitter->adapt = 0;
	jitter->late_run = 0;
	jitter->stray = false;
	jitter->transits = jitter->transit_next = 0;
}

/* True when the ring cannot hold a packet at timestamp, or only by being wrapped. */
static bool is_far(const struct jitter *jitter, uint32_t timestamp)
{
	int32_t distance = ahead(timestamp, jitter->play);

	return distance > JITTER_SAMPLES - JITTER_PACKET_MAX - CUT_ROOM ||
	       distance < -JITTER_SAMPLES;
}

/* Two far packets near each other are a jump of the timestamps, one is a stray. */
static bool has_jumped(struct jitter *jitter, uint32_t timestamp)
{
	int32_t distance = ahead(timestamp, jitter->stray_at);
	bool jumped = jitter->stray && distance > -JITTER_PACKET_MAX * 2 &&
		      distance < JITTER_PACKET_MAX * 2;

	jitter->stray = true;
	jitter->stray_at = timestamp;
	return jumped;
}

static void advance(struct jitter *jitter, size_t n)
{
	jitter_ring_forget(jitter, jitter->play, n);
	jitter->play += (uint32_t)n;
	if (ahead(jitter->play, jitter->floor) > 0)
		jitter->floor = jitter->play;
}

/*
 * Something came after nothing was there to be played. If it is what was waited for, the wait has
 * become delay. If it is newer, what it skips was lost, and has been made up for already.
 */
static void reconcile(struct jitter *jitter, uint32_t timestamp, size_t n)
{
	int32_t gap = ahead(timestamp, jitter->play);

	if (!jitter->held || gap + (int32_t)n <= 0)
		return;
	if (gap > 0)
		advance(jitter, (uint32_t)gap < jitter->held ? (uint32_t)gap : jitter->held);
	jitter->held = 0;
}

static enum jitter_fate store(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets,
			      size_t n)
{
	int32_t late = ahead(jitter->floor, timestamp);

	if (late >= (int32_t)n) {
		jitter->late_run++;
		return JITTER_LATE;
	}
	if (late > 0) {
		timestamp += (uint32_t)late;
		octets += late;
		n -= (size_t)late;
	}
	jitter->late_run = 0;
	if (jitter_ring_run(jitter, timestamp, n, true) == n)
		return JITTER_DUPLICATE;
	jitter_ring_store(jitter, timestamp, octets, n);
	if (ahead(timestamp + (uint32_t)n, jitter->end) > 0)
		jitter->end = timestamp + (uint32_t)n;
	jitter->starved = 0;
	return JITTER_STORED;
}

enum jitter_fate jitter_put(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets,
			    size_t n, bool timely)
{
	if (n == 0 || n > JITTER_PACKET_MAX)
		return JITTER_STRAY;
	if (!jitter->locked) {
		lock(jitter, timestamp);
	} else if (is_far(jitter, timestamp)) {
		if (!has_jumped(jitter, timestamp))
			return JITTER_STRAY;
		jitter->resyncs++;
		lock(jitter, timestamp);
	} else if (jitter->late_run >= LATE_RUN) {
		jitter->resyncs++;
		lock(jitter, timestamp);
	}
	jitter->stray = false;
	if (timely)
		transit_note(jitter, jitter->clock - timestamp);
	reconcile(jitter, timestamp, n);
	return store(jitter, timestamp, octets, n);
}

/* ---- taking out ---- */

/* Cuts when it is time to. */
static void adapt(struct jitter *jitter, size_t n)
{
	int32_t done;

	jitter->op_wanted += (uint32_t)n;
	if (jitter->op_wait > n) {
		jitter->op_wait -= (uint32_t)n;
		return;
	}
	jitter->op_wait = 0;
	if (!jitter->adapt)
		return;
	done = jitter_cut(jitter, jitter->adapt, jitter->op_wanted < CUT_PATIENCE);
	jitter->op_wait = done ? CUT_EVERY : CUT_RETRY;
	jitter->adapt -= done;
	if (abs(jitter->adapt) < JITTER_CUT_MIN)
		jitter->adapt = 0;
	if (ahead(jitter->play, jitter->floor) > 0)
		jitter->floor = jitter->play;
	if (done > 0)
		jitter->cut_in += (uint64_t)done;
	else
		jitter->cut_out += (uint64_t)-done;
}

/* A hole: newer octets are there. What is to be cut out goes here unheard. */
static size_t get_hole(struct jitter *jitter, size_t n, enum jitter_kind *kind)
{
	size_t whole = jitter_ring_run(jitter, jitter->play, JITTER_SAMPLES, false);
	size_t run;

	if (jitter->adapt < 0) {
		size_t cut =
			(size_t)-jitter->adapt < whole - 1 ? (size_t)-jitter->adapt : whole - 1;

		advance(jitter, cut);
		jitter->adapt += (int32_t)cut;
		jitter->cut_out += cut;
		whole -= cut;
	}
	run = whole < n ? whole : n;
	advance(jitter, run);
	*kind = jitter->begun ? JITTER_LOST : JITTER_IDLE;
	return run;
}

/* Nothing newer is there: waits for it as long as the offset may grow. */
static size_t get_starving(struct jitter *jitter, size_t n, enum jitter_kind *kind)
{
	int32_t offset = ahead(jitter->clock - jitter->play, jitter->base);

	*kind = jitter->starved < CONCEAL_MAX && jitter->begun ? JITTER_LOST : JITTER_IDLE;
	if (offset + (int32_t)n <= (int32_t)jitter->conf.max)
		jitter->held += (uint32_t)n;
	else
		advance(jitter, n);
	jitter->starved += (uint32_t)n;
	if (jitter->starved > PAUSE)
		jitter->locked = false;
	return n;
}

static size_t get_audio(struct jitter *jitter, uint8_t *octets, size_t run, enum jitter_kind *kind)
{
	jitter_ring_load(jitter, jitter->play, octets, run);
	advance(jitter, run);
	jitter->begun = true;
	*kind = JITTER_AUDIO;
	return run;
}

size_t jitter_get(struct jitter *jitter, uint8_t *octets, size_t n, enum jitter_kind *kind)
{
	size_t run = n;

	*kind = JITTER_IDLE;
	if (jitter->locked) {
		adapt(jitter, n);
		run = jitter_ring_run(jitter, jitter->play, n, true);
		if (run)
			run = get_audio(jitter, octets, run, kind);
		else if (ahead(jitter->end, jitter->play) > 0)
			run = get_hole(jitter, n, kind);
		else
			run = get_starving(jitter, n, kind);
	}
	jitter->clock += (uint32_t)run;
	if (*kind == JITTER_LOST)
		jitter->lost += run;
	return run;
}

void jitter_skip(struct jitter *jitter, size_t n)
{
	if (jitter->locked) {
		advance(jitter, n);
		if (ahead(jitter->end, jitter->play) <= 0)
			jitter->starved += (uint32_t)n;
		if (jitter->starved > PAUSE)
			jitter->locked = false;
	}
	jitter->clock += (uint32_t)n;
}
