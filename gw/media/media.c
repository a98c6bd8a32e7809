/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The media engine as the core sees it: its life, its spans and channels, commands out and events
 * in. Core thread. */
#include "gw/media/media.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/trace.h"
#include "gw/media/engine.h"
#include "gw/media/signals.h"

#define COMMAND_SLOTS 2048
#define EVENT_SLOTS   4096
#define RETRY_MS      5
#define NTP_EPOCH_S   2208988800u /* 1900 to 1970 */
#define DIGIT_MIN_MS  40

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

/* ---- commands ---- */

static void overflow_send(struct media_engine *engine)
{
	struct list_node *node;

	while ((node = list_first(&engine->overflow))) {
		struct engine_overflow *waiting = container_of(node, struct engine_overflow, node);

		if (!ring_push(engine->commands, &waiting->command))
			return;
		list_remove(node);
		free(waiting);
	}
	uv_timer_stop(&engine->retry);
}

static void retry_due(uv_timer_t *timer)
{
	overflow_send(timer->data);
}

/* The thread is far behind: core keeps the command in order, and does not wait. */
static void overflow_keep(struct media_engine *engine, const struct engine_command *command)
{
	struct engine_overflow *waiting = malloc(sizeof(*waiting));

	if (!waiting)
		abort(); /* a lost command would leave a channel that nobody can close */
	waiting->command = *command;
	list_append(&engine->overflow, &waiting->node);
	uv_timer_start(&engine->retry, retry_due, RETRY_MS, RETRY_MS);
}

void engine_send(struct media_engine *engine, const struct engine_command *command)
{
	if (!list_empty(&engine->overflow) || !ring_push(engine->commands, command))
		overflow_keep(engine, command);
}

/* ---- events ---- */

static void event_trace(const struct media_channel *channel, const struct media_event *event)
{
	static const char *const names[] = {
		[MEDIA_EV_SILENCE] = "silence",
		[MEDIA_EV_SOUND] = "sound",
		[MEDIA_EV_RTP_STARTED] = "RTP started",
		[MEDIA_EV_RTP_TIMEOUT] = "RTP timed out",
	};
	struct trace_event trace = { .kind = TRACE_MEDIA, .call = channel->label };
	char text[64];

	if (event->kind == MEDIA_EV_DTMF)
		snprintf(text, sizeof(text), "DTMF %c at side %u, %u ms", event->digit, event->side,
			 (unsigned)event->duration_ms);
	else if (event->kind == MEDIA_EV_SIGNAL)
		snprintf(text, sizeof(text), "signal %c %s at side %u, %u ms", event->digit,
			 event->ended ? "ends" : "begins", event->side,
			 (unsigned)event->duration_ms);
	else
		snprintf(text, sizeof(text), "%s at side %u", names[event->kind], event->side);
	trace.text = str_c(text);
	trace_emit(&trace);
}

static void event_pass(struct media_channel *channel, const struct media_event *event)
{
	if (channel->closing)
		return;
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

static void event_take(const struct engine_event *event)
{
	switch (event->kind) {
	case ENGINE_EV_MEDIA:
		event_pass(event->channel, &event->media);
		break;
	case ENGINE_EV_RETURNED:
		channel_end_returned(event->end);
		break;
	case ENGINE_EV_CLOSED:
		channel_closed(event->channel);
		break;
	}
}

static void events_take(struct media_engine *engine)
{
	struct engine_event event;

	ring_drain_wake(engine->events);
	while (ring_pop(engine->events, &event))
		event_take(&event);
}

static void events_ready(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	events_take(poll->data);
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
	ring_free(engine->commands);
	ring_free(engine->events);
	ports_free(engine->ports);
	if (engine->timer_fd >= 0)
		close(engine->timer_fd);
	sem_destroy(&engine->removed);
	free(engine);
}

static void handle_closed(uv_handle_t *handle)
{
	struct media_engine *engine = handle->data;

	if (--engine->handles == 0)
		engine_destroy(engine);
}

/* Signals are for the threads that wait for them. */
static int thread_start(struct media_engine *engine)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&engine->thread, NULL, engine_run, engine);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

static int engine_open(struct media_engine *engine)
{
	const struct media_conf *conf = &engine->conf;
	int rc = ports_new(&engine->ports, conf->port_first, conf->port_last);

	if (rc)
		return rc;
	if (conf->jitter_min_ms > conf->jitter_max_ms || !conf->jitter_max_ms)
		return -EINVAL;
	engine->commands = ring_new(COMMAND_SLOTS, sizeof(struct engine_command));
	engine->events = ring_new(EVENT_SLOTS, sizeof(struct engine_event));
	if (!engine->commands || !engine->events)
		return -ENOMEM;
	engine->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (engine->timer_fd < 0)
		return -errno;
	return 0;
}

