/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A short sound out of a file, for tests that ask who holds it and where it is played. */
#ifndef TESTS_UNIT_GW_MEDIA_A_SOUND_H
#define TESTS_UNIT_GW_MEDIA_A_SOUND_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/media/media.h"
#include "gw/media/wav.h"
#include "tests/unit/cu.h"

#define A_SOUND_OCTETS 2000 /* a quarter of a second */
#define A_SOUND_WORD   0x77 /* each of them, in A-law */

static inline struct media_sound *sound_make(void)
{
	char path[] = "/tmp/a-sound-XXXXXX", reason[200];
	uint8_t file[WAV_HEADER_OCTETS + A_SOUND_OCTETS];
	int fd = mkstemp(path);
	struct media_sound *sound;

	memset(file, A_SOUND_WORD, sizeof(file));
	wav_header(file, G711_A, A_SOUND_OCTETS);
	CU_ASSERT_EQUAL(write(fd, file, sizeof(file)), (ssize_t)sizeof(file));
	close(fd);
	sound = media_sound_load(path, reason, sizeof(reason));
	unlink(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sound);
	return sound;
}

#endif
