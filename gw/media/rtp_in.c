/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What comes in on an RTP session. */
#include <sys/socket.h>

#include "gw/base/counter.h"
#include "gw/media/rtp_end.h"

#define READ_MAX   64 /* packets in a round: a flood does not stop the others */
#define PACKET_MAX 2048
#define EVENT_TIMEOUT_US                                                                           \
	150000 /* three of the longest usual update intervals, RFC 4733 2.5.1.2                    \
		*/

static struct counter refused =
	COUNTER_INIT("causeway_media_rtp_refused_total",
		     "RTP packets of the wrong source, version or payload type, or malformed");

static void refuse(struct rtp_end *rtp)
{
	rtp->end.stats.refused++;
	counter_add(&refused, 1);
}

/* ---- telephone events, RFC 4733 2.5.2 ---- */

static uint32_t event_samples(const struct event_in *event)
{
	return event->base + event->duration;
}

static void event_close(struct rtp_end *rtp)
{
	struct event_in *event = &rtp->event_in;

	if (!event->open)
		return;
	event->open = false;
	pipeline_digit_lasts(&rtp->end, event->digit, event->serial, event_samples(event), true);
}

/* 2.5.1.3: a long event goes on in a new segment, which begins where the last one ended. */
static bool is_next_segment(const struct event_in *event, const struct rtp_packet *packet,
			    char digit)
{
	return event->open && digit == event->digit && !packet->marker &&
	       packet->timestamp == event->timestamp + event->duration &&
	       event->duration == RTP_EVENT_LONGEST;
}

/* A packet with a timestamp of its own; false: it is of an event before the last. */
static bool event_begin(struct rtp_end *rtp, const struct rtp_packet *packet, char digit)
{
	struct event_in *event = &rtp->event_in;

	if (event->known && (int32_t)(packet->timestamp - event->timestamp) < 0)
		return false;
	if (is_next_segment(event, packet, digit)) {
		event->base += event->duration;
	} else {
		event_close(rtp);
		event->open = true;
		event->digit = digit;
		event->base = 0;
		event->serial = pipeline_digit_heard(&rtp->end, digit);
	}
	event->known = true;
	event->timestamp = packet->timestamp;
	event->duration = 0;
	return true;
}

static void take_event(struct rtp_end *rtp, const struct rtp_packet *packet,
		       const struct round *round)
{
	struct event_in *event = &rtp->event_in;
	struct rtp_event in;
	char digit;

	if (rtp_event_decode(&in, packet->payload, packet->n_payload)) {
		refuse(rtp);
		return;
	}
	digit = rtp_event_digit(in.event);
	if (!digit)
		return;
	if ((!event->known || packet->timestamp != event->timestamp) &&
	    !event_begin(rtp, packet, digit))
		return;
	if (!event->open) /* its end, again */
		return;
	if (in.duration > event->duration)
		event->duration = in.duration;
	event->last_us = round->now_us;
	if (in.end)
		event_close(rtp);
	else
		pipeline_digit_lasts(&rtp->end, digit, event->serial, event_samples(event), false);
}

/* ---- audio ---- */

static void take_audio(struct rtp_end *rtp, const struct rtp_packet *packet,
		       const struct round *round)
{
	if (!packet->n_payload)
		return;
	switch (jitter_put(&rtp->jitter, packet->timestamp, packet->payload, packet->n_payload,
			   round->timely)) {
	case JITTER_LATE:
		rtp->end.stats.late++;
		break;
	case JITTER_STRAY:
		refuse(rtp);
		break;
	case JITTER_STORED:
	case JITTER_DUPLICATE:
		break;
	}
}

/* ---- every packet ---- */

static bool is_audio(const struct rtp_end *rtp, const struct rtp_packet *packet)
{
	return packet->payload_type == rtp->params.payload_type;
}

static bool is_event(const struct rtp_end *rtp, const struct rtp_packet *packet)
{
	return rtp->params.dtmf_payload_type_in >= 0 &&
	       packet->payload_type == (uint8_t)rtp->params.dtmf_payload_type_in;
}

/* False: a duplicate, or too odd to be used. */
static bool note_reception(struct rtp_end *rtp, const struct rtp_packet *packet,
			   const struct round *round)
{
	/* The timestamp of an event is that of its start, and says nothing about its arrival. */
	uint32_t arrival = (uint32_t)(round->now_us / 125);
	uint32_t timestamp =
		is_audio(rtp, packet) ? packet->timestamp : arrival - rtp->reception.transit;

	switch (reception_note(&rtp->reception, packet->ssrc, packet->sequence, timestamp,
			       arrival)) {
	case RECEPTION_RESTART:
		event_close(rtp);
		rtp->event_in.known = false;
		jitter_reset(&rtp->jitter, rtp->end.law);
		return true;
	case RECEPTION_NEW:
		return true;
	case RECEPTION_WILD:
		refuse(rtp);
		return false;
	case RECEPTION_DUPLICATE:
		break;
	}
	return false;
}

static void note_arrival(struct rtp_end *rtp, size_t n, const struct round *round)
{
	rtp->end.stats.packets_in++;
	rtp->end.stats.octets_in += n;
	rtp->last_in_us = round->now_us;
	rtp->timed_out = false;
	if (!rtp->started)
		pipeline_report(&rtp->end, MEDIA_EV_RTP_STARTED);
	rtp->started = true;
}

void rtp_in_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n,
		   const struct sockaddr_storage *from, const struct round *round)
{
	struct rtp_packet packet;

	if (!rtp->negotiated || !rtp->params.receive)
		return;
	if (rtp_decode(&packet, octets, n) ||
	    (!is_audio(rtp, &packet) && !is_event(rtp, &packet)) ||
	    packet.n_payload > JITTER_PACKET_MAX ||
	    !source_lock_accept(&rtp->lock, from, &packet, round->now_us)) {
		refuse(rtp);
		return;
	}
	note_arrival(rtp, packet.n_payload, round);
	if (!note_reception(rtp, &packet, round))
		return;
	if (is_event(rtp, &packet))
		take_event(rtp, &packet, round);
	else
		take_audio(rtp, &packet, round);
}

void rtp_in_read(struct rtp_end *rtp, const struct round *round)
{
	uint8_t octets[PACKET_MAX];
	struct sockaddr_storage from;

	for (unsigned i = 0; i < READ_MAX; i++) {
		socklen_t from_octets = sizeof(from);
		ssize_t n = recvfrom(rtp->fd, octets, sizeof(octets), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &from_octets);

		if (n < 0)
			return;
		rtp_in_packet(rtp, octets, (size_t)n, &from, round);
	}
}

void rtp_in_upkeep(struct rtp_end *rtp, const struct round *round)
{
	if (rtp->event_in.open && round->now_us - rtp->event_in.last_us > EVENT_TIMEOUT_US)
		event_close(rtp);
	if (!rtp->negotiated || !rtp->params.receive || !rtp->timeout_ms || rtp->timed_out)
		return;
	if (round->now_us - rtp->last_in_us > (uint64_t)rtp->timeout_ms * 1000) {
		rtp->timed_out = true;
		pipeline_report(&rtp->end, MEDIA_EV_RTP_TIMEOUT);
	}
}

void rtp_in_close(struct rtp_end *rtp)
{
	event_close(rtp);
}
