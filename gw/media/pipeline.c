/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The pipeline of one channel. */
#include "gw/media/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "gw/media/signals.h"

#define PER_MS	   8
#define UPKEEP_US  20000
#define QUIET_MEAN 40 /* of magnitudes: -50 dBm0 of noise */
/* Voice-band data ends with so much silence on both sides: longer than any pause within a fax (T.30's T2 is 6 s), after
 * which a page may begin without V.21 or an answer tone. V.152 leaves the time open. */
#define STILL_SAMPLES (7000 * PER_MS)

/* A block on its way from one side to the other. */
struct flow {
	struct pipeline *pipeline;
	struct media_side *from, *to;
	uint8_t *octets; /* borrow: BLOCK_SAMPLES */
	size_t n;
	enum g711_law law; /* of octets */
	bool pause;	   /* nothing needs to be sent */
};

static bool is_through(const struct media_side *from, const struct media_side *to)
{
	return from->hear && to->speak;
}

static struct media_side *other_side(struct media_end *end)
{
	return &end->pipeline->side[!end->side];
}

/* ---- what the ends tell ---- */

void pipeline_report(struct media_end *end, enum media_event_kind kind)
{
	const struct media_event event = { .kind = kind, .side = end->side };

	end->pipeline->report(end->pipeline->arg, &event);
}

static bool takes_event(const struct media_end *end, char symbol)
{
	int event = signal_event(symbol);

	return end && end->events_out && event >= 0 && event < 64 &&
	       end->events & UINT64_C(1) << event;
}

/* A digit that core sends beside the media. */
static bool is_apart(const struct media_end *end, char symbol)
{
	return end && end->digits_apart && !end->clear && !signal_of_symbol(symbol);
}

static uint32_t digit_open(struct media_side *to, char symbol)
{
	if ((to->end && to->end->clear) || is_apart(to->end, symbol))
		return 0;
	return digits_open_event(&to->digits, symbol, takes_event(to->end, symbol));
}

void pipeline_vbd_follow(struct pipeline *pipeline, bool on)
{
	pipeline->vbd = on;
	for (unsigned i = 0; i < 2; i++) {
		struct media_end *end = pipeline->side[i].end;

		pipeline->side[i].still = 0;
		if (end && end->ops->vbd)
			end->ops->vbd(end, on);
		if (end)
			end->stats.vbd += on;
	}
}

static void vbd_set(struct pipeline *pipeline, unsigned side, bool on)
{
	const struct media_event event = { .kind = MEDIA_EV_VBD, .side = side, .ended = !on };

	pipeline_vbd_follow(pipeline, on);
	pipeline->report(pipeline->arg, &event);
}

void pipeline_modem_heard(struct media_end *end)
{
	struct pipeline *pipeline = end->pipeline;
	const struct media_end *other = pipeline->side[!end->side].end;

	if (!pipeline->vbd && (end->vbd || (other && other->vbd)) && !pipeline_is_data(end))
		vbd_set(pipeline, end->side, true);
}

/* V.25, V.8, T.30: what answers is a machine. CNG and CT only say who calls. */
static bool is_modem(char symbol)
{
	switch (symbol) {
	case MEDIA_SIGNAL_ANS:
	case MEDIA_SIGNAL_ANS_REVERSED:
	case MEDIA_SIGNAL_ANSAM:
	case MEDIA_SIGNAL_ANSAM_REVERSED:
	case MEDIA_SIGNAL_ANS_2225:
	case MEDIA_SIGNAL_V21_PREAMBLE:
		return true;
	default:
		return false;
	}
}

static void signal_report(struct media_end *end, char symbol, uint32_t samples, bool ended)
{
	const struct media_event event = { .kind = MEDIA_EV_SIGNAL,
					   .side = end->side,
					   .digit = symbol,
					   .ended = ended,
					   .duration_ms = samples / PER_MS };

	end->stats.signals_in += !ended;
	end->pipeline->report(end->pipeline->arg, &event);
	if (!ended && is_modem(symbol))
		pipeline_modem_heard(end);
}

