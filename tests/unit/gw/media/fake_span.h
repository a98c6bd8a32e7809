/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A span whose line is the test: descriptors are socket pairs, its clock ticks when the test says so. */
#ifndef TESTS_FAKE_SPAN_H
#define TESTS_FAKE_SPAN_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tdm/span.h"

struct fake_span {
	struct tdm_span span;
	pthread_mutex_t lock; /* of fds, between core and the line */
	int user_fd[TDM_TIMESLOTS], line_fd[TDM_TIMESLOTS];
	int clock_fd;
	_Atomic unsigned alarms;
	unsigned opened;
};

static struct fake_span *fake_of(const struct tdm_span *span)
{
	return (struct fake_span *)(uintptr_t)span;
}

static int fake_bearer(struct tdm_span *span, unsigned timeslot)
{
	struct fake_span *fake = fake_of(span);
	int fds[2], rc = -EBUSY;

	pthread_mutex_lock(&fake->lock);
	if (fake->user_fd[timeslot] < 0 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0) {
		rc = fake->user_fd[timeslot] = fds[0];
		fake->line_fd[timeslot] = fds[1];
		fake->opened++;
	}
	pthread_mutex_unlock(&fake->lock);
	return rc;
}

static void fake_release(struct tdm_span *span, unsigned timeslot)
{
	struct fake_span *fake = fake_of(span);

	pthread_mutex_lock(&fake->lock);
	close(fake->user_fd[timeslot]);
	close(fake->line_fd[timeslot]);
	fake->user_fd[timeslot] = fake->line_fd[timeslot] = -1;
	fake->opened--;
	pthread_mutex_unlock(&fake->lock);
}

static int fake_clock_fd(const struct tdm_span *span)
{
	return fake_of(span)->clock_fd;
}

static unsigned fake_alarms(const struct tdm_span *span)
{
	return atomic_load(&fake_of(span)->alarms);
}

static const struct tdm_span_ops fake_ops = {
	.type = "fake",
	.bearer = fake_bearer,
	.release = fake_release,
	.clock_fd = fake_clock_fd,
	.alarms = fake_alarms,
};

static void fake_open(struct fake_span *fake, unsigned chunk_ms)
{
	memset(fake, 0, sizeof(*fake));
	fake->span.ops = &fake_ops;
	memcpy(fake->span.name, "fake", 5);
	fake->span.framing = TDM_E1;
	fake->span.law = TDM_ALAW;
	fake->span.chunk_ms = chunk_ms;
	fake->span.chunk_octets = 8 * chunk_ms;
	pthread_mutex_init(&fake->lock, NULL);
	memset(fake->user_fd, 0xFF, sizeof(fake->user_fd));
	memset(fake->line_fd, 0xFF, sizeof(fake->line_fd));
	fake->clock_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

static void fake_close(struct fake_span *fake)
{
	if (fake->clock_fd >= 0)
		close(fake->clock_fd);
	pthread_mutex_destroy(&fake->lock);
}

/* As on DAHDI: every bearer is a clock of its own. */
static inline void fake_without_clock(struct fake_span *fake)
{
	close(fake->clock_fd);
	fake->clock_fd = -ENOTSUP;
}

/* One chunk on every timeslot that is open: what it says comes back from the line (a loop). */
static inline void fake_tick_loop(struct fake_span *fake)
{
	uint8_t block[160];
	size_t n = fake->span.chunk_octets;

	pthread_mutex_lock(&fake->lock);
	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++) {
		int fd = fake->line_fd[timeslot];

		if (fd < 0)
			continue;
		if (recv(fd, block, n, 0) != (ssize_t)n)
			memset(block, 0xD5, n);
		send(fd, block, n, MSG_NOSIGNAL);
	}
	pthread_mutex_unlock(&fake->lock);
	if (fake->clock_fd >= 0)
		eventfd_write(fake->clock_fd, 1);
}

#endif
