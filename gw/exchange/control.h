/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A Unix stream socket on which each line is a command and gets one line of JSON as its answer. Core thread. */
#ifndef EXCHANGE_CONTROL_H
#define EXCHANGE_CONTROL_H

#include <jansson.h>
#include <uv.h>

struct exchange_control;

/* Answers a command: own, NULL when out of memory. line is terminated and may be changed. */
typedef json_t *control_fn(void *arg, char *line);

/* own. NULL with *error. */
struct exchange_control *exchange_control_open(uv_loop_t *loop, const char *path, control_fn *fn, void *arg,
					       int *error);
/* Handles close with the loop. NULL is fine. */
void exchange_control_close(struct exchange_control *control);

#endif
