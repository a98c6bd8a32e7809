/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The published tables as data, row by row in the order of the text. */
#include "gw/call/cause.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TABLE(rows)                                                                                \
	{                                                                                          \
		rows, COUNT(rows)                                                                  \
	}

#define ISUP_TO_SIP "RFC 3398 7.2.4.1"
#define SIP_TO_ISUP "RFC 3398 8.2.6.1"
#define TABLE_1	    "RFC 4497 8.4.1, table 1"
#define TABLE_2	    "RFC 4497 8.4.4, table 2"
#define ORACLE	    "Oracle SBC 8.3's SIP-I table, second source for Q.1912.5"

static const struct cause_row rfc3398_to_status[] = {
	{ 1, 404, ISUP_TO_SIP },
	{ 2, 404, ISUP_TO_SIP },
	{ 3, 404, ISUP_TO_SIP },
	/* "16 will usually result in a BYE or CANCEL"; where a response must be sent, the class
	 of 31. */
	{ 16, 480, ISUP_TO_SIP },
	{ 17, 486, ISUP_TO_SIP },
	{ 18, 408, ISUP_TO_SIP },
	{ 19, 480, ISUP_TO_SIP },
	{ 20, 480, ISUP_TO_SIP },
	{ 21, 403, ISUP_TO_SIP },
	{ 22, 410, ISUP_TO_SIP },
	{ 23, 410, ISUP_TO_SIP },
	{ 26, 404, ISUP_TO_SIP },
	{ 27, 502, ISUP_TO_SIP },
	{ 28, 484, ISUP_TO_SIP },
	{ 29, 501, ISUP_TO_SIP },
	{ 31, 480, ISUP_TO_SIP },
	{ 34, 503, ISUP_TO_SIP },
	{ 38, 503, ISUP_TO_SIP },
	{ 41, 503, ISUP_TO_SIP },
	{ 42, 503, ISUP_TO_SIP },
	/* Never shown to SIP: the gateway tries another circuit. */
	{ 44, 0, ISUP_TO_SIP },
	{ 47, 503, ISUP_TO_SIP },
	{ 55, 403, ISUP_TO_SIP },
	{ 57, 403, ISUP_TO_SIP },
	{ 58, 503, ISUP_TO_SIP },
	{ 65, 488, ISUP_TO_SIP },
	{ 70, 488, ISUP_TO_SIP },
	{ 79, 501, ISUP_TO_SIP },
	{ 87, 403, ISUP_TO_SIP },
	{ 88, 503, ISUP_TO_SIP },
	{ 102, 504, ISUP_TO_SIP },
	{ 111, 500, ISUP_TO_SIP },
	{ 127, 500, ISUP_TO_SIP },
	/* RFC 3398 leaves it out. */
	{ 69, 501, TABLE_1 },
};
static const struct cause_row rfc3398_to_cause[] = {
	{ 400, 41, SIP_TO_ISUP },
	{ 401, 21, SIP_TO_ISUP },
	{ 402, 21, SIP_TO_ISUP },
	{ 403, 21, SIP_TO_ISUP },
	{ 404, 1, SIP_TO_ISUP },
	{ 405, 63, SIP_TO_ISUP },
	{ 406, 79, SIP_TO_ISUP },
	{ 407, 21, SIP_TO_ISUP },
	{ 408, 102, SIP_TO_ISUP },
	{ 410, 22, SIP_TO_ISUP },
	{ 413, 127, SIP_TO_ISUP },
	{ 414, 127, SIP_TO_ISUP },
	{ 415, 79, SIP_TO_ISUP },
	{ 416, 127, SIP_TO_ISUP },
	{ 420, 127, SIP_TO_ISUP },
	{ 421, 127, SIP_TO_ISUP },
	{ 423, 127, SIP_TO_ISUP },
	{ 480, 18, SIP_TO_ISUP },
	{ 481, 41, SIP_TO_ISUP },
	{ 482, 25, SIP_TO_ISUP },
	{ 483, 25, SIP_TO_ISUP },
	{ 484, 28, SIP_TO_ISUP },
	{ 485, 1, SIP_TO_ISUP },
	{ 486, 17, SIP_TO_ISUP },
	/* The answer to our own CANCEL: the release that asked for it keeps its cause. */
	{ 487, 0, SIP_TO_ISUP },
	/* By Warning header; 31 without one that speaks of the bearer. */
	{ 488, 31, SIP_TO_ISUP },
	{ 500, 41, SIP_TO_ISUP },
	{ 501, 79, SIP_TO_ISUP },
	{ 502, 38, SIP_TO_ISUP },
	{ 503, 41, SIP_TO_ISUP },
	{ 504, 102, SIP_TO_ISUP },
	/* Printed as a second "504 Version Not Supported"; RFC 4497 table 2 has the right number.
	 */
	{ 505, 127, SIP_TO_ISUP },
	{ 513, 127, SIP_TO_ISUP },
	{ 600, 17, SIP_TO_ISUP },
	{ 603, 21, SIP_TO_ISUP },
	{ 604, 1, SIP_TO_ISUP },
	{ 606, 31, SIP_TO_ISUP },
};
static const struct cause_row rfc4497_to_status[] = {
	{ 1, 404, TABLE_1 },
	{ 2, 404, TABLE_1 },
	{ 3, 404, TABLE_1 },
	/* Note 3: where a response must be sent, the default. */
	{ 16, 500, TABLE_1 },
	{ 17, 486, TABLE_1 },
	{ 18, 408, TABLE_1 },
	{ 19, 480, TABLE_1 },
	{ 20, 480, TABLE_1 },
	{ 21, 403, TABLE_1 },
	{ 22, 410, TABLE_1 },
	{ 23, 410, TABLE_1 },
	{ 27, 502, TABLE_1 },
	{ 28, 484, TABLE_1 },
	{ 29, 501, TABLE_1 },
	{ 31, 480, TABLE_1 },
	{ 34, 503, TABLE_1 },
	{ 38, 503, TABLE_1 },
	{ 41, 503, TABLE_1 },
	{ 42, 503, TABLE_1 },
	/* 8.4.1: meaningful only at the gateway, which tries another circuit. */
	{ 44, 0, TABLE_1 },
	{ 47, 503, TABLE_1 },
	{ 55, 403, TABLE_1 },
	{ 57, 403, TABLE_1 },
	{ 58, 503, TABLE_1 },
	{ 65, 488, TABLE_1 },
	{ 69, 501, TABLE_1 },
	{ 70, 488, TABLE_1 },
	{ 79, 501, TABLE_1 },
	{ 87, 403, TABLE_1 },
	{ 88, 503, TABLE_1 },
	{ 102, 504, TABLE_1 },
};

