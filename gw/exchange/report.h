/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The report: JSON lines, one an event when it happens and one a call when all of it is over. Core thread. */
#ifndef EXCHANGE_REPORT_H
#define EXCHANGE_REPORT_H

#include <jansson.h>
#include <stdint.h>

struct report;

/* own; appends to path. NULL with *error. */
struct report *report_open(const char *path, int *error);
/* Takes line (own, may be NULL when out of memory). A NULL report is fine. */
void report_put(struct report *report, json_t *line);
/* Writes what waits. NULL is fine. */
void report_close(struct report *report);
/* own: one line with its line end. NULL when out of memory. */
char *report_text(const json_t *line);
/* own: wall-clock time now, UTC, milliseconds. */
json_t *report_now(void);

#endif
