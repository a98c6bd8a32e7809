/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The engine's thread on spans whose bearers are the clocks: which one wakes it, and when another
 * does. */
#include "gw/media/bearer_end.h"
#include "gw/media/media.h"

#include <stdatomic.h>
#include <time.h>

#include "tests/unit/cu.h"
#include "tests/unit/gw/media/fake_span.h"

#define CHUNK_MS 5
#define LIMIT	 400 /* ticks: 2 s */

struct world {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span a, b;
	struct media_channel *in_a, *in_b; /* each joins timeslots 1 and 2 */
	bool a_ticks, b_ticks;
};

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static struct media_channel *joined(struct world *world, struct fake_span *fake, unsigned first)
{
	struct media_channel *channel = media_channel_new(world->engine, "a", on_event, world);

	CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 0, &fake->span, first), 0);
	CU_ASSERT_EQUAL(media_bearer_open(channel, 1, &fake->span, first + 1), 0);
	return channel;
}

static void world_open(struct world *world)
{
	const struct media_conf conf = {
		.port_first = 21000,
		.port_last = 21009,
		.jitter_min_ms = 20,
		.jitter_max_ms = 200,
		.rtp_timeout_ms = 30000,
		.channels_max = 10,
	};
	int error;

	memset(world, 0, sizeof(*world));
	CU_ASSERT_FATAL(uv_loop_init(&world->loop) == 0);
	world->engine = media_engine_new(&conf, &world->loop, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(world->engine);
	fake_open(&world->a, CHUNK_MS);
	fake_open(&world->b, CHUNK_MS);
	fake_without_clock(&world->a);
	fake_without_clock(&world->b);
	CU_ASSERT_EQUAL(media_engine_add_span(world->engine, &world->a.span), 0);
	CU_ASSERT_EQUAL(media_engine_add_span(world->engine, &world->b.span), 0);
	world->in_a = joined(world, &world->a, 1);
	world->in_b = joined(world, &world->b, 1);
	world->a_ticks = world->b_ticks = true;
}

/* Ticks of the lines, each with a command as there are many on a busy gateway. */
static void tick(struct world *world, unsigned n)
{
	const struct timespec t = { 0, CHUNK_MS * 1000000 };

	while (n--) {
		if (world->a_ticks)
			fake_tick_loop(&world->a);
		if (world->b_ticks)
			fake_tick_loop(&world->b);
		media_end_mode(world->in_b, 0, true, true);
		uv_run(&world->loop, UV_RUN_NOWAIT);
		nanosleep(&t, NULL);
	}
}

static void world_close(struct world *world)
{
	media_channel_close(world->in_a, false);
	media_channel_close(world->in_b, false);
	for (unsigned i = 0; i < LIMIT && media_engine_channels(world->engine); i++) {
		const struct timespec t = { 0, 1000000 };

		uv_run(&world->loop, UV_RUN_NOWAIT);
		nanosleep(&t, NULL);
	}
	CU_ASSERT_EQUAL(media_engine_channels(world->engine), 0);
	CU_ASSERT_EQUAL(media_engine_remove_span(world->engine, &world->a.span), 0);
	CU_ASSERT_EQUAL(media_engine_remove_span(world->engine, &world->b.span), 0);
	fake_close(&world->a);
	fake_close(&world->b);
	media_engine_free(world->engine);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&world->loop), 0);
}

static uint64_t heard(const struct media_channel *channel, unsigned side)
{
	struct media_end_stats stats;

	media_stats(channel, side, &stats);
	return stats.blocks_in;
}

/* Ticks until n more blocks were heard, LIMIT when they never are. */
static unsigned ticks_until(struct world *world, const struct media_channel *channel, unsigned side,
			    unsigned n)
{
	uint64_t wanted = heard(channel, side) + n;
	unsigned ticks = 0;

	for (; ticks < LIMIT && heard(channel, side) < wanted; ticks++)
		tick(world, 1);
	return ticks;
}

static void ticks_on_a_bearer(void)
{
	struct world world;

	world_open(&world);
	for (unsigned side = 0; side < 2; side++) {
		CU_ASSERT(ticks_until(&world, world.in_a, side, 20) < LIMIT);
		CU_ASSERT(ticks_until(&world, world.in_b, side, 20) < LIMIT);
	}
	world_close(&world);
}

/* Timeslot 1 of a leads until it is given back, then timeslot 2, then b. */
static void bearer_is_detached(void)
{
	struct world world;

	world_open(&world);
	tick(&world, 10);
	media_end_close(world.in_a, 0);
	world.b_ticks = false;
	CU_ASSERT(ticks_until(&world, world.in_a, 1, 20) < LIMIT);
	world.b_ticks = true;
	CU_ASSERT(ticks_until(&world, world.in_b, 0, 20) < LIMIT);
	media_end_close(world.in_a, 1);
	CU_ASSERT(ticks_until(&world, world.in_b, 0, 20) < LIMIT);
	world_close(&world);
}

/* The descriptor fails: a stream that ends with octets unread. */
static void line_breaks(struct fake_span *fake, unsigned timeslot)
{
	pthread_mutex_lock(&fake->lock);
	close(fake->line_fd[timeslot]);
	fake->line_fd[timeslot] = -1;
	pthread_mutex_unlock(&fake->lock);
}

