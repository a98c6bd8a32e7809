/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What one circuit sends, block by block: a sound, and DTMF digits in its place while there are some. Audio thread. */
#ifndef EXCHANGE_PLAYER_H
#define EXCHANGE_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"
#include "dsp/tone.h"
#include "gw/exchange/sound.h"

#define PLAYER_BLOCK_MAX  160
#define PLAYER_DIGITS_MAX 32
/* Q.24 annex A: digits of 40 ms and pauses of 40 ms must be heard everywhere. */
#define PLAYER_DIGIT_MS 100
#define PLAYER_PAUSE_MS 100
/* Silence behind a file before it counts as sent: by then its end has left the line's buffers. */
#define PLAYER_TAIL_MS 60

struct player {
	enum g711_law law;
	const struct sound *sound; /* borrow */
	size_t at;		   /* of the file and its tail */
	struct cadence_player tone;
	char digits[PLAYER_DIGITS_MAX + 1];
	size_t digit;	    /* being sent */
	size_t digit_left;  /* samples of it and its pause */
	struct tone_player dtmf;
};

enum player_done { PLAYER_SOUND_DONE = 1, PLAYER_DIGITS_DONE = 2 };

void player_init(struct player *player, enum g711_law law);
void player_start(struct player *player, const struct sound *sound);
/* Digits 0-9 * # A-D behind those that wait; what does not fit is left out. */
void player_dial(struct player *player, const char *digits);
/* The block to be sent after the block heard was received; n is at most PLAYER_BLOCK_MAX. Bits of enum player_done: the
 * end of the file's tail, or the end of the last digit's pause, is in it. */
unsigned player_block(struct player *player, const uint8_t *heard, uint8_t *octets, size_t n);

#endif
