/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* When the echo canceller that a span has of its own works, and what is said of it. */
#include "gw/media/media.h"

#include "tests/unit/cu.h"
#include "tests/unit/gw/media/fake_span.h"
#include "tests/unit/dsp/echo_line.h"

static const struct media_bearer_params speech = { .echo_tail_ms = 128, .hardware_echo = true };

struct world {
	uv_loop_t loop;
	struct media_engine *engine;
	struct fake_span fake;
	struct media_channel *channel;
};

static struct tdm_span_ops ops;
static char said[32]; /* to the span: "-" off, "+" on, "d" for data */
static int answer;
static unsigned vbd_events;

static int fake_echo(struct tdm_span *span, unsigned timeslot, enum tdm_echo mode)
{
	static const char letters[] = {
		[TDM_ECHO_OFF] = '-', [TDM_ECHO_ON] = '+', [TDM_ECHO_DATA] = 'd'
	};

	CU_ASSERT(fake_of(span)->user_fd[timeslot] >= 0);
	said[strlen(said)] = letters[mode];
	return answer;
}

static void expect(const char *text, enum media_echo_state state, const struct world *w)
{
	struct media_end_stats stats;

	CU_ASSERT_STRING_EQUAL(said, text);
	memset(said, 0, sizeof(said));
	media_stats(w->channel, 1, &stats);
	CU_ASSERT_EQUAL(stats.echo.state, state);
	CU_ASSERT(stats.echo.erl_db == MEDIA_UNKNOWN || state == MEDIA_ECHO_NONE);
}

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	vbd_events += event->kind == MEDIA_EV_VBD;
}

static void world_open(struct world *w)
{
	const struct media_conf conf = { .port_first = 20000,
					 .port_last = 20010,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .channels_max = 4 };
	int rc;

	memset(w, 0, sizeof(*w));
	memset(said, 0, sizeof(said));
	answer = 0;
	ops = fake_ops;
	ops.echo = fake_echo;
	fake_open(&w->fake, 20);
	w->fake.span.ops = &ops;
	w->fake.span.cancels_echo = true;
	uv_loop_init(&w->loop);
	w->engine = media_engine_new(&conf, &w->loop, &rc);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->engine);
	CU_ASSERT_EQUAL(media_engine_add_span(w->engine, &w->fake.span), 0);
	w->channel = media_channel_new(w->engine, "echo", on_event, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->channel);
}

static void bearer_open(struct world *w, const struct media_bearer_params *params)
{
	CU_ASSERT_EQUAL(media_bearer_set(w->channel, 1, params), 0);
	CU_ASSERT_EQUAL(media_bearer_open(w->channel, 1, &w->fake.span, 3), 0);
}

static void set(struct world *w, const struct media_bearer_params *params)
{
	CU_ASSERT_EQUAL(media_bearer_set(w->channel, 1, params), 0);
}

static void world_close(struct world *w)
{
	media_channel_close(w->channel, false);
	while (media_engine_channels(w->engine))
		uv_run(&w->loop, UV_RUN_ONCE);
	media_engine_free(w->engine);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&w->loop), 0);
	fake_close(&w->fake);
}

/* On with the bearer; off for data, where none is asked for, and in a continuity check. */
static void off_and_on(void)
{
	struct media_bearer_params params = speech;
	struct world w;

	world_open(&w);
	bearer_open(&w, &speech);
	expect("", MEDIA_ECHO_SPAN, &w);
	params.clear = true;
	set(&w, &params);
	expect("-", MEDIA_ECHO_OFF, &w);
	set(&w, &params);
	expect("", MEDIA_ECHO_OFF, &w);
	set(&w, &speech);
	expect("+", MEDIA_ECHO_SPAN, &w);
	params = (struct media_bearer_params){ .hardware_echo = true };
	set(&w, &params);
	expect("-", MEDIA_ECHO_OFF, &w);
	set(&w, &speech);
	expect("+", MEDIA_ECHO_SPAN, &w);
	CU_ASSERT_EQUAL(media_continuity(w.channel, 1, MEDIA_CONTINUITY_LOOP), 0);
	expect("-", MEDIA_ECHO_OFF, &w);
	CU_ASSERT_EQUAL(media_continuity(w.channel, 1, MEDIA_CONTINUITY_OFF), 0);
	expect("+", MEDIA_ECHO_SPAN, &w);
	/* what it was is known after the end has gone */
	media_end_close(w.channel, 1);
	expect("", MEDIA_ECHO_SPAN, &w);
	world_close(&w);
}

