/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The timers of Q.764 Annex A and the values that ANSI T1.113.4 gives them. The texts themselves are
 * not at hand: the values are those on which published excerpts and other implementations agree, the
 * column for ANSI has ITU's where no source names one. The lower limit of the short ones is ANSI's
 * 4 s. Where sources differ the default is 30 s for T6 (Q.118; 10 to 32 s in most) and 120 s for T9
 * (RFC 3398 7.2.6: 90 s to 3 min); T34 follows the segmentation procedure (2 to 4 s), T36 Q.764's
 * 10 to 15 s widened by ANSI's 2 s. Annex A as qsl.net/g7cnp prints it from Q.764 (2000) agrees on
 * what starts T1 to T10 and on their ranges, its clause 2.10 on T29 and T30. T31 and T32 belong to
 * call references and end-to-end messages by SCCP (Q.764 3), which nothing here sets up; T37 to a
 * request for echo control logic that is sent and answered during a call (2.7.1), where this gateway
 * says what it does in IAM and ACM (2.7.2). They are kept so that a list of timers from another
 * exchange is read whole. ANSI calls T36 T34; no source gives a value for TCRA.
 */
#include "isup/timers.h"

#define S   1000u
#define MIN 60000u

/* clang-format off */
const struct isup_timer_def isup_timer_defs[ISUP_TIMERS] = {
	[ISUP_T1]  = {"T1",   15 * S,   10 * S,   4 * S,   60 * S, "REL sent, no RLC: REL again (Q.764 2.9.6)"},
	[ISUP_T2]  = {"T2",    3 * MIN,  3 * MIN, 1 * MIN, 10 * MIN, "SUS (user) received, no RES: release (2.4.1)"},
	[ISUP_T3]  = {"T3",    2 * MIN,  2 * MIN, 1 * MIN,  5 * MIN, "OLM received: the circuit rests, then release (2.9.9)"},
	[ISUP_T4]  = {"T4",    5 * MIN,  5 * MIN, 5 * S,   15 * MIN, "user part unavailable: UPT again (2.13)"},
	[ISUP_T5]  = {"T5",    5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first REL sent, no RLC: RSC, alarm, T17 (2.9.6)"},
	[ISUP_T6]  = {"T6",   30 * S,   30 * S,  10 * S,  180 * S, "SUS (network) received, no RES: release (2.4.1)"},
	[ISUP_T7]  = {"T7",   25 * S,   25 * S,  20 * S,   30 * S, "address sent, no ACM or CON: release (2.1.4)"},
	[ISUP_T8]  = {"T8",   12 * S,   12 * S,  10 * S,   15 * S, "IAM with check received, no COT: release, cause 41 (2.1.8)"},
	[ISUP_T9]  = {"T9",  120 * S,  120 * S,  45 * S,  600 * S, "ACM received, no answer: release, cause 19 (2.1.4)"},
	[ISUP_T10] = {"T10",   5 * S,    5 * S,   2 * S,   10 * S, "no more digits: number complete (2.1.2, RFC 3578 2)"},
	[ISUP_T11] = {"T11",  15 * S,   15 * S,   5 * S,   20 * S, "number complete, nothing back: early ACM (RFC 3398 8.2.8)"},
	[ISUP_T12] = {"T12",  15 * S,   10 * S,   4 * S,   60 * S, "BLO sent, no BLA: BLO again (2.9.4)"},
	[ISUP_T13] = {"T13",   5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first BLO sent, no BLA: alarm, slow repeat (2.9.4)"},
	[ISUP_T14] = {"T14",  15 * S,   10 * S,   4 * S,   60 * S, "UBL sent, no UBA: UBL again (2.9.4)"},
	[ISUP_T15] = {"T15",   5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first UBL sent, no UBA: alarm, slow repeat (2.9.4)"},
	[ISUP_T16] = {"T16",  15 * S,   10 * S,   4 * S,   60 * S, "RSC sent, no RLC: RSC again (2.9.3.1)"},
	[ISUP_T17] = {"T17",   5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first RSC sent, no RLC: alarm, slow repeat (2.9.3.1)"},
	[ISUP_T18] = {"T18",  15 * S,   10 * S,   4 * S,   60 * S, "CGB sent, no CGBA: CGB again (2.9.4)"},
	[ISUP_T19] = {"T19",   5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first CGB sent, no CGBA: alarm, slow repeat (2.9.4)"},
	[ISUP_T20] = {"T20",  15 * S,   10 * S,   4 * S,   60 * S, "CGU sent, no CGUA: CGU again (2.9.4)"},
	[ISUP_T21] = {"T21",   5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first CGU sent, no CGUA: alarm, slow repeat (2.9.4)"},
	[ISUP_T22] = {"T22",  15 * S,   10 * S,   4 * S,   60 * S, "GRS sent, no GRA: GRS again (2.9.3.2)"},
	[ISUP_T23] = {"T23",   5 * MIN,  1 * MIN, 1 * MIN, 15 * MIN, "first GRS sent, no GRA: alarm, slow repeat (2.9.3.2)"},
	[ISUP_T24] = {"T24", 1900,     1900,    500,       2 * S, "check tone sent, not heard: continuity has failed (2.1.8)"},
	[ISUP_T25] = {"T25",   5 * S,    5 * S,   1 * S,   10 * S, "continuity failed first: CCR and another check (2.1.8)"},
	[ISUP_T26] = {"T26",   2 * MIN,  2 * MIN, 1 * MIN,  3 * MIN, "continuity failed again: CCR and another check (2.1.8)"},
	[ISUP_T27] = {"T27",   4 * MIN,  4 * MIN, 3 * MIN,  5 * MIN, "COT (failed) received, no CCR: RSC (2.1.8)"},
	[ISUP_T28] = {"T28",  10 * S,   10 * S,   5 * S,   20 * S, "CQM sent, no CQR: alarm (2.8.3)"},
	[ISUP_T29] = {"T29", 450,      450,     300,      600, "congestion told: again meanwhile changes nothing (2.10)"},
	[ISUP_T30] = {"T30",   7 * S,    7 * S,   5 * S,   10 * S, "congestion not told again: one step more traffic (2.10)"},
	[ISUP_T31] = {"T31",   6 * MIN,  6 * MIN, 6 * MIN, 15 * MIN, "call reference released: not used again (not used here)"},
	[ISUP_T32] = {"T32",   4 * S,    4 * S,   3 * S,    5 * S, "end-to-end message sent: the next waits (not used here)"},
	[ISUP_T33] = {"T33",  13 * S,   13 * S,  12 * S,   15 * S, "INR sent, no INF: release (2.1.6)"},
	[ISUP_T34] = {"T34",   3 * S,    3 * S,   2 * S,    4 * S, "first segment received, no SGM: goes on without (2.1.12)"},
	[ISUP_T35] = {"T35",  15 * S,   15 * S,   5 * S,   20 * S, "digits missing: release, cause 28 (2.2.5, RFC 3578 2)"},
	[ISUP_T36] = {"T36",  12 * S,    3 * S,   2 * S,   20 * S, "CCR received, neither COT nor REL: RSC (2.1.8)"},
	[ISUP_T37] = {"T37",   3 * S,    3 * S,   2 * S,    4 * S, "echo control request sent, nothing back (not used here)"},
	[ISUP_T38] = {"T38",  17 * S,   17 * S,  10 * S,  180 * S, "SUS (network) sent, international: no RES: release (2.4.1)"},
	[ISUP_TCRA] = {"TCRA", 20 * S,  20 * S,   5 * S,   60 * S, "CRM received, no IAM: RSC (ANSI; RFC 3398 13)"},
	[ISUP_TACC] = {"TACC", 5 * S,    5 * S,   1 * S,   60 * S, "REL with congestion level: calls are thinned out (2.11)"},
};
/* clang-format on */
