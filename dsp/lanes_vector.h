/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The words that a lane template is written in. A file that builds a template defines LANES_WIDTH (1, 4, 8 or 16 lanes
 * in a vector) and includes this first. Width 1 is plain float: the same template for a channel alone. Memory need not
 * be aligned beyond its elements.
 */
#ifndef DSP_LANES_VECTOR_H
#define DSP_LANES_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && !defined(__clang__) && LANES_WIDTH == 8
#pragma GCC target("avx2,fma")
#elif defined(__x86_64__) && !defined(__clang__) && LANES_WIDTH == 16
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")
#endif

#if defined(__clang__)
/* everything is inlined: how wide vectors are passed does not matter */
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#define LANES_INLINE static inline __attribute__((always_inline, unused))

#if LANES_WIDTH == 1
typedef float vf;
typedef int32_t vi; /* 0 or -1 as a truth */

LANES_INLINE vf vf_load(const float *at)
{
	return *at;
}

LANES_INLINE void vf_store(float *at, vf v)
{
	*at = v;
}

LANES_INLINE vf vf_of_samples(const int16_t *at)
{
	return (float)*at;
}

LANES_INLINE vi vf_below(vf a, vf b)
{
	return -(a < b);
}

LANES_INLINE vf vf_select(vi truth, vf yes, vf no)
{
	return truth ? yes : no;
}

/* Bit i: the truth of lane i. */
LANES_INLINE uint32_t vi_bits(vi truth)
{
	return (uint32_t)truth & 1;
}
#else
typedef float vf __attribute__((vector_size(LANES_WIDTH * 4)));
typedef int32_t vi __attribute__((vector_size(LANES_WIDTH * 4)));
typedef int16_t vs __attribute__((vector_size(LANES_WIDTH * 2)));

LANES_INLINE vf vf_load(const float *at)
{
	vf v;

	memcpy(&v, at, sizeof(v));
	return v;
}

LANES_INLINE void vf_store(float *at, vf v)
{
	memcpy(at, &v, sizeof(v));
}

LANES_INLINE vf vf_of_samples(const int16_t *at)
{
	vs v;

	memcpy(&v, at, sizeof(v));
	return __builtin_convertvector(__builtin_convertvector(v, vi), vf);
}

LANES_INLINE vi vf_below(vf a, vf b)
{
	return a < b;
}

LANES_INLINE vf vf_select(vi truth, vf yes, vf no)
{
	return (vf)((truth & (vi)yes) | (~truth & (vi)no));
}

/* Bit i: the truth of lane i. */
LANES_INLINE uint32_t vi_bits(vi truth)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < LANES_WIDTH; i++)
		bits |= ((uint32_t)truth[i] & 1) << i;
	return bits;
}
#endif

#endif
