/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The echo canceller beside G.168's tests: its configurations and modes, lanes that are independent
 * of each other, builds that agree, what it reports, and input that is missing or extreme.
 */
#include "tests/unit/dsp/echo_limit.h"

static const struct echo_lane_conf linear = { .mode = ECHO_ON, .no_nlp = true };
static const struct echo_lane_conf whole = { .mode = ECHO_ON };

static void test_conf(void)
{
	struct echo_conf conf = { 1024, 64, LANES_BASE };

	CU_ASSERT(echo_octets(&conf) > 0);
	for (conf.taps = 0; conf.taps < 2048; conf.taps += 64)
		CU_ASSERT_EQUAL(echo_octets(&conf) > 0,
				conf.taps == 256 || conf.taps == 512 || conf.taps == 1024);
	conf.taps = 512;
	for (conf.block = 0; conf.block < 200; conf.block += 8)
		CU_ASSERT_EQUAL(echo_octets(&conf) > 0, conf.block == 32 || conf.block == 64);
	conf.block = 32;
	for (unsigned build = 0; build < LANES_BUILDS; build++) {
		conf.build = (enum lanes_build)build;
		CU_ASSERT_EQUAL(echo_octets(&conf) > 0, lanes_can(conf.build));
	}
	CU_ASSERT_STRING_EQUAL(echo_state_name(ECHO_ST_DOUBLE_TALK), "double talk");
}

/* The near end's level and what the canceller let through of it. */
static double lost_db(const struct bench *bench, unsigned lane, double from_s, double to_s)
{
	return level_of(bench->near[lane], from_s, to_s) - level_of(bench->out[lane], from_s, to_s);
}

static void test_off(void)
{
	struct echo_report report;
	struct bench bench;
	size_t differ = 0;

	bench_open(&bench, 256, 32, 1);
	far_css(&bench, -10);
	paths_make(&bench, 0, bench.conf.taps, 6);
	bench_run(&bench, 1);
	for (unsigned i = 0; i < LANES; i++)
		differ += !!memcmp(bench.out[i], bench.line[i], SECOND * sizeof(float));
	CU_ASSERT_EQUAL(differ, 0);
	echo_lane_report(bench.echo, 3, &report);
	CU_ASSERT_EQUAL(report.state, ECHO_ST_OFF);
	CU_ASSERT_EQUAL(report.tail_end_ms, 0);
	CU_ASSERT(report.erl_db > 98);
	bench_close(&bench);
}

/* Frozen: cancels what it knows, at once, and does not learn another line. */
static void test_frozen(void)
{
	struct bench bench;

	bench_open(&bench, 512, 64, 8);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	paths_make(&bench, 2, bench.conf.taps, 6);
	bench_run(&bench, 3);
	bench_set_lanes(&bench, &(struct echo_lane_conf){ .mode = ECHO_FROZEN, .no_nlp = true });
	bench_run(&bench, 4);
	at_most("frozen", read_lanes(bench.out, peak_of, 3.1, 4).most, -45);
	paths_make(&bench, 9, bench.conf.taps / 2, 6);
	bench_run(&bench, 5.6);
	/* two lines' echoes do not cancel each other; what adds to the echo is not taken away */
	CU_ASSERT(read_lanes(bench.out, level_of, 4.6, 5.6).mean > -20);
	bench_set_lanes(&bench, &linear);
	bench_run(&bench, 8);
	at_most("thawed", read_lanes(bench.out, peak_of, 7, 8).most, -38.3);
	bench_close(&bench);
}

/* A lane that was off knows nothing; one that is reset neither. */
static void test_reset(void)
{
	struct echo_report report;
	struct bench bench;

	bench_open(&bench, 256, 32, 6);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	paths_make(&bench, 2, bench.conf.taps, 6);
	bench_run(&bench, 2);
	echo_lane_report(bench.echo, 4, &report);
	CU_ASSERT(report.erl_db < 8);
	echo_lane_reset(bench.echo, 4);
	echo_lane_set(bench.echo, 5, &(struct echo_lane_conf){ .mode = ECHO_OFF });
	echo_lane_set(bench.echo, 5, &linear);
	for (unsigned lane = 4; lane <= 5; lane++) {
		echo_lane_report(bench.echo, lane, &report);
		CU_ASSERT(report.erl_db > 98);
		CU_ASSERT_EQUAL(report.tail_end_ms, 0);
		CU_ASSERT_EQUAL(report.state, ECHO_ST_CONVERGING);
	}
	bench_run(&bench, 6);
	at_most("after reset", read_lanes(bench.out, peak_of, 4, 6).most, -40);
	bench_close(&bench);
}

