/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The wall clock as text, against the C library's calendar. */
#include <string.h>
#include <time.h>

#include "gw/base/wall.h"
#include "tests/unit/cu.h"

static void known(void)
{
	char text[WALL_TEXT_MAX];

	CU_ASSERT_EQUAL(wall_text(0, 0, text), 20);
	CU_ASSERT_STRING_EQUAL(text, "1970-01-01T00:00:00Z");
	CU_ASSERT_EQUAL(wall_text(UINT64_C(1795244971556871), 6, text), 27);
	CU_ASSERT_STRING_EQUAL(text, "2026-11-21T07:09:31.556871Z");
	CU_ASSERT_EQUAL(wall_text(UINT64_C(1795244971556871), 3, text), 24);
	CU_ASSERT_STRING_EQUAL(text, "2026-11-21T07:09:31.556Z");
}

/* Every day of 500 years, and a second before and after each midnight. */
static void calendar(void)
{
	char text[WALL_TEXT_MAX], wanted[WALL_TEXT_MAX];
	unsigned wrong = 0;

	for (time_t day = 1; day < 500 * 366; day++) {
		for (time_t s = day * 86400 - 1; s <= day * 86400; s++) {
			struct tm tm;

			gmtime_r(&s, &tm);
			strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &tm);
			(void)wall_text((uint64_t)s * 1000000, 0, text);
			wrong += strcmp(text, wanted) != 0;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void now(void)
{
	time_t before = time(NULL);
	uint64_t us = wall_now_us();

	CU_ASSERT(us / 1000000 >= (uint64_t)before);
	CU_ASSERT(us / 1000000 <= (uint64_t)time(NULL));
}

static CU_TestInfo tests[] = {
	{ "known moments", known },
	{ "the calendar of 500 years", calendar },
	{ "now", now },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("wall", tests, argc, argv);
}
