/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Blocked circuits over a restart: the text, cut and damaged at every octet, and the file. */
#include "gw/pstn/blocking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "tests/unit/cu.h"

static const struct blocking_entry some[] = {
	{ "pstn", 1 }, { "pstn", 31 }, { "carrier-2.b", 4095 }, { "end", 0 }
};
#define SOME (sizeof(some) / sizeof(some[0]))

static char folder[64];

static bool same(const struct blocking_entry *a, const struct blocking_entry *b)
{
	return a->cic == b->cic && strcmp(a->trunk, b->trunk) == 0;
}

static void text_and_back(void)
{
	char *text = blocking_print(some, SOME);
	struct blocking_entry *entries;
	size_t n, bad;
	bool whole;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	entries = blocking_parse(text, strlen(text), &n, &bad, &whole);
	CU_ASSERT_TRUE(whole);
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_EQUAL_FATAL(n, SOME);
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_TRUE(same(&entries[i], &some[i]));
	free(entries);
	free(text);
}

/* Cut at every octet: what was read is right and in order, and the loss is seen. */
static void cut_anywhere(void)
{
	char *text = blocking_print(some, SOME);
	size_t all = strlen(text);

	for (size_t cut = 0; cut < all; cut++) {
		char *part = malloc(cut ? cut : 1);
		struct blocking_entry *entries;
		size_t n, bad;
		bool whole;

		memcpy(part, text, cut);
		entries = blocking_parse(part, cut, &n, &bad, &whole);
		CU_ASSERT_PTR_NOT_NULL_FATAL(entries);
		CU_ASSERT_FALSE(whole);
		CU_ASSERT_TRUE_FATAL(n <= SOME);
		for (size_t i = 0; i < n; i++)
			CU_ASSERT_TRUE(same(&entries[i], &some[i]));
		free(entries);
		free(part);
	}
	free(text);
}

/* Another octet anywhere: nothing that was not written is read, at most the damaged line is lost. */
static void damaged_anywhere(void)
{
	char *text = blocking_print(some, SOME);
	size_t all = strlen(text);

	for (size_t at = 0; at < all; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct blocking_entry *entries;
			size_t n, bad, found = 0;
			bool whole;

			text[at] ^= (char)(1 << bit);
			entries = blocking_parse(text, all, &n, &bad, &whole);
			text[at] ^= (char)(1 << bit);
			CU_ASSERT_FALSE(whole);
			CU_ASSERT_TRUE(n + 2 >= SOME);
			for (size_t i = 0; i < n; i++)
				for (size_t k = 0; k < SOME; k++)
					found += same(&entries[i], &some[k]);
			CU_ASSERT_EQUAL(found, n);
			free(entries);
		}
	}
	free(text);
}

static void garbage(void)
{
	char noise[4096];
	uint32_t seed = 5;

	for (unsigned round = 0; round < 200; round++) {
		struct blocking_entry *entries;
		size_t n, bad;
		bool whole;

		for (size_t i = 0; i < sizeof(noise); i++) {
			seed = seed * 1103515245u + 12345u;
			noise[i] = (char)(seed >> 16);
		}
		entries = blocking_parse(noise, sizeof(noise), &n, &bad, &whole);
		CU_ASSERT_TRUE(!whole && n == 0 && bad > 0);
		free(entries);
	}
}

/* --- the file --- */

static void run(uv_loop_t *loop)
{
	while (uv_run(loop, UV_RUN_DEFAULT))
		;
}

