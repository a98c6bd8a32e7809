/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Packets that are read before the channels' rounds and sent behind them: the same ones as one by one, each once. */
#include "tests/unit/gw/media/rig_run.h"

static struct burst burst;

static void open_with_burst(struct rig *rig)
{
	rig_open(rig, 20, MEDIA_PCMA, 20);
	burst_init(&burst);
	rig->burst = &burst;
	rig->rtp.end.ops->burst(&rig->rtp.end, &burst);
}

/* Into the test's own place, for two rigs at a time. */
static void run_into(struct rig *rig, uint8_t *heard, uint8_t *got)
{
	rig->peer_ptime = 160;
	rig_run(rig, 1000);
	CU_ASSERT_EQUAL(rig->heard_n, SECOND);
	CU_ASSERT(rig->got_n >= SECOND - 480);
	CU_ASSERT_EQUAL(rig->got_gaps, 0);
	memcpy(heard, rig->heard, SECOND);
	memcpy(got, rig->got, SECOND - 480);
}

static void as_one_by_one(void)
{
	static uint8_t heard[2][SECOND], got[2][SECOND - 480];
	struct media_end_stats stats[2];
	struct rig rig;

	for (unsigned i = 0; i < 2; i++) {
		if (i)
			open_with_burst(&rig);
		else
			rig_open(&rig, 20, MEDIA_PCMA, 20);
		run_into(&rig, heard[i], got[i]);
		stats[i] = rig.rtp.end.stats;
		CU_ASSERT_TRUE(rig.rtp.path.direct);
		rig_close(&rig);
	}
	CU_ASSERT_EQUAL(memcmp(heard[0], heard[1], SECOND), 0);
	CU_ASSERT_EQUAL(memcmp(got[0], got[1], SECOND - 480), 0);
	CU_ASSERT_EQUAL(stats[0].packets_in, stats[1].packets_in);
	CU_ASSERT_EQUAL(stats[0].packets_out, stats[1].packets_out);
	CU_ASSERT_EQUAL(stats[0].octets_out, stats[1].octets_out);
	CU_ASSERT_EQUAL(stats[1].lost + stats[1].unsent, 0);
	CU_ASSERT(stats[1].packets_in >= 48);
}

static void one_comes(struct rig *rig)
{
	uint8_t octets[160] = { 0 };

	peer_send(rig,
		  &(struct rtp_packet){ .payload_type = 8,
					.sequence = rig->peer_sequence++,
					.timestamp = rig->peer_timestamp,
					.ssrc = 99 },
		  octets, sizeof(octets));
	rig->peer_timestamp += 160;
}

static void read_once(void)
{
	struct rig rig;
	uint64_t before;

	open_with_burst(&rig);
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	rig.peer_ptime = 0;
	rig_run(&rig, 100);
	CU_ASSERT_TRUE(rig.rtp.path.direct);
	before = rig.rtp.end.stats.packets_in;
	one_comes(&rig);
	pipeline_collect(&rig.pipeline, &rig.round);
	CU_ASSERT_EQUAL(burst.n_in, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig.rtp.came);
	CU_ASSERT_EQUAL(rig.rtp.came->n, 172);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, before);
	one_comes(&rig); /* behind it: found in the round */
	pipeline_round(&rig.pipeline, &rig.round);
	CU_ASSERT_PTR_NULL(rig.rtp.came);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, before + 2);
	burst_send(&burst);
	CU_ASSERT_EQUAL(burst.n_in, 0);
	/* nothing there is no packet */
	pipeline_collect(&rig.pipeline, &rig.round);
	CU_ASSERT_EQUAL(rig.rtp.came->n, -1);
	pipeline_round(&rig.pipeline, &rig.round);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, before + 2);
	/* and none is waited for before the next one is due */
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	rig.rtp.look_us = rig.round.now_us + 1;
	pipeline_collect(&rig.pipeline, &rig.round);
	CU_ASSERT_PTR_NULL(rig.rtp.came);
	rig_close(&rig);
}

