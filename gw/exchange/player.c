/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Blocks of G.711 octets from sounds and digits. */
#include "gw/exchange/player.h"

#include <string.h>

#define PER_MS 8

void player_init(struct player *player, enum g711_law law)
{
	memset(player, 0, sizeof(*player));
	player->law = law;
	player->sound = &sound_silence;
}

void player_start(struct player *player, const struct sound *sound)
{
	player->sound = sound;
	player->at = 0;
	cadence_player_start(&player->tone, sound->kind == SOUND_TONE ? &sound->tone : NULL);
}

void player_dial(struct player *player, const char *digits)
{
	size_t waiting = strlen(player->digits + player->digit);
	size_t n = strlen(digits);

	memmove(player->digits, player->digits + player->digit, waiting + 1);
	player->digit = 0;
	if (n > PLAYER_DIGITS_MAX - waiting)
		n = PLAYER_DIGITS_MAX - waiting;
	memcpy(player->digits + waiting, digits, n);
	player->digits[waiting + n] = '\0';
}

static void play_dtmf(struct tone_player *tone, enum g711_law law, uint8_t *octets, size_t n)
{
	int16_t linear[PLAYER_BLOCK_MAX];

	tone_player_play(tone, linear, n);
	g711_compress(law, octets, linear, n);
}

static void play_tone(struct cadence_player *tone, enum g711_law law, uint8_t *octets, size_t n)
{
	int16_t linear[PLAYER_BLOCK_MAX];

	cadence_player_play(tone, linear, n);
	g711_compress(law, octets, linear, n);
}

/* Octets of the digit being sent, at most n; *done when its pause ends there and no other waits. */
static size_t play_digit(struct player *player, uint8_t *octets, size_t n, unsigned *done)
{
	size_t pause = (size_t)PLAYER_PAUSE_MS * PER_MS, tone_left;

	if (!player->digit_left) {
		player->digit_left = (size_t)PLAYER_DIGIT_MS * PER_MS + pause;
		tone_player_start(&player->dtmf, tone_dtmf(player->digits[player->digit]));
	}
	tone_left = player->digit_left > pause ? player->digit_left - pause : 0;
	if (n > player->digit_left)
		n = player->digit_left;
	if (tone_left && n > tone_left)
		n = tone_left;
	if (tone_left)
		play_dtmf(&player->dtmf, player->law, octets, n);
	else
		memset(octets, g711_silence(player->law), n);
	player->digit_left -= n;
	if (!player->digit_left && !player->digits[++player->digit])
		*done |= PLAYER_DIGITS_DONE;
	return n;
}

/* True when the file's tail ends in this block. */
static bool play_file(struct player *player, uint8_t *octets, size_t n)
{
	const struct media_sound *file = player->sound->file;
	size_t end = file->n + (size_t)PLAYER_TAIL_MS * PER_MS;
	size_t left = player->at < file->n ? file->n - player->at : 0;
	size_t take = n < left ? n : left;
	bool ended = player->at >= end;

	if (take)
		memcpy(octets, file->octets[player->law] + player->at, take);
	memset(octets + take, g711_silence(player->law), n - take);
	player->at = ended ? end : player->at + n;
	return !ended && player->at >= end;
}

static bool play_sound(struct player *player, const uint8_t *heard, uint8_t *octets, size_t n)
{
	switch (player->sound->kind) {
	case SOUND_ECHO:
		memcpy(octets, heard, n);
		break;
	case SOUND_TONE:
		play_tone(&player->tone, player->law, octets, n);
		break;
	case SOUND_FILE:
		return play_file(player, octets, n);
	case SOUND_SILENCE:
		memset(octets, g711_silence(player->law), n);
		break;
	}
	return false;
}

unsigned player_block(struct player *player, const uint8_t *heard, uint8_t *octets, size_t n)
{
	unsigned done = 0;
	size_t at = 0;

	while (at < n && player->digits[player->digit])
		at += play_digit(player, octets + at, n - at, &done);
	if (at < n && play_sound(player, heard + at, octets + at, n - at))
		done |= PLAYER_SOUND_DONE;
	return done;
}
