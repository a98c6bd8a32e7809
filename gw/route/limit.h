/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A token bucket: so many calls a second, so many at once. Time is the caller's. */
#ifndef ROUTE_LIMIT_H
#define ROUTE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limit {
	unsigned rate;	   /* a second; 0: no limit */
	unsigned burst;	   /* 0: as many as the rate */
	uint64_t at_us;	   /* when tokens were counted */
	uint64_t level;   /* of tokens, a million parts each */
	bool begun;
};

/* Sets what it allows; tokens that are there stay, as far as they fit. */
void limit_set(struct limit *limit, unsigned rate, unsigned burst);
/* Whether a token is there. */
bool limit_has(struct limit *limit, uint64_t now_us);
/* Takes one; limit_has was true. */
void limit_take(struct limit *limit);

#endif