uint32_t pipeline_digit_heard(struct media_end *end, char digit)
{
	struct media_side *to = other_side(end);

	if (signal_of_symbol(digit))
		signal_report(end, digit, 0, false);
	return is_through(&end->pipeline->side[end->side], to) ? digit_open(to, digit) : 0;
}

bool pipeline_sound_heard(struct media_end *end, char symbol, uint32_t *serial)
{
	struct media_side *to = other_side(end);

	*serial = 0;
	if (signal_of_symbol(symbol))
		signal_report(end, symbol, 0, false);
	if (is_apart(to->end, symbol) && is_through(&end->pipeline->side[end->side], to))
		return true;
	if (!takes_event(to->end, symbol) || !is_through(&end->pipeline->side[end->side], to))
		return false;
	*serial = digit_open(to, symbol);
	return true;
}

bool pipeline_is_data(const struct media_end *end)
{
	const struct media_end *other = end->pipeline->side[!end->side].end;

	return end->clear || (other && other->clear);
}

bool pipeline_takes_digits(const struct media_end *end)
{
	const struct media_end *other = end->pipeline->side[!end->side].end;

	return takes_event(other, '0') || is_apart(other, '0');
}

void pipeline_digit_lasts(struct media_end *end, char digit, uint32_t serial, uint32_t samples,
			  bool ended)
{
	const struct media_event event = { .kind = MEDIA_EV_DTMF,
					   .side = end->side,
					   .digit = digit,
					   .duration_ms = samples / PER_MS };

	digits_grow(&other_side(end)->digits, serial, samples, ended);
	if (!ended)
		return;
	if (signal_of_symbol(digit)) {
		signal_report(end, digit, samples, true);
		return;
	}
	end->stats.dtmf_in++;
	end->pipeline->report(end->pipeline->arg, &event);
}

bool pipeline_play(struct jitter *jitter, struct concealer *concealer, uint8_t *octets, size_t n,
		   uint64_t *lost)
{
	bool pause = true;

	while (n) {
		enum jitter_kind kind;
		size_t run = jitter_get(jitter, octets, n, &kind);

		if (kind == JITTER_AUDIO) {
			concealer_pass(concealer, jitter->conf.law, octets, run);
		} else if (kind == JITTER_LOST) {
			concealer_fill(concealer, jitter->conf.law, octets, run);
			*lost += run;
		} else {
			memset(octets, g711_silence(jitter->conf.law), run);
		}
		pause = pause && (kind == JITTER_IDLE || kind == JITTER_PAUSE);
		octets += run;
		n -= run;
	}
	return pause;
}

void pipeline_play_data(struct jitter *jitter, uint8_t idle, uint8_t *octets, size_t n)
{
	while (n) {
		enum jitter_kind kind;
		size_t run = jitter_get(jitter, octets, n, &kind);

		if (kind != JITTER_AUDIO)
			memset(octets, idle, run);
		octets += run;
		n -= run;
	}
}

uint8_t pipeline_idle(const struct media_end *end)
{
	const struct media_end *other = end->pipeline->side[!end->side].end;

	if (end->clear)
		return end->idle;
	return other && other->clear ? other->idle : g711_silence(end->law);
}

/* ---- the steps ---- */

/* Octets are data, not sound. */
static const struct media_end *clear_end(const struct flow *flow)
{
	if (flow->from->end && flow->from->end->clear)
		return flow->from->end;
	return flow->to->end && flow->to->end->clear ? flow->to->end : NULL;
}

static uint8_t flow_idle(const struct flow *flow)
{
	const struct media_end *clear = clear_end(flow);

	return clear ? clear->idle : g711_silence(flow->law);
}

static void flow_take(struct flow *flow)
{
	struct media_end *end = flow->from->end;

	if (end) {
		flow->law = end->law;
		flow->pause = end->ops->take(end, flow->octets, flow->n);
	} else {
		flow->law = flow->to->end->law;
		flow->pause = true;
		memset(flow->octets, flow_idle(flow), flow->n);
	}
}

