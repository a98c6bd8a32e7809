/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The echo canceller goes through those partitions of its tail that have echo (dsp/echo_parts.h).
 * Beside it runs the same canceller that goes through all of them, on the same random lines: one or
 * two reflections in up to 120 ms, echo losses of 6 to 20 dB, both laws, a made-up voice, and in
 * the middle the line becomes another. What is left of the echo, and the time it takes to be gone
 * again, are to be the same. "long" as the first argument: 208 lines with each block, else 16.
 */
#define LANES_WIDTH 4
#define SURE	    (-1.0f) /* never: all partitions are gone through */
#include "dsp/echo_kernel.h"

#include "tests/unit/dsp/echo_limit.h"

/* Takes the place of the build for every processor. */
const struct echo_kernel echo_kernel_base = ECHO_KERNEL;

#define TAIL	  1024
#define DELAY_MAX 960
#define LINE_S	  20
#define CHANGE_S  10
#define WINDOW_S  0.25
#define HEARD	  (-45.0) /* dBm0: echo that is measured */
#define GONE_DB	  20.0
#define ROOM	  (-46.0) /* noise of a room, and as much of the filter */

enum { SPARING, WHOLE, CANCELLERS };

struct hybrids {
	struct path parts[2];
};

/* LANES lines and two cancellers. */
struct pair {
	struct echo *echo[CANCELLERS];
	void *memory[CANCELLERS]; /* own */
	enum g711_law law[LANES];
	struct hybrids before[LANES], after[LANES];
	float far[LANES][LINE_S * SECOND], near[LANES][LINE_S * SECOND];
	float line[LANES][LINE_S * SECOND], out[CANCELLERS][LANES][LINE_S * SECOND];
};

static uint64_t paths_random;

static double draw(double from, double to)
{
	double x;

	line_random = paths_random;
	x = fabs(line_uniform());
	paths_random = line_random;
	return from + x * (to - from);
}

static void reflection_draw(struct path *path, double gain)
{
	unsigned model = (unsigned)draw(2, 18);

	model = model < 10 ? model : 10 + (unsigned)draw(0, 10000);
	*path = (struct path){ 0 };
	path_add(path, model, (unsigned)draw(0, DELAY_MAX - path_length(model)), gain);
}

static void hybrids_draw(struct hybrids *hybrids)
{
	double gain = pow(10, -draw(6, 20) / 20), second = pow(10, -draw(3, 20) / 20);

	*hybrids = (struct hybrids){ 0 };
	if (draw(0, 1) < 0.5)
		second = 0;
	reflection_draw(&hybrids->parts[0], gain / sqrt(1 + second * second));
	reflection_draw(&hybrids->parts[1], gain * second / sqrt(1 + second * second));
}

static void path_turn(struct path *path, unsigned later, float gain)
{
	struct path old = *path;

	*path = (struct path){ 0 };
	for (unsigned k = old.begin; k < old.end; k++)
		path->taps[k + later] = gain * old.taps[k];
	path->begin = old.begin + later;
	path->end = old.end + later;
}

/* Another line; the same one later, turned over, or with one more reflection. */
static void hybrids_change(struct pair *pair, unsigned i)
{
	struct hybrids *after = &pair->after[i];
	unsigned later = (unsigned)draw(8, 60);

	*after = pair->before[i];
	switch (i % 4) {
	case 0:
		hybrids_draw(after);
		break;
	case 1:
		for (unsigned k = 0; k < 2; k++)
			path_turn(&after->parts[k], later, 1);
		break;
	case 2:
		for (unsigned k = 0; k < 2; k++)
			path_turn(&after->parts[k], 0, -0.8f);
		break;
	default:
		reflection_draw(&after->parts[1], pow(10, -draw(8, 25) / 20));
	}
}

static void pair_open(struct pair *pair, unsigned block, uint64_t seed)
{
	const struct echo_lane_conf linear = { .mode = ECHO_ON, .no_nlp = true };
	const size_t n = LINE_S * SECOND;

	memset(pair, 0, sizeof(*pair));
	for (unsigned c = 0; c < CANCELLERS; c++) {
		const struct echo_conf conf = { TAIL, block,
						c == WHOLE ? LANES_BASE : lanes_best() };

		pair->memory[c] = bench_get(echo_octets(&conf));
		pair->echo[c] = echo_init(pair->memory[c], &conf);
		for (unsigned i = 0; i < LANES; i++)
			echo_lane_set(pair->echo[c], i, &linear);
	}
	paths_random = seed;
	for (unsigned i = 0; i < LANES; i++) {
		hybrids_draw(&pair->before[i]);
		hybrids_change(pair, i);
		pair->law[i] = draw(0, 1) < 0.5 ? G711_A : G711_MU;
		voice_make(pair->far[i], n, draw(-25, -12), seed + i);
		noise_make(pair->near[i], n, draw(-70, -50), 0.8, seed + i + 1000);
	}
}

static void pair_close(struct pair *pair)
{
	for (unsigned c = 0; c < CANCELLERS; c++)
		free(pair->memory[c]);
}

