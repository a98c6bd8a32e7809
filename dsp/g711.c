/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ITU-T G.711 compression, and conversion of blocks. */
#include "dsp/g711.h"

#include <string.h>

#include "dsp/g711_wide.h"

#define A_EVEN_BITS 0x55 /* inverted on the line, G.711 1 */
#define MU_BIAS	    0x84 /* the 33 of G.711 table 2, in 16 bits */
#define SIGN	    0x80

/* Number of the segment 0 to 8 (8: beyond full scale) that a magnitude of 15 bits falls into. */
static unsigned segment(unsigned magnitude)
{
	return 24 - (unsigned)__builtin_clz(magnitude | 0xFF);
}

uint8_t g711_a_octet(int16_t linear)
{
	unsigned sign = linear < 0 ? 0 : SIGN;
	unsigned magnitude = (unsigned)(linear < 0 ? ~linear : linear);
	unsigned seg = segment(magnitude);
	unsigned step = magnitude >> (seg ? seg + 3 : 4) & 0x0F;

	return (uint8_t)((sign | seg << 4 | step) ^ A_EVEN_BITS);
}

uint8_t g711_mu_octet(int16_t linear)
{
	unsigned sign = linear < 0 ? 0 : SIGN;
	unsigned magnitude = (unsigned)(linear < 0 ? -linear : linear) + MU_BIAS;
	unsigned seg = segment(magnitude);
	unsigned code = seg > 7 ? 0x7F : seg << 4 | (magnitude >> (seg + 3) & 0x0F);

	return (uint8_t)(sign | (code ^ 0x7F));
}

uint8_t g711_silence(enum g711_law law)
{
	return law == G711_A ? 0xD5 : 0xFF;
}

void g711_expand(enum g711_law law, int16_t *linear, const uint8_t *octets, size_t n)
{
	const int16_t *table = law == G711_A ? g711_a_linear : g711_mu_linear;

	if (G711_WIDE && g711_wide_can()) {
		g711_wide_expand(table, linear, octets, n);
		return;
	}
#pragma GCC unroll 8
	for (size_t i = 0; i < n; i++)
		linear[i] = table[octets[i]];
}

/*
 * Sixteen at a time: as a float, a magnitude has its segment in the exponent and its step in the first bits behind it. Below
 * segment 1 the steps of A-law are even, and above the last one mu-law's code stays what it is.
 */
#define WIDE	   16
#define PART	   4
#define FLOAT_CODE 19	      /* bits below those of the step */
#define FLOAT_ZERO (134 << 4) /* exponent of segment 0 */

typedef int16_t part_sample __attribute__((vector_size(PART * 2)));
typedef int32_t part_int __attribute__((vector_size(PART * 4)));
typedef float part_float __attribute__((vector_size(PART * 4)));
typedef uint8_t wide_octet __attribute__((vector_size(WIDE)));

/* Four codes, each in the first of four octets. */
static inline __attribute__((always_inline)) wide_octet compress_part(enum g711_law law,
								      const int16_t *linear)
{
	part_sample sample;
	part_int value, negative, magnitude, code;

	memcpy(&sample, linear, sizeof(sample));
	value = __builtin_convertvector(sample, part_int);
	negative = value < 0;
	magnitude = value ^ negative;
	if (law == G711_MU)
		magnitude -= negative - MU_BIAS;
	code = ((part_int) __builtin_convertvector(magnitude, part_float) >> FLOAT_CODE) -
	       FLOAT_ZERO;
	if (law == G711_A) {
		part_int even = magnitude < 256;

		code = (even & magnitude >> 4) | (~even & code);
		code = (code | (~negative & SIGN)) ^ A_EVEN_BITS;
	} else {
		code = ((code | (code > 0x7F)) & 0x7F) ^ 0x7F;
		code |= ~negative & SIGN;
	}
	return (wide_octet)code;
}

static inline __attribute__((always_inline)) wide_octet octets_even(wide_octet a, wide_octet b)
{
	return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
				       30);
}

static inline __attribute__((always_inline)) void compress_wide(enum g711_law law, uint8_t *octets,
								const int16_t *linear)
{
	wide_octet low = octets_even(compress_part(law, linear), compress_part(law, linear + PART));
	wide_octet high = octets_even(compress_part(law, linear + 2 * PART),
				      compress_part(law, linear + 3 * PART));

	low = octets_even(low, high);
	memcpy(octets, &low, sizeof(low));
}

void g711_compress(enum g711_law law, uint8_t *octets, const int16_t *linear, size_t n)
{
	/* where the first octet of a number is its lowest */
	size_t wide = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? n / WIDE * WIDE : 0, i = 0;

	if (law == G711_A) {
		for (; i < wide; i += WIDE)
			compress_wide(G711_A, octets + i, linear + i);
		for (; i < n; i++)
			octets[i] = g711_a_octet(linear[i]);
	} else {
		for (; i < wide; i += WIDE)
			compress_wide(G711_MU, octets + i, linear + i);
		for (; i < n; i++)
			octets[i] = g711_mu_octet(linear[i]);
	}
}

void g711_convert(enum g711_law from, enum g711_law to, uint8_t *octets, size_t n)
{
	const uint8_t *table = from == G711_A ? g711_a_to_mu : g711_mu_to_a;

	if (from == to)
		return;
	if (G711_WIDE && g711_wide_can()) {
		g711_wide_convert(table, octets, n);
		return;
	}
#pragma GCC unroll 8
	for (size_t i = 0; i < n; i++)
		octets[i] = table[octets[i]];
}