/* More sessions than there is room for: they read for themselves. */
static void no_room_to_read(void)
{
	struct rig rig;

	open_with_burst(&rig);
	one_comes(&rig);
	burst.n_in = BURST_IN;
	pipeline_collect(&rig.pipeline, &rig.round);
	CU_ASSERT_PTR_NULL(rig.rtp.came);
	pipeline_round(&rig.pipeline, &rig.round);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, 1);
	rig_close(&rig);
}

static void pass(struct rig *rig, uint16_t sequence)
{
	uint8_t octets[160] = { 0 };

	rtp_out_pass(&rig->rtp,
		     &(struct rtp_packet){ .sequence = sequence,
					   .timestamp = sequence * 160u,
					   .payload = octets,
					   .n_payload = sizeof(octets) },
		     false);
}

/* How many came, in order. */
static unsigned came(const struct rig *rig, uint16_t *sequence)
{
	uint8_t octets[2000];
	struct rtp_packet p;
	unsigned n = 0;
	ssize_t k;

	while ((k = recv(rig->peer_fd, octets, sizeof(octets), MSG_DONTWAIT)) > 0) {
		CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, octets, (size_t)k), 0);
		CU_ASSERT_EQUAL(p.sequence, (*sequence)++);
		n++;
	}
	return n;
}

static void sent_behind(void)
{
	uint16_t next = 7;
	struct rig rig;

	open_with_burst(&rig);
	for (uint16_t i = 0; i < 3; i++)
		pass(&rig, (uint16_t)(7 + i));
	CU_ASSERT_EQUAL(came(&rig, &next), 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_out, 0);
	CU_ASSERT_EQUAL(rig.rtp.sent_packets, 0);
	burst_send(&burst);
	CU_ASSERT_EQUAL(rig.rtp.sent_packets, 3);
	CU_ASSERT_EQUAL(came(&rig, &next), 3);
	burst_send(&burst);
	CU_ASSERT_EQUAL(came(&rig, &next), 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_out, 3);
	/* another thread's, or nobody's */
	rig.rtp.end.ops->burst(&rig.rtp.end, NULL);
	pass(&rig, 10);
	CU_ASSERT_EQUAL(came(&rig, &next), 1);
	rig_close(&rig);
}

static void no_room_to_send(void)
{
	uint16_t next = 1;
	struct rig rig;

	open_with_burst(&rig);
	for (uint16_t i = 0; i <= BURST_OUT; i++)
		pass(&rig, (uint16_t)(1 + i));
	CU_ASSERT_EQUAL(came(&rig, &next), BURST_OUT);
	burst_send(&burst);
	CU_ASSERT_EQUAL(came(&rig, &next), 1);
	rig_close(&rig);
}

static void not_sent(void)
{
	struct sockaddr_storage nowhere = { .ss_family = AF_INET6 };
	struct media_rtp_params params;
	struct rig rig;

	((struct sockaddr_in6 *)&nowhere)->sin6_addr = in6addr_loopback;
	sockaddr_set_port(&nowhere, 4000);
	open_with_burst(&rig);
	params = params_to(&nowhere, &nowhere, MEDIA_PCMA, 20);
	rtp_end_set(&rig.rtp, &params, &rig.round);
	pass(&rig, 1);
	pass(&rig, 2);
	burst_send(&burst);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.unsent, 2);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_out, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.octets_out, 0);
	CU_ASSERT_EQUAL(rig.rtp.sent_packets, 0);
	CU_ASSERT_EQUAL(rig.rtp.sent_octets, 0);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	static CU_TestInfo tests[] = {
		{ "as one by one", as_one_by_one },
		{ "read once", read_once },
		{ "no room to read", no_room_to_read },
		{ "sent behind", sent_behind },
		{ "no room to send", no_room_to_send },
		{ "not sent", not_sent },
		CU_TEST_INFO_NULL,
	};

	return cu_run("burst", tests, argc, argv);
}
