/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The timers of Q.764 Annex A. The Recommendation's own text is not at hand: the values are those
 * on which published excerpts of it and other implementations agree. The lower limit of the short
 * ones is ANSI's 4 s. Where sources differ the default is 30 s for T6 (Q.118; 10 to 32 s in most)
 * and 120 s for T9 (RFC 3398 7.2.6: 90 s to 3 min).
 */
#include "isup/isup.h"

#define S   1000u
#define MIN 60000u

/* clang-format off */
const struct isup_timer_def isup_timer_defs[ISUP_TIMERS] = {
	[ISUP_T1]  = {"T1",   15 * S,   4 * S,   60 * S, "REL sent, no RLC: REL again (Q.764 2.9.6)"},
	[ISUP_T2]  = {"T2",    3 * MIN, 1 * MIN, 10 * MIN, "SUS (user) received, no RES: release (2.4.1)"},
	[ISUP_T5]  = {"T5",    5 * MIN, 1 * MIN, 15 * MIN, "first REL sent, no RLC: RSC, alarm, T17 (2.9.6)"},
	[ISUP_T6]  = {"T6",   30 * S,  10 * S,  180 * S, "SUS (network) received, no RES: release (2.4.1)"},
	[ISUP_T7]  = {"T7",   25 * S,  20 * S,   30 * S, "address sent, no ACM or CON: release (2.1.4)"},
	[ISUP_T9]  = {"T9",  120 * S,  45 * S,  600 * S, "ACM received, no answer: release, cause 19 (2.1.4)"},
	[ISUP_T10] = {"T10",   5 * S,   2 * S,   10 * S, "digit received, no other: number complete (2.1.2, RFC 3578 2)"},
	[ISUP_T11] = {"T11",  15 * S,   5 * S,   20 * S, "number complete, nothing back: early ACM (RFC 3398 8.2.8)"},
	[ISUP_T12] = {"T12",  15 * S,   4 * S,   60 * S, "BLO sent, no BLA: BLO again (2.9.4)"},
	[ISUP_T13] = {"T13",   5 * MIN, 1 * MIN, 15 * MIN, "first BLO sent, no BLA: alarm, slow repeat (2.9.4)"},
	[ISUP_T14] = {"T14",  15 * S,   4 * S,   60 * S, "UBL sent, no UBA: UBL again (2.9.4)"},
	[ISUP_T15] = {"T15",   5 * MIN, 1 * MIN, 15 * MIN, "first UBL sent, no UBA: alarm, slow repeat (2.9.4)"},
	[ISUP_T16] = {"T16",  15 * S,   4 * S,   60 * S, "RSC sent, no RLC: RSC again (2.9.3.1)"},
	[ISUP_T17] = {"T17",   5 * MIN, 1 * MIN, 15 * MIN, "first RSC sent, no RLC: alarm, slow repeat (2.9.3.1)"},
	[ISUP_T18] = {"T18",  15 * S,   4 * S,   60 * S, "CGB sent, no CGBA: CGB again (2.9.4)"},
	[ISUP_T19] = {"T19",   5 * MIN, 1 * MIN, 15 * MIN, "first CGB sent, no CGBA: alarm, slow repeat (2.9.4)"},
	[ISUP_T20] = {"T20",  15 * S,   4 * S,   60 * S, "CGU sent, no CGUA: CGU again (2.9.4)"},
	[ISUP_T21] = {"T21",   5 * MIN, 1 * MIN, 15 * MIN, "first CGU sent, no CGUA: alarm, slow repeat (2.9.4)"},
	[ISUP_T22] = {"T22",  15 * S,   4 * S,   60 * S, "GRS sent, no GRA: GRS again (2.9.3.2)"},
	[ISUP_T23] = {"T23",   5 * MIN, 1 * MIN, 15 * MIN, "first GRS sent, no GRA: alarm, slow repeat (2.9.3.2)"},
	[ISUP_T35] = {"T35",  15 * S,   5 * S,   20 * S, "digits missing, no other: release, cause 28 (2.2.5, RFC 3578 2)"},
};
/* clang-format on */
