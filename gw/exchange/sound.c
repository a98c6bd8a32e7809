/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sounds from the texts of a configuration. */
#include "gw/exchange/sound.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/exchange.h"
#include "gw/exchange/wav.h"

#define FILE_OCTETS_MAX (64u << 20)

const struct sound sound_silence = { .kind = SOUND_SILENCE };
/* E.180 clause 5 with the recommended 425 Hz, as tone_ringback */
const struct sound sound_ringback = { .kind = SOUND_TONE,
				      .tone = { { 425 }, { CONF_PLAY_DBM0 }, { 1000, 4000 } } };

/* own octets of a whole file, NULL with *reason. */
static uint8_t *load(const char *path, size_t *n, const char **reason)
{
	FILE *in = fopen(path, "re");
	uint8_t *octets = NULL;
	long size = -1;

	*reason = NULL;
	if (in && fseek(in, 0, SEEK_END) == 0)
		size = ftell(in);
	if (size < 0)
		*reason = strerror(errno);
	else if (size > (long)FILE_OCTETS_MAX)
		*reason = "larger than 64 MiB";
	else if (!(octets = malloc((size_t)size + 1)))
		*reason = strerror(ENOMEM);
	if (octets) {
		rewind(in);
		*n = fread(octets, 1, (size_t)size, in);
		if (ferror(in))
			*reason = strerror(errno);
	}
	if (in)
		fclose(in);
	if (*reason) {
		free(octets);
		octets = NULL;
	}
	return octets;
}

static const char *load_wav(struct sound *sound, const char *path)
{
	const char *wrong;
	size_t n = 0;
	uint8_t *file = load(path, &n, &wrong);
	struct wav wav = { 0 };

	if (file)
		wrong = wav_parse(&wav, file, n);
	for (unsigned law = 0; law < 2 && !wrong; law++) {
		sound->n = wav.samples;
		sound->octets[law] = malloc(wav.samples);
		if (sound->octets[law])
			wav_expand(&wav, (enum g711_law)law, sound->octets[law]);
		else
			wrong = strerror(ENOMEM);
	}
	free(file);
	return wrong;
}

static void make_tone(struct sound *sound, const struct conf_play *play)
{
	sound->kind = SOUND_TONE;
	for (unsigned i = 0; i < 2; i++) {
		sound->tone.hz[i] = play->hz[i];
		sound->tone.dbm0[i] = play->dbm0;
	}
}

static const char *make(struct sound *sound, const struct conf_play *play)
{
	switch (play->kind) {
	case CONF_PLAY_SILENCE:
		sound->kind = SOUND_SILENCE;
		break;
	case CONF_PLAY_ECHO:
		sound->kind = SOUND_ECHO;
		break;
	case CONF_PLAY_FILE:
		sound->kind = SOUND_FILE;
		return load_wav(sound, play->file);
	case CONF_PLAY_TONE:
		make_tone(sound, play);
		break;
	case CONF_PLAY_RINGBACK:
		*sound = sound_ringback;
		break;
	case CONF_PLAY_BUSY:
		sound->kind = SOUND_TONE;
		sound->tone = tone_busy;
		break;
	case CONF_PLAY_CONGESTION:
		sound->kind = SOUND_TONE;
		sound->tone = tone_congestion;
		break;
	}
	return NULL;
}

struct sound *sound_new(const char *text, char *reason, size_t cap)
{
	struct sound *sound = calloc(1, sizeof(*sound));
	struct conf_play play;
	const char *wrong;

	if (!sound)
		wrong = strerror(ENOMEM);
	else if (!conf_play_parse(text, &play))
		wrong = "nothing that can be played";
	else
		wrong = make(sound, &play);
	if (!wrong)
		return sound;
	snprintf(reason, cap, "%s: %s", text, wrong);
	sound_free(sound);
	return NULL;
}

void sound_free(struct sound *sound)
{
	if (!sound)
		return;
	free(sound->octets[G711_A]);
	free(sound->octets[G711_MU]);
	free(sound);
}