/* Switched by hand: nothing that is set later switches it, but the next call on the timeslot does. */
static void by_hand(void)
{
	struct media_bearer_params params = speech;
	struct world w;

	world_open(&w);
	CU_ASSERT_EQUAL(media_echo(w.channel, 1, false), -EINVAL);
	bearer_open(&w, &speech);
	CU_ASSERT_EQUAL(media_echo(w.channel, 0, false), -EINVAL);
	CU_ASSERT_EQUAL(media_echo(w.channel, 1, false), 0);
	expect("-", MEDIA_ECHO_OFF, &w);
	params.hear_dtmf = true;
	set(&w, &params);
	expect("", MEDIA_ECHO_OFF, &w);
	CU_ASSERT_EQUAL(media_echo(w.channel, 1, true), 0);
	expect("+", MEDIA_ECHO_SPAN, &w);
	params.clear = true;
	set(&w, &params);
	expect("-", MEDIA_ECHO_OFF, &w);
	CU_ASSERT_EQUAL(media_echo(w.channel, 1, true), -ENOENT);
	set(&w, &speech);
	expect("+", MEDIA_ECHO_SPAN, &w);
	/* for the channel, whatever bearer */
	CU_ASSERT_EQUAL(media_echo(w.channel, 1, false), 0);
	expect("-", MEDIA_ECHO_OFF, &w);
	media_end_close(w.channel, 1);
	while (w.fake.user_fd[3] >= 0)
		uv_run(&w.loop, UV_RUN_ONCE);
	CU_ASSERT_EQUAL(media_bearer_open(w.channel, 1, &w.fake.span, 5), 0);
	expect("-", MEDIA_ECHO_OFF, &w);
	media_channel_close(w.channel, false);
	while (media_engine_channels(w.engine))
		uv_run(&w.loop, UV_RUN_ONCE);
	w.channel = media_channel_new(w.engine, "next", on_event, NULL);
	bearer_open(&w, &speech);
	expect("", MEDIA_ECHO_SPAN, &w);
	world_close(&w);
}

/* A call for data: off before the first octet; the next call on the timeslot has it again. */
static void from_the_start(void)
{
	struct media_bearer_params params = speech;
	struct world w;

	world_open(&w);
	params.clear = true;
	bearer_open(&w, &params);
	expect("-", MEDIA_ECHO_OFF, &w);
	/* at once: the descriptor goes from one to the other */
	media_end_close(w.channel, 1);
	bearer_open(&w, &speech);
	while (!said[0])
		uv_run(&w.loop, UV_RUN_ONCE);
	expect("+", MEDIA_ECHO_SPAN, &w);
	media_end_close(w.channel, 1);
	while (w.fake.user_fd[3] >= 0)
		uv_run(&w.loop, UV_RUN_ONCE);
	bearer_open(&w, &speech);
	expect("", MEDIA_ECHO_SPAN, &w);
	world_close(&w);
}

/* Spans without one are not asked; one that refuses is what it was. */
static void refusals(void)
{
	struct media_bearer_params params = { .echo_tail_ms = 128 };
	struct world w;

	world_open(&w);
	bearer_open(&w, &params);
	params.clear = true;
	set(&w, &params);
	expect("", MEDIA_ECHO_NONE, &w);
	answer = -EIO;
	params.hardware_echo = true;
	set(&w, &params);
	expect("-", MEDIA_ECHO_SPAN, &w);
	answer = 0;
	set(&w, &params);
	expect("-", MEDIA_ECHO_OFF, &w);
	CU_ASSERT_EQUAL(tdm_span_echo(&w.fake.span, 32, TDM_ECHO_ON), -EINVAL);
	ops.echo = NULL;
	CU_ASSERT_EQUAL(tdm_span_echo(&w.fake.span, 3, TDM_ECHO_ON), -ENOTSUP);
	world_close(&w);
}

/* An answer tone on the line, in blocks of 20 ms. */
static void line_answers(struct world *w, const float *tone, size_t *at)
{
	uint8_t block[160];

	while (recv(w->fake.line_fd[3], block, sizeof(block), 0) > 0)
		;
	for (unsigned i = 0; i < 160; i++)
		block[i] = g711_a_octet(tone ? (int16_t)tone[(*at)++ % SECOND] : 0);
	(void)send(w->fake.line_fd[3], block, sizeof(block), MSG_NOSIGNAL);
	eventfd_write(w->fake.clock_fd, 1);
}

/* Real time for the thread; the line's clock is the test's. */
static void line_until(struct world *w, const float *tone, unsigned events)
{
	const struct timespec pause = { 0, 200000 };
	size_t at = 0;

	while (vbd_events < events) {
		line_answers(w, tone, &at);
		uv_run(&w->loop, UV_RUN_NOWAIT);
		nanosleep(&pause, NULL);
	}
}

/* A fax is heard: the span's canceller is one for data, until both sides are silent. */
static void fax(void)
{
	struct media_bearer_params params = speech;
	static float tone[SECOND];
	struct world w;

	memset(tone, 0, sizeof(tone));
	tone_add(tone, SECOND, 2100, -12);
	params.hear_tones = true;
	params.fax = MEDIA_FAX_VBD;
	vbd_events = 0;
	world_open(&w);
	CU_ASSERT_EQUAL(media_bearer_open(w.channel, 0, &w.fake.span, 4), 0);
	bearer_open(&w, &params);
	media_end_mode(w.channel, 0, true, true);
	media_end_mode(w.channel, 1, true, true);
	line_until(&w, tone, 1);
	expect("d", MEDIA_ECHO_SPAN, &w);
	line_until(&w, NULL, 2);
	expect("+", MEDIA_ECHO_SPAN, &w);
	world_close(&w);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "off and on", off_and_on },
		{ "by hand", by_hand },
		{ "from the start", from_the_start },
		{ "refusals", refusals },
		{ "fax", fax },
		CU_TEST_INFO_NULL,
	};

	return cu_run("span's echo canceller", tests, argc, argv);
}
