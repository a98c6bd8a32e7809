/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The media thread neither allocates nor locks: this program puts itself before malloc(), free()
 * and pthread_mutex_lock() and counts what that thread, known by its name, does. With a sanitizer,
 * which has its own malloc(), only the locks are watched.
 */
#include "gw/media/media.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <time.h>

#include "tests/unit/cu.h"
#include "tests/unit/gw/media/a_sound.h"
#include "tests/unit/gw/media/fake_span.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCH_MALLOC 0
#else
#define WATCH_MALLOC 1
#endif

static _Thread_local bool guarded;
static _Atomic unsigned allocations, locks, rounds_named;

int pthread_setname_np(pthread_t thread, const char *name)
{
	(void)thread;
	guarded = strcmp(name, "media") == 0;
	atomic_fetch_add(&rounds_named, guarded);
	return 0;
}

#if WATCH_MALLOC
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static void count(void)
{
	if (guarded)
		atomic_fetch_add(&allocations, 1);
}

void *malloc(size_t n)
{
	count();
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	count();
	return __libc_realloc(p, n);
}

void free(void *p)
{
	count();
	__libc_free(p);
}
#endif

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);

	if (!next)
		next = (int (*)(pthread_mutex_t *))(uintptr_t)dlsym(RTLD_NEXT,
								    "pthread_mutex_lock");
	if (guarded)
		atomic_fetch_add(&locks, 1);
	return next(mutex);
}

static unsigned digits;

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	digits += event->kind == MEDIA_EV_DTMF;
}

static void open_pair(struct media_engine *engine, struct fake_span *fake,
		      struct media_channel *channel[2])
{
	uint16_t port[2];

	for (unsigned i = 0; i < 2; i++) {
		channel[i] = media_channel_new(engine, "guard", on_event, NULL);
		CU_ASSERT_EQUAL_FATAL(media_rtp_open(channel[i], 0, "127.0.0.1", &port[i]), 0);
		CU_ASSERT_EQUAL_FATAL(media_bearer_open(channel[i], 1, &fake->span, 1 + i), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct media_rtp_params params = { .codec = MEDIA_PCMU,
						   .dtmf_payload_type = 101,
						   .dtmf_payload_type_in = 101,
						   .ptime_ms = 20,
						   .send = true,
						   .receive = true };
		struct sockaddr_in *remote = (struct sockaddr_in *)(void *)&params.remote;

		remote->sin_family = AF_INET;
		remote->sin_port = htons(port[!i]);
		remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		CU_ASSERT_EQUAL(media_rtp_set(channel[i], 0, &params), 0);
		media_end_mode(channel[i], 0, true, true);
		media_end_mode(channel[i], 1, true, true);
	}
}

/* Through everything the thread does: both kinds of end, tones, digits both ways, RTCP, refusals,
 * stalls, closing. */
static void guard(void)
{
	const struct media_conf conf = { .port_first = 22000,
					 .port_last = 22019,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .rtp_timeout_ms = 100,
					 .channels_max = 10 };
	const struct timespec tick = { 0, 10000000 };
	struct media_channel *channel[2];
	struct media_sound *sound = sound_make();
	struct media_engine *engine;
	struct fake_span fake;
	uv_loop_t loop;
	int error;

	uv_loop_init(&loop);
	engine = media_engine_new(&conf, &loop, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(engine);
	fake_open(&fake, 10);
	CU_ASSERT_EQUAL(media_engine_add_span(engine, &fake.span), 0);
	open_pair(engine, &fake, channel);
	for (unsigned t = 0; t < 600; t++) {
		for (unsigned k = 0; k < (t == 200 ? 7u : 1u); k++)
			fake_tick_loop(&fake);
		nanosleep(&tick, NULL);
		uv_run(&loop, UV_RUN_NOWAIT);
		if (t == 100)
			media_dtmf_send(channel[0], 0, '5', 100);
		if (t == 150)
			media_tone(channel[1], 1, MEDIA_TONE_RINGBACK);
		if (t == 250)
			media_play(channel[1], 1, sound, false);
		if (t == 300) {
			media_play(channel[0], 0, sound, true);
			media_sound_drop(sound);
		}
	}
	CU_ASSERT(digits > 0);
	for (unsigned i = 0; i < 2; i++)
		media_channel_close(channel[i], false);
	while (media_engine_channels(engine)) {
		fake_tick_loop(&fake);
		nanosleep(&tick, NULL);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	CU_ASSERT_EQUAL(media_engine_remove_span(engine, &fake.span), 0);
	media_engine_free(engine);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	fake_close(&fake);
	CU_ASSERT_EQUAL(rounds_named, 1);
	CU_ASSERT_EQUAL(allocations, 0);
	CU_ASSERT_EQUAL(locks, 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "the media thread neither allocates nor locks", guard },
		CU_TEST_INFO_NULL,
	};

	return cu_run("guard", tests, argc, argv);
}
