/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The new number in the diagnostic field of causes 22 and 23 (Q.850 table 1; RFC 3398 7.2.4.1, 8.2.5): a called party
 * number as Q.931 4.5.8 has it, its identifier and length before it.
 */
#ifndef PSTN_DIAGNOSTIC_H
#define PSTN_DIAGNOSTIC_H

#include "conf/conf.h"
#include "gw/call/leg.h"

/* Sets new_number from the diagnostic; nothing where that is something else. */
void diagnostic_read(const struct conf_isup *conf, struct leg_release *release);
/* Sets the diagnostic from new_number; nothing where there is no such number, or the field is taken. */
void diagnostic_write(const struct conf_isup *conf, struct leg_release *release);

#endif
