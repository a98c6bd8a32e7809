/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The line thread of a virtual span. */
#include "tdm/virtual_line.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tdm/virtual_cable.h"

#define STALL_US       20000  /* a clock later than this counts as stalled */
#define MAKE_UP_US     100000 /* a longer stall is lost time */
#define LOOK_AROUND_US 20000  /* the thread wakes at least this often */
#define HEAR_MAX       64     /* chunks at a time */
#define HEAR_AT_TICK_US                                                                            \
	2000 /* a master of chunks no longer than this saves a wake-up per chunk                   \
	      */
#define CATCH_UP_PACE	 4
#define CHUNK_OCTETS_MAX 160

struct tdm_line {
	/* constants */
	const struct tdm_span *span; /* borrow */
	bool clock_master;
	uint64_t chunk_us;
	unsigned timeslots;
	pthread_t thread;
	int wake_fd, alarm_fd, clock_fd; /* own */

	/* any thread */
	_Atomic bool stopping;
	_Atomic unsigned alarms;
	struct tdm_faults faults;
	struct tdm_line_counters counters;
	/* own: what core hands over: NULL nothing new, &vacant, or an endpoint; who swaps it out
	 * owns it */
	_Atomic(struct tdm_endpoint *) handed[TDM_TIMESLOTS];

	/* line thread */
	struct tdm_cable *cable;		       /* own */
	struct tdm_endpoint *endpoints[TDM_TIMESLOTS]; /* own; NULL: idle */
	struct tdm_bit_errors bit_errors;
	bool lost;		/* nothing heard: not even a chunk that says so */
	unsigned signal_heard;	/* enum tdm_signal of the last chunk heard */
	uint32_t sequence_next; /* expected */
	uint64_t due_us;	/* of the next tick */
	uint64_t hold_us;	/* no tick before: the pace of catching up */
	bool held;		/* something was heard that the pace does not allow yet */
	uint64_t awake_us;	/* since when the thread works on what its last wait brought */
	bool stalled;
	uint8_t out[TDM_TIMESLOTS * CHUNK_OCTETS_MAX];
};

/* Stands for "no endpoint" in the hand-over, where NULL means "nothing new". */
static struct tdm_endpoint vacant;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void event_post(int fd)
{
	uint64_t one = 1;

