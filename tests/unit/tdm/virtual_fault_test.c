/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Faults on a virtual line: words, bit errors, alarms at both ends, slips, stalls. */
#include "tests/unit/tdm/stream.h"
#include "tdm/virtual_cable.h"
#include "tdm/virtual_fault.h"

#define LOS (TDM_ALARM_LOS | TDM_ALARM_DOWN)
#define AIS (TDM_ALARM_AIS | TDM_ALARM_DOWN)

static void words(void)
{
	static const char *const bad[] = { "",	       "los",	       "los maybe", "loss on",
					   "ber",      "ber x",	       "ber -1",    "ber 0.6",
					   "ber nan",  "ber 1e-3 now", "slip",	    "slip 1",
					   "slip +2",  "cut off",      "stall",	    "stall -1",
					   "stall 1s", "stall 60001",  "fire" };
	struct tdm_faults faults = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(tdm_fault_ask(&faults, bad[i]), -EINVAL);
	CU_ASSERT_EQUAL(
		faults.signal | faults.bit_error_asked | faults.slips_lost | faults.stall_ms, 0);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "los on"), 0);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "  ais   on "), 0);
	CU_ASSERT_EQUAL(faults.signal, TDM_SIGNAL_NONE | TDM_SIGNAL_AIS);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "los off"), 0);
	CU_ASSERT_EQUAL(faults.signal, TDM_SIGNAL_AIS);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "ber 1e-4"), 0);
	CU_ASSERT_DOUBLE_EQUAL(faults.bit_error_rate, 1e-4, 0);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "cut"), 0);
	CU_ASSERT_TRUE(faults.cut);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "mend"), 0);
	CU_ASSERT_FALSE(faults.cut);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "slip +1"), 0);
	CU_ASSERT_EQUAL(tdm_fault_ask(&faults, "slip +1"), 0);
	CU_ASSERT_TRUE(tdm_fault_due(&faults.slips_repeated));
	CU_ASSERT_TRUE(tdm_fault_due(&faults.slips_repeated));
	CU_ASSERT_FALSE(tdm_fault_due(&faults.slips_repeated));
}

static unsigned ones(const uint8_t *octets, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (unsigned)__builtin_popcount(octets[i]);
	return sum;
}

/* The rate is right, the errors are the same again after the same command, and none after "ber 0".
 */
static void bit_error_rate(void)
{
	static const struct {
		const char *word;
		unsigned low, high; /* errors in 8,000,000 bits: within 5 standard deviations */
	} rows[] = { { "ber 1e-6", 1, 23 },
		     { "ber 1e-4", 659, 941 },
		     { "ber 1e-2", 78593, 81407 },
		     { "ber 0", 0, 0 } };
	static uint8_t first[1000000], second[1000000];
	struct tdm_faults faults = { 0 };
	struct tdm_bit_errors errors = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(first, 0, sizeof(first));
		memset(second, 0, sizeof(second));
		CU_ASSERT_EQUAL(tdm_fault_ask(&faults, rows[i].word), 0);
		for (size_t at = 0; at < sizeof(first); at += 1000)
			tdm_bit_errors_apply(&errors, &faults, first + at, 1000);
		CU_ASSERT_TRUE(ones(first, sizeof(first)) >= rows[i].low);
		CU_ASSERT_TRUE(ones(first, sizeof(first)) <= rows[i].high);
		CU_ASSERT_EQUAL(tdm_fault_ask(&faults, rows[i].word), 0);
		tdm_bit_errors_apply(&errors, &faults, second, sizeof(second));
		CU_ASSERT_EQUAL(memcmp(first, second, sizeof(first)), 0);
	}
}

/* What a end sends is seen by the other, and answered by RAI where that receives nothing (G.704).
 */
