/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The cause tables of a published profile against a second transcription. Behind `causeway selftest rfc3398` and others. */
#ifndef SELFTEST_CAUSES_H
#define SELFTEST_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* There is a transcription of that profile, by the name that a trunk's configuration calls it. */
bool causes_known(const char *profile);
/* "cause 31" or "status 480", expected, ours (0: never mapped), pass or fail; one a line, separated by tabs. How many
 * failed; a profile that is not known: one. */
size_t causes_print(const char *profile, FILE *out);

#endif
