/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tones of several frequencies, modulated or reversed. */
#include "dsp/tone_mix.h"

#include <math.h>
#include <stdbool.h>

#define RATE	  8000u
#define PER_MS	  8
#define PEAK	  32256.0f /* of a sine of +3.14 dBm0, as in dsp/tone.c */
#define PEAK_DBM0 3.14f

static unsigned frequencies(const struct tone_mix *mix)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TONE_MIX_FREQUENCIES; i++)
		n += mix->hz[i] != 0;
	return n;
}

/* A whole number of periods of any whole frequency is in a second. */
static float sine(uint32_t hz, uint32_t at, uint32_t second)
{
	return sinf((float)(2 * M_PI) * (float)((uint64_t)hz * (at % second) % second) /
		    (float)second);
}

static float envelope(const struct tone_mix *mix, uint32_t at)
{
	if (!mix->modulation_third_hz)
		return 1;
	return 1 + (float)mix->depth_percent / 100 * sine(mix->modulation_third_hz, at, 3 * RATE);
}

void tone_mix_render(const struct tone_mix *mix, uint32_t at, uint32_t since, int16_t *linear,
		     size_t n)
{
	unsigned count = frequencies(mix);
	float peak =
		count ? PEAK * powf(10, (mix->dbm0 - PEAK_DBM0) / 20) / sqrtf((float)count) : 0;
	uint32_t reversal = mix->reversal_ms * PER_MS;

	for (size_t i = 0; i < n; i++, at++, since++) {
		float y = 0;

		for (unsigned k = 0; k < TONE_MIX_FREQUENCIES; k++)
			if (mix->hz[k])
				y += sine(mix->hz[k], at, RATE);
		y *= peak * envelope(mix, at);
		if (reversal && since / reversal % 2 == 0)
			y = -y;
		linear[i] = (int16_t)(y > INT16_MAX   ? INT16_MAX
				      : y < INT16_MIN ? INT16_MIN
						      : lrintf(y));
	}
}
