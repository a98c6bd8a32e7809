/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The scan of all lanes, and the tracks of those in which there is something (dsp/dtmf_track.c). */
#include "dsp/dtmf.h"

#include <string.h>

#include "dsp/dtmf_track.h"

_Static_assert(DTMF_ROWS == BANK_ROWS(DTMF_TONES), "a row for what the bank keeps");
_Static_assert(DTMF_HELD == BANK_SAMPLES, "room for a sub-block");

/* A detector of either kind. */
struct hearer {
	const struct bank_build *build;
	float *rows;
	size_t stride;
	struct dtmf_track *tracks;
	uint32_t *now;
	uint32_t busy;
};

/* Lanes in which there is something, or was until now. */
static uint32_t hear_block(struct hearer *h, const int16_t *samples)
{
	struct bank_scan scan;
	uint32_t lanes;

	h->build->dtmf(h->rows, samples, &scan);
	*h->now += BANK_SAMPLES;
	lanes = scan.lanes | h->busy;
	for (uint32_t left = lanes; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		const struct dtmf_look look = { .lane = { h->rows + i, h->stride, DTMF_TONES },
						.samples = samples + i,
						.now = *h->now,
						.sign = scan.lanes >> i & 1,
						.low = (uint8_t)scan.low[i],
						.high = (uint8_t)scan.high[i] };

		dtmf_track_step(&h->tracks[i], &look);
		h->busy &= ~(1u << i);
		h->busy |= (uint32_t)(h->tracks[i].phase != DTMF_IDLE) << i;
	}
	return lanes;
}

static uint32_t hear(struct hearer *h, struct bank_feed *feed)
{
	uint32_t lanes = h->busy;
	const int16_t *samples;

	while ((samples = bank_feed_next(feed)))
		lanes |= hear_block(h, samples);
	return lanes;
}

static char digit_of(const struct dtmf_track *track)
{
	return (char)(track->phase == DTMF_ON ? track->span.digit : 0);
}

/* ---- a channel alone ---- */

void dtmf_detector_init(struct dtmf_detector *detector)
{
	*detector = (struct dtmf_detector){ 0 };
}

char dtmf_detector_hear(struct dtmf_detector *detector, const int16_t *linear, size_t n)
{
	struct hearer h = { .build = &bank_build_one,
			    .rows = detector->rows,
			    .stride = 1,
			    .tracks = &detector->track,
			    .now = &detector->now,
			    .busy = detector->track.phase != DTMF_IDLE };
	struct bank_feed feed = { detector->held, &detector->filled, 1, linear, n };

	hear(&h, &feed);
	return digit_of(&detector->track);
}

bool dtmf_detector_suspects(const struct dtmf_detector *detector)
{
	return detector->track.phase == DTMF_SUSPECT;
}

struct dtmf_span dtmf_detector_span(const struct dtmf_detector *detector)
{
	return detector->track.span;
}

/* ---- a group ---- */

void dtmf_group_init(struct dtmf_group *group, enum lanes_build build)
{
	*group = (struct dtmf_group){ .build = build };
}

void dtmf_group_reset(struct dtmf_group *group, unsigned lane)
{
	group->track[lane] = (struct dtmf_track){ 0 };
	group->busy &= ~(1u << lane);
	for (unsigned row = 0; row < DTMF_ROWS; row++)
		group->rows[row][lane] = 0;
	for (unsigned k = 0; k < DTMF_HELD; k++)
		group->held[k][lane] = 0;
}

uint32_t dtmf_group_hear(struct dtmf_group *group, const int16_t (*linear)[LANES], size_t n)
{
	struct hearer h = { .build = bank_build(group->build),
			    .rows = group->rows[0],
			    .stride = LANES,
			    .tracks = group->track,
			    .now = &group->now,
			    .busy = group->busy };
	struct bank_feed feed = { group->held[0], &group->filled, LANES, linear[0], n };
	uint32_t lanes = hear(&h, &feed);

	group->busy = h.busy;
	return lanes;
}

char dtmf_group_digit(const struct dtmf_group *group, unsigned lane)
{
	return digit_of(&group->track[lane]);
}

bool dtmf_group_suspects(const struct dtmf_group *group, unsigned lane)
{
	return group->track[lane].phase == DTMF_SUSPECT;
}

struct dtmf_span dtmf_group_span(const struct dtmf_group *group, unsigned lane)
{
	return group->track[lane].span;
}
