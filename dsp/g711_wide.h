/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * G.711's tables in the processor's registers, for those that look many octets up at once (AVX-512 VBMI): the same values in
 * a quarter of the time. Whoever calls has asked g711_wide_can(). n is any number; nothing behind it is touched.
 */
#ifndef DSP_G711_WIDE_H
#define DSP_G711_WIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) && !defined(__clang__)
#define G711_WIDE 1
#else
#define G711_WIDE 0 /* none of these is there */
#endif

bool g711_wide_can(void);
/* table: of a law's values; its second half mirrors the first, as in both laws. */
void g711_wide_expand(const int16_t table[256], int16_t *linear, const uint8_t *octets, size_t n);
void g711_wide_convert(const uint8_t table[256], uint8_t *octets, size_t n);

#endif
