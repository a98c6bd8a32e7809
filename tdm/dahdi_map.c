/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* DAHDI's numbers and texts in the words of tdm/span.h. */
#include "tdm/dahdi_map.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gw/base/str.h"
#include "tdm/dahdi_ioctl.h"

#define STALL_MS	  60 /* received octets wait so long for a stalled process */
#define TICK_MS		  4  /* of the driver's own timer */
#define BUFFER_OCTETS_MIN 16 /* DAHDI_SET_BUFINFO refuses fewer */

unsigned dahdi_buffers(unsigned chunk_ms)
{
	unsigned buffers = 2;

	if (8 * chunk_ms < BUFFER_OCTETS_MIN)
		return 0;
	/* One is being filled, and a full one may wait for a chunk even without a stall. */
	while ((buffers - 1) * chunk_ms < STALL_MS + TICK_MS + chunk_ms)
		buffers *= 2;
	return buffers <= DH_MAX_NUM_BUFS ? buffers : 0;
}

bool dahdi_taps_fit(unsigned taps)
{
	return taps == 0 || (taps >= 32 && taps <= 1024 && (taps & (taps - 1)) == 0);
}

/* Loss of (multi)frame alignment is a reason for red, in a loop only one's own octets are heard. */
unsigned dahdi_alarms(int alarms)
{
	static const struct {
		int dahdi;
		unsigned ours;
	} rows[] = {
		{ DH_ALARM_RECOVER, TDM_ALARM_RECOVERING },
		{ DH_ALARM_LOOPBACK, TDM_ALARM_LOOPBACK | TDM_ALARM_DOWN },
		{ DH_ALARM_YELLOW, TDM_ALARM_RAI },
		{ DH_ALARM_RED, TDM_ALARM_DOWN },
		{ DH_ALARM_BLUE, TDM_ALARM_AIS | TDM_ALARM_DOWN },
		{ DH_ALARM_NOTOPEN, TDM_ALARM_MISSING | TDM_ALARM_DOWN },
		{ DH_ALARM_LOS, TDM_ALARM_LOS | TDM_ALARM_DOWN },
		{ DH_ALARM_LFA, TDM_ALARM_DOWN },
		{ DH_ALARM_LMFA, TDM_ALARM_DOWN },
	};
	unsigned ours = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (alarms & rows[i].dahdi)
			ours |= rows[i].ours;
	}
	return ours;
}

unsigned dahdi_event(int event)
{
	switch (event) {
	case DH_EVENT_ALARM:
	case DH_EVENT_NOALARM:
		return TDM_EVENT_ALARM;
	case DH_EVENT_ABORT:
	case DH_EVENT_OVERRUN:
	case DH_EVENT_BADFCS:
		return TDM_EVENT_BAD_FRAME;
	case DH_EVENT_REMOVED:
		return TDM_EVENT_REMOVED;
	case DH_EVENT_READ_OVERRUN:
		return TDM_EVENT_OVERRUN;
	case DH_EVENT_WRITE_UNDERRUN:
		return TDM_EVENT_UNDERRUN;
	default:
		return 0;
	}
}

int dahdi_signalling_kind(int sigtype, enum tdm_signalling *kind)
{
	*kind = sigtype == DH_SIG_MTP2 ? TDM_SIGNALLING_MTP2 : TDM_SIGNALLING_HDLC;
	switch (sigtype) {
	case DH_SIG_HDLCFCS:
	case DH_SIG_HARDHDLC:
	case DH_SIG_MTP2:
		return 0;
	case DH_SIG_HDLCRAW:
	case DH_SIG_HDLCNET:
		return -ENOTSUP;
	default:
		return -EINVAL;
	}
}

const char *dahdi_sigtype_text(int sigtype)
{
	switch (sigtype) {
	case DH_SIG_NONE:
		return "not configured";
	case DH_SIG_CLEAR:
		return "clear (bchan)";
	case DH_SIG_HDLCRAW:
		return "HDLC without FCS";
	case DH_SIG_HDLCFCS:
		return "HDLC (dchan)";
	case DH_SIG_HDLCNET:
		return "HDLC network interface (nethdlc)";
	case DH_SIG_HARDHDLC:
		return "HDLC by the card (hardhdlc)";
	case DH_SIG_MTP2:
		return "MTP2 (mtp2)";
	default:
		return "of another kind of signalling";
	}
}

