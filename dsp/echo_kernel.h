/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Template: a build of the echo canceller's lane part. The file that includes it, once, sets LANES_WIDTH. */
#ifndef DSP_ECHO_KERNEL_H
#define DSP_ECHO_KERNEL_H

#include "dsp/echo_adapt.h"
#include "dsp/echo_output.h"

static size_t set_rows(const struct echo_shape *shape)
{
	size_t bins = shape->block, parts = shape->parts, ring = parts + 1;

	return bins * (ring + 2 * parts + 2 * parts / SHADOW_STEP) + ECHO_BANDS * (3 * parts + ring) + parts;
}

static size_t set_octets(const struct echo_shape *shape)
{
	size_t octets = sizeof(struct echo_set) + set_rows(shape) * sizeof(vf);

	return (octets + ECHO_ALIGN - 1) / ECHO_ALIGN * ECHO_ALIGN;
}

/* All vectors lie in one piece, from previous on. */
static float *set_lane(struct echo_set *set, unsigned lane)
{
	return (float *)(void *)set->previous + lane;
}

static void set_reset(struct echo_set *set, unsigned lane)
{
	float *at = set_lane(set, lane);
	uint32_t seed = (lane + 1) * 0x9e3779b9u, all = parts_all(set);

	for (size_t i = 0; i < set->rows; i++)
		at[i * LANES_WIDTH] = 0;
	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		((float *)(void *)&set->variance[band])[lane] = VARIANCE_START;
		((float *)(void *)&set->focus[band])[lane] = ((float *)(void *)&set->rest[band])[lane] =
			1.0f / (float)set->parts;
	}
	for (unsigned i = 0; i < ECHO_BANDS * set->parts; i++)
		((float *)(void *)&set->share[i])[lane] = ((float *)(void *)&set->use[i])[lane] =
			1.0f / (float)set->parts;
	memcpy((int32_t *)(void *)&set->random + lane, &seed, sizeof(seed));
	memcpy((int32_t *)(void *)&set->kept + lane, &all, sizeof(all));
}

static void set_init(struct echo_set *set, const struct echo_shape *shape)
{
	const size_t bins = shape->block, parts = shape->parts, ring = parts + 1;
	vf *rows = (vf *)(void *)(set + 1);

	memset(set, 0, sizeof(*set));
	set->block = shape->block;
	set->parts = shape->parts;
	set->ring = shape->parts + 1;
	set->shadow_every = 1;
	set->far = (vi *)(void *)rows;
	set->taps = rows + bins * ring;
	set->shadow = set->taps + bins * parts * 2;
	set->share = set->shadow + bins / SHADOW_STEP * parts * 2;
	set->use = set->share + ECHO_BANDS * parts;
	set->tap_power = set->use + ECHO_BANDS * parts;
	set->tap_energy = set->tap_power + ECHO_BANDS * parts;
	set->far_power = set->tap_energy + parts;
	set->rows = (size_t)((vi *)(set->far_power + ECHO_BANDS * ring) - set->previous);
	for (unsigned lane = 0; lane < LANES_WIDTH; lane++)
		set_reset(set, lane);
}

/* What plain C decides on: mean squares, and the sums with 2100 Hz of far and near. */
LANES_INLINE void signals_measure(struct echo_signals *signals, unsigned first, const vf *far, const vf *near,
				  const float (*wave)[2], const unsigned n)
{
	const vf *x[2] = { far, near };
	const float share = 1.0f / (float)n;

	for (unsigned d = 0; d < 2; d++) {
		vf power = { 0 }, cosine = { 0 }, sine = { 0 };

		for (unsigned i = 0; i < n; i++) {
			power += x[d][i] * x[d][i];
			cosine += x[d][i] * wave[i][0];
			sine += x[d][i] * wave[i][1];
		}
		vf_store((d ? signals->near : signals->far) + first, power * share);
		vf_store(signals->tone[d][0] + first, cosine);
		vf_store(signals->tone[d][1] + first, sine);
	}
}

/* The error's spectrum: of n zeros and the n samples of near without echo. */
LANES_INLINE void error_make(struct echo_signals *signals, unsigned first, const vf *near, const vf *echo, vf *spectrum,
			     const unsigned n)
{
	vf x[2 * ECHO_BLOCK_MAX], error = { 0 }, all = { 0 };

	for (unsigned i = 0; i < n; i++) {
		vf e = near[i] - echo[i];

		x[i] = (vf){ 0 };
		x[n + i] = e;
		error += e * e;
		all += echo[i] * echo[i];
	}
	vf_store(signals->error + first, error * (1.0f / (float)n));
	vf_store(signals->echo + first, all * (1.0f / (float)n));
	fft_forward(spectrum, x, n);
}

