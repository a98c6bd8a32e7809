/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The media engine as the core sees it: its life, its spans and channels. Core thread. */
#include "gw/media/media.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/fetch.h"
#include "gw/base/trace.h"
#include "gw/media/bearer_set.h"
#include "gw/media/realtime.h"
#include "gw/media/signals.h"

#define NTP_EPOCH_S  2208988800u /* 1900 to 1970 */
#define DIGIT_MIN_MS 40
/* both ends RTP: two sockets each */
#define DESCRIPTORS_A_CHANNEL 6
#define DESCRIPTORS_OTHER     1000

uint64_t engine_random(struct media_engine *engine)
{
	uint64_t x;

	/* Falls back on its own sequence while the kernel has no entropy, which is at boot only. */
	if (getrandom(&x, sizeof(x), GRND_NONBLOCK) != sizeof(x)) {
		engine->random = engine->random * 6364136223846793005u + 1442695040888963407u;
		x = engine->random ^ engine->random >> 32;
	}
	return x;
}

/* ---- events ---- */

static void event_trace(const struct media_channel *channel, const struct media_event *event)
{
	static const char *const names[] = {
		[MEDIA_EV_SILENCE] = "silence",		[MEDIA_EV_SOUND] = "sound",
		[MEDIA_EV_RTP_STARTED] = "RTP started", [MEDIA_EV_RTP_TIMEOUT] = "RTP timed out",
		[MEDIA_EV_PLAYED] = "sound played",
	};
	static const char *const sides[] = { "caller's side", "called side" };
	const char *side = sides[event->side != 0];
	struct trace_event trace = { .kind = TRACE_MEDIA, .call = channel->label };
	char text[64];

	if (!channel->label[0])
		return;
	if (event->kind == MEDIA_EV_DTMF)
		snprintf(text, sizeof(text), "DTMF %c, %s, %u ms", event->digit, side,
			 (unsigned)event->duration_ms);
	else if (event->kind == MEDIA_EV_SIGNAL)
		snprintf(text, sizeof(text), "signal %c %s, %s, %u ms", event->digit,
			 event->ended ? "ends" : "begins", side, (unsigned)event->duration_ms);
	else if (event->kind == MEDIA_EV_VBD)
		snprintf(text, sizeof(text), "voice-band data %s, %s",
			 event->ended ? "ends" : "begins", side);
	else if (event->kind == MEDIA_EV_CONTINUITY)
		snprintf(text, sizeof(text), "continuity check %s, %s",
			 event->passed ? "passed" : "failed", side);
	else
		snprintf(text, sizeof(text), "%s, %s", names[event->kind], side);
	trace.text = str_c(text);
	trace_emit(&trace);
}

static void event_pass(struct media_channel *channel, const struct media_event *event)
{
	if (channel->closing)
		return;
	span_echo_event(channel, event);
	if (trace_wanted(TRACE_MEDIA))
		event_trace(channel, event);
	channel->fn(channel->arg, channel, event);
}

static void channel_closed(struct media_channel *channel)
{
	const struct media_event event = { .kind = MEDIA_EV_CLOSED };

	channel->engine->n_channels--;
	if (channel->want_closed)
		channel->fn(channel->arg, channel, &event);
	free(channel);
}

void engine_event_take(const struct engine_event *event)
{
	switch (event->kind) {
	case ENGINE_EV_MEDIA:
		if (event->media.kind != MEDIA_EV_PLAYED ||
		    place_played(event->channel, &event->media))
			event_pass(event->channel, &event->media);
		break;
	case ENGINE_EV_RETURNED:
		channel_end_returned(event->end);
		break;
	case ENGINE_EV_CHANGED:
		bearer_changed(event->change);
		break;
	case ENGINE_EV_LEFT:
		place_left(event->channel);
		break;
	case ENGINE_EV_CLOSED:
		if (place_closed(event->channel, event->half))
			channel_closed(event->channel);
		break;
	case ENGINE_EV_SOUND:
		media_sound_free(event->sound);
		break;
	}
}

/* ---- the engine's life ---- */

static uint64_t clock_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void engine_destroy(struct media_engine *engine)
{
	for (size_t i = 0; i < engine->n_spans; i++)
		free(engine->spans[i]);
	for (unsigned i = 0; i < engine->n_workers; i++)
		worker_destroy(&engine->worker[i]);
	ports_free(engine->ports);
	free(engine);
}

static void handle_closed(struct media_engine *engine)
{
	if (--engine->handles == 0)
		engine_destroy(engine);
}

static void poll_closed(uv_handle_t *handle)
{
	handle_closed(((struct media_worker *)handle->data)->engine);
}

static void retry_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