static const struct cause_row rfc4497_to_cause[] = {
	{ 400, 41, TABLE_2 },
	{ 401, 21, TABLE_2 },
	{ 402, 21, TABLE_2 },
	{ 403, 21, TABLE_2 },
	{ 404, 1, TABLE_2 },
	{ 405, 63, TABLE_2 },
	{ 406, 79, TABLE_2 },
	{ 407, 21, TABLE_2 },
	{ 408, 102, TABLE_2 },
	{ 410, 22, TABLE_2 },
	{ 413, 127, TABLE_2 },
	{ 414, 127, TABLE_2 },
	{ 415, 79, TABLE_2 },
	{ 416, 127, TABLE_2 },
	{ 420, 127, TABLE_2 },
	{ 421, 127, TABLE_2 },
	{ 423, 127, TABLE_2 },
	{ 480, 18, TABLE_2 },
	{ 481, 41, TABLE_2 },
	{ 482, 25, TABLE_2 },
	{ 483, 25, TABLE_2 },
	{ 484, 28, TABLE_2 },
	{ 485, 1, TABLE_2 },
	{ 486, 17, TABLE_2 },
	/* Note 7 */
	{ 487, 0, TABLE_2 },
	/* Note 8: by the Warning header */
	{ 488, 31, TABLE_2 },
	{ 500, 41, TABLE_2 },
	{ 501, 79, TABLE_2 },
	{ 502, 38, TABLE_2 },
	{ 503, 41, TABLE_2 },
	{ 504, 102, TABLE_2 },
	{ 505, 127, TABLE_2 },
	{ 513, 127, TABLE_2 },
	{ 600, 17, TABLE_2 },
	{ 603, 21, TABLE_2 },
	{ 604, 1, TABLE_2 },
	{ 606, 31, TABLE_2 },
};

