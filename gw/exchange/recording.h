/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What was heard, written to a WAV file by a worker. Core thread. */
#ifndef EXCHANGE_RECORDING_H
#define EXCHANGE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "dsp/g711.h"

struct recording;

struct recording_result {
	const char *path; /* borrow */
	uint64_t octets;  /* of speech in the file */
	uint64_t lost;	  /* octets that the disk was too slow for */
	int error;	  /* -errno of the first write that failed, 0: none */
};
typedef void recording_done_fn(void *arg, const struct recording_result *result);

/* own; the file is made at once. NULL with *error. */
struct recording *recording_new(const char *path, enum g711_law law, int *error);
void recording_put(struct recording *recording, const uint8_t *octets, size_t n);
/* Finishes the file in a worker, frees, then calls done on the core thread. */
void recording_close(struct recording *recording, uv_loop_t *loop, recording_done_fn *done, void *arg);

#endif
