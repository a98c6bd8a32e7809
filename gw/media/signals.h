/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Signals other than DTMF that RFC 4733 events name (RFC 4734, RFC 5244), each under a letter, so that they wait and
 * travel like digits.
 */
#ifndef MEDIA_SIGNALS_H
#define MEDIA_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp/tone_mix.h"
#include "gw/media/media.h"

struct signal {
	char symbol; /* enum media_signal; 0: none, a part of a signal */
	uint8_t event;
	bool is_tone;
	struct tone_mix mix;
};

/* NULL: none, or a DTMF digit. */
const struct signal *signal_of_symbol(char symbol);
const struct signal *signal_of_event(uint8_t event);
/* The event of a digit or signal, -1: it is neither. */
int signal_event(char symbol);

#endif
