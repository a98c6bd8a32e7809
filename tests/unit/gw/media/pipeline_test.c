/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * One channel between a timeslot and an RTP peer, on a clock turned by hand: the line is a socket
 * pair, the network the loopback interface, and every round is asked for.
 */
#include "gw/media/pipeline.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw/media/bearer_end.h"
#include "gw/media/rtp_end.h"
#include "tests/unit/cu.h"

#define SECOND	    8000
#define HEARD_MAX   (70 * SECOND)
#define EVENT_TYPE  101
#define START_US    1000000
#define PEER_ORIGIN (UINT32_MAX - 3000) /* wraps soon */

struct rig {
	struct pipeline pipeline;
	struct round round;
	/* side 0: RTP */
	struct rtp_end rtp;
	int peer_fd, peer_rtcp_fd;
	struct sockaddr_storage ours;
	uint16_t peer_sequence;
	uint32_t peer_timestamp; /* next audio to be sent by the peer */
	uint32_t peer_clock;	 /* its sampling clock */
	unsigned peer_ptime;	 /* samples; 0: sends nothing */
	/* what the peer got */
	uint8_t *got;
	size_t got_n;
	uint32_t got_first, got_next;
	unsigned got_gaps, got_packets, got_markers;
	struct {
		struct rtp_event event;
		uint32_t timestamp;
		bool marker;
	} events[1000];
	size_t n_events;
	/* side 1: the line */
	struct tdm_span span;
	struct span_clock clock;
	struct bearer_end bearer;
	int line_fd;
	uint8_t *heard;
	size_t heard_n, idle_blocks;
	size_t said; /* octets */
	struct tone_player says;
	bool says_tone;
	/* reports */
	struct media_event reports[200];
	size_t n_reports;
};

/* Never silence in either law, and every 251 different. */
static uint8_t pattern(size_t at)
{
	return (uint8_t)(at % 83 + 1);
}

static void report(void *arg, const struct media_event *event)
{
	struct rig *rig = arg;

	if (rig->n_reports < 200)
		rig->reports[rig->n_reports++] = *event;
}

static unsigned reports_of(const struct rig *rig, enum media_event_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < rig->n_reports; i++)
		n += rig->reports[i].kind == kind;
	return n;
}

static int udp(struct sockaddr_storage *address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)address;
	socklen_t n = sizeof(*address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memset(address, 0, sizeof(*address));
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)in, sizeof(*in)) == 0);
	getsockname(fd, (struct sockaddr *)address, &n);
	return fd;
}

static struct media_rtp_params params_to(const struct sockaddr_storage *peer,
					 const struct sockaddr_storage *peer_rtcp,
					 enum media_codec codec, unsigned ptime_ms)
{
	return (struct media_rtp_params){
		.remote = *peer,
		.remote_rtcp = *peer_rtcp,
		.codec = codec,
		.payload_type = codec == MEDIA_PCMA ? 8 : 0,
		.dtmf_payload_type = EVENT_TYPE,
		.dtmf_payload_type_in = EVENT_TYPE,
		.ptime_ms = (uint8_t)ptime_ms,
		.send = true,
		.receive = true,
	};
}

static void rig_open(struct rig *rig, unsigned chunk_ms, enum media_codec codec, unsigned ptime_ms)
{
	struct rtp_end_conf conf = {.jitter_min_ms = 20, .jitter_max_ms = 200, .timeout_ms = 2000};
	const struct rtp_identity identity = {.ssrc = 1,
					      .timestamp = UINT32_MAX - 5000,
					      .sequence = 65530,
					      .random = 3,
					      .cname = "0123456789"};
	struct sockaddr_storage peer, peer_rtcp, ours_rtcp;
	struct media_rtp_params params;
	int pair[2];

	memset(rig, 0, sizeof(*rig));
	rig->got = malloc(HEARD_MAX);
	rig->heard = malloc(HEARD_MAX);
	rig->round.now_us = START_US;
	rig->round.timely = true;
	pipeline_init(&rig->pipeline, report, rig);
	rig->pipeline.side[0].hear = rig->pipeline.side[0].speak = true;
	rig->pipeline.side[1].hear = rig->pipeline.side[1].speak = true;

	conf.fd = udp(&rig->ours);
	conf.rtcp_fd = udp(&ours_rtcp);
	rig->peer_fd = udp(&peer);
	rig->peer_rtcp_fd = udp(&peer_rtcp);
	rtp_end_init(&rig->rtp, &conf, &identity);
	pipeline_attach(&rig->pipeline, 0, &rig->rtp.end, &rig->round);
	params = params_to(&peer, &peer_rtcp, codec, ptime_ms);
	rtp_end_set(&rig->rtp, &params, &rig->round);
	rig->peer_timestamp = rig->peer_clock = PEER_ORIGIN;
	rig->peer_sequence = 65000;

	rig->span = (struct tdm_span){.name = "test",
				      .law = TDM_ALAW,
				      .chunk_ms = chunk_ms,
				      .chunk_octets = chunk_ms * 8};
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	rig->line_fd = pair[1];
	bearer_end_init(&rig->bearer, pair[0], &rig->span, &rig->clock);
	pipeline_attach(&rig->pipeline, 1, &rig->bearer.end, &rig->round);
}

