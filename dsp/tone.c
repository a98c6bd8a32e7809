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
#define DTMF_DIGITS 16
#define MODEM_DBM0  -12.0f /* within what V.2 lets a subscriber's line have */
#define CHECK_DBM0  -12.0f /* Q.724: -12 +-1 */
#define REVERSAL_MS 450
#define SWING_HZ    15.0f /* V.8 */
#define SWING	    0.2f

#define STEADY(hz, dbm0)                                                                           \
	{                                                                                          \
		{ (hz) }, { (dbm0) },                                                              \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}
const struct tone_signal tone_cng = { .tone = { { 1100 }, { MODEM_DBM0 }, { 500, 3000 } } };
const struct tone_signal tone_ans = { .tone = STEADY(2100, MODEM_DBM0) };
const struct tone_signal tone_ans_reversed = { .tone = STEADY(2100, MODEM_DBM0),
					       .reversal_ms = REVERSAL_MS };
const struct tone_signal tone_ansam = { .tone = STEADY(2100, MODEM_DBM0),
					.swing_hz = SWING_HZ,
					.swing = SWING };
const struct tone_signal tone_ansam_reversed = { .tone = STEADY(2100, MODEM_DBM0),
						 .reversal_ms = REVERSAL_MS,
						 .swing_hz = SWING_HZ,
						 .swing = SWING };
const struct tone_signal tone_check_2010 = { .tone = STEADY(2010, CHECK_DBM0) };
const struct tone_signal tone_check_1780 = { .tone = STEADY(1780, CHECK_DBM0) };

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
static void oscillator_start(struct tone_player *player, unsigned i, double hz, double peak)
{
	double w = 2 * M_PI * hz / RATE;

	player->factor[i] = 2 * cos(w);
	player->last[i] = 0;
	player->before[i] = hz > 0 ? -peak * sin(w) : 0;
}

static void oscillators_start(struct tone_player *player)
{
	const struct tone_signal *signal = player->signal;

	for (unsigned i = 0; i < 2; i++)
		oscillator_start(player, i, (double)player->tone->hz[i],
				 PEAK * pow(10, ((double)player->tone->dbm0[i] - PEAK_DBM0) / 20));
	oscillator_start(player, 2, signal ? (double)signal->swing_hz : 0,
			 signal ? (double)signal->swing : 0);
	player->reversal =
		signal && signal->reversal_ms ? (uint32_t)signal->reversal_ms * PER_MS : UINT32_MAX;
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

void tone_player_start_signal(struct tone_player *player, const struct tone_signal *signal)
{
	*player = (struct tone_player){ .tone = &signal->tone, .signal = signal };
	step_start(player, 0);
}

static double oscillator_next(struct tone_player *player, unsigned i)
{
	double y = player->last[i];

	player->last[i] = player->factor[i] * y - player->before[i];
	player->before[i] = y;
	return y;
}

static void phase_reverse(struct tone_player *player)
{
	for (unsigned i = 0; i < 2; i++) {
		player->last[i] = -player->last[i];
		player->before[i] = -player->before[i];
	}
	player->reversal = (uint32_t)player->signal->reversal_ms * PER_MS;
}

static int16_t sample(struct tone_player *player)
{
	double sum;

	if (player->signal && player->signal->reversal_ms && player->reversal-- == 0) {
		phase_reverse(player);
		player->reversal--;
	}
	sum = oscillator_next(player, 0) + oscillator_next(player, 1);
	if (player->signal)
		sum *= 1 + oscillator_next(player, 2);
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
