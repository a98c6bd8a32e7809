/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Timeslots of a DAHDI span: a descriptor of /dev/dahdi/channel, bound to the channel by
 * DAHDI_SPECIFY, which needs no device node per channel. Opening resets gains, law, buffers and
 * pending events (initialize_channel); audio mode and buffer events outlive the descriptor and are
 * therefore taken back on release.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tdm/dahdi_map.h"
#include "tdm/dahdi_private.h"

#define FRAME_OCTETS                                                                               \
	512 /* an MTP2 or LAPD frame is of 281 at most; 32 of these are DAHDI's limit */
#define FIRST_TICK_MS 10  /* ticks come each ms, from the driver's own timer 4 at a time */
#define EVENTS_MAX    256 /* in one go, four times what the driver can hold */

/* ---- opening ---- */

static int missing_timeslot(const struct dahdi_span *d, unsigned timeslot, unsigned n)
{
	log_write(LOG_ERROR, d->span.name, "timeslot %u: DAHDI span %u has %u channels", timeslot,
		  d->number, n);
	return -ENXIO;
}

static int specify_failed(const struct dahdi_span *d, unsigned timeslot, int channel, int error)
{
	const char *name = d->span.name;

	if (error == EBUSY)
		log_write(
			LOG_ERROR, name,
			"timeslot %u: channel %d is in use by another program, or tied to another "
			"channel by dacs= in system.conf",
			timeslot, channel);
	else if (error == ENXIO)
		log_write(
			LOG_ERROR, name,
			"timeslot %u: channel %d is not configured; in system.conf bchan=%d makes "
			"it a bearer, dchan=%d, hardhdlc=%d or mtp2=%d a signalling channel",
			timeslot, channel, channel, channel, channel, channel);
	else
		log_write(LOG_ERROR, name, "timeslot %u: channel %d: %s", timeslot, channel,
			  strerror(error));
	return -error;
}

/* Descriptor of a timeslot's channel, and what the driver has it configured as; -errno. */
static int channel_open(const struct dahdi_span *d, unsigned timeslot, struct dh_params *params)
{
	unsigned first = atomic_load(&d->first_channel);
	int channel = (int)(first + timeslot - 1);

	if (!first)
		return -ENODEV;
	if (timeslot > atomic_load(&d->n_channels))
		return missing_timeslot(d, timeslot, atomic_load(&d->n_channels));
	int fd = open(DAHDI_CHANNEL, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return specify_failed(d, timeslot, channel, errno);
	int error = ioctl(fd, DH_SPECIFY, &channel) ? errno : 0;

	*params = (struct dh_params){ .channo = channel };
	if (!error && ioctl(fd, DH_GET_PARAMS, params))
		error = errno;
	/* The span may have gone and come elsewhere since the watch looked. */
	if (!error && (params->spanno != (int)d->number || params->chanpos != (int)timeslot))
		error = ENODEV;
	if (!error)
		return fd;
	close(fd);
	return specify_failed(d, timeslot, channel, error);
}

struct step {
	const char *name;
	unsigned long request;
	int value;
};

static int steps_take(const struct dahdi_span *d, int fd, unsigned timeslot,
		      const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int value = steps[i].value;

		if (ioctl(fd, steps[i].request, &value) == 0)
			continue;
		int error = errno;

		log_write(LOG_ERROR, d->span.name, "timeslot %u: %s %d: %s", timeslot,
			  steps[i].name, steps[i].value, strerror(error));
		return -error;
	}
	return 0;
}

static int buffers_set(const struct dahdi_span *d, int fd, unsigned timeslot, unsigned n,
		       unsigned octets)
{
	struct dh_bufferinfo info = {
		.txbufpolicy = DH_POLICY_IMMEDIATE,
		.rxbufpolicy = DH_POLICY_IMMEDIATE,
		.numbufs = (int)n,
		.bufsize = (int)octets,
	};

	if (ioctl(fd, DH_SET_BUFINFO, &info) == 0)
		return 0;
	int error = errno;

	log_write(LOG_ERROR, d->span.name, "timeslot %u: %u buffers of %u octets: %s", timeslot, n,
		  octets, strerror(error));
	return -error;
}

/* Asked for a canceller on a channel that has none, the driver does nothing and says nothing. */
static int canceller_check(const struct dahdi_span *d, unsigned timeslot, int channel)
{
	char text[DAHDI_PROC_OCTETS], name[32];
	bool active;

	if (!d->echo_taps || dahdi_proc_read(d->number, text, sizeof(text)))
		return 0;
	if (dahdi_proc_canceller(text, (unsigned)channel, name, sizeof(name), &active) && active)
		return 0;
	log_write(LOG_ERROR, d->span.name,
		  "timeslot %u: channel %d has no echo canceller; system.conf needs "
		  "echocanceller=mg2,%d or that of the card",
		  timeslot, channel, channel);
	return -ENOTSUP;
}

