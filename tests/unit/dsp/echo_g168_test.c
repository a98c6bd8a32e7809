/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Tests 1 to 7 of ITU-T G.168 on 16 lines at once: its echo-path models D.2 to D.9 and ten synthetic
 * hybrids, echoes up to the end of the tail. The limits are those of the Recommendation's figures as
 * others have transcribed them (figures 9, 10 and 11), or closer where the canceller is better.
 * "long" as the first argument: more levels, echo losses, laws, tails and the full durations.
 */
#include "tests/unit/dsp/echo_limit.h"

static const struct echo_lane_conf linear = { .mode = ECHO_ON, .no_nlp = true };
static const struct echo_lane_conf quiet = { .mode = ECHO_ON, .no_comfort_noise = true };
static const struct echo_lane_conf whole = { .mode = ECHO_ON };

/* Figure 9: returned echo level with the non-linear processor, by the active level of far. */
static double figure_9(double far)
{
	return far <= -10 ? -65 : -65 + (far + 10);
}

/* Figure 11: residual echo level without it. */
static double figure_11(double far)
{
	return -55 + (far + 30) * 25 / 30;
}

static void steady(unsigned taps, unsigned block, double far, double erl_db, enum g711_law law)
{
	struct bench bench;

	bench_open(&bench, taps, block, line_long ? 12 : 6);
	bench.law = law;
	bench_set_lanes(&bench, &linear);
	far_css(&bench, far);
	paths_make(&bench, 0, bench.conf.taps, erl_db);
	bench_run(&bench, 60);
	at_most("steady residual",
		read_lanes(bench.out, peak_of, line_long ? 10 : 5, line_long ? 12 : 6).most,
		figure_11(far));
	bench_close(&bench);
}

/* Test 1: steady-state residual at several levels. */
static void test_1(void)
{
	steady(1024, 64, -10, 6, G711_A);
	steady(512, 32, -25, 10, G711_MU);
	if (!line_long)
		return;
	for (double far = -30; far <= -5; far += 5)
		for (double erl_db = 6; erl_db <= 20; erl_db += 7)
			for (unsigned taps = 256; taps <= 1024; taps *= 2)
				for (unsigned block = 32; block <= 64; block += 32)
					steady(taps, block, far, erl_db,
					       taps == 512 ? G711_MU : G711_A);
}

static void converge_nlp(unsigned taps, unsigned block, double far, double erl_db)
{
	double end = line_long ? 20 : 6, change = end / 2;
	struct bench bench;

	bench_open(&bench, taps, block, end);
	bench_set_lanes(&bench, &quiet);
	far_css(&bench, far);
	paths_make(&bench, 3, bench.conf.taps, erl_db);
	bench_run(&bench, change);
	at_most("2A first 50 ms", read_lanes(bench.out, peak_of, 0, 0.05).most, far - 6);
	at_most("2A from 50 ms", read_lanes(bench.out, peak_of, 0.05, 1).most, far - 20);
	at_most("2A from 1 s", read_lanes(bench.out, peak_of, 1, change).most, figure_9(far));
	paths_make(&bench, 7, bench.conf.taps / 2, erl_db + 3);
	bench_run(&bench, end);
	at_most("2A from 1 s after a change", read_lanes(bench.out, peak_of, change + 1, end).most,
		figure_9(far));
	bench_close(&bench);
}

/* Test 2A: convergence with the non-linear processor, and again after the path has changed. */
static void test_2a(void)
{
	converge_nlp(1024, 64, -10, 6);
	converge_nlp(512, 32, -25, 6);
	if (!line_long)
		return;
	for (double far = -30; far <= 0; far += 5)
		for (unsigned taps = 256; taps <= 1024; taps *= 2)
			for (unsigned block = 32; block <= 64; block += 32)
				converge_nlp(taps, block, far, 6);
}

