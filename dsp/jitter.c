/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Jitter buffer: what the playout offset should be, and how it gets there. */
#include "dsp/jitter.h"

#include <stdlib.h>
#include <string.h>

#include "dsp/jitter_ring.h"

#define SLACK	       40 /* 5 ms above what the slow packets need */
#define SHRINK_AT      8  /* 1 ms above the target, */
#define EXCESS	       164 /* and 20 ms, with the histogram's grain, above what the slow packets need */
#define GRAIN	       40    /* 5 ms: what most readers take at a time */
#define GROW_AT	       80    /* 10 ms below conf.min: drift, not a tick */
#define EVALUATE_EVERY 16    /* packets */
#define PAUSE	       4000  /* 500 ms of nothing: the next packet sets the offset */
#define REMEMBER       80000 /* 10 s: so long what is known of transits is good for that */
#define CONCEAL_MAX    800   /* 100 ms; concealment has faded before that */
#define LATE_RUN       8     /* packets late in sequence: the timestamps have changed */
#define CUT_ROOM       256   /* octets behind play that a cut may need */
#define CUT_EVERY      320   /* 40 ms between two cuts */
#define CUT_RETRY      80
#define CUT_PATIENCE   4000 /* 500 ms for a good place */

static int32_t ahead(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* A packet that comes when its reader has just been there is as much later as he takes more at a time than most do. */
static int32_t edge_of(const struct jitter *jitter)
{
	int32_t grain = (int32_t)(jitter->grain / 64);

	return grain > GRAIN ? grain - GRAIN : 0;
}

static int32_t offset_of(const struct jitter *jitter)
{
	return ahead(jitter->clock - jitter->play, jitter->base);
}

static void conf_set(struct jitter *jitter, const struct jitter_conf *conf)
{
	enum g711_law law = jitter->conf.law;

	jitter->conf = *conf;
	jitter->conf.law = law;
	if (jitter->conf.max > JITTER_MAX_SAMPLES)
		jitter->conf.max = JITTER_MAX_SAMPLES;
	if (jitter->conf.min > jitter->conf.max)
		jitter->conf.min = jitter->conf.max;
	jitter->want = jitter->conf.min;
}

void jitter_init(struct jitter *jitter, const struct jitter_conf *conf)
{
	memset(jitter, 0, sizeof(*jitter));
	jitter->conf.law = conf->law;
	conf_set(jitter, conf);
}

void jitter_reset(struct jitter *jitter, enum g711_law law)
{
	jitter->conf.law = law;
	jitter->locked = jitter->resting = false;
	jitter->stray = false;
	jitter->extra = 0;
	jitter->want = jitter->conf.min;
	jitter_delays_clear(&jitter->delays);
	jitter_ring_clear(jitter);
}

uint32_t jitter_delay(const struct jitter *jitter)
{
	/* A wait is no delay before it has ended with what was waited for. */
	int32_t delay = offset_of(jitter) - (int32_t)jitter->held;

	return jitter->locked && delay > 0 ? (uint32_t)delay : 0;
}

uint32_t jitter_target(const struct jitter *jitter)
{
	return jitter->want;
}

/* ---- what the offset should be ---- */

/* Looks at the histogram: where the base is, and the delay that should be. */
static void target_set(struct jitter *jitter)
{
	uint32_t low, high, want;

	if (!jitter_delays_find(&jitter->delays, &low, &high))
		return;
	jitter->base = low;
	jitter->high = ahead(high, low) + (int32_t)jitter->extra;
	if (jitter->conf.fixed)
		return;
	want = (uint32_t)jitter->high + SLACK;
	if (want < jitter->conf.min)
		want = jitter->conf.min;
	if (want > jitter->conf.max)
		want = jitter->conf.max;
	jitter->want = want;
}

/* Fixed: back to its place when half of it is used up. */
static void plan_slip(struct jitter *jitter)
{
	int32_t off = (int32_t)jitter->want - offset_of(jitter);

	if (abs(off) > (int32_t)jitter->want / 2 && abs(off) > JITTER_CUT_MIN)
		jitter->slip = off;
}

/* What is too much goes down to what should be. */
static bool is_much(const struct jitter *jitter, int32_t offset)
{
	return jitter->adapt < 0 || offset > jitter->high + EXCESS + edge_of(jitter);
}

static void plan_cut(struct jitter *jitter)
{
	int32_t offset = offset_of(jitter), grow = (int32_t)jitter->want - offset;
	/* Copies are waited for before the first is missed. */
	bool late = jitter->lates || jitter->extra || jitter->high - JITTER_BUCKET > offset;

	jitter->lates = 0;
	if (grow <= (late ? 0 : GROW_AT))
		grow = -grow > SHRINK_AT && is_much(jitter, offset) ? grow : 0;
	if (grow < 0 && grow > -JITTER_CUT_MIN)
		grow = -JITTER_CUT_MIN;
	if (!jitter->adapt)
		jitter->op_wanted = 0;
	jitter->adapt = grow;
}

static void plan(struct jitter *jitter)
{
	if (jitter->conf.fixed)
		plan_slip(jitter);
	else
		plan_cut(jitter);
}

/* True when it is time to look at the transits. */
static bool transit_note(struct jitter *jitter, uint32_t transit, size_t n)
{
	jitter_delays_note(&jitter->delays, transit, jitter->clock, (uint32_t)n);
	if (++jitter->evaluated < EVALUATE_EVERY && !jitter->held)
		return false;
	jitter->evaluated = 0;
	target_set(jitter);
	return true;
}

void jitter_configure(struct jitter *jitter, const struct jitter_conf *conf)
{
	conf_set(jitter, conf);
	jitter->adapt = jitter->slip = 0;
	if (!jitter->locked)
		return;
	target_set(jitter);
	if (jitter->conf.fixed)
		jitter->slip = (int32_t)jitter->want - offset_of(jitter);
	else
		plan_cut(jitter);
}

void jitter_expect(struct jitter *jitter, uint32_t extra)
{
	jitter->extra = extra;
	jitter->evaluated = EVALUATE_EVERY;
}

/* ---- putting in ---- */

/* Above the base, when a packet of that transit comes first. */
static uint32_t first_delay(struct jitter *jitter, uint32_t transit)
{
	uint32_t least = jitter->conf.min > SLACK || jitter->conf.fixed ? jitter->conf.min : SLACK;
	int32_t above = ahead(transit, jitter->base);

	/* What was known before a pause still holds, if the packet is like those before. */
	if (jitter->delays.any && jitter->clock - jitter->delays.last < REMEMBER && above >= 0 &&
	    above <= (int32_t)jitter->want)
		return jitter->want;
	jitter_delays_clear(&jitter->delays);
	jitter->evaluated = 0;
	jitter->base = transit;
	return least;
}

static void lock(struct jitter *jitter, uint32_t timestamp)
{
	uint32_t delay = first_delay(jitter, jitter->clock - timestamp);

	jitter->locked = true;
	jitter->begun = jitter->resting = false;
	jitter->play = jitter->floor = jitter->clock - jitter->base - delay;
	jitter->end = timestamp;
	jitter_ring_clear(jitter);
	jitter->held = jitter->starved = 0;
	jitter->adapt = jitter->slip = 0;
	jitter->late_run = 0;
	jitter->stray = false;
	jitter->n_pauses = 0;
}

/* The timestamps are others: what is known of transits is, too. */
static void lock_afresh(struct jitter *jitter, uint32_t timestamp)
{
	jitter->resyncs++;
	jitter_delays_clear(&jitter->delays);
	lock(jitter, timestamp);
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
	jitter_ring_pass(jitter, n);
	if (ahead(jitter->play, jitter->floor) > 0)
		jitter->floor = jitter->play;
}

/*
 * Something came after nothing was there to be played. If it is newer than what was waited for,
 * what it skips was lost, and has been made up for already. If it is what was waited for, the wait
 * becomes delay as far as there should be more of it; beyond that, it was late.
 */
static void reconcile(struct jitter *jitter, uint32_t timestamp, size_t n)
{
	int32_t gap = ahead(timestamp, jitter->play);
	int32_t excess = offset_of(jitter) - (int32_t)jitter->want - edge_of(jitter);
	int32_t drop = gap > excess ? gap : excess;

	if (!jitter->held || gap + (int32_t)n <= 0)
		return;
	if (drop > 0)
		advance(jitter, (uint32_t)drop < jitter->held ? (uint32_t)drop : jitter->held);
	jitter->held = 0;
}

static enum jitter_fate store(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets,
			      size_t n)
{
	int32_t late = ahead(jitter->floor, timestamp);

	if (late > 0) {
		jitter->lates++;
		jitter->late += (uint32_t)late < n ? (uint32_t)late : n;
	}
	if (late >= (int32_t)n)
		return JITTER_LATE;
	if (late > 0) {
		timestamp += (uint32_t)late;
		octets += late;
		n -= (size_t)late;
	}
	if (jitter_ring_run(jitter, timestamp, n, true) == n)
		return JITTER_DUPLICATE;
	jitter_ring_store(jitter, timestamp, octets, n);
	jitter->starved = 0;
	return JITTER_STORED;
}

enum jitter_fate jitter_put(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets,
			    size_t n, bool timely)
{
	enum jitter_fate fate;
	bool due;

	if (n == 0 || n > JITTER_PACKET_MAX)
		return JITTER_STRAY;
	if (!jitter->locked) {
		lock(jitter, timestamp);
	} else if (is_far(jitter, timestamp)) {
		if (!has_jumped(jitter, timestamp))
			return JITTER_STRAY;
		lock_afresh(jitter, timestamp);
	} else if (jitter->late_run >= LATE_RUN) {
		lock_afresh(jitter, timestamp);
	}
	jitter->stray = false;
	due = timely && transit_note(jitter, jitter->clock - timestamp, n);
	reconcile(jitter, timestamp, n);
	if (due)
		plan(jitter);
	fate = store(jitter, timestamp, octets, n);
	jitter->late_run = fate == JITTER_LATE ? jitter->late_run + 1 : 0;
	return fate;
}

enum jitter_fate jitter_fill(struct jitter *jitter, uint32_t timestamp, const uint8_t *octets,
			     size_t n)
{
	if (n == 0 || n > JITTER_PACKET_MAX || !jitter->locked || is_far(jitter, timestamp))
		return JITTER_STRAY;
	reconcile(jitter, timestamp, n);
	return store(jitter, timestamp, octets, n);
}

void jitter_pause(struct jitter *jitter, uint32_t timestamp)
{
	uint32_t *at = jitter->pause_at;

	if (!jitter->locked || is_far(jitter, timestamp))
		return;
	if (jitter->n_pauses && (ahead(timestamp, at[jitter->n_pauses - 1]) <= 0 ||
				 ahead(jitter->end, at[jitter->n_pauses - 1]) <= 0))
		return; /* it goes on */
	if (jitter->n_pauses == JITTER_PAUSES)
		at[0] = at[--jitter->n_pauses];
	at[jitter->n_pauses++] = timestamp;
	if (ahead(timestamp, jitter->end) > 0)
		jitter->end = timestamp;
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

/* Samples until the announced pause begins; 0: it has; n when there is none. */
static size_t until_pause(const struct jitter *jitter, size_t n)
{
	int32_t left;

	if (!jitter->n_pauses)
		return n;
	left = ahead(jitter->pause_at[0], jitter->play);
	return left <= 0 ? 0 : (size_t)left < n ? (size_t)left : n;
}

static bool in_pause(const struct jitter *jitter)
{
	return jitter->n_pauses && until_pause(jitter, 1) == 0;
}

/* A hole: newer octets are there, or were said to be. What is to be cut out goes here unheard. */
static size_t get_hole(struct jitter *jitter, size_t n, enum jitter_kind *kind)
{
	size_t left = (size_t)ahead(jitter->end, jitter->play);
	size_t whole = jitter_ring_run(jitter, jitter->play, left, false);
	size_t run;

	if (jitter->adapt < 0) {
		size_t cut =
			(size_t)-jitter->adapt < whole - 1 ? (size_t)-jitter->adapt : whole - 1;

		advance(jitter, cut);
		jitter->adapt += (int32_t)cut;
		whole -= cut;
	}
	run = whole < n ? whole : n;
	*kind = !jitter->begun ? JITTER_IDLE : JITTER_LOST;
	if (in_pause(jitter))
		*kind = JITTER_PAUSE;
	else
		run = until_pause(jitter, run);
	advance(jitter, run);
	return run;
}

/* Nothing newer is to be there: the offset may change as it likes. */
static void rest(struct jitter *jitter, size_t n)
{
	int32_t step = (int32_t)n - jitter->adapt;

	jitter->adapt = step < 0 ? -step : 0;
	advance(jitter, step < 0 ? 0 : (size_t)step);
}

/* Nothing newer is there: waits for it as long as the offset may grow. */
static size_t get_starving(struct jitter *jitter, size_t n, enum jitter_kind *kind)
{
	bool pause = in_pause(jitter);

	*kind = jitter->starved < CONCEAL_MAX && jitter->begun ? JITTER_LOST : JITTER_IDLE;
	if (pause) {
		*kind = JITTER_PAUSE;
		rest(jitter, n);
	} else if (!jitter->conf.fixed &&
		   offset_of(jitter) + (int32_t)n <= (int32_t)jitter->conf.max) {
		jitter->held += (uint32_t)n;
	} else {
		advance(jitter, n);
	}
	jitter->starved += (uint32_t)n;
	if (jitter->starved > PAUSE) {
		jitter->locked = false;
		jitter->resting = pause;
	}
	return n;
}

/* Fixed: part of a slip; 0 when there is none to be played. */
static size_t get_slip(struct jitter *jitter, size_t n, enum jitter_kind *kind)
{
	size_t run = jitter->slip > 0 && (size_t)jitter->slip < n ? (size_t)jitter->slip : n;

	if (jitter->slip < 0) {
		advance(jitter, (size_t)-jitter->slip);
		jitter->cut_out += (uint64_t)-jitter->slip;
		jitter->slips++;
		jitter->slip = 0;
	}
	if (jitter->slip == 0)
		return 0;
	jitter->slip -= (int32_t)run;
	jitter->slips += jitter->slip == 0;
	jitter->cut_in += run;
	*kind = jitter->begun ? JITTER_LOST : JITTER_IDLE;
	return run;
}

static size_t get_audio(struct jitter *jitter, uint8_t *octets, size_t run, enum jitter_kind *kind)
{
	if (in_pause(jitter)) {
		jitter->n_pauses--;
		jitter->pause_at[0] = jitter->pause_at[1];
	}
	jitter_ring_load(jitter, jitter->play, octets, run);
	advance(jitter, run);
	jitter->begun = true;
	*kind = JITTER_AUDIO;
	return run;
}

static size_t get_locked(struct jitter *jitter, uint8_t *octets, size_t n, enum jitter_kind *kind)
{
	size_t run = jitter->slip ? get_slip(jitter, n, kind) : 0;

	if (run)
		return run;
	adapt(jitter, n);
	run = jitter_ring_run(jitter, jitter->play, n, true);
	if (run)
		return get_audio(jitter, octets, run, kind);
	if (ahead(jitter->end, jitter->play) > 0)
		return get_hole(jitter, n, kind);
	return get_starving(jitter, n, kind);
}

size_t jitter_get(struct jitter *jitter, uint8_t *octets, size_t n, enum jitter_kind *kind)
{
	size_t run = n;

	jitter->grain += (uint32_t)n - jitter->grain / 64;
	*kind = jitter->resting ? JITTER_PAUSE : JITTER_IDLE;
	if (jitter->locked)
		run = get_locked(jitter, octets, n, kind);
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
