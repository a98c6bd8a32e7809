/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits of an incoming call that come one by one (Q.764 2.1.2, 2.2.5): a part of isup/isup.h. */
#ifndef ISUP_DIGITS_H
#define ISUP_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

struct isup_circuit;

struct isup_digits { /* of a circuit's call */
	unsigned n;
	bool told;	 /* by the owner, of the number so far: the next three */
	bool missing;
	uint32_t t10_ms, t35_ms; /* 0: as configured */
};

/* From inside ISUP_IND_SETUP and ISUP_IND_DIGITS, of a number that is not complete: the owner knows better than
 * min_digits whether digits are missing (T35) or may follow (T10), and how long they are waited for. */
void isup_digits_await(struct isup_circuit *circuit, bool missing, uint32_t t10_ms, uint32_t t35_ms);
/* Tells incoming overlap that the digits are sufficient: stops T10 and T35. */
void isup_digits_complete(struct isup_circuit *circuit);

#endif
