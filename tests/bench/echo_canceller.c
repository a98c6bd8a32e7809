/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What echo cancellation costs for each channel and 20 ms frame, in groups of 16 channels in turn,
 * CHANNELS in all, against the limits for a processor with AVX-512 and against the echo cancellers
 * of SpeexDSP and SpanDSP, measured in turn in the same run; the signals are a noise as loud as
 * speech, without an end, and its echo 6 dB below, after A-law. The lines are known when it is
 * measured, but for the rows _learning; their echo comes after 25 ms, or (_spread) each lane's 5 ms
 * after the one before. And what echo is left, beside SpeexDSP's.
 *
 * usage: echo_canceller [--trace convergence|doubletalk [TAPS]]
 * --trace prints echo and residual every 50 ms, as means over 16 lines, instead; during double talk
 * the near end is in both.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dsp/echo.h"
#include "tests/bench/echo_quality.h"

#define CHANNELS    1008
#define GROUPS	    (CHANNELS / LANES)
#define FRAME	    160
#define FRAMES	    25 /* each group's, per run */
#define PERIOD	    (FRAMES * FRAME)
#define RUNS	    9
#define WARM_RUNS   16 /* half seconds, until the lines are known */
#define DELAY	    200
#define DELAY_MORE  40 /* of each lane, in _spread */
#define ERLE_LEAST  15 /* dB */
#define LONGER_DB   3
#define PEERS	    64 /* channels of the others */
#define PEER_FRAMES 4

#define LATER                                                                                      \
	(GROUPS +                                                                                  \
	 ECHO_BLOCK_MAX) /* a group begins a sample after the one before, and runs whole blocks */

/* A period, and what is looked at behind it: of a line, and of all lanes side by side. */
static int16_t far_signal[PERIOD + LATER], near_signal[PERIOD + LATER];
static int16_t far_rows[PERIOD + LATER][LANES], near_rows[PERIOD + LATER][LANES];

struct own {
	struct echo *echo; /* own */
	size_t at;	   /* samples done */
};

/* Cancellers that stand ready, to be run in turn. */
struct contest {
	struct own groups[GROUPS];
	unsigned block;
	size_t until;		   /* samples that every group was given */
	const struct speex *speex; /* NULL: not installed */
	void *speex_states[PEERS]; /* own */
	echo_can_state_t *span_states[PEERS];
};

static double cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static double median(double *x, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned k = i; k > 0 && x[k] < x[k - 1]; k--) {
			double y = x[k];

			x[k] = x[k - 1];
			x[k - 1] = y;
		}
	return x[n / 2];
}

static void far_make(void)
{
	double y = 0;

	line_random = 1;
	for (size_t i = 0; i < PERIOD + LATER; i++) {
		y = 0.7 * y + line_uniform() * 5000;
		far_signal[i] = i < PERIOD ? g711_a_linear[g711_a_octet((int16_t)y)]
					   : far_signal[i - PERIOD];
	}
}

static int16_t echo_at(size_t i, unsigned delay)
{
	int16_t echo = far_signal[(i + PERIOD - delay) % PERIOD] / 2;

	return g711_a_linear[g711_a_octet(echo)];
}

static void near_make(bool spread)
{
	for (size_t i = 0; i < PERIOD + LATER; i++) {
		near_signal[i] = echo_at(i, DELAY);
		for (unsigned lane = 0; lane < LANES; lane++) {
			far_rows[i][lane] = far_signal[i];
			near_rows[i][lane] = echo_at(i, DELAY + (spread ? lane * DELAY_MORE : 0));
		}
	}
}

/* All whole blocks up to that sample. */
static void frame_run(struct own *group, size_t begin, size_t until, unsigned block)
{
	int16_t rows[ECHO_BLOCK_MAX][LANES];

	for (; group->at + block <= until; group->at += block) {
		size_t at = (begin + group->at) % PERIOD;

		memcpy(rows, near_rows[at], block * sizeof(*rows));
		echo_run(group->echo, far_rows + at, rows, LANES_ALL);
	}
}

static double own_run(struct contest *contest)
{
	double start = cpu_us();

	for (unsigned frame = 0; frame < FRAMES; frame++) {
		contest->until += FRAME;
		for (unsigned g = 0; g < GROUPS; g++)
			frame_run(&contest->groups[g], g, contest->until, contest->block);
	}
	return (cpu_us() - start) / FRAMES / CHANNELS;
}

