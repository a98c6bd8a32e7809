/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Payloads other than plain audio through one channel: comfort noise, redundancy, clearmode, RTCP. */
#include "gw/media/red.h"
#include "gw/media/rtcp.h"
#include "tests/unit/gw/media/rig_kept.h"

static double heard_dbm0(const struct rig *rig, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += pow(g711_a_linear[rig->heard[i]], 2);
	return 10 * log10(sum / (double)(to - from) / (32256. * 32256 / 2)) + 3.14;
}

/* ---- comfort noise ---- */

/* The peer is silent and tells of it: noise of that level is on the line, and nothing is concealed. */
static void noise_in(void)
{
	static const uint8_t quiet[] = { 50 }, quieter[] = { 60, 100, 127 };
	struct rig rig;
	size_t at;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	run(&rig, 1000);
	rig.peer_ptime = 0;
	send_typed(&rig, 13, rig.peer_clock, quiet, 1);
	at = rig.heard_n + 1600;
	run(&rig, 2000);
	CU_ASSERT_DOUBLE_EQUAL(heard_dbm0(&rig, at, rig.heard_n), 6.15 - 50, 1.5);
	send_typed(&rig, 13, rig.peer_clock, quieter, 3);
	at = rig.heard_n + 4000;
	run(&rig, 2000);
	CU_ASSERT_DOUBLE_EQUAL(heard_dbm0(&rig, at, rig.heard_n), 6.15 - 60, 2);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.cn_in, 2);
	CU_ASSERT(rig.rtp.end.stats.comfort_ms > 3900);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	/* and talk again */
	rig.peer_timestamp = rig.peer_clock;
	rig.peer_ptime = 160;
	run(&rig, 1000);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, 0);
	CU_ASSERT(heard_dbm0(&rig, rig.heard_n - 4000, rig.heard_n) > -30);
	send_typed(&rig, 13, rig.peer_clock, (const uint8_t[]){ 50, 255 }, 2);
	run(&rig, 100);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 1);
	rig_close(&rig);
}

/* No packet is missing: a jump of timestamps is silence, and not a loss (RFC 3389 5.1). */
static void unannounced_silence(void)
{
	struct rig rig;
	uint64_t made_up;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	run(&rig, 1000);
	rig.peer_ptime = 0;
	run(&rig, 60);
	rig.peer_timestamp += 480;
	rig.peer_ptime = 160;
	run(&rig, 500);
	/* what was made up before the next packet came */
	made_up = rig.rtp.jitter.lost;
	CU_ASSERT(made_up <= 400);
	rig.peer_sequence++; /* and this is one */
	rig.peer_timestamp += 160;
	run(&rig, 1000);
	CU_ASSERT_EQUAL(rig.rtp.jitter.lost - made_up, 160);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, rig.rtp.jitter.lost / 8);
	rig_close(&rig);
}

/* The line is quiet: one description, then few; the first of a talk spurt is marked. */
static void noise_out(void)
{
	static const struct tone talk = { { 700, 900 }, { -16, -16 }, { 0 } };
	struct media_rtp_params params;
	unsigned noises = 0, marked = 0, talks = 0;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.cn_payload_type = 13;
	set(&rig, &params);
	rig.says_tone = true;
	run(&rig, 3000);
	kept.n = 0;
	run(&rig, 5000);
	for (size_t i = 0; i < kept.n; i++) {
		CU_ASSERT_EQUAL(kept.packet[i].p.payload_type, 13);
		CU_ASSERT_FALSE(kept.packet[i].p.marker);
		CU_ASSERT(kept.packet[i].payload[0] > 60);
	}
	CU_ASSERT_EQUAL(kept.n, 10);
	kept.n = 0;
	tone_player_start(&rig.says, &talk);
	run(&rig, 1000);
	tone_player_start(&rig.says, NULL);
	run(&rig, 1000);
	for (size_t i = 0; i < kept.n; i++) {
		noises += kept.packet[i].p.payload_type == 13;
		talks += kept.packet[i].p.payload_type == 8;
		marked += kept.packet[i].p.marker;
		if (i)
			CU_ASSERT_EQUAL((uint16_t)(kept.packet[i].p.sequence -
						   kept.packet[i - 1].p.sequence),
					1);
	}
	CU_ASSERT_EQUAL(marked, 1);
	CU_ASSERT(talks >= 1000 / 20 && talks <= 1300 / 20);
	CU_ASSERT(noises >= 2 && noises <= 5);
	/* without the parameter all is sent */
	params.cn_payload_type = 0;
	set(&rig, &params);
	kept.n = 0;
	run(&rig, 1000);
	CU_ASSERT_EQUAL(kept.n, 50);
	rig_close(&rig);
}

