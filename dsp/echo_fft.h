/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Template (after LANES_WIDTH is set): the transforms of 2n real samples in each lane, n being 32 or 64. A spectrum has n
 * complex numbers, real and imaginary part side by side; the first is the real pair of 0 Hz and 4,000 Hz. Inside is a
 * complex transform of n numbers, radix 4 (and once 2), decimated in frequency on the way there and in time on the way
 * back, so that neither has to reorder: the step between complex and real transform does. */
#ifndef DSP_ECHO_FFT_H
#define DSP_ECHO_FFT_H

#include "dsp/lanes_vector.h"
/* the vector words come first: they choose the instruction set */
#include "dsp/echo_lane.h"

#define TURNS 128 /* in echo_turn */

struct fft_twiddle {
	float r[3], i[3];
};

/* The j-th of the first three powers of a root of unity of order span; sign -1 on the way there. */
LANES_INLINE struct fft_twiddle fft_twiddle(unsigned j, unsigned span, float sign)
{
	struct fft_twiddle w;

	for (unsigned p = 0; p < 3; p++) {
		w.r[p] = echo_turn[(p + 1) * j * (TURNS / span)][0];
		w.i[p] = sign * echo_turn[(p + 1) * j * (TURNS / span)][1];
	}
	return w;
}

/* Four numbers a quarter apart, before the twiddles. */
LANES_INLINE void fft_four(vf *a, vf *b, vf *c, vf *d, float sign)
{
	vf sum0r = a[0] + c[0], sum0i = a[1] + c[1], dif0r = a[0] - c[0], dif0i = a[1] - c[1];
	vf sum1r = b[0] + d[0], sum1i = b[1] + d[1];
	vf dif1r = sign < 0 ? b[1] - d[1] : d[1] - b[1]; /* -i (b - d), or i (b - d) */
	vf dif1i = sign < 0 ? d[0] - b[0] : b[0] - d[0];

	a[0] = sum0r + sum1r;
	a[1] = sum0i + sum1i;
	b[0] = dif0r + dif1r;
	b[1] = dif0i + dif1i;
	c[0] = sum0r - sum1r;
	c[1] = sum0i - sum1i;
	d[0] = dif0r - dif1r;
	d[1] = dif0i - dif1i;
}

LANES_INLINE void fft_times(vf *z, float wr, float wi)
{
	vf r = z[0] * wr - z[1] * wi;

	z[1] = z[0] * wi + z[1] * wr;
	z[0] = r;
}

LANES_INLINE void fft_pairs(vf *z, const unsigned n)
{
	for (unsigned at = 0; at < 2 * n; at += 4)
		for (unsigned part = 0; part < 2; part++) {
			vf a = z[at + part], b = z[at + 2 + part];

			z[at + part] = a + b;
			z[at + 2 + part] = a - b;
		}
}

/* One pass of radix 4 over blocks of span. */
LANES_INLINE void fft_pass(vf *z, const unsigned n, const unsigned span, const float sign)
{
	const unsigned quarter = span / 2; /* of span complex numbers, in vectors */

	for (unsigned j = 0; j < span / 4; j++) {
		const struct fft_twiddle w = fft_twiddle(j, span, sign);

		for (unsigned at = 2 * j; at < 2 * n; at += 2 * span) {
			vf a[2] = { z[at], z[at + 1] };
			vf b[2] = { z[at + quarter], z[at + quarter + 1] };
			vf c[2] = { z[at + 2 * quarter], z[at + 2 * quarter + 1] };
			vf d[2] = { z[at + 3 * quarter], z[at + 3 * quarter + 1] };

			if (sign > 0 && span > 4) {
				fft_times(b, w.r[0], w.i[0]);
				fft_times(c, w.r[1], w.i[1]);
				fft_times(d, w.r[2], w.i[2]);
			}
			fft_four(a, b, c, d, sign);
			if (sign < 0 && span > 4) {
				fft_times(b, w.r[0], w.i[0]);
				fft_times(c, w.r[1], w.i[1]);
				fft_times(d, w.r[2], w.i[2]);
			}
			z[at] = a[0];
			z[at + 1] = a[1];
			z[at + quarter] = b[0];
			z[at + quarter + 1] = b[1];
			z[at + 2 * quarter] = c[0];
			z[at + 2 * quarter + 1] = c[1];
			z[at + 3 * quarter] = d[0];
			z[at + 3 * quarter + 1] = d[1];
		}
	}
}

