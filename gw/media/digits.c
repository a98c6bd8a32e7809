/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits on their way out. */
#include "gw/media/digits.h"

#include <string.h>

#include "gw/media/signals.h"

#define BLOCK 160

static struct digit *slot_of(struct digits *digits, uint32_t serial)
{
	return &digits->slot[serial % DIGITS_MAX];
}

void digits_init(struct digits *digits)
{
	memset(digits, 0, sizeof(*digits));
	digits->first = digits->next = 1;
	digits->played = DIGIT_PAUSE_SAMPLES;
}

void digits_clear(struct digits *digits)
{
	digits->first = digits->next;
	digits->on = false;
	digits->played = DIGIT_PAUSE_SAMPLES;
}

bool digits_waiting(const struct digits *digits)
{
	return digits->first != digits->next;
}

bool digits_event_next(const struct digits *digits)
{
	return digits_waiting(digits) && digits->slot[digits->first % DIGITS_MAX].as_event;
}

bool digits_tone_next(const struct digits *digits)
{
	return digits_waiting(digits) && !digits->slot[digits->first % DIGITS_MAX].as_event;
}

void digits_no_events(struct digits *digits)
{
	for (uint32_t serial = digits->first; serial != digits->next; serial++)
		slot_of(digits, serial)->as_event = false;
}

uint32_t digits_open_event(struct digits *digits, char symbol, bool as_event)
{
	const struct signal *signal = signal_of_symbol(symbol);

	if (!tone_dtmf(symbol) && (!signal || (!as_event && !signal->is_tone)))
		return 0;
	if (digits->next - digits->first == DIGITS_MAX)
		return 0;
	*slot_of(digits, digits->next) = (struct digit){ .symbol = symbol, .as_event = as_event };
	return digits->next++;
}

uint32_t digits_open(struct digits *digits, char symbol)
{
	return digits_open_event(digits, symbol, false);
}

void digits_grow(struct digits *digits, uint32_t serial, uint32_t samples, bool ended)
{
	struct digit *digit = slot_of(digits, serial);

	if (!serial || serial - digits->first >= digits->next - digits->first || digit->ended)
		return;
	if (samples > digit->samples)
		digit->samples = samples;
	digit->ended = ended;
	if (ended && digit->samples < DIGIT_SHORTEST_SAMPLES)
		digit->samples = DIGIT_SHORTEST_SAMPLES;
}

static void start(struct digits *digits, const struct digit *digit)
{
	digits->on = true;
	digits->played = 0;
	tone_player_start(&digits->tone, tone_dtmf(digit->symbol));
}

struct digit *digits_current(struct digits *digits)
{
	struct digit *digit = slot_of(digits, digits->first);

	if (!digits_waiting(digits))
		return NULL;
	if (!digits->on) {
		if (digits->played < DIGIT_PAUSE_SAMPLES)
			return NULL;
		digits->axis = 0;
		start(digits, digit);
	}
	return digit;
}

void digits_pause(struct digits *digits, size_t n)
{
	if (!digits->on && digits->played < DIGIT_PAUSE_SAMPLES)
		digits->played += (uint32_t)n;
}

void digits_done(struct digits *digits)
{
	const struct digit *last = slot_of(digits, digits->first);
	const struct digit *next = slot_of(digits, ++digits->first);

	digits->sent++;
	digits->on = false;
	digits->played = 0;
	/* An answer tone goes on where its phase is reversed (RFC 4734 2.4): no pause. */
	if (digits_waiting(digits) && signal_of_symbol(last->symbol) &&
	    signal_of_symbol(next->symbol) && last->as_event == next->as_event)
		start(digits, next);
}

static void tone_make(struct digits *digits, const struct digit *digit, int16_t *linear, size_t n)
{
	const struct signal *signal = signal_of_symbol(digit->symbol);

	if (signal)
		tone_mix_render(&signal->mix, digits->axis, digits->played, linear, n);
	else
		tone_player_play(&digits->tone, linear, n);
	digits->axis += (uint32_t)n;
	digits->played += (uint32_t)n;
}

/* One stretch of at most n octets that is all digit or all pause; 0: neither. */
static size_t play_stretch(struct digits *digits, enum g711_law law, uint8_t *octets, size_t n)
{
	struct digit *digit = digits_current(digits);
	int16_t linear[BLOCK];

	if (n > BLOCK)
		n = BLOCK;
	if (!digit) {
		if (digits->played >= DIGIT_PAUSE_SAMPLES)
			return 0;
		if (n > DIGIT_PAUSE_SAMPLES - digits->played)
			n = DIGIT_PAUSE_SAMPLES - digits->played;
		digits->played += (uint32_t)n;
		memset(octets, g711_silence(law), n);
		return n;
	}
	if (digit->ended && n > digit->samples - digits->played)
		n = digits->played < digit->samples ? digit->samples - digits->played : 0;
	tone_make(digits, digit, linear, n);
	g711_compress(law, octets, linear, n);
	if (digit->ended && digits->played >= digit->samples)
		digits_done(digits);
	return n;
}

bool digits_play(struct digits *digits, enum g711_law law, uint8_t *octets, size_t n)
{
	bool any = false;

	while (n) {
		bool idle = !digits_tone_next(digits) && !digits->on &&
			    digits->played >= DIGIT_PAUSE_SAMPLES;
		size_t k = idle ? 0 : play_stretch(digits, law, octets, n);

		if (idle)
			break;
		any = true;
		octets += k;
		n -= k;
	}
	return any;
}
