/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digits and signals on their way out of one end of a channel. Whoever hears a digit elsewhere opens it here and lets it grow while
 * it lasts; the end plays it as a tone or sends it as RFC 4733 events, each at its own pace. Media thread.
 */
#ifndef MEDIA_DIGITS_H
#define MEDIA_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"
#include "dsp/tone.h"

#define DIGITS_MAX	     32
#define DIGIT_SHORTEST_SAMPLES 320 /* 40 ms: what a receiver must accept, Q.24 */
#define DIGIT_PAUSE_SAMPLES  320

struct digit {
	char symbol; /* of a DTMF digit, or enum media_signal */
	bool as_event; /* leaves as RFC 4733 events, else as a tone */
	bool ended;
	uint32_t samples; /* so far; the whole length once ended */
};

struct digits {
	uint32_t first, next; /* serial numbers: first is played now, next is the next to be opened */
	/* how far the first has come */
	bool on;
	uint32_t played; /* samples of the first; of the pause after one when not on */
	uint32_t axis; /* samples of signals that followed each other without a pause: their phase goes on */
	uint32_t sent; /* done */
	struct digit slot[DIGITS_MAX];
	struct tone_player tone;
};

/* Serial number of a new digit or signal, 0: no room, or it is neither, or no tone although it has to be one. */
uint32_t digits_open(struct digits *digits, char symbol);
uint32_t digits_open_event(struct digits *digits, char symbol, bool as_event);
/* It has lasted that long, at least; ended: that long in all. One that is gone is fine. */
void digits_grow(struct digits *digits, uint32_t serial, uint32_t samples, bool ended);
void digits_init(struct digits *digits);
/* Forgets what waits. */
void digits_clear(struct digits *digits);
bool digits_waiting(const struct digits *digits);
/* The first leaves as events, or as a tone. */
bool digits_event_next(const struct digits *digits);
bool digits_tone_next(const struct digits *digits);
/* Events are no longer taken: all that wait leave as tones. */
void digits_no_events(struct digits *digits);

/* The first digit, to be begun or going on; NULL: none, or the pause is not over. */
struct digit *digits_current(struct digits *digits);
/* n samples went by without a digit, of a pause. */
void digits_pause(struct digits *digits, size_t n);
/* The first digit is done: the pause begins. */
void digits_done(struct digits *digits);

/* As tones: puts digits, and pauses between them, over n octets. True when it did. */
bool digits_play(struct digits *digits, enum g711_law law, uint8_t *octets, size_t n);

#endif
