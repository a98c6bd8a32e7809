/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Lines that echo: one channel on a clock turned by hand, and channels through the engine. */
#include "tests/unit/gw/media/hybrid.h"
#include "tests/unit/gw/media/rig_run.h"

#include <poll.h>

#include "tests/unit/gw/media/fake_span.h"

#define SENT_MAX (40 * SECOND)

struct world {
	struct rig rig;
	struct talker far, near;
	struct hybrid hybrid;
	uint8_t *echoes; /* what came in from the line */
	size_t n;
	bool far_quiet;
};

static void world_open(struct world *w, unsigned chunk_ms, const struct media_bearer_params *params)
{
	memset(w, 0, sizeof(*w));
	w->echoes = malloc(SENT_MAX);
	rig_open(&w->rig, chunk_ms, MEDIA_PCMA, 20);
	rig_card(&w->rig, params);
	w->far = (struct talker){ .random = 1, .amplitude = 4000 };
	w->near = (struct talker){ .random = 9, .amplitude = 0 };
	hybrid_init(&w->hybrid, 30, 10, 4);
}

static void world_close(struct world *w)
{
	rig_close(&w->rig);
	free(w->echoes);
}

static void far_says(struct world *w)
{
	const struct rtp_packet p = { .payload_type = 8,
				      .sequence = w->rig.peer_sequence++,
				      .timestamp = w->rig.peer_timestamp,
				      .ssrc = 99 };
	uint8_t octets[160];

	for (unsigned i = 0; i < 160; i++) {
		int16_t said = talker_next(&w->far);

		octets[i] = g711_a_octet(w->far_quiet ? 0 : said);
	}
	peer_send(&w->rig, &p, octets, 160);
	w->rig.peer_timestamp += 160;
}

static void line_tick_echo(struct world *w)
{
	struct rig *rig = &w->rig;
	size_t chunk = rig->span.chunk_octets;
	uint8_t octets[160];

	if (recv(rig->line_fd, octets, chunk, 0) != (ssize_t)chunk) {
		memset(octets, 0xD5, chunk);
		rig->idle_blocks++;
	}
	for (size_t i = 0; i < chunk; i++) {
		double x = hybrid_echo(&w->hybrid, g711_a_linear[octets[i]]);

		octets[i] = g711_a_octet((int16_t)(x + talker_next(&w->near)));
	}
	memcpy(w->echoes + w->n, octets, chunk);
	w->n += chunk;
	send(rig->line_fd, octets, chunk, 0);
	rig->clock.ticks++;
	rig->peer_clock += (uint32_t)chunk;
	if (rig->peer_clock - rig->peer_timestamp >= 160)
		far_says(w);
}

static void world_run_echo(struct world *w, unsigned ms, bool turns)
{
	unsigned chunk_ms = w->rig.span.chunk_ms, since = 0;

	for (unsigned t = 0; t < ms; t += chunk_ms) {
		line_tick_echo(w);
		w->rig.round.now_us += chunk_ms * 1000;
		w->rig.round.elapsed += chunk_ms * 8;
		since += chunk_ms;
		if (turns && since >= BEARER_ROUND_MS) {
			engine_turn(&w->rig, true);
			since = 0;
		}
	}
}

/* How much less the peer got than came in, over the last second. */
static double loss_db(const struct world *w)
{
	const size_t n = SECOND;

	return octets_dbm0(w->echoes + w->n - n, n) - octets_dbm0(w->rig.got + w->rig.got_n - n, n);
}

