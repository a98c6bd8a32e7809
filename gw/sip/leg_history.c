/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Where an INVITE went that 3xx sent elsewhere: kept for the History-Info of those that follow (RFC 7044 9.2 and 9.3).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/leg_outgoing.h"

static void texts_free(struct sip_party_target *target)
{
	free(target->uri);
	free(target->reason);
	free(target->below);
	*target = (struct sip_party_target){ .status = 0 };
}

void sip_leg_history_free(struct sip_leg_history *history)
{
	for (unsigned i = 0; i < history->n; i++)
		texts_free(&history->gone[i]);
	texts_free(&history->refused);
	history->n = 0;
}

bool sip_leg_history_wanted(const struct sip_trunk *trunk)
{
	return trunk->redirect != CONF_REDIRECT_RELEASE && sip_party_history_said(&trunk->party);
}

/* Before the first redirection nothing is kept of what no redirection follows. */
static bool wanted(const struct sip_leg *leg, unsigned status)
{
	return leg->out && sip_leg_history_wanted(leg->trunk) &&
	       (status < 400 || leg->out->n_targets);
}

void sip_leg_history_refused(struct sip_leg *leg, const struct sip_msg *msg, unsigned status)
{
	struct sip_leg_history *history;

	if (!wanted(leg, status))
		return;
	history = &leg->out->history;
	texts_free(&history->refused);
	history->refused.status = status;
	if (!msg)
		return;
	history->refused.reason = sip_party_history_reason(msg, leg->id);
	history->refused.below =
		sip_party_history_below(msg, &leg->out->setup.redirection, history->n + 1, leg->id);
}

void sip_leg_history_moved(struct sip_leg *leg, const struct sip_leg_target *target)
{
	struct sip_leg_history *history = &leg->out->history;

	/* Already moved, to a target that no INVITE could be sent to. */
	if (history->refused.status && history->n < LEG_TARGETS_MAX) {
		history->refused.uri = strdup(leg->out->uri);
		history->refused.param = history->param;
		if (history->refused.uri)
			history->gone[history->n++] = history->refused;
		else
			texts_free(&history->refused);
		history->refused = (struct sip_party_target){ .status = 0 };
	}
	history->param = target->param;
	history->diversion = target->diversion;
}

struct sip_party_targets sip_leg_history_targets(struct sip_leg *leg)
{
	struct sip_leg_history *history = &leg->out->history;

	history->gone[history->n] =
		(struct sip_party_target){ .uri = leg->out->uri, .param = history->param };
	return (struct sip_party_targets){ history->n + 1, history->gone, history->diversion };
}
