/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Signals for the echo canceller's tests, with fixed seeds: those of G.168 (composite source signals, tones), noise, a
 * made-up voice; and the level meter of G.168 (35 ms). Levels are in dBm0; samples are numbers as in 16 bits.
 */
#ifndef TESTS_UNIT_DSP_ECHO_SIGNAL_H
#define TESTS_UNIT_DSP_ECHO_SIGNAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/vectors/g168/models.h"

#define SECOND	  8000
#define CSS_PERIOD 2800

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

/* 2100 Hz with phase reversals every 450 ms and amplitude modulation (V.8) where asked for. */
static inline void answer_add(float *x, size_t n, double dbm0, bool reversals, bool modulated)
{
	double peak = rms_of(dbm0) * sqrt(2);

	for (size_t i = 0; i < n; i++) {
		double y = peak * sin(2 * M_PI * 2100 * (double)i / SECOND);

		if (modulated)
			y *= 1 + 0.2 * sin(2 * M_PI * 15 * (double)i / SECOND);
		x[i] += (float)(reversals && i / 3600 % 2 ? -y : y);
	}
}

#endif
