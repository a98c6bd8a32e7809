/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Logging. The caller prints its text into a slot of a ring under a short lock; the writer thread
 * stamps, escapes and writes batches without the lock, since slots between tail and head are not
 * touched by producers.
 */
#include "gw/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/counter.h"
#include "gw/base/str.h"

#define GATHER_MS    5
#define SUBJECT_MAX  64
#define TEXT_MAX     1024
#define BATCH_OCTETS 65536
/* an octet becomes four when escaped; time stamp, level and blanks take less than 64 */
#define RENDERED_MAX (4 * (SUBJECT_MAX + TEXT_MAX) + 64)

struct line {
	struct timespec at;
	enum log_level level;
	size_t n_text;
	char subject[SUBJECT_MAX];
	char text[TEXT_MAX];
};

struct batch {
	size_t n;
	size_t lines;
	char octets[BATCH_OCTETS];
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;

	/* under lock; slots from tail to head belong to the writer */
	struct line *slot; /* own; NULL: no writer */
	size_t slots, head, tail;
	bool closing, reopen;
	size_t reopen_at; /* slots before it belong to the old file */

	/* writer; set by log_open before it runs */
	pthread_t thread;
	struct batch *batch; /* own */
	char *path;	     /* own; NULL: standard error */
	int fd;
	uint64_t dropped_told;

	atomic_int level;
} lg = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake = PTHREAD_COND_INITIALIZER,
	.fd = STDERR_FILENO,
	.level = LOG_INFO,
};

static struct counter dropped = COUNTER_INIT("causeway_log_dropped_total",
					     "Log lines lost to a full queue or a failing sink");

