/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Everything core may ask of an engine of three media threads, at random, with lines that tick and
 * packets that come, good ones and others. RANDOM_OPERATIONS is how many (10,000), RANDOM_SEED what
 * they follow from. Nothing may be left at the end. Made for ThreadSanitizer.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <time.h>

#include "gw/base/log.h"
#include "gw/media/engine.h"
#include "gw/media/rtp.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/media/a_sound.h"
#include "tests/unit/gw/media/fake_span.h"

#define FIRST_PORT 25000
#define PAIRS	   60
#define THREADS	   3
#define SPANS	   4
#define CHANNELS   32
#define TIMESLOTS  10 /* few, so that they are fought for */
#define CHUNK_MS   2

struct world {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span span[SPANS];
	pthread_t line, peer;
	_Atomic bool ends;
	uint16_t peer_port;
	struct media_channel *channel[CHANNELS];
	uint32_t random;
	unsigned wanted, closed;   /* channels of which CLOSED is to come, and did */
	unsigned heard;		   /* events */
	struct media_sound *sound; /* held */
};

static uint32_t next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

static unsigned pick(struct world *world, unsigned n)
{
	return next_random(&world->random) % n;
}

static unsigned long number_of(const char *name, unsigned long fallback)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : fallback;
}

static int fds_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void pause_ms(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

/* ---- what goes on beside core ---- */

static void *line_run(void *arg)
{
	struct world *world = arg;
	uint32_t random = 1;

	while (!atomic_load(&world->ends)) {
		for (unsigned i = 0; i < SPANS; i++) {
			fake_tick_loop(&world->span[i]);
			if (next_random(&random) % 500 == 0)
				atomic_store(&world->span[i].alarms,
					     next_random(&random) % 2 ? TDM_ALARM_DOWN : 0);
		}
		pause_ms(CHUNK_MS);
	}
	return NULL;
}

/* A peer that talks to every port at once, sometimes nonsense. */
static void *peer_run(void *arg)
{
	struct world *world = arg;
	struct sockaddr_in in = loopback(world->peer_port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	uint32_t random = 2, sequence = 0;
	uint8_t octets[400];

	(void)bind(fd, (struct sockaddr *)&in, sizeof(in));
	while (!atomic_load(&world->ends)) {
		sequence++;
		for (unsigned i = 0; i < 2 * PAIRS; i++) {
			static const uint8_t types[] = { 8, 8, 8, 0, 101, 13, 121, 122, 77 };
			struct rtp_packet p = { .payload_type = types[next_random(&random) % 9],
						.sequence = (uint16_t)sequence,
						.timestamp = sequence * 160,
						.ssrc = 1 + next_random(&random) / (1u << 22) };
			size_t n = RTP_HEADER_OCTETS + 160;

			memset(octets, (int)next_random(&random), sizeof(octets));
			rtp_encode_header(octets, &p);
			if (next_random(&random) % 16 == 0)
				n = next_random(&random) % sizeof(octets);
			in = loopback((uint16_t)(FIRST_PORT + i));
			(void)sendto(fd, octets, n, 0, (struct sockaddr *)&in, sizeof(in));
		}
		while (recv(fd, octets, sizeof(octets), 0) > 0)
			;
		pause_ms(10);
	}
	close(fd);
	return NULL;
}

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	struct world *world = arg;

	(void)channel;
	world->closed += event->kind == MEDIA_EV_CLOSED;
	world->heard++;
}

/* ---- operations ---- */

static void op_close(struct world *world, unsigned at, unsigned side)
{
	bool wanted = pick(world, 2);

	(void)side;
	if (pick(world, 4))
		return;
	world->wanted += wanted;
	media_channel_close(world->channel[at], wanted);
	world->channel[at] = NULL;
}

static void op_rtp(struct world *world, unsigned at, unsigned side)
{
	uint16_t port;

	(void)!media_rtp_open(world->channel[at], side, "127.0.0.1", &port);
}

static void op_bearer(struct world *world, unsigned at, unsigned side)
{
	(void)!media_bearer_open(world->channel[at], side, &world->span[pick(world, SPANS)].span,
				 1 + pick(world, TIMESLOTS));
}

static void op_detach(struct world *world, unsigned at, unsigned side)
{
	media_end_close(world->channel[at], side);
}

static void op_set(struct world *world, unsigned at, unsigned side)
{
	static const enum media_codec codecs[] = { MEDIA_PCMA, MEDIA_PCMA, MEDIA_PCMU,
						   MEDIA_CLEARMODE };
	struct media_rtp_params params = {
		.codec = codecs[pick(world, 4)],
		.dtmf_payload_type = pick(world, 3) ? 101 : -1,
		.dtmf_payload_type_in = pick(world, 3) ? 101 : -1,
		.ptime_ms = (uint8_t)pick(world, 80),
		.send = pick(world, 4),
		.receive = pick(world, 4),
		.cn_payload_type = pick(world, 2) ? 13 : 0,
		.red_payload_type = pick(world, 2) ? 121 : 0,
		.red_payload_type_in = pick(world, 2) ? 121 : 0,
		.vbd_payload_type = pick(world, 2) ? 122 : 0,
		.vbd_payload_type_in = pick(world, 2) ? 122 : 0,
		.red_generations = (uint8_t)pick(world, 3),
		.timeout_ms = pick(world, 200),
		.silence_ms = pick(world, 200),
		.other_silence_ms = pick(world, 2) * 100,
		.rtcp_mux = pick(world, 2),
		.hear_dtmf = pick(world, 2),
	};
	struct sockaddr_in to =
		loopback(pick(world, 2) ? world->peer_port
					: (uint16_t)(FIRST_PORT + pick(world, 2 * PAIRS)));

	params.payload_type = params.codec == MEDIA_PCMA ? 8 : params.codec == MEDIA_PCMU ? 0 : 97;
	memcpy(&params.remote, &to, sizeof(to));
	(void)!media_rtp_set(world->channel[at], side, &params);
}

static void op_mode(struct world *world, unsigned at, unsigned side)
{
	media_end_mode(world->channel[at], side, pick(world, 4), pick(world, 4));
}

static void op_digit(struct world *world, unsigned at, unsigned side)
{
	media_dtmf_send(world->channel[at], side, "0123456789*#ABCDx"[pick(world, 17)],
			pick(world, 200));
}

static void op_signal(struct world *world, unsigned at, unsigned side)
{
	media_signal_send(world->channel[at], side,
			  pick(world, 2) ? MEDIA_SIGNAL_FLASH : MEDIA_SIGNAL_ANS, pick(world, 200));
}

static void op_tone(struct world *world, unsigned at, unsigned side)
{
	media_tone(world->channel[at], side, (enum media_tone)pick(world, MEDIA_TONES));
}

static void op_play(struct world *world, unsigned at, unsigned side)
{
	media_tone_zone(world->channel[at], side, media_zone(pick(world, 2) ? "us" : "itu"));
	media_play(world->channel[at], side, world->sound, pick(world, 2));
}

static void op_card(struct world *world, unsigned at, unsigned side)
{
	static const unsigned tails_ms[] = { 0, 32, 64, 128, 99 };
	const struct media_bearer_params params = {
		.echo_tail_ms = tails_ms[pick(world, 5)],
		.block_ms = pick(world, 2) ? 8 : 4,
		.no_nlp = pick(world, 2),
		.clear = !pick(world, 4),
		.hear_dtmf = pick(world, 2),
		.hear_tones = pick(world, 2),
		.fax = pick(world, 2) ? MEDIA_FAX_VBD : MEDIA_FAX_OFF,
	};

	(void)!media_bearer_set(world->channel[at], side, &params);
}

static void op_continuity(struct world *world, unsigned at, unsigned side)
{
	(void)!media_continuity(world->channel[at], side, (enum media_continuity)pick(world, 6));
}

static void op_stats(struct world *world, unsigned at, unsigned side)
{
	struct media_end_stats stats;

	media_stats(world->channel[at], side, &stats);
	CU_ASSERT(stats.packets_in < 1u << 30);
}

static void operate(struct world *world)
{
	static void (*const ops[])(struct world * world, unsigned at, unsigned side) = {
		op_close, op_rtp,  op_rtp,  op_bearer, op_bearer,     op_detach,
		op_set,	  op_set,  op_mode, op_digit,  op_signal,     op_tone,
		op_stats, op_play, op_card, op_card,   op_continuity,
	};
	unsigned at = pick(world, CHANNELS), side = pick(world, 2);

	if (world->channel[at])
		ops[pick(world, sizeof(ops) / sizeof(*ops))](world, at, side);
	else
		world->channel[at] = media_channel_new(world->engine, "random", on_event, world);
}

/* ---- the whole ---- */

static void world_open(struct world *world)
{
	const struct media_conf conf = {
		.port_first = FIRST_PORT,
		.port_last = FIRST_PORT + 2 * PAIRS - 1,
		.jitter_min_ms = 20,
		.jitter_max_ms = 200,
		.rtp_timeout_ms = 500,
		.channels_max = 4 * CHANNELS,
		.threads = THREADS,
	};
	int error;

	memset(world, 0, sizeof(*world));
	world->peer_port = FIRST_PORT + 2 * PAIRS;
	world->sound = sound_make();
	CU_ASSERT_FATAL(uv_loop_init(&world->loop) == 0);
	world->engine = media_engine_new(&conf, &world->loop, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(world->engine);
	for (unsigned i = 0; i < SPANS; i++) {
		fake_open(&world->span[i], CHUNK_MS);
		/* with and without a clock */
		if (i % 2)
			fake_without_clock(&world->span[i]);
		CU_ASSERT_EQUAL_FATAL(media_engine_add_span(world->engine, &world->span[i].span),
				      0);
	}
	pthread_create(&world->line, NULL, line_run, world);
	pthread_create(&world->peer, NULL, peer_run, world);
}

static void world_close(struct world *world)
{
	for (unsigned i = 0; i < CHANNELS; i++)
		if (world->channel[i])
			media_channel_close(world->channel[i], false);
	media_sound_drop(world->sound); /* before those who play it */
	for (unsigned i = 0; i < 30000 && media_engine_channels(world->engine); i++) {
		uv_run(&world->loop, UV_RUN_NOWAIT);
		pause_ms(1);
	}
	CU_ASSERT_EQUAL(media_engine_channels(world->engine), 0);
	CU_ASSERT_EQUAL(ports_open_count(world->engine->ports), 0);
	for (unsigned i = 0; i < THREADS; i++)
		CU_ASSERT_EQUAL(world->engine->worker[i].n_halves, 0);
	for (unsigned i = 0; i < SPANS; i++)
		CU_ASSERT_PTR_NULL(world->engine->spans[i]->groups); /* no lane is out */
	for (unsigned i = 0; i < SPANS; i++) {
		CU_ASSERT_EQUAL(world->span[i].opened, 0);
		CU_ASSERT_EQUAL(media_engine_remove_span(world->engine, &world->span[i].span), 0);
	}
	atomic_store(&world->ends, true);
	pthread_join(world->line, NULL);
	pthread_join(world->peer, NULL);
	for (unsigned i = 0; i < SPANS; i++)
		fake_close(&world->span[i]);
	media_engine_free(world->engine);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&world->loop), 0);
	CU_ASSERT_EQUAL(world->closed, world->wanted);
}

