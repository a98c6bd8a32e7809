/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A hybrid's echo: a short filter behind a delay line. */
#include "gw/exchange/hybrid.h"

#include <math.h>
#include <string.h>

#include "gw/exchange/player.h"

#define PER_MS 8

/* Rises fast and rings out, as those that were measured do. */
static const float shape[HYBRID_TAPS] = {
	0.05f, -0.2f,  0.45f, 1.0f,  -0.75f, -0.4f,  0.35f, 0.25f,
	-0.2f, -0.15f, 0.12f, 0.08f, -0.06f, -0.04f, 0.03f, 0.02f
};

void hybrid_open(struct hybrid *hybrid, enum g711_law law, unsigned erl_db, unsigned delay_ms)
{
	float energy = 0, gain;

	memset(hybrid, 0, sizeof(*hybrid));
	hybrid->law = law;
	hybrid->delay = delay_ms * PER_MS;
	if (!erl_db)
		return;
	for (size_t i = 0; i < HYBRID_TAPS; i++)
		energy += shape[i] * shape[i];
	gain = powf(10, -(float)erl_db / 20) / sqrtf(energy);
	for (size_t i = 0; i < HYBRID_TAPS; i++)
		hybrid->taps[i] = gain * shape[i];
}

/* The echo of the newest sample and those before. */
static float echo_next(struct hybrid *hybrid, int16_t heard)
{
	float sum = 0;

	hybrid->past[hybrid->at % HYBRID_PAST] = heard;
	for (size_t i = 0; i < HYBRID_TAPS; i++)
		sum += hybrid->taps[i] *
		       (float)hybrid->past[(hybrid->at - hybrid->delay - i) % HYBRID_PAST];
	hybrid->at++;
	return sum;
}

void hybrid_block(struct hybrid *hybrid, const uint8_t *heard, uint8_t *octets, size_t n)
{
	int16_t in[PLAYER_BLOCK_MAX], out[PLAYER_BLOCK_MAX];

	if (hybrid->taps[0] == 0)
		return;
	g711_expand(hybrid->law, in, heard, n);
	g711_expand(hybrid->law, out, octets, n);
	for (size_t i = 0; i < n; i++) {
		float sum = (float)out[i] + echo_next(hybrid, in[i]);

		out[i] = (int16_t)(sum > INT16_MAX   ? INT16_MAX
				   : sum < INT16_MIN ? INT16_MIN
						     : lrintf(sum));
	}
	g711_compress(hybrid->law, octets, out, n);
}
