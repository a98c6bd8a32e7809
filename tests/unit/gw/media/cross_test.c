/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Two bearers joined by the engine, in one thread or as halves of two, on clocks turned by hand: what
 * is data arrives octet by octet, and where the clocks differ, by slips.
 */
#include "gw/media/cross.h"

#include "gw/media/line_card.h"
#include "tests/unit/cu.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND	 8000
#define ROUND_MS 5
#define KEPT	 (130 * SECOND)
#define SETTLED	 SECOND
#define IDLE	 0xFF

struct line {
	struct tdm_span span;
	struct span_clock clock;
	struct line_card card;
	struct lane_group *group; /* own */
	struct bearer_end bearer;
	int fd;
	double due; /* samples */
	uint32_t seed;
	size_t said;
	struct tone_player says;
	bool says_tone;
	uint8_t *heard;
	size_t n;
	unsigned idle;
};

struct world {
	bool split;
	struct pipeline pipeline[2]; /* not split: the first */
	struct cross cross;
	struct cross_end link[2]; /* in the place of the line of that number */
	struct line line[2];
	struct round round[2];
	uint32_t random;
	unsigned late; /* rounds of ten that do not come */
	unsigned digits, vbd_begins, vbd_ends;
};

static void note(void *arg, const struct media_event *event)
{
	struct world *world = arg;

	world->digits += event->kind == MEDIA_EV_DTMF;
	world->vbd_begins += event->kind == MEDIA_EV_VBD && !event->ended;
	world->vbd_ends += event->kind == MEDIA_EV_VBD && event->ended;
}

/* What a line says, octet by octet. */
static uint8_t word(uint32_t seed, size_t at)
{
	uint32_t x = (uint32_t)at * 2654435761u ^ seed;

	x ^= x >> 15;
	x *= 2246822519u;
	return (uint8_t)(x >> 21);
}

static void line_open(struct world *world, unsigned i, enum tdm_law law, unsigned chunk_ms,
		      const struct media_bearer_params *params)
{
	struct pipeline *pipeline = &world->pipeline[world->split ? i : 0];
	struct line *line = &world->line[i];
	struct lane_shape shape;
	bool needed;
	int pair[2];

	line->span = (struct tdm_span){
		.name = "test", .law = law, .chunk_ms = chunk_ms, .chunk_octets = chunk_ms * 8
	};
	line->seed = 77 + i;
	line->heard = malloc(KEPT);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	line->fd = pair[1];
	bearer_end_init(&line->bearer, pair[0], &line->span, 1, &line->clock);
	bearer_end_params(&line->bearer, params);
	pipeline_attach(pipeline, i, &line->bearer.end, &world->round[0]);
	CU_ASSERT_FATAL(lane_shape_of(params, &shape, &needed) == 0);
	if (needed)
		line->group = lane_group_new(&shape, 0, lanes_best());
	line_card_init(&line->card);
	line_card_add(&line->card, &line->bearer, line->group, 0);
}

struct shape {
	bool split;
	enum tdm_law law[2];
	unsigned chunk_ms[2];
};

static void world_open(struct world *world, const struct shape *shape,
		       const struct media_bearer_params *a, const struct media_bearer_params *b)
{
	bool mu = shape->law[0] == TDM_ULAW && shape->law[1] == TDM_ULAW;

	memset(world, 0, sizeof(*world));
	world->split = shape->split;
	world->random = 1;
	for (unsigned i = 0; i < 2; i++) {
		pipeline_init(&world->pipeline[i], note, world);
		for (unsigned side = 0; side < 2; side++)
			world->pipeline[i].side[side].hear = world->pipeline[i].side[side].speak =
				true;
		world->round[i] = (struct round){ .now_us = 1000000, .timely = true };
	}
	line_open(world, 0, shape->law[0], shape->chunk_ms[0], a);
	line_open(world, 1, shape->law[1], shape->chunk_ms[1], b);
	for (unsigned i = 0; i < 2 && shape->split; i++) {
		cross_end_init(&world->link[i], &world->cross, i, mu ? G711_MU : G711_A,
			       shape->chunk_ms[i]);
		pipeline_attach(&world->pipeline[!i], i, &world->link[i].end, &world->round[0]);
	}
}

