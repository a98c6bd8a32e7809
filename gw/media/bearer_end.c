/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A bearer timeslot as an end of a channel. */
#include "gw/media/bearer_end.h"

#include <errno.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/fetch.h"
#include "gw/base/list.h"
#include "gw/media/lane_group.h"

#define PER_MS	       8
#define JITTER_MAX_MS  150
#define JITTER_MORE_MS 5 /* above a chunk: the two phases of a span's clock */
#define PHASE_ROUNDS   64
#define DATA_MORE_MS   20 /* and for data: the other line's chunk */
#define REPORT_MS      500

_Static_assert(offsetof(struct bearer_end, span) % FETCH_LINE == 0 &&
		       offsetof(struct bearer_end, params) - offsetof(struct bearer_end, span) <=
			       2 * FETCH_LINE,
	       "what rounds look at is in more than two lines");

static struct counter full = COUNTER_INIT("causeway_media_bearer_full_total",
					  "Blocks dropped because a bearer took no more");

struct bearer_end *bearer_end_of(struct media_end *end)
{
	return container_of(end, struct bearer_end, end);
}

/* ---- what goes out ---- */

/* n octets that go out from that sample on. */
static void sent_keep(struct bearer_end *bearer, uint64_t at, const uint8_t *octets, size_t n)
{
	size_t first = at % BEARER_SENT_OCTETS;
	size_t k = n < BEARER_SENT_OCTETS - first ? n : BEARER_SENT_OCTETS - first;

	memcpy(bearer->sent + first, octets, k);
	if (n > k)
		memcpy(bearer->sent, octets + k, n - k);
}

/* The sample that the next octet written goes out at. */
static uint64_t sent_end(const struct bearer_end *bearer)
{
	return (bearer->ticks_seen + bearer->waiting) * bearer->chunk;
}

/* The line took these blocks in vain. */
static void sent_idle(struct bearer_end *bearer, uint64_t at, uint64_t blocks)
{
	uint8_t idle[BLOCK_SAMPLES];

	memset(idle, g711_silence(bearer->end.law), sizeof(idle));
	if (blocks > BEARER_SENT_OCTETS / bearer->chunk) {
		at += (blocks - BEARER_SENT_OCTETS / bearer->chunk) * bearer->chunk;
		blocks = BEARER_SENT_OCTETS / bearer->chunk;
	}
	for (; blocks; blocks--, at += bearer->chunk)
		sent_keep(bearer, at, idle, bearer->chunk);
}

/* The sample at which the first octet came that waits to be worked on. */
static uint64_t heard_begin(const struct bearer_end *bearer)
{
	return bearer->heard_ticks * bearer->chunk - bearer_end_pending(bearer);
}

void bearer_end_sent(const struct bearer_end *bearer, uint8_t *octets, size_t n)
{
	uint64_t end = sent_end(bearer);
	uint64_t at = heard_begin(bearer);
	size_t first = at % BEARER_SENT_OCTETS;
	size_t k = n < BEARER_SENT_OCTETS - first ? n : BEARER_SENT_OCTETS - first;

	/* What is older than the ring, or has not been written, is not known: it was idle. */
	if (at + n > end || at + BEARER_SENT_OCTETS < end) {
		memset(octets, g711_silence(bearer->end.law), n);
		n = at < end && at + BEARER_SENT_OCTETS >= end ? end - at : 0;
		k = n < k ? n : k;
	}
	memcpy(octets, bearer->sent + first, k);
	if (n > k)
		memcpy(octets + k, bearer->sent, n - k);
}

static void write_block(struct bearer_end *bearer, const uint8_t *octets)
{
	ssize_t n = bearer->dead ? -ENODEV
				 : tdm_span_write(bearer->span, bearer->timeslot, bearer->fd,
						  octets, bearer->chunk);

	if (n == (ssize_t)bearer->chunk) {
		bearer->end.stats.blocks_out++;
		bearer->end.stats.octets_out += bearer->chunk;
	} else {
		counter_add(&full, 1);
	}
	sent_keep(bearer, sent_end(bearer), octets, bearer->chunk);
	bearer->waiting++;
}

/* ---- what comes in ---- */

