/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A bench of LANES lines for the echo canceller: signals with fixed seeds, echo paths (those of G.168, and synthetic
 * hybrids), G.711 on both sides of the line, and the level meter of G.168 (35 ms). Levels are in dBm0; samples of a line
 * are numbers as in 16 bits.
 */
#ifndef TESTS_UNIT_DSP_ECHO_LINE_H
#define TESTS_UNIT_DSP_ECHO_LINE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/echo.h"
#include "dsp/g711.h"
#include "tests/vectors/g168/models.h"

#define SECOND	  8000
#define LINE_MAX  (40 * SECOND)
#define PATH_TAPS 1100
#define CSS_PERIOD 2800

struct path {
	unsigned begin, end; /* taps that are not 0 */
	float taps[PATH_TAPS];
};

struct bench {
	enum g711_law law;
	struct echo_conf conf;
	struct echo_lane_conf lane;
	size_t n, at; /* samples of the run; done so far */
	struct echo *echo;
	void *memory; /* own */
	float cubic;  /* of the hybrid, at full scale */
	struct path path[LANES];
	float (*far)[LINE_MAX], (*near)[LINE_MAX];   /* own: what is sent; what the near end says */
	float (*line)[LINE_MAX], (*out)[LINE_MAX];   /* own: what comes in; what comes out */
};

static uint64_t line_random;

static inline double line_uniform(void)
{
	line_random = line_random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (double)(int64_t)line_random / 9223372036854775808.0;
}

static inline double line_gauss(void)
{
	double sum = 0;

	for (unsigned i = 0; i < 12; i++)
		sum += line_uniform();
	return sum / 2;
}

static inline double rms_of(double dbm0)
{
	return sqrt(2.5246e8 * pow(10, dbm0 / 10));
}

static inline double dbm0_of(double mean_square)
{
	return 10 * log10(mean_square / 2.5246e8 + 1e-12);
}

static inline double level_of(const float *x, double from_s, double to_s)
{
	size_t from = (size_t)(from_s * SECOND), to = (size_t)(to_s * SECOND);
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += (double)x[i] * x[i];
	return dbm0_of(sum / (double)(to - from));
}

/* Highest reading of G.168's level meter within a time. */
static inline double peak_of(const float *x, double from_s, double to_s)
{
	double meter = 0, peak = 0, rate = 1 - exp(-1 / (0.035 * SECOND));
	size_t from = (size_t)(from_s * SECOND), to = (size_t)(to_s * SECOND);

	for (size_t i = from > SECOND ? from - SECOND : 0; i < to; i++) {
		meter += ((double)x[i] * x[i] - meter) * rate;
		if (i >= from && meter > peak)
			peak = meter;
	}
	return dbm0_of(peak);
}

static inline void scale_to(float *x, size_t n, double dbm0, bool active)
{
	double sum = 0, most = 0;
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(x[i]));
	for (size_t i = 0; i < n; i++)
		if (!active || fabs(x[i]) > most * 1e-4) {
			sum += (double)x[i] * x[i];
			used++;
		}
	sum = rms_of(dbm0) / sqrt(sum / (double)used);
	for (size_t i = 0; i < n; i++)
		x[i] *= (float)sum;
}

/* G.168's composite source signal, or the one for double talk: voiced, noise with a slope of speech, pause. */
static inline void css_make(float *x, size_t n, double dbm0, bool second, uint64_t seed)
{
	const int *table = second ? g168_css_c3 : g168_css_c1;
	size_t table_n = second ? sizeof(g168_css_c3) / sizeof(int) : sizeof(g168_css_c1) / sizeof(int);
	size_t voiced = second ? 582 : 389, noisy = 1600, all = second ? 3200 : CSS_PERIOD;
	double slope = 0, pass = 0, before = 0, sign = 1;

	line_random = seed;
	for (size_t i = 0; i < n; i++) {
		size_t t = i % all;
		double y = 0, at = fmod((double)t * 44100 / 8000, (double)table_n);

		if (t == 0)
			sign = -sign;
		slope = 0.6 * slope + 2400 * line_gauss();
		if (t < voiced)
			y = table[(size_t)at] + (at - floor(at)) * (table[((size_t)at + 1) % table_n] - table[(size_t)at]);
		else if (t < voiced + noisy)
			y = sign * slope;
		pass = 0.9 * (pass + y - before);
		before = y;
		x[i] = t < voiced + noisy ? (float)pass : 0;
	}
	scale_to(x, n, dbm0, true);
}

