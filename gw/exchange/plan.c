/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Matching of called numbers. */
#include "gw/exchange/plan.h"

#include <stdio.h>
#include <string.h>

#include "gw/base/q850.h"

/* What the actions end with, and who says so: Q.850 table 1, location of the user (0) for what a
 * subscriber does, of the network that serves the remote user (4) for what an exchange does. */
static const struct {
	uint8_t cause, location;
} ends[] = {
	[CONF_ACTION_ANSWER] = { Q850_NORMAL, Q850_LOC_USER },
	[CONF_ACTION_CONNECT] = { Q850_NORMAL, Q850_LOC_USER },
	[CONF_ACTION_OVERLAP] = { Q850_NORMAL, Q850_LOC_USER },
	[CONF_ACTION_BUSY] = { Q850_BUSY, Q850_LOC_USER },
	[CONF_ACTION_NO_ANSWER] = { Q850_NO_ANSWER, Q850_LOC_PUBLIC_REMOTE },
	[CONF_ACTION_UNALLOCATED] = { Q850_UNALLOCATED, Q850_LOC_PUBLIC_REMOTE },
	[CONF_ACTION_REJECT] = { Q850_REJECTED, Q850_LOC_USER },
	[CONF_ACTION_ANNOUNCE_RELEASE] = { Q850_UNALLOCATED, Q850_LOC_PUBLIC_REMOTE },
	[CONF_ACTION_SILENT] = { Q850_TEMPORARY_FAILURE, Q850_LOC_PUBLIC_REMOTE },
};

struct isup_cause plan_cause(const struct conf_number *number)
{
	return (struct isup_cause){ .location = ends[number->action].location,
				    .value = number->cause ? (uint8_t)number->cause
							   : ends[number->action].cause };
}

void plan_digits(const struct conf_exchange *conf, const struct isup_number *number,
		 char digits[PLAN_DIGITS_MAX + 1])
{
	const char *prefix = "";
	size_t n;

	if (number->noa == ISUP_NOA_NATIONAL)
		prefix = conf->plan.national_prefix;
	else if (number->noa == ISUP_NOA_INTERNATIONAL)
		prefix = conf->plan.international_prefix;
	snprintf(digits, PLAN_DIGITS_MAX + 1, "%.40s%s", prefix, number->digits);
	n = strlen(digits);
	for (size_t i = 0; i < n; i++) {
		if (digits[i] == 'B')
			digits[i] = '*';
		else if (digits[i] == 'C')
			digits[i] = '#';
	}
}

/* The longest number that the digits begin with; *more when they may become a longer one. */
static const struct conf_number *longest(const struct conf_exchange *conf, const char *digits,
					 bool *more)
{
	const struct conf_number *best = NULL;
	size_t n = strlen(digits), best_n = 0;

	*more = false;
	for (size_t i = 0; i < conf->n_numbers; i++) {
		const struct conf_number *number = &conf->numbers[i];
		size_t length = strlen(number->digits);

		if (length > n) {
			*more |= strncmp(number->digits, digits, n) == 0;
		} else if ((!best || length > best_n) &&
			   strncmp(number->digits, digits, length) == 0) {
			best = number;
			best_n = length;
		}
	}
	return best;
}

enum plan_verdict plan_find(const struct conf_exchange *conf, const char *digits, bool complete,
			    const struct conf_number **number)
{
	bool more;

	*number = longest(conf, digits, &more);
	if (more && !complete)
		return PLAN_WAIT;
	if (!*number)
		return more ? PLAN_INCOMPLETE : PLAN_UNALLOCATED;
	if (strlen(digits) >= (*number)->digits_needed)
		return PLAN_FOUND;
	return complete ? PLAN_INCOMPLETE : PLAN_WAIT;
}
