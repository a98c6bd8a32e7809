/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What echo cancellation costs for each channel and 20 ms frame, in groups of 16 channels in turn,
 * CHANNELS in all, against the limits for a processor with AVX-512 and against the echo cancellers
 * of SpeexDSP and SpanDSP, measured in the same run. The signals are a noise as loud as speech and
 * its echo 6 dB below, after A-law; near and far differ from group to group.
 */
#include <spandsp.h>
#include <speex/speex_echo.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dsp/echo_group.h"
#include "dsp/g711.h"

#define CHANNELS 1008
#define GROUPS	 (CHANNELS / LANES)
#define FRAME	 160
#define FRAMES	 50 /* each group's, per run */
#define RUNS	 5
#define DELAY	 200
#define PEERS	 64 /* channels of the others */
#define PEER_FRAMES 20

static int16_t far_signal[FRAMES * FRAME + 2 * GROUPS], near_signal[FRAMES * FRAME + 2 * GROUPS];

static double cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void signals_make(void)
{
	const size_t n = sizeof(far_signal) / sizeof(far_signal[0]);
	uint32_t random = 1;
	double y = 0;

	for (size_t i = 0; i < n; i++) {
		random = random * 1664525 + 1013904223;
		y = 0.7 * y + (double)(int32_t)random / 2147483648.0 * 5000;
		far_signal[i] = g711_a_linear[g711_a_octet((int16_t)y)];
		near_signal[i] = i < DELAY ? 0 : (int16_t)(far_signal[i - DELAY] / 2);
		near_signal[i] = g711_a_linear[g711_a_octet(near_signal[i])];
	}
}

static void *memory_get(size_t octets)
{
	void *memory = aligned_alloc(ECHO_ALIGN, (octets + ECHO_ALIGN - 1) / ECHO_ALIGN * ECHO_ALIGN);

	if (!memory)
		exit(1);
	return memory;
}

static void frame_run(struct echo_group *group, const int16_t *far, const int16_t *near)
{
	int16_t out[FRAME];

	for (unsigned lane = 0; lane < LANES; lane++) {
		echo_group_sent(group, lane, far, FRAME);
		echo_group_received(group, lane, near, FRAME);
	}
	echo_group_run(group);
	for (unsigned lane = 0; lane < LANES; lane++)
		echo_group_take(group, lane, out, FRAME);
}

static double own_run(struct echo_group *const groups[GROUPS])
{
	double start = cpu_us();

	for (unsigned frame = 0; frame < FRAMES; frame++)
		for (unsigned g = 0; g < GROUPS; g++)
			frame_run(groups[g], far_signal + frame * FRAME + g,
				  near_signal + frame * FRAME + g);
	return (cpu_us() - start) / FRAMES / CHANNELS;
}

/* The median of the runs; a first one warms up. */
static double own(const struct echo_conf *echo)
{
	const struct echo_group_conf conf = { .echo = *echo, .chunk = FRAME };
	struct echo_group *groups[GROUPS];
	double us[RUNS];

	for (unsigned g = 0; g < GROUPS; g++) {
		groups[g] = echo_group_init(memory_get(echo_group_octets(&conf)), &conf);
		for (unsigned lane = 0; lane < LANES; lane++)
			echo_group_open(groups[g], lane,
					&(struct echo_lane_conf){ .mode = ECHO_ON });
	}
	own_run(groups);
	for (unsigned i = 0; i < RUNS; i++)
		us[i] = own_run(groups);
	qsort(us, RUNS, sizeof(us[0]), by_value);
	for (unsigned g = 0; g < GROUPS; g++)
		free(groups[g]);
	return us[RUNS / 2];
}

static double speex(int taps)
{
	SpeexEchoState *states[PEERS];
	int16_t out[FRAME];
	double start;

	for (unsigned i = 0; i < PEERS; i++) {
		states[i] = speex_echo_state_init(FRAME, taps);
		speex_echo_ctl(states[i], SPEEX_ECHO_SET_SAMPLING_RATE, &(int){ 8000 });
	}
	start = cpu_us();
	for (unsigned frame = 0; frame < PEER_FRAMES; frame++)
		for (unsigned i = 0; i < PEERS; i++)
			speex_echo_cancellation(states[i], near_signal + frame * FRAME,
						far_signal + frame * FRAME, out);
	start = (cpu_us() - start) / PEER_FRAMES / PEERS;
	for (unsigned i = 0; i < PEERS; i++)
		speex_echo_state_destroy(states[i]);
	return start;
}

/* Debian's build prints for every sample; that is sent nowhere. */
static double spandsp(int taps)
{
	echo_can_state_t *states[PEERS];
	int out = dup(1), nowhere = open("/dev/null", O_WRONLY);
	volatile int16_t clean;
	double start;

	fflush(stdout);
	dup2(nowhere, 1);
	for (unsigned i = 0; i < PEERS; i++)
		states[i] = echo_can_init(taps, ECHO_CAN_USE_ADAPTION);
	start = cpu_us();
	for (unsigned frame = 0; frame < 2; frame++)
		for (unsigned i = 0; i < PEERS; i++)
			for (unsigned k = frame * FRAME; k < (frame + 1) * FRAME; k++)
				clean = echo_can_update(states[i], far_signal[k], near_signal[k]);
	(void)clean;
	start = (cpu_us() - start) / 2 / PEERS;
	for (unsigned i = 0; i < PEERS; i++)
		echo_can_free(states[i]);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	close(nowhere);
	return start;
}

static void row(const char *name, double value, const char *reference, double its)
{
	printf("bench\t%s\t%.3f\tus\t%s\t%.3f\t%.4f\n", name, value, reference, its, value / its);
}

/* Every build that this processor runs, both blocks. */
static void builds(unsigned taps, double speex_us)
{
	for (unsigned build = LANES_BASE; build <= lanes_best(); build++)
		for (unsigned block = 32; block <= 64; block += 32) {
			struct echo_conf conf = { taps, block, (enum lanes_build)build };
			char name[64];

			snprintf(name, sizeof(name), "echo_canceller_%u_%ums_%s", taps, block / 8,
				 lanes_name(conf.build));
			row(name, own(&conf), "speexdsp", speex_us);
		}
}

int main(void)
{
	struct echo_conf conf = { 1024, 64, lanes_best() };
	double speex_us, own_us;

	signals_make();
	own_us = own(&conf);
	speex_us = speex(1024);
	row("echo_canceller_1024", own_us, "limit", 1.5);
	row("echo_canceller_1024_to_speexdsp", own_us, "speexdsp", speex_us);
	row("echo_canceller_1024_to_spandsp", own_us, "spandsp", spandsp(1024));
	conf.block = 32;
	row("echo_canceller_1024_4ms", own(&conf), "limit", 2.4);
	builds(1024, speex_us);
	builds(512, speex(512));
	return 0;
}
