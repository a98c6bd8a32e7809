/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What DAHDI spans a machine has, as plain data, and what is wrong with how they are configured. */
#ifndef TDM_DAHDI_DETECT_H
#define TDM_DAHDI_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include "tdm/span.h"

#define TDM_DAHDI_SYSTEM_CONF "/etc/dahdi/system.conf"
#define TDM_DAHDI_NO_TIMING   (-1)
#define TDM_DAHDI_CHANNELS    31

enum tdm_dahdi_use {
	TDM_DAHDI_UNCONFIGURED,
	TDM_DAHDI_BEARER,    /* bchan= */
	TDM_DAHDI_DCHAN,     /* dchan= */
	TDM_DAHDI_HARDHDLC,  /* hardhdlc= */
	TDM_DAHDI_MTP2,	     /* mtp2= */
	TDM_DAHDI_OTHER,     /* analogue or channel-associated signalling, raw or network HDLC */
};

struct tdm_dahdi_channel {
	enum tdm_dahdi_use use;
	enum tdm_law law;
	bool canceller; /* one is attached */
	bool cards;	/* which is the card's */
};

struct tdm_dahdi_span {
	unsigned number;
	char name[20], description[40];
	char card[40], maker[40], location[40];
	char type[6]; /* "E1", "T1", "J1", "DYNAM", "BRI", ... */
	enum tdm_framing framing;
	bool ccs; /* E1: timeslot 16 is one like the others */
	char line[32];	   /* "ccs,hdb3,crc4" */
	char conf_line[64]; /* what span= in system.conf says after the timing: "0,ccs,hdb3,crc4"; "" unknown */
	int conf_timing;    /* its timing, or TDM_DAHDI_NO_TIMING when system.conf has no such span */
	char timing[24];
	bool master;	 /* ticks the driver */
	unsigned alarms; /* TDM_ALARM_ bits */
	unsigned first_channel;
	unsigned n_channels;
	struct tdm_dahdi_channel channels[TDM_DAHDI_CHANNELS]; /* by timeslot - 1 */
};

struct tdm_dahdi {
	int error; /* -errno: why nothing could be asked; -ENOENT: no driver */
	char version[80];
	bool system_conf; /* could be read */
	size_t n_spans;
	struct tdm_dahdi_span *spans; /* own */
};

/* Asks the driver; reads system.conf. -ENOMEM; everything else that goes wrong is data. Core thread or a tool. */
int tdm_dahdi_gather(struct tdm_dahdi *found);
void tdm_dahdi_free(struct tdm_dahdi *found);
/* Fills in conf_timing and conf_line of the spans that the text of a system.conf names. */
void tdm_dahdi_system_conf(struct tdm_dahdi *found, const char *text);

/* wrong: what and where; right: the lines of system.conf that would be right, without the last line end, or what to
 * type when it is a command. */
typedef void tdm_dahdi_fault_fn(void *arg, const char *wrong, const char *right);
/* Names every fault; how many there are. */
size_t tdm_dahdi_judge(const struct tdm_dahdi *found, tdm_dahdi_fault_fn *fault, void *arg);

/* Is it an E1 or T1, however named? */
bool tdm_dahdi_is_trunk(const struct tdm_dahdi_span *span);
bool tdm_dahdi_is_signalling(const struct tdm_dahdi_channel *channel);
/* Timeslots from 1 whose bits are set, as ranges: "1-15,17-31", each added to plus. */
void tdm_dahdi_ranges(unsigned long timeslots, unsigned plus, char *text, size_t cap);

#endif
