/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Logging: the caller renders its line and hands it to a sink, whose thread writes. */
#include "gw/base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/counter.h"
#include "gw/base/sink.h"
#include "gw/base/str.h"
#include "gw/base/strict.h"
#include "gw/base/wall.h"

#define LINE_OCTETS 256 /* of the queue for one line; a typical one has a third of that */
#define COLUMN	    5
#define SUBJECT_MAX 63
#define TEXT_MAX    1023
/* an octet becomes four when escaped; time stamp, level and blanks take less than 64 */
#define RENDERED_MAX (4 * (SUBJECT_MAX + TEXT_MAX) + 64)

static struct {
	pthread_rwlock_t lock; /* of sink: written by open and close only */
	struct sink *sink;     /* own; NULL: not open */
	char *path;	       /* own */
	_Atomic uint64_t dropped_told;
	atomic_int error_told;
	atomic_int level;
} lg = {
	.lock = PTHREAD_RWLOCK_INITIALIZER,
	.level = LOG_INFO,
};

static struct counter dropped = COUNTER_INIT("causeway_log_dropped_total",
					     "Log lines lost to a full queue or a failing sink");

static const struct {
	const char *name;   /* in configurations and commands */
	const char *column; /* in lines: COLUMN octets */
} levels[] = {
	[LOG_ERROR] = { "error", "ERROR" },   [LOG_WARNING] = { "warning", "WARN " },
	[LOG_NOTICE] = { "notice", "NOTE " }, [LOG_INFO] = { "info", "INFO " },
	[LOG_DEBUG] = { "debug", "DEBUG" },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

const char *log_level_name(enum log_level level)
{
	return level < LEVELS ? levels[level].name : "unknown";
}

bool log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < LEVELS; i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&lg.level, (int)level, memory_order_relaxed);
}

enum log_level log_level(void)
{
	return (enum log_level)atomic_load_explicit(&lg.level, memory_order_relaxed);
}

uint64_t log_dropped(void)
{
	return atomic_load_explicit(&dropped.value, memory_order_relaxed);
}

/* ---- a line ---- */

static bool printable(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

static char *put_escaped(char *at, struct str text)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (printable(text.p[i])) {
			*at++ = text.p[i];
			continue;
		}
		*at++ = '\\';
		*at++ = 'x';
		*at++ = hex[c >> 4];
		*at++ = hex[c & 15];
	}
	return at;
}

/* Renders into out, which holds RENDERED_MAX octets; returns how many. */
static size_t render(char *out, enum log_level level, struct str subject, struct str text)
{
	char *at = out + wall_text(wall_now_us(), 6, out);

	if (subject.n > SUBJECT_MAX)
		subject.n = SUBJECT_MAX;
	*at++ = ' ';
	at = mempcpy(at, levels[level < LEVELS ? level : LOG_ERROR].column, COLUMN);
	*at++ = ' ';
	at = put_escaped(at, subject);
	*at++ = ' ';
	*at++ = ' ';
	at = put_escaped(at, text);
	*at++ = '\n';
	return (size_t)(at - out);
}

static struct str format(char text[TEXT_MAX + 1], const char *fmt, va_list ap)
{
	static const char cut[] = "...";
	int n = vsnprintf(text, TEXT_MAX + 1, fmt, ap);

	if (n < 0)
		n = 0;
	if (n > TEXT_MAX) {
		n = TEXT_MAX;
		memcpy(text + n - strlen(cut), cut, strlen(cut));
	}
	return (struct str){ text, (size_t)n };
}

/* ---- what the log says of itself; called with the lock held for reading ---- */

static void own_line(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void own_line(enum log_level level, const char *fmt, ...)
{
	char text[TEXT_MAX + 1], line[RENDERED_MAX];
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = format(text, fmt, ap);
	va_end(ap);
	(void)sink_put(lg.sink, line, render(line, level, STR("log"), s));
}

/* One thread of many says it, once. */
static void tell_losses(void)
{
	uint64_t now = log_dropped(), told = atomic_load(&lg.dropped_told);
	int error = sink_error(lg.sink), error_told = atomic_load(&lg.error_told);

	if (now != told && atomic_compare_exchange_strong(&lg.dropped_told, &told, now))
		own_line(LOG_WARNING, "%llu lines dropped", (unsigned long long)(now - told));
	if (error != error_told &&
	    atomic_compare_exchange_strong(&lg.error_told, &error_told, error) && error)
		own_line(LOG_ERROR, "%s cannot be written or opened again: %s",
			 lg.path ? lg.path : "standard error", strerror(error));
}

/* ---- open, write, close ---- */

int log_open(const char *path, enum log_level level, unsigned queue_lines)
{
	bool file = path && strcmp(path, "-") != 0;
	int err = 0;

	if (!queue_lines)
		return -EINVAL;
	counter_list(&dropped);
	pthread_rwlock_wrlock(&lg.lock);
	if (lg.sink)
		err = -EALREADY;
	lg.path = !err && file ? strdup(path) : lg.path;
	if (!err && file && !lg.path)
		err = -ENOMEM;
	if (!err) {
		lg.sink = sink_open(path, (size_t)queue_lines * LINE_OCTETS + RENDERED_MAX, false);
		err = lg.sink ? 0 : -errno;
	}
	if (!err) {
		sink_count_lost(lg.sink, &dropped);
		atomic_store(&lg.dropped_told, log_dropped());
		atomic_store(&lg.error_told, 0);
		log_set_level(level);
	} else if (err != -EALREADY) {
		free(lg.path);
		lg.path = NULL;
	}
	pthread_rwlock_unlock(&lg.lock);
	return err;
}

void log_reopen(void)
{
	pthread_rwlock_rdlock(&lg.lock);
	if (lg.sink)
		sink_reopen(lg.sink);
	pthread_rwlock_unlock(&lg.lock);
}

void log_close(void)
{
	pthread_rwlock_wrlock(&lg.lock);
	if (lg.sink)
		tell_losses();
	sink_close(lg.sink);
	lg.sink = NULL;
	free(lg.path);
	lg.path = NULL;
	pthread_rwlock_unlock(&lg.lock);
}

void log_write(enum log_level level, const char *subject, const char *fmt, ...)
{
	char text[TEXT_MAX + 1], line[RENDERED_MAX];
	struct str s;
	va_list ap;
	size_t n;

	strict_forbid("log_write");
	if (level > log_level())
		return;
	va_start(ap, fmt);
	s = format(text, fmt, ap);
	va_end(ap);
	n = render(line, level, str_c(subject), s);
	pthread_rwlock_rdlock(&lg.lock);
	if (!lg.sink) {
		if (write(STDERR_FILENO, line, n) != (ssize_t)n)
			counter_add(&dropped, 1);
	} else if (sink_put(lg.sink, line, n)) {
		tell_losses();
	}
	pthread_rwlock_unlock(&lg.lock);
}
