/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The blocked circuits in memory and in their file. One write at a time goes to a worker: it writes a
 * new file beside the old, syncs it and puts it in its place, so that the file is either the old or
 * the new one whenever the power goes. A change meanwhile is written next.
 */
#include "gw/pstn/blocking.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "gw/base/str.h"

#define FILE_MAX (1u << 20) /* 30 octets a circuit: more than there can be */
#define PATH_LEN 512

static const char alarm_text[] = "blocked circuits cannot be written";

struct blocking {
	uv_loop_t *loop; /* borrow */
	uv_work_t work;
	bool filed; /* else there are no paths */
	char folder[PATH_LEN], path[PATH_LEN], fresh[PATH_LEN];
	struct blocking_entry *entries; /* own */
	size_t n, cap;
	bool dirty, writing;
	/* The worker's while writing: */
	char *text; /* own */
	int error;
};

bool blocking_has(const struct blocking *blocking, const char *trunk, uint16_t cic)
{
	for (size_t i = 0; i < blocking->n; i++)
		if (blocking->entries[i].cic == cic &&
		    strcmp(blocking->entries[i].trunk, trunk) == 0)
			return true;
	return false;
}

size_t blocking_count(const struct blocking *blocking)
{
	return blocking->n;
}

/* --- writing --- */

static int write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The name is on the disk only when its folder is. */
static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

static int write_file(const struct blocking *blocking)
{
	int fd = open(blocking->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, blocking->text, strlen(blocking->text));
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(blocking->fresh, blocking->path))
		err = -errno;
	return err ? err : sync_folder(blocking->folder);
}

static void work(uv_work_t *req)
{
	struct blocking *blocking = req->data;

	blocking->error = write_file(blocking);
}

static void start(struct blocking *blocking);

static void written(struct blocking *blocking)
{
	free(blocking->text);
	blocking->text = NULL;
	if (!blocking->error) {
		alarm_clear("state", alarm_text);
		return;
	}
	log_write(LOG_ERROR, "state", "%s: %s", blocking->path, strerror(-blocking->error));
	alarm_raise("state", alarm_text);
}

static void after(uv_work_t *req, int status)
{
	struct blocking *blocking = req->data;

	(void)status;
	blocking->writing = false;
	written(blocking);
	if (blocking->dirty)
		start(blocking);
}

static bool print(struct blocking *blocking)
{
	blocking->dirty = false;
	blocking->text = blocking_print(blocking->entries, blocking->n);
	if (blocking->text)
		return true;
	blocking->error = -ENOMEM;
	written(blocking);
	return false;
}

static void start(struct blocking *blocking)
{
	int err;

	if (blocking->writing || !print(blocking))
		return;
	blocking->work.data = blocking;
	err = uv_queue_work(blocking->loop, &blocking->work, work, after);
	blocking->writing = !err;
	if (!err)
		return;
	blocking->error = err;
	written(blocking);
}

/* --- changing --- */

static bool add(struct blocking *blocking, const char *trunk, uint16_t cic)
{
	struct blocking_entry *entries = blocking->entries;

	if (blocking_has(blocking, trunk, cic))
		return false;
	if (blocking->n == blocking->cap) {
		entries = realloc(entries, (blocking->cap * 2 + 32) * sizeof(*entries));
		if (!entries) {
			log_write(LOG_ERROR, "state", "circuit %s %u: no memory", trunk, cic);
			return false;
		}
		blocking->entries = entries;
		blocking->cap = blocking->cap * 2 + 32;
	}
	if (str_copy(entries[blocking->n].trunk, sizeof(entries[0].trunk), str_c(trunk)))
		return false;
	entries[blocking->n++].cic = cic;
	return true;
}

static bool take_away(struct blocking *blocking, const char *trunk, uint16_t cic)
{
	for (size_t i = 0; i < blocking->n; i++)
		if (blocking->entries[i].cic == cic &&
		    strcmp(blocking->entries[i].trunk, trunk) == 0) {
			blocking->entries[i] = blocking->entries[--blocking->n];
			return true;
		}
	return false;
}

void blocking_note(struct blocking *blocking, const char *trunk, uint16_t first, unsigned count,
		   bool blocked)
{
	for (unsigned i = 0; i < count; i++) {
		uint16_t cic = (uint16_t)(first + i);

		blocking->dirty |=
			blocked ? add(blocking, trunk, cic) : take_away(blocking, trunk, cic);
	}
	if (blocking->dirty && blocking->filed)
		start(blocking);
}

/* --- life --- */

/* own; NULL: *error, or 0 when there is no file. */
static char *read_file(const char *path, size_t *n, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t done = 0;
	char *text = NULL;

	*n = 0;
	*error = fd < 0 && errno != ENOENT ? -errno : 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st))
		*error = -errno;
	else if (st.st_size > FILE_MAX)
		*error = -EFBIG;
	else if (!(text = malloc((size_t)st.st_size + 1)))
		*error = -ENOMEM;
	while (!*error && *n < (size_t)st.st_size) {
		done = read(fd, text + *n, (size_t)st.st_size - *n);
		if (done < 0 && errno != EINTR)
			*error = -errno;
		if (done == 0)
			break;
		*n += done > 0 ? (size_t)done : 0;
	}
	close(fd);
	if (!*error)
		return text;
	free(text);
	return NULL;
}

/* A file that cannot be read is no reason not to start: the log says what is lost. */
static int load(struct blocking *blocking)
{
	size_t octets, bad;
	bool whole;
	int err;
	char *text = read_file(blocking->path, &octets, &err);

	if (err)
		log_write(LOG_ERROR, "state", "%s: %s; no circuit is blocked from it",
			  blocking->path, strerror(-err));
	if (!text)
		return err == -ENOMEM ? err : 0;
	blocking->entries = blocking_parse(text, octets, &blocking->n, &bad, &whole);
	blocking->cap = blocking->n;
	free(text);
	if (!blocking->entries)
		return -ENOMEM;
	if (!whole)
		log_write(LOG_ERROR, "state",
			  "%s is damaged: %zu lines cannot be read; %zu circuits are blocked from "
			  "the rest",
			  blocking->path, bad, blocking->n);
	else
		log_write(LOG_INFO, "state", "%s: %zu circuits blocked", blocking->path,
			  blocking->n);
	return 0;
}

static int open_file(struct blocking *blocking, const char *folder)
{
	if (strlen(folder) > PATH_LEN - 32)
		return -ENAMETOOLONG;
	blocking->filed = true;
	snprintf(blocking->folder, PATH_LEN, "%s", folder);
	snprintf(blocking->path, PATH_LEN, "%.480s/blocking", folder);
	snprintf(blocking->fresh, PATH_LEN, "%.480s/blocking.new", folder);
	return access(folder, R_OK | W_OK | X_OK) ? -errno : load(blocking);
}

struct blocking *blocking_open(const char *folder, uv_loop_t *loop, int *error)
{
	struct blocking *blocking = calloc(1, sizeof(*blocking));

	*error = -ENOMEM;
	if (!blocking)
		return NULL;
	blocking->loop = loop;
	*error = folder ? open_file(blocking, folder) : 0;
	if (!*error)
		return blocking;
	free(blocking->entries);
	free(blocking);
	return NULL;
}

void blocking_close(struct blocking *blocking)
{
	if (!blocking)
		return;
	while (blocking->writing)
		(void)uv_run(blocking->loop, UV_RUN_ONCE);
	free(blocking->entries);
	free(blocking);
}
