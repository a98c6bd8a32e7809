/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The echo canceller's lane group: its memory, the order of a block's steps, and what it reports. */
#include "dsp/echo.h"

#include <math.h>
#include <string.h>

#include "dsp/echo_lane.h"

#define PERIOD 80 /* samples: of 2100 Hz, 21 waves */
#define PER_MS 8

#define TAIL_OUTSIDE 0.01f /* of the taps' energy, at either end of the tail reported */
#define CONVERGED    0.01f /* variance to weight */
#define TAPS_NONE    1e-6f /* 60 dB */
#define DB_MOST	     99.0f

struct echo {
	struct echo_shape shape;
	unsigned phase; /* of 2100 Hz */
	struct echo_pace pace;
	const struct echo_kernel *kernel;
	size_t set_octets;
	struct echo_controls controls;
	struct echo_lane lanes[LANES];
	uint32_t on; /* bit n: lane n is */
		     /* sets of lanes follow */
};

static const struct echo_kernel *kernel_of(enum lanes_build build)
{
	if (!lanes_can(build))
		return NULL;
	switch (build) {
	case LANES_BASE:
		return &echo_kernel_base;
#if defined(__x86_64__)
	case LANES_AVX2:
		return &echo_kernel_avx2;
	case LANES_AVX512:
		return &echo_kernel_avx512;
#endif
	default:
		return NULL;
	}
}

static size_t head_octets(void)
{
	return (sizeof(struct echo) + ECHO_ALIGN - 1) / ECHO_ALIGN * ECHO_ALIGN;
}

static struct echo_set *set_of(const struct echo *echo, unsigned set)
{
	return (struct echo_set *)((uintptr_t)echo + head_octets() + set * echo->set_octets);
}

size_t echo_octets(const struct echo_conf *conf)
{
	const struct echo_kernel *kernel = kernel_of(conf->build);
	struct echo_shape shape = { .block = conf->block };

	if (!kernel || (conf->taps != 256 && conf->taps != 512 && conf->taps != 1024) ||
	    (conf->block != 32 && conf->block != 64))
		return 0;
	shape.parts = conf->taps / conf->block;
	return head_octets() + LANES / kernel->width * kernel->octets(&shape);
}

struct echo *echo_init(void *memory, const struct echo_conf *conf)
{
	struct echo *echo = memory;

	memset(echo, 0, sizeof(*echo));
	echo->kernel = kernel_of(conf->build);
	echo->shape.block = conf->block;
	echo->shape.parts = conf->taps / conf->block;
	echo->set_octets = echo->kernel->octets(&echo->shape);
	echo_pace_set(&echo->pace, conf->block);
	for (unsigned set = 0; set < LANES / echo->kernel->width; set++)
		echo->kernel->init(set_of(echo, set), &echo->shape);
	return echo;
}

void echo_lane_reset(struct echo *echo, unsigned lane)
{
	unsigned width = echo->kernel->width;

	echo->kernel->reset(set_of(echo, lane / width), lane % width);
	echo_lane_begin(&echo->lanes[lane]);
	echo->controls.adapt[lane] = echo_lane_adapts(&echo->lanes[lane]);
}

void echo_lane_set(struct echo *echo, unsigned lane, const struct echo_lane_conf *conf)
{
	bool begins = echo->lanes[lane].conf.mode == ECHO_OFF;

	echo->lanes[lane].conf = *conf;
	echo->on = (echo->on & ~(1u << lane)) | (uint32_t)(conf->mode != ECHO_OFF) << lane;
	if (begins && conf->mode != ECHO_OFF)
		echo_lane_reset(echo, lane);
	else if (!begins && conf->mode == ECHO_OFF) /* nothing of it is to be gone through */
		echo->kernel->reset(set_of(echo, lane / echo->kernel->width),
				    lane % echo->kernel->width);
	echo_lane_configure(&echo->lanes[lane]);
	echo->controls.adapt[lane] = echo_lane_adapts(&echo->lanes[lane]);
}

static bool set_is_on(const struct echo *echo, unsigned set)
{
	unsigned width = echo->kernel->width;

	return echo->on >> set * width & ((1u << width) - 1);
}

