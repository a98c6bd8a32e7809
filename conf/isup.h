/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An ISUP trunk group of the configuration, as plain data: a part of conf/conf.h. */
#ifndef CONF_ISUP_H
#define CONF_ISUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/overlap.h"
#include "conf/parties.h"
#include "conf/routing.h"
#include "conf/treatment.h"

#define CONF_TIMERS_MAX 48

struct conf_timer { /* a protocol timer that differs from its default: timers { T7 = 25s } */
	char name[8];
	uint32_t ms;
};

struct conf_circuits { /* circuits "e1-1" { }: its title is the span */
	char *span;
	unsigned first_cic;		/* cic = 1: of the first timeslot listed */
	uint32_t timeslots;		/* timeslots = "1-15,17-31": bit n is timeslot n */
};

/* What becomes of a trunk's calls when their span fails. */
enum conf_failure { CONF_FAILURE_OUT_OF_ORDER, CONF_FAILURE_TEMPORARY, CONF_FAILURE_KEEP };

/* Our echo canceller on a trunk's bearers, and what happens where a fax or modem speaks. */
enum conf_echo { CONF_ECHO_OFF, CONF_ECHO_32, CONF_ECHO_64, CONF_ECHO_128 };
enum conf_fax { CONF_FAX_OFF, CONF_FAX_VBD };

enum conf_hunt { CONF_HUNT_LEAST_RECENT, CONF_HUNT_ASCENDING, CONF_HUNT_DESCENDING, CONF_HUNT_CYCLIC };

/* Which circuits this end controls in a dual seizure. */
enum conf_control { CONF_CONTROL_POINT_CODE, CONF_CONTROL_EVEN, CONF_CONTROL_ODD, CONF_CONTROL_ALL, CONF_CONTROL_NONE };

struct conf_isup { /* isup "pstn" { }: a trunk group of ISUP circuits */
	char *name;
	char *linkset;
	char *variant;		   /* variant = as a linkset's; NULL: its linkset's */
	bool ansi;		   /* its linkset's is */
	uint32_t dpc;		   /* 0: the linkset's adjacent point */
	struct conf_circuits *circuits;
	size_t n_circuits;
	enum conf_hunt hunt;	   /* hunt = least-recent | ascending | descending | cyclic */
	char *tones;		   /* tones = "de": of that country, towards this trunk; NULL: tones { country } */
	struct conf_treatment treatment; /* of calls from this trunk */
	enum conf_control control; /* control = point-code | even | odd | all | none */
	unsigned hop_counter;	   /* hop-counter = 0 to 31, of a call that comes without one; 0: none */
	unsigned delay_ms;	   /* delay = 0ms: propagation delay of the circuits */
	bool satellite;		   /* satellite = true: the circuits go over one */
	bool interworking;	   /* interworking = true: SIP is told of as a network that ISUP does not reach */
	unsigned continuity;	   /* continuity-check = 0 to 1000: every how many calls, 0: none */
	bool transponder;	   /* continuity-answer = loop | transponder */
	bool peer_transponder;	   /* continuity-peer = loop | transponder: what answers our checks */
	bool loop_ack;		   /* loop-acknowledge = true: LPA answers CCR (national) */
	char *heal[3];		   /* heal = {"reset", "group-reset", "block"}: steps of the circuit healer */
	size_t n_heal;
	uint32_t query_ms;	   /* query = 0ms: how often the circuits are compared by CQM (national); 0: never */
	bool ansi_timers;	   /* timer-values = itu | ansi: what timers are without timers { }; by the variant */
	bool timer_values_set;
	bool exit_message;	   /* exit-message = true: EXM tells that a call goes on from here (ANSI) */
	char *charge_number;	   /* charge-number = "7035551000": of calls that come without a calling one (ANSI) */
	char *jurisdiction;	   /* jurisdiction = "703555": where calls come from (ANSI) */
	unsigned line_information; /* line-information = 0 to 99: of calls that come without one (ANSI) */
	bool line_information_set;
	char *country, *area;	   /* country = "49", area = "30": our own, for national and subscriber numbers */
	char *national_prefix;	   /* "0": dialled before a national number in a SIP number that is not +E.164 */
	char *international_prefix; /* "00" */
	enum conf_failure span_failure; /* span-failure = network-out-of-order | temporary-failure | keep */
	enum conf_echo echo;	   /* echo-cancel = off | 32ms | 64ms | 128ms: the longest echo path */
	unsigned echo_block_ms;	   /* echo-block = 4ms | 8ms: longer is cheaper, and later */
	bool no_nlp;		   /* echo-nlp = on | off: the canceller's non-linear processor */
	bool no_dtmf_detection;	   /* dtmf-detection = on | off: of the bearers' in-band digits */
	enum conf_fax fax;	   /* fax = off | vbd */
	bool no_transit_echo;	   /* transit-echo-cancel = on | off: echo-cancel, where the other side is a bearer, too */
	bool transit_detection;	   /* transit-detection = off | on: and dtmf-detection and fax */
	struct conf_isup_parties parties;
	unsigned min_digits;	   /* overlap: shortest called number that may be complete without ST */
	unsigned max_calls;	   /* max-calls = 0: no limit but the circuits */
	struct conf_trunk_policy policy;
	struct conf_trunk_overlap overlap;
	struct conf_timer timers[CONF_TIMERS_MAX]; /* timers { T7 = 25s } */
	size_t n_timers;
};

#endif
