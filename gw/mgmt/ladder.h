/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Ladder diagrams of the last calls: both legs, timers, media events, with times. Core thread. */
#ifndef MGMT_LADDER_H
#define MGMT_LADDER_H

#include <stddef.h>

#include "gw/base/str.h"

struct ladder;

/* own; remembers the last `calls` calls. Listens to the trace tap until freed. NULL when out of memory. */
struct ladder *ladder_new(size_t calls);
void ladder_free(struct ladder *ladder);
/* own text of one call's diagram, free() it. id "last" is the latest call. NULL when the call is not known. */
char *ladder_text(const struct ladder *ladder, struct str id);
/* The same events as JSON. */
char *ladder_json(const struct ladder *ladder, struct str id);

#endif
