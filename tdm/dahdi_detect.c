/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Gathers what the DAHDI driver and its configuration file say. */
#include "tdm/dahdi_detect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/str.h"
#include "tdm/dahdi_map.h"
#include "tdm/dahdi_private.h"

#define CONF_OCTETS_MAX (1u << 20)

bool tdm_dahdi_is_signalling(const struct tdm_dahdi_channel *channel)
{
	return channel->use == TDM_DAHDI_DCHAN || channel->use == TDM_DAHDI_HARDHDLC ||
	       channel->use == TDM_DAHDI_MTP2;
}

/* A dynamic span has no type of its own: its number of channels tells. */
bool tdm_dahdi_is_trunk(const struct tdm_dahdi_span *span)
{
	static const char *const types[] = { "E1", "T1", "J1", "DYNAM" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strncmp(span->type, types[i], sizeof(span->type) - 1) == 0)
			return true;
	}
	return false;
}

static enum tdm_dahdi_use use_of(int sigtype)
{
	switch (sigtype) {
	case DH_SIG_NONE:
		return TDM_DAHDI_UNCONFIGURED;
	case DH_SIG_CLEAR:
		return TDM_DAHDI_BEARER;
	case DH_SIG_HDLCFCS:
		return TDM_DAHDI_DCHAN;
	case DH_SIG_HARDHDLC:
		return TDM_DAHDI_HARDHDLC;
	case DH_SIG_MTP2:
		return TDM_DAHDI_MTP2;
	default:
		return TDM_DAHDI_OTHER;
	}
}

/* Of a member that the driver fills in and terminates. */
static void text_of(char *to, size_t cap, const char *from, size_t octets)
{
	str_copy(to, cap, (struct str){ from, strnlen(from, octets < cap ? octets : cap - 1) });
}

#define TEXT_OF(to, from) text_of(to, sizeof(to), from, sizeof(from))

static void channels_gather(int ctl, struct tdm_dahdi_span *span, unsigned *next, const char *proc)
{
	for (unsigned i = 0; i < span->n_channels; i++) {
		struct dh_params params = { .channo = (int)(span->first_channel + i) };
		char name[32];
		bool active;

		if (!span->first_channel || ioctl(ctl, DH_GET_PARAMS, &params))
			continue;
		span->channels[i] = (struct tdm_dahdi_channel){
			.use = use_of(params.sigtype),
			.law = params.curlaw == DH_LAW_ALAW ? TDM_ALAW : TDM_ULAW,
			.canceller = dahdi_proc_canceller(proc, span->first_channel + i, name,
							  sizeof(name), &active),
		};
		span->channels[i].cards =
			span->channels[i].canceller && !dahdi_canceller_is_software(name);
	}
	*next = span->first_channel + span->n_channels;
}

/* Numbers go up with the spans', so looking goes on after the last span's. */
static unsigned first_channel(int ctl, unsigned span, unsigned from)
{
	for (unsigned channel = from; channel < from + TDM_DAHDI_CHANNELS * DH_MAX_SPANS;
	     channel++) {
		struct dh_params params = { .channo = (int)channel };

		if (ioctl(ctl, DH_GET_PARAMS, &params) == 0 && params.spanno == (int)span)
			return channel + 1 - (unsigned)params.chanpos;
	}
	return 0;
}

static void span_gather(int ctl, const struct dh_spaninfo *info, struct tdm_dahdi_span *span,
			unsigned *next)
{
	char proc[DAHDI_PROC_OCTETS];
	unsigned total = info->totalchans > 0 ? (unsigned)info->totalchans : 0;

	*span = (struct tdm_dahdi_span){
		.number = (unsigned)info->spanno,
		.conf_timing = TDM_DAHDI_NO_TIMING,
		.ccs = info->lineconfig & DH_CONFIG_CCS,
		.alarms = dahdi_alarms(info->alarms),
		.n_channels = total < TDM_DAHDI_CHANNELS ? total : TDM_DAHDI_CHANNELS,
	};
	TEXT_OF(span->name, info->name);
	TEXT_OF(span->description, info->desc);
	TEXT_OF(span->card, info->devicetype);
	TEXT_OF(span->maker, info->manufacturer);
	TEXT_OF(span->location, info->location);
	TEXT_OF(span->type, info->spantype);
	span->framing = strcmp(span->type, "E1") == 0 || total > 24 ? TDM_E1 : TDM_T1;
	dahdi_lineconfig_text(info->lineconfig, span->line, sizeof(span->line));
	dahdi_timing_text(info->syncsrc > 0 ? (unsigned)info->syncsrc : 0, span->timing,
			  sizeof(span->timing));
	dahdi_proc_read(span->number, proc, sizeof(proc));
	span->master = dahdi_proc_is_master(proc);
	span->first_channel = first_channel(ctl, span->number, *next);
	channels_gather(ctl, span, next, proc);
}

