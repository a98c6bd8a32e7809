/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What DAHDI says in the words of tdm/span.h, as pure functions: no driver is needed to test them. */
#ifndef TDM_DAHDI_MAP_H
#define TDM_DAHDI_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tdm/span.h"

/* Buffers of a bearer of 8 * chunk_ms octets each: the fewest, as a power of two, that lose nothing in a stall of 60 ms;
 * 0 where the driver cannot: its buffers are of 16 octets at least, and 32 at most. */
unsigned dahdi_buffers(unsigned chunk_ms);
/* Taps that the driver takes as they are: it quietly makes anything else into its default. */
bool dahdi_taps_fit(unsigned taps);
/* TDM_ALARM_ bits of dh_spaninfo.alarms. */
unsigned dahdi_alarms(int alarms);
/* One TDM_EVENT_ bit of what DH_GETEVENT gave; 0 for an event that means nothing here. */
unsigned dahdi_event(int event);
/* -EINVAL for a channel without HDLC, -ENOTSUP for HDLC of a kind that no layer 2 here takes. */
int dahdi_signalling_kind(int sigtype, enum tdm_signalling *kind);
/* "Clear", "HDLC", ... for people. */
const char *dahdi_sigtype_text(int sigtype);
/* "ccs,hdb3,crc4", as a span= line of system.conf has it. */
void dahdi_lineconfig_text(int lineconfig, char *text, size_t cap);
/* "internal" or "span 2". */
void dahdi_timing_text(unsigned span, char *text, size_t cap);
/* Does the driver of this type of card count slips? It says nothing while there is none. */
bool dahdi_card_counts_slips(const char *devicetype);

/* From the text of /proc/dahdi/N. */
bool dahdi_proc_slips(const char *text, uint64_t *slips);
bool dahdi_proc_is_master(const char *text);
/* The echo canceller attached to a channel; false: none. */
bool dahdi_proc_canceller(const char *text, unsigned channel, char *name, size_t cap, bool *active);
/* Is a canceller of that name one of the driver's modules, and not the card's? */
bool dahdi_canceller_is_software(const char *name);

#endif