static void survives_a_restart(void)
{
	struct blocking *blocking;
	uv_loop_t loop;
	int err;

	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	blocking = blocking_open(folder, &loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(blocking);
	CU_ASSERT_EQUAL(blocking_count(blocking), 0);
	blocking_note(blocking, "pstn", 1, 31, true);
	blocking_note(blocking, "pstn", 1, 2, true); /* is noted already */
	/* Changes while the first is being written. */
	blocking_note(blocking, "pstn", 16, 1, false);
	blocking_note(blocking, "other", 7, 1, true);
	blocking_close(blocking); /* waits for the worker */
	blocking = blocking_open(folder, &loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(blocking);
	CU_ASSERT_EQUAL(blocking_count(blocking), 31);
	CU_ASSERT_TRUE(blocking_has(blocking, "pstn", 31));
	CU_ASSERT_TRUE(blocking_has(blocking, "other", 7));
	CU_ASSERT_FALSE(blocking_has(blocking, "pstn", 16));
	CU_ASSERT_FALSE(blocking_has(blocking, "other", 8));
	blocking_note(blocking, "pstn", 1, 31, false);
	blocking_note(blocking, "other", 7, 1, false);
	run(&loop);
	blocking_close(blocking);
	blocking = blocking_open(folder, &loop, &err);
	CU_ASSERT_EQUAL(blocking_count(blocking), 0);
	blocking_close(blocking);
	run(&loop);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

static void without_a_folder(void)
{
	struct blocking *blocking;
	uv_loop_t loop;
	int err;

	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	blocking = blocking_open(NULL, &loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(blocking);
	blocking_note(blocking, "pstn", 1, 31, true);
	blocking_note(blocking, "pstn", 16, 1, false);
	CU_ASSERT_FALSE(uv_loop_alive(&loop));
	CU_ASSERT_TRUE(blocking_has(blocking, "pstn", 31));
	CU_ASSERT_EQUAL(blocking_count(blocking), 30);
	blocking_close(blocking);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
}

/* The file cut short by hand: the daemon starts with what is left. */
static void starts_with_what_is_left(void)
{
	char path[128], *text = blocking_print(some, SOME);
	struct blocking *blocking;
	uv_loop_t loop;
	int err;

	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	snprintf(path, sizeof(path), "%s/blocking", folder);
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		FILE *out = fopen(path, "w");

		CU_ASSERT_PTR_NOT_NULL_FATAL(out);
		(void)fwrite(text, 1, cut, out);
		fclose(out);
		blocking = blocking_open(folder, &loop, &err);
		CU_ASSERT_PTR_NOT_NULL_FATAL(blocking);
		CU_ASSERT_TRUE(blocking_count(blocking) <= SOME);
		blocking_close(blocking);
	}
	(void)unlink(path);
	run(&loop);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	free(text);
}

static void a_folder_that_is_not_there(void)
{
	struct blocking *blocking;
	char path[128];
	uv_loop_t loop;
	int err;

	CU_ASSERT_EQUAL_FATAL(uv_loop_init(&loop), 0);
	snprintf(path, sizeof(path), "%s/none", folder);
	CU_ASSERT_PTR_NULL(blocking_open(path, &loop, &err));
	CU_ASSERT_EQUAL(err, -ENOENT);
	/* It goes away under the daemon: an alarm, and another try with the next change. */
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	blocking = blocking_open(path, &loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(blocking);
	CU_ASSERT_EQUAL(rmdir(path), 0);
	blocking_note(blocking, "pstn", 1, 1, true);
	run(&loop);
	CU_ASSERT_EQUAL(alarm_count(), 1);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	blocking_note(blocking, "pstn", 2, 1, true);
	run(&loop);
	CU_ASSERT_EQUAL(alarm_count(), 0);
	blocking_close(blocking);
	snprintf(path, sizeof(path), "%s/none/blocking", folder);
	CU_ASSERT_EQUAL(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/none", folder);
	CU_ASSERT_EQUAL(rmdir(path), 0);
	run(&loop);
	CU_ASSERT_EQUAL(uv_loop_close(&loop), 0);
	alarm_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "text and back", text_and_back },
		{ "cut anywhere", cut_anywhere },
		{ "damaged anywhere", damaged_anywhere },
		{ "garbage", garbage },
		{ "survives a restart", survives_a_restart },
		{ "without a folder", without_a_folder },
		{ "starts with what is left", starts_with_what_is_left },
		{ "a folder that is not there", a_folder_that_is_not_there },
		CU_TEST_INFO_NULL,
	};
	char path[128];
	int rc;

	log_open("/dev/null", LOG_ERROR, 16);
	snprintf(folder, sizeof(folder), "/tmp/blocking_test.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	rc = cu_run("pstn blocking", tests, argc, argv);
	snprintf(path, sizeof(path), "%s/blocking", folder);
	(void)unlink(path);
	(void)rmdir(folder);
	return rc;
}
