/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sets of small numbers as people and protocols write them: "0-15,32" (RFC 4733 2.4.1 has its events so). */
#ifndef BASE_RANGES_H
#define BASE_RANGES_H

#include <stddef.h>
#include <stdint.h>

#include "gw/base/str.h"

#define RANGES_BITS	64
#define RANGES_TEXT_MAX 192 /* of any set, with its end */

/* Bit n of *bits: n is in the list. Blanks may be around numbers; numbers of RANGES_BITS and more, up to max, are left
 * out. -EINVAL: no list, or a range that falls; -ERANGE: a number above max. *bits is unchanged then. */
int ranges_parse(struct str text, uint32_t max, uint64_t *bits) __attribute__((warn_unused_result));
/* The shortest list; its length. cap is RANGES_TEXT_MAX. */
size_t ranges_text(uint64_t bits, char *text, size_t cap);

#endif
