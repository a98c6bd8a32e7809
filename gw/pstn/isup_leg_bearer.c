/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The circuit's timeslot as an end of the call's media, and the line card that works on it. */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/pstn/isup_leg.h"

/* Digits, modems and faxes pass from bearer to bearer as they are: nobody has to hear them here, unless the trunk asks for it. */
static bool bearer_beyond(const struct isup_leg *leg)
{
	const struct media_channel *media = call_media(leg->base.call);

	return media && media_is_bearer(media, !leg->base.side);
}

/* By the trunk and by what the bearer is for (Q.763 3.54). */
static struct media_bearer_params bearer_params(const struct isup_leg *leg,
						const struct tdm_span *span)
{
	static const unsigned tails_ms[] = {
		[CONF_ECHO_32] = 32, [CONF_ECHO_64] = 64, [CONF_ECHO_128] = 128
	};
	const struct conf_isup *conf = leg->trunk->conf;
	bool clear = leg->use == LEG_BEARER_UNRESTRICTED;
	bool beyond = bearer_beyond(leg);
	bool hear = !clear && (!beyond || conf->transit_detection);

	return (struct media_bearer_params){
		.echo_tail_ms = beyond && conf->no_transit_echo ? 0 : tails_ms[conf->echo],
		.block_ms = conf->echo_block_ms,
		.hardware_echo = span->cancels_echo,
		.clear = clear,
		.no_nlp = conf->no_nlp,
		.hear_dtmf = hear && !conf->no_dtmf_detection,
		.hear_tones = hear && conf->fax != CONF_FAX_OFF,
		.fax = hear && conf->fax == CONF_FAX_VBD ? MEDIA_FAX_VBD : MEDIA_FAX_OFF,
	};
}

int isup_leg_open_bearer(struct isup_leg *leg, struct isup_circuit *circuit)
{
	const struct isup_bearer *bearer = isup_circuit_bearer(circuit);
	struct media_bearer_params params = bearer_params(leg, bearer->span);
	struct media_channel *media = call_media(leg->base.call);
	int err = media ? media_bearer_set(media, leg->base.side, &params) : 0;

	leg->bearer_open = true;
	leg->beyond = bearer_beyond(leg);
	if (media && !err)
		err = media_bearer_open(media, leg->base.side, bearer->span, bearer->timeslot);
	if (err)
		log_write(LOG_ERROR, call_id(leg->base.call), "timeslot %u of %s not opened: %s",
			  bearer->timeslot, bearer->span->name, strerror(-err));
	return err;
}

void isup_leg_review_bearer(struct isup_leg *leg)
{
	struct media_channel *media = call_media(leg->base.call);
	const struct isup_bearer *bearer;
	struct media_bearer_params params;
	int err;

	if (!media || !leg->circuit || !leg->bearer_open || leg->beyond == bearer_beyond(leg))
		return;
	leg->beyond = !leg->beyond;
	bearer = isup_circuit_bearer(leg->circuit);
	params = bearer_params(leg, bearer->span);
	err = media_bearer_set(media, leg->base.side, &params);
	if (err)
		log_write(LOG_WARNING, call_id(leg->base.call), "the bearer goes on as before: %s",
			  strerror(-err));
}
