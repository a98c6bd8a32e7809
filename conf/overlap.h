/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Overlap dialling as plain data: a part of conf/conf.h. Timers lie in the limits of isup/timers.c's table. */
#ifndef CONF_OVERLAP_H
#define CONF_OVERLAP_H

#include <stdbool.h>
#include <stdint.h>

/* How digits that come one by one go on to a SIP trunk, and to a trunk of the PSTN. */
enum conf_overlap { CONF_OVERLAP_COLLECT, CONF_OVERLAP_INVITES, CONF_OVERLAP_INFO, CONF_OVERLAP_184 };
enum conf_overlap_pstn { CONF_PSTN_THROUGH, CONF_PSTN_COLLECT, CONF_PSTN_SPLIT, CONF_PSTN_REPLACE };

struct conf_route_overlap { /* of a route */
	enum conf_overlap sip;	     /* overlap = collect | multiple-invite | info | "184" */
	enum conf_overlap_pstn pstn; /* overlap-pstn = through | collect | split | replace */
	bool session_info;	     /* overlap-info = dtmf-relay | session-info: what INFO holds */
	unsigned first_digits;	     /* first-digits = 3: of the IAM of a number that is split */
	unsigned min_digits, max_digits; /* 0: none */
	unsigned learn;		     /* learn-digits = 0: digits of the prefixes whose lengths are learnt; 0: none */
	uint32_t cancel_ms;	     /* overlap-cancel = 0ms: CANCEL of the other INVITEs that long after the answer */
	uint32_t t10_ms, t35_ms;     /* 0: those of the trunk that the call came from */
};

struct conf_trunk_overlap { /* of a trunk that calls come from (RFC 3578 4) */
	unsigned max;	  /* overlap-limit = 0: half-dialled calls at once; 0: any number */
	uint32_t time_ms; /* overlap-time = 60s: of one; 0: any time */
};

/* Whether a SIP peer's INVITE may hold a part of the number, and what asks it for more. */
enum conf_overlap_in { CONF_OVERLAP_IN_OFF, CONF_OVERLAP_IN_INVITE, CONF_OVERLAP_IN_INFO, CONF_OVERLAP_IN_184 };

#endif