static void world_close(struct world *world)
{
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned side = 0; side < 2; side++)
			pipeline_detach(&world->pipeline[i], side, &world->round[0]);
		lane_group_free(world->line[i].group);
		close(world->line[i].fd);
		close(world->line[i].bearer.fd);
		free(world->line[i].heard);
	}
}

static void line_tick(struct line *line)
{
	size_t chunk = line->span.chunk_octets;
	int16_t linear[160];
	uint8_t octets[160];

	if (recv(line->fd, octets, chunk, 0) != (ssize_t)chunk) {
		memset(octets, 0, chunk);
		line->idle++;
	}
	if (line->n + chunk <= KEPT)
		memcpy(line->heard + line->n, octets, chunk);
	line->n += chunk;
	for (size_t i = 0; i < chunk; i++)
		octets[i] = word(line->seed, line->said + i);
	if (line->says_tone) {
		tone_player_play(&line->says, linear, chunk);
		g711_compress(line->bearer.end.law, octets, linear, chunk);
	}
	line->said += chunk;
	send(line->fd, octets, chunk, 0);
	line->clock.ticks++;
}

static bool comes(struct world *world)
{
	world->random = world->random * 1664525 + 1013904223;
	return (world->random >> 16) % 10 >= world->late;
}

/* For that long; the second line's clock is faster by that. */
static void run(struct world *world, unsigned ms, double ppm)
{
	for (unsigned t = 0; t < ms; t++) {
		for (unsigned i = 0; i < 2; i++) {
			struct line *line = &world->line[i];

			line->due += i ? 8 * (1 + ppm * 1e-6) : 8;
			for (; line->due >= line->span.chunk_octets;
			     line->due -= line->span.chunk_octets)
				line_tick(line);
			world->round[i].now_us += 1000;
			world->round[i].elapsed += 8;
		}
		for (unsigned i = 0; i < 2; i++) {
			/* two threads do not turn at once */
			if (t % ROUND_MS != (world->split ? 2 * i : 0) || !comes(world))
				continue;
			line_card_run(&world->line[i].card);
			if (!world->split && i == 0)
				line_card_run(&world->line[1].card);
			if (world->split || i == 0)
				pipeline_round(&world->pipeline[i], &world->round[i]);
			world->round[i].elapsed = 0;
		}
	}
}

struct found {
	size_t others; /* octets that were not said, and not idle */
	size_t breaks; /* what follows is not what would have */
};

static bool is_at(const struct line *from, const uint8_t *heard, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (heard[i] != word(from->seed, at + i))
			return false;
	return true;
}

/* Where what is heard was said, near there. */
static bool seek(const struct line *from, const uint8_t *heard, size_t *at)
{
	size_t first = *at > 2000 ? *at - 2000 : 0;

	for (size_t try = first; try < *at + 2000; try++)
		if (is_at(from, heard, try, 24)) {
			*at = try;
			return true;
		}
	return false;
}

static struct found find(const struct line *to, const struct line *from, size_t start)
{
	struct found found = { 0 };
	size_t i = start, at = start;
	bool known = seek(from, to->heard + i, &at);

	CU_ASSERT(known);
	for (; known && i + 24 < to->n; i++) {
		if (to->heard[i] == word(from->seed, at)) {
			at++;
			continue;
		}
		found.breaks++;
		while (i + 24 < to->n && !seek(from, to->heard + i, &at)) {
			found.others += to->heard[i] != IDLE;
			i++;
		}
		at++;
	}
	return found;
}

static const struct media_bearer_params clear = { .clear = true };

static void expect_exact(const struct world *world)
{
	for (unsigned i = 0; i < 2; i++) {
		struct found found = find(&world->line[i], &world->line[!i], SETTLED);

		CU_ASSERT(found.others == 0 && found.breaks == 0);
		CU_ASSERT_EQUAL(world->line[i].idle, 0);
	}
}

/* Of any law and chunk. */
static void data_is_exact(void)
{
	static const unsigned chunks_ms[] = { 1, 2, 5, 10, 20 };

	for (unsigned k = 0; k < 2 * 4 * 25; k++) {
		const struct shape shape = {
			.split = k % 2,
			.law = { k / 2 % 2 ? TDM_ULAW : TDM_ALAW, k / 4 % 2 ? TDM_ULAW : TDM_ALAW },
			.chunk_ms = { chunks_ms[k / 8 % 5], chunks_ms[k / 40] },
		};
		struct world world;

		world_open(&world, &shape, &clear, &clear);
		run(&world, 5000, 0);
		expect_exact(&world);
		world_close(&world);
	}
}

