/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A bench of LANES lines for the echo canceller: echo paths (those of G.168, and synthetic hybrids), near ends, and G.711
 * on both sides of the line.
 */
#ifndef TESTS_UNIT_DSP_ECHO_LINE_H
#define TESTS_UNIT_DSP_ECHO_LINE_H

#include <stdio.h>
#include <stdlib.h>

#include "dsp/echo.h"
#include "dsp/g711.h"
#include "tests/unit/dsp/echo_signal.h"

#define LINE_SAMPLES (40 * SECOND)
#define PATH_TAPS 1100
#define MODELS	  18
#define HYBRID_TAPS 64 /* of a synthetic one */

/* What benches are opened with. */
static enum lanes_build line_build;

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
	float (*far)[LINE_SAMPLES], (*near)[LINE_SAMPLES];   /* own: what is sent; what the near end says */
	float (*line)[LINE_SAMPLES], (*out)[LINE_SAMPLES];   /* own: what comes in; what comes out */
};

/* Adds an impulse response, of gain 1, times gain: model 2 to 9 is G.168's D.2 to D.9, 10 to 19 a hybrid made with a
 * fixed seed. */
static inline unsigned path_add(struct path *path, unsigned model, unsigned delay, double gain)
{
	float taps[G168_TAPS_MAX] = { 0 };
	unsigned n = HYBRID_TAPS;
	double mean = 0, sum = 0;

	if (model < 10) {
		for (n = G168_TAPS_MAX; g168_models[model - 2][n - 1] == 0;)
			n--;
		for (unsigned i = 0; i < n; i++)
			taps[i] = (float)g168_models[model - 2][i];
	} else {
		line_random = model * 77777 + 1;
		for (unsigned i = 0; i < n; i++)
			mean += taps[i] = (float)(line_gauss() * exp(-(double)i / 12));
		for (unsigned i = 0; i < n; i++)
			taps[i] -= (float)(mean / n);
	}
	for (unsigned i = 0; i < n; i++)
		sum += (double)taps[i] * taps[i];
	for (unsigned i = 0; i < n; i++)
		path->taps[delay + i] += (float)(taps[i] * gain / sqrt(sum));
	path->begin = path->end && path->begin < delay ? path->begin : delay;
	path->end = path->end > delay + n ? path->end : delay + n;
	return n;
}

static inline unsigned path_length(unsigned model)
{
	struct path path = { 0 };

	return path_add(&path, model, 0, 1);
}

/* Lane i: the models in turn, the latest echo ending with the tail. */
static inline void paths_make(struct bench *bench, unsigned first, unsigned tail, double erl_db)
{
	for (unsigned i = 0; i < LANES; i++) {
		unsigned model = 2 + (first + i) % MODELS;

		bench->path[i] = (struct path){ 0 };
		path_add(&bench->path[i], model, i * (tail - path_length(model)) / (LANES - 1), pow(10, -erl_db / 20));
	}
}

/* To each a second echo after the first, from somewhere in the network. */
static inline void paths_double(struct bench *bench, unsigned first, unsigned tail, double erl_db)
{
	for (unsigned i = 0; i < LANES; i++) {
		unsigned model = 2 + (first + i) % MODELS, end = bench->path[i].end, n = path_length(model);

		if (end + n <= tail)
			path_add(&bench->path[i], model, end + (tail - end - n) / 2, pow(10, -erl_db / 20));
	}
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
	const size_t octets = sizeof(float[LANES][LINE_SAMPLES]);

	memset(bench, 0, sizeof(*bench));
	bench->conf = (struct echo_conf){ taps, block, line_build };
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
	int16_t far[ECHO_BLOCK_MAX][LANES], near[ECHO_BLOCK_MAX][LANES];
	unsigned block = bench->conf.block;

	for (unsigned i = 0; i < LANES; i++)
		for (unsigned k = 0; k < block; k++) {
			line_sample(bench, i, bench->at + k);
			far[k][i] = (int16_t)bench->far[i][bench->at + k];
			near[k][i] = (int16_t)bench->line[i][bench->at + k];
		}
	echo_run(bench->echo, far, near, LANES_ALL);
	for (unsigned i = 0; i < LANES; i++)
		for (unsigned k = 0; k < block; k++)
			bench->out[i][bench->at + k] = near[k][i];
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

static inline struct reading read_lanes(float (*x)[LINE_SAMPLES], meter_fn *meter, double from_s, double to_s)
{
	struct reading reading = { -200, 0 };

	for (unsigned i = 0; i < LANES; i++) {
		double value = meter(x[i], from_s, to_s);

		reading.most = fmax(reading.most, value);
		reading.mean += value / LANES;
	}
	return reading;
}

/* Far: the composite source signal, another noise in each lane. */
static inline void far_css(struct bench *bench, double dbm0)
{
	for (unsigned i = 0; i < LANES; i++)
		css_make(bench->far[i], bench->n, dbm0, false, i + 1);
}

#endif
