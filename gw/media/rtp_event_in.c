/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Telephone events and tones that come in on an RTP session (RFC 4733). */
#include <stdlib.h>
#include <string.h>

#include "gw/media/rtp_end.h"
#include "gw/media/signals.h"

/* three of the longest usual update intervals, RFC 4733 2.5.1.2 */
#define EVENT_TIMEOUT_US 150000
#define TONE_GAP_MAX	 1200 /* 150 ms of a tone's packets may be missing */
#define SLOW_THIRD_HZ	 60 /* up to 20 Hz it is V.8's modulation, of 20 %, else a tone of E.180 */
#define SLOW_PERCENT	 20
#define FAST_PERCENT	 100
#define DTMF_PER_MILLE	 15 /* Q.24: what a receiver accepts */
/* 10 s, more than a whole segment (65,535 samples): from further back no packet of before comes. */
#define STALE_SAMPLES 80000
#define OPEN_SAMPLES  1200 /* as long as an event may go on without being reported */

static uint32_t event_samples(const struct event_in *event)
{
	return event->base + event->duration;
}

/* The letter of a digit or signal; 0: no such event, or a part of a signal. */
static char symbol_of(uint8_t event)
{
	const struct signal *signal = signal_of_event(event);

	return signal ? signal->symbol : rtp_event_digit(event);
}

/* How much audio from its start on is silenced; while it is open, more than was reported. */
static uint32_t replaced(const struct event_in *event)
{
	if (!event->known || !event->replaces)
		return 0;
	return event_samples(event) + (event->open ? OPEN_SAMPLES : 0);
}

void rtp_event_in_close(struct rtp_end *rtp)
{
	struct event_in *event = &rtp->event_in;

	if (!event->open)
		return;
	event->open = false;
	if (symbol_of(event->event) && !event->reported)
		pipeline_digit_lasts(&rtp->end, symbol_of(event->event), event->serial,
				     event_samples(event), true);
}

/*
 * 2.5.2.3: a long event goes on in a new segment, which begins where the last one ended. Within
 * redundancy segments may be of any length (2.5.2.3.1).
 */
static bool is_next_segment(const struct event_in *event, const struct rtp_event *in,
			    const struct rtp_packet *packet)
{
	return event->open && in->event == event->event && !packet->marker &&
	       packet->timestamp == event->timestamp + event->duration;
}

/* Of an event before the last; further back, the timestamps have jumped. */
static bool is_stale(const struct event_in *event, uint32_t timestamp)
{
	uint32_t behind = event->timestamp - timestamp;

	return event->known && behind > 0 && behind < STALE_SAMPLES;
}

/* On the other side it begins, or goes on if it has been heard in the audio. */
static void event_open(struct rtp_end *rtp, const struct rtp_event *in, uint32_t timestamp)
{
	struct event_in *event = &rtp->event_in;
	char symbol = symbol_of(in->event);

	event->open = true;
	event->event = in->event;
	event->base = 0;
	event->serial = 0;
	event->reported = false;
	if (symbol && !rtp_hear_event(rtp, symbol, timestamp, &event->serial, &event->reported))
		event->serial = pipeline_digit_heard(&rtp->end, symbol);
	event->replaces = (event->serial || rtp_event_digit(in->event)) && !rtp->end.clear;
}

/* One with a timestamp of its own; false: it is of an event before the last. */
static bool event_begin(struct rtp_end *rtp, const struct rtp_event *in,
			const struct rtp_packet *packet)
{
	struct event_in *event = &rtp->event_in;

	if (is_stale(event, packet->timestamp))
		return false;
	if (is_next_segment(event, in, packet)) {
		event->base += event->duration;
	} else {
		rtp_event_in_close(rtp);
		event->before = event->timestamp - event->base;
		event->before_samples = replaced(event);
		event->before_event = event->event;
		event_open(rtp, in, packet->timestamp);
	}
	event->known = true;
	event->timestamp = packet->timestamp;
	event->duration = 0;
	return true;
}

/* ---- audio beside events, 2.5.2.2 ---- */

