/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* G.711 against SpanDSP's, and against its quantising steps. */
#include "dsp/g711.h"

#include <spandsp.h>
#include <stdlib.h>

#include "tests/unit/cu.h"

static void compress_all(void)
{
	static int16_t linear[65536];
	static uint8_t a[65536], mu[65536];
	unsigned wrong_a = 0, wrong_mu = 0;

	for (int v = INT16_MIN; v <= INT16_MAX; v++)
		linear[v - INT16_MIN] = (int16_t)v;
	g711_compress(G711_A, a, linear, 65536);
	g711_compress(G711_MU, mu, linear, 65535); /* and one that is left over */
	g711_compress(G711_MU, mu + 65535, linear + 65535, 1);
	for (int v = INT16_MIN; v <= INT16_MAX; v++) {
		wrong_a += g711_a_octet((int16_t)v) != linear_to_alaw(v);
		wrong_mu += g711_mu_octet((int16_t)v) != linear_to_ulaw(v);
		wrong_a += a[v - INT16_MIN] != linear_to_alaw(v);
		wrong_mu += mu[v - INT16_MIN] != linear_to_ulaw(v);
	}
	CU_ASSERT_EQUAL(wrong_a, 0);
	CU_ASSERT_EQUAL(wrong_mu, 0);
}

static void expand_all(void)
{
	for (unsigned c = 0; c < 256; c++) {
		CU_ASSERT_EQUAL(g711_a_linear[c], alaw_to_linear((uint8_t)c));
		CU_ASSERT_EQUAL(g711_mu_linear[c], ulaw_to_linear((uint8_t)c));
		CU_ASSERT_EQUAL(g711_a_to_mu[c], alaw_to_ulaw((uint8_t)c));
		CU_ASSERT_EQUAL(g711_mu_to_a[c], ulaw_to_alaw((uint8_t)c));
	}
}

static void round_trip(void)
{
	for (unsigned c = 0; c < 256; c++) {
		CU_ASSERT_EQUAL(g711_a_octet(g711_a_linear[c]), c);
		if (c != 0x7F) /* mu-law's negative zero */
			CU_ASSERT_EQUAL(g711_mu_octet(g711_mu_linear[c]), c);
	}
}

/* Half a step of the segment, G.711 tables 1 and 2: a 32nd of the value, and 8 or 4 near zero. */
static void quantising_error(void)
{
	unsigned wrong = 0;

	for (int v = -32124; v <= 32124; v++) {
		int a = abs(g711_a_linear[g711_a_octet((int16_t)v)] - v);
		int mu = abs(g711_mu_linear[g711_mu_octet((int16_t)v)] - v);

		wrong += a > (abs(v) < 512 ? 8 : abs(v) / 32 + 1);
		wrong += mu > (abs(v) + 132) / 32 + 1;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void blocks(void)
{
	uint8_t octets[256], back[256];
	int16_t linear[256];

	for (unsigned i = 0; i < 256; i++)
		octets[i] = back[i] = (uint8_t)i;
	g711_convert(G711_A, G711_A, back, sizeof(back));
	CU_ASSERT_EQUAL(memcmp(octets, back, sizeof(back)), 0);
	g711_convert(G711_A, G711_MU, back, sizeof(back));
	CU_ASSERT_EQUAL(back[0xD5], 0xFE); /* +1 is +1, table 3 */
	g711_expand(G711_A, linear, octets, 256);
	g711_compress(G711_A, back, linear, 256);
	CU_ASSERT_EQUAL(memcmp(octets, back, sizeof(back)), 0);
	CU_ASSERT_EQUAL(g711_a_octet(0), g711_silence(G711_A));
	CU_ASSERT_EQUAL(g711_mu_octet(0), g711_silence(G711_MU));
}

#define MOST 200

/* However many octets there are, and whichever way this processor takes: by the tables, and nothing behind them. */
static void every_length(void)
{
	static const int16_t *const linear[] = { g711_a_linear, g711_mu_linear };
	static const uint8_t *const other[] = { g711_a_to_mu, g711_mu_to_a };
	unsigned wrong = 0, touched = 0;

	for (unsigned n = 0; n < MOST; n++)
		for (unsigned law = 0; law < 2; law++) {
			uint8_t octets[MOST + 64], converted[MOST + 64];
			int16_t samples[MOST + 64];

			for (unsigned i = 0; i < MOST + 64; i++) {
				octets[i] = converted[i] = (uint8_t)(i * 167 + n * 13);
				samples[i] = 77;
			}
			g711_expand(law, samples, octets, n);
			g711_convert(law, !law, converted, n);
			for (unsigned i = 0; i < n; i++)
				wrong += samples[i] != linear[law][octets[i]] ||
					 converted[i] != other[law][octets[i]];
			for (unsigned i = n; i < MOST + 64; i++)
				touched += samples[i] != 77 || converted[i] != octets[i];
		}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(touched, 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "compress 65536 values as SpanDSP", compress_all },
		{ "expand and convert as SpanDSP", expand_all },
		{ "round trip of every octet", round_trip },
		{ "error of quantising", quantising_error },
		{ "blocks", blocks },
		{ "every length", every_length },
		CU_TEST_INFO_NULL,
	};

	return cu_run("g711", tests, argc, argv);
}
