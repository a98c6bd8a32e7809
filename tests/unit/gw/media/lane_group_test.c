/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Which bearers of a group take part in a block: two of them, read when the test says so. */
#include "gw/media/lane_group.h"

#include "gw/media/pipeline.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/media/fake_span.h"

#define CHUNK 40 /* octets: 5 ms, where a block is 4 */

struct world {
	struct fake_span fake;
	struct list groups;
	struct lane_group *group; /* own */
	struct pipeline pipeline[2];
	struct bearer_end bearer[2];
	uint8_t next[2]; /* octet of each line */
};

static void on_report(void *arg, const struct media_event *event)
{
	(void)arg;
	(void)event;
}

static void world_open(struct world *w)
{
	const struct media_bearer_params params = { .hear_dtmf = true };
	const struct round round = { .timely = true };
	struct lane_shape shape;
	bool needed;

	memset(w, 0, sizeof(*w));
	fake_open(&w->fake, CHUNK / 8);
	list_init(&w->groups);
	CU_ASSERT_EQUAL_FATAL(lane_shape_of(&params, &shape, &needed), 0);
	w->group = lane_group_new(&shape, 0, LANES_BASE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->group);
	for (unsigned i = 0; i < 2; i++) {
		bearer_end_init(&w->bearer[i], fake_bearer(&w->fake.span, 1 + i), &w->fake.span,
				1 + i, NULL);
		pipeline_init(&w->pipeline[i], on_report, NULL);
		pipeline_attach(&w->pipeline[i], 1, &w->bearer[i].end, &round);
		bearer_end_params(&w->bearer[i], &params);
		lane_group_join(&w->groups, w->group, i, &w->bearer[i]);
	}
}

static void world_close(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		lane_group_leave(&w->bearer[i]);
		fake_release(&w->fake.span, 1 + i);
	}
	lane_group_free(w->group);
	fake_close(&w->fake);
}

/* The line has that many chunks more to be read; no octet of them is idle. */
static void line_says(struct world *w, unsigned i, unsigned chunks)
{
	uint8_t octets[CHUNK];

	for (; chunks; chunks--) {
		for (unsigned k = 0; k < CHUNK; k++)
			octets[k] = (uint8_t)(w->next[i]++ % 83 + 1);
		CU_ASSERT_EQUAL(send(w->fake.line_fd[1 + i], octets, CHUNK, 0), CHUNK);
	}
}

static void round_run(struct world *w)
{
	for (unsigned i = 0; i < 2; i++)
		(void)bearer_end_read(&w->bearer[i]);
	lane_group_run(w->group);
}

/* On both lines. */
static void chunk_comes(struct world *w)
{
	line_says(w, 0, 1);
	line_says(w, 1, 1);
	round_run(w);
}

static unsigned idle_octets(const struct bearer_end *bearer)
{
	unsigned n = 0;

	for (size_t k = 0; k < bearer->fifo_n; k++)
		n += bearer->fifo[k] == g711_silence(bearer->end.law);
	return n;
}

/* The thread was stopped after it had read the first line: what that one lacks is there a round later. */
static void read_apart(void)
{
	struct world w;

	world_open(&w);
	chunk_comes(&w);
	CU_ASSERT_EQUAL(w.bearer[0].ready_n, 32);
	line_says(&w, 1, 3);
	round_run(&w);
	CU_ASSERT_EQUAL(w.bearer[0].ready_n, 32);
	CU_ASSERT_EQUAL(w.bearer[1].ready_n, 32);
	line_says(&w, 0, 3);
	round_run(&w);
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT(w.bearer[i].in_step);
		CU_ASSERT_EQUAL(w.bearer[i].ready_n, 160);
		CU_ASSERT_EQUAL(idle_octets(&w.bearer[i]), 0);
	}
	world_close(&w);
}

/* A line that stays behind holds the other up for a round, and then no more. */
static void left_out(void)
{
	struct world w;

	world_open(&w);
	chunk_comes(&w);
	for (unsigned k = 1; k <= 2; k++) {
		line_says(&w, 1, 1);
		round_run(&w);
		CU_ASSERT_EQUAL(w.bearer[1].ready_n, 32);
	}
	for (unsigned k = 3; k <= 6; k++) {
		line_says(&w, 1, 1);
		round_run(&w);
		CU_ASSERT_EQUAL(w.bearer[1].ready_n, (1 + k) * CHUNK / 32 * 32);
	}
	CU_ASSERT_FALSE(w.bearer[0].in_step);
	/* it comes back where no less of it waits; what is more has passed */
	chunk_comes(&w);
	CU_ASSERT_FALSE(w.bearer[0].in_step);
	CU_ASSERT_EQUAL(bearer_end_pending(&w.bearer[0]), 48);
	CU_ASSERT_EQUAL(bearer_end_pending(&w.bearer[1]), 0);
	chunk_comes(&w);
	CU_ASSERT(w.bearer[0].in_step);
	CU_ASSERT_EQUAL(bearer_end_pending(&w.bearer[0]), 8);
	CU_ASSERT_EQUAL(bearer_end_pending(&w.bearer[1]), 8);
	CU_ASSERT_EQUAL(w.bearer[0].fifo_n, 120);
	CU_ASSERT_EQUAL(idle_octets(&w.bearer[0]), 0);
	/* and is waited for again */
	line_says(&w, 1, 2);
	round_run(&w);
	CU_ASSERT(w.bearer[0].in_step);
	world_close(&w);
}

/* Nobody waits for less than a packet of 20 ms: blocks are gathered, and worked on where a packet gets whole. */
static void gathered(void)
{
	static const size_t ready[] = { 0, 0, 0, 160, 160, 160, 160, 320 };
	struct world w;

	world_open(&w);
	for (unsigned i = 0; i < 2; i++)
		w.bearer[i].end.awaited = (struct awaited){ 160, 160 };
	for (unsigned k = 0; k < 8; k++) {
		chunk_comes(&w);
		for (unsigned i = 0; i < 2; i++) {
			CU_ASSERT_EQUAL(w.bearer[i].ready_n, ready[k]);
			w.bearer[i].end.awaited.left = ready[k] < 160 ? 160 : 320;
		}
	}
	/* one that waits for nothing has all of them worked on with every block */
	w.bearer[1].end.awaited.left = 0;
	chunk_comes(&w);
	CU_ASSERT_EQUAL(w.bearer[0].ready_n, 352);
	/* and one that waits for long, no longer than 20 ms and a block */
	for (unsigned i = 0; i < 2; i++)
		w.bearer[i].end.awaited.left = SIZE_MAX;
	for (unsigned k = 1; k <= 4; k++) {
		chunk_comes(&w);
		CU_ASSERT_EQUAL(w.bearer[0].ready_n, 352);
	}
	chunk_comes(&w);
	CU_ASSERT_EQUAL(w.bearer[0].ready_n, 544);
	world_close(&w);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "read one after the other", read_apart },
		{ "one that stays behind", left_out },
		{ "packets are gathered", gathered },
		CU_TEST_INFO_NULL,
	};

	return cu_run("lane group", tests, argc, argv);
}
