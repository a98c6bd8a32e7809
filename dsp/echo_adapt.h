/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Template: how far each bin steps. The taps are estimated as by a Kalman filter (Enzner and Vary, "Frequency-domain
 * adaptive Kalman filter for acoustic echo control", 2006) with a diagonal covariance, of which there is one variance for
 * each band of 500 Hz; partitions share it by the root of their taps' energy, with a part that is the same for all,
 * as in proportionate filters. The step is that variance times far's power over the whole error's power, so that anything in
 * the error that far does not explain, near-end speech above all, makes it small at once without anyone deciding so.
 *
 * Such a filter, once sure, does not believe in a change of the line. Two observations raise the variance again:
 *   - the error, correlated with the echo that is taken away, is as negative as the echo is large: what is taken away is
 *     not there (any more). Near-end speech correlates with neither sign.
 *   - the shadow, whose memory is a quarter of a second, predicts a part of the error.
 */
#ifndef DSP_ECHO_ADAPT_H
#define DSP_ECHO_ADAPT_H

#include "dsp/echo_parts.h"

#define VARIANCE_START 2.0f   /* more than an echo path's gain: the tail is not filled yet */
#define VARIANCE_MAX   0.3f   /* of what the shadow raises */
#define VARIANCE_LEARN 0.2f   /* how much of what a step ought to tell is counted as known */
#define DRIFT	       3e-6f  /* growth of the variance per block, of the taps' energy ... */
#define DRIFT_BASE     1e-3f  /* ... and of this, where there are none */
#define SHARE_EVEN     0.8f   /* of the variance, the same for all partitions */
#define SMOOTH	       0.7f   /* the error's power from block to block */
#define FAR_FLOOR      6.4e4f /* power of far in a bin */
#define FAR_IDLE       2e4f  /* mean power of far, without 0 Hz, at about -62 dBm0: G.711's silence teaches nothing */
#define FAR_LEAKS      0.05f  /* of far's mean power in the band: less in a bin is what leaks there from others */
#define CHANGE_FADE    0.8f
#define CHANGE_LIMIT   0.25f /* correlation coefficient, negative, that tells of a change */
#define MEAN_PACE      1.2e-4f /* per sample: of means over a second */
#define SHADOW_PACE    0.25f /* of 1,024 taps; less with fewer, for the same memory */
#define SHADOW_FADE_32 0.975f
#define SHADOW_FADE_64 0.95f
#define SHADOW_NOISE   4.0f
#define SHADOW_LIMIT   0.15f /* of the error, predicted */
#define TAPS_FLOOR     1e-12f /* power */
#define TINY	       1e-12f /* keeps what fades away from denormal numbers */

/*
 * Power of far in a bin that does not count. The transform has no window, so that a tone is in every bin a little; taps that
 * are learnt there serve no other signal, and grow without end.
 */
LANES_INLINE vf far_leaks(const struct echo_pass *pass, const unsigned n)
{
	vf sum = { 0 };

	for (unsigned band = 0; band < ECHO_BANDS; band++)
		sum += pass->far[band];
	return sum * (FAR_LEAKS / (float)n) + FAR_FLOOR;
}

/* The part of the error that the shadow has predicted lately. */
LANES_INLINE vf shadow_adapt(struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	const float pace = SHADOW_PACE * (float)(set->parts * n) / ECHO_TAPS_MAX;
	const float fade = n == 32 ? SHADOW_FADE_32 : SHADOW_FADE_64;
	vf predicted = { 0 };

	for (unsigned i = 0; i < n / SHADOW_STEP; i += set->shadow_every) {
		const vf *e = pass->error + 2 * (SHADOW_FIRST + SHADOW_STEP * i);
		/* of two blocks, as far's spectra are; in an even bin the older one comes with the same sign */
		vf er = e[0] + set->shadow_error[2 * i], ei = e[1] + set->shadow_error[2 * i + 1];
		vf pr = pass->shadow[2 * i], pi = pass->shadow[2 * i + 1], power = er * er + ei * ei;
		vf far = pass->shadow_far[i], all = far + pass->leaks * (float)set->parts;

		set->shadow_error[2 * i] = e[0];
		set->shadow_error[2 * i + 1] = e[1];
		set->shadow_hit[i] += pass->adapt * (set->shadow_hit[i] * (fade - 1) + (er * pr + ei * pi) + TINY);
		set->shadow_all[i] += pass->adapt * (set->shadow_all[i] * (fade - 1) + power + TINY);
		predicted += set->shadow_hit[i] * far / ((set->shadow_all[i] + ERROR_FLOOR * (float)n) * all);
		/* what has no part in far must not blow it up while far is silent */
		all = pass->adapt * pace / (all + SHADOW_NOISE * vf_max(set->shadow_all[i] * (1 - fade), power));
		set->shadow_step[2 * i] = (er - pr) * all;
		set->shadow_step[2 * i + 1] = (ei - pi) * all;
	}
	return predicted * ((float)set->shadow_every / (float)(n / SHADOW_STEP));
}

/* No lane learns: the shadow has not run. */
LANES_INLINE vf shadow_rest(struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	vf none = { 0 };

	for (unsigned i = 0; i < n / SHADOW_STEP; i++)
		for (unsigned part = 0; part < 2; part++) {
			set->shadow_error[2 * i + part] = pass->error[2 * (SHADOW_FIRST + SHADOW_STEP * i) + part];
			set->shadow_step[2 * i + part] = none;
		}
	return none;
}

/* The bins between begin to rest, or are run again: nothing of before is to be learnt in them. */
LANES_INLINE void shadow_choose(struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	unsigned every = vi_bits(vf_below((vf){ 0 }, pass->adapt) & ~set->sure) ? 1 : 2;

	if (every == set->shadow_every)
		return;
	set->shadow_every = every;
	for (unsigned i = 1; i < n / SHADOW_STEP; i += 2)
		for (unsigned part = 0; part < 2; part++) {
			set->shadow_error[2 * i + part] = pass->error[2 * (SHADOW_FIRST + SHADOW_STEP * i) + part];
			set->shadow_step[2 * i + part] = (vf){ 0 };
		}
}

/* The square of how much of the echo taken away is not there; 0 where nothing is certain. */
LANES_INLINE vf change_find(struct echo_set *set, const struct echo_pass *pass, const unsigned n)
{
	vf ye = { 0 }, yy = { 0 }, ee = { 0 }, none = { 0 }, ratio;
	vi certain;

	for (unsigned k = 1; k < n; k++) {
		vf weight = 1.0f / (pass->doubt[k] + FAR_FLOOR), yr = pass->echo[2 * k], yi = pass->echo[2 * k + 1];

		ye += (yr * pass->error[2 * k] + yi * pass->error[2 * k + 1]) * weight;
		yy += (yr * yr + yi * yi) * weight;
		ee += pass->power[k] * weight;
	}
	set->echo_error += pass->adapt * (set->echo_error * (CHANGE_FADE - 1) + ye + TINY);
	set->echo_echo += pass->adapt * (set->echo_echo * (CHANGE_FADE - 1) + yy + TINY);
	set->error_error += pass->adapt * (set->error_error * (CHANGE_FADE - 1) + ee + TINY);
	certain = vf_below(set->echo_error, none) &
		  vf_below(set->echo_echo * set->error_error * (CHANGE_LIMIT * CHANGE_LIMIT),
			   set->echo_error * set->echo_error);
	/* half of the spectrum's echo is wrapped around */
	ratio = set->echo_error / (0.5f * set->echo_echo);
	return vf_select(certain, vf_min(ratio * ratio, none + 1.0f), none);
}

/* One band's shares a block, in turn: its taps' powers do not change faster. */
LANES_INLINE void shares_set(struct echo_set *set)
{
	const vf *power = set->tap_power + set->band * set->parts;
	vf *share = set->share + set->band * set->parts, *use = set->use + set->band * set->parts, focus = { 0 },
	   total = { 0 }, roots = { 0 }, none = { 0 }, by_taps;
	const float even = SHARE_EVEN / (float)set->parts;

	for (unsigned p = 0; p < set->parts; p++) {
		total += power[p];
		share[p] = vf_root(power[p] + TAPS_FLOOR);
		roots += share[p];
	}
	set->weight[set->band] = total;
	by_taps = (1 - SHARE_EVEN) / roots;
	set->rest[set->band] = even + by_taps * vf_root(none + TAPS_FLOOR);
	for (unsigned p = 0; p < set->parts; p++) {
		share[p] = even + by_taps * share[p];
		focus += share[p] * share[p];
		use[p] = vf_select((set->kept >> p & 1) == 1, share[p], none);
	}
	set->focus[set->band] = focus;
	set->band = (set->band + 1) % ECHO_BANDS;
}

/* The band's variance for this block, its steps, and the variance for the next block; its expected echo. */
LANES_INLINE vf band_adapt(struct echo_set *set, unsigned band, const struct echo_pass *pass, const unsigned n)
{
	const unsigned bins = n / ECHO_BANDS, first = band * bins;
	vf variance = set->variance[band], weight = set->weight[band], none = { 0 };
	vf power = none, far = band ? pass->far[band] : pass->far[band] + pass->doubt[0], known = none;

	for (unsigned k = first; k < first + bins; k++)
		power += pass->power[k];
	set->far_mean[band] += pass->adapt * (MEAN_PACE * (float)n) * (far - set->far_mean[band]);
	set->error_mean[band] += pass->adapt * (MEAN_PACE * (float)n) * (power - set->error_mean[band]);
	variance = vf_max(variance, pass->change * weight);
	/* the error is of one block in a transform of two */
	variance = vf_max(variance, vf_min(pass->missed * power * 2.0f / (far + FAR_FLOOR * (float)bins),
					   none + VARIANCE_MAX));
	for (unsigned k = first; k < first + bins; k++) {
		vf now = pass->power[k], doubt = variance * pass->doubt[k], all = doubt + variance * pass->leaks;

		if (k > 1 && k < n - 1)
			now = 0.5f * now + 0.25f * (pass->power[k - 1] + pass->power[k + 1]);
		set->smooth[k] = SMOOTH * set->smooth[k] + (1 - SMOOTH) * pass->power[k];
		all = 1.0f / (all + vf_max(set->smooth[k], now) + ERROR_FLOOR * (float)n);
		known += doubt * all;
		all *= variance * pass->adapt;
		set->step[2 * k] = pass->error[2 * k] * all;
		set->step[2 * k + 1] = pass->error[2 * k + 1] * all;
	}
	known *= VARIANCE_LEARN / (float)bins * set->focus[band];
	set->variance[band] = variance + pass->adapt * (DRIFT * (weight + DRIFT_BASE) - variance * vf_min(known, none + 1.0f));
	return variance * far;
}

#endif
