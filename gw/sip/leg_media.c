/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg's end of the media channel. The core decides who hears whom; the leg sets what was
 * negotiated. */
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/leg_private.h"

/* Where calls run without media, descriptions name the discard port of this host (RFC 863). */
#define DISCARD_ADDRESS "127.0.0.1"
#define DISCARD_PORT	9

int sip_leg_media_open(struct sip_leg *leg, const struct call *call, enum session_bearer bearer)
{
	struct sip_session_conf conf = leg->trunk->media;
	struct sip_stack *stack = leg->ua->parts.stack;
	struct media_channel *channel = call_media(call);
	int err = 0;

	conf.address = call_rtp_address(call);
	if (!conf.address)
		conf.address = DISCARD_ADDRESS;
	conf.port = DISCARD_PORT;
	conf.bearer = bearer;
	if (channel)
		err = media_rtp_open(channel, leg->leg.side, conf.address, &conf.port);
	if (err) {
		log_write(LOG_ERROR, call_id(call), "no RTP port on %s: %s", conf.address,
			  strerror(-err));
		return err;
	}
	sip_session_open(&leg->session, &conf,
			 (uint64_t)(sip_stack_random(stack) >> 1) << 16 |
				 (sip_stack_random(stack) & 0xffff));
	return 0;
}

void sip_leg_media_apply(struct sip_leg *leg, const struct sip_settled *settled)
{
	struct media_channel *channel = leg->leg.call ? call_media(leg->leg.call) : NULL;
	int err;

	leg->events_agreed = settled->params.dtmf_payload_type >= 0;
	if (!channel)
		return;
	err = media_rtp_set(channel, leg->leg.side, &settled->params);
	if (err)
		log_write(LOG_ERROR, leg->id, "media not set: %s", strerror(-err));
}
