/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Time as people read it: the wall clock, UTC, as RFC 3339 text. Protocol timers never use it. */
#ifndef BASE_WALL_H
#define BASE_WALL_H

#include <stddef.h>
#include <stdint.h>

#define WALL_TEXT_MAX 32

/* Microseconds since 1970. Any thread. */
uint64_t wall_now_us(void);
/* "2026-11-21T07:09:31.556871Z" with 0, 3 or 6 decimals, terminated; returns its length. Any thread. */
size_t wall_text(uint64_t us, unsigned decimals, char text[WALL_TEXT_MAX]);

#endif
