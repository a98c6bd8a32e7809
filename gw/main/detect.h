/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway detect: the E1 and T1 cards of this machine, a configuration to begin with, and what is wrong with DAHDI's. */
#ifndef GW_MAIN_DETECT_H
#define GW_MAIN_DETECT_H

#include <stddef.h>
#include <stdio.h>

#include "tdm/dahdi_detect.h"

/* Prints; everything but the configuration as comments, so that the whole is a configuration file. Exit status: 0 when
 * there is a span and nothing is wrong, else 1. */
int detect_run(FILE *out);
/* The same from data; address is this machine's for SIP and RTP. How many faults there are. */
size_t detect_print(FILE *out, const struct tdm_dahdi *found, const char *address);

#endif