/* A made-up voice: pulses and noise through two resonances, in syllables and pauses of random length. */
static inline void voice_make(float *x, size_t n, double dbm0, uint64_t seed)
{
	double y[2] = { 0 }, z[2] = { 0 }, phase = 0, period = 60, drift = 0, f1 = 500, f2 = 1500, loud = 0, target = 0;
	int left = 0, voiced = 1;

	line_random = seed;
	for (size_t i = 0; i < n; i++) {
		double in, out;

		if (left-- <= 0) {
			left = 400 + (int)(fabs(line_uniform()) * 1600);
			target = line_uniform() < -0.4 ? 0 : 0.2 + fabs(line_uniform());
			voiced = line_uniform() > -0.4;
			f1 = 300 + 500 * fabs(line_uniform());
			f2 = 900 + 1500 * fabs(line_uniform());
			period = 35 + 50 * fabs(line_uniform());
			drift = line_uniform() * 0.004;
		}
		loud += (target - loud) * 0.01;
		period += drift;
		phase += 1;
		in = (voiced ? 0.3 : 2) * line_gauss();
		if (voiced && phase >= period) {
			phase -= period;
			in += 20;
		}
		phase = phase > 200 ? 0 : phase;
		in *= loud;
		out = in + 1.94 * cos(2 * M_PI * f1 / SECOND) * y[0] - 0.9409 * y[1];
		y[1] = y[0];
		y[0] = out;
		in = (voiced ? 0.1 * out : in) + 1.9 * cos(2 * M_PI * f2 / SECOND) * z[0] - 0.9025 * z[1];
		z[1] = z[0];
		z[0] = in;
		x[i] = (float)in;
	}
	scale_to(x, n, dbm0, true);
}

/* pole 0: white; 0.8: like the noise of a room (Hoth). */
static inline void noise_make(float *x, size_t n, double dbm0, double pole, uint64_t seed)
{
	double y = 0;

	line_random = seed;
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(y = pole * y + line_gauss());
	scale_to(x, n, dbm0, false);
}

static inline void tone_add(float *x, size_t n, double hz, double dbm0)
{
	double peak = rms_of(dbm0) * sqrt(2);

	for (size_t i = 0; i < n; i++)
		x[i] += (float)(peak * sin(2 * M_PI * hz * (double)i / SECOND));
}

static inline void path_scale(struct path *path, double erl_db)
{
	double sum = 0;

	for (unsigned i = path->begin; i < path->end; i++)
		sum += (double)path->taps[i] * path->taps[i];
	sum = pow(10, -erl_db / 20) / sqrt(sum);
	for (unsigned i = path->begin; i < path->end; i++)
		path->taps[i] *= (float)sum;
}

/* model 2 to 9 is G.168's D.2 to D.9, 10 to 19 a hybrid made with a fixed seed. */
static inline void path_make(struct path *path, unsigned model, unsigned delay, double erl_db)
{
	unsigned taps = 64;
	double mean = 0;

	memset(path, 0, sizeof(*path));
	path->begin = delay;
	if (model < 10) {
		for (taps = G168_TAPS_MAX; g168_models[model - 2][taps - 1] == 0;)
			taps--;
		for (unsigned i = 0; i < taps; i++)
			path->taps[delay + i] = (float)g168_models[model - 2][i];
	} else {
		line_random = model * 77777 + 1;
		for (unsigned i = 0; i < taps; i++)
			mean += path->taps[delay + i] = (float)(line_gauss() * exp(-(double)i / 12));
		mean /= taps;
		for (unsigned i = 0; i < taps; i++)
			path->taps[delay + i] -= (float)mean;
	}
	path->end = delay + taps;
	path_scale(path, erl_db);
}

/* Lane i: the models in turn, delays from 0 to delay_max samples. */
static inline void paths_make(struct bench *bench, unsigned first, unsigned delay_max, double erl_db)
{
	for (unsigned i = 0; i < LANES; i++)
		path_make(&bench->path[i], 2 + (first + i) % 18, i * delay_max / (LANES - 1), erl_db);
}

