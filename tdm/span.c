/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Spans: what every back end has in common, and the way to each. */
#include "tdm/span.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/str.h"

static const struct tdm_span_ops *const back_ends[] = { &tdm_virtual_ops, &tdm_dahdi_ops };

static const struct {
	unsigned bit;
	struct str word;
} alarm_words[] = {
	{ TDM_ALARM_LOS, { "los", 3 } },
	{ TDM_ALARM_AIS, { "ais", 3 } },
	{ TDM_ALARM_RAI, { "rai", 3 } },
	{ TDM_ALARM_LOOPBACK, { "loopback", 8 } },
	{ TDM_ALARM_RECOVERING, { "recovering", 10 } },
	{ TDM_ALARM_MISSING, { "missing", 7 } },
	{ TDM_ALARM_DOWN, { "red", 3 } },
};

#define ALARM_WORDS (sizeof(alarm_words) / sizeof(alarm_words[0]))

static bool conf_is_good(const struct tdm_span_conf *conf)
{
	struct tdm_span span;

	return conf->name && conf->name[0] && strlen(conf->name) < sizeof(span.name) &&
	       (conf->framing == TDM_E1 || conf->framing == TDM_T1) &&
	       (conf->law == TDM_ALAW || conf->law == TDM_ULAW) && conf->chunk_ms >= 1 &&
	       conf->chunk_ms <= 20;
}

int tdm_span_open(struct tdm_span **span, const char *type, const struct tdm_span_conf *conf)
{
	*span = NULL;
	if (!conf_is_good(conf))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(back_ends) / sizeof(back_ends[0]); i++) {
		if (strcmp(back_ends[i]->type, type) == 0)
			return back_ends[i]->open(span, conf);
	}
	return -EINVAL;
}

void tdm_span_init(struct tdm_span *span, const struct tdm_span_ops *ops,
		   const struct tdm_span_conf *conf)
{
	span->ops = ops;
	str_copy(span->name, sizeof(span->name), str_c(conf->name));
	span->framing = conf->framing;
	span->law = conf->law;
	span->chunk_ms = conf->chunk_ms;
	span->chunk_octets = 8 * conf->chunk_ms;
}

void tdm_span_close(struct tdm_span *span)
{
	if (span)
		span->ops->close(span);
}

unsigned tdm_span_timeslots(const struct tdm_span *span)
{
	return span->framing == TDM_E1 ? 31 : 24;
}

static bool timeslot_exists(const struct tdm_span *span, unsigned timeslot)
{
	return timeslot >= 1 && timeslot <= tdm_span_timeslots(span);
}

int tdm_span_bearer(struct tdm_span *span, unsigned timeslot)
{
	return timeslot_exists(span, timeslot) ? span->ops->bearer(span, timeslot) : -EINVAL;
}

int tdm_span_signalling(struct tdm_span *span, unsigned timeslot)
{
	return timeslot_exists(span, timeslot) ? span->ops->signalling(span, timeslot) : -EINVAL;
}

void tdm_span_release(struct tdm_span *span, unsigned timeslot)
{
	if (timeslot_exists(span, timeslot))
		span->ops->release(span, timeslot);
}

unsigned tdm_span_events(struct tdm_span *span, unsigned timeslot)
{
	return span->ops->events ? span->ops->events(span, timeslot) : 0;
}

/* Whether what failed is worth another try. */
static bool events_fetched(struct tdm_span *span, unsigned timeslot)
{
	return errno == TDM_ERRNO_EVENT && !(tdm_span_events(span, timeslot) & TDM_EVENT_REMOVED);
}

/* Another event may have come meanwhile; it is fetched the next time. */
static ssize_t failure(void)
{
	return errno == EAGAIN || errno == EINTR || errno == TDM_ERRNO_EVENT ? -EAGAIN : -ENODEV;
}

ssize_t tdm_span_read(struct tdm_span *span, unsigned timeslot, int fd, void *octets, size_t cap)
{
	ssize_t n = read(fd, octets, cap);

	if (n < 0 && events_fetched(span, timeslot))
		n = read(fd, octets, cap);
	return n < 0 ? failure() : n;
}

ssize_t tdm_span_write(struct tdm_span *span, unsigned timeslot, int fd, const void *octets,
		       size_t n)
{
	ssize_t done = write(fd, octets, n);

	if (done < 0 && events_fetched(span, timeslot))
		done = write(fd, octets, n);
	return done < 0 ? failure() : done;
}

int tdm_span_echo(struct tdm_span *span, unsigned timeslot, enum tdm_echo mode)
{
	if (!timeslot_exists(span, timeslot))
		return -EINVAL;
	return span->ops->echo ? span->ops->echo(span, timeslot, mode) : -ENOTSUP;
}

enum tdm_signalling tdm_span_signalling_kind(struct tdm_span *span, unsigned timeslot)
{
	return span->ops->signalling_kind ? span->ops->signalling_kind(span, timeslot)
					  : TDM_SIGNALLING_HDLC;
}

unsigned tdm_span_alarms(const struct tdm_span *span)
{
	return span->ops->alarms(span);
}

void tdm_span_counters(const struct tdm_span *span, struct tdm_span_counters *out)
{
	span->ops->counters(span, out);
}

int tdm_span_alarm_fd(const struct tdm_span *span)
{
	return span->ops->alarm_fd(span);
}

int tdm_span_clock_fd(const struct tdm_span *span)
{
	return span->ops->clock_fd(span);
}

int tdm_span_inject(struct tdm_span *span, const char *fault)
{
	return span->ops->inject ? span->ops->inject(span, fault) : -ENOTSUP;
}

/* "red" is said only where nothing else says why. */
void tdm_alarms_text(unsigned alarms, char *text, size_t cap)
{
	size_t n = 0;

	if (alarms & (TDM_ALARM_LOS | TDM_ALARM_AIS | TDM_ALARM_MISSING))
		alarms &= ~(unsigned)TDM_ALARM_DOWN;
	str_copy(text, cap, STR("none"));
	for (size_t i = 0; i < ALARM_WORDS; i++) {
		if (!(alarms & alarm_words[i].bit) || n + 1 + alarm_words[i].word.n >= cap)
			continue;
		if (n > 0)
			text[n++] = ',';
		str_copy(text + n, cap - n, alarm_words[i].word);
		n += alarm_words[i].word.n;
	}
}

int tdm_span_cross_connect(struct tdm_span *span, unsigned timeslot, struct tdm_span *other,
			   unsigned other_timeslot, bool on)
{
	if (!span->ops->cross_connect || span->ops != other->ops)
		return -ENOTSUP;
	return span->ops->cross_connect(span, timeslot, other, other_timeslot, on);
}
