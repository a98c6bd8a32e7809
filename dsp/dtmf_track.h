/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A lane in which the scan saw two tones: is it a digit, from where to where? Private to the DTMF detector. */
#ifndef DSP_DTMF_TRACK_H
#define DSP_DTMF_TRACK_H

#include "dsp/detect_bank.h"
#include "dsp/dtmf.h"

/* A sub-block of one lane, and what the scan saw in it. */
struct dtmf_look {
	struct bank_lane lane;
	const int16_t *samples; /* borrow: the first of the lane, stride lane.stride */
	uint32_t now;		/* position of its end */
	bool sign;		/* two strong tones: */
	uint8_t low, high;
};

void dtmf_track_step(struct dtmf_track *track, const struct dtmf_look *look);

#endif
