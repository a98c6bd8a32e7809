/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The configuration of causeway-exchange as plain data: read whole, checked whole. Spans, linksets and circuits are
 * written as in causeway's own configuration; numbers say how a call to them goes on, originates which calls are made.
 */
#ifndef CONF_EXCHANGE_H
#define CONF_EXCHANGE_H

#include "conf/conf.h"

#define CONF_PLAY_DBM0 (-10.0f) /* E.180: -10 +-5 dBm0 */

enum conf_play_kind { CONF_PLAY_SILENCE, CONF_PLAY_ECHO, CONF_PLAY_FILE, CONF_PLAY_TONE, CONF_PLAY_RINGBACK, CONF_PLAY_BUSY,
	CONF_PLAY_CONGESTION };

struct conf_play { /* "silence" "echo" "file:PATH" "tone:HZ[+HZ][@DBM0]" "tone:ringback" "tone:busy" "tone:congestion" */
	enum conf_play_kind kind;
	float hz[2];	  /* 0: none */
	float dbm0;	  /* of each */
	const char *file; /* borrow: into the text */
};

enum conf_record { CONF_RECORD_NOT, CONF_RECORD_ANSWERED, CONF_RECORD_ALL };

#define CONF_PARAMETERS_MAX 12

struct conf_script { /* what is done in a call, whoever made it */
	char *play;		 /* play = "tone:425": sent from the answer on; default silence */
	enum conf_record record; /* record = false | true (from the answer on) | early (all there is) */
	char *send_dtmf;	 /* send-dtmf = "123#": after the answer */
	uint32_t dtmf_delay_ms;	 /* dtmf-delay = 500ms: from the answer to the first digit */
	uint32_t hold_ms;	 /* hold = 5s: from the answer to our release; 0: never */
	unsigned echo_erl_db;	 /* echo-erl = 10: what is heard comes back with that loss, dB; 0: not at all */
	uint32_t echo_delay_ms;	 /* echo-delay = 20ms: and that much later */
	char *parameters[CONF_PARAMETERS_MAX]; /* parameters = {"21 83 10 98"}: of the IAM, or of the answer */
	size_t n_parameters;
};

enum conf_action {
	CONF_ACTION_ANSWER,	      /* ACM, ringing, ANM */
	CONF_ACTION_CONNECT,	      /* CON */
	CONF_ACTION_OVERLAP,	      /* as answer, but ACM only when digits-needed digits have come */
	CONF_ACTION_BUSY,	      /* REL 17 */
	CONF_ACTION_NO_ANSWER,	      /* ACM, rings until the caller's side gives up, or for hold */
	CONF_ACTION_UNALLOCATED,      /* REL 1 */
	CONF_ACTION_REJECT,	      /* REL 21 */
	CONF_ACTION_ANNOUNCE_RELEASE, /* ACM with in-band information, the announcement, REL */
	CONF_ACTION_SILENT,	      /* nothing at all */
};

struct conf_number { /* number "030" { }: a called number or its beginning; "" is any */
	char *digits;
	enum conf_action action;
	uint32_t delay_ms;	/* delay = 2s: before the answer or the release */
	char *early;		/* early = "file:...": before the answer, in band instead of ringback */
	bool in_band;		/* ring-in-band = true: the ACM tells of the ringback tone */
	unsigned cause;		/* cause = 17: of our release; 0: the action's own */
	unsigned digits_needed; /* digits-needed = 8: fewer are an incomplete number; 0: any */
	struct conf_script script;
};

enum conf_noa { CONF_NOA_UNKNOWN, CONF_NOA_SUBSCRIBER, CONF_NOA_NATIONAL, CONF_NOA_INTERNATIONAL };

struct conf_originate { /* originate "first" { }: calls that the exchange makes */
	char *name;
	char *called, *calling;		 /* calling NULL: none is sent */
	enum conf_noa noa, calling_noa;	 /* unknown | subscriber | national | international */
	bool restricted;		 /* presentation = allowed | restricted */
	bool no_st;			 /* end-signal = true | false: ST after the last digit (Q.763 3.9) */
	bool interworking;		 /* interworking = true: the caller is not reached by ISUP all the way */
	bool overlap;			 /* overlap = true: IAM with the first digits, a SAM for each other one */
	unsigned first_digits;		 /* first-digits = 4 */
	uint32_t digit_interval_ms;	 /* digit-interval = 200ms */
	bool triggered;			 /* start = ready | trigger: SIGUSR1 or the control socket */
	uint32_t after_ms;		 /* after = 1s: from the start to the first call */
	unsigned count;			 /* count = 1 */
	uint32_t interval_ms;		 /* interval = 1s: between calls */
	uint32_t give_up_ms;		 /* give-up = 10s: released if not answered by then; 0: never */
	struct conf_script script;
};

struct conf_exchange {
	char *file;
	struct { /* log { } */
		char *file, *level;
		unsigned queue;
	} log;
	struct { /* report { }: JSON lines */
		char *file; /* NULL: none */
	} report;
	struct { /* control { } */
		char *socket; /* NULL: none */
	} control;
	struct { /* recordings { } */
		char *folder;
	} recordings;
	struct { /* plan { }: what is put before a called number of that nature to compare it with the numbers here */
		char *national_prefix, *international_prefix;
		unsigned min_digits; /* with fewer digits T35 runs instead of T10 */
	} plan;
	struct conf_span *spans;	     size_t n_spans;
	struct conf_linkset *linksets;	     size_t n_linksets; /* one */
	struct conf_circuits *circuits;	     size_t n_circuits;
	struct conf_number *numbers;	     size_t n_numbers;
	struct conf_originate *originates;   size_t n_originates;
	struct conf_timer timers[CONF_TIMERS_MAX]; /* timers { T9 = 90s } */
	size_t n_timers;
};

/* As conf_read and conf_read_text. */
struct conf_exchange *conf_exchange_read(const char *file, conf_timer_ok_fn *timer_ok, conf_error_fn *error, void *arg);
struct conf_exchange *conf_exchange_read_text(const char *name, const char *text, conf_timer_ok_fn *timer_ok,
					      conf_error_fn *error, void *arg);
void conf_exchange_free(struct conf_exchange *conf);

/* False when the text says nothing that can be played. */
bool conf_play_parse(const char *text, struct conf_play *play);
/* Whether it is a parameter of ISUP as "21 83 10 98", code and contents. */
bool conf_octets_valid(const char *text);

#endif
