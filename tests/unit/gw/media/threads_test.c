/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An engine of two threads: what moves to the thread of its span, what is joined across, and that
 * every octet gets there. */
#include "gw/media/media.h"

#include <arpa/inet.h>
#include <time.h>

#include "gw/media/engine.h"
#include "gw/media/rtp.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/media/a_sound.h"
#include "tests/unit/gw/media/fake_span.h"

#define CHUNK 40 /* octets: 5 ms */
#define SPANS 2
#define LIMIT 3000 /* ms that anything may take on a busy machine */

struct world {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span span[SPANS]; /* one for each thread */
	unsigned closed, started, digits, played;
	uint8_t said;			      /* by every line, in every octet */
	unsigned heard[SPANS][TDM_TIMESLOTS]; /* octets that were not idle */
	uint8_t last[SPANS][TDM_TIMESLOTS];
};

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	struct world *world = arg;

	(void)channel;
	world->closed += event->kind == MEDIA_EV_CLOSED;
	world->started += event->kind == MEDIA_EV_RTP_STARTED;
	world->digits += event->kind == MEDIA_EV_DTMF;
	world->played += event->kind == MEDIA_EV_PLAYED;
}

static void world_open(struct world *world)
{
	const struct media_conf conf = {
		.port_first = 24000,
		.port_last = 24039,
		.jitter_min_ms = 20,
		.jitter_max_ms = 200,
		.channels_max = 20,
		.threads = 2,
	};
	int error;

	memset(world, 0, sizeof(*world));
	CU_ASSERT_FATAL(uv_loop_init(&world->loop) == 0);
	world->engine = media_engine_new(&conf, &world->loop, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(world->engine);
	for (unsigned i = 0; i < SPANS; i++) {
		fake_open(&world->span[i], CHUNK / 8);
		CU_ASSERT_EQUAL_FATAL(media_engine_add_span(world->engine, &world->span[i].span),
				      0);
	}
	CU_ASSERT_PTR_NOT_EQUAL(world->engine->spans[0]->worker, world->engine->spans[1]->worker);
}

static uint8_t words = 0x11;

/* A line says something else at each span, so that one knows where an octet is from. */
static uint8_t word_of(unsigned span, unsigned timeslot)
{
	return (uint8_t)(words + 0x20 * span + timeslot);
}

static void line_tick(struct world *world, unsigned s)
{
	struct fake_span *fake = &world->span[s];
	uint8_t block[CHUNK];

	pthread_mutex_lock(&fake->lock);
	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++) {
		int fd = fake->line_fd[timeslot];

		if (fd < 0)
			continue;
		if (recv(fd, block, CHUNK, 0) == CHUNK && block[0] != 0xD5) {
			world->heard[s][timeslot] += CHUNK;
			world->last[s][timeslot] = block[0];
		}
		memset(block, word_of(s, timeslot), CHUNK);
		send(fd, block, CHUNK, MSG_NOSIGNAL);
	}
	pthread_mutex_unlock(&fake->lock);
	eventfd_write(fake->clock_fd, 1);
}

static void tick(struct world *world)
{
	const struct timespec t = { 0, CHUNK / 8 * 1000000 };

	for (unsigned s = 0; s < SPANS; s++)
		line_tick(world, s);
	uv_run(&world->loop, UV_RUN_NOWAIT);
	nanosleep(&t, NULL);
}

static void world_close(struct world *world)
{
	for (unsigned i = 0; i < LIMIT && media_engine_channels(world->engine); i++)
		tick(world);
	CU_ASSERT_EQUAL(media_engine_channels(world->engine), 0);
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(world->engine->worker[i].n_halves, 0);
	CU_ASSERT_EQUAL(ports_open_count(world->engine->ports), 0);
	for (unsigned i = 0; i < SPANS; i++) {
		CU_ASSERT_EQUAL(world->span[i].opened, 0);
		CU_ASSERT_EQUAL(media_engine_remove_span(world->engine, &world->span[i].span), 0);
		fake_close(&world->span[i]);
	}
	media_engine_free(world->engine);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&world->loop), 0);
}

/* Until the line at span s hears word at timeslot for a while without a break. */
static void hears(struct world *world, unsigned s, unsigned timeslot, uint8_t word)
{
	unsigned run = 0;

	for (unsigned i = 0; i < LIMIT && run < 20 * CHUNK; i++) {
		world->heard[s][timeslot] = 0;
		tick(world);
		run = world->heard[s][timeslot] && world->last[s][timeslot] == word
			      ? run + world->heard[s][timeslot]
			      : 0;
	}
	CU_ASSERT_EQUAL(run >= 20 * CHUNK, true);
}

static struct media_channel *channel_new(struct world *world)
{
	struct media_channel *channel = media_channel_new(world->engine, "call", on_event, world);

	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	for (unsigned side = 0; side < 2; side++)
		media_end_mode(channel, side, true, true);
	return channel;
}

