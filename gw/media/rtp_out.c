/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What goes out on an RTP session: packets of audio, of a telephone event instead (RFC 4733 2.5.1), or of comfort noise
 * (RFC 3389), each with the ones before where redundancy was agreed (RFC 2198). */
#include <string.h>
#include <sys/socket.h>

#include "gw/base/counter.h"
#include "gw/media/red.h"
#include "gw/media/rtp_end.h"

#define CN_LEAST     800   /* 100 ms between two descriptions of a noise, */
#define CN_MOST	     4000  /* 500 ms when it does not change */
#define TONE_RESIDUE 0.03f /* a steady tone is no noise, */
#define TONE_DBOV                                                                                  \
	66 /* unless it is below -60 dBm0: what an idle line has for silence is one, too */

static struct counter unsent =
	COUNTER_INIT("causeway_media_rtp_unsent_total",
		     "RTP packets that the host did not take, or has no way for");

void rtp_out_hand_over(struct rtp_end *rtp, const uint8_t *octets, size_t n)
{
	size_t payload = n - RTP_HEADER_OCTETS;

	if (rtp_path_send(&rtp->path, source_lock_target(&rtp->lock), octets, n) < 0) {
		rtp->end.stats.unsent++;
		counter_add(&unsent, 1);
		return;
	}
	rtp->sent_packets++;
	rtp->sent_octets += (uint32_t)payload;
	rtp->end.stats.packets_out++;
	rtp->end.stats.octets_out += payload;
}

/* octets has room for the header, and then the payload. */
static void transmit_as(struct rtp_end *rtp, const struct rtp_packet *packet, uint8_t *octets,
			size_t n)
{
	struct rtp_packet header = *packet;

	if (source_lock_target(&rtp->lock)->ss_family == AF_UNSPEC)
		return;
	header.ssrc = rtp->identity.ssrc;
	rtp_encode_header(octets, &header);
	if (rtp->burst)
		burst_put(rtp->burst, rtp, octets, RTP_HEADER_OCTETS + n);
	else
		rtp_out_hand_over(rtp, octets, RTP_HEADER_OCTETS + n);
}

static void transmit(struct rtp_end *rtp, const struct rtp_packet *packet, uint8_t *octets,
		     size_t n)
{
	struct rtp_packet next = *packet;

	if (source_lock_target(&rtp->lock)->ss_family == AF_UNSPEC)
		return;
	next.sequence = rtp->sequence++;
	transmit_as(rtp, &next, octets, n);
}

/* As voice-band data, where there is a type for that. */
static uint8_t audio_type(const struct rtp_end *rtp, bool vbd)
{
	uint8_t type = rtp->params.vbd_payload_type;

	return vbd && type ? type : rtp->params.payload_type;
}

/* One that is newer than all before is what the session goes on from. */
void rtp_out_pass(struct rtp_end *rtp, const struct rtp_packet *packet, bool vbd)
{
	uint8_t octets[RTP_HEADER_OCTETS + RTP_PAYLOAD_MAX];
	struct rtp_packet out = *packet;

	if ((int16_t)(uint16_t)(packet->sequence - rtp->sequence) >= 0) {
		rtp->sequence = (uint16_t)(packet->sequence + 1);
		rtp->timestamp = packet->timestamp + (uint32_t)packet->n_payload;
		out.marker = (out.marker || rtp->marker) && !rtp->end.clear; /* RFC 4040 3 */
		rtp->marker = false;
	}
	out.payload_type = audio_type(rtp, vbd);
	memcpy(octets + RTP_HEADER_OCTETS, packet->payload, packet->n_payload);
	transmit_as(rtp, &out, octets, packet->n_payload);
}

/* ---- redundancy ---- */

static unsigned generations(const struct rtp_end *rtp)
{
	unsigned n = rtp->params.red_payload_type ? rtp->params.red_generations : 0;

	return n < MEDIA_RED_MAX ? n : MEDIA_RED_MAX;
}

/* An event's report takes the place of the one before of the same event. */
static void remember(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	struct red_out *red = &rtp->red_out;
	struct red_sent *newest = &red->sent[0];

	if (!red->count || newest->payload_type != packet->payload_type ||
	    newest->timestamp != packet->timestamp) {
		memmove(red->sent + 1, red->sent, sizeof(red->sent) - sizeof(*red->sent));
		if (red->count < MEDIA_RED_MAX)
			red->count++;
	}
	newest->payload_type = packet->payload_type;
	newest->timestamp = packet->timestamp;
	newest->n = packet->n_payload;
	memcpy(newest->octets, packet->payload, packet->n_payload);
}

/* The payloads before this one that its packet takes along, oldest first, and it. */
static unsigned gather(const struct rtp_end *rtp, const struct rtp_packet *packet,
		       struct red_block *blocks)
{
	unsigned most = generations(rtp), n = 0;
	size_t room = RTP_PACKET_MAX - 1 - packet->n_payload;
	const struct red_sent *use[MEDIA_RED_MAX];

	for (unsigned i = 0; i < rtp->red_out.count && n < most; i++) {
		const struct red_sent *sent = &rtp->red_out.sent[i];
		uint32_t offset = packet->timestamp - sent->timestamp;

		if (offset == 0 && sent->payload_type == packet->payload_type)
			continue;
		if (offset > RED_OFFSET_MAX || sent->n + 4 > room)
			break;
		room -= sent->n + 4;
		use[n++] = sent;
	}
	for (unsigned i = 0; i < n; i++)
		blocks[i] = (struct red_block){
			.payload_type = use[n - 1 - i]->payload_type,
			.offset = (uint16_t)(packet->timestamp - use[n - 1 - i]->timestamp),
			.octets = use[n - 1 - i]->octets,
			.n = use[n - 1 - i]->n,
		};
	blocks[n] = (struct red_block){ .payload_type = packet->payload_type,
					.octets = packet->payload,
					.n = packet->n_payload };
	return n + 1;
}