static void alarms(void)
{
	static const struct {
		const char *on, *off;
		unsigned here, there;
	} rows[] = {
		{ "los on", "los off", TDM_ALARM_RAI, LOS },
		{ "ais on", "ais off", TDM_ALARM_RAI, AIS },
		{ "rai on", "rai off", 0, TDM_ALARM_RAI },
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair pair;
		struct stream streams[2];

		pair_init(&pair, TDM_E1, 5);
		pair_open(&pair);
		struct tdm_span *here = i % 2 ? pair.a : pair.b;
		struct tdm_span *there = i % 2 ? pair.b : pair.a;

		streams_open(&pair, 7, streams);
		streams_run(&pair, streams, 2, 10);
		unsigned down = rows[i / 2].there & TDM_ALARM_DOWN ? 1 : 0;

		CU_ASSERT_EQUAL(tdm_span_inject(here, rows[i / 2].on), 0);
		CU_ASSERT_TRUE(alarms_become(there, rows[i / 2].there));
		CU_ASSERT_TRUE(alarms_become(here, rows[i / 2].here));
		bool stalled = counters_of(pair.a).stalls + counters_of(pair.b).stalls > 0;

		CU_ASSERT_TRUE(counters_of(there).downs == down || stalled);
		CU_ASSERT_TRUE(counters_of(here).downs == 0 || stalled);
		/* Clocks go on at both ends, and who receives nothing reads idle. */
		for (unsigned k = 0; k < 20; k++) {
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0 && clock_wait(pair.b) > 0);
			stream_read(&streams[0]);
			stream_read(&streams[1]);
		}
		CU_ASSERT_EQUAL(streams[0].damaged + streams[1].damaged, 0);
		CU_ASSERT_EQUAL(tdm_span_inject(here, rows[i / 2].off), 0);
		CU_ASSERT_TRUE(alarms_become(there, 0));
		CU_ASSERT_TRUE(alarms_become(here, 0));
		streams_run(&pair, streams, 2, 20);
		CU_ASSERT_EQUAL(streams[0].damaged + streams[1].damaged, 0);
		stalled = counters_of(pair.a).stalls + counters_of(pair.b).stalls > 0;
		CU_ASSERT_TRUE(counters_of(pair.a).slips + counters_of(pair.b).slips == 0 ||
			       stalled);
		pair_close(&pair);
	}
}

/* Exactly the slips asked for, each one block lost or repeated on every timeslot, at the end that
 * was asked. */
static void slips(void)
{
	struct pair pair;
	struct stream streams[4];

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	streams_open(&pair, 1, streams);
	streams_open(&pair, 31, streams + 2);
	streams_move(&pair, streams, 4, 60, 10); /* the slips fall into what is under way */
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(tdm_span_inject(pair.b, "slip -1"), 0);
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(tdm_span_inject(pair.b, "slip +1"), 0);
	CU_ASSERT_EQUAL(tdm_span_inject(pair.a, "slip +1"), 0);
	streams_run(&pair, streams, 4, 60);
	struct tdm_span_counters a = counters_of(pair.a), b = counters_of(pair.b);

	bool disturbed = pair_disturbed(&pair, 6);

	CU_ASSERT_TRUE(b.slips == 5 || disturbed);
	CU_ASSERT_TRUE(a.slips == 1 || disturbed);
	for (unsigned i = 0; i < 4; i++) {
		const struct stream *stream = &streams[i];
		bool late = stream->idle_inside || a.rx_overruns || b.rx_overruns || disturbed;

		CU_ASSERT_TRUE(stream->lost == (i % 2 ? 0 : 3) || late);
		CU_ASSERT_TRUE(stream->repeated == (i % 2 ? 1 : 2) || late);
		CU_ASSERT_EQUAL(stream->damaged, 0);
	}
	pair_close(&pair);
}

static void one_slip(const char *fault, unsigned lost, unsigned repeated)
{
	struct pair pair;
	struct stream streams[2];

	pair_init(&pair, TDM_T1, 5);
	pair_open(&pair);
	streams_open(&pair, 24, streams);
	streams_move(&pair, streams, 2, 40, 10); /* the slip falls into what is under way */
	CU_ASSERT_EQUAL(tdm_span_inject(pair.b, fault), 0);
	streams_run(&pair, streams, 2, 40);
	bool disturbed = pair_disturbed(&pair, 1);

	CU_ASSERT_TRUE(counters_of(pair.b).slips == 1 || disturbed);
	CU_ASSERT_TRUE(counters_of(pair.a).slips == 0 || disturbed);
	CU_ASSERT_TRUE(streams[0].lost == lost || streams[0].idle_inside > 0 || disturbed);
	CU_ASSERT_TRUE(streams[0].repeated == repeated || streams[0].idle_inside > 0 || disturbed);
	CU_ASSERT_TRUE(streams[1].lost + streams[1].repeated == 0 || disturbed);
	pair_close(&pair);
}

static void slip_of_one_block(void)
{
	one_slip("slip -1", 1, 0);
	one_slip("slip +1", 0, 1);
}

