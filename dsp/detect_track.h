/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A lane in which the scan saw a pure tone or V.21: what is it, from where to where? Private to the detector. */
#ifndef DSP_DETECT_TRACK_H
#define DSP_DETECT_TRACK_H

#include "dsp/detect.h"
#include "dsp/detect_bank.h"

/* A sub-block of one lane. */
struct detect_look {
	struct bank_lane lane;
	uint8_t number;	   /* of the lane */
	uint8_t strongest; /* pure tone of the bank */
	bool pure;	   /* it is nearly all there is */
	bool fsk;	   /* V.21's two frequencies are much of what there is */
	uint32_t now;	   /* position of its end */
};

struct detect_events {
	struct detect_event *at; /* borrow */
	size_t n;
};

void detect_pure_step(struct detect_pure *pure, const struct detect_look *look, struct detect_events *events);
void detect_flags_step(struct detect_flags *flags, const struct detect_look *look, struct detect_events *events);

static inline void detect_tell(struct detect_events *events, enum detect_kind kind, bool begins, uint8_t lane,
			       uint32_t at)
{
	events->at[events->n++] = (struct detect_event){ kind, begins, lane, at };
}

#endif
