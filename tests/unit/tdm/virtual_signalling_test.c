/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Signalling timeslots of a virtual span: frames with their FCS, bounded, never damaged. */
#include "tests/unit/tdm/frames.h"

/* Writes until frames, and goes on reading until they came, or until nothing has come for chunks
 * ticks. */
static void frames_run(const struct pair *pair, struct frames *frames, uint32_t until,
		       unsigned chunks)
{
	unsigned quiet = 0;

	while (quiet < chunks && (frames[0].next < until || frames[1].next < until)) {
		unsigned before =
			frames[0].good + frames[1].good + frames[0].written + frames[1].written;

		for (unsigned i = 0; i < 2; i++) {
			frames_write(&frames[i], until);
			frames_read(&frames[i]);
		}
		CU_ASSERT_TRUE_FATAL(clock_wait(pair->a) > 0);
		quiet = before == frames[0].good + frames[1].good + frames[0].written +
						frames[1].written
				? quiet + 1
				: 0;
	}
}

static void whole(enum tdm_framing framing, unsigned chunk_ms)
{
	static const uint16_t lengths[] = { 3,	4,  5, 6,  7,	8,   9, 10,  11,  12,
					    20, 31, 3, 64, 100, 128, 3, 200, 260, 272 };
	struct pair pair;
	struct frames frames[2];

	pair_init(&pair, framing, chunk_ms);
	pair_open(&pair);
	frames_open(&pair, framing == TDM_E1 ? 16 : 24, frames);
	for (unsigned i = 0; i < 2; i++) {
		frames[i].lengths = lengths + 2 * i;
		frames[i].n = 18;
	}
	frames_run(&pair, frames, 36, 400);
	bool disturbed = pair_disturbed(&pair, 0);

	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_TRUE(frames[i].good == 36 || disturbed);
		CU_ASSERT_TRUE(frames[i].missing == 0 || disturbed);
		CU_ASSERT_EQUAL(frames[i].damaged, 0);
	}
	/* The far end opened later: at most the beginning of its flags looked damaged. */
	CU_ASSERT_TRUE(counters_of(pair.a).fcs_errors <= 2 || disturbed);
	CU_ASSERT_TRUE(counters_of(pair.b).fcs_errors <= 2 || disturbed);
	CU_ASSERT_EQUAL(counters_of(pair.a).tx_underruns, 0);
	pair_close(&pair);
}

static void whole_frames(void)
{
	whole(TDM_E1, 1);
	whole(TDM_E1, 5);
	whole(TDM_T1, 10);
	whole(TDM_E1, 20);
}

/* Poll says writable for a few frames, then no more until the line took some; 64 kbit/s is the
 * pace. */
static void pacing(void)
{
	static const uint16_t lengths[] = { 40 };
	struct pair pair;
	struct frames frames[2];

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	frames_open(&pair, 16, frames);
	for (unsigned i = 0; i < 2; i++) {
		frames[i].lengths = lengths;
		frames[i].n = 1;
	}
	CU_ASSERT_EQUAL(tdm_span_inject(pair.a, "stall 60000"), 0);
	frames_write(&frames[0], 100);
	CU_ASSERT_TRUE(frames[0].written >= 3 && frames[0].written <= 6);
	pair_close(&pair);
}

/* 40 + 2 octets and a flag take 43 octets at least, 5.4 ms: the line is full but no faster than it
 * is. */
static void rate(void)
{
	static const uint16_t lengths[] = { 40 };
	struct pair pair;
	struct frames frames[2];

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	frames_open(&pair, 16, frames);
	for (unsigned i = 0; i < 2; i++) {
		frames[i].lengths = lengths;
		frames[i].n = 1;
	}
	uint64_t before = counters_of(pair.b).chunks_in;

	frames_run(&pair, frames, 80, 400);
	uint64_t octets = 40 * (counters_of(pair.b).chunks_in - before);

	bool disturbed = pair_disturbed(&pair, 0);

	CU_ASSERT_TRUE(frames[0].good == 80 || disturbed);
	CU_ASSERT_TRUE(octets >= 80 * 43 || disturbed);
	CU_ASSERT_TRUE(octets <= 80 * 43 * 2 + 40 * counters_of(pair.a).late_us_max / 1000 ||
		       disturbed);
	pair_close(&pair);
}

/* Bit errors cost whole frames and are counted; no damaged one is delivered. Afterwards all is
 * well. */