static void rig_close(struct rig *rig)
{
	pipeline_detach(&rig->pipeline, 0, &rig->round);
	pipeline_detach(&rig->pipeline, 1, &rig->round);
	close(rig->rtp.fd);
	close(rig->rtp.rtcp_fd);
	close(rig->peer_fd);
	close(rig->peer_rtcp_fd);
	close(rig->bearer.fd);
	close(rig->line_fd);
	free(rig->got);
	free(rig->heard);
}

/* ---- the peer ---- */

static void peer_send(struct rig *rig, const struct rtp_packet *header, const uint8_t *payload,
		      size_t n)
{
	uint8_t octets[12 + 960];

	rtp_encode_header(octets, header);
	memcpy(octets + 12, payload, n);
	CU_ASSERT_EQUAL(sendto(rig->peer_fd, octets, 12 + n, 0, (struct sockaddr *)&rig->ours,
			       sizeof(struct sockaddr_in)),
			(ssize_t)(12 + n));
}

static void peer_send_event(struct rig *rig, uint32_t timestamp, unsigned event, unsigned duration,
			    bool end, bool marker)
{
	const struct rtp_event e = {(uint8_t)event, end, 10, (uint16_t)duration};
	const struct rtp_packet p = {.payload_type = EVENT_TYPE,
				     .marker = marker,
				     .sequence = rig->peer_sequence++,
				     .timestamp = timestamp,
				     .ssrc = 99};
	uint8_t octets[4];

	rtp_event_encode(octets, &e);
	peer_send(rig, &p, octets, 4);
}

/* Sends every packet that is full. */
static void peer_run(struct rig *rig, size_t samples)
{
	rig->peer_clock += (uint32_t)samples;
	while (rig->peer_ptime && rig->peer_clock - rig->peer_timestamp >= rig->peer_ptime) {
		const struct rtp_packet p = {.payload_type = rig->rtp.params.payload_type,
					     .sequence = rig->peer_sequence++,
					     .timestamp = rig->peer_timestamp,
					     .ssrc = 99};
		uint8_t octets[960];

		for (unsigned i = 0; i < rig->peer_ptime; i++)
			octets[i] = pattern(rig->peer_timestamp - PEER_ORIGIN + i);
		peer_send(rig, &p, octets, rig->peer_ptime);
		rig->peer_timestamp += rig->peer_ptime;
	}
}

static void peer_take(struct rig *rig, const struct rtp_packet *p)
{
	if (p->payload_type == EVENT_TYPE && rig->n_events < 1000) {
		CU_ASSERT_EQUAL(rtp_event_decode(&rig->events[rig->n_events].event, p->payload,
						 p->n_payload),
				0);
		rig->events[rig->n_events].timestamp = p->timestamp;
		rig->events[rig->n_events++].marker = p->marker;
		return;
	}
	if (!rig->got_packets)
		rig->got_first = rig->got_next = p->timestamp;
	rig->got_packets++;
	rig->got_markers += p->marker;
	rig->got_gaps += p->timestamp != rig->got_next;
	rig->got_next = p->timestamp + (uint32_t)p->n_payload;
	memcpy(rig->got + rig->got_n, p->payload, p->n_payload);
	rig->got_n += p->n_payload;
}

static void peer_receive(struct rig *rig)
{
	uint8_t octets[2000];
	struct rtp_packet p;
	ssize_t n;

	while ((n = recv(rig->peer_fd, octets, sizeof(octets), 0)) > 0) {
		CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, octets, (size_t)n), 0);
		peer_take(rig, &p);
	}
}

