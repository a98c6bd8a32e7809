/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What goes out on an RTP session: packets of audio, or of a telephone event instead (RFC
 * 4733 2.5.1). */
#include <string.h>
#include <sys/socket.h>

#include "gw/media/rtp_end.h"

#define EVENT_REPEATS 2 /* of the last packet: sent three times in all, 2.5.1.4 */
#define EVENT_VOLUME  7 /* -dBm0 */

static void send_packet(struct rtp_end *rtp, uint8_t payload_type, uint32_t timestamp, bool marker,
			size_t n)
{
	const struct sockaddr_storage *to = source_lock_target(&rtp->lock);
	const struct rtp_packet header = {
		.payload_type = payload_type,
		.marker = marker,
		.sequence = rtp->sequence,
		.timestamp = timestamp,
		.ssrc = rtp->identity.ssrc,
	};

	if (to->ss_family == AF_UNSPEC)
		return;
	rtp_encode_header(rtp->packet, &header);
	rtp->sequence++;
	if (sendto(rtp->fd, rtp->packet, RTP_HEADER_OCTETS + n, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)to, sockaddr_octets(to)) < 0)
		return;
	rtp->sent_packets++;
	rtp->sent_octets += (uint32_t)n;
	rtp->end.stats.packets_out++;
	rtp->end.stats.octets_out += n;
}

/* ---- events ---- */

static void event_send(struct rtp_end *rtp, uint32_t duration, bool marker, bool end)
{
	const struct rtp_event event = {
		.event = rtp->event_out.event,
		.end = end,
		.volume = EVENT_VOLUME,
		.duration = (uint16_t)duration,
	};

	rtp_event_encode(rtp->packet + RTP_HEADER_OCTETS, &event);
	send_packet(rtp, (uint8_t)rtp->params.dtmf_payload_type, rtp->event_out.timestamp, marker,
		    RTP_EVENT_OCTETS);
}

/* 2.5.1.3: segments of the longest duration are closed without end, and the next begins there. */
static void event_segment(struct rtp_end *rtp, uint32_t samples)
{
	struct event_out *out = &rtp->event_out;

	while (samples - out->base > RTP_EVENT_LONGEST) {
		event_send(rtp, RTP_EVENT_LONGEST, false, false);
		out->base += RTP_EVENT_LONGEST;
		out->timestamp += RTP_EVENT_LONGEST;
	}
}

static void event_step(struct rtp_end *rtp, struct digits *digits, const struct digit *digit)
{
	struct event_out *out = &rtp->event_out;
	bool first = !out->open;
	uint32_t samples;
	bool done;

	if (first)
		*out = (struct event_out){ .open = true,
					   .event = (uint8_t)rtp_event_of(digit->symbol),
					   .timestamp = rtp->timestamp };
	digits->played += (uint32_t)rtp->packet_samples;
	done = digit->ended && digits->played >= digit->samples;
	samples = done ? digit->samples : digits->played;
	if (samples < out->reported)
		samples = out->reported;
	out->reported = samples;
	event_segment(rtp, samples);
	event_send(rtp, samples - out->base, first, done);
	if (done) {
		out->open = false;
		out->repeats = EVENT_REPEATS;
		digits_done(digits);
	}
}

/* The last packet again; its audio may go beside it. */
static void event_repeat(struct rtp_end *rtp)
{
	struct event_out *out = &rtp->event_out;

	out->repeats--;
	event_send(rtp, out->reported - out->base, false, true);
}

/* ---- packets ---- */

static void send_audio(struct rtp_end *rtp)
{
	send_packet(rtp, rtp->params.payload_type, rtp->timestamp, rtp->marker, rtp->filled);
	rtp->marker = false;
}

/* A packet's time has come. */
static void packet_due(struct rtp_end *rtp)
{
	struct digits *digits = &rtp->end.pipeline->side[rtp->end.side].digits;
	struct digit *digit = rtp->end.events_out ? digits_current(digits) : NULL;

	if (!rtp->params.send) {
		digits_clear(digits);
		rtp->event_out = (struct event_out){ 0 };
		rtp->marker = true;
	} else if (digit) {
		event_step(rtp, digits, digit);
		rtp->marker = true;
	} else {
		digits_pause(digits, rtp->packet_samples);
		if (rtp->filled_pause)
			rtp->marker = true;
		else
			send_audio(rtp);
		if (rtp->event_out.repeats)
			event_repeat(rtp);
	}
	rtp->timestamp += (uint32_t)rtp->packet_samples;
	rtp->filled = 0;
	rtp->filled_pause = true;
}

void rtp_out_put(struct rtp_end *rtp, const uint8_t *octets, size_t n, bool pause)
{
	if (!rtp->negotiated)
		return;
	while (n) {
		size_t room = rtp->packet_samples - rtp->filled;
		size_t k = n < room ? n : room;

		memcpy(rtp->packet + RTP_HEADER_OCTETS + rtp->filled, octets, k);
		rtp->filled += k;
		rtp->filled_pause = rtp->filled_pause && pause;
		octets += k;
		n -= k;
		if (rtp->filled == rtp->packet_samples)
			packet_due(rtp);
	}
}
