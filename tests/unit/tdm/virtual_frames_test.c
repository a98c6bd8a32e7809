/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The HDLC of a virtual signalling timeslot, without its line: a frame that does not arrive is
 * counted. */
#include "tdm/virtual_endpoint.h"
#include "tests/unit/tdm/frames.h"

#define CHUNK	   40
#define CHUNKS_MAX 600
#define QUEUED	   60 /* chunks that the frames not yet on the line take at most */

/* One end of a timeslot. */
struct end {
	struct tdm_line_counters counters;
	struct tdm_endpoint *endpoint; /* own */
	int fd;			       /* own */
};

/* What one end has put on the line. */
struct line {
	uint8_t octets[CHUNKS_MAX * CHUNK];
	unsigned chunks;
};

static void end_open(struct end *end)
{
	const struct tdm_span span = { .name = "end", .chunk_ms = 5, .chunk_octets = CHUNK };

	memset(&end->counters, 0, sizeof(end->counters));
	CU_ASSERT_EQUAL_FATAL(tdm_signalling_new(&end->endpoint, &end->fd, &span, &end->counters),
			      0);
}

static void end_close(struct end *end)
{
	tdm_endpoint_free(end->endpoint);
	close(end->fd);
}

/* Until frames, a new one every pace chunks at most; flags follow. */
static void line_record(struct line *line, struct frames *frames, uint32_t until, unsigned pace)
{
	struct end end;

	end_open(&end);
	frames->from = end.fd;
	line->chunks = 0;
	for (unsigned after = QUEUED; after > 0 && line->chunks < CHUNKS_MAX; line->chunks++) {
		uint32_t now = pace ? 1 + line->chunks / pace : until;

		frames_write(frames, now < until ? now : until);
		end.endpoint->ops->transmit(end.endpoint, line->octets + line->chunks * CHUNK,
					    CHUNK);
		after = frames->written < until ? QUEUED : after - 1;
	}
	CU_ASSERT_TRUE_FATAL(line->chunks < CHUNKS_MAX);
	end_close(&end);
}

static void hear(const struct end *end, const struct line *line, unsigned from, unsigned to)
{
	for (; from < to; from++)
		end->endpoint->ops->receive(end->endpoint, line->octets + from * CHUNK, CHUNK);
}

/* Reads what was heard; how many of until frames did not come. */
static uint32_t lost(const struct end *end, const struct frames *sent, uint32_t until)
{
	struct frames frames = { .to = end->fd, .lengths = sent->lengths, .n = sent->n };

	frames_read(&frames);
	CU_ASSERT_EQUAL(frames.damaged, 0);
	return until - frames.good;
}

/* Without a fault every frame arrives and nothing is counted, however many flags are between. */
static void whole(void)
{
	static const uint16_t lengths[] = { 3,	4,  5, 6,  7,	8,   9, 10,  11,  12,
					    20, 31, 3, 64, 100, 128, 3, 200, 272, 400 };

	for (unsigned pace = 0; pace < 13; pace++) {
		struct frames frames = { .lengths = lengths, .n = 20 };
		struct line line;
		struct end end;

		end_open(&end);
		line_record(&line, &frames, 40, pace);
		hear(&end, &line, 0, line.chunks);
		CU_ASSERT_EQUAL(lost(&end, &frames, 40), 0);
		CU_ASSERT_EQUAL(end.counters.fcs_errors + end.counters.rx_overruns, 0);
		end_close(&end);
	}
}

/* Whichever chunk a slip takes or repeats: it costs two frames at most, and not unseen. */
static void slip(void)
{
	static const uint16_t lengths[] = { 272 };
	struct frames frames = { .lengths = lengths, .n = 1 };
	struct line line;
	unsigned two = 0;

	line_record(&line, &frames, 6, 0);
	for (unsigned i = 2; i < 2 * line.chunks; i++) {
		unsigned at = i / 2; /* not the first, without which the end is not in step yet */
		struct end end;

		end_open(&end);
		hear(&end, &line, 0, at);
		hear(&end, &line, i % 2 ? at : at + 1, line.chunks);
		hear(&end, &line, line.chunks - 1, line.chunks);
		uint32_t n = lost(&end, &frames, 6);

		CU_ASSERT_TRUE(n <= 2);
		CU_ASSERT_TRUE(n == 0 || end.counters.fcs_errors > 0);
		two += n == 2;
		end_close(&end);
	}
	CU_ASSERT_TRUE(two > 0);
}

