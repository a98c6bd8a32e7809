/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: what comes out of a block, by the controls: near less the echo, turned down by the non-linear processor, and
 * comfort noise in its place with the spectrum of the background, made of random spectra that overlap by a block.
 */
#ifndef DSP_ECHO_OUTPUT_H
#define DSP_ECHO_OUTPUT_H

#include "dsp/echo_filter.h"

#define NOISE_FLOOR 1e-3f

LANES_INLINE vi random_next(vi *random)
{
	vi x = *random;

	x ^= x << 13;
	x ^= (x >> 17) & 0x7fff;
	x ^= x << 5;
	*random = x;
	return x;
}

/* The first bin has direct current, which is no noise. */
LANES_INLINE void background_learn(struct echo_set *set, const vf *power, vf learn, const unsigned n)
{
	vf sum = { 0 };

	for (unsigned k = 0; k < n / 2; k++) {
		vf now = k ? 0.5f * (power[2 * k] + power[2 * k + 1]) : power[1];

		set->noise[k] += learn * (now - set->noise[k]);
		sum += set->noise[k];
	}
	set->background = 2 * sum;
}

/* n samples of comfort noise in the lanes that want it; the others' random numbers and overlap do not move. */
LANES_INLINE void comfort_make(struct echo_set *set, vf *noise, vi wanted, const unsigned n)
{
	const float *window = n == 32 ? echo_window_32 : echo_window_64;
	vf spectrum[2 * ECHO_BLOCK_MAX], x[2 * ECHO_BLOCK_MAX], none = { 0 };
	vi random = set->random;

	for (unsigned k = 0; k < n / 2; k++) {
		/* even from -1 to 1 has a power of 1/3; the spectrum of two blocks has twice the power of one's */
		vf size = vf_root(3 * set->noise[k] + NOISE_FLOOR) * (1.0f / 32768);

		for (unsigned i = 4 * k; i < 4 * (k + 1); i += 2) {
			vi bits = random_next(&random);

			spectrum[i] = size * __builtin_convertvector(bits >> 16, vf);
			spectrum[i + 1] = size * __builtin_convertvector(bits << 16 >> 16, vf);
		}
	}
	set->random = (random & wanted) | (set->random & ~wanted);
	spectrum[0] *= 0.0f; /* no direct current */
	spectrum[1] *= 0.0f;
	fft_backward(x, spectrum, 2, n);
	for (unsigned i = 0; i < n; i++) {
		noise[i] = set->overlap[i] + x[i] * window[i];
		set->overlap[i] = vf_select(wanted, x[n + i] * window[n + i], none);
	}
}

/* Saturated, rounded to the nearest. */
LANES_INLINE void samples_store(int16_t *to, vf x)
{
	const float round = 12582912.0f; /* 1.5 * 2^23: no place for a fraction */
	vf none = { 0 };
	vs samples;

	x = vf_min(vf_max(x, none - 32768.0f), none + 32767.0f);
	x = (x + round) - round;
	samples = __builtin_convertvector(__builtin_convertvector(x, vi), vs);
	memcpy(to, &samples, sizeof(samples));
}

struct ramp {
	vf now, step;
};

LANES_INLINE struct ramp ramp_load(const struct echo_ramp *from, unsigned first, const unsigned n)
{
	struct ramp ramp = { .now = vf_load(from->from + first) };

	ramp.step = (vf_load(from->to + first) - ramp.now) * (1.0f / (float)n);
	return ramp;
}

LANES_INLINE vf ramp_next(struct ramp *ramp)
{
	ramp->now += ramp->step;
	return ramp->now;
}

LANES_INLINE void output_make(struct echo_set *set, unsigned first, struct echo_work *work,
			      const struct echo_controls *controls, const unsigned n)
{
	struct ramp gain = ramp_load(&controls->gain, first, n), cancel = ramp_load(&controls->cancel, first, n),
		    level = ramp_load(&controls->noise, first, n);
	vf learn = vf_load(controls->learn + first), noise[ECHO_BLOCK_MAX] = { 0 }, none = { 0 };
	const vf *echo = (const vf *)(const void *)(work->echo + (size_t)first * n);
	vi wanted;

	if (vi_bits(vf_below(none, learn)))
		background_learn(set, (const vf *)(const void *)(work->power + (size_t)first * n), learn, n);
	wanted = vf_below(none, vf_max(level.now, level.step));
	if (vi_bits(wanted))
		comfort_make(set, noise, wanted, n);
	else if (set->overlaps)
		memset(set->overlap, 0, n * sizeof(vf));
	set->overlaps = vi_bits(wanted);
	for (unsigned i = 0; i < n; i++) {
		vf left = vf_of_samples(&work->near[i][first]) - ramp_next(&cancel) * echo[i];

		samples_store(&work->near[i][first], ramp_next(&gain) * left + ramp_next(&level) * noise[i]);
	}
}

#endif
