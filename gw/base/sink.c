/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A file written by a thread of its own from a bounded queue of octets. */
#include "gw/base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GATHER_MS 5

struct sink {
	pthread_t thread;
	pthread_mutex_t lock; /* held for copies only, never for I/O */
	pthread_cond_t work, idle;
	char *path; /* own; NULL: standard error */
	int fd;
	/* under lock */
	uint8_t *queue; /* own: what waits */
	uint8_t *batch; /* own: what the writer writes; swapped with queue */
	size_t cap, used;
	bool closing, reopen, writing;
	bool asleep; /* the writer waits for work: only then is it worth a wake-up */
	_Atomic uint64_t dropped;
	_Atomic int error;
};

static int open_path(const char *path, bool truncate)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (truncate ? O_TRUNC : O_APPEND),
			     0640)
		      : STDERR_FILENO;

	return fd < 0 ? -errno : fd;
}

static void close_fd(struct sink *sink)
{
	if (sink->path && sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
}

static void write_all(struct sink *sink, const uint8_t *at, size_t n)
{
	while (n && sink->fd >= 0) {
		ssize_t done = write(sink->fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			atomic_store(&sink->error, errno);
			return;
		}
		at += done;
		n -= (size_t)done;
	}
}

static void reopen_file(struct sink *sink)
{
	int fd = open_path(sink->path, false);

	if (fd < 0) {
		atomic_store(&sink->error, -fd);
		return;
	}
	close_fd(sink);
	sink->fd = fd;
	atomic_store(&sink->error, 0);
}

/* What comes right after the first record shares its write and its wake-up. Called and left with
 * the lock held. */
static void gather(struct sink *sink)
{
	const struct timespec pause = { .tv_nsec = GATHER_MS * 1000000 };

	if (sink->closing)
		return;
	pthread_mutex_unlock(&sink->lock);
	nanosleep(&pause, NULL);
	pthread_mutex_lock(&sink->lock);
}

static void *writer(void *arg)
{
	struct sink *sink = arg;

	pthread_mutex_lock(&sink->lock);
	while (sink->used || !sink->closing) {
		bool reopen;
		size_t n;

		if (!sink->used && !sink->reopen) {
			sink->asleep = true;
			pthread_cond_wait(&sink->work, &sink->lock);
			sink->asleep = false;
			gather(sink);
			continue;
		}
		uint8_t *batch = sink->queue;

		sink->queue = sink->batch;
		sink->batch = batch;
		n = sink->used;
		sink->used = 0;
		reopen = sink->reopen && sink->path;
		sink->reopen = false;
		sink->writing = true;
		pthread_mutex_unlock(&sink->lock);
		if (reopen)
			reopen_file(sink);
		write_all(sink, batch, n);
		pthread_mutex_lock(&sink->lock);
		sink->writing = false;
		pthread_cond_broadcast(&sink->idle);
	}
	pthread_mutex_unlock(&sink->lock);
	return NULL;
}

static void sink_release(struct sink *sink)
{
	close_fd(sink);
	free(sink->path);
	free(sink->queue);
	free(sink->batch);
	free(sink);
}

struct sink *sink_open(const char *path, size_t queue_octets, bool truncate)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	bool file = path && strcmp(path, "-") != 0;
	int err = ENOMEM;

	if (!sink) {
		errno = ENOMEM;
		return NULL;
	}
	sink->fd = -1;
	sink->cap = queue_octets;
	sink->queue = malloc(queue_octets);
	sink->batch = malloc(queue_octets);
	sink->path = file ? strdup(path) : NULL;
	if (!sink->queue || !sink->batch || (file && !sink->path))
		goto fail;
	sink->fd = open_path(sink->path, truncate);
	err = sink->fd < 0 ? -sink->fd : 0;
	if (err)
		goto fail;
	pthread_mutex_init(&sink->lock, NULL);
	pthread_cond_init(&sink->work, NULL);
	pthread_cond_init(&sink->idle, NULL);
	err = pthread_create(&sink->thread, NULL, writer, sink);
	if (!err)
		return sink;
fail:
	sink_release(sink);
	errno = err;
	return NULL;
}

bool sink_put(struct sink *sink, const void *record, size_t n)
{
	bool room;

	pthread_mutex_lock(&sink->lock);
	room = n <= sink->cap - sink->used;
	if (room) {
		memcpy(sink->queue + sink->used, record, n);
		sink->used += n;
		if (sink->asleep)
			pthread_cond_signal(&sink->work);
	}
	pthread_mutex_unlock(&sink->lock);
	if (!room)
		atomic_fetch_add(&sink->dropped, 1);
	return room;
}

void sink_reopen(struct sink *sink)
{
	pthread_mutex_lock(&sink->lock);
	sink->reopen = true;
	pthread_cond_signal(&sink->work);
	pthread_mutex_unlock(&sink->lock);
}

bool sink_flush(struct sink *sink, unsigned ms)
{
	struct timespec until;
	int err = 0;
	bool done;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&sink->lock);
	while ((sink->used || sink->writing) && !err)
		err = pthread_cond_timedwait(&sink->idle, &sink->lock, &until);
	done = !sink->used && !sink->writing;
	pthread_mutex_unlock(&sink->lock);
	return done;
}

void sink_close(struct sink *sink)
{
	if (!sink)
		return;
	pthread_mutex_lock(&sink->lock);
	sink->closing = true;
	pthread_cond_signal(&sink->work);
	pthread_mutex_unlock(&sink->lock);
	pthread_join(sink->thread, NULL);
	pthread_mutex_destroy(&sink->lock);
	pthread_cond_destroy(&sink->work);
	pthread_cond_destroy(&sink->idle);
	sink_release(sink);
}

uint64_t sink_dropped(const struct sink *sink)
{
	return atomic_load(&sink->dropped);
}

int sink_error(const struct sink *sink)
{
	return atomic_load(&sink->error);
}
