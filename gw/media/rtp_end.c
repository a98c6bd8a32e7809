/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An RTP session as an end of a channel. */
#include "gw/media/rtp_end.h"

#include <string.h>

#include "gw/base/list.h"

#define PTIME_MIN_MS	 10
#define PTIME_MAX_MS	 60
#define PTIME_DEFAULT_MS 20
#define US_PER_SAMPLE	 125
#define FIXED_DEFAULT_MS 60
#define EVENTS_DTMF	 0xFFFF
#define RATE_EVERY_US	 1000000
/* RFC 3611 4.7.6: how losses are concealed, and the buffer's mode; its rate is not known */
#define PLC_STANDARD 0xC0
#define PLC_DISABLED 0x40
#define JB_ADAPTIVE  0x30
#define JB_FIXED     0x20

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

static void collect(struct media_end *end, const struct round *round)
{
	rtp_in_collect(rtp_end_of(end), round);
}

static void intake(struct media_end *end, const struct round *round, bool clocked)
{
	(void)clocked;
	rtp_in_read(rtp_end_of(end), round);
	rtp_control_read(rtp_end_of(end), round);
	rtp_relay_turn(rtp_end_of(end), round);
}

static size_t ready(const struct media_end *end, const struct round *round)
{
	return ((const struct rtp_end *)(const void *)end)->relay.on ? 0 : round->elapsed;
}

static bool take(struct media_end *end, uint8_t *octets, size_t n)
{
	return rtp_play(rtp_end_of(end), octets, n);
}

static void skip(struct media_end *end, size_t n)
{
	jitter_skip(&rtp_end_of(end)->jitter, n);
}

static void put(struct media_end *end, const uint8_t *octets, size_t n, bool pause)
{
	rtp_out_put(rtp_end_of(end), octets, n, pause);
}

/* ---- quality ---- */

static uint16_t ms16(size_t ms)
{
	return (uint16_t)(ms > UINT16_MAX ? UINT16_MAX : ms);
}

/* In data, voice-band or not, what is missing is silence: a guess would be no better. */
static bool conceals(const struct rtp_end *rtp)
{
	return !rtp->end.clear && !rtp->vbd;
}

static void rate_delays(const struct rtp_end *rtp, struct media_quality *q)
{
	q->round_trip_ms = ms16(rtp->end.stats.rtt_us / 1000);
	q->end_system_ms = ms16((rtp->packet_samples + jitter_delay(&rtp->jitter)) / RTP_PER_MS);
	q->jb_nominal_ms = ms16(jitter_target(&rtp->jitter) / RTP_PER_MS);
	q->jb_max_ms = ms16(rtp->jitter.conf.max / RTP_PER_MS);
	q->jb_abs_max_ms = q->jb_max_ms;
	q->receiver = (conceals(rtp) ? PLC_STANDARD : PLC_DISABLED) |
		      (rtp->jitter.conf.fixed ? JB_FIXED : JB_ADAPTIVE);
}

/* From mouth to ear, 4.7.3; the peer's part is taken to be like ours until it tells. */
static double one_way_ms(const struct rtp_end *rtp, const struct media_quality *q)
{
	const struct media_quality *peer = &rtp->end.stats.peer_quality;
	unsigned theirs =
		peer->known && peer->end_system_ms ? peer->end_system_ms : q->end_system_ms;

	return (q->round_trip_ms + q->end_system_ms + theirs) / 2.0;
}

/* 4.7.4: what the other side's line returns, less what its canceller takes away. */
static uint8_t residual_echo(const struct rtp_end *rtp)
{
	const struct media_end *line = rtp->end.pipeline->side[!rtp->end.side].end;
	const struct media_echo *echo = line ? &line->stats.echo : NULL;
	unsigned db;

	if (!echo || echo->state < MEDIA_ECHO_CONVERGING || echo->erl_db == MEDIA_UNKNOWN ||
	    echo->erle_db == MEDIA_UNKNOWN)
		return MEDIA_UNKNOWN;
	db = echo->erl_db + echo->erle_db;
	return (uint8_t)(db < MEDIA_UNKNOWN ? db : MEDIA_UNKNOWN - 1);
}

