/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3398's tables between Q.850 causes and SIP status codes, one per direction: they are not inverses. */
#ifndef CALL_CAUSE_H
#define CALL_CAUSE_H

#include <stddef.h>

#include "gw/base/q850.h"
#include "gw/call/leg.h"

struct cause_row {
	unsigned from;
	unsigned to;	     /* 0: never mapped (cause 44, status 487) */
	const char *source;  /* section */
};

extern const struct cause_row cause_to_status_rows[];
extern const size_t cause_to_status_count;
extern const struct cause_row status_to_cause_rows[];
extern const size_t status_to_cause_count;

/* Final response for a release before answer (RFC 3398 7.2.4.1). Cause 22 with a new number: 301; 21 from the user: 603. */
unsigned cause_to_status(const struct leg_release *release);
/* Cause for a final response (RFC 3398 8.2.6.1); warning: the code of a Warning header, 0 when there is none. */
enum q850_cause cause_from_status(unsigned status, unsigned warning);
/* 6xx: user; else a network location (RFC 3398 8.2.6.1). */
enum q850_location cause_location_from_status(unsigned status);
/* A fault of the resource rather than of the called party: another circuit or trunk group may do better. */
bool cause_is_failover(enum q850_cause cause);

#endif
