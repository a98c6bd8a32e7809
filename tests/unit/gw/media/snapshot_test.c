/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What of a channel's statistics is copied when. (Readers beside the writer are those of the tests of threads.) */
#include "gw/media/snapshot.h"

#include <string.h>

#include "gw/media/pipeline.h"
#include "tests/unit/cu.h"

static void report(void *arg, const struct media_event *event)
{
	(void)arg;
	(void)event;
}

static void counts_and_all(void)
{
	static struct snapshot snapshot;
	struct media_end_stats stats, read;

	memset(&stats, 1, sizeof(stats));
	snapshot_write(&snapshot, &stats);
	snapshot_read(&snapshot, &read);
	CU_ASSERT_EQUAL(memcmp(&read, &stats, sizeof(read)), 0);
	memset(&stats, 2, sizeof(stats));
	snapshot_count(&snapshot, &stats);
	snapshot_read(&snapshot, &read);
	CU_ASSERT_EQUAL(read.packets_in, stats.packets_in);
	CU_ASSERT_EQUAL(read.packets_out, stats.packets_out);
	CU_ASSERT_EQUAL(read.octets_in, stats.octets_in);
	CU_ASSERT_EQUAL(read.octets_out, stats.octets_out);
	CU_ASSERT_EQUAL(read.blocks_in, stats.blocks_in);
	CU_ASSERT_EQUAL(read.blocks_out, stats.blocks_out);
	CU_ASSERT_EQUAL(read.tx_underruns, stats.tx_underruns);
	CU_ASSERT_EQUAL(read.rx_overruns, UINT64_C(0x0101010101010101));
	CU_ASSERT_EQUAL(read.lost, UINT64_C(0x0101010101010101));
	snapshot_write(&snapshot, &stats);
	snapshot_read(&snapshot, &read);
	CU_ASSERT_EQUAL(memcmp(&read, &stats, sizeof(read)), 0);
}

/* In rounds of 5 ms. */
static void news_of_a_second(void)
{
	static struct pipeline pipeline;
	struct round round = { .elapsed = 40, .timely = true };
	unsigned news[PIPELINE_STATISTICS + 1] = { 0 };

	pipeline_init(&pipeline, report, NULL);
	CU_ASSERT_EQUAL(pipeline_round(&pipeline, &round), PIPELINE_STATISTICS);
	for (unsigned i = 0; i < 200; i++) {
		round.now_us += 5000;
		news[pipeline_round(&pipeline, &round)]++;
	}
	CU_ASSERT_EQUAL(news[PIPELINE_NO_NEWS], 150);
	CU_ASSERT_EQUAL(news[PIPELINE_COUNTS], 40);
	CU_ASSERT_EQUAL(news[PIPELINE_STATISTICS], 10);
}

static void nothing(struct media_end *end, const struct round *round)
{
	(void)end;
	(void)round;
}

static void takes_nothing(struct media_end *end, const struct round *round, bool clocked)
{
	(void)end;
	(void)round;
	(void)clocked;
}

static size_t has_nothing(const struct media_end *end, const struct round *round)
{
	(void)end;
	(void)round;
	return 0;
}

static void takes_all(struct media_end *end, const uint8_t *octets, size_t n, bool pause)
{
	(void)end;
	(void)octets;
	(void)n;
	(void)pause;
}

/* The next news. */
static enum pipeline_news news_of(struct pipeline *pipeline, struct round *round)
{
	round->now_us += 20000;
	return pipeline_round(pipeline, round);
}

/* What was lost, refused or heard does not wait: the call may end before. */
static void faults_at_once(void)
{
	static const struct media_end_ops ops = { .attach = nothing,
						  .intake = takes_nothing,
						  .ready = has_nothing,
						  .put = takes_all,
						  .upkeep = nothing };
	static struct pipeline pipeline;
	static struct media_end end = { .ops = &ops, .block = BLOCK_SAMPLES };
	struct round round = { .elapsed = 160, .timely = true };
	uint64_t *faults[] = { &end.stats.lost,	     &end.stats.late,	     &end.stats.duplicate,
			       &end.stats.reordered, &end.stats.refused,     &end.stats.unsent,
			       &end.stats.recovered, &end.stats.concealed_ms };

	pipeline_init(&pipeline, report, NULL);
	pipeline_attach(&pipeline, 0, &end, &round);
	CU_ASSERT_EQUAL(pipeline_round(&pipeline, &round), PIPELINE_STATISTICS);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		end.stats.packets_in++;
		CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_COUNTS);
		++*faults[i];
		CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_STATISTICS);
	}
	end.stats.dtmf_in++;
	CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_STATISTICS);
	end.stats.signals_in++;
	CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_STATISTICS);
	end.stats.vbd = true;
	CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_STATISTICS);
	pipeline.side[0].digits.sent++; /* of which the end is told */
	CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_STATISTICS);
	CU_ASSERT_EQUAL(news_of(&pipeline, &round), PIPELINE_COUNTS);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "counts, and all", counts_and_all },
		{ "news of a second", news_of_a_second },
		{ "faults at once", faults_at_once },
		CU_TEST_INFO_NULL,
	};

	return cu_run("snapshot", tests, argc, argv);
}