static void mute(struct rtp_packet *audio, uint8_t *octets, enum g711_law law, uint32_t start,
		 uint32_t n)
{
	int64_t from = (int32_t)(start - audio->timestamp), to = from + n;

	if (from < 0)
		from = 0;
	if (to > (int64_t)audio->n_payload)
		to = (int64_t)audio->n_payload;
	if (from >= to)
		return;
	if (audio->payload != octets)
		memcpy(octets, audio->payload, audio->n_payload);
	memset(octets + from, g711_silence(law), (size_t)(to - from));
	audio->payload = octets;
}

void rtp_event_in_mute(const struct rtp_end *rtp, struct rtp_packet *audio,
		       uint8_t octets[JITTER_PACKET_MAX])
{
	const struct event_in *event = &rtp->event_in;

	if (!event->known || rtp->end.clear)
		return;
	mute(audio, octets, rtp->end.law, event->timestamp - event->base, replaced(event));
	mute(audio, octets, rtp->end.law, event->before, event->before_samples);
}

static bool meets(uint32_t at, uint32_t n, uint32_t start, uint32_t end)
{
	return n && (int32_t)(at - end) < 0 && (int32_t)(start - (at + n)) < 0;
}

bool rtp_event_in_says(const struct rtp_end *rtp, char digit, uint32_t start, uint32_t end)
{
	const struct event_in *event = &rtp->event_in;

	if (rtp_event_digit(event->event) == digit &&
	    meets(event->timestamp - event->base, replaced(event), start, end))
		return true;
	return rtp_event_digit(event->before_event) == digit &&
	       meets(event->before, event->before_samples, start, end);
}

/* The audio of its time that waits to be played. */
static void blank(struct rtp_end *rtp)
{
	const struct event_in *event = &rtp->event_in;

	if (event->replaces)
		jitter_blank(&rtp->jitter, event->timestamp - event->base, event_samples(event));
}

/* ---- sounds that are put in their place ---- */

static void render(struct rtp_end *rtp, const struct tone_mix *mix, uint32_t timestamp, size_t n)
{
	while (n) {
		size_t k = n < RTP_PAYLOAD_MAX ? n : RTP_PAYLOAD_MAX;
		int16_t linear[RTP_PAYLOAD_MAX];
		uint8_t octets[RTP_PAYLOAD_MAX];

		tone_mix_render(mix, timestamp, 0, linear, k);
		g711_compress(rtp->end.law, octets, linear, k);
		if (jitter_put(&rtp->jitter, timestamp, octets, k, false) == JITTER_STRAY)
			return;
		timestamp += (uint32_t)k;
		n -= k;
	}
}

/* Bits of V.21: 3 ms each, several in a packet; what was reported before is there. */
static void render_bit(struct rtp_end *rtp, const struct rtp_event *in)
{
	struct event_in *event = &rtp->event_in;
	const struct signal *signal = signal_of_event(in->event);

	if (!signal || signal->symbol || in->duration <= event->duration ||
	    in->duration > JITTER_PACKET_MAX)
		return;
	render(rtp, &signal->mix, event->timestamp + event->duration,
	       (size_t)(in->duration - event->duration));
}

/* ---- events ---- */

/* 2.5.2.2, the second algorithm: it is played until its end, or something else, or nothing comes. */
static void event_report(struct rtp_end *rtp, const struct rtp_event *in,
			 const struct rtp_packet *packet, const struct round *round)
{
	struct event_in *event = &rtp->event_in;

	if (!symbol_of(in->event) && !signal_of_event(in->event))
		return;
	if ((!event->known || packet->timestamp != event->timestamp) &&
	    !event_begin(rtp, in, packet))
		return;
	if (!event->open || event->event != in->event) /* its end, again */
		return;
	render_bit(rtp, in);
	if (in->duration > event->duration)
		event->duration = in->duration;
	event->last_us = round->now_us;
	blank(rtp);
	if (in->end)
		rtp_event_in_close(rtp);
	else if (symbol_of(in->event))
		pipeline_digit_lasts(&rtp->end, symbol_of(in->event), event->serial,
				     event_samples(event), false);
}

