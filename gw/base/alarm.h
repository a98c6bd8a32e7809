/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Alarms that somebody must look at: raised once, cleared once, both logged and kept for `show alarms`. Core thread. */
#ifndef BASE_ALARM_H
#define BASE_ALARM_H

#include <stddef.h>

#include "gw/base/table.h"

/* The same source and text are one alarm; raising it again, or clearing one that is not raised, does nothing. */
void alarm_raise(const char *source, const char *text);
void alarm_clear(const char *source, const char *text);
/* Alarms raised now. */
size_t alarm_count(void);
/* Registers `show alarms`. */
void alarm_show_open(void);
/* Forgets everything and unregisters. */
void alarm_close(void);

#endif
