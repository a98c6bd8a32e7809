/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A pcapng capture of all signalling: SIP in IP and UDP or TCP, ISUP as MTP3, signal units as MTP2 on demand. Core thread. */
#ifndef MGMT_CAPTURE_H
#define MGMT_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct capture;

/* own; starts to write at once: to a new file, an empty one, or over an earlier capture. NULL with errno for
 * capture_open_fault; EINVAL: path is there and is no file, ELOOP: a symbolic link, EEXIST: it holds something else. */
struct capture *capture_open(uv_loop_t *loop, const char *path, bool mtp2);
/* What is wrong with the file, after its name. */
const char *capture_open_fault(int err);
/* A worker writes what is queued and closes the file; the loop lives on until it has. */
void capture_close(struct capture *capture);
/* Waits for the file a moment, so that who is told of the end finds all in it; false when the disk is slower. */
bool capture_flush(struct capture *capture);
/* error: errno of a write that failed, 0. */
void capture_counts(const struct capture *capture, uint64_t *packets, uint64_t *dropped, int *error);

#endif
