/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ring: full and empty, wake-ups, and two threads with every message checked (run under
 * ThreadSanitizer too). */
#include "gw/base/ring.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include "tests/unit/cu.h"

struct message {
	uint64_t number;
	uint64_t check;
	char pad[24];
};

static bool readable(const struct ring *ring, int ms)
{
	struct pollfd p = { .fd = ring_fd(ring), .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static void full_and_empty(void)
{
	struct ring *ring = ring_new(3, sizeof(unsigned)); /* rounded up to 4 */
	unsigned value;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT(!ring_pop(ring, &value));
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 4; i++)
			CU_ASSERT(ring_push(ring, &i));
		value = 99;
		CU_ASSERT(!ring_push(ring, &value));
		for (unsigned i = 0; i < 4; i++) {
			CU_ASSERT(ring_pop(ring, &value));
			CU_ASSERT_EQUAL(value, i);
		}
		CU_ASSERT(!ring_pop(ring, &value));
	}
	CU_ASSERT_EQUAL(ring_drops(ring), 3);
	ring_free(ring);
	ring_free(NULL);
}

static void wake_up(void)
{
	struct ring *ring = ring_new(8, sizeof(unsigned));
	unsigned value = 5;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT(!readable(ring, 0));
	CU_ASSERT(ring_push_quiet(ring, &value));
	CU_ASSERT(!readable(ring, 0));
	ring_wake(ring);
	CU_ASSERT(readable(ring, 0));
	ring_drain_wake(ring);
	CU_ASSERT(!readable(ring, 0));
	CU_ASSERT(ring_push(ring, &value));
	CU_ASSERT(ring_push(ring, &value));
	CU_ASSERT(readable(ring, 0));
	ring_drain_wake(ring);
	ring_drain_wake(ring);
	CU_ASSERT(!readable(ring, 0));
	CU_ASSERT(ring_push(ring, &value));
	CU_ASSERT(readable(ring, 0));
	ring_free(ring);
}

enum { MESSAGES = 100000 };

static void *produce(void *arg)
{
	struct ring *ring = arg;

	for (uint64_t i = 0; i < MESSAGES; i++) {
		struct message m = { .number = i, .check = ~i };

		while (!ring_push(ring, &m))
			sched_yield();
	}
	return NULL;
}

static void two_threads(void)
{
	struct ring *ring = ring_new(64, sizeof(struct message));
	struct message m;
	uint64_t next = 0, wrong = 0;
	pthread_t thread;

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, produce, ring), 0);
	while (next < MESSAGES) {
		if (!readable(ring, 10000))
			break; /* a lost wake-up */
		ring_drain_wake(ring);
		while (ring_pop(ring, &m)) {
			wrong += m.number != next || m.check != ~next;
			next++;
		}
	}
	CU_ASSERT_EQUAL(next, MESSAGES);
	CU_ASSERT_EQUAL(wrong, 0);
	pthread_join(thread, NULL);
	ring_free(ring);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "full and empty", full_and_empty },
		{ "wake up", wake_up },
		{ "two threads", two_threads },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base ring", tests, argc, argv);
}
