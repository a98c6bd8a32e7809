/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The echo canceller's lanes, for every processor. */
#define LANES_WIDTH 4
#include "dsp/echo_kernel.h"

const struct echo_kernel echo_kernel_base = ECHO_KERNEL;
