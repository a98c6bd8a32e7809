/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Call detail records: one JSON object a line for every call that ended. Core thread; the file has its own writer. */
#ifndef CDR_CDR_H
#define CDR_CDR_H

#include "gw/call/call.h"

struct cdr;

/* own; NULL with errno. Observes the core until freed with it. queue: records that may wait for the disk. */
struct cdr *cdr_open(struct call_core *core, const char *path, unsigned queue);
void cdr_reopen(struct cdr *cdr);
/* After the core's last call. */
void cdr_close(struct cdr *cdr);
#define CDR_OCTETS_MAX 8192
/* The record as one line of JSON with its line end; its length, 0 when it does not fit. */
size_t cdr_json(const struct call_record *record, char *text, size_t cap);

#endif