/* ---- redundancy ---- */

/* Packets of the pattern with so many before; a share is lost. */
static void red_in(unsigned generations, unsigned loss_percent, unsigned burst)
{
	struct media_rtp_params params;
	struct rig rig;
	uint32_t random = generations * 7 + burst;
	unsigned losing = 0, lost = 0;
	bool came = true;
	size_t wrong = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.red_payload_type_in = RED_TYPE;
	set(&rig, &params);
	for (unsigned k = 0; k < 1000; k++) {
		struct red_block blocks[MEDIA_RED_MAX + 1];
		uint8_t audio[MEDIA_RED_MAX + 1][160], octets[1000];
		unsigned n = k < generations ? k : generations;

		for (unsigned g = 0; g <= n; g++) {
			for (unsigned i = 0; i < 160; i++)
				audio[g][i] = pattern((k - n + g) * 160 + i);
			blocks[g] = (struct red_block){ .payload_type = 8,
							.offset = (uint16_t)((n - g) * 160),
							.octets = audio[g],
							.n = 160 };
		}
		random = random * 1664525 + 1013904223;
		/* one comes between two bursts */
		if (!losing && came && k > 80 && k < 990 && (random >> 16) % 100 < loss_percent)
			losing = burst;
		came = !losing;
		if (losing) {
			losing--;
			lost++;
			rig.peer_sequence++;
		} else {
			send_typed(&rig, RED_TYPE, PEER_ORIGIN + k * 160, octets,
				   red_encode(octets, sizeof(octets), blocks, n + 1));
		}
		run(&rig, 20);
	}
	CU_ASSERT_EQUAL(rig.rtp.jitter.lost, 0);
	run(&rig, 200);
	CU_ASSERT(lost > 20);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.recovered, lost);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.lost, lost);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	CU_ASSERT_EQUAL(reception_losses(&rig.rtp.reception).lost, 0);
	/* every octet is there, since the buffer waits for the copies */
	for (size_t i = 80 * 160; i + 8000 < rig.heard_n; i++)
		wrong += rig.heard[i] != (uint8_t)(rig.heard[i - 1] % 83 + 1);
	CU_ASSERT(wrong <= 20);
	rig_close(&rig);
}

static void redundancy_in(void)
{
	red_in(1, 10, 1);
	red_in(2, 5, 2);
	red_in(3, 3, 3);
}

static void redundancy_out(void)
{
	for (unsigned g = 1; g <= MEDIA_RED_MAX; g++) {
		struct media_rtp_params params;
		struct red_block blocks[RED_BLOCKS_MAX];
		unsigned checked = 0;
		struct rig rig;

		rig_open(&rig, 20, MEDIA_PCMA, 20);
		params = rig.rtp.params;
		params.red_payload_type = RED_TYPE;
		params.red_generations = (uint8_t)g;
		set(&rig, &params);
		kept.n = 0;
		run(&rig, 1000);
		for (size_t i = g; i < kept.n; i++) {
			int n = red_decode(blocks, kept.packet[i].payload,
					   kept.packet[i].p.n_payload);

			CU_ASSERT_EQUAL(kept.packet[i].p.payload_type, RED_TYPE);
			CU_ASSERT_EQUAL_FATAL(n, (int)g + 1);
			for (int b = 0; b < n - 1; b++) {
				struct red_block before[RED_BLOCKS_MAX];
				size_t from = i - (size_t)(n - 1 - b);
				int m = red_decode(before, kept.packet[from].payload,
						   kept.packet[from].p.n_payload);

				CU_ASSERT_EQUAL(blocks[b].offset, 160 * (n - 1 - b));
				CU_ASSERT_EQUAL(blocks[b].n, 160);
				CU_ASSERT_EQUAL(memcmp(blocks[b].octets, before[m - 1].octets, 160),
						0);
				checked++;
			}
		}
		CU_ASSERT(checked > 40 * g);
		rig_close(&rig);
	}
}

