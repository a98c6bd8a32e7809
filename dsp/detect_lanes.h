/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The scanning template of the detectors' banks (dsp/detect_bank.h): included once by every file that builds it, after
 * LANES_WIDTH and BANK_STRIDE (1, or LANES) are set.
 *
 * A sub-block is folded about its middle: the even half needs only cosines, the odd half only sines, which halves the
 * work that Goertzel's recursion would be, without its chain of dependent operations.
 */
#ifndef DSP_DETECT_LANES_H
#define DSP_DETECT_LANES_H

#include "dsp/lanes_vector.h"
/* the vector words come first: they choose the instruction set */
#include "dsp/detect_bank.h"

struct folded {
	vf even[BANK_PAIRS], odd[BANK_PAIRS];
	vf energy;
};

LANES_INLINE void fold(struct folded *f, const int16_t *samples)
{
	vf energy = { 0 };

#pragma GCC unroll 4
	for (unsigned k = 0; k < BANK_PAIRS; k++) {
		vf before = vf_of_samples(samples + (BANK_PAIRS - 1 - k) * BANK_STRIDE);
		vf after = vf_of_samples(samples + (BANK_PAIRS + k) * BANK_STRIDE);

		f->even[k] = after + before;
		f->odd[k] = before - after;
		energy += before * before + after * after;
	}
	f->energy = energy;
}

/* The phasors of the newest sub-block come in, those before it are turned on by its length. */
LANES_INLINE void tone_shift(float *rows, vf re, vf im, float turn_cosine, float turn_sine)
{
	vf re0 = vf_load(rows), im0 = vf_load(rows + BANK_STRIDE);
	vf re1 = vf_load(rows + 2 * BANK_STRIDE), im1 = vf_load(rows + 3 * BANK_STRIDE);

	vf_store(rows, re);
	vf_store(rows + BANK_STRIDE, im);
	vf_store(rows + 2 * BANK_STRIDE, re0 * turn_cosine - im0 * turn_sine);
	vf_store(rows + 3 * BANK_STRIDE, re0 * turn_sine + im0 * turn_cosine);
	vf_store(rows + 4 * BANK_STRIDE, re1 * turn_cosine - im1 * turn_sine);
	vf_store(rows + 5 * BANK_STRIDE, re1 * turn_sine + im1 * turn_cosine);
}

#if LANES_WIDTH == 1
typedef float tones_vector __attribute__((vector_size(BANK_GROUP_MAX * sizeof(float))));

/* A channel alone has its frequencies side by side. */
LANES_INLINE void group_correlate(vf *re, vf *im, const struct folded *f, const struct bank_wave *wave,
				  const unsigned tones)
{
	tones_vector cosine, sine, re_all = { 0 }, im_all = { 0 };

	for (unsigned k = 0; k < BANK_PAIRS; k++) {
		memcpy(&cosine, wave->cosine[k], sizeof(cosine));
		memcpy(&sine, wave->sine[k], sizeof(sine));
		re_all += f->even[k] * cosine;
		im_all += f->odd[k] * sine;
	}
	(void)tones; /* all that there can be */
	memcpy(re, &re_all, sizeof(re_all));
	memcpy(im, &im_all, sizeof(im_all));
}
#else
LANES_INLINE void group_correlate(vf *re, vf *im, const struct folded *f, const struct bank_wave *wave,
				  const unsigned tones)
{
	for (unsigned k = 0; k < BANK_PAIRS; k++) {
		vf even = f->even[k], odd = f->odd[k];

#pragma GCC unroll 4
		for (unsigned t = 0; t < tones; t++) {
			re[t] += even * wave->cosine[k][t];
			im[t] += odd * wave->sine[k][t];
		}
	}
}
#endif

LANES_INLINE void group_sum(float *rows, const struct folded *f, const struct bank_wave *wave,
			    const unsigned tones)
{
	vf re[BANK_GROUP_MAX] = { 0 }, im[BANK_GROUP_MAX] = { 0 };

	group_correlate(re, im, f, wave, tones);
#pragma GCC unroll 4
	for (unsigned t = 0; t < tones; t++)
		tone_shift(rows + t * BANK_ROWS_PER_TONE * BANK_STRIDE, re[t], im[t],
			   wave->turn_cosine[t], wave->turn_sine[t]);
}

LANES_INLINE void energy_shift(float *rows, vf energy)
{
	vf_store(rows + 2 * BANK_STRIDE, vf_load(rows + BANK_STRIDE));
	vf_store(rows + BANK_STRIDE, vf_load(rows));
	vf_store(rows, energy);
}

