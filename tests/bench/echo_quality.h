/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Residual echo of our canceller and of SpeexDSP's on the same LANES lines: composite source signal at -10 dBm0, ERL 6 dB,
 * A-law, G.168's echo paths and synthetic hybrids behind a delay of 30 ms. Figures are means over the lines, in dBm0.
 */
#ifndef TESTS_BENCH_ECHO_QUALITY_H
#define TESTS_BENCH_ECHO_QUALITY_H

#include "tests/bench/echo_peers.h"
#include "tests/unit/dsp/echo_line.h"

#define QUALITY_S	   16.5
#define QUALITY_DELAY	   240
#define TALK_FROM_S	   5
#define TALK_TO_S	   10
#define QUALITY_WINDOW_S   0.35 /* a period of the signal */
#define TRACE_STEP_S	   0.05

struct quality {
	struct bench bench;	   /* own */
	float (*theirs)[LINE_SAMPLES]; /* own; NULL: not installed */
};

static inline void quality_theirs(struct quality *quality, const struct speex *speex)
{
	const struct bench *bench = &quality->bench;

	quality->theirs = calloc(LANES, sizeof(quality->theirs[0]));
	for (unsigned i = 0; i < LANES && quality->theirs; i++) {
		void *state = speex_make(speex, bench->conf.taps);

		for (size_t at = 0; at + SPEEX_FRAME <= bench->n; at += SPEEX_FRAME) {
			int16_t far[SPEEX_FRAME], near[SPEEX_FRAME], out[SPEEX_FRAME];

			for (unsigned k = 0; k < SPEEX_FRAME; k++) {
				far[k] = (int16_t)bench->far[i][at + k];
				near[k] = (int16_t)bench->line[i][at + k];
			}
			speex->cancel(state, near, far, out);
			for (unsigned k = 0; k < SPEEX_FRAME; k++)
				quality->theirs[i][at + k] = out[k];
		}
		speex->destroy(state);
	}
}

/* The near end as loud as the echo that it talks over is before the hybrid: 0 dB. */
static inline void quality_talk(struct bench *bench)
{
	for (unsigned i = 0; i < LANES; i++) {
		css_make(bench->near[i], bench->n, -10, true, i + 511);
		memset(bench->near[i], 0, TALK_FROM_S * SECOND * sizeof(float));
		memset(bench->near[i] + TALK_TO_S * SECOND, 0, (bench->n - TALK_TO_S * SECOND) * sizeof(float));
	}
}

/* speex NULL: not installed. */
static inline void quality_open(struct quality *quality, const struct echo_conf *conf, const struct echo_lane_conf *lane,
				bool talk, const struct speex *speex)
{
	struct bench *bench = &quality->bench;

	line_build = conf->build;
	quality->theirs = NULL;
	bench_open(bench, conf->taps, conf->block, QUALITY_S);
	bench_set_lanes(bench, lane);
	for (unsigned i = 0; i < LANES; i++) {
		css_make(bench->far[i], bench->n, -10, false, i + 1);
		path_add(&bench->path[i], 2 + i, QUALITY_DELAY, pow(10, -6.0 / 20));
	}
	if (talk)
		quality_talk(bench);
	bench_run(bench, QUALITY_S);
	if (speex)
		quality_theirs(quality, speex);
}

static inline void quality_close(struct quality *quality)
{
	bench_close(&quality->bench);
	free(quality->theirs);
}

static inline double quality_at(float (*x)[LINE_SAMPLES], double s)
{
	return read_lanes(x, level_of, s, s + QUALITY_WINDOW_S).mean;
}

/* Tab-separated: seconds, and the levels of the echo, of what we leave of it, of what SpeexDSP does. */
static inline void quality_trace(const struct quality *quality)
{
	const struct bench *bench = &quality->bench;

	printf("# seconds\techo dBm0\tresidual dBm0%s\n", quality->theirs ? "\tresidual of SpeexDSP dBm0" : "");
	for (double s = 0; s + TRACE_STEP_S < QUALITY_S - 0.02; s += TRACE_STEP_S) {
		printf("%.2f\t%.2f\t%.2f", s, read_lanes(bench->line, level_of, s, s + TRACE_STEP_S).mean,
		       read_lanes(bench->out, level_of, s, s + TRACE_STEP_S).mean);
		if (quality->theirs)
			printf("\t%.2f", read_lanes(quality->theirs, level_of, s, s + TRACE_STEP_S).mean);
		printf("\n");
	}
}

#endif