static void at_random(void)
{
	static struct world world;
	unsigned long operations = number_of("RANDOM_OPERATIONS", 10000);
	int fds = fds_open();

	world_open(&world);
	world.random = (uint32_t)number_of("RANDOM_SEED", 42);
	printf("RANDOM_SEED=%u RANDOM_OPERATIONS=%lu\n", (unsigned)world.random, operations);
	for (unsigned long i = 0; i < operations; i++) {
		operate(&world);
		if (i % 16 == 0) {
			uv_run(&world.loop, UV_RUN_NOWAIT);
			pause_ms(1);
		}
	}
	world_close(&world);
	CU_ASSERT(world.heard > 0);
	CU_ASSERT_EQUAL(fds_open(), fds);
}

/* ---- thousands ---- */

#define MANY		2000
#define MANY_PORTS	20000
#define MANY_PORTS_LAST 32767

/* Each hears what the next one says. */
static void many_join(struct media_channel *channel[MANY], const uint16_t port[MANY])
{
	for (unsigned i = 0; i < MANY; i++) {
		const struct sockaddr_in to = loopback(port[i ^ 1]);
		struct media_rtp_params params = { .codec = MEDIA_PCMA,
						   .payload_type = 8,
						   .dtmf_payload_type = -1,
						   .dtmf_payload_type_in = -1,
						   .ptime_ms = 20,
						   .send = true,
						   .receive = true };

		memcpy(&params.remote, &to, sizeof(to));
		CU_ASSERT_EQUAL(media_rtp_set(channel[i], 0, &params), 0);
		media_tone(channel[i], 0, MEDIA_TONE_RINGBACK);
	}
}