static void line_make(struct pair *pair, unsigned i, size_t t)
{
	const struct hybrids *hybrids = t < CHANGE_S * SECOND ? &pair->before[i] : &pair->after[i];
	float *far = pair->far[i], sum = pair->near[i][t];

	far[t] = coded(pair->law[i], far[t]);
	for (unsigned r = 0; r < 2; r++)
		for (unsigned k = hybrids->parts[r].begin; k < hybrids->parts[r].end && k <= t; k++)
			sum += hybrids->parts[r].taps[k] * far[t - k];
	pair->line[i][t] = coded(pair->law[i], sum);
}

static void block_cancel(struct pair *pair, unsigned c, size_t at, unsigned block)
{
	int16_t far[ECHO_BLOCK_MAX][LANES], near[ECHO_BLOCK_MAX][LANES];

	for (unsigned i = 0; i < LANES; i++)
		for (unsigned k = 0; k < block; k++) {
			far[k][i] = (int16_t)pair->far[i][at + k];
			near[k][i] = (int16_t)pair->line[i][at + k];
		}
	echo_run(pair->echo[c], far, near, LANES_ALL);
	for (unsigned i = 0; i < LANES; i++)
		for (unsigned k = 0; k < block; k++)
			pair->out[c][i][at + k] = near[k][i];
}

static void pair_run(struct pair *pair, unsigned block)
{
	for (size_t at = 0; at + block <= LINE_S * SECOND; at += block) {
		for (unsigned i = 0; i < LANES; i++)
			for (unsigned k = 0; k < block; k++)
				line_make(pair, i, at + k);
		for (unsigned c = 0; c < CANCELLERS; c++)
			block_cancel(pair, c, at, block);
	}
}

/* Seconds of echo from then on until two windows in turn have lost GONE_DB. */
static double gone_after(const struct pair *pair, unsigned c, unsigned i, double from_s,
			 double to_s)
{
	unsigned gone = 0, heard = 0;

	for (double s = from_s; s + WINDOW_S <= to_s && gone < 2; s += WINDOW_S) {
		double echo = level_of(pair->line[i], s, s + WINDOW_S);

		if (echo < HEARD)
			continue;
		heard++;
		gone = echo - level_of(pair->out[c][i], s, s + WINDOW_S) >= GONE_DB ? gone + 1 : 0;
	}
	return gone < 2 ? 99 : heard * WINDOW_S;
}

/* How far the residual is above the loudest echo of the last half second, at most, in steps of 0.1 s. */
static double most_above(const struct pair *pair, unsigned i, double from_s, double to_s)
{
	double most = -99;

	for (double s = from_s; s + 0.1 <= to_s; s += 0.1) {
		double echo = ROOM;

		for (double t = s - 0.5; t < s + 0.05; t += 0.1)
			echo = fmax(echo, level_of(pair->line[i], t, t + 0.1));
		most = fmax(most, level_of(pair->out[SPARING][i], s, s + 0.1) - echo);
	}
	return most;
}

static double worse_db(const struct pair *pair, unsigned i, double from_s, double to_s)
{
	return level_of(pair->out[SPARING][i], from_s, to_s) -
	       level_of(pair->out[WHOLE][i], from_s, to_s);
}

static double later_s(const struct pair *pair, unsigned i, double from_s, double to_s)
{
	return gone_after(pair, SPARING, i, from_s, to_s) -
	       gone_after(pair, WHOLE, i, from_s, to_s);
}

/* Single lanes may be lucky or not for some syllables after a change, all together not. */
static void compare_lanes(const struct pair *pair)
{
	double later = 0, worse = 0;

	for (unsigned i = 0; i < LANES; i++) {
		at_most("worse while it converges, dB", worse_db(pair, i, 2, 4), 1);
		at_most("worse when it has converged, dB", worse_db(pair, i, 6, CHANGE_S), 1);
		at_most("worse 2 s after a change, dB",
			worse_db(pair, i, CHANGE_S + 2, CHANGE_S + 4), 6);
		at_most("worse 6 s after a change, dB", worse_db(pair, i, CHANGE_S + 6, LINE_S), 1);
		at_most("later, s", later_s(pair, i, 0, CHANGE_S), WINDOW_S);
		at_most("later after a change, s", later_s(pair, i, CHANGE_S, LINE_S), 2);
		at_most("above the echo, dB", most_above(pair, i, 1, CHANGE_S), 1);
		at_most("above the echo after a change, dB",
			most_above(pair, i, CHANGE_S + 1, LINE_S), 1);
		later += later_s(pair, i, CHANGE_S, LINE_S) / LANES;
		worse += worse_db(pair, i, CHANGE_S + 2, CHANGE_S + 4) / LANES;
	}
	at_most("mean later after a change, s", later, 0.2);
	at_most("mean worse 2 s after a change, dB", worse, 0.5);
}

static void compare(unsigned block)
{
	static struct pair pair;

	for (unsigned group = 0; group < (line_long ? 13 : 1); group++) {
		pair_open(&pair, block, 1000 * group + 1);
		pair_run(&pair, block);
		compare_lanes(&pair);
		pair_close(&pair);
	}
}

static void blocks_of_4_ms(void)
{
	compare(32);
}

static void blocks_of_8_ms(void)
{
	compare(64);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "blocks of 4 ms", blocks_of_4_ms },
		{ "blocks of 8 ms", blocks_of_8_ms },
		CU_TEST_INFO_NULL,
	};

	line_arguments(&argc, &argv);
	return cu_run("echo_parts", tests, argc, argv);
}
