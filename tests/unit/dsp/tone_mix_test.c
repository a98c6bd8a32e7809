/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tones of RFC 4733: levels, frequencies, modulation, reversals, and pieces that join. */
#include "dsp/tone_mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

/* Power at a frequency, dBm0, of n samples of which whole periods fit. */
static double power_at(const int16_t *x, size_t n, double hz)
{
	double c = 0, s = 0;

	for (size_t i = 0; i < n; i++) {
		c += x[i] * cos(2 * M_PI * hz * (double)i / 8000);
		s += x[i] * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 20 * log10(2 * sqrt(c * c + s * s) / (double)n / 32256 + 1e-9) + 3.14;
}

static void levels(void)
{
	static const struct tone_mix two = { .hz = { 350, 440 }, .dbm0 = -10 };
	static const struct tone_mix ansam = {
		.hz = { 2100 }, .dbm0 = -12, .modulation_third_hz = 45, .depth_percent = 20
	};
	int16_t x[8000];

	tone_mix_render(&two, 0, 0, x, 8000);
	CU_ASSERT_DOUBLE_EQUAL(power_at(x, 8000, 350), -13.01, 0.05);
	CU_ASSERT_DOUBLE_EQUAL(power_at(x, 8000, 440), -13.01, 0.05);
	CU_ASSERT(power_at(x, 8000, 900) < -70);
	tone_mix_render(&ansam, 0, 0, x, 8000);
	CU_ASSERT_DOUBLE_EQUAL(power_at(x, 8000, 2100), -12, 0.05);
	/* each side band is half of the depth: -20 dB */
	CU_ASSERT_DOUBLE_EQUAL(power_at(x, 8000, 2085), -32, 0.1);
	CU_ASSERT_DOUBLE_EQUAL(power_at(x, 8000, 2115), -32, 0.1);
}

static void reversals(void)
{
	static const struct tone_mix plain = { .hz = { 2100 }, .dbm0 = -12 };
	static const struct tone_mix ans = { .hz = { 2100 }, .dbm0 = -12, .reversal_ms = 450 };
	int16_t x[8000];

	tone_mix_render(&plain, 0, 0, x, 800);
	tone_mix_render(&ans, 800, 0, x + 800, 7200);
	/* reversed where it begins, and 450 ms later again */
	for (unsigned i = 0; i < 80; i++) {
		CU_ASSERT(abs(x[800 + i] + x[720 + i]) <= 1);
		CU_ASSERT(abs(x[4400 + i] + x[4320 + i]) <= 1);
		CU_ASSERT(abs(x[4400 + i] - x[720 + i]) <= 1);
		CU_ASSERT(abs(x[4000 + i] - x[4000 + i + 80]) <= 1);
	}
}

static void pieces(void)
{
	static const struct tone_mix mix = { .hz = { 1100, 480, 620 },
					     .dbm0 = -10,
					     .modulation_third_hz = 50,
					     .depth_percent = 100 };
	static const struct tone_mix silence = { .dbm0 = 0 };
	int16_t whole[8000], part[8000];

	tone_mix_render(&mix, 123456, 0, whole, 8000);
	for (unsigned at = 0, n = 1; at < 8000; at += n, n = n * 7 % 301 + 1)
		tone_mix_render(&mix, 123456 + at, at, part + at, n < 8000 - at ? n : 8000 - at);
	CU_ASSERT_EQUAL(memcmp(whole, part, sizeof(whole)), 0);
	tone_mix_render(&silence, 0, 0, whole, 80);
	for (unsigned i = 0; i < 80; i++)
		CU_ASSERT_EQUAL(whole[i], 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "levels and modulation", levels },
		{ "phase reversals", reversals },
		{ "pieces join", pieces },
		CU_TEST_INFO_NULL,
	};

	return cu_run("tone_mix", tests, argc, argv);
}
