/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: the filter's partitions. One of them a block in turn is constrained to the first half of its impulse response,
 * and its taps are weighed: an echo path has few that count, and a line that is known is gone through where they are. A lane
 * that may have more to learn goes through all of its partitions; the shadow always does. Where the set goes through a
 * partition for other lanes, this lane's taps and share of it are 0; only in how many bins the shadow looks is for all of them.
 */
#ifndef DSP_ECHO_PARTS_H
#define DSP_ECHO_PARTS_H

#include "dsp/echo_filter.h"

/*
 * While a line is learnt, chance fills partitions that have no echo. Of those whose taps are not above a part of what is
 * not known of them, nothing is kept, until it is known well: the taps of an echo path are few.
 */
#define CHANCE	     0.01f /* of the variance */
#define CHANCE_UNTIL 0.003f /* of variance to weight */

/*
 * A partition counts whose echo is above this part of all and, of a line that is known, above what is not known of it, or
 * would be heard in what is left of all: what far says lately weighs the bands, as those it leaves out are not known. The
 * taps of others fade, which lets an echo grow again if there is one, until they are below these parts of both.
 */
#define KEPT_LEAST   3e-6f
#define KEPT_UNKNOWN 0.25f
#define KEPT_ECHO    0.02f /* of the error lately, in power */
#define KEPT_FADE    0.5f /* each time that the partition is constrained */
#ifndef SURE		   /* a test that compares with a filter that is never sure has its own */
#define SURE	     1e-3f /* variance to weight: where nothing is learnt beside the partitions kept ... */
#endif
#define SURE_NONE    2e-4f /* ... and without an echo */
#define ERROR_FLOOR  50.0f /* mean square of the error that always counts as noise: G.711's */

/* Taps of a partition that do not count fade; the partition whose taps have faded is no longer gone through. */
LANES_INLINE void part_keep(struct echo_set *set, unsigned p, vf *spectrum, vi counts, vi faded, const unsigned n)
{
	vf none = { 0 }, factor = vf_select(counts, none + 1.0f, vf_select(faded, none, none + KEPT_FADE));

	if (vi_bits(counts) == (1u << LANES_WIDTH) - 1)
		return;
	for (unsigned i = 0; i < 2 * n; i++)
		spectrum[i] *= factor;
	set->tap_energy[p] *= factor * factor;
	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		vf *power = &set->tap_power[band * set->parts + p], *use = &set->use[band * set->parts + p];
		vf before = *power;

		*power *= factor * factor;
		set->weight[band] = vf_max(set->weight[band] - before + *power, none);
		*use = vf_select(counts | ~faded, *use, none);
	}
	set->kept &= counts | ~faded | ~(int32_t)(1u << p);
}

/* The power of one partition's taps in each band; chance is taken away. learnt: lanes that keep it anyway. */
LANES_INLINE void taps_measure(struct echo_set *set, unsigned p, vf *spectrum, vi learnt, const unsigned n)
{
	const unsigned bins = n / ECHO_BANDS;
	vf none = { 0 }, all = none, unknown = none, echo = none, error = none;

	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		vf sum = none, *power = &set->tap_power[band * set->parts + p], far = set->far_mean[band];
		vf variance = set->variance[band], share = variance * set->share[band * set->parts + p];
		vi chance = vf_below(set->weight[band] * CHANCE_UNTIL, variance);

		for (unsigned k = band * bins; k < (band + 1) * bins; k++)
			sum += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
		sum *= 1.0f / (float)bins;
		chance &= vf_below(sum, share * CHANCE);
		for (unsigned k = 2 * band * bins; k < 2 * (band + 1) * bins; k++)
			spectrum[k] = vf_select(chance, none, spectrum[k]);
		sum = vf_select(chance, none, sum);
		set->weight[band] = vf_max(set->weight[band] + sum - *power, none);
		*power = sum;
		echo += sum * far;
		all += set->weight[band] * far;
		unknown += share * far;
		error += set->error_mean[band];
	}
	unknown = vf_select(set->sure, unknown, none);
	all = vf_max(all * KEPT_LEAST, KEPT_UNKNOWN * unknown);
	learnt |= vf_below(KEPT_ECHO * error, echo);
	part_keep(set, p, spectrum, learnt | vf_below(vf_max(all, unknown), echo), ~vf_below(all, echo), n);
}

LANES_INLINE void filter_constrain(struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	const size_t stride = (size_t)set->parts * 2;
	vf *taps, x[2 * ECHO_BLOCK_MAX], spectrum[2 * ECHO_BLOCK_MAX], energy = { 0 };

	set->turn = set->turn + 1 == set->parts ? 0 : set->turn + 1;
	if (!(parts_kept(set) >> set->turn & 1))
		return;
	taps = set->taps + (size_t)set->turn * 2;
	fft_backward(x, taps, stride, n);
	for (unsigned i = 0; i < n; i++)
		energy += x[i] * x[i];
	memset(x + n, 0, n * sizeof(vf));
	set->tap_energy[set->turn] = energy;
	fft_forward(spectrum, x, n);
	taps_measure(set, set->turn, spectrum, ~set->sure & vf_below((vf){ 0 }, pass->adapt), n);
	for (unsigned k = 0; k < n; k++)
		memcpy(taps + k * stride, spectrum + 2 * k, 2 * sizeof(vf));
}

/* Steps that were measured by some partitions are to be those of all. */
LANES_INLINE void steps_widen(struct echo_set *set, unsigned band, const struct echo_pass *pass, vi lanes,
			      const unsigned n)
{
	const unsigned bins = n / ECHO_BANDS, first = band * bins;
	vf variance = set->variance[band], some = { 0 }, none = { 0 }, error = none + ERROR_FLOOR, factor;

	for (unsigned k = first; k < first + bins; k++) {
		some += pass->doubt[k];
		error += pass->power[k];
	}
	factor = (variance * some + error) / (variance * vf_max(pass->far[band], some) + error);
	factor *= factor * factor; /* less than that in single bins */
	for (unsigned i = 2 * first; i < 2 * (first + bins); i++)
		set->step[i] = vf_select(lanes, factor * set->step[i], set->step[i]);
}

/* A lane in which more may be learnt than what is known of the partitions it keeps, or of whose error the shadow knows a
 * part, goes through all of them again. */
LANES_INLINE void parts_keep(struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	const int32_t all = (int32_t)parts_all(set);
	vf unknown = { 0 }, allowed = { 0 }, none = { 0 };
	vi learns = vf_below(none, pass->adapt), again;

	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		unknown += set->variance[band] * pass->far[band];
		allowed += (set->weight[band] * SURE + SURE_NONE) * pass->far[band];
	}
	set->sure = (learns & vf_below(unknown, allowed) & ~vf_below(none, pass->missed)) |
		    (~learns & set->sure);
	again = learns & ~set->sure & (set->kept != all);
	if (!vi_bits(again))
		return;
	set->kept |= again & all;
	for (unsigned band = 0; band < ECHO_BANDS; band++)
		steps_widen(set, band, pass, again, n);
	for (unsigned i = 0; i < ECHO_BANDS * set->parts; i++)
		set->use[i] = vf_select(again, set->share[i], set->use[i]);
}

#endif