static void cancelled(void)
{
	static const unsigned chunks[] = { 1, 4, 5, 20 }, tails[] = { 32, 64, 128 };

	for (size_t c = 0; c < 4; c++)
		for (size_t t = 0; t < 3; t++) {
			const struct media_bearer_params params = { .echo_tail_ms = tails[t],
								    .block_ms = t == 1 ? 8 : 4,
								    .no_nlp = true };
			struct world w;

			world_open(&w, chunks[c], &params);
			world_run_echo(&w, 3000, true);
			CU_ASSERT(octets_dbm0(w.echoes + w.n - SECOND, SECOND) > -35);
			CU_ASSERT(loss_db(&w) > 20);
			CU_ASSERT_EQUAL(w.rig.bearer.end.stats.echo.tail_ms, tails[t]);
			CU_ASSERT(w.rig.bearer.end.stats.echo.erle_db > 15);
			CU_ASSERT(w.rig.bearer.end.stats.echo.erl_db >= 5 &&
				  w.rig.bearer.end.stats.echo.erl_db <= 15);
			/* the echo lies in the first 25 ms, wherever the lead puts the octets */
			CU_ASSERT(w.rig.bearer.end.stats.echo.tail_end_ms <= 32);
			CU_ASSERT_EQUAL(w.rig.got_gaps, 0);
			world_close(&w);
		}
}

/* The near end talks: it is heard as it is. */
static void near_talk(void)
{
	const struct media_bearer_params params = { .echo_tail_ms = 128 };
	struct world w;

	world_open(&w, 5, &params);
	world_run_echo(&w, 3000, true);
	CU_ASSERT(loss_db(&w) > 30);
	w.far_quiet = true;
	w.near.amplitude = 4000;
	world_run_echo(&w, 2000, true);
	CU_ASSERT_DOUBLE_EQUAL(loss_db(&w), 0, 1.5);
	world_close(&w);
}

/* The line went on for 60 ms without the engine, and took idle. Then what came in is compared with
 * what went out at the same time, as before. */
static void stalled(void)
{
	static const unsigned chunks[] = { 1, 5, 20 };

	for (size_t c = 0; c < 3; c++) {
		const struct media_bearer_params params = { .echo_tail_ms = 64, .no_nlp = true };
		unsigned begin, end;
		struct world w;

		world_open(&w, chunks[c], &params);
		world_run_echo(&w, 3000, true);
		begin = w.rig.bearer.end.stats.echo.tail_begin_ms;
		end = w.rig.bearer.end.stats.echo.tail_end_ms;
		for (unsigned k = 0; k < 5; k++) {
			world_run_echo(&w, 60, false);
			engine_turn(&w.rig, false);
			world_run_echo(&w, 200, true);
		}
		CU_ASSERT(w.rig.idle_blocks > 0);
		world_run_echo(&w, 2000, true);
		CU_ASSERT(loss_db(&w) > 20);
		CU_ASSERT_EQUAL(w.rig.bearer.end.stats.echo.tail_begin_ms, begin);
		CU_ASSERT_EQUAL(w.rig.bearer.end.stats.echo.tail_end_ms, end);
		world_close(&w);
	}
}

/* Blocks that the span lost, and ones that came twice: aligned again within a second or so. */
static void lost_blocks(void)
{
	const struct media_bearer_params params = { .echo_tail_ms = 64, .no_nlp = true };
	uint8_t octets[160];
	struct world w;

	world_open(&w, 5, &params);
	world_run_echo(&w, 3000, true);
	for (unsigned k = 0; k < 4; k++) {
		line_tick_echo(&w);
		CU_ASSERT_EQUAL(recv(w.rig.bearer.fd, octets, 40, 0), 40);
	}
	w.rig.round.now_us += 20000;
	engine_turn(&w.rig, true);
	world_run_echo(&w, 4000, true);
	CU_ASSERT(loss_db(&w) > 20);
	for (unsigned k = 0; k < 3; k++)
		send(w.rig.line_fd, w.echoes + w.n - 40, 40, 0);
	world_run_echo(&w, 4000, true);
	CU_ASSERT(loss_db(&w) > 20);
	world_close(&w);
}

