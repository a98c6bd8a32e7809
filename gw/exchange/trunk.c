/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Spans, link, ISUP and circuits of the exchange. */
#include "gw/exchange/trunk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "isup/mtp/libss7_mtp.h"

#define SAMPLES_PER_MS	 8
#define LINK_HOLD_OFF_MS 3000 /* a link that comes back sooner keeps its calls */

struct entry {
	struct trunk *trunk;   /* borrow */
	struct tdm_span *span; /* own */
	uv_poll_t *poll;       /* own: closes with the loop */
	struct timer hold_off;
	uint32_t hold_off_ms; /* a shorter failure costs no call */
	unsigned alarms;      /* as last seen */
};

struct trunk {
	struct trunk_user user;
	uv_loop_t *loop;		  /* borrow */
	struct timer_heap *heap;	  /* borrow */
	const struct conf_exchange *conf; /* borrow */
	struct entry *entries;		  /* own: spans */
	size_t n_entries;
	struct mtp *mtp;	    /* own; NULL: the link's span is missing */
	struct tdm_span *link_span; /* borrow */
	struct timer link_off;
	struct isup *isup;  /* own */
	struct line *lines; /* own */
	size_t n_lines;
};

/* --- layer 1 --- */

static void hold_off_expired(struct timer *timer, void *arg)
{
	struct entry *entry = arg;
	const struct trunk_user *user = &entry->trunk->user;

	(void)timer;
	log_write(LOG_WARNING, entry->span->name, "span is down: its calls end");
	user->lost(user->arg, entry->span);
}

static void link_follow(struct trunk *trunk, unsigned alarms);

static void follow(struct entry *entry)
{
	struct trunk *trunk = entry->trunk;
	unsigned now = tdm_span_alarms(entry->span), before = entry->alarms;
	char alarms[64], text[128];

	entry->alarms = now;
	if (now == before)
		return;
	tdm_alarms_text(now, alarms, sizeof(alarms));
	snprintf(text, sizeof(text), "span %s alarms %s", entry->span->name, alarms);
	if ((now ^ before) & (TDM_ALARM_DOWN | TDM_ALARM_MISSING) &&
	    entry->span == trunk->link_span)
		link_follow(trunk, now);
	if (now & ~before & TDM_ALARM_DOWN)
		timer_start_ms(&entry->hold_off, now & TDM_ALARM_MISSING ? 0 : entry->hold_off_ms);
	else if (before & ~now & TDM_ALARM_DOWN)
		timer_stop(&entry->hold_off);
	trunk->user.changed(trunk->user.arg, text);
}

static void on_alarm(uv_poll_t *poll, int status, int events)
{
	struct entry *entry = poll->data;
	uint64_t count;

	(void)events;
	if (status == 0 && read(tdm_span_alarm_fd(entry->span), &count, sizeof(count)) > 0)
		follow(entry);
}

static int watch_alarms(struct entry *entry, uv_loop_t *loop)
{
	int err;

	entry->poll = calloc(1, sizeof(*entry->poll));
	if (!entry->poll)
		return -ENOMEM;
	err = uv_poll_init(loop, entry->poll, tdm_span_alarm_fd(entry->span));
	if (err) {
		free(entry->poll);
		entry->poll = NULL;
		return err;
	}
	entry->poll->data = entry;
	return uv_poll_start(entry->poll, UV_READABLE, on_alarm);
}

static int span_open(struct entry *entry, const struct conf_span *conf, uv_loop_t *loop,
		     struct timer_heap *heap)
{
	static const char *const types[] = {
		[CONF_SPAN_VIRTUAL] = "virtual", [CONF_SPAN_DAHDI] = "dahdi"
	};
	const struct tdm_span_conf span = { .name = conf->name,
					    .framing = conf->t1 ? TDM_T1 : TDM_E1,
					    .law = conf->ulaw ? TDM_ULAW : TDM_ALAW,
					    .chunk_ms = conf->chunk_ms,
					    .cable = conf->cable,
					    .listen = conf->listen,
					    .clock_master = conf->clock_master,
					    .number = conf->number,
					    .echo_taps = conf->echo_tail_ms * SAMPLES_PER_MS };
	int err = timer_init(&entry->hold_off, heap, "span hold-off", hold_off_expired, entry);

