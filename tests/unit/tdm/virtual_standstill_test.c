/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A machine that stands still, wherever the line threads are at that moment, is no loss of signal:
 * this file's clock_gettime() holds up both ends of a cable as a stopped process would be.
 */
#include <stdatomic.h>
#include <sys/syscall.h>

#include "tests/unit/tdm/frames.h"

#define STANDSTILL_US 150000
#define LATE_US	      5000
#define STARVED_US    25000 /* a thread that did not run for so long for another reason spoils it */
#define TRIES	      50
#define FRAMES	      10
#define TICKS	      1000

static struct {
	_Atomic unsigned round;	   /* counts standstills */
	_Atomic uint64_t until_us; /* of this one */
	_Atomic unsigned skip;	   /* readings of the clock that a thread has until it stops */
	_Atomic unsigned stopped;  /* threads */
	_Atomic unsigned late;	   /* which of them comes back LATE_US after the other */
	_Atomic bool starved;
} still;

static _Thread_local bool own;
static _Thread_local unsigned round_seen, readings;
static _Thread_local uint64_t before_us;

static uint64_t real_us(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void hold_up(void)
{
	unsigned round = atomic_load(&still.round);
	uint64_t now = real_us();

	if (before_us && now > before_us + STARVED_US)
		atomic_store(&still.starved, true);
	if (round != round_seen) {
		round_seen = round;
		readings = 0;
	}
	if (round && readings++ == still.skip) {
		bool late = atomic_fetch_add(&still.stopped, 1) == still.late;
		uint64_t until = still.until_us + (late ? LATE_US : 0);

		while ((now = real_us()) < until)
			nanosleep(&(struct timespec){ 0, (long)(until - now) * 1000 }, NULL);
		if (now > until + LATE_US / 2)
			atomic_store(&still.starved, true);
	}
	before_us = now;
}

/* In place of libc's. */
int clock_gettime(clockid_t id, struct timespec *t)
{
	if (id == CLOCK_MONOTONIC && !own)
		hold_up();
	return (int)syscall(SYS_clock_gettime, id, t);
}

/* Both ends stop, each when it has read the clock skip times, and go on together but for the one
 * that is late. False: the machine spoilt it. */
static bool stand_still(const struct pair *pair, struct frames *frames, unsigned skip,
			unsigned late)
{
	still.skip = skip;
	still.late = late;
	still.stopped = 0;
	still.starved = false;
	still.until_us = real_us() + STANDSTILL_US;
	still.round++;
	for (unsigned n = 0; n < TICKS && (frames[0].next < FRAMES || frames[1].next < FRAMES);
	     n++) {
		for (unsigned i = 0; i < 2; i++) {
			frames_write(&frames[i], FRAMES);
			frames_read(&frames[i]);
		}
		CU_ASSERT_TRUE_FATAL(clock_wait(pair->a) > 0);
	}
	return !still.starved;
}

static uint64_t losses(const struct pair *pair)
{
	struct tdm_span_counters a = counters_of(pair->a), b = counters_of(pair->b);

	return a.downs + a.slips + b.downs + b.slips;
}

/* Nothing is lost, and no alarm comes. */
static void one(unsigned chunk_ms, unsigned skip, unsigned late)
{
	static const uint16_t lengths[] = { 20 };
	bool undisturbed = false;

	for (unsigned i = 0; i < TRIES && !undisturbed; i++) {
		struct pair pair;
		struct frames frames[2];

		pair_init(&pair, TDM_E1, chunk_ms);
		pair_open(&pair);
		frames_open(&pair, 16, frames);
		for (unsigned k = 0; k < 2; k++) {
			frames[k].lengths = lengths;
			frames[k].n = 1;
		}
		uint64_t before = losses(&pair);

		undisturbed = stand_still(&pair, frames, skip, late);
		if (undisturbed) {
			CU_ASSERT_EQUAL(still.stopped, 2);
			CU_ASSERT_EQUAL(losses(&pair), before);
			for (unsigned k = 0; k < 2; k++)
				CU_ASSERT_EQUAL(frames[k].good, FRAMES);
		}
		pair_close(&pair);
	}
	CU_ASSERT_TRUE(undisturbed);
}

/* A line thread reads the clock before and after it sleeps: between the two and outside. */
static void anywhere(void)
{
	static const unsigned chunks_ms[] = { 1, 5, 20 };

	for (unsigned i = 0; i < 12; i++)
		one(chunks_ms[i / 4], i % 2, i / 2 % 2);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "anywhere", anywhere },
		CU_TEST_INFO_NULL,
	};

	own = true;
	return cu_run("virtual standstill", tests, argc, argv);
}