static int engine_open(struct media_engine *engine)
{
	const struct media_conf *conf = &engine->conf;
	int rc = ports_new(&engine->ports, conf->port_first, conf->port_last);

	if (rc)
		return rc;
	if (conf->jitter_min_ms > conf->jitter_max_ms || !conf->jitter_max_ms ||
	    conf->threads > MEDIA_THREADS_MAX)
		return -EINVAL;
	engine->n_workers = conf->threads ? conf->threads : 1;
	for (unsigned i = 0; i < engine->n_workers && !rc; i++)
		rc = worker_open(&engine->worker[i], engine);
	return rc;
}

/* What is not permitted to one thread is not to the others. */
static void limits_set(struct media_engine *engine)
{
	bool realtime = engine->conf.realtime;

	(void)realtime_descriptors(DESCRIPTORS_OTHER +
				   engine->conf.channels_max * DESCRIPTORS_A_CHANNEL);
	if (realtime)
		(void)realtime_memory();
	for (unsigned i = 0; i < engine->n_workers && realtime; i++)
		realtime = realtime_thread(engine->worker[i].thread);
}

static int engine_start(struct media_engine *engine, uv_loop_t *loop)
{
	int rc = uv_timer_init(loop, &engine->retry);

	if (rc)
		return rc;
	engine->retry.data = engine;
	engine->handles = 1;
	for (unsigned i = 0; i < engine->n_workers && !rc; i++)
		rc = worker_start(&engine->worker[i], loop);
	if (!rc)
		limits_set(engine);
	return rc;
}

/* The last handle closed frees the engine. */
static void engine_end(struct media_engine *engine)
{
	/* Commands wait for channels that move, their closing among them. */
	while (engine->n_moving)
		for (unsigned i = 0; i < engine->n_workers; i++)
			worker_serve(&engine->worker[i]);
	for (unsigned i = 0; i < engine->n_workers; i++)
		worker_stop(&engine->worker[i]);
	for (unsigned i = 0; i < engine->n_workers; i++)
		worker_join(&engine->worker[i]);
	if (!engine->handles) {
		engine_destroy(engine);
		return;
	}
	for (unsigned i = 0; i + 1 < engine->handles; i++)
		uv_close((uv_handle_t *)&engine->worker[i].poll, poll_closed);
	uv_close((uv_handle_t *)&engine->retry, retry_closed);
}

struct media_engine *media_engine_new(const struct media_conf *conf, uv_loop_t *loop, int *error)
{
	struct media_engine *engine = calloc(1, sizeof(*engine));

	if (!engine) {
		*error = -ENOMEM;
		return NULL;
	}
	engine->conf = *conf;
	engine->random = clock_us(CLOCK_MONOTONIC);
	engine->ntp_offset_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC) +
				NTP_EPOCH_S * UINT64_C(1000000);
	*error = engine_open(engine);
	if (!*error)
		*error = engine_start(engine, loop);
	if (!*error)
		return engine;
	engine_end(engine);
	return NULL;
}

void media_engine_free(struct media_engine *engine)
{
	if (engine)
		engine_end(engine);
}

size_t media_engine_channels(const struct media_engine *engine)
{
	return engine->n_channels;
}

void media_engine_stalls(const struct media_engine *engine, struct media_stalls *stalls)
{
	*stalls = (struct media_stalls){ 0 };
	for (unsigned i = 0; i < engine->n_workers; i++) {
		const struct media_worker *worker = &engine->worker[i];
		uint64_t worst =
			atomic_load_explicit(&worker->stall_worst_us, memory_order_relaxed);

		stalls->late += atomic_load_explicit(&worker->stalls, memory_order_relaxed);
		stalls->too_late +=
			atomic_load_explicit(&worker->long_stalls, memory_order_relaxed);
		stalls->worst_us = worst > stalls->worst_us ? worst : stalls->worst_us;
	}
}

/* ---- spans ---- */

int media_engine_add_span(struct media_engine *engine, struct tdm_span *span)
{
	struct engine_command command = { .kind = ENGINE_SPAN_ADD };
	struct engine_span *known;

	if (engine->n_spans == ENGINE_SPANS_MAX)
		return -ENOSPC;
	known = calloc(1, sizeof(*known));
	if (!known)
		return -ENOMEM;
	known->span = span;
	known->clock_fd = tdm_span_clock_fd(span);
	line_card_init(&known->card);
	known->worker = place_span_worker(engine);
	known->worker->n_spans++;
	engine->spans[engine->n_spans++] = known;
	command.span = known;
	worker_send(known->worker, &command);
	return 0;
}

int media_engine_remove_span(struct media_engine *engine, struct tdm_span *span)
{
	struct engine_command command = { .kind = ENGINE_SPAN_REMOVE };
	struct media_worker *worker;
	size_t at = 0;

	while (at < engine->n_spans && engine->spans[at]->span != span)
		at++;
	if (at == engine->n_spans)
		return -ENOENT;
	for (unsigned timeslot = 0; timeslot < TDM_TIMESLOTS; timeslot++)
		if (engine->spans[at]->slot[timeslot])
			return -EBUSY;
	command.span = engine->spans[at];
	worker = command.span->worker;
	worker_send(worker, &command);
	/* The caller may close the span next: this is the one command that is waited for. */
	while (sem_trywait(&worker->removed)) {
		(void)worker_flush(worker);
		usleep(500);
	}
	worker->n_spans--;
	free(command.span);
	engine->spans[at] = engine->spans[--engine->n_spans];
	return 0;
}