static void append(char *text, size_t cap, const char *word)
{
	size_t n = strlen(text);

	snprintf(text + n, cap - n, "%s%s", n ? "," : "", word);
}

void dahdi_lineconfig_text(int lineconfig, char *text, size_t cap)
{
	static const struct {
		int bit;
		const char *word;
	} rows[] = {
		{ DH_CONFIG_D4, "d4" },	    { DH_CONFIG_ESF, "esf" },	{ DH_CONFIG_CCS, "ccs" },
		{ DH_CONFIG_AMI, "ami" },   { DH_CONFIG_B8ZS, "b8zs" }, { DH_CONFIG_HDB3, "hdb3" },
		{ DH_CONFIG_CRC4, "crc4" },
	};

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (lineconfig & rows[i].bit)
			append(text, cap, rows[i].word);
	}
}

void dahdi_timing_text(unsigned span, char *text, size_t cap)
{
	if (span)
		snprintf(text, cap, "span %u", span);
	else
		str_copy(text, cap, STR("internal"));
}

/* wct4xxp, wcte43x and wcte13xp are those that count struct dahdi_count's timingslips. */
bool dahdi_card_counts_slips(const char *devicetype)
{
	static const char *const cards[] = { "Wildcard TE2", "Wildcard TE4", "Wildcard TE8",
					     "Wildcard TE13" };

	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		if (strncmp(devicetype, cards[i], strlen(cards[i])) == 0)
			return true;
	}
	return false;
}

/* dahdi_seq_show: "Span 1: NAME "DESCRIPTION" (MASTER) HDB3/CCS ClockSource", a line for each
 * counter that is not 0, an empty line, a line for each channel. */
bool dahdi_proc_slips(const char *text, uint64_t *slips)
{
	const char *found = strstr(text, "\tTiming slips: ");

	if (!found)
		return false;
	found += sizeof("\tTiming slips: ") - 1;
	return str_to_u64((struct str){ found, strspn(found, "0123456789") }, UINT32_MAX, slips) ==
	       0;
}

bool dahdi_proc_is_master(const char *text)
{
	const char *end = strchr(text, '\n');
	const char *found = strstr(text, "\" (MASTER)");

	return found && (!end || found < end);
}

/* The line "\t  17 NAME Clear (In use) (EC: MG2 - ACTIVE) " of a channel; its end in *end. */
static const char *channel_line(const char *text, unsigned channel, const char **end)
{
	const char *line = strstr(text, "\n\n");

	line = line ? line + 2 : text;
	for (; *line; line = **end ? *end + 1 : *end) {
		*end = line + strcspn(line, "\n");
		const char *number = line + strspn(line, "\t ");

		if (number < *end && isdigit((unsigned char)*number) &&
		    strtoul(number, NULL, 10) == channel)
			return line;
	}
	return NULL;
}

bool dahdi_proc_canceller(const char *text, unsigned channel, char *name, size_t cap, bool *active)
{
	const char *end;
	const char *line = channel_line(text, channel, &end);
	const char *found = line ? strstr(line, "(EC: ") : NULL;

	*active = false;
	if (!found || found >= end)
		return false;
	found += sizeof("(EC: ") - 1;
	const char *dash = strstr(found, " - ");

	if (!dash || dash >= end || str_copy(name, cap, (struct str){ found, dash - found }))
		return false;
	*active = strncmp(dash, " - ACTIVE)", 10) == 0;
	return true;
}

/* As drivers/dahdi/dahdi_echocan_*.c name themselves; a card's has the name that its driver gives it. */
bool dahdi_canceller_is_software(const char *name)
{
	static const char *const modules[] = {
		"MG2", "KB1", "SEC", "SEC2", "JPAH", "OSLEC", "HPEC"
	};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (strcasecmp(name, modules[i]) == 0)
			return true;
	return false;
}
