/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the system lets media threads have. */
#include "gw/media/realtime.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <linux/capability.h>
#include <unistd.h>

#include "gw/base/log.h"

/* Above what runs as SCHED_FIFO by habit (1), below the interrupt threads of the kernel (50). */
#define PRIORITY 40

/* A sanitizer makes the threads slow enough to starve others, and its shadow cannot be locked. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

bool realtime_thread(pthread_t thread)
{
	const struct sched_param param = { .sched_priority = PRIORITY };
	int rc;

	if (SANITIZED)
		return false;
	rc = pthread_setschedparam(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
	if (rc)
		log_write(
			LOG_WARNING, "media",
			"no real-time priority for media threads, speech breaks when the machine "
			"is busy: %s; give CAP_SYS_NICE, or LimitRTPRIO=%d in the systemd unit, or "
			"write media { priority = normal }",
			strerror(rc), PRIORITY);
	return rc == 0;
}

static bool has_capability(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

/*
 * With a limit, mlockall() succeeds and allocations fail later, when calls come: then it is not
 * done at all. Pages are locked as they are first touched, or every thread's stack would take its
 * whole 8 MiB.
 */
bool realtime_memory(void)
{
	struct rlimit limit;
	int error = EPERM;

	if (SANITIZED)
		return false;
	if (has_capability(CAP_IPC_LOCK) ||
	    (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY))
		error = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) ? errno : 0;
	if (error)
		log_write(LOG_WARNING, "media",
			  "memory is not locked, speech breaks when it is paged out: %s; give "
			  "CAP_IPC_LOCK, or LimitMEMLOCK=infinity in the systemd unit, or write "
			  "media { priority = normal }",
			  strerror(error));
	return error == 0;
}

bool realtime_descriptors(unsigned wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return false;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max >= wanted)
		return true;
	log_write(LOG_WARNING, "media",
		  "%llu descriptors may be open, all circuits in use at once want %u; give "
		  "LimitNOFILE=%u in the systemd unit",
		  (unsigned long long)limit.rlim_max, wanted, wanted);
	return false;
}