static void send_redundant(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	uint8_t octets[RTP_HEADER_OCTETS + RTP_PACKET_MAX];
	struct red_block blocks[MEDIA_RED_MAX + 1];
	struct rtp_packet outer = *packet;
	unsigned n_blocks = gather(rtp, packet, blocks);
	size_t n = red_encode(octets + RTP_HEADER_OCTETS, RTP_PACKET_MAX, blocks, n_blocks);

	outer.payload_type = rtp->params.red_payload_type;
	if (n)
		transmit(rtp, &outer, octets, n);
	remember(rtp, packet);
}

void rtp_out_send(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	uint8_t octets[RTP_HEADER_OCTETS + RTP_PAYLOAD_MAX];

	if (generations(rtp)) {
		send_redundant(rtp, packet);
		return;
	}
	memcpy(octets + RTP_HEADER_OCTETS, packet->payload, packet->n_payload);
	transmit(rtp, packet, octets, packet->n_payload);
}

/* ---- silence, RFC 3389 ---- */

static void send_noise(struct rtp_end *rtp, const struct comfort_noise *noise)
{
	uint8_t octets[RTP_HEADER_OCTETS + COMFORT_OCTETS_MAX];
	const struct rtp_packet packet = { .payload_type = rtp->params.cn_payload_type,
					   .timestamp = rtp->timestamp };

	transmit(rtp, &packet, octets, comfort_encode(octets + RTP_HEADER_OCTETS, noise));
	rtp->pause_out.told = *noise;
	rtp->pause_out.since = 0;
	rtp->end.stats.cn_out++;
}

/* What was gathered is noise: told of where it begins, changes, or from time to time. */
static void noise_step(struct rtp_end *rtp, const struct comfort_noise *noise)
{
	struct pause_out *pause = &rtp->pause_out;

	if (!pause->on || pause->since >= CN_MOST ||
	    (pause->since >= CN_LEAST && comfort_differs(noise, &pause->told)))
		send_noise(rtp, noise);
	pause->on = true;
	pause->since += (uint32_t)rtp->packet_samples;
}

/* True: it is no talk, and has been seen to. */
static bool is_silence(struct rtp_end *rtp)
{
	struct pause_out *pause = &rtp->pause_out;
	struct comfort_noise noise;
	int16_t linear[RTP_PAYLOAD_MAX];

	if (!rtp->params.cn_payload_type || rtp->end.clear || rtp->vbd)
		return false;
	g711_expand(rtp->end.law, linear, rtp->packet + RTP_HEADER_OCTETS, rtp->packet_samples);
	if (vad_hear(&pause->vad, linear, rtp->packet_samples))
		return false;
	comfort_analyser_hear(&pause->analyser, linear, rtp->packet_samples);
	if (comfort_analyser_find(&pause->analyser, &noise) < TONE_RESIDUE &&
	    noise.level < TONE_DBOV)
		return false;
	noise_step(rtp, &noise);
	return true;
}

/* ---- packets ---- */

static void send_audio(struct rtp_end *rtp)
{
	const struct rtp_packet packet = {
		.payload_type = audio_type(rtp, rtp->vbd),
		.timestamp = rtp->timestamp,
		.marker = rtp->marker && !rtp->end.clear, /* RFC 4040 3 */
		.payload = rtp->packet + RTP_HEADER_OCTETS,
		.n_payload = rtp->filled,
	};

	if (generations(rtp))
		send_redundant(rtp, &packet);
	else
		transmit(rtp, &packet, rtp->packet, rtp->filled);
	rtp->marker = false;
	rtp->pause_out.on = false;
}

static void audio_due(struct rtp_end *rtp)
{
	if ((rtp->filled_pause && !rtp->end.clear) || is_silence(rtp))
		rtp->marker = true;
	else
		send_audio(rtp);
	rtp_event_out_repeat(rtp);
}

/* A packet's time has come. */
static void packet_due(struct rtp_end *rtp)
{
	struct digits *digits = &rtp->end.pipeline->side[rtp->end.side].digits;
	struct digit *digit = digits_event_next(digits) ? digits_current(digits) : NULL;

	if (!rtp->params.send) {
		digits_clear(digits);
		rtp->event_out = (struct event_out){ 0 };
		rtp->marker = true;
	} else if (digit) {
		rtp_event_out_step(rtp, digits, digit);
		rtp->marker = true;
		rtp->pause_out.on = false;
	} else {
		if (!digits_tone_next(digits))
			digits_pause(digits, rtp->packet_samples);
		audio_due(rtp);
	}
	rtp->timestamp += (uint32_t)rtp->packet_samples;
	rtp->filled = 0;
	rtp->filled_pause = true;
}

/* The octets before the first packet: it begins where others do that are worked on together with it. */
static size_t before_first(struct rtp_end *rtp, size_t n)
{
	const struct media_end *source = rtp->end.pipeline->side[!rtp->end.side].end;
	size_t past = source ? source->at % rtp->packet_samples : 0;
	size_t wait = past ? rtp->packet_samples - past : 0;

	if (rtp->in_step)
		return 0;
	rtp->in_step = wait <= n;
	wait = wait <= n ? wait : n;
	rtp->timestamp += (uint32_t)wait;
	return wait;
}

void rtp_out_put(struct rtp_end *rtp, const uint8_t *octets, size_t n, bool pause)
{
	size_t early;

	if (!rtp->negotiated)
		return;
	early = before_first(rtp, n);
	octets += early;
	n -= early;
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
