/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: far's spectra, their power, and the memory that the filter is about to need. Where the lines are known, few
 * partitions of each bin are gone through, and single bins of the shadow: a processor, which finds what follows one after
 * the other by itself, is told where they are, while it transforms.
 */
#ifndef DSP_ECHO_FAR_H
#define DSP_ECHO_FAR_H

#include "dsp/echo_set.h"

#define PARTS_FEW 8 /* with more, it is one after the other */

/* What some lane keeps. */
LANES_INLINE uint32_t parts_kept(const struct echo_set *set)
{
	uint32_t kept = 0;

	for (unsigned i = 0; i < LANES_WIDTH; i++)
		kept |= (uint32_t)set->kept[i];
	return kept;
}

/* Another block: where far's spectra are, and which of them are gone through. */
LANES_INLINE void far_turn(struct echo_set *set, struct echo_pass *pass)
{
	set->newest = set->newest ? set->newest - 1 : set->ring - 1;
	pass->n_all = stretches_make(set, parts_all(set), pass->all);
	pass->n_stretches = stretches_make(set, parts_kept(set), pass->stretches);
}

LANES_INLINE void filter_fetch(const struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	if (__builtin_popcount(parts_kept(set)) > PARTS_FEW)
		return;
	for (unsigned k = 0; k < n; k++) {
		const vi *x = set->far + (size_t)k * set->ring;
		const vf *taps = set->taps + (size_t)k * set->parts * 2;

		lines_fetch(x + set->newest, sizeof(*x));
		for (const struct echo_stretch *s = pass->stretches; s != pass->stretches + pass->n_stretches; s++) {
			lines_fetch(x + s->at, sizeof(*x));
			lines_fetch(x + s->older, s->n * sizeof(*x));
			lines_fetch(taps + (size_t)s->part * 2, s->n * 2 * sizeof(*taps));
		}
	}
}

LANES_INLINE void shadow_fetch(const struct echo_set *set, const unsigned n)
{
	const size_t stride = (size_t)set->parts * 2;

	for (unsigned i = 0; set->shadow_every > 1 && i < n / SHADOW_STEP; i += set->shadow_every) {
		const vi *x = set->far + (size_t)(SHADOW_FIRST + SHADOW_STEP * i) * set->ring;

		lines_fetch(x, set->ring * sizeof(*x));
		lines_fetch(set->shadow + i * stride, stride * sizeof(vf));
	}
}

/* Sums drift by what is rounded: one of them a block is made afresh. */
LANES_INLINE void far_sum(struct echo_set *set, unsigned band, unsigned left)
{
	const vf *power = set->far_power + band * set->ring;
	vf sum = { 0 };

	for (unsigned at = 0; at < set->ring; at++)
		sum += power[at];
	set->far_sum[band] = sum - power[left];
}

/* Far's power in a band, of the newest block, then of all partitions by their shares. */
LANES_INLINE vf far_power(struct echo_set *set, const struct echo_pass *pass, unsigned band, const vf *spectrum,
			  const unsigned n)
{
	const vf *use = set->use + band * set->parts;
	vf *power = set->far_power + band * set->ring, sum = { 0 }, some = { 0 }, shared = { 0 }, none = { 0 };
	const unsigned bins = n / ECHO_BANDS, left = set->newest ? set->newest - 1 : set->ring - 1;

	for (unsigned k = band * bins + !band; k < (band + 1) * bins; k++)
		sum += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
	power[set->newest] = sum;
	set->far_sum[band] += sum - power[left];
	for (const struct echo_stretch *s = pass->stretches; s != pass->stretches + pass->n_stretches; s++)
		for (unsigned i = 0, at = s->at; i < s->n; at = s->older + i++) {
			vf share = use[s->part + i];

			some += vf_select(vf_below(none, share), power[at], none);
			shared += share * power[at];
		}
	if (band == set->band)
		far_sum(set, band, left);
	return shared + set->rest[band] * vf_max(set->far_sum[band] - some, none);
}

LANES_INLINE void far_run(struct echo_set *set, struct echo_pass *pass, const vf *far, const unsigned n)
{
	vf x[2 * ECHO_BLOCK_MAX], spectrum[2 * ECHO_BLOCK_MAX];

	memcpy(x + n, far, n * sizeof(vf));
	for (unsigned i = 0; i < n / 2; i++) {
		vi first = __builtin_convertvector(far[i], vi), second = __builtin_convertvector(far[n / 2 + i], vi);

		x[i] = __builtin_convertvector(set->previous[i] << 16 >> 16, vf);
		x[n / 2 + i] = __builtin_convertvector(set->previous[i] >> 16, vf);
		set->previous[i] = (first & 0xffff) | second << 16;
	}
	fft_forward(spectrum, x, n);
	for (unsigned k = 0; k < n; k++)
		set->far[(size_t)k * set->ring + set->newest] = far_pack(spectrum[2 * k], spectrum[2 * k + 1]);
	for (unsigned band = 0; band < ECHO_BANDS; band++)
		pass->far[band] = far_power(set, pass, band, spectrum, n);
}

#endif
