/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Hours of the week as people write them: "mon-fri 08:00-18:00", "sat,sun", "22:00-06:00". A window that ends before it
 * begins goes on over midnight and belongs to the day on which it began. Local time: what is 08:00 stays 08:00 over a
 * change to or from summer time.
 */
#ifndef BASE_WEEK_H
#define BASE_WEEK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define WEEK_DAY_MINUTES 1440

struct week_window {
	uint8_t days;	     /* bit 0: Sunday, as tm_wday */
	uint16_t begin, end; /* minutes of the day; begin == end: the whole day */
};

struct week_time {
	uint8_t day;	 /* 0: Sunday */
	uint16_t minute; /* of the day */
};

/* -EINVAL; window NULL: only checks. */
int week_parse(struct week_window *window, const char *text) __attribute__((warn_unused_result));
bool week_has(const struct week_window *window, struct week_time at);
/* In the local time zone (TZ, /etc/localtime). */
struct week_time week_local(time_t seconds);

#endif
