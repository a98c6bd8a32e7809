/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Bearers of a virtual span: octet-exact, in order, at 8,000 octets a second, bounded. */
#include "tests/unit/tdm/stream.h"

/* Streams on three timeslots both ways at once; what is missing must have been counted. */
static void exact(enum tdm_framing framing, unsigned chunk_ms, uint32_t blocks,
		  bool listener_follows)
{
	struct pair pair;
	struct stream streams[6];

	pair_init(&pair, framing, chunk_ms);
	if (listener_follows) {
		pair.conf_a.clock_master = false;
		pair.conf_b.clock_master = true;
	}
	pair_open(&pair);
	streams_open(&pair, 1, streams);
	streams_open(&pair, 17, streams + 2);
	streams_open(&pair, framing == TDM_E1 ? 31 : 24, streams + 4);
	streams_run(&pair, streams, 6, blocks);
	struct tdm_span_counters a = counters_of(pair.a), b = counters_of(pair.b);
	bool disturbed = pair_disturbed(&pair, 0);
	unsigned lost = 0, idle = 0;

	for (unsigned i = 0; i < 6; i++) {
		CU_ASSERT_EQUAL(streams[i].damaged, 0);
		CU_ASSERT_EQUAL(streams[i].repeated, 0);
		CU_ASSERT_TRUE(streams[i].good + streams[i].lost == blocks || disturbed);
		lost += streams[i].lost;
		idle += streams[i].idle_inside;
	}
	CU_ASSERT_TRUE(lost <= a.rx_overruns + b.rx_overruns || disturbed);
	CU_ASSERT_TRUE(idle <= a.tx_underruns + b.tx_underruns || disturbed);
	CU_ASSERT_TRUE(a.chunks_in > 0 && a.chunks_out >= blocks);
	CU_ASSERT_TRUE(b.chunks_in >= blocks || disturbed);
	pair_close(&pair);
}

static void exact_e1(void)
{
	exact(TDM_E1, 1, 300, false);
	exact(TDM_E1, 5, 80, false);
	exact(TDM_E1, 10, 40, true);
	exact(TDM_E1, 20, 25, false);
}

static void exact_t1(void)
{
	exact(TDM_T1, 1, 300, true);
	exact(TDM_T1, 5, 80, false);
	exact(TDM_T1, 10, 40, false);
	exact(TDM_T1, 20, 25, false);
}

/* The queue towards the line takes 80 ms (never fewer than 6 blocks), then says so. */
static void transmit_is_bounded(void)
{
	static const struct {
		unsigned chunk_ms, blocks;
	} rows[] = { { 1, 80 }, { 2, 40 }, { 5, 16 }, { 10, 8 }, { 20, 6 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair pair;
		uint8_t block[160] = { 0 };
		unsigned n = 0;

		pair_init(&pair, TDM_E1, rows[i].chunk_ms);
		CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
		/* The line takes nothing meanwhile. */
		CU_ASSERT_EQUAL(tdm_span_inject(pair.a, "stall 60000"), 0);
		uint64_t before = counters_of(pair.a).chunks_out;
		int fd = tdm_span_bearer(pair.a, 5);

		while (n < 200 && write(fd, block, pair.a->chunk_octets) > 0)
			n++;
		CU_ASSERT_EQUAL(errno, EAGAIN);
		CU_ASSERT_TRUE(n >= rows[i].blocks);
		CU_ASSERT_TRUE(n <= rows[i].blocks + (counters_of(pair.a).chunks_out - before));
		pair_close(&pair);
	}
}

/* Over a while the master's clock is the nominal one and the follower's is the master's. */
static void clocks(void)
{
	struct pair pair;
	uint64_t ticks_a = 0, ticks_b = 0, none;

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	eventfd_read(tdm_span_clock_fd(pair.a), &none);
	eventfd_read(tdm_span_clock_fd(pair.b), &none);
	struct tdm_span_counters before = counters_of(pair.a);
	uint64_t start = pair_now_ms();

	while (ticks_a < 200) {
		uint64_t ticks = clock_wait(pair.a);

		CU_ASSERT_TRUE_FATAL(ticks > 0);
		ticks_a += ticks;
	}
	uint64_t ms = pair_now_ms() - start;

	while (ticks_b + 20 < ticks_a) {
		uint64_t ticks = clock_wait(pair.b);

		CU_ASSERT_TRUE_FATAL(ticks > 0);
		ticks_b += ticks;
	}
	/* Late at most by what the machine held it up at the end, and early by what it had to make
	 * up for at the start, which the counters tell. */
	uint64_t late_ms = counters_of(pair.a).late_us_max / 1000;
	uint64_t late_b_ms = counters_of(pair.b).late_us_max / 1000;

	CU_ASSERT_TRUE(ms + 10 + late_ms >= ticks_a * 5);
	CU_ASSERT_TRUE(ms <= ticks_a * 5 + 50 +
				     late_ms * (1 + counters_of(pair.a).stalls - before.stalls));
	CU_ASSERT_TRUE(ticks_b <= ticks_a + 20 + late_b_ms / 5);
	CU_ASSERT_TRUE(counters_of(pair.a).chunks_in - before.chunks_in + 20 >= ticks_a);
	pair_close(&pair);
}

/* Nobody at the other end of the timeslot: idle comes. A released timeslot sends idle again. */
static void idle(void)
{
	for (int t1 = 0; t1 < 2; t1++) {
		struct pair pair;
		struct stream streams[2];
		uint8_t block[160];

		pair_init(&pair, t1 ? TDM_T1 : TDM_E1, 5);
		pair_open(&pair);
		streams_open(&pair, 3, streams);
		streams_run(&pair, streams, 2, 20);
		tdm_span_release(pair.a, 3);
		for (unsigned i = 0; i < 10; i++) {
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.b) > 0);
			stream_read(&streams[0]);
		}
		for (ssize_t n = -1; n < 0; n = read(streams[0].to, block, sizeof(block)))
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.b) > 0);
		CU_ASSERT_TRUE(block_is_idle(&streams[0], block));
		CU_ASSERT_EQUAL(streams[0].good, 20);
		/* and can be opened again */
		streams[1].to = tdm_span_bearer(pair.a, 3);
		CU_ASSERT_TRUE_FATAL(streams[1].to >= 0);
		streams[1].written = streams[1].next = 1000;
		streams_run(&pair, streams + 1, 1, 1020);
		pair_close(&pair);
	}
}