static double speex_run(const struct contest *contest)
{
	double start = cpu_us();
	int16_t out[FRAME];

	for (unsigned frame = 0; frame < PEER_FRAMES; frame++)
		for (unsigned i = 0; i < PEERS; i++)
			contest->speex->cancel(contest->speex_states[i],
					       near_signal + frame * FRAME,
					       far_signal + frame * FRAME, out);
	return (cpu_us() - start) / PEER_FRAMES / PEERS;
}

static double span_run(const struct contest *contest)
{
	int kept = output_away();
	volatile int16_t clean;
	double start = cpu_us();

	for (unsigned i = 0; i < PEERS / 4; i++)
		for (unsigned k = 0; k < FRAME; k++)
			clean = echo_can_update(contest->span_states[i], far_signal[k],
						near_signal[k]);
	(void)clean;
	start = (cpu_us() - start) / (PEERS / 4);
	output_back(kept);
	return start;
}

static void contest_open(struct contest *contest, const struct echo_conf *echo,
			 const struct speex *speex)
{
	*contest = (struct contest){ .speex = speex, .block = echo->block };
	for (unsigned g = 0; g < GROUPS; g++) {
		contest->groups[g].echo = echo_init(bench_get(echo_octets(echo)), echo);
		for (unsigned lane = 0; lane < LANES; lane++)
			echo_lane_set(contest->groups[g].echo, lane,
				      &(struct echo_lane_conf){ .mode = ECHO_ON });
	}
	for (unsigned i = 0; i < PEERS; i++) {
		contest->speex_states[i] = speex ? speex_make(speex, echo->taps) : NULL;
		contest->span_states[i] = echo_can_init((int)echo->taps, ECHO_CAN_USE_ADAPTION);
	}
}

static void contest_close(struct contest *contest)
{
	for (unsigned g = 0; g < GROUPS; g++)
		free(contest->groups[g].echo);
	for (unsigned i = 0; i < PEERS; i++) {
		if (contest->speex)
			contest->speex->destroy(contest->speex_states[i]);
		echo_can_free(contest->span_states[i]);
	}
}

static void row(const char *name, double value, const char *reference, double its)
{
	printf("bench\t%s\t%.3f\tus\t%s\t%.3f\t%.4f\n", name, value, reference, its, value / its);
}

/* Levels have a distance, not a ratio: it is in the last place. */
static void level_row(const char *name, unsigned taps, double value, const char *reference,
		      double its)
{
	printf("bench\t%s_%u\t%.1f\tdBm0\t%s\t%.1f\t%.1f dB\n", name, taps, value, reference, its,
	       value - its);
}

static void wait_known(struct contest *contest, const char *name)
{
	double learning = 0;
	char row_name[64];

	own_run(contest);
	learning = own_run(contest);
	for (unsigned i = 2; i < WARM_RUNS; i++)
		own_run(contest);
	snprintf(row_name, sizeof(row_name), "%s_learning", name);
	printf("bench\t%s\t%.3f\tus\t-\t-\t-\n", row_name, learning);
}

/* Every line's echo must be gone, or nothing was measured. */
static void known_check(const struct contest *contest)
{
	struct echo_report report;

	for (unsigned i = 0; i < CHANNELS; i++) {
		echo_lane_report(contest->groups[i / LANES].echo, i % LANES, &report);
		if (report.erle_db >= ERLE_LEAST)
			continue;
		fprintf(stderr, "echo_canceller: the echo of line %u is not cancelled\n", i);
		exit(1);
	}
}

/* Medians of runs in turn; what a run and the one beside it are to each other is theirs. */
static void cost(const char *name, const struct echo_conf *conf, double limit_us,
		 const struct speex *speex)
{
	double own[RUNS], theirs[RUNS], span[RUNS], own_us;
	static struct contest contest;
	char other[64];

	contest_open(&contest, conf, speex);
	wait_known(&contest, name);
	for (unsigned i = 0; i < RUNS; i++) {
		own[i] = own_run(&contest);
		theirs[i] = speex ? speex_run(&contest) : 0;
		span[i] = limit_us > 0 ? span_run(&contest) : 0;
	}
	known_check(&contest);
	contest_close(&contest);
	own_us = median(own, RUNS);
	if (limit_us > 0)
		row(name, own_us, "limit", limit_us);
	snprintf(other, sizeof(other), "%s%s", name, limit_us > 0 ? "_to_speexdsp" : "");
	if (speex)
		row(other, own_us, "speexdsp", median(theirs, RUNS));
	snprintf(other, sizeof(other), "%s_to_spandsp", name);
	if (limit_us > 0)
		row(other, own_us, "spandsp", median(span, RUNS));
}

