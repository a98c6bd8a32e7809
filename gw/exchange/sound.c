/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sounds from the texts of a configuration. */
#include "gw/exchange/sound.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/exchange.h"
#include "dsp/zone.h"
#include "gw/media/media.h"

const struct sound sound_silence = { .kind = SOUND_SILENCE };
/* E.180 clause 5, as zone_itu's */
const struct sound sound_ringback = {
	.kind = SOUND_TONE,
	.tone = { 2, 0, { { { 425 }, 0, CADENCE_DBM0, 1000 }, { .ms = 4000 } } },
};

static void make_tone(struct cadence *tone, const struct conf_play *play)
{
	struct cadence_step *step = &tone->step[0];

	tone->n_steps = 1;
	step->dbm0 = play->dbm0;
	for (unsigned i = 0; i < 2; i++)
		step->hz[i] = (uint16_t)lrintf(play->hz[i]);
}

/* False with the reason. */
static bool make(struct sound *sound, const struct conf_play *play, char *reason, size_t cap)
{
	sound->kind = SOUND_TONE;
	switch (play->kind) {
	case CONF_PLAY_SILENCE:
		sound->kind = SOUND_SILENCE;
		break;
	case CONF_PLAY_ECHO:
		sound->kind = SOUND_ECHO;
		break;
	case CONF_PLAY_FILE:
		sound->kind = SOUND_FILE;
		sound->file = media_sound_load(play->file, reason, cap);
		return sound->file;
	case CONF_PLAY_TONE:
		make_tone(&sound->tone, play);
		break;
	case CONF_PLAY_RINGBACK:
		*sound = sound_ringback;
		break;
	case CONF_PLAY_BUSY:
		sound->tone = zone_itu.tone[ZONE_BUSY];
		break;
	case CONF_PLAY_CONGESTION:
		sound->tone = zone_itu.tone[ZONE_CONGESTION];
		break;
	}
	return true;
}

struct sound *sound_new(const char *text, char *reason, size_t cap)
{
	struct sound *sound = calloc(1, sizeof(*sound));
	struct conf_play play;

	if (!sound)
		snprintf(reason, cap, "%s: %s", text, strerror(ENOMEM));
	else if (!conf_play_parse(text, &play))
		snprintf(reason, cap, "%s: nothing that can be played", text);
	else if (make(sound, &play, reason, cap))
		return sound;
	sound_free(sound);
	return NULL;
}

void sound_free(struct sound *sound)
{
	if (!sound)
		return;
	media_sound_drop(sound->file);
	free(sound);
}
