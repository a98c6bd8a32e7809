/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The watch of a DAHDI span: alarms, counters, and whether the span is there at all. The driver's
 * own alarm events come only when the first alarm begins and the last one ends
 * (dahdi_alarm_notify), so its state is asked for; events only make the watch look at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tdm/dahdi_map.h"
#include "tdm/dahdi_private.h"

#define LOOK_MS	     50
#define SLIPS_MS     1000
#define SETTLE_LOOKS 4	  /* dahdi_cfg configures channel by channel: use a span that holds still */
#define LEAVING_MS   5000 /* dahdi_unassign_span gives a warning of a second */
#define CHANNELS_MAX 4096 /* DH_MAX_SPANS E1 */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void event_post(int fd)
{
	uint64_t one = 1;

	/* Fails only when 2^64 - 2 events wait unread. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

void dahdi_watch_kick(struct dahdi_span *d)
{
	event_post(d->wake_fd);
}

int dahdi_proc_read(unsigned number, char *text, size_t cap)
{
	char path[32];
	size_t n = 0;
	ssize_t got = 1;

	snprintf(path, sizeof(path), "/proc/dahdi/%u", number);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	while (got > 0 && n < cap - 1) {
		got = read(fd, text + n, cap - 1 - n);
		if (got > 0)
			n += (size_t)got;
	}
	int rc = got < 0 ? -errno : 0;

	close(fd);
	text[n] = '\0';
	return rc;
}

/* ---- alarms ---- */

static void alarms_set(struct dahdi_span *d, unsigned after)
{
	unsigned before = atomic_load_explicit(&d->alarms, memory_order_relaxed);
	char from[64], to[64];

	if (after == before)
		return;
	if (after & ~before & TDM_ALARM_DOWN)
		atomic_fetch_add_explicit(&d->downs, 1, memory_order_relaxed);
	atomic_store(&d->alarms, after);
	event_post(d->alarm_fd);
	tdm_alarms_text(before, from, sizeof(from));
	tdm_alarms_text(after, to, sizeof(to));
	if (after & TDM_ALARM_MISSING)
		log_write(LOG_WARNING, d->span.name, "alarms %s -> %s: DAHDI span %u %s", from, to,
			  d->number, d->why);
	else
		log_write(LOG_NOTICE, d->span.name, "alarms %s -> %s", from, to);
}

/* ---- counters ---- */

/* The driver's counters start again when it is loaded or told so. */
static void count(struct dahdi_counted *counted, uint64_t now)
{
	uint64_t more = now >= counted->last ? now - counted->last : now;

	counted->last = now;
	if (more)
		atomic_fetch_add_explicit(&counted->total, more, memory_order_relaxed);
}

static bool framer_counts(const struct dh_spaninfo *info)
{
	return strcmp(info->spantype, "E1") == 0 || strcmp(info->spantype, "T1") == 0 ||
	       strcmp(info->spantype, "J1") == 0;
}

static void line_count(struct dahdi_span *d, const struct dh_spaninfo *info)
{
	count(&d->line[DAHDI_CRC4], (unsigned)info->crc4count);
	count(&d->line[DAHDI_EBIT], (unsigned)info->ebitcount);
	count(&d->line[DAHDI_BPV], (unsigned)info->bpvcount);
	count(&d->line[DAHDI_FAS], (unsigned)info->fascount);
	count(&d->line[DAHDI_IRQ], (unsigned)info->irqmisses);
	atomic_store(&d->line_counted, framer_counts(info));
	atomic_store(&d->timing, info->syncsrc > 0 ? (unsigned)info->syncsrc : 0);
}

/* No ioctl tells slips, /proc does, while there are any. */
static void slips_count(struct dahdi_span *d, const struct dh_spaninfo *info, uint64_t now)
{
	char text[1024]; /* the counters come first */
	uint64_t slips = 0;

	if (now < d->slips_ms)
		return;
	d->slips_ms = now + SLIPS_MS;
	if (dahdi_proc_read(d->number, text, sizeof(text)))
		return;
	if (dahdi_proc_slips(text, &slips) || dahdi_card_counts_slips(info->devicetype))
		atomic_store(&d->slips_counted, true);
	count(&d->line[DAHDI_SLIPS], slips);
}

/* ---- presence ---- */

static bool framing_fits(const struct dahdi_span *d, const struct dh_spaninfo *info)
{
	bool e1 = strcmp(info->spantype, "E1") == 0;

	/* A dynamic span ("DYNAM") is of any number of channels. */
	if (!framer_counts(info))
		return true;
	return e1 == (d->span.framing == TDM_E1);
}

/* Where /proc has no span, the control device is not even opened: for a moment that would keep the
 * driver from being unloaded. */
static int ctl_open(struct dahdi_span *d)
{
	char path[32];

	if (d->ctl_fd >= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/dahdi/%u", d->number);
	if (access(path, F_OK) && access("/proc/dahdi", F_OK) == 0)
		return -ENXIO;
	d->ctl_fd = open(DAHDI_CTL, O_RDWR | O_CLOEXEC);
	return d->ctl_fd < 0 ? -errno : 0;
}

/* Fills in info; why not (for people), or NULL when the driver has the span and it is usable. */
static const char *span_look(struct dahdi_span *d, struct dh_spaninfo *info)
{
	int rc = ctl_open(d);

	atomic_store(&d->assigned, false);
	if (rc == -ENXIO)
		return "is not assigned";
	if (rc)
		return rc == -EACCES || rc == -EPERM
			       ? "may not be used: no permission for " DAHDI_CTL
			       : "is not there: the driver is not loaded (modprobe, dahdi_cfg)";
	*info = (struct dh_spaninfo){ .spanno = (int)d->number };
	if (ioctl(d->ctl_fd, DH_SPANSTAT, info))
		return "is not assigned";
	atomic_store(&d->assigned, true);
	if (info->numchans <= 0)
		return "has no configured channel: it is shut down, or system.conf lacks it "
		       "(dahdi_cfg)";
	if (info->alarms & DH_ALARM_NOTOPEN)
		return "is not started (dahdi_cfg)";
	if (!framing_fits(d, info))
		return d->span.framing == TDM_E1 ? "is a T1: framing = t1"
						 : "is an E1: framing = e1";
	return NULL;
}

static bool is_channel(const struct dahdi_span *d, unsigned channel, struct dh_params *params)
{
	*params = (struct dh_params){ .channo = (int)channel };
	return ioctl(d->ctl_fd, DH_GET_PARAMS, params) == 0 && params->spanno == (int)d->number;
}

/* Channels are numbered over all spans, in the order in which these were assigned. */
static unsigned first_channel(const struct dahdi_span *d)
{
	struct dh_params params;

	for (unsigned channel = 1; channel <= CHANNELS_MAX; channel++) {
		if (is_channel(d, channel, &params))
			return channel + 1 - (unsigned)params.chanpos;
	}
	return 0;
}

static void span_lost(struct dahdi_span *d, const char *why)
{
	d->why = why;
	if (d->ctl_fd >= 0)
		close(d->ctl_fd);
	d->ctl_fd = -1;
	atomic_store(&d->first_channel, 0);
	alarms_set(d, TDM_ALARM_MISSING | TDM_ALARM_DOWN);
}

/* A span that was missing is there: once it has held still for some looks, its channels are found.
 * Else why it is still missing. */
static const char *span_back(struct dahdi_span *d, const struct dh_spaninfo *info, unsigned looks)
{
	d->seen_well = info->numchans == d->seen_channels ? d->seen_well + 1 : 1;
	d->seen_channels = info->numchans;
	if (d->seen_well < looks)
		return "is being configured";
	atomic_store(&d->n_channels, (unsigned)info->totalchans);
	atomic_store(&d->first_channel, first_channel(d));
	return atomic_load(&d->first_channel) ? NULL : "has no channel";
}

static const char *span_why_missing(struct dahdi_span *d, struct dh_spaninfo *info, uint64_t now,
				    unsigned looks)
{
	const char *why = span_look(d, info);
	unsigned first = atomic_load(&d->first_channel);
	struct dh_params params;

	if (!atomic_load(&d->assigned))
		d->leaving_ms = 0;
	if (!why && now < d->leaving_ms)
		why = "is being removed";
	if (!why && first && (!is_channel(d, first, &params) || params.chanpos != 1))
		why = "has other channels";
	if (why) {
		d->seen_well = 0;
		return why;
	}
	return first ? NULL : span_back(d, info, looks);
}

static void watch_look(struct dahdi_span *d, unsigned looks)
{
	struct dh_spaninfo info;
	uint64_t now = now_ms();

	if (atomic_exchange(&d->removed, false))
		d->leaving_ms = now + LEAVING_MS;
	const char *why = span_why_missing(d, &info, now, looks);

	if (why) {
		span_lost(d, why);
		return;
	}
	line_count(d, &info);
	slips_count(d, &info, now);
	alarms_set(d, dahdi_alarms(info.alarms));
}

/* ---- thread ---- */

static void *watch_run(void *arg)
{
	struct dahdi_span *d = arg;

	while (!atomic_load(&d->stopping)) {
		struct pollfd wake = { .fd = d->wake_fd, .events = POLLIN };

		if (poll(&wake, 1, LOOK_MS) > 0)
			eventfd_read(d->wake_fd, &(eventfd_t){ 0 });
		if (!atomic_load(&d->stopping))
			watch_look(d, SETTLE_LOOKS);
	}
	return NULL;
}

/* Signals are for the threads that wait for them. */
static int thread_start(struct dahdi_span *d)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&d->thread, NULL, watch_run, d);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

/* A wrong configuration or permission does not get better by waiting. */
static int first_look(struct dahdi_span *d)
{
	struct dh_spaninfo info = { .numchans = 0 };
	const char *why = span_look(d, &info);
	int rc = 0;

	if (why && d->ctl_fd < 0 && access(DAHDI_CTL, F_OK) == 0 &&
	    access(DAHDI_CTL, R_OK | W_OK) != 0)
		rc = -EACCES;
	else if (why && info.numchans > 0 && !framing_fits(d, &info))
		rc = -EINVAL;
	if (rc)
		log_write(LOG_ERROR, d->span.name, "DAHDI span %u %s", d->number, why);
	else
		watch_look(d, 1);
	return rc;
}

int dahdi_watch_start(struct dahdi_span *d)
{
	int rc = first_look(d);

	if (!rc)
		rc = thread_start(d);
	if (rc && d->ctl_fd >= 0)
		close(d->ctl_fd);
	return rc;
}

void dahdi_watch_stop(struct dahdi_span *d)
{
	atomic_store(&d->stopping, true);
	event_post(d->wake_fd);
	pthread_join(d->thread, NULL);
	if (d->ctl_fd >= 0)
		close(d->ctl_fd);
}
