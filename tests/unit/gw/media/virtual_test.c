/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The engine on a real clock and a virtual cable: RTP in at one end of the E1, out at the other,
 * octet by octet. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gw/media/media.h"
#include "gw/media/rtp.h"
#include "tests/unit/cu.h"

#define PACKET	160
#define PACKETS 150
/* What this test and the threads under test were late by, at most and together, comes out of what
 * the jitter buffer and the line's lead hold: beyond that, a run proves little, and is repeated. */
#define QUIET_US 6000
#define RUNS	 3

struct peer {
	int fd;
	uint8_t got[2 * PACKETS * PACKET];
	size_t n;
	unsigned gaps;
	uint32_t next;
};

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

static uint8_t pattern(size_t at)
{
	return (uint8_t)(at % 83 + 1);
}

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static struct tdm_span *span_open(unsigned chunk_ms, bool master)
{
	char cable[64];
	const struct tdm_span_conf conf = {
		.name = master ? "master" : "slave",
		.framing = TDM_E1,
		.law = TDM_ALAW,
		.chunk_ms = chunk_ms,
		.cable = cable,
		.listen = master,
		.clock_master = master,
	};
	struct tdm_span *span = NULL;

	snprintf(cable, sizeof(cable), "/tmp/media_virtual_test.%d", (int)getpid());

	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&span, "virtual", &conf), 0);
	return span;
}

static struct media_channel *channel_open(struct media_engine *engine, struct peer *peer,
					  struct tdm_span *span)
{
	struct media_channel *channel = media_channel_new(engine, "test", on_event, NULL);
	struct media_rtp_params params = { .codec = MEDIA_PCMA,
					   .payload_type = 8,
					   .dtmf_payload_type = -1,
					   .dtmf_payload_type_in = -1,
					   .ptime_ms = 20,
					   .send = true,
					   .receive = true };
	struct sockaddr_in in = loopback(0);
	socklen_t n = sizeof(in);
	uint16_t port;

	memset(peer, 0, sizeof(*peer));
	peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(bind(peer->fd, (struct sockaddr *)&in, n), 0);
	getsockname(peer->fd, (struct sockaddr *)&in, &n);
	memcpy(&params.remote, &in, sizeof(in));
	CU_ASSERT_EQUAL_FATAL(media_rtp_open(channel, 0, "127.0.0.1", &port), 0);
	CU_ASSERT_EQUAL_FATAL(media_bearer_open(channel, 1, span, 9), 0);
	CU_ASSERT_EQUAL_FATAL(media_rtp_set(channel, 0, &params), 0);
	media_end_mode(channel, 0, true, true);
	media_end_mode(channel, 1, true, true);
	in = loopback(port);
	connect(peer->fd, (struct sockaddr *)&in, sizeof(in));
	return channel;
}

static void peer_send(struct peer *peer, unsigned k)
{
	const struct rtp_packet p = {
		.payload_type = 8, .sequence = (uint16_t)k, .timestamp = k * PACKET, .ssrc = 5
	};
	uint8_t octets[12 + PACKET];

	rtp_encode_header(octets, &p);
	for (unsigned i = 0; i < PACKET; i++)
		octets[12 + i] = pattern(k * PACKET + i);
	CU_ASSERT_EQUAL(send(peer->fd, octets, sizeof(octets), 0), (ssize_t)sizeof(octets));
}

static void peer_receive(struct peer *peer)
{
	uint8_t octets[1000];
	struct rtp_packet p;
	ssize_t n;

	while ((n = recv(peer->fd, octets, sizeof(octets), 0)) > 0) {
		CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, octets, (size_t)n), 0);
		peer->gaps += peer->n && p.timestamp != peer->next;
		peer->next = p.timestamp + (uint32_t)p.n_payload;
		if (peer->n + p.n_payload <= sizeof(peer->got)) {
			memcpy(peer->got + peer->n, p.payload, p.n_payload);
			peer->n += p.n_payload;
		}
	}
}

/* Octets of the pattern, in order, that are not followed by the next one; idle before and after
 * does not count. */
static unsigned breaks(const struct peer *peer, size_t *octets)
{
	unsigned n = 0;
	bool begun = false;

	*octets = 0;
	for (size_t i = 1; i < peer->n; i++) {
		bool follows = peer->got[i] == pattern(peer->got[i - 1]);

		if (peer->got[i - 1] >= 1 && peer->got[i - 1] <= 83) {
			n += begun && !follows;
			begun = true;
			(*octets)++;
		}
	}
	return n;
}

