/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What comes in on an RTP session. */
#include <sys/socket.h>

#include "gw/base/counter.h"
#include "gw/media/red.h"
#include "gw/media/rtp_end.h"

#define READ_MAX       64 /* packets in a round: a flood does not stop the others */
#define US_PER_SAMPLE  125
#define READ_MARGIN_US 2000 /* rounds come that much too early or late */
#define LOOK_AHEAD     4
#define OTHERS_US      100000
#define RTCP_FIRST                                                                                 \
	192 /* RFC 5761 4: the second octet of RTCP, and of no RTP that is used with it */
#define RTCP_LAST 223

enum payload {
	PAYLOAD_NONE,
	PAYLOAD_AUDIO,
	PAYLOAD_EVENT,
	PAYLOAD_TONE,
	PAYLOAD_NOISE,
	PAYLOAD_RED
};

static struct counter refused =
	COUNTER_INIT("causeway_media_rtp_refused_total",
		     "RTP packets of the wrong source, version or payload type, or malformed");

void rtp_in_refuse(struct rtp_end *rtp)
{
	rtp->end.stats.refused++;
	counter_add(&refused, 1);
}

/* RFC 3264 5.1: each side receives what it has written, which need not be what it is sent. */
static bool is_codec(const struct media_rtp_params *p, uint8_t type)
{
	return type == p->payload_type ||
	       (type == p->payload_type_in && (type || p->codec == MEDIA_PCMU));
}

/* V.152: the same octets, by a peer that has heard a fax or modem. */
static bool is_vbd(const struct media_rtp_params *p, uint8_t type)
{
	return type && (type == p->vbd_payload_type || type == p->vbd_payload_type_in) &&
	       !is_codec(p, type);
}

static enum payload payload_of(const struct rtp_end *rtp, uint8_t type)
{
	const struct media_rtp_params *p = &rtp->params;

	if (is_codec(p, type) || is_vbd(p, type))
		return PAYLOAD_AUDIO;
	if (p->dtmf_payload_type_in >= 0 && type == (uint8_t)p->dtmf_payload_type_in)
		return PAYLOAD_EVENT;
	if (!type || rtp->end.clear)
		return PAYLOAD_NONE;
	if (type == p->red_payload_type_in)
		return PAYLOAD_RED;
	if (type == p->cn_payload_type_in || type == RTP_CN_STATIC)
		return PAYLOAD_NOISE;
	return type == p->tone_payload_type_in ? PAYLOAD_TONE : PAYLOAD_NONE;
}

/* ---- audio ---- */

/* RFC 3389 5.1: no packet is missing, but time is: the peer said nothing. */
static void note_silence(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	if (rtp->last_known && packet->sequence == (uint16_t)(rtp->last_sequence + 1) &&
	    (int32_t)(packet->timestamp - rtp->last_end) > 0)
		jitter_pause(&rtp->jitter, rtp->last_end);
}

static void note_end(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	uint32_t end = packet->timestamp + (uint32_t)packet->n_payload;

	rtp->in_samples = packet->n_payload;
	if (rtp->last_known && (int32_t)(end - rtp->last_end) <= 0)
		return;
	rtp->last_known = true;
	rtp->last_end = end;
}

/* False: it is too far off. */
static bool store_audio(struct rtp_end *rtp, const struct rtp_packet *packet,
			const struct round *round)
{
	note_silence(rtp, packet);
	switch (jitter_put(&rtp->jitter, packet->timestamp, packet->payload, packet->n_payload,
			   round->timely)) {
	case JITTER_LATE:
		rtp->end.stats.late++;
		reception_discard(&rtp->reception, packet->sequence);
		break;
	case JITTER_STRAY:
		reception_discard(&rtp->reception, packet->sequence);
		rtp_in_refuse(rtp);
		return false;
	case JITTER_STORED:
	case JITTER_DUPLICATE:
		break;
	}
	return true;
}

/* Where it begins: one that goes on is silent by now, or it would still be voice-band data here. */
static void note_vbd(struct rtp_end *rtp, uint8_t type)
{
	bool vbd = is_vbd(&rtp->params, type);

	if (vbd && !rtp->vbd_in)
		pipeline_modem_heard(&rtp->end);
	rtp->vbd_in = vbd;
}