/* A hard day for neighbours: square waves, clicks, silence, changes of mode. */
static void neighbours_make(struct bench *bench, unsigned lane, bool hard)
{
	for (unsigned i = 0; i < LANES; i++) {
		if (i == lane)
			continue;
		for (size_t t = 0; t < bench->n && hard; t++) {
			bench->far[i][t] = t / (3 + i) % 2 ? 32000 : -32000;
			bench->near[i][t] = (t + i * 100) / 50 % 97 ? 0 : 30000;
		}
		if (!hard && i % 3)
			echo_lane_set(bench->echo, i, &(struct echo_lane_conf){ .mode = ECHO_OFF });
	}
}

/* Opened with the same neighbours, a lane's output does not depend on what they hear and say. */
static void test_independent(void)
{
	for (unsigned lane = 0; lane < LANES; lane += 5) {
		struct bench bench[2];

		for (unsigned k = 0; k < 2; k++) {
			bench_open(&bench[k], 256, 32, 3);
			bench_set_lanes(&bench[k], &whole);
			css_make(bench[k].far[lane], bench[k].n, -12, false, 5);
			voice_make(bench[k].near[lane], bench[k].n, -30, 6);
			noise_make(bench[k].near[lane], SECOND, -50, 0.5, 7);
			paths_make(&bench[k], 1, bench[k].conf.taps, 8);
			neighbours_make(&bench[k], lane, k == 1);
			bench_run(&bench[k], 3);
		}
		CU_ASSERT(level_of(bench[0].out[lane], 0, 3) > -60);
		CU_ASSERT_EQUAL(
			memcmp(bench[0].out[lane], bench[1].out[lane], 3 * SECOND * sizeof(float)),
			0);
		bench_close(&bench[0]);
		bench_close(&bench[1]);
	}
}

static void one_build(enum lanes_build build, unsigned block, struct bench *bench)
{
	enum lanes_build kept = line_build;

	line_build = build;
	bench_open(bench, 512, block, 3);
	line_build = kept;
	bench_set_lanes(bench, &linear);
	far_css(bench, -10);
	for (unsigned i = 0; i < LANES; i++)
		voice_make(bench->near[i] + 2 * SECOND, SECOND, -20, i + 9);
	paths_make(bench, 5, bench->conf.taps, 6);
	bench_run(bench, 3);
}

/* Builds differ by rounding: less than a step of G.711. */
static void test_builds(void)
{
	for (unsigned block = 32; block <= 64; block += 32) {
		struct bench base, other;

		one_build(LANES_BASE, block, &base);
		for (unsigned build = LANES_BASE + 1; build < LANES_BUILDS; build++) {
			if (!lanes_can((enum lanes_build)build))
				continue;
			one_build((enum lanes_build)build, block, &other);
			for (unsigned i = 0; i < LANES; i++) {
				for (size_t t = 0; t < base.n; t++)
					other.out[i][t] -= base.out[i][t];
				at_most("builds", peak_of(other.out[i], 0, 3), -75);
			}
			bench_close(&other);
		}
		bench_close(&base);
	}
}

