/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* DTMF made and detected again, over both laws; the tones' levels and cadences. */
#include "dsp/dtmf.h"

#include <math.h>
#include <string.h>

#include "dsp/g711.h"
#include "dsp/tone.h"
#include "tests/unit/cu.h"

static const char digits[] = "0123456789*#ABCD";

struct line {
	struct dtmf_detector detector;
	enum g711_law law;
	char now;
	char heard[64];
	size_t heard_n;
	size_t samples, started, length;
};

static void line_pass(struct line *line, struct tone_player *player, size_t n)
{
	int16_t linear[DTMF_BLOCK_SAMPLES];
	uint8_t octets[DTMF_BLOCK_SAMPLES];

	while (n) {
		size_t k = n < 80 ? n : 80;
		char digit;

		tone_player_play(player, linear, k);
		g711_compress(line->law, octets, linear, k);
		g711_expand(line->law, linear, octets, k);
		digit = dtmf_detector_hear(&line->detector, linear, k);
		line->samples += k;
		if (digit && digit != line->now) {
			line->heard[line->heard_n++] = digit;
			line->started = line->samples;
		}
		if (!digit && line->now)
			line->length = line->samples - line->started;
		line->now = digit;
		n -= k;
	}
}

static void all_digits(enum g711_law law, size_t on, size_t off)
{
	struct line line = { .law = law };
	struct tone_player player;

	dtmf_detector_init(&line.detector);
	for (const char *d = digits; *d; d++) {
		tone_player_start(&player, tone_dtmf(*d));
		line_pass(&line, &player, on * 8);
		tone_player_start(&player, NULL);
		line_pass(&line, &player, off * 8);
		/* the length heard is the length sent, within two blocks of 102 */
		CU_ASSERT(fabs((double)line.length - (double)on * 8) <= 204);
	}
	line.heard[line.heard_n] = '\0';
	CU_ASSERT_STRING_EQUAL(line.heard, digits);
}

static void round_trip(void)
{
	all_digits(G711_A, 50, 50);
	all_digits(G711_MU, 50, 50);
	all_digits(G711_A, 40, 60);
	all_digits(G711_A, 500, 100);
}

/* The tones of a telephone: no frequency of a digit's, or one only. */
static void not_a_digit(void)
{
	static const struct tone tones[] = {
		{ { 425 }, { -10 }, { 1000, 4000 } },
		{ { 440, 480 }, { -10, -10 }, { 2000, 4000 } },
		{ { 480, 620 }, { -10, -10 }, { 500, 500 } },
		{ { 697 }, { -7 }, { 100, 100 } },
		{ { 1336 }, { -7 }, { 100, 100 } },
	};
	struct line line = { .law = G711_A };
	struct tone_player player;

	dtmf_detector_init(&line.detector);
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
		tone_player_start(&player, &tones[i]);
		line_pass(&line, &player, 80000);
	}
	CU_ASSERT_EQUAL(line.heard_n, 0);
	CU_ASSERT_PTR_NULL(tone_dtmf('x'));
	CU_ASSERT_PTR_NULL(tone_dtmf('\0'));
}

static double dbm0(const int16_t *linear, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)linear[i] * linear[i];
	return 10 * log10(sum / (double)n / (32256.0 * 32256.0 / 2) + 1e-12) + 3.14;
}

static void levels(void)
{
	static const struct tone slow = { { 425 }, { -10 }, { 1000, 4000 } };
	struct tone_player player;
	int16_t linear[8000];

	tone_player_start(&player, &slow);
	tone_player_play(&player, linear, 8000);
	CU_ASSERT_DOUBLE_EQUAL(dbm0(linear, 8000), -10, 0.05);
	/* ten minutes later it is the same */
	for (unsigned i = 0; i < 599; i++)
		tone_player_play(&player, linear, 8000);
	CU_ASSERT(dbm0(linear, 8000) < -80);
	tone_player_play(&player, linear, 8000);
	CU_ASSERT_DOUBLE_EQUAL(dbm0(linear, 8000), -10, 0.05);
	tone_player_start(&player, tone_dtmf('5'));
	tone_player_play(&player, linear, 8000);
	CU_ASSERT_DOUBLE_EQUAL(dbm0(linear, 8000), 10 * log10(pow(10, -.9) + pow(10, -.7)), 0.05);
}

static void cadence(void)
{
	static const struct tone beeps = { { 425 }, { -10 }, { 500, 500 } };
	struct tone_player player;
	int16_t linear[8000];
	size_t on = 0;

	tone_player_start(&player, &beeps);
	tone_player_play(&player, linear, 8000);
	CU_ASSERT_DOUBLE_EQUAL(dbm0(linear, 4000), -10, 0.05);
	for (size_t i = 4000; i < 8000; i++)
		on += linear[i] != 0;
	CU_ASSERT_EQUAL(on, 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "every digit over both laws", round_trip },
		{ "tones that are no digit", not_a_digit },
		{ "levels", levels },
		{ "cadence", cadence },
		CU_TEST_INFO_NULL,
	};

	return cu_run("dtmf", tests, argc, argv);
}