LANES_INLINE void fft_there(vf *spectrum, vf *x, const unsigned n)
{
	const uint8_t *order = n == 32 ? echo_order_32 : echo_order_64;

	fft_pass(x, n, n, -1);
	fft_pass(x, n, n / 4, -1);
	if (n == 32)
		fft_pairs(x, n);
	else
		fft_pass(x, n, 4, -1);
	spectrum[0] = x[0] + x[1];
	spectrum[1] = x[0] - x[1];
	for (unsigned k = 1; k <= n / 2; k++) {
		const vf *p = x + 2 * order[k], *q = x + 2 * order[n - k];
		float wr = echo_turn[k * (TURNS / 2) / n][0] * 0.5f;
		float wi = -echo_turn[k * (TURNS / 2) / n][1] * 0.5f;
		vf even_r = (p[0] + q[0]) * 0.5f, even_i = (p[1] - q[1]) * 0.5f;
		vf odd_r = p[1] + q[1], odd_i = q[0] - p[0]; /* -i (p - conj q) */
		vf turned_r = odd_r * wr - odd_i * wi, turned_i = odd_r * wi + odd_i * wr;

		spectrum[2 * k] = even_r + turned_r;
		spectrum[2 * k + 1] = even_i + turned_i;
		spectrum[2 * (n - k)] = even_r - turned_r;
		spectrum[2 * (n - k) + 1] = turned_i - even_i;
	}
}

LANES_INLINE void fft_back(vf *x, const vf *spectrum, size_t stride, const unsigned n)
{
	const uint8_t *order = n == 32 ? echo_order_32 : echo_order_64;
	const float scale = 0.5f / (float)n;

	x[0] = (spectrum[0] + spectrum[1]) * scale;
	x[1] = (spectrum[0] - spectrum[1]) * scale;
	for (unsigned k = 1; k <= n / 2; k++) {
		const vf *p = spectrum + k * stride, *q = spectrum + (n - k) * stride;
		vf *to = x + 2 * order[k], *mirror = x + 2 * order[n - k];
		float wr = echo_turn[k * (TURNS / 2) / n][0] * scale;
		float wi = echo_turn[k * (TURNS / 2) / n][1] * scale;
		vf even_r = (p[0] + q[0]) * scale, even_i = (p[1] - q[1]) * scale;
		vf odd_r = p[0] - q[0], odd_i = p[1] + q[1];
		vf turned_r = -(odd_r * wi + odd_i * wr), turned_i = odd_r * wr - odd_i * wi;

		mirror[0] = even_r - turned_r;
		mirror[1] = turned_i - even_i;
		to[0] = even_r + turned_r;
		to[1] = even_i + turned_i;
	}
	if (n == 32)
		fft_pairs(x, n);
	else
		fft_pass(x, n, 4, 1);
	fft_pass(x, n, n / 4, 1);
	fft_pass(x, n, n, 1);
}

static __attribute__((noinline)) void fft_there_32(vf *spectrum, vf *x)
{
	fft_there(spectrum, x, 32);
}

static __attribute__((noinline)) void fft_there_64(vf *spectrum, vf *x)
{
	fft_there(spectrum, x, 64);
}

static __attribute__((noinline)) void fft_back_32(vf *x, const vf *spectrum, size_t stride)
{
	fft_back(x, spectrum, stride, 32);
}

static __attribute__((noinline)) void fft_back_64(vf *x, const vf *spectrum, size_t stride)
{
	fft_back(x, spectrum, stride, 64);
}

/* x: 2n samples, which are destroyed. */
LANES_INLINE void fft_forward(vf *spectrum, vf *x, const unsigned n)
{
	if (n == 32)
		fft_there_32(spectrum, x);
	else
		fft_there_64(spectrum, x);
}

/* Takes the spectrum's i-th number from spectrum[i * stride]. */
LANES_INLINE void fft_backward(vf *x, const vf *spectrum, size_t stride, const unsigned n)
{
	if (n == 32)
		fft_back_32(x, spectrum, stride);
	else
		fft_back_64(x, spectrum, stride);
}

#endif
