/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A trunk without an outside: every call on it alerts and is answered at once. For measuring the other side alone. */
#ifndef CALL_LOOP_H
#define CALL_LOOP_H

#include "gw/call/call.h"

/* Prepares a trunk of that name (borrow), to be given to call_core_add_trunk. */
void loop_trunk_init(struct trunk *trunk, const char *name);

#endif
