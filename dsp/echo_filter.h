/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: the partitioned-block frequency-domain adaptive filter of a set of lanes (overlap-save). The taps are held as
 * spectra of partitions of one block each. What was learnt from the last block is added on the way of filtering the next,
 * so that the taps go through the processor once a block; for the same reason a bin's partitions lie side by side. One
 * partition a block in turn is constrained to the first half of its impulse response.
 *
 * The shadow is a second, coarse filter on every fourth bin, in which it predicts the error from far. What it can predict
 * is echo that the taps do not know (dsp/echo_adapt.h).
 */
#ifndef DSP_ECHO_FILTER_H
#define DSP_ECHO_FILTER_H

#include "dsp/echo_set.h"

/*
 * While a line is learnt, chance fills partitions that have no echo. Of those whose taps are not above a part of what is
 * not known of them, nothing is kept, until it is known well: the taps of an echo path are few.
 */
#define CHANCE	     0.01f /* of the variance */
#define CHANCE_UNTIL 0.003f /* of variance to weight */

/* One bin of main filter or shadow: what it learns, and what it says. */
struct echo_bin {
	vf re[2], im[2], power; /* sums in two parts: shorter chains */
	vf xr, xi;		/* far of the partition, before its taps are touched */
};

/* Where a bin's taps are, and how they learn. */
struct echo_learn {
	vf *taps;
	const vf *share, *step;
	bool shared; /* else all partitions have the same share */
};

/* n partitions from taps on; x: far one block older than theirs. */
LANES_INLINE void bin_run(struct echo_bin *to, const struct echo_learn *learn, const vi *x, size_t n)
{
	vf sr = learn->step[0], si = learn->step[1], *taps = learn->taps;
	const vf *share = learn->share;
	struct echo_bin bin = *to;

	for (const vi *end = x + n; x != end; x++, taps += 2) {
		vf or = far_re(*x), oi = far_im(*x), learn_r = or * sr + oi * si, learn_i = or * si - oi * sr;
		vf power = bin.xr * bin.xr + bin.xi * bin.xi, wr, wi;

		if (learn->shared) {
			learn_r *= *share;
			learn_i *= *share;
			power *= *share++;
		}
		wr = taps[0] + learn_r;
		wi = taps[1] + learn_i;
		taps[0] = wr;
		taps[1] = wi;
		bin.power += power;
		bin.re[0] += wr * bin.xr;
		bin.re[1] += wi * bin.xi;
		bin.im[0] += wr * bin.xi;
		bin.im[1] += wi * bin.xr;
		bin.xr = or;
		bin.xi = oi;
	}
	*to = bin;
}

/* All partitions of bin k; the ring may wrap within them. */
LANES_INLINE void bin_pass(const struct echo_set *set, unsigned k, struct echo_learn learn, struct echo_bin *bin)
{
	const vi *x = set->far + (size_t)k * set->ring;
	size_t until = set->ring - 1 - set->newest;

	*bin = (struct echo_bin){ .xr = far_re(x[set->newest]), .xi = far_im(x[set->newest]) };
	bin_run(bin, &learn, x + set->newest + 1, until);
	learn.taps += 2 * until;
	if (learn.shared)
		learn.share += until;
	bin_run(bin, &learn, x, set->parts - until);
}

/* 0 and 4,000 Hz: two real numbers. */
LANES_INLINE void bin_zero(const struct echo_set *set, struct echo_pass *pass)
{
	vf low = { 0 }, high = { 0 }, power = { 0 };
	unsigned at = set->newest;

	for (unsigned p = 0; p < set->parts; p++) {
		unsigned older = at + 1 == set->ring ? 0 : at + 1;
		vf x0 = far_re(set->far[at]), x1 = far_im(set->far[at]), *w = &set->taps[2 * p];

		w[0] += set->share[p] * far_re(set->far[older]) * set->step[0];
		w[1] += set->share[p] * far_im(set->far[older]) * set->step[1];
		low += w[0] * x0;
		high += w[1] * x1;
		power += set->share[p] * (x0 * x0 + x1 * x1);
		at = older;
	}
	pass->echo[0] = low;
	pass->echo[1] = high;
	pass->doubt[0] = power;
}

