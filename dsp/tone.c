/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tone tables and player. */
#include "dsp/tone.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define RATE 8000
/* A sine of this peak is +3.14 dBm0, the overload point of A-law (G.711 6). */
#define PEAK	    32256.0
#define PEAK_DBM0   3.14
#define PER_MS	    8
#define DTMF_LOW    -9.0f /* the high group 2 dB above the low one makes up for the line (Q.23) */
#define DTMF_HIGH   -7.0f
#define E180_DBM0   -10.0f /* E.180: -10 +-5 dBm0 */
#define DTMF_DIGITS 16

/* E.180 clauses 5, 6 and 7, with the recommended 425 Hz. */
const struct tone tone_ringback = { { 425 }, { E180_DBM0 }, { 1000, 4000 } };
const struct tone tone_busy = { { 425 }, { E180_DBM0 }, { 500, 500 } };
const struct tone tone_congestion = { { 425 }, { E180_DBM0 }, { 250, 250 } };

static const char dtmf_digits[DTMF_DIGITS] = { '1', '2', '3', 'A', '4', '5', '6', 'B',
					       '7', '8', '9', 'C', '*', '0', '#', 'D' };

#define DTMF(low, high)                                                                            \
	{                                                                                          \
		{ (low), (high) }, { DTMF_LOW, DTMF_HIGH },                                        \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}
/* Q.23 table 1, by rows as dtmf_digits. */
static const struct tone dtmf_tones[DTMF_DIGITS] = {
	DTMF(697, 1209), DTMF(697, 1336), DTMF(697, 1477), DTMF(697, 1633),
	DTMF(770, 1209), DTMF(770, 1336), DTMF(770, 1477), DTMF(770, 1633),
	DTMF(852, 1209), DTMF(852, 1336), DTMF(852, 1477), DTMF(852, 1633),
	DTMF(941, 1209), DTMF(941, 1336), DTMF(941, 1477), DTMF(941, 1633),
};

const struct tone *tone_dtmf(char digit)
{
	const char *at = memchr(dtmf_digits, digit, sizeof(dtmf_digits));

	return at ? &dtmf_tones[at - dtmf_digits] : NULL;
}

/* The sines start at phase 0, which makes no click. */
static void oscillators_start(struct tone_player *player)
{
	for (unsigned i = 0; i < 2; i++) {
		double w = 2 * M_PI * (double)player->tone->hz[i] / RATE;
		double peak = PEAK * pow(10, ((double)player->tone->dbm0[i] - PEAK_DBM0) / 20);

		player->factor[i] = 2 * cos(w);
		player->last[i] = 0;
		player->before[i] = player->tone->hz[i] > 0 ? -peak * sin(w) : 0;
	}
}

/* on is an even step of the cadence. */
static void step_start(struct tone_player *player, unsigned step)
{
	if (step == TONE_CADENCE_STEPS || !player->tone->cadence_ms[step])
		step = 0;
	player->step = step;
	player->left = (uint32_t)player->tone->cadence_ms[step] * PER_MS;
	if (!player->left)
		player->left = UINT32_MAX;
	if (step % 2 == 0)
		oscillators_start(player);
}

void tone_player_start(struct tone_player *player, const struct tone *tone)
{
	*player = (struct tone_player){ .tone = tone };
	if (tone)
		step_start(player, 0);
}

static int16_t sample(struct tone_player *player)
{
	double sum = 0;

	for (unsigned i = 0; i < 2; i++) {
		double y = player->factor[i] * player->last[i] - player->before[i];

		sum += player->last[i];
		player->before[i] = player->last[i];
		player->last[i] = y;
	}
	return (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : lrint(sum));
}

void tone_player_play(struct tone_player *player, int16_t *linear, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!player->tone) {
			linear[i] = 0;
			continue;
		}
		if (!player->left)
			step_start(player, player->step + 1);
		linear[i] = player->step % 2 == 0 ? sample(player) : 0;
		player->left--;
	}
}
