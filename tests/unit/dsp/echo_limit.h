/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Limits and arguments of the echo canceller's unit tests. */
#ifndef TESTS_UNIT_DSP_ECHO_LIMIT_H
#define TESTS_UNIT_DSP_ECHO_LIMIT_H

#include "tests/unit/cu.h"
#include "tests/unit/dsp/echo_line.h"

/* Tests are to take their full time. */
static bool line_long __attribute__((unused));

/* "long" and the name of a build (dsp/lanes.h) before other arguments. */
static inline void line_arguments(int *argc, char ***argv)
{
	line_build = lanes_best();
	for (; *argc > 1; (*argc)--, (*argv)++) {
		bool known = !strcmp((*argv)[1], "long");

		line_long |= known;
		for (unsigned build = 0; build < LANES_BUILDS; build++)
			if (!strcmp((*argv)[1], lanes_name((enum lanes_build)build)) && lanes_can((enum lanes_build)build)) {
				line_build = (enum lanes_build)build;
				known = true;
			}
		if (!known)
			break;
		(*argv)[1] = (*argv)[0];
	}
}

static inline void at_most(const char *what, double value, double limit)
{
	if (value > limit)
		fprintf(stderr, "%s: %.1f, at most %.1f\n", what, value, limit);
	CU_ASSERT(value <= limit);
}

#endif
