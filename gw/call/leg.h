/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A leg: one side of a call, speaking its own protocol outward and this vocabulary inward. The core couples two legs
 * and knows no protocol; every protocol brings one leg_ops and one trunk_ops. The words are the primitives of Q.931
 * and Q.1912.5. Core thread only; everything in an event is borrowed for the time of the call.
 */
#ifndef CALL_LEG_H
#define CALL_LEG_H

#include <stdbool.h>
#include <stdint.h>

#include "gw/base/q850.h"
#include "gw/base/str.h"
#include "gw/call/leg_overlap.h"
#include "gw/call/party.h"
#include "gw/media/media.h"

enum leg_ev {
	LEG_EV_SETUP,		 /* a call: setup */
	LEG_EV_DIGITS,		 /* more called digits: digits; to the leg that called: no more are needed, or awaited */
	LEG_EV_ADDRESS_COMPLETE, /* progress: the far end has all it needs */
	LEG_EV_PROGRESS,	 /* progress */
	LEG_EV_ALERTING,	 /* progress */
	LEG_EV_ANSWER,		 /* answer */
	LEG_EV_HOLD,
	LEG_EV_RETRIEVE,
	LEG_EV_SUSPEND,		 /* suspend */
	LEG_EV_RESUME,		 /* suspend */
	LEG_EV_CARRIED,		 /* attachment alone: what no other word is for, between legs of one protocol */
	LEG_EV_USER_INFO,	 /* digits out of band: digits (0-9 * # A-D, ! for hook flash), digit_ms */
	LEG_EV_MEDIA,		 /* the leg's media is (re)negotiated: media may flow as progress.in_band says */
	LEG_EV_RELEASE,		 /* release: asked for; the receiver answers with RELEASED once it has let go */
	LEG_EV_RELEASED,	 /* release: this leg is gone; last event of a leg, in both directions */
	LEG_EVS
};

enum leg_bearer { LEG_BEARER_SPEECH, LEG_BEARER_AUDIO_3K1, LEG_BEARER_UNRESTRICTED };

struct leg_setup {
	struct leg_number called;
	bool complete; /* no more digits will come (ST, or en bloc by nature) */
	struct leg_number calling;
	struct leg_number generic; /* additional calling party number; digits empty: none */
	char calling_name[64];
	uint8_t category; /* Q.763 3.11 value; 10 ordinary, 0 not known */
	enum leg_bearer bearer;
	struct leg_redirection redirection;
	uint8_t hop_counter; /* 0: none */
	bool continuity_pending;
	bool interworking; /* the caller hears tones, not what signalling says: ISUP does not go all the way to it */
	struct leg_overlap overlap; /* of a number that is not complete */
	struct str user_to_user; /* octets with protocol discriminator, empty: none */
	struct str target;	 /* SIP URI to be called in place of the number (RFC 6116), terminated; empty: none */
	struct leg_portability portability;
	struct leg_carrier carrier;
	struct leg_subaddress called_subaddress, calling_subaddress;
	struct leg_priority priority;
	struct leg_number location; /* location number; digits empty: none */
	bool oli_known;
	uint8_t oli; /* originating line information */
	struct leg_groups groups;
};

struct leg_progress {
	bool in_band;		/* the leg sends audio worth hearing now (early media, announcement) */
	bool subscriber_free;	/* ADDRESS_COMPLETE: the called party was found free */
	bool interworking;	/* beyond a point where signalling ends */
	uint8_t event;		/* Q.763 3.21: 1 alerting 2 progress 3 in-band 4 to 6 call forwarded; 0 none */
	enum q850_cause cause;	/* a failure that is announced in band before release; 0 none */
	enum q850_location location; /* of cause */
	struct leg_uui user_to_user;
};

struct leg_answer {
	struct leg_number connected; /* digits empty: none */
	struct leg_uui user_to_user;
};

struct leg_suspend {
	bool by_network;
};

