/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The configuration as plain data. Read whole, checked whole, then applied; nothing in here acts. Strings are owned by
 * struct conf. Times are milliseconds in the struct; in a file they are numbers with a unit ("25s", "500ms", "2min").
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/isup.h"
#include "conf/overload.h"
#include "conf/overlap.h"
#include "conf/routing.h"
#include "conf/sip_trunk.h"
#include "conf/treatment.h"

enum conf_span_type { CONF_SPAN_VIRTUAL, CONF_SPAN_DAHDI };

struct conf_span { /* span "e1-1" { } */
	char *name;
	enum conf_span_type type; /* type = virtual | dahdi */
	bool t1;		  /* framing = e1 | t1 */
	bool ulaw;		  /* law = alaw | ulaw; default alaw on E1, ulaw on T1 */
	unsigned chunk_ms;	  /* chunk = 5ms; 1 to 20 */
	char *cable;		  /* cable = "/run/causeway/e1-1.sock" */
	bool listen;		  /* end = listen | connect */
	bool clock_master;	  /* clock = master | line */
	unsigned number;	  /* dahdi: number = 1, as in /proc/dahdi; 0: not given */
	unsigned echo_tail_ms;	  /* dahdi: echo-canceller = 64ms, of the card or its driver; 0: none */
	uint32_t hold_off_ms;	  /* hold-off = 500ms: a failure, or its end, counts after that long */
};

struct conf_link { /* link "0" { } inside a linkset */
	unsigned slc;	   /* its title */
	char *span;	   /* span = "e1-1" */
	unsigned timeslot; /* timeslot = 16 */
};

struct conf_linkset { /* linkset "ls1" { } */
	char *name;
	char *variant;	   /* variant = itu | etsi | q767 | ansi | uk | ...: of its MTP and ISUP */
	bool ansi;	   /* variant is ansi */
	uint32_t opc, dpc; /* point codes: 1-2-3 (ITU 3-8-3, ANSI 8-8-8) or a number; dpc: the adjacent point */
	bool sls5;	   /* sls-bits = 8 | 5: of ANSI's signalling link selection */
	uint8_t network;   /* network = international | international-spare | national | national-spare: 0 to 3 */
	unsigned heal_per_minute;  /* heal-rate = 30: steps of the circuit healer a minute, over the linkset */
	unsigned heal_burst;	   /* heal-burst = 5: of them at once */
	struct conf_link *links;
	size_t n_links;
};

#define CONF_CAUSES_MAX 64

struct conf_causes { /* causes "mine" { }: a profile of cause tables of the operator's own */
	char *name;
	char *base; /* base = rfc3398 | rfc4497 | "q1912.5": for what is not written here */
	char *to_status[CONF_CAUSES_MAX]; /* to-status = {"41 500"}: ISUP cause to SIP status */
	size_t n_to_status;
	char *to_cause[CONF_CAUSES_MAX];  /* to-cause = {"404 1"}: SIP status to ISUP cause */
	size_t n_to_cause;
};

struct conf_route { /* route "berlin" { } */
	char *name;
	char *prefix;		     /* prefix = "030"; "" matches all. Matched against digits, or "+49..." for E.164 */
	char *from;		     /* from = "pbx": only calls from this trunk; NULL: any */
	char *to[CONF_LISTS_MAX];    /* to = {"pstn", "pstn2"}: trunk groups in order */
	size_t n_to;
	unsigned strip;		     /* digits taken off the front */
	char *prepend;
	uint32_t no_answer_ms;	     /* 0: the protocol's own timer */
	char *digits;		     /* digits = "[2-9]xxxxxx|0xxxxx.T": a digit map, which numbers are complete */
	struct conf_treatment treatment; /* of calls by this route, before their trunk's */
	uint32_t rtp_timeout_ms;     /* rtp-timeout = 30s; 0: the trunk's */
	bool rtp_failure_keep;	     /* rtp-failure = release | keep */
	uint32_t silence_ms;	     /* silence-timeout = 30s, of either side; 0: the trunk's */
	struct conf_route_match match;
	struct conf_route_hunt hunt;
	bool emergency, carrier;     /* emergency = on, carrier = on: no limit refuses its calls */
	char *enum_root;	     /* enum = "e164.arpa": where the number is looked up (RFC 6116); NULL: it is not */
	struct conf_route_overlap overlap;
};