static void cut_and_mend(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;
		struct stream streams[2];
		uint64_t ticks[2] = { 0, 0 };

		pair_init(&pair, TDM_E1, 5);
		pair_open(&pair);
		struct tdm_span *span = i ? pair.a : pair.b;

		streams_open(&pair, 7, streams);
		streams_run(&pair, streams, 2, 10);
		CU_ASSERT_EQUAL(tdm_span_inject(span, "cut"), 0);
		CU_ASSERT_TRUE(alarms_become(pair.a, LOS));
		CU_ASSERT_TRUE(alarms_become(pair.b, LOS));
		uint64_t start = pair_now_ms();

		clock_wait(pair.a);
		clock_wait(pair.b);
		while (ticks[0] < 50 || ticks[1] < 50) {
			ticks[0] += clock_wait(pair.a);
			ticks[1] += clock_wait(pair.b);
			CU_ASSERT_TRUE_FATAL(pair_now_ms() < start + LONG_MS);
			stream_read(&streams[0]);
			stream_read(&streams[1]);
		}
		/* Not faster than the nominal rate, but for what a late end makes up for. */
		uint64_t late_us = counters_of(pair.a).late_us_max;

		if (late_us < counters_of(pair.b).late_us_max)
			late_us = counters_of(pair.b).late_us_max;
		CU_ASSERT_TRUE(pair_now_ms() - start + late_us / 1000 >= 230);
		CU_ASSERT_EQUAL(tdm_span_alarms(pair.a) & tdm_span_alarms(pair.b), LOS);
		CU_ASSERT_EQUAL(tdm_span_inject(span, "mend"), 0);
		CU_ASSERT_TRUE(alarms_become(pair.a, 0));
		CU_ASSERT_TRUE(alarms_become(pair.b, 0));
		streams_run(&pair, streams, 2, 40);
		CU_ASSERT_EQUAL(streams[0].damaged + streams[1].damaged, 0);
		pair_close(&pair);
	}
}

/* Whether the machine held up the ends besides the 60 ms asked for, for longer than is made up for.
 */
static bool held_up_besides(const struct pair *pair)
{
	return counters_of(pair->a).late_us_max + counters_of(pair->b).late_us_max > 90000 &&
	       pair_disturbed(pair, 0);
}

/* 60 ms without sending or receiving: caught up, nothing lost, counted at the end that stood still.
 */
static void short_stall(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct pair pair;
		struct stream streams[2];

		pair_init(&pair, TDM_E1, i / 2 ? 1 : 5);
		pair_open(&pair);
		struct tdm_span *span = i % 2 ? pair.a : pair.b;

		streams_open(&pair, 7, streams);
		streams_run(&pair, streams, 2, 20);
		struct tdm_span_counters before = counters_of(span);

		CU_ASSERT_EQUAL(tdm_span_inject(span, "stall 60"), 0);
		streams_run(&pair, streams, 2, i / 2 ? 300 : 80);
		struct tdm_span_counters after = counters_of(span);

		/* A stall that goes on is one. */
		CU_ASSERT_TRUE(after.stalls > before.stalls || before.stalls > 0);
		CU_ASSERT_TRUE(after.late_us_max >= 40000);
		struct tdm_span_counters a = counters_of(pair.a), b = counters_of(pair.b);

		bool disturbed = held_up_besides(&pair);

		CU_ASSERT_TRUE(a.slips + b.slips == 0 || disturbed);
		for (unsigned k = 0; k < 2; k++) {
			CU_ASSERT_TRUE(streams[k].lost <= a.rx_overruns + b.rx_overruns ||
				       disturbed);
			CU_ASSERT_EQUAL(streams[k].damaged + streams[k].repeated, 0);
		}
		pair_close(&pair);
	}
}

/* Catching up goes at four times the pace: who works by the clock loses no block and sends none
 * idle. */