/* What a lane says of its line. */
static void test_report(void)
{
	struct echo_report report;
	struct bench bench;

	bench_open(&bench, 1024, 64, 9);
	bench_set_lanes(&bench, &whole);
	far_css(&bench, -10);
	for (unsigned i = 0; i < LANES; i++) {
		noise_make(bench.near[i], bench.n, -55, 0.3, i + 1);
		bench.path[i] = (struct path){ 0 };
		path_add(&bench.path[i], 2 + i, i * 60, pow(10, -(6 + (double)i) / 20));
	}
	bench_run(&bench, 8);
	for (unsigned i = 0; i < LANES; i++) {
		const struct path *path = &bench.path[i];

		echo_lane_report(bench.echo, i, &report);
		at_most("reported ERL", fabs(report.erl_db - 6 - (double)i), 1);
		/* -10 less the ERL is the echo, -55 the noise that stays */
		at_most("reported ERLE", 32 - (double)i - report.erle_db, 0);
		/* in blocks of 8 ms; 2 % of a path's energy may lie outside */
		CU_ASSERT(report.tail_begin_ms < path->begin / 8 + 8);
		CU_ASSERT(report.tail_begin_ms + 8 >= path->begin / 8);
		CU_ASSERT(report.tail_end_ms <= path->end / 8 + 8);
		CU_ASSERT(report.tail_end_ms > path->begin / 8);
		at_most("reported noise", fabs(report.noise_dbm0 + 55), 4);
		CU_ASSERT_EQUAL(report.state, ECHO_ST_CONVERGED);
		CU_ASSERT(!report.nlp_disabled);
		CU_ASSERT_EQUAL(report.disablings, 0);
	}
	for (unsigned i = 0; i < LANES; i++)
		voice_make(bench.near[i] + 8 * SECOND, SECOND, -10, i + 3);
	for (unsigned seen = 0, k = 1; k < 10; k++) {
		bench_run(&bench, 8 + k * 0.1);
		echo_lane_report(bench.echo, 3, &report);
		CU_ASSERT(report.state != ECHO_ST_DOUBLE_TALK || !report.nlp_active);
		seen += report.state == ECHO_ST_DOUBLE_TALK;
		CU_ASSERT(k < 9 || seen > 1);
	}
	bench_close(&bench);
}

/* No far, no echo: after its first block the near end passes octet for octet. */
static void test_near_alone(void)
{
	struct bench bench;
	size_t differ = 0;

	bench_open(&bench, 1024, 32, 4);
	bench_set_lanes(&bench, &whole);
	for (unsigned i = 0; i < LANES; i++)
		voice_make(bench.near[i], bench.n, -10 - 2 * (double)i, i + 90);
	bench_run(&bench, 4);
	for (unsigned i = 0; i < LANES; i++)
		for (size_t t = bench.conf.block; t < bench.n; t++)
			differ += bench.out[i][t] != bench.line[i][t];
	CU_ASSERT_EQUAL(differ, 0);
	bench_close(&bench);
}

/* Tones of the near end pass while far talks: their level is kept within 0.5 dB. */
static void test_near_tones(void)
{
	struct bench bench;

	bench_open(&bench, 1024, 64, 6);
	bench_set_lanes(&bench, &whole);
	far_css(&bench, -20);
	for (unsigned i = 0; i < LANES; i++) {
		const int *hz = g168_tones[i % (sizeof(g168_tones) / sizeof(g168_tones[0]))];

		tone_add(bench.near[i] + 3 * SECOND, 2 * SECOND, hz[0], -13);
		if (hz[1])
			tone_add(bench.near[i] + 3 * SECOND, 2 * SECOND, hz[1], -13);
	}
	paths_make(&bench, 6, bench.conf.taps, 10);
	bench_run(&bench, 6);
	for (unsigned i = 0; i < LANES; i++)
		at_most("near tone", fabs(lost_db(&bench, i, 3.05, 4.95)), 0.5);
	at_most("echo after a near tone", read_lanes(bench.out, peak_of, 5.4, 6).most, -55);
	bench_close(&bench);
}

/* Missing input: nothing is heard, nothing is learnt or forgotten, and lanes may be left out. */
static void test_missing(void)
{
	int16_t loud[ECHO_BLOCK_MAX][LANES], near[ECHO_BLOCK_MAX][LANES];
	struct echo_report before, after;
	struct bench bench;
	unsigned sum = 0;

	bench_open(&bench, 256, 64, 5);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	paths_make(&bench, 2, bench.conf.taps, 6);
	bench_run(&bench, 3);
	echo_lane_report(bench.echo, 2, &before);
	for (unsigned k = 0; k < ECHO_BLOCK_MAX; k++)
		for (unsigned i = 0; i < LANES; i++)
			loud[k][i] = (int16_t)(k % 7 * 4000 - 12000);
	for (unsigned block = 0; block < 20; block++) {
		memset(near, 1, sizeof(near));
		echo_run(bench.echo, loud, near, 0);
		for (unsigned k = 0; k < ECHO_BLOCK_MAX; k++)
			for (unsigned i = 0; i < LANES; i++)
				sum += near[k][i] != 0x0101;
	}
	CU_ASSERT_EQUAL(sum, 0);
	echo_lane_report(bench.echo, 2, &after);
	at_most("ERL known before and after", fabs(before.erl_db - after.erl_db), 0.1);
	/* the line goes on as if far had not been heard in the meantime: as long as the tail holds that, it is off */
	bench_run(&bench, 5);
	at_most("after a gap", read_lanes(bench.out, peak_of, 3.5, 5).most, -38.3);
	bench_close(&bench);
}

