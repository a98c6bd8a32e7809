/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * From the first sign of two tones to the end of a digit (Q.24). Amplitude is summed sub-block by sub-block, so that the
 * parts of a tone at both its ends count by their length: it is reported when 31.5 ms of it were there, halfway between
 * the 23 ms that must and the 40 ms that must not be rejected. What was summed meanwhile must look like two generators:
 * steady in frequency and level, at the right frequencies, with nothing else of weight. Speech fails in that.
 */
#include "dsp/dtmf_track.h"

#include <math.h>

#define PI		  3.14159265f
#define RATE		  8000.0f
#define DIGIT_SUB_BLOCKS  6.3f /* 31.5 ms */
#define MISSED_MAX	  3    /* sub-blocks: an interruption of 10 ms, seen through the window */
#define GAP_SUB_BLOCKS	  3.0f /* 15 ms: between interruption and pause (Q.24: 10, 30 ms) */
#define DEVIATION_MAX	  0.0185f /* of a tone: between 1.5 and 3.5 % (Q.24) */
#define DEVIATIONS_MAX	  0.032f /* of both together: a voice's harmonics are rarely right at once */
#define POWER_MIN	  4.0e7f /* -43 dBm0 in the window */
#define TWIST_NORMAL_MAX  7.9f	 /* 9 dB, low above high */
#define TWIST_REVERSE_MAX 3.2f	 /* 5 dB, high above low */
#define PURITY_MIN	  0.88f	 /* of all energy */
#define STEADY_MIN	  0.75f	 /* turns add up in phase */
#define OTHERS_MAX	  0.4f	 /* of its group's strongest */
#define HARMONIC_MAX	  0.08f	 /* second harmonic: -11 dB */
#define TROUGH_MIN	  0.6f	 /* of the peak's power */
#define PART_FULL	  0.85f	 /* a sub-block with less of the tone is its last */
#define PURE_MIN	  0.5f /* of a sub-block's energy, where the two tones are not yet apart */
#define WINDOWS_MIN	  3    /* to judge by */
#define WINDOWS_AGAIN	  6    /* once they did not convince */

static const char digits[4][4] = { "123A", "456B", "789C", "*0#D" };

static float square(struct bank_phasor p)
{
	return p.re * p.re + p.im * p.im;
}

/* Of both tones followed, in the sub-block of that age. */
static float amplitude(const struct dtmf_track *track, const struct bank_lane *lane, unsigned age)
{
	return sqrtf(square(bank_phasor(lane, track->low, age)) +
		     square(bank_phasor(lane, track->high, age)));
}

/* The window of tone i, turned on to where the next one will be. */
static void tone_refer(struct dtmf_track *track, const struct dtmf_look *look, unsigned i)
{
	unsigned tone = i ? look->high : look->low;
	float cosine = bank_dtmf[i].turn_cosine[tone % 4], sine = bank_dtmf[i].turn_sine[tone % 4];
	struct bank_phasor now = bank_window(&look->lane, tone);

	track->last_re[i] = now.re * cosine - now.im * sine;
	track->last_im[i] = now.re * sine + now.im * cosine;
}

static void suspect_start(struct dtmf_track *track, const struct dtmf_look *look)
{
	const struct dtmf_span span = track->span;

	*track = (struct dtmf_track){ .span = span,
				      .phase = DTMF_SUSPECT,
				      .low = look->low,
				      .high = look->high,
				      .anchor = look->now };
	for (unsigned age = 0; age < 3; age++)
		track->ahead += amplitude(track, &look->lane, age);
	track->seen = track->ahead;
	for (unsigned i = 0; i < 2; i++)
		tone_refer(track, look, i);
}

/* What was summed did not convince: the next windows have to. */
static void evidence_drop(struct dtmf_track *track)
{
	for (unsigned i = 0; i < 2; i++)
		track->power[i] = track->turn_re[i] = track->turn_im[i] = track->others[i] = 0;
	track->energy = track->tone_energy = track->harmonic = 0;
	track->windows = 0;
	track->doubted = true;
}

/* The high tone's second harmonic; the low tones' lie among the high group, where others and purity tell. */
static float harmonic_power(const struct dtmf_look *look)
{
	unsigned h = look->high - 4u;
	struct bank_phasor p = { 0 };

	for (unsigned k = 0; k < BANK_PAIRS; k++) {
		float before = look->samples[(BANK_PAIRS - 1 - k) * look->lane.stride];
		float after = look->samples[(BANK_PAIRS + k) * look->lane.stride];

		p.re += (after + before) * bank_harmonics.cosine[k][h];
		p.im += (before - after) * bank_harmonics.sine[k][h];
	}
	return square(p);
}

static void tone_evidence(struct dtmf_track *track, const struct dtmf_look *look, unsigned i)
{
	unsigned tone = i ? look->high : look->low;
	struct bank_phasor now = bank_window(&look->lane, tone);
	float last_re = track->last_re[i], last_im = track->last_im[i];

	track->power[i] += square(now);
	track->turn_re[i] += now.re * last_re + now.im * last_im;
	track->turn_im[i] += now.im * last_re - now.re * last_im;
	for (unsigned t = i * 4; t < i * 4 + 4; t++)
		if (t != tone)
			track->others[i] += square(bank_window(&look->lane, t));
}

