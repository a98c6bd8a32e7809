/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Audio, tones, sources and RTCP through one channel. */
#include "tests/unit/gw/media/rig_run.h"

/* Octets of the pattern in one run, from the first to the end. */
static bool is_pattern(const uint8_t *octets, size_t n, size_t *start)
{
	size_t at = 0, phase;

	while (at < n && octets[at] == 0xD5)
		at++;
	*start = at;
	if (at == n)
		return false;
	phase = octets[at] - 1u;
	for (size_t i = at; i < n; i++)
		if (octets[i] != pattern(phase + i - at))
			return false;
	return true;
}

static void transparent(void)
{
	static const unsigned chunks[] = { 1, 2, 4, 5, 8, 10, 16, 20 },
			      ptimes[] = { 10, 20, 30, 40, 60 };

	for (size_t c = 0; c < 8; c++) {
		for (size_t p = 0; p < 5; p++) {
			struct rig rig;
			size_t start;

			rig_open(&rig, chunks[c], MEDIA_PCMA, ptimes[p]);
			rig.peer_ptime = ptimes[p] * 8;
			rig_run(&rig, 5000);
			CU_ASSERT(is_pattern(rig.heard, rig.heard_n, &start));
			/* packet, jitter buffer, lead, and a tick each for phases */
			CU_ASSERT(start <= 8 * (ptimes[p] + 20 + 20 + 4 * chunks[c] + 10));
			CU_ASSERT(is_pattern(rig.got, rig.got_n, &start));
			CU_ASSERT(rig.got_n >= 8 * (5000 - 2 * ptimes[p] - 2 * chunks[c]));
			CU_ASSERT_EQUAL(rig.got_gaps, 0);
			CU_ASSERT_EQUAL(rig.got_markers, 1);
			CU_ASSERT_EQUAL(rig.got_n / rig.got_packets, ptimes[p] * 8);
			/* none since the first tick, when nothing had been written yet */
			CU_ASSERT_EQUAL(rig.idle_blocks, 0);
			CU_ASSERT_EQUAL(rig.bearer.end.stats.tx_underruns, 0);
			CU_ASSERT_EQUAL(rig.rtp.end.stats.lost, 0);
			CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_STARTED), 1);
			rig_close(&rig);
		}
	}
}

static void laws(void)
{
	struct rig rig;
	unsigned wrong = 0;
	size_t at = 0;

	rig_open(&rig, 10, MEDIA_PCMU, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 3000);
	for (size_t i = 0; i < rig.got_n; i++)
		wrong += rig.got[i] != g711_a_to_mu[pattern(i)];
	CU_ASSERT_EQUAL(wrong, 0);
	while (rig.heard[at] == 0xD5 || rig.heard[at] == g711_mu_to_a[0xFF])
		at++;
	for (size_t i = at + 1; i < rig.heard_n; i++) {
		bool next = false;

		for (unsigned k = 0; k < 83; k++)
			next = next || (rig.heard[i - 1] == g711_mu_to_a[pattern(k)] &&
					rig.heard[i] == g711_mu_to_a[pattern(k + 1)]);
		wrong += !next;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	rig_close(&rig);
}

static void gates(void)
{
	struct rig rig;
	size_t n;

	rig_open(&rig, 10, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig.pipeline.side[0].hear = false; /* the caller is not heard yet, but hears */
	rig_run(&rig, 1000);
	for (size_t i = 0; i < rig.heard_n; i++)
		CU_ASSERT_EQUAL_FATAL(rig.heard[i], 0xD5);
	CU_ASSERT(rig.got_n > 7000);
	rig.pipeline.side[0].hear = true;
	rig.pipeline.side[1].hear = false;
	rig_run(&rig, 40);
	n = rig.got_n;
	rig_run(&rig, 1000);
	CU_ASSERT_EQUAL(rig.got_n, n); /* a closed direction sends no packets */
	rig.pipeline.side[1].hear = true;
	rig_run(&rig, 100);
	CU_ASSERT_EQUAL(rig.got_markers, 2);
	rig_close(&rig);
}

static void stall(void)
{
	static const unsigned chunks[] = { 1, 5, 10, 20 };

	for (size_t c = 0; c < 4; c++) {
		struct rig rig;
		size_t n, idle, wrong = 0;
		int delay;

		rig_open(&rig, chunks[c], MEDIA_PCMA, 20);
		rig.peer_ptime = 160;
		rig_run(&rig, 2000);
		n = rig.heard_n;
		delay = (int)pattern(n - 1) - rig.heard[n - 1];
		world_run(&rig, 60);
		engine_turn(&rig, false);
		CU_ASSERT_EQUAL(rig.bearer.end.stats.tx_underruns, rig.idle_blocks);
		CU_ASSERT(rig.idle_blocks > 0 && rig.idle_blocks * chunks[c] <= 40);
		idle = rig.idle_blocks;
		rig_run(&rig, 100);
		n = rig.heard_n;
		rig_run(&rig, 2000);
		/* the same delay as before, and nothing touched since */
		for (size_t i = n; i < rig.heard_n; i++)
			wrong += ((int)pattern(i) - rig.heard[i] - delay) % 83 != 0;
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(rig.idle_blocks, idle);
		/* towards RTP nothing is lost */
		CU_ASSERT(is_pattern(rig.got, rig.got_n, &n));
		CU_ASSERT_EQUAL(rig.got_gaps, 0);
		rig_close(&rig);
	}
}

static void tones(void)
{
	struct rig rig;
	double sum = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	pipeline_tone(&rig.pipeline, 1, MEDIA_TONE_RINGBACK);
	rig_run(&rig, 6000);
	for (size_t i = 4000; i < 8000; i++)
		sum += pow(g711_a_linear[rig.heard[i]], 2);
	CU_ASSERT_DOUBLE_EQUAL(10 * log10(sum / 4000 / (32256. * 32256 / 2)) + 3.14, -10, 0.3);
	for (size_t i = 12000; i < 40000; i++)
		CU_ASSERT_EQUAL_FATAL(rig.heard[i], 0xD5);
	pipeline_tone(&rig.pipeline, 1, MEDIA_TONE_NONE);
	rig.heard_n = 0;
	rig_run(&rig, 1000);
	CU_ASSERT_NOT_EQUAL(rig.heard[4000], 0xD5);
	rig_close(&rig);
}

static void forged(void)
{
	struct sockaddr_storage attacker;
	int fd = udp(&attacker);
	struct rig rig;
	size_t start;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 200);
	for (unsigned i = 0; i < 10000; i++) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = (uint16_t)(rig.peer_sequence + 1),
					      .timestamp = rig.peer_timestamp + 160,
					      .ssrc = 99 };
		uint8_t octets[172] = { 0 };

		rtp_encode_header(octets, &p);
		sendto(fd, octets, sizeof(octets), 0, (struct sockaddr *)&rig.ours,
		       sizeof(struct sockaddr_in));
		if (i % 20 == 19)
			rig_run(&rig, 20);
	}
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 10000);
	CU_ASSERT(is_pattern(rig.heard, rig.heard_n, &start)); /* not one octet of them */
	CU_ASSERT(is_pattern(rig.got, rig.got_n, &start));
	CU_ASSERT_EQUAL(rig.got_gaps, 0); /* and nothing was diverted */
	CU_ASSERT_EQUAL(rig.rtp.end.stats.lost, 0);
	rig_close(&rig);
	close(fd);
}

