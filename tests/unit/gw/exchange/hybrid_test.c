/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The echo of a subscriber's line: its loss, its delay, what is sent besides, and none. */
#include "gw/exchange/hybrid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

#define BLOCK	40
#define SECONDS 4
#define SAMPLES (SECONDS * 8000)

static uint8_t said[SAMPLES], back[SAMPLES];
static int16_t said_linear[SAMPLES], back_linear[SAMPLES];

/* White noise of about -16 dBm0, in the law. */
static void noise(enum g711_law law)
{
	uint32_t random = 7;

	for (size_t i = 0; i < SAMPLES; i++) {
		random = random * 1664525 + 1013904223;
		said_linear[i] = (int16_t)((int32_t)(random >> 16) % 12000 - 6000);
	}
	g711_compress(law, said, said_linear, SAMPLES);
	g711_expand(law, said_linear, said, SAMPLES);
}

static double energy(const int16_t *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	return sum;
}

static void pass(enum g711_law law, unsigned erl_db, unsigned delay_ms)
{
	struct hybrid hybrid;

	noise(law);
	hybrid_open(&hybrid, law, erl_db, delay_ms);
	memset(back, g711_silence(law), SAMPLES);
	for (size_t at = 0; at < SAMPLES; at += BLOCK)
		hybrid_block(&hybrid, said + at, back + at, BLOCK);
	g711_expand(law, back_linear, back, SAMPLES);
}

/* Where what comes back is most like what was said. */
static size_t delay_of(void)
{
	size_t best = 0;
	double most = 0;

	for (size_t lag = 0; lag < 1100; lag++) {
		double sum = 0;

		for (size_t i = lag; i < 8000; i++)
			sum += (double)back_linear[i] * said_linear[i - lag];
		if (fabs(sum) > most) {
			most = fabs(sum);
			best = lag;
		}
	}
	return best;
}

static void loss_and_delay(void)
{
	static const struct {
		unsigned erl_db, delay_ms;
	} paths[] = { { 6, 0 }, { 10, 20 }, { 20, 64 }, { 30, HYBRID_DELAY_MAX_MS } };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		for (unsigned law = 0; law < 2; law++) {
			size_t tail = (HYBRID_DELAY_MAX_MS + 2) * 8;
			double erl;

			pass((enum g711_law)law, paths[i].erl_db, paths[i].delay_ms);
			erl = 10 * log10(energy(said_linear, SAMPLES - tail) /
					 energy(back_linear + tail, SAMPLES - tail));
			CU_ASSERT_DOUBLE_EQUAL(erl, paths[i].erl_db, 0.3);
			CU_ASSERT_EQUAL(delay_of(), paths[i].delay_ms * 8 + 3);
			/* silent until then */
			CU_ASSERT_EQUAL(energy(back_linear, paths[i].delay_ms * 8u),
					energy(back_linear, 1) * paths[i].delay_ms * 8);
		}
	}
}

/* No hybrid: octets are left alone. With one they are added to. */
static void besides(void)
{
	struct hybrid hybrid;
	uint8_t sent[BLOCK], before[BLOCK];
	int16_t linear[BLOCK];

	noise(G711_A);
	for (size_t i = 0; i < BLOCK; i++)
		before[i] = sent[i] = (uint8_t)(i * 6);
	hybrid_open(&hybrid, G711_A, 0, 20);
	hybrid_block(&hybrid, said, sent, BLOCK);
	CU_ASSERT_EQUAL(memcmp(sent, before, BLOCK), 0);
	/* nothing heard: nothing is added */
	hybrid_open(&hybrid, G711_A, 6, 0);
	memset(said, 0xd5, BLOCK);
	hybrid_block(&hybrid, said, sent, BLOCK);
	CU_ASSERT_EQUAL(memcmp(sent, before, BLOCK), 0);
	/* no sum beyond what the law has */
	memset(said, 0xaa, BLOCK);
	memset(sent, 0xaa, BLOCK);
	hybrid_open(&hybrid, G711_A, 1, 0);
	hybrid_block(&hybrid, said, sent, BLOCK);
	g711_expand(G711_A, linear, sent, BLOCK);
	for (size_t i = 3; i < BLOCK; i++)
		CU_ASSERT(linear[i] > 20000);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "loss and delay", loss_and_delay },
		{ "besides", besides },
		CU_TEST_INFO_NULL,
	};

	return cu_run("exchange hybrid", tests, argc, argv);
}
