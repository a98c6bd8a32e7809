/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A recorded sound: its octets in both laws, made ready on the core thread and never changed after that, so that any
 * number of channels play it. Whoever holds it is counted; media_sound_load and the verbs are in gw/media/media.h.
 */
#ifndef MEDIA_SOUND_H
#define MEDIA_SOUND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"

struct media_sound {
	_Atomic unsigned holders;
	size_t n;	    /* octets; more than 0 */
	uint8_t *octets[2]; /* own; by enum g711_law */
};

/* True: that was the last one, and core may free it. Any thread. */
bool media_sound_let_go(struct media_sound *sound);
/* Nobody holds it. Core thread. */
void media_sound_free(struct media_sound *sound);

#endif
