/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The ISUP conformance test: the cases of Q.784.1, each played against our ISUP by a script of raw octets that stands for
 * the other signalling point, on an injected clock. Behind `causeway selftest q784` and the unit test of the same name.
 */
#ifndef SELFTEST_Q784_H
#define SELFTEST_Q784_H

#include <stddef.h>
#include <stdio.h>

#define Q784_COUNT 167

enum q784_verdict { Q784_PASS, Q784_FAIL, Q784_NOT_APPLICABLE };

struct q784_result {
	const char *number, *group, *title; /* literals, Q.784.1's */
	enum q784_verdict verdict;
	char reason[400]; /* of a failure: step, what was expected, what came; or why it does not apply */
};

/* Plays the case of that place in the list, 0 to Q784_COUNT - 1. */
void q784_play(size_t at, struct q784_result *result);
/* Plays all: number, title, verdict and reason, one a line, separated by tabs. How many failed. */
size_t q784_print(FILE *out);

#endif
