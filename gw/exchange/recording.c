/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* WAV files written by a sink; their header's lengths are filled in at the end. */
#include "gw/exchange/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/sink.h"
#include "gw/media/wav.h"

#define QUEUE_OCTETS 80000 /* 10 s of speech */

struct recording {
	uv_work_t work;
	char *path;	   /* own */
	struct sink *sink; /* own */
	enum g711_law law;
	recording_done_fn *done;
	void *arg; /* borrow */
	struct recording_result result;
};

static void recording_free(struct recording *recording)
{
	sink_close(recording->sink);
	free(recording->path);
	free(recording);
}

struct recording *recording_new(const char *path, enum g711_law law, int *error)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	uint8_t header[WAV_HEADER_OCTETS];

	*error = -ENOMEM;
	if (!recording)
		return NULL;
	recording->work.data = recording;
	recording->law = law;
	recording->path = strdup(path);
	if (recording->path) {
		recording->sink = sink_open(path, QUEUE_OCTETS, true);
		*error = recording->sink ? 0 : -errno;
	}
	if (*error) {
		recording_free(recording);
		return NULL;
	}
	recording->result.path = recording->path;
	wav_header(header, law, 0);
	(void)sink_put(recording->sink, header, sizeof(header)); /* an empty queue takes it */
	return recording;
}

void recording_put(struct recording *recording, const uint8_t *octets, size_t n)
{
	if (sink_put(recording->sink, octets, n))
		recording->result.octets += n;
	else
		recording->result.lost += n;
}

/* Lengths into the header, and the padding of an odd number of octets. */
static int finish_file(const struct recording *recording)
{
	uint8_t header[WAV_HEADER_OCTETS];
	uint32_t samples = (uint32_t)recording->result.octets;
	int fd = open(recording->path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;

	if (err)
		return err;
	wav_header(header, recording->law, samples);
	if (pwrite(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
		err = -EIO;
	if (!err && samples & 1 && pwrite(fd, "", 1, WAV_HEADER_OCTETS + (off_t)samples) != 1)
		err = -EIO;
	close(fd);
	return err;
}

/* Worker thread. */
static void finish(uv_work_t *work)
{
	struct recording *recording = work->data;

	(void)sink_flush(recording->sink, 60000);
	recording->result.error = -sink_error(recording->sink);
	sink_close(recording->sink);
	recording->sink = NULL;
	if (!recording->result.error)
		recording->result.error = finish_file(recording);
}

static void finished(uv_work_t *work, int status)
{
	struct recording *recording = work->data;

	if (status)
		recording->result.error = status;
	recording->done(recording->arg, &recording->result);
	recording_free(recording);
}

void recording_close(struct recording *recording, uv_loop_t *loop, recording_done_fn *done,
		     void *arg)
{
	recording->done = done;
	recording->arg = arg;
	(void)uv_queue_work(loop, &recording->work, finish,
			    finished); /* fails without a function */
}
