/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The bearers of a span that are attached, and their lane groups: read together, worked on together. Media thread. */
#ifndef MEDIA_LINE_CARD_H
#define MEDIA_LINE_CARD_H

#include "gw/media/lane_group.h"

struct line_card {
	struct bearer_end *bearers[TDM_TIMESLOTS]; /* borrow */
	struct list groups;			   /* borrow: struct lane_group, those with members */
};

void line_card_init(struct line_card *card);
/* A bearer that is attached to its channel; group NULL: it needs none. */
void line_card_add(struct line_card *card, struct bearer_end *bearer, struct lane_group *group, unsigned lane);
/* It was detached. */
void line_card_remove(struct line_card *card, const struct bearer_end *bearer);
/* Other params, and with them perhaps another group. */
void line_card_change(struct line_card *card, struct bearer_end *bearer, const struct media_bearer_params *params,
		      struct lane_group *group, unsigned lane);
/* Reads what came for all of them, and works on it. */
void line_card_run(struct line_card *card);

#endif
