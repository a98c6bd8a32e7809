/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The daemon's parts, opened in the order of their dependencies and closed in the reverse. */
#include "gw/main/gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "gw/pstn/check_media.h"

#define LADDER_CALLS   1000
#define CHANNELS_SPARE 64 /* calls in set-up beyond the circuits there are */

static void line_changed(void *arg, const struct tdm_span *span, unsigned alarms)
{
	struct gateway *gw = arg;

	for (size_t i = 0; i < gw->n_linksets; i++)
		if (linkset_span(gw->linksets[i]) == span)
			linkset_alarm(gw->linksets[i], alarms);
}

static void span_failed(void *arg, const struct tdm_span *span)
{
	struct gateway *gw = arg;

	for (size_t i = 0; i < gw->n_trunks; i++)
		isup_trunk_span_failed(gw->trunks[i], span);
}

static void span_recovered(void *arg, const struct tdm_span *span)
{
	struct gateway *gw = arg;

	for (size_t i = 0; i < gw->n_trunks; i++)
		isup_trunk_span_recovered(gw->trunks[i], span);
}

static void give_to_media(struct tdm_span *span, void *arg)
{
	struct gateway *gw = arg;
	int err = media_engine_add_span(gw->media, span);

	if (err)
		log_write(LOG_ERROR, span->name, "not taken by the media engine: %s",
			  strerror(-err));
}

/* A call for every timeslot that a circuit may ever have, as a reload may add circuits but no
 * spans. */
static unsigned channels_wanted(const struct conf *conf)
{
	return CHANNELS_SPARE + TDM_TIMESLOTS * (unsigned)conf->n_spans;
}

static int open_media(struct gateway *gw)
{
	const struct media_conf media = { .port_first = gw->conf->rtp.port_first,
					  .port_last = gw->conf->rtp.port_last,
					  .jitter_min_ms = gw->conf->rtp.jitter_min_ms,
					  .jitter_max_ms = gw->conf->rtp.jitter_max_ms,
					  .rtp_timeout_ms = gw->conf->rtp.timeout_ms,
					  .channels_max = channels_wanted(gw->conf),
					  .threads = gw->conf->media.threads,
					  .realtime = gw->conf->media.realtime };
	int err;

	gw->media = media_engine_new(&media, gw->loop, &err);
	if (!gw->media)
		return err;
	gw->check = check_media(gw->media);
	spans_each(gw->spans, give_to_media, gw);
	return 0;
}

/* Its neighbours hear of it with every REL (Q.764 2.11). */
static void load_changed(void *arg, enum load_level level)
{
	const struct gateway *gw = arg;

	for (size_t i = 0; i < gw->n_trunks; i++)
		isup_set_congestion(isup_trunk_isup(gw->trunks[i]), (unsigned)level);
}

static uint64_t loop_idle_us(void *arg)
{
	const struct gateway *gw = arg;

	return uv_metrics_idle_time(gw->loop) / 1000;
}

static int open_core(struct gateway *gw)
{
	const struct load_user user = { .idle_us = loop_idle_us,
					.changed = load_changed,
					.arg = gw };
	int err = uv_loop_configure(gw->loop, UV_METRICS_IDLE_TIME);

	const struct call_core_conf core = { .heap = gw->heap,
					     .media = gw->media,
					     .rtp_address = gw->conf->rtp.address };

	gw->core = err ? NULL : call_core_new(&core);
	gw->load = gw->core ? load_new(&gw->conf->overload, &user, gw->heap) : NULL;
	if (!gw->load)
		return err ? err : -ENOMEM;
	call_core_set_load(gw->core, gw->load);
	return 0;
}

static int open_linksets(struct gateway *gw)
{
	const struct conf *conf = gw->conf;
	int err = 0;

	gw->linksets = calloc(conf->n_linksets + 1, sizeof(struct linkset *));
	if (!gw->linksets)
		return -ENOMEM;
	for (size_t i = 0; i < conf->n_linksets && !err; i++) {
		const struct conf_linkset *linkset = &conf->linksets[i];
		struct tdm_span *span = spans_find(gw->spans, linkset->links[0].span);

		gw->linksets[i] = linkset_new(linkset, span, gw->loop, gw->heap, &err);
		if (!gw->linksets[i]) {
			log_write(LOG_ERROR, linkset->name, "linkset not opened: %s",
				  strerror(-err));
			return err;
		}
		gw->n_linksets++;
		if (tdm_span_alarms(span) & TDM_ALARM_DOWN)
			linkset_alarm(gw->linksets[i], tdm_span_alarms(span));
	}
	return err;
}

static int open_control(struct gateway *gw)
{
	int err;

	gw->control =
		control_open(gw->loop, gw->conf->control.socket, gw->conf->control.group, &err);
	if (!gw->control) {
		log_write(LOG_ERROR, "control", "%s: %s", gw->conf->control.socket, strerror(-err));
		return err;
	}
	gateway_commands_open(gw);
	gateway_shows_open(gw);
	alarm_show_open();
	return 0;
}

