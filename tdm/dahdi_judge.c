/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What is wrong with how DAHDI is configured, judged by what the driver does now; only the order of
 * the timing sources is known to system.conf alone. Each fault comes with the lines of system.conf
 * that would be right.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gw/base/str.h"
#include "tdm/dahdi_detect.h"

struct judge {
	const struct tdm_dahdi *found; /* borrow */
	tdm_dahdi_fault_fn *fault;
	void *arg;
	size_t n;
};

#define TEXT 512
#define LIST 160 /* 31 channels' numbers, each for itself */

static void fault(struct judge *judge, const char *right, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void fault(struct judge *judge, const char *right, const char *fmt, ...)
{
	char wrong[TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(wrong, sizeof(wrong), fmt, args);
	va_end(args);
	judge->fault(judge->arg, wrong, right);
	judge->n++;
}

void tdm_dahdi_ranges(unsigned long timeslots, unsigned plus, char *text, size_t cap)
{
	size_t n = 0;

	text[0] = '\0';
	for (unsigned first = 1; first < TDM_TIMESLOTS && n < cap; first++) {
		unsigned last = first;

		if (!(timeslots >> first & 1))
			continue;
		while (last + 1 < TDM_TIMESLOTS && timeslots >> (last + 1) & 1)
			last++;
		n += (size_t)snprintf(text + n, cap - n, first == last ? "%s%u" : "%s%u-%u",
				      n ? "," : "", first + plus, last + plus);
		first = last;
	}
}

/* ---- sets of timeslots ---- */

typedef bool channel_is_fn(const struct tdm_dahdi_channel *channel);

static unsigned long timeslots_that(const struct tdm_dahdi_span *span, channel_is_fn *is)
{
	unsigned long timeslots = 0;

	for (unsigned i = 0; i < span->n_channels; i++)
		timeslots |= is(&span->channels[i]) ? 1ul << (i + 1) : 0;
	return timeslots;
}

static bool is_bearer(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_BEARER;
}

static bool is_unconfigured(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_UNCONFIGURED;
}

static bool is_other(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_OTHER;
}

static bool is_alaw(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_BEARER && channel->law == TDM_ALAW;
}

static bool is_ulaw(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_BEARER && channel->law == TDM_ULAW;
}

static bool is_without_canceller(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_BEARER && !channel->canceller;
}

/* Their channels' numbers in DAHDI. */
static void channels_text(const struct tdm_dahdi_span *span, unsigned long timeslots, char *text)
{
	tdm_dahdi_ranges(timeslots, span->first_channel - 1, text, LIST);
}

static unsigned long all_timeslots(const struct tdm_dahdi_span *span)
{
	return ((1ul << span->n_channels) - 1) << 1;
}

static unsigned usual_signalling_timeslot(const struct tdm_dahdi_span *span)
{
	return span->framing == TDM_E1 ? 16 : 24;
}

/* ---- lines of system.conf ---- */

static const char *line_of(const struct tdm_dahdi_span *span)
{
	if (span->conf_line[0])
		return span->conf_line;
	return span->framing == TDM_E1 ? "0,ccs,hdb3,crc4" : "0,esf,b8zs";
}

static void span_line(const struct tdm_dahdi_span *span, unsigned timing, char *text, size_t cap)
{
	snprintf(text, cap, "span=%u,%u,%s", span->number, timing, line_of(span));
}

/* Bearers, and a signalling channel in its usual place. */
static void channel_lines(const struct tdm_dahdi_span *span, char *text, size_t cap)
{
	unsigned signalling = usual_signalling_timeslot(span);
	char bearers[LIST], all[LIST];

	channels_text(span, all_timeslots(span) & ~(1ul << signalling), bearers);
	channels_text(span, all_timeslots(span), all);
	snprintf(text, cap, "bchan=%s\nmtp2=%u\n%s=%s", bearers,
		 span->first_channel + signalling - 1, span->framing == TDM_E1 ? "alaw" : "mulaw",
		 all);
}

/* ---- one span ---- */

static bool span_is_dead(struct judge *judge, const struct tdm_dahdi_span *span)
{
	char line[96], channels[TEXT - 96], right[TEXT];

	if (timeslots_that(span, is_unconfigured) != all_timeslots(span))
		return false;
	span_line(span, span->conf_timing > 0 ? (unsigned)span->conf_timing : 1, line,
		  sizeof(line));
	channel_lines(span, channels, sizeof(channels));
	snprintf(right, sizeof(right), "%s\n%s", line, channels);
	fault(judge, right, "span %u: no channel is configured, or dahdi_cfg has not run",
	      span->number);
	return true;
}

static void judge_law(struct judge *judge, const struct tdm_dahdi_span *span)
{
	bool e1 = span->framing == TDM_E1;
	unsigned long wrong = timeslots_that(span, e1 ? is_ulaw : is_alaw);
	char list[LIST], right[LIST + 8];

	if (!wrong)
		return;
	channels_text(span, wrong, list);
	snprintf(right, sizeof(right), "%s=%s", e1 ? "alaw" : "mulaw", list);
	fault(judge, right, "span %u: wrong law for %s: channels %s are %s", span->number,
	      e1 ? "E1" : "T1", list, e1 ? "mu-law" : "A-law");
}

static void judge_bearers(struct judge *judge, const struct tdm_dahdi_span *span)
{
	unsigned long unconfigured = timeslots_that(span, is_unconfigured);
	unsigned long other = timeslots_that(span, is_other);
	char list[LIST], right[LIST + 8];

	channels_text(span, unconfigured, list);
	snprintf(right, sizeof(right), "bchan=%s", list);
	if (unconfigured)
		fault(judge, right,
		      "span %u: missing clear channels: channels %s are not configured (right for "
		      "a "
		      "fractional span only)",
		      span->number, list);
	channels_text(span, other, list);
	snprintf(right, sizeof(right), "bchan=%s", list);
	if (other)
		fault(judge, right,
		      "span %u: missing clear channels: channels %s have channel-associated or "
		      "another signalling",
		      span->number, list);
}

static bool has_signalling(const struct tdm_dahdi_span *span)
{
	return timeslots_that(span, tdm_dahdi_is_signalling) != 0;
}

static const struct tdm_dahdi_span *other_with_signalling(const struct tdm_dahdi *found)
{
	for (size_t i = 0; i < found->n_spans; i++) {
		if (has_signalling(&found->spans[i]))
			return &found->spans[i];
	}
	return NULL;
}

static void judge_signalling(struct judge *judge, const struct tdm_dahdi_span *span)
{
	const struct tdm_dahdi_span *other = other_with_signalling(judge->found);
	unsigned timeslot = usual_signalling_timeslot(span);
	char right[TEXT], unless[96] = "";

	if (has_signalling(span) || timeslot > span->n_channels ||
	    !is_bearer(&span->channels[timeslot - 1]))
		return;
	channel_lines(span, right, sizeof(right));
	if (other)
		snprintf(unless, sizeof(unless), ", unless the link in span %u serves it, too",
			 other->number);
	fault(judge, right,
	      "span %u: a signalling timeslot is configured as bearer: it has neither mtp2= nor "
	      "dchan= "
	      "nor hardhdlc=, timeslot %u is channel %u%s",
	      span->number, timeslot, span->first_channel + timeslot - 1, unless);
}

static void judge_line(struct judge *judge, const struct tdm_dahdi_span *span)
{
	char right[96];

	if (strcmp(span->type, "E1") == 0 && !span->ccs) {
		snprintf(right, sizeof(right), "span=%u,%u,0,ccs,hdb3,crc4", span->number,
			 span->conf_timing > 0 ? (unsigned)span->conf_timing : 0);
		fault(judge, right,
		      "span %u: framing is cas: timeslot 16 is taken for channel-associated "
		      "signalling",
		      span->number);
	}
	if (strcmp(span->type, "T1") == 0 && strstr(span->line, "ami")) {
		snprintf(right, sizeof(right), "span=%u,%u,0,esf,b8zs", span->number,
			 span->conf_timing > 0 ? (unsigned)span->conf_timing : 0);
		fault(judge, right,
		      "span %u: coding is ami: it cannot carry clear 64 kbit/s channels",
		      span->number);
	}
}

static void judge_canceller(struct judge *judge, const struct tdm_dahdi_span *span)
{
	unsigned long without = timeslots_that(span, is_without_canceller);
	char list[LIST], right[LIST + 24];

	if (!without)
		return;
	channels_text(span, without, list);
	snprintf(right, sizeof(right), "echocanceller=mg2,%s", list);
	fault(judge, right,
	      "span %u: echo canceller missing on channels %s (needed where causeway.conf has "
	      "echo-canceller for the span)",
	      span->number, list);
}

static void judge_span(struct judge *judge, const struct tdm_dahdi_span *span)
{
	if (!tdm_dahdi_is_trunk(span) || !span->first_channel || span_is_dead(judge, span))
		return;
	judge_line(judge, span);
	judge_law(judge, span);
	judge_bearers(judge, span);
	judge_signalling(judge, span);
	judge_canceller(judge, span);
}

/* ---- timing: every card has one clock ---- */

static bool has_clock(const struct tdm_dahdi_span *span)
{
	return tdm_dahdi_is_trunk(span) &&
	       strncmp(span->type, "DYNAM", sizeof(span->type) - 1) != 0;
}

static bool same_card(const struct tdm_dahdi_span *a, const struct tdm_dahdi_span *b)
{
	return strcmp(a->location, b->location) == 0 && strcmp(a->card, b->card) == 0;
}

static bool is_first_of_card(const struct tdm_dahdi *found, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (has_clock(&found->spans[i]) && same_card(&found->spans[i], &found->spans[at]))
			return false;
	}
	return has_clock(&found->spans[at]);
}

/* The next timing that no span of the card has. */
static unsigned free_timing(const struct tdm_dahdi *found, const struct tdm_dahdi_span *span)
{
	int highest = 0;

	for (size_t i = 0; i < found->n_spans; i++) {
		if (same_card(&found->spans[i], span) && found->spans[i].conf_timing > highest)
			highest = found->spans[i].conf_timing;
	}
	return (unsigned)highest + 1;
}

static void judge_two_masters(struct judge *judge, size_t at)
{
	const struct tdm_dahdi_span *span = &judge->found->spans[at];
	char right[96];

	for (size_t i = 0; i < at && span->conf_timing > 0; i++) {
		const struct tdm_dahdi_span *before = &judge->found->spans[i];

		if (!same_card(before, span) || before->conf_timing != span->conf_timing)
			continue;
		span_line(span, free_timing(judge->found, span), right, sizeof(right));
		fault(judge, right,
		      "span %u: two timing masters: spans %u and %u of one card both have timing "
		      "%d",
		      span->number, before->number, span->number, span->conf_timing);
		return;
	}
}

static void judge_no_master(struct judge *judge, size_t at)
{
	const struct tdm_dahdi_span *first = &judge->found->spans[at];
	char right[96];

	for (size_t i = at; i < judge->found->n_spans; i++) {
		const struct tdm_dahdi_span *span = &judge->found->spans[i];

		if (has_clock(span) && same_card(span, first) && span->conf_timing != 0)
			return;
	}
	span_line(first, 1, right, sizeof(right));
	fault(judge, right,
	      "card of span %u: no timing master: it runs on its own clock (right only where the "
	      "far "
	      "ends take theirs from here)",
	      first->number);
}

static void judge_timing(struct judge *judge)
{
	for (size_t i = 0; i < judge->found->n_spans; i++) {
		const struct tdm_dahdi_span *span = &judge->found->spans[i];
		char right[96];

		if (!has_clock(span))
			continue;
		if (span->conf_timing == TDM_DAHDI_NO_TIMING) {
			span_line(span, free_timing(judge->found, span), right, sizeof(right));
			fault(judge, right, "span %u: system.conf has no span=%u", span->number,
			      span->number);
			continue;
		}
		judge_two_masters(judge, i);
		if (is_first_of_card(judge->found, i))
			judge_no_master(judge, i);
	}
}

/* ---- all ---- */

static void judge_driver(struct judge *judge)
{
	switch (judge->found->error) {
	case 0:
		fault(judge,
		      "modprobe wct4xxp    # or the card's own module; dahdi_hardware names it",
		      "the DAHDI driver has no span: no card's module is loaded, or none is "
		      "assigned");
		break;
	case -ENOENT:
		fault(judge,
		      "apt install dahdi dahdi-dkms\nmodprobe dahdi\ndahdi_genconf\ndahdi_cfg",
		      "no DAHDI driver: /dev/dahdi/ctl is not there");
		break;
	case -ENXIO:
	case -ENODEV:
		fault(judge, "modprobe dahdi\ndahdi_cfg",
		      "/dev/dahdi/ctl is there, but no DAHDI driver is loaded");
		break;
	case -EACCES:
	case -EPERM:
		fault(judge, "sudo causeway detect    # or: adduser USER dialout",
		      "no permission for /dev/dahdi/ctl");
		break;
	default:
		fault(judge, "dmesg | grep -i dahdi", "/dev/dahdi/ctl: %s",
		      strerror(-judge->found->error));
	}
}

size_t tdm_dahdi_judge(const struct tdm_dahdi *found, tdm_dahdi_fault_fn *fn, void *arg)
{
	struct judge judge = { found, fn, arg, 0 };

	if (found->error || !found->n_spans) {
		judge_driver(&judge);
		return judge.n;
	}
	if (!found->system_conf)
		fault(&judge, "dahdi_genconf\ndahdi_cfg",
		      TDM_DAHDI_SYSTEM_CONF " is not there or not readable");
	else
		judge_timing(&judge);
	for (size_t i = 0; i < found->n_spans; i++)
		judge_span(&judge, &found->spans[i]);
	return judge.n;
}