LANES_INLINE vf newest_power(const float *rows, unsigned tone)
{
	const float *at = rows + tone * BANK_ROWS_PER_TONE * BANK_STRIDE;
	vf re = vf_load(at), im = vf_load(at + BANK_STRIDE);

	return re * re + im * im;
}

LANES_INLINE vf window_power(const float *rows, unsigned tone)
{
	const float *at = rows + tone * BANK_ROWS_PER_TONE * BANK_STRIDE;
	vf re = (vf_load(at) + vf_load(at + 4 * BANK_STRIDE)) * 0.5f + vf_load(at + 2 * BANK_STRIDE);
	vf im = (vf_load(at + BANK_STRIDE) + vf_load(at + 5 * BANK_STRIDE)) * 0.5f +
		vf_load(at + 3 * BANK_STRIDE);

	return re * re + im * im;
}

/* The strongest of tones first to first + n - 1: its power, and its number less first. */
LANES_INLINE vf strongest(const vf *power, unsigned n, vf *number)
{
	vf best = power[0], zero = { 0 };

	*number = zero;
#pragma GCC unroll 4
	for (unsigned t = 1; t < n; t++) {
		vi more = vf_below(best, power[t]);

		best = vf_select(more, power[t], best);
		*number = vf_select(more, zero + (float)t, *number);
	}
	return best;
}

static void scan_dtmf(float *rows, const int16_t *samples, struct bank_scan *scan)
{
	scan->lanes = 0;
	for (unsigned i = 0; i < BANK_STRIDE; i += LANES_WIDTH) {
		float *at = rows + i, *energies = at + DTMF_TONES * BANK_ROWS_PER_TONE * BANK_STRIDE;
		vf power[DTMF_TONES], low, high, number, energy, zero = { 0 };
		struct folded f;

		fold(&f, samples + i);
		group_sum(at, &f, &bank_dtmf[0], 4);
		group_sum(at + 4 * BANK_ROWS_PER_TONE * BANK_STRIDE, &f, &bank_dtmf[1], 4);
		energy_shift(energies, f.energy);
#pragma GCC unroll 8
		for (unsigned t = 0; t < DTMF_TONES; t++)
			power[t] = window_power(at, t);
		energy = (f.energy + vf_load(energies + 2 * BANK_STRIDE)) * 0.5f +
			 vf_load(energies + BANK_STRIDE);
		low = strongest(power, 4, &number);
		vf_store(scan->low + i, number);
		high = strongest(power + 4, 4, &number);
		vf_store(scan->high + i, number + 4.0f);
		scan->lanes |= vi_bits(vf_below(energy * BANK_DTMF_PURITY, low + high) &
				       vf_below(low, high * BANK_DTMF_TWIST) &
				       vf_below(high, low * BANK_DTMF_TWIST) &
				       vf_below(zero + BANK_DTMF_POWER, low) &
				       vf_below(zero + BANK_DTMF_POWER, high))
			       << i;
	}
}

static void scan_single(float *rows, const int16_t *samples, struct bank_scan *scan)
{
	scan->lanes = 0;
	for (unsigned i = 0; i < BANK_STRIDE; i += LANES_WIDTH) {
		float *at = rows + i;
		vf power[SINGLE_TONES], best, number, v21, zero = { 0 };
		vi loud, pure, fsk;
		struct folded f;

		fold(&f, samples + i);
		group_sum(at, &f, &bank_single[0], 3);
		group_sum(at + 3 * BANK_ROWS_PER_TONE * BANK_STRIDE, &f, &bank_single[1], 3);
		energy_shift(at + SINGLE_TONES * BANK_ROWS_PER_TONE * BANK_STRIDE, f.energy);
#pragma GCC unroll 8
		for (unsigned t = 0; t < SINGLE_TONES; t++)
			power[t] = newest_power(at, t);
		best = strongest(power, SINGLE_PURE, &number);
		vf_store(scan->low + i, number);
		v21 = power[SINGLE_1650] + power[SINGLE_1850];
		loud = vf_below(zero + BANK_SINGLE_ENERGY, f.energy);
		pure = vf_below(f.energy * BANK_SINGLE_PURITY, best);
		fsk = vf_below(f.energy * BANK_FSK_PURITY, v21);
		vf_store(scan->high + i, vf_select(fsk, zero + 1.0f, zero));
		scan->lanes |= vi_bits(loud & (pure | fsk)) << i;
	}
}

#endif
