/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Spans: what tdm/span.h refuses, descriptors of timeslots, alarm words. */
#include "tests/unit/tdm/pair.h"

#include <sys/stat.h>

static void alarm_words(void)
{
	static const struct {
		unsigned alarms;
		const char *text;
	} rows[] = {
		{ 0, "none" },
		{ TDM_ALARM_LOS | TDM_ALARM_DOWN, "los" },
		{ TDM_ALARM_AIS | TDM_ALARM_DOWN, "ais" },
		{ TDM_ALARM_RAI, "rai" },
		{ TDM_ALARM_DOWN, "red" },
		{ TDM_ALARM_LOS | TDM_ALARM_RAI, "los,rai" },
		{ TDM_ALARM_DOWN | TDM_ALARM_RAI, "rai,red" },
	};
	char text[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tdm_alarms_text(rows[i].alarms, text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, rows[i].text);
	}
	tdm_alarms_text(TDM_ALARM_LOS | TDM_ALARM_RAI, text, 6);
	CU_ASSERT_STRING_EQUAL(text, "los");
}

static void conf_refused(void)
{
	struct pair pair;
	struct tdm_span *span;

	pair_init(&pair, TDM_E1, 5);
	struct tdm_span_conf bad = pair.conf_a;

	CU_ASSERT_EQUAL(tdm_span_open(&span, "copper", &pair.conf_a), -EINVAL);
	CU_ASSERT_PTR_NULL(span);
	bad.chunk_ms = 0;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "virtual", &bad), -EINVAL);
	bad.chunk_ms = 21;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "virtual", &bad), -EINVAL);
	bad = pair.conf_a;
	bad.name = "a name that does not fit into a span's name at all";
	CU_ASSERT_EQUAL(tdm_span_open(&span, "virtual", &bad), -EINVAL);
	bad = pair.conf_a;
	bad.cable = NULL;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "virtual", &bad), -EINVAL);
	bad.cable = "/nonexistent/folder/cable.sock";
	CU_ASSERT_EQUAL(tdm_span_open(&span, "virtual", &bad), -ENOENT);
	char path[200];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	bad.cable = path;
	CU_ASSERT_EQUAL(tdm_span_open(&span, "virtual", &bad), -ENAMETOOLONG);
	tdm_span_close(NULL);
	rmdir(pair.folder);
}

static void timeslots(void)
{
	struct pair pair;

	pair_init(&pair, TDM_E1, 5);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	CU_ASSERT_EQUAL(tdm_span_timeslots(pair.a), 31);
	CU_ASSERT_EQUAL(tdm_span_bearer(pair.a, 0), -EINVAL);
	CU_ASSERT_EQUAL(tdm_span_bearer(pair.a, 32), -EINVAL);
	CU_ASSERT_EQUAL(tdm_span_signalling(pair.a, 32), -EINVAL);
	int fd = tdm_span_bearer(pair.a, 31);

	CU_ASSERT_TRUE(fd >= 0);
	CU_ASSERT_EQUAL(tdm_span_bearer(pair.a, 31), -EBUSY);
	CU_ASSERT_EQUAL(tdm_span_signalling(pair.a, 31), -EBUSY);
	tdm_span_release(pair.a, 31);
	CU_ASSERT_EQUAL(write(fd, "x", 1), -1);
	CU_ASSERT_EQUAL(errno, EBADF);
	tdm_span_release(pair.a, 31);
	tdm_span_release(pair.a, 99);
	CU_ASSERT_TRUE(tdm_span_signalling(pair.a, 31) >= 0);
	pair_close(&pair);
	pair_init(&pair, TDM_T1, 5);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	CU_ASSERT_EQUAL(tdm_span_timeslots(pair.a), 24);
	CU_ASSERT_EQUAL(tdm_span_bearer(pair.a, 25), -EINVAL);
	pair_close(&pair);
}

/* Handed over and back faster than the line thread looks. */
static void open_and_release_at_speed(void)
{
	struct pair pair;

	pair_init(&pair, TDM_E1, 5);
	pair_open(&pair);
	for (unsigned i = 0; i < 300; i++) {
		unsigned timeslot = 1 + i % 31;
		int fd = i % 2 ? tdm_span_bearer(pair.a, timeslot)
			       : tdm_span_signalling(pair.a, timeslot);

		CU_ASSERT_TRUE_FATAL(fd >= 0);
		CU_ASSERT_EQUAL(write(fd, "0123456789", 10), 10);
		if (i % 40 == 39)
			CU_ASSERT_TRUE(clock_wait(pair.a) > 0);
		tdm_span_release(pair.a, timeslot);
	}
	CU_ASSERT_EQUAL(tdm_span_alarms(pair.a), 0);
	pair_close(&pair);
}

/* A socket that a dead process left is replaced; what somebody serves, or what is no socket, is
 * not. */
static void socket_file(void)
{
	struct pair pair;
	struct tdm_span *other;

	pair_init(&pair, TDM_E1, 5);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	CU_ASSERT_EQUAL(tdm_span_open(&other, "virtual", &pair.conf_a), -EADDRINUSE);
	char kept[80];

	snprintf(kept, sizeof(kept), "%s.kept", pair.cable);
	CU_ASSERT_EQUAL(link(pair.cable, kept), 0);
	tdm_span_close(pair.a);
	CU_ASSERT_EQUAL(rename(kept, pair.cable), 0);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&pair.a, "virtual", &pair.conf_a), 0);
	tdm_span_close(pair.a);
	pair.a = NULL;
	FILE *file = fopen(pair.cable, "w");

	fclose(file);
	CU_ASSERT_EQUAL(tdm_span_open(&other, "virtual", &pair.conf_a), -EADDRINUSE);
	CU_ASSERT_EQUAL(unlink(pair.cable), 0);
	pair_close(&pair);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "alarm words", alarm_words },
		{ "conf refused", conf_refused },
		{ "timeslots", timeslots },
		{ "open and release at speed", open_and_release_at_speed },
		{ "socket file", socket_file },
		CU_TEST_INFO_NULL,
	};

	return cu_run("span", tests, argc, argv);
}
