/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* G.711's tables in the processor's registers. */
#include "dsp/g711_wide.h"

#if G711_WIDE
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vbmi")
#include <immintrin.h>

#define OCTETS	64 /* of a register */
#define SAMPLES 32
#define HALF	128 /* of a table */

bool g711_wide_can(void)
{
	return __builtin_cpu_supports("avx512vbmi"); /* all that have it have the others */
}

/* The bits of the next ones, at most a register's. */
static uint64_t ones(size_t n)
{
	return n < OCTETS ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* The positive half is looked up, in two parts that bit 6 chooses between; bit 7 is the sign, set for positive values. */
void g711_wide_expand(const int16_t table[256], int16_t *linear, const uint8_t *octets, size_t n)
{
	const int16_t *positive = table + HALF;
	const __m512i part[4] = {
		_mm512_loadu_si512(positive),
		_mm512_loadu_si512(positive + SAMPLES),
		_mm512_loadu_si512(positive + 2 * SAMPLES),
		_mm512_loadu_si512(positive + 3 * SAMPLES),
	};
	const __m512i upper = _mm512_set1_epi16(HALF / 2), sign = _mm512_set1_epi16(HALF);

	for (size_t i = 0; i < n; i += SAMPLES) {
		__mmask32 some = (__mmask32)ones(n - i);
		__m512i x = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(some, octets + i));
		__m512i y = _mm512_permutex2var_epi16(part[0], x, part[1]);
		__m512i z = _mm512_permutex2var_epi16(part[2], x, part[3]);

		y = _mm512_mask_mov_epi16(y, _mm512_test_epi16_mask(x, upper), z);
		y = _mm512_mask_sub_epi16(y, _mm512_testn_epi16_mask(x, sign),
					  _mm512_setzero_si512(), y);
		_mm512_mask_storeu_epi16(linear + i, some, y);
	}
}

void g711_wide_convert(const uint8_t table[256], uint8_t *octets, size_t n)
{
	const __m512i part[4] = {
		_mm512_loadu_si512(table),
		_mm512_loadu_si512(table + OCTETS),
		_mm512_loadu_si512(table + 2 * OCTETS),
		_mm512_loadu_si512(table + 3 * OCTETS),
	};

	for (size_t i = 0; i < n; i += OCTETS) {
		__mmask64 some = (__mmask64)ones(n - i);
		__m512i x = _mm512_maskz_loadu_epi8(some, octets + i);
		__m512i y = _mm512_permutex2var_epi8(part[0], x, part[1]);
		__m512i z = _mm512_permutex2var_epi8(part[2], x, part[3]);

		y = _mm512_mask_mov_epi8(y, _mm512_movepi8_mask(x), z);
		_mm512_mask_storeu_epi8(octets + i, some, y);
	}
}
#endif
