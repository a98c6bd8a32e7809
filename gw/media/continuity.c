/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Loop, transponder, check tone. */
#include "gw/media/continuity.h"

#include <string.h>

#define PER_MS 8

void continuity_set(struct continuity *continuity, enum media_continuity mode, enum g711_law law)
{
	continuity->mode = mode;
	continuity->law = law;
	continuity->decided = false;
	continuity->samples = 0;
	continuity->loop_n = 0;
	detect_one_init(&continuity->detector);
	tone_player_start(&continuity->player, NULL);
	if (mode == MEDIA_CONTINUITY_CHECK || mode == MEDIA_CONTINUITY_CHECK_TRANSPONDER)
		tone_player_start_signal(&continuity->player, &tone_check_2010);
}

/* A line that was late gets what is newest. */
static void loop_keep(struct continuity *continuity, const uint8_t *octets, size_t n)
{
	size_t room = sizeof(continuity->loop) - continuity->loop_n;
	size_t drop = n > room ? n - room : 0;

	continuity->loop_n -= drop;
	memmove(continuity->loop, continuity->loop + drop, continuity->loop_n);
	memcpy(continuity->loop + continuity->loop_n, octets, n);
	continuity->loop_n += n;
}

/* Q.724 7.3: each tone is answered by the other for as long as it lasts. */
static void transpond(struct continuity *continuity, const struct detect_event *event)
{
	const struct tone_signal *answer =
		event->kind == DETECT_CHECK_2010 ? &tone_check_1780 : &tone_check_2010;

	if (event->begins)
		tone_player_start_signal(&continuity->player, answer);
	else
		tone_player_start(&continuity->player, NULL);
}

static enum continuity_found decide(struct continuity *continuity, enum continuity_found found)
{
	continuity->decided = true;
	tone_player_start(&continuity->player, NULL);
	return found;
}

static bool is_check_tone(enum detect_kind kind)
{
	return kind == DETECT_CHECK_2010 || kind == DETECT_CHECK_1780;
}

static enum continuity_found heard(struct continuity *continuity, const struct detect_event *event)
{
	enum detect_kind wanted =
		continuity->mode == MEDIA_CONTINUITY_CHECK ? DETECT_CHECK_2010 : DETECT_CHECK_1780;

	if (!is_check_tone(event->kind))
		return CONTINUITY_NOTHING;
	if (continuity->mode == MEDIA_CONTINUITY_TRANSPONDER)
		transpond(continuity, event);
	else if (!continuity->decided && event->begins && event->kind == wanted)
		return decide(continuity, CONTINUITY_PASSED);
	return CONTINUITY_NOTHING;
}

static enum continuity_found check_listen(struct continuity *continuity, const uint8_t *octets,
					  size_t n)
{
	struct detect_event events[DETECT_CHANNEL_EVENTS];
	enum continuity_found found = CONTINUITY_NOTHING;
	int16_t linear[DETECT_BLOCK_SAMPLES];
	size_t n_events;

	g711_expand(continuity->law, linear, octets, n);
	n_events = detect_one_hear(&continuity->detector, linear, n, events);
	for (size_t i = 0; i < n_events && !found; i++)
		found = heard(continuity, &events[i]);
	continuity->samples += (uint32_t)n;
	if (found || continuity->decided || continuity->mode == MEDIA_CONTINUITY_TRANSPONDER ||
	    continuity->samples < CONTINUITY_LIMIT_MS * PER_MS)
		return found;
	return decide(continuity, CONTINUITY_FAILED);
}

enum continuity_found continuity_hear(struct continuity *continuity, const uint8_t *octets,
				      size_t n)
{
	enum continuity_found found = CONTINUITY_NOTHING;

	for (size_t at = 0; at < n && !found; at += DETECT_BLOCK_SAMPLES) {
		size_t k = n - at < DETECT_BLOCK_SAMPLES ? n - at : DETECT_BLOCK_SAMPLES;

		if (continuity->mode == MEDIA_CONTINUITY_LOOP)
			loop_keep(continuity, octets + at, k);
		else
			found = check_listen(continuity, octets + at, k);
	}
	return found;
}

void continuity_say(struct continuity *continuity, uint8_t *octets, size_t n)
{
	size_t k = n < continuity->loop_n ? n : continuity->loop_n;
	int16_t linear[DETECT_BLOCK_SAMPLES];

	if (continuity->mode == MEDIA_CONTINUITY_LOOP) {
		memcpy(octets, continuity->loop, k);
		memset(octets + k, g711_silence(continuity->law), n - k);
		continuity->loop_n -= k;
		memmove(continuity->loop, continuity->loop + k, continuity->loop_n);
		return;
	}
	for (size_t at = 0; at < n; at += DETECT_BLOCK_SAMPLES) {
		k = n - at < DETECT_BLOCK_SAMPLES ? n - at : DETECT_BLOCK_SAMPLES;
		tone_player_play(&continuity->player, linear, k);
		g711_compress(continuity->law, octets + at, linear, k);
	}
}
