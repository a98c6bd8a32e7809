/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Comfort noise and voice activity: levels, spectra, decisions, all with fixed seeds. */
#include "dsp/comfort.h"

#include <math.h>
#include <string.h>

#include "dsp/g711.h"
#include "dsp/tone.h"
#include "dsp/vad.h"
#include "tests/unit/cu.h"

#define DBOV_DBM0 6.15 /* 0 dBov of A-law: 3.01 dB above a sine of the same peak */
#define LONG	  80000

static double dbm0(const int16_t *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	return 10 * log10(sum / (double)n / (32256. * 32256 / 2)) + 3.14;
}

static void payload(void)
{
	static const uint8_t wire[] = { 0xC6, 1, 2, 3 };
	uint8_t longest[20] = { 30 }, out[COMFORT_OCTETS_MAX];
	struct comfort_noise noise;

	CU_ASSERT_FALSE(comfort_decode(&noise, wire, 0));
	CU_ASSERT(comfort_decode(&noise, wire, sizeof(wire)));
	CU_ASSERT_EQUAL(noise.level, 0x46); /* the first bit is none of it */
	CU_ASSERT_EQUAL(noise.order, 3);
	CU_ASSERT_EQUAL(comfort_encode(out, &noise), 4);
	CU_ASSERT_EQUAL(out[0], 0x46);
	CU_ASSERT_EQUAL(memcmp(out + 1, wire + 1, 3), 0);
	CU_ASSERT(comfort_decode(&noise, wire, 1));
	CU_ASSERT_EQUAL(noise.order, 0);
	CU_ASSERT(comfort_decode(&noise, longest, sizeof(longest)));
	CU_ASSERT_EQUAL(noise.order, COMFORT_ORDER_MAX);
	longest[5] = 255;
	CU_ASSERT_FALSE(comfort_decode(&noise, longest, sizeof(longest)));
}

/* Any coefficients: the level is as told, and the filter is stable. */
static void level_played(void)
{
	static int16_t x[LONG];
	uint32_t random = 3;

	for (unsigned i = 0; i < 200; i++) {
		struct comfort_player player = { .random = i };
		struct comfort_noise noise = { .level = (uint8_t)(30 + i % 40),
					       .order = (uint8_t)(i % (COMFORT_ORDER_MAX + 1)) };

		for (unsigned k = 0; k < noise.order; k++) {
			random = random * 1664525 + 1013904223;
			noise.index[k] = (uint8_t)(127 + (int)(random >> 16) % 81 - 40);
		}
		comfort_player_set(&player, &noise);
		comfort_player_play(&player, x, LONG);
		CU_ASSERT_DOUBLE_EQUAL(dbm0(x, LONG), DBOV_DBM0 - noise.level, 0.8);
	}
}

/* At the edge of what the coefficients can say, nothing overflows. */
static void extremes(void)
{
	static int16_t x[LONG];

	for (unsigned i = 0; i < 8; i++) {
		struct comfort_player player = { 0 };
		struct comfort_noise noise = { .level = i & 1 ? 0 : 127,
					       .order = COMFORT_ORDER_MAX };

		memset(noise.index, i & 2 ? 254 : 0, sizeof(noise.index));
		for (unsigned k = 0; i & 4 && k < COMFORT_ORDER_MAX; k += 2)
			noise.index[k] ^= 254;
		comfort_player_set(&player, &noise);
		comfort_player_play(&player, x, LONG);
		CU_ASSERT(isfinite(player.back[0]));
		if (noise.level == 127)
			CU_ASSERT(dbm0(x, LONG) < -90);
	}
}

/* White noise through a resonance; noise of what the analyser says of it has its spectrum and level. */
static void colour(void)
{
	static int16_t x[LONG], y[LONG];
	struct comfort_analyser analyser;
	struct comfort_player player = { .random = 5 };
	struct comfort_noise noise;
	double before = 0, last = 0, rx[5] = { 0 }, ry[5] = { 0 };
	uint32_t random = 1;
	float residual;

	for (size_t i = 0; i < LONG; i++) {
		double next;

		random = random * 1664525 + 1013904223;
		next = (double)(int32_t)random / 2147483648.0 * 60 + 1.1 * last - 0.6 * before;
		before = last;
		last = next;
		x[i] = (int16_t)next;
	}
	comfort_analyser_init(&analyser);
	for (size_t i = 0; i < LONG; i += 160)
		comfort_analyser_hear(&analyser, x + i, 160);
	residual = comfort_analyser_find(&analyser, &noise);
	CU_ASSERT(residual > 0.1 && residual < 1);
	CU_ASSERT_DOUBLE_EQUAL(DBOV_DBM0 - noise.level, dbm0(x, LONG), 1.2);
	comfort_player_set(&player, &noise);
	comfort_player_play(&player, y, LONG);
	CU_ASSERT_DOUBLE_EQUAL(dbm0(y, LONG), dbm0(x, LONG), 1.2);
	for (unsigned lag = 0; lag < 5; lag++)
		for (size_t i = lag; i < LONG; i++) {
			rx[lag] += (double)x[i] * x[i - lag];
			ry[lag] += (double)y[i] * y[i - lag];
		}
	for (unsigned lag = 1; lag < 5; lag++)
		CU_ASSERT_DOUBLE_EQUAL(ry[lag] / ry[0], rx[lag] / rx[0], 0.12);
}

