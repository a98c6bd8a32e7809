/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Pure tones. While one lasts, its phase turns by the same angle in every sub-block, which gives its frequency within a
 * few Hz, and so its kind. Limits: dsp/detect.h.
 */
#include <math.h>

#include "dsp/detect_track.h"

#define PI	   3.14159265f
#define RATE	   8000.0f
#define PURITY_MIN 0.85f /* of all energy */
#define STEADY_MIN 0.85f /* turns add up in phase */
#define PART_FULL                                                                                  \
	0.75f /* a sub-block with less of the tone is its last; ANSam's troughs have 0.8 */
#define MISSED_MAX	2    /* sub-blocks, of what is not a tone yet */
#define KNOWN_MIN	6.5f /* sub-blocks before there is a kind */
#define WAVE_SUB_BLOCKS 40   /* three periods of 15 Hz */
#define WAVE_HZ		15.0f
#define WAVE_MIN	0.12f /* V.8: 0.2; a reversal alone makes 0.05 */
#define REVERSAL_MIN	3320  /* 450 +-25 ms, and what the position may be off */
#define REVERSAL_MAX	3880
#define LEVEL_MIN	7.0e6f /* power of a sub-block's phasor at -44.6 dBm0 */
#define LEVEL_CHECK_MIN 2.0e9f /* at -20 dBm0: between -18 and -22 */

struct rule {
	float hz, tolerance_hz;
	float sub_blocks; /* before it is told */
	float gap;	  /* missing sub-blocks that end it */
	float power;
};

static const struct rule rules[DETECT_KINDS] = {
	[DETECT_CNG] = { 1100, 45, 80, 6, LEVEL_MIN },
	[DETECT_ANS] = { 2100, 30, 86, 10, LEVEL_MIN },
	[DETECT_CHECK_2010] = { 2005, 39, 6.8f, 3.3f, LEVEL_CHECK_MIN },
	[DETECT_CHECK_1780] = { 1780, 36, 6.8f, 3.3f, LEVEL_CHECK_MIN },
};

static float power_of(struct bank_phasor p)
{
	return p.re * p.re + p.im * p.im;
}

static struct bank_phasor turned(struct bank_phasor now, struct bank_phasor before)
{
	return (struct bank_phasor){ now.re * before.re + now.im * before.im,
				     now.im * before.re - now.re * before.im };
}

static float frequency(const struct detect_pure *pure)
{
	float turn = atan2f(pure->turn_im, pure->turn_re);

	return bank_single_hz[pure->tone] + turn * RATE / BANK_SAMPLES / (2 * PI);
}

/* The kind of its frequency; DETECT_KINDS: none. */
static enum detect_kind kind_of(const struct detect_pure *pure)
{
	float hz = frequency(pure);

	for (enum detect_kind kind = 0; kind < DETECT_KINDS; kind++)
		if (rules[kind].power > 0 && fabsf(hz - rules[kind].hz) <= rules[kind].tolerance_hz)
			return kind;
	return DETECT_KINDS;
}

static bool is_ans(const struct detect_pure *pure)
{
	return pure->kind >= DETECT_ANS && pure->kind <= DETECT_ANSAM_REVERSED;
}

static enum detect_kind ans_kind(const struct detect_pure *pure)
{
	if (pure->modulated)
		return pure->reversing ? DETECT_ANSAM_REVERSED : DETECT_ANSAM;
	return pure->reversing ? DETECT_ANS_REVERSED : DETECT_ANS;
}

static void maybe_start(struct detect_pure *pure, const struct detect_look *look)
{
	float now = power_of(bank_phasor(&look->lane, look->strongest, 0));
	float before = power_of(bank_phasor(&look->lane, look->strongest, 1));

	*pure = (struct detect_pure){ .phase = PURE_MAYBE,
				      .kind = DETECT_KINDS,
				      .tone = look->strongest,
				      .anchor = look->now,
				      .ahead = sqrtf(now) + sqrtf(before) };
	pure->seen = pure->ahead;
	pure->reversal = look->now;
}

/* ---- what tells ANS from its kin ---- */

static void wave_restart(struct detect_pure *pure)
{
	pure->wave_at = 0;
	pure->wave_re = pure->wave_im = pure->wave_sum = 0;
}

static void modulation_step(struct detect_pure *pure, float amplitude, bool there)
{
	float angle = 2 * PI * WAVE_HZ * BANK_SAMPLES / RATE * pure->wave_at;

	/* an interruption would look like one */
	if (!there && !pure->reversed) {
		wave_restart(pure);
		return;
	}
	pure->wave_re += amplitude * cosf(angle);
	pure->wave_im += amplitude * sinf(angle);
	pure->wave_sum += amplitude;
	if (++pure->wave_at < WAVE_SUB_BLOCKS)
		return;
	if (2 * hypotf(pure->wave_re, pure->wave_im) >= WAVE_MIN * pure->wave_sum)
		pure->modulated = true;
	wave_restart(pure);
}