void rtp_end_rate(struct rtp_end *rtp)
{
	struct media_quality q = { .known = true, .rerl_db = residual_echo(rtp) };
	double packet_ms = (double)rtp->in_samples / RTP_PER_MS;
	struct losses losses = reception_losses(&rtp->reception);
	struct loss_report report;
	struct rating rating;

	if (!rtp->reception.started)
		return;
	losses_report(&losses, &report);
	rate_delays(rtp, &q);
	rating = rating_estimate(&report, conceals(rtp), one_way_ms(rtp, &q));
	q.loss_rate = report.loss_rate;
	q.discard_rate = report.discard_rate;
	q.burst_density = report.burst_density;
	q.gap_density = report.gap_density;
	q.burst_ms = ms16((size_t)(report.burst_packets * packet_ms));
	q.gap_ms = ms16((size_t)(report.gap_packets * packet_ms));
	q.signal_dbm0 = (int8_t)vad_signal_dbm0(&rtp->heard);
	q.noise_dbm0 = (int8_t)vad_noise_dbm0(&rtp->heard);
	/* The E-model is about talk, which voice-band data may turn into again: it is rated as talk would be. */
	q.r_factor = rtp->end.clear ? MEDIA_UNKNOWN : rating.r_factor;
	q.mos_lq = rtp->end.clear ? MEDIA_UNKNOWN : rating.mos_lq;
	q.mos_cq = rtp->end.clear ? MEDIA_UNKNOWN : rating.mos_cq;
	rtp->end.stats.quality = q;
}

/* ---- the end ---- */

static void upkeep(struct media_end *end, const struct round *round)
{
	struct rtp_end *rtp = rtp_end_of(end);

	rtp_in_upkeep(rtp, round);
	rtp_control_upkeep(rtp, round);
	end->stats.lost = reception_lost(&rtp->reception);
	end->stats.duplicate = rtp->reception.duplicate;
	end->stats.reordered = rtp->reception.reordered;
	end->stats.jitter_us = (rtp->reception.jitter >> 4) * US_PER_SAMPLE;
	end->stats.delay_ms = jitter_delay(&rtp->jitter) / RTP_PER_MS;
	end->stats.concealed_ms = rtp->concealed_samples / RTP_PER_MS;
	if (round->now_us - rtp->rated_us >= RATE_EVERY_US) {
		rtp->rated_us = round->now_us;
		rtp_end_rate(rtp);
	}
}

static void detach(struct media_end *end, const struct round *round)
{
	struct rtp_end *rtp = rtp_end_of(end);

	rtp_in_close(rtp);
	rtp_end_rate(rtp);
	rtp_control_close(rtp, round);
}

/* Which buffer: the engine's, or what the call asks for; for data, one that the network's jitter fits into. */
static struct jitter_conf jitter_conf(const struct rtp_end *rtp, const struct media_rtp_params *p)
{
	struct jitter_conf conf = rtp->jitter_conf;
	bool data = rtp->vbd || p->codec == MEDIA_CLEARMODE;
	uint32_t usual = FIXED_DEFAULT_MS * RTP_PER_MS;

	conf.fixed = p->jitter_fixed || data;
	if (p->jitter_max_ms)
		conf.max = p->jitter_max_ms * (uint32_t)RTP_PER_MS;
	if (p->jitter_min_ms)
		conf.min = p->jitter_min_ms * (uint32_t)RTP_PER_MS;
	else if (p->jitter_fixed)
		conf.min = usual;
	if (p->jitter_fixed || !data)
		return conf;
	if (conf.min < usual)
		conf.min = usual;
	if (rtp->vbd && conf.min < rtp->vbd_delay)
		conf.min = rtp->vbd_delay;
	return conf;
}

static void vbd(struct media_end *end, bool on)
{
	struct rtp_end *rtp = rtp_end_of(end);
	struct jitter_conf conf;

	rtp->vbd = on;
	rtp_hear_rest(rtp);
	rtp->vbd_delay = jitter_target(&rtp->jitter);
	if (!rtp->negotiated)
		return;
	conf = jitter_conf(rtp, &rtp->params);
	conf.law = end->law;
	jitter_configure(&rtp->jitter, &conf);
}

static void watch(struct media_end *end, const struct watch *watch)
{
	struct rtp_end *rtp = rtp_end_of(end);

	rtp_control_watch(rtp, watch);
	rtp_path_watch(&rtp->path, watch);
}

static void burst(struct media_end *end, struct burst *burst)
{
	rtp_end_of(end)->burst = burst;
}

static struct awaited awaits(const struct media_end *end)
{
	const struct rtp_end *rtp = (const struct rtp_end *)(const void *)end;

	return (struct awaited){ rtp->packet_samples - rtp->filled, rtp->packet_samples };
}

static const struct media_end_ops rtp_ops = {
	.attach = attach,
	.collect = collect,
	.intake = intake,
	.ready = ready,
	.awaits = awaits,
	.take = take,
	.skip = skip,
	.put = put,
	.upkeep = upkeep,
	.detach = detach,
	.vbd = vbd,
	.watch = watch,
	.burst = burst,
	.fetch = rtp_ahead_fetch,
};