/* What the error tells: how far each band's taps step. Returns what the filter expects of the error to be echo. */
LANES_INLINE vf learn(struct echo_set *set, struct echo_pass *pass, bool heard, const unsigned n)
{
	vf none = { 0 }, expected = { 0 };

	pass->power[0] = pass->error[0] * pass->error[0] + pass->error[1] * pass->error[1];
	for (unsigned k = 1; k < n; k++)
		pass->power[k] = pass->error[2 * k] * pass->error[2 * k] +
				pass->error[2 * k + 1] * pass->error[2 * k + 1];
	pass->change = change_find(set, pass, n) * pass->adapt;
	pass->missed = heard ? shadow_adapt(set, pass, n) * pass->adapt : shadow_rest(set, pass, n);
	pass->missed = vf_select(vf_below(none + SHADOW_LIMIT, pass->missed), pass->missed, none);
	for (unsigned band = 0; band < ECHO_BANDS; band++)
		expected += band_adapt(set, band, pass, n);
	parts_keep(set, pass, n);
	shadow_choose(set, pass, n);
	filter_constrain(set, pass, n);
	shares_set(set);
	return expected;
}

LANES_INLINE void cancel(struct echo_set *set, unsigned first, struct echo_work *work,
			 const struct echo_controls *controls, struct echo_signals *signals, const unsigned n)
{
	vf far[ECHO_BLOCK_MAX], near[ECHO_BLOCK_MAX], x[2 * ECHO_BLOCK_MAX], expected;
	struct echo_pass pass;
	vi heard, none = { 0 };
	bool learns;

	for (unsigned i = 0; i < n; i++) {
		far[i] = vf_of_samples(&work->far[i][first]);
		near[i] = vf_of_samples(&work->near[i][first]);
	}
	far_turn(set, &pass);
	filter_fetch(set, &pass, n);
	signals_measure(signals, first, far, near, echo_2100 + work->phase, n);
	far_run(set, &pass, far, n);
	pass.leaks = far_leaks(&pass, n);
	heard = vf_below((vf)none + (FAR_LEAKS * FAR_IDLE + FAR_FLOOR), pass.leaks);
	pass.adapt = vf_select(heard, vf_load(controls->adapt + first), (vf)none);
	shadow_hold(set, pass.adapt, n);
	pass.power = (vf *)(void *)(work->power + (size_t)first * n);
	learns = vi_bits(vf_below((vf)none, pass.adapt)) != 0;
	filter_pass(set, &pass, learns, n);
	fft_backward(x, pass.echo, 2, n);
	memcpy(work->echo + (size_t)first * n, x + n, n * sizeof(vf));
	error_make(signals, first, near, x + n, pass.error, n);
	expected = vf_select(heard, learn(set, &pass, learns, n), (vf)none);
	vf_store(signals->change + first, pass.change);
	/* of a transform of two blocks, half of whose bins are held */
	vf_store(signals->expected + first, expected * (0.5f / (float)(n * n)));
	vf_store(signals->background + first, set->background * (1.0f / (float)(n * n)));
}

static void set_cancel(struct echo_set *set, unsigned first, struct echo_work *work,
		       const struct echo_controls *controls, struct echo_signals *signals)
{
	if (set->block == 32)
		cancel(set, first, work, controls, signals, 32);
	else
		cancel(set, first, work, controls, signals, 64);
}

static void set_finish(struct echo_set *set, unsigned first, struct echo_work *work,
		       const struct echo_controls *controls)
{
	if (set->block == 32)
		output_make(set, first, work, controls, 32);
	else
		output_make(set, first, work, controls, 64);
}

static void set_taps(const struct echo_set *set, unsigned lane, struct echo_taps *taps)
{
	*taps = (struct echo_taps){ 0 };
	for (unsigned p = 0; p < set->parts; p++)
		taps->energy[p] = set->tap_energy[p][lane];
	for (unsigned band = 0; band < ECHO_BANDS; band++) {
		taps->weight += set->weight[band][lane] / ECHO_BANDS;
		taps->variance += set->variance[band][lane] / ECHO_BANDS;
	}
}

#define ECHO_KERNEL { LANES_WIDTH, set_octets, set_init, set_reset, set_cancel, set_finish, set_taps }

#endif