static void wrong_packets(void)
{
	struct rig rig;
	const struct rtp_packet p = { .payload_type = 18, .ssrc = 99 };
	const uint8_t junk[20] = { 0x12, 0x34 };

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	peer_send(&rig, &p, junk, 20);
	sendto(rig.peer_fd, junk, 20, 0, (struct sockaddr *)&rig.ours, sizeof(struct sockaddr_in));
	sendto(rig.peer_fd, junk, 0, 0, (struct sockaddr *)&rig.ours, sizeof(struct sockaddr_in));
	rig_run(&rig, 100);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 3);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, 0);
	CU_ASSERT_EQUAL(rig.n_reports, 0);
	rig_close(&rig);
}

static void timeout(void)
{
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 3000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 0);
	rig.peer_ptime = 0;
	rig_run(&rig, 1900);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 0);
	rig_run(&rig, 5000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 1);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_STARTED), 1);
	/* on hold it is no fault */
	rig.rtp.params.receive = false;
	rig.rtp.timed_out = false;
	rig_run(&rig, 5000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 1);
	rig_close(&rig);
}

/* A peer that holds us need not send; when it holds no more, the time begins anew. */
static void timeout_held(void)
{
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 1000);
	rig.peer_ptime = 0;
	params = rig.rtp.params;
	params.send = false;
	rtp_end_set(&rig.rtp, &params, &rig.round);
	rig_run(&rig, 5000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 0);
	params.send = true;
	rtp_end_set(&rig.rtp, &params, &rig.round);
	rig_run(&rig, 1900);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 0);
	rig_run(&rig, 200);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 1);
	rig_close(&rig);
}

static void reinvite(void)
{
	struct sockaddr_storage other, other_rtcp;
	struct rig rig;
	struct media_rtp_params params;
	int old_fd, fd = udp(&other), rtcp_fd = udp(&other_rtcp);
	size_t n;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 1000);
	/* another peer, another codec, another packet length */
	params = params_to(&other, &other_rtcp, MEDIA_PCMU, 30);
	rtp_end_set(&rig.rtp, &params, &rig.round);
	old_fd = rig.peer_fd;
	rig.peer_fd = fd;
	n = rig.got_n;
	rig.got_packets = 0;
	rig.peer_ptime = 240;
	rig.peer_timestamp += 12345678;
	rig.peer_clock = rig.peer_timestamp;
	rig_run(&rig, 1000);
	CU_ASSERT_EQUAL((rig.got_n - n) / rig.got_packets, 240);
	CU_ASSERT(rig.got_n - n > 7000);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	CU_ASSERT_EQUAL(rig.heard[rig.heard_n - 1] == 0xD5, false);
	rig.peer_fd = old_fd;
	rig_close(&rig);
	close(fd);
	close(rtcp_fd);
}