/* ---- the line ---- */

static void line_tick(struct rig *rig)
{
	size_t chunk = rig->span.chunk_octets;
	uint8_t octets[160];
	int16_t linear[160];

	if (recv(rig->line_fd, octets, chunk, 0) != (ssize_t)chunk) {
		memset(octets, 0xD5, chunk);
		rig->idle_blocks++;
	}
	memcpy(rig->heard + rig->heard_n, octets, chunk);
	rig->heard_n += chunk;
	for (size_t i = 0; i < chunk; i++)
		octets[i] = pattern(rig->said + i);
	if (rig->says_tone) {
		tone_player_play(&rig->says, linear, chunk);
		g711_compress(G711_A, octets, linear, chunk);
	}
	rig->said += chunk;
	send(rig->line_fd, octets, chunk, 0);
	rig->clock.ticks++;
}

/* The world goes on for that long; the engine sees none of it until it is run. */
static void world_run(struct rig *rig, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += rig->span.chunk_ms) {
		line_tick(rig);
		peer_run(rig, rig->span.chunk_octets);
	}
	rig->round.now_us += ms * 1000;
	rig->round.elapsed += ms * 8;
}

static void engine_turn(struct rig *rig, bool timely)
{
	rig->round.timely = timely;
	pipeline_round(&rig->pipeline, &rig->round);
	rig->round.elapsed = 0;
	peer_receive(rig);
}

static void rig_run(struct rig *rig, unsigned ms)
{
	unsigned turn = rig->span.chunk_ms;

	while (turn < BEARER_ROUND_MS)
		turn += rig->span.chunk_ms;
	for (unsigned t = 0; t < ms; t += turn) {
		world_run(rig, turn);
		engine_turn(rig, true);
	}
}

/* ---- checks ---- */

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
	static const unsigned chunks[] = {1, 2, 4, 5, 8, 10, 16, 20},
			      ptimes[] = {10, 20, 30, 40, 60};

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
	static const unsigned chunks[] = {1, 5, 10, 20};

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

/* ---- digits ---- */

static void say(struct rig *rig, const struct tone *tone, unsigned ms)
{
	tone_player_start(&rig->says, tone);
	rig->says_tone = true;
	rig_run(rig, ms);
}

static void tone_to_event(unsigned chunk_ms, unsigned ptime_ms)
{
	static const char digits[] = "0123456789*#ABCD";
	struct rig rig;
	size_t at = 0, leaked = 0;

	rig_open(&rig, chunk_ms, MEDIA_PCMA, ptime_ms);
	rig.rtp.timeout_ms = 0;
	say(&rig, NULL, 200);
	for (const char *d = digits; *d; d++) {
		say(&rig, tone_dtmf(*d), 100);
		say(&rig, NULL, 160);
	}
	for (const char *d = digits; *d; d++) {
		uint32_t timestamp = rig.events[at].timestamp;
		unsigned ends = 0, last = 0;

		CU_ASSERT(rig.events[at].marker);
		for (; at < rig.n_events && rig.events[at].timestamp == timestamp; at++) {
			CU_ASSERT_EQUAL(rtp_event_digit(rig.events[at].event.event), *d);
			CU_ASSERT(rig.events[at].event.duration >= last);
			last = rig.events[at].event.duration;
			ends += rig.events[at].event.end;
		}
		CU_ASSERT_EQUAL(ends, 3);
		CU_ASSERT_DOUBLE_EQUAL(last, 800, 204 + 160);
	}
	CU_ASSERT_EQUAL(at, rig.n_events);
	CU_ASSERT_EQUAL(rig.n_reports, 16);
	for (unsigned i = 0; i < 16 && i < rig.n_reports; i++) {
		CU_ASSERT_EQUAL(rig.reports[i].side, 1);
		CU_ASSERT_EQUAL(rig.reports[i].digit, digits[i]);
		CU_ASSERT_DOUBLE_EQUAL(rig.reports[i].duration_ms, 100, 26);
	}
	/* of the tone at most what the detector needs for a first suspicion is left in the audio */
	for (size_t i = 0; i < rig.got_n; i++)
		leaked += abs(g711_a_linear[rig.got[i]]) > 500;
	CU_ASSERT(leaked <= 16 * 204);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_out, 16);
	CU_ASSERT_EQUAL(rig.bearer.end.stats.dtmf_in, 16);
	rig_close(&rig);
}