struct leg_release {
	enum q850_cause cause;
	enum q850_location location;
	uint16_t sip_status; /* that caused it, 0: none; only for records */
	bool cause_given;    /* cause came from a Reason header or an ISUP/Q.931 message, not from a table */
	uint8_t n_diagnostic;
	uint8_t diagnostic[30];
	struct leg_number new_number; /* causes 22 and 23; digits empty: none */
	struct leg_uui user_to_user;
};

struct leg_attachment { /* passed untouched by the core, read only by a leg of the same protocol */
	const char *protocol; /* NULL: none; "isup", "sip" */
	const uint8_t *octets;
	size_t n;
};

struct leg_event {
	enum leg_ev ev;
	union {
		const struct leg_setup *setup;
		struct str digits;
		struct leg_progress progress;
		struct leg_answer answer;
		struct leg_suspend suspend;
		struct leg_release release;
	};
	bool digits_complete; /* DIGITS: the last ones */
	struct leg_awaited awaited; /* DIGITS to the leg that called, and not complete: what is missing */
	uint32_t digit_ms;    /* USER_INFO: how long each lasted */
	struct leg_attachment attachment;
};

struct call;
struct leg;
struct trunk;

struct leg_ops {
	const char *protocol; /* "sip", "isup", "loop" */
	/* The core tells the leg something that the other leg said. RELEASE is always answered by RELEASED, now or later. */
	void (*event)(struct leg *leg, const struct leg_event *event);
	/* One line for `show calls`: "sip:030...@127.0.0.1", "cic 3". */
	void (*describe)(const struct leg *leg, char *text, size_t cap);
};

/* Embedded first in every protocol's leg. A leg is made and freed by its protocol; the core forgets it when it has
 * raised RELEASED, and the protocol frees it when it likes after that. */
struct leg {
	const struct leg_ops *ops;
	struct trunk *trunk;  /* borrow */
	struct call *call;    /* borrow; NULL before call_offer and after RELEASED */
	bool deaf;	      /* hears nothing before the answer: its peer has not said where its media is */
	unsigned side;	      /* 0: the leg that called in, 1: the leg called out; its end of the media channel */
};

const char *leg_ev_name(enum leg_ev ev);

struct trunk_policy;

/* DOWN: not available; BLOCKED: no circuit may be taken; CONGESTED: takes fewer calls than it has room for. */
enum trunk_state { TRUNK_UP, TRUNK_DOWN, TRUNK_BLOCKED, TRUNK_CONGESTED };

/*
 * A trunk group: where calls come from and go to. seize makes a leg of the call for an outgoing call and starts it
 * with the setup; the leg's `call` and `side` are set through leg_bind before the first event is raised. Returns 0 and
 * the leg, or a negative errno with *cause set: -EAGAIN no circuit (34), -ENETUNREACH (38 or 41), ...
 */
struct trunk_ops {
	const char *protocol;
	bool overlap; /* takes a setup that is not complete, and DIGITS after it */
	int (*seize)(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		     const struct leg_attachment *attachment, struct leg **leg, enum q850_cause *cause);
	bool (*available)(const struct trunk *trunk);
	/* Percent of the calls that it does not take now as its peer is congested. NULL: always 0. */
	unsigned (*held_back)(const struct trunk *trunk);
	/* Of one that is available; NULL: always TRUNK_UP. */
	enum trunk_state (*state)(const struct trunk *trunk);
	bool targets; /* calls a URI (setup.target) */
};

struct trunk {
	const struct trunk_ops *ops;
	const char *name; /* borrow: the configuration's */
	unsigned calls;	  /* up now */
	unsigned up[2];	  /* of them in and out */
	struct trunk_policy *policy; /* own, by gw/call/trunk.h; NULL: numbers as they are, no limits */
	bool digits_apart; /* its legs take USER_INFO: digits go there beside the media, not in it */
	bool no_ringback;  /* none is played from here while its legs ring */
	bool leaving;	  /* left the configuration: off the list with its last call */
	unsigned max_calls; /* 0: no limit of its own */
	struct trunk_overlap overlap;
	uint64_t calls_in, calls_out, calls_failed;
	struct trunk *next;
};

#endif
