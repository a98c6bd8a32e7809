/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway tones: the countries whose tones there are, or the tones of one. */
#ifndef MAIN_TONES_H
#define MAIN_TONES_H

#include <stdio.h>

/* country NULL: all of them by name. Returns an exit status: 1 when there is no such country, after telling those there are. */
int tones_run(FILE *out, const char *country);

#endif