static void quiet_report(const struct flow *flow, bool quiet)
{
	flow->from->quiet = quiet;
	pipeline_report(flow->from->end, quiet ? MEDIA_EV_SILENCE : MEDIA_EV_SOUND);
}

static bool is_quiet(const struct flow *flow)
{
	int16_t linear[BLOCK_SAMPLES];
	uint32_t sum = 0;

	g711_expand(flow->law, linear, flow->octets, flow->n);
	for (size_t i = 0; i < flow->n; i++)
		sum += (uint32_t)abs(linear[i]);
	return sum < QUIET_MEAN * flow->n;
}

/* Dead air: where it was asked for. */
static void flow_watch(struct flow *flow)
{
	struct media_side *from = flow->from;

	if (!from->quiet_limit || !from->end || from->end->clear)
		return;
	if (!flow->pause && !is_quiet(flow)) {
		from->quiet_samples = 0;
		if (from->quiet)
			quiet_report(flow, false);
		return;
	}
	if (from->quiet)
		return;
	from->quiet_samples += (uint32_t)flow->n;
	if (from->quiet_samples >= from->quiet_limit)
		quiet_report(flow, true);
}

static void flow_gate(struct flow *flow)
{
	if (is_through(flow->from, flow->to))
		return;
	memset(flow->octets, flow_idle(flow), flow->n);
	flow->pause = true;
}

static void flow_convert(struct flow *flow)
{
	if (!flow->to->end)
		return;
	if (!clear_end(flow))
		g711_convert(flow->law, flow->to->end->law, flow->octets, flow->n);
	flow->law = flow->to->end->law;
}

static void play_tone(struct flow *flow)
{
	int16_t linear[BLOCK_SAMPLES];

	cadence_player_play(&flow->to->tone, linear, flow->n);
	g711_compress(flow->law, flow->octets, linear, flow->n);
}

/* Behind its end the other side is heard again. */
static void play_sound(struct flow *flow)
{
	struct media_side *to = flow->to;
	const struct media_event event = { .kind = MEDIA_EV_PLAYED,
					   .side = (unsigned)(to - flow->pipeline->side),
					   .serial = to->sound_serial };
	size_t at = 0;

	while (at < flow->n && to->sound_at < to->sound->n) {
		size_t left = to->sound->n - to->sound_at;
		size_t k = flow->n - at < left ? flow->n - at : left;

		memcpy(flow->octets + at, to->sound->octets[flow->law] + to->sound_at, k);
		at += k;
		to->sound_at += k;
		if (to->sound_loops && to->sound_at == to->sound->n)
			to->sound_at = 0;
	}
	if (to->sound_at == to->sound->n)
		flow->pipeline->report(flow->pipeline->arg, &event);
}

static bool sounds(const struct media_side *side)
{
	return side->sound && side->sound_at < side->sound->n;
}

bool pipeline_plays(const struct media_side *side)
{
	return side->tone.cadence || sounds(side);
}

static void flow_tone(struct flow *flow)
{
	struct media_side *to = flow->to;

	if (!pipeline_plays(to) || (to->end && to->end->clear))
		return;
	if (sounds(to))
		play_sound(flow);
	else
		play_tone(flow);
	flow->pause = false;
}

static void flow_digits(struct flow *flow)
{
	struct media_end *end = flow->to->end;

	if (!end || end->clear || (end->events_out && !digits_tone_next(&flow->to->digits)))
		return;
	if (digits_play(&flow->to->digits, flow->law, flow->octets, flow->n))
		flow->pause = false;
}

/* Neither side has a carrier any more, as sound or as an event. */
static void flow_still(struct flow *flow)
{
	struct media_side *from = flow->from;

	if (!flow->pipeline->vbd)
		return;
	if (digits_waiting(&flow->to->digits) || (!flow->pause && !is_quiet(flow))) {
		from->still = 0;
		return;
	}
	if (from->still < STILL_SAMPLES)
		from->still += (uint32_t)flow->n;
	if (from->still >= STILL_SAMPLES && flow->to->still >= STILL_SAMPLES)
		vbd_set(flow->pipeline, (unsigned)(from - flow->pipeline->side), false);
}

