/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The trace tap: every message sent or received, every named timer and every step of a call passes here, and nobody who
 * emits knows who listens (ladder, capture, CDR). Nothing is built while nobody listens. Core thread only; everything
 * in an event is borrowed for the time of the call.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "gw/base/str.h"

enum trace_kind {
	TRACE_SIP,   /* octets: the SIP message; local/remote set; tcp tells the transport */
	TRACE_MTP3,  /* octets: SIO, routing label, SIF (an MTP3 MSU) */
	TRACE_MTP2,  /* octets: a signal unit from BSN on, without FCS */
	TRACE_TIMER, /* text: "T7 started 25.0 s", "T7 expired", "T7 stopped" */
	TRACE_MEDIA, /* text: "RTP open 127.0.0.1:10002", "DTMF 5 from bearer" */
	TRACE_STATE, /* text: "call proceeding -> alerting" */
	TRACE_KINDS
};

struct trace_event {
	enum trace_kind kind;
	const char *call; /* call id, or NULL when it belongs to no call */
	const char *peer; /* who is outside: trunk or linkset name */
	bool sent;	  /* by us */
	struct str text;  /* one line: "INVITE sip:030...", "IAM cic 3 called 030..." */
	const uint8_t *octets;
	size_t n_octets;
	const struct sockaddr *local; /* TRACE_SIP */
	const struct sockaddr *remote;
	bool tcp;
	bool ansi;	/* TRACE_MTP3: the routing label is ANSI's */
	uint64_t now_us; /* set by trace_emit: CLOCK_REALTIME, microseconds */
};

typedef void trace_fn(void *arg, const struct trace_event *event);
struct trace_tap {
	trace_fn *fn;
	void *arg;
	unsigned kinds; /* bit mask of 1u << enum trace_kind */
	struct trace_tap *next;
};

void trace_tap_add(struct trace_tap *tap);
void trace_tap_remove(struct trace_tap *tap);
/* True when somebody listens to this kind: test it before building a text. */
bool trace_wanted(enum trace_kind kind);
void trace_emit(struct trace_event *event);

#endif