/* The phase of the sub-block before the last, turned on as the tone's frequency wants, against that of the newest. */
static bool phase_reversed(const struct detect_pure *pure, const struct detect_look *look)
{
	struct bank_phasor now = bank_phasor(&look->lane, pure->tone, 0);
	struct bank_phasor before = bank_phasor(&look->lane, pure->tone, 2);
	struct bank_phasor turn = turned(now, before);
	float re = pure->turn_re, im = pure->turn_im, length = re * re + im * im;
	float twice_re = (re * re - im * im) / length, twice_im = 2 * re * im / length;
	float weakest = fminf(power_of(now), power_of(before));

	return weakest > 0.36f * pure->level * pure->level &&
	       turn.re * twice_re + turn.im * twice_im <
		       -0.6f * sqrtf(power_of(now) * power_of(before));
}

static void reversal_step(struct detect_pure *pure, const struct detect_look *look)
{
	bool reversed = phase_reversed(pure, look);
	/* it was in the sub-block before this one */
	uint32_t at = look->now - BANK_SAMPLES * 3 / 2, apart = at - pure->reversal;

	if (reversed && !pure->reversed) {
		if (apart >= REVERSAL_MIN && apart <= REVERSAL_MAX)
			pure->reversing = true;
		pure->reversal = at;
	}
	pure->reversed = reversed;
}

static void ans_step(struct detect_pure *pure, const struct detect_look *look, bool there)
{
	reversal_step(pure, look);
	modulation_step(pure, sqrtf(power_of(bank_phasor(&look->lane, pure->tone, 0))), there);
}

/* ---- from a tone that may be to its end ---- */

static void pure_on(struct detect_pure *pure, const struct detect_look *look,
		    struct detect_events *events)
{
	pure->phase = PURE_ON;
	pure->gap = 0;
	if (pure->kind == DETECT_ANS)
		pure->kind = ans_kind(pure);
	pure->end = look->now;
	detect_tell(events, pure->kind, true, look->number, pure->start);
}

static void judge(struct detect_pure *pure, const struct detect_look *look,
		  struct detect_events *events)
{
	float steady = hypotf(pure->turn_re, pure->turn_im);
	const struct rule *rule;

	pure->level = sqrtf(pure->power / pure->n);
	pure->kind = kind_of(pure);
	if (pure->seen < KNOWN_MIN * pure->level || pure->kind == DETECT_KINDS)
		return;
	rule = &rules[pure->kind];
	pure->start =
		pure->anchor - (uint32_t)lrintf(fminf(pure->ahead / pure->level, 2) * BANK_SAMPLES);
	if (pure->n <= KNOWN_MIN)
		pure->reversal = pure->start;
	if (pure->seen >= rule->sub_blocks * pure->level && steady >= STEADY_MIN * pure->power &&
	    pure->power >= PURITY_MIN * BANK_PAIRS * pure->energy &&
	    pure->power >= rule->power * pure->n)
		pure_on(pure, look, events);
}

static void maybe_step(struct detect_pure *pure, const struct detect_look *look, bool there,
		       struct detect_events *events)
{
	struct bank_phasor now = bank_phasor(&look->lane, pure->tone, 0), turn;

	pure->seen += sqrtf(power_of(now));
	if (there) {
		turn = turned(now, bank_phasor(&look->lane, pure->tone, 1));
		pure->missed = 0;
		pure->n++;
		pure->power += power_of(now);
		pure->energy += bank_energy(&look->lane, 0);
		pure->turn_re += turn.re;
		pure->turn_im += turn.im;
	} else if (++pure->missed > MISSED_MAX) {
		pure->phase = PURE_NONE;
		return;
	}
	if (pure->tone == SINGLE_2100 && pure->n > KNOWN_MIN)
		ans_step(pure, look, there);
	if (there)
		judge(pure, look, events);
}

static void on_end(struct detect_pure *pure, const struct detect_look *look, bool there)
{
	float now = sqrtf(power_of(bank_phasor(&look->lane, pure->tone, 0)));
	float part = fminf(now / pure->level, 1);

	if (there) {
		pure->gap = 0;
		pure->level += 0.05f * (now - pure->level);
		pure->end = look->now;
	} else {
		/* something else as loud as the tone is not the tone, but may cover it */
		pure->gap += fmaxf(1 - part, 0.5f);
	}
	if (part < PART_FULL && (there || pure->end + BANK_SAMPLES == look->now))
		pure->end = look->now - (uint32_t)lrintf((1 - part) * BANK_SAMPLES);
}

static void on_step(struct detect_pure *pure, const struct detect_look *look, bool there,
		    struct detect_events *events)
{
	on_end(pure, look, there);
	if (is_ans(pure)) {
		ans_step(pure, look, there);
		if (ans_kind(pure) != pure->kind) {
			pure->kind = ans_kind(pure);
			detect_tell(events, pure->kind, true, look->number, pure->start);
		}
		if (pure->gap < rules[DETECT_ANS].gap)
			return;
	} else if (pure->gap < rules[pure->kind].gap) {
		return;
	}
	pure->phase = PURE_NONE;
	detect_tell(events, pure->kind, false, look->number, pure->end);
}

void detect_pure_step(struct detect_pure *pure, const struct detect_look *look,
		      struct detect_events *events)
{
	bool there = look->pure && look->strongest == pure->tone;

	if (pure->phase == PURE_ON)
		on_step(pure, look, there, events);
	else if (look->pure && (pure->phase == PURE_NONE || !there))
		maybe_start(pure, look);
	else if (pure->phase == PURE_MAYBE)
		maybe_step(pure, look, there, events);
}
