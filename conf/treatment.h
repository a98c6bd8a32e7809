/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What callers hear of calls that are not answered, as struct conf has it: whose tones, and what in their place. */
#ifndef CONF_TREATMENT_H
#define CONF_TREATMENT_H

#include <stddef.h>
#include <stdint.h>

#define CONF_TREATMENT_CAUSES_MAX 16

struct conf_tones { /* tones { } */
	char *country;	  /* "itu" or the letters of a country */
	uint32_t time_ms; /* of a failure's tone before the release */
};

/*
 * treatment { }: a WAV file's path, or "tone": the tone of the country; NULL: by the section around it, and for want of
 * any ringback is the tone and failures are not told of in band.
 */
struct conf_treatment {
	char *ringback, *busy, *congestion, *unobtainable;
	char *causes[CONF_TREATMENT_CAUSES_MAX]; /* cause = {"20 /absent.wav", "21 tone", "34 none"}: before the kinds */
	size_t n_causes;
};

#endif
