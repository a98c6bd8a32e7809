/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Between Q.850 causes and SIP status codes: profiles of two tables each, which are not inverses. The published ones are
 * data (gw/call/cause_table.c); an operator's own rests on one of them (gw/call/cause_profile.c). Core thread only.
 */
#ifndef CALL_CAUSE_H
#define CALL_CAUSE_H

#include <stddef.h>

#include "conf/conf.h"
#include "gw/base/q850.h"
#include "gw/call/leg.h"

struct cause_row {
	unsigned from;
	unsigned to;	     /* 0: never mapped (cause 44, status 487) */
	const char *source;  /* clause */
};

struct cause_table {
	const struct cause_row *rows;
	size_t n;
};

struct cause_profile {
	const char *name;
	const struct cause_profile *base; /* borrow; for what the tables do not have. NULL: exceptions of the text apply */
	struct cause_table to_status, to_cause;
	struct cause_row other_status, other_cause; /* what neither has */
	enum q850_location location;		    /* of a cause from a 4xx or 5xx */
};

extern const struct cause_profile cause_rfc3398, cause_rfc4497, cause_q1912_5;
extern const struct cause_profile *const cause_profiles[]; /* the published ones; ends with NULL */
/* A published one; NULL: no such. */
const struct cause_profile *cause_profile_find(const char *name);

/* An operator's own. */
struct cause_own {
	struct cause_profile profile;
	char *name;			       /* own */
	struct cause_row *to_status, *to_cause; /* own */
};
/* own; NULL when out of memory. */
struct cause_own *cause_own_new(const struct conf_causes *conf);
/* NULL is fine. */
void cause_own_free(struct cause_own *own);

/* What a value becomes, and which rule of which profile says so. */
struct cause_mapped {
	unsigned to;
	const char *rule;
	const struct cause_profile *profile;
};

/* Final response for a release before answer (RFC 3398 7.2.4.1). Cause 22 with a new number: 301; 21 from the user: 603. */
struct cause_mapped cause_to_status(const struct cause_profile *profile, const struct leg_release *release);
/* Cause for a final response (RFC 3398 8.2.6.1); warning: the code of a Warning header, 0 when there is none. */
struct cause_mapped cause_from_status(const struct cause_profile *profile, unsigned status, unsigned warning);
/* Whether the other side hears of it at all: not of what is between the gateway and its neighbour (44, 487). */
bool cause_is_told(const struct cause_profile *profile, enum q850_cause cause);
bool status_is_told(const struct cause_profile *profile, unsigned status);
/* 6xx: user; else a network location (RFC 3398 8.2.6.1, RFC 4497 8.4.4). */
enum q850_location cause_location_from_status(const struct cause_profile *profile, unsigned status);
/* Q.850's class of resources, 32 to 47. */
bool cause_is_of_resources(enum q850_cause cause);
/* A fault of the resource rather than of the called party: another circuit or trunk group may do better. */
bool cause_is_failover(enum q850_cause cause);

#endif
