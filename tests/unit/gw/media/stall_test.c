/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* When packets and blocks are read, on a clock turned by hand: as they are due, and after a stall
 * of the process of up to 60 ms all of them, with the delay back soon. */
#include "tests/unit/gw/media/rig_run.h"

#define PACKET	  160
#define PACKET_US 20000

static uint64_t packets_in(const struct rig *rig)
{
	return rig->rtp.end.stats.packets_in;
}

static void turn_at(struct rig *rig, uint64_t now_us, bool timely)
{
	rig->round.elapsed = (size_t)((now_us - rig->round.now_us) / 125);
	rig->round.now_us = now_us;
	rig->round.timely = timely;
	rtp_in_read(&rig->rtp, &rig->round);
}

static void send_packet(struct rig *rig, unsigned ssrc)
{
	const struct rtp_packet p = { .payload_type = 8,
				      .sequence = rig->peer_sequence++,
				      .timestamp = rig->peer_timestamp,
				      .ssrc = ssrc };
	uint8_t octets[PACKET] = { 0 };

	rig->peer_timestamp += PACKET;
	peer_send(rig, &p, octets, sizeof(octets));
}

/* Packets that come every interval_us; the longest that any waited to be read, us. */
static uint64_t longest_wait(uint64_t interval_us, unsigned round_us, unsigned packets)
{
	uint64_t next_us = START_US + 3000, longest = 0;
	uint64_t came_us[64];
	struct rig rig;
	unsigned n_sent = 0;

	rig_open(&rig, 5, MEDIA_PCMA, 20);
	for (uint64_t now = START_US + round_us; n_sent < packets; now += round_us) {
		uint64_t before = packets_in(&rig);

		for (; next_us <= now; next_us += interval_us) {
			came_us[n_sent++ % 64] = next_us;
			send_packet(&rig, 99);
		}
		turn_at(&rig, now, true);
		for (uint64_t i = before; i < packets_in(&rig); i++)
			longest = now - came_us[i % 64] > longest ? now - came_us[i % 64] : longest;
		CU_ASSERT_FATAL(n_sent - packets_in(&rig) < 64);
	}
	/* Those of the last rounds may still wait, no others. */
	CU_ASSERT(packets_in(&rig) + 2 * PACKET_US / interval_us >= n_sent);
	rig_close(&rig);
	return longest;
}

static void read_when_due(void)
{
	/* in step, and the sender's clock 500 ppm faster or slower */
	static const uint64_t intervals[] = { PACKET_US, PACKET_US - 10, PACKET_US + 10 };

	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT(longest_wait(intervals[i], 5000, 3000) <= 5000 + 100);
		CU_ASSERT(longest_wait(intervals[i], 10000, 3000) <= 10000 + 100);
	}
	/* more packets than their length tells: doubled, or with events beside the audio */
	CU_ASSERT(longest_wait(PACKET_US / 2, 5000, 3000) <= PACKET_US);
	CU_ASSERT(longest_wait(PACKET_US / 3, 10000, 3000) <= PACKET_US);
}

/* What has no business here does not keep packets waiting. */
static void flood(void)
{
	struct sockaddr_storage attacker;
	int fd = udp(&attacker);
	struct rig rig;
	uint64_t now = START_US;

	rig_open(&rig, 5, MEDIA_PCMA, 20);
	for (unsigned i = 0; i < 500; i++) {
		const uint8_t nonsense[20] = { 0x80, 8 };

		for (unsigned k = 0; k < 20; k++)
			(void)sendto(fd, nonsense, sizeof(nonsense), 0,
				     (struct sockaddr *)&rig.ours, sizeof(struct sockaddr_in));
		send_packet(&rig, 99);
		for (unsigned k = 0; k < 4; k++)
			turn_at(&rig, now += 5000, true);
		CU_ASSERT_EQUAL(packets_in(&rig), i + 1);
	}
	for (unsigned k = 0; k < 40; k++)
		turn_at(&rig, now += 5000, true);
	CU_ASSERT(rig.rtp.end.stats.refused >= 20 * 500);
	rig_close(&rig);
	close(fd);
}

/* Everything that came is read at once, whichever way it came. */
static void everything_is_read(void)
{
	static const unsigned chunks[] = { 1, 5, 10, 20 };

	for (size_t c = 0; c < 4; c++)
		for (unsigned stall_ms = 20; stall_ms <= 60; stall_ms += 20) {
			struct rig rig;
			uint64_t sent;

			rig_open(&rig, chunks[c], MEDIA_PCMA, 20);
			rig.peer_ptime = PACKET;
			rig_run(&rig, 1000);
			world_run(&rig, stall_ms);
			engine_turn(&rig, false);
			sent = (uint16_t)(rig.peer_sequence - 65000);
			CU_ASSERT_EQUAL(packets_in(&rig), sent);
			CU_ASSERT_EQUAL(rig.bearer.end.stats.blocks_in, rig.said / chunks[c] / 8);
			CU_ASSERT_EQUAL(rig.bearer.end.stats.rx_overruns, 0);
			CU_ASSERT_EQUAL(rig.bearer.end.stats.tx_underruns, rig.idle_blocks);
			CU_ASSERT_EQUAL(rig.got_gaps, 0);
			CU_ASSERT(rig.got_n + 2 * PACKET > rig.said);
			rig_run(&rig, 1000);
			CU_ASSERT_EQUAL(rig.rtp.end.stats.lost, 0);
			CU_ASSERT_EQUAL(rig.rtp.end.stats.late, 0);
			rig_close(&rig);
		}
}

