/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The DTMF detector against the limits of Q.24 and of SpanDSP's own test of its detector
 * (dtmf_rx_tests.c, after Mitel's tape CM7291), with SpanDSP's generators, over A-law or mu-law.
 */
#include <math.h>
#include <spandsp.h>
#include <spandsp/expose.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/detect_bank.h"
#include "dsp/dtmf.h"
#include "dsp/g711.h"
#include "tests/unit/cu.h"

#define PER_MS	     8
#define LINE	     16000
#define DIGITS	     16
#define RATE	     8000
#define NEAR_MS	     3.0  /* begin and end are known within this */
#define NEAR_LOUD_MS 30.0 /* with noise louder than it from 5 ms after it */
#define LEAK_MS_MAX  15	  /* of a digit may pass before it is suspected */

static const char digits[] = "123A456B789C*0#D";
static const double low_hz[] = { 697, 770, 852, 941 }, high_hz[] = { 1209, 1336, 1477, 1633 };
static int16_t line[LINE];

struct digit {
	char symbol;
	double low_off, high_off; /* of the frequencies, as a part */
	int low_dbm0, high_dbm0;
	int on_ms, off_ms;
};

/* SpanDSP's generator; samples made. */
static size_t make(int16_t *to, const struct digit *digit)
{
	size_t at = (size_t)(strchr(digits, digit->symbol) - digits);
	tone_gen_descriptor_t tone;
	tone_gen_state_t state;

	make_tone_gen_descriptor(&tone, (int)lrint(low_hz[at / 4] * (1 + digit->low_off)),
				 digit->low_dbm0,
				 (int)lrint(high_hz[at % 4] * (1 + digit->high_off)),
				 digit->high_dbm0, digit->on_ms, digit->off_ms, 0, 0, 0);
	/* the descriptor takes whole Hz: set what is between */
	tone.tone[0].phase_rate = dds_phase_ratef((float)(low_hz[at / 4] * (1 + digit->low_off)));
	tone.tone[1].phase_rate = dds_phase_ratef((float)(high_hz[at % 4] * (1 + digit->high_off)));
	tone_gen_init(&state, &tone);
	return (size_t)tone_gen(&state, to, (digit->on_ms + digit->off_ms) * PER_MS);
}

static void through(enum g711_law law, int16_t *linear, size_t n)
{
	uint8_t octets[LINE];

	g711_compress(law, octets, linear, n);
	g711_expand(law, linear, octets, n);
}

static struct dtmf_detector detector;
static char now;

static void begin(void)
{
	dtmf_detector_init(&detector);
	now = 0;
}

/* Digits that begin in these samples; text, if given, is them. */
static unsigned hear(const int16_t *linear, size_t n, char *text)
{
	unsigned heard = 0;

	for (size_t at = 0; at < n;) {
		size_t k = n - at < DTMF_BLOCK_SAMPLES ? n - at : DTMF_BLOCK_SAMPLES;
		char digit = dtmf_detector_hear(&detector, linear + at, k);

		if (digit && digit != now) {
			if (text)
				text[heard] = digit;
			heard++;
		}
		now = digit;
		at += k;
	}
	if (text)
		text[heard] = '\0';
	return heard;
}

/* One digit made and heard, in the detector's present state. */
static unsigned heard_of(const struct digit *digit)
{
	size_t n = make(line, digit);

	through(G711_A, line, n);
	return hear(line, n, NULL);
}

static void decode(void)
{
	for (enum g711_law law = G711_A; law <= G711_MU; law++) {
		begin();
		for (const char *d = digits; *d; d++)
			for (unsigned i = 0; i < 10; i++) {
				struct digit digit = { *d, 0, 0, -4, -4, 50, 50 };
				size_t n = make(line, &digit);
				char text[8];

				through(law, line, n);
				CU_ASSERT_EQUAL(hear(line, n, text), 1);
				CU_ASSERT_EQUAL(text[0], *d);
			}
	}
}

/* SpanDSP's test 3, with Q.24's limits: +-1.5 % accepted, +-3.5 % rejected. */
static void bandwidth(void)
{
	for (const char *d = digits; *d; d++)
		for (int part = -60; part <= 60; part++)
			for (unsigned which = 0; which < 3; which++) {
				struct digit digit = { *d,
						       which != 1 ? part / 1000.0 : 0,
						       which != 0 ? part / 1000.0 : 0,
						       -17,
						       -17,
						       50,
						       50 };
				unsigned heard;

				begin();
				heard = heard_of(&digit);
				if (abs(part) <= 15)
					CU_ASSERT_EQUAL(heard, 1);
				if (abs(part) >= 35)
					CU_ASSERT_EQUAL(heard, 0);
			}
}

/* Test 4: the low tone to 8 dB above the high one, and to 4 dB below it; Q.24: and not at will. */
static void twist(void)
{
	for (const char *d = digits; *d; d++)
		for (int db = 0; db <= 20; db++) {
			struct digit normal = { *d, 0, 0, -3, -3 - db, 50, 50 };
			struct digit reverse = { *d, 0, 0, -3 - db, -3, 50, 50 };
			unsigned n, r;

			begin();
			n = heard_of(&normal);
			r = heard_of(&reverse);
			if (db <= 8)
				CU_ASSERT_EQUAL(n, 1);
			if (db <= 4)
				CU_ASSERT_EQUAL(r, 1);
			if (db >= 12)
				CU_ASSERT_EQUAL(n, 0);
			if (db >= 8)
				CU_ASSERT_EQUAL(r, 0);
		}
}

/* Test 5: 35 dB. Q.24: nothing at -55 dBm. */
static void dynamic_range(void)
{
	unsigned range = 0;

	begin();
	for (int dbm0 = 3; dbm0 >= -50; dbm0--) {
		struct digit digit = { '1', 0, 0, dbm0, dbm0, 50, 50 };

		range += heard_of(&digit);
	}
	CU_ASSERT(range >= 35);
	for (const char *d = digits; *d; d++) {
		struct digit digit = { *d, 0, 0, -55, -55, 200, 50 };

		CU_ASSERT_EQUAL(heard_of(&digit), 0);
	}
}

/* Q.24: 40 ms accepted, 23 ms rejected, wherever the sub-blocks begin. */
static void durations(void)
{
	for (const char *d = digits; *d; d++)
		for (unsigned lead = 0; lead < 41; lead++)
			for (int dbm0 = -5; dbm0 >= -35; dbm0 -= 10) {
				struct digit longer = { *d, 0, 0, dbm0, dbm0, 40, 40 };
				struct digit shorter = { *d, 0, 0, dbm0, dbm0, 23, 40 };

				begin();
				memset(line, 0, sizeof(line));
				hear(line, lead, NULL);
				CU_ASSERT_EQUAL(heard_of(&longer), 1);
				CU_ASSERT_EQUAL(heard_of(&shorter), 0);
			}
}

/* Q.24: an interruption of 10 ms is none; a pause of 30 ms is one. */
static void interruptions(void)
{
	for (int gap_ms = 0; gap_ms <= 40; gap_ms += 5)
		for (const char *d = digits; *d; d++) {
			struct digit digit = { *d, 0, 0, -10, -10, 45, gap_ms };
			size_t n = (size_t)(d - digits) * 3;
			unsigned heard;

			memset(line, 0, sizeof(line));
			n += make(line + n, &digit);
			n += make(line + n, &digit) + 600;
			through(G711_MU, line, n);
			begin();
			heard = hear(line, n, NULL);
			if (gap_ms <= 10)
				CU_ASSERT_EQUAL(heard, 1);
			if (gap_ms >= 30)
				CU_ASSERT_EQUAL(heard, 2);
		}
}

static void add_noise(awgn_state_t *noise, int16_t *linear, size_t n)
{
	for (size_t i = 0; i < n; i++)
		linear[i] = saturate(linear[i] + awgn(noise));
}

/* Of 500 digits of 50 ms. */
static unsigned heard_in_noise(int tone_dbm0, double noise_dbm0)
{
	awgn_state_t *noise = awgn_init_dbm0(NULL, 1234567, (float)noise_dbm0);
	unsigned heard = 0;

	begin();
	for (unsigned i = 0; i < 500; i++) {
		struct digit digit = { digits[i % DIGITS], 0, 0, tone_dbm0, tone_dbm0, 50, 50 };
		size_t n = make(line, &digit);
		char text[8];

		add_noise(noise, line, n);
		through(G711_A, line, n);
		heard += hear(line, n, text) == 1 && text[0] == digit.symbol;
	}
	free(noise);
	return heard;
}

/* Test 7 wants 26 dB; the gate is 15 dB, total signal to noise. */
static void in_noise(void)
{
	CU_ASSERT_EQUAL(heard_in_noise(-4, -4 - 26), 500);
	CU_ASSERT_EQUAL(heard_in_noise(-10, -7 - 15), 500);
	CU_ASSERT_EQUAL(heard_in_noise(-20, -17 - 15), 500);
}

/* SpanDSP's dial tone test: digits 10 dB above it. */
static void dial_tone(void)
{
	tone_gen_descriptor_t tone;
	tone_gen_state_t state;
	static int16_t under[LINE];

	make_tone_gen_descriptor(&tone, 350, -25, 440, -25, 1, 0, 0, 0, 1);
	tone_gen_init(&state, &tone);
	begin();
	for (unsigned i = 0; i < 160; i++) {
		struct digit digit = { digits[i % DIGITS], 0, 0, -15, -15, 50, 50 };
		size_t n = make(line, &digit);

		tone_gen(&state, under, (int)n);
		for (size_t k = 0; k < n; k++)
			line[k] = saturate(line[k] + under[k]);
		through(G711_A, line, n);
		CU_ASSERT_EQUAL(hear(line, n, NULL), 1);
	}
}

/* What a digit may not be: a third frequency, a loud second harmonic, tones one after the other. */
static void impostors(void)
{
	for (unsigned kind = 0; kind < 5; kind++) {
		begin();
		for (size_t i = 0; i < LINE; i++) {
			double t = 2 * M_PI * (double)i / RATE, low = sin(697 * t),
			       high = sin(1336 * t);
			double y = low + high;

			if (kind == 0)
				y += 0.8 * sin(2200 * t);
			if (kind == 1)
				y += 0.5 * sin(2 * 1336 * t + 1);
			if (kind == 2)
				y = i / 200 % 2 ? low : high;
			if (kind == 3)
				y += sin(852 * t);
			if (kind == 4)
				y *= 0.6 + 0.4 * sin(40 * t);
			line[i] = (int16_t)(4000 * y);
		}
		CU_ASSERT_EQUAL(hear(line, LINE, NULL), 0);
	}
}

/* Where it begins and ends, to a few samples, and that loud noise after it does not prolong it. */
static void exact(void)
{
	uint32_t random = 1;

	for (unsigned i = 0; i < 400; i++) {
		struct digit digit = {
			digits[i % DIGITS], 0, 0, -10, -10 - (int)(i / 16 % 5), 0, 0
		};
		size_t lead, n;
		struct dtmf_span span;

		random = random * 1664525 + 1013904223;
		lead = 200 + (random >> 8) % 400;
		digit.on_ms = 40 + (int)(random >> 20) % 100;
		memset(line, 0, sizeof(line));
		n = lead + make(line + lead, &digit);
		for (size_t k = n + 40; i % 2 && k < n + 800; k++) {
			random = random * 1664525 + 1013904223;
			line[k] = (int16_t)((int32_t)random >> 16);
		}
		through(G711_A, line, n + 800);
		begin();
		CU_ASSERT_EQUAL(hear(line, n + 800, NULL), 1);
		span = dtmf_detector_span(&detector);
		CU_ASSERT_EQUAL(span.digit, digit.symbol);
		CU_ASSERT(span.over);
		CU_ASSERT_DOUBLE_EQUAL(span.start, (double)lead, NEAR_MS * PER_MS);
		CU_ASSERT_DOUBLE_EQUAL(span.end, (double)n,
				       (i % 2 ? NEAR_LOUD_MS : NEAR_MS) * PER_MS);
	}
}

/* In blocks of 5 ms: so much passes before suspicion, and all of what is known is known in time. */
static void suspicion(void)
{
	for (unsigned i = 0; i < 16 * 40; i++) {
		struct digit digit = { digits[i % DIGITS], 0, 0, -10, -12, 60, 60 };
		size_t lead = 160 + i / 16, n, leaked = 0, known = 0, gone = 0;

		memset(line, 0, sizeof(line));
		n = lead + make(line + lead, &digit);
		through(G711_A, line, n);
		begin();
		for (size_t at = 0; at + 40 <= n; at += 40) {
			char heard = dtmf_detector_hear(&detector, line + at, 40);

			if (!heard && !dtmf_detector_suspects(&detector) && !known)
				leaked = at + 40 > lead ? at + 40 - lead : 0;
			if (heard && !known)
				known = at + 40 - lead;
			if (!heard && known && !gone)
				gone = at + 40 - lead - 60 * PER_MS;
		}
		CU_ASSERT(leaked <= LEAK_MS_MAX * PER_MS);
		CU_ASSERT(known && known <= DTMF_DELAY_SAMPLES);
		CU_ASSERT(gone && gone <= DTMF_DELAY_SAMPLES);
	}
}

static void no_pause(void)
{
	char text[32];
	size_t n = 0;

	memset(line, 0, sizeof(line));
	for (const char *d = "147*2580369#"; *d; d++) {
		struct digit digit = { *d, 0, 0, -8, -8, 60, 0 };

		n += make(line + n, &digit);
	}
	begin();
	hear(line, n + 400, text);
	CU_ASSERT_STRING_EQUAL(text, "147*2580369#");
}

/* ---- lanes ---- */

/* Every lane another row of digits, at another time, and noise in some. */
static void lanes_make(int16_t lanes[LANES][LINE])
{
	awgn_state_t *source = awgn_init_dbm0(NULL, 7, -30);

	for (unsigned lane = 0; lane < LANES; lane++) {
		size_t at = lane * 37;

		memset(lanes[lane], 0, sizeof(lanes[lane]));
		for (unsigned i = 0; at + 1600 < LINE; i++) {
			struct digit digit = { digits[(lane + i * 5) % DIGITS],
					       0,
					       0,
					       -6 - (int)lane,
					       -6 - (int)lane,
					       40 + (int)(i % 4) * 15,
					       40 };

			at += make(lanes[lane] + at, &digit);
		}
		if (lane % 3 == 0)
			add_noise(source, lanes[lane], LINE);
		through(lane % 2 ? G711_A : G711_MU, lanes[lane], LINE);
	}
	free(source);
}

/* Blocks of any size; every lane is heard as a channel alone is. */
static void group_as_singles(enum lanes_build build)
{
	static int16_t lanes[LANES][LINE], block[DTMF_BLOCK_SAMPLES][LANES];
	struct dtmf_detector alone[LANES];
	struct dtmf_group group;
	uint32_t random = 3;
	unsigned heard = 0;

	lanes_make(lanes);
	dtmf_group_init(&group, build);
	for (unsigned i = 0; i < LANES; i++)
		dtmf_detector_init(&alone[i]);
	for (size_t at = 0, n; at < LINE; at += n) {
		const int16_t *from[LANES];
		uint32_t busy;

		random = random * 1664525 + 1013904223;
		n = 1 + (random >> 8) % DTMF_BLOCK_SAMPLES;
		n = LINE - at < n ? LINE - at : n;
		for (unsigned i = 0; i < LANES; i++)
			from[i] = lanes[i] + at;
		lanes_interleave(block, from, n);
		busy = dtmf_group_hear(&group, block, n);
		for (unsigned i = 0; i < LANES; i++) {
			char digit = dtmf_detector_hear(&alone[i], lanes[i] + at, n);
			struct dtmf_span a = dtmf_detector_span(&alone[i]),
					 b = dtmf_group_span(&group, i);

			CU_ASSERT_EQUAL(dtmf_group_digit(&group, i), digit);
			CU_ASSERT_EQUAL(dtmf_group_suspects(&group, i),
					dtmf_detector_suspects(&alone[i]));
			CU_ASSERT(busy >> i & 1 || (!digit && !dtmf_detector_suspects(&alone[i])));
			CU_ASSERT_EQUAL(a.digit, b.digit);
			CU_ASSERT(abs((int)(a.start - b.start)) <= 1 &&
				  abs((int)(a.end - b.end)) <= 1);
			heard += digit != 0;
		}
	}
	CU_ASSERT(heard > 1000);
}

static void groups(void)
{
	CU_ASSERT(lanes_can(LANES_BASE) && lanes_can(lanes_best()));
	for (enum lanes_build build = 0; build < LANES_BUILDS; build++)
		if (lanes_can(build))
			group_as_singles(build);
}

static void lane_reset(void)
{
	static int16_t block[DTMF_BLOCK_SAMPLES][LANES];
	struct digit digit = { '7', 0, 0, -10, -10, 200, 0 };
	const int16_t *from[LANES] = { NULL };
	struct dtmf_group group;

	make(line, &digit);
	dtmf_group_init(&group, lanes_best());
	for (size_t at = 0; at < 1280; at += 160) {
		from[3] = from[9] = line + at;
		lanes_interleave(block, from, 160);
		dtmf_group_hear(&group, block, 160);
	}
	CU_ASSERT_EQUAL(dtmf_group_digit(&group, 3), '7');
	dtmf_group_reset(&group, 3);
	CU_ASSERT_EQUAL(dtmf_group_digit(&group, 3), 0);
	CU_ASSERT_EQUAL(dtmf_group_span(&group, 3).digit, 0);
	CU_ASSERT_EQUAL(dtmf_group_digit(&group, 9), '7');
	memset(block, 0, sizeof(block));
	CU_ASSERT_EQUAL(dtmf_group_hear(&group, block, 160) & 1u << 9, 1u << 9);
	dtmf_group_hear(&group, block, 160);
	CU_ASSERT_EQUAL(dtmf_group_hear(&group, block, 160), 0);
}

static void interleaved(void)
{
	static int16_t in[LANES][45], out[45][LANES];
	const int16_t *from[LANES];

	for (unsigned lane = 0; lane < LANES; lane++) {
		for (unsigned i = 0; i < 45; i++)
			in[lane][i] = (int16_t)(lane * 1000 + i);
		from[lane] = lane == 5 ? NULL : in[lane];
	}
	lanes_interleave(out, from, 45);
	for (unsigned lane = 0; lane < LANES; lane++)
		for (unsigned i = 0; i < 45; i++)
			CU_ASSERT_EQUAL(out[i][lane], lane == 5 ? 0 : in[lane][i]);
}

/* ---- the bank's numbers ---- */

static void wave_right(const struct bank_wave *wave, const float *hz, unsigned tones, float times)
{
	for (unsigned t = 0; t < tones; t++) {
		double w = 2 * M_PI * (double)(hz[t] * times) / RATE;

		for (unsigned k = 0; k < BANK_PAIRS; k++) {
			CU_ASSERT_DOUBLE_EQUAL(wave->cosine[k][t], cos(w * (k + 0.5)), 1e-6);
			CU_ASSERT_DOUBLE_EQUAL(wave->sine[k][t], sin(w * (k + 0.5)), 1e-6);
		}
		CU_ASSERT_DOUBLE_EQUAL(wave->turn_cosine[t], cos(w * BANK_SAMPLES), 1e-6);
		CU_ASSERT_DOUBLE_EQUAL(wave->turn_sine[t], sin(w * BANK_SAMPLES), 1e-6);
	}
}

static void waves(void)
{
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(bank_dtmf_hz[i], low_hz[i]);
		CU_ASSERT_EQUAL(bank_dtmf_hz[i + 4], high_hz[i]);
	}
	wave_right(&bank_dtmf[0], bank_dtmf_hz, 4, 1);
	wave_right(&bank_dtmf[1], bank_dtmf_hz + 4, 4, 1);
	wave_right(&bank_harmonics, bank_dtmf_hz + 4, 4, 2);
	wave_right(&bank_single[0], bank_single_hz, 3, 1);
	wave_right(&bank_single[1], bank_single_hz + 3, 3, 1);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "every digit", decode },
		{ "bandwidth", bandwidth },
		{ "twist", twist },
		{ "dynamic range", dynamic_range },
		{ "durations", durations },
		{ "interruptions and pauses", interruptions },
		{ "noise", in_noise },
		{ "dial tone", dial_tone },
		{ "impostors", impostors },
		{ "begin and end", exact },
		{ "suspicion", suspicion },
		{ "digits without a pause", no_pause },
		{ "lanes as channels alone", groups },
		{ "a lane begins anew", lane_reset },
		{ "interleaving", interleaved },
		{ "waves", waves },
		CU_TEST_INFO_NULL,
	};

	return cu_run("DTMF detection", tests, argc, argv);
}
