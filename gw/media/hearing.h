/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digits and signals heard in the audio of an end, on their way to the channel's other side and to core. The detectors tell
 * from which sample to which they last; who takes them as RFC 4733 events is told the same. Media thread.
 */
#ifndef MEDIA_HEARING_H
#define MEDIA_HEARING_H

#include "dsp/detect.h"
#include "dsp/dtmf.h"
#include "gw/media/pipeline.h"

struct heard {
	char symbol; /* 0: none is on */
	bool known;  /* start is that of the last one, on or over */
	bool leaves; /* as an event, and is to be taken out of the audio */
	uint32_t serial; /* on the other side */
	uint32_t start;	 /* its first sample, as the detector counts */
};

struct hearing {
	struct heard digit, signal;
};

/* The letter of a kind (enum media_signal); 0: it is not told of. */
char hearing_symbol(enum detect_kind kind);
/* What answers is a machine: the call is data. */
bool hearing_is_modem(enum detect_kind kind);
/* After a block, of a detector that has, suspects or just lost a digit; true: the block is to be silenced. */
bool hearing_digit(struct hearing *hearing, struct media_end *end, struct dtmf_span span, bool suspects);
/* The digit is not the one that was heard last. */
bool hearing_is_new(const struct hearing *hearing, const struct dtmf_span *span);
/* The digit of the span is told of by someone else: nothing comes of it here any more. */
void hearing_give_up(struct hearing *hearing, const struct dtmf_span *span);
/* An event of a detector. */
void hearing_signal(struct hearing *hearing, struct media_end *end, const struct detect_event *event);
/* A signal lasts, after a block that ends at now; true: it is to be silenced. */
bool hearing_lasts(struct hearing *hearing, struct media_end *end, uint32_t now);
/* Whatever is on ends with who hears it, at the samples that its detector has come to. */
void hearing_close(struct hearing *hearing, struct media_end *end, uint32_t digit_now, uint32_t signal_now);

#endif
