/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What routes ask of a call and how they hunt, what a trunk makes of numbers and how much it takes: parts of conf/conf.h. */
#ifndef CONF_ROUTING_H
#define CONF_ROUTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_REWRITES_MAX  32
#define CONF_CONDITIONS_MAX 16
#define CONF_TARGETS_MAX   16

/* How a number is written towards a trunk. */
enum conf_number_form {
	CONF_FORM_AS_IS,
	CONF_FORM_INTERNATIONAL, /* +49301234 */
	CONF_FORM_NATIONAL,	 /* 301234, national; others international */
	CONF_FORM_SUBSCRIBER,	 /* 1234, subscriber; others as national */
	CONF_FORM_DIALLED,	 /* 0301234, 0044...: with the trunk's dialling prefixes */
	CONF_FORM_DIGITS,	 /* 49301234, of unknown nature */
};

/* Of an isup or sip trunk. Calls at once and calls a second: 0 is no limit. */
struct conf_trunk_policy {
	enum conf_number_form form;		/* numbers-out = as-is | international | ... */
	char *rewrite_in[CONF_REWRITES_MAX];	/* rewrite-in = {"00 +", "9 -", "112 ="}: the first that fits */
	size_t n_rewrite_in;
	char *rewrite_out[CONF_REWRITES_MAX];
	size_t n_rewrite_out;
	unsigned max_in, max_out;		/* max-calls-in, max-calls-out */
	unsigned rate, rate_in, rate_out;	/* call-rate, call-rate-in, call-rate-out */
	unsigned burst;				/* call-burst: of them at once; 0: as many as the rate */
	bool return_refused;			/* return-calls = allow | refuse: out by the trunk it came from */
};

/* What a call must be for the route to count, beside its number and trunk. */
struct conf_route_match {
	char *calling[CONF_CONDITIONS_MAX];  /* calling = {"+4930"}: how the caller's number begins */
	size_t n_calling;
	char *category[CONF_CONDITIONS_MAX]; /* category = {"ordinary", "payphone"} */
	size_t n_category;
	char *bearer[3];		     /* bearer = {"speech", "audio", "data"} */
	size_t n_bearer;
	char *carrier[CONF_CONDITIONS_MAX];  /* carrier-code = {"+491012"}: which carrier the call asks for, its whole code */
	size_t n_carrier;
	char *times[CONF_CONDITIONS_MAX];    /* times = {"mon-fri 08:00-18:00"} */
	size_t n_times;
};

enum conf_order { CONF_ORDER_LISTED, CONF_ORDER_WEIGHT, CONF_ORDER_PERCENTAGE, CONF_ORDER_LEAST_BUSY };

struct conf_route_hunt {
	enum conf_order order;		   /* hunt = order | weight | percentage | least-busy */
	unsigned shares[CONF_TARGETS_MAX]; /* shares = {70, 30}: in the order of to */
	size_t n_shares;
	bool failover_set;
	uint64_t failover[2];		   /* failover = "34,38,41-44": bit n is cause n */
	unsigned attempts;		   /* attempts = 3: trunks that may be asked; 0: all */
};

struct conf_enum { /* enum { } */
	uint32_t timeout_ms; /* how long a call waits for an answer */
	unsigned cache;	     /* answers that are remembered */
};

#endif