/*
 * Blocks may be under way while their tick is known, or one may be there before it; what is constant
 * over many rounds is a block that was lost, or that came once more. In doubt the canceller is told
 * of a longer path: an echo that came before its cause would be none to it.
 */
static void phase_follow(struct bearer_end *bearer)
{
	struct bearer_phase *phase = &bearer->phase;
	int ahead = (int)(int64_t)(bearer->heard_ticks - bearer->clock->ticks);

	if (!phase->rounds || ahead < phase->least)
		phase->least = ahead;
	if (!phase->rounds || ahead > phase->most)
		phase->most = ahead;
	if (++phase->rounds < PHASE_ROUNDS)
		return;
	phase->rounds = 0;
	if (phase->most < 0)
		bearer->heard_ticks += (uint64_t)-phase->most;
	else if (phase->least > 1)
		bearer->heard_ticks -= (uint64_t)phase->least - 1;
}

size_t bearer_end_pending(const struct bearer_end *bearer)
{
	return bearer->fifo_n - bearer->ready_n;
}

static unsigned read_blocks(struct bearer_end *bearer)
{
	unsigned blocks = 0;

	while (!bearer->dead && bearer->fifo_n + bearer->chunk <= sizeof(bearer->fifo)) {
		ssize_t n = tdm_span_read(bearer->span, bearer->timeslot, bearer->fd,
					  bearer->fifo + bearer->fifo_n, bearer->chunk);

		bearer->dead = n == -ENODEV;
		if (n <= 0)
			return blocks;
		bearer->fifo_n += (size_t)n;
		bearer->end.stats.blocks_in++;
		bearer->end.stats.octets_in += (uint64_t)n;
		bearer->own.ticks++;
		bearer->heard_ticks++;
		blocks++;
	}
	if (!bearer->dead)
		bearer->end.stats.rx_overruns++;
	return blocks;
}

/* What the check has heard is for nobody else. */
static void check_hear(struct bearer_end *bearer, size_t from)
{
	struct media_event event = { .kind = MEDIA_EV_CONTINUITY, .side = bearer->end.side };
	size_t n = bearer->fifo_n - from;
	enum continuity_found found = continuity_hear(&bearer->continuity, bearer->fifo + from, n);

	memset(bearer->fifo + from, g711_silence(bearer->end.law), n);
	if (!found)
		return;
	event.passed = found == CONTINUITY_PASSED;
	bearer->end.pipeline->report(bearer->end.pipeline->arg, &event);
}

unsigned bearer_end_read(struct bearer_end *bearer)
{
	size_t before = bearer->fifo_n;
	unsigned blocks = read_blocks(bearer);

	if (bearer->checks)
		check_hear(bearer, before);
	if (bearer->clock != &bearer->own && !bearer->dead)
		phase_follow(bearer);
	if (!bearer->group)
		bearer->ready_n = bearer->fifo_n;
	return blocks;
}

/*
 * The line gets its lead as idle, so that nothing is taken from the other side before its time.
 * What came since the timeslot was opened would be late for ever, and the line has taken nothing
 * for it.
 */
static void attach(struct media_end *end, const struct round *round)
{
	struct bearer_end *bearer = bearer_end_of(end);
	uint8_t idle[BLOCK_SAMPLES];

	(void)round;
	memset(idle, g711_silence(end->law), sizeof(idle));
	(void)bearer_end_read(bearer);
	bearer->fifo_n = bearer->ready_n = 0;
	bearer->ticks_seen = bearer->heard_ticks = bearer->clock->ticks;
	bearer->phase.rounds = 0;
	memset(bearer->sent, idle[0], sizeof(bearer->sent));
	while (bearer->waiting < bearer->lead)
		write_block(bearer, idle);
}

static void fifo_drop(struct bearer_end *bearer, size_t n)
{
	bearer->fifo_n -= n;
	bearer->ready_n -= n;
	memmove(bearer->fifo, bearer->fifo + n, bearer->fifo_n);
}

