/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* DTMF detection (ITU-T Q.23, Q.24) in 8,000 samples/s: a wall around SpanDSP's dtmf_rx. Generation: dsp/tone.h. */
#ifndef DSP_DTMF_H
#define DSP_DTMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTMF_DETECTOR_OCTETS 448
/* A change is known this many samples after it happened, at most. */
#define DTMF_DELAY_SAMPLES   306
/* With at most this many samples a time no digit and no pause is missed. */
#define DTMF_BLOCK_SAMPLES   160

struct dtmf_detector {
	_Alignas(16) unsigned char state[DTMF_DETECTOR_OCTETS];
};

void dtmf_detector_init(struct dtmf_detector *detector);
/* The digit being heard after these samples (n <= DTMF_BLOCK_SAMPLES), 0: none. */
char dtmf_detector_hear(struct dtmf_detector *detector, const int16_t *linear, size_t n);
/* Half of the evidence for a digit that is not reported yet. */
bool dtmf_detector_suspects(const struct dtmf_detector *detector);

#endif
