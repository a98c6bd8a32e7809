/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Lanes and changes of bearers, between core and the media thread. Core thread. */
#ifndef MEDIA_BEARER_SET_H
#define MEDIA_BEARER_SET_H

#include "gw/media/engine.h"

/* A lane for such a bearer, no group where it needs none. -EINVAL, -ENOMEM. */
int lane_take(struct engine_span *span, const struct media_bearer_params *params, struct lane_place *place);
/* The thread does not have it any more; the last of a group frees it. */
void lane_give(struct engine_span *span, const struct lane_place *place);
/* The thread has done as asked: frees it, with the lane that it gave back. */
void bearer_changed(struct bearer_change *change);

#endif
