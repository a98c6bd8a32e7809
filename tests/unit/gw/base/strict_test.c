/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a media thread must not do ends the process in builds with a sanitizer, and what it may do
 * does not: each in a child. */
#include "gw/base/strict.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

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

static const struct timespec at_once = { 0, 1 };

static void do_clock_sleep(void)
{
	clock_nanosleep(CLOCK_MONOTONIC, 0, &at_once, NULL);
}

static void do_timed_lock(void)
{
	pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_timedlock(&own, &at_once);
}

static void do_read_lock(void)
{
	pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

	pthread_rwlock_timedrdlock(&lock, &at_once);
}

static void do_timed_wait(void)
{
	pthread_cond_t own = PTHREAD_COND_INITIALIZER;
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	if (!pthread_mutex_trylock(&lock)) {
		pthread_cond_timedwait(&own, &lock, &at_once);
		pthread_mutex_unlock(&lock);
	}
}

static void do_sem(void)
{
	sem_t sem;

	sem_init(&sem, 0, 0);
	sem_timedwait(&sem, &at_once);
}

static void do_uv_lock(void)
{
	uv_mutex_t own;

	uv_mutex_init(&own);
	uv_mutex_lock(&own);
}

static void *run_nothing(void *arg)
{
	return arg;
}

static void do_thread(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, run_nothing, NULL))
		pthread_join(thread, NULL);
}

static void do_select(void)
{
	struct timeval most = { 0, 1 };

	select(0, NULL, NULL, NULL, &most);
}

static void do_epoll(void)
{
	struct epoll_event event;

	epoll_wait(-1, &event, 1, 1);
}

static void do_names(void)
{
	struct addrinfo *found = NULL;

	if (!getaddrinfo("127.0.0.1", "5060", NULL, &found))
		freeaddrinfo(found);
}

static void do_folder(void)
{
	DIR *dir = opendir("/");

	if (dir)
		closedir(dir);
}

static void do_file(void)
{
	FILE *file = fopen("/dev/null", "r");

	if (file)
		fclose(file);
}

static void do_printf(void)
{
	printf("%.0d", octet);
	fflush(stdout);
}

static void do_fprintf(void)
{
	fprintf(stderr, "%d", 1);
}

static void do_dprintf(void)
{
	dprintf(-1, "%d", 1);
}

static void do_puts(void)
{
	puts("");
	fflush(stdout);
}

/* <syslog.h> and our log have names in common. */
void syslog(int priority, const char *fmt, ...);

static void do_syslog(void)
{
	syslog(15, "%s", "");
}

static void do_local_time(void)
{
	const time_t now = 0;
	struct tm parts;

	localtime_r(&now, &parts);
}

static void do_map(void)
{
	memory = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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

static void do_recvmsg(void)
{
	struct msghdr message = { 0 };

	(void)recvmsg(waiting[0], &message, 0);
}

static void do_sendmsg(void)
{
	const struct msghdr message = { 0 };

	(void)sendmsg(waiting[1], &message, 0);
}

static void do_writev(void)
{
	const struct iovec part = { &octet, 1 };

	(void)!writev(blocking[1], &part, 1);
}

static void do_connect(void)
{
	(void)connect(waiting[0], NULL, 0);
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
	{ "clock_nanosleep", do_clock_sleep },
	{ "pthread_mutex_timedlock", do_timed_lock },
	{ "pthread_rwlock_timedrdlock", do_read_lock },
	{ "pthread_cond_timedwait", do_timed_wait },
	{ "sem_timedwait", do_sem },
	{ "uv_mutex_lock", do_uv_lock },
	{ "pthread_create", do_thread },
	{ "select", do_select },
	{ "epoll_wait, blocking", do_epoll },
	{ "getaddrinfo", do_names },
	{ "opendir", do_folder },
	{ "fopen", do_file },
	{ "call printf", do_printf },
	{ "fprintf", do_fprintf },
	{ "dprintf", do_dprintf },
	{ "puts", do_puts },
	{ "syslog", do_syslog },
	{ "localtime_r", do_local_time },
	{ "mmap", do_map },
	{ "recvmsg, blocking", do_recvmsg },
	{ "sendmsg, blocking", do_sendmsg },
	{ "writev, blocking", do_writev },
	{ "connect, blocking", do_connect },
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
		if (forbidden[i].fn != do_recv && forbidden[i].fn != do_recvmsg)
			if (in_child(forbidden[i].fn, false, text, sizeof(text))) {
				fprintf(stderr, "%zu %s: \"%s\"\n", i, forbidden[i].name, text);
				CU_FAIL("not done");
			}
}

static void may(void)
{
	struct epoll_event event;
	sem_t sem;

	sem_init(&sem, 0, 0);
	sem_post(&sem);
	(void)sem_trywait(&sem);
	(void)epoll_wait(-1, &event, 1, 0);
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
