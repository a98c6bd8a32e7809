/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The cause tables of RFC 3398 against a second transcription. Behind `causeway selftest rfc3398`. */
#ifndef SELFTEST_RFC3398_H
#define SELFTEST_RFC3398_H

#include <stddef.h>
#include <stdio.h>

/* "cause 31" or "status 480", expected, ours (0: never mapped), pass or fail; one a line, separated by tabs. How many
 * failed. */
size_t rfc3398_print(FILE *out);

#endif
