/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the system lets media threads have: real-time priority, memory that is not paged out, descriptors. Core thread; each
 * says in one log line what it does not get, and how to give it. */
#ifndef MEDIA_REALTIME_H
#define MEDIA_REALTIME_H

#include <pthread.h>
#include <stdbool.h>

/* SCHED_FIFO; false: it runs as any other. Builds with a sanitizer leave it so, and do not log. */
bool realtime_thread(pthread_t thread);
/* mlockall(2) of what there is and what comes. */
bool realtime_memory(void);
/* Raises RLIMIT_NOFILE to its hard limit; false: less than wanted. */
bool realtime_descriptors(unsigned wanted);

#endif
