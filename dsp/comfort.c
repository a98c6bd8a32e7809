/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Comfort noise: payload, player, analyser. */
#include "dsp/comfort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FULL	    32256.0f /* a square wave of this is 0 dBov, G.711 A-law's overload */
#define LEVEL_MASK  0x7F
#define SILENT	    127
#define MIDDLE	    127
#define RESERVED    255
#define STEP	    (258.0f / 32768.0f)
#define GLIDE	    (1 / 256.0f) /* 32 ms */
#define FADE	    0.8f
#define CORRECTION  1.001f /* white noise 30 dB below keeps the filter stable after quantisation */
#define K_MAX	    0.99f
#define LEVEL_STEP  2
#define COLOUR_STEP 32 /* of an index: 0.25 */
#define COLOURS	    2  /* coefficients that are compared */

bool comfort_decode(struct comfort_noise *noise, const uint8_t *octets, size_t n)
{
	memset(noise, 0, sizeof(*noise));
	if (n == 0)
		return false;
	noise->level = octets[0] & LEVEL_MASK;
	noise->order = (uint8_t)(n - 1 < COMFORT_ORDER_MAX ? n - 1 : COMFORT_ORDER_MAX);
	memcpy(noise->index, octets + 1, noise->order);
	return memchr(noise->index, RESERVED, noise->order) == NULL;
}

size_t comfort_encode(uint8_t octets[COMFORT_OCTETS_MAX], const struct comfort_noise *noise)
{
	octets[0] = noise->level & LEVEL_MASK;
	memcpy(octets + 1, noise->index, noise->order);
	return noise->order + 1u;
}

bool comfort_differs(const struct comfort_noise *a, const struct comfort_noise *b)
{
	if (abs(a->level - b->level) >= LEVEL_STEP || a->order != b->order)
		return true;
	for (unsigned i = 0; i < COLOURS && i < a->order; i++)
		if (abs(a->index[i] - b->index[i]) >= COLOUR_STEP)
			return true;
	return false;
}

/* ---- the player ---- */

void comfort_player_set(struct comfort_player *player, const struct comfort_noise *noise)
{
	float residual = 1;

	if (!player->on || player->order != noise->order)
		memset(player->back, 0, sizeof(player->back));
	player->order = noise->order;
	for (unsigned i = 0; i < noise->order; i++) {
		player->k[i] = STEP * (float)(noise->index[i] - MIDDLE);
		residual *= 1 - player->k[i] * player->k[i];
	}
	/* uniform noise of -1 to 1 has a power of 1/3 */
	player->target = noise->level == SILENT
				 ? 0
				 : FULL * powf(10, -(float)noise->level / 20) * sqrtf(3 * residual);
	if (!player->on)
		player->gain = player->target;
	player->on = true;
}

static float white(struct comfort_player *player)
{
	player->random = player->random * 1664525 + 1013904223;
	return (float)(int32_t)player->random / 2147483648.0f;
}

/* The all-pole lattice. */
static float synthesise(struct comfort_player *player, float forward)
{
	float *back = player->back;

	for (unsigned i = player->order; i-- > 0;) {
		forward -= player->k[i] * back[i];
		if (i + 1 < player->order)
			back[i + 1] = back[i] + player->k[i] * forward;
	}
	back[0] = forward;
	return forward;
}

void comfort_player_play(struct comfort_player *player, int16_t *linear, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float y;

		player->gain += (player->target - player->gain) * GLIDE;
		y = synthesise(player, player->gain * white(player));
		linear[i] = (int16_t)(y > INT16_MAX   ? INT16_MAX
				      : y < INT16_MIN ? INT16_MIN
						      : lrintf(y));
	}
}

/* ---- the analyser ---- */

void comfort_analyser_init(struct comfort_analyser *analyser)
{
	memset(analyser, 0, sizeof(*analyser));
}

void comfort_analyser_hear(struct comfort_analyser *analyser, const int16_t *linear, size_t n)
{
	float keep = analyser->any ? FADE : 0;

	for (unsigned lag = 0; lag <= COMFORT_ORDER; lag++) {
		int64_t sum = 0;

		for (size_t i = lag; i < n; i++)
			sum += linear[i] * linear[i - lag];
		analyser->r[lag] = keep * analyser->r[lag] + (1 - keep) * ((float)sum / (float)n);
	}
	analyser->any = true;
}

/* Levinson and Durbin; returns what is left of the power. */
static float reflect(const float *r, float *k)
{
	float a[COMFORT_ORDER + 1] = { 1 }, error = r[0] * CORRECTION;

	for (unsigned m = 1; m <= COMFORT_ORDER; m++) {
		float sum = 0, before[COMFORT_ORDER + 1];

		for (unsigned i = 0; i < m; i++)
			sum += a[i] * r[m - i];
		k[m - 1] = fmaxf(-K_MAX, fminf(K_MAX, -sum / error));
		memcpy(before, a, sizeof(a));
		for (unsigned i = 1; i < m; i++)
			a[i] = before[i] + k[m - 1] * before[m - i];
		a[m] = k[m - 1];
		error *= 1 - k[m - 1] * k[m - 1];
	}
	return error;
}

float comfort_analyser_find(const struct comfort_analyser *analyser, struct comfort_noise *noise)
{
	float k[COMFORT_ORDER], level, residual;

	*noise = (struct comfort_noise){ .level = SILENT };
	if (analyser->r[0] < 1)
		return 1;
	level = -20 * log10f(sqrtf(analyser->r[0]) / FULL);
	residual = reflect(analyser->r, k) / analyser->r[0];
	noise->level = (uint8_t)(level < 0 ? 0 : level > SILENT ? SILENT : lrintf(level));
	noise->order = COMFORT_ORDER;
	for (unsigned i = 0; i < COMFORT_ORDER; i++)
		noise->index[i] = (uint8_t)(MIDDLE + (int)lrintf(k[i] / STEP));
	return residual;
}