	entry->hold_off_ms = conf->hold_off_ms;
	if (!err)
		err = tdm_span_open(&entry->span, types[conf->type], &span);
	if (!err)
		err = watch_alarms(entry, loop);
	if (err)
		log_write(LOG_ERROR, conf->name, "span not opened: %s%s%s",
			  conf->cable ? conf->cable : "", conf->cable ? ": " : "", strerror(-err));
	return err;
}

static int open_spans(struct trunk *trunk)
{
	const struct conf_exchange *conf = trunk->conf;
	int err = 0;

	trunk->entries = calloc(conf->n_spans, sizeof(*trunk->entries));
	if (!trunk->entries)
		return -ENOMEM;
	for (size_t i = 0; i < conf->n_spans && !err; i++) {
		struct entry *entry = &trunk->entries[trunk->n_entries++];

		entry->trunk = trunk;
		err = span_open(entry, &conf->spans[i], trunk->loop, trunk->heap);
	}
	return err;
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static void span_close(struct entry *entry)
{
	timer_close(&entry->hold_off);
	if (entry->poll) {
		uv_poll_stop(entry->poll);
		uv_close((uv_handle_t *)entry->poll, poll_closed);
	}
	tdm_span_close(entry->span);
}

static struct entry *find_span(const struct trunk *trunk, const char *name)
{
	for (size_t i = 0; i < trunk->n_entries; i++)
		if (strcmp(trunk->entries[i].span->name, name) == 0)
			return &trunk->entries[i];
	return NULL;
}

/* --- the link --- */

static void transfer(void *arg, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
		     size_t n)
{
	struct trunk *trunk = arg;
	char point[MTP_POINT_MAX];

	(void)dpc;
	(void)sls;
	if (opc == trunk->conf->linksets[0].dpc)
		isup_message_in(trunk->isup, octets, n);
	else
		log_write(LOG_WARNING, trunk->conf->linksets[0].name,
			  "ISUP message from point code %s, not from the linkset's dpc",
			  mtp_point_print(trunk->conf->linksets[0].ansi, opc, point));
}

static void paused(void *arg, uint32_t dpc)
{
	struct trunk *trunk = arg;

	(void)dpc;
	log_write(LOG_WARNING, trunk->conf->linksets[0].name, "destination not available");
	timer_start_ms(&trunk->link_off, LINK_HOLD_OFF_MS);
	isup_mtp_pause(trunk->isup);
	trunk->user.changed(trunk->user.arg, "link down");
}

static void resumed(void *arg, uint32_t dpc)
{
	struct trunk *trunk = arg;

	(void)dpc;
	log_write(LOG_NOTICE, trunk->conf->linksets[0].name, "destination available");
	timer_stop(&trunk->link_off);
	isup_mtp_resume(trunk->isup);
	trunk->user.changed(trunk->user.arg, "link up");
}

static void status(void *arg, uint32_t dpc, enum mtp_status_cause cause, unsigned level)
{
	const struct trunk *trunk = arg;
	char point[MTP_POINT_MAX];

	log_write(LOG_WARNING, trunk->conf->linksets[0].name, "MTP-STATUS for %s: %s, level %u",
		  mtp_point_print(trunk->conf->linksets[0].ansi, dpc, point),
		  cause == MTP_STATUS_CONGESTION ? "congestion" : "user part unavailable", level);
}

static void link_off_expired(struct timer *timer, void *arg)
{
	struct trunk *trunk = arg;

	(void)timer;
	trunk->user.lost(trunk->user.arg, NULL);
}

static void link_events(void *arg)
{
	const struct trunk *trunk = arg;

	(void)tdm_span_events(trunk->link_span, trunk->conf->linksets[0].links[0].timeslot);
}

static int link_start(struct trunk *trunk)
{
	const struct conf_linkset *conf = &trunk->conf->linksets[0];
	unsigned timeslot = conf->links[0].timeslot;
	const struct mtp_user user = { .transfer = transfer,
				       .pause = paused,
				       .resume = resumed,
				       .status = status,
				       .arg = trunk };
	struct libss7_mtp_conf mtp = { .name = conf->name,
				       .ansi = conf->ansi,
				       .opc = conf->opc,
				       .adjacent = conf->dpc,
				       .network = conf->network,
				       .slc = conf->links[0].slc,
				       .events = link_events,
				       .arg = trunk };
	int err;

	mtp.fd = tdm_span_signalling(trunk->link_span, timeslot);
	if (mtp.fd < 0)
		return mtp.fd;
	mtp.repeats = tdm_span_signalling_kind(trunk->link_span, timeslot) == TDM_SIGNALLING_MTP2;
	err = libss7_mtp_open(&trunk->mtp, &mtp, &user, trunk->loop, trunk->heap);
	if (err) {
		tdm_span_release(trunk->link_span, timeslot);
		return err;
	}
	isup_attach(trunk->isup, trunk->mtp);
	return 0;
}

static void link_stop(struct trunk *trunk)
{
	if (!trunk->mtp)
		return;
	if (trunk->isup)
		isup_attach(trunk->isup, NULL);
	mtp_free(trunk->mtp);
	trunk->mtp = NULL;
	tdm_span_release(trunk->link_span, trunk->conf->linksets[0].links[0].timeslot);
}

/* A missing span takes its descriptor along; the link starts anew when it is there again. */
static void link_follow(struct trunk *trunk, unsigned alarms)
{
	int err = 0;

	if (alarms & TDM_ALARM_MISSING) {
		if (trunk->mtp)
			paused(trunk, trunk->conf->linksets[0].dpc);
		link_stop(trunk);
		return;
	}
	if (!trunk->mtp)
		err = link_start(trunk);
	if (err)
		log_write(LOG_ERROR, trunk->conf->linksets[0].name, "link not started: %s",
			  strerror(-err));
	else
		libss7_mtp_alarm(trunk->mtp, alarms & TDM_ALARM_DOWN);
}

static int open_link(struct trunk *trunk)
{
	struct entry *entry = find_span(trunk, trunk->conf->linksets[0].links[0].span);
	int err =
		timer_init(&trunk->link_off, trunk->heap, "link hold-off", link_off_expired, trunk);

	trunk->link_span = entry->span;
	entry->alarms = tdm_span_alarms(entry->span);
	if (err || entry->alarms & TDM_ALARM_MISSING)
		return err;
	err = link_start(trunk);
	if (!err && entry->alarms & TDM_ALARM_DOWN)
		libss7_mtp_alarm(trunk->mtp, true);
	return err;
}

/* --- ISUP and circuits --- */

static void indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct trunk *trunk = arg;

	trunk->user.indicate(trunk->user.arg, circuit, ind);
}