/* ---- system.conf ---- */

static struct tdm_dahdi_span *span_find(struct tdm_dahdi *found, uint64_t number)
{
	for (size_t i = 0; i < found->n_spans; i++) {
		if (found->spans[i].number == number)
			return &found->spans[i];
	}
	return NULL;
}

/* Up to the comma, which is taken, too. */
static struct str field_take(struct str *rest)
{
	const char *comma = memchr(rest->p, ',', rest->n);
	struct str field = { rest->p, comma ? (size_t)(comma - rest->p) : rest->n };
	size_t taken = field.n + (comma ? 1 : 0);

	*rest = (struct str){ rest->p + taken, rest->n - taken };
	return str_trim(field);
}

/* "span = 1,1,0,ccs,hdb3,crc4": number, timing, length of the line, framing, coding, ... */
static void system_conf_line(struct tdm_dahdi *found, struct str line)
{
	const char *hash = memchr(line.p, '#', line.n);
	uint64_t number, timing;

	if (hash)
		line.n = (size_t)(hash - line.p);
	const char *equals = memchr(line.p, '=', line.n);

	if (!equals ||
	    !str_eq(str_trim((struct str){ line.p, (size_t)(equals - line.p) }), STR("span")))
		return;
	struct str rest = { equals + 1, line.n - (size_t)(equals + 1 - line.p) };

	if (str_to_u64(field_take(&rest), DH_MAX_SPANS, &number) ||
	    str_to_u64(field_take(&rest), 1000, &timing))
		return;
	struct tdm_dahdi_span *span = span_find(found, number);

	if (!span)
		return;
	span->conf_timing = (int)timing;
	if (str_copy(span->conf_line, sizeof(span->conf_line), str_trim(rest)))
		span->conf_line[0] = '\0';
}

void tdm_dahdi_system_conf(struct tdm_dahdi *found, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		system_conf_line(found, (struct str){ text, n });
		text += n + (text[n] == '\n');
	}
}

static void system_conf_gather(struct tdm_dahdi *found)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(TDM_DAHDI_SYSTEM_CONF, "re");

	if (!file)
		return;
	ssize_t n = getdelim(&text, &size, '\0', file);

	found->system_conf = n >= 0 || feof(file);
	if (n > 0 && (size_t)n <= CONF_OCTETS_MAX)
		tdm_dahdi_system_conf(found, text);
	free(text);
	fclose(file);
}

/* ---- public ---- */

static int spans_gather(struct tdm_dahdi *found, int ctl)
{
	unsigned next = 1;

	found->spans = calloc(DH_MAX_SPANS, sizeof(*found->spans));
	if (!found->spans)
		return -ENOMEM;
	for (int number = 1; number <= DH_MAX_SPANS; number++) {
		struct dh_spaninfo info = { .spanno = number };

		if (ioctl(ctl, DH_SPANSTAT, &info) == 0)
			span_gather(ctl, &info, &found->spans[found->n_spans++], &next);
	}
	return 0;
}

int tdm_dahdi_gather(struct tdm_dahdi *found)
{
	struct dh_versioninfo version = { .version = "" };
	int ctl = open(DAHDI_CTL, O_RDWR | O_CLOEXEC);

	*found = (struct tdm_dahdi){ .error = ctl < 0 ? -errno : 0 };
	if (ctl < 0)
		return 0;
	if (ioctl(ctl, DH_GETVERSION, &version) == 0)
		TEXT_OF(found->version, version.version);
	int rc = spans_gather(found, ctl);

	close(ctl);
	if (!rc)
		system_conf_gather(found);
	return rc;
}

void tdm_dahdi_free(struct tdm_dahdi *found)
{
	free(found->spans);
	*found = (struct tdm_dahdi){ .error = 0 };
}
