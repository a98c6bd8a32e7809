/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digit maps (RFC 3435 2.1.5): which digits make a complete number, such as "[2-9]xxxxxx|0[1-9]xxxxxxxxT". Alternatives
 * are separated by |, all of them may stand in parentheses; x is a digit from 0 to 9, [13-5] one of those, * # and A to E
 * are themselves, a dot repeats what is before it any number of times, none included; T at the end of an alternative asks
 * to wait for a pause. A pure function of the digits; no memory of its own, any thread.
 */
#ifndef BASE_DIGIT_MAP_H
#define BASE_DIGIT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "gw/base/str.h"

#define DIGIT_MAP_STEPS 256 /* of all alternatives together, an end for each included */

struct digit_map {
	unsigned n;
	struct digit_map_step {
		enum { DIGIT_MAP_DIGIT, DIGIT_MAP_END, DIGIT_MAP_END_TIMED } kind;
		uint32_t digits; /* bits by DIGIT_MAP_SYMBOLS */
		bool repeats;
		bool begins; /* an alternative */
	} step[DIGIT_MAP_STEPS];
};

#define DIGIT_MAP_SYMBOLS "0123456789*#ABCDE"

enum digit_map_match {
	DIGIT_MAP_NEVER,    /* no alternative begins so */
	DIGIT_MAP_MORE,	    /* digits are missing */
	DIGIT_MAP_ENOUGH,   /* complete if no more digits come */
	DIGIT_MAP_COMPLETE, /* no digit may follow */
};

/* 0, -EINVAL with the place in text where it is wrong, or -E2BIG: more than DIGIT_MAP_STEPS. map NULL: only checks. */
int digit_map_parse(struct digit_map *map, const char *text, unsigned *wrong_at) __attribute__((warn_unused_result));
/* A digit that is no symbol fits nothing. */
enum digit_map_match digit_map_match(const struct digit_map *map, struct str digits);

#endif
