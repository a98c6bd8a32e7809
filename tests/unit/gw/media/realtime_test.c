/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What media threads get where it is permitted, and what is said where it is not: each case in a
 * child that has given up its capabilities. */
#include "gw/media/realtime.h"

#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "tests/unit/cu.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void capabilities_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const struct rlimit nothing = { 0, 0 }, locked = { 8 << 20, 8 << 20 };
	const struct rlimit few = { 20, 100 };

	if (setrlimit(RLIMIT_RTPRIO, &nothing) || setrlimit(RLIMIT_MEMLOCK, &locked) ||
	    setrlimit(RLIMIT_NOFILE, &few) || syscall(SYS_capset, &header, none))
		_exit(99);
}

/* What fn says in a child without permission; its result. */
static int without_permission(int (*fn)(void), char *text, size_t cap)
{
	int fds[2], status = -1;
	ssize_t n;
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		capabilities_drop();
		_exit(fn());
	}
	close(fds[1]);
	n = read(fds[0], text, cap - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int try_thread(void)
{
	return realtime_thread(pthread_self());
}

static int try_memory(void)
{
	return realtime_memory();
}

static int try_descriptors(void)
{
	struct rlimit limit;
	bool enough = realtime_descriptors(1000);

	/* as many as there may be, all the same */
	return getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur != 100 ? 98 : enough;
}

static void not_permitted(void)
{
	char text[1024];

	CU_ASSERT_EQUAL(without_permission(try_thread, text, sizeof(text)), 0);
	CU_ASSERT(SANITIZED || (strstr(text, "CAP_SYS_NICE") && strstr(text, "LimitRTPRIO=40")));
	CU_ASSERT_EQUAL(without_permission(try_memory, text, sizeof(text)), 0);
	CU_ASSERT(SANITIZED ||
		  (strstr(text, "CAP_IPC_LOCK") && strstr(text, "LimitMEMLOCK=infinity")));
	CU_ASSERT_EQUAL(without_permission(try_descriptors, text, sizeof(text)), 0);
	CU_ASSERT(strstr(text, "100 descriptors") && strstr(text, "LimitNOFILE=1000"));
}

/* As far as whoever runs this is permitted. */
static void permitted(void)
{
	struct sched_param param;
	int status = -1, policy;
	pid_t pid = fork();

	if (pid == 0) {
		if (realtime_thread(pthread_self()) &&
		    (pthread_getschedparam(pthread_self(), &policy, &param) ||
		     (policy & ~SCHED_RESET_ON_FORK) != SCHED_FIFO || param.sched_priority != 40))
			_exit(1);
		_exit(realtime_descriptors(1) ? 0 : 2);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "not permitted", not_permitted },
		{ "permitted", permitted },
		CU_TEST_INFO_NULL,
	};

	return cu_run("realtime", tests, argc, argv);
}
