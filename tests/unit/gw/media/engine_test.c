/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The engine with its thread: handles, ports, two-phase closing. */
#include "gw/media/media.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdatomic.h>
#include <time.h>

#include "gw/base/trace.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/media/a_sound.h"
#include "tests/unit/gw/media/fake_span.h"

#define FIRST_PORT 21000

struct world {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span fake;
	pthread_t line;
	_Atomic bool line_ends;
	_Atomic unsigned hold; /* ticks that the line misses, and makes at once */
	unsigned closed, started, digits, played;
	int fds_before;
};

static int fds_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void pause_us(long us)
{
	const struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	struct world *world = arg;

	(void)channel;
	world->closed += event->kind == MEDIA_EV_CLOSED;
	world->started += event->kind == MEDIA_EV_RTP_STARTED;
	world->digits += event->kind == MEDIA_EV_DTMF;
	world->played += event->kind == MEDIA_EV_PLAYED;
}

static void *line_run(void *arg)
{
	struct world *world = arg;

	while (!atomic_load(&world->line_ends)) {
		unsigned late = atomic_exchange(&world->hold, 0), ticks = 1 + late;

		pause_us(late * world->fake.span.chunk_ms * 1000);
		while (ticks--)
			fake_tick_loop(&world->fake);
		pause_us(world->fake.span.chunk_ms * 1000);
	}
	return NULL;
}

static void world_open(struct world *world, unsigned pairs, unsigned chunk_ms,
		       unsigned channels_max)
{
	const struct media_conf conf = {
		.port_first = FIRST_PORT,
		.port_last = FIRST_PORT + 2 * pairs - 1,
		.jitter_min_ms = 20,
		.jitter_max_ms = 200,
		.rtp_timeout_ms = 30000,
		.channels_max = channels_max,
	};
	int error;

	memset(world, 0, sizeof(*world));
	world->fds_before = fds_open();
	CU_ASSERT_FATAL(uv_loop_init(&world->loop) == 0);
	world->engine = media_engine_new(&conf, &world->loop, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(world->engine);
	if (chunk_ms) {
		fake_open(&world->fake, chunk_ms);
		CU_ASSERT_EQUAL_FATAL(media_engine_add_span(world->engine, &world->fake.span), 0);
		pthread_create(&world->line, NULL, line_run, world);
	}
}

/* Runs the loop until n channels are left. */
static void settle(struct world *world, size_t n)
{
	for (unsigned i = 0; i < 2000 && media_engine_channels(world->engine) > n; i++) {
		uv_run(&world->loop, UV_RUN_NOWAIT);
		pause_us(1000);
	}
	CU_ASSERT_EQUAL(media_engine_channels(world->engine), n);
}

static void serve(struct world *world, unsigned ms)
{
	for (unsigned i = 0; i < ms; i += 5) {
		uv_run(&world->loop, UV_RUN_NOWAIT);
		pause_us(5000);
	}
}

static void world_close(struct world *world)
{
	settle(world, 0);
	if (world->fake.clock_fd > 0) {
		CU_ASSERT_EQUAL(media_engine_remove_span(world->engine, &world->fake.span), 0);
		atomic_store(&world->line_ends, true);
		pthread_join(world->line, NULL);
		CU_ASSERT_EQUAL(world->fake.opened, 0);
		fake_close(&world->fake);
	}
	media_engine_free(world->engine);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&world->loop), 0);
	CU_ASSERT_EQUAL(fds_open(), world->fds_before);
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

static bool is_bound(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool bound;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bound = bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0;
	close(fd);
	return bound;
}

