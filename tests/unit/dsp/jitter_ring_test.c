/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The jitter buffer's ring against one that says of every octet by itself whether it is there. */
#include "dsp/jitter_ring.h"

#include <string.h>

#include "tests/unit/cu.h"

#define KNOWN (2 * JITTER_SAMPLES) /* octets around play, by timestamp */
#define MOST  (JITTER_SAMPLES - JITTER_PACKET_MAX - 256)
#define STEPS 200000

struct plain {
	bool there[KNOWN];
	uint8_t octet[KNOWN];
};

static struct jitter jitter;
static struct plain plain;
static uint32_t random_state;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static void store(uint32_t at, size_t n)
{
	uint8_t octets[JITTER_PACKET_MAX];

	for (size_t i = 0; i < n; i++) {
		octets[i] = (uint8_t)below(256);
		plain.there[(at + i) % KNOWN] = true;
		plain.octet[(at + i) % KNOWN] = octets[i];
	}
	jitter_ring_store(&jitter, at, octets, n);
}

static void pass(size_t n)
{
	for (size_t i = 0; i < n && i < KNOWN; i++)
		plain.there[(jitter.play + i) % KNOWN] = false;
	jitter_ring_pass(&jitter, n);
}

static size_t plain_run(uint32_t at, size_t n, bool there)
{
	size_t run = 0;

	while (run < n && plain.there[(at + run) % KNOWN] == there)
		run++;
	return run;
}

static bool same(uint32_t at, size_t n)
{
	uint8_t octets[JITTER_PACKET_MAX];
	size_t there = plain_run(at, n, true);

	if (jitter_ring_run(&jitter, at, n, true) != there ||
	    jitter_ring_run(&jitter, at, n, false) != plain_run(at, n, false))
		return false;
	jitter_ring_load(&jitter, at, octets, there);
	for (size_t i = 0; i < there; i++)
		if (octets[i] != plain.octet[(at + i) % KNOWN])
			return false;
	return true;
}

/* As a cut does that makes the delay longer: play goes back, and what lies there then is there. */
static void go_back(uint32_t n)
{
	if (jitter_ring_run(&jitter, jitter.play, n, true) < n || jitter.end - jitter.play > MOST)
		return;
	jitter.play -= n;
	store(jitter.play, n);
}

static void step(void)
{
	switch (below(8)) {
	case 0:
	case 1:
	case 2: /* in sequence */
		if (jitter.end - jitter.play < MOST / 2)
			store(jitter.end, 1 + below(320));
		break;
	case 3: /* anywhere */
		store(jitter.play + below(MOST), 1 + below(JITTER_PACKET_MAX));
		break;
	case 4: /* what is missing first */
		if (jitter.whole - jitter.play < MOST)
			store(jitter.whole, 1 + below(200));
		break;
	case 5:
	case 6:
		pass(1 + below(320));
		break;
	case 7:
		if (below(8))
			go_back(40 + below(81));
		else
			pass(below(16) ? below(MOST) : JITTER_SAMPLES + below(100));
		break;
	}
	/* Play has passed everything. */
	if ((int32_t)(jitter.end - jitter.play) < 0)
		jitter.end = jitter.play;
}

/* Timestamps wrap on the way. */
static void as_the_plain_one(void)
{
	unsigned wrong = 0;

	random_state = 1;
	memset(&jitter, 0, sizeof(jitter));
	memset(&plain, 0, sizeof(plain));
	jitter.play = jitter.end = UINT32_MAX - 100000;
	jitter_ring_clear(&jitter);
	for (unsigned i = 0; i < STEPS; i++) {
		step();
		wrong += !same(jitter.play, 1 + below(JITTER_PACKET_MAX));
		wrong += !same(jitter.play + below(MOST), 1 + below(JITTER_PACKET_MAX));
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(jitter.play < UINT32_MAX / 2);
}

/* In sequence nothing is looked up octet by octet. */
static void in_sequence(void)
{
	static const uint64_t none[sizeof(jitter.present) / sizeof(uint64_t)];

	memset(&plain, 0, sizeof(plain));
	jitter_ring_pass(&jitter, JITTER_SAMPLES);
	jitter.end = jitter.play;
	for (unsigned i = 0; i < 1000; i++) {
		store(jitter.end, 160);
		CU_ASSERT_EQUAL(jitter.whole, jitter.end);
		pass(i % 2 ? 120 : 200);
	}
	CU_ASSERT_EQUAL(memcmp(jitter.present, none, sizeof(none)), 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "as one that is looked up octet by octet", as_the_plain_one },
		{ "in sequence", in_sequence },
		CU_TEST_INFO_NULL,
	};

	return cu_run("jitter ring", tests, argc, argv);
}
