/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The spans of the configuration, and what their alarms mean to links and calls. */
#include "gw/main/spans.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "gw/main/span_watch.h"

#define SAMPLES_PER_MS 8

struct entry {
	struct spans *spans;   /* borrow */
	struct tdm_span *span; /* own */
	uv_poll_t poll;
	bool polling;
	struct timer hold_off; /* a failure begins to count */
	struct timer clear;    /* alarms that are gone begin to count as such */
	struct span_watch watch;
	uint32_t hold_off_ms;
	unsigned alarms; /* as last seen */
	unsigned shown;	 /* as raised: those, and what has not been gone for long enough */
	bool failed;	 /* the user was told */
};

struct spans {
	struct spans_user user;
	struct entry *entries; /* own */
	size_t n;
	size_t closing; /* handles not closed yet */
};

static const struct {
	enum tdm_alarm bit;
	const char *text;
} alarm_texts[] = {
	{ TDM_ALARM_LOS, "loss of signal" },
	{ TDM_ALARM_AIS, "alarm indication signal (blue)" },
	{ TDM_ALARM_RAI, "remote alarm (yellow)" },
	{ TDM_ALARM_LOOPBACK, "loop back" },
	{ TDM_ALARM_RECOVERING, "recovering" },
	{ TDM_ALARM_MISSING, "span missing" },
	{ TDM_ALARM_DOWN, "span out of service (red)" },
};

/* Raises and clears what differs. */
static void show_alarms(struct entry *entry, unsigned now)
{
	const char *name = entry->span->name;
	unsigned before = entry->shown;

	entry->shown = now;
	for (size_t i = 0; i < sizeof(alarm_texts) / sizeof(alarm_texts[0]); i++) {
		if (now & ~before & alarm_texts[i].bit)
			alarm_raise(name, alarm_texts[i].text);
		if (before & ~now & alarm_texts[i].bit)
			alarm_clear(name, alarm_texts[i].text);
	}
}

static void fail(struct entry *entry)
{
	const struct spans_user *user = &entry->spans->user;

	if (entry->failed)
		return;
	entry->failed = true;
	user->failed(user->arg, entry->span);
}

static void hold_off_expired(struct timer *timer, void *arg)
{
	(void)timer;
	fail(arg);
}

static void clear_expired(struct timer *timer, void *arg)
{
	struct entry *entry = arg;
	const struct spans_user *user = &entry->spans->user;

	(void)timer;
	show_alarms(entry, entry->alarms);
	if (!entry->failed || entry->shown & TDM_ALARM_DOWN)
		return;
	entry->failed = false;
	user->recovered(user->arg, entry->span);
}

static void follow(struct entry *entry)
{
	unsigned now = tdm_span_alarms(entry->span), before = entry->alarms;
	const struct spans_user *user = &entry->spans->user;

	entry->alarms = now;
	show_alarms(entry, entry->shown | now);
	if (entry->shown != now)
		timer_start_ms(&entry->clear, entry->hold_off_ms);
	else
		timer_stop(&entry->clear);
	if ((now ^ before) & (TDM_ALARM_DOWN | TDM_ALARM_MISSING))
		user->line(user->arg, entry->span, now);
	if (now & TDM_ALARM_MISSING)
		fail(entry);
	else if (now & ~before & TDM_ALARM_DOWN)
		timer_start_ms(&entry->hold_off, entry->hold_off_ms);
	if (!(now & TDM_ALARM_DOWN))
		timer_stop(&entry->hold_off);
}

static void on_alarm(uv_poll_t *poll, int status, int events)
{
	struct entry *entry = poll->data;
	uint64_t count;

	(void)events;
	if (status == 0 && read(tdm_span_alarm_fd(entry->span), &count, sizeof(count)) > 0)
		follow(entry);
}

static int entry_open(struct entry *entry, const struct conf_span *conf, uv_loop_t *loop,
		      struct timer_heap *heap)
{
	static const char *const types[] = {
		[CONF_SPAN_VIRTUAL] = "virtual", [CONF_SPAN_DAHDI] = "dahdi"
	};
	const struct tdm_span_conf span = {
		.name = conf->name,
		.framing = conf->t1 ? TDM_T1 : TDM_E1,
		.law = conf->ulaw ? TDM_ULAW : TDM_ALAW,
		.chunk_ms = conf->chunk_ms,
		.cable = conf->cable,
		.listen = conf->listen,
		.clock_master = conf->clock_master,
		.number = conf->number,
		.echo_taps = conf->echo_tail_ms * SAMPLES_PER_MS,
	};
	int err = timer_init(&entry->hold_off, heap, "span hold-off", hold_off_expired, entry);

	entry->hold_off_ms = conf->hold_off_ms;
	if (!err)
		err = timer_init(&entry->clear, heap, "span clear", clear_expired, entry);
	if (!err)
		err = tdm_span_open(&entry->span, types[conf->type], &span);
	if (!err)
		err = span_watch_open(&entry->watch, entry->span, heap);
	if (!err)
		err = uv_poll_init(loop, &entry->poll, tdm_span_alarm_fd(entry->span));
	if (err) {
		log_write(LOG_ERROR, conf->name, "span not opened: %s%s%s",
			  conf->cable ? conf->cable : "", conf->cable ? ": " : "", strerror(-err));
		return err;
	}
	entry->hold_off.subject = entry->clear.subject = entry->span->name;
	entry->polling = true;
	entry->poll.data = entry;
	return uv_poll_start(&entry->poll, UV_READABLE, on_alarm);
}