static uint64_t late_us(const struct timespec *due)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - due->tv_sec) * 1000000 +
			  (now.tv_nsec - due->tv_nsec) / 1000);
}

/* A packet a tick either way; how late this test was at most. */
static uint64_t talk(struct peer peer[2], uv_loop_t *loop, const struct timespec *tick)
{
	struct timespec next;
	uint64_t own_us = 0;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned k = 0; k < PACKETS; k++) {
		next.tv_nsec += tick->tv_nsec;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		own_us = late_us(&next) > own_us ? late_us(&next) : own_us;
		for (unsigned i = 0; i < 2; i++) {
			peer_send(&peer[i], k);
			peer_receive(&peer[i]);
		}
		uv_run(loop, UV_RUN_NOWAIT);
	}
	return own_us;
}

/* False: the machine was too busy to tell. */
static bool run(unsigned chunk_ms)
{
	const struct media_conf conf = { .port_first = 23000,
					 .port_last = 23019,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .rtp_timeout_ms = 0,
					 .channels_max = 10 };
	const struct timespec tick = { 0, 20000000 };
	struct tdm_span *master = span_open(chunk_ms, true), *slave = span_open(chunk_ms, false);
	struct tdm_span_counters c[2];
	struct media_engine *engine;
	struct media_channel *channel[2];
	static struct peer peer[2];
	struct media_stalls stalls;
	uint64_t own_us;
	bool disturbed;
	size_t octets;
	uv_loop_t loop;
	int error;

	uv_loop_init(&loop);
	engine = media_engine_new(&conf, &loop, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(engine);
	CU_ASSERT_EQUAL(media_engine_add_span(engine, master), 0);
	CU_ASSERT_EQUAL(media_engine_add_span(engine, slave), 0);
	for (unsigned i = 0; i < 200 && (tdm_span_alarms(master) || tdm_span_alarms(slave)); i++)
		nanosleep(&tick, NULL);
	channel[0] = channel_open(engine, &peer[0], master);
	channel[1] = channel_open(engine, &peer[1], slave);
	own_us = talk(peer, &loop, &tick);
	tdm_span_counters(master, &c[0]);
	tdm_span_counters(slave, &c[1]);
	media_engine_stalls(engine, &stalls);
	disturbed = own_us + stalls.worst_us + c[0].late_us_max + c[1].late_us_max > QUIET_US;
	for (unsigned i = 0; i < 2; i++) {
		struct media_end_stats rtp, bearer;
		unsigned broken = breaks(&peer[i], &octets);

		media_stats(channel[i], 0, &rtp);
		media_stats(channel[i], 1, &bearer);
		CU_ASSERT(octets > PACKETS * PACKET / 2);
		CU_ASSERT_EQUAL(peer[i].gaps, 0);
		CU_ASSERT(disturbed || octets > PACKETS * PACKET * 3 / 4);
		CU_ASSERT(disturbed || !broken);
		CU_ASSERT(disturbed || (rtp.delay_ms >= 15 && rtp.delay_ms <= 60));
		CU_ASSERT(bearer.blocks_out > 0 && bearer.blocks_in > 0);
		media_channel_close(channel[i], false);
		close(peer[i].fd);
	}
	while (media_engine_channels(engine)) {
		uv_run(&loop, UV_RUN_NOWAIT);
		nanosleep(&tick, NULL);
	}
	CU_ASSERT_EQUAL(media_engine_remove_span(engine, master), 0);
	CU_ASSERT_EQUAL(media_engine_remove_span(engine, slave), 0);
	media_engine_free(engine);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	tdm_span_close(master);
	tdm_span_close(slave);
	if (getenv("CU_DEBUG"))
		printf("chunk %u ms: late by at most: engine %llu us, spans %llu and %llu us, "
		       "this test %llu us\n",
		       chunk_ms, (unsigned long long)stalls.worst_us,
		       (unsigned long long)c[0].late_us_max, (unsigned long long)c[1].late_us_max,
		       (unsigned long long)own_us);
	return !disturbed;
}

static void chunks(void)
{
	static const unsigned chunk_ms[] = { 1, 5, 20 };

	for (size_t i = 0; i < 3; i++)
		for (unsigned k = 0; k < RUNS && !run(chunk_ms[i]); k++)
			;
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "RTP over a virtual E1 and back", chunks },
		CU_TEST_INFO_NULL,
	};

	return cu_run("virtual", tests, argc, argv);
}
