/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the media thread tells of a call: digits, signals, silence, a peer that sends nothing any more. */
#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/call_private.h"

static struct counter rtp_timeouts =
	COUNTER_INIT("causeway_call_rtp_timeouts_total",
		     "Times that a peer sent no RTP for as long as its route or trunk allows");
static struct counter silences =
	COUNTER_INIT("causeway_call_silences_total",
		     "Times that a side was silent for as long as its route or trunk allows");

static const char *name_of(const struct call *call, unsigned side)
{
	return call->leg[side] ? call->leg[side]->trunk->name : "a leg that is gone";
}

void call_media_supervise(struct call *call, const struct route *route)
{
	call->rtp_failure_keep = route->rtp_failure_keep;
	if (!call->media || (!route->rtp_timeout_ms && !route->silence_ms))
		return;
	for (unsigned side = 0; side < 2; side++)
		media_supervise(call->media, side, route->rtp_timeout_ms, route->silence_ms);
}

static void timed_out(struct call *call, unsigned side)
{
	if (call->state == CALL_ST_CLEARING)
		return;
	counter_add(&rtp_timeouts, 1);
	call->record.faults[side].rtp_timeouts++;
	log_write(LOG_WARNING, call->record.id, "no RTP from %s: call %s", name_of(call, side),
		  call->rtp_failure_keep ? "goes on" : "released");
	if (!call->rtp_failure_keep)
		call_release_local(call, Q850_TEMPORARY_FAILURE);
}

static void silent(struct call *call, unsigned side)
{
	counter_add(&silences, 1);
	call->record.faults[side].silences++;
	log_write(LOG_NOTICE, call->record.id, "silence from %s", name_of(call, side));
}

void call_digits_relay(struct call *call, unsigned to, struct str digits, uint32_t duration_ms)
{
	const struct leg_event event = { .ev = LEG_EV_USER_INFO,
					 .digits = digits,
					 .digit_ms = duration_ms };
	struct leg *leg = call->leg[to];

	if (leg && leg->trunk->digits_apart) {
		leg->ops->event(leg, &event);
		return;
	}
	for (size_t i = 0; call->media && i < digits.n; i++) {
		if (digits.p[i] == MEDIA_SIGNAL_FLASH)
			media_signal_send(call->media, to, MEDIA_SIGNAL_FLASH, duration_ms);
		else
			media_dtmf_send(call->media, to, digits.p[i], duration_ms);
	}
}

/* A digit that was heard on one side is a word for the other leg only when that leg carries digits
 * beside the media: into it the channel has put it already. */
static void heard(struct call *call, const struct media_event *event)
{
	const struct leg *other = call->leg[!event->side];
	const struct str digit = { &event->digit, 1 };

	if (call->state != CALL_ST_CLEARING && other && other->trunk->digits_apart)
		call_digits_relay(call, !event->side, digit, event->duration_ms);
}

static void signalled(struct call *call, const struct media_event *event)
{
	log_write(LOG_INFO, call->record.id, "signal %c %s from %s, %u ms", event->digit,
		  event->ended ? "ends" : "begins", name_of(call, event->side),
		  (unsigned)event->duration_ms);
	if (event->ended && event->digit == MEDIA_SIGNAL_FLASH)
		heard(call, event);
}

void call_media_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	struct call *call = arg;
	const char *id = call->record.id;

	(void)channel;
	switch (event->kind) {
	case MEDIA_EV_DTMF:
		log_write(LOG_INFO, id, "digit %c from %s, %u ms", event->digit,
			  name_of(call, event->side), (unsigned)event->duration_ms);
		heard(call, event);
		break;
	case MEDIA_EV_SIGNAL:
		signalled(call, event);
		break;
	case MEDIA_EV_SILENCE:
		silent(call, event->side);
		break;
	case MEDIA_EV_SOUND:
		log_write(LOG_NOTICE, id, "sound again from %s", name_of(call, event->side));
		break;
	case MEDIA_EV_RTP_TIMEOUT:
		timed_out(call, event->side);
		break;
	case MEDIA_EV_PLAYED:
		call_treat_played(call);
		break;
	case MEDIA_EV_VBD:
		log_write(LOG_INFO, id, "voice-band data %s", event->ended ? "ends" : "begins");
		break;
	case MEDIA_EV_RTP_STARTED:
	case MEDIA_EV_CONTINUITY:
	case MEDIA_EV_CLOSED:
		break;
	}
}
