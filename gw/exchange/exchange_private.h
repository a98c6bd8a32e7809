/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The exchange's own view of itself and of its calls. */
#ifndef EXCHANGE_PRIVATE_H
#define EXCHANGE_PRIVATE_H

#include <jansson.h>

#include "gw/base/list.h"
#include "gw/base/loop.h"
#include "gw/exchange/audio.h"
#include "gw/exchange/control.h"
#include "gw/exchange/exchange.h"
#include "gw/exchange/plan.h"
#include "gw/exchange/recording.h"
#include "gw/exchange/report.h"
#include "gw/exchange/trunk.h"

#define CALL_HEARD_MAX 1024

/* An originate section at work. */
struct origin {
	struct exchange *exchange;	    /* borrow */
	const struct conf_originate *conf;  /* borrow */
	struct sound *play;		    /* own */
	unsigned left;			    /* calls still to be made */
	struct timer timer;
};

/* A number section with its sounds. */
struct subscriber {
	const struct conf_number *conf; /* borrow */
	struct sound *play, *early;	/* own; early NULL: ringback */
};

struct exchange {
	struct exchange_user user;
	uv_loop_t *loop;	    /* borrow */
	struct conf_exchange *conf; /* own */
	struct timer_heap *heap;    /* own */
	struct loop_timers timers;
	bool timers_open;
	struct trunk *trunk;		  /* own */
	struct audio *audio;		  /* own */
	struct report *report;		  /* own; NULL: none */
	struct exchange_control *control; /* own; NULL: none */
	struct subscriber *subscribers;	  /* own: as conf->numbers */
	struct origin *origins;		  /* own: as conf->originates */
	struct list calls;		  /* own: not over yet */
	struct list over;		  /* own: to be freed */
	struct timer reap;		  /* frees them */
	struct timer look;		  /* until ready, and while stopping */
	bool ready, stopping, stopped;
	uint64_t stop_deadline_us;
	unsigned last_call;
	struct exchange_totals totals;
};

enum call_state {
	CALL_ST_COLLECTING, /* incoming: digits are awaited */
	CALL_ST_PROCEEDING, /* the number is complete, or the IAM was sent */
	CALL_ST_RINGING,    /* ACM was sent or received */
	CALL_ST_ANSWERED,
	CALL_ST_RELEASING, /* REL was sent or received: circuit, audio and recording are waited for */
};

struct exchange_call {
	struct list_node node;
	struct exchange *exchange; /* borrow */
	unsigned id;
	char name[16]; /* for the log */
	bool outgoing, over;
	enum call_state state;
	struct isup_circuit *circuit; /* borrow; NULL when no longer ours */
	int cic;		      /* -1: never had one */
	unsigned attempts;	      /* outgoing: circuits tried again */
	/* what it is to do */
	const struct conf_script *script;    /* borrow; NULL: no number was found */
	const struct subscriber *subscriber; /* borrow; incoming */
	const struct conf_originate *origin; /* borrow; outgoing */
	const struct sound *play;	     /* borrow */
	struct isup_number called, calling;
	bool acm_sent;
	uint8_t digits_sent; /* outgoing: of called */
	struct timer step;   /* delay, hold, give-up: one at a time */
	struct timer digit;  /* next SAM */
	struct timer dtmf;   /* DTMF after the answer */
	/* audio */
	struct line *line;	     /* borrow; while audio_up */
	bool audio_up, audio_closing;
	struct recording *recording; /* own, until it is finished */
	bool recorded;		     /* one was begun */
	char *path;		     /* own: of the recording */
	struct recording_result result; /* path is not valid */
	struct audio_stats audio;
	char heard[CALL_HEARD_MAX]; /* digits */
	/* for the report */
	uint64_t start_us;
	json_t *start, *events; /* own */
	int64_t answer_ms;	/* -1: not answered */
	struct isup_cause cause;
	const char *released_by; /* "local", "remote" or "network"; NULL: not yet */
};

/* call.c: what both directions share. */
struct exchange_call *call_new(struct exchange *exchange, bool outgoing);
void call_event(struct exchange_call *call, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void call_set_state(struct exchange_call *call, enum call_state state);
const char *call_state_name(enum call_state state);
bool call_is_ansi(const struct exchange_call *call);
void call_take_circuit(struct exchange_call *call, struct isup_circuit *circuit);
/* What fails is an event of the call, too. */
int call_send(struct exchange_call *call, struct isup_msg *msg);
/* Starts the script's part that begins with the answer. */
void call_answered(struct exchange_call *call);
/* Our own release, by whom: "local", or "network" when something failed here. */
void call_release(struct exchange_call *call, const struct isup_cause *cause, const char *by);
/* The same, and the circuit is left to ISUP: what was lost with a link is not waited for. */
void call_lose(struct exchange_call *call, const struct isup_cause *cause);
void call_release_value(struct exchange_call *call, uint8_t value);
/* Over when neither circuit nor audio nor recording is left. */
void call_check_over(struct exchange_call *call);
void call_free(struct exchange_call *call);
/* From ISUP. */
void call_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind);

/* call_audio.c. Starts the circuit's audio; false when it could not be (and the call was released). */
bool call_audio_start(struct exchange_call *call);
void call_audio_play(struct exchange_call *call, const struct sound *sound);
void call_audio_record(struct exchange_call *call);
void call_audio_stop(struct exchange_call *call);
/* The audio thread is gone. */
void call_audio_abandon(struct exchange_call *call);

/* check.c. Connects a continuity check by the other end to a circuit's timeslot. */
int check_connect(void *arg, struct isup_circuit *circuit, enum isup_check check);

/* incoming.c */
void incoming_setup(struct exchange *exchange, struct isup_circuit *circuit, const struct isup_msg *iam);
void incoming_digits(struct exchange_call *call, const struct isup_indication *ind);
void incoming_step(struct exchange_call *call);	  /* its timer */
void incoming_played(struct exchange_call *call); /* a file came to its end */

/* command_send.c: "[CALL] MESSAGE [OCTETS][, OCTETS]...", which is written into. NULL, or what is wrong with it. */
const char *exchange_send(struct exchange *exchange, char *argument);

/* outgoing.c */
void outgoing_call(struct origin *origin);
/* parameters.c: -ENOSPC, -EINVAL. text: "22 01", pairs of hexadecimal digits, code and contents. */
int parameter_put(const char *text, struct isup_msg *msg);
int parameters_put(const struct conf_script *script, struct isup_msg *msg);
void outgoing_seize(struct exchange_call *call);
void outgoing_indicate(struct exchange_call *call, const struct isup_indication *ind);
void outgoing_digit(struct exchange_call *call); /* its timer */

#endif
