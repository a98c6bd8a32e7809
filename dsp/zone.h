/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Call-progress tones by country: the tables of libtonezone, and those that ITU-T E.180 recommends where no country is
 * named. Never changed once read.
 */
#ifndef DSP_ZONE_H
#define DSP_ZONE_H

#include <stddef.h>

#include "dsp/cadence.h"

enum zone_tone {
	ZONE_DIAL,
	ZONE_RINGBACK,
	ZONE_BUSY,
	ZONE_CONGESTION,
	ZONE_UNOBTAINABLE, /* special information tone */
	ZONE_CALL_WAITING,
	ZONE_RECORD,	   /* the call is recorded */
	ZONE_DIAL_RECALL,  /* a second dial tone */
	ZONE_STUTTER,	   /* a dial tone that tells of waiting messages */
	ZONE_TONES
};

struct zone {
	const char *country; /* "de"; "itu" */
	const char *name;    /* "Germany" */
	struct cadence tone[ZONE_TONES];
};

extern const struct zone zone_itu;

/* By the letters of its country; NULL: there is none. The first call of this and the next reads the tables and must
 * not meet another one. */
const struct zone *zone_find(const char *country);
/* One after the other from 0; NULL: no more. */
const struct zone *zone_get(size_t index);
/* "ringback" */
const char *zone_tone_name(enum zone_tone tone);

#endif
