/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A rig for whole SIP calls without a network: the real user agent, transactions and call core over a transport, a clock,
 * a media engine and an opposite leg that the test works by hand.
 */
#ifndef TESTS_UNIT_GW_SIP_LEG_RIG_H
#define TESTS_UNIT_GW_SIP_LEG_RIG_H

#include "gw/call/call.h"
#include "gw/sip/msg.h"
#include "gw/sip/ua.h"
#include "tests/unit/cu.h"

#define RIG_SENT_MAX   256
#define RIG_EVENTS_MAX 64

struct rig_event { /* what the core told the opposite leg */
	enum leg_ev ev;
	struct leg_progress progress;
	struct leg_release release;
	struct leg_number connected;
	char digits[LEG_DIGITS_MAX + 1]; /* DIGITS */
	bool complete;
};

struct rig {
	uint64_t now_us;
	uint32_t random;
	struct timer_heap *heap;
	struct sip_stack *stack;
	struct call_core *core;
	struct sip_ua *ua;
	struct conf conf;
	struct conf_sip_trunk sips[2];
	struct conf_route routes[2];

	struct sip_msg *sent[RIG_SENT_MAX]; /* own */
	unsigned n_sent, seen; /* seen: rig_next's place */
	struct sip_hop last_hop;
	int send_error, media_error;

	struct trunk trunk; /* "pstn" */
	struct leg leg;	    /* the opposite one */
	bool seized;
	struct leg_setup setup;
	struct rig_event events[RIG_EVENTS_MAX];
	unsigned n_events, events_seen;
	enum q850_cause ended_cause; /* of the last call's record */
	unsigned ended;
	struct call_observer observer;

	struct media_rtp_params media; /* last set on the SIP side */
	unsigned n_media_set, n_media_open, n_media_closed;
	char dialled[32]; /* into the media, last at that side */
	unsigned dialled_side, dialled_ms;
};

extern struct rig rig;

/* trusted: of the trunk "pbx" at 198.51.100.7, whose network may call. */
void rig_open(bool trusted);
void rig_open_with(void (*tune)(struct rig *rig));
/* Fails the test when a dialog, leg, call or sent message is left over that was not looked at. */
void rig_close(void);
/* Turns the clock, serving every timer on its way. */
void rig_run_ms(uint64_t ms);
/* A message from the peer; '\n' becomes CRLF, and Content-Length is added. */
void rig_receive(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rig_receive_from(const char *host, const char *text);
/* The next message sent; NULL (and a failed test) when there is none. */
const struct sip_msg *rig_next(void);
/* The same, which must be that response or request. */
const struct sip_msg *rig_status(unsigned status);
/* Nothing comes for 200 ms after an INVITE, then 100 (17.2.1). */
const struct sip_msg *rig_trying(void);
const struct sip_msg *rig_request(enum sip_method method);
/* Nothing was sent since. */
void rig_quiet(void);
/* The next event of the opposite leg. */
const struct rig_event *rig_event(enum leg_ev ev);
void rig_no_event(void);
/* The opposite leg says something. */
void rig_say(enum leg_ev ev, const struct leg_progress *progress);
void rig_say_release(enum q850_cause cause);
/* The opposite leg calls in, towards the trunk "pbx". */
void rig_call(const struct leg_setup *setup);
bool rig_has(const struct sip_msg *msg, enum sip_header_id id, const char *value);
bool rig_body_has(const struct sip_msg *msg, const char *text);

#endif