/* 60 ms of G.711 and three before do not fit into what passes any path: as many as do. */
static void redundancy_fits(void)
{
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 60);
	params = rig.rtp.params;
	params.red_payload_type = RED_TYPE;
	params.red_generations = 3;
	set(&rig, &params);
	kept.n = 0;
	run(&rig, 2000);
	CU_ASSERT(kept.n > 25);
	for (size_t i = 5; i < kept.n; i++)
		CU_ASSERT_EQUAL(kept.packet[i].p.n_payload, 4 + 1 + 2 * 480);
	rig_close(&rig);
}

/* ---- clearmode ---- */

/* Every octet there is, both ways, on an A-law line, digits in it or not; where a packet is lost, idle. */
static void clearmode(void)
{
	struct media_rtp_params params;
	struct rig rig;
	unsigned idle = 0, others = 0;
	size_t from = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.codec = MEDIA_CLEARMODE;
	params.payload_type = 99;
	params.cn_payload_type = 13;
	set(&rig, &params);
	CU_ASSERT_EQUAL(jitter_target(&rig.rtp.jitter), 480);
	kept.n = 0;
	rig.says_tone = true;
	tone_player_start(&rig.says, tone_dtmf('5'));
	for (unsigned k = 0; k < 200; k++) {
		uint8_t octets[160];

		for (unsigned i = 0; i < 160; i++)
			octets[i] = (uint8_t)(k + i * 5);
		if (k == 100)
			rig.peer_sequence++;
		else
			send_typed(&rig, 99, PEER_ORIGIN + k * 160, octets, 160);
		if (k == 50)
			pipeline_tone(&rig.pipeline, 0, MEDIA_TONE_BUSY); /* not into data */
		run(&rig, 20);
	}
	/* to the line */
	while (from < rig.heard_n && !(rig.heard[from] == 0 && rig.heard[from + 1] == 5))
		from++;
	CU_ASSERT_FATAL(from + 150 * 160 < rig.heard_n);
	for (unsigned k = 0; k < 150; k++)
		for (unsigned i = 0; i < 160; i++) {
			uint8_t got = rig.heard[from + k * 160 + i];

			idle += k == 100 && got == 0xFF;
			others += k != 100 && got != (uint8_t)(k + i * 5);
		}
	CU_ASSERT_EQUAL(others, 0);
	CU_ASSERT_EQUAL(idle, 160);
	/* from it */
	for (size_t i = 0; i < kept.n; i++) {
		CU_ASSERT_EQUAL(kept.packet[i].p.payload_type, 99);
		CU_ASSERT_FALSE(kept.packet[i].p.marker);
	}
	CU_ASSERT(kept.n > 190);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.quality.r_factor, MEDIA_UNKNOWN);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, 0);
	/* back to talk: at once */
	set(&rig, &(struct media_rtp_params){ .remote = params.remote,
					      .remote_rtcp = params.remote_rtcp,
					      .codec = MEDIA_PCMA,
					      .payload_type = 8,
					      .dtmf_payload_type = -1,
					      .dtmf_payload_type_in = -1,
					      .ptime_ms = 20,
					      .send = true,
					      .receive = true });
	CU_ASSERT_FALSE(rig.rtp.end.clear);
	CU_ASSERT_FALSE(rig.rtp.jitter.conf.fixed);
	rig_close(&rig);
}

