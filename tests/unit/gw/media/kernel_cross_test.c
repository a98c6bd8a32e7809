/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Which bearers are joined by the driver of their spans, and until when. */
#include "gw/media/media.h"

#include "tests/unit/cu.h"
#include "tests/unit/gw/media/fake_span.h"

static const struct media_bearer_params plain = { 0 };

struct world {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span a, b;
	struct media_channel *channel;
};

static struct tdm_span_ops ops;
static unsigned joined, parted;
static int answer;
static unsigned timeslots[2];

static int fake_cross_connect(struct tdm_span *span, unsigned timeslot, struct tdm_span *other,
			      unsigned other_timeslot, bool on)
{
	CU_ASSERT(fake_of(span)->user_fd[timeslot] >= 0);
	CU_ASSERT(fake_of(other)->user_fd[other_timeslot] >= 0);
	timeslots[0] = timeslot;
	timeslots[1] = other_timeslot;
	joined += on;
	parted += !on;
	return on ? answer : 0;
}

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static void world_open(struct world *w, bool able)
{
	const struct media_conf conf = { .port_first = 20000,
					 .port_last = 20010,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .channels_max = 4 };
	int rc;

	memset(w, 0, sizeof(*w));
	joined = parted = 0;
	answer = 0;
	ops = fake_ops;
	ops.cross_connect = able ? fake_cross_connect : NULL;
	fake_open(&w->a, 20);
	fake_open(&w->b, 20);
	w->a.span.ops = w->b.span.ops = &ops;
	uv_loop_init(&w->loop);
	w->engine = media_engine_new(&conf, &w->loop, &rc);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->engine);
	CU_ASSERT_EQUAL(media_engine_add_span(w->engine, &w->a.span), 0);
	CU_ASSERT_EQUAL(media_engine_add_span(w->engine, &w->b.span), 0);
	w->channel = media_channel_new(w->engine, "cross", on_event, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->channel);
}

static void bearers_open(struct world *w, const struct media_bearer_params *params)
{
	for (unsigned side = 0; side < 2; side++) {
		CU_ASSERT_EQUAL(media_bearer_set(w->channel, side, params), 0);
		CU_ASSERT_EQUAL(media_bearer_open(w->channel, side, side ? &w->b.span : &w->a.span,
						  3 + side),
				0);
	}
}

static void through(struct world *w)
{
	media_end_mode(w->channel, 0, true, true);
	media_end_mode(w->channel, 1, true, true);
}

static void world_close(struct world *w)
{
	media_channel_close(w->channel, false);
	CU_ASSERT_EQUAL(joined, parted);
	while (media_engine_channels(w->engine))
		uv_run(&w->loop, UV_RUN_ONCE);
	media_engine_free(w->engine);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&w->loop), 0);
	fake_close(&w->a);
	fake_close(&w->b);
}

static void plain_ones(void)
{
	struct world w;

	world_open(&w, true);
	bearers_open(&w, &plain);
	CU_ASSERT_EQUAL(joined, 0); /* not through yet */
	media_end_mode(w.channel, 0, true, true);
	CU_ASSERT_EQUAL(joined, 0);
	media_end_mode(w.channel, 1, true, true);
	CU_ASSERT_EQUAL(joined, 1);
	CU_ASSERT(timeslots[0] == 3 && timeslots[1] == 4);
	through(&w); /* nothing new */
	CU_ASSERT(joined == 1 && parted == 0);
	media_end_close(w.channel, 1);
	CU_ASSERT_EQUAL(parted, 1);
	/* another circuit */
	CU_ASSERT_EQUAL(media_bearer_open(w.channel, 1, &w.b.span, 9), 0);
	CU_ASSERT(joined == 2 && timeslots[1] == 9);
	world_close(&w);
	CU_ASSERT_EQUAL(parted, 2);
}

