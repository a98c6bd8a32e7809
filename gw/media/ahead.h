/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Thousands of channels do not fit the processor's caches. While one has its turn, the memory of those that come after it
 * is asked for, in steps: each tells where that of the next one lies. Media thread.
 */
#ifndef MEDIA_AHEAD_H
#define MEDIA_AHEAD_H

#include "gw/media/pipeline.h"

/* How many channels before its own turn, so that it is there by then. */
extern const unsigned ahead_channels[AHEAD_STEPS];

void ahead_fetch(const struct pipeline *pipeline, enum ahead_step step, const struct round *round);

#endif