static void joined_across(void)
{
	struct world world;
	struct media_channel *channel;

	world_open(&world);
	channel = channel_new(&world);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[0].span, 1), 0);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[1].span, 2), 0);
	hears(&world, 1, 2, word_of(0, 1));
	hears(&world, 0, 1, word_of(1, 2));
	CU_ASSERT_PTR_NOT_NULL(channel->far);
	/* through-connection both ways */
	media_end_mode(channel, 0, true, false);
	hears(&world, 1, 2, word_of(0, 1));
	world.heard[0][1] = 0;
	for (unsigned i = 0; i < 40; i++)
		tick(&world);
	world.heard[0][1] = 0;
	for (unsigned i = 0; i < 10; i++)
		tick(&world);
	CU_ASSERT_EQUAL(world.heard[0][1], 0);
	media_channel_close(channel, true);
	world_close(&world);
	CU_ASSERT_EQUAL(world.closed, 1);
}

/* Between two spans of mu-law nothing becomes A-law; and nothing is converted at all where data goes. */
static void mu_law_across(uint8_t first, bool clear, enum tdm_law other)
{
	const struct media_bearer_params params = { .clear = clear };
	const unsigned a = 1, b = 1;
	struct media_channel *channel;
	struct world world;
	uint8_t before = words;

	words = first;
	world_open(&world);
	world.span[0].span.law = TDM_ULAW;
	world.span[1].span.law = other;
	channel = channel_new(&world);
	for (unsigned side = 0; side < 2; side++)
		CU_ASSERT_EQUAL(media_bearer_set(channel, side, &params), 0);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[0].span, a), 0);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[1].span, b), 0);
	hears(&world, 1, b, word_of(0, a));
	hears(&world, 0, a, word_of(1, b));
	media_channel_close(channel, false);
	world_close(&world);
	words = before;
}

/* 0x71 in mu-law, which one of the lines says, is another octet after A-law. */
static void laws_across(void)
{
	for (uint8_t first = 0x50; first <= 0x70; first += 0x20) {
		mu_law_across(first, false, TDM_ULAW);
		mu_law_across(first, true, TDM_ULAW);
		mu_law_across(first, true, TDM_ALAW);
	}
}

/* Tones belong to a side, whichever thread has it. */
static void tone_across(void)
{
	struct world world;
	struct media_channel *channel;

	world_open(&world);
	channel = channel_new(&world);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[0].span, 1), 0);
	media_tone(channel, 1, MEDIA_TONE_BUSY);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[1].span, 2), 0);
	for (unsigned i = 0; i < LIMIT && world.heard[1][2] < 10 * CHUNK; i++)
		tick(&world);
	CU_ASSERT(world.heard[1][2] >= 10 * CHUNK);
	CU_ASSERT_NOT_EQUAL(world.last[1][2], word_of(0, 1));
	hears(&world, 0, 1, word_of(1, 2));
	media_tone(channel, 1, MEDIA_TONE_NONE);
	hears(&world, 1, 2, word_of(0, 1));
	media_channel_close(channel, false);
	world_close(&world);
}

/* So do sounds; one that was played is not played again where the side goes next. */
static void sound_across(void)
{
	struct media_sound *sound = sound_make();
	struct world world;
	struct media_channel *channel;

	world_open(&world);
	channel = channel_new(&world);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[0].span, 1), 0);
	media_play(channel, 1, sound, true);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[1].span, 2), 0);
	hears(&world, 1, 2, A_SOUND_WORD);
	hears(&world, 0, 1, word_of(1, 2));
	/* the other half goes, and the side's sound goes on */
	media_end_close(channel, 0);
	hears(&world, 1, 2, A_SOUND_WORD);
	CU_ASSERT_EQUAL(world.played, 0);
	media_play(channel, 1, sound, false);
	for (unsigned i = 0; i < LIMIT && !world.played; i++)
		tick(&world);
	CU_ASSERT_EQUAL(world.played, 1);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[0].span, 3), 0);
	hears(&world, 1, 2, word_of(0, 3));
	media_end_close(channel, 0);
	for (unsigned i = 0; i < 100; i++) {
		tick(&world);
		CU_ASSERT_NOT_EQUAL(world.last[1][2], A_SOUND_WORD);
	}
	CU_ASSERT_EQUAL(world.played, 1);
	media_channel_close(channel, false);
	media_sound_drop(sound);
	world_close(&world);
}

/* A re-attempt on another span, with either side the one that stays. */
static void other_circuit(void)
{
	struct world world;
	struct media_channel *channel;

	world_open(&world);
	channel = channel_new(&world);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[0].span, 1), 0);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[1].span, 2), 0);
	hears(&world, 1, 2, word_of(0, 1));
	media_end_close(channel, 1);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[0].span, 3), 0);
	hears(&world, 0, 3, word_of(0, 1));
	CU_ASSERT_PTR_NULL(channel->far);
	media_end_close(channel, 1);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[1].span, 2), 0);
	hears(&world, 1, 2, word_of(0, 1));
	/* the main half goes, the far one is the channel from here on */
	media_end_close(channel, 0);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &world.span[1].span, 4), 0);
	hears(&world, 1, 4, word_of(1, 2));
	hears(&world, 1, 2, word_of(1, 4));
	CU_ASSERT_PTR_NULL(channel->far);
	media_channel_close(channel, true);
	world_close(&world);
	CU_ASSERT_EQUAL(world.closed, 1);
}