static void flow_put(struct flow *flow)
{
	struct media_end *end = flow->to->end;

	if (end)
		end->ops->put(end, flow->octets, flow->n, flow->pause);
}

static void flow_block(struct flow *flow)
{
	flow_take(flow);
	flow_watch(flow);
	flow_gate(flow);
	flow_convert(flow);
	flow_tone(flow);
	flow_digits(flow);
	flow_still(flow);
	flow_put(flow);
}

/* ---- the round ---- */

static bool is_clocked(const struct media_end *end)
{
	return end && end->ops->demand;
}

static struct demand flow_demand(const struct flow *flow, const struct round *round)
{
	struct media_end *from = flow->from->end;
	struct media_end *to = flow->to->end;

	if (is_clocked(to))
		return to->ops->demand(to);
	return (struct demand){ .take = from ? from->ops->ready(from, round) : round->elapsed };
}

/* Nobody waits for nothing. */
static struct awaited flow_awaited(const struct flow *flow)
{
	const struct media_end *to = flow->to->end;

	if (!to)
		return (struct awaited){ .left = SIZE_MAX };
	return to->ops->awaits ? to->ops->awaits(to) : (struct awaited){ 0 };
}

static void flow_run(struct flow *flow, const struct round *round)
{
	struct demand demand = { 0 };
	size_t block = flow->to->end ? flow->to->end->block : BLOCK_SAMPLES;

	if (flow->from->end || flow->to->end)
		demand = flow_demand(flow, round);
	if (demand.skip && flow->from->end)
		flow->from->end->ops->skip(flow->from->end, demand.skip);
	for (size_t left = demand.take; left; left -= flow->n) {
		flow->n = left < block ? left : block;
		flow_block(flow);
	}
	if (demand.take && flow->from->end)
		flow->from->end->awaited = flow_awaited(flow);
}

/* What is counted seldom: it is not to be missing in a record because a call ended soon after it. */
static uint64_t faults_of(const struct media_end_stats *s)
{
	return s->lost + s->late + s->duplicate + s->reordered + s->refused + s->unsent +
	       s->concealed_ms + s->dtmf_in + s->dtmf_out + s->recovered + s->signals_in + s->vbd;
}

static void upkeep(struct pipeline *pipeline, const struct round *round)
{
	struct media_side *side = pipeline->side;
	uint64_t faults = 0;

	for (unsigned i = 0; i < 2; i++) {
		if (!side[i].end)
			continue;
		side[i].end->stats.dtmf_out = side[i].digits.sent;
		side[i].end->ops->upkeep(side[i].end, round);
		faults += faults_of(&side[i].end->stats);
	}
	if (faults != pipeline->faults)
		pipeline->upkeeps = 0;
	pipeline->faults = faults;
}

void pipeline_collect(struct pipeline *pipeline, const struct round *round)
{
	for (unsigned i = 0; i < 2; i++) {
		struct media_end *end = pipeline->side[i].end;

		if (end && end->ops->collect)
			end->ops->collect(end, round);
	}
}

enum pipeline_news pipeline_round(struct pipeline *pipeline, const struct round *round)
{
	struct media_side *side = pipeline->side;
	uint8_t octets[BLOCK_SAMPLES];

	for (unsigned i = 0; i < 2; i++)
		if (side[i].end)
			side[i].end->ops->intake(side[i].end, round, is_clocked(side[!i].end));
	for (unsigned i = 0; i < 2; i++) {
		struct flow flow = {
			.pipeline = pipeline,
			.from = &side[i],
			.to = &side[!i],
			.octets = octets,
		};

		flow_run(&flow, round);
	}
	if (round->now_us < pipeline->upkeep_us)
		return PIPELINE_NO_NEWS;
	pipeline->upkeep_us = round->now_us + UPKEEP_US;
	upkeep(pipeline, round);
	pipeline->upkeeps = (pipeline->upkeeps + 1) % PIPELINE_TELLS;
	return pipeline->upkeeps == 1 ? PIPELINE_STATISTICS : PIPELINE_COUNTS;
}