static void evidence_add(struct dtmf_track *track, const struct dtmf_look *look)
{
	float power = -track->power[0] - track->power[1];

	for (unsigned i = 0; i < 2; i++) {
		tone_evidence(track, look, i);
		tone_refer(track, look, i);
	}
	power += track->power[0] + track->power[1];
	track->energy += bank_window_energy(&look->lane);
	track->tone_energy += square(bank_phasor(&look->lane, look->high, 0));
	track->harmonic += harmonic_power(look);
	if (!track->windows++)
		track->peak = track->trough = power;
	track->peak = fmaxf(track->peak, power);
	track->trough = fminf(track->trough, power);
}

/* What the window loses of a tone that is off by this turn a sub-block: power. */
static float window_loss(float cosine)
{
	float window = (1 + cosine) / 2, box = 1 - (1 - cosine) / 12;

	return window * window * box * box;
}

/* Steady in phase, and alone in its group. */
static bool tone_steady(const struct dtmf_track *track, unsigned i)
{
	float re = track->turn_re[i], im = track->turn_im[i], power = track->power[i];

	return re > 0 && re * re + im * im >= STEADY_MIN * STEADY_MIN * power * power &&
	       track->others[i] <= OTHERS_MAX * power;
}

/* By how much its frequency is off, as a part of it. */
static float tone_deviation(const struct dtmf_track *track, unsigned i)
{
	float turn = atan2f(track->turn_im[i], track->turn_re[i]);

	return fabsf(turn) * RATE / BANK_SAMPLES / (2 * PI) /
	       bank_dtmf_hz[i ? track->high : track->low];
}

/* Its power without what the window loses of a tone whose frequency is off. */
static float tone_power(const struct dtmf_track *track, unsigned i)
{
	float re = track->turn_re[i], im = track->turn_im[i];

	return track->power[i] / window_loss(re / sqrtf(re * re + im * im));
}

static bool evidence_convinces(const struct dtmf_track *track)
{
	float low, high, low_off, high_off;

	if (!tone_steady(track, 0) || !tone_steady(track, 1))
		return false;
	low = tone_power(track, 0);
	high = tone_power(track, 1);
	low_off = tone_deviation(track, 0);
	high_off = tone_deviation(track, 1);
	return fminf(low, high) >= POWER_MIN * (float)track->windows &&
	       low <= TWIST_NORMAL_MAX * high && high <= TWIST_REVERSE_MAX * low &&
	       fmaxf(low_off, high_off) <= DEVIATION_MAX && low_off + high_off <= DEVIATIONS_MAX &&
	       low + high >= PURITY_MIN * BANK_SAMPLES * track->energy &&
	       track->harmonic <= HARMONIC_MAX * track->tone_energy &&
	       track->trough >= TROUGH_MIN * track->peak;
}

static void digit_on(struct dtmf_track *track, const struct dtmf_look *look)
{
	track->phase = DTMF_ON;
	track->gap = 0;
	track->span.digit = digits[track->low][track->high - 4];
	track->span.over = false;
	track->span.start = track->anchor -
			    (uint32_t)lrintf(fminf(track->ahead / track->level, 3) * BANK_SAMPLES);
	track->span.end = look->now;
}

static void suspect_step(struct dtmf_track *track, const struct dtmf_look *look, bool sign)
{
	track->seen += amplitude(track, &look->lane, 0);
	if (!sign) {
		if (++track->missed > MISSED_MAX)
			track->phase = DTMF_IDLE;
		return;
	}
	track->missed = 0;
	evidence_add(track, look);
	/* half of the window's amplitude is that of a full sub-block, but for what a frequency off loses */
	track->level = sqrtf(track->peak) / 2;
	if (track->windows < (track->doubted ? WINDOWS_AGAIN : WINDOWS_MIN) ||
	    track->seen < DIGIT_SUB_BLOCKS * track->level)
		return;
	if (evidence_convinces(track))
		digit_on(track, look);
	else
		evidence_drop(track);
}

static void on_step(struct dtmf_track *track, const struct dtmf_look *look, bool sign)
{
	float now = amplitude(track, &look->lane, 0), part = fminf(now / track->level, 1);
	bool pure = now * now >= PURE_MIN * BANK_PAIRS * bank_energy(&look->lane, 0);
	bool there = pure && part >= (sign ? 0.4f : 0.75f);

	if (there) {
		track->gap = 0;
		track->level += 0.25f * (now - track->level);
		track->span.end = look->now;
	}
	/* the part of a sub-block that is the last one: none when the one before it was not full */
	if (part < PART_FULL && (there || track->span.end + BANK_SAMPLES == look->now))
		track->span.end = look->now - (uint32_t)lrintf((1 - part) * BANK_SAMPLES);
	if (!there) {
		/* something else as loud as the digit is not the digit, but may cover it */
		track->gap += fmaxf(1 - part, 0.5f);
		if (track->gap >= GAP_SUB_BLOCKS) {
			track->span.over = true;
			track->phase = DTMF_IDLE;
		}
	}
}

void dtmf_track_step(struct dtmf_track *track, const struct dtmf_look *look)
{
	bool same = look->sign && look->low == track->low && look->high == track->high;

	if (look->sign && (track->phase == DTMF_IDLE || !same)) {
		if (track->phase == DTMF_ON)
			track->span.over = true;
		suspect_start(track, look);
	} else if (track->phase == DTMF_SUSPECT) {
		suspect_step(track, look, same);
	} else if (track->phase == DTMF_ON) {
		on_step(track, look, same);
	}
}
