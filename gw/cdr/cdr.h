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
/* own text without a line end; free() it. NULL when out of memory. */
char *cdr_json(const struct call_record *record);

#endif