void echo_run(struct echo *echo, const int16_t (*far)[LANES], int16_t (*near)[LANES],
	      uint32_t heard)
{
	const struct echo_kernel *kernel = echo->kernel;
	struct echo_signals signals;
	struct echo_work work;

	heard &= echo->on;
	for (uint32_t left = ~heard & LANES_ALL; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);

		echo->controls.adapt[lane] = echo->controls.learn[lane] = 0;
	}
	work.phase = echo->phase;
	lanes_mask(work.far, far, echo->on, echo->shape.block);
	lanes_mask(work.near, near, heard, echo->shape.block);
	for (unsigned set = 0; set < LANES / kernel->width; set++)
		if (set_is_on(echo, set))
			kernel->cancel(set_of(echo, set), set * kernel->width, &work,
				       &echo->controls, &signals);
	for (uint32_t left = heard; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);

		echo_lane_decide(&echo->lanes[lane], lane, &echo->pace, &signals, &echo->controls);
	}
	for (unsigned set = 0; set < LANES / kernel->width; set++)
		if (set_is_on(echo, set))
			kernel->finish(set_of(echo, set), set * kernel->width, &work,
				       &echo->controls);
	lanes_merge(near, work.near, heard, echo->shape.block);
	echo->phase = (echo->phase + echo->shape.block) % PERIOD;
}

static float db_of(float ratio)
{
	return ratio > 0 ? fminf(fmaxf(10 * log10f(ratio), -DB_MOST), DB_MOST) : -DB_MOST;
}

static void report_tail(const struct echo *echo, const struct echo_taps *taps,
			struct echo_report *report)
{
	const unsigned part_ms = echo->shape.block / PER_MS;
	float total = 0, sum = 0;

	for (unsigned p = 0; p < echo->shape.parts; p++)
		total += taps->energy[p];
	report->erl_db = db_of(1 / fmaxf(total, 1e-12f));
	if (total < TAPS_NONE) {
		report->erl_db = DB_MOST;
		return;
	}
	for (unsigned p = 0; p < echo->shape.parts; p++) {
		if (sum < TAIL_OUTSIDE * total)
			report->tail_begin_ms = p * part_ms;
		if (sum < (1 - TAIL_OUTSIDE) * total)
			report->tail_end_ms = (p + 1) * part_ms;
		sum += taps->energy[p];
	}
}

static enum echo_state state_of(const struct echo_lane *lane, const struct echo_taps *taps)
{
	if (lane->conf.mode == ECHO_OFF)
		return ECHO_ST_OFF;
	if (lane->disabler.disabled)
		return ECHO_ST_DISABLED;
	if (lane->hold && lane->echo > lane->noise)
		return ECHO_ST_DOUBLE_TALK;
	if (taps->variance > CONVERGED * fmaxf(taps->weight, CONVERGED))
		return ECHO_ST_CONVERGING;
	return ECHO_ST_CONVERGED;
}

void echo_lane_report(const struct echo *echo, unsigned i, struct echo_report *report)
{
	const struct echo_lane *lane = &echo->lanes[i];
	unsigned width = echo->kernel->width;
	struct echo_taps taps;

	*report = (struct echo_report){ .erl_db = DB_MOST, .noise_dbm0 = -DB_MOST };
	report->disablings = lane->disabler.disablings;
	if (lane->conf.mode == ECHO_OFF)
		return;
	echo->kernel->taps(set_of(echo, i / width), i % width, &taps);
	report->state = state_of(lane, &taps);
	report->nlp_disabled = lane->disabler.tone_held || lane->disabler.disabled;
	report->nlp_active = lane->gain == 0;
	report->noise_dbm0 = db_of(lane->noise / ECHO_ZERO_DBM0);
	if (lane->erle_error > 0)
		report->erle_db = db_of(lane->erle_near / lane->erle_error);
	report_tail(echo, &taps, report);
}

const char *echo_state_name(enum echo_state state)
{
	static const char *const names[] = {
		[ECHO_ST_OFF] = "off",
		[ECHO_ST_DISABLED] = "disabled",
		[ECHO_ST_CONVERGING] = "converging",
		[ECHO_ST_DOUBLE_TALK] = "double talk",
		[ECHO_ST_CONVERGED] = "converged",
	};

	return names[state];
}
