/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A file written by a thread of its own from a bounded queue of octets. */
#include "gw/base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct queue {
	uint8_t *octets; /* own */
	size_t used;
	size_t records;
};

struct sink {
	pthread_t thread;
	pthread_mutex_t lock; /* held for copies only, never for I/O */
	pthread_cond_t work;  /* for the writer: something to do, or haste */
	pthread_cond_t idle;  /* for sink_flush */
	char *path;	      /* own; NULL: standard error, or an adopted descriptor */
	int fd;		      /* own, but standard error */
	/* under lock */
	struct queue queue; /* what waits */
	struct queue batch; /* what the writer writes; swapped with queue */
	size_t cap;
	bool closing, reopen, writing, flushing;
	size_t reopen_at;     /* octets of queue that belong to the old file */
	bool asleep;	      /* the writer waits for work, and nobody has woken it up yet */
	struct counter *lost; /* borrow */
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
	if (sink->fd >= 0 && (sink->path || sink->fd != STDERR_FILENO))
		close(sink->fd);
	sink->fd = -1;
}

static void lose(struct sink *sink, size_t records)
{
	atomic_fetch_add(&sink->dropped, records);
	if (sink->lost)
		counter_add(sink->lost, records);
}

/* False when the rest is lost. */
static bool write_all(struct sink *sink, const uint8_t *at, size_t n)
{
	while (n) {
		ssize_t done = write(sink->fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			atomic_store(&sink->error, errno);
			return false;
		}
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* Stays with the old file when the new one cannot be opened. */
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

/* As many octets are not left waiting for more. */
static size_t hasty(const struct sink *sink)
{
	return sink->cap / 2;
}

/* What comes right after the first record shares its write and its wake-up. Called and left with
 * the lock held. */
static void gather(struct sink *sink)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += SINK_GATHER_MS * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!sink->closing && !sink->flushing && !sink->reopen && sink->queue.used < hasty(sink))
		if (pthread_cond_timedwait(&sink->work, &sink->lock, &until))
			break;
}

/* Called and left with the lock held. */
static void write_queued(struct sink *sink)
{
	struct queue batch = sink->queue;
	size_t old = sink->reopen ? sink->reopen_at : batch.used;
	bool reopen = sink->reopen && sink->path, good;

	sink->queue = (struct queue){ .octets = sink->batch.octets };
	sink->batch = batch;
	sink->reopen = false;
	sink->writing = true;
	pthread_mutex_unlock(&sink->lock);
	good = write_all(sink, batch.octets, old);
	if (reopen)
		reopen_file(sink);
	good = write_all(sink, batch.octets + old, batch.used - old) && good;
	if (!good)
		lose(sink, batch.records);
	pthread_mutex_lock(&sink->lock);
	sink->writing = false;
	pthread_cond_broadcast(&sink->idle);
}

static void *writer(void *arg)
{
	struct sink *sink = arg;

	pthread_mutex_lock(&sink->lock);
	while (sink->queue.used || sink->reopen || !sink->closing) {
		if (!sink->queue.used && !sink->reopen) {
			sink->asleep = true;
			pthread_cond_wait(&sink->work, &sink->lock);
			sink->asleep = false;
			continue;
		}
		gather(sink);
		write_queued(sink);
	}
	pthread_mutex_unlock(&sink->lock);
	return NULL;
}

static void sink_release(struct sink *sink)
{
	close_fd(sink);
	free(sink->path);
	free(sink->queue.octets);
	free(sink->batch.octets);
	free(sink);
}

/* Signals are for the core thread. */
static int writer_start(struct sink *sink)
{
	pthread_condattr_t attr;
	sigset_t all, old;
	int err;

	pthread_mutex_init(&sink->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&sink->work, &attr);
	pthread_cond_init(&sink->idle, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&sink->thread, NULL, writer, sink);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

static struct sink *sink_new(size_t queue_octets)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	sink->fd = -1;
	sink->cap = queue_octets;
	sink->queue.octets = malloc(queue_octets);
	sink->batch.octets = malloc(queue_octets);
	if (sink->queue.octets && sink->batch.octets)
		return sink;
	sink_release(sink);
	return NULL;
}

struct sink *sink_adopt(int fd, size_t queue_octets)
{
	struct sink *sink = sink_new(queue_octets);
	int err = ENOMEM;

	if (sink) {
		sink->fd = fd;
		err = writer_start(sink);
		if (!err)
			return sink;
		sink_release(sink);
	} else {
		close(fd);
	}
	errno = err;
	return NULL;
}

struct sink *sink_open(const char *path, size_t queue_octets, bool truncate)
{
	struct sink *sink = sink_new(queue_octets);
	bool file = path && strcmp(path, "-") != 0;
	int err = ENOMEM;

	if (sink && file)
		sink->path = strdup(path);
	if (sink && (!file || sink->path)) {
		sink->fd = open_path(sink->path, truncate);
		err = sink->fd < 0 ? -sink->fd : writer_start(sink);
	}
	if (!err)
		return sink;
	if (sink)
		sink_release(sink);
	errno = err;
	return NULL;
}

void sink_count_lost(struct sink *sink, struct counter *lost)
{
	sink->lost = lost;
}

bool sink_put(struct sink *sink, const void *record, size_t n)
{
	bool room, wake = false;

	pthread_mutex_lock(&sink->lock);
	room = n <= sink->cap - sink->queue.used;
	if (room) {
		bool slow = sink->queue.used < hasty(sink);

		memcpy(sink->queue.octets + sink->queue.used, record, n);
		sink->queue.used += n;
		sink->queue.records++;
		wake = sink->asleep || (slow && sink->queue.used >= hasty(sink));
		sink->asleep = false;
	}
	pthread_mutex_unlock(&sink->lock);
	if (wake) /* who wakes up finds the lock free */
		pthread_cond_signal(&sink->work);
	if (!room)
		lose(sink, 1);
	return room;
}

void sink_reopen(struct sink *sink)
{
	pthread_mutex_lock(&sink->lock);
	sink->reopen = true;
	sink->reopen_at = sink->queue.used;
	pthread_cond_signal(&sink->work);
	pthread_mutex_unlock(&sink->lock);
}

bool sink_flush(struct sink *sink, unsigned ms)
{
	struct timespec until;
	int err = 0;
	bool done;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&sink->lock);
	sink->flushing = true;
	pthread_cond_signal(&sink->work);
	while ((sink->queue.used || sink->writing) && !err)
		err = pthread_cond_timedwait(&sink->idle, &sink->lock, &until);
	done = !sink->queue.used && !sink->writing;
	sink->flushing = false;
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
