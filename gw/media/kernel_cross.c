/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Two bearers joined by the driver. */
#include "gw/media/kernel_cross.h"

#include "gw/media/engine.h"

/* With the thread, and nothing listens to it or works on it. */
static bool is_plain(const struct channel_end *end)
{
	return end && end->is_bearer && !end->closing && end->span->slot[end->timeslot] == end &&
	       !end->place.group && !end->continuity;
}

static bool is_wanted(const struct media_channel *channel)
{
	const struct kernel_cross *kernel = &channel->kernel;
	struct channel_end *const *ends = channel->ends;

	for (unsigned i = 0; i < 2; i++)
		if (!is_plain(ends[i]) || !kernel->side[i].hear || !kernel->side[i].speak ||
		    kernel->side[i].plays || kernel->side[i].digits)
			return false;
	return !kernel->watched && !kernel->refused &&
	       ends[0]->span->span->law == ends[1]->span->span->law;
}

static int drivers_join(const struct media_channel *channel, bool on)
{
	const struct channel_end *a = channel->ends[0], *b = channel->ends[1];

	return tdm_span_cross_connect(a->span->span, a->timeslot, b->span->span, b->timeslot, on);
}

void kernel_cross_end(struct media_channel *channel)
{
	if (!channel->kernel.on)
		return;
	channel->kernel.on = false;
	(void)drivers_join(channel, false);
}

void kernel_cross_review(struct media_channel *channel)
{
	bool wanted = is_wanted(channel);

	if (!wanted)
		kernel_cross_end(channel);
	else if (!channel->kernel.on && drivers_join(channel, true))
		channel->kernel.refused = true;
	else
		channel->kernel.on = true;
}
