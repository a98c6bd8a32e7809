/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The scan of all lanes, and the tracks of those in which there is something. */
#include "dsp/detect.h"

#include "dsp/detect_track.h"

_Static_assert(DETECT_ROWS == BANK_ROWS(SINGLE_TONES), "a row for what the bank keeps");
_Static_assert(DETECT_HELD == BANK_SAMPLES, "room for a sub-block");
/* a sub-block has at most two events of a pure tone and one of flags; one sub-block may have been held */
_Static_assert(DETECT_CHANNEL_EVENTS >= 3 * (DETECT_BLOCK_SAMPLES / BANK_SAMPLES + 1),
	       "room for events");

/* A detector of either kind. */
struct hearer {
	const struct bank_build *build;
	float *rows;
	size_t stride;
	struct detect_pure *pure;
	struct detect_flags *flags;
	uint32_t *now;
	uint32_t busy;
};

const char *detect_kind_name(enum detect_kind kind)
{
	static const char *const names[DETECT_KINDS] = {
		"CNG", "ANS", "/ANS", "ANSam", "/ANSam", "V.21 flags", "2010 Hz", "1780 Hz",
	};

	return kind < DETECT_KINDS ? names[kind] : "none";
}

static bool is_pure(const struct bank_lane *lane, unsigned tone)
{
	struct bank_phasor p = bank_phasor(lane, tone, 0);
	float energy = bank_energy(lane, 0);

	return energy > BANK_SINGLE_ENERGY &&
	       p.re * p.re + p.im * p.im > BANK_SINGLE_PURITY * energy;
}

static void hear_block(struct hearer *h, const int16_t *samples, struct detect_events *events)
{
	struct bank_scan scan;

	h->build->single(h->rows, samples, &scan);
	*h->now += BANK_SAMPLES;
	for (uint32_t left = scan.lanes | h->busy; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		struct detect_look look = { .lane = { h->rows + i, h->stride, SINGLE_TONES },
					    .number = (uint8_t)i,
					    .strongest = (uint8_t)scan.low[i],
					    .now = *h->now };

		look.pure = is_pure(&look.lane, look.strongest);
		look.fsk = scan.high[i] > 0 && bank_energy(&look.lane, 0) > BANK_SINGLE_ENERGY;
		detect_pure_step(&h->pure[i], &look, events);
		detect_flags_step(&h->flags[i], &look, events);
		h->busy &= ~(1u << i);
		h->busy |= (uint32_t)(h->pure[i].phase != PURE_NONE || h->flags[i].busy) << i;
	}
}

static size_t hear(struct hearer *h, struct bank_feed *feed, struct detect_event *at)
{
	struct detect_events events = { at, 0 };
	const int16_t *samples;

	while ((samples = bank_feed_next(feed)))
		hear_block(h, samples, &events);
	return events.n;
}

void detect_one_init(struct detect_one *one)
{
	*one = (struct detect_one){ 0 };
}

size_t detect_one_hear(struct detect_one *one, const int16_t *linear, size_t n,
		       struct detect_event events[DETECT_CHANNEL_EVENTS])
{
	struct hearer h = { .build = &bank_build_one,
			    .rows = one->rows,
			    .stride = 1,
			    .pure = &one->pure,
			    .flags = &one->flags,
			    .now = &one->now,
			    .busy = one->pure.phase != PURE_NONE || one->flags.busy };
	struct bank_feed feed = { one->held, &one->filled, 1, linear, n };

	return hear(&h, &feed, events);
}

void detect_group_init(struct detect_group *group, enum lanes_build build)
{
	*group = (struct detect_group){ .build = build };
}

void detect_group_reset(struct detect_group *group, unsigned lane)
{
	group->pure[lane] = (struct detect_pure){ 0 };
	group->flags[lane] = (struct detect_flags){ 0 };
	group->busy &= ~(1u << lane);
	for (unsigned row = 0; row < DETECT_ROWS; row++)
		group->rows[row][lane] = 0;
	for (unsigned k = 0; k < DETECT_HELD; k++)
		group->held[k][lane] = 0;
}

size_t detect_group_hear(struct detect_group *group, const int16_t (*linear)[LANES], size_t n,
			 struct detect_event events[DETECT_GROUP_EVENTS])
{
	struct hearer h = { .build = bank_build(group->build),
			    .rows = group->rows[0],
			    .stride = LANES,
			    .pure = group->pure,
			    .flags = group->flags,
			    .now = &group->now,
			    .busy = group->busy };
	struct bank_feed feed = { group->held[0], &group->filled, LANES, linear[0], n };
	size_t told = hear(&h, &feed, events);

	group->busy = h.busy;
	return told;
}
