/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Chunks into blocks: delay, alignment of what was sent with what is received, lanes that lag. */
#include "dsp/echo_group.h"

#include "tests/unit/dsp/echo_limit.h"

#define QUEUE 400 /* samples that wait in the line's own queue */

static const struct echo_lane_conf linear = { .mode = ECHO_ON, .no_nlp = true };

struct line {
	struct echo_group *group; /* own */
	unsigned chunk;
	size_t at;
	float far[10 * SECOND], near[10 * SECOND], out[10 * SECOND];
	struct path path;
};

static void group_open(struct line *line, unsigned chunk, unsigned block)
{
	const struct echo_group_conf conf = {
		.echo = { 512, block, lanes_best() },
		.chunk = chunk,
	};

	memset(line, 0, sizeof(*line));
	line->group = echo_group_init(bench_get(echo_group_octets(&conf)), &conf);
	line->chunk = chunk;
	css_make(line->far, 10 * SECOND, -10, false, 3);
	path_add(&line->path, 4, 100, 0.5);
}

/* A sample of the echo of what went out queue samples before it was received. */
static int16_t echo_at(const struct line *line, size_t t, size_t queue)
{
	double sum = line->near[t];

	for (unsigned k = line->path.begin; k < line->path.end && k + queue <= t; k++)
		sum += line->path.taps[k] * (float)(int16_t)line->far[t - k - queue];
	return (int16_t)lrint(sum);
}

/* A turn of lane 2 as who owns the line does it: what is sent now goes out queue samples later. */
static void turn(struct line *line, size_t queue)
{
	int16_t far[ECHO_GROUP_SAMPLES], near[ECHO_GROUP_SAMPLES];
	unsigned n = line->chunk;
	size_t took;

	for (unsigned k = 0; k < n; k++) {
		far[k] = (int16_t)line->far[line->at + k];
		near[k] = echo_at(line, line->at + k, queue);
	}
	CU_ASSERT_EQUAL(echo_group_received(line->group, 2, near, n), n);
	echo_group_run(line->group);
	took = echo_group_take(line->group, 2, near, n);
	CU_ASSERT_EQUAL(took, n);
	CU_ASSERT_EQUAL(echo_group_sent(line->group, 2, far, n), n);
	for (unsigned k = 0; k < took; k++)
		line->out[line->at + k] = near[k];
	line->at += n;
}

static void test_conf(void)
{
	struct echo_group_conf conf = { .echo = { 512, 64, LANES_BASE }, .chunk = 160 };

	CU_ASSERT(echo_group_octets(&conf) > echo_octets(&conf.echo));
	conf.chunk = 0;
	CU_ASSERT_EQUAL(echo_group_octets(&conf), 0);
	conf.chunk = ECHO_GROUP_SAMPLES;
	CU_ASSERT_EQUAL(echo_group_octets(&conf), 0);
	conf.chunk = 160;
	conf.echo.taps = 100;
	CU_ASSERT_EQUAL(echo_group_octets(&conf), 0);
}

/* Each chunk and block: the delay that is told, all samples in order, and no echo left. */
static void test_chunks(void)
{
	static const struct {
		unsigned chunk, block, delay;
	} cases[] = {
		{ 160, 32, 0 }, { 160, 64, 32 }, { 80, 32, 16 }, { 80, 64, 48 },
		{ 8, 32, 24 },	{ 8, 64, 56 },	 { 64, 64, 0 },	 { 240, 32, 16 },
	};
	static struct line line;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		group_open(&line, cases[i].chunk, cases[i].block);
		CU_ASSERT_EQUAL(echo_group_delay(line.group), cases[i].delay);
		echo_group_open(line.group, 2, &linear);
		echo_group_align(line.group, 2, QUEUE);
		while (line.at < 3 * SECOND)
			turn(&line, QUEUE);
		at_most("chunks", peak_of(line.out, 2, 2.9), -45);
		free(line.group);
	}
}