static void tones_to_events(void)
{
	tone_to_event(20, 20);
	tone_to_event(5, 10);
	tone_to_event(10, 30);
}

/* Detects what the line heard. */
static unsigned digits_heard(const struct rig *rig, char *text, size_t cap, unsigned *longest,
			     unsigned *shortest)
{
	struct dtmf_detector detector;
	unsigned n = 0, length = 0;
	char now = 0;

	dtmf_detector_init(&detector);
	*longest = 0;
	*shortest = UINT32_MAX;
	for (size_t at = 0; at + 40 <= rig->heard_n; at += 40) {
		int16_t linear[40];
		char digit;

		g711_expand(G711_A, linear, rig->heard + at, 40);
		digit = dtmf_detector_hear(&detector, linear, 40);
		if (digit && digit != now && n + 1 < cap) {
			text[n++] = digit;
			length = 0;
		}
		if (!digit && now) {
			*longest = length > *longest ? length : *longest;
			*shortest = length < *shortest ? length : *shortest;
		}
		length += 40;
		now = digit;
	}
	text[n] = '\0';
	return n;
}

static void events_to_tones_lossy(unsigned loss_percent, bool lose_ends)
{
	static const char digits[] = "0123456789*#ABCD";
	struct rig rig;
	char text[64];
	unsigned longest, shortest;
	uint32_t random = 5;

	rig_open(&rig, 10, MEDIA_PCMA, 20);
	rig.peer_ptime = 0;
	for (unsigned d = 0; d < 16; d++) {
		uint32_t timestamp = rig.peer_clock;

		/* 100 ms, an update every 20 ms, the end three times */
		for (unsigned k = 1; k <= 7; k++) {
			bool end = k >= 5, lost;

			rig_run(&rig, 20);
			random = random * 1664525 + 1013904223;
			/* one packet must come, or there is no event */
			lost = (end && lose_ends) || (k != 3 && random >> 8 & 1 &&
						      (random >> 16) % 100 < 2 * loss_percent);
			if (lost)
				rig.peer_sequence++;
			else
				peer_send_event(&rig, timestamp, d, k < 5 ? k * 160 : 800, end,
						k == 1);
		}
		rig_run(&rig, 260);
	}
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, digits);
	/* as signalled, within two blocks of the detector; without an end it lasts until the
	 * time-out */
	CU_ASSERT(shortest >= 800 - 204);
	CU_ASSERT(longest <= 800 + 204 + (loss_percent || lose_ends ? 1200u : 0u));
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 16);
	for (size_t i = 0, k = 0; i < rig.n_reports; i++) {
		if (rig.reports[i].kind != MEDIA_EV_DTMF)
			continue;
		CU_ASSERT_EQUAL(rig.reports[i].digit, digits[k++]);
		CU_ASSERT_EQUAL(rig.reports[i].side, 0);
		CU_ASSERT(rig.reports[i].duration_ms <= 100 && rig.reports[i].duration_ms >= 60);
	}
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 16);
	CU_ASSERT_EQUAL(rig.bearer.end.stats.dtmf_out, 16);
	rig_close(&rig);
}

static void events_to_tones(void)
{
	events_to_tones_lossy(0, false);
	events_to_tones_lossy(30, false);
	events_to_tones_lossy(0, true);
	events_to_tones_lossy(30, true);
}

static void event_single_packet(void)
{
	struct rig rig;
	char text[8];
	unsigned longest, shortest;

	/* all is lost but the last end; a second, stale one of the event before comes late */
	rig_open(&rig, 10, MEDIA_PCMA, 20);
	peer_send_event(&rig, 1000, 1, 800, true, false);
	rig_run(&rig, 400);
	peer_send_event(&rig, 9000, 2, 1600, true, false);
	rig_run(&rig, 100);
	peer_send_event(&rig, 1000, 1, 800, true, false);
	peer_send_event(&rig, 9000, 2, 1600, true, false);
	rig_run(&rig, 400);
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, "12");
	CU_ASSERT(longest >= 1600 - 204 && longest <= 1600 + 204);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 2);
	rig_close(&rig);
}