/* A modem that trains: tones that alternate, then noise, as loud as that and again and again. */
static void modem_make(float *x, size_t n, double dbm0, unsigned lane)
{
	double rms = rms_of(dbm0), phase = 0;

	line_random = lane + 1;
	for (size_t t = 0; t < n; t++) {
		bool mark = t / 27 % 8 > (lane & 3);

		phase += 2 * M_PI * (mark ? 1650 : 1850) / SECOND;
		x[t] = (float)(rms * (t / 6000 % 3 < 2 ? sqrt(2) * sin(phase) : line_gauss()));
	}
}

/* What a modem says comes back, faintly, from the network, where the other end's echo was left: it is no echo of this line, and
 * nothing of it is to be learnt that changes what the modem says. */
static void test_near_returns(void)
{
	static float change[LANES][LINE_SAMPLES];
	struct bench bench;

	bench_open(&bench, 1024, 64, 12);
	bench_set_lanes(&bench, &linear);
	paths_make(&bench, 0, bench.conf.taps, 12);
	for (unsigned i = 0; i < LANES; i++) {
		size_t trip = 1600 + 97 * i;

		css_make(bench.far[i], 3 * SECOND, -14, false, i + 1);
		modem_make(bench.near[i] + 3 * SECOND, 9 * SECOND, -14, i);
		for (size_t t = 3 * SECOND + trip; t < 12 * SECOND; t++)
			bench.far[i][t] = bench.near[i][t - trip] / 5.6f;
	}
	bench_run(&bench, 12);
	for (unsigned i = 0; i < LANES; i++)
		for (size_t t = 0; t < bench.n; t++)
			change[i][t] = bench.out[i][t] - bench.near[i][t];
	at_most("modem changed", read_lanes(change, peak_of, 3.5, 12).most, -14 - 30);
	bench_close(&bench);
}

/* Square waves at full scale, echo above far, clipped: always a finite filter, that recovers. */
static void test_extreme(void)
{
	struct bench bench;

	bench_open(&bench, 512, 32, 9);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	for (unsigned i = 0; i < LANES; i++)
		for (size_t t = 0; t < 2 * SECOND; t++) {
			bench.far[i][t] = t / (1 + 2 * i) % 2 ? 32767 : -32768;
			bench.near[i][t] = i & 1 && t / 37 % 2 ? 32767 : 0;
		}
	paths_make(&bench, 4, bench.conf.taps, -6);
	bench_run(&bench, 2);
	paths_make(&bench, 4, bench.conf.taps, 6);
	bench_run(&bench, 9);
	for (unsigned i = 0; i < LANES; i++) {
		struct echo_report report;

		echo_lane_report(bench.echo, i, &report);
		CU_ASSERT(isfinite(report.erl_db) && isfinite(report.erle_db));
		at_most("ERL after extremes", fabs(report.erl_db - 6), 2);
	}
	at_most("after extremes", read_lanes(bench.out, peak_of, 5, 9).most, -10 - 20);
	at_most("after extremes, mean", read_lanes(bench.out, level_of, 5, 9).mean, -45);
	bench_close(&bench);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "configurations", test_conf },
		{ "off", test_off },
		{ "frozen", test_frozen },
		{ "reset", test_reset },
		{ "lanes are independent", test_independent },
		{ "builds agree", test_builds },
		{ "report", test_report },
		{ "near end alone", test_near_alone },
		{ "near end's tones", test_near_tones },
		{ "near end that returns", test_near_returns },
		{ "missing input", test_missing },
		{ "extreme input", test_extreme },
		CU_TEST_INFO_NULL,
	};

	line_arguments(&argc, &argv);
	return cu_run("echo canceller", tests, argc, argv);
}