/* Passed unchanged, later by the delay. */
static void test_pass(void)
{
	static struct line line;
	size_t differ = 0;

	group_open(&line, 80, 64);
	memset(line.far, 0, sizeof(line.far));
	voice_make(line.near, 2 * SECOND, -20, 4);
	for (size_t t = 0; t < 2 * SECOND; t++)
		line.near[t] = (int16_t)line.near[t];
	echo_group_open(line.group, 2, &(struct echo_lane_conf){ .mode = ECHO_OFF });
	while (line.at < SECOND)
		turn(&line, 0);
	for (size_t t = 48; t < SECOND; t++)
		differ += line.out[t] != line.near[t - 48];
	CU_ASSERT_EQUAL(differ, 0);
	CU_ASSERT_EQUAL(line.out[47], 0);
	free(line.group);
}

/* The line's queue becomes longer and shorter; told of it, the canceller goes on. */
static void test_align(void)
{
	static struct line line;

	group_open(&line, 160, 32);
	echo_group_open(line.group, 2, &linear);
	echo_group_align(line.group, 2, QUEUE);
	while (line.at < 3 * SECOND)
		turn(&line, QUEUE);
	/* what is sent later is idle for 100 samples: silence is put before what waits */
	echo_group_align(line.group, 2, QUEUE + 100);
	while (line.at < 5 * SECOND)
		turn(&line, QUEUE + 100);
	at_most("longer queue", peak_of(line.out, 3.3, 5), -42);
	echo_group_align(line.group, 2, QUEUE);
	while (line.at < 7 * SECOND)
		turn(&line, QUEUE);
	at_most("shorter queue", peak_of(line.out, 5.3, 7), -42);
	free(line.group);
}

/* A lane that gets nothing holds the others back for two chunks, not for ever. */
static void test_lagging(void)
{
	static struct line line;
	int16_t zeros[160] = { 0 }, heard[160];
	unsigned turns;

	group_open(&line, 160, 32);
	echo_group_open(line.group, 2, &linear);
	echo_group_open(line.group, 9, &linear);
	for (turns = 0; turns < 10; turns++) {
		echo_group_received(line.group, 2, zeros, 160);
		echo_group_run(line.group);
		if (echo_group_take(line.group, 2, heard, 160))
			break;
	}
	CU_ASSERT_EQUAL(turns, 2);
	echo_group_close(line.group, 9);
	echo_group_received(line.group, 2, zeros, 160);
	echo_group_run(line.group);
	CU_ASSERT_EQUAL(echo_group_take(line.group, 2, heard, 160), 160);
	free(line.group);
}

/* More than a lane holds is refused, and told. */
static void test_full(void)
{
	static int16_t zeros[ECHO_GROUP_SAMPLES + 100];
	static struct line line;

	group_open(&line, 160, 32);
	echo_group_open(line.group, 2, &linear);
	CU_ASSERT_EQUAL(echo_group_sent(line.group, 2, zeros, ECHO_GROUP_SAMPLES + 100),
			ECHO_GROUP_SAMPLES);
	CU_ASSERT_EQUAL(echo_group_sent(line.group, 2, zeros, 1), 0);
	CU_ASSERT_EQUAL(echo_group_received(line.group, 2, zeros, ECHO_GROUP_SAMPLES + 100),
			ECHO_GROUP_SAMPLES);
	CU_ASSERT_EQUAL(echo_group_received(line.group, 2, zeros, 1), 0);
	echo_group_align(line.group, 2, 100000);
	echo_group_run(line.group);
	CU_ASSERT_EQUAL(echo_group_take(line.group, 2, zeros, ECHO_GROUP_SAMPLES),
			ECHO_GROUP_SAMPLES);
	CU_ASSERT_EQUAL(echo_group_take(line.group, 2, zeros, 1), 0);
	free(line.group);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "configurations", test_conf },
		{ "chunks and blocks", test_chunks },
		{ "passes", test_pass },
		{ "alignment", test_align },
		{ "a lane lags", test_lagging },
		{ "full", test_full },
		CU_TEST_INFO_NULL,
	};

	line_arguments(&argc, &argv);
	return cu_run("echo group", tests, argc, argv);
}
