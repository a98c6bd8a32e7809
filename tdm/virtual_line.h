/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The line thread of a virtual span: paces it, carries the cable, moves octets between cable and endpoints. The end
 * that is clock master ticks on its own timer; the other ticks on each chunk it hears, and on its own timer only while
 * there is no signal. What was missed in a stall is made up for at four times the pace, so that who reads and writes
 * the timeslots can follow; a stall longer than what the far end calls a loss of signal is not made up for.
 */
#ifndef TDM_VIRTUAL_LINE_H
#define TDM_VIRTUAL_LINE_H

#include "tdm/span.h"
#include "tdm/virtual_endpoint.h"
#include "tdm/virtual_fault.h"

struct tdm_line;

/* own; starts the thread. span is borrowed: its constants are read. -errno. Core thread. */
int tdm_line_open(struct tdm_line **line, const struct tdm_span *span, const struct tdm_span_conf *conf);
/* Ends the thread; frees the endpoints. NULL is fine. Core thread. */
void tdm_line_close(struct tdm_line *line);
/* Hands an endpoint (own) to the line for a timeslot in place of what is there; NULL: nothing, idle. Core thread. */
void tdm_line_attach(struct tdm_line *line, unsigned timeslot, struct tdm_endpoint *endpoint);
/* Asks for a fault, as tdm_span_inject. Any thread. */
int tdm_line_fault(struct tdm_line *line, const char *text);
unsigned tdm_line_alarms(const struct tdm_line *line);
int tdm_line_alarm_fd(const struct tdm_line *line);
int tdm_line_clock_fd(const struct tdm_line *line);
struct tdm_line_counters *tdm_line_counters(struct tdm_line *line);

#endif