/* Threads that come up to some 20 ms late. */
static void data_of_late_threads(void)
{
	for (unsigned split = 0; split < 2; split++) {
		const struct shape shape = { .split = split, .chunk_ms = { 5, 5 } };
		struct world world;

		world_open(&world, &shape, &clear, &clear);
		world.late = 2;
		run(&world, 5000, 0);
		for (unsigned i = 0; i < 2; i++) {
			struct found found = find(&world.line[i], &world.line[!i], SETTLED);

			/* where the line ran idle it has octets less to say */
			CU_ASSERT(found.others <= world.line[i].idle * 40);
			CU_ASSERT(found.breaks <= world.line[i].idle);
		}
		world_close(&world);
	}
}

/* Between slips every octet is there: a few in two minutes, of some ms each. */
static void data_slips(void)
{
	static const int ppms[] = { -600, -100, 0, 100, 600 };

	for (unsigned k = 0; k < 2 * 5; k++) {
		const struct shape shape = { .split = k % 2, .chunk_ms = { 5, 5 } };
		const double apart = 120 * SECOND * 1e-6 * abs(ppms[k / 2]);
		struct world world;

		world_open(&world, &shape, &clear, &clear);
		run(&world, 120000, ppms[k / 2]);
		for (unsigned i = 0; i < 2; i++) {
			struct found found = find(&world.line[i], &world.line[!i], SETTLED);

			CU_ASSERT_EQUAL(found.others, 0);
			CU_ASSERT((double)found.breaks <= apart / 60);
			CU_ASSERT((double)found.breaks >= apart / 300 - 1);
		}
		world_close(&world);
	}
}

/* That one of the bearers is clear is enough, in whichever half it is. */
static void one_is_clear(void)
{
	const struct media_bearer_params sound = { .echo_tail_ms = 0 };

	for (unsigned k = 0; k < 4; k++) {
		const struct shape shape = { .split = k % 2,
					     .law = { TDM_ULAW, TDM_ALAW },
					     .chunk_ms = { 5, 10 } };
		struct world world;

		world_open(&world, &shape, k / 2 ? &clear : &sound, k / 2 ? &sound : &clear);
		run(&world, 5000, 0);
		expect_exact(&world);
		world_close(&world);
	}
}

/* Where nothing flows data is idle, not silence. */
static void data_is_idle(void)
{
	for (unsigned split = 0; split < 2; split++) {
		const struct shape shape = { .split = split, .chunk_ms = { 5, 5 } };
		struct world world;

		world_open(&world, &shape, &clear, &clear);
		for (unsigned i = 0; i < 2; i++)
			world.pipeline[i].side[0].hear = false;
		run(&world, 1000, 0);
		for (size_t i = SETTLED / 2; i < world.line[1].n; i++)
			CU_ASSERT_EQUAL_FATAL(world.line[1].heard[i], IDLE);
		world_close(&world);
	}
}

/* Sound between lines of a law is as it came; of two laws, converted once. */
static void sound_and_laws(void)
{
	const struct media_bearer_params sound = { .echo_tail_ms = 0 };

	for (unsigned k = 0; k < 8; k++) {
		const enum tdm_law a = k / 2 % 2 ? TDM_ULAW : TDM_ALAW;
		const enum tdm_law b = k / 4 ? TDM_ULAW : TDM_ALAW;
		const struct shape shape = { .split = k % 2,
					     .law = { a, b },
					     .chunk_ms = { 5, 5 } };
		size_t lag = 0, wrong = 0;
		struct world world;
		uint8_t *said;

		world_open(&world, &shape, &sound, &sound);
		run(&world, 4000, 0);
		said = malloc(world.line[0].said);
		for (size_t i = 0; i < world.line[0].said; i++)
			said[i] = word(world.line[0].seed, i);
		g711_convert(world.line[0].bearer.end.law, world.line[1].bearer.end.law, said,
			     world.line[0].said);
		while (lag < 2000 &&
		       memcmp(world.line[1].heard + 2 * SECOND, said + 2 * SECOND - lag, 200) != 0)
			lag++;
		for (size_t i = 2 * SECOND; i < world.line[1].n; i++)
			wrong += world.line[1].heard[i] != said[i - lag];
		CU_ASSERT_EQUAL(wrong, 0);
		free(said);
		world_close(&world);
	}
}

