/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Recorded sounds out of WAV files, and the tones of countries. Core thread, but for media_sound_let_go. */
#include "gw/media/sound.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/media/engine.h"
#include "gw/media/wav.h"

#define FILE_OCTETS_MAX (64u << 20)
#define PER_MS		8
#define RIGHT                                                                                      \
	"right is a WAV file of 8000 samples/s, mono, PCM with 16 bits, A-law or mu-law, as "      \
	"'sox IN -r 8000 -c 1 -b 16 OUT.wav' makes it"

/* own octets of a whole file, NULL with *wrong. */
static uint8_t *load(const char *path, size_t *n, const char **wrong)
{
	FILE *in = fopen(path, "re");
	uint8_t *octets = NULL;
	long size = -1;

	*wrong = NULL;
	if (in && fseek(in, 0, SEEK_END) == 0)
		size = ftell(in);
	if (size < 0)
		*wrong = strerror(errno);
	else if (size > (long)FILE_OCTETS_MAX)
		*wrong = "larger than 64 MiB";
	else if (!(octets = malloc((size_t)size + 1)))
		*wrong = strerror(ENOMEM);
	if (octets) {
		rewind(in);
		*n = fread(octets, 1, (size_t)size, in);
		if (ferror(in))
			*wrong = strerror(errno);
	}
	if (in)
		fclose(in);
	if (*wrong) {
		free(octets);
		octets = NULL;
	}
	return octets;
}

static const char *fill(struct media_sound *sound, const struct wav *wav)
{
	sound->n = wav->samples;
	for (unsigned law = 0; law < 2; law++) {
		sound->octets[law] = malloc(wav->samples);
		if (!sound->octets[law])
			return strerror(ENOMEM);
		wav_expand(wav, (enum g711_law)law, sound->octets[law]);
	}
	return NULL;
}

static void tell(char *reason, size_t cap, const char *path, const char *wrong, bool format)
{
	snprintf(reason, cap, "%s: %s%s", path, wrong, format ? "; " RIGHT : "");
}

struct media_sound *media_sound_load(const char *path, char *reason, size_t cap)
{
	struct engine_sound *made = calloc(1, sizeof(*made));
	const char *wrong;
	bool format = false;
	size_t n = 0;
	uint8_t *file;
	struct wav wav;

	if (!made) {
		tell(reason, cap, path, strerror(ENOMEM), false);
		return NULL;
	}
	file = load(path, &n, &wrong);
	if (file) {
		wrong = wav_parse(&wav, file, n);
		format = wrong;
		if (!wrong)
			wrong = fill(&made->sound, &wav);
	}
	free(file);
	if (wrong) {
		tell(reason, cap, path, wrong, format);
		media_sound_free(&made->sound);
		return NULL;
	}
	made->sound.holders = 1;
	return &made->sound;
}

bool media_sound_let_go(struct media_sound *sound)
{
	return atomic_fetch_sub_explicit(&sound->holders, 1, memory_order_acq_rel) == 1;
}

void media_sound_free(struct media_sound *sound)
{
	free(sound->octets[G711_A]);
	free(sound->octets[G711_MU]);
	free(container_of(sound, struct engine_sound, sound));
}

struct media_sound *media_sound_hold(struct media_sound *sound)
{
	if (sound)
		atomic_fetch_add_explicit(&sound->holders, 1, memory_order_relaxed);
	return sound;
}

void media_sound_drop(struct media_sound *sound)
{
	if (sound && media_sound_let_go(sound))
		media_sound_free(sound);
}

uint32_t media_sound_ms(const struct media_sound *sound)
{
	return sound ? (uint32_t)(sound->n / PER_MS) : 0;
}

const struct zone *media_zone(const char *country)
{
	return country ? zone_find(country) : NULL;
}
