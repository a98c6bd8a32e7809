/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: the state of a set of lanes, and its partitioned-block frequency-domain adaptive filter (overlap-save). The
 * taps are held as spectra of partitions of one block each. What was learnt from the last block is added on the way of
 * filtering the next, so that the taps go through the processor once a block; for the same reason a bin's partitions lie
 * side by side. One partition a block in turn is constrained to the first half of its impulse response.
 *
 * The shadow is a second, coarse filter on every fourth bin, in which it predicts the error from far. What it can predict
 * is echo that the taps do not know (dsp/echo_adapt.h).
 */
#ifndef DSP_ECHO_FILTER_H
#define DSP_ECHO_FILTER_H

#include "dsp/echo_fft.h"

#define SHADOW_BINS  (ECHO_BLOCK_MAX / 4)
#define SHADOW_FIRST 2
#define SHADOW_STEP  4

struct echo_set {
	unsigned block, parts, ring; /* ring: partitions + 1 */
	unsigned newest;	     /* place in the ring; older ones follow */
	unsigned turn;		     /* partition to be constrained next */
	unsigned band;		     /* whose shares are to be set next */
	size_t rows;		     /* of all vectors from previous on */

	vi *far;	/* [bin][place in ring], both parts packed */
	vf *taps;	/* [bin][partition], real and imaginary part */
	vf *shadow;	/* likewise, every fourth bin */
	vf *share;	/* [band][partition]: of the variance, 1 in sum */
	vf *tap_power;	/* [band][partition] */
	vf *tap_energy; /* [partition] */

	_Alignas(ECHO_ALIGN) vf previous[ECHO_BLOCK_MAX]; /* far */
	vf step[2 * ECHO_BLOCK_MAX];   /* error over its power, by variance: what each bin's taps learn */
	vf power[ECHO_BLOCK_MAX];      /* of the error's spectrum */
	vf smooth[ECHO_BLOCK_MAX];     /* the same over some blocks */
	vf variance[ECHO_BANDS];       /* of the taps' sum, as far as it is not known */
	vf weight[ECHO_BANDS];	       /* power of the taps */
	vf focus[ECHO_BANDS];	       /* sum of the shares' squares */
	vf echo_error, echo_echo, error_error; /* correlations, weighted */
	vf shadow_step[2 * SHADOW_BINS], shadow_error[2 * SHADOW_BINS];
	vf shadow_hit[SHADOW_BINS], shadow_all[SHADOW_BINS];
	vf noise[ECHO_BLOCK_MAX];      /* power of the background's spectrum */
	vf overlap[ECHO_BLOCK_MAX];    /* second half of the comfort noise */
	vi random;
};

/* What a block's pass over the filter gives. */
struct echo_pass {
	vf echo[2 * ECHO_BLOCK_MAX];	/* spectrum */
	vf doubt[ECHO_BLOCK_MAX];	/* far's power by shares */
	vf shadow[2 * SHADOW_BINS];	/* error, predicted */
	vf shadow_far[SHADOW_BINS];	/* far's power */
};

LANES_INLINE vf vf_max(vf a, vf b)
{
	return vf_select(vf_below(a, b), b, a);
}

LANES_INLINE vf vf_min(vf a, vf b)
{
	return vf_select(vf_below(a, b), a, b);
}

/* A far spectrum's number is kept in 32 bits, rounded to 8 of precision: 54 dB, where G.711 has 38. */
LANES_INLINE vi far_pack(vf re, vf im)
{
	vi r = (vi)re + 0x8000, i = (vi)im + 0x8000;

	return (r & (int32_t)0xffff0000) | ((i >> 16) & 0xffff);
}

LANES_INLINE vf far_re(vi packed)
{
	return (vf)(packed & (int32_t)0xffff0000);
}

LANES_INLINE vf far_im(vi packed)
{
	return (vf)(packed << 16);
}

/* One bin of main filter or shadow: what it learns, and what it says. */
struct echo_bin {
	vf re[2], im[2], power; /* sums in two parts: shorter chains */
	vf xr, xi;		/* far of the partition, before its taps are touched */
};

/* n partitions from taps on; x: far one block older than theirs. Without shared, all have the same share. */
LANES_INLINE void bin_run(struct echo_bin *to, vf *taps, const vi *x, const vf *share, const vf *step, size_t n,
			  const bool shared)
{
	vf sr = step[0], si = step[1];
	struct echo_bin bin = *to;

	for (const vi *end = x + n; x != end; x++, taps += 2) {
		vf or = far_re(*x), oi = far_im(*x), learn_r = or * sr + oi * si, learn_i = or * si - oi * sr;
		vf power = bin.xr * bin.xr + bin.xi * bin.xi, wr, wi;

		if (shared) {
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
LANES_INLINE void bin_pass(const struct echo_set *set, unsigned k, vf *taps, const vf *share, const vf *step,
			   struct echo_bin *bin, const bool shared)
{
	const vi *x = set->far + (size_t)k * set->ring;
	size_t until = set->ring - 1 - set->newest;

	*bin = (struct echo_bin){ .xr = far_re(x[set->newest]), .xi = far_im(x[set->newest]) };
	bin_run(bin, taps, x + set->newest + 1, share, step, until, shared);
	bin_run(bin, taps + 2 * until, x, shared ? share + until : NULL, step, set->parts - until, shared);
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
	struct echo_bin bin;

	bin_zero(set, pass);
	for (unsigned k = 1; k < n; k++) {
		bin_pass(set, k, set->taps + (size_t)k * set->parts * 2, set->share + k / (n / ECHO_BANDS) * set->parts,
			 set->step + 2 * k, &bin, true);
		pass->echo[2 * k] = bin.re[0] - bin.re[1];
		pass->echo[2 * k + 1] = bin.im[0] + bin.im[1];
		pass->doubt[k] = bin.power;
	}
	for (unsigned i = 0; i < n / SHADOW_STEP; i++) {
		bin_pass(set, SHADOW_FIRST + SHADOW_STEP * i, set->shadow + (size_t)i * set->parts * 2, NULL,
			 set->shadow_step + 2 * i, &bin, false);
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

/* The power of one partition's taps in each band. */
LANES_INLINE void taps_measure(struct echo_set *set, unsigned p, const vf *spectrum, const unsigned n)
{
	const unsigned bins = n / ECHO_BANDS;
	vf none = { 0 };

	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		vf sum = none, *power = &set->tap_power[band * set->parts + p];

		for (unsigned k = band * bins; k < (band + 1) * bins; k++)
			sum += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
		sum *= 1.0f / (float)bins;
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
	for (unsigned k = 0; k < n; k++)
		memcpy(taps + k * stride, spectrum + 2 * k, 2 * sizeof(vf));
	taps_measure(set, set->turn, spectrum, n);
	set->turn = set->turn + 1 == set->parts ? 0 : set->turn + 1;
}

#endif