static struct media_rtp_params params_to(uint16_t port)
{
	struct media_rtp_params params = {
		.codec = MEDIA_PCMA,
		.payload_type = 8,
		.dtmf_payload_type = 101,
		.dtmf_payload_type_in = 101,
		.ptime_ms = 20,
		.send = true,
		.receive = true,
	};
	struct sockaddr_in *remote = (struct sockaddr_in *)(void *)&params.remote;

	remote->sin_family = AF_INET;
	remote->sin_port = htons(port);
	remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return params;
}

/* An RTP session moves with its channel, to wherever the circuit is: no packet is lost, and what
 * was asked for while it moved is done. */
static void moves(void)
{
	struct world world;
	struct media_channel *a, *b;
	struct media_rtp_params params;
	struct media_end_stats stats;
	uint16_t port_a, port_b;

	world_open(&world);
	a = channel_new(&world);
	b = channel_new(&world);
	CU_ASSERT_PTR_NOT_EQUAL(a->main->worker, b->main->worker);
	CU_ASSERT_EQUAL(media_rtp_open(a, 0, "127.0.0.1", &port_a), 0);
	CU_ASSERT_EQUAL(media_rtp_open(b, 0, "127.0.0.1", &port_b), 0);
	params = params_to(port_b);
	CU_ASSERT_EQUAL(media_rtp_set(a, 0, &params), 0);
	params = params_to(port_a);
	CU_ASSERT_EQUAL(media_rtp_set(b, 0, &params), 0);
	for (unsigned i = 0; i < 4; i++) {
		unsigned at = i % SPANS;

		CU_ASSERT_EQUAL(media_bearer_open(a, 1, &world.span[at].span, 5), 0);
		CU_ASSERT_EQUAL(media_bearer_open(b, 1, &world.span[!at].span, 6), 0);
		hears(&world, at, 5, word_of(!at, 6));
		hears(&world, !at, 6, word_of(at, 5));
		media_end_close(a, 1);
		media_end_close(b, 1);
	}
	media_stats(a, 0, &stats);
	CU_ASSERT(stats.packets_in > 10);
	CU_ASSERT_EQUAL(stats.lost, 0);
	media_stats(b, 0, &stats);
	CU_ASSERT_EQUAL(stats.lost, 0);
	/* closed while they move */
	CU_ASSERT_EQUAL(media_bearer_open(a, 1, &world.span[0].span, 7), 0);
	CU_ASSERT_EQUAL(media_bearer_open(b, 1, &world.span[0].span, 8), 0);
	media_end_close(a, 1);
	CU_ASSERT_EQUAL(media_bearer_open(a, 1, &world.span[1].span, 7), 0);
	media_channel_close(a, true);
	media_channel_close(b, true);
	world_close(&world);
	CU_ASSERT_EQUAL(world.closed, 2);
	CU_ASSERT_EQUAL(world.started, 2);
}

/* The engine ends while a channel moves, with its closing still to be asked for. */
static void ends_while_moving(void)
{
	struct world world;
	struct media_channel *channel;
	uint16_t port;

	world_open(&world);
	for (unsigned i = 0; i < 8; i++) {
		channel = channel_new(&world);
		CU_ASSERT_EQUAL(media_rtp_open(channel, 0, "127.0.0.1", &port), 0);
		CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &world.span[i % SPANS].span, 1 + i),
				0);
		media_channel_close(channel, true);
	}
	media_engine_free(world.engine);
	CU_ASSERT_EQUAL(world.closed, 8);
	for (unsigned i = 0; i < SPANS; i++) {
		CU_ASSERT_EQUAL(world.span[i].opened, 0);
		fake_close(&world.span[i]);
	}
	uv_run(&world.loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&world.loop), 0);
}

/* Channels without a bearer go where there is the least to do. */
static void spread(void)
{
	struct world world;
	struct media_channel *channel[10];

	world_open(&world);
	for (unsigned i = 0; i < 10; i++)
		channel[i] = channel_new(&world);
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(world.engine->worker[i].n_halves, 5);
	for (unsigned i = 0; i < 10; i++)
		media_channel_close(channel[i], false);
	world_close(&world);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "bearers of two threads", joined_across },
		{ "laws across", laws_across },
		{ "a tone at a far side", tone_across },
		{ "sounds across", sound_across },
		{ "another circuit on another span", other_circuit },
		{ "RTP moves with the circuit", moves },
		{ "ends while channels move", ends_while_moving },
		{ "channels are spread", spread },
		CU_TEST_INFO_NULL,
	};

	return cu_run("threads", tests, argc, argv);
}