/* Q.1912.5 itself is not at hand: what a gateway maker publishes as its table for SIP-I
 * (docs.oracle.com, Session Border Controller 8.3, "Interworking SIP Response to ISUP Cause
 * Values"). */
static const struct cause_row q1912_5_to_cause[] = {
	{ 400, 111, ORACLE },
	{ 414, 111, ORACLE },
	{ 416, 111, ORACLE },
	{ 420, 111, ORACLE },
	{ 421, 111, ORACLE },
	{ 403, 79, ORACLE },
	{ 417, 79, ORACLE },
	{ 501, 79, ORACLE },
	{ 404, 1, ORACLE },
	{ 485, 1, ORACLE },
	{ 408, 102, ORACLE },
	{ 504, 102, ORACLE },
	{ 410, 22, ORACLE },
	{ 422, 31, ORACLE },
	{ 433, 24, ORACLE },
	{ 480, 20, ORACLE },
	{ 483, 25, ORACLE },
	{ 484, 28, ORACLE },
	{ 486, 17, ORACLE },
	{ 600, 17, ORACLE },
	{ 488, 50, ORACLE },
	{ 502, 27, ORACLE },
	{ 503, 41, ORACLE },
	{ 513, 95, ORACLE },
	{ 603, 21, ORACLE },
	{ 604, 2, ORACLE },
	{ 606, 88, ORACLE },
	/* "Other", which comes before what RFC 3398 has for them. */
	{ 401, 127, ORACLE },
	{ 402, 127, ORACLE },
	{ 405, 127, ORACLE },
	{ 406, 127, ORACLE },
	{ 407, 127, ORACLE },
	{ 413, 127, ORACLE },
	{ 415, 127, ORACLE },
	{ 423, 127, ORACLE },
	{ 481, 127, ORACLE },
	{ 482, 127, ORACLE },
	{ 500, 127, ORACLE },
	{ 505, 127, ORACLE },
};

const struct cause_profile cause_rfc3398 = {
	.name = "rfc3398",
	.to_status = TABLE(rfc3398_to_status),
	.to_cause = TABLE(rfc3398_to_cause),
	.other_status = { 0, 500, ISUP_TO_SIP },
	.other_cause = { 0, Q850_NORMAL_UNSPECIFIED, SIP_TO_ISUP },
	.location = Q850_LOC_PUBLIC_LOCAL,
};

const struct cause_profile cause_rfc4497 = {
	.name = "rfc4497",
	.to_status = TABLE(rfc4497_to_status),
	.to_cause = TABLE(rfc4497_to_cause),
	.other_status = { 0, 500, TABLE_1 },
	.other_cause = { 0, Q850_NORMAL_UNSPECIFIED, TABLE_2 },
	.location = Q850_LOC_PRIVATE_REMOTE,
};

const struct cause_profile cause_q1912_5 = {
	.name = "q1912.5",
	.base = &cause_rfc3398,
	.to_cause = TABLE(q1912_5_to_cause),
	.other_status = { 0, 500, ISUP_TO_SIP },
	.other_cause = { 0, Q850_INTERWORKING, ORACLE },
	.location = Q850_LOC_PUBLIC_LOCAL,
};

const struct cause_profile *const cause_profiles[] = { &cause_rfc3398, &cause_rfc4497,
						       &cause_q1912_5, NULL };