static int handles_open(struct media_engine *engine, uv_loop_t *loop)
{
	int rc = uv_poll_init(loop, &engine->poll, ring_fd(engine->events));

	if (rc)
		return rc;
	uv_timer_init(loop, &engine->retry);
	engine->handles = 2;
	engine->poll.data = engine->retry.data = engine;
	rc = uv_poll_start(&engine->poll, UV_READABLE, events_ready);
	return rc ? rc : thread_start(engine);
}

static void handles_close(struct media_engine *engine)
{
	uv_close((uv_handle_t *)&engine->poll, handle_closed);
	uv_close((uv_handle_t *)&engine->retry, handle_closed);
}

struct media_engine *media_engine_new(const struct media_conf *conf, uv_loop_t *loop, int *error)
{
	struct media_engine *engine = calloc(1, sizeof(*engine));

	if (!engine) {
		*error = -ENOMEM;
		return NULL;
	}
	engine->conf = *conf;
	engine->timer_fd = -1;
	engine->random = clock_us(CLOCK_MONOTONIC);
	engine->ntp_offset_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC) +
				NTP_EPOCH_S * UINT64_C(1000000);
	sem_init(&engine->removed, 0, 0);
	list_init(&engine->overflow);
	list_init(&engine->channels);
	list_init(&engine->letters);
	*error = engine_open(engine);
	if (!*error)
		*error = handles_open(engine, loop);
	if (!*error)
		return engine;
	if (engine->handles)
		handles_close(engine);
	else
		engine_destroy(engine);
	return NULL;
}

/* Sends and waits are over: what the thread still has is in the ring, or in its letters. */
static void letters_take(struct media_engine *engine)
{
	struct list_node *node;

	while ((node = list_first(&engine->letters))) {
		struct engine_letter *letter = container_of(node, struct engine_letter, node);
		struct engine_event event = letter->event;

		list_remove(node);
		event_take(&event);
	}
}

void media_engine_free(struct media_engine *engine)
{
	const struct engine_command stop = { .kind = ENGINE_STOP };

	if (!engine)
		return;
	engine_send(engine, &stop);
	while (!list_empty(&engine->overflow)) {
		events_take(engine);
		overflow_send(engine);
		usleep(1000);
	}
	pthread_join(engine->thread, NULL);
	events_take(engine);
	letters_take(engine);
	handles_close(engine);
}

size_t media_engine_channels(const struct media_engine *engine)
{
	return engine->n_channels;
}

void media_engine_stalls(const struct media_engine *engine, uint64_t *stalls, uint64_t *worst_us)
{
	*stalls = atomic_load_explicit(&engine->stalls, memory_order_relaxed);
	*worst_us = atomic_load_explicit(&engine->stall_worst_us, memory_order_relaxed);
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
	engine->spans[engine->n_spans++] = known;
	command.span = known;
	engine_send(engine, &command);
	return 0;
}

int media_engine_remove_span(struct media_engine *engine, struct tdm_span *span)
{
	struct engine_command command = { .kind = ENGINE_SPAN_REMOVE };
	size_t at = 0;

	while (at < engine->n_spans && engine->spans[at]->span != span)
		at++;
	if (at == engine->n_spans)
		return -ENOENT;
	for (unsigned timeslot = 0; timeslot < TDM_TIMESLOTS; timeslot++)
		if (engine->spans[at]->slot[timeslot])
			return -EBUSY;
	command.span = engine->spans[at];
	engine_send(engine, &command);
	/* The caller may close the span next: this is the one command that is waited for. */
	while (sem_trywait(&engine->removed)) {
		overflow_send(engine);
		usleep(500);
	}
	free(command.span);
	engine->spans[at] = engine->spans[--engine->n_spans];
	return 0;
}

/* ---- channels ---- */

struct media_channel *media_channel_new(struct media_engine *engine, const char *label,
					media_event_fn *fn, void *arg)
{
	struct engine_command command = { .kind = ENGINE_CHANNEL_ADD };
	struct media_channel *channel;

	if (engine->n_channels >= engine->conf.channels_max)
		return NULL;
	channel = calloc(1, sizeof(*channel));
	if (!channel)
		return NULL;
	channel->engine = engine;
	snprintf(channel->label, sizeof(channel->label), "%s", label);
	channel->fn = fn;
	channel->arg = arg;
	engine->n_channels++;
	command.channel = channel;
	engine_send(engine, &command);
	return channel;
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	const struct engine_command command = { .kind = ENGINE_CHANNEL_CLOSE, .channel = channel };

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
		.kind = ENGINE_TONE, .channel = channel, .side = side, .tone = tone
	};

	engine_send(channel->engine, &command);
}

void media_stats(const struct media_channel *channel, unsigned side, struct media_end_stats *stats)
{
	snapshot_read(&channel->snapshot[side], stats);
}
