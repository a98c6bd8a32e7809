/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Continuity checks of circuits by the media engine: a channel of its own for each, with the timeslot as its only end. */
#ifndef PSTN_CHECK_MEDIA_H
#define PSTN_CHECK_MEDIA_H

#include "gw/call/leg.h"
#include "gw/pstn/isup_trunk.h"

/* For isup_trunk_env; engine is borrowed. */
struct isup_trunk_check check_media(struct media_engine *engine);

#endif