static int continuity(void *arg, struct isup_circuit *circuit, enum isup_check check)
{
	struct trunk *trunk = arg;

	return trunk->user.continuity(trunk->user.arg, circuit, check);
}

static void circuit_changed(void *arg, struct isup_circuit *circuit)
{
	struct trunk *trunk = arg;

	(void)circuit;
	trunk->user.changed(trunk->user.arg, NULL);
}

static void alarm_changed(void *arg, const char *what, unsigned cic, bool raised)
{
	const struct trunk *trunk = arg;
	char text[80];

	if (cic == ISUP_NO_CIC)
		snprintf(text, sizeof(text), "%s", what);
	else
		snprintf(text, sizeof(text), "circuit %u: %s", cic, what);
	if (raised)
		alarm_raise(trunk->conf->linksets[0].name, text);
	else
		alarm_clear(trunk->conf->linksets[0].name, text);
}

static void timers_of(const struct conf_exchange *conf, uint32_t timer_ms[ISUP_TIMERS])
{
	for (size_t i = 0; i < conf->n_timers; i++)
		for (size_t t = 0; t < ISUP_TIMERS; t++)
			if (strcmp(conf->timers[i].name, isup_timer_defs[t].name) == 0)
				timer_ms[t] = conf->timers[i].ms;
}

bool trunk_timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	for (size_t t = 0; t < ISUP_TIMERS; t++) {
		const struct isup_timer_def *def = &isup_timer_defs[t];

		if (strcmp(name, def->name) != 0)
			continue;
		*min_ms = def->min_ms;
		*max_ms = def->max_ms;
		return ms >= def->min_ms && ms <= def->max_ms;
	}
	return false;
}