static void ports(void)
{
	struct world world;
	struct media_channel *channel[4];
	uint16_t port[4];

	world_open(&world, 4, 0, 10);
	for (unsigned i = 0; i < 4; i++) {
		channel[i] = media_channel_new(world.engine, "a", on_event, &world);
		CU_ASSERT_PTR_NOT_NULL_FATAL(channel[i]);
		CU_ASSERT_EQUAL(media_rtp_open(channel[i], 0, "127.0.0.1", &port[i]), 0);
		CU_ASSERT_EQUAL(port[i], FIRST_PORT + 2 * i);
		CU_ASSERT(is_bound(port[i]));
		CU_ASSERT(is_bound((uint16_t)(port[i] + 1)));
	}
	CU_ASSERT_EQUAL(media_rtp_open(channel[0], 0, "127.0.0.1", &port[0]), -EBUSY);
	CU_ASSERT_EQUAL(media_rtp_open(channel[0], 1, "127.0.0.1", &port[0]), -ENOBUFS);
	media_channel_close(channel[2], true);
	settle(&world, 3);
	CU_ASSERT_EQUAL(world.closed, 1);
	CU_ASSERT_FALSE(is_bound(port[2]));
	media_channel_close(channel[0], false);
	settle(&world, 2);
	CU_ASSERT_EQUAL(world.closed, 1);
	/* the one unused for longest, not the lowest */
	channel[0] = media_channel_new(world.engine, "b", on_event, &world);
	CU_ASSERT_EQUAL(media_rtp_open(channel[0], 0, "not an address", &port[0]), -EINVAL);
	CU_ASSERT_EQUAL(media_rtp_open(channel[0], 0, "192.0.2.1", &port[0]), -EADDRNOTAVAIL);
	CU_ASSERT_EQUAL(media_rtp_open(channel[0], 0, "127.0.0.1", &port[0]), 0);
	CU_ASSERT(port[0] == FIRST_PORT || port[0] == FIRST_PORT + 4);
	media_channel_close(channel[0], false);
	media_channel_close(channel[1], false);
	media_channel_close(channel[3], false);
	world_close(&world);
}

static void ports_taken_by_others(void)
{
	struct world world;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(FIRST_PORT + 1) };
	struct media_channel *channel;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint16_t port;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	world_open(&world, 2, 0, 10);
	channel = media_channel_new(world.engine, "a", on_event, &world);
	CU_ASSERT_EQUAL(media_rtp_open(channel, 0, "127.0.0.1", &port), 0);
	CU_ASSERT_EQUAL(port, FIRST_PORT + 2);
	CU_ASSERT_EQUAL(media_rtp_open(channel, 1, "127.0.0.1", &port), -ENOBUFS);
	media_channel_close(channel, false);
	world_close(&world);
	close(fd);
}