static void stall_with_clocked_user(void)
{
	struct pair pair;
	struct stream streams[2];
	uint64_t end;

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	streams_open(&pair, 7, streams);
	stream_write(&streams[0], 2); /* ahead by what a late wake-up may need */
	clock_wait(pair.a);
	for (unsigned i = 0; streams[0].written < 150; i++) {
		if (i == 40)
			CU_ASSERT_EQUAL(tdm_span_inject(pair.a, "stall 60"), 0);
		for (uint64_t ticks = clock_wait(pair.a); ticks > 0; ticks--)
			stream_write(&streams[0], streams[0].written + 1);
		stream_read(&streams[0]);
	}
	for (end = pair_now_ms() + LONG_MS;
	     streams[0].next < streams[0].written && pair_now_ms() < end;) {
		CU_ASSERT_TRUE_FATAL(clock_wait(pair.b) > 0);
		stream_read(&streams[0]);
	}
	CU_ASSERT_EQUAL(streams[0].next, streams[0].written);
	/* The machine may stand still besides; then its stalls are counted, too. */
	bool disturbed = held_up_besides(&pair);

	CU_ASSERT_TRUE(streams[0].lost <= counters_of(pair.b).rx_overruns || disturbed);
	CU_ASSERT_TRUE(streams[0].idle_inside <= counters_of(pair.a).tx_underruns || disturbed);
	pair_close(&pair);
}

/* By how many chunks the span is behind the nominal rate since start_ms, when it had sent before
 * chunks. */
static int behind(const struct tdm_span *span, uint64_t start_ms, uint64_t before)
{
	return (int)((pair_now_ms() - start_ms) / span->chunk_ms) -
	       (int)(counters_of(span).chunks_out - before);
}

/* The time of a short stall is made up for, that of a long one is gone. */
static void making_up(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;

		pair_init(&pair, TDM_E1, 5);
		pair_open(&pair);
		clock_wait(pair.a);
		uint64_t before = counters_of(pair.a).chunks_out;
		uint64_t start = pair_now_ms();

		CU_ASSERT_EQUAL(tdm_span_inject(pair.a, i ? "stall 300" : "stall 60"), 0);
		while (counters_of(pair.a).chunks_out < before + 20)
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0);
		int missing = behind(pair.a, start, before);

		for (unsigned k = 0; k < 200 && missing > 4; k++) {
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0);
			missing = behind(pair.a, start, before);
		}
		/* A machine that stood still for longer makes it a long one. */
		bool longer = counters_of(pair.a).late_us_max > 100000;

		CU_ASSERT_TRUE(missing <= 4 || longer);
		CU_ASSERT_TRUE(missing > 50 || i == 0);
		pair_close(&pair);
	}
}

/* A silent peer is a loss of signal; when it comes back all is well again. */
static void long_stall(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;
		struct stream streams[2];

		pair_init(&pair, TDM_E1, 5);
		pair_open(&pair);
		struct tdm_span *still = i ? pair.a : pair.b;
		struct tdm_span *other = i ? pair.b : pair.a;

		streams_open(&pair, 7, streams);
		streams_run(&pair, streams, 2, 10);
		uint64_t heard = pair_now_ms(), ticks;

		/* It may be held up already: the silence begins after its next tick. */
		eventfd_read(tdm_span_clock_fd(still), &ticks);
		CU_ASSERT_TRUE_FATAL(clock_wait(still) > 0);
		uint64_t start = pair_now_ms();

		CU_ASSERT_EQUAL(tdm_span_inject(still, "stall 600"), 0);
		CU_ASSERT_TRUE(alarms_become(other, LOS));
		CU_ASSERT_TRUE(pair_now_ms() - start < 600);
		CU_ASSERT_TRUE(pair_now_ms() - heard >= 85);
		CU_ASSERT_TRUE(alarms_become(other, 0));
		CU_ASSERT_TRUE(pair_now_ms() - start >= 590);
		CU_ASSERT_TRUE(alarms_become(still, 0));
		CU_ASSERT_TRUE(counters_of(still).stalls > 0);
		for (unsigned k = 0; k < 30; k++) {
			CU_ASSERT_TRUE_FATAL(clock_wait(pair.a) > 0);
			stream_read(&streams[0]);
			stream_read(&streams[1]);
		}
		streams_run(&pair, streams, 2, 40);
		CU_ASSERT_EQUAL(streams[0].damaged + streams[1].damaged, 0);
		pair_close(&pair);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "words", words },
		{ "bit error rate", bit_error_rate },
		{ "alarms", alarms },
		{ "slips", slips },
		{ "slip of one block", slip_of_one_block },
		{ "cut and mend", cut_and_mend },
		{ "short stall", short_stall },
		{ "stall with clocked user", stall_with_clocked_user },
		{ "making up", making_up },
		{ "long stall", long_stall },
		CU_TEST_INFO_NULL,
	};

	return cu_run("virtual fault", tests, argc, argv);
}
