/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a media thread must not do ends the process in builds with a sanitizer, and what it may do
 * does not: each in a child. */
#include "gw/base/strict.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tests/unit/cu.h"

#ifdef STRICT
#define WATCHED true
#else
#define WATCHED false
#endif

static void *volatile memory;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int blocking[2], waiting[2];
static char octet;

static void do_malloc(void)
{
	memory = malloc(10);
}

static void do_calloc(void)
{
	memory = calloc(10, 10);
}

static void do_realloc(void)
{
	memory = realloc(memory, 100000);
}

static void do_free(void)
{
	free(memory);
}

/* By a library, whose calls no linker of ours has seen. */
static void do_strdup(void)
{
	memory = strdup("a");
}

static void do_lock(void)
{
	pthread_mutex_lock(&mutex);
}

static void do_signal(void)
{
	pthread_cond_signal(&cond);
}

static void do_log(void)
{
	log_write(LOG_DEBUG, "media", "never");
}

static void do_sleep(void)
{
	const struct timespec t = { 0, 1 };

	nanosleep(&t, NULL);
}

static void do_open(void)
{
	(void)!open("/dev/null", O_RDONLY);
}

static void do_close(void)
{
	close(-1);
}

static void do_poll(void)
{
	poll(NULL, 0, 0);
}

static void do_read(void)
{
	(void)!write(blocking[1], &octet, 1);
	(void)!read(blocking[0], &octet, 1);
}

static void do_recv(void)
{
	(void)recv(waiting[0], &octet, 1, 0);
}

static const struct {
	const char *name;
	void (*fn)(void);
} forbidden[] = {
	{ "malloc", do_malloc },
	{ "malloc", do_calloc },
	{ "must not call", do_realloc },
	{ "free", do_free },
	{ "malloc", do_strdup },
	{ "pthread_mutex_lock", do_lock },
	{ "pthread_cond_signal", do_signal },
	{ "log_write", do_log },
	{ "nanosleep", do_sleep },
	{ "open", do_open },
	{ "close", do_close },
	{ "poll", do_poll },
	{ "write, blocking", do_read },
	{ "recv, blocking", do_recv },
};

/* Its exit status; what it says goes to text. */
static int in_child(void (*fn)(void), bool watched, char *text, size_t cap)
{
	int fds[2], status = -1;
	size_t at = 0;
	ssize_t n;
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		alarm(5);
		if (watched)
			strict_begin();
		fn();
		strict_end();
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + at, cap - 1 - at)) > 0)
		at += (size_t)n;
	text[at] = '\0';
	close(fds[0]);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return status;
}

static void aborts(void)
{
	char text[256];

	for (size_t i = 0; WATCHED && i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		int status = in_child(forbidden[i].fn, true, text, sizeof(text));

		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
		    strstr(text, forbidden[i].name))
			continue;
		fprintf(stderr, "%zu %s: status %#x, \"%s\"\n", i, forbidden[i].name, status, text);
		CU_FAIL("not ended");
	}
}

static void elsewhere(void)
{
	char text[256];

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		if (forbidden[i].fn != do_recv)
			CU_ASSERT_EQUAL(in_child(forbidden[i].fn, false, text, sizeof(text)), 0);
}

static void may(void)
{
	sem_t sem;

	sem_init(&sem, 0, 0);
	sem_post(&sem);
	(void)recv(waiting[0], &octet, 1, MSG_DONTWAIT);
	fcntl(waiting[0], F_SETFL, O_NONBLOCK);
	(void)recv(waiting[0], &octet, 1, 0);
	(void)!read(waiting[0], &octet, 1);
	if (send(waiting[0], &octet, 1, MSG_DONTWAIT) != 1)
		_exit(1);
}

static void does_not_abort(void)
{
	char text[256];

	CU_ASSERT_EQUAL(in_child(may, true, text, sizeof(text)), 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "what is forbidden ends the process", aborts },
		{ "in other threads it does not", elsewhere },
		{ "what is allowed", does_not_abort },
		CU_TEST_INFO_NULL,
	};

	memory = malloc(1);
	if (pipe(blocking) || socketpair(AF_UNIX, SOCK_DGRAM, 0, waiting))
		return 1;
	return cu_run("strict", tests, argc, argv);
}
