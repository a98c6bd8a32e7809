/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ITU-T G.711: A-law and mu-law octets as they are on the line, linear samples of 16 bits with full scale at +3.14 dBm0
 * (A) or +3.17 dBm0 (mu). */
#ifndef DSP_G711_H
#define DSP_G711_H

#include <stddef.h>
#include <stdint.h>

/* In the order of enum tdm_law. */
enum g711_law { G711_A, G711_MU };

extern const int16_t g711_a_linear[256];
extern const int16_t g711_mu_linear[256];
/* G.711 tables 3 and 4: not the way over linear samples, which differs in some values. */
extern const uint8_t g711_a_to_mu[256];
extern const uint8_t g711_mu_to_a[256];

uint8_t g711_a_octet(int16_t linear);
uint8_t g711_mu_octet(int16_t linear);
/* 0xD5 or 0xFF */
uint8_t g711_silence(enum g711_law law);
void g711_expand(enum g711_law law, int16_t *linear, const uint8_t *octets, size_t n);
void g711_compress(enum g711_law law, uint8_t *octets, const int16_t *linear, size_t n);
/* In place; nothing changes when the laws are the same. */
void g711_convert(enum g711_law from, enum g711_law to, uint8_t *octets, size_t n);

#endif