/* Data and voice-band data have a constant delay, at least what speech was found to need: slips in place of cuts. */
static void delay_set(struct bearer_end *bearer, bool fixed)
{
	struct jitter_conf conf = bearer->jitter.conf;
	uint32_t needed = jitter_target(&bearer->jitter);

	conf.fixed = fixed;
	conf.min = bearer->least + (fixed ? DATA_MORE_MS * PER_MS : 0);
	if (fixed && needed > conf.min)
		conf.min = needed;
	jitter_configure(&bearer->jitter, &conf);
}

static void delay_review(struct bearer_end *bearer)
{
	bool fixed = bearer->end.pipeline->vbd || pipeline_is_data(&bearer->end);

	if (fixed != bearer->jitter.conf.fixed)
		delay_set(bearer, fixed);
}

void bearer_end_block(struct bearer_end *bearer, unsigned samples)
{
	bearer->least = (bearer->span->chunk_ms + JITTER_MORE_MS) * PER_MS + samples;
	delay_set(bearer, bearer->jitter.conf.fixed);
}

static void intake(struct media_end *end, const struct round *round, bool clocked)
{
	struct bearer_end *bearer = bearer_end_of(end);

	if (clocked && !bearer->clocked)
		jitter_reset(&bearer->jitter, end->law);
	bearer->clocked = clocked;
	if (clocked)
		delay_review(bearer);
	while (clocked && bearer->ready_n) {
		size_t n =
			bearer->ready_n < JITTER_PACKET_MAX ? bearer->ready_n : JITTER_PACKET_MAX;

		jitter_put(&bearer->jitter, bearer->timestamp, bearer->fifo, n, round->timely);
		bearer->timestamp += (uint32_t)n;
		fifo_drop(bearer, n);
	}
}

static size_t ready(const struct media_end *end, const struct round *round)
{
	(void)round;
	return ((const struct bearer_end *)(const void *)end)->ready_n;
}

static bool take(struct media_end *end, uint8_t *octets, size_t n)
{
	struct bearer_end *bearer = bearer_end_of(end);

	end->at = bearer->group ? bearer->group->done - (uint32_t)bearer->ready_n : 0;
	if (!bearer->clocked) {
		memcpy(octets, bearer->fifo, n);
		fifo_drop(bearer, n);
	} else if (bearer->jitter.conf.fixed) {
		pipeline_play_data(&bearer->jitter, pipeline_idle(end), octets, n);
	} else {
		pipeline_play(&bearer->jitter, &bearer->concealer, octets, n, &bearer->concealed);
		end->stats.concealed_ms = bearer->concealed / PER_MS;
	}
	return false;
}

static void skip(struct media_end *end, size_t n)
{
	jitter_skip(&bearer_end_of(end)->jitter, n);
}

static struct demand demand(struct media_end *end)
{
	struct bearer_end *bearer = bearer_end_of(end);
	uint64_t taken = bearer->clock->ticks - bearer->ticks_seen;
	uint64_t idle = taken > bearer->waiting ? taken - bearer->waiting : 0;

	if (idle)
		sent_idle(bearer, sent_end(bearer), idle);
	bearer->ticks_seen = bearer->clock->ticks;
	bearer->waiting -= (unsigned)(taken - idle);
	end->stats.tx_underruns += idle;
	return (struct demand){
		.skip = idle * bearer->chunk,
		.take = (bearer->lead - bearer->waiting) * bearer->chunk,
	};
}

static void put(struct media_end *end, const uint8_t *octets, size_t n, bool pause)
{
	struct bearer_end *bearer = bearer_end_of(end);

	uint8_t check[BLOCK_SAMPLES];

	(void)pause;
	if (bearer->checks) {
		continuity_say(&bearer->continuity, check, n);
		octets = check;
	}
	for (size_t at = 0; at < n; at += bearer->chunk)
		write_block(bearer, octets + at);
}

void bearer_end_continuity(struct bearer_end *bearer, enum media_continuity mode)
{
	continuity_set(&bearer->continuity, mode, bearer->end.law);
	bearer->checks = mode != MEDIA_CONTINUITY_OFF;
}