/* ---- what core asks for ---- */

void pipeline_init(struct pipeline *pipeline, pipeline_report_fn *report, void *arg)
{
	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->report = report;
	pipeline->arg = arg;
	digits_init(&pipeline->side[0].digits);
	digits_init(&pipeline->side[1].digits);
	pipeline->side[0].zone = pipeline->side[1].zone = &zone_itu;
}

void pipeline_attach(struct pipeline *pipeline, unsigned side, struct media_end *end,
		     const struct round *round)
{
	end->pipeline = pipeline;
	end->side = side;
	pipeline->side[side].end = end;
	digits_clear(&pipeline->side[side].digits);
	pipeline->side[side].digits.sent = 0;
	pipeline->upkeeps = 0;
	end->ops->attach(end, round);
	if (pipeline->vbd && end->ops->vbd)
		end->ops->vbd(end, true);
}

struct media_end *pipeline_detach(struct pipeline *pipeline, unsigned side,
				  const struct round *round)
{
	struct media_end *end = pipeline->side[side].end;

	if (!end)
		return NULL;
	if (pipeline->vbd)
		vbd_set(pipeline, side, false);
	end->ops->detach(end, round);
	pipeline->side[side].end = NULL;
	end->pipeline = NULL;
	return end;
}

void pipeline_tone(struct pipeline *pipeline, unsigned side, enum media_tone tone)
{
	static const enum zone_tone tones[MEDIA_TONES] = {
		[MEDIA_TONE_RINGBACK] = ZONE_RINGBACK,
		[MEDIA_TONE_BUSY] = ZONE_BUSY,
		[MEDIA_TONE_CONGESTION] = ZONE_CONGESTION,
		[MEDIA_TONE_UNOBTAINABLE] = ZONE_UNOBTAINABLE,
		[MEDIA_TONE_DIAL] = ZONE_DIAL,
		[MEDIA_TONE_CALL_WAITING] = ZONE_CALL_WAITING,
		[MEDIA_TONE_RECORD] = ZONE_RECORD,
		[MEDIA_TONE_DIAL_RECALL] = ZONE_DIAL_RECALL,
		[MEDIA_TONE_STUTTER] = ZONE_STUTTER,
	};
	struct media_side *to = &pipeline->side[side];

	cadence_player_start(&to->tone,
			     tone == MEDIA_TONE_NONE ? NULL : &to->zone->tone[tones[tone]]);
}

struct media_sound *pipeline_sound(struct pipeline *pipeline, unsigned side,
				   struct media_sound *sound, bool loop)
{
	struct media_side *to = &pipeline->side[side];
	struct media_sound *before = to->sound;

	cadence_player_start(&to->tone, NULL);
	to->sound = sound;
	to->sound_at = 0;
	to->sound_loops = loop;
	return before;
}

void pipeline_digit(struct pipeline *pipeline, unsigned side, char digit, uint32_t duration_ms)
{
	struct media_side *to = &pipeline->side[side];

	digits_grow(&to->digits, digit_open(to, digit), duration_ms * PER_MS, true);
}

void pipeline_watch(struct pipeline *pipeline, unsigned side, uint32_t silence_ms)
{
	struct media_side *watched = &pipeline->side[side];
	uint32_t own = watched->supervision.silence_ms;

	watched->quiet_limit = (own ? own : silence_ms) * PER_MS;
	watched->quiet_samples = 0;
	watched->quiet = false;
}

void pipeline_supervise(struct pipeline *pipeline, unsigned side,
			const struct supervision *supervision)
{
	struct media_side *watched = &pipeline->side[side];
	bool was_watched = watched->supervision.silence_ms;

	watched->supervision = *supervision;
	if (supervision->silence_ms || was_watched)
		pipeline_watch(pipeline, side, supervision->silence_ms);
}
