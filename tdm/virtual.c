/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The virtual back end of tdm/span.h: hardware-free spans, two processes joined by a cable over a
 * Unix socket. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tdm/span.h"
#include "tdm/virtual_endpoint.h"
#include "tdm/virtual_line.h"

struct virtual_span {
	struct tdm_span span;
	struct tdm_line *line;	/* own */
	int fds[TDM_TIMESLOTS]; /* own: handed to the users of the timeslots, -1: not open */
};

typedef int endpoint_new_fn(struct tdm_endpoint **endpoint, int *user_fd,
			    const struct tdm_span *span, struct tdm_line_counters *counters);

static struct virtual_span *virtual_of(struct tdm_span *span)
{
	return (struct virtual_span *)span;
}

static struct tdm_line *line_of(const struct tdm_span *span)
{
	return ((const struct virtual_span *)span)->line;
}

static int virtual_open(struct tdm_span **span, const struct tdm_span_conf *conf)
{
	struct virtual_span *v = calloc(1, sizeof(*v));
	int rc;

	if (!v)
		return -ENOMEM;
	tdm_span_init(&v->span, &tdm_virtual_ops, conf);
	for (unsigned timeslot = 0; timeslot < TDM_TIMESLOTS; timeslot++)
		v->fds[timeslot] = -1;
	rc = tdm_line_open(&v->line, &v->span, conf);
	if (rc) {
		free(v);
		return rc;
	}
	*span = &v->span;
	return 0;
}

static void virtual_release(struct tdm_span *span, unsigned timeslot)
{
	struct virtual_span *v = virtual_of(span);

	if (v->fds[timeslot] < 0)
		return;
	close(v->fds[timeslot]);
	v->fds[timeslot] = -1;
	tdm_line_attach(v->line, timeslot, NULL);
}

static void virtual_close(struct tdm_span *span)
{
	struct virtual_span *v = virtual_of(span);

	for (unsigned timeslot = 0; timeslot < TDM_TIMESLOTS; timeslot++)
		virtual_release(span, timeslot);
	tdm_line_close(v->line);
	free(v);
}

static int timeslot_open(struct tdm_span *span, unsigned timeslot, endpoint_new_fn *new)
{
	struct virtual_span *v = virtual_of(span);
	struct tdm_endpoint *endpoint;
	int rc;

	if (v->fds[timeslot] >= 0)
		return -EBUSY;
	rc = new (&endpoint, &v->fds[timeslot], span, tdm_line_counters(v->line));
	if (rc) {
		v->fds[timeslot] = -1;
		return rc;
	}
	tdm_line_attach(v->line, timeslot, endpoint);
	return v->fds[timeslot];
}

static int virtual_bearer(struct tdm_span *span, unsigned timeslot)
{
	return timeslot_open(span, timeslot, tdm_bearer_new);
}

static int virtual_signalling(struct tdm_span *span, unsigned timeslot)
{
	return timeslot_open(span, timeslot, tdm_signalling_new);
}

static unsigned virtual_alarms(const struct tdm_span *span)
{
	return tdm_line_alarms(line_of(span));
}

static int virtual_alarm_fd(const struct tdm_span *span)
{
	return tdm_line_alarm_fd(line_of(span));
}

static int virtual_clock_fd(const struct tdm_span *span)
{
	return tdm_line_clock_fd(line_of(span));
}

static uint64_t counted(_Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void virtual_counters(const struct tdm_span *span, struct tdm_span_counters *out)
{
	struct tdm_line_counters *c = tdm_line_counters(line_of(span));

	*out = (struct tdm_span_counters){
		.chunks_in = counted(&c->chunks_in),
		.chunks_out = counted(&c->chunks_out),
		.slips = counted(&c->slips),
		.rx_overruns = counted(&c->rx_overruns),
		.tx_underruns = counted(&c->tx_underruns),
		.fcs_errors = counted(&c->fcs_errors),
		.downs = counted(&c->downs),
		.stalls = counted(&c->stalls),
		.late_us_max = counted(&c->late_us_max),
		.slips_counted = true,
	};
}

static int virtual_inject(struct tdm_span *span, const char *fault)
{
	int rc = tdm_line_fault(line_of(span), fault);

	if (!rc)
		log_write(LOG_NOTICE, span->name, "fault injected: %s", fault);
	return rc;
}

const struct tdm_span_ops tdm_virtual_ops = {
	.type = "virtual",
	.open = virtual_open,
	.close = virtual_close,
	.bearer = virtual_bearer,
	.signalling = virtual_signalling,
	.release = virtual_release,
	.alarms = virtual_alarms,
	.alarm_fd = virtual_alarm_fd,
	.clock_fd = virtual_clock_fd,
	.counters = virtual_counters,
	.inject = virtual_inject,
};