static void take_audio(struct rtp_end *rtp, const struct rtp_packet *packet,
		       const struct round *round)
{
	struct rtp_packet audio = *packet;
	uint8_t octets[JITTER_PACKET_MAX];

	if (!packet->n_payload)
		return;
	rtp->lock.paused = false;
	note_vbd(rtp, packet->payload_type);
	rtp_event_in_mute(rtp, &audio, octets);
	if (rtp_relay_pass(rtp, &audio) || store_audio(rtp, &audio, round))
		note_end(rtp, packet);
}

static void take_noise(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	struct comfort_noise noise;

	if (!comfort_decode(&noise, packet->payload, packet->n_payload)) {
		rtp_in_refuse(rtp);
		return;
	}
	rtp->end.stats.cn_in++;
	rtp->lock.paused = true;
	rtp_relay_bar(rtp);
	comfort_player_set(&rtp->comfort, &noise);
	jitter_pause(&rtp->jitter, packet->timestamp);
}

static void take_payload(struct rtp_end *rtp, const struct rtp_packet *packet,
			 const struct round *round)
{
	switch (payload_of(rtp, packet->payload_type)) {
	case PAYLOAD_AUDIO:
		take_audio(rtp, packet, round);
		break;
	case PAYLOAD_EVENT:
		rtp_event_in_take(rtp, packet, round);
		break;
	case PAYLOAD_TONE:
		rtp_event_in_tone(rtp, packet, round);
		break;
	case PAYLOAD_NOISE:
		take_noise(rtp, packet);
		break;
	case PAYLOAD_RED:
	case PAYLOAD_NONE:
		rtp_in_refuse(rtp);
		break;
	}
}

/* ---- redundancy, RFC 2198 ---- */

/* The buffer has to wait for the oldest copy. */
static void expect_copy(struct rtp_end *rtp, uint32_t offset)
{
	if (offset <= rtp->expected || offset > rtp->jitter.conf.max)
		return;
	rtp->expected = offset;
	jitter_expect(&rtp->jitter, offset);
}

/* What a packet of before brought, or should have. */
static void take_copy(struct rtp_end *rtp, const struct rtp_packet *copy, uint32_t offset,
		      const struct round *round)
{
	struct rtp_packet audio = *copy;
	uint8_t octets[JITTER_PACKET_MAX];

	if (payload_of(rtp, copy->payload_type) != PAYLOAD_AUDIO) {
		take_payload(rtp, copy, round);
		return;
	}
	if (!copy->n_payload)
		return;
	expect_copy(rtp, offset);
	rtp_event_in_mute(rtp, &audio, octets);
	if (jitter_fill(&rtp->jitter, audio.timestamp, audio.payload, audio.n_payload) !=
	    JITTER_STORED)
		return;
	rtp->end.stats.recovered++;
	reception_mend(&rtp->reception, copy->sequence);
}

static void take_red(struct rtp_end *rtp, const struct rtp_packet *packet,
		     const struct round *round)
{
	struct red_block blocks[RED_BLOCKS_MAX];
	struct rtp_packet inner = *packet;
	int n = red_decode(blocks, packet->payload, packet->n_payload);

	if (n < 0) {
		rtp_in_refuse(rtp);
		return;
	}
	for (int i = 0; i < n; i++) {
		inner.payload_type = blocks[i].payload_type;
		inner.payload = blocks[i].octets;
		inner.n_payload = blocks[i].n;
		inner.timestamp = packet->timestamp - blocks[i].offset;
		inner.sequence = (uint16_t)(packet->sequence - (n - 1 - i));
		inner.marker = packet->marker && i == n - 1;
		if (inner.n_payload > JITTER_PACKET_MAX)
			rtp_in_refuse(rtp);
		else if (i < n - 1)
			take_copy(rtp, &inner, blocks[i].offset, round);
		else
			take_payload(rtp, &inner, round);
	}
}

/* ---- every packet ---- */