static void upkeep(struct media_end *end, const struct round *round)
{
	struct bearer_end *bearer = bearer_end_of(end);

	(void)round;
	end->stats.delay_ms = bearer->clocked ? jitter_delay(&bearer->jitter) / PER_MS : 0;
	if (!bearer->group || bearer->heard_ticks < bearer->report_tick)
		return;
	bearer->report_tick = bearer->heard_ticks + REPORT_MS / bearer->span->chunk_ms;
	lane_group_report(bearer->group, bearer->lane, &end->stats.echo);
}

static void detach(struct media_end *end, const struct round *round)
{
	struct bearer_end *bearer = bearer_end_of(end);

	(void)round;
	if (bearer->group)
		lane_group_leave(bearer);
}

static void vbd(struct media_end *end, bool on)
{
	struct bearer_end *bearer = bearer_end_of(end);

	(void)on;
	delay_review(bearer);
	if (bearer->group)
		lane_group_set(bearer);
}

void bearer_end_fetch(const struct bearer_end *bearer)
{
	fetch(&bearer->end.stats, &bearer->end.stats.lost);
	fetch(&bearer->span, &bearer->params);
}

/* Of the ring of what was sent. */
static void sent_fetch(const struct bearer_end *bearer, uint64_t at, size_t n)
{
	const uint8_t *octets = bearer->sent + at % BEARER_SENT_OCTETS;
	const uint8_t *end = bearer->sent + BEARER_SENT_OCTETS;

	fetch(octets, octets + n < end ? octets + n : end);
}

void bearer_end_fetch_block(const struct bearer_end *bearer, size_t n)
{
	fetch(bearer->fifo + bearer->ready_n, bearer->fifo + bearer->ready_n + n);
	sent_fetch(bearer, heard_begin(bearer), n);
}

static void end_fetch(const struct media_end *end, enum ahead_step step, const struct round *round)
{
	const struct bearer_end *bearer = (const struct bearer_end *)(const void *)end;

	(void)round;
	if (step == AHEAD_STATE)
		bearer_end_fetch(bearer);
	if (step != AHEAD_OCTETS)
		return;
	sent_fetch(bearer, sent_end(bearer), bearer->chunk);
	if (bearer->ready_n)
		fetch(bearer->fifo, bearer->fifo + bearer->fifo_n);
}

static const struct media_end_ops bearer_ops = {
	.attach = attach,
	.intake = intake,
	.ready = ready,
	.take = take,
	.skip = skip,
	.demand = demand,
	.put = put,
	.upkeep = upkeep,
	.detach = detach,
	.vbd = vbd,
	.fetch = end_fetch,
};

void bearer_end_init(struct bearer_end *bearer, int fd, struct tdm_span *span, unsigned timeslot,
		     const struct span_clock *clock)
{
	const struct jitter_conf conf = {
		.law = span->law == TDM_ALAW ? G711_A : G711_MU,
		.min = (span->chunk_ms + JITTER_MORE_MS) * PER_MS,
		.max = JITTER_MAX_MS * PER_MS,
	};
	unsigned gathered = (BEARER_ROUND_MS + span->chunk_ms - 1) / span->chunk_ms;

	memset(bearer, 0, sizeof(*bearer));
	bearer->end.ops = &bearer_ops;
	bearer->end.law = conf.law;
	bearer->chunk = span->chunk_octets;
	bearer->end.block = (unsigned)(BLOCK_SAMPLES / bearer->chunk * bearer->chunk);
	/* The blocks of a clock of its own end up to a chunk before the round that sees them. */
	bearer->lead =
		(BEARER_LEAD_MS + span->chunk_ms - 1) / span->chunk_ms + gathered + (clock ? 0 : 1);
	bearer->span = span;
	bearer->timeslot = timeslot;
	bearer->fd = fd;
	bearer->clock = clock ? clock : &bearer->own;
	bearer->least = conf.min;
	jitter_init(&bearer->jitter, &conf);
	concealer_init(&bearer->concealer, conf.law);
	counter_list(&full);
}

void bearer_end_params(struct bearer_end *bearer, const struct media_bearer_params *params)
{
	bearer->params = *params;
	bearer->end.clear = params->clear;
	bearer->end.idle = IDLE_DATA;
	bearer->end.vbd = params->fax == MEDIA_FAX_VBD && params->hear_tones && !params->clear;
}
