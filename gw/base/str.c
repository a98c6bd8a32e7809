/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Spans of text: comparing, trimming, numbers, hashing. ASCII only, whatever the locale
 * says. */
#include "gw/base/str.h"

#include <errno.h>
#include <string.h>

#define HASH_START  UINT64_C(0xCBF29CE484222325) /* of FNV-1a */
#define HASH_FACTOR UINT64_C(0x9E3779B97F4A7C15) /* 2^64 by the golden ratio */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_ieq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (a.p[i] != b.p[i] && lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){ s.p, prefix.n }, prefix);
}

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

int str_to_u64(struct str s, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;
	bool too_big = false;

	if (s.n == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';

		if (digit > 9)
			return -EINVAL;
		if (too_big || v > (UINT64_MAX - digit) / 10)
			too_big = true;
		else
			v = v * 10 + digit;
	}
	if (too_big || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}

int str_copy(char *dst, size_t cap, struct str s)
{
	if (s.n >= cap) {
		if (cap)
			dst[0] = '\0';
		return -ENAMETOOLONG;
	}
	if (s.n)
		memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return 0;
}

size_t str_add(char *dst, size_t cap, size_t n, struct str s)
{
	size_t room = cap - n - 1;

	if (s.n > room)
		s.n = room;
	if (s.n)
		memcpy(dst + n, s.p, s.n);
	dst[n + s.n] = '\0';
	return n + s.n;
}

size_t str_add_uint(char *dst, size_t cap, size_t n, uint64_t value, unsigned base, unsigned least)
{
	char digits[64];
	size_t at = sizeof(digits);

	while (value > 0 || sizeof(digits) - at < least) {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	}
	return str_add(dst, cap, n, (struct str){ digits + at, sizeof(digits) - at });
}

/* Eight octets at a time: what is hashed most are identifiers of some forty. */
static uint64_t hash_mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * HASH_FACTOR;
	return h ^ h >> 29;
}

uint32_t str_hash(struct str s, uint32_t seed)
{
	uint64_t h = HASH_START ^ seed, word;
	size_t at = 0;

	for (; s.n - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, s.p + at, sizeof(word));
		h = hash_mix(h, word);
	}
	word = s.n;
	for (; at < s.n; at++)
		word = word << 8 | (uint8_t)s.p[at];
	h = hash_mix(h, word);
	return (uint32_t)(h ^ h >> 32);
}

uint32_t str_ihash(struct str s, uint32_t seed)
{
	uint32_t h = 2166136261u ^ seed;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)lower(s.p[i])) * 16777619u;
	return h;
}