/* ---- voice-band data ---- */

static bool is_vbd(const struct world *world, bool on)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct jitter *jitter = &world->link[i].jitter;

		if (world->pipeline[world->split ? i : 0].vbd != on)
			return false;
		if (world->split ? jitter->conf.fixed != on
				 : world->line[i].bearer.jitter.conf.fixed != on)
			return false;
	}
	return true;
}

/* A modem's data: octets as they are, whatever the clocks do. */
static void expect_slips(struct world *world)
{
	struct jitter *jitter =
		world->split ? &world->link[0].jitter : &world->line[0].bearer.jitter;
	struct found found;
	size_t start;

	world->line[0].says_tone = false;
	run(world, 1000, 0);
	start = world->line[1].n;
	run(world, 60000, 600);
	found = find(&world->line[1], &world->line[0], start);
	CU_ASSERT(is_vbd(world, true));
	CU_ASSERT(found.breaks > 0 && found.breaks <= jitter->slips);
	CU_ASSERT(found.others <= jitter->cut_in);
	CU_ASSERT_EQUAL(world->line[0].bearer.end.stats.concealed_ms, 0);
}

/* A modem on the first line, which alone listens, or whose peer does. */
static void voice_band_data(void)
{
	const struct media_bearer_params fax = { .hear_tones = true, .fax = MEDIA_FAX_VBD };
	const struct media_bearer_params sound = { .echo_tail_ms = 0 };

	for (unsigned k = 0; k < 4; k++) {
		const struct shape shape = { .split = k % 2, .chunk_ms = { 5, 5 } };
		const bool near = k / 2;
		struct world world;

		world_open(&world, &shape, near ? &fax : &sound, near ? &sound : &fax);
		for (unsigned i = 0; i < 2; i++)
			world.line[i].says_tone = true;
		run(&world, 1000, 0);
		CU_ASSERT(is_vbd(&world, false));
		tone_player_start_signal(&world.line[0].says, &tone_ans);
		run(&world, 1500, 0);
		CU_ASSERT(is_vbd(&world, true));
		CU_ASSERT_EQUAL(world.vbd_begins, 1);
		expect_slips(&world);
		world.line[0].says_tone = true;
		tone_player_start(&world.line[0].says, NULL);
		run(&world, 7500, 0);
		CU_ASSERT(is_vbd(&world, false));
		CU_ASSERT(world.vbd_begins == 1 && world.vbd_ends >= 1);
		world_close(&world);
	}
}

/* Digits are heard where they come from, and stay in the audio. */
static void digits_pass(void)
{
	const struct media_bearer_params hears = { .hear_dtmf = true };
	const struct media_bearer_params sound = { .echo_tail_ms = 0 };

	for (unsigned split = 0; split < 2; split++) {
		const struct shape shape = { .split = split, .chunk_ms = { 5, 5 } };
		struct dtmf_detector detector;
		struct world world;
		unsigned heard = 0;
		char now = 0;

		world_open(&world, &shape, &hears, &sound);
		for (unsigned i = 0; i < 2; i++)
			world.line[i].says_tone = true;
		run(&world, 500, 0);
		for (unsigned i = 0; i < 10; i++) {
			tone_player_start(&world.line[0].says, tone_dtmf('5'));
			run(&world, 60, 0);
			tone_player_start(&world.line[0].says, NULL);
			run(&world, 60, 0);
		}
		run(&world, 500, 0);
		CU_ASSERT_EQUAL(world.digits, 10);
		dtmf_detector_init(&detector);
		for (size_t at = 0; at + 40 <= world.line[1].n; at += 40) {
			int16_t linear[40];
			char digit;

			g711_expand(G711_A, linear, world.line[1].heard + at, 40);
			digit = dtmf_detector_hear(&detector, linear, 40);
			heard += digit == '5' && !now;
			now = digit;
		}
		CU_ASSERT_EQUAL(heard, 10);
		world_close(&world);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "data is exact", data_is_exact },
		{ "data of late threads", data_of_late_threads },
		{ "data slips", data_slips },
		{ "one is clear", one_is_clear },
		{ "data is idle", data_is_idle },
		{ "sound and laws", sound_and_laws },
		{ "voice-band data", voice_band_data },
		{ "digits pass", digits_pass },
		CU_TEST_INFO_NULL,
	};

	return cu_run("bearer to bearer", tests, argc, argv);
}