static const struct {
	const char *name;   /* in configurations and commands */
	const char *column; /* in lines */
} levels[] = {
	[LOG_ERROR] = { "error", "ERROR" },  [LOG_WARNING] = { "warning", "WARN" },
	[LOG_NOTICE] = { "notice", "NOTE" }, [LOG_INFO] = { "info", "INFO" },
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

static char *put_escaped(char *at, const char *text, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c <= 0x7e) {
			*at++ = (char)c;
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
static size_t render(char *out, const struct line *line)
{
	char stamp[32];
	struct tm tm;
	char *at = out;

	gmtime_r(&line->at.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	at += snprintf(at, 64, "%s.%06ldZ %-5s ", stamp, line->at.tv_nsec / 1000,
		       levels[line->level].column);
	at = put_escaped(at, line->subject, strlen(line->subject));
	*at++ = ' ';
	*at++ = ' ';
	at = put_escaped(at, line->text, line->n_text);
	*at++ = '\n';
	return (size_t)(at - out);
}

/* False when the sink failed; what was not written is lost. */
static bool write_all(int fd, const char *octets, size_t n)
{
	while (n) {
		ssize_t w = write(fd, octets, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		octets += w;
		n -= (size_t)w;
	}
	return true;
}

static void flush_batch(struct batch *batch)
{
	if (batch->n && !write_all(lg.fd, batch->octets, batch->n))
		counter_add(&dropped, batch->lines);
	batch->n = batch->lines = 0;
}

static void batch_line(struct batch *batch, const struct line *line)
{
	if (batch->n + RENDERED_MAX > sizeof(batch->octets))
		flush_batch(batch);
	batch->n += render(batch->octets + batch->n, line);
	batch->lines++;
}

static void set_text(struct line *line, const char *fmt, va_list ap)
{
	static const char cut[] = "...";
	int n = vsnprintf(line->text, sizeof(line->text), fmt, ap);

	line->n_text = n < 0 ? 0 : (size_t)n;
	if (line->n_text >= sizeof(line->text)) {
		line->n_text = sizeof(line->text) - 1;
		memcpy(line->text + line->n_text - strlen(cut), cut, strlen(cut));
	}
}

static void set_head(struct line *line, enum log_level level, const char *subject)
{
	struct str s = str_c(subject);

	clock_gettime(CLOCK_REALTIME, &line->at);
	line->level = level < LEVELS ? level : LOG_ERROR;
	if (s.n >= sizeof(line->subject))
		s.n = sizeof(line->subject) - 1;
	(void)str_copy(line->subject, sizeof(line->subject), s);
}

static void batch_own(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A line of the writer itself. */
static void batch_own(enum log_level level, const char *fmt, ...)
{
	struct line line;
	va_list ap;

	set_head(&line, level, "log");
	va_start(ap, fmt);
	set_text(&line, fmt, ap);
	va_end(ap);
	batch_line(lg.batch, &line);
}

static int open_sink(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

	return fd < 0 ? -errno : fd;
}

/* Stays with the old file when the new one cannot be opened. */
static void reopen_sink(void)
{
	int fd;

	flush_batch(lg.batch);
	if (!lg.path)
		return;
	fd = open_sink(lg.path);
	if (fd < 0) {
		batch_own(LOG_ERROR, "cannot reopen %s: %s", lg.path, strerror(-fd));
		return;
	}
	close(lg.fd);
	lg.fd = fd;
}

static void tell_dropped(void)
{
	uint64_t now = log_dropped();

	if (now == lg.dropped_told)
		return;
	batch_own(LOG_WARNING, "%llu lines dropped", (unsigned long long)(now - lg.dropped_told));
	lg.dropped_told = now;
}

/* Writes the slots from tail to head; called and returns with the lock held. */
static void write_queued(void)
{
	size_t from = lg.tail, to = lg.head, reopen_at = lg.reopen_at;
	bool reopen = lg.reopen;

	lg.reopen = false;
	pthread_mutex_unlock(&lg.lock);
	for (size_t i = from;; i++) {
		if (reopen && i == reopen_at)
			reopen_sink();
		if (i == to)
			break;
		batch_line(lg.batch, &lg.slot[i % lg.slots]);
	}
	tell_dropped();
	flush_batch(lg.batch);
	pthread_mutex_lock(&lg.lock);
	lg.tail = to;
}

/* What comes right after the first line shares its write and its wake-up. Called and left with the
 * lock held. */
static void wait_for_lines(void)
{
	const struct timespec pause = { .tv_nsec = GATHER_MS * 1000000 };

	pthread_cond_wait(&lg.wake, &lg.lock);
	if (lg.closing)
		return;
	pthread_mutex_unlock(&lg.lock);
	nanosleep(&pause, NULL);
	pthread_mutex_lock(&lg.lock);
}

static void *writer(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lg.lock);
	for (;;) {
		if (lg.head != lg.tail || lg.reopen)
			write_queued();
		else if (lg.closing)
			break;
		else
			wait_for_lines();
	}
	pthread_mutex_unlock(&lg.lock);
	return NULL;
}

/* Signals are for the core thread. */
static int start_writer(void)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&lg.thread, NULL, writer, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -rc;
}

/* Frees what log_open took; the writer does not run. */
static void forget(void)
{
	if (lg.path && lg.fd >= 0)
		close(lg.fd);
	lg.fd = STDERR_FILENO;
	free(lg.path);
	free(lg.batch);
	lg.path = NULL;
	lg.batch = NULL;
	pthread_mutex_lock(&lg.lock);
	free(lg.slot);
	lg.slot = NULL;
	lg.head = lg.tail = 0;
	lg.closing = lg.reopen = false;
	pthread_mutex_unlock(&lg.lock);
}

static int open_parts(const char *path, unsigned queue_lines, struct line **slot)
{
	lg.batch = calloc(1, sizeof(*lg.batch));
	*slot = calloc(queue_lines, sizeof(**slot));
	if (!lg.batch || !*slot)
		return -ENOMEM;
	if (!path || strcmp(path, "-") == 0)
		return 0;
	lg.path = strdup(path);
	if (!lg.path)
		return -ENOMEM;
	lg.fd = open_sink(path);
	return lg.fd < 0 ? lg.fd : 0;
}

int log_open(const char *path, enum log_level level, unsigned queue_lines)
{
	struct line *slot = NULL;
	int rc;

	if (lg.slot)
		return -EALREADY;
	if (!queue_lines)
		return -EINVAL;
	counter_list(&dropped);
	rc = open_parts(path, queue_lines, &slot);
	if (!rc) {
		pthread_mutex_lock(&lg.lock);
		lg.slot = slot;
		lg.slots = queue_lines;
		lg.dropped_told = log_dropped();
		pthread_mutex_unlock(&lg.lock);
		slot = NULL;
		rc = start_writer();
	}
	if (rc) {
		free(slot);
		forget();
		return rc;
	}
	log_set_level(level);
	return 0;
}

void log_reopen(void)
{
	pthread_mutex_lock(&lg.lock);
	lg.reopen = lg.slot != NULL;
	lg.reopen_at = lg.head;
	pthread_cond_signal(&lg.wake);
	pthread_mutex_unlock(&lg.lock);
}

void log_close(void)
{
	bool open;

	pthread_mutex_lock(&lg.lock);
	open = lg.slot != NULL;
	lg.closing = open;
	pthread_cond_signal(&lg.wake);
	pthread_mutex_unlock(&lg.lock);
	if (!open)
		return;
	pthread_join(lg.thread, NULL);
	forget();
}

/* False when no writer runs. */
static bool queue_line(const struct line *line)
{
	bool open, lost = false;

	pthread_mutex_lock(&lg.lock);
	open = lg.slot && !lg.closing;
	if (open && lg.head - lg.tail >= lg.slots) {
		lost = true;
	} else if (open) {
		struct line *slot = &lg.slot[lg.head % lg.slots];

		memcpy(slot, line, offsetof(struct line, text) + line->n_text);
		if (lg.head++ == lg.tail)
			pthread_cond_signal(&lg.wake);
	}
	pthread_mutex_unlock(&lg.lock);
	if (lost)
		counter_add(&dropped, 1);
	return open;
}

void log_write(enum log_level level, const char *subject, const char *fmt, ...)
{
	struct line line;
	char rendered[RENDERED_MAX];
	va_list ap;

	if (level > log_level())
		return;
	set_head(&line, level, subject);
	va_start(ap, fmt);
	set_text(&line, fmt, ap);
	va_end(ap);
	if (!queue_line(&line) && !write_all(STDERR_FILENO, rendered, render(rendered, &line)))
		counter_add(&dropped, 1);
}
