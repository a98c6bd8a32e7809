/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Lanes as core gives them out and takes them back, and what core says about a bearer. A lane goes
 * to the thread with its bearer, or with a change, and is free again when it has come back. Core
 * thread.
 */
#include "gw/media/bearer_set.h"

#include <errno.h>
#include <stdlib.h>

#define PACKET                                                                                     \
	160 /* octets; the next phase is the golden section of it away, so that any number of them are spread */
#define SECTION 99

static struct lane_group *group_new(struct media_worker *worker, const struct lane_shape *shape)
{
	worker->lane_phase = (worker->lane_phase + SECTION) % PACKET;
	return lane_group_new(shape, worker->lane_phase, lanes_best());
}

int lane_take(struct engine_span *span, const struct media_bearer_params *params,
	      struct lane_place *place)
{
	struct lane_group **at = &span->groups;
	struct lane_shape shape;
	bool needed;
	int rc = lane_shape_of(params, &shape, &needed);

	*place = (struct lane_place){ 0 };
	if (rc || !needed)
		return rc;
	while (*at && ((*at)->taken == LANES_ALL || (*at)->shape.taps != shape.taps ||
		       (*at)->shape.block != shape.block))
		at = &(*at)->next;
	if (!*at)
		*at = group_new(span->worker, &shape);
	if (!*at)
		return -ENOMEM;
	place->group = *at;
	place->lane = (unsigned)__builtin_ctz(~place->group->taken);
	place->group->taken |= 1u << place->lane;
	return 0;
}

void lane_give(struct engine_span *span, const struct lane_place *place)
{
	struct lane_group **at = &span->groups;

	if (!place->group)
		return;
	place->group->taken &= ~(1u << place->lane);
	if (place->group->taken)
		return;
	while (*at != place->group)
		at = &(*at)->next;
	*at = place->group->next;
	lane_group_free(place->group);
}

/* The same group does, with other settings of the lane. */
static bool stays(const struct lane_place *place, const struct media_bearer_params *params)
{
	struct lane_shape shape;
	bool needed;

	return !lane_shape_of(params, &shape, &needed) && needed && place->group &&
	       place->group->shape.taps == shape.taps && place->group->shape.block == shape.block;
}

/* The end is with the thread: it goes over to its new lane, and gives the old one back. */
static int change_send(struct channel_end *end, unsigned side,
		       const struct media_bearer_params *params)
{
	struct engine_command command = { .kind = ENGINE_BEARER_SET,
					  .channel = end->channel,
					  .side = side };
	struct bearer_change *change = calloc(1, sizeof(*change));
	int rc = 0;

	if (!change)
		return -ENOMEM;
	change->params = *params;
	change->span = end->span;
	change->place = end->place;
	if (!stays(&end->place, params))
		rc = lane_take(end->span, params, &change->place);
	if (rc) {
		free(change);
		return rc;
	}
	change->given_back = end->place;
	if (change->place.group == end->place.group && change->place.lane == end->place.lane)
		change->given_back.group = NULL;
	end->place = change->place;
	command.change = change;
	engine_send(end->channel->engine, &command);
	kernel_cross_review(end->channel);
	span_echo_review(end->channel);
	return 0;
}

void bearer_changed(struct bearer_change *change)
{
	lane_give(change->span, &change->given_back);
	free(change);
}

int media_continuity(struct media_channel *channel, unsigned side, enum media_continuity mode)
{
	const struct engine_command command = {
		.kind = ENGINE_CONTINUITY, .channel = channel, .side = side, .continuity = mode
	};
	struct channel_end *end = channel->ends[side];

	if (!end || !end->is_bearer || mode > MEDIA_CONTINUITY_CHECK_TRANSPONDER)
		return -EINVAL;
	end->continuity = mode;
	if (end->span->slot[end->timeslot] == end)
		engine_send(channel->engine, &command);
	kernel_cross_review(channel);
	span_echo_review(channel);
	return 0;
}

int media_bearer_set(struct media_channel *channel, unsigned side,
		     const struct media_bearer_params *params)
{
	struct channel_end *end = channel->ends[side];
	struct media_bearer_params *now = &channel->bearer_params[side];
	struct lane_shape shape;
	bool needed;
	int rc = lane_shape_of(params, &shape, &needed);

	if (rc || (end && !end->is_bearer))
		return -EINVAL;
	*now = *params;
	now->echo_off |= channel->echo_off[side];
	if (!end)
		return 0;
	if (end->span->slot[end->timeslot] == end)
		return change_send(end, side, now);
	/* It waits for its descriptor, and core has it. */
	lane_give(end->span, &end->place);
	return lane_take(end->span, now, &end->place);
}

int media_echo(struct media_channel *channel, unsigned side, bool on)
{
	struct media_bearer_params params = channel->bearer_params[side];
	int rc;

	if (!media_is_bearer(channel, side))
		return -EINVAL;
	if (!params.echo_tail_ms || params.clear)
		return -ENOENT;
	params.echo_off = false;
	channel->echo_off[side] = !on;
	rc = media_bearer_set(channel, side, &params);
	if (rc)
		channel->echo_off[side] = on;
	return rc;
}
