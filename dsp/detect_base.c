/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The detectors' scan in lanes, for every processor. */
#define LANES_WIDTH 4
#define BANK_STRIDE LANES
#include "dsp/detect_lanes.h"

const struct bank_build bank_build_base = { scan_dtmf, scan_single };