/* Whatever has to be heard or said is the engine's. */
static void the_engines(void)
{
	struct media_bearer_params cancelled = { .echo_tail_ms = 128 };
	struct world w;

	world_open(&w, true);
	bearers_open(&w, &plain);
	through(&w);
	media_tone(w.channel, 0, MEDIA_TONE_BUSY);
	CU_ASSERT(joined == 1 && parted == 1);
	media_tone(w.channel, 0, MEDIA_TONE_NONE);
	CU_ASSERT(joined == 2 && parted == 1);
	CU_ASSERT_EQUAL(media_continuity(w.channel, 1, MEDIA_CONTINUITY_LOOP), 0);
	CU_ASSERT(joined == 2 && parted == 2);
	CU_ASSERT_EQUAL(media_continuity(w.channel, 1, MEDIA_CONTINUITY_OFF), 0);
	CU_ASSERT(joined == 3 && parted == 2);
	CU_ASSERT_EQUAL(media_bearer_set(w.channel, 1, &cancelled), 0);
	CU_ASSERT(joined == 3 && parted == 3);
	cancelled.hardware_echo = true;
	CU_ASSERT_EQUAL(media_bearer_set(w.channel, 1, &cancelled), 0);
	CU_ASSERT(joined == 4 && parted == 3);
	media_end_mode(w.channel, 0, true, false);
	CU_ASSERT(joined == 4 && parted == 4);
	through(&w);
	CU_ASSERT_EQUAL(joined, 5);
	media_dtmf_send(w.channel, 0, '1', 100);
	CU_ASSERT(joined == 5 && parted == 5);
	through(&w);
	CU_ASSERT_EQUAL(joined, 5);
	world_close(&w);
}

/* Digits keep the circuit with the engine that they went to, and not the next one. */
static void after_digits(void)
{
	struct world w;

	world_open(&w, true);
	bearers_open(&w, &plain);
	through(&w);
	media_dtmf_send(w.channel, 1, '1', 100);
	CU_ASSERT(joined == 1 && parted == 1);
	media_end_close(w.channel, 0);
	CU_ASSERT_EQUAL(media_bearer_open(w.channel, 0, &w.a.span, 8), 0);
	CU_ASSERT_EQUAL(joined, 1);
	media_end_close(w.channel, 1);
	CU_ASSERT_EQUAL(media_bearer_open(w.channel, 1, &w.b.span, 9), 0);
	CU_ASSERT(joined == 2 && timeslots[0] == 8 && timeslots[1] == 9);
	world_close(&w);
	CU_ASSERT_EQUAL(parted, 2);
}

static void not_possible(void)
{
	struct media_bearer_params data = { .clear = true, .hear_dtmf = true };
	struct media_bearer_params dtmf = { .hear_dtmf = true };
	struct world w;

	world_open(&w, false);
	bearers_open(&w, &plain);
	through(&w);
	CU_ASSERT_EQUAL(joined, 0);
	world_close(&w);
	/* the driver refuses, and is asked once */
	world_open(&w, true);
	answer = -ENODEV;
	bearers_open(&w, &plain);
	through(&w);
	through(&w);
	CU_ASSERT_EQUAL(joined, 1);
	joined = 0;
	world_close(&w);
	/* laws differ */
	world_open(&w, true);
	w.b.span.law = TDM_ULAW;
	bearers_open(&w, &plain);
	through(&w);
	CU_ASSERT_EQUAL(joined, 0);
	world_close(&w);
	/* digits are listened for; in data they are not */
	world_open(&w, true);
	bearers_open(&w, &dtmf);
	through(&w);
	CU_ASSERT_EQUAL(joined, 0);
	world_close(&w);
	world_open(&w, true);
	bearers_open(&w, &data);
	through(&w);
	CU_ASSERT_EQUAL(joined, 1);
	world_close(&w);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "where nothing needs to hear", plain_ones },
		{ "the engine takes over", the_engines },
		{ "after digits", after_digits },
		{ "where it cannot be", not_possible },
		CU_TEST_INFO_NULL,
	};

	return cu_run("kernel cross-connect", tests, argc, argv);
}
