/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Concealment beside SpanDSP's (plc.c), which is of the kind of G.711 Appendix I: voices made of
 * partials, with frames taken out with fixed seeds, alone and in bursts. What is made up is compared
 * with what was lost: its error in the first 10 ms, while it can still be in step, and the steps
 * where made-up and good samples meet.
 */
#include <spandsp.h>

#include "dsp/conceal.h"
#include "tests/unit/cu.h"
#include "tests/unit/dsp/echo_signal.h"

#define FRAME	160
#define SECONDS 60
#define SAMPLES (SECONDS * SECOND)

/* SpanDSP moves its history by memcpy() within it. */
const char *__asan_default_suppressions(void);
const char *__asan_default_suppressions(void)
{
	return "interceptor_via_lib:libspandsp.so";
}

struct heard {
	int16_t samples[SAMPLES];
};

static int16_t voice[SAMPLES];
static bool lost[SAMPLES / FRAME];
static struct heard ours, theirs;

/* Voiced: twelve partials of a pitch that wanders between 90 and 190 Hz, loud and soft in syllables, over a room's noise. */
static void voice_say(uint64_t seed)
{
	double phase = 0, pitch = 120, aim = 120, loud = 0, loud_aim = 1;

	line_random = seed;
	for (size_t i = 0; i < SAMPLES; i++) {
		double y = 0;

		if (i % 2000 == 0) {
			aim = 140 + 50 * line_uniform();
			loud_aim = 0.15 + fabs(line_uniform());
		}
		pitch += (aim - pitch) * 4e-4;
		loud += (loud_aim - loud) * 1e-3;
		phase += 2 * M_PI * pitch / SECOND;
		for (unsigned k = 1; k <= 12; k++)
			y += sin(k * phase + k * k) / (1 + fabs(k - 4.0));
		y = 2500 * loud * y + 20 * line_gauss();
		voice[i] = g711_a_linear[g711_a_octet((int16_t)lrint(y))];
	}
}

/* Losses begin in that share of frames, and are of that many. */
static void frames_lose(double share, unsigned burst, uint64_t seed)
{
	unsigned left = 0;

	line_random = seed;
	for (size_t i = 0; i < SAMPLES / FRAME; i++) {
		if (!left && i > 10 && fabs(line_uniform()) < share)
			left = burst;
		lost[i] = left > 0;
		left -= left > 0;
	}
}

static void conceal_ours(void)
{
	struct concealer concealer;
	uint8_t octets[FRAME];

	concealer_init(&concealer, G711_A);
	for (size_t i = 0; i < SAMPLES / FRAME; i++) {
		g711_compress(G711_A, octets, voice + i * FRAME, FRAME);
		if (lost[i])
			concealer_fill(&concealer, G711_A, octets, FRAME);
		else
			concealer_pass(&concealer, G711_A, octets, FRAME);
		g711_expand(G711_A, ours.samples + i * FRAME, octets, FRAME);
	}
}

static void conceal_theirs(void)
{
	plc_state_t *plc = plc_init(NULL);

	for (size_t i = 0; i < SAMPLES / FRAME; i++) {
		int16_t *at = theirs.samples + i * FRAME;

		memcpy(at, voice + i * FRAME, FRAME * sizeof(*at));
		if (lost[i])
			plc_fillin(plc, at, FRAME);
		else
			plc_rx(plc, at, FRAME);
	}
	plc_free(plc);
}

/* dB, in the first 10 ms of each loss. */
static double signal_to_error(const struct heard *heard)
{
	double signal = 0, error = 0;

	for (size_t f = 1; f < SAMPLES / FRAME; f++)
		for (size_t i = f * FRAME; lost[f] && !lost[f - 1] && i < f * FRAME + 80; i++) {
			double d = heard->samples[i] - voice[i];

			signal += (double)voice[i] * voice[i];
			error += d * d;
		}
	return 10 * log10(signal / error);
}

/* Mean square of the second difference where good and made-up samples meet, in dB to that of the voice there. */
static double seams(const struct heard *heard)
{
	double made = 0, said = 0;

	for (size_t f = 1; f < SAMPLES / FRAME; f++) {
		size_t at = f * FRAME;

		if (lost[f] == lost[f - 1])
			continue;
		for (size_t i = at - 1; i <= at + 1; i++) {
			double m = heard->samples[i] - 2.0 * heard->samples[i - 1] +
				   heard->samples[i - 2];
			double s = voice[i] - 2.0 * voice[i - 1] + voice[i - 2];

			made += m * m;
			said += s * s;
		}
	}
	return 10 * log10(made / said);
}

static void compare(double share, unsigned burst)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		double a, b;

		voice_say(seed);
		frames_lose(share, burst, seed + 100);
		conceal_ours();
		conceal_theirs();
		a = signal_to_error(&ours);
		b = signal_to_error(&theirs);
		if (a < b + 2 || a < 7 || seams(&ours) > 1)
			fprintf(stderr,
				"share %.2f burst %u: %.2f dB, SpanDSP's %.2f; seams %.1f dB, "
				"SpanDSP's %.1f\n",
				share, burst, a, b, seams(&ours), seams(&theirs));
		CU_ASSERT(a >= b + 2 && a >= 7);
		CU_ASSERT(seams(&ours) <= 1);
	}
}

static void single_frames(void)
{
	compare(0.03, 1);
	compare(0.10, 1);
}

static void bursts(void)
{
	compare(0.02, 2);
	compare(0.02, 5);
}

/* Good frames that follow good frames are what they were, but for the joint after a loss. */
static void good_frames(void)
{
	size_t differ = 0;

	voice_say(9);
	frames_lose(0.05, 1, 4);
	conceal_ours();
	for (size_t f = 2; f < SAMPLES / FRAME; f++)
		if (!lost[f])
			differ +=
				!!memcmp(ours.samples + f * FRAME + 40, voice + f * FRAME + 40,
					 (FRAME - 40) * sizeof(*voice)) +
				(!lost[f - 1] && memcmp(ours.samples + f * FRAME, voice + f * FRAME,
							FRAME * sizeof(*voice)));
	CU_ASSERT_EQUAL(differ, 0);
}

/* However much has gone by before, what is made up comes from the last of it. */
static void history_moves(void)
{
	uint8_t octets[SAMPLES / 8], made[FRAME], wanted[FRAME];

	voice_say(3);
	g711_compress(G711_A, octets, voice, sizeof(octets));
	for (size_t n = CONCEALER_HISTORY; n < 3 * CONCEALER_KEPT; n += 7) {
		struct concealer all, last;
		size_t from = n - CONCEALER_HISTORY;

		concealer_init(&all, G711_A);
		concealer_init(&last, G711_A);
		for (size_t at = 0; at < n; at += 40)
			concealer_pass(&all, G711_A, octets + at, n - at < 40 ? n - at : 40);
		concealer_pass(&last, G711_A, octets + from, CONCEALER_HISTORY);
		concealer_fill(&all, G711_A, made, FRAME);
		concealer_fill(&last, G711_A, wanted, FRAME);
		CU_ASSERT_FATAL(!memcmp(made, wanted, FRAME));
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "single frames", single_frames },
		{ "bursts", bursts },
		{ "good frames", good_frames },
		{ "the history moves", history_moves },
		CU_TEST_INFO_NULL,
	};

	return cu_run("conceal", tests, argc, argv);
}
