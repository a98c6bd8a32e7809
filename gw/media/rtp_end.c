/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An RTP session as an end of a channel. */
#include "gw/media/rtp_end.h"

#include <string.h>

#include "gw/base/list.h"

#define PER_MS		 8
#define PTIME_MIN_MS	 10
#define PTIME_MAX_MS	 60
#define PTIME_DEFAULT_MS 20
#define US_PER_SAMPLE	 125

struct rtp_end *rtp_end_of(struct media_end *end)
{
	return container_of(end, struct rtp_end, end);
}

static void attach(struct media_end *end, const struct round *round)
{
	struct rtp_end *rtp = rtp_end_of(end);

	rtp->last_in_us = round->now_us;
	rtp_control_open(rtp, round);
}

static void intake(struct media_end *end, const struct round *round, bool clocked)
{
	(void)clocked;
	rtp_in_read(rtp_end_of(end), round);
}

static size_t ready(const struct media_end *end, const struct round *round)
{
	(void)end;
	return round->elapsed;
}

static bool take(struct media_end *end, uint8_t *octets, size_t n)
{
	struct rtp_end *rtp = rtp_end_of(end);
	uint64_t lost = 0;

	return pipeline_play(&rtp->jitter, &rtp->concealer, octets, n, &lost);
}

static void skip(struct media_end *end, size_t n)
{
	jitter_skip(&rtp_end_of(end)->jitter, n);
}

static void put(struct media_end *end, const uint8_t *octets, size_t n, bool pause)
{
	rtp_out_put(rtp_end_of(end), octets, n, pause);
}

static void upkeep(struct media_end *end, const struct round *round)
{
	struct rtp_end *rtp = rtp_end_of(end);

	rtp_in_upkeep(rtp, round);
	rtp_control_upkeep(rtp, round);
	end->stats.lost = reception_lost(&rtp->reception);
	end->stats.duplicate = rtp->reception.duplicate;
	end->stats.reordered = rtp->reception.reordered;
	end->stats.jitter_us = (rtp->reception.jitter >> 4) * US_PER_SAMPLE;
	end->stats.delay_ms = jitter_delay(&rtp->jitter) / PER_MS;
	end->stats.concealed_ms = rtp->jitter.lost / PER_MS;
}

static void detach(struct media_end *end, const struct round *round)
{
	struct rtp_end *rtp = rtp_end_of(end);

	rtp_in_close(rtp);
	rtp_control_close(rtp, round);
}

static const struct media_end_ops rtp_ops = {
	.attach = attach,
	.intake = intake,
	.ready = ready,
	.take = take,
	.skip = skip,
	.put = put,
	.upkeep = upkeep,
	.detach = detach,
};

void rtp_end_init(struct rtp_end *rtp, const struct rtp_end_conf *conf,
		  const struct rtp_identity *identity)
{
	const struct jitter_conf jitter = {
		.law = G711_A,
		.min = conf->jitter_min_ms * PER_MS,
		.max = conf->jitter_max_ms * PER_MS,
	};

	memset(rtp, 0, sizeof(*rtp));
	rtp->end.ops = &rtp_ops;
	rtp->end.block = BLOCK_SAMPLES;
	rtp->fd = conf->fd;
	rtp->rtcp_fd = conf->rtcp_fd;
	rtp->timeout_ms = conf->timeout_ms;
	rtp->identity = *identity;
	rtp->sequence = identity->sequence;
	rtp->timestamp = identity->timestamp;
	rtp->packet_samples = PTIME_DEFAULT_MS * PER_MS;
	rtp->marker = true;
	rtp->filled_pause = true;
	jitter_init(&rtp->jitter, &jitter);
	concealer_init(&rtp->concealer, G711_A);
}

static size_t packet_samples(unsigned ptime_ms)
{
	if (!ptime_ms)
		ptime_ms = PTIME_DEFAULT_MS;
	if (ptime_ms < PTIME_MIN_MS)
		ptime_ms = PTIME_MIN_MS;
	if (ptime_ms > PTIME_MAX_MS)
		ptime_ms = PTIME_MAX_MS;
	return (size_t)ptime_ms * PER_MS;
}

void rtp_end_set(struct rtp_end *rtp, const struct media_rtp_params *params,
		 const struct round *round)
{
	enum g711_law law = params->codec == MEDIA_PCMA ? G711_A : G711_MU;
	bool listened = rtp->negotiated && rtp->params.receive;

	/* What was gathered of a packet is in another law, or of another length. */
	rtp->timestamp += (uint32_t)rtp->filled;
	rtp->filled = 0;
	rtp->filled_pause = true;
	rtp->packet_samples = packet_samples(params->ptime_ms);
	if (!rtp->negotiated || law != rtp->end.law) {
		jitter_reset(&rtp->jitter, law);
		concealer_init(&rtp->concealer, law);
	}
	rtp->end.law = law;
	rtp->end.events_out = params->dtmf_payload_type >= 0;
	source_lock_signal(&rtp->lock, &params->remote, round->now_us);
	if (!listened) {
		rtp->last_in_us = round->now_us;
		rtp->timed_out = false;
	}
	rtp->params = *params;
	rtp->negotiated = true;
}
