/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: the partitioned-block frequency-domain adaptive filter of a set of lanes (overlap-save). The taps are held as
 * spectra of partitions of one block each. What was learnt from the last block is added on the way of filtering the next,
 * so that the taps go through the processor once a block; for the same reason a bin's partitions lie side by side.
 *
 * The shadow is a second, coarse filter on every fourth bin, in which it predicts the error from far. What it can predict
 * is echo that the taps do not know (dsp/echo_adapt.h). Every eighth bin will do where the lines are known.
 */
#ifndef DSP_ECHO_FILTER_H
#define DSP_ECHO_FILTER_H

#include "dsp/echo_far.h"

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

/* The partitions of bin k in some stretches. */
LANES_INLINE void bin_pass(const struct echo_set *set, unsigned k, const struct echo_learn *learn,
			   const struct echo_stretch *stretches, unsigned n, struct echo_bin *bin)
{
	const vi *x = set->far + (size_t)k * set->ring;

	*bin = (struct echo_bin){ 0 };
	for (unsigned i = 0; i < n; i++) {
		const struct echo_stretch *s = stretches + i;
		struct echo_learn here = *learn;

		here.taps += 2 * s->part;
		if (here.shared)
			here.share += s->part;
		bin->xr = far_re(x[s->at]);
		bin->xi = far_im(x[s->at]);
		bin_run(bin, &here, x + s->older, s->n);
	}
}

/* 0 and 4,000 Hz: two real numbers. */
LANES_INLINE void bin_zero(const struct echo_set *set, struct echo_pass *pass)
{
	vf low = { 0 }, high = { 0 }, power = { 0 };

	for (unsigned i = 0; i < pass->n_stretches; i++) {
		const struct echo_stretch *s = &pass->stretches[i];
		unsigned at = s->at;

		for (unsigned k = 0; k < s->n; k++) {
			unsigned p = s->part + k, older = s->older + k;
			vf x0 = far_re(set->far[at]), x1 = far_im(set->far[at]), *w = &set->taps[2 * p];

			w[0] += set->use[p] * far_re(set->far[older]) * set->step[0];
			w[1] += set->use[p] * far_im(set->far[older]) * set->step[1];
			low += w[0] * x0;
			high += w[1] * x1;
			power += set->use[p] * (x0 * x0 + x1 * x1);
			at = older;
		}
	}
	pass->echo[0] = low;
	pass->echo[1] = high;
	pass->doubt[0] = power;
}

/* A lane that does not learn has no step to come. */
LANES_INLINE void shadow_hold(struct echo_set *set, vf adapt, const unsigned n)
{
	for (unsigned i = 0; i < 2 * (n / SHADOW_STEP); i++)
		set->shadow_step[i] *= adapt;
}

/* Goes through the partitions that some lane keeps, and through the shadow's bins, or half of them, where some lane learns. */
LANES_INLINE void filter_pass(struct echo_set *set, struct echo_pass *pass, bool learns, const unsigned n)
{
	const size_t stride = (size_t)set->parts * 2;
	struct echo_bin bin;

	if (learns)
		shadow_fetch(set, n);
	bin_zero(set, pass);
	for (unsigned k = 1; k < n; k++) {
		const vf *share = set->use + k / (n / ECHO_BANDS) * set->parts;
		const struct echo_learn learn = { set->taps + k * stride, share, set->step + 2 * k, true };

		bin_pass(set, k, &learn, pass->stretches, pass->n_stretches, &bin);
		pass->echo[2 * k] = bin.re[0] - bin.re[1];
		pass->echo[2 * k + 1] = bin.im[0] + bin.im[1];
		pass->doubt[k] = bin.power;
	}
	for (unsigned i = 0; learns && i < n / SHADOW_STEP; i += set->shadow_every) {
		const struct echo_learn learn = { set->shadow + i * stride, NULL, set->shadow_step + 2 * i, false };

		bin_pass(set, SHADOW_FIRST + SHADOW_STEP * i, &learn, pass->all, pass->n_all, &bin);
		pass->shadow[2 * i] = bin.re[0] - bin.re[1];
		pass->shadow[2 * i + 1] = bin.im[0] + bin.im[1];
		pass->shadow_far[i] = bin.power;
	}
}

#endif