static void converge_linear(unsigned taps, unsigned block, double far)
{
	double end = line_long ? 11 : 6;
	struct bench bench;

	bench_open(&bench, taps, block, end);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, far);
	paths_make(&bench, 5, bench.conf.taps, 6);
	bench_run(&bench, end);
	at_most("2B from 1 s", read_lanes(bench.out, peak_of, 1, end).most, far - 20);
	at_most("2B in the end", read_lanes(bench.out, peak_of, end - 1, end).most, figure_11(far));
	/* closer than the figure: G.711 leaves 37 dB */
	at_most("2B mean at 1 s", read_lanes(bench.out, level_of, 1, 1.35).mean, far - 31);
	at_most("2B mean in the end", read_lanes(bench.out, level_of, end - 0.7, end).mean,
		far - 42);
	bench_close(&bench);
}

/* Test 2B: convergence of the filter alone. */
static void test_2b(void)
{
	converge_linear(1024, 64, -10);
	converge_linear(512, 32, -10);
	if (!line_long)
		return;
	for (unsigned taps = 256; taps <= 1024; taps *= 2)
		for (unsigned block = 32; block <= 64; block += 32)
			converge_linear(taps, block, -16);
}

/* Test 2C: with background noise 15 dB below far, what is returned is not above that noise after 1 s. */
static void test_2c(void)
{
	struct bench bench;
	double far = -10;

	bench_open(&bench, 1024, 64, 4);
	bench_set_lanes(&bench, &whole);
	far_css(&bench, far);
	for (unsigned i = 0; i < LANES; i++)
		noise_make(bench.near[i], bench.n, far - 15, 0.8, i + 70);
	paths_make(&bench, 1, bench.conf.taps, 6);
	bench_run(&bench, 4);
	for (unsigned i = 0; i < LANES; i++)
		at_most("2C", peak_of(bench.out[i], 1, 4), peak_of(bench.near[i], 1, 4) + 2);
	bench_close(&bench);
}

/* Test 3A: a near end 15 dB below far does not keep the filter from converging. */
static void test_3a(void)
{
	struct bench bench;
	double far = -10;

	bench_open(&bench, 1024, 64, 7);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, far);
	for (unsigned i = 0; i < LANES; i++) {
		css_make(bench.near[i], bench.n, far - 15, true, i + 40);
		memset(bench.near[i] + 5 * SECOND, 0, 2 * SECOND * sizeof(float));
	}
	paths_make(&bench, 2, bench.conf.taps, 6);
	bench_run(&bench, 7);
	for (unsigned i = 0; i < LANES; i++)
		at_most("3A during", peak_of(bench.out[i], 2.5, 5),
			peak_of(bench.near[i], 2.5, 5) + 2);
	at_most("3A after", read_lanes(bench.out, peak_of, 5.6, 7).most, figure_11(far));
	bench_close(&bench);
}

static void double_talk(unsigned taps, unsigned block, double near, bool voices)
{
	struct bench bench;
	double far = voices ? -15 : -10;

	bench_open(&bench, taps, block, 12);
	bench_set_lanes(&bench, &linear);
	for (unsigned i = 0; i < LANES; i++) {
		(voices ? voice_make(bench.far[i], bench.n, far, i + 11)
			: css_make(bench.far[i], bench.n, far, false, i + 11));
		(voices ? voice_make(bench.near[i], bench.n, near, i + 511)
			: css_make(bench.near[i], bench.n, near, true, i + 511));
		memset(bench.near[i], 0, 4 * SECOND * sizeof(float));
		memset(bench.near[i] + 9 * SECOND, 0, 3 * SECOND * sizeof(float));
	}
	paths_make(&bench, 4, bench.conf.taps, 6);
	bench_run(&bench, 12);
	/* figure 11 within 1 s; but nothing is to be lost in the first place */
	at_most("3B from 1 s", read_lanes(bench.out, peak_of, 10, 12).most, figure_11(far) + 2);
	at_most("3B mean at 50 ms", read_lanes(bench.out, level_of, 9.05, 9.4).mean, far - 36);
	at_most("3B mean at 1 s", read_lanes(bench.out, level_of, 10, 10.35).mean, far - 38);
	/* never above the echo that there would be */
	for (unsigned i = 0; i < LANES; i++)
		at_most("3B echo", peak_of(bench.out[i], 9.4, 12), peak_of(bench.line[i], 9.4, 12));
	bench_close(&bench);
}

