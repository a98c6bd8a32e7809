/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Audio between two RTP sessions that need nothing of it: packets pass as they come, as through a
 * translator (RFC 3550 7.1), with our own SSRC and the sequence numbers and timestamps that go on
 * from what was sent before. A packet that is missing, late or out of order is so for the other
 * side, too, which has a jitter buffer for that; a second one here would only add delay. Where
 * anything else has to be sent, a tone or a digit, or said otherwise, in another law or length, the
 * jitter buffer and the pipeline take over at once.
 */
#include "gw/base/fetch.h"
#include "gw/media/rtp_end.h"

#define REST_SAMPLES                                                                               \
	8000 /* before packets pass again: a change costs what the jitter buffer holds */
#define JUMP_SAMPLES 8000 /* timestamps further apart than that begin anew */

/* The session that the packets of this one may go to; NULL: none. */
static struct rtp_end *target_of(const struct rtp_end *rtp)
{
	const struct media_side *side = rtp->end.pipeline->side;
	const struct media_side *from = &side[rtp->end.side], *to = &side[!rtp->end.side];
	struct rtp_end *other;

	if (!to->end || to->end->ops != rtp->end.ops || !from->hear || !to->speak ||
	    from->quiet_limit || pipeline_plays(to) || digits_waiting(&to->digits))
		return NULL;
	other = rtp_end_of(to->end);
	if (!other->negotiated || !other->params.send || other->params.cn_payload_type ||
	    other->params.red_payload_type || rtp->params.red_payload_type_in ||
	    rtp->params.jitter_fixed || rtp->hears || rtp->end.law != other->end.law ||
	    rtp->end.clear != other->end.clear)
		return NULL;
	return other->event_out.open || other->event_out.repeats || other->event_out.segment_repeats
		       ? NULL
		       : other;
}

void rtp_relay_fetch(const struct rtp_end *rtp)
{
	struct media_end *to = rtp->end.pipeline->side[!rtp->end.side].end;
	const struct rtp_end *other;

	if (!rtp->relay.on || !to || to->ops != rtp->end.ops)
		return;
	other = rtp_end_of(to);
	fetch(&other->end.stats, &other->end.stats.lost);
	fetch(&other->path.watch, &other->control);
	fetch(&other->params.codec, &other->identity.random);
	fetch(&other->lock.rival_run, &other->lock.source + 1);
	fetch(&other->sent_packets, &other->packet);
}

void rtp_relay_stop(struct rtp_end *rtp)
{
	if (!rtp->relay.on)
		return;
	rtp->relay.on = false;
	rtp->relay.rest = REST_SAMPLES;
	/* What comes next sets the buffer's offset afresh. */
	jitter_reset(&rtp->jitter, rtp->end.law);
	rtp->last_known = false;
}

void rtp_relay_bar(struct rtp_end *rtp)
{
	rtp_relay_stop(rtp);
	rtp->relay.barred = true;
}

void rtp_relay_turn(struct rtp_end *rtp, const struct round *round)
{
	struct rtp_end *other;

	rtp->relay.rest -= round->elapsed < rtp->relay.rest ? round->elapsed : rtp->relay.rest;
	if (!rtp->relay.on)
		return;
	other = target_of(rtp);
	if (other && other->identity.ssrc == rtp->relay.ssrc)
		other->timestamp += (uint32_t)round->elapsed;
	else
		rtp_relay_stop(rtp);
}

/* The packet takes the place that its octets would have had by way of the buffer. */
static void start(struct rtp_end *rtp, struct rtp_end *other, const struct rtp_packet *packet)
{
	uint32_t ahead = rtp->jitter.locked ? packet->timestamp - rtp->jitter.play : 0;
	uint32_t next = other->timestamp + (uint32_t)other->filled;

	if (ahead < JUMP_SAMPLES)
		next += ahead;
	rtp->relay.on = true;
	rtp->relay.ssrc = other->identity.ssrc;
	rtp->relay.sequence = (uint16_t)(other->sequence - packet->sequence);
	rtp->relay.timestamp = next - packet->timestamp;
	other->timestamp = next;
	other->filled = 0;
	other->filled_pause = true;
}

bool rtp_relay_pass(struct rtp_end *rtp, const struct rtp_packet *packet)
{
	struct rtp_end *other = target_of(rtp);
	struct rtp_packet out = *packet;

	if (!other || packet->n_payload != other->packet_samples ||
	    other->identity.ssrc != rtp->relay.ssrc)
		rtp_relay_stop(rtp);
	if (!rtp->relay.on) {
		if (!other || packet->n_payload != other->packet_samples || rtp->relay.barred ||
		    rtp->relay.rest)
			return false;
		start(rtp, other, packet);
	}
	out.timestamp += rtp->relay.timestamp;
	if (out.timestamp - other->timestamp + JUMP_SAMPLES > 2 * JUMP_SAMPLES) {
		rtp->relay.timestamp += other->timestamp - out.timestamp;
		out.timestamp = other->timestamp;
	}
	out.sequence = (uint16_t)(packet->sequence + rtp->relay.sequence);
	rtp_out_pass(other, &out, rtp->vbd_in);
	return true;
}
