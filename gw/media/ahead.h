/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Thousands of channels do not fit the processor's caches. While one has its round, the memory of those that come after it
 * is asked for, in steps: each tells where that of the next one lies. Media thread.
 */
#ifndef MEDIA_AHEAD_H
#define MEDIA_AHEAD_H

#include "gw/media/pipeline.h"

enum ahead_step {
	AHEAD_PIPELINE,
	AHEAD_ENDS,
	AHEAD_STATE,
	AHEAD_OCTETS,
	AHEAD_STEPS
};

#define AHEAD_EACH 2 /* channels between two steps: their rounds take longer than memory does */

/* The one whose round is so many channels ahead, (AHEAD_STEPS - step) * AHEAD_EACH; none is skipped. */
void ahead_fetch(const struct pipeline *pipeline, enum ahead_step step, const struct round *round);

#endif