static void refusals(void)
{
	struct world world;
	struct media_channel *a, *b;
	struct media_rtp_params params = params_to(1);
	struct tdm_span unknown = { .ops = &fake_ops };
	struct media_conf conf = { .port_first = 5, .port_last = 5, .jitter_max_ms = 1 };
	int error = 0;

	world_open(&world, 4, 10, 2);
	CU_ASSERT_PTR_NULL(media_engine_new(&conf, &world.loop, &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
	conf = (struct media_conf){
		.port_first = 5000, .port_last = 5010, .jitter_min_ms = 9, .jitter_max_ms = 8
	};
	CU_ASSERT_PTR_NULL(media_engine_new(&conf, &world.loop, &error));
	CU_ASSERT_EQUAL(error, -EINVAL);
	a = media_channel_new(world.engine, "a", on_event, &world);
	b = media_channel_new(world.engine, "b", on_event, &world);
	CU_ASSERT_PTR_NULL(media_channel_new(world.engine, "c", on_event, &world));
	CU_ASSERT_EQUAL(media_bearer_open(a, 0, &unknown, 1), -EINVAL);
	CU_ASSERT_EQUAL(media_bearer_open(a, 0, &world.fake.span, 0), -EINVAL);
	CU_ASSERT_EQUAL(media_bearer_open(a, 0, &world.fake.span, 32), -EINVAL);
	CU_ASSERT_EQUAL(media_bearer_open(a, 0, &world.fake.span, 5), 0);
	CU_ASSERT_EQUAL(media_bearer_open(b, 0, &world.fake.span, 5), -EBUSY);
	CU_ASSERT_EQUAL(media_rtp_set(a, 0, &params), -EINVAL);
	CU_ASSERT_EQUAL(media_rtp_set(a, 1, &params), -EINVAL);
	CU_ASSERT_EQUAL(media_engine_remove_span(world.engine, &world.fake.span), -EBUSY);
	CU_ASSERT_EQUAL(media_engine_remove_span(world.engine, &unknown), -ENOENT);
	media_end_close(a, 1);
	media_channel_close(a, true);
	media_channel_close(b, true);
	world_close(&world);
	CU_ASSERT_EQUAL(world.closed, 2);
}

/* A circuit is taken again before the thread has let go of it. */
static void timeslot_taken_again(void)
{
	struct world world;
	struct media_channel *a, *b, *c;
	struct media_end_stats stats;

	world_open(&world, 4, 10, 10);
	a = media_channel_new(world.engine, "a", on_event, &world);
	b = media_channel_new(world.engine, "b", on_event, &world);
	c = media_channel_new(world.engine, "c", on_event, &world);
	CU_ASSERT_EQUAL(media_bearer_open(a, 0, &world.fake.span, 7), 0);
	serve(&world, 50);
	media_channel_close(a, false);
	CU_ASSERT_EQUAL(media_bearer_open(b, 1, &world.fake.span, 7), 0);
	CU_ASSERT_EQUAL(media_bearer_open(c, 0, &world.fake.span, 7), -EBUSY);
	media_end_close(b, 1); /* before it ever began */
	CU_ASSERT_EQUAL(media_bearer_open(c, 0, &world.fake.span, 7), 0);
	serve(&world, 300);
	media_stats(c, 0, &stats);
	CU_ASSERT(stats.blocks_in > 10 && stats.blocks_out > 10);
	CU_ASSERT_EQUAL(world.fake.opened, 1);
	media_end_close(c, 0);
	CU_ASSERT_EQUAL(media_bearer_open(b, 1, &world.fake.span, 7), 0);
	media_channel_close(b, false);
	media_channel_close(c, false);
	world_close(&world);
}

/* Two channels, each bearer to RTP, joined by RTP; the line loops: an octet said comes back. */
static void two_channels(void)
{
	struct world world;
	struct media_channel *a, *b;
	struct media_rtp_params params;
	struct media_end_stats stats;
	uint16_t port_a, port_b;

	world_open(&world, 4, 10, 10);
	a = media_channel_new(world.engine, "a", on_event, &world);
	b = media_channel_new(world.engine, "b", on_event, &world);
	CU_ASSERT_EQUAL(media_rtp_open(a, 0, "127.0.0.1", &port_a), 0);
	CU_ASSERT_EQUAL(media_rtp_open(b, 0, "127.0.0.1", &port_b), 0);
	CU_ASSERT_EQUAL(media_bearer_open(a, 1, &world.fake.span, 1), 0);
	CU_ASSERT_EQUAL(media_bearer_open(b, 1, &world.fake.span, 2), 0);
	params = params_to(port_b);
	CU_ASSERT_EQUAL(media_rtp_set(a, 0, &params), 0);
	params = params_to(port_a);
	CU_ASSERT_EQUAL(media_rtp_set(b, 0, &params), 0);
	for (unsigned side = 0; side < 2; side++) {
		media_end_mode(a, side, true, true);
		media_end_mode(b, side, true, true);
	}
	serve(&world, 500);
	CU_ASSERT_EQUAL(world.started, 2);
	/* out of a's RTP as an event, on b's bearer as a tone, looped by the line, and back as an
	 * event */
	media_dtmf_send(a, 0, '5', 100);
	serve(&world, 900);
	media_stats(a, 0, &stats);
	CU_ASSERT(stats.packets_out > 50 && stats.packets_in > 50);
	CU_ASSERT_EQUAL(stats.refused, 0);
	CU_ASSERT(stats.dtmf_out >= 1);
	media_stats(b, 1, &stats);
	CU_ASSERT_EQUAL(stats.dtmf_out >= 1, true);
	CU_ASSERT(world.digits >= 2);
	media_channel_close(a, true);
	media_channel_close(b, true);
	world_close(&world);
	CU_ASSERT_EQUAL(world.closed, 2);
}

static void stall_is_counted(void)
{
	struct world world;
	struct media_stalls before, stalls = { 0 };

	world_open(&world, 4, 10, 10);
	serve(&world, 100);
	media_engine_stalls(world.engine, &before);
	/* six ticks late, as after 60 ms without the processor; when it comes is the machine's */
	atomic_store(&world.hold, 6);
	for (unsigned i = 0; i < 2000 && (stalls.late <= before.late || stalls.worst_us < 50000);
	     i++) {
		serve(&world, 5);
		media_engine_stalls(world.engine, &stalls);
	}
	/* what was just being counted */
	serve(&world, 5);
	media_engine_stalls(world.engine, &stalls);
	CU_ASSERT(stalls.late > before.late);
	CU_ASSERT(stalls.worst_us >= 50000);
	CU_ASSERT((stalls.worst_us > MEDIA_STALL_MS * 1000) == (stalls.too_late > 0));
	world_close(&world);
}

/* The span's clock stands still: channels without a timeslot go on. */
static void clock_stops(void)
{
	struct world world;
	struct media_channel *a, *b;
	struct media_rtp_params params;
	struct media_end_stats stats;
	uint16_t port_a, port_b;

	world_open(&world, 4, 0, 10);
	fake_open(&world.fake, 10);
	CU_ASSERT_EQUAL(media_engine_add_span(world.engine, &world.fake.span), 0);
	a = media_channel_new(world.engine, "a", on_event, &world);
	b = media_channel_new(world.engine, "b", on_event, &world);
	CU_ASSERT_EQUAL(media_rtp_open(a, 0, "127.0.0.1", &port_a), 0);
	CU_ASSERT_EQUAL(media_rtp_open(b, 0, "127.0.0.1", &port_b), 0);
	params = params_to(port_b);
	CU_ASSERT_EQUAL(media_rtp_set(a, 0, &params), 0);
	params = params_to(port_a);
	CU_ASSERT_EQUAL(media_rtp_set(b, 0, &params), 0);
	media_tone(a, 0, MEDIA_TONE_BUSY);
	serve(&world, 500);
	media_stats(b, 0, &stats);
	CU_ASSERT(stats.packets_in >= 10);
	CU_ASSERT_EQUAL(media_engine_remove_span(world.engine, &world.fake.span), 0);
	fake_close(&world.fake);
	world.fake.clock_fd = 0;
	/* and goes on by timer */
	serve(&world, 300);
	media_channel_close(a, false);
	media_channel_close(b, false);
	world_close(&world);
}

/* Whoever lets go last, core or the thread: a sound is freed (the sanitizer looks on), and reported when it is over. */
static void sounds(void)
{
	struct world world;
	struct media_channel *channel;

	world_open(&world, 4, 0, 10);
	for (unsigned i = 0; i < 4; i++) {
		struct media_sound *sound = sound_make();
		uint16_t port;

		channel = media_channel_new(world.engine, "a", on_event, &world);
		CU_ASSERT_EQUAL(media_rtp_open(channel, 0, "127.0.0.1", &port), 0);
		if (i == 0)
			media_sound_drop(media_sound_hold(sound));
		media_play(channel, 0, sound, i == 1);
		if (i == 2)
			media_play(channel, 0, sound, false); /* from the beginning */
		if (i == 3)
			media_tone(channel, 0, MEDIA_TONE_DIAL);
		if (i < 3)
			media_sound_drop(sound);
		serve(&world, 400);
		if (i == 3)
			media_sound_drop(sound);
		media_channel_close(channel, false);
	}
	settle(&world, 0);
	CU_ASSERT_EQUAL(world.played, 2);
	world_close(&world);
}

static void count_trace(void *arg, const struct trace_event *event)
{
	(void)event;
	++*(unsigned *)arg;
}

/* What may be NULL by media.h: nothing, as it says there. */
static void nothing_given(void)
{
	unsigned traced = 0;
	struct trace_tap tap = { .fn = count_trace, .arg = &traced, .kinds = 1u << TRACE_MEDIA };
	struct media_sound *sound = sound_make();
	struct media_channel *channel;
	struct world world;
	uint16_t port;

	trace_tap_add(&tap);
	CU_ASSERT_PTR_NULL(media_sound_hold(NULL));
	CU_ASSERT_EQUAL(media_sound_ms(NULL), 0);
	CU_ASSERT_PTR_NULL(media_zone(NULL));
	CU_ASSERT_PTR_NULL(media_zone("nowhere"));
	media_sound_drop(NULL);
	media_channel_close(NULL, true);
	media_engine_free(NULL);
	world_open(&world, 4, 0, 10);
	channel = media_channel_new(world.engine, NULL, on_event, &world);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	CU_ASSERT_EQUAL(media_rtp_open(channel, 0, "127.0.0.1", &port), 0);
	media_tone_zone(channel, 0, media_zone("nowhere"));
	media_tone(channel, 0, MEDIA_TONE_BUSY);
	serve(&world, 50);
	media_play(channel, 0, NULL, false);
	serve(&world, 50);
	/* a sound that would have ended by itself is ended by nothing */
	media_play(channel, 0, sound, false);
	media_play(channel, 0, NULL, true);
	media_sound_drop(sound);
	serve(&world, 400);
	CU_ASSERT_EQUAL(world.played, 0);
	CU_ASSERT_EQUAL(traced, 0);
	trace_tap_remove(&tap);
	media_channel_close(channel, false);
	settle(&world, 0);
	world_close(&world);
}

/* Thousands of commands without the thread having had a chance: none is lost, nobody waits. */
static void burst(void)
{
	struct world world;
	struct media_channel *channel;

	world_open(&world, 4, 10, 2000);
	for (unsigned i = 0; i < 1500; i++) {
		channel = media_channel_new(world.engine, "burst", on_event, &world);
		CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
		for (unsigned k = 0; k < 10; k++)
			media_end_mode(channel, k % 2, true, true);
		media_channel_close(channel, true);
	}
	for (unsigned i = 0; i < 2000 && world.closed < 1500; i++) {
		uv_run(&world.loop, UV_RUN_NOWAIT);
		pause_us(1000);
	}
	CU_ASSERT_EQUAL(world.closed, 1500);
	world_close(&world);
}

/* The engine ends with events that nobody has fetched. */
static void ends_at_once(void)
{
	struct world world;
	struct media_channel *channel;
	uint16_t port;

	world_open(&world, 4, 0, 10);
	channel = media_channel_new(world.engine, "a", on_event, &world);
	CU_ASSERT_EQUAL(media_rtp_open(channel, 0, "127.0.0.1", &port), 0);
	media_channel_close(channel, true);
	media_engine_free(world.engine);
	CU_ASSERT_EQUAL(world.closed, 1);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&world.loop), 0);
	CU_ASSERT_EQUAL(fds_open(), world.fds_before);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "ports", ports },
		{ "ports taken by others", ports_taken_by_others },
		{ "refusals", refusals },
		{ "a timeslot taken again at once", timeslot_taken_again },
		{ "two channels, digits through both", two_channels },
		{ "a stall is counted", stall_is_counted },
		{ "a clock that stops", clock_stops },
		{ "sounds", sounds },
		{ "nothing given", nothing_given },
		{ "a burst of commands", burst },
		{ "ends at once", ends_at_once },
		CU_TEST_INFO_NULL,
	};

	uv_loop_t first; /* makes libuv open what it keeps */

	uv_loop_init(&first);
	uv_loop_close(&first);
	return cu_run("engine", tests, argc, argv);
}
