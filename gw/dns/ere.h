/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * POSIX extended regular expressions (IEEE Std 1003.1, XBD 9.4) for foreign expressions and short texts: whatever the
 * expression, its time and its memory are bounded. Characters are octets of the C locale. What POSIX leaves undefined is not
 * well formed, but for empty alternatives, repetitions of repetitions and an escaped character that is no letter or digit.
 */
#ifndef DNS_ERE_H
#define DNS_ERE_H

#include "gw/base/str.h"

#define ERE_MAX	     255 /* octets of an expression */
#define ERE_TEXT_MAX 63	 /* and of a text */

struct ere_flags {
	bool ignore_case;
};

/* The leftmost match, of these the longest; group[0] is all of it and the others are the subexpressions, borrowed from text,
 * STR_NONE of one that took no part. -ENOENT: no match; -EINVAL: not well formed, or one of the two is too long; -ENOMEM. */
int ere_match(struct str ere, struct str text, struct ere_flags flags, struct str *group, size_t groups)
	__attribute__((warn_unused_result));

#endif