/* Whichever bit is wrong (every third is tried): it costs one frame at most, and not unseen. */
static void bit_error(void)
{
	static const uint16_t lengths[] = { 272, 150 };
	struct frames frames = { .lengths = lengths, .n = 2 };
	struct line line;

	line_record(&line, &frames, 3, 0);
	for (unsigned i = 0; i < line.chunks * CHUNK * 8; i += 3) {
		struct end end;

		end_open(&end);
		line.octets[i / 8] ^= (uint8_t)(1u << i % 8);
		hear(&end, &line, 0, line.chunks);
		line.octets[i / 8] ^= (uint8_t)(1u << i % 8);
		uint32_t n = lost(&end, &frames, 3);

		CU_ASSERT_TRUE(n <= 1);
		CU_ASSERT_TRUE(n == 0 || end.counters.fcs_errors > 0);
		end_close(&end);
	}
}

/* The signal goes in the middle of a frame: that one is counted, the next ones arrive. */
static void cut_off(void)
{
	static const uint16_t lengths[] = { 272 };
	struct frames frames = { .lengths = lengths, .n = 1 };
	struct line line;
	struct end end;

	line_record(&line, &frames, 4, 0);
	end_open(&end);
	hear(&end, &line, 0, 4);
	for (unsigned i = 0; i < 2; i++)
		end.endpoint->ops->receive(end.endpoint, NULL, CHUNK);
	hear(&end, &line, 4, line.chunks);
	CU_ASSERT_EQUAL(lost(&end, &frames, 4), 1);
	CU_ASSERT_EQUAL(end.counters.fcs_errors, 1);
	end_close(&end);
}

/* Who does not read loses the newest frames, each of them counted. */
static void overrun(void)
{
	static const uint16_t lengths[] = { 3 };
	struct frames frames = { .lengths = lengths, .n = 1 };
	struct line line;
	struct end end;

	line_record(&line, &frames, 600, 0);
	end_open(&end);
	hear(&end, &line, 0, line.chunks);
	uint32_t n = lost(&end, &frames, 600);

	CU_ASSERT_TRUE(n >= 300 && n <= 344);
	CU_ASSERT_EQUAL(end.counters.rx_overruns, n);
	CU_ASSERT_EQUAL(end.counters.fcs_errors, 0);
	end_close(&end);
}

/* Bits in the order of the line. */
struct bits {
	uint8_t octets[2000];
	size_t n;
	unsigned ones;
};

static void bits_put(struct bits *bits, unsigned octet, bool frame)
{
	for (unsigned i = 0; i < 8; i++) {
		bool one = octet >> i & 1;

		bits->octets[bits->n / 8] |= (uint8_t)(one << (7 - bits->n % 8));
		bits->n++;
		bits->ones = one && frame ? bits->ones + 1 : 0;
		bits->n += bits->ones == 5;
		bits->ones = bits->ones == 5 ? 0 : bits->ones;
	}
}

static void bits_frame(struct bits *bits, size_t n)
{
	uint8_t frame[FRAME_CAP];

	memset(frame, 0x5A, n);
	uint16_t fcs = fcs_of(frame, n);

	bits_put(bits, 0x7E, false);
	for (size_t i = 0; i < n; i++)
		bits_put(bits, frame[i], true);
	bits_put(bits, fcs & 0xFF, true);
	bits_put(bits, fcs >> 8, true);
	bits_put(bits, 0x7E, false);
}

/* Longer than any that may be sent, up to what is too long for SpanDSP as well. */
static void too_long(void)
{
	for (size_t n = 398; n < 420; n++) {
		struct bits bits = { .n = 0 };
		uint8_t frame[FRAME_CAP];
		struct end end;

		end_open(&end);
		bits_frame(&bits, n);
		bits_frame(&bits, n);
		bits_frame(&bits, 20);
		end.endpoint->ops->receive(end.endpoint, bits.octets, bits.n / 8 + 1);
		CU_ASSERT_EQUAL(end.counters.fcs_errors, n > 400 ? 2 : 0);
		for (unsigned i = 0; n <= 400 && i < 2; i++)
			CU_ASSERT_EQUAL(read(end.fd, frame, sizeof(frame)), n + 2);
		CU_ASSERT_EQUAL(read(end.fd, frame, sizeof(frame)), 22);
		CU_ASSERT_EQUAL(read(end.fd, frame, sizeof(frame)), -1);
		end_close(&end);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "whole", whole },	{ "slip", slip },	{ "bit error", bit_error },
		{ "cut off", cut_off }, { "overrun", overrun }, { "too long", too_long },
		CU_TEST_INFO_NULL,
	};

	return cu_run("virtual frames", tests, argc, argv);
}