/* ---- RTP to RTP ---- */

#define ROUND_MS 10

struct relay {
	struct pipeline pipeline;
	struct rtp_end end[2];
	struct sockaddr_storage ours[2];
	int peer_fd[2];
	struct round round;
	unsigned sent, got, gaps;
	uint32_t next;
	unsigned ms;
};

static void no_report(void *arg, const struct media_event *event)
{
	(void)arg;
	(void)event;
}

static void relay_open(struct relay *relay)
{
	memset(relay, 0, sizeof(*relay));
	relay->round = (struct round){ .now_us = START_US, .timely = true };
	pipeline_init(&relay->pipeline, no_report, NULL);
	for (unsigned i = 0; i < 2; i++) {
		struct rtp_end_conf conf = { .jitter_min_ms = 20, .jitter_max_ms = 200 };
		const struct rtp_identity identity = { .ssrc = 1 + i, .cname = "a" };
		struct sockaddr_storage rtcp, peer;
		struct media_rtp_params params;

		conf.fd = udp(&relay->ours[i]);
		conf.direct_fd = udp_direct(conf.fd);
		conf.rtcp_fd = udp(&rtcp);
		relay->peer_fd[i] = udp(&peer);
		params = params_to(&peer, &rtcp, MEDIA_PCMA, 20);
		rtp_end_init(&relay->end[i], &conf, &identity);
		pipeline_attach(&relay->pipeline, i, &relay->end[i].end, &relay->round);
		relay->pipeline.side[i].hear = relay->pipeline.side[i].speak = true;
		rtp_end_set(&relay->end[i], &params, &relay->round);
	}
}

static void relay_close(struct relay *relay)
{
	for (unsigned i = 0; i < 2; i++) {
		pipeline_detach(&relay->pipeline, i, &relay->round);
		rtp_sockets_close(&relay->end[i]);
		close(relay->peer_fd[i]);
	}
}

/* Peer 0 talks; the engine sees none of it until it is run. */
static void relay_world(struct relay *relay, unsigned ms)
{
	for (unsigned end = relay->ms + ms; relay->ms < end; relay->ms++) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = (uint16_t)relay->sent,
					      .timestamp = relay->sent * PACKET,
					      .ssrc = 99 };
		uint8_t octets[RTP_HEADER_OCTETS + PACKET] = { 0 };

		if (relay->ms % 20 != 3)
			continue;
		rtp_encode_header(octets, &p);
		(void)sendto(relay->peer_fd[0], octets, sizeof(octets), 0,
			     (struct sockaddr *)&relay->ours[0], sizeof(struct sockaddr_in));
		relay->sent++;
	}
	relay->round.now_us += ms * 1000;
	relay->round.elapsed += ms * 8;
}

static void relay_turn(struct relay *relay, bool timely)
{
	uint8_t octets[1000];
	struct rtp_packet p;
	ssize_t n;

	relay->round.timely = timely;
	pipeline_round(&relay->pipeline, &relay->round);
	relay->round.elapsed = 0;
	while ((n = recv(relay->peer_fd[1], octets, sizeof(octets), 0)) > 0) {
		CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, octets, (size_t)n), 0);
		relay->gaps += relay->got++ && p.timestamp != relay->next;
		relay->next = p.timestamp + (uint32_t)p.n_payload;
	}
}

static void relay_run(struct relay *relay, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += ROUND_MS) {
		relay_world(relay, ROUND_MS);
		relay_turn(relay, true);
	}
}

/* Nothing is lost, the packets of the stall leave after it, and the delay is what it was within
 * 100 ms. */
static void relay_stalls(void)
{
	for (unsigned stall_ms = ROUND_MS; stall_ms <= 60; stall_ms += ROUND_MS) {
		const struct media_end_stats *in;
		struct relay relay;
		uint32_t delay_ms;
		unsigned got;

		relay_open(&relay);
		in = &relay.end[0].end.stats;
		relay_run(&relay, 2000);
		delay_ms = in->delay_ms;
		got = relay.got;
		relay_world(&relay, stall_ms);
		relay_turn(&relay, false);
		CU_ASSERT_EQUAL(in->packets_in, relay.sent);
		CU_ASSERT(relay.got >= got + stall_ms / 20);
		relay_run(&relay, 100);
		CU_ASSERT(in->delay_ms <= delay_ms + 5 && in->delay_ms + 5 >= delay_ms);
		relay_run(&relay, 2000);
		CU_ASSERT_EQUAL(in->packets_in, relay.sent);
		CU_ASSERT_EQUAL(in->lost, 0);
		CU_ASSERT_EQUAL(in->late, 0);
		CU_ASSERT_EQUAL(in->concealed_ms, 0);
		CU_ASSERT_EQUAL(relay.gaps, 0);
		CU_ASSERT(relay.got + 4 >= relay.sent);
		relay_close(&relay);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "packets are read when they are due", read_when_due },
		{ "a flood keeps no packet waiting", flood },
		{ "a stall: everything is read", everything_is_read },
		{ "a stall between two RTP sessions", relay_stalls },
		CU_TEST_INFO_NULL,
	};

	return cu_run("stall", tests, argc, argv);
}