LANES_INLINE void filter_pass(struct echo_set *set, struct echo_pass *pass, const unsigned n)
{
	const size_t stride = (size_t)set->parts * 2;
	struct echo_bin bin;

	bin_zero(set, pass);
	for (unsigned k = 1; k < n; k++) {
		const vf *share = set->share + k / (n / ECHO_BANDS) * set->parts;

		bin_pass(set, k, (struct echo_learn){ set->taps + k * stride, share, set->step + 2 * k, true }, &bin);
		pass->echo[2 * k] = bin.re[0] - bin.re[1];
		pass->echo[2 * k + 1] = bin.im[0] + bin.im[1];
		pass->doubt[k] = bin.power;
	}
	for (unsigned i = 0; i < n / SHADOW_STEP; i++) {
		bin_pass(set, SHADOW_FIRST + SHADOW_STEP * i,
			 (struct echo_learn){ set->shadow + i * stride, NULL, set->shadow_step + 2 * i, false }, &bin);
		pass->shadow[2 * i] = bin.re[0] - bin.re[1];
		pass->shadow[2 * i + 1] = bin.im[0] + bin.im[1];
		pass->shadow_far[i] = bin.power;
	}
}

LANES_INLINE void filter_far(struct echo_set *set, const vf *far, const unsigned n)
{
	vf x[2 * ECHO_BLOCK_MAX], spectrum[2 * ECHO_BLOCK_MAX];

	memcpy(x, set->previous, n * sizeof(vf));
	memcpy(x + n, far, n * sizeof(vf));
	memcpy(set->previous, far, n * sizeof(vf));
	fft_forward(spectrum, x, n);
	set->newest = set->newest ? set->newest - 1 : set->ring - 1;
	for (unsigned k = 0; k < n; k++)
		set->far[(size_t)k * set->ring + set->newest] = far_pack(spectrum[2 * k], spectrum[2 * k + 1]);
}

/* The power of one partition's taps in each band; chance is taken away. */
LANES_INLINE void taps_measure(struct echo_set *set, unsigned p, vf *spectrum, const unsigned n)
{
	const unsigned bins = n / ECHO_BANDS;
	vf none = { 0 };

	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		vf sum = none, *power = &set->tap_power[band * set->parts + p], variance = set->variance[band];
		vi chance = vf_below(set->weight[band] * CHANCE_UNTIL, variance);

		for (unsigned k = band * bins; k < (band + 1) * bins; k++)
			sum += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
		sum *= 1.0f / (float)bins;
		chance &= vf_below(sum, variance * set->share[band * set->parts + p] * CHANCE);
		for (unsigned k = 2 * band * bins; k < 2 * (band + 1) * bins; k++)
			spectrum[k] = vf_select(chance, none, spectrum[k]);
		sum = vf_select(chance, none, sum);
		set->weight[band] = vf_max(set->weight[band] + sum - *power, none);
		*power = sum;
	}
}

LANES_INLINE void filter_constrain(struct echo_set *set, const unsigned n)
{
	const size_t stride = (size_t)set->parts * 2;
	vf *taps = set->taps + (size_t)set->turn * 2, x[2 * ECHO_BLOCK_MAX], spectrum[2 * ECHO_BLOCK_MAX];
	vf energy = { 0 };

	fft_backward(x, taps, stride, n);
	for (unsigned i = 0; i < n; i++)
		energy += x[i] * x[i];
	memset(x + n, 0, n * sizeof(vf));
	set->tap_energy[set->turn] = energy;
	fft_forward(spectrum, x, n);
	taps_measure(set, set->turn, spectrum, n);
	for (unsigned k = 0; k < n; k++)
		memcpy(taps + k * stride, spectrum + 2 * k, 2 * sizeof(vf));
	set->turn = set->turn + 1 == set->parts ? 0 : set->turn + 1;
}

#endif
