/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ITU-T G.711 compression, and conversion of blocks. */
#include "dsp/g711.h"

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

	for (size_t i = 0; i < n; i++)
		linear[i] = table[octets[i]];
}

void g711_compress(enum g711_law law, uint8_t *octets, const int16_t *linear, size_t n)
{
	if (law == G711_A) {
		for (size_t i = 0; i < n; i++)
			octets[i] = g711_a_octet(linear[i]);
	} else {
		for (size_t i = 0; i < n; i++)
			octets[i] = g711_mu_octet(linear[i]);
	}
}

void g711_convert(enum g711_law from, enum g711_law to, uint8_t *octets, size_t n)
{
	const uint8_t *table = from == G711_A ? g711_a_to_mu : g711_mu_to_a;

	if (from == to)
		return;
	for (size_t i = 0; i < n; i++)
		octets[i] = table[octets[i]];
}
