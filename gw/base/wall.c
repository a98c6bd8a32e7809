/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The wall clock as text, without strftime: every log line and call record has some. */
#include "gw/base/wall.h"

#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400
#define SECOND_OCTETS 19 /* 2026-01-31T23:59:59 */

struct date {
	unsigned year, month, day;
};

uint64_t wall_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The Gregorian calendar in years that begin on the first of March: a leap day comes last. */
static struct date date_of(uint64_t days_since_1970)
{
	uint64_t days = days_since_1970 + 719468; /* since 0000-03-01 */
	uint64_t era = days / 146097;		  /* of 400 years */
	unsigned day = (unsigned)(days % 146097);
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned of_year = day - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * of_year + 2) / 153; /* 0: March */

	return (struct date){
		.year = (unsigned)(era * 400) + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
	};
}

static char *put(char *at, unsigned value, unsigned digits, char behind)
{
	for (unsigned i = digits; i > 0; value /= 10)
		at[--i] = (char)('0' + value % 10);
	at[digits] = behind;
	return at + digits + 1;
}

/* To the second. Log lines and call records come in hundreds with the same one. */
static char *put_second(char *at, uint64_t second)
{
	static _Thread_local struct {
		uint64_t second;
		char text[SECOND_OCTETS + 1];
	} last;
	unsigned of_day = (unsigned)(second % SECONDS_A_DAY);

	if (second != last.second || !last.text[0]) {
		struct date date = date_of(second / SECONDS_A_DAY);
		char *to = last.text;

		to = put(to, date.year, 4, '-');
		to = put(to, date.month, 2, '-');
		to = put(to, date.day, 2, 'T');
		to = put(to, of_day / 3600, 2, ':');
		to = put(to, of_day / 60 % 60, 2, ':');
		(void)put(to, of_day % 60, 2, '\0');
		last.second = second;
	}
	return mempcpy(at, last.text, SECOND_OCTETS);
}

size_t wall_text(uint64_t us, unsigned decimals, char text[WALL_TEXT_MAX])
{
	unsigned fraction = (unsigned)(us % 1000000);
	char *at = put_second(text, us / 1000000);

	*at++ = decimals ? '.' : 'Z';
	if (decimals)
		at = put(at, decimals == 3 ? fraction / 1000 : fraction, decimals, 'Z');
	*at = '\0';
	return (size_t)(at - text);
}
