/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The detectors' scan in lanes, for AVX2. */
#if defined(__x86_64__)
#define LANES_WIDTH 8
#define BANK_STRIDE LANES
#include "dsp/detect_lanes.h"

const struct bank_build bank_build_avx2 = { scan_dtmf, scan_single };
#endif
