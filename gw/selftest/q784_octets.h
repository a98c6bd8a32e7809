/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Octets as the scripts write them: hexadecimal, and patterns of it. */
#ifndef SELFTEST_Q784_OCTETS_H
#define SELFTEST_Q784_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "01 00 12", up to the end or a "+": false when it is anything else, or more than cap. */
bool q784_octets_read(const char *text, uint8_t *octets, size_t cap, size_t *n);
/* pattern: "12" the octet, "1." its high half, ".." any, "10/f0" under a mask, a last "*" any number of any. */
bool q784_octets_like(const char *pattern, const uint8_t *octets, size_t n);
/* Into text, which it returns. */
const char *q784_octets_print(const uint8_t *octets, size_t n, char *text, size_t cap);

#endif
