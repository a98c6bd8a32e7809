/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The audio thread and the two rings between it and the core. */
#include "gw/exchange/audio.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/exchange/channel.h"

#define COMMANDS 1024
#define EVENTS	 1024 /* of 30 circuits that record: 3 s of a core that does not look */

enum command_kind { COMMAND_OPEN, COMMAND_PLAY, COMMAND_DIAL, COMMAND_RECORD, COMMAND_CLOSE };

struct command {
	enum command_kind kind;
	unsigned slot;
	union {
		struct audio_circuit circuit; /* COMMAND_OPEN */
		const struct sound *sound;
		char digits[PLAYER_DIGITS_MAX + 1];
	};
};

struct audio {
	/* core */
	uv_poll_t *poll; /* own: closes with the loop */
	pthread_t thread;
	bool started;
	/* both */
	struct ring *commands, *events; /* own */
	atomic_bool quit;
	/* set before the thread starts */
	struct tdm_span *spans[AUDIO_SPANS_MAX]; /* borrow */
	unsigned n_spans, slots;
	/* audio thread */
	struct channel *channels; /* own, by slot */
	struct channel
		*unclosed; /* borrow: its AUDIO_CLOSED waits for room; commands wait for it */
};

/* --- audio thread --- */

static void open_channel(struct audio *audio, const struct command *command)
{
	struct channel *channel = &audio->channels[command->slot];
	const struct audio_circuit *circuit = &command->circuit;
	struct tdm_span *span = audio->spans[circuit->span];

	channel->span = circuit->span;
	channel->tdm = span;
	channel->timeslot = circuit->timeslot;
	channel->fd = circuit->fd;
	channel->user = circuit->user;
	channel->owner = circuit->owner;
	channel->law = span->law == TDM_ALAW ? G711_A : G711_MU;
	channel->block = span->chunk_octets;
	channel->events = audio->events;
	hybrid_open(&channel->hybrid, channel->law, circuit->erl_db, circuit->echo_delay_ms);
	channel_open(channel);
}

static void close_channel(struct audio *audio, struct channel *channel)
{
	audio->unclosed = channel_close(channel) ? NULL : channel;
}

static void obey(struct audio *audio, const struct command *command)
{
	struct channel *channel = &audio->channels[command->slot];

	if (command->kind == COMMAND_OPEN)
		open_channel(audio, command);
	else if (!channel->open)
		return;
	else if (command->kind == COMMAND_PLAY)
		player_start(&channel->player, command->sound);
	else if (command->kind == COMMAND_DIAL)
		player_dial(&channel->player, command->digits);
	else if (command->kind == COMMAND_RECORD)
		channel->recording = true;
	else
		close_channel(audio, channel);
}

static void read_commands(struct audio *audio)
{
	struct command command;

	if (audio->unclosed)
		close_channel(audio, audio->unclosed);
	ring_drain_wake(audio->commands);
	while (!audio->unclosed && ring_pop(audio->commands, &command))
		obey(audio, &command);
}

static void tick(struct audio *audio, int span)
{
	int clock = tdm_span_clock_fd(audio->spans[span]);
	uint64_t chunks;

	if (clock >= 0 && read(clock, &chunks, sizeof(chunks)) < 0)
		return;
	for (unsigned i = 0; i < audio->slots; i++) {
		struct channel *channel = &audio->channels[i];

		if (channel->open && channel->span == span && channel != audio->unclosed)
			channel_tick(channel);
	}
}

/* What becomes readable with a chunk: the span's clock, or any of its circuits; -1: nothing. */
static int clock_fd(const struct audio *audio, unsigned span)
{
	int fd = tdm_span_clock_fd(audio->spans[span]);

	for (unsigned i = 0; fd < 0 && i < audio->slots; i++) {
		const struct channel *channel = &audio->channels[i];

		if (channel->open && !channel->dead && channel->span == (int)span)
			return channel->fd;
	}
	return fd < 0 ? -1 : fd;
}

static void *audio_thread(void *arg)
{
	struct audio *audio = arg;
	struct pollfd fds[AUDIO_SPANS_MAX + 1];
	nfds_t n = audio->n_spans;

	fds[n] = (struct pollfd){ ring_fd(audio->commands), POLLIN, 0 };
	while (!atomic_load(&audio->quit)) {
		for (unsigned i = 0; i < n; i++)
			fds[i] = (struct pollfd){ clock_fd(audio, i), POLLIN | POLLPRI, 0 };
		if (poll(fds, n + 1, -1) <= 0)
			continue;
		for (unsigned i = 0; i < n; i++)
			if (fds[i].revents)
				tick(audio, (int)i);
		if (fds[n].revents || audio->unclosed)
			read_commands(audio);
	}
	return NULL;
}

