/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The echo canceller that a bearer's span has of its own (tdm_span_echo), in place of ours: it is off where ours would be,
 * and works as one for data while the channel is voice-band data. Core thread.
 */
#ifndef MEDIA_SPAN_ECHO_H
#define MEDIA_SPAN_ECHO_H

#include "gw/media/media.h"

struct span_echo {
	bool vbd;	    /* the channel is voice-band data */
	struct media_echo now[2]; /* MEDIA_ECHO_NONE: the side has no such canceller; of ends that are gone, the last */
};

/* Anything of the channel may have changed. */
void span_echo_review(struct media_channel *channel);
/* What the channel's ends hear was found to be voice-band data, or is no more. */
void span_echo_event(struct media_channel *channel, const struct media_event *event);

#endif