/* 2.5.1.5: events in one packet follow each other without a pause. */
void rtp_event_in_take(struct rtp_end *rtp, const struct rtp_packet *packet,
		       const struct round *round)
{
	struct rtp_packet at = *packet;

	if (packet->n_payload < RTP_EVENT_OCTETS || packet->n_payload % RTP_EVENT_OCTETS) {
		rtp_in_refuse(rtp);
		return;
	}
	for (; at.n_payload; at.n_payload -= RTP_EVENT_OCTETS, at.payload += RTP_EVENT_OCTETS) {
		struct rtp_event in;

		if (rtp_event_decode(&in, at.payload, RTP_EVENT_OCTETS))
			return;
		event_report(rtp, &in, &at, round);
		at.timestamp += in.duration;
	}
}

/* ---- tones, section 4 ---- */

static bool near(unsigned hz, float nominal)
{
	return abs((int)hz * 1000 - (int)(nominal * 1000)) <= (int)(nominal * DTMF_PER_MILLE);
}

/* The DTMF digit that the tone is; 0: none. */
static char tone_digit(const struct rtp_tone *tone)
{
	static const char digits[] = "0123456789*#ABCD";

	if (tone->n_hz != 2 || tone->modulation_third_hz)
		return 0;
	for (const char *d = digits; *d; d++) {
		const struct tone *dtmf = tone_dtmf(*d);

		if ((near(tone->hz[0], dtmf->hz[0]) && near(tone->hz[1], dtmf->hz[1])) ||
		    (near(tone->hz[1], dtmf->hz[0]) && near(tone->hz[0], dtmf->hz[1])))
			return *d;
	}
	return 0;
}

/*
 * The timestamp of a tone's packets goes on with it (4.4.1): they are reports of one event from the
 * first of them on, even when some are lost.
 */
static void tone_as_event(struct rtp_end *rtp, const struct rtp_tone *tone, char digit,
			  const struct rtp_packet *packet, const struct round *round)
{
	const struct event_in *event = &rtp->event_in;
	struct rtp_event in = { .event = (uint8_t)rtp_event_of(digit), .duration = tone->duration };
	uint32_t since = packet->timestamp - event->timestamp;
	struct rtp_packet first = *packet;

	if (event->open && event->event == in.event && !packet->marker && since &&
	    since <= event->duration + TONE_GAP_MAX &&
	    since + tone->duration <= RTP_EVENT_LONGEST) {
		first.timestamp = event->timestamp;
		in.duration = (uint16_t)(since + tone->duration);
	}
	event_report(rtp, &in, &first, round);
}

/* Played at its timestamp, 2.5.2.2, the first algorithm. */
static void tone_in_place(struct rtp_end *rtp, const struct rtp_tone *tone, uint32_t timestamp)
{
	struct tone_mix mix = {
		.dbm0 = -(float)tone->volume,
		.modulation_third_hz = tone->modulation_third_hz,
		.depth_percent =
			tone->modulation_third_hz <= SLOW_THIRD_HZ ? SLOW_PERCENT : FAST_PERCENT,
	};

	for (unsigned i = 0; i < tone->n_hz && i < TONE_MIX_FREQUENCIES; i++)
		mix.hz[i] = tone->hz[i];
	render(rtp, &mix, timestamp,
	       tone->duration < JITTER_PACKET_MAX ? tone->duration : JITTER_PACKET_MAX);
}

void rtp_event_in_tone(struct rtp_end *rtp, const struct rtp_packet *packet,
		       const struct round *round)
{
	struct rtp_tone tone;
	char digit;

	if (rtp_tone_decode(&tone, packet->payload, packet->n_payload)) {
		rtp_in_refuse(rtp);
		return;
	}
	digit = tone_digit(&tone);
	if (digit) {
		tone_as_event(rtp, &tone, digit, packet, round);
		return;
	}
	rtp_event_in_close(rtp);
	tone_in_place(rtp, &tone, packet->timestamp);
}

void rtp_event_in_upkeep(struct rtp_end *rtp, const struct round *round)
{
	if (rtp->event_in.open && round->now_us - rtp->event_in.last_us > EVENT_TIMEOUT_US)
		rtp_event_in_close(rtp);
}
