/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What runs on every RTP packet of 20 ms beside the chain of media_chain.c: CPU time of each part, in turn over many
 * channels, so that their states are not all in the nearest cache. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dsp/comfort.h"
#include "dsp/jitter.h"
#include "dsp/vad.h"
#include "gw/media/red.h"
#include "gw/media/reception.h"

#define CHANNELS 250
#define FRAMES	 400
#define FRAME	 160

struct channel {
	struct jitter jitter;
	struct reception reception;
	struct vad vad;
	struct comfort_analyser analyser;
	struct comfort_player player;
};

static uint8_t octets[FRAME];
static int16_t linear[FRAME];
static uint64_t sink;

static void part_jitter(struct channel *c, unsigned frame)
{
	uint8_t out[FRAME];
	enum jitter_kind kind;

	sink += reception_note(&c->reception, 1, (uint16_t)frame, frame * FRAME,
			       frame * FRAME + frame % 7);
	sink += jitter_put(&c->jitter, frame * FRAME, octets, FRAME, true);
	for (size_t n = 0; n < FRAME;)
		n += jitter_get(&c->jitter, out, FRAME - n, &kind);
	sink += kind;
}

static void part_vad(struct channel *c, unsigned frame)
{
	(void)frame;
	sink += vad_hear(&c->vad, linear, FRAME);
}

static void part_describe(struct channel *c, unsigned frame)
{
	struct comfort_noise noise;

	(void)frame;
	comfort_analyser_hear(&c->analyser, linear, FRAME);
	sink += comfort_analyser_find(&c->analyser, &noise) > 0.5f;
}

static void part_noise(struct channel *c, unsigned frame)
{
	int16_t out[FRAME];

	(void)frame;
	comfort_player_play(&c->player, out, FRAME);
	sink += (uint16_t)out[0];
}

static void part_red(struct channel *c, unsigned frame)
{
	const struct red_block blocks[3] = { { 0, 320, octets, FRAME },
					     { 0, 160, octets, FRAME },
					     { 0, 0, octets, FRAME } };
	struct red_block out[RED_BLOCKS_MAX];
	uint8_t packet[1000];
	size_t n = red_encode(packet, sizeof(packet), blocks, 3);

	(void)c;
	(void)frame;
	sink += (uint64_t)red_decode(out, packet, n);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(struct channel *channels, const char *name, double limit_us,
		    void (*part)(struct channel *c, unsigned frame))
{
	double start = cpu_s(), us;

	for (unsigned frame = 0; frame < FRAMES; frame++)
		for (unsigned i = 0; i < CHANNELS; i++)
			part(&channels[i], frame);
	us = (cpu_s() - start) * 1e6 / CHANNELS / FRAMES;
	printf("bench\t%s\t%.3f\tus\tlimit\t%.3f\t%.2f\n", name, us, limit_us, us / limit_us);
}

int main(void)
{
	const struct jitter_conf conf = { .law = G711_A, .min = FRAME, .max = 1600 };
	const struct comfort_noise noise = { .level = 50,
					     .order = COMFORT_ORDER,
					     .index = { 80, 140, 120, 127, 127, 127, 127, 127 } };
	struct channel *channels = calloc(CHANNELS, sizeof(*channels));
	uint32_t random = 1;

	if (!channels)
		return 1;
	for (unsigned i = 0; i < FRAME; i++) {
		random = random * 1664525 + 1013904223;
		linear[i] = (int16_t)((int32_t)random >> 22);
		octets[i] = g711_a_octet(linear[i]);
	}
	for (unsigned i = 0; i < CHANNELS; i++) {
		jitter_init(&channels[i].jitter, &conf);
		vad_init(&channels[i].vad);
		comfort_analyser_init(&channels[i].analyser);
		comfort_player_set(&channels[i].player, &noise);
	}
	measure(channels, "rtp_jitter_buffer", 0.5, part_jitter);
	measure(channels, "rtp_voice_activity", 0.3, part_vad);
	measure(channels, "rtp_noise_described", 3, part_describe);
	measure(channels, "rtp_noise_played", 6, part_noise);
	measure(channels, "rtp_redundancy", 0.3, part_red);
	free(channels);
	return sink == 0;
}