/* RFC 3389 3.2 with the sign of G.711 appendix II: a noise of low frequencies has a negative first one. */
static void sign(void)
{
	struct comfort_player player = { 0 };
	const struct comfort_noise noise = { .level = 40, .order = 1, .index = { 127 - 100 } };
	static int16_t x[LONG];
	double r0 = 0, r1 = 0;

	comfort_player_set(&player, &noise);
	comfort_player_play(&player, x, LONG);
	for (size_t i = 1; i < LONG; i++) {
		r0 += (double)x[i] * x[i];
		r1 += (double)x[i] * x[i - 1];
	}
	CU_ASSERT_DOUBLE_EQUAL(r1 / r0, 258. * 100 / 32768, 0.03);
}

static void tones_are_no_noise(void)
{
	static const struct tone steady = { { 1004 }, { -30 }, { 0 } };
	struct comfort_analyser analyser;
	struct comfort_noise noise;
	struct tone_player player;
	int16_t x[160];

	comfort_analyser_init(&analyser);
	CU_ASSERT_EQUAL(comfort_analyser_find(&analyser, &noise), 1);
	CU_ASSERT_EQUAL(noise.level, 127);
	tone_player_start(&player, &steady);
	for (unsigned i = 0; i < 50; i++) {
		tone_player_play(&player, x, 160);
		comfort_analyser_hear(&analyser, x, 160);
	}
	CU_ASSERT(comfort_analyser_find(&analyser, &noise) < 0.03);
}

/* ---- voice activity ---- */

struct room {
	struct vad vad;
	uint32_t random;
	double noise, talk; /* amplitudes */
	unsigned frames, active;
};

/* Noise, and talk over it: bursts of 160 ms of harmonics of 120 Hz with 60 ms between. */
static void room_run(struct room *room, unsigned ms, bool talking)
{
	room->frames = room->active = 0;
	for (unsigned t = 0; t < ms; t += 10) {
		int16_t x[80];
		bool on = talking && t % 220 < 160;

		for (unsigned i = 0; i < 80; i++) {
			double y = 0;

			room->random = room->random * 1664525 + 1013904223;
			y += room->noise * (double)(int32_t)room->random / 2147483648.0;
			for (unsigned k = 1; on && k <= 12; k++)
				y += room->talk / k * sin(2 * M_PI * 120 * k * (t * 8 + i) / 8000);
			x[i] = g711_a_linear[g711_a_octet((int16_t)y)];
		}
		room->frames++;
		room->active += vad_hear(&room->vad, x, 80);
	}
}

static void vad_levels(void)
{
	static const double noises[] = { 0, 10, 100, 300 };

	for (unsigned i = 0; i < 4; i++) {
		struct room room = { .random = i, .noise = noises[i], .talk = 3000 };

		vad_init(&room.vad);
		room_run(&room, 3000, false);
		room_run(&room, 20000, false);
		CU_ASSERT(room.active * 100 <= room.frames * 2);
		for (unsigned turn = 0; turn < 5; turn++) {
			room_run(&room, 3300, true);
			CU_ASSERT(room.active * 100 >= room.frames * 98);
			room_run(&room, 300, false);
			room_run(&room, 3000, false);
			CU_ASSERT(room.active * 100 <= room.frames * 2);
		}
		CU_ASSERT(vad_signal_dbm0(&room.vad) < -10 && vad_signal_dbm0(&room.vad) > -30);
		/* A-law makes more of 10 than it is; 15,887 is 0 dBm0 */
		if (i > 1)
			CU_ASSERT_DOUBLE_EQUAL(vad_noise_dbm0(&room.vad),
					       20 * log10(noises[i] / sqrt(3) / 15887), 1);
	}
}

/* The noise grows by 12 dB: it is noise again after the two seconds that the floor remembers. */
static void vad_adapts(void)
{
	struct room room = { .random = 1, .noise = 40, .talk = 3000 };

	vad_init(&room.vad);
	room_run(&room, 5000, false);
	room.noise = 160;
	room_run(&room, 3000, false);
	CU_ASSERT(room.active > 0);
	room_run(&room, 5000, false);
	CU_ASSERT(room.active * 100 <= room.frames * 2);
	room.noise = 40;
	room_run(&room, 300, false);
	room_run(&room, 3000, true);
	CU_ASSERT(room.active * 100 >= room.frames * 98);
}

/* What is loud is sent, however long and steady: tones, music, modems. */
static void vad_steady(void)
{
	struct room room = { .random = 1, .noise = 4000 };
	static const struct tone dial = { { 425 }, { -20 }, { 0 } };
	struct tone_player player;
	unsigned missed = 0;

	vad_init(&room.vad);
	room_run(&room, 60000, false);
	CU_ASSERT_EQUAL(room.active, room.frames);
	tone_player_start(&player, &dial);
	vad_init(&room.vad);
	CU_ASSERT_EQUAL(vad_signal_dbm0(&room.vad), VAD_UNKNOWN);
	for (unsigned t = 0; t < 6000; t++) {
		int16_t x[80];

		tone_player_play(&player, x, 80);
		missed += !vad_hear(&room.vad, x, 80);
	}
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT_DOUBLE_EQUAL(vad_signal_dbm0(&room.vad), -20, 1);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "CN payloads", payload },
		{ "noise has the level it should", level_played },
		{ "extreme coefficients", extremes },
		{ "noise has the colour it should", colour },
		{ "sign of the coefficients", sign },
		{ "tones are no noise", tones_are_no_noise },
		{ "talk over noise of any level", vad_levels },
		{ "the noise changes", vad_adapts },
		{ "steady and loud", vad_steady },
		CU_TEST_INFO_NULL,
	};

	return cu_run("comfort", tests, argc, argv);
}
