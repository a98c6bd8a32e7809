/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The two-wire end of a subscriber's line: what is sent to it comes back, as the echo path of ITU-T G.168 annex D is
 * shaped: flat delay, a few milliseconds of dispersion, and the loss of the hybrid. Audio thread.
 */
#ifndef EXCHANGE_HYBRID_H
#define EXCHANGE_HYBRID_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"

#define HYBRID_TAPS	    16
#define HYBRID_DELAY_MAX_MS 120
#define HYBRID_PAST	    1024 /* samples: the delay and the taps */

struct hybrid {
	enum g711_law law;
	unsigned delay;		   /* samples */
	float taps[HYBRID_TAPS];   /* all 0: there is no hybrid */
	int16_t past[HYBRID_PAST]; /* heard */
	size_t at;
};

/* erl_db: echo return loss for a flat spectrum; 0: no echo. */
void hybrid_open(struct hybrid *hybrid, enum g711_law law, unsigned erl_db, unsigned delay_ms);
/* Adds to the n octets that are sent what comes back of those that were heard. */
void hybrid_block(struct hybrid *hybrid, const uint8_t *heard, uint8_t *octets, size_t n);

#endif
