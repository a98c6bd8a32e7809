/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The bearers of a span. */
#include "gw/media/line_card.h"

#include <string.h>

#define READ_AHEAD 4 /* bearers: to read them takes longer than memory does */

void line_card_init(struct line_card *card)
{
	memset(card->bearers, 0, sizeof(card->bearers));
	list_init(&card->groups);
}

void line_card_add(struct line_card *card, struct bearer_end *bearer, struct lane_group *group,
		   unsigned lane)
{
	card->bearers[bearer->timeslot] = bearer;
	if (group)
		lane_group_join(&card->groups, group, lane, bearer);
}

void line_card_remove(struct line_card *card, const struct bearer_end *bearer)
{
	card->bearers[bearer->timeslot] = NULL;
}

void line_card_change(struct line_card *card, struct bearer_end *bearer,
		      const struct media_bearer_params *params, struct lane_group *group,
		      unsigned lane)
{
	bool stays = bearer->group && bearer->group == group && bearer->lane == lane;

	if (!stays && bearer->group)
		lane_group_leave(bearer);
	bearer_end_params(bearer, params);
	if (stays)
		lane_group_set(bearer);
	else if (group)
		lane_group_join(&card->groups, group, lane, bearer);
	if (!group)
		bearer->end.stats.echo = (struct media_echo){ 0 };
}

void line_card_run(struct line_card *card)
{
	struct list_node *node;

	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++) {
		unsigned ahead = timeslot + READ_AHEAD;

		if (ahead < TDM_TIMESLOTS && card->bearers[ahead])
			bearer_end_fetch(card->bearers[ahead]);
		if (card->bearers[timeslot])
			(void)bearer_end_read(card->bearers[timeslot]);
	}
	for (node = list_first(&card->groups); node; node = list_next(&card->groups, node))
		lane_group_run(container_of(node, struct lane_group, node));
}
