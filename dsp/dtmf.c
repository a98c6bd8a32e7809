/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * SpanDSP looks at blocks of 102 samples; two alike in sequence are a digit, two others its end.
 * The digits that it collects for dtmf_rx_get() are not used: its status after each block of ours
 * tells all.
 */
#include "dsp/dtmf.h"

#include <spandsp.h>
#include <spandsp/expose.h>

#define SUSPECT 'x' /* dtmf_rx_status(): a first block */

_Static_assert(sizeof(dtmf_rx_state_t) <= DTMF_DETECTOR_OCTETS, "SpanDSP's state has grown");
_Static_assert(_Alignof(dtmf_rx_state_t) <= 16, "SpanDSP's state wants more alignment");

static dtmf_rx_state_t *state_of(const struct dtmf_detector *detector)
{
	return (dtmf_rx_state_t *)(uintptr_t)detector->state;
}

void dtmf_detector_init(struct dtmf_detector *detector)
{
	dtmf_rx_init(state_of(detector), NULL, NULL);
}

char dtmf_detector_hear(struct dtmf_detector *detector, const int16_t *linear, size_t n)
{
	int status;

	dtmf_rx(state_of(detector), linear, (int)n);
	status = dtmf_rx_status(state_of(detector));
	return (char)(status == SUSPECT ? 0 : status);
}

bool dtmf_detector_suspects(const struct dtmf_detector *detector)
{
	return dtmf_rx_status(state_of(detector)) == SUSPECT;
}
