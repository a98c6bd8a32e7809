/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What the echo canceller decides for each lane and block: whether the near end speaks, whether the
 * non-linear processor takes what is left, what is background noise, whether the filter may adapt.
 *
 * The error is taken for echo as long as it is not much louder than the echo that can be left: what
 * the filter expects for want of knowledge, and the least share of the echo that was left lately,
 * which the line's non-linearity and G.711 set. Whatever is louder is speech of the near end, and
 * passes untouched.
 */
#include <math.h>

#include "dsp/echo_lane.h"

#define PER_S 8000.0f

#define LEVEL_S	     0.016f
#define RELEASE_S    0.05f /* what is left of an echo may last a little longer than it */
#define LEAK_DOWN_DB 12.0f /* per second */
#define LEAK_UP_DB   2.0f
#define NOISE_DOWN_S 0.03f
#define NOISE_UP_DB  6.0f /* per second: slower than words, faster than people change rooms */
#define LEARN_S	     0.25f
#define ERLE_S	     1.0f
#define HOLD_S	     0.12f
#define TAIL_S	     0.128f

#define SPEECH_TO_ECHO	8.0f /* 9 dB above the echo that can be left */
#define SPEECH_TO_NOISE 4.0f
#define EXPECTED_TIMES	1.0f
#define ECHO_UNHEARD	(ECHO_ZERO_DBM0 * 1e-8f) /* -80 dBm0 */
#define LEAK_LEAST	5e-4f /* -33 dB: G.711's noise in the echo, and a little */
#define LEAK_MOST	1.0f
#define CHANGED		0.25f
#define HARMFUL		1.5f /* error to near: the filter is bypassed */
#define HARMLESS	1.1f
#define HARM_LEAST	(ECHO_ZERO_DBM0 * 3.2e-6f) /* -55 dBm0: what G.711's noise teaches is no harm */
#define ECHO_HEARD	4.0f			   /* echo to noise where ERLE is measured */
#define NOISE_START	(ECHO_ZERO_DBM0 * 3.2e-5f) /* -45 dBm0 */
#define NOISE_BIAS	1.4f /* mean of a noise to the least of its levels, and a little */
#define NEW_BLOCKS	32   /* of background, until which its level may rise three times as fast */
#define LEVEL_LEAST	0.1f
#define ECHO_LOUDEST                                                                               \
	2.0f /* of far: what is louder than that by 3 dB did not come back from a hybrid */

static float rate_of(float seconds, unsigned block)
{
	return 1.0f - expf(-(float)block / (seconds * PER_S));
}

static float growth_of(float db_per_s, unsigned block)
{
	return powf(10.0f, db_per_s * (float)block / (10.0f * PER_S));
}

void echo_pace_set(struct echo_pace *pace, unsigned block)
{
	*pace = (struct echo_pace){
		.block = block,
		.level = rate_of(LEVEL_S, block),
		.release = rate_of(RELEASE_S, block),
		.leak_down = 1.0f / growth_of(LEAK_DOWN_DB, block),
		.leak_up = growth_of(LEAK_UP_DB, block),
		.noise_down = rate_of(NOISE_DOWN_S, block),
		.noise_up = growth_of(NOISE_UP_DB, block),
		.learn = rate_of(LEARN_S, block),
		.erle = rate_of(ERLE_S, block),
		.hold = (unsigned)(HOLD_S * PER_S) / block,
		.tail = (unsigned)(TAIL_S * PER_S) / block,
	};
}

void echo_lane_begin(struct echo_lane *lane)
{
	*lane = (struct echo_lane){
		.conf = lane->conf,
		.disabler.disablings = lane->disabler.disablings,
		.leak = LEAK_MOST,
		.noise = NOISE_START,
		.gain = lane->conf.no_nlp ? 1 : 0,
		.cancel = 1,
	};
}

void echo_lane_configure(struct echo_lane *lane)
{
	if (lane->conf.no_disabler)
		lane->disabler.disabled = lane->disabler.tone_held = false;
}

static void loudest_follow(struct echo_lane *lane, float far, const struct echo_pace *pace)
{
	if (++lane->tail > pace->tail) {
		lane->tail = 0;
		lane->loudest[1] = lane->loudest[0];
		lane->loudest[0] = 0;
	}
	lane->loudest[0] = fmaxf(lane->loudest[0], far);
}

/*
 * Near is the near end's own. A modem's is periodic for a while, and what comes back of it from the other end is like it: the
 * taps would learn to take it away.
 */
static bool is_own(const struct echo_lane *lane, float near)
{
	return near > ECHO_LOUDEST * fmaxf(lane->loudest[0], lane->loudest[1]) + LEVEL_LEAST;
}

float echo_lane_adapts(const struct echo_lane *lane)
{
	return lane->conf.mode == ECHO_ON && !lane->disabler.disabled ? 1 : 0;
}

static void follow(float *level, float now, float rate)
{
	*level += (now - *level) * rate;
}

