/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The signals that events name. */
#include "gw/media/signals.h"

#include "gw/media/rtp.h"

#define ANSWER_DBM0  -12.0f /* V.25 and V.8: as a modem sends */
#define V21_DBM0     -12.0f
#define REVERSAL_MS  450 /* RFC 4734 2.3, 2.4 */
#define THIRDS_15_HZ 45	 /* V.8 */
#define V8_PERCENT   20

#define ANSWER .hz = { 2100 }, .dbm0 = ANSWER_DBM0
#define V8     .modulation_third_hz = THIRDS_15_HZ, .depth_percent = V8_PERCENT

/* By event. Those without a letter are bits, made where they are and not told of one by one. */
static const struct signal signals[] = {
	{ MEDIA_SIGNAL_FLASH, 16, false, { .dbm0 = 0 } }, /* RFC 5244 */
	{ MEDIA_SIGNAL_ANS, 32, true, { ANSWER } },	  /* RFC 4734 2.4, 2.6 */
	{ MEDIA_SIGNAL_ANS_REVERSED, 33, true, { ANSWER, .reversal_ms = REVERSAL_MS } },
	{ MEDIA_SIGNAL_ANSAM, 34, true, { ANSWER, V8 } }, /* 2.3 */
	{ MEDIA_SIGNAL_ANSAM_REVERSED, 35, true, { ANSWER, V8, .reversal_ms = REVERSAL_MS } },
	{ MEDIA_SIGNAL_CNG, 36, true, { .hz = { 1100 }, .dbm0 = -11 } }, /* 2.6 */
	{ 0, 37, true, { .hz = { 1180 }, .dbm0 = V21_DBM0 } },		 /* 2.2 */
	{ 0, 38, true, { .hz = { 980 }, .dbm0 = V21_DBM0 } },
	{ 0, 39, true, { .hz = { 1850 }, .dbm0 = V21_DBM0 } },
	{ 0, 40, true, { .hz = { 1650 }, .dbm0 = V21_DBM0 } },
	{ MEDIA_SIGNAL_CT, 49, true, { .hz = { 1300 }, .dbm0 = -11 } },		      /* 2.4 */
	{ MEDIA_SIGNAL_ANS_2225, 52, true, { .hz = { 2225 }, .dbm0 = ANSWER_DBM0 } }, /* 2.7 */
	{ MEDIA_SIGNAL_V21_PREAMBLE, 54, false, { .dbm0 = 0 } },		      /* 2.6 */
};

const struct signal *signal_of_symbol(char symbol)
{
	for (unsigned i = 0; symbol && i < sizeof(signals) / sizeof(*signals); i++)
		if (signals[i].symbol == symbol)
			return &signals[i];
	return NULL;
}

const struct signal *signal_of_event(uint8_t event)
{
	for (unsigned i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (signals[i].event == event)
			return &signals[i];
	return NULL;
}

int signal_event(char symbol)
{
	const struct signal *signal = signal_of_symbol(symbol);

	return signal ? signal->event : rtp_event_of(symbol);
}
