/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Tests 9, 10 and 14 of ITU-T G.168: comfort noise, a fax call and a modem's, on 16 lines at once.
 * "long" as the first argument: every line's spectrum is looked at.
 */
#include "tests/unit/dsp/echo_limit.h"

static const struct echo_lane_conf whole = { .mode = ECHO_ON };

/* Band of 250 Hz to 3,500 Hz in steps of 500: mean power of a signal in each. */
static void spectrum_of(const float *x, double from_s, double to_s, double *power, unsigned bands)
{
	for (unsigned b = 0; b < bands; b++)
		power[b] = 0;
	for (size_t t = (size_t)(from_s * SECOND); t + 256 <= (size_t)(to_s * SECOND); t += 256)
		for (unsigned k = 0; k < bands * 16; k++) {
			double re = 0, im = 0;

			for (unsigned i = 0; i < 256; i++) {
				double w = 0.5 - 0.5 * cos(2 * M_PI * i / 256);

				re += w * x[t + i] * cos(2 * M_PI * (k + 8) * i / 256);
				im += w * x[t + i] * sin(2 * M_PI * (k + 8) * i / 256);
			}
			power[k / 16] += re * re + im * im;
		}
}

/* Test 9: comfort noise is within 2 dB of the noise, in level and in each band, also after a step. */
static void test_9(void)
{
	enum { BANDS = 6 };
	double end = 16, heard[BANDS], made[BANDS];
	struct bench bench;

	bench_open(&bench, 1024, 64, end);
	bench_set_lanes(&bench, &whole);
	for (unsigned i = 0; i < LANES; i++) {
		double level = -45 - (double)(i % 4) * 5;

		/* noise alone at first, then far without pauses; a step of 8 dB in the middle */
		noise_make(bench.far[i] + 2 * SECOND, bench.n - 2 * SECOND, -15, 0.7, i + 5);
		memset(bench.far[i] + 7 * SECOND, 0, 3 * SECOND * sizeof(float));
		noise_make(bench.near[i], bench.n, level, 0.6, i + 200);
		for (size_t t = 7 * SECOND; t < bench.n; t++)
			bench.near[i][t] *= 2.5f;
	}
	paths_make(&bench, 15, bench.conf.taps, 20);
	bench_run(&bench, end);
	for (unsigned i = 0; i < LANES; i++) {
		double before = level_of(bench.out[i], 4, 7) - level_of(bench.near[i], 4, 7);
		double after = level_of(bench.out[i], 12, 16) - level_of(bench.near[i], 12, 16);

		at_most("9 level", fabs(before), 2);
		at_most("9 level after the step", fabs(after), 2);
	}
	for (unsigned i = 0; i < LANES; i += line_long ? 1 : 7) {
		struct echo_report report;

		spectrum_of(bench.near[i], 12, 16, heard, BANDS);
		spectrum_of(bench.out[i], 12, 16, made, BANDS);
		for (unsigned b = 0; b < BANDS; b++)
			at_most("9 band", fabs(10 * log10(made[b] / heard[b])), 2);
		echo_lane_report(bench.echo, i, &report);
		CU_ASSERT(report.nlp_active);
	}
	bench_close(&bench);
}

/* Samples that are another than before. */
static size_t changed(const struct bench *bench, unsigned lane, double from_s, double to_s)
{
	size_t count = 0;

	for (size_t t = (size_t)(from_s * SECOND); t < (size_t)(to_s * SECOND); t++)
		count += bench->out[lane][t] != bench->line[lane][t];
	return count;
}

/* Test 10: a fax call: CED (plain 2100 Hz) from the near end, then the pages' carrier from far while the
 * near end is silent, and back; nothing is torn, and the echo of far is still taken away. */
static void test_10(void)
{
	struct bench bench;

	bench_open(&bench, 1024, 64, 12);
	bench_set_lanes(&bench, &whole);
	for (unsigned i = 0; i < LANES; i++) {
		answer_add(bench.near[i] + SECOND, 3 * SECOND, -12, false, false);
		noise_make(bench.near[i] + 4 * SECOND + 600, SECOND, -15, 0.2,
			   i + 1); /* V.21, DIS */
		noise_make(bench.far[i] + 5 * SECOND + 1200, 4 * SECOND, -13, 0.1,
			   i + 31);							 /* page */
		noise_make(bench.near[i] + 9 * SECOND + 1600, SECOND, -15, 0.2, i + 61); /* MCF */
	}
	paths_make(&bench, 17, bench.conf.taps, 10);
	bench_run(&bench, 12);
	for (unsigned i = 0; i < LANES; i++) {
		at_most("10 CED",
			fabs(level_of(bench.out[i], 1, 4) - level_of(bench.near[i], 1, 4)), 0.1);
		at_most("10 DIS",
			fabs(level_of(bench.out[i], 4.1, 5.05) -
			     level_of(bench.near[i], 4.1, 5.05)),
			0.2);
		at_most("10 MCF",
			fabs(level_of(bench.out[i], 9.25, 10.15) -
			     level_of(bench.near[i], 9.25, 10.15)),
			0.2);
	}
	at_most("10 page's echo", read_lanes(bench.out, peak_of, 6.5, 9).most, -43);
	bench_close(&bench);
}

/* Test 14: a V-series modem: ANSam with reversals, then both sides send at once: all passes untouched,
 * octet for octet; after 250 ms of silence the canceller is back. */
static void test_14(void)
{
	struct bench bench;

	bench_open(&bench, 1024, 64, 14);
	bench_set_lanes(&bench, &whole);
	for (unsigned i = 0; i < LANES; i++) {
		bool far = i & 1;

		css_make(bench.far[i], 3 * SECOND, -12, false, i + 1);
		answer_add((far ? bench.far : bench.near)[i] + 3 * SECOND, 2 * SECOND + SECOND / 2,
			   -12, true, i & 2);
		noise_make(bench.far[i] + 5 * SECOND + SECOND / 2, 3 * SECOND, -13, 0.1, i + 31);
		noise_make(bench.near[i] + 5 * SECOND + SECOND / 2, 3 * SECOND, -13, 0.1, i + 61);
		css_make(bench.far[i] + 9 * SECOND, 5 * SECOND, -12, false, i + 1);
	}
	paths_make(&bench, 3, bench.conf.taps, 10);
	bench_run(&bench, 8);
	for (unsigned i = 0; i < LANES; i++) {
		struct echo_report report;

		CU_ASSERT_EQUAL(changed(&bench, i, 4, 8), 0);
		echo_lane_report(bench.echo, i, &report);
		CU_ASSERT_EQUAL(report.state, ECHO_ST_DISABLED);
		CU_ASSERT_EQUAL(report.disablings, 1);
	}
	bench_run(&bench, 14);
	/* comfort noise in place of G.711's silence of -66 dBm0 and the filter's own noise in it */
	at_most("14 afterwards", read_lanes(bench.out, peak_of, 10, 14).most, -57);
	bench_close(&bench);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "9 comfort noise", test_9 },
		{ "10 fax", test_10 },
		{ "14 modem", test_14 },
		CU_TEST_INFO_NULL,
	};

	line_arguments(&argc, &argv);
	return cu_run("G.168 calls", tests, argc, argv);
}
