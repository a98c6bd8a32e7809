/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A span of text that somebody else owns: pointer and length, never assumed terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* for printf("%.*s", STR_FMT(s)) */
#define STR_FMT(s) (int)(s).n, ((s).p ? (s).p : "")

/* Inline: the length of a literal costs nothing. */
static inline struct str str_c(const char *terminated)
{
	return (struct str){ terminated, terminated ? strlen(terminated) : 0 };
}

bool str_eq(struct str a, struct str b);
/* ASCII only, as RFC 3261 7.3.1 compares header names. */
bool str_ieq(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
struct str str_trim(struct str s);
/* Decimal digits only, whole span, value <= max; -EINVAL or -ERANGE otherwise. */
int str_to_u64(struct str s, uint64_t max, uint64_t *value) __attribute__((warn_unused_result));
/* Copies and terminates; -ENAMETOOLONG (and an empty dst) when it does not fit. */
int str_copy(char *dst, size_t cap, struct str s);
/* Adds s at dst[n], as much of it as fits, and terminates; the new length. */
size_t str_add(char *dst, size_t cap, size_t n, struct str s);
/* The same with a number, base 10 or 16, at least so many digits. */
size_t str_add_uint(char *dst, size_t cap, size_t n, uint64_t value, unsigned base, unsigned least);
uint32_t str_hash(struct str s, uint32_t seed);
/* Case-insensitive hash: equal for spans equal by str_ieq. */
uint32_t str_ihash(struct str s, uint32_t seed);

#endif
