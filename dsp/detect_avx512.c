/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The detectors' scan in lanes, for AVX-512. */
#if defined(__x86_64__)
#define LANES_WIDTH 16
#define BANK_STRIDE LANES
#include "dsp/detect_lanes.h"

const struct bank_build bank_build_avx512 = { scan_dtmf, scan_single };
#endif