void rtp_end_init(struct rtp_end *rtp, const struct rtp_end_conf *conf,
		  const struct rtp_identity *identity)
{
	const struct jitter_conf jitter = {
		.law = G711_A,
		.min = conf->jitter_min_ms * RTP_PER_MS,
		.max = conf->jitter_max_ms * RTP_PER_MS,
	};

	memset(rtp, 0, sizeof(*rtp));
	rtp->end.ops = &rtp_ops;
	rtp->end.block = BLOCK_SAMPLES;
	rtp_path_init(&rtp->path, conf->fd, conf->direct_fd);
	rtp->rtcp_fd = conf->rtcp_fd;
	rtp->timeout_ms = conf->timeout_ms;
	rtp->jitter_conf = jitter;
	rtp->identity = *identity;
	rtp->sequence = identity->sequence;
	rtp->timestamp = identity->timestamp;
	rtp->packet_samples = PTIME_DEFAULT_MS * RTP_PER_MS;
	rtp->marker = true;
	rtp->filled_pause = true;
	rtp->comfort.random = (uint32_t)identity->random;
	jitter_init(&rtp->jitter, &jitter);
	concealer_init(&rtp->concealer, G711_A);
	vad_init(&rtp->heard);
}

static size_t packet_samples(const struct media_rtp_params *params)
{
	unsigned ptime_ms = params->ptime_ms ? params->ptime_ms : PTIME_DEFAULT_MS;

	if (params->maxptime_ms && ptime_ms > params->maxptime_ms)
		ptime_ms = params->maxptime_ms / PTIME_MIN_MS * PTIME_MIN_MS;
	if (ptime_ms < PTIME_MIN_MS)
		ptime_ms = PTIME_MIN_MS;
	if (ptime_ms > PTIME_MAX_MS)
		ptime_ms = PTIME_MAX_MS;
	return (size_t)ptime_ms * RTP_PER_MS;
}

static bool jitter_conf_same(const struct jitter_conf *a, const struct jitter_conf *b)
{
	return a->min == b->min && a->max == b->max && a->fixed == b->fixed;
}

static void set_jitter(struct rtp_end *rtp, const struct media_rtp_params *params)
{
	struct jitter_conf before = jitter_conf(rtp, &rtp->params);
	struct jitter_conf conf = jitter_conf(rtp, params);
	enum g711_law law = params->codec == MEDIA_PCMA ? G711_A : G711_MU;
	bool clear = params->codec == MEDIA_CLEARMODE;

	if (!rtp->negotiated || !jitter_conf_same(&conf, &before))
		jitter_configure(&rtp->jitter, &conf);
	if (!rtp->negotiated || law != rtp->end.law || clear != rtp->end.clear) {
		jitter_reset(&rtp->jitter, law);
		concealer_init(&rtp->concealer, law);
		rtp->last_known = false;
		rtp->expected = 0;
	}
	rtp->end.law = law;
	rtp->end.clear = clear;
	rtp->end.idle = params->idle_octet ? params->idle_octet : IDLE_DATA;
}

/* What was gathered of a packet is in another law, or for another length. */
static void packet_begin(struct rtp_end *rtp, size_t samples)
{
	rtp->timestamp += (uint32_t)rtp->filled;
	rtp->filled = 0;
	rtp->filled_pause = true;
	rtp->in_step = false;
	rtp->packet_samples = samples;
}

static void set_out(struct rtp_end *rtp, const struct media_rtp_params *params)
{
	size_t samples = packet_samples(params);

	if (!rtp->negotiated || samples != rtp->packet_samples ||
	    params->codec != rtp->params.codec)
		packet_begin(rtp, samples);
	rtp->red_out.count = 0;
	vad_init(&rtp->pause_out.vad);
	comfort_analyser_init(&rtp->pause_out.analyser);
	rtp->pause_out.on = false;
	rtp->end.events_out = params->dtmf_payload_type >= 0 && params->codec != MEDIA_CLEARMODE;
	rtp->end.digits_apart = params->digits_apart;
	rtp->end.events = params->events ? params->events : EVENTS_DTMF;
	if (!rtp->end.events_out)
		digits_no_events(&rtp->end.pipeline->side[rtp->end.side].digits);
}

void rtp_end_set(struct rtp_end *rtp, const struct media_rtp_params *params,
		 const struct round *round)
{
	bool awaited = rtp_in_awaited(rtp);

	rtp_relay_stop(rtp);
	rtp->relay = (struct relay_in){ 0 };
	set_jitter(rtp, params);
	set_out(rtp, params);
	pipeline_watch(rtp->end.pipeline, rtp->end.side, params->silence_ms);
	/* Another RTP session there has asked for itself. */
	if (params->other_silence_ms || rtp->params.other_silence_ms)
		pipeline_watch(rtp->end.pipeline, !rtp->end.side, params->other_silence_ms);
	source_lock_signal(&rtp->lock, &params->remote, params->learn_source, round->now_us);
	rtp_path_follow(&rtp->path, &rtp->lock);
	if (!awaited) {
		rtp->last_in_us = round->now_us;
		rtp->timed_out = false;
	}
	rtp_hear_set(rtp, params->hear_dtmf && !rtp->end.clear);
	rtp->params = *params;
	rtp->rates = params->rtcp_xr && !rtp->end.clear;
	rtp->negotiated = true;
}
