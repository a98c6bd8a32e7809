/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Hours of the week: days by their English names, times from 00:00 to 24:00. */
#include "gw/base/week.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define EVERY_DAY 0x7f

static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

/* A day's name at *at, stepped over; -1: none. */
static int day_at(const char **at)
{
	for (int day = 0; day < 7; day++) {
		if (strncasecmp(*at, names[day], 3) != 0)
			continue;
		*at += 3;
		return day;
	}
	return -1;
}

static int days_at(const char **at, uint8_t *days)
{
	*days = 0;
	for (;;) {
		int first = day_at(at), last = first;

		if (first >= 0 && **at == '-') {
			++*at;
			last = day_at(at);
		}
		if (first < 0 || last < 0)
			return -EINVAL;
		for (int day = first;; day = (day + 1) % 7) {
			*days |= (uint8_t)(1u << day);
			if (day == last)
				break;
		}
		if (**at != ',')
			return 0;
		++*at;
	}
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "08:30" */
static int minute_at(const char **at, uint16_t *minute)
{
	const char *p = *at;
	unsigned hours, minutes;

	for (unsigned i = 0; i < 5; i++)
		if (i == 2 ? p[i] != ':' : !digit(p[i]))
			return -EINVAL;
	hours = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
	minutes = (unsigned)(p[3] - '0') * 10 + (unsigned)(p[4] - '0');
	if (minutes > 59 || hours * 60 + minutes > WEEK_DAY_MINUTES)
		return -EINVAL;
	*minute = (uint16_t)(hours * 60 + minutes);
	*at += 5;
	return 0;
}

static int hours_at(const char **at, struct week_window *window)
{
	if (minute_at(at, &window->begin) || **at != '-')
		return -EINVAL;
	++*at;
	if (minute_at(at, &window->end) || window->begin == WEEK_DAY_MINUTES ||
	    window->begin == window->end)
		return -EINVAL;
	return 0;
}

int week_parse(struct week_window *out, const char *text)
{
	struct week_window window = { .days = EVERY_DAY };
	bool days = text[0] && !digit(text[0]);

	if (!text[0] || (days && days_at(&text, &window.days)))
		return -EINVAL;
	if (days && *text == ' ')
		text += strspn(text, " ");
	else if (days && *text)
		return -EINVAL;
	if (*text && hours_at(&text, &window))
		return -EINVAL;
	if (*text)
		return -EINVAL;
	if (out)
		*out = window;
	return 0;
}

bool week_has(const struct week_window *window, struct week_time at)
{
	bool today = window->days & 1u << at.day;
	bool yesterday = window->days & 1u << (at.day + 6) % 7;

	if (window->begin == window->end)
		return today;
	if (window->begin < window->end)
		return today && at.minute >= window->begin && at.minute < window->end;
	return (today && at.minute >= window->begin) || (yesterday && at.minute < window->end);
}

struct week_time week_local(time_t seconds)
{
	struct tm tm = { 0 };

	(void)localtime_r(&seconds, &tm);
	return (struct week_time){ .day = (uint8_t)tm.tm_wday,
				   .minute = (uint16_t)(tm.tm_hour * 60 + tm.tm_min) };
}
