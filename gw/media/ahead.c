/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The memory of the turns to come. */
#include "gw/media/ahead.h"

#include "gw/base/fetch.h"

_Static_assert(offsetof(struct media_side, tone.cadence) / FETCH_LINE ==
		       offsetof(struct media_side, digits.next) / FETCH_LINE,
	       "what rounds look at is in more than one line");

const unsigned ahead_channels[AHEAD_STEPS] = {
	[AHEAD_PIPELINE] = 6, [AHEAD_ENDS] = 4,	  [AHEAD_PATH] = 2,
	[AHEAD_STATE] = 4,    [AHEAD_OCTETS] = 2,
};

static void side_fetch(const struct media_side *side, enum ahead_step step,
		       const struct round *round)
{
	if (step == AHEAD_PIPELINE)
		fetch(&side->tone.cadence, &side->digits.next);
	else if (!side->end)
		return;
	else if (step == AHEAD_ENDS)
		fetch(side->end, &side->end->stats);
	else if (side->end->ops->fetch)
		side->end->ops->fetch(side->end, step, round);
}

void ahead_fetch(const struct pipeline *pipeline, enum ahead_step step, const struct round *round)
{
	side_fetch(&pipeline->side[0], step, round);
	side_fetch(&pipeline->side[1], step, round);
	if (step == AHEAD_PIPELINE)
		fetch(&pipeline->vbd, pipeline + 1);
}