static uint32_t clear_delay(unsigned min_ms, unsigned max_ms, bool fixed)
{
	struct media_rtp_params params;
	struct rig rig;
	uint32_t ms;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.codec = MEDIA_CLEARMODE;
	params.payload_type = 99;
	params.jitter_min_ms = (uint16_t)min_ms;
	params.jitter_max_ms = (uint16_t)max_ms;
	params.jitter_fixed = fixed;
	set(&rig, &params);
	CU_ASSERT(rig.rtp.jitter.conf.fixed);
	ms = jitter_target(&rig.rtp.jitter) / 8;
	rig_close(&rig);
	return ms;
}

/* What an adaptive buffer would begin with is not enough for one that stays as it is. */
static void clearmode_delay(void)
{
	CU_ASSERT_EQUAL(clear_delay(5, 200, false), 60);
	CU_ASSERT_EQUAL(clear_delay(80, 200, false), 80);
	CU_ASSERT_EQUAL(clear_delay(5, 40, false), 40);
	CU_ASSERT_EQUAL(clear_delay(5, 200, true), 5);
	CU_ASSERT_EQUAL(clear_delay(0, 0, true), 60);
}

static void clearmode_out_exact(void)
{
	struct media_rtp_params params;
	struct rig rig;
	size_t wrong = 0, at = 0;

	rig_open(&rig, 20, MEDIA_PCMU, 20); /* the line is A-law */
	params = rig.rtp.params;
	params.codec = MEDIA_CLEARMODE;
	params.payload_type = 99;
	set(&rig, &params);
	kept.n = 0;
	run(&rig, 2000);
	for (size_t i = 0; i < kept.n; i++)
		for (size_t k = 0; k < kept.packet[i].p.n_payload; k++)
			wrong += kept.packet[i].payload[k] != pattern(at++);
	CU_ASSERT(at > 15000);
	CU_ASSERT_EQUAL(wrong, 0);
	rig_close(&rig);
}

/* ---- RTCP, supervision ---- */

static size_t control_receive(struct rig *rig, int fd, struct rtcp_in *in)
{
	uint8_t octets[1500];
	size_t reports = 0;
	ssize_t n;

	while ((n = recv(fd, octets, sizeof(octets), 0)) > 0)
		if (octets[1] >= 192 && !rtcp_decode(in, octets, (size_t)n, 99))
			reports++;
	(void)rig;
	return reports;
}

static void metrics_out(void)
{
	struct media_rtp_params params;
	struct rtcp_in in = { 0 };
	struct rig rig;
	size_t reports = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.rtcp_xr = true;
	set(&rig, &params);
	rig.peer_ptime = 160;
	for (unsigned t = 0; t < 30; t++) {
		run(&rig, 980);
		rig.peer_sequence++; /* 2 % */
		rig.peer_timestamp += 160;
		run(&rig, 20);
		reports += control_receive(&rig, rig.peer_rtcp_fd, &in);
	}
	CU_ASSERT(reports >= 3);
	CU_ASSERT(in.has_metrics);
	CU_ASSERT_EQUAL(in.metrics.loss_rate, 5);
	CU_ASSERT_EQUAL(in.metrics.discard_rate, 0);
	CU_ASSERT_EQUAL(in.metrics.burst_density, 0);
	CU_ASSERT_EQUAL(in.metrics.jb_nominal_ms, 20);
	CU_ASSERT_EQUAL(in.metrics.jb_max_ms, 200);
	CU_ASSERT(in.metrics.end_system_ms >= 40 && in.metrics.end_system_ms <= 60);
	CU_ASSERT(in.metrics.signal_dbm0 != MEDIA_UNKNOWN);
	CU_ASSERT_EQUAL(in.metrics.receiver, 0xF0);
	/* 93.2 - 95 * 2 / 27.1 - the delay's */
	CU_ASSERT(in.metrics.r_factor >= 83 && in.metrics.r_factor <= 86);
	CU_ASSERT(in.metrics.mos_lq >= 42 && in.metrics.mos_lq <= 43);
	CU_ASSERT(rig.rtp.end.stats.quality.known);
	rig_close(&rig);
}

