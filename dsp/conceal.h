/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Packet-loss concealment after ITU-T G.711 appendix I, without its delay: a loss is filled by repeating the last pitch
 * period, which after 10 ms fades and after 60 ms is silence; what comes after it is faded in. (SpanDSP's plc copies
 * overlapping memory by memcpy.)
 */
#ifndef DSP_CONCEAL_H
#define DSP_CONCEAL_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"

#define CONCEALER_PERIOD_MAX 120 /* samples: 66 Hz */
#define CONCEALER_HISTORY    280 /* a window of 20 ms, and the longest period before it */
#define CONCEALER_KEPT	     1024 /* so that it is moved to the front now and then only */

struct concealer {
	unsigned filled;    /* samples of this loss, 0: there is none */
	unsigned joining;   /* samples of the fade-in still to come */
	unsigned offset;    /* next of the cycle */
	unsigned period;
	unsigned end;	    /* of what is in history; the last CONCEALER_HISTORY of it count */
	int16_t cycle[CONCEALER_PERIOD_MAX];
	uint8_t history[CONCEALER_KEPT]; /* the last octets that went out */
};

void concealer_init(struct concealer *concealer, enum g711_law law);
/* Good octets pass; only the first after a loss are changed, to join smoothly. */
void concealer_pass(struct concealer *concealer, enum g711_law law, uint8_t *octets, size_t n);
/* Makes up n lost octets. */
void concealer_fill(struct concealer *concealer, enum g711_law law, uint8_t *octets, size_t n);

#endif
