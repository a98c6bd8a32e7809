/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Hours of the week: how they are written, over midnight, and over the changes of summer time. */
#include "gw/base/week.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/unit/cu.h"

enum { SUN, MON, TUE, WED, THU, FRI, SAT };

static bool in(const char *text, unsigned day, unsigned hour, unsigned minute)
{
	const struct week_time at = { (uint8_t)day, (uint16_t)(hour * 60 + minute) };
	struct week_window window;

	CU_ASSERT_EQUAL_FATAL(week_parse(&window, text), 0);
	return week_has(&window, at);
}

static void windows(void)
{
	static const struct {
		const char *text;
		unsigned day, hour, minute;
		bool is;
	} cases[] = {
		{ "mon-fri 08:00-18:00", MON, 8, 0, true },
		{ "mon-fri 08:00-18:00", MON, 7, 59, false },
		{ "mon-fri 08:00-18:00", FRI, 17, 59, true },
		{ "mon-fri 08:00-18:00", FRI, 18, 0, false },
		{ "mon-fri 08:00-18:00", SAT, 12, 0, false },
		{ "Sat,sun", SUN, 0, 0, true },
		{ "sat,sun", SAT, 23, 59, true },
		{ "sat,sun", MON, 0, 0, false },
		{ "fri-mon", SUN, 1, 0, true },
		{ "fri-mon", MON, 23, 0, true },
		{ "fri-mon", TUE, 0, 0, false },
		{ "22:00-06:00", WED, 23, 0, true },
		{ "22:00-06:00", WED, 5, 59, true },
		{ "22:00-06:00", WED, 6, 0, false },
		{ "fri 22:00-06:00", SAT, 5, 59, true },
		{ "fri 22:00-06:00", FRI, 5, 59, false },
		{ "sat 22:00-06:00", SUN, 0, 0, true },
		{ "mon 18:00-24:00", MON, 23, 59, true },
		{ "mon 18:00-24:00", TUE, 0, 0, false },
		{ "sun,tue-wed 00:00-24:00", WED, 12, 0, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CU_ASSERT_EQUAL(in(cases[i].text, cases[i].day, cases[i].hour, cases[i].minute),
				cases[i].is);
}

static void wrong(void)
{
	static const char *const texts[] = {
		"",
		"xyz",
		"mon-",
		"mon,",
		"mon 8:00-18:00",
		"08:00",
		"08:00-",
		"08:00-25:00",
		"08:60-09:00",
		"24:00-08:00",
		"08:00-08:00",
		"mon08:00-09:00",
		"mon 08:00-09:00 ",
		"-mon",
		"24:01-24:02",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CU_ASSERT_EQUAL(week_parse(NULL, texts[i]), -EINVAL);
}

/* Central European Time by POSIX's own rule, so that no zone files are needed. */
static void summer_time(void)
{
	static const struct {
		time_t seconds;
		unsigned day, hour, minute;
	} cases[] = {
		{ 1774745999, SUN, 1, 59 }, /* 2026-03-29 00:59:59 UTC */
		{ 1774746000, SUN, 3, 0 },  /* 02:00 is left out */
		{ 1792889999, SUN, 2, 59 }, /* 2026-10-25 00:59:59 UTC, summer time */
		{ 1792890000, SUN, 2, 0 },  /* 02:00 comes again */
		{ 1767225600, THU, 1, 0 },  /* 2026-01-01 00:00 UTC */
		{ 1782864000, WED, 2, 0 },  /* 2026-07-01 00:00 UTC */
	};

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct week_time at = week_local(cases[i].seconds);

		CU_ASSERT_EQUAL(at.day, cases[i].day);
		CU_ASSERT_EQUAL(at.minute, cases[i].hour * 60 + cases[i].minute);
	}
	unsetenv("TZ");
	tzset();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "windows", windows },
		{ "wrong", wrong },
		{ "summer time", summer_time },
		CU_TEST_INFO_NULL,
	};

	return cu_run("week", tests, argc, argv);
}