/* RTCP from us, with what the peer would compute; and the round trip from its report. */
static void rtcp(void)
{
	struct rig rig;
	uint8_t octets[1500];
	struct rtcp_in in = { 0 };
	struct rtcp_out out = { .ssrc = 99,
				.cname = "peer",
				.sender = true,
				.ntp = UINT64_C(5) << 32,
				.has_report = true,
				.source = 1 };
	struct sockaddr_storage to;
	socklen_t to_n = sizeof(to);
	unsigned reports = 0;
	uint32_t lsr = 0;
	ssize_t n = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	for (unsigned t = 0; t < 60; t++) {
		rig_run(&rig, 1000);
		while ((n = recv(rig.peer_rtcp_fd, octets, sizeof(octets), 0)) > 0) {
			CU_ASSERT_EQUAL_FATAL(rtcp_decode(&in, octets, (size_t)n, 99), 0);
			CU_ASSERT(in.sender && in.reports_us);
			reports++;
			lsr = in.lsr;
		}
	}
	/* 5 s on average */
	CU_ASSERT(reports >= 9 && reports <= 18);
	/* our report comes 40 ms later, and says the peer had waited 10 of them */
	getsockname(rig.rtp.rtcp_fd, (struct sockaddr *)&to, &to_n);
	out.dlsr =
		(uint32_t)(((rig.round.now_us << 16) / 1000000) - lsr) - 40 * 65536 / 1000 + 2000;
	out.lsr = lsr;
	n = (ssize_t)rtcp_encode(octets, &out);
	sendto(rig.peer_rtcp_fd, octets, (size_t)n, 0, (struct sockaddr *)&to, to_n);
	/* a forged one is not believed */
	out.dlsr -= 3 * 65536;
	n = (ssize_t)rtcp_encode(octets, &out);
	sendto(rig.peer_fd, octets, (size_t)n, 0, (struct sockaddr *)&to, to_n);
	rig_run(&rig, 100);
	CU_ASSERT(rig.rtp.end.stats.rtt_us > 5000 && rig.rtp.end.stats.rtt_us < 120000);
	/* BYE */
	pipeline_detach(&rig.pipeline, 0, &rig.round);
	while ((n = recv(rig.peer_rtcp_fd, octets, sizeof(octets), 0)) > 0)
		CU_ASSERT_EQUAL(rtcp_decode(&in, octets, (size_t)n, 99), 0);
	CU_ASSERT(in.bye);
	rig_close(&rig);
}

static void bearer_to_bearer(void)
{
	static const unsigned chunks[] = { 1, 5, 20 };

	for (size_t c = 0; c < 3; c++) {
		struct rig rig;
		struct bearer_end second;
		uint8_t octets[160];
		size_t heard = 0, wrong = 0;
		int pair[2], delay = -1000;

		rig_open(&rig, chunks[c], MEDIA_PCMA, 20);
		pipeline_detach(&rig.pipeline, 0, &rig.round);
		CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
		bearer_end_init(&second, pair[0], &rig.span, 2, &rig.clock);
		pipeline_attach(&rig.pipeline, 0, &second.end, &rig.round);
		line_card_add(&rig.card, &second, rig.group, 1);
		for (unsigned t = 0; t < 5000; t += chunks[c]) {
			size_t chunk = rig.span.chunk_octets;

			if (recv(pair[1], octets, chunk, 0) == (ssize_t)chunk)
				for (size_t i = 0; i < chunk && t > 500; i++) {
					if (delay == -1000)
						delay = (int)pattern(heard + i) - octets[i];
					wrong += ((int)pattern(heard + i) - octets[i] - delay) %
							 83 !=
						 0;
				}
			heard += chunk;
			send(pair[1], octets, chunk, 0);
			world_run(&rig, chunks[c]);
			if ((t / chunks[c]) % ((BEARER_ROUND_MS + chunks[c] - 1) / chunks[c]) == 0)
				engine_turn(&rig, true);
		}
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(second.end.stats.tx_underruns, 0);
		pipeline_detach(&rig.pipeline, 0, &rig.round);
		rig_close(&rig);
		close(pair[0]);
		close(pair[1]);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "octets pass unchanged, any chunk and packet length", transparent },
		{ "laws", laws },
		{ "through-connection", gates },
		{ "a stall of 60 ms", stall },
		{ "tones", tones },
		{ "10,000 forged packets", forged },
		{ "wrong packets", wrong_packets },
		{ "time-out", timeout },
		{ "time-out, held", timeout_held },
		{ "another peer, codec, packet length", reinvite },
		{ "RTCP", rtcp },
		{ "bearer to bearer", bearer_to_bearer },
		CU_TEST_INFO_NULL,
	};

	return cu_run("pipeline", tests, argc, argv);
}
