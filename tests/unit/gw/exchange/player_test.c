/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a circuit sends, and what it can be: sounds, echo, digits. */
#include "gw/exchange/player.h"

#include <math.h>
#include <string.h>

#include "dsp/dtmf.h"
#include "tests/unit/cu.h"

#define BLOCK 40

static uint8_t heard[BLOCK];

static double power_dbm0(const uint8_t *octets, size_t n)
{
	int16_t linear[PLAYER_BLOCK_MAX];
	double sum = 0;

	g711_expand(G711_A, linear, octets, n);
	for (size_t i = 0; i < n; i++)
		sum += (double)linear[i] * linear[i];
	/* a sine of peak 32256 is +3.14 dBm0 (G.711 6) */
	return 3.14 + 10 * log10(sum / (double)n / (32256.0 * 32256.0 / 2));
}

static struct sound *sound_of(const char *text)
{
	char wrong[200] = "";
	struct sound *sound = sound_new(text, wrong, sizeof(wrong));

	CU_ASSERT_PTR_NOT_NULL_FATAL(sound);
	return sound;
}

static void silence_and_echo(void)
{
	struct sound *echo = sound_of("echo");
	struct player player;
	uint8_t octets[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		heard[i] = (uint8_t)(i * 7);
	player_init(&player, G711_A);
	CU_ASSERT_EQUAL(player_block(&player, heard, octets, BLOCK), 0);
	CU_ASSERT(octets[0] == 0xd5 && octets[BLOCK - 1] == 0xd5);
	player_start(&player, echo);
	CU_ASSERT_EQUAL(player_block(&player, heard, octets, BLOCK), 0);
	CU_ASSERT_EQUAL(memcmp(octets, heard, BLOCK), 0);
	sound_free(echo);
}

static void tone(void)
{
	struct sound *sound = sound_of("tone:400@-20");
	struct player player;
	uint8_t octets[PLAYER_BLOCK_MAX];

	player_init(&player, G711_A);
	player_start(&player, sound);
	for (unsigned i = 0; i < 10; i++) {
		player_block(&player, octets, octets, PLAYER_BLOCK_MAX);
		CU_ASSERT_DOUBLE_EQUAL(power_dbm0(octets, PLAYER_BLOCK_MAX), -20, 0.2);
	}
	sound_free(sound);
}

static void file_once(void)
{
	uint8_t speech[100];
	struct media_sound file = { .octets = { speech, speech }, .n = sizeof(speech) };
	const struct sound sound = { .kind = SOUND_FILE, .file = &file };
	struct player player;
	uint8_t octets[1000];
	unsigned done = 0, times = 0;

	for (size_t i = 0; i < sizeof(speech); i++)
		speech[i] = (uint8_t)i;
	player_init(&player, G711_MU);
	player_start(&player, &sound);
	for (size_t at = 0; at < sizeof(octets); at += BLOCK) {
		done = player_block(&player, heard, octets + at, BLOCK);
		times += done == PLAYER_SOUND_DONE;
		/* not before its tail has left */
		CU_ASSERT(!done || at + BLOCK >= sizeof(speech) + PLAYER_TAIL_MS * 8);
	}
	CU_ASSERT_EQUAL(times, 1);
	CU_ASSERT_EQUAL(memcmp(octets, speech, sizeof(speech)), 0);
	for (size_t i = sizeof(speech); i < sizeof(octets); i++)
		CU_ASSERT_EQUAL_FATAL(octets[i], 0xff);
}

/* Dialled digits are heard by the detector, each for its time, and the sound goes on after them. */
static void digits(void)
{
	struct dtmf_detector detector;
	struct player player;
	uint8_t octets[BLOCK];
	int16_t linear[BLOCK];
	char got[20] = "", last = 0;
	unsigned blocks = 0, tone_blocks = 0;

	dtmf_detector_init(&detector);
	player_init(&player, G711_A);
	player_dial(&player, "12");
	player_dial(&player, "2#D");
	for (unsigned done = 0; !done && blocks < 1000; blocks++) {
		done = player_block(&player, heard, octets, BLOCK);
		CU_ASSERT(!done || done == PLAYER_DIGITS_DONE);
		tone_blocks += power_dbm0(octets, BLOCK) > -20;
		g711_expand(G711_A, linear, octets, BLOCK);
		char digit = dtmf_detector_hear(&detector, linear, BLOCK);

		if (digit && digit != last)
			got[strlen(got)] = digit;
		last = digit;
	}
	CU_ASSERT_STRING_EQUAL(got, "122#D");
	CU_ASSERT_EQUAL(blocks, 5 * (PLAYER_DIGIT_MS + PLAYER_PAUSE_MS) * 8 / BLOCK);
	CU_ASSERT_EQUAL(tone_blocks, 5 * PLAYER_DIGIT_MS * 8 / BLOCK);
}

static void too_many_digits(void)
{
	struct player player;

	player_init(&player, G711_A);
	player_dial(&player, "11111111111111111111");
	player_dial(&player, "22222222222222222222");
	CU_ASSERT_EQUAL(strlen(player.digits), PLAYER_DIGITS_MAX);
}

static void wrong_sounds(void)
{
	static const char *const texts[] = {
		"",	     "tone:",	     "tone:20",
		"tone:425@", "tone:425@-90", "tone:425+",
		"music",     "file:",	     "file:/nowhere/nothing.wav"
	};
	char wrong[200];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		wrong[0] = '\0';
		CU_ASSERT_PTR_NULL(sound_new(texts[i], wrong, sizeof(wrong)));
		CU_ASSERT(strlen(wrong) > 5);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "silence and echo", silence_and_echo },
		{ "tone", tone },
		{ "file once", file_once },
		{ "digits", digits },
		{ "too many digits", too_many_digits },
		{ "wrong sounds", wrong_sounds },
		CU_TEST_INFO_NULL,
	};

	return cu_run("exchange player", tests, argc, argv);
}
