/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A cross-connect between two media threads. */
#include "gw/media/cross.h"

#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/list.h"

#define PER_MS	      8
#define JITTER_MAX_MS 150
/* above a chunk: the phases of the two threads' rounds */
#define JITTER_MORE_MS 10
/* and for data: the other line's chunk, and a thread may be as late as the line's lead allows for its own */
#define DATA_MORE_MS 35

static struct counter full =
	COUNTER_INIT("causeway_media_cross_full_total", "Octets dropped between two media threads");

/* ---- the rings ---- */

static void ring_put(struct cross_ring *ring, const uint8_t *octets, size_t n)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	size_t room = CROSS_OCTETS - (head - tail), at = head % CROSS_OCTETS;
	size_t first;

	if (n > room) {
		counter_add(&full, n - room);
		n = room;
	}
	first = n < CROSS_OCTETS - at ? n : CROSS_OCTETS - at;
	memcpy(ring->octets + at, octets, first);
	memcpy(ring->octets, octets + first, n - first);
	atomic_store_explicit(&ring->head, head + (uint32_t)n, memory_order_release);
}

/* At most cap octets that lie together; 0: there are none. */
static size_t ring_take(struct cross_ring *ring, uint8_t *octets, size_t cap)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	size_t n = head - tail, at = tail % CROSS_OCTETS;

	n = n < cap ? n : cap;
	n = n < CROSS_OCTETS - at ? n : CROSS_OCTETS - at;
	memcpy(octets, ring->octets + at, n);
	atomic_store_explicit(&ring->tail, tail + (uint32_t)n, memory_order_release);
	return n;
}

/* ---- the end ---- */

static struct cross_end *cross_end_of(struct media_end *end)
{
	return container_of(end, struct cross_end, end);
}

static void attach(struct media_end *end, const struct round *round)
{
	(void)end;
	(void)round;
}

/* Data and voice-band data have a constant delay: slips in place of cuts. */
static void delay_review(struct cross_end *link)
{
	bool fixed = link->end.pipeline->vbd || pipeline_is_data(&link->end);
	uint32_t needed = jitter_target(&link->jitter);
	struct jitter_conf conf = link->jitter.conf;

	if (fixed == conf.fixed)
		return;
	conf.fixed = fixed;
	conf.min = link->least + (fixed ? DATA_MORE_MS * PER_MS : 0);
	if (fixed && needed > conf.min)
		conf.min = needed;
	jitter_configure(&link->jitter, &conf);
}

/* What this half is, the other is to be, and the other way round. */
static void tell(struct cross_end *link)
{
	struct pipeline *pipeline = link->end.pipeline;
	const struct media_end *bearer = pipeline->side[!link->end.side].end;
	uint8_t heard = atomic_load_explicit(link->heard, memory_order_relaxed);
	bool vbd = heard & CROSS_VBD;

	link->end.clear = heard & CROSS_CLEAR;
	if ((heard ^ link->last) & CROSS_VBD && vbd != pipeline->vbd)
		pipeline_vbd_follow(pipeline, vbd);
	link->last = heard;
	atomic_store_explicit(link->told,
			      (uint8_t)((bearer && bearer->clear ? CROSS_CLEAR : 0) |
					(pipeline->vbd ? CROSS_VBD : 0)),
			      memory_order_relaxed);
	delay_review(link);
}

static void intake(struct media_end *end, const struct round *round, bool clocked)
{
	struct cross_end *link = cross_end_of(end);
	uint8_t octets[BLOCK_SAMPLES];
	size_t n;

	(void)clocked;
	tell(link);
	while ((n = ring_take(link->in, octets, sizeof(octets)))) {
		jitter_put(&link->jitter, link->timestamp, octets, n, round->timely);
		link->timestamp += (uint32_t)n;
	}
}

/* Its sink is a bearer, which has a clock; there is none while the cross-connect ends. */
static size_t ready(const struct media_end *end, const struct round *round)
{
	(void)end;
	(void)round;
	return 0;
}

static bool take(struct media_end *end, uint8_t *octets, size_t n)
{
	struct cross_end *link = cross_end_of(end);
	uint64_t lost = 0;

	if (link->jitter.conf.fixed)
		pipeline_play_data(&link->jitter, pipeline_idle(end), octets, n);
	else
		pipeline_play(&link->jitter, &link->concealer, octets, n, &lost);
	return false;
}

static void skip(struct media_end *end, size_t n)
{
	jitter_skip(&cross_end_of(end)->jitter, n);
}

static void put(struct media_end *end, const uint8_t *octets, size_t n, bool pause)
{
	(void)pause;
	ring_put(cross_end_of(end)->out, octets, n);
}

static void upkeep(struct media_end *end, const struct round *round)
{
	(void)end;
	(void)round;
}

static void vbd(struct media_end *end, bool on)
{
	(void)on;
	delay_review(cross_end_of(end));
}

static const struct media_end_ops cross_ops = {
	.attach = attach,
	.intake = intake,
	.ready = ready,
	.take = take,
	.skip = skip,
	.put = put,
	.upkeep = upkeep,
	.detach = upkeep,
	.vbd = vbd,
};

void cross_end_init(struct cross_end *link, struct cross *cross, unsigned side, enum g711_law law,
		    unsigned chunk_ms)
{
	const struct jitter_conf conf = {
		.law = law,
		.min = (chunk_ms + JITTER_MORE_MS) * PER_MS,
		.max = JITTER_MAX_MS * PER_MS,
	};

	memset(link, 0, sizeof(*link));
	link->end.ops = &cross_ops;
	link->end.law = law;
	link->end.block = BLOCK_SAMPLES;
	link->in = &cross->ring[side];
	link->out = &cross->ring[!side];
	link->heard = &cross->told[side];
	link->told = &cross->told[!side];
	link->least = conf.min;
	link->end.idle = IDLE_DATA;
	jitter_init(&link->jitter, &conf);
	concealer_init(&link->concealer, law);
	counter_list(&full);
}