static void bit_errors(void)
{
	static const uint16_t lengths[] = { 40, 3, 25 };
	struct pair pair;
	struct frames frames[2];

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	frames_open(&pair, 16, frames);
	for (unsigned i = 0; i < 2; i++) {
		frames[i].lengths = lengths;
		frames[i].n = 3;
	}
	frames_run(&pair, frames, 10, 400);
	uint64_t clean = counters_of(pair.b).fcs_errors;

	CU_ASSERT_TRUE(frames[0].good == 10 || pair_disturbed(&pair, 0));
	CU_ASSERT_EQUAL(tdm_span_inject(pair.b, "ber 2e-3"), 0);
	frames_run(&pair, frames, 210, 40);
	uint64_t damaged = counters_of(pair.b).fcs_errors - clean;

	bool disturbed = pair_disturbed(&pair, 0);

	CU_ASSERT_TRUE(damaged > 10 || disturbed);
	CU_ASSERT_TRUE(frames[0].good < 200);
	CU_ASSERT_TRUE(frames[0].good > 50 || disturbed);
	CU_ASSERT_TRUE(frames[0].missing > 10);
	CU_ASSERT_TRUE(frames[1].good == 210 || disturbed);
	CU_ASSERT_EQUAL(frames[0].damaged + frames[1].damaged, 0);
	CU_ASSERT_EQUAL(tdm_span_inject(pair.b, "ber 0"), 0);
	CU_ASSERT_TRUE(clock_wait(pair.b) > 0 && clock_wait(pair.b) > 0 && clock_wait(pair.b) > 0);
	frames_read(&frames[0]);
	unsigned good = frames[0].good;

	frames[0].written = frames[0].next = 300; /* a number that was not used */
	frames[1].written = frames[1].next = 300;
	frames_run(&pair, frames, 330, 400);
	CU_ASSERT_TRUE(frames[0].good == good + 30 || pair_disturbed(&pair, 0));
	pair_close(&pair);
}

/* A slip breaks the frame it falls into, or makes one of two whose boundary it takes. */
static void slip_breaks_a_frame(void)
{
	static const uint16_t lengths[] = { 272 };
	struct pair pair;
	struct frames frames[2];

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	frames_open(&pair, 16, frames);
	for (unsigned i = 0; i < 2; i++) {
		frames[i].lengths = lengths;
		frames[i].n = 1;
	}
	frames_run(&pair, frames, 3, 400);
	uint64_t before = counters_of(pair.b).fcs_errors;

	frames_write(&frames[0], 4);
	CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0 && clock_wait(pair.a) > 0);
	CU_ASSERT_EQUAL(tdm_span_inject(pair.b, "slip -1"), 0);
	frames_run(&pair, frames, 8, 400);
	bool disturbed = pair_disturbed(&pair, 1);

	CU_ASSERT_EQUAL(frames[0].damaged, 0);
	CU_ASSERT_TRUE(frames[1].good == 8 || disturbed);
	CU_ASSERT_TRUE(frames[0].good + frames[0].missing == 8 || disturbed);
	CU_ASSERT_TRUE(frames[0].missing <= 2 || disturbed);
	CU_ASSERT_TRUE(counters_of(pair.b).fcs_errors > before || frames[0].missing == 0 ||
		       disturbed);
	pair_close(&pair);
}

/* What is no frame is refused and the next one goes. */
static void wrong_lengths(void)
{
	static const uint16_t lengths[] = { 30 };
	struct pair pair;
	struct frames frames[2];
	uint8_t big[FRAME_CAP] = { 0 };

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	frames_open(&pair, 16, frames);
	for (unsigned i = 0; i < 2; i++) {
		frames[i].lengths = lengths;
		frames[i].n = 1;
	}
	CU_ASSERT_EQUAL(write(frames[0].from, big, 2), 2);
	CU_ASSERT_EQUAL(write(frames[0].from, big, 403), 403);
	frames_run(&pair, frames, 5, 400);
	CU_ASSERT_TRUE(frames[0].good == 5 || pair_disturbed(&pair, 0));
	/* the longest */
	CU_ASSERT_EQUAL(write(frames[0].from, big, 402), 402);
	ssize_t n = -1;

	for (unsigned i = 0; i < 400 && n < 0; i++) {
		CU_ASSERT_TRUE_FATAL(clock_wait(pair.b) > 0);
		n = read(frames[0].to, big, sizeof(big));
	}
	CU_ASSERT_TRUE(n == 402 || pair_disturbed(&pair, 0));
	pair_close(&pair);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "whole frames", whole_frames },
		{ "pacing", pacing },
		{ "rate", rate },
		{ "bit errors", bit_errors },
		{ "slip breaks a frame", slip_breaks_a_frame },
		{ "wrong lengths", wrong_lengths },
		CU_TEST_INFO_NULL,
	};

	return cu_run("virtual signalling", tests, argc, argv);
}
