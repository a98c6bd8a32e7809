/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The echo canceller's tone disabler (ITU-T G.168 clause 7, G.165 clause 4; V.8 ANSam): which tones
 * disable what, from which side, how long it lasts, and what does not disable.
 */
#include "tests/unit/dsp/echo_limit.h"

static const struct echo_lane_conf whole = { .mode = ECHO_ON };

/* A tone in a lane: its parameters, and whether it is to disable all or the non-linear processor. */
struct tone_case {
	double hz, dbm0;
	double reversal_ms; /* 0: none */
	double modulation;
	double seconds, noise_dbm0;
	bool disables, holds_nlp;
};

static void tone_case_add(float *x, const struct tone_case *tone)
{
	double peak = rms_of(tone->dbm0) * sqrt(2), phase = 0;
	size_t n = (size_t)(tone->seconds * SECOND);

	noise_make(x, n, tone->noise_dbm0, 0, 3);
	for (size_t i = 0; i < n; i++) {
		double t = (double)i / SECOND, y = peak * sin(phase);

		phase += 2 * M_PI * tone->hz / SECOND;
		y *= 1 + tone->modulation * sin(2 * M_PI * 15 * t);
		if (tone->reversal_ms > 0 && (long)(t * 1000 / tone->reversal_ms) % 2)
			y = -y;
		x[i] += (float)y;
	}
}

/* Each tone in a lane of its own, from far or near. */
static void cases_run(const struct tone_case *tones, unsigned n, bool near, unsigned block)
{
	struct bench bench;

	bench_open(&bench, 256, block, 4);
	bench_set_lanes(&bench, &whole);
	for (unsigned i = 0; i < n; i++)
		tone_case_add((near ? bench.near : bench.far)[i] + SECOND / 2, &tones[i]);
	paths_make(&bench, 0, 256, 12);
	bench_run(&bench, 0.5 + tones[0].seconds);
	for (unsigned i = 0; i < n; i++) {
		struct echo_report report;

		echo_lane_report(bench.echo, i, &report);
		if ((report.state == ECHO_ST_DISABLED) != tones[i].disables ||
		    report.nlp_disabled != (tones[i].disables || tones[i].holds_nlp))
			fprintf(stderr, "%s, %.0f Hz, %.1f dBm0, reversals %.0f ms\n",
				near ? "near" : "far", tones[i].hz, tones[i].dbm0,
				tones[i].reversal_ms);
		CU_ASSERT_EQUAL(report.state == ECHO_ST_DISABLED, tones[i].disables);
		CU_ASSERT_EQUAL(report.nlp_disabled, tones[i].disables || tones[i].holds_nlp);
		CU_ASSERT_EQUAL(report.disablings, tones[i].disables);
	}
	bench_close(&bench);
}

static void cases_all(const struct tone_case *tones, unsigned n)
{
	for (unsigned near = 0; near < 2; near++)
		for (unsigned block = 32; block <= 64; block += 32)
			cases_run(tones, n, near, block);
}

static void test_disables(void)
{
	static const struct tone_case tones[] = {
		{ 2100, -12, 450, 0, 2, -80, true, true },
		{ 2100, -12, 450, 0.2, 2, -80, true, true }, /* ANSam */
		{ 2079, -12, 450, 0, 2, -80, true, true },
		{ 2121, -12, 450, 0.2, 2, -80, true, true },
		{ 2100, -30, 450, 0, 2, -80, true, true },
		{ 2100, 0, 450, 0, 2, -80, true, true },
		{ 2100, -12, 425, 0, 2, -80, true, true },
		{ 2100, -12, 475, 0, 2, -80, true, true },
		{ 2100, -12, 450, 0, 2, -28, true, true }, /* in noise */
	};

	cases_all(tones, sizeof(tones) / sizeof(tones[0]));
}

static void test_plain(void)
{
	static const struct tone_case tones[] = {
		{ 2100, -12, 0, 0, 2, -80, false, true },
		{ 2100, -12, 0, 0.2, 2, -80, false, true },
		{ 2085, -25, 0, 0, 2, -80, false, true },
		{ 2115, -5, 0, 0, 2, -28, false, true },
	};

	cases_all(tones, sizeof(tones) / sizeof(tones[0]));
}

static void test_ignores(void)
{
	static const struct tone_case tones[] = {
		{ 1900, -12, 450, 0, 2, -80, false, false },
		{ 2225, -12, 450, 0, 2, -80, false, false }, /* Bell 103's answer */
		{ 2000, -12, 0, 0, 2, -80, false, false },
		{ 2100, -40, 450, 0, 2, -80, false, false }, /* too low */
		{ 2100, -12, 450, 0, 2, -12, false, false }, /* as loud a noise */
		{ 1100, -12, 450, 0, 2, -80, false, false }, /* CNG */
		{ 2100, -12, 250, 0, 2, -80, false, true },  /* another pattern */
		{ 2100, -12, 800, 0, 2, -80, false, true },
	};

	cases_all(tones, sizeof(tones) / sizeof(tones[0]));
}

