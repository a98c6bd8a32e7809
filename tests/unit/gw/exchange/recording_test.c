/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Recordings: what was put is in a file that is right, and only then is it said to be done. */
#include "gw/exchange/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/media/wav.h"
#include "tests/unit/cu.h"

static struct recording_result result;
static unsigned times;

static void done(void *arg, const struct recording_result *got)
{
	(void)arg;
	result = *got;
	times++;
}

static size_t load(const char *path, uint8_t *octets, size_t cap)
{
	FILE *in = fopen(path, "r");
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	n = fread(octets, 1, cap, in);
	fclose(in);
	return n;
}

static void record(size_t octets)
{
	static uint8_t file[20000];
	char path[] = "/tmp/exchange-unit-XXXXXX";
	uint8_t block[40];
	uv_loop_t loop;
	struct recording *recording;
	struct wav wav;
	int err;

	close(mkstemp(path));
	uv_loop_init(&loop);
	times = 0;
	recording = recording_new(path, G711_A, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(recording);
	for (size_t at = 0; at < octets; at += sizeof(block)) {
		size_t n = octets - at < sizeof(block) ? octets - at : sizeof(block);

		memset(block, (int)(at / sizeof(block)), sizeof(block));
		recording_put(recording, block, n);
	}
	recording_close(recording, &loop, done, NULL);
	CU_ASSERT_EQUAL(times, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(times, 1);
	CU_ASSERT_EQUAL(result.error, 0);
	CU_ASSERT_EQUAL(result.octets, octets);
	CU_ASSERT_EQUAL(result.lost, 0);
	CU_ASSERT_PTR_NULL_FATAL(wav_parse(&wav, file, load(path, file, sizeof(file))));
	CU_ASSERT_EQUAL(wav.format, WAV_ALAW);
	CU_ASSERT_EQUAL_FATAL(wav.samples, octets);
	for (size_t i = 0; i < octets; i++)
		CU_ASSERT_EQUAL_FATAL(wav.data[i], (uint8_t)(i / sizeof(block)));
	uv_loop_close(&loop);
	unlink(path);
}

static void even_and_odd(void)
{
	record(4000);
	record(4001);
}

/* More than the queue takes while the writer sleeps cannot be made here; a file that cannot be
 * written can. */
static void full_disk(void)
{
	uint8_t block[4000] = { 0 };
	uv_loop_t loop;
	int err;
	struct recording *recording = recording_new("/dev/full", G711_MU, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(recording);
	uv_loop_init(&loop);
	recording_put(recording, block, sizeof(block));
	recording_close(recording, &loop, done, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(result.error, -ENOSPC);
	uv_loop_close(&loop);
}

static void no_folder(void)
{
	int err = 0;

	CU_ASSERT_PTR_NULL(recording_new("/nowhere/x.wav", G711_A, &err));
	CU_ASSERT_EQUAL(err, -ENOENT);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "even and odd", even_and_odd },
		{ "full disk", full_disk },
		{ "no folder", no_folder },
		CU_TEST_INFO_NULL,
	};

	return cu_run("exchange recording", tests, argc, argv);
}