/* RFC 5761: reports come and go where RTP does, from the peer alone. */
static void one_port(void)
{
	const struct media_quality told = { .r_factor = 70, .mos_lq = 35, .mos_cq = 34 };
	const struct rtcp_out out = {
		.ssrc = 99, .cname = "peer", .has_report = true, .source = 1, .metrics = &told
	};
	struct sockaddr_storage attacker;
	struct media_rtp_params params;
	uint8_t octets[RTCP_OCTETS_MAX];
	struct rtcp_in in = { 0 };
	struct rig rig;
	int fd = udp(&attacker);
	size_t n = rtcp_encode(octets, &out), reports = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.rtcp_mux = true;
	set(&rig, &params);
	rig.peer_ptime = 160;
	for (unsigned t = 0; t < 1000; t++) {
		world_run(&rig, 20);
		line_card_run(&rig.card);
		pipeline_round(&rig.pipeline, &rig.round);
		rig.round.elapsed = 0;
		reports += control_receive(&rig, rig.peer_fd, &in);
	}
	CU_ASSERT(reports >= 2);
	CU_ASSERT_EQUAL(control_receive(&rig, rig.peer_rtcp_fd, &in), 0);
	sendto(fd, octets, n, 0, (struct sockaddr *)&rig.ours, sizeof(struct sockaddr_in));
	run(&rig, 120); /* what others send is looked at every 100 ms */
	CU_ASSERT_FALSE(rig.rtp.end.stats.peer_quality.known);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 1);
	sendto(rig.peer_fd, octets, n, 0, (struct sockaddr *)&rig.ours, sizeof(struct sockaddr_in));
	run(&rig, 20);
	CU_ASSERT(rig.rtp.end.stats.peer_quality.known);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.peer_quality.r_factor, 70);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 1);
	rig_close(&rig);
	close(fd);
}

/* Dead air on either side, told once each way. */
static void dead_air(void)
{
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.silence_ms = 2000;
	params.other_silence_ms = 1000;
	params.timeout_ms = 5000;
	set(&rig, &params);
	rig.peer_ptime = 160;
	run(&rig, 4000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SILENCE), 0);
	rig.says_tone = true;
	run(&rig, 980);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SILENCE), 0);
	run(&rig, 4000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SILENCE), 1);
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].side, 1);
	rig.says_tone = false;
	run(&rig, 200);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SOUND), 1);
	rig.peer_ptime = 0;
	run(&rig, 3000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SILENCE), 2);
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].side, 0);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 0); /* 2 s by the engine */
	run(&rig, 3000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 1);
	rig_close(&rig);
}

/* Reports for 3 s; true: the peer is taken for dead. */
static bool dead_with_reports(struct rig *rig)
{
	const struct rtcp_out out = { .ssrc = 99, .cname = "peer" };
	unsigned before = reports_of(rig, MEDIA_EV_RTP_TIMEOUT);
	uint8_t octets[RTCP_OCTETS_MAX];
	size_t n = rtcp_encode(octets, &out);

	for (unsigned t = 0; t < 30; t++) {
		sendto(rig->peer_fd, octets, n, 0, (struct sockaddr *)&rig->ours,
		       sizeof(struct sockaddr_in));
		run(rig, 100);
	}
	return reports_of(rig, MEDIA_EV_RTP_TIMEOUT) != before;
}