static void hardware(void)
{
	const struct media_bearer_params params = { .echo_tail_ms = 128, .hardware_echo = true };
	struct world w;
	size_t at = 0;

	world_open(&w, 5, &params);
	world_run_echo(&w, 2000, true);
	CU_ASSERT_PTR_NULL(w.rig.group);
	CU_ASSERT_EQUAL(w.rig.bearer.end.stats.echo.state, MEDIA_ECHO_NONE);
	/* octet for octet */
	while (at < w.n && memcmp(w.echoes + at, w.rig.got, 8000) != 0)
		at++;
	CU_ASSERT(at < w.n);
	world_close(&w);
}

static void shapes(void)
{
	struct media_bearer_params params = { 0 };
	struct lane_shape shape;
	bool needed;

	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), 0);
	CU_ASSERT_FALSE(needed);
	params.hear_tones = true;
	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), 0);
	CU_ASSERT(needed && !shape.taps && shape.block == 32);
	params.block_ms = 8; /* a canceller's */
	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), 0);
	CU_ASSERT_EQUAL(shape.block, 32);
	params.clear = true;
	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), 0);
	CU_ASSERT_FALSE(needed);
	params = (struct media_bearer_params){ .echo_tail_ms = 128, .block_ms = 8 };
	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), 0);
	CU_ASSERT(needed && shape.taps == 1024 && shape.block == 64);
	params.echo_tail_ms = 16;
	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), -EINVAL);
	params = (struct media_bearer_params){ .block_ms = 5 };
	CU_ASSERT_EQUAL(lane_shape_of(&params, &shape, &needed), -EINVAL);
}

/* ---- the engine ---- */

#define LINES 20 /* more than a group has lanes */