static int open_records(struct gateway *gw)
{
	int err;

	gw->ladder = ladder_new(LADDER_CALLS);
	if (!gw->ladder)
		return -ENOMEM;
	if (!gw->conf->cdr.file)
		return 0;
	gw->cdr = cdr_open(gw->core, gw->conf->cdr.file, gw->conf->cdr.queue);
	if (gw->cdr)
		return 0;
	err = errno ? -errno : -ENOMEM;
	log_write(LOG_ERROR, "cdr", "%s: %s", gw->conf->cdr.file, strerror(-err));
	return err;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct gateway *gw = handle->data;

	if (number == SIGHUP) {
		log_reopen();
		if (gw->cdr)
			cdr_reopen(gw->cdr);
	} else {
		gateway_stop(gw, false, 0);
	}
}

static int open_signals(struct gateway *gw)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < 3; i++) {
		int err = uv_signal_init(gw->loop, &gw->signals[i]);

		if (err)
			return err;
		gw->n_signals++;
		gw->signals[i].data = gw;
		err = uv_signal_start(&gw->signals[i], on_signal, numbers[i]);
		if (err)
			return err;
	}
	return 0;
}

static void treatment_fault(void *arg, const char *text)
{
	(void)arg;
	log_write(LOG_ERROR, "tones", "%s", text);
}

/* Before the circuits are made, so that those that an operator blocked come up blocked. */
static int open_state(struct gateway *gw)
{
	const char *folder = gw->conf->state.folder;
	int err;

	gw->blocking = blocking_open(folder, gw->loop, &err);
	if (!gw->blocking && folder)
		log_write(LOG_ERROR, "state", "%s: %s; write a folder that the daemon may write to",
			  folder, strerror(-err));
	return gw->blocking ? 0 : err;
}

static int apply_conf(struct gateway *gw)
{
	struct treatments *treatments = treatments_new(gw->conf, treatment_fault, NULL);
	int err;

	if (!treatments)
		return -EINVAL;
	call_core_set_treatments(gw->core, treatments);
	err = gateway_apply_trunks(gw, gw->conf);
	return err ? err : gateway_apply_routes(gw, gw->conf);
}

static int open_parts(struct gateway *gw)
{
	static int (*const steps[])(struct gateway *
				    gw) = { open_media,	      open_core,    open_records,
					    open_linksets,    open_state,   apply_conf,
					    gateway_sip_open, open_control, open_signals };
	const struct spans_user user = {
		.line = line_changed, .failed = span_failed, .recovered = span_recovered, .arg = gw
	};
	int err;

	gw->heap = timer_heap_new(&clock_monotonic);
	err = gw->heap ? loop_timers_open(&gw->timers, gw->loop, gw->heap) : -ENOMEM;
	if (err)
		return err;
	gw->spans = spans_open(gw->conf, &user, gw->loop, gw->heap, &err);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++)
		err = steps[i](gw);
	return err;
}

int gateway_open(struct gateway *gw, struct conf *conf, uv_loop_t *loop)
{
	int err;

	memset(gw, 0, sizeof(*gw));
	gw->conf = gw->opened = conf;
	gw->loop = loop;
	err = open_parts(gw);
	if (err)
		log_write(LOG_ERROR, "causeway", "not started: %s", strerror(-err));
	else
		log_write(LOG_NOTICE, "causeway",
			  "started with %s: %zu spans, %zu trunk groups, %zu SIP trunks",
			  conf->file, conf->n_spans, conf->n_isups, conf->n_sips);
	return err;
}

static void close_pstn(struct gateway *gw)
{
	for (size_t i = 0; i < gw->n_trunks; i++)
		isup_trunk_free(gw->trunks[i]);
	free(gw->trunks);
	for (size_t i = 0; i < gw->n_linksets; i++)
		linkset_free(gw->linksets[i]);
	free(gw->linksets);
}

void gateway_close(struct gateway *gw)
{
	for (size_t i = 0; i < gw->n_signals; i++)
		uv_close((uv_handle_t *)&gw->signals[i], NULL);
	gateway_shows_close(gw);
	alarm_close();
	control_close(gw->control);
	capture_close(gw->capture);
	gateway_sip_close(gw);
	cdr_close(gw->cdr);
	close_pstn(gw);
	blocking_close(gw->blocking);
	call_core_free(gw->core);
	load_free(gw->load);
	ladder_free(gw->ladder);
	media_engine_free(gw->media);
	spans_close(gw->spans);
	timer_close(&gw->stop_timer);
	if (gw->heap)
		loop_timers_close(&gw->timers);
	while (uv_run(gw->loop, UV_RUN_DEFAULT))
		;
	timer_heap_free(gw->heap);
	if (gw->conf != gw->opened)
		conf_free(gw->conf);
	conf_free(gw->opened);
}
