/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Telephone events that go out on an RTP session (RFC 4733 2.5.1). */
#include "gw/media/rtp_end.h"
#include "gw/media/red.h"
#include "gw/media/signals.h"

#define EVENT_REPEATS 2 /* of the last packet: sent three times in all, 2.5.1.4 */
#define EVENT_VOLUME  7 /* -dBm0 */

static void event_send(struct rtp_end *rtp, uint32_t timestamp, uint32_t duration, bool marker,
		       bool end)
{
	const struct rtp_event event = {
		.event = rtp->event_out.event,
		.end = end,
		.volume = rtp->event_out.volume,
		.duration = (uint16_t)duration,
	};
	uint8_t octets[RTP_EVENT_OCTETS];
	const struct rtp_packet packet = {
		.payload_type = (uint8_t)rtp->params.dtmf_payload_type,
		.timestamp = timestamp,
		.marker = marker,
		.payload = octets,
		.n_payload = sizeof(octets),
	};

	rtp_event_encode(octets, &event);
	rtp_out_send(rtp, &packet);
}

/* 2.5.1.3.1: with redundancy the oldest generation's offset must still fit. */
static uint32_t segment_longest(const struct rtp_end *rtp)
{
	unsigned generations = rtp->params.red_payload_type ? rtp->params.red_generations : 0;

	return generations ? RED_OFFSET_MAX - (generations - 1) * (uint32_t)rtp->packet_samples
			   : RTP_EVENT_LONGEST;
}

/* 2.5.1.3: long segments are closed without end, and the next begins there. */
static void event_segment(struct rtp_end *rtp, uint32_t samples)
{
	struct event_out *out = &rtp->event_out;
	uint32_t longest = segment_longest(rtp);

	while (samples - out->base > longest) {
		event_send(rtp, out->timestamp, longest, false, false);
		out->segment_timestamp = out->timestamp;
		out->segment_samples = longest;
		out->segment_repeats = EVENT_REPEATS;
		out->base += longest;
		out->timestamp += longest;
	}
}

static void segment_repeat(struct rtp_end *rtp)
{
	struct event_out *out = &rtp->event_out;

	if (!out->segment_repeats)
		return;
	out->segment_repeats--;
	event_send(rtp, out->segment_timestamp, out->segment_samples, false, false);
}

static void event_open(struct rtp_end *rtp, char symbol)
{
	const struct signal *signal = signal_of_symbol(symbol);

	rtp->event_out = (struct event_out){
		.open = true,
		.event = (uint8_t)signal_event(symbol),
		.volume = signal ? (uint8_t)-signal->mix.dbm0 : EVENT_VOLUME,
		.timestamp = rtp->timestamp,
	};
}

void rtp_event_out_step(struct rtp_end *rtp, struct digits *digits, const struct digit *digit)
{
	struct event_out *out = &rtp->event_out;
	bool first = !out->open, done;
	uint32_t samples;

	if (first && out->repeats)
		rtp_event_out_repeat(rtp);
	if (first)
		event_open(rtp, digit->symbol);
	digits->played += (uint32_t)rtp->packet_samples;
	done = digit->ended && digits->played >= digit->samples;
	samples = done ? digit->samples : digits->played;
	if (samples < out->reported)
		samples = out->reported;
	out->reported = samples;
	segment_repeat(rtp);
	event_segment(rtp, samples);
	event_send(rtp, out->timestamp, samples - out->base, first, done);
	if (done) {
		out->open = false;
		out->repeats = EVENT_REPEATS;
		digits_done(digits);
	}
}

/* The last packet again; audio may go beside it. */
void rtp_event_out_repeat(struct rtp_end *rtp)
{
	struct event_out *out = &rtp->event_out;

	segment_repeat(rtp);
	if (!out->repeats)
		return;
	out->repeats--;
	event_send(rtp, out->timestamp, out->reported - out->base, false, true);
}