struct exchange {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span fake;
	struct media_channel *channel[LINES];
	struct talker talker[LINES];
	struct hybrid hybrid[LINES];
	double said[LINES], heard[LINES]; /* energies of the echo and of what is left of it */
	double echo[LINES];
};

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static void line_open(struct exchange *x, unsigned i)
{
	const struct media_bearer_params params = { .echo_tail_ms = 128,
						    .no_nlp = true,
						    .hear_dtmf = true };

	x->channel[i] = media_channel_new(x->engine, "echo", on_event, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(x->channel[i]);
	CU_ASSERT_EQUAL(media_bearer_open(x->channel[i], 0, &x->fake.span, 1 + i), 0);
	CU_ASSERT_EQUAL(media_bearer_set(x->channel[i], 1, &params), 0);
	/* The other half of the lines are on timeslots of a second span's worth of lanes. */
	CU_ASSERT_EQUAL(media_bearer_open(x->channel[i], 1, &x->fake.span, 16 + i), 0);
	media_end_mode(x->channel[i], 0, true, true);
	media_end_mode(x->channel[i], 1, true, true);
	x->talker[i] = (struct talker){ .random = 7 + i, .amplitude = 4000 };
	hybrid_init(&x->hybrid[i], 10 + i, 10, 20 + i);
	x->said[i] = x->heard[i] = 0;
}

/* One block of a line, when the engine has written it. */
static void block_take(struct exchange *x, unsigned timeslot, uint8_t *octets)
{
	struct pollfd fd = { .fd = x->fake.line_fd[timeslot], .events = POLLIN };

	poll(&fd, 1, 2000);
	CU_ASSERT_EQUAL(recv(fd.fd, octets, x->fake.span.chunk_octets, 0),
			(ssize_t)x->fake.span.chunk_octets);
}

static double energy(const uint8_t *octets, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += pow(g711_a_linear[octets[i]], 2);
	return sum;
}

static void lines_tick(struct exchange *x, unsigned n)
{
	size_t chunk = x->fake.span.chunk_octets;
	uint8_t octets[160];

	for (unsigned i = 0; i < n; i++) {
		if (!x->channel[i])
			continue;
		block_take(x, 1 + i, octets);
		x->heard[i] += energy(octets, chunk);
		for (size_t k = 0; k < chunk; k++)
			octets[k] = g711_a_octet(talker_next(&x->talker[i]));
		send(x->fake.line_fd[1 + i], octets, chunk, 0);
		block_take(x, 16 + i, octets);
		for (size_t k = 0; k < chunk; k++)
			octets[k] = g711_a_octet(
				(int16_t)hybrid_echo(&x->hybrid[i], g711_a_linear[octets[k]]));
		x->said[i] += energy(octets, chunk);
		send(x->fake.line_fd[16 + i], octets, chunk, 0);
	}
	eventfd_write(x->fake.clock_fd, 1);
	uv_run(&x->loop, UV_RUN_NOWAIT);
}

static void lines_run(struct exchange *x, unsigned n, unsigned ms)
{
	for (unsigned i = 0; i < n; i++)
		x->said[i] = x->heard[i] = 0;
	for (unsigned t = 0; t < ms; t += x->fake.span.chunk_ms)
		lines_tick(x, n);
}

/* What a line did is counted every 20 ms, and told every fifth time: until all was told for the second time after now. */
static void stats_read(struct exchange *x, unsigned i, struct media_end_stats *stats)
{
	uint64_t told = 0;

	media_stats(x->channel[i], 1, stats);
	for (unsigned news = 0, k = 0; news < 2 * PIPELINE_TELLS && k < 2000; k++) {
		told = stats->blocks_in;
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		lines_tick(x, LINES);
		media_stats(x->channel[i], 1, stats);
		news += stats->blocks_in != told;
	}
	CU_ASSERT(stats->blocks_in != told);
}

static bool is_gone(const struct exchange *x, unsigned i)
{
	return 10 * log10(x->said[i] / x->heard[i]) > 20;
}

static void exchange_open(struct exchange *x)
{
	const struct media_conf conf = { .port_first = 20000,
					 .port_last = 20100,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .channels_max = 64 };
	int rc = 0;

	memset(x, 0, sizeof(*x));
	fake_open(&x->fake, 5);
	uv_loop_init(&x->loop);
	x->engine = media_engine_new(&conf, &x->loop, &rc);
	CU_ASSERT_PTR_NOT_NULL_FATAL(x->engine);
	CU_ASSERT_EQUAL(media_engine_add_span(x->engine, &x->fake.span), 0);
}

static void exchange_close(struct exchange *x)
{
	for (unsigned i = 0; i < LINES; i++)
		if (x->channel[i])
			media_channel_close(x->channel[i], false);
	while (media_engine_channels(x->engine))
		uv_run(&x->loop, UV_RUN_ONCE);
	media_engine_free(x->engine);
	while (uv_run(&x->loop, UV_RUN_NOWAIT))
		;
	CU_ASSERT_EQUAL(uv_loop_close(&x->loop), 0);
	CU_ASSERT_EQUAL(x->fake.opened, 0);
	fake_close(&x->fake);
}

static void lines_judge(struct exchange *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct media_end_stats stats;

		if (!x->channel[i])
			continue;
		CU_ASSERT(is_gone(x, i));
		stats_read(x, i, &stats);
		CU_ASSERT_EQUAL(stats.echo.tail_ms, 128);
		CU_ASSERT(stats.echo.erle_db > 15);
		CU_ASSERT_EQUAL(stats.tx_underruns, 0);
	}
}

static void through_engine(void)
{
	struct exchange x;

	exchange_open(&x);
	line_open(&x, 0);
	lines_run(&x, 1, 2000);
	lines_run(&x, 1, 1000);
	lines_judge(&x, 1);
	exchange_close(&x);
}

