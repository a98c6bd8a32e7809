/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* WAV files: parsing, refusing, the header that recordings get. */
#include "gw/media/wav.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

#define FMT  12 /* offset of the fmt chunk */
#define DATA 36 /* of the data chunk behind a fmt chunk of 16 octets */

/* PCM, mono, 8,000 samples/s, 16 bits: samples 0, 1000, -1000, 32767. */
static const uint8_t pcm[] = "RIFF\x2c\0\0\0WAVE"
			     "fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
			     "data\x08\0\0\0\x00\x00\xe8\x03\x18\xfc\xff\x7f";
#define PCM_OCTETS (sizeof(pcm) - 1)

static void reads_pcm(void)
{
	static const int16_t samples[] = { 0, 1000, -1000, 32767 };
	uint8_t octets[4], wanted[4];
	struct wav wav;

	CU_ASSERT_PTR_NULL_FATAL(wav_parse(&wav, pcm, PCM_OCTETS));
	CU_ASSERT_EQUAL(wav.format, WAV_PCM);
	CU_ASSERT_EQUAL_FATAL(wav.samples, 4);
	for (unsigned law = 0; law < 2; law++) {
		wav_expand(&wav, (enum g711_law)law, octets);
		g711_compress((enum g711_law)law, wanted, samples, 4);
		CU_ASSERT_EQUAL(memcmp(octets, wanted, 4), 0);
	}
}

/* What we write we read back, octet for octet; an odd length has its padding. */
static void own_header(void)
{
	uint8_t file[WAV_HEADER_OCTETS + 4] = { 0 }, octets[3];
	struct wav wav;

	for (unsigned law = 0; law < 2; law++) {
		wav_header(file, (enum g711_law)law, 3);
		memcpy(file + WAV_HEADER_OCTETS, "\x11\xd5\x80", 3);
		CU_ASSERT_PTR_NULL_FATAL(wav_parse(&wav, file, sizeof(file)));
		CU_ASSERT_EQUAL(wav.format, law == G711_A ? WAV_ALAW : WAV_ULAW);
		CU_ASSERT_EQUAL_FATAL(wav.samples, 3);
		wav_expand(&wav, (enum g711_law)law, octets);
		CU_ASSERT_EQUAL(memcmp(octets, "\x11\xd5\x80", 3), 0);
		CU_ASSERT_EQUAL(file[4], sizeof(file) - 8);
	}
	wav_expand(&wav, G711_A, octets); /* the last one is mu-law */
	CU_ASSERT_EQUAL(octets[1], g711_mu_to_a[0xd5]);
}

static void chunks_between(void)
{
	uint8_t file[PCM_OCTETS + 12];
	struct wav wav;

	memcpy(file, pcm, DATA);
	memcpy(file + DATA, "LIST\x03\0\0\0abc\0", 12);
	memcpy(file + DATA + 12, pcm + DATA, PCM_OCTETS - DATA);
	CU_ASSERT_PTR_NULL(wav_parse(&wav, file, sizeof(file)));
	CU_ASSERT_EQUAL(wav.samples, 4);
}

static void refused(size_t at, uint8_t value, const char *why)
{
	uint8_t file[PCM_OCTETS];
	const char *wrong;
	struct wav wav;

	memcpy(file, pcm, sizeof(file));
	file[at] = value;
	wrong = wav_parse(&wav, file, sizeof(file));
	CU_ASSERT_PTR_NOT_NULL_FATAL(wrong);
	CU_ASSERT_PTR_NOT_NULL(strstr(wrong, why));
}

static void refuses(void)
{
	refused(0, 'r', "no WAV");
	refused(8, 'V', "no WAV");
	refused(FMT + 8, 3, "neither PCM");
	refused(FMT + 10, 2, "channel");
	refused(FMT + 12, 0, "8000");
	refused(FMT + 22, 24, "16 bits");
	refused(FMT + 4, 6, "fmt chunk is too short");
	refused(FMT, 'F', "no fmt chunk");
	refused(DATA, 'D', "no data chunk");
	refused(DATA + 5, 1, "leaves the file");
}

/* No length reads past the end (the sanitizer looks on: each piece is a block of its own). */
static void every_truncation(void)
{
	for (size_t n = 0; n < PCM_OCTETS; n++) {
		uint8_t *piece = malloc(n + !n);
		struct wav wav;

		CU_ASSERT_PTR_NOT_NULL_FATAL(piece);
		memcpy(piece, pcm, n);
		CU_ASSERT_PTR_NOT_NULL(wav_parse(&wav, piece, n));
		free(piece);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "reads PCM", reads_pcm },
		{ "own header", own_header },
		{ "chunks between", chunks_between },
		{ "refuses", refuses },
		{ "every truncation", every_truncation },
		CU_TEST_INFO_NULL,
	};

	return cu_run("media WAV", tests, argc, argv);
}