static int open_isup(struct trunk *trunk, struct timer_heap *heap)
{
	const struct conf_linkset *linkset = &trunk->conf->linksets[0];
	int variant = isup_variant_of(linkset->variant);
	struct isup_conf conf = { .name = linkset->name,
				  .variant = variant < 0 ? ISUP_ITU : (enum isup_variant)variant,
				  .ansi_timers = linkset->ansi,
				  .opc = linkset->opc,
				  .dpc = linkset->dpc,
				  .ni = linkset->network,
				  .sls5 = linkset->sls5,
				  .min_digits = trunk->conf->plan.min_digits };
	const struct isup_user user = { .indicate = indicate,
					.continuity = continuity,
					.circuit_changed = circuit_changed,
					.alarm = alarm_changed,
					.arg = trunk };

	timers_of(trunk->conf, conf.timer_ms);
	trunk->isup = isup_new(&conf, &user, heap);
	return trunk->isup ? 0 : -ENOMEM;
}

static int add_circuits(struct trunk *trunk, const struct conf_circuits *conf)
{
	struct entry *entry = find_span(trunk, conf->span);
	unsigned cic = conf->first_cic;
	int err = 0;

	for (unsigned ts = 1; ts < TDM_TIMESLOTS && !err; ts++) {
		struct line *line = &trunk->lines[trunk->n_lines];

		if (!(conf->timeslots & 1u << ts))
			continue;
		*line = (struct line){ .span = entry->span,
				       .span_number = (int)(entry - trunk->entries),
				       .timeslot = ts,
				       .slot = (unsigned)trunk->n_lines++,
				       .fd = -1 };
		err = isup_circuit_add(trunk->isup, (uint16_t)cic++, line);
	}
	return err;
}

static int open_circuits(struct trunk *trunk)
{
	const struct conf_exchange *conf = trunk->conf;
	int err = 0;

	trunk->lines = calloc(conf->n_circuits * TDM_TIMESLOTS, sizeof(*trunk->lines));
	if (!trunk->lines)
		return -ENOMEM;
	for (size_t i = 0; i < conf->n_circuits && !err; i++)
		err = add_circuits(trunk, &conf->circuits[i]);
	return err;
}

struct trunk *trunk_new(const struct conf_exchange *conf, const struct trunk_user *user,
			uv_loop_t *loop, struct timer_heap *heap, int *error)
{
	struct trunk *trunk = calloc(1, sizeof(*trunk));

	*error = -ENOMEM;
	if (!trunk)
		return NULL;
	trunk->user = *user;
	trunk->conf = conf;
	trunk->loop = loop;
	trunk->heap = heap;
	*error = open_isup(trunk, heap);
	if (!*error)
		*error = open_spans(trunk);
	if (!*error)
		*error = open_circuits(trunk);
	if (!*error)
		*error = open_link(trunk);
	if (!*error)
		return trunk;
	log_write(LOG_ERROR, conf->linksets[0].name, "not opened: %s", strerror(-*error));
	trunk_free(trunk);
	return NULL;
}

void trunk_stop(struct trunk *trunk)
{
	isup_free(trunk->isup);
	trunk->isup = NULL;
	link_stop(trunk);
	timer_close(&trunk->link_off);
}

void trunk_free(struct trunk *trunk)
{
	if (!trunk)
		return;
	trunk_stop(trunk);
	alarm_close();
	for (size_t i = 0; i < trunk->n_lines; i++)
		while (trunk->lines[i].uses)
			line_close(&trunk->lines[i]);
	for (size_t i = 0; i < trunk->n_entries; i++)
		span_close(&trunk->entries[i]);
	free(trunk->entries);
	free(trunk->lines);
	free(trunk);
}

struct isup *trunk_isup(const struct trunk *trunk)
{
	return trunk->isup;
}

struct tdm_span *trunk_span(const struct trunk *trunk, size_t i)
{
	return i < trunk->n_entries ? trunk->entries[i].span : NULL;
}

static void count_busy(struct isup_circuit *circuit, void *arg)
{
	size_t *busy = arg;

	if (!isup_circuit_idle(circuit))
		(*busy)++;
}

size_t trunk_busy(const struct trunk *trunk)
{
	size_t busy = 0;

	isup_circuit_each(trunk->isup, count_busy, &busy);
	return busy;
}

bool trunk_ready(const struct trunk *trunk)
{
	return isup_available(trunk->isup) && !trunk_busy(trunk);
}

int line_open(struct line *line)
{
	if (!line->uses) {
		line->fd = tdm_span_bearer(line->span, line->timeslot);
		if (line->fd < 0)
			return line->fd;
	}
	line->uses++;
	return line->fd;
}

void line_close(struct line *line)
{
	if (--line->uses)
		return;
	tdm_span_release(line->span, line->timeslot);
	line->fd = -1;
}
