/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* WAV files (RIFF/WAVE): 8,000 samples/s, one channel. What is recorded keeps the G.711 octets of the line. */
#ifndef MEDIA_WAV_H
#define MEDIA_WAV_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"

#define WAV_HEADER_OCTETS 58

enum wav_format { WAV_PCM = 1, WAV_ALAW = 6, WAV_ULAW = 7 };

struct wav {
	enum wav_format format;
	size_t samples;
	const uint8_t *data; /* borrow: into the octets parsed; little-endian 16 bits in WAV_PCM */
};

/* NULL when right, else what is wrong, to be printed behind the file's name. */
const char *wav_parse(struct wav *wav, const uint8_t *octets, size_t n);
/* samples octets of law. */
void wav_expand(const struct wav *wav, enum g711_law law, uint8_t *octets);
/* The header of a file with that many G.711 octets; one octet of padding follows an odd number. */
void wav_header(uint8_t header[WAV_HEADER_OCTETS], enum g711_law law, uint32_t samples);

#endif
