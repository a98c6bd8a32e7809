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
/* For what seldom happens: its registers are not saved where it does not. */
#define LEX_RARE static __attribute__((noinline, cold))

#define LEX_BLOCK   16
#define LEX_ALL_16  0xffffu
#define LEX_PADDING 64 /* readable octets that a message has behind it */

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i lex16_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Octets in first .. last: the highest ones when all are moved up until last is the highest signed
 * value. */
static inline __m128i lex16_range(__m128i c, char first, char last)
{
	__m128i moved = _mm_add_epi8(c, _mm_set1_epi8((char)(INT8_MAX - last)));

	return _mm_cmpgt_epi8(moved, _mm_set1_epi8((char)(INT8_MAX - last + first - 1)));
}

static inline uint32_t lex16_equal(const char *p, char c)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(lex16_load(p), _mm_set1_epi8(c)));
}

/* Letters, digits, "-" and "." ("-" to "9" without "/") */
static inline uint32_t lex16_plain(const char *p)
{
	__m128i c = lex16_load(p);
	__m128i letter = lex16_range(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 'z');
	__m128i rest = lex16_range(c, '-', '9');
	__m128i slash = _mm_cmpeq_epi8(c, _mm_set1_epi8('/'));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(letter, _mm_andnot_si128(slash, rest)));
}

static inline uint32_t lex16_hex(const char *p)
{
	__m128i c = lex16_load(p);
	__m128i letter = lex16_range(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 'f');

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(letter, lex16_range(c, '0', '9')));
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

static inline uint32_t lex16_hex(const char *p)
{
	uint32_t mask = 0;

	for (int i = 0; i < LEX_BLOCK; i++) {
		unsigned letter = ((unsigned char)p[i] | 0x20u) - 'a';
		unsigned digit = (unsigned char)p[i] - (unsigned)'0';

		mask |= (uint32_t)(letter < 6 || digit < 10) << i;
	}
	return mask;
}

#endif

/* How many plain octets p begins with: up to a block. */
static inline unsigned lex16_plain_run(const char *p)
{
	return (unsigned)__builtin_ctz(lex16_plain(p) + 1);
}

#endif
