/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * CPU time of DTMF and tone detection for each channel and 20 ms frame, with 1,008 channels in lane
 * groups, beside SpanDSP's detectors on the same samples in the same run. The samples: noise through
 * a resonance that moves, as loud as speech; and, where it says so, digits on every channel.
 * Medians. The rows of one build are the same work by other instructions.
 */
#include <spandsp.h>
#include <spandsp/expose.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dsp/detect.h"
#include "dsp/dtmf.h"
#include "dsp/tone.h"

#define GROUPS	 63
#define CHANNELS (GROUPS * LANES)
#define FRAME	 160
#define FRAMES	 25
#define RUNS	 15
#define LIMIT_US 0.1

struct bench {
	int16_t (*lanes)[LANES]; /* FRAMES frames */
	int16_t *alone;
	struct dtmf_group *dtmf;
	struct detect_group *tones;
	struct dtmf_detector *dtmf_alone;
	dtmf_rx_state_t **span_dtmf;
	modem_connect_tones_rx_state_t **span_ced, **span_cng;
	unsigned found;
};

typedef void work_fn(struct bench *bench, unsigned frame);

static void *room(size_t n, size_t each)
{
	void *p = calloc(n, each);

	if (!p)
		exit(1);
	return p;
}

static void speech_make(struct bench *b)
{
	uint32_t random = 1;

	for (unsigned lane = 0; lane < LANES; lane++) {
		double y = 0, before = 0;

		for (unsigned i = 0; i < FRAMES * FRAME; i++) {
			double pole = 1.2 + 0.5 * ((i / 800 + lane) % 5) / 5, next;

			random = random * 1664525 + 1013904223;
			next = (double)(int32_t)random / 2147483648.0 * 1000 + pole * y -
			       0.8 * before;
			before = y;
			y = next;
			b->lanes[i][lane] = (int16_t)y;
		}
	}
	for (unsigned i = 0; i < FRAMES * FRAME; i++)
		b->alone[i] = b->lanes[i][0];
}

static void digits_make(struct bench *b)
{
	struct tone_player player = { 0 };
	int16_t block[FRAME];

	for (unsigned lane = 0; lane < LANES; lane++)
		for (unsigned frame = 0; frame < FRAMES; frame++) {
			if ((frame + lane) % 5 == 0)
				tone_player_start(&player, tone_dtmf("123456789*0#ABCD"[lane]));
			else if ((frame + lane) % 5 == 3)
				tone_player_start(&player, NULL);
			tone_player_play(&player, block, FRAME);
			for (unsigned i = 0; i < FRAME; i++)
				b->lanes[frame * FRAME + i][lane] = block[i];
		}
}

static void dtmf_groups(struct bench *b, unsigned frame)
{
	for (unsigned i = 0; i < GROUPS; i++)
		b->found += dtmf_group_hear(&b->dtmf[i], b->lanes + frame * FRAME, FRAME) != 0;
}

static void tone_groups(struct bench *b, unsigned frame)
{
	struct detect_event events[DETECT_GROUP_EVENTS];

	for (unsigned i = 0; i < GROUPS; i++)
		b->found += (unsigned)detect_group_hear(&b->tones[i], b->lanes + frame * FRAME,
							FRAME, events);
}

static void interleave(struct bench *b, unsigned frame)
{
	const int16_t *from[LANES];
	int16_t to[FRAME][LANES];

	for (unsigned i = 0; i < LANES; i++)
		from[i] = b->alone + frame * FRAME;
	for (unsigned i = 0; i < GROUPS; i++) {
		lanes_interleave(to, from, FRAME);
		b->found += to[i][0] == 1;
	}
}

static void dtmf_singles(struct bench *b, unsigned frame)
{
	for (unsigned i = 0; i < CHANNELS; i++)
		b->found +=
			dtmf_detector_hear(&b->dtmf_alone[i], b->alone + frame * FRAME, FRAME) != 0;
}

static void span_dtmf(struct bench *b, unsigned frame)
{
	for (unsigned i = 0; i < CHANNELS; i++)
		dtmf_rx(b->span_dtmf[i], b->alone + frame * FRAME, FRAME);
}

static void span_tones(struct bench *b, unsigned frame)
{
	for (unsigned i = 0; i < CHANNELS; i++) {
		modem_connect_tones_rx(b->span_ced[i], b->alone + frame * FRAME, FRAME);
		modem_connect_tones_rx(b->span_cng[i], b->alone + frame * FRAME, FRAME);
	}
}

