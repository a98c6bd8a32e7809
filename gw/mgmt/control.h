/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The control socket: a Unix stream socket, one request and one answer a line, both JSON:
 *   {"argv":["show","calls"],"json":false}  ->  {"ok":true,"text":"..."}
 * Who may connect is settled by the socket's mode and group. A request has at most 8192 octets and 16 words; what is wrong
 * is answered with ok false. Core thread.
 */
#ifndef MGMT_CONTROL_H
#define MGMT_CONTROL_H

#include <stdbool.h>
#include <uv.h>

#include "gw/base/str.h"

struct control;
struct control_reply;

struct control_command {
	const char *name;  /* first word */
	const char *usage; /* "block TRUNK CIC" */
	const char *help;
	unsigned min_args, max_args; /* after the name */
	/* json: the client asked for JSON. */
	void (*run)(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv, bool json);
	void *arg;
	struct control_command *next;
};

/* own; group NULL: the daemon's own, mode 0660. An old socket file is replaced unless a daemon answers on it (-EADDRINUSE);
 * another kind of file is left alone (-EEXIST).
 * NULL with *error. */
struct control *control_open(uv_loop_t *loop, const char *path, const char *group, int *error);
/* Run the loop until its handles are closed; removes the file. */
void control_close(struct control *control);
void control_register(struct control *control, struct control_command *command);

/* For a command: adds to the answer's text; a failure makes the client exit with 1. */
void control_printf(struct control_reply *reply, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void control_text(struct control_reply *reply, const char *text);
void control_fail(struct control_reply *reply, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
