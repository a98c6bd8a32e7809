/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tones with a cadence: their text, and their samples. */
#include "dsp/cadence.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define RATE	   8000
#define PER_MS	   8
#define HZ_MAX	   3999
#define MS_MAX	   600000
#define PEAK	   32256.0 /* of a sine of +3.14 dBm0, as in dsp/tone.c */
#define PEAK_DBM0  3.14
#define MODULATION 0.9 /* depth, as exchanges have it: nearly to silence */
#define MODULATOR  CADENCE_FREQUENCIES

/* ---- text ---- */

/* Digits at *at, stepped over. False: none, or more than max. */
static bool number(const char **at, uint32_t max, uint32_t *value)
{
	const char *start = *at;
	uint32_t sum = 0;

	while (**at >= '0' && **at <= '9' && sum <= max)
		sum = sum * 10 + (uint32_t)(*(*at)++ - '0');
	*value = sum;
	return *at > start && sum <= max;
}

static bool frequencies(const char **at, struct cadence_step *step)
{
	uint32_t hz;

	if (!number(at, HZ_MAX, &hz))
		return false;
	step->hz[0] = (uint16_t)hz;
	if (**at == '*') {
		++*at;
		if (!hz || !number(at, HZ_MAX, &hz) || !hz)
			return false;
		step->modulation_hz = (uint16_t)hz;
	}
	for (unsigned i = 1; **at == '+'; i++) {
		++*at;
		if (i == CADENCE_FREQUENCIES || step->modulation_hz || !step->hz[0] ||
		    !number(at, HZ_MAX, &hz) || !hz)
			return false;
		step->hz[i] = (uint16_t)hz;
	}
	return true;
}

static bool step_parse(const char **at, struct cadence_step *step, bool *once)
{
	*once = **at == '!';
	*at += *once;
	*step = (struct cadence_step){ .dbm0 = CADENCE_DBM0 };
	if (!frequencies(at, step))
		return false;
	if (**at == '@') {
		++*at;
		step->dbm0 -= CADENCE_SOFTER_DB;
	}
	if (**at == '/') {
		++*at;
		return number(at, MS_MAX, &step->ms) && step->ms;
	}
	return true;
}

/* Some of libtonezone's texts have no comma before an exclamation mark. */
static bool parse(struct cadence *cadence, const char *at)
{
	bool looped = false, once;

	for (;;) {
		struct cadence_step *step = &cadence->step[cadence->n_steps];

		if (cadence->n_steps == CADENCE_STEPS_MAX || !step_parse(&at, step, &once))
			return false;
		if (!once && !looped) {
			looped = true;
			cadence->loop_from = cadence->n_steps;
		}
		cadence->n_steps++;
		if (!*at)
			break;
		if (!step->ms || (*at != ',' && *at != '!'))
			return false;
		at += *at == ',';
	}
	if (!looped)
		cadence->loop_from = cadence->n_steps;
	return true;
}

int cadence_parse(struct cadence *cadence, const char *text)
{
	memset(cadence, 0, sizeof(*cadence));
	if (parse(cadence, text))
		return 0;
	memset(cadence, 0, sizeof(*cadence));
	return -EINVAL;
}

static size_t step_print(const struct cadence_step *step, char *text, size_t cap)
{
	size_t n = (size_t)snprintf(text, cap, "%u", step->hz[0]);

	if (step->modulation_hz)
		n += (size_t)snprintf(text + n, cap - n, "*%u", step->modulation_hz);
	for (unsigned i = 1; i < CADENCE_FREQUENCIES && step->hz[i]; i++)
		n += (size_t)snprintf(text + n, cap - n, "+%u", step->hz[i]);
	if (step->hz[0] && step->dbm0 < CADENCE_DBM0)
		n += (size_t)snprintf(text + n, cap - n, "@");
	if (step->ms)
		n += (size_t)snprintf(text + n, cap - n, "/%u", (unsigned)step->ms);
	return n;
}