static unsigned many_heard(struct media_channel *channel[MANY])
{
	unsigned n = 0;

	for (unsigned i = 0; i < MANY; i++) {
		struct media_end_stats stats;

		media_stats(channel[i], 0, &stats);
		n += stats.packets_in >= 10;
	}
	return n;
}

/* At once: 4,000 sockets, and every one is heard. */
static void thousands(void)
{
	const struct media_conf conf = { .port_first = MANY_PORTS,
					 .port_last = MANY_PORTS_LAST, /* some may be taken */
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .channels_max = MANY,
					 .threads = THREADS };
	static struct media_channel *channel[MANY];
	static uint16_t port[MANY];
	struct world world = { 0 };
	int error, fds = fds_open();
	uv_loop_t loop;

	uv_loop_init(&loop);
	struct media_engine *engine = media_engine_new(&conf, &loop, &error);

	CU_ASSERT_PTR_NOT_NULL_FATAL(engine);
	for (unsigned i = 0; i < MANY; i++) {
		channel[i] = media_channel_new(engine, "many", on_event, &world);
		CU_ASSERT_PTR_NOT_NULL_FATAL(channel[i]);
		CU_ASSERT_EQUAL_FATAL(media_rtp_open(channel[i], 0, "127.0.0.1", &port[i]), 0);
	}
	many_join(channel, port);
	for (unsigned i = 0; i < 30000 && many_heard(channel) < MANY; i += 50) {
		uv_run(&loop, UV_RUN_NOWAIT);
		pause_ms(50);
	}
	CU_ASSERT_EQUAL(many_heard(channel), MANY);
	for (unsigned i = 0; i < MANY; i++)
		media_channel_close(channel[i], true);
	for (unsigned i = 0; i < 30000 && media_engine_channels(engine); i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		pause_ms(1);
	}
	CU_ASSERT_EQUAL(world.closed, MANY);
	CU_ASSERT_EQUAL(ports_open_count(engine->ports), 0);
	media_engine_free(engine);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	CU_ASSERT_EQUAL(fds_open(), fds);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "operations at random", at_random },
		{ "thousands of sockets", thousands },
		CU_TEST_INFO_NULL,
	};
	uv_loop_t first; /* makes libuv open what it keeps */

	log_set_level(LOG_ERROR); /* packets are refused all the time */
	uv_loop_init(&first);
	uv_loop_close(&first);
	return cu_run("random", tests, argc, argv);
}
