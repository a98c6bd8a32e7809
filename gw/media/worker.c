/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Core's side of a media thread: its life, commands out and events in. Core thread. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "gw/media/engine.h"

#define COMMAND_SLOTS 2048
#define EVENT_SLOTS   4096
#define RETRY_MS      5

/* ---- commands ---- */

struct engine_waiting *engine_wait(struct list *list, const struct engine_command *command)
{
	struct engine_waiting *waiting = malloc(sizeof(*waiting));

	if (!waiting)
		abort(); /* a lost command would leave a channel that nobody can close */
	waiting->command = *command;
	list_append(list, &waiting->node);
	return waiting;
}

bool worker_flush(struct media_worker *worker)
{
	struct list_node *node;

	while ((node = list_first(&worker->overflow))) {
		struct engine_waiting *waiting = container_of(node, struct engine_waiting, node);

		if (!ring_push(worker->commands, &waiting->command))
			return false;
		list_remove(node);
		free(waiting);
	}
	return true;
}

static void retry_due(uv_timer_t *timer)
{
	struct media_engine *engine = timer->data;
	bool all = true;

	for (unsigned i = 0; i < engine->n_workers; i++)
		all = worker_flush(&engine->worker[i]) && all;
	if (all)
		uv_timer_stop(timer);
}

/* The thread may be far behind: then core keeps the command in order, and does not wait. */
void worker_send(struct media_worker *worker, const struct engine_command *command)
{
	if (list_empty(&worker->overflow) && ring_push(worker->commands, command))
		return;
	(void)engine_wait(&worker->overflow, command);
	uv_timer_start(&worker->engine->retry, retry_due, RETRY_MS, RETRY_MS);
}

/* ---- events ---- */

static void events_take(struct media_worker *worker)
{
	struct engine_event event;

	ring_drain_wake(worker->events);
	while (ring_pop(worker->events, &event))
		engine_event_take(&event);
}

void worker_serve(struct media_worker *worker)
{
	(void)worker_flush(worker);
	events_take(worker);
	usleep(1000);
}

static void events_ready(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	events_take(poll->data);
}

/* What the thread left when it ended. */
static void letters_take(struct media_worker *worker)
{
	struct list_node *node;

	while ((node = list_first(&worker->letters))) {
		struct engine_letter *letter = container_of(node, struct engine_letter, node);
		struct engine_event event = letter->event;

		list_remove(node);
		engine_event_take(&event);
	}
}

/* ---- life ---- */

int worker_open(struct media_worker *worker, struct media_engine *engine)
{
	int rc;

	worker->engine = engine;
	worker->watch.fd = -1;
	worker->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (worker->timer_fd < 0)
		return -errno;
	sem_init(&worker->removed, 0, 0);
	list_init(&worker->overflow);
	list_init(&worker->channels);
	list_init(&worker->letters);
	worker->commands = ring_new(COMMAND_SLOTS, sizeof(struct engine_command));
	worker->events = ring_new(EVENT_SLOTS, sizeof(struct engine_event));
	worker->burst = malloc(sizeof(*worker->burst));
	rc = watch_open(&worker->watch);
	if (!rc && !(worker->commands && worker->events && worker->burst))
		rc = -ENOMEM;
	if (!rc)
		burst_init(worker->burst);
	return rc;
}

/* Signals are for the threads that wait for them. */
static int thread_start(struct media_worker *worker)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&worker->thread, NULL, worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	worker->running = !rc;
	return -rc;
}

int worker_start(struct media_worker *worker, uv_loop_t *loop)
{
	int rc = uv_poll_init(loop, &worker->poll, ring_fd(worker->events));

	if (rc)
		return rc;
	worker->poll.data = worker;
	worker->engine->handles++;
	rc = uv_poll_start(&worker->poll, UV_READABLE, events_ready);
	return rc ? rc : thread_start(worker);
}

void worker_stop(struct media_worker *worker)
{
	const struct engine_command stop = { .kind = ENGINE_STOP };

	if (worker->running)
		worker_send(worker, &stop);
}

void worker_join(struct media_worker *worker)
{
	if (!worker->running)
		return;
	while (!worker_flush(worker))
		worker_serve(worker);
	pthread_join(worker->thread, NULL);
	worker->running = false;
	events_take(worker);
	letters_take(worker);
}

void worker_destroy(struct media_worker *worker)
{
	if (!worker->engine)
		return;
	watch_close(&worker->watch);
	free(worker->burst);
	ring_free(worker->commands);
	ring_free(worker->events);
	if (worker->timer_fd >= 0) {
		close(worker->timer_fd);
		sem_destroy(&worker->removed);
	}
}