static int bearer_set_up(struct dahdi_span *d, int fd, unsigned timeslot,
			 const struct dh_params *params)
{
	const struct step steps[] = {
		{ "DAHDI_AUDIOMODE", DH_AUDIOMODE, 1 },
		{ "DAHDI_SETLAW", DH_SETLAW, d->span.law == TDM_ALAW ? DH_LAW_ALAW : DH_LAW_MULAW },
		{ "DAHDI_ECHOCANCEL", DH_ECHOCANCEL, (int)d->echo_taps },
		{ "DAHDI_FLUSH", DH_FLUSH, DH_FLUSH_ALL },
		{ "DAHDI_BUFFER_EVENTS", DH_BUFFER_EVENTS, 1 },
	};

	if (params->sigtype != DH_SIG_CLEAR) {
		log_write(LOG_ERROR, d->span.name,
			  "timeslot %u: channel %d is %s; for a bearer system.conf needs bchan=%d",
			  timeslot, params->channo, dahdi_sigtype_text(params->sigtype),
			  params->channo);
		return -EINVAL;
	}
	int rc = buffers_set(d, fd, timeslot, d->buffers, d->span.chunk_octets);

	if (!rc)
		rc = steps_take(d, fd, timeslot, steps, sizeof(steps) / sizeof(steps[0]));
	if (!rc)
		rc = canceller_check(d, timeslot, params->channo);
	if (!rc)
		d->timeslots[timeslot].echo_taps = (int)d->echo_taps;
	return rc;
}

static int signalling_set_up(const struct dahdi_span *d, int fd, unsigned timeslot,
			     const struct dh_params *params)
{
	const struct step steps[] = {
		{ "DAHDI_FLUSH", DH_FLUSH, DH_FLUSH_ALL },
		{ "DAHDI_BUFFER_EVENTS", DH_BUFFER_EVENTS, 1 },
	};
	const struct timespec tick = { 0, FIRST_TICK_MS * 1000000L };
	enum tdm_signalling kind;
	int rc = dahdi_signalling_kind(params->sigtype, &kind);
	int channel = params->channo;

	if (rc) {
		log_write(
			LOG_ERROR, d->span.name,
			"timeslot %u: channel %d is %s; for signalling system.conf needs mtp2=%d, "
			"dchan=%d or hardhdlc=%d",
			timeslot, channel, dahdi_sigtype_text(params->sigtype), channel, channel,
			channel);
		return rc;
	}
	/* The driver's filter of repeated signal units needs a power of two. */
	rc = buffers_set(d, fd, timeslot, DH_MAX_NUM_BUFS, FRAME_OCTETS);
	if (!rc)
		rc = steps_take(d, fd, timeslot, steps, sizeof(steps) / sizeof(steps[0]));
	/* A frame written before the first flag has gone out is lost. */
	if (!rc)
		nanosleep(&tick, NULL);
	return rc;
}

static int timeslot_open(struct tdm_span *span, unsigned timeslot, bool bearer)
{
	struct dahdi_span *d = dahdi_of(span);
	struct dahdi_timeslot *t = &d->timeslots[timeslot];
	struct dh_params params = { .channo = 0 };

	if (t->fd >= 0)
		return -EBUSY;
	int fd = channel_open(d, timeslot, &params);

	if (fd < 0)
		return fd;
	*t = (struct dahdi_timeslot){ .fd = fd, .bearer = bearer };
	int rc = bearer ? bearer_set_up(d, fd, timeslot, &params)
			: signalling_set_up(d, fd, timeslot, &params);

	if (rc) {
		dahdi_release(span, timeslot);
		return rc;
	}
	if (!bearer)
		dahdi_signalling_kind(params.sigtype, &t->kind);
	return fd;
}

int dahdi_bearer(struct tdm_span *span, unsigned timeslot)
{
	return timeslot_open(span, timeslot, true);
}

int dahdi_signalling(struct tdm_span *span, unsigned timeslot)
{
	return timeslot_open(span, timeslot, false);
}

enum tdm_signalling dahdi_kind(struct tdm_span *span, unsigned timeslot)
{
	return dahdi_of(span)->timeslots[timeslot].kind;
}

/* ---- releasing ---- */

/* Until one fails: the driver puts whoever talks to a removed channel to sleep for 5 ms. */
static void channel_restore(int fd, bool bearer)
{
	static const struct step steps[] = {
		{ "", DH_BUFFER_EVENTS, 0 }, { "", DH_FLUSH, DH_FLUSH_ALL },
		{ "", DH_ECHOCANCEL, 0 },    { "", DH_SETLAW, DH_LAW_DEFAULT },
		{ "", DH_AUDIOMODE, 0 },
	};
	size_t n = bearer ? sizeof(steps) / sizeof(steps[0]) : 2;

	for (size_t i = 0; i < n; i++) {
		int value = steps[i].value;

		if (ioctl(fd, steps[i].request, &value))
			return;
	}
}

