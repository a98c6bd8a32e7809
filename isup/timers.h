/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The timers of Q.764 Annex A and T1.113.4: names, values, limits. */
#ifndef ISUP_TIMERS_H
#define ISUP_TIMERS_H

#include <stdint.h>

/* Q.764 timers, by their number; value table in isup/timers.c. */
enum isup_timer_id {
	ISUP_T1, ISUP_T2, ISUP_T3, ISUP_T4, ISUP_T5, ISUP_T6, ISUP_T7, ISUP_T8, ISUP_T9, ISUP_T10, ISUP_T11, ISUP_T12,
	ISUP_T13, ISUP_T14, ISUP_T15, ISUP_T16, ISUP_T17, ISUP_T18, ISUP_T19, ISUP_T20, ISUP_T21, ISUP_T22, ISUP_T23,
	ISUP_T24, ISUP_T25, ISUP_T26, ISUP_T27, ISUP_T28, ISUP_T29, ISUP_T30, ISUP_T31, ISUP_T32, ISUP_T33, ISUP_T34,
	ISUP_T35, ISUP_T36, ISUP_T37, ISUP_T38, ISUP_TACC, ISUP_TCRA, ISUP_TIMERS
};

struct isup_timer_def {
	const char *name; /* "T7" */
	uint32_t default_ms, ansi_ms; /* as shipped: Q.764 Annex A, T1.113.4 */
	uint32_t min_ms, max_ms;
	const char *what; /* one sentence, with the clause */
};
extern const struct isup_timer_def isup_timer_defs[ISUP_TIMERS];

#endif