	/* Fails only when 2^64 - 2 events wait unread. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

/* ---- endpoints ---- */

static void endpoint_drop(struct tdm_endpoint *endpoint)
{
	if (endpoint != &vacant)
		tdm_endpoint_free(endpoint);
}

/* What core handed over since the last tick takes its place on the line. */
static struct tdm_endpoint *endpoint_adopt(struct tdm_line *line, unsigned timeslot)
{
	if (atomic_load_explicit(&line->handed[timeslot], memory_order_relaxed)) {
		struct tdm_endpoint *handed = atomic_exchange_explicit(&line->handed[timeslot],
								       NULL, memory_order_acq_rel);

		endpoint_drop(line->endpoints[timeslot]);
		line->endpoints[timeslot] = handed == &vacant ? NULL : handed;
	}
	return line->endpoints[timeslot];
}

void tdm_line_attach(struct tdm_line *line, unsigned timeslot, struct tdm_endpoint *endpoint)
{
	/* One that the line never took comes back. */
	endpoint_drop(atomic_exchange_explicit(
		&line->handed[timeslot], endpoint ? endpoint : &vacant, memory_order_acq_rel));
}

/* ---- alarms ---- */

static unsigned alarms_of(const struct tdm_line *line)
{
	if (line->lost || line->signal_heard & TDM_SIGNAL_NONE)
		return TDM_ALARM_LOS | TDM_ALARM_DOWN;
	if (line->signal_heard & TDM_SIGNAL_AIS)
		return TDM_ALARM_AIS | TDM_ALARM_DOWN;
	return line->signal_heard & TDM_SIGNAL_RAI ? TDM_ALARM_RAI : 0;
}

static void alarms_update(struct tdm_line *line)
{
	unsigned before = atomic_load_explicit(&line->alarms, memory_order_relaxed);
	unsigned after = alarms_of(line);
	char from[32], to[32];

	if (after == before)
		return;
	tdm_count(&line->counters.downs, (after & ~before & TDM_ALARM_DOWN) != 0);
	atomic_store(&line->alarms, after);
	event_post(line->alarm_fd);
	tdm_alarms_text(before, from, sizeof(from));
	tdm_alarms_text(after, to, sizeof(to));
	log_write(LOG_NOTICE, line->span->name, "alarms %s -> %s", from, to);
}

/* What this end puts on the line. Without frames there is no bit for RAI; a receiver without signal
 * answers by RAI (G.704, G.775). */
static unsigned signal_sent(const struct tdm_line *line)
{
	unsigned asked = atomic_load_explicit(&line->faults.signal, memory_order_relaxed);

	if (asked & TDM_SIGNAL_NONE)
		return TDM_SIGNAL_NONE;
	if (asked & TDM_SIGNAL_AIS)
		return TDM_SIGNAL_AIS;
	return asked & TDM_SIGNAL_RAI || alarms_of(line) & TDM_ALARM_DOWN ? TDM_SIGNAL_RAI : 0;
}

/* ---- one chunk ---- */

static void chunk_transmit(struct tdm_line *line)
{
	const size_t n = line->span->chunk_octets;
	unsigned signal = signal_sent(line);

	for (unsigned timeslot = 1; timeslot <= line->timeslots; timeslot++) {
		struct tdm_endpoint *endpoint = endpoint_adopt(line, timeslot);
		uint8_t *octets = line->out + (timeslot - 1) * n;

		if (endpoint)
			endpoint->ops->transmit(endpoint, octets, n);
		else
			memset(octets, tdm_idle_octet(line->span->law), n);
	}
	if (signal & TDM_SIGNAL_AIS)
		memset(line->out, 0xFF, line->timeslots * n);
	else if (signal & TDM_SIGNAL_NONE)
		memset(line->out, 0, line->timeslots * n);
	tdm_cable_send(line->cable, signal, line->out);
	tdm_count(&line->counters.chunks_out, 1);
}

/* octets NULL: no signal. */
static void chunk_deliver(struct tdm_line *line, const uint8_t *octets)
{
	const size_t n = line->span->chunk_octets;

	for (unsigned timeslot = 1; timeslot <= line->timeslots; timeslot++) {
		struct tdm_endpoint *endpoint = endpoint_adopt(line, timeslot);

		if (endpoint)
			endpoint->ops->receive(endpoint,
					       octets ? octets + (timeslot - 1) * n : NULL, n);
	}
}

/* Delivers a chunk as often as the slips asked for say: one slip a chunk, so that none hides
 * another. */
static void chunk_slip(struct tdm_line *line, const uint8_t *octets)
{
	bool lost = tdm_fault_due(&line->faults.slips_lost);
	bool repeated = !lost && tdm_fault_due(&line->faults.slips_repeated);

	tdm_count(&line->counters.slips, lost || repeated);
	if (lost)
		return;
	chunk_deliver(line, octets);
	if (repeated)
		chunk_deliver(line, octets);
}

static void chunk_hear(struct tdm_line *line, const struct tdm_cable_chunk *chunk)
{
	/* Missing numbers are octets that the far end sent and that are gone; unless the signal
	 * was, too. */
	if (!line->lost)
		tdm_count(&line->counters.slips, chunk->sequence - line->sequence_next);
	line->sequence_next = chunk->sequence + 1;
	line->lost = false;
	line->signal_heard = chunk->signal;
	alarms_update(line);
	tdm_count(&line->counters.chunks_in, 1);
	if (alarms_of(line) & TDM_ALARM_DOWN) {
		chunk_deliver(line, NULL);
		return;
	}
	tdm_bit_errors_apply(&line->bit_errors, &line->faults, chunk->octets,
			     line->timeslots * line->span->chunk_octets);
	chunk_slip(line, chunk->octets);
}

/* ---- time ---- */

static void lateness_count(struct tdm_line *line, uint64_t now)
{
	uint64_t late = now > line->due_us ? now - line->due_us : 0;

	if (late > atomic_load_explicit(&line->counters.late_us_max, memory_order_relaxed))
		atomic_store_explicit(&line->counters.late_us_max, late, memory_order_relaxed);
	if (late > STALL_US && !line->stalled)
		tdm_count(&line->counters.stalls, 1);
	line->stalled = late > STALL_US;
}

static void line_tick(struct tdm_line *line, uint64_t now)
{
	lateness_count(line, now);
	chunk_transmit(line);
	event_post(line->clock_fd);
	line->hold_us = now + line->chunk_us / CATCH_UP_PACE;
}

/* Does this end tick by its own timer? */
static bool own_clock(const struct tdm_line *line)
{
	return line->clock_master || line->lost;
}

static void line_keep_time(struct tdm_line *line, uint64_t now)
{
	if (!own_clock(line) || now < line->due_us || now < line->hold_us)
		return;
	if (line->lost)
		chunk_deliver(line, NULL);
	line_tick(line, now);
	if (now - line->due_us > MAKE_UP_US)
		line->due_us = now;
	line->due_us += line->chunk_us;
}

static void line_hear(struct tdm_line *line, uint64_t now)
{
	struct tdm_cable_chunk chunk;

	for (unsigned n = 0; n < HEAR_MAX && (line->clock_master || now >= line->hold_us) &&
			     tdm_cable_receive(line->cable, now, &chunk);
	     n++) {
		chunk_hear(line, &chunk);
		if (line->clock_master)
			continue;
		line_tick(line, now);
		line->due_us = now + line->chunk_us;
	}
	if (!line->lost && now >= tdm_cable_silent_from(line->cable)) {
		line->lost = true;
		alarms_update(line);
	}
}

/* After a stall: what waits on the cable is made up for, or is too old and lost. */
static void line_overslept(struct tdm_line *line, uint64_t now, uint64_t us)
{
	struct tdm_cable_chunk chunk;
	unsigned backlog = tdm_cable_backlog(line->cable);

	tdm_cable_overslept(line->cable, us);
	if (backlog * line->chunk_us <= MAKE_UP_US)
		return;
	while (backlog-- > 1 && tdm_cable_receive(line->cable, now, &chunk)) {
		if (!line->lost)
			tdm_count(&line->counters.slips, 1 + chunk.sequence - line->sequence_next);
		line->sequence_next = chunk.sequence + 1;
	}
}

/* ---- thread ---- */

static void line_sleep(struct pollfd *fds, unsigned n, uint64_t us)
{
	struct timespec t = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };

	ppoll(fds, n, &t, NULL);
}

/* The thread meant to be here by then; if it comes much later it was not running. */
static void line_came(struct tdm_line *line, uint64_t now, uint64_t then)
{
	if (now > then + STALL_US)
		line_overslept(line, now, now - then);
}

static bool cable_readable(const struct pollfd *fds, unsigned n)
{
	return fds[n - 1].revents & (POLLIN | POLLHUP);
}

/* Sleeps until there is something to do; returns the time. */
static uint64_t line_wait(struct tdm_line *line)
{
	uint64_t now = now_us();
	uint64_t until = now + LOOK_AROUND_US;
	bool hearing = line->clock_master ? line->chunk_us > HEAR_AT_TICK_US : !line->held;
	struct pollfd fds[3] = { { .fd = line->wake_fd, .events = POLLIN } };
	unsigned n = 1 + tdm_cable_poll(line->cable, fds + 1, hearing);

	line_came(line, now, line->awake_us); /* work takes no time worth speaking of */
	if (own_clock(line) && line->due_us < until)
		until = line->due_us > line->hold_us ? line->due_us : line->hold_us;
	if (line->held && line->hold_us < until)
		until = line->hold_us;
	if (!line->lost && tdm_cable_silent_from(line->cable) < until)
		until = tdm_cable_silent_from(line->cable);
	if (until < now)
		until = now;
	line_sleep(fds, n, until - now);
	line->awake_us = now = now_us();
	if (fds[0].revents & POLLIN)
		eventfd_read(line->wake_fd, &(eventfd_t){ 0 });
	line->held = !line->clock_master && now < line->hold_us &&
		     (line->held || cable_readable(fds, n));
	line_came(line, now, until);
	return now;
}

