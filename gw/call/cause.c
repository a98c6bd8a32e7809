/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3398 7.2.4.1 and 8.2.6.1 as data, row by row in the order of the text; rows that only RFC
 * 4497 has stand last. */
#include "gw/call/cause.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define ISUP_TO_SIP "RFC 3398 7.2.4.1"
#define SIP_TO_ISUP "RFC 3398 8.2.6.1"

const struct cause_row cause_to_status_rows[] = {
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
	{ 69, 501, "RFC 4497 table 1" },
};
const size_t cause_to_status_count = COUNT(cause_to_status_rows);

const struct cause_row status_to_cause_rows[] = {
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
const size_t status_to_cause_count = COUNT(status_to_cause_rows);

static const struct cause_row *row_find(const struct cause_row *rows, size_t n, unsigned from)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].from == from)
			return &rows[i];
	return NULL;
}

unsigned cause_to_status(const struct leg_release *release)
{
	const struct cause_row *row =
		row_find(cause_to_status_rows, cause_to_status_count, release->cause);

	if (release->cause == Q850_NUMBER_CHANGED && release->new_number[0])
		return 301;
	if (release->cause == Q850_REJECTED && release->cause_given &&
	    release->location == Q850_LOC_USER)
		return 603;
	if (!row)
		return 500;
	return row->to ? row->to : 503;
}

/* RFC 3261 20.43: 304 media type not available, 305 incompatible media format. */
static bool warning_is_bearer(unsigned warning)
{
	return warning == 304 || warning == 305;
}

enum q850_cause cause_from_status(unsigned status, unsigned warning)
{
	const struct cause_row *row = row_find(status_to_cause_rows, status_to_cause_count, status);

	if ((status == 488 || status == 606) && warning_is_bearer(warning))
		return Q850_BEARER_NOT_IMPLEMENTED;
	if (!row || !row->to)
		return Q850_NORMAL_UNSPECIFIED;
	return (enum q850_cause)row->to;
}

enum q850_location cause_location_from_status(unsigned status)
{
	return status >= 600 ? Q850_LOC_USER : Q850_LOC_PUBLIC_LOCAL;
}

bool cause_is_failover(enum q850_cause cause)
{
	switch (cause) {
	case Q850_NO_CIRCUIT:
	case Q850_NETWORK_OUT_OF_ORDER:
	case Q850_TEMPORARY_FAILURE:
	case Q850_CONGESTION:
	case Q850_CIRCUIT_NOT_AVAILABLE:
	case Q850_RESOURCE_UNAVAILABLE:
		return true;
	default:
		return false;
	}
}
