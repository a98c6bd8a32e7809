/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The tone disabler. Frequency band, levels and times are G.165's (1988, clauses 4.2 to 4.8) as the
 * literature on echo cancellers cites them; G.168 clause 7 has the same.
 */
#include "dsp/echo_disabler.h"

#include <math.h>

#include "dsp/echo_lane.h"

#define BLOCK 64 /* samples: 8 ms */

/* Clause 4.2: 2100 Hz +- 21 Hz, -31 to 0 dBm0. A block turns by 60 degrees at 21 Hz; 75 are let in. */
#define TONE_LEVEL  (ECHO_ZERO_DBM0 * 6.3e-4f) /* -32 dBm0 */
#define TONE_PURITY 0.65f		       /* of a block's power */
#define TURN_COS    0.26f		       /* of 75 degrees */

/* A phase that is off by more than 60 degrees is another; 180 +- 60 is a reversal (clause 4.2: 180 +- 25 at least). */
#define SAME_COS 0.5f

#define TURN_RATE     0.25f
#define MISSED_BLOCKS 3	 /* 24 ms without the tone: it is over */
#define PLAIN_BLOCKS  38 /* 300 ms of it: G.164's 300 +- 100 ms */
#define SPACE_MIN     51 /* blocks between reversals: 408 ms ... */
#define SPACE_MAX     61 /* ... 488 ms, which are 450 +- 25 ms with a block of doubt at either end */
#define REVERSALS     2	 /* 450 and 900 ms after its beginning: within clause 4.5's second */

/* Clauses 4.4, 4.8: held by -31 dBm0 or more, released when both directions have been below -36 dBm0
 * for 250 +- 150 ms. */
#define QUIET_LEVEL  (ECHO_ZERO_DBM0 * 2.5e-4f) /* -36 dBm0 */
#define QUIET_BLOCKS 31

static void tone_begin(struct echo_tone *tone, float i, float q)
{
	*tone = (struct echo_tone){ .i = i, .q = q, .turn_i = 1, .present = 1 };
}

static void tone_turn(struct echo_tone *tone)
{
	float i = tone->i;

	tone->i = i * tone->turn_i - tone->q * tone->turn_q;
	tone->q = i * tone->turn_q + tone->q * tone->turn_i;
}

static float length(float i, float q)
{
	return sqrtf(i * i + q * q);
}

/* The tone goes on in the phase i, q, against which tone->i, q was expected: the turn is corrected. */
static void tone_follow(struct echo_tone *tone, float i, float q)
{
	float off_i = i * tone->i + q * tone->q, off_q = q * tone->i - i * tone->q;
	float turn_i = tone->turn_i * off_i - tone->turn_q * off_q;
	float turn_q = tone->turn_i * off_q + tone->turn_q * off_i;
	float rate = tone->present < 5 ? 1.0f / (float)(tone->present - 1) : TURN_RATE;
	float size;

	turn_i = tone->turn_i + (turn_i - tone->turn_i) * rate;
	turn_q = tone->turn_q + (turn_q - tone->turn_q) * rate;
	size = length(turn_i, turn_q);
	tone->turn_i = turn_i / size;
	tone->turn_q = turn_q / size;
}

static void tone_reverse(struct echo_tone *tone)
{
	bool spaced = tone->since >= SPACE_MIN && tone->since <= SPACE_MAX;

	tone->reversals = spaced && tone->reversals ? tone->reversals + 1 : 1;
	tone->since = 0;
}

static void tone_miss(struct echo_tone *tone)
{
	if (tone->present && ++tone->missed > MISSED_BLOCKS)
		tone->present = 0;
	if (tone->present)
		tone_turn(tone);
}

static void tone_hear(struct echo_tone *tone, const struct echo_tone_sums *sums)
{
	float power = sums->i * sums->i + sums->q * sums->q, size, i, q, cosine;
	bool second;

	if (tone->present)
		tone->present++;
	tone->since++;
	/* a sine of power P has P * BLOCK / 2 */
	if (sums->power < TONE_LEVEL * BLOCK || power < TONE_PURITY * sums->power * BLOCK / 2) {
		tone_miss(tone);
		return;
	}
	size = length(sums->i, sums->q);
	i = sums->i / size;
	q = sums->q / size;
	cosine = i * tone->i + q * tone->q;
	if (!tone->present) {
		tone_begin(tone, i, q);
		return;
	}
	second = tone->present == 2; /* tells the frequency, whatever its phase */
	if (second)
		tone_follow(tone, i, q);
	if (tone->turn_i < TURN_COS || (!second && cosine > -SAME_COS && cosine < SAME_COS)) {
		tone_miss(tone);
		return;
	}
	if (!second && cosine < 0)
		tone_reverse(tone);
	else if (!second)
		tone_follow(tone, i, q);
	tone->missed = 0;
	tone->i = i;
	tone->q = q;
	tone_turn(tone);
}

static void block_hear(struct echo_disabler *disabler)
{
	bool loud = false;

	for (unsigned d = 0; d < 2; d++) {
		struct echo_tone *tone = &disabler->tone[d];

		tone_hear(tone, &disabler->sums[d]);
		if (tone->present && tone->reversals >= REVERSALS && !disabler->disabled) {
			disabler->disabled = true;
			disabler->disablings++;
		}
		disabler->tone_held |= tone->present > PLAIN_BLOCKS;
		loud |= disabler->sums[d].power >= QUIET_LEVEL * BLOCK;
		disabler->sums[d] = (struct echo_tone_sums){ 0 };
	}
	disabler->quiet = loud ? 0 : disabler->quiet + 1;
	if (disabler->quiet >= QUIET_BLOCKS)
		disabler->disabled = disabler->tone_held = false;
}

void echo_disabler_hear(struct echo_disabler *disabler, const struct echo_tone_sums sums[2],
			unsigned n)
{
	for (unsigned d = 0; d < 2; d++) {
		disabler->sums[d].power += sums[d].power;
		disabler->sums[d].i += sums[d].i;
		disabler->sums[d].q += sums[d].q;
	}
	disabler->samples += n;
	if (disabler->samples < BLOCK)
		return;
	disabler->samples = 0;
	block_hear(disabler);
}