/* ---- channels ---- */

static const struct media_bearer_params bearer_default = { .hear_dtmf = true };

struct media_channel *media_channel_new(struct media_engine *engine, const char *label,
					media_event_fn *fn, void *arg)
{
	struct media_channel *channel;

	if (engine->n_channels >= engine->conf.channels_max)
		return NULL;
	channel = lines_alloc(sizeof(*channel));
	if (!channel)
		return NULL;
	channel->engine = engine;
	snprintf(channel->label, sizeof(channel->label), "%s", label ? label : "");
	channel->zones[0] = channel->zones[1] = &zone_itu;
	channel->fn = fn;
	channel->arg = arg;
	channel->bearer_params[0] = channel->bearer_params[1] = bearer_default;
	if (place_new(channel)) {
		free(channel);
		return NULL;
	}
	engine->n_channels++;
	return channel;
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	const struct engine_command command = { .kind = ENGINE_CHANNEL_CLOSE, .channel = channel };

	if (!channel)
		return;
	media_end_close(channel, 0);
	media_end_close(channel, 1);
	channel->closing = true;
	channel->want_closed = want_closed;
	engine_send(channel->engine, &command);
}

void media_end_mode(struct media_channel *channel, unsigned side, bool hear, bool speak)
{
	const struct engine_command command = {
		.kind = ENGINE_MODE,
		.channel = channel,
		.side = side,
		.mode = { hear, speak },
	};

	engine_send(channel->engine, &command);
	channel->kernel.side[side].hear = hear;
	channel->kernel.side[side].speak = speak;
	kernel_cross_review(channel);
}

static void digit_send(struct media_channel *channel, unsigned side, char symbol,
		       uint32_t duration_ms)
{
	const struct engine_command command = {
		.kind = ENGINE_DIGIT,
		.channel = channel,
		.side = side,
		.digit = { symbol, duration_ms < DIGIT_MIN_MS ? DIGIT_MIN_MS : duration_ms },
	};

	channel->kernel.side[side].digits = true;
	kernel_cross_review(channel);
	engine_send(channel->engine, &command);
}

void media_dtmf_send(struct media_channel *channel, unsigned side, char digit, uint32_t duration_ms)
{
	if (!signal_of_symbol(digit))
		digit_send(channel, side, digit, duration_ms);
}

void media_signal_send(struct media_channel *channel, unsigned side, enum media_signal signal,
		       uint32_t duration_ms)
{
	digit_send(channel, side, (char)signal, duration_ms);
}

void media_tone(struct media_channel *channel, unsigned side, enum media_tone tone)
{
	const struct engine_command command = {
		.kind = ENGINE_PLAY,
		.channel = channel,
		.side = side,
		.play = { .tone = tone, .zone = channel->zones[side], .serial = ++channel->plays },
	};

	channel->kernel.side[side].plays = tone != MEDIA_TONE_NONE;
	kernel_cross_review(channel);
	engine_send(channel->engine, &command);
}

void media_tone_zone(struct media_channel *channel, unsigned side, const struct zone *zone)
{
	channel->zones[side] = zone ? zone : &zone_itu;
}

void media_play(struct media_channel *channel, unsigned side, struct media_sound *sound, bool loop)
{
	const struct engine_command command = {
		.kind = ENGINE_PLAY,
		.channel = channel,
		.side = side,
		.play = { .zone = channel->zones[side],
			  .sound = media_sound_hold(sound),
			  .loop = loop,
			  .serial = ++channel->plays },
	};

	channel->kernel.side[side].plays = sound != NULL;
	kernel_cross_review(channel);
	engine_send(channel->engine, &command);
}

void media_supervise(struct media_channel *channel, unsigned side, uint32_t timeout_ms,
		     uint32_t silence_ms)
{
	const struct engine_command command = {
		.kind = ENGINE_SUPERVISE,
		.channel = channel,
		.side = side,
		.supervision = { timeout_ms, silence_ms },
	};

	channel->kernel.watched = silence_ms;
	kernel_cross_review(channel);
	engine_send(channel->engine, &command);
}

void media_stats(const struct media_channel *channel, unsigned side, struct media_end_stats *stats)
{
	snapshot_read(&channel->snapshot[side], stats);
	if (channel->span_echo.now[side].state != MEDIA_ECHO_NONE)
		stats->echo = channel->span_echo.now[side];
}

bool media_is_bearer(const struct media_channel *channel, unsigned side)
{
	return channel->ends[side] && channel->ends[side]->is_bearer;
}

bool media_joined_by_driver(const struct media_channel *channel)
{
	return channel->kernel.on;
}
