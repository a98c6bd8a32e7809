/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A pcapng capture of all signalling: SIP in IP and UDP or TCP, ISUP as MTP3, signal units as MTP2 on demand. */
#ifndef MGMT_CAPTURE_H
#define MGMT_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

struct capture;

/* own; starts to write at once. NULL with errno. */
struct capture *capture_open(const char *path, bool mtp2);
/* Writes what is queued and closes the file. */
void capture_close(struct capture *capture);
void capture_counts(const struct capture *capture, uint64_t *packets, uint64_t *dropped);

#endif
