/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Echo cancellers of spans: G.168 clause 7 for modems, Q.724 clause 7 for continuity checks. */
#include "gw/media/span_echo.h"

#include <string.h>

#include "gw/base/log.h"
#include "gw/media/engine.h"

static enum tdm_echo wanted(const struct media_channel *channel, unsigned side)
{
	const struct media_bearer_params *params = &channel->bearer_params[side];

	if (!params->echo_tail_ms || params->echo_off || params->clear ||
	    channel->ends[side]->continuity)
		return TDM_ECHO_OFF;
	return channel->span_echo.vbd ? TDM_ECHO_DATA : TDM_ECHO_ON;
}

/* Nobody else has the timeslot. */
static void bearer_review(const struct channel_end *end, enum tdm_echo mode, struct media_echo *now)
{
	enum tdm_echo *is = &end->span->echo[end->timeslot];
	int rc = *is == mode ? 0 : tdm_span_echo(end->span->span, end->timeslot, mode);

	if (rc)
		log_write(LOG_WARNING, end->channel->label,
			  "timeslot %u of %s: its echo canceller cannot be switched: %s",
			  end->timeslot, end->span->span->name, strerror(-rc));
	else
		*is = mode;
	*now = (struct media_echo){
		.state = *is == TDM_ECHO_OFF ? MEDIA_ECHO_OFF : MEDIA_ECHO_SPAN,
		.nlp_off = *is == TDM_ECHO_DATA,
		.erl_db = MEDIA_UNKNOWN,
		.erle_db = MEDIA_UNKNOWN,
	};
}

void span_echo_review(struct media_channel *channel)
{
	for (unsigned side = 0; side < 2; side++) {
		const struct channel_end *end = channel->ends[side];
		struct media_echo *now = &channel->span_echo.now[side];

		if (!end)
			continue;
		if (!end->is_bearer || !channel->bearer_params[side].hardware_echo)
			*now = (struct media_echo){ 0 };
		else if (end->span->slot[end->timeslot] == end)
			bearer_review(end, wanted(channel, side), now);
	}
}

void span_echo_event(struct media_channel *channel, const struct media_event *event)
{
	if (event->kind != MEDIA_EV_VBD)
		return;
	channel->span_echo.vbd = !event->ended;
	span_echo_review(channel);
}
