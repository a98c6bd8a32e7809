/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Looking at 16 octets at once: bit n of each mask is about p[n]. What most of a SIP message
 * consists of is letters, digits, "-" and "."; a decoder that steps over them one at a time costs
 * twice as much.
 */
#ifndef SIP_LEX16_H
#define SIP_LEX16_H

#include <stdint.h>

/* For what loses its point when it is called: constants fold, cursors live in registers. */
#define LEX_INLINE static inline __attribute__((always_inline))

#define LEX_BLOCK   16
#define LEX_PADDING 64 /* readable octets that a message has behind it */

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i lex16_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Octets in first .. first + width */
static inline __m128i lex16_range(__m128i c, char first, char width)
{
	__m128i d = _mm_sub_epi8(c, _mm_set1_epi8(first));

	return _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(width)), d);
}

static inline uint32_t lex16_equal(const char *p, char c)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lex16_load(p), _mm_set1_epi8(c)));
}

/* Letters, digits, "-" and "." ("-" to "9" without "/") */
static inline uint32_t lex16_plain(const char *p)
{
	__m128i c = lex16_load(p);
	__m128i letter = lex16_range(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 'z' - 'a');
	__m128i rest = lex16_range(c, '-', '9' - '-');
	__m128i slash = _mm_cmpeq_epi8(c, _mm_set1_epi8('/'));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(letter, _mm_andnot_si128(slash, rest)));
}

/* Control characters but HT: below " ", and DEL. */
static inline uint32_t lex16_control(const char *p)
{
	__m128i c = lex16_load(p);
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(c, _mm_set1_epi8(0x1f)), c);
	__m128i tab = _mm_cmpeq_epi8(c, _mm_set1_epi8('\t'));
	__m128i del = _mm_cmpeq_epi8(c, _mm_set1_epi8(0x7f));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, low), del));
}

#else

static inline uint32_t lex16_control(const char *p)
{
	uint32_t mask = 0;

	for (int i = 0; i < LEX_BLOCK; i++) {
		unsigned char c = (unsigned char)p[i];

		mask |= (uint32_t)((c < ' ' && c != '\t') || c == 0x7f) << i;
	}
	return mask;
}

static inline uint32_t lex16_equal(const char *p, char c)
{
	uint32_t mask = 0;

	for (int i = 0; i < LEX_BLOCK; i++)
		mask |= (uint32_t)(p[i] == c) << i;
	return mask;
}

static inline uint32_t lex16_plain(const char *p)
{
	uint32_t mask = 0;

	for (int i = 0; i < LEX_BLOCK; i++) {
		unsigned letter = ((unsigned char)p[i] | 0x20u) - 'a';
		unsigned digit = (unsigned char)p[i] - (unsigned)'0';

		mask |= (uint32_t)(letter < 26 || digit < 10 || p[i] == '-' || p[i] == '.') << i;
	}
	return mask;
}

#endif

/* The same for 64 octets. */
static inline uint64_t lex64_equal(const char *p, char c)
{
	return (uint64_t)lex16_equal(p, c) | (uint64_t)lex16_equal(p + 16, c) << 16 |
	       (uint64_t)lex16_equal(p + 32, c) << 32 | (uint64_t)lex16_equal(p + 48, c) << 48;
}

/* Behind the plain octets that p begins with, as far as whole blocks before limit show. */
static inline const char *lex_plain_run(const char *p, const char *limit)
{
	while (limit - p >= LEX_BLOCK) {
		uint32_t other = ~lex16_plain(p);
		int n = __builtin_ctz(other);

		p += n;
		if (n < LEX_BLOCK)
			break;
	}
	return p;
}

#endif