static inline float coded(enum g711_law law, double x)
{
	int16_t linear = (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : lrint(x));

	return law == G711_A ? g711_a_linear[g711_a_octet(linear)] : g711_mu_linear[g711_mu_octet(linear)];
}

static inline void *bench_get(size_t octets)
{
	void *memory = aligned_alloc(ECHO_ALIGN, (octets + ECHO_ALIGN - 1) / ECHO_ALIGN * ECHO_ALIGN);

	if (!memory)
		abort();
	memset(memory, 0, octets);
	return memory;
}

static inline void bench_set_lanes(struct bench *bench, const struct echo_lane_conf *conf)
{
	for (unsigned i = 0; i < LANES; i++)
		echo_lane_set(bench->echo, i, conf);
}

/* A canceller anew, and n samples of silence to be filled. */
static inline void bench_open(struct bench *bench, unsigned taps, unsigned block, double seconds)
{
	const size_t octets = sizeof(float[LANES][LINE_MAX]);

	memset(bench, 0, sizeof(*bench));
	bench->conf = (struct echo_conf){ taps, block, lanes_best() };
	bench->memory = bench_get(echo_octets(&bench->conf));
	bench->echo = echo_init(bench->memory, &bench->conf);
	bench->n = (size_t)(seconds * SECOND);
	bench->far = calloc(1, octets);
	bench->near = calloc(1, octets);
	bench->line = calloc(1, octets);
	bench->out = calloc(1, octets);
	if (!bench->far || !bench->near || !bench->line || !bench->out)
		abort();
}

static inline void bench_close(struct bench *bench)
{
	free(bench->memory);
	free(bench->far);
	free(bench->near);
	free(bench->line);
	free(bench->out);
}

static inline double hybrid(const struct bench *bench, double x)
{
	double at = x / 32256;

	return x * (1 - bench->cubic * at * at);
}

/* One sample of a line: far is coded on its way out, what comes back on its way in. */
static inline void line_sample(struct bench *bench, unsigned i, size_t t)
{
	const struct path *path = &bench->path[i];
	double sum = bench->near[i][t];

	bench->far[i][t] = coded(bench->law, bench->far[i][t]);
	for (unsigned k = path->begin; k < path->end && k <= t; k++)
		sum += path->taps[k] * (bench->cubic != 0 ? hybrid(bench, bench->far[i][t - k]) : bench->far[i][t - k]);
	bench->line[i][t] = coded(bench->law, sum);
}

static inline void bench_block(struct bench *bench)
{
	int16_t far[LANES][ECHO_BLOCK_MAX], near[LANES][ECHO_BLOCK_MAX], *out[LANES];
	const int16_t *far_at[LANES], *near_at[LANES];
	unsigned block = bench->conf.block;

	for (unsigned i = 0; i < LANES; i++) {
		for (unsigned k = 0; k < block; k++) {
			line_sample(bench, i, bench->at + k);
			far[i][k] = (int16_t)bench->far[i][bench->at + k];
			near[i][k] = (int16_t)bench->line[i][bench->at + k];
		}
		far_at[i] = far[i];
		near_at[i] = out[i] = near[i];
	}
	echo_run(bench->echo, far_at, near_at, out);
	for (unsigned i = 0; i < LANES; i++)
		for (unsigned k = 0; k < block; k++)
			bench->out[i][bench->at + k] = near[i][k];
	bench->at += block;
}

/* Up to this time. */
static inline void bench_run(struct bench *bench, double until_s)
{
	while (bench->at + bench->conf.block <= bench->n && (double)bench->at < until_s * SECOND)
		bench_block(bench);
}

/* Highest and mean of a reading over all lanes. */
struct reading {
	double most, mean;
};

typedef double meter_fn(const float *x, double from_s, double to_s);

static inline struct reading read_lanes(float (*x)[LINE_MAX], meter_fn *meter, double from_s, double to_s)
{
	struct reading reading = { -200, 0 };

	for (unsigned i = 0; i < LANES; i++) {
		double value = meter(x[i], from_s, to_s);

		reading.most = fmax(reading.most, value);
		reading.mean += value / LANES;
	}
	return reading;
}

#endif
