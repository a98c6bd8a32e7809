/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Comparing short words without case, as many octets at a time as fit a register. Private to the
 * syntax files. */
#ifndef SIP_LEX_WORD_H
#define SIP_LEX_WORD_H

#include <string.h>

#include "gw/base/str.h"
#include "gw/sip/lex16.h"

/* n is 2, 4 or 8. Each has its own type: a load of 8 octets that a store of 2 just touched would
 * stall. */
LEX_INLINE uint64_t lex_load(const char *p, size_t n)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	if (n == 8) {
		memcpy(&eight, p, sizeof(eight));
		return eight;
	}
	if (n == 4) {
		memcpy(&four, p, sizeof(four));
		return four;
	}
	memcpy(&two, p, sizeof(two));
	return two;
}

LEX_INLINE uint64_t lex_fold(uint64_t lower)
{
	return (lower & 0x4040404040404040u) >> 1;
}

/*
 * s equals a lower-case literal of n (2 to 16) octets, without case. Only where the literal has a
 * letter (bit 6 of its octet is set) is bit 5 of s set.
 */
LEX_INLINE bool lex_is_word(struct str s, const char *lower, size_t n)
{
	const size_t half = n >= 8 ? 8 : n >= 4 ? 4 : 2;

	if (s.n != n)
		return false;

	uint64_t head = lex_load(lower, half), tail = lex_load(lower + n - half, half);

	return (lex_load(s.p, half) | lex_fold(head)) == head &&
	       (lex_load(s.p + n - half, half) | lex_fold(tail)) == tail;
}

#define LEX_IS(s, literal) lex_is_word((s), (literal), sizeof(literal) - 1)

#endif
