/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The timers of Q.764 Annex A. The Recommendation's text is not at hand: values are those on which
 * the published excerpts and implementations agree; where they differ (T6, T9) the shipped value is
 * 30 s and 120 s.
 */
#include "isup/isup.h"

#define S   1000u
#define MIN 60000u

const struct isup_timer_def isup_timer_defs[ISUP_TIMERS] = {
	[ISUP_T1] = { "T1", 15 * S, 4 * S, 60 * S, "REL sent: repeat it" },
	[ISUP_T2] = { "T2", 180 * S, 60 * S, 600 * S, "SUS (user) received: release" },
	[ISUP_T5] = { "T5", 300 * S, 60 * S, 900 * S,
		      "first REL sent: reset the circuit, alarm, start T17" },
	[ISUP_T6] = { "T6", 30 * S, 10 * S, 180 * S, "SUS (network) received: release" },
	[ISUP_T7] = { "T7", 25 * S, 20 * S, 30 * S, "last address message sent: release" },
	[ISUP_T9] = { "T9", 120 * S, 45 * S, 600 * S, "ACM received: release, cause 19" },
	[ISUP_T10] = { "T10", 5 * S, 2 * S, 10 * S, "digit received: take the number as complete" },
	[ISUP_T11] = { "T11", 15 * S, 5 * S, 20 * S,
		       "address complete, nothing back from the other side: early ACM" },
	[ISUP_T12] = { "T12", 15 * S, 4 * S, 60 * S, "BLO sent: repeat it" },
	[ISUP_T13] = { "T13", 300 * S, 60 * S, 900 * S, "first BLO sent: alarm, slow repeat" },
	[ISUP_T14] = { "T14", 15 * S, 4 * S, 60 * S, "UBL sent: repeat it" },
	[ISUP_T15] = { "T15", 300 * S, 60 * S, 900 * S, "first UBL sent: alarm, slow repeat" },
	[ISUP_T16] = { "T16", 15 * S, 4 * S, 60 * S, "RSC sent: repeat it" },
	[ISUP_T17] = { "T17", 300 * S, 60 * S, 900 * S, "first RSC sent: alarm, slow repeat" },
	[ISUP_T18] = { "T18", 15 * S, 4 * S, 60 * S, "CGB sent: repeat it" },
	[ISUP_T19] = { "T19", 300 * S, 60 * S, 900 * S, "first CGB sent: alarm, slow repeat" },
	[ISUP_T20] = { "T20", 15 * S, 4 * S, 60 * S, "CGU sent: repeat it" },
	[ISUP_T21] = { "T21", 300 * S, 60 * S, 900 * S, "first CGU sent: alarm, slow repeat" },
	[ISUP_T22] = { "T22", 15 * S, 4 * S, 60 * S, "GRS sent: repeat it" },
	[ISUP_T23] = { "T23", 300 * S, 60 * S, 900 * S, "first GRS sent: alarm, slow repeat" },
	[ISUP_T35] = { "T35", 15 * S, 5 * S, 20 * S,
		       "digits below the minimum: release, cause 28" },
};
