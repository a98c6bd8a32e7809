/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A file behind a bounded queue, and alarms: what is taken is written whole, what does not fit is
 * counted. */
#include "gw/base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "tests/unit/cu.h"

static char folder[] = "/tmp/causeway-sink-XXXXXX";
static char path[64];

static size_t file_size(const char *name)
{
	struct stat st;

	return stat(name, &st) ? 0 : (size_t)st.st_size;
}

static void everything_taken_is_written(void)
{
	struct sink *sink = sink_open(path, 1 << 20, true);

	CU_ASSERT_PTR_NOT_NULL_FATAL(sink);
	for (unsigned i = 0; i < 1000; i++)
		CU_ASSERT_TRUE(sink_put(sink, "0123456789", 10));
	CU_ASSERT_TRUE(sink_flush(sink, 5000));
	CU_ASSERT_EQUAL(file_size(path), 10000);
	CU_ASSERT_TRUE(sink_put(sink, "x", 1));
	sink_close(sink);
	CU_ASSERT_EQUAL(file_size(path), 10001);
	sink = sink_open(path, 100, false);
	CU_ASSERT_TRUE(sink_put(sink, "y", 1));
	CU_ASSERT_FALSE(sink_put(sink, path, 101));
	CU_ASSERT_EQUAL(sink_dropped(sink), 1);
	sink_close(sink);
	CU_ASSERT_EQUAL(file_size(path), 10002);
}

static void rotation_opens_the_path_again(void)
{
	struct sink *sink = sink_open(path, 1000, true);
	char old[80];

	snprintf(old, sizeof(old), "%s.1", path);
	CU_ASSERT_TRUE(sink_put(sink, "old", 3));
	CU_ASSERT_TRUE(sink_flush(sink, 5000));
	CU_ASSERT_EQUAL(rename(path, old), 0);
	sink_reopen(sink);
	CU_ASSERT_TRUE(sink_put(sink, "newer", 5));
	sink_close(sink);
	CU_ASSERT_EQUAL(file_size(old), 3);
	CU_ASSERT_EQUAL(file_size(path), 5);
	unlink(old);
}

/* From where it stands; it has no path to be opened anew. */
static void an_open_file_is_adopted(void)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct sink *sink;

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, "head", 4), 4);
	sink = sink_adopt(fd, 4096);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sink);
	CU_ASSERT_TRUE(sink_put(sink, "one\n", 4));
	sink_reopen(sink);
	CU_ASSERT_TRUE(sink_put(sink, "two\n", 4));
	sink_close(sink);
	CU_ASSERT_EQUAL(file_size(path), 12);
	CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1);
	unlink(path);
}

/* A reader that never reads: the putter does not wait, and what does not fit is counted. */
static void a_slow_disk_delays_nobody(void)
{
	char fifo[80], block[4096] = { 0 };
	struct sink *sink;
	unsigned taken = 0;
	int reader;

	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	CU_ASSERT_EQUAL_FATAL(mkfifo(fifo, 0600), 0);
	reader = open(fifo, O_RDONLY | O_NONBLOCK);
	sink = sink_open(fifo, 8 * sizeof(block), false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sink);
	/* More than the queue, the batch and the pipe hold, over more than one turn of the writer.
	 */
	for (unsigned i = 0; i < 1000; i++) {
		taken += sink_put(sink, block, sizeof(block));
		if (i % 10 == 0)
			usleep(2000);
	}
	CU_ASSERT_TRUE(taken < 1000);
	CU_ASSERT_EQUAL(sink_dropped(sink), 1000 - taken);
	CU_ASSERT_FALSE(sink_flush(sink, 50));
	fcntl(reader, F_SETFL, 0);
	while (!sink_flush(sink, 1))
		(void)!read(reader, block, sizeof(block));
	sink_close(sink);
	close(reader);
	unlink(fifo);
}

/* The writer waits for more, but not until there is no room for it. */
static void a_queue_half_full_is_written(void)
{
	enum { CAP = 4096, MOST = CAP * 3 / 4, TRIES = 20 };
	struct sink *sink = sink_open(path, CAP, true);
	char record[MOST] = { 0 };
	bool made_room = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(sink);
	for (unsigned i = 0; i < TRIES && !made_room; i++) {
		CU_ASSERT_TRUE(sink_flush(sink, 5000));
		CU_ASSERT_TRUE(sink_put(sink, record, MOST));
		usleep(SINK_GATHER_MS * 1000 / 5);
		made_room = sink_put(sink, record, MOST);
	}
	CU_ASSERT_TRUE(made_room);
	sink_close(sink);
}

static void errors_are_told(void)
{
	CU_ASSERT_PTR_NULL(sink_open("/nowhere/at/all", 100, false));
	CU_ASSERT_EQUAL(errno, ENOENT);
	sink_close(NULL);
}

static void alarms_are_raised_once_and_cleared_once(void)
{
	alarm_show_open();
	alarm_raise("e1", "loss of signal");
	alarm_raise("e1", "loss of signal");
	alarm_raise("e2", "loss of signal");
	CU_ASSERT_EQUAL(alarm_count(), 2);
	alarm_clear("e1", "loss of signal");
	alarm_clear("e1", "loss of signal");
	CU_ASSERT_EQUAL(alarm_count(), 1);
	struct table *table = show_find(STR("alarms"))->fill(NULL);

	CU_ASSERT_EQUAL(table_rows(table), 2);
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 2), "cleared");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 1, 2), "raised");
	table_free(table);
	alarm_close();
	CU_ASSERT_EQUAL(alarm_count(), 0);
	CU_ASSERT_PTR_NULL(show_find(STR("alarms")));
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "everything taken is written", everything_taken_is_written },
		{ "rotation opens the path again", rotation_opens_the_path_again },
		{ "an open file is adopted", an_open_file_is_adopted },
		{ "a slow disk delays nobody", a_slow_disk_delays_nobody },
		{ "a queue half full is written", a_queue_half_full_is_written },
		{ "errors are told", errors_are_told },
		{ "alarms are raised once and cleared once",
		  alarms_are_raised_once_and_cleared_once },
		CU_TEST_INFO_NULL,
	};
	int failed;

	if (!mkdtemp(folder))
		return 2;
	snprintf(path, sizeof(path), "%s/file", folder);
	log_set_level(LOG_ERROR);
	failed = cu_run("sink", tests, argc, argv);
	unlink(path);
	rmdir(folder);
	return failed;
}
