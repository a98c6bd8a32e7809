/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RIFF/WAVE as in Microsoft's "Multiple Channel Audio Data and WAVE Files": a list of chunks, each
 * with four letters and the length of what follows, padded to an even length. */
#include "gw/media/wav.h"

#include <stdbool.h>
#include <string.h>

#include "gw/base/octets.h"

#define RATE		  8000
#define FORMAT_EXTENSIBLE 0xfffe
#define FMT_G711_OCTETS                                                                            \
	18 /* with the size of the extension, 0, that formats other than PCM have                  \
	    */

static uint32_t read_le32(struct octets_reader *r)
{
	uint32_t low = octets_read_le16(r);

	return low | (uint32_t)octets_read_le16(r) << 16;
}

static bool read_letters(struct octets_reader *r, const char *letters)
{
	const uint8_t *octets = octets_read_take(r, 4);

	return octets && memcmp(octets, letters, 4) == 0;
}

static const char *parse_fmt(struct octets_reader *fmt, struct wav *wav)
{
	unsigned format = octets_read_le16(fmt);
	unsigned channels = octets_read_le16(fmt);
	uint32_t rate = read_le32(fmt);
	unsigned bits;

	(void)read_le32(fmt);	     /* octets a second */
	(void)octets_read_le16(fmt); /* block align */
	bits = octets_read_le16(fmt);
	if (format == FORMAT_EXTENSIBLE) {
		(void)octets_read_take(fmt, 8); /* its size, valid bits, speaker mask */
		format = octets_read_le16(fmt);
	}
	if (fmt->bad)
		return "the fmt chunk is too short";
	if (channels != 1)
		return "more or less than one channel; convert it to mono";
	if (rate != RATE)
		return "not 8000 samples/s; convert it";
	if (format != WAV_PCM && format != WAV_ALAW && format != WAV_ULAW)
		return "neither PCM nor A-law nor mu-law; convert it";
	if (bits != (format == WAV_PCM ? 16 : 8))
		return "PCM must have 16 bits a sample, A-law and mu-law 8";
	wav->format = (enum wav_format)format;
	return NULL;
}

static const char *parse_chunk(struct octets_reader *r, struct wav *wav)
{
	const uint8_t *letters = octets_read_take(r, 4);
	uint32_t length = read_le32(r);
	struct octets_reader box;

	octets_read_box(r, length, &box);
	if (r->bad)
		return "a chunk leaves the file; it is cut off or was never finished";
	if (length & 1 && octets_read_left(r))
		(void)octets_read_u8(r);
	if (memcmp(letters, "fmt ", 4) == 0)
		return parse_fmt(&box, wav);
	if (memcmp(letters, "data", 4) == 0) {
		wav->data = box.at;
		wav->samples = length;
	}
	return NULL;
}

const char *wav_parse(struct wav *wav, const uint8_t *octets, size_t n)
{
	struct octets_reader r;
	const char *wrong = NULL;
	bool riff;

	memset(wav, 0, sizeof(*wav));
	octets_read_open(&r, octets, n);
	riff = read_letters(&r, "RIFF");
	(void)read_le32(&r);
	if (!riff || !read_letters(&r, "WAVE"))
		return "no WAV file";
	while (!wrong && octets_read_left(&r) >= 8)
		wrong = parse_chunk(&r, wav);
	if (wrong)
		return wrong;
	if (!wav->format || !wav->data)
		return "no fmt chunk or no data chunk";
	if (wav->format == WAV_PCM)
		wav->samples /= 2;
	return wav->samples ? NULL : "no samples";
}

void wav_expand(const struct wav *wav, enum g711_law law, uint8_t *octets)
{
	if (wav->format != WAV_PCM) {
		memcpy(octets, wav->data, wav->samples);
		g711_convert(wav->format == WAV_ALAW ? G711_A : G711_MU, law, octets, wav->samples);
		return;
	}
	for (size_t i = 0; i < wav->samples; i++) {
		uint16_t bits = (uint16_t)(wav->data[2 * i] | wav->data[2 * i + 1] << 8);
		int16_t linear = (int16_t)bits;

		g711_compress(law, octets + i, &linear, 1);
	}
}

static void write_letters(struct octets_writer *w, const char *letters, uint32_t value)
{
	octets_write_copy(w, letters, 4);
	octets_write_le16(w, value & 0xffff);
	octets_write_le16(w, value >> 16);
}

void wav_header(uint8_t header[WAV_HEADER_OCTETS], enum g711_law law, uint32_t samples)
{
	struct octets_writer w;

	octets_write_open(&w, header, WAV_HEADER_OCTETS);
	write_letters(&w, "RIFF", WAV_HEADER_OCTETS - 8 + samples + (samples & 1));
	octets_write_copy(&w, "WAVE", 4);
	write_letters(&w, "fmt ", FMT_G711_OCTETS);
	octets_write_le16(&w, law == G711_A ? WAV_ALAW : WAV_ULAW);
	octets_write_le16(&w, 1); /* channel */
	octets_write_le16(&w, RATE);
	octets_write_le16(&w, 0);
	octets_write_le16(&w, RATE); /* octets a second */
	octets_write_le16(&w, 0);
	octets_write_le16(&w, 1); /* block align */
	octets_write_le16(&w, 8); /* bits a sample */
	octets_write_le16(&w, 0); /* no extension */
	write_letters(&w, "fact", 4);
	octets_write_le16(&w, samples & 0xffff);
	octets_write_le16(&w, samples >> 16);
	write_letters(&w, "data", samples);
}
