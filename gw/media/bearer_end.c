/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A bearer timeslot as an end of a channel. */
#include "gw/media/bearer_end.h"

#include <errno.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/list.h"
#include "gw/media/lane_group.h"

#define PER_MS	       8
#define JITTER_MAX_MS  150
#define JITTER_MORE_MS 5 /* above a chunk: the two phases of a span's clock */
#define PHASE_ROUNDS   64
#define REPORT_US      500000

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
	for (size_t i = 0; i < n; i++)
		bearer->sent[(at + i) % BEARER_SENT_OCTETS] = octets[i];
}

/* The sample that the next octet written goes out at. */
static uint64_t sent_end(const struct bearer_end *bearer)
{
	return (bearer->ticks_seen + bearer->waiting) * bearer->chunk;
}

/* The line took these blocks in vain. */
static void sent_idle(struct bearer_end *bearer, uint64_t at, uint64_t blocks)
{
	uint64_t n = blocks * bearer->chunk;
	uint8_t idle = g711_silence(bearer->end.law);

	for (uint64_t i = n > BEARER_SENT_OCTETS ? n - BEARER_SENT_OCTETS : 0; i < n; i++)
		bearer->sent[(at + i) % BEARER_SENT_OCTETS] = idle;
}

void bearer_end_sent(const struct bearer_end *bearer, uint8_t *octets, size_t n)
{
	uint64_t end = sent_end(bearer);
	uint64_t at = bearer->heard_ticks * bearer->chunk - bearer_end_pending(bearer);

	for (size_t i = 0; i < n; i++) {
		bool kept = at + i < end && at + i + BEARER_SENT_OCTETS >= end;

		octets[i] = kept ? bearer->sent[(at + i) % BEARER_SENT_OCTETS]
				 : g711_silence(bearer->end.law);
	}
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
 * Blocks may be under way while their tick is known, or the other way round; what is constant over
 * many rounds is a block that was lost, or that came once more.
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
	else if (phase->least > 0)
		bearer->heard_ticks -= (uint64_t)phase->least;
}

size_t bearer_end_pending(const struct bearer_end *bearer)
{
	return bearer->fifo_n - bearer->ready_n;
}

void bearer_end_pad(struct bearer_end *bearer, size_t n)
{
	uint8_t *at = bearer->fifo + bearer->ready_n;

	if (n > sizeof(bearer->fifo) - bearer->fifo_n)
		n = sizeof(bearer->fifo) - bearer->fifo_n;
	memmove(at + n, at, bearer_end_pending(bearer));
	memset(at, g711_silence(bearer->end.law), n);
	bearer->fifo_n += n;
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

unsigned bearer_end_read(struct bearer_end *bearer)
{
	unsigned blocks = read_blocks(bearer);

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

static void intake(struct media_end *end, const struct round *round, bool clocked)
{
	struct bearer_end *bearer = bearer_end_of(end);

	if (clocked && !bearer->clocked)
		jitter_reset(&bearer->jitter, end->law);
	bearer->clocked = clocked;
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
	uint64_t lost = 0;

	if (bearer->clocked) {
		pipeline_play(&bearer->jitter, &bearer->concealer, octets, n, &lost);
		end->stats.concealed_ms = bearer->jitter.lost / PER_MS;
	} else {
		memcpy(octets, bearer->fifo, n);
		fifo_drop(bearer, n);
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

	(void)pause;
	for (size_t at = 0; at < n; at += bearer->chunk)
		write_block(bearer, octets + at);
}

static void upkeep(struct media_end *end, const struct round *round)
{
	struct bearer_end *bearer = bearer_end_of(end);

	end->stats.delay_ms = bearer->clocked ? jitter_delay(&bearer->jitter) / PER_MS : 0;
	if (!bearer->group || round->now_us - bearer->reported_us < REPORT_US)
		return;
	bearer->reported_us = round->now_us;
	lane_group_report(bearer->group, bearer->lane, &end->stats.echo);
}

static void detach(struct media_end *end, const struct round *round)
{
	struct bearer_end *bearer = bearer_end_of(end);

	(void)round;
	if (bearer->group)
		lane_group_leave(bearer);
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
	bearer->end.block = BLOCK_SAMPLES / bearer->chunk * bearer->chunk;
	/* The blocks of a clock of its own end up to a chunk before the round that sees them. */
	bearer->lead = BEARER_LEAD_MS / span->chunk_ms + gathered + (clock ? 0 : 1);
	bearer->span = span;
	bearer->timeslot = timeslot;
	bearer->fd = fd;
	bearer->clock = clock ? clock : &bearer->own;
	jitter_init(&bearer->jitter, &conf);
	concealer_init(&bearer->concealer, conf.law);
	counter_list(&full);
}
