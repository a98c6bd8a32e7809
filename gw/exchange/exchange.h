/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A scripted telephone exchange: what causeway-exchange is, without its command line. It answers calls by their called
 * number, makes calls, plays, records, hears DTMF and reports all of it. Core thread.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include <jansson.h>
#include <stddef.h>
#include <uv.h>

#include "conf/exchange.h"

struct exchange;

struct exchange_user {
	/* The link is in service and all circuits are idle, for the first time. */
	void (*ready)(void *arg);
	/* After exchange_stop: nothing is left to be done. */
	void (*stopped)(void *arg);
	void *arg;
};

struct exchange_totals {
	size_t incoming, outgoing;
	size_t answered;
	size_t up; /* not over yet */
};

/* own; takes conf, also when it fails. NULL with *error and a log line. */
struct exchange *exchange_open(struct conf_exchange *conf, const struct exchange_user *user, uv_loop_t *loop,
			       int *error);
/* Releases every call, takes no new ones; stopped() follows at once or within seconds. */
void exchange_stop(struct exchange *exchange);
/* Runs the loop until its files are written. Not from a call-back. NULL is fine. */
void exchange_close(struct exchange *exchange);
/* Makes the calls of the originate section of that name, or of all that wait for a trigger (NULL). -ENOENT. */
int exchange_trigger(struct exchange *exchange, const char *name);
/* Releases the call of that number, or all (0). How many. */
size_t exchange_release(struct exchange *exchange, unsigned call);
struct exchange_totals exchange_totals(const struct exchange *exchange);
/* A line of the control socket: "status", "call NAME", "release [CALL]", "send [CALL] MESSAGE [OCTETS]", "fault SPAN
 * FAULT", "quit". own; NULL when out of memory. */
json_t *exchange_command(struct exchange *exchange, char *line);

#endif
