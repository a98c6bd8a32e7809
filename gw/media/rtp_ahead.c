/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The memory that an RTP session needs soon. */
#include "gw/base/fetch.h"
#include "gw/media/rtp_end.h"

_Static_assert(offsetof(struct rtp_end, path.watch) % FETCH_LINE == 0 &&
		       offsetof(struct rtp_end, control.last_us) -
				       offsetof(struct rtp_end, path.watch) <=
			       2 * FETCH_LINE,
	       "what rounds look at is in more than two lines");

#define CHUNK 40 /* octets that mostly pass at once */

/* Where octets of a jitter buffer are, or are to be. */
static void ring_fetch(const struct jitter *jitter, uint32_t timestamp, size_t n)
{
	size_t at = timestamp % JITTER_SAMPLES;
	size_t end = at + n < JITTER_SAMPLES ? at + n : JITTER_SAMPLES;

	fetch(jitter->octets + at, jitter->octets + end);
}

static void path_fetch(const struct rtp_end *rtp)
{
	fetch(&rtp->path.watch, &rtp->control.next_us);
}

static void state_fetch(const struct rtp_end *rtp)
{
	fetch(&rtp->jitter, &rtp->jitter.pause_at);
	fetch(&rtp->concealer.filled, rtp->concealer.cycle);
}

/* A packet leaves in this round. */
static bool is_leaving(const struct rtp_end *rtp, const struct round *round)
{
	const struct media_end *source = rtp->end.pipeline->side[!rtp->end.side].end;

	return source && source->ops->ready(source, round) + rtp->filled >= rtp->packet_samples;
}

static void octets_fetch(const struct rtp_end *rtp, const struct round *round)
{
	const uint8_t *history = rtp->concealer.history + rtp->concealer.end;

	ring_fetch(&rtp->jitter, rtp->jitter.play, CHUNK);
	fetch(history, history + CHUNK);
	if (rtp->came && rtp->came->n >= 0)
		ring_fetch(&rtp->jitter, rtp->jitter.end, rtp->in_samples);
	if (!is_leaving(rtp, round))
		return;
	fetch(&rtp->end.stats, &rtp->end.stats.lost);
	fetch(&rtp->sent_packets, rtp->packet);
	fetch(&rtp->params.codec, &rtp->identity.random);
	fetch(&rtp->lock.rival_run, &rtp->lock.source + 1);
	fetch(rtp->packet, rtp->packet + RTP_HEADER_OCTETS + rtp->packet_samples);
}

void rtp_ahead_fetch(const struct media_end *end, enum ahead_step step, const struct round *round)
{
	const struct rtp_end *rtp = (const struct rtp_end *)(const void *)end;

	if (step == AHEAD_PATH)
		path_fetch(rtp);
	else if (step == AHEAD_STATE)
		state_fetch(rtp);
	else if (step == AHEAD_OCTETS)
		octets_fetch(rtp, round);
}

void rtp_ahead_packet(const struct rtp_end *rtp)
{
	fetch(&rtp->params.codec, &rtp->params + 1);
	fetch(&rtp->end.stats, &rtp->end.stats.lost);
	fetch(&rtp->lock.rival_run, &rtp->event_in.serial);
	fetch(&rtp->jitter, &rtp->jitter.delays);
	rtp_relay_fetch(rtp);
}