/* Who is silent on purpose lives while he reports; who spoke again has to go on. */
static void pause_and_death(void)
{
	static const uint8_t noise[] = { 60 };
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20); /* 2 s by the engine */
	params = rig.rtp.params;
	params.rtcp_mux = true;
	set(&rig, &params);
	for (unsigned k = 0; k < 2; k++) {
		rig.peer_ptime = 160;
		run(&rig, 500);
		rig.peer_ptime = 0;
		send_typed(&rig, RTP_CN_STATIC, rig.peer_clock, noise, 1);
		CU_ASSERT_FALSE(dead_with_reports(&rig));
		rig.peer_timestamp = rig.peer_clock;
	}
	rig.peer_ptime = 160;
	run(&rig, 500);
	rig.peer_ptime = 0;
	CU_ASSERT(dead_with_reports(&rig));
	CU_ASSERT_EQUAL(rig.rtp.end.stats.cn_in, 2);
	/* pauses are negotiated */
	rig.peer_ptime = 160;
	run(&rig, 500);
	rig.peer_ptime = 0;
	params.cn_payload_type_in = 13;
	set(&rig, &params);
	CU_ASSERT_FALSE(dead_with_reports(&rig));
	rig_close(&rig);
}

/* What the call asks for comes before what was negotiated, then and later. */
static void supervised(void)
{
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.silence_ms = 9000;
	params.timeout_ms = 9000;
	set(&rig, &params);
	pipeline_supervise(&rig.pipeline, 0, &(struct supervision){ 3000, 1000 });
	set(&rig, &params);
	run(&rig, 980);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SILENCE), 0);
	run(&rig, 2000);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SILENCE), 1);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 0);
	run(&rig, 200);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_RTP_TIMEOUT), 1);
	rig_close(&rig);
}

/* RFC 3264 5.1: what comes has our number, what goes has the peer's. */
static void numbers_differ(void)
{
	struct media_rtp_params params;
	uint8_t octets[160];
	struct rig rig;

	memset(octets, 0x11, sizeof(octets));
	rig_open(&rig, 20, MEDIA_CLEARMODE, 20);
	params = rig.rtp.params;
	params.payload_type = 97;
	params.payload_type_in = 96;
	set(&rig, &params);
	send_typed(&rig, 96, 160, octets, sizeof(octets));
	run(&rig, 20);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in, 1);
	send_typed(&rig, 0, 320, octets, sizeof(octets));
	run(&rig, 20);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 1);
	rig_close(&rig);
}

/* ---- streams that break off ---- */

/* Another SSRC, another sequence, other timestamps, one by one and together: heard again soon. */
static void streams_change(void)
{
	struct rtp_packet p = { .payload_type = 8, .sequence = 100, .timestamp = 5000, .ssrc = 99 };
	uint8_t octets[160];
	struct rig rig;
	size_t silent = 0;

	memset(octets, 0x11, sizeof(octets));
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	for (unsigned k = 0; k < 800; k++) {
		if (k % 100 == 0 && k / 100 & 1) {
			p.ssrc++;
			set(&rig, &rig.rtp.params); /* signalling said so */
		}
		if (k % 100 == 0 && k / 100 & 2)
			p.sequence = (uint16_t)(p.sequence + 20000);
		if (k % 100 == 0 && k / 100 & 4)
			p.timestamp += 0x70000000;
		peer_send(&rig, &p, octets, 160);
		p.sequence++;
		p.timestamp += 160;
		run(&rig, 20);
	}
	for (size_t i = 1600; i < rig.heard_n; i++)
		silent += rig.heard[i] == 0xD5;
	/* of seven changes each costs the buffer's delay and, of a sequence, the packet in doubt, */
	/* and four, of an SSRC, the time for which the one before must be silent. */
	CU_ASSERT(silent <= 7 * 480 + 4 * 960);
	CU_ASSERT(rig.rtp.jitter.lost <= 7 * 480 + 4 * 960);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.late, 0);
	CU_ASSERT(rig.rtp.end.stats.delay_ms <= 25);
	rig_close(&rig);
}