static void event_long(void)
{
	struct rig rig;
	char text[8];
	unsigned longest, shortest;
	uint32_t timestamp = 5000;

	/* 12 s: a segment of 65,535 samples and the rest */
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	for (unsigned k = 1; k <= 600; k++) {
		uint32_t samples = k * 160;

		if (k == 410)
			peer_send_event(&rig, timestamp, 7, 0xFFFF, false, false);
		if (samples > 0xFFFF)
			peer_send_event(&rig, timestamp + 0xFFFF, 7, samples - 0xFFFF, k == 600,
					false);
		else
			peer_send_event(&rig, timestamp, 7, samples, false, k == 1);
		rig_run(&rig, 20);
	}
	rig_run(&rig, 300);
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, "7");
	CU_ASSERT_DOUBLE_EQUAL(longest, 96000, 204);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 1);
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].duration_ms, 12000);
	rig_close(&rig);

	/* and out */
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	pipeline_digit(&rig.pipeline, 0, '7', 12000);
	rig_run(&rig, 13000);
	CU_ASSERT_EQUAL(rig.events[0].event.duration, 160);
	for (size_t i = 1; i < rig.n_events; i++)
		if (rig.events[i].timestamp != rig.events[i - 1].timestamp) {
			CU_ASSERT_EQUAL(rig.events[i - 1].event.duration, 0xFFFF);
			CU_ASSERT_EQUAL(rig.events[i].timestamp - rig.events[i - 1].timestamp,
					0xFFFF);
		}
	CU_ASSERT_EQUAL(rig.events[rig.n_events - 1].event.duration, 96000 - 0xFFFF);
	CU_ASSERT(rig.events[rig.n_events - 3].event.end);
	CU_ASSERT_FALSE(rig.events[rig.n_events - 4].event.end);
	rig_close(&rig);
}

static void digits_sent(void)
{
	struct rig rig;
	char text[8];
	unsigned longest, shortest;

	rig_open(&rig, 10, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	pipeline_digit(&rig.pipeline, 1, '4', 100);
	pipeline_digit(&rig.pipeline, 1, '4', 100);
	pipeline_digit(&rig.pipeline, 0, '8', 60);
	rig_run(&rig, 1000);
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, "44");
	CU_ASSERT_EQUAL(rig.n_events, 5);
	CU_ASSERT_EQUAL(rig.events[4].event.duration, 480);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 0);
	rig_close(&rig);
}

/* ---- the rest ---- */

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
		const struct rtp_packet p = {.payload_type = 8,
					     .sequence = (uint16_t)(rig.peer_sequence + 1),
					     .timestamp = rig.peer_timestamp + 160,
					     .ssrc = 99};
		uint8_t octets[172] = {0};

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
	const struct rtp_packet p = {.payload_type = 18, .ssrc = 99};
	const uint8_t junk[20] = {0x12, 0x34};

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
	struct rtcp_in in = {0};
	struct rtcp_out out = {.ssrc = 99,
			       .cname = "peer",
			       .sender = true,
			       .ntp = UINT64_C(5) << 32,
			       .has_report = true,
			       .source = 1};
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
	static const unsigned chunks[] = {1, 5, 20};

	for (size_t c = 0; c < 3; c++) {
		struct rig rig;
		struct bearer_end second;
		uint8_t octets[160];
		size_t heard = 0, wrong = 0;
		int pair[2], delay = -1000;

		rig_open(&rig, chunks[c], MEDIA_PCMA, 20);
		pipeline_detach(&rig.pipeline, 0, &rig.round);
		CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
		bearer_end_init(&second, pair[0], &rig.span, &rig.clock);
		pipeline_attach(&rig.pipeline, 0, &second.end, &rig.round);
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
		{"octets pass unchanged, any chunk and packet length", transparent	  },
		{"laws",					       laws		     },
		{"through-connection",				       gates		    },
		{"a stall of 60 ms",				     stall		  },
		{"tones to events",				    tones_to_events	   },
		{"events to tones, with losses",			 events_to_tones	},
		{"events of one packet, and stale ones",		 event_single_packet},
		{"events longer than a segment",			 event_long	   },
		{"digits sent",					digits_sent	   },
		{"tones",					      tones	       },
		{"10,000 forged packets",				  forged		},
		{"wrong packets",				      wrong_packets      },
		{"time-out",					   timeout	    },
		{"another peer, codec, packet length",		       reinvite	       },
		{"RTCP",					       rtcp		     },
		{"bearer to bearer",				     bearer_to_bearer   },
		CU_TEST_INFO_NULL,
	};

	return cu_run("pipeline", tests, argc, argv);
}
