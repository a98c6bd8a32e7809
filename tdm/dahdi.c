/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The DAHDI back end of tdm/span.h: E1 and T1 cards by the kernel driver of DAHDI 2.11 or 3.x. The
 * idle pattern is the driver's: in mu-law 0x7F, the zero that is not all ones.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tdm/dahdi_map.h"
#include "tdm/dahdi_private.h"

static const struct dahdi_span *const_dahdi_of(const struct tdm_span *span)
{
	return (const struct dahdi_span *)span;
}

static int conf_check(const struct tdm_span_conf *conf)
{
	if (conf->number < 1 || conf->number > DH_MAX_SPANS) {
		log_write(LOG_ERROR, conf->name, "span number %u: DAHDI has 1 to %d", conf->number,
			  DH_MAX_SPANS);
		return -EINVAL;
	}
	if (!dahdi_buffers(conf->chunk_ms)) {
		log_write(LOG_ERROR, conf->name,
			  "chunk of %u ms: DAHDI cannot buffer 60 ms and two chunks in 32 pieces "
			  "of at least 16 "
			  "octets; 3 to 20 ms will do",
			  conf->chunk_ms);
		return -EINVAL;
	}
	if (!dahdi_taps_fit(conf->echo_taps)) {
		log_write(LOG_ERROR, conf->name,
			  "echo canceller of %u ms: DAHDI has 4, 8, 16, 32, 64 and 128 ms",
			  conf->echo_taps / 8);
		return -EINVAL;
	}
	return 0;
}

static void dahdi_free(struct dahdi_span *d)
{
	if (d->wake_fd >= 0)
		close(d->wake_fd);
	if (d->alarm_fd >= 0)
		close(d->alarm_fd);
	free(d);
}

static int dahdi_open(struct tdm_span **span, const struct tdm_span_conf *conf)
{
	int rc = conf_check(conf);
	struct dahdi_span *d = rc ? NULL : calloc(1, sizeof(*d));

	if (!d)
		return rc ? rc : -ENOMEM;
	tdm_span_init(&d->span, &tdm_dahdi_ops, conf);
	d->number = conf->number;
	d->echo_taps = conf->echo_taps;
	d->span.cancels_echo = conf->echo_taps != 0;
	d->buffers = dahdi_buffers(conf->chunk_ms);
	d->ctl_fd = -1;
	for (unsigned timeslot = 0; timeslot < TDM_TIMESLOTS; timeslot++)
		d->timeslots[timeslot].fd = -1;
	d->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	d->alarm_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	rc = d->wake_fd < 0 || d->alarm_fd < 0 ? -errno : dahdi_watch_start(d);
	if (rc) {
		dahdi_free(d);
		return rc;
	}
	*span = &d->span;
	return 0;
}

static void dahdi_close(struct tdm_span *span)
{
	struct dahdi_span *d = dahdi_of(span);

	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++)
		dahdi_release(span, timeslot);
	dahdi_watch_stop(d);
	dahdi_free(d);
}

static unsigned dahdi_alarms_now(const struct tdm_span *span)
{
	return atomic_load(&const_dahdi_of(span)->alarms);
}

static int dahdi_alarm_fd(const struct tdm_span *span)
{
	return const_dahdi_of(span)->alarm_fd;
}

/* The driver has a clock for each bearer only: that there is a block to read. */
static int dahdi_clock_fd(const struct tdm_span *span)
{
	(void)span;
	return -ENOTSUP;
}

static uint64_t counted(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Blocks pass between the users and the driver, so nobody counts them here; nor has the span a
 * clock of its own that could be late. The driver tells the beginning of an overrun or underrun,
 * not its length: each counts once. */
static void dahdi_counters(const struct tdm_span *span, struct tdm_span_counters *out)
{
	const struct dahdi_span *d = const_dahdi_of(span);

	*out = (struct tdm_span_counters){
		.rx_overruns = counted(&d->rx_overruns),
		.tx_underruns = counted(&d->tx_underruns),
		.fcs_errors = counted(&d->fcs_errors),
		.downs = counted(&d->downs),
		.line_counted = atomic_load(&d->line_counted),
		.slips_counted = atomic_load(&d->slips_counted),
		.slips = counted(&d->line[DAHDI_SLIPS].total),
		.crc4_errors = counted(&d->line[DAHDI_CRC4].total),
		.e_bits = counted(&d->line[DAHDI_EBIT].total),
		.bipolar_violations = counted(&d->line[DAHDI_BPV].total),
		.fas_errors = counted(&d->line[DAHDI_FAS].total),
		.missed_interrupts = counted(&d->line[DAHDI_IRQ].total),
	};
	dahdi_timing_text(atomic_load(&d->timing), out->timing, sizeof(out->timing));
}

const struct tdm_span_ops tdm_dahdi_ops = {
	.type = "dahdi",
	.open = dahdi_open,
	.close = dahdi_close,
	.bearer = dahdi_bearer,
	.echo = dahdi_echo,
	.cross_connect = dahdi_cross_connect,
	.signalling = dahdi_signalling,
	.release = dahdi_release,
	.events = dahdi_events,
	.signalling_kind = dahdi_kind,
	.alarms = dahdi_alarms_now,
	.alarm_fd = dahdi_alarm_fd,
	.clock_fd = dahdi_clock_fd,
	.counters = dahdi_counters,
};