/* Junk of every payload type, from the peer itself: refused or used, and nothing else. */
static void junk(void)
{
	static const uint8_t types[] = { 8, 13, EVENT_TYPE, RED_TYPE, TONE_TYPE, 77 };
	struct sockaddr_storage peer;
	struct media_rtp_params params;
	uint32_t random = 1;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	peer = params.remote;
	params.red_payload_type_in = RED_TYPE;
	params.tone_payload_type_in = TONE_TYPE;
	params.rtcp_mux = params.rtcp_xr = true;
	set(&rig, &params);
	for (unsigned k = 0; k < 100000; k++) {
		struct rtp_packet p = { .ssrc = 99, .sequence = (uint16_t)k, .timestamp = k * 80 };
		uint8_t octets[12 + 64], *payload = octets + 12;

		for (unsigned i = 0; i < 64; i++) {
			random = random * 1664525 + 1013904223;
			payload[i] = (uint8_t)(random >> 24);
		}
		p.payload_type = types[payload[60] % sizeof(types)];
		p.marker = payload[61] & 1;
		payload[payload[62] % 16] =
			types[payload[63] % sizeof(types)] | (payload[59] & 0x80);
		rtp_encode_header(octets, &p);
		if (p.payload_type == 77) { /* RTCP: a report, and an XR packet of anything */
			memcpy(octets,
			       (const uint8_t[]){ 0x80, 201, 0, 1, 0, 0, 0, 9, 0x80, 207, 0, 12 },
			       12);
			octets[payload[0] % 12] ^= (uint8_t)(payload[1] & 1);
		}
		rtp_in_packet(&rig.rtp, octets, 12 + payload[58] % 65, &peer, &rig.round);
		if (k % 100 == 0)
			run(&rig, 20);
	}
	CU_ASSERT(rig.rtp.end.stats.refused > 1000);
	CU_ASSERT(rig.rtp.end.stats.packets_in > 1000);
	rig_close(&rig);
}

/* ---- packet times ---- */

static void packet_times(void)
{
	static const struct {
		uint8_t ptime, maxptime;
		size_t octets;
	} cases[] = { { 0, 0, 160 }, { 40, 0, 320 },  { 40, 30, 240 }, { 40, 25, 160 },
		      { 40, 5, 80 }, { 200, 0, 480 }, { 5, 0, 80 },    { 10, 60, 80 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct media_rtp_params params;
		struct rig rig;

		rig_open(&rig, 20, MEDIA_PCMA, 20);
		params = rig.rtp.params;
		params.ptime_ms = cases[i].ptime;
		params.maxptime_ms = cases[i].maxptime;
		set(&rig, &params);
		kept.n = 0;
		run(&rig, 200);
		CU_ASSERT_FATAL(kept.n > 2);
		CU_ASSERT_EQUAL(kept.packet[2].p.n_payload, cases[i].octets);
		rig_close(&rig);
	}
}

/* Fax: the delay is fixed, at once, and again adaptive. */
static void fixed_delay(void)
{
	struct media_rtp_params params;
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	run(&rig, 2000);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.delay_ms, 20);
	params = rig.rtp.params;
	params.jitter_fixed = true;
	params.jitter_min_ms = 100;
	set(&rig, &params);
	run(&rig, 400);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.delay_ms, 100);
	params.jitter_fixed = false;
	params.jitter_min_ms = 0;
	set(&rig, &params);
	run(&rig, 10000);
	CU_ASSERT(rig.rtp.end.stats.delay_ms <= 22);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "comfort noise in", noise_in },
		{ "silence without a word", unannounced_silence },
		{ "comfort noise out", noise_out },
		{ "redundancy in", redundancy_in },
		{ "redundancy out", redundancy_out },
		{ "redundancy as far as it fits", redundancy_fits },
		{ "clearmode", clearmode },
		{ "delay of clearmode", clearmode_delay },
		{ "clearmode out", clearmode_out_exact },
		{ "metrics out", metrics_out },
		{ "RTP and RTCP on one port", one_port },
		{ "dead air", dead_air },
		{ "a pause and a death", pause_and_death },
		{ "supervised", supervised },
		{ "numbers differ", numbers_differ },
		{ "streams change", streams_change },
		{ "junk", junk },
		{ "packet times", packet_times },
		{ "fixed delay", fixed_delay },
		CU_TEST_INFO_NULL,
	};

	return cu_run("rtp_payload", tests, argc, argv);
}