/* Test 3B: 5 s of double talk. */
static void test_3b(void)
{
	double_talk(1024, 64, -10, false);
	double_talk(512, 32, -10, false);
	double_talk(1024, 64, -12, true);
	double_talk(512, 64, -10, true);
	if (!line_long)
		return;
	for (double near = -25; near <= -4; near += 3)
		for (unsigned taps = 256; taps <= 1024; taps *= 2)
			for (unsigned block = 32; block <= 64; block += 32) {
				double_talk(taps, block, near, false);
				double_talk(taps, block, near, true);
			}
}

/* Test 3C: far and near talk in turn and together; far's pauses leave nothing, near is not torn up. */
static void test_3c(void)
{
	struct bench bench;
	double sum = 0, off = 0;

	bench_open(&bench, 1024, 64, 14);
	bench_set_lanes(&bench, &quiet);
	for (unsigned i = 0; i < LANES; i++) {
		voice_make(bench.far[i], bench.n, -15, i + 21);
		voice_make(bench.near[i], bench.n, -15, i + 621);
		memset(bench.near[i], 0, 4 * SECOND * sizeof(float));
		memset(bench.near[i] + 8 * SECOND, 0, 2 * SECOND * sizeof(float));
	}
	paths_make(&bench, 6, bench.conf.taps, 8);
	bench_run(&bench, 14);
	at_most("3C single talk", read_lanes(bench.out, peak_of, 8.3, 10).most, -42);
	for (unsigned i = 0; i < LANES; i++) {
		at_most("3C burst", peak_of(bench.out[i], 4, 14),
			peak_of(bench.near[i], 4, 14) + 1);
		for (size_t t = 4 * SECOND; t < 14 * SECOND; t++) {
			double d = bench.out[i][t] - bench.near[i][t];

			sum += (double)bench.near[i][t] * bench.near[i][t];
			off += d * d;
		}
	}
	at_most("3C distortion of the near end", 10 * log10(off / sum), -22);
	bench_close(&bench);
}

/* Test 4: two minutes of silence (30 s unless in full) leave what was learnt. */
static void test_4(void)
{
	double silence = line_long ? 30 : 8, end = 5 + silence + 1;
	unsigned times = line_long ? 4 : 1;
	struct bench bench;

	bench_open(&bench, 1024, 64, end);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	for (unsigned i = 0; i < LANES; i++)
		memset(bench.far[i] + 5 * SECOND, 0, (size_t)(silence * SECOND) * sizeof(float));
	paths_make(&bench, 8, bench.conf.taps, 6);
	bench_run(&bench, 5);
	for (unsigned k = 1; k < times; k++) {
		bench_run(&bench, 5 + silence);
		bench.at = 5 * SECOND + bench.conf.taps;
	}
	bench_run(&bench, end);
	at_most("4", read_lanes(bench.out, peak_of, end - 0.9, end).most, figure_11(-10));
	at_most("4 mean", read_lanes(bench.out, level_of, end - 0.7, end).mean, -50);
	bench_close(&bench);
}

/* Test 5: where there is no echo none is made. */
static void test_5(void)
{
	struct bench bench;

	bench_open(&bench, 1024, 64, 8);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	paths_make(&bench, 9, bench.conf.taps, 6);
	bench_run(&bench, 3);
	for (unsigned i = 0; i < LANES; i++)
		bench.path[i].end = bench.path[i].begin = 0;
	bench_run(&bench, 8);
	at_most("5 from 1 s", read_lanes(bench.out, peak_of, 4, 8).most, figure_11(-10));
	at_most("5 in the end", read_lanes(bench.out, level_of, 7, 8).most, -55);
	bench_close(&bench);
	bench_open(&bench, 512, 32, 3);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	bench_run(&bench, 3);
	at_most("5 from the start", read_lanes(bench.out, level_of, 0, 3).most, -60);
	bench_close(&bench);
}