/* The timestamp of an event is that of its start, and says nothing about its arrival. */
static bool is_timed(const struct rtp_end *rtp, const struct rtp_packet *packet)
{
	enum payload payload = payload_of(rtp, packet->payload_type);

	/* The last header of redundancy is of one octet; before it come those of four. */
	if (payload == PAYLOAD_RED) {
		size_t at = 0;

		while (at < packet->n_payload && packet->payload[at] & 0x80)
			at += 4;
		payload = at < packet->n_payload ? payload_of(rtp, packet->payload[at])
						 : PAYLOAD_NONE;
	}
	return payload == PAYLOAD_AUDIO;
}

static void restart(struct rtp_end *rtp)
{
	rtp_event_in_close(rtp);
	rtp->event_in.known = false;
	rtp->last_known = false;
	rtp->expected = 0;
	rtp->comfort.on = rtp->lock.paused = rtp->vbd_in = false;
	rtp->relay.on = false;
	jitter_reset(&rtp->jitter, rtp->end.law);
}

/* False: a duplicate, or too odd to be used. */
static bool note_reception(struct rtp_end *rtp, const struct rtp_packet *packet,
			   const struct round *round)
{
	uint32_t arrival = (uint32_t)(round->now_us / 125);
	uint32_t timestamp =
		is_timed(rtp, packet) ? packet->timestamp : arrival - rtp->reception.transit;

	switch (reception_note(&rtp->reception, packet->ssrc, packet->sequence, timestamp,
			       arrival)) {
	case RECEPTION_RESTART:
		restart(rtp);
		return true;
	case RECEPTION_NEW:
		return true;
	case RECEPTION_WILD:
		rtp_in_refuse(rtp);
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

static bool is_control(const struct rtp_end *rtp, const uint8_t *octets, size_t n)
{
	return rtp->params.rtcp_mux && n > 1 && octets[1] >= RTCP_FIRST && octets[1] <= RTCP_LAST;
}

/* RFC 5761 5.1: from where RTP may come, too, and it proves nothing about the source. */
static void take_control(struct rtp_end *rtp, const uint8_t *octets, size_t n,
			 const struct sockaddr_storage *from, const struct round *round)
{
	if (sockaddr_same(from, source_lock_target(&rtp->lock)))
		rtp_control_packet(rtp, octets, n, round);
	else
		rtp_in_refuse(rtp);
}

static bool is_acceptable(const struct rtp_end *rtp, const struct rtp_packet *packet)
{
	switch (payload_of(rtp, packet->payload_type)) {
	case PAYLOAD_NONE:
		return false;
	case PAYLOAD_RED:
		return true;
	default:
		return packet->n_payload <= JITTER_PACKET_MAX;
	}
}

void rtp_in_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n,
		   const struct sockaddr_storage *from, const struct round *round)
{
	struct rtp_packet packet;

	if (!rtp->negotiated)
		return;
	if (is_control(rtp, octets, n)) {
		take_control(rtp, octets, n, from, round);
		return;
	}
	if (!rtp->params.receive)
		return;
	if (rtp_decode(&packet, octets, n) || !is_acceptable(rtp, &packet) ||
	    !source_lock_accept(&rtp->lock, from, &packet, round->now_us)) {
		rtp_in_refuse(rtp);
		return;
	}
	if (rtp->lock.moved) {
		rtp->lock.moved = false;
		rtp_path_follow(&rtp->path, &rtp->lock);
	}
	note_arrival(rtp, packet.n_payload, round);
	if (!note_reception(rtp, &packet, round))
		return;
	if (payload_of(rtp, packet.payload_type) == PAYLOAD_RED)
		take_red(rtp, &packet, round);
	else
		take_payload(rtp, &packet, round);
	rtp->last_sequence = packet.sequence;
}

static bool read_one(struct rtp_end *rtp, const struct round *round)
{
	uint8_t octets[BURST_IN_OCTETS];
	struct sockaddr_storage from;
	ssize_t n = rtp_path_read(&rtp->path, octets, sizeof(octets), &from);

	if (n >= 0)
		rtp_in_packet(rtp, octets, (size_t)n, &from, round);
	return n >= 0;
}

/* What was read before the round, or else what is there now. */
static bool read_first(struct rtp_end *rtp, const struct round *round)
{
	const struct burst_in *came = rtp->came;

	if (!came) {
		/* The kernel takes longer than memory does. */
		rtp_ahead_packet(rtp);
		return read_one(rtp, round);
	}
	rtp->came = NULL;
	if (came->n >= 0)
		rtp_in_packet(rtp, came->octets, (size_t)came->n, &came->from, round);
	return came->n >= 0;
}

/* What comes from elsewhere, now and then: more often while it does. */
static void read_others(struct rtp_end *rtp, const struct round *round)
{
	uint8_t octets[BURST_IN_OCTETS];
	struct sockaddr_storage from;
	unsigned i;

	for (i = 0; i < READ_MAX; i++) {
		ssize_t n = rtp_path_read_other(&rtp->path, octets, sizeof(octets), &from);

		if (n < 0)
			break;
		rtp_in_packet(rtp, octets, (size_t)n, &from, round);
	}
	rtp->path.look_us = i ? round->now_us : round->now_us + OTHERS_US;
}

/*
 * Looking in vain costs half of what a packet does. One that was accepted in sequence, a packet's
 * time after the last, is taken to be alone, and the next one to come as long after it: nobody looks
 * again before that. What was there all the same is found then, and out of time. Every fourth is
 * looked for a round ahead, so that a sender whose clock is faster is not read later and later.
 */
static bool expect_next(struct rtp_end *rtp, const struct round *round, bool in_sequence)
{
	uint64_t period_us = rtp->in_samples * US_PER_SAMPLE;
	uint64_t since_us = round->now_us - rtp->read_us;
	bool regular = in_sequence && round->timely && since_us + READ_MARGIN_US > period_us &&
		       since_us < period_us + READ_MARGIN_US;
	bool ahead = rtp->end.stats.packets_in % LOOK_AHEAD == 0;

	rtp->read_us = round->now_us;
	rtp->look_us = 0;
	if (regular)
		rtp->look_us = round->now_us + period_us - READ_MARGIN_US -
			       (ahead ? round->elapsed * US_PER_SAMPLE : 0);
	return regular;
}

/* Events come beside audio as often as it does, and what was read is no sign of the other. */
static bool is_alone(const struct rtp_end *rtp, uint32_t end_before)
{
	return rtp->last_end != end_before && !rtp->event_in.open;
}

void rtp_in_collect(struct rtp_end *rtp, const struct round *round)
{
	if (!rtp->burst || round->now_us < rtp->look_us)
		return;
	rtp_ahead_packet(rtp);
	burst_read(rtp->burst, rtp);
}

void rtp_in_read(struct rtp_end *rtp, const struct round *round)
{
	uint64_t before;
	uint32_t end;
	uint16_t next;

	if (rtp_path_others(&rtp->path, round->now_us))
		read_others(rtp, round);
	if (round->now_us < rtp->look_us)
		return;
	before = rtp->end.stats.packets_in;
	next = (uint16_t)(rtp->last_sequence + 1);
	end = rtp->last_end;
	if (!read_first(rtp, round))
		return;
	if (rtp->end.stats.packets_in != before &&
	    expect_next(rtp, round, rtp->last_sequence == next && is_alone(rtp, end)))
		return;
	for (unsigned i = 1; i < READ_MAX && read_one(rtp, round); i++)
		;
}

static uint32_t timeout_ms(const struct rtp_end *rtp)
{
	const struct media_side *side = &rtp->end.pipeline->side[rtp->end.side];

	if (side->supervision.timeout_ms)
		return side->supervision.timeout_ms;
	return rtp->params.timeout_ms ? rtp->params.timeout_ms : rtp->timeout_ms;
}

/* RFC 3264 8.4: a peer that holds us (we only receive) may have something to play, or nothing. */
bool rtp_in_awaited(const struct rtp_end *rtp)
{
	return rtp->negotiated && rtp->params.receive && rtp->params.send;
}

void rtp_in_upkeep(struct rtp_end *rtp, const struct round *round)
{
	rtp_event_in_upkeep(rtp, round);
	if (!rtp_in_awaited(rtp) || !timeout_ms(rtp) || rtp->timed_out)
		return;
	if (round->now_us - rtp->last_in_us > (uint64_t)timeout_ms(rtp) * 1000) {
		rtp->timed_out = true;
		pipeline_report(&rtp->end, MEDIA_EV_RTP_TIMEOUT);
	}
}

void rtp_in_close(struct rtp_end *rtp)
{
	rtp_event_in_close(rtp);
	rtp_hear_rest(rtp);
}
