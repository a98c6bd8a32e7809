/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What was received on an RTP session, octet by octet. */
#include <string.h>

#include "gw/media/rtp_end.h"

/* Octets that carry no sound are not made up (RFC 4040). */
static void fill_clear(const struct rtp_end *rtp, uint8_t *octets, size_t n, enum jitter_kind kind)
{
	if (kind != JITTER_AUDIO)
		memset(octets, rtp->end.idle, n);
}

/* The peer's pause: the noise that it told of, or silence. */
static bool fill_pause(struct rtp_end *rtp, uint8_t *octets, size_t n)
{
	int16_t linear[BLOCK_SAMPLES];

	if (!rtp->comfort.on) {
		memset(octets, g711_silence(rtp->end.law), n);
		return true;
	}
	for (size_t at = 0; at < n; at += BLOCK_SAMPLES) {
		size_t k = n - at < BLOCK_SAMPLES ? n - at : BLOCK_SAMPLES;

		comfort_player_play(&rtp->comfort, linear, k);
		g711_compress(rtp->end.law, octets + at, linear, k);
	}
	concealer_pass(&rtp->concealer, rtp->end.law, octets, n);
	rtp->end.stats.comfort_ms = (rtp->comfort_samples += n) / RTP_PER_MS;
	return false;
}

static bool fill_sound(struct rtp_end *rtp, uint8_t *octets, size_t n, enum jitter_kind kind)
{
	switch (kind) {
	case JITTER_AUDIO:
		concealer_pass(&rtp->concealer, rtp->end.law, octets, n);
		return false;
	case JITTER_LOST:
		if (rtp->vbd)
			break; /* made up, it would be an error that lasts longer */
		concealer_fill(&rtp->concealer, rtp->end.law, octets, n);
		rtp->concealed_samples += n;
		return false;
	case JITTER_PAUSE:
		return fill_pause(rtp, octets, n);
	case JITTER_IDLE:
		break;
	}
	memset(octets, g711_silence(rtp->end.law), n);
	return kind != JITTER_LOST;
}

/* Talk and noise for the reports (RFC 3611 4.7.4). */
static void note_level(struct rtp_end *rtp, const uint8_t *octets, size_t n)
{
	int16_t linear[BLOCK_SAMPLES];

	for (size_t at = 0; at < n; at += BLOCK_SAMPLES) {
		size_t k = n - at < BLOCK_SAMPLES ? n - at : BLOCK_SAMPLES;

		g711_expand(rtp->end.law, linear, octets + at, k);
		vad_hear(&rtp->heard, linear, k);
	}
}

bool rtp_play(struct rtp_end *rtp, uint8_t *octets, size_t n)
{
	uint8_t *played = octets;
	size_t whole = n;
	bool pause = true;

	while (n) {
		enum jitter_kind kind;
		size_t run = jitter_get(&rtp->jitter, octets, n, &kind);

		if (rtp->end.clear)
			fill_clear(rtp, octets, run, kind);
		else
			pause = fill_sound(rtp, octets, run, kind) && pause;
		if (rtp->rates && kind == JITTER_AUDIO)
			note_level(rtp, octets, run);
		octets += run;
		n -= run;
	}
	if (rtp->hears)
		rtp_hear_play(rtp, played, whole);
	return pause && !rtp->end.clear;
}
