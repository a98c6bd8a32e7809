/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What can be sent on a circuit, made ready before any call: files are loaded and compressed. Never changed after that. */
#ifndef EXCHANGE_SOUND_H
#define EXCHANGE_SOUND_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/cadence.h"
#include "gw/media/sound.h"

enum sound_kind { SOUND_SILENCE, SOUND_ECHO, SOUND_TONE, SOUND_FILE };

struct sound {
	enum sound_kind kind;
	struct cadence tone;
	struct media_sound *file; /* held: SOUND_FILE */
};

extern const struct sound sound_silence, sound_ringback;

/* own, from a configuration's text such as "tone:425". NULL with the reason. */
struct sound *sound_new(const char *text, char *reason, size_t cap);
void sound_free(struct sound *sound);

#endif