static void levels_follow(struct echo_lane *lane, unsigned i, const struct echo_pace *pace,
			  const struct echo_signals *signals)
{
	follow(&lane->near, signals->near[i] + LEVEL_LEAST, pace->level);
	follow(&lane->error, signals->error[i] + LEVEL_LEAST, pace->level);
	if (signals->echo[i] > lane->echo)
		follow(&lane->echo, signals->echo[i], pace->level);
	else
		follow(&lane->echo, signals->echo[i], pace->release);
	follow(&lane->expected, signals->expected[i], pace->level);
}

static void leak_follow(struct echo_lane *lane, const struct echo_pace *pace, float change)
{
	if (lane->echo < lane->noise)
		return;
	if (change > CHANGED)
		lane->leak = LEAK_MOST;
	else if (lane->error < lane->leak * lane->echo)
		lane->leak *= pace->leak_down;
	else
		lane->leak *= pace->leak_up;
	lane->leak = fminf(fmaxf(lane->leak, LEAK_LEAST), LEAK_MOST);
}

static void noise_follow(struct echo_lane *lane, const struct echo_pace *pace)
{
	if (lane->error < lane->noise)
		follow(&lane->noise, lane->error, pace->noise_down);
	else if (lane->learnt < NEW_BLOCKS)
		lane->noise = fminf(lane->noise * pace->noise_up * pace->noise_up * pace->noise_up,
				    lane->error);
	else
		lane->noise = fminf(lane->noise * pace->noise_up, lane->error);
}

/* The rate at which this block is learnt as background: 0 where there is more in it. */
static float noise_learn(struct echo_lane *lane, unsigned i, const struct echo_pace *pace,
			 const struct echo_signals *signals)
{
	float echo = EXPECTED_TIMES * lane->expected + LEAK_LEAST * lane->echo;

	if (signals->error[i] > SPEECH_TO_NOISE * lane->noise ||
	    lane->error < SPEECH_TO_ECHO * echo)
		return 0;
	lane->learnt++;
	return fmaxf(pace->learn, 1.0f / (float)lane->learnt);
}

static void speech_find(struct echo_lane *lane, const struct echo_pace *pace)
{
	float echo = EXPECTED_TIMES * lane->expected + lane->leak * lane->echo;

	lane->unheard = echo < ECHO_UNHEARD;
	lane->speech = lane->error > SPEECH_TO_ECHO * echo;
	if (lane->speech && lane->error > SPEECH_TO_NOISE * lane->noise)
		lane->hold = pace->hold;
	else if (lane->hold)
		lane->hold--;
}

static void harm_find(struct echo_lane *lane)
{
	if (lane->error > HARMFUL * lane->near + HARM_LEAST)
		lane->harmful = true;
	else if (lane->error < HARMLESS * lane->near + HARM_LEAST)
		lane->harmful = false;
}

static void erle_follow(struct echo_lane *lane, unsigned i, const struct echo_pace *pace,
			const struct echo_signals *signals)
{
	if (lane->hold || lane->echo < ECHO_HEARD * lane->noise)
		return;
	follow(&lane->erle_near, signals->near[i], pace->erle);
	follow(&lane->erle_error, signals->error[i], pace->erle);
}

static void disabler_hear(struct echo_lane *lane, unsigned i, unsigned block,
			  const struct echo_signals *signals)
{
	const struct echo_tone_sums sums[2] = {
		{ signals->far[i] * (float)block, signals->tone[0][0][i], signals->tone[0][1][i] },
		{ signals->near[i] * (float)block, signals->tone[1][0][i], signals->tone[1][1][i] },
	};

	echo_disabler_hear(&lane->disabler, sums, block);
}

/* What was learnt may have been speech that has ended since. */
static float comfort_gain(const struct echo_lane *lane, float background)
{
	float most = NOISE_BIAS * lane->noise;

	return background > most ? sqrtf(most / background) : 1;
}

static void ramp_set(struct echo_ramp *ramp, unsigned i, float *from, float to)
{
	ramp->from[i] = *from;
	ramp->to[i] = to;
	*from = to;
}

void echo_lane_decide(struct echo_lane *lane, unsigned i, const struct echo_pace *pace,
		      const struct echo_signals *signals, struct echo_controls *controls)
{
	bool disabled = false, suppress;

	levels_follow(lane, i, pace, signals);
	leak_follow(lane, pace, signals->change[i]);
	controls->learn[i] = noise_learn(lane, i, pace, signals);
	noise_follow(lane, pace);
	speech_find(lane, pace);
	harm_find(lane);
	erle_follow(lane, i, pace, signals);
	if (!lane->conf.no_disabler) {
		disabler_hear(lane, i, pace->block, signals);
		disabled = lane->disabler.disabled;
	}
	suppress = !lane->conf.no_nlp && !disabled && !lane->disabler.tone_held && !lane->speech &&
		   !lane->hold && !lane->unheard;
	ramp_set(&controls->gain, i, &lane->gain, suppress ? 0 : 1);
	ramp_set(&controls->cancel, i, &lane->cancel, lane->harmful || disabled ? 0 : 1);
	ramp_set(&controls->noise, i, &lane->noise_gain,
		 suppress && !lane->conf.no_comfort_noise
			 ? comfort_gain(lane, signals->background[i])
			 : 0);
	loudest_follow(lane, signals->far[i], pace);
	controls->adapt[i] = is_own(lane, signals->near[i]) ? 0 : echo_lane_adapts(lane);
}
