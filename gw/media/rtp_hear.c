/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits in the audio of an RTP session. */
#include "gw/media/rtp_hear.h"

#include <stdlib.h>
#include <string.h>

#include "gw/media/rtp_end.h"

/* Between two of the same digit there is more (Q.24), and no detector need see less. */
#define APART_SAMPLES  320
#define PAUSE_SAMPLES  240
#define EITHER_SAMPLES 1120 /* the beginning of a digit as event and as sound lie less apart */

static uint32_t position(const struct rtp_hear *hear)
{
	return hear->dtmf.now + (uint32_t)hear->dtmf.filled;
}

void rtp_hear_rest(struct rtp_end *rtp)
{
	struct rtp_hear *hear = &rtp->hear;

	if (!rtp->hears || !position(hear))
		return;
	hearing_close(&hear->hearing, &rtp->end, hear->dtmf.now, 0);
	hear->hearing = (struct hearing){ 0 };
	dtmf_detector_init(&hear->dtmf);
}

void rtp_hear_set(struct rtp_end *rtp, bool on)
{
	if (on == rtp->hears)
		return;
	rtp_hear_rest(rtp);
	rtp->hears = on;
	if (!on)
		return;
	memset(&rtp->hear, 0, sizeof(rtp->hear));
	dtmf_detector_init(&rtp->hear.dtmf);
}

/* ---- which digit it is ---- */

/* Of the last digit's pause, too little was heard: the rest of it, or of the digit, was lost. */
static bool goes_on(const struct rtp_end *rtp, char digit, uint32_t start)
{
	const struct rtp_hear *hear = &rtp->hear;
	uint64_t lost = rtp->concealed_samples - hear->concealed;
	int32_t pause = (int32_t)(start - hear->kept[0].end);

	return hear->kept[0].digit == digit && lost && pause < (int32_t)(lost + PAUSE_SAMPLES);
}

static void digit_begins(struct rtp_end *rtp, const struct dtmf_span *span, uint32_t start)
{
	struct rtp_hear *hear = &rtp->hear;
	bool is_event =
		rtp_event_in_says(rtp, span->digit, start - APART_SAMPLES, start + EITHER_SAMPLES);

	hearing_close(&hear->hearing, &rtp->end, span->start, 0);
	if (goes_on(rtp, span->digit, start)) {
		hearing_give_up(&hear->hearing, span);
		return;
	}
	memmove(&hear->kept[1], &hear->kept[0], sizeof(hear->kept) - sizeof(hear->kept[0]));
	hear->kept[0].digit = is_event ? 0 : span->digit;
	hear->kept[0].start = start;
	if (is_event)
		hearing_give_up(&hear->hearing, span);
	hear->silent = is_event;
}

/* left: octets taken from the jitter buffer that have not been heard yet. */
static void digit_follow(struct rtp_end *rtp, const struct dtmf_span *span, size_t left)
{
	struct rtp_hear *hear = &rtp->hear;
	uint32_t origin = rtp->jitter.play - (uint32_t)left - position(hear);

	if (hearing_is_new(&hear->hearing, span))
		digit_begins(rtp, span, origin + span->start);
	else if (span->over)
		return;
	hear->kept[0].end = origin + span->end;
	hear->concealed = rtp->concealed_samples;
}

/* True: the piece is to be silenced. */
static bool piece_heard(struct rtp_end *rtp, size_t left)
{
	struct rtp_hear *hear = &rtp->hear;
	struct dtmf_span span = dtmf_detector_span(&hear->dtmf);
	bool silent;

	if (span.digit)
		digit_follow(rtp, &span, left);
	silent =
		hearing_digit(&hear->hearing, &rtp->end, span, dtmf_detector_suspects(&hear->dtmf));
	if (hear->hearing.digit.symbol)
		hear->silent = silent;
	return silent || (span.digit && !span.over && hear->silent);
}

void rtp_hear_play(struct rtp_end *rtp, uint8_t *octets, size_t n)
{
	struct rtp_hear *hear = &rtp->hear;
	int16_t linear[DTMF_HELD];

	if (rtp->vbd || pipeline_is_data(&rtp->end)) {
		rtp_hear_rest(rtp);
		return;
	}
	while (n) {
		size_t k = DTMF_HELD - hear->dtmf.filled;

		k = k < n ? k : n;
		n -= k;
		g711_expand(rtp->end.law, linear, octets, k);
		(void)dtmf_detector_hear(&hear->dtmf, linear, k);
		if (piece_heard(rtp, n))
			memset(octets, g711_silence(rtp->end.law), k);
		octets += k;
	}
}

/* The digit kept that began next to there; RTP_HEAR_KEPT: none is near. */
static unsigned kept_near(const struct rtp_hear *hear, char digit, uint32_t start)
{
	unsigned best = RTP_HEAR_KEPT;
	int32_t least = EITHER_SAMPLES;

	for (unsigned i = 0; i < RTP_HEAR_KEPT; i++) {
		int32_t since = (int32_t)(start - hear->kept[i].start);

		if (hear->kept[i].digit != digit || abs(since) >= least ||
		    (int32_t)(start - hear->kept[i].end) >= APART_SAMPLES)
			continue;
		best = i;
		least = abs(since);
	}
	return best;
}

bool rtp_hear_event(struct rtp_end *rtp, char digit, uint32_t start, uint32_t *serial,
		    bool *reported)
{
	struct rtp_hear *hear = &rtp->hear;
	struct dtmf_span span = dtmf_detector_span(&hear->dtmf);
	unsigned at = rtp->hears ? kept_near(hear, digit, start) : RTP_HEAR_KEPT;

	if (at == RTP_HEAR_KEPT)
		return false;
	hear->kept[at].digit = 0;
	*reported = at || !hear->hearing.digit.symbol;
	*serial = *reported ? 0 : hear->hearing.digit.serial;
	if (at == 0) {
		hear->silent = true;
		hearing_give_up(&hear->hearing, &span);
	}
	return true;
}