static double cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Microseconds a channel and frame. */
static double run(struct bench *b, work_fn *work)
{
	double us[RUNS];

	for (unsigned i = 0; i < RUNS; i++) {
		double start = cpu_us();

		for (unsigned frame = 0; frame < FRAMES; frame++)
			work(b, frame);
		us[i] = (cpu_us() - start) / FRAMES / CHANNELS;
	}
	qsort(us, RUNS, sizeof(us[0]), by_value);
	return us[RUNS / 2];
}

static void groups_init(struct bench *b, enum lanes_build build)
{
	for (unsigned i = 0; i < GROUPS; i++) {
		dtmf_group_init(&b->dtmf[i], build);
		detect_group_init(&b->tones[i], build);
	}
}

static void row(const char *name, double us, const char *reference, double value)
{
	printf("bench\t%s\t%.4f\tus\t%s\t%.4f\t%.3f\n", name, us, reference, value, us / value);
}

static void bench_open(struct bench *b)
{
	*b = (struct bench){ .lanes = room(FRAMES * FRAME, sizeof(*b->lanes)),
			     .alone = room(FRAMES * FRAME, sizeof(int16_t)),
			     .dtmf = room(GROUPS, sizeof(*b->dtmf)),
			     .tones = room(GROUPS, sizeof(*b->tones)),
			     .dtmf_alone = room(CHANNELS, sizeof(*b->dtmf_alone)),
			     .span_dtmf = room(CHANNELS, sizeof(void *)),
			     .span_ced = room(CHANNELS, sizeof(void *)),
			     .span_cng = room(CHANNELS, sizeof(void *)) };
	for (unsigned i = 0; i < CHANNELS; i++) {
		dtmf_detector_init(&b->dtmf_alone[i]);
		b->span_dtmf[i] = dtmf_rx_init(NULL, NULL, NULL);
		b->span_ced[i] = modem_connect_tones_rx_init(
			NULL, MODEM_CONNECT_TONES_FAX_CED_OR_PREAMBLE, NULL, NULL);
		b->span_cng[i] =
			modem_connect_tones_rx_init(NULL, MODEM_CONNECT_TONES_FAX_CNG, NULL, NULL);
	}
}

static void bench_close(struct bench *b)
{
	for (unsigned i = 0; i < CHANNELS; i++) {
		dtmf_rx_free(b->span_dtmf[i]);
		modem_connect_tones_rx_free(b->span_ced[i]);
		modem_connect_tones_rx_free(b->span_cng[i]);
	}
	free(b->lanes);
	free(b->alone);
	free(b->dtmf);
	free(b->tones);
	free(b->dtmf_alone);
	free(b->span_dtmf);
	free(b->span_ced);
	free(b->span_cng);
}

int main(void)
{
	static const char *const dtmf_rows[LANES_BUILDS] = { "dtmf_detect_base", "dtmf_detect_avx2",
							     "dtmf_detect_avx512" };
	static const char *const tone_rows[LANES_BUILDS] = { "tones_detect_base",
							     "tones_detect_avx2",
							     "tones_detect_avx512" };
	double dtmf_reference, tone_reference;
	struct bench b;

	bench_open(&b);
	speech_make(&b);
	dtmf_reference = run(&b, span_dtmf);
	tone_reference = run(&b, span_tones);
	for (enum lanes_build build = 0; build < LANES_BUILDS && lanes_can(build); build++) {
		groups_init(&b, build);
		row(dtmf_rows[build], run(&b, dtmf_groups), "spandsp", dtmf_reference);
		row(tone_rows[build], run(&b, tone_groups), "spandsp", tone_reference);
	}
	groups_init(&b, lanes_best());
	row("dtmf_detect", run(&b, dtmf_groups), "limit", LIMIT_US);
	row("tones_detect", run(&b, tone_groups), "limit", LIMIT_US);
	row("dtmf_detect_alone", run(&b, dtmf_singles), "spandsp", dtmf_reference);
	row("lanes_interleave", run(&b, interleave), "limit", LIMIT_US);
	b.found = 0;
	digits_make(&b);
	row("dtmf_detect_digits", run(&b, dtmf_groups), "spandsp", dtmf_reference);
	if (!b.found) {
		fprintf(stderr, "dtmf_detect: no digit was heard\n");
		return 1;
	}
	bench_close(&b);
	return 0;
}
