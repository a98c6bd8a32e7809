/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Logging: format, escapes, bounded queue with a stalled sink, rotation, many threads (run under
 * ThreadSanitizer too). */
#include "gw/base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "gw/base/counter.h"
#include "tests/unit/cu.h"

static char directory[] = "/tmp/log_testXXXXXX";
static char path[64], moved[64];

/* own: the file's text */
static char *slurp(const char *name)
{
	FILE *f = fopen(name, "r");
	char *text = calloc(1, 1 << 22);

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT(fread(text, 1, (1 << 22) - 1, f) > 0);
	fclose(f);
	return text;
}

static void format(void)
{
	char *text;

	CU_ASSERT_EQUAL_FATAL(log_open(path, LOG_INFO, 100), 0);
	CU_ASSERT_EQUAL(log_open(path, LOG_INFO, 100), -EALREADY);
	log_write(LOG_INFO, "c1", "cause %d", 17);
	log_write(LOG_DEBUG, "c1", "below the level");
	log_write(LOG_ERROR, "bad\nid", "a\x01\x7f\xff\r\nz %s", "\x1b[2J");
	log_close();
	log_close();
	text = slurp(path);
	CU_ASSERT_EQUAL(strspn(text, "0123456789-T:.Z"), strlen("2026-11-21T04:39:16.123456Z"));
	CU_ASSERT_EQUAL(text[10], 'T');
	CU_ASSERT_EQUAL(text[26], 'Z');
	CU_ASSERT_EQUAL(strncmp(text + 27, " INFO  c1  cause 17\n", 20), 0);
	CU_ASSERT_PTR_NULL(strstr(text, "below"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, " ERROR bad\\x0aid  a\\x01\\x7f\\xff\\x0d\\x0az \\x1b[2J\n"));
	free(text);
	unlink(path);
}

static void long_line(void)
{
	static char much[5000];
	char *text;

	memset(much, 'x', sizeof(much) - 1);
	CU_ASSERT_EQUAL_FATAL(log_open(path, LOG_INFO, 10), 0);
	log_write(LOG_INFO, much, "%s", much);
	memset(much, '\1', sizeof(much) - 1);
	log_write(LOG_INFO, much, "%s", much);
	log_close();
	text = slurp(path);
	CU_ASSERT(strlen(text) < 8000);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "xxx...\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\x01...\n"));
	free(text);
	unlink(path);
}

static void levels(void)
{
	enum log_level level;

	for (int i = LOG_ERROR; i <= LOG_DEBUG; i++) {
		CU_ASSERT(log_level_parse(log_level_name((enum log_level)i), &level));
		CU_ASSERT_EQUAL((int)level, i);
	}
	CU_ASSERT(!log_level_parse("loud", &level));
	log_set_level(LOG_NOTICE);
	CU_ASSERT_EQUAL(log_level(), LOG_NOTICE);
	CU_ASSERT_EQUAL(log_open("/nonexistent/x", LOG_INFO, 10), -ENOENT);
	CU_ASSERT_EQUAL(log_open(path, LOG_INFO, 0), -EINVAL);
}

/* A FIFO nobody reads stalls the writer; the callers go on and the rest is dropped and counted. */
static void stalled_sink(void)
{
	enum { LINES = 3000 };
	uint64_t before = log_dropped();
	static char much[800], buf[65536];
	size_t got = 0;
	ssize_t n;
	int fd;

	CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(log_open(path, LOG_INFO, 50), 0);
	memset(much, 'm', sizeof(much) - 1);
	for (unsigned i = 0; i < LINES; i++)
		log_write(LOG_INFO, "c1", "%s", much);
	CU_ASSERT(log_dropped() - before > 500);
	fcntl(fd, F_SETFL, 0);
	log_write(LOG_INFO, "c1", "end");
	/* what was queued comes out (50 lines of 256 octets), with a line about what was lost */
	while ((n = read(fd, buf, sizeof(buf) - 1)) > 0) {
		buf[n] = '\0';
		got += (size_t)n;
		if (strstr(buf, "lines dropped"))
			break;
	}
	CU_ASSERT(got > 50 * 256);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	log_close();
	close(fd);
	unlink(path);
}

static void rotation(void)
{
	char *text;
	unsigned tries = 0;

	CU_ASSERT_EQUAL_FATAL(log_open(path, LOG_INFO, 100), 0);
	log_write(LOG_INFO, "c1", "first");
	CU_ASSERT_EQUAL_FATAL(rename(path, moved), 0);
	log_reopen();
	while (access(path, F_OK) && tries++ < 5000)
		usleep(1000);
	log_write(LOG_INFO, "c1", "second");
	log_close();
	text = slurp(path);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "second"));
	free(text);
	text = slurp(moved);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "first"));
	CU_ASSERT_PTR_NULL(strstr(text, "second"));
	free(text);
	unlink(path);
	unlink(moved);
}

enum { THREADS = 4, EACH = 2000 };

static void *chat(void *arg)
{
	for (unsigned i = 0; i < EACH; i++)
		log_write(LOG_INFO, arg, "line %u", i);
	return NULL;
}

static void many_threads(void)
{
	static char names[THREADS][4] = { "t0", "t1", "t2", "t3" };
	pthread_t thread[THREADS];
	uint64_t before = log_dropped(), lines = 0;
	char *text;

	CU_ASSERT_EQUAL_FATAL(log_open(path, LOG_INFO, THREADS * EACH), 0);
	for (unsigned i = 0; i < THREADS; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, chat, names[i]), 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	log_close();
	text = slurp(path);
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	CU_ASSERT_EQUAL(log_dropped(), before);
	CU_ASSERT_EQUAL(lines, THREADS * EACH);
	free(text);
	unlink(path);
}

static void find_dropped(const struct counter *counter, void *arg)
{
	if (strcmp(counter->name, "causeway_log_dropped_total") == 0)
		*(uint64_t *)arg += counter->value;
}

static struct counter shared = COUNTER_INIT("causeway_test_total", "A test");

static void *count(void *arg)
{
	for (unsigned i = 0; i < 10000; i++)
		counter_add(&shared, 2);
	return arg;
}

static void find_shared(const struct counter *counter, void *arg)
{
	*(unsigned *)arg += counter == &shared;
}

static void counters(void)
{
	uint64_t dropped = 0;
	pthread_t thread[THREADS];
	unsigned listed = 0;

	for (unsigned i = 0; i < THREADS; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, count, NULL), 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	counter_list(&shared);
	counter_each(find_shared, &listed);
	CU_ASSERT_EQUAL(listed, 1);
	CU_ASSERT_EQUAL(shared.value, THREADS * 20000);
	counter_each(find_dropped, &dropped);
	CU_ASSERT_EQUAL(dropped, log_dropped());
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "format", format },	  { "long line", long_line },
		{ "levels", levels },	  { "stalled sink", stalled_sink },
		{ "rotation", rotation }, { "many threads", many_threads },
		{ "counters", counters }, CU_TEST_INFO_NULL,
	};
	int rc;

	if (!mkdtemp(directory))
		return 2;
	snprintf(path, sizeof(path), "%s/log", directory);
	snprintf(moved, sizeof(moved), "%s/log.1", directory);
	rc = cu_run("base log", tests, argc, argv);
	rmdir(directory);
	return rc;
}
