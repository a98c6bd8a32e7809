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

#define LANES 16

enum lanes_build { LANES_BASE, LANES_AVX2, LANES_AVX512, LANES_BUILDS };

/* This processor can run it. */
bool lanes_can(enum lanes_build build);
/* The widest that this processor can run. */
enum lanes_build lanes_best(void);
const char *lanes_name(enum lanes_build build);

/* n samples of each channel side by side; from[lane] NULL: silence. to has n rows. */
void lanes_interleave(int16_t (*to)[LANES], const int16_t *const from[LANES], size_t n);

#endif
