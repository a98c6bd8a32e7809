/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The detectors' scan for a channel alone. */
#define LANES_WIDTH 1
#define BANK_STRIDE 1
#include "dsp/detect_lanes.h"

const struct bank_build bank_build_one = { scan_dtmf, scan_single };