/* Too short, and speech. */
static void test_speech(void)
{
	struct echo_report report;
	struct bench bench;

	bench_open(&bench, 256, 64, 30);
	bench_set_lanes(&bench, &whole);
	for (unsigned i = 0; i < LANES; i++) {
		voice_make(bench.far[i], bench.n, -10, i + 1);
		voice_make(bench.near[i] + 15 * SECOND, bench.n - 15 * SECOND, -15, i + 77);
	}
	tone_add(bench.far[7], SECOND / 5, 2100, -12);
	bench_run(&bench, 0.25);
	echo_lane_report(bench.echo, 7, &report);
	CU_ASSERT(!report.nlp_disabled);
	paths_make(&bench, 0, 256, 12);
	for (unsigned k = 1; k < 300; k++) {
		bench_run(&bench, k * 0.1);
		for (unsigned i = 0; i < LANES; i++) {
			echo_lane_report(bench.echo, i, &report);
			CU_ASSERT(!report.nlp_disabled);
		}
	}
	bench_close(&bench);
}

/* Seconds after the tone's end, which is at 3 s, until the lane is back. */
static double released_after(struct bench *bench, unsigned lane, double until_s)
{
	for (double t = 3; t < until_s; t += 0.008) {
		struct echo_report report;

		bench_run(bench, t);
		echo_lane_report(bench->echo, lane, &report);
		if (!report.nlp_disabled)
			return t - 3;
	}
	return -1;
}

/* Clause 4.4, 4.8: held by any signal of -31 dBm0, released by 250 +- 150 ms without any on either side. */
static void test_release(void)
{
	for (unsigned reversals = 0; reversals < 2; reversals++) {
		struct bench bench;
		double after;

		bench_open(&bench, 256, 64, 8);
		bench_set_lanes(&bench, &whole);
		answer_add(bench.near[0] + SECOND, 2 * SECOND, -12, reversals, false);
		bench_run(&bench, 3);
		after = released_after(&bench, 0, 4);
		CU_ASSERT(after >= 0.1 && after <= 0.4);
		bench_close(&bench);
	}
	for (unsigned near = 0; near < 2; near++) {
		struct bench bench;

		bench_open(&bench, 256, 64, 8);
		bench_set_lanes(&bench, &whole);
		answer_add(bench.near[0] + SECOND, 2 * SECOND, -12, true, true);
		noise_make((near ? bench.near : bench.far)[0] + 3 * SECOND, 3 * SECOND, -30, 0, 5);
		/* a carrier that breaks off for 50 ms holds too */
		memset((near ? bench.near : bench.far)[0] + 4 * SECOND, 0, 400 * sizeof(float));
		bench_run(&bench, 3);
		CU_ASSERT(released_after(&bench, 0, 6) < 0);
		CU_ASSERT(released_after(&bench, 0, 7) > 3.0);
		bench_close(&bench);
	}
}

/* no_disabler: nothing is disabled, and what was is not any more. */
static void test_off(void)
{
	static const struct echo_lane_conf deaf = { .mode = ECHO_ON, .no_disabler = true };
	struct echo_report report;
	struct bench bench;

	bench_open(&bench, 256, 64, 5);
	bench_set_lanes(&bench, &whole);
	echo_lane_set(bench.echo, 1, &deaf);
	for (unsigned i = 0; i < 2; i++)
		answer_add(bench.near[i] + SECOND, 4 * SECOND, -12, true, true);
	bench_run(&bench, 3);
	echo_lane_report(bench.echo, 0, &report);
	CU_ASSERT_EQUAL(report.state, ECHO_ST_DISABLED);
	echo_lane_report(bench.echo, 1, &report);
	CU_ASSERT(report.state != ECHO_ST_DISABLED && !report.nlp_disabled);
	CU_ASSERT_EQUAL(report.disablings, 0);
	echo_lane_set(bench.echo, 0, &deaf);
	bench_run(&bench, 5);
	echo_lane_report(bench.echo, 0, &report);
	CU_ASSERT(report.state != ECHO_ST_DISABLED && !report.nlp_disabled);
	CU_ASSERT_EQUAL(report.disablings, 1);
	bench_close(&bench);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "with phase reversals", test_disables },
		{ "without", test_plain },
		{ "other tones", test_ignores },
		{ "speech", test_speech },
		{ "release", test_release },
		{ "switched off", test_off },
		CU_TEST_INFO_NULL,
	};

	line_arguments(&argc, &argv);
	return cu_run("tone disabler", tests, argc, argv);
}