/* A fault: neither sends nor receives. */
static void line_stall(struct tdm_line *line, uint64_t ms)
{
	uint64_t now = now_us();
	uint64_t end = now + ms * 1000;

	for (; now < end && !atomic_load(&line->stopping); now = now_us()) {
		struct pollfd wake = { .fd = line->wake_fd, .events = POLLIN };

		line_sleep(&wake, 1, end - now);
		if (wake.revents & POLLIN)
			eventfd_read(line->wake_fd, &(eventfd_t){ 0 });
	}
}

static void *line_run(void *arg)
{
	struct tdm_line *line = arg;

	while (!atomic_load_explicit(&line->stopping, memory_order_acquire)) {
		uint64_t now = line_wait(line);
		unsigned stall_ms = atomic_exchange(&line->faults.stall_ms, 0);

		if (stall_ms) {
			line_stall(line, stall_ms);
			continue;
		}
		tdm_cable_plug(line->cable, !atomic_load(&line->faults.cut));
		tdm_cable_service(line->cable, now);
		line_hear(line, now);
		line_keep_time(line, now);
	}
	return NULL;
}

/* ---- open, close ---- */

static void line_free(struct tdm_line *line)
{
	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++)
		tdm_endpoint_free(endpoint_adopt(line, timeslot));
	tdm_cable_close(line->cable);
	for (size_t i = 0; i < 3; i++) {
		int fd = (const int[]){ line->wake_fd, line->alarm_fd, line->clock_fd }[i];

		if (fd >= 0)
			close(fd);
	}
	free(line);
}

/* Signals are for the threads that wait for them. */
static int line_start(struct tdm_line *line)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&line->thread, NULL, line_run, line);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int tdm_line_open(struct tdm_line **line, const struct tdm_span *span,
		  const struct tdm_span_conf *conf)
{
	struct tdm_line *l = calloc(1, sizeof(*l));
	int rc;

	if (!l)
		return -ENOMEM;
	l->span = span;
	l->clock_master = conf->clock_master;
	l->chunk_us = span->chunk_ms * 1000;
	l->timeslots = tdm_span_timeslots(span);
	l->lost = true;
	l->alarms = TDM_ALARM_LOS | TDM_ALARM_DOWN;
	l->awake_us = now_us();
	l->due_us = l->awake_us + l->chunk_us;
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	l->alarm_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	l->clock_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	rc = l->wake_fd < 0 || l->alarm_fd < 0 || l->clock_fd < 0 ? -errno : 0;
	if (!rc)
		rc = tdm_cable_open(&l->cable, conf);
	if (!rc)
		rc = line_start(l);
	if (rc) {
		line_free(l);
		return rc;
	}
	*line = l;
	return 0;
}

void tdm_line_close(struct tdm_line *line)
{
	if (!line)
		return;
	atomic_store(&line->stopping, true);
	event_post(line->wake_fd);
	pthread_join(line->thread, NULL);
	line_free(line);
}

int tdm_line_fault(struct tdm_line *line, const char *text)
{
	int rc = tdm_fault_ask(&line->faults, text);

	if (!rc)
		event_post(line->wake_fd);
	return rc;
}

unsigned tdm_line_alarms(const struct tdm_line *line)
{
	return atomic_load_explicit(&line->alarms, memory_order_acquire);
}

int tdm_line_alarm_fd(const struct tdm_line *line)
{
	return line->alarm_fd;
}

int tdm_line_clock_fd(const struct tdm_line *line)
{
	return line->clock_fd;
}

struct tdm_line_counters *tdm_line_counters(struct tdm_line *line)
{
	return &line->counters;
}