/* Lines come while others have long been there, and go; those that stay do not notice. */
static void lines_come_and_go(void)
{
	struct exchange x;

	exchange_open(&x);
	line_open(&x, 0);
	lines_run(&x, 8, 700);
	for (unsigned i = 1; i < 8; i++) {
		line_open(&x, i);
		lines_run(&x, 8, 35 + 5 * i);
	}
	lines_run(&x, 8, 2000);
	for (unsigned i = 0; i < 8; i += 2) {
		media_channel_close(x.channel[i], false);
		x.channel[i] = NULL;
	}
	lines_run(&x, 8, 1000);
	lines_judge(&x, 8);
	for (unsigned i = 0; i < 8; i += 2)
		line_open(&x, i);
	lines_run(&x, 8, 2000);
	lines_run(&x, 8, 1000);
	lines_judge(&x, 8);
	exchange_close(&x);
}

/* Another tail under way, and none, and one again. */
static void another_tail(void)
{
	struct media_bearer_params params = { .echo_tail_ms = 32, .no_nlp = true };
	struct media_end_stats stats;
	struct exchange x;

	exchange_open(&x);
	line_open(&x, 0);
	lines_run(&x, 1, 1000);
	CU_ASSERT_EQUAL(media_bearer_set(x.channel[0], 1, &params), 0);
	lines_run(&x, 1, 2000);
	lines_run(&x, 1, 1000);
	CU_ASSERT(10 * log10(x.said[0] / x.heard[0]) > 20);
	stats_read(&x, 0, &stats);
	CU_ASSERT_EQUAL(stats.echo.tail_ms, 32);
	params.echo_tail_ms = 0;
	CU_ASSERT_EQUAL(media_bearer_set(x.channel[0], 1, &params), 0);
	lines_run(&x, 1, 200);
	lines_run(&x, 1, 1000);
	CU_ASSERT_DOUBLE_EQUAL(10 * log10(x.said[0] / x.heard[0]), 0, 1);
	stats_read(&x, 0, &stats);
	CU_ASSERT_EQUAL(stats.echo.state, MEDIA_ECHO_NONE);
	params.echo_tail_ms = 128;
	CU_ASSERT_EQUAL(media_bearer_set(x.channel[0], 1, &params), 0);
	params.echo_tail_ms = 100;
	CU_ASSERT_EQUAL(media_bearer_set(x.channel[0], 1, &params), -EINVAL);
	lines_run(&x, 1, 2000);
	lines_run(&x, 1, 1000);
	lines_judge(&x, 1);
	exchange_close(&x);
}

/* Switched off by hand, also over other params, and on. */
static void switched(void)
{
	const struct media_bearer_params params = { .echo_tail_ms = 128, .hear_dtmf = true };
	struct media_end_stats stats;
	struct exchange x;

	exchange_open(&x);
	line_open(&x, 0);
	lines_run(&x, 1, 1000);
	CU_ASSERT_EQUAL(media_echo(x.channel[0], 1, false), 0);
	CU_ASSERT_EQUAL(media_bearer_set(x.channel[0], 1, &params), 0);
	lines_run(&x, 1, 200);
	lines_run(&x, 1, 1000);
	CU_ASSERT_DOUBLE_EQUAL(10 * log10(x.said[0] / x.heard[0]), 0, 1);
	stats_read(&x, 0, &stats);
	CU_ASSERT_EQUAL(stats.echo.state, MEDIA_ECHO_OFF);
	CU_ASSERT_EQUAL(stats.echo.tail_ms, 128);
	CU_ASSERT_EQUAL(media_echo(x.channel[0], 1, true), 0);
	lines_run(&x, 1, 2000);
	lines_run(&x, 1, 1000);
	lines_judge(&x, 1);
	exchange_close(&x);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "what needs a lane", shapes },
		{ "an echo is cancelled", cancelled },
		{ "near talk passes", near_talk },
		{ "stalls of 60 ms", stalled },
		{ "blocks lost and repeated", lost_blocks },
		{ "the span's own canceller", hardware },
		{ "through the engine", through_engine },
		{ "lines come and go", lines_come_and_go },
		{ "another tail", another_tail },
		{ "switched by hand", switched },
		CU_TEST_INFO_NULL,
	};

	return cu_run("echo line", tests, argc, argv);
}
