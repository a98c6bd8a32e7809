/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Tones as RFC 4733 section 4 describes them: up to four frequencies added, modulated in amplitude, and reversed in
 * phase for answer tones (V.25, V.8). A sample follows from its place on a time axis alone, so that pieces made one by
 * one, from packets of which some are missing, join without a step.
 */
#ifndef DSP_TONE_MIX_H
#define DSP_TONE_MIX_H

#include <stddef.h>
#include <stdint.h>

#define TONE_MIX_FREQUENCIES 4

struct tone_mix {
	uint16_t hz[TONE_MIX_FREQUENCIES]; /* 0: none; all 0: silence */
	float dbm0;			   /* of the whole, unmodulated */
	uint16_t modulation_third_hz;	   /* in 1/3 Hz; 0: none */
	uint8_t depth_percent;		   /* of the modulation */
	uint16_t reversal_ms;		   /* between reversals; 0: none */
};

/*
 * n samples from the place at on of the time axis. since: how long the tone has lasted then; its phase is reversed at its
 * beginning and from time to time after.
 */
void tone_mix_render(const struct tone_mix *mix, uint32_t at, uint32_t since, int16_t *linear, size_t n);

#endif
