/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * jitter_plot: a minute of packets of 20 ms over a network that becomes worse, better and longer, always the same one
 * by its seed, through the jitter buffer. Prints for every packet, with tabs between them: seconds, what the network
 * took above its least, what the buffer adds, and what was concealed in these 20 ms, all in ms.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dsp/jitter.h"

#define PACKET	160u
#define PER_MS	8u
#define PACKETS (60 * 50)
#define TICK	40u /* 5 ms */
#define LOST	UINT32_MAX

struct stretch { /* of the network, from a packet on */
	unsigned from;
	unsigned longer_ms, jitter_ms; /* jitter: even, from 0 */
	unsigned loss_per_mille;
};

static const struct stretch stretches[] = {
	{ 0, 0, 5, 0 },	      { 600, 0, 60, 10 }, /* jitter and losses from 12 s on */
	{ 1400, 0, 5, 0 },			  /* good again at 28 s */
	{ 1900, 150, 5, 0 },  { 1920, 0, 5, 0 },  /* 0.4 s of congestion at 38 s */
	{ 2300, 80, 15, 10 },			  /* another way from 46 s on */
};

static uint32_t arrival[PACKETS]; /* samples; LOST */
static uint32_t taken[PACKETS];	  /* by the network, samples */

static uint32_t random_next(void)
{
	static uint64_t state = 20260101;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

static void network(void)
{
	const struct stretch *now = stretches;
	const struct stretch *last = stretches + sizeof(stretches) / sizeof(*stretches) - 1;

	for (unsigned i = 0; i < PACKETS; i++) {
		while (now < last && now[1].from <= i)
			now++;
		taken[i] = PER_MS * now->longer_ms + random_next() % (PER_MS * now->jitter_ms);
		arrival[i] = i * PACKET + taken[i];
		if (random_next() % 1000 < now->loss_per_mille)
			arrival[i] = LOST;
	}
}

/* Octets concealed in a tick. */
static unsigned play(struct jitter *jitter)
{
	uint8_t octets[TICK];
	unsigned concealed = 0;

	for (size_t at = 0; at < TICK;) {
		enum jitter_kind kind;
		size_t n = jitter_get(jitter, octets, TICK - at, &kind);

		concealed += kind == JITTER_LOST ? (unsigned)n : 0;
		at += n;
	}
	return concealed;
}

static void arrive(struct jitter *jitter, uint32_t now)
{
	uint8_t octets[PACKET];

	memset(octets, g711_silence(G711_A), sizeof(octets));
	for (unsigned i = 0; i < PACKETS; i++)
		if (arrival[i] != LOST && arrival[i] > now - TICK && arrival[i] <= now)
			(void)jitter_put(jitter, i * PACKET, octets, PACKET, true);
}

int main(void)
{
	static const struct jitter_conf conf = { .law = G711_A,
						 .min = 20 * PER_MS,
						 .max = 200 * PER_MS };
	static struct jitter jitter;

	network();
	jitter_init(&jitter, &conf);
	for (unsigned i = 0; i < PACKETS; i++) {
		unsigned concealed = 0;

		for (uint32_t at = TICK; at <= PACKET; at += TICK) {
			arrive(&jitter, i * PACKET + at);
			concealed += play(&jitter);
		}
		printf("%.2f\t", (double)i / 50);
		if (arrival[i] == LOST)
			printf("NaN");
		else
			printf("%.2f", (double)taken[i] / PER_MS);
		printf("\t%.2f\t%.2f\n", (double)jitter_delay(&jitter) / PER_MS,
		       (double)concealed / PER_MS);
	}
	return 0;
}
