/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* One channel's view of a bank, and the way of samples into sub-blocks. */
#include "dsp/detect_bank.h"

#include <string.h>

struct bank_phasor bank_phasor(const struct bank_lane *lane, unsigned tone, unsigned age)
{
	const float *at = lane->at + (tone * BANK_ROWS_PER_TONE + 2 * age) * lane->stride;

	return (struct bank_phasor){ at[0], at[lane->stride] };
}

float bank_energy(const struct bank_lane *lane, unsigned age)
{
	return lane->at[(lane->tones * BANK_ROWS_PER_TONE + age) * lane->stride];
}

struct bank_phasor bank_window(const struct bank_lane *lane, unsigned tone)
{
	struct bank_phasor a = bank_phasor(lane, tone, 0), b = bank_phasor(lane, tone, 1),
			   c = bank_phasor(lane, tone, 2);

	return (struct bank_phasor){ 0.5f * (a.re + c.re) + b.re, 0.5f * (a.im + c.im) + b.im };
}

float bank_window_energy(const struct bank_lane *lane)
{
	return 0.5f * (bank_energy(lane, 0) + bank_energy(lane, 2)) + bank_energy(lane, 1);
}

const struct bank_build *bank_build(enum lanes_build build)
{
#if defined(__x86_64__)
	if (build == LANES_AVX512)
		return &bank_build_avx512;
	if (build == LANES_AVX2)
		return &bank_build_avx2;
#endif
	(void)build;
	return &bank_build_base;
}

const int16_t *bank_feed_next(struct bank_feed *feed)
{
	size_t room = BANK_SAMPLES - *feed->filled;
	const int16_t *samples = feed->samples;

	if (!*feed->filled && feed->n >= BANK_SAMPLES) {
		feed->samples += BANK_SAMPLES * feed->stride;
		feed->n -= BANK_SAMPLES;
		return samples;
	}
	if (feed->n < room)
		room = feed->n;
	memcpy(feed->held + *feed->filled * feed->stride, samples,
	       room * feed->stride * sizeof(*samples));
	feed->samples += room * feed->stride;
	feed->n -= room;
	*feed->filled += room;
	if (*feed->filled < BANK_SAMPLES)
		return NULL;
	*feed->filled = 0;
	return feed->held;
}