size_t cadence_print(const struct cadence *cadence, char *text, size_t cap)
{
	size_t n = 0;

	for (unsigned i = 0; i < cadence->n_steps; i++) {
		char one[64];

		(void)step_print(&cadence->step[i], one, sizeof(one));
		n += (size_t)snprintf(n < cap ? text + n : NULL, n < cap ? cap - n : 0, "%s%s%s",
				      i ? "," : "", i < cadence->loop_from ? "!" : "", one);
	}
	if (!n && cap)
		text[0] = '\0';
	return n;
}

/* ---- samples ---- */

/* A sine starts at phase 0, which makes no click. */
static void oscillator_start(struct cadence_oscillator *o, uint16_t hz)
{
	double w = 2 * M_PI * hz / RATE;

	*o = (struct cadence_oscillator){ .hz = hz, .factor = 2 * cos(w), .before = -sin(w) };
}

static double oscillator_next(struct cadence_oscillator *o)
{
	double y = o->last;

	o->last = o->factor * y - o->before;
	o->before = y;
	return y;
}

static const struct cadence_oscillator *oscillator_of(const struct cadence_oscillator *all,
						      uint16_t hz)
{
	for (unsigned i = 0; i < CADENCE_FREQUENCIES; i++)
		if (all[i].hz == hz)
			return &all[i];
	return NULL;
}

static void oscillators_start(struct cadence_player *player, const struct cadence_step *step)
{
	struct cadence_oscillator before[CADENCE_FREQUENCIES + 1];

	memcpy(before, player->oscillator, sizeof(before));
	for (unsigned i = 0; i < CADENCE_FREQUENCIES; i++) {
		const struct cadence_oscillator *same = oscillator_of(before, step->hz[i]);

		if (same)
			player->oscillator[i] = *same;
		else
			oscillator_start(&player->oscillator[i], step->hz[i]);
	}
	if (before[MODULATOR].hz != step->modulation_hz)
		oscillator_start(&player->oscillator[MODULATOR], step->modulation_hz);
	player->peak = PEAK * pow(10, ((double)step->dbm0 - PEAK_DBM0) / 20);
	if (step->modulation_hz)
		player->peak /= sqrt(1 + MODULATION * MODULATION / 2);
}

static void step_start(struct cadence_player *player, unsigned at)
{
	const struct cadence *cadence = player->cadence;

	if (at >= cadence->n_steps)
		at = cadence->loop_from;
	if (at >= cadence->n_steps) {
		player->cadence = NULL;
		return;
	}
	player->step = at;
	player->left = cadence->step[at].ms ? (uint64_t)cadence->step[at].ms * PER_MS : UINT64_MAX;
	oscillators_start(player, &cadence->step[at]);
}

void cadence_player_start(struct cadence_player *player, const struct cadence *cadence)
{
	*player = (struct cadence_player){ .cadence = cadence };
	if (cadence)
		step_start(player, 0);
}

static int16_t sample(struct cadence_player *player)
{
	struct cadence_oscillator *o = player->oscillator;
	double y = 0;

	for (unsigned i = 0; i < CADENCE_FREQUENCIES && o[i].hz; i++)
		y += oscillator_next(&o[i]);
	if (o[MODULATOR].hz)
		y *= 1 + MODULATION * oscillator_next(&o[MODULATOR]);
	y *= player->peak;
	return (int16_t)(y > INT16_MAX ? INT16_MAX : y < INT16_MIN ? INT16_MIN : lrint(y));
}

void cadence_player_play(struct cadence_player *player, int16_t *linear, size_t n)
{
	while (n) {
		size_t k = n;

		if (player->cadence && !player->left)
			step_start(player, player->step + 1);
		if (player->cadence && k > player->left)
			k = (size_t)player->left;
		if (player->cadence && player->oscillator[0].hz)
			for (size_t i = 0; i < k; i++)
				linear[i] = sample(player);
		else
			memset(linear, 0, k * sizeof(*linear));
		player->left -= player->cadence ? k : 0;
		linear += k;
		n -= k;
	}
}
