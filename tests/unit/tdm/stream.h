/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Numbered blocks on a bearer: a writer that keeps the queue full, a reader that tells lost, repeated, damaged and idle
 * blocks apart. A block holds its stream, its number, and what follows from both.
 */
#ifndef TESTS_UNIT_TDM_STREAM_H
#define TESTS_UNIT_TDM_STREAM_H

#include "tests/unit/tdm/pair.h"

struct stream {
	int from, to; /* descriptors */
	uint8_t id;
	size_t octets;
	uint8_t idle;
	uint32_t written, next;
	unsigned good, lost, repeated, damaged, idle_inside;
	bool started;
};

static inline void stream_block(const struct stream *stream, uint32_t number, uint8_t *block)
{
	for (size_t i = 0; i < stream->octets; i++)
		block[i] = (uint8_t)((number * 131 + stream->id * 29 + i * 7) ^ (number >> 8));
	block[0] = 0x11;
	block[1] = stream->id;
	block[2] = (uint8_t)(number >> 16);
	block[3] = (uint8_t)(number >> 8);
	block[4] = (uint8_t)number;
}

/* Writes until the queue is full or until blocks were written. */
static inline void stream_write(struct stream *stream, uint32_t until)
{
	uint8_t block[160];

	for (; stream->written < until; stream->written++) {
		stream_block(stream, stream->written, block);
		ssize_t n = write(stream->from, block, stream->octets);

		if (n < 0) {
			CU_ASSERT_EQUAL_FATAL(errno, EAGAIN);
			return;
		}
		CU_ASSERT_EQUAL_FATAL(n, stream->octets);
	}
}

static inline bool block_is_idle(const struct stream *stream, const uint8_t *block)
{
	for (size_t i = 0; i < stream->octets; i++) {
		if (block[i] != stream->idle)
			return false;
	}
	return true;
}

static inline void stream_check(struct stream *stream, const uint8_t *block)
{
	uint8_t wanted[160];
	uint32_t number = (uint32_t)block[2] << 16 | (uint32_t)block[3] << 8 | block[4];

	if (block_is_idle(stream, block)) {
		stream->idle_inside += stream->started;
		return;
	}
	stream_block(stream, number, wanted);
	if (memcmp(block, wanted, stream->octets) != 0) {
		stream->damaged++;
		return;
	}
	stream->started = true;
	if (number < stream->next) {
		stream->repeated++;
		return;
	}
	stream->lost += number - stream->next;
	stream->next = number + 1;
	stream->good++;
}

/* Reads all there is. */
static inline void stream_read(struct stream *stream)
{
	uint8_t block[161];
	ssize_t n;

	while ((n = read(stream->to, block, sizeof(block))) > 0) {
		CU_ASSERT_EQUAL_FATAL(n, stream->octets);
		stream_check(stream, block);
	}
	CU_ASSERT_EQUAL(n, -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
}

/* Opens the timeslot at both ends, for one stream each way. */
static inline void streams_open(const struct pair *pair, unsigned timeslot, struct stream streams[2])
{
	int a = tdm_span_bearer(pair->a, timeslot);
	int b = tdm_span_bearer(pair->b, timeslot);
	uint8_t idle = pair->a->law == TDM_ALAW ? 0xD5 : 0xFF;

	CU_ASSERT_TRUE_FATAL(a >= 0 && b >= 0);
	streams[0] = (struct stream){
		.from = a, .to = b, .id = (uint8_t)timeslot, .octets = pair->a->chunk_octets, .idle = idle};
	streams[1] = streams[0];
	streams[1].from = b;
	streams[1].to = a;
	streams[1].id = (uint8_t)(timeslot | 0x80);
}

/* Writes as far as until and moves on until every stream has heard block next - 1; the clock of pair->a says when to
 * look. */
static inline void streams_move(const struct pair *pair, struct stream *streams, unsigned n, uint32_t until,
				uint32_t next)
{
	uint64_t end = pair_now_ms() + LONG_MS + 2 * until * pair->a->chunk_ms;
	unsigned done = 0;

	while (done < n && pair_now_ms() < end) {
		done = 0;
		for (unsigned i = 0; i < n; i++) {
			stream_write(&streams[i], until);
			stream_read(&streams[i]);
			done += streams[i].next >= next;
		}
		if (done < n)
			CU_ASSERT_TRUE_FATAL(clock_wait(pair->a) > 0);
	}
	/* The last block, too, can be among those that are lost and counted. */
	struct tdm_span_counters a = counters_of(pair->a), b = counters_of(pair->b);

	CU_ASSERT_TRUE(done == n || a.downs + b.downs + a.slips + b.slips + a.rx_overruns + b.rx_overruns > 0);
}

/* Moves until blocks through every stream. */
static inline void streams_run(const struct pair *pair, struct stream *streams, unsigned n, uint32_t until)
{
	streams_move(pair, streams, n, until, until);
}

#endif