/* Test 6: tones do not undo what was learnt. */
static void test_6(void)
{
	double tones = line_long ? 5 : 2, end = 6 + tones;
	struct bench bench;

	bench_open(&bench, 1024, 64, end);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	for (unsigned i = 0; i < LANES; i++) {
		const int *hz = g168_tones[i % (sizeof(g168_tones) / sizeof(g168_tones[0]))];
		size_t n = (size_t)(tones * SECOND);

		memset(bench.far[i] + 5 * SECOND, 0, n * sizeof(float));
		tone_add(bench.far[i] + 5 * SECOND, n, hz[0], hz[1] ? -13 : -10);
		if (hz[1])
			tone_add(bench.far[i] + 5 * SECOND, n, hz[1], -13);
	}
	paths_make(&bench, 11, bench.conf.taps, 6);
	bench_run(&bench, end);
	at_most("6 at once", read_lanes(bench.out, peak_of, 5.2 + tones, end).most, -30);
	at_most("6 mean", read_lanes(bench.out, level_of, 5.05 + tones, 5.4 + tones).mean, -42);
	at_most("6 after", read_lanes(bench.out, peak_of, end - 0.3, end).most, figure_11(-10));
	bench_close(&bench);
}

/* Test 7: a tone from the start: 0.83 far - 30 dB after 10 s, and so it stays, for two minutes in the long form. */
static void test_7(void)
{
	const double far = -10, end = 12;
	struct bench bench;

	bench_open(&bench, 1024, 64, end);
	bench_set_lanes(&bench, &linear);
	for (unsigned i = 0; i < LANES; i++)
		tone_add(bench.far[i], bench.n, 350 + 190 * (double)i, far);
	paths_make(&bench, 13, bench.conf.taps, 6);
	bench_run(&bench, 10);
	for (unsigned k = 0; k < (line_long ? 55 : 1); k++) {
		bench.at = 10 * SECOND; /* a second has whole waves */
		bench_run(&bench, end);
		at_most("7", read_lanes(bench.out, peak_of, 10, end).most, 0.83 * far - 30);
	}
	bench_close(&bench);
}

/* Not a test of G.168's: a second echo, 6 dB below the first, at up to the end of the tail. */
static void several_paths(void)
{
	struct bench bench;

	bench_open(&bench, 1024, 64, 6);
	bench_set_lanes(&bench, &linear);
	far_css(&bench, -10);
	paths_make(&bench, 10, bench.conf.taps / 2, 7);
	paths_double(&bench, 4, bench.conf.taps, 13);
	bench_run(&bench, 6);
	at_most("several paths", read_lanes(bench.out, peak_of, 1, 6).most, -10 - 20);
	at_most("several paths, steady", read_lanes(bench.out, peak_of, 4, 6).most, figure_11(-10));
	bench_close(&bench);
}

/* Not a test of G.168's: a hybrid that is not linear (1 % of third harmonic at full level). */
static void non_linear(void)
{
	struct bench bench;

	bench_open(&bench, 1024, 64, 6);
	bench_set_lanes(&bench, &linear);
	bench.cubic = 0.08f;
	bench.law = G711_MU;
	far_css(&bench, -10);
	paths_make(&bench, 12, bench.conf.taps, 8);
	bench_run(&bench, 6);
	at_most("non-linear", read_lanes(bench.out, peak_of, 4, 6).most, figure_11(-10));
	bench_close(&bench);
	bench_open(&bench, 512, 32, 4);
	bench_set_lanes(&bench, &quiet);
	bench.cubic = 0.08f;
	far_css(&bench, -10);
	paths_make(&bench, 2, bench.conf.taps, 8);
	bench_run(&bench, 4);
	at_most("non-linear, processed", read_lanes(bench.out, peak_of, 1, 4).most, -60);
	bench_close(&bench);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "1 steady state", test_1 },
		{ "2A convergence, non-linear processor", test_2a },
		{ "2B convergence, filter alone", test_2b },
		{ "2C convergence in noise", test_2c },
		{ "3A low near end", test_3a },
		{ "3B double talk", test_3b },
		{ "3C conversation", test_3c },
		{ "4 leak", test_4 },
		{ "5 no echo", test_5 },
		{ "6 tones, then speech", test_6 },
		{ "7 a tone for long", test_7 },
		{ "several paths", several_paths },
		{ "a hybrid that is not linear", non_linear },
		CU_TEST_INFO_NULL,
	};

	line_arguments(&argc, &argv);
	return cu_run("G.168", tests, argc, argv);
}
