/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The echo canceller's lanes, for AVX2. */
#if defined(__x86_64__)
#define LANES_WIDTH 8
#include "dsp/echo_kernel.h"

const struct echo_kernel echo_kernel_avx2 = ECHO_KERNEL;
#endif