/* Blocks of another size: the rest is idle, what is too much is cut off. */
static void odd_blocks(void)
{
	struct pair pair;
	uint8_t big[400], block[160];
	ssize_t n = -1;

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	int a = tdm_span_bearer(pair.a, 9);
	int b = tdm_span_bearer(pair.b, 9);

	memset(big, 0x33, sizeof(big));
	CU_ASSERT_EQUAL(write(a, big, 10), 10);
	CU_ASSERT_EQUAL(write(a, big, sizeof(big)), sizeof(big));
	do {
		CU_ASSERT_TRUE_FATAL(clock_wait(pair.b) > 0);
		n = read(b, block, sizeof(block));
	} while (n < 0 || block[0] != 0x33);
	CU_ASSERT_EQUAL(n, 40);
	CU_ASSERT_EQUAL(block[9], 0x33);
	CU_ASSERT_EQUAL(block[10], 0xD5);
	CU_ASSERT_EQUAL(block[39], 0xD5);
	while ((n = read(b, block, sizeof(block))) < 0)
		CU_ASSERT_TRUE_FATAL(clock_wait(pair.b) > 0);
	CU_ASSERT_EQUAL(n, 40);
	CU_ASSERT_EQUAL(block[39], 0x33);
	pair_close(&pair);
}

/* Who does not read loses the newest blocks, and the counter tells how many. */
static void overrun(void)
{
	struct pair pair;
	struct stream streams[2];

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	streams_open(&pair, 3, streams);
	for (unsigned i = 0; i < 80; i++) {
		CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0);
		stream_write(&streams[0], 1000);
		stream_read(&streams[1]);
	}
	CU_ASSERT_TRUE(counters_of(pair.b).rx_overruns > 0);
	CU_ASSERT_EQUAL(counters_of(pair.a).rx_overruns, 0);
	stream_read(&streams[0]);
	/* Reading makes room: the newest may follow what was kept. */
	CU_ASSERT_TRUE(streams[0].good >= 28 && streams[0].good <= 36);
	CU_ASSERT_TRUE(streams[0].lost <= counters_of(pair.b).rx_overruns);
	/* The writer stops: underruns. */
	uint64_t before = counters_of(pair.a).tx_underruns;

	for (unsigned i = 0; i < 40; i++)
		CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0);
	CU_ASSERT_TRUE(counters_of(pair.a).tx_underruns > before);
	CU_ASSERT_EQUAL(counters_of(pair.b).tx_underruns, 0);
	pair_close(&pair);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "exact E1", exact_e1 },
		{ "exact T1", exact_t1 },
		{ "transmit is bounded", transmit_is_bounded },
		{ "clocks", clocks },
		{ "idle", idle },
		{ "odd blocks", odd_blocks },
		{ "overrun", overrun },
		CU_TEST_INFO_NULL,
	};

	return cu_run("virtual bearer", tests, argc, argv);
}
