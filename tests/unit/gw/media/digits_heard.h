/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits in octets, whole, as a detector of their own hears them. */
#ifndef TESTS_UNIT_GW_MEDIA_DIGITS_HEARD_H
#define TESTS_UNIT_GW_MEDIA_DIGITS_HEARD_H

#include "dsp/dtmf.h"
#include "dsp/g711.h"

/* Their number; text, of cap octets, is what they are. */
static inline unsigned digits_heard(enum g711_law law, const uint8_t *octets, size_t n, char *text, size_t cap)
{
	struct dtmf_detector detector;
	unsigned digits = 0;
	char now = 0;

	dtmf_detector_init(&detector);
	for (size_t at = 0; at + 40 <= n; at += 40) {
		int16_t linear[40];
		char digit;

		g711_expand(law, linear, octets + at, 40);
		digit = dtmf_detector_hear(&detector, linear, 40);
		if (digit && digit != now && digits + 1 < cap)
			text[digits++] = digit;
		now = digit;
	}
	text[digits] = '\0';
	return digits;
}

#endif
