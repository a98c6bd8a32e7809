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

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "counts, and all", counts_and_all },
		{ "news of a second", news_of_a_second },
		CU_TEST_INFO_NULL,
	};

	return cu_run("snapshot", tests, argc, argv);
}
