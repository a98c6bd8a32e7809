/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Looking up the tables of a profile, and of what it rests on. Exceptions that a text makes of its
 * table count where the published table is asked: an operator's row comes before them.
 */
#include "gw/call/cause.h"

#include <string.h>

#define RULE_NEW_NUMBER	   "RFC 3398 7.2.4.1: cause 22 with the new number as diagnostic"
#define RULE_USER_REJECTED "RFC 3398 7.2.4.1: cause 21 with location user"
#define RULE_NOT_TOLD	   "RFC 3398 7.2.4.1: for the gateway alone, another circuit is tried"
#define RULE_WARNING	   "RFC 3398 8.2.6.1: Warning speaks of the bearer"

const struct cause_profile *cause_profile_find(const char *name)
{
	for (size_t i = 0; cause_profiles[i]; i++)
		if (strcmp(cause_profiles[i]->name, name) == 0)
			return cause_profiles[i];
	return NULL;
}

static const struct cause_row *row_find(const struct cause_table *table, unsigned from)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->rows[i].from == from)
			return &table->rows[i];
	return NULL;
}

static struct cause_mapped mapped(const struct cause_profile *profile, unsigned to,
				  const char *rule)
{
	return (struct cause_mapped){ .to = to, .rule = rule, .profile = profile };
}

static bool is_new_number(const struct leg_release *release)
{
	return release->cause == Q850_NUMBER_CHANGED && release->new_number.digits[0];
}

static bool is_users_rejection(const struct leg_release *release)
{
	return release->cause == Q850_REJECTED && release->cause_given &&
	       release->location == Q850_LOC_USER;
}

struct cause_mapped cause_to_status(const struct cause_profile *profile,
				    const struct leg_release *release)
{
	const struct cause_profile *p = profile;

	do {
		const struct cause_row *row = row_find(&p->to_status, release->cause);

		if (!p->base && is_new_number(release))
			return mapped(p, 301, RULE_NEW_NUMBER);
		if (!p->base && is_users_rejection(release))
			return mapped(p, 603, RULE_USER_REJECTED);
		if (row && !row->to)
			return mapped(p, 503, RULE_NOT_TOLD);
		if (row)
			return mapped(p, row->to, row->source);
		p = p->base;
	} while (p);
	return mapped(profile, profile->other_status.to, profile->other_status.source);
}

/* RFC 3261 20.43: 304 media type not available, 305 incompatible media format. */
static bool warning_is_bearer(unsigned warning)
{
	return warning == 304 || warning == 305;
}

struct cause_mapped cause_from_status(const struct cause_profile *profile, unsigned status,
				      unsigned warning)
{
	bool bearer = (status == 488 || status == 606) && warning_is_bearer(warning);
	const struct cause_profile *p = profile;

	do {
		const struct cause_row *row = row_find(&p->to_cause, status);

		if (!p->base && bearer)
			return mapped(p, Q850_BEARER_NOT_IMPLEMENTED, RULE_WARNING);
		if (row && row->to)
			return mapped(p, row->to, row->source);
		p = row ? NULL : p->base;
	} while (p);
	return mapped(profile, profile->other_cause.to, profile->other_cause.source);
}

static const struct cause_row *row_of(const struct cause_profile *profile, bool to_status,
				      unsigned from)
{
	const struct cause_row *row = NULL;

	for (const struct cause_profile *p = profile; p && !row; p = p->base)
		row = row_find(to_status ? &p->to_status : &p->to_cause, from);
	return row;
}

bool cause_is_told(const struct cause_profile *profile, enum q850_cause cause)
{
	const struct cause_row *row = row_of(profile, true, cause);

	return !row || row->to;
}

bool status_is_told(const struct cause_profile *profile, unsigned status)
{
	const struct cause_row *row = row_of(profile, false, status);

	return !row || row->to;
}

enum q850_location cause_location_from_status(const struct cause_profile *profile, unsigned status)
{
	return status >= 600 ? Q850_LOC_USER : profile->location;
}

bool cause_is_of_resources(enum q850_cause cause)
{
	return (unsigned)cause >= 32 && (unsigned)cause <= 47;
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