/* --- core --- */

static void hand_over(const struct audio_event *event)
{
	const struct audio_user *user = event->user;

	switch (event->kind) {
	case AUDIO_HEARD:
		user->heard(event->owner, event->heard.octets, event->heard.n);
		break;
	case AUDIO_DIGIT:
		user->digit(event->owner, event->digit.digit, event->digit.samples);
		break;
	case AUDIO_PLAYED:
		user->played(event->owner);
		break;
	case AUDIO_DIALLED:
		user->dialled(event->owner);
		break;
	case AUDIO_CLOSED:
		user->closed(event->owner, &event->stats);
		break;
	}
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	struct audio *audio = poll->data;
	struct audio_event event;

	(void)status;
	(void)events;
	ring_drain_wake(audio->events);
	while (ring_pop(audio->events, &event))
		hand_over(&event);
}

static int open_poll(struct audio *audio, uv_loop_t *loop)
{
	int err;

	audio->poll = calloc(1, sizeof(*audio->poll));
	if (!audio->poll)
		return -ENOMEM;
	err = uv_poll_init(loop, audio->poll, ring_fd(audio->events));
	if (err) {
		free(audio->poll);
		audio->poll = NULL;
		return err;
	}
	audio->poll->data = audio;
	return uv_poll_start(audio->poll, UV_READABLE, on_events);
}

struct audio *audio_new(uv_loop_t *loop, unsigned slots, int *error)
{
	struct audio *audio = calloc(1, sizeof(*audio));

	*error = -ENOMEM;
	if (!audio)
		return NULL;
	audio->slots = slots;
	audio->channels = calloc(slots, sizeof(*audio->channels));
	audio->commands = ring_new(COMMANDS, sizeof(struct command));
	audio->events = ring_new(EVENTS, sizeof(struct audio_event));
	if (audio->channels && audio->commands && audio->events)
		*error = open_poll(audio, loop);
	if (*error) {
		audio_free(audio);
		return NULL;
	}
	return audio;
}

int audio_add_span(struct audio *audio, struct tdm_span *span)
{
	if (audio->n_spans == AUDIO_SPANS_MAX)
		return -ENOSPC;
	audio->spans[audio->n_spans++] = span;
	return 0;
}

int audio_start(struct audio *audio)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&audio->thread, NULL, audio_thread, audio);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	audio->started = !err;
	return -err;
}

static int give(struct audio *audio, const struct command *command)
{
	return ring_push(audio->commands, command) ? 0 : -EAGAIN;
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

void audio_free(struct audio *audio)
{
	if (!audio)
		return;
	if (audio->started) {
		atomic_store(&audio->quit, true);
		ring_wake(audio->commands);
		pthread_join(audio->thread, NULL);
	}
	if (audio->poll)
		uv_close((uv_handle_t *)audio->poll, poll_closed);
	ring_free(audio->commands);
	ring_free(audio->events);
	free(audio->channels);
	free(audio);
}

int audio_open(struct audio *audio, unsigned slot, const struct audio_circuit *circuit)
{
	const struct command command = { .kind = COMMAND_OPEN, .slot = slot, .circuit = *circuit };

	return give(audio, &command);
}

int audio_play(struct audio *audio, unsigned slot, const struct sound *sound)
{
	const struct command command = { .kind = COMMAND_PLAY, .slot = slot, .sound = sound };

	return give(audio, &command);
}

int audio_dial(struct audio *audio, unsigned slot, const char *digits)
{
	struct command command = { .kind = COMMAND_DIAL, .slot = slot };

	strncat(command.digits, digits, PLAYER_DIGITS_MAX);
	return give(audio, &command);
}

int audio_record(struct audio *audio, unsigned slot)
{
	const struct command command = { .kind = COMMAND_RECORD, .slot = slot };

	return give(audio, &command);
}

int audio_close(struct audio *audio, unsigned slot)
{
	const struct command command = { .kind = COMMAND_CLOSE, .slot = slot };

	return give(audio, &command);
}