static void bearer_is_dead(void)
{
	struct world world;

	world_open(&world);
	tick(&world, 10);
	line_breaks(&world.a, 1);
	world.b_ticks = false;
	CU_ASSERT(ticks_until(&world, world.in_a, 1, 20) < LIMIT);
	line_breaks(&world.a, 2);
	world.b_ticks = true;
	CU_ASSERT(ticks_until(&world, world.in_b, 0, 20) < LIMIT);
	world_close(&world);
}

/* Either way, and whatever the thread is told meanwhile. */
static void span_is_silent(void)
{
	struct world world;

	world_open(&world);
	tick(&world, 10);
	world.a_ticks = false;
	CU_ASSERT(ticks_until(&world, world.in_b, 0, 20) < LIMIT);
	world.a_ticks = true;
	world.b_ticks = false;
	CU_ASSERT(ticks_until(&world, world.in_a, 0, 20) < LIMIT);
	/* Nor is the alarm of the only one that ticks a reason to wait for the other. */
	atomic_store(&world.a.alarms, TDM_ALARM_LOS | TDM_ALARM_DOWN);
	CU_ASSERT(ticks_until(&world, world.in_a, 0, 200) < LIMIT / 2 + 50);
	atomic_store(&world.a.alarms, 0);
	world_close(&world);
}

/* A span in alarm leads no more before it falls silent, which takes 12 ticks to be seen: the best
 * of some tries, since this machine may have other things to do. */
static void span_has_an_alarm(void)
{
	struct world world;
	unsigned best = LIMIT;

	world_open(&world);
	for (unsigned i = 0; i < 8; i++) {
		tick(&world, 10);
		atomic_store(&world.a.alarms, TDM_ALARM_LOS | TDM_ALARM_DOWN);
		tick(&world, 2);
		world.a_ticks = false;
		unsigned ticks = ticks_until(&world, world.in_b, 0, 2);

		best = ticks < best ? ticks : best;
		world.a_ticks = true;
		atomic_store(&world.a.alarms, 0);
	}
	CU_ASSERT(best < 8);
	world_close(&world);
}

/* Its descriptors stay dead when it is back. */
static void span_is_missing(void)
{
	struct world world;

	world_open(&world);
	tick(&world, 10);
	atomic_store(&world.a.alarms, TDM_ALARM_MISSING | TDM_ALARM_DOWN);
	CU_ASSERT(ticks_until(&world, world.in_b, 0, 20) < LIMIT);
	uint64_t before[2] = { heard(world.in_a, 0), heard(world.in_a, 1) };

	tick(&world, 20);
	atomic_store(&world.a.alarms, 0);
	tick(&world, 20);
	CU_ASSERT_EQUAL(heard(world.in_a, 0), before[0]);
	CU_ASSERT_EQUAL(heard(world.in_a, 1), before[1]);
	media_end_close(world.in_a, 0);
	tick(&world, 10);
	CU_ASSERT_EQUAL(media_bearer_open(world.in_a, 0, &world.a.span, 1), 0);
	world.b_ticks = false;
	CU_ASSERT(ticks_until(&world, world.in_a, 0, 20) < LIMIT);
	CU_ASSERT_EQUAL(heard(world.in_a, 1), before[1]);
	world_close(&world);
}

/* What came before the bearer had a place in a channel is neither heard late nor taken for time of
 * the line. */
static void old_blocks(void)
{
	const struct round round = { .timely = true };
	static struct bearer_end bearer;
	struct fake_span fake;
	uint8_t block[160];

	fake_open(&fake, 20);
	fake_without_clock(&fake);
	int fd = fake_bearer(&fake.span, 1);

	CU_ASSERT_FATAL(fd >= 0);
	bearer_end_init(&bearer, fd, &fake.span, 1, NULL);
	fake_tick_loop(&fake);
	fake_tick_loop(&fake);
	bearer.end.ops->attach(&bearer.end, &round);
	/* 20 ms for a late tick, 20 until the next, 20 for where in its block it is */
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(recv(fake.line_fd[1], block, sizeof(block), 0), 160);
	CU_ASSERT_EQUAL(recv(fake.line_fd[1], block, sizeof(block), 0), -1);
	(void)bearer_end_read(&bearer);
	CU_ASSERT_EQUAL(bearer.end.ops->ready(&bearer.end, &round), 0);
	CU_ASSERT_EQUAL(bearer.end.ops->demand(&bearer.end).take, 0);
	fake_tick_loop(&fake);
	(void)bearer_end_read(&bearer);
	CU_ASSERT_EQUAL(bearer.end.ops->ready(&bearer.end, &round), 160);
	struct demand demand = bearer.end.ops->demand(&bearer.end);

	CU_ASSERT_EQUAL(demand.take, 160);
	CU_ASSERT_EQUAL(demand.skip, 0);
	fake_release(&fake.span, 1);
	fake_close(&fake);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "ticks on a bearer", ticks_on_a_bearer },
		{ "the bearer is detached", bearer_is_detached },
		{ "the bearer is dead", bearer_is_dead },
		{ "the span is silent", span_is_silent },
		{ "the span has an alarm", span_has_an_alarm },
		{ "the span is missing", span_is_missing },
		{ "blocks from before", old_blocks },
		CU_TEST_INFO_NULL,
	};

	return cu_run("bearer clock", tests, argc, argv);
}