struct conf_listen { /* listen = {"udp:127.0.0.1:5060", "tcp:[::1]:5060"} */
	enum conf_transport transport;
	char address[48];
	unsigned port;
};

struct conf {
	char *file;
	struct { /* log { } */
		char *file;	 /* NULL: standard error */
		char *level;	 /* error warning notice info debug */
		unsigned queue;	 /* lines */
	} log;
	struct { /* control { } */
		char *socket;	 /* default /run/causeway/control.sock */
		char *group;	 /* NULL: the daemon's own */
	} control;
	struct { /* cdr { } */
		char *file;	 /* NULL: none */
		unsigned queue;
	} cdr;
	struct { /* sip { } */
		struct conf_listen listen[CONF_LISTS_MAX];
		size_t n_listen;
		char *user_agent;
		char *domain;	 /* for From and Contact; NULL: the address */
		uint32_t t1_ms, t2_ms, t4_ms;	/* RFC 3261 17: 500ms 4s 5s */
		unsigned max_connections;
		uint32_t idle_ms;
		uint32_t call_check_ms;	/* 0: never */
		char *dns[4];	 /* dns = {"127.0.0.1:5353"}; empty: the system's */
		size_t n_dns;
	} sip;
	struct { /* rtp { } */
		char *address;	 /* local address written into SDP */
		unsigned port_first, port_last; /* ports = "10000-19999" */
		unsigned jitter_min_ms, jitter_max_ms; /* jitter = "5-200" */
		uint32_t timeout_ms;	/* no RTP for this long ends the call; 0: never */
	} rtp;
	struct { /* media { } */
		unsigned threads;
		bool realtime;	 /* priority = realtime | normal */
	} media;
	struct conf_tones tones;	struct conf_treatment treatment; /* of every call */
	struct conf_overload overload;
	struct conf_enum enums;
	struct { /* state { } */
		char *folder;	 /* what is kept over a restart; NULL: nothing is */
	} state;
	struct conf_span *spans;	size_t n_spans;
	struct conf_linkset *linksets;	size_t n_linksets;
	struct conf_isup *isups;	size_t n_isups;
	struct conf_causes *causes;	size_t n_causes;
	struct conf_sip_trunk *sips;	size_t n_sips;
	struct conf_route *routes;	size_t n_routes;
};

/* Called for every fault: text is "FILE:LINE: reason; what would be right" without a line end. */
typedef void conf_error_fn(void *arg, const char *text);

/* own; NULL when anything is wrong, after every fault was reported. timer_ok tells whether NAME is a timer that isup
 * knows and ms lies in its limits (*min, *max filled in), so that conf needs no protocol's header. */
typedef bool conf_timer_ok_fn(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms);
struct conf *conf_read(const char *file, conf_timer_ok_fn *timer_ok, conf_error_fn *error, void *arg);
/* What a timer of Q.764 is when timers { } does not name it; 0: no such timer. */
typedef uint32_t conf_timer_default_fn(const char *name, bool ansi);
/* Who hears of what is right but will not do what is meant: "FILE:LINE: warning: what; what would be right". */
struct conf_lint {
	conf_error_fn *warning;
	void *arg;
	conf_timer_default_fn *timer_default;
};
/* The same as conf_read, with warnings. */
struct conf *conf_read_linted(const char *file, conf_timer_ok_fn *timer_ok, conf_error_fn *error, void *arg,
			      const struct conf_lint *lint);
struct conf *conf_read_text(const char *name, const char *text, conf_timer_ok_fn *timer_ok, conf_error_fn *error, void *arg);
void conf_free(struct conf *conf);
/* own text that reads back to an equal struct; free() it. NULL when out of memory. */
char *conf_print(const struct conf *conf);
bool conf_equal(const struct conf *a, const struct conf *b);

const struct conf_span *conf_span_find(const struct conf *conf, const char *name);
const struct conf_linkset *conf_linkset_find(const struct conf *conf, const char *name);
/* NULL is not. */
bool conf_is_ansi(const struct conf_linkset *linkset);
const struct conf_isup *conf_isup_find(const struct conf *conf, const char *name);
const struct conf_sip_trunk *conf_sip_find(const struct conf *conf, const char *name);
const struct conf_causes *conf_causes_find(const struct conf *conf, const char *name);
/* A published profile's name. */
bool conf_causes_published(const char *name);

#endif
