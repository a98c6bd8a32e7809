/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Logging: a bounded queue and a writer thread. A line that does not fit in the queue is dropped and counted, so that a
 * slow disk never stops signalling. Octets from peers are escaped (\xNN). Any thread but a media thread may log.
 * Every line: wall-clock time, level, subject, text. The subject is the call id, or trunk:cic, or a module's name.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/* path NULL or "-": standard error. Starts the writer, with a queue for so many lines of 256 octets. -errno. Before it
 * (and after log_close) lines go to stderr at once. */
int log_open(const char *path, enum log_level level, unsigned queue_lines);
/* Reopens the file (rotation). */
void log_reopen(void);
/* Writes what is queued and ends the writer. */
void log_close(void);
void log_set_level(enum log_level level);
enum log_level log_level(void);
const char *log_level_name(enum log_level level);
bool log_level_parse(const char *name, enum log_level *level);
void log_write(enum log_level level, const char *subject, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
uint64_t log_dropped(void);

#endif
