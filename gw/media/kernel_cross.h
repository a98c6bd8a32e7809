/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Two bearers of a channel joined by the driver of their spans (tdm_span_cross_connect), where nothing here needs to hear
 * or say anything: octets then take a millisecond or two and not the engine's lead. The engine goes on reading and writing
 * as ever, which the driver passes over, so that it takes over at any moment. Core thread.
 */
#ifndef MEDIA_KERNEL_CROSS_H
#define MEDIA_KERNEL_CROSS_H

#include <stdbool.h>

#include "gw/media/media.h"

struct kernel_cross {
	struct {
		bool hear, speak;
		bool plays;  /* a tone or a sound */
		bool digits; /* were sent to its circuit, which stays with the engine */
	} side[2];
	bool watched; /* for silence */
	bool refused; /* the spans have no such thing */
	bool on;
};

/* Anything of the channel may have changed. */
void kernel_cross_review(struct media_channel *channel);
void kernel_cross_end(struct media_channel *channel);

#endif