/* Every build that this processor runs, both blocks. */
static void costs(const struct speex *speex)
{
	struct echo_conf conf = { 1024, 64, lanes_best() };

	far_make();
	near_make(true);
	cost("echo_canceller_1024_spread", &conf, 1.5, speex);
	near_make(false);
	cost("echo_canceller_1024", &conf, 1.5, speex);
	conf.block = 32;
	cost("echo_canceller_1024_4ms", &conf, 2.4, speex);
	for (conf.taps = 512; conf.taps <= 1024; conf.taps *= 2)
		for (unsigned build = LANES_BASE; build <= lanes_best(); build++)
			for (conf.block = 32; conf.block <= 64; conf.block += 32) {
				char name[64];

				conf.build = (enum lanes_build)build;
				snprintf(name, sizeof(name), "echo_canceller_%u_%ums_%s", conf.taps,
					 conf.block / 8, lanes_name(conf.build));
				cost(name, &conf, 0, speex);
			}
}

static double residual(const struct quality *quality, const char *name, double s, double without)
{
	const bool theirs = quality->theirs;
	double left = quality_at(quality->bench.out, s);

	level_row(name, quality->bench.conf.taps, left, theirs ? "speexdsp" : "limit",
		  theirs ? quality_at(quality->theirs, s) : without);
	return left;
}

/* What is left after a second and after ten. */
struct left {
	double soon, late;
};

/* The limits without SpeexDSP are what it was measured at with 512 taps. */
static struct left residuals(const struct echo_conf *conf, const struct speex *speex)
{
	const struct echo_lane_conf linear = { .mode = ECHO_ON, .no_nlp = true };
	const struct echo_lane_conf quiet = { .mode = ECHO_ON, .no_comfort_noise = true };
	static struct quality quality;
	struct left left;

	quality_open(&quality, conf, &linear, false, speex);
	left.soon = residual(&quality, "echo_residual_1s", 1, -41);
	left.late = residual(&quality, "echo_residual_10s", 10, -55);
	quality_close(&quality);
	quality_open(&quality, conf, &quiet, false, NULL);
	level_row("echo_residual_nlp", conf->taps,
		  read_lanes(quality.bench.out, peak_of, 1, QUALITY_S - 0.1).most, "limit", -65);
	quality_close(&quality);
	quality_open(&quality, conf, &linear, true, speex);
	residual(&quality, "echo_double_talk_50ms", TALK_TO_S + 0.05, -33);
	residual(&quality, "echo_double_talk_1s", TALK_TO_S + 1, -50.7);
	level_row("echo_double_talk_worst", conf->taps,
		  read_lanes(quality.bench.out, peak_of, TALK_TO_S + 0.2, QUALITY_S - 0.1).most,
		  "uncancelled", read_lanes(quality.bench.line, peak_of, 1, 4).mean);
	quality_close(&quality);
	return left;
}

/* What the longer tail costs, at most LONGER_DB: 128 ms are there for every line. */
static void tails(const struct speex *speex)
{
	struct echo_conf conf = { 512, 64, lanes_best() };
	struct left half = residuals(&conf, speex), whole;
	const char *reference = "512 taps + 3 dB";

	conf.taps = 1024;
	whole = residuals(&conf, speex);
	level_row("echo_residual_to_512_1s", 1024, whole.soon, reference, half.soon + LONGER_DB);
	level_row("echo_residual_to_512_10s", 1024, whole.late, reference, half.late + LONGER_DB);
}

static int trace(const char *what, unsigned taps, const struct speex *speex)
{
	const struct echo_conf conf = { taps, 64, lanes_best() };
	const struct echo_lane_conf linear = { .mode = ECHO_ON, .no_nlp = true };
	bool talk = !strcmp(what, "doubletalk");
	static struct quality quality;

	if ((!talk && strcmp(what, "convergence")) || !echo_octets(&conf)) {
		fprintf(stderr, "usage: echo_canceller [--trace convergence|doubletalk "
				"[256|512|1024]]\n");
		return 2;
	}
	quality_open(&quality, &conf, &linear, talk, speex);
	quality_trace(&quality);
	quality_close(&quality);
	return 0;
}

int main(int argc, char **argv)
{
	struct speex library, *speex = speex_open(&library) ? &library : NULL;

	if (!speex)
		fprintf(stderr,
			"echo_canceller: %s is not installed, nothing is compared with it: "
			"make bench-peers\n",
			SPEEX_LIBRARY);
	if (argc > 1 && strcmp(argv[1], "--trace") != 0)
		return trace("", 0, NULL);
	if (argc > 1)
		return trace(argc > 2 ? argv[2] : "",
			     argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1024, speex);
	costs(speex);
	tails(speex);
	return 0;
}