struct spans *spans_open(const struct conf *conf, const struct spans_user *user, uv_loop_t *loop,
			 struct timer_heap *heap, int *error)
{
	struct spans *spans = calloc(1, sizeof(*spans));

	*error = -ENOMEM;
	if (!spans)
		return NULL;
	spans->user = *user;
	spans->entries = calloc(conf->n_spans + 1, sizeof(*spans->entries));
	if (!spans->entries) {
		free(spans);
		return NULL;
	}
	*error = 0;
	for (size_t i = 0; i < conf->n_spans && !*error; i++) {
		struct entry *entry = &spans->entries[spans->n++];

		entry->spans = spans;
		*error = entry_open(entry, &conf->spans[i], loop, heap);
	}
	if (*error) {
		spans_close(spans);
		return NULL;
	}
	for (size_t i = 0; i < conf->n_spans; i++)
		follow(&spans->entries[i]);
	return spans;
}

static void spans_release(struct spans *spans)
{
	free(spans->entries);
	free(spans);
}

static void poll_closed(uv_handle_t *handle)
{
	struct entry *entry = handle->data;
	struct spans *spans = entry->spans;

	tdm_span_close(entry->span);
	if (--spans->closing == 0)
		spans_release(spans);
}

void spans_close(struct spans *spans)
{
	if (!spans)
		return;
	spans->closing = 1;
	for (size_t i = 0; i < spans->n; i++) {
		struct entry *entry = &spans->entries[i];

		timer_close(&entry->hold_off);
		timer_close(&entry->clear);
		span_watch_close(&entry->watch);
		if (entry->polling) {
			spans->closing++;
			uv_close((uv_handle_t *)&entry->poll, poll_closed);
		} else {
			tdm_span_close(entry->span);
		}
	}
	if (--spans->closing == 0)
		spans_release(spans);
}

struct tdm_span *spans_find(const struct spans *spans, const char *name)
{
	for (size_t i = 0; i < spans->n; i++)
		if (strcmp(spans->entries[i].span->name, name) == 0)
			return spans->entries[i].span;
	return NULL;
}

bool spans_failed(const struct spans *spans, const struct tdm_span *span)
{
	for (size_t i = 0; i < spans->n; i++)
		if (spans->entries[i].span == span)
			return spans->entries[i].failed;
	return false;
}

void spans_each(const struct spans *spans, void (*fn)(struct tdm_span *span, void *arg), void *arg)
{
	for (size_t i = 0; i < spans->n; i++)
		fn(spans->entries[i].span, arg);
}

/* What the framer of a card counts. */
static void put_line(struct table *table, const struct tdm_span_counters *c)
{
	table_set_str(table, 15, str_c(c->timing));
	table_set_int(table, 16, (int64_t)c->crc4_errors);
	table_set_int(table, 17, (int64_t)c->e_bits);
	table_set_int(table, 18, (int64_t)c->bipolar_violations);
	table_set_int(table, 19, (int64_t)c->fas_errors);
	table_set_int(table, 20, (int64_t)c->missed_interrupts);
}

struct table *spans_table(const struct spans *spans)
{
	static const char *const columns[] = {
		"span",	     "type",	    "framing",	 "law",	     "chunk_ms",  "alarms",
		"chunks_in", "chunks_out",  "slips",	 "overruns", "underruns", "fcs_errors",
		"stalls",    "late_ms_max", "downs",	 "timing",   "crc4",	  "e_bits",
		"bpv",	     "fas",	    "missed_irq"
	};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));

	for (size_t i = 0; table && i < spans->n && !table_row(table); i++) {
		const struct tdm_span *span = spans->entries[i].span;
		struct tdm_span_counters c;
		char alarms[64];

		tdm_span_counters(span, &c);
		tdm_alarms_text(tdm_span_alarms(span), alarms, sizeof(alarms));
		table_set_str(table, 0, str_c(span->name));
		table_set_str(table, 1, str_c(span->ops->type));
		table_set_str(table, 2, span->framing == TDM_T1 ? STR("t1") : STR("e1"));
		table_set_str(table, 3, span->law == TDM_ULAW ? STR("ulaw") : STR("alaw"));
		table_set_int(table, 4, span->chunk_ms);
		table_set_str(table, 5, str_c(alarms));
		table_set_int(table, 6, (int64_t)c.chunks_in);
		table_set_int(table, 7, (int64_t)c.chunks_out);
		if (c.slips_counted)
			table_set_int(table, 8, (int64_t)c.slips);
		table_set_int(table, 9, (int64_t)c.rx_overruns);
		table_set_int(table, 10, (int64_t)c.tx_underruns);
		table_set_int(table, 11, (int64_t)c.fcs_errors);
		table_set_int(table, 12, (int64_t)c.stalls);
		table_set_fmt(table, 13, "%.1f", (double)c.late_us_max / 1e3);
		table_set_int(table, 14, (int64_t)c.downs);
		if (c.line_counted)
			put_line(table, &c);
	}
	return table;
}