void dahdi_release(struct tdm_span *span, unsigned timeslot)
{
	struct dahdi_span *d = dahdi_of(span);
	struct dahdi_timeslot *t = &d->timeslots[timeslot];

	if (t->fd < 0)
		return;
	if (atomic_load(&d->assigned))
		channel_restore(t->fd, t->bearer);
	close(t->fd);
	t->fd = -1;
}

/* ---- echo cancellers ---- */

/* Taken up anew it is a canceller for speech that has learnt nothing; one for data stays what it
 * was until it is told, even when the modem is gone. */
int dahdi_echo(struct tdm_span *span, unsigned timeslot, enum tdm_echo mode)
{
	struct dahdi_span *d = dahdi_of(span);
	struct dahdi_timeslot *t = &d->timeslots[timeslot];
	int taps = mode == TDM_ECHO_OFF ? 0 : (int)d->echo_taps, data = mode == TDM_ECHO_DATA;

	if (!d->echo_taps)
		return -ENOTSUP;
	if (t->fd < 0 || !t->bearer)
		return -EBADF;
	if (taps != t->echo_taps && ioctl(t->fd, DH_ECHOCANCEL, &taps))
		return -errno;
	if (taps != t->echo_taps)
		t->echo_data = false;
	t->echo_taps = taps;
	if (taps && data != t->echo_data && ioctl(t->fd, DH_EC_FAX_MODE, &data))
		return -errno;
	t->echo_data = taps && data;
	return 0;
}

/* ---- cross-connects ---- */

/* What the channel sends is what `from` receives; 0: what is written to it. */
static int channel_follow(const struct dahdi_span *d, unsigned timeslot, unsigned from)
{
	struct dh_confinfo conf = { .confno = (int)from,
				    .confmode = from ? DH_CONF_DIGITALMON : DH_CONF_NORMAL };
	int fd = d->timeslots[timeslot].fd;

	if (fd < 0)
		return -EBADF;
	return ioctl(fd, DH_SETCONF, &conf) ? -errno : 0;
}

static unsigned channel_number(const struct dahdi_span *d, unsigned timeslot)
{
	unsigned first = atomic_load(&d->first_channel);

	return first ? first + timeslot - 1 : 0;
}

int dahdi_cross_connect(struct tdm_span *span, unsigned timeslot, struct tdm_span *other,
			unsigned other_timeslot, bool on)
{
	struct dahdi_span *a = dahdi_of(span), *b = dahdi_of(other);
	unsigned a_number = channel_number(a, timeslot);
	unsigned b_number = channel_number(b, other_timeslot);
	int rc;

	if (!on) {
		rc = channel_follow(a, timeslot, 0);
		return channel_follow(b, other_timeslot, 0) ? -EIO : rc;
	}
	if (!a_number || !b_number)
		return -ENODEV;
	rc = channel_follow(a, timeslot, b_number);
	if (!rc)
		rc = channel_follow(b, other_timeslot, a_number);
	if (rc)
		(void)channel_follow(a, timeslot, 0);
	return rc;
}

/* ---- events ---- */

static void event_count(struct dahdi_span *d, unsigned event)
{
	_Atomic uint64_t *counter = event == TDM_EVENT_OVERRUN	   ? &d->rx_overruns
				    : event == TDM_EVENT_UNDERRUN  ? &d->tx_underruns
				    : event == TDM_EVENT_BAD_FRAME ? &d->fcs_errors
								   : NULL;

	if (counter)
		atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

unsigned dahdi_events(struct tdm_span *span, unsigned timeslot)
{
	struct dahdi_span *d = dahdi_of(span);
	int fd = d->timeslots[timeslot].fd;
	unsigned events = 0;

	for (unsigned i = 0; i < EVENTS_MAX; i++) {
		int number = DH_EVENT_NONE;

		if (ioctl(fd, DH_GETEVENT, &number)) {
			/* Removed some time ago; whether the span is back, only the watch knows. */
			events |= errno == ENODEV ? (unsigned)TDM_EVENT_REMOVED : 0;
			break;
		}
		if (number == DH_EVENT_NONE)
			break;
		unsigned event = dahdi_event(number);

		event_count(d, event);
		if (event == TDM_EVENT_REMOVED)
			atomic_store(&d->removed, true);
		events |= event;
	}
	if (events & (TDM_EVENT_ALARM | TDM_EVENT_REMOVED))
		dahdi_watch_kick(d);
	return events;
}
