/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Channels in SIMD lanes: sample k of LANES channels lies side by side, and one instruction serves several of them. The
 * same template is built for the processor's plain vectors, for AVX2 and for AVX-512; who makes a lane group names the
 * build, usually lanes_best(). Results of the builds differ by rounding only.
 */
#ifndef DSP_LANES_H
#define DSP_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANES	  16
#define LANES_ALL ((1u << LANES) - 1)

enum lanes_build { LANES_BASE, LANES_AVX2, LANES_AVX512, LANES_BUILDS };

/* This processor can run it. */
bool lanes_can(enum lanes_build build);
/* The widest that this processor can run. */
enum lanes_build lanes_best(void);
const char *lanes_name(enum lanes_build build);

/* n samples of each channel side by side; from[lane] NULL: silence. to has n rows. */
void lanes_interleave(int16_t (*to)[LANES], const int16_t *const from[LANES], size_t n);

/* And back: n samples of each channel; to[lane] NULL: not wanted. */
void lanes_separate(int16_t *const to[LANES], const int16_t (*from)[LANES], size_t n);
/* The lanes whose bits are set; the others get silence, or (merge) stay as they are in to. */
void lanes_mask(int16_t (*to)[LANES], const int16_t (*from)[LANES], uint32_t lanes, size_t n);
void lanes_merge(int16_t (*to)[LANES], const int16_t (*from)[LANES], uint32_t lanes, size_t n);
/* Bit n: the two are not the same in lane n. */
uint32_t lanes_differ(const int16_t (*a)[LANES], const int16_t (*b)[LANES], size_t n);

#endif
