/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the leg vocabulary says of overlap dialling: a part of gw/call/leg.h. */
#ifndef CALL_LEG_OVERLAP_H
#define CALL_LEG_OVERLAP_H

#include <stdbool.h>
#include <stdint.h>

/* How a leg that is given a part of the number sends what follows, where its protocol has several ways. */
enum leg_overlap_way {
	LEG_OVERLAP_NONE,
	LEG_OVERLAP_INVITES, /* another INVITE (RFC 3578 3.2) */
	LEG_OVERLAP_INFO,    /* INFO, once there is an early dialog (RFC 3578 3.1) */
	LEG_OVERLAP_184,     /* INFO, once 184 has asked for it */
};

struct leg_overlap {
	enum leg_overlap_way way;
	bool session_info; /* INFO holds several digits */
	uint32_t cancel_ms; /* the other INVITEs are cancelled that long after the answer (RFC 3578 3.4) */
};

struct leg_awaited { /* Q.764 2.1.2 and 2.2.5, RFC 3578 2 */
	bool missing; /* the number cannot be complete: T35, else T10 */
	uint32_t t10_ms, t35_ms; /* 0: the leg's own */
};

struct trunk_overlap { /* half-dialled calls from a trunk (RFC 3578 4) */
	bool asks;	  /* its legs want to be told what is awaited of every number that is not complete */
	unsigned calls;	  /* now */
	unsigned max;	  /* 0: no limit */
	uint32_t time_ms; /* of each, 0: no limit */
};

#endif
