/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The exchange's parts, opened in the order of their dependencies and closed in the reverse. */
#include "gw/exchange/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/q850.h"
#include "gw/exchange/exchange_private.h"

#define LOOK_MS 50
#define STOP_MS 5000 /* for RLCs and recordings, once every call is released */

/* --- what happens outside calls --- */

static void tell(struct exchange *exchange, const char *event)
{
	log_write(LOG_NOTICE, "exchange", "%s", event);
	report_put(exchange->report, json_pack("{s:s, s:o, s:s}", "type", "exchange", "time",
					       report_now(), "event", event));
}

static void start_origin(struct origin *origin)
{
	bool waiting = timer_running(&origin->timer);

	origin->left += origin->conf->count;
	if (!waiting)
		timer_start_ms(&origin->timer, origin->conf->after_ms);
}

static void origin_expired(struct timer *timer, void *arg)
{
	struct origin *origin = arg;

	outgoing_call(origin);
	if (--origin->left)
		timer_start_ms(timer, origin->conf->interval_ms);
}

static void become_ready(struct exchange *exchange)
{
	exchange->ready = true;
	timer_stop(&exchange->look);
	tell(exchange, "ready");
	for (size_t i = 0; i < exchange->conf->n_originates; i++)
		if (!exchange->origins[i].conf->triggered)
			start_origin(&exchange->origins[i]);
	exchange->user.ready(exchange->user.arg);
}

static void look_whether_stopped(struct exchange *exchange)
{
	bool late = timer_heap_now_us(exchange->heap) >= exchange->stop_deadline_us;
	size_t busy = trunk_busy(exchange->trunk);

	if ((busy || exchange->totals.up) && !late)
		return;
	if (busy || exchange->totals.up)
		log_write(LOG_WARNING, "exchange", "stopping with %zu calls and %zu circuits busy",
			  exchange->totals.up, busy);
	exchange->stopped = true;
	exchange->user.stopped(exchange->user.arg);
}

static void look(struct timer *timer, void *arg)
{
	struct exchange *exchange = arg;

	if (exchange->stopping)
		look_whether_stopped(exchange);
	else if (!exchange->ready && trunk_ready(exchange->trunk))
		become_ready(exchange);
	if (!exchange->stopped && (exchange->stopping || !exchange->ready))
		timer_start_ms(timer, LOOK_MS);
}

static void changed(void *arg, const char *what)
{
	if (what)
		tell(arg, what);
}

static void release_on(struct exchange *exchange, const struct tdm_span *span)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = Q850_NETWORK_OUT_OF_ORDER };
	struct list_node *n = list_first(&exchange->calls), *next;

	for (; n; n = next) {
		struct exchange_call *call = container_of(n, struct exchange_call, node);

		next = list_next(&exchange->calls, n);
		if (!span || (call->audio_up && call->line->span == span))
			call_lose(call, &cause);
	}
}

static void lost(void *arg, const struct tdm_span *span)
{
	tell(arg, span ? "span lost" : "link lost");
	release_on(arg, span);
}

static void reap_expired(struct timer *timer, void *arg)
{
	struct exchange *exchange = arg;
	struct list_node *n;

	(void)timer;
	while ((n = list_first(&exchange->over)))
		call_free(container_of(n, struct exchange_call, node));
}

/* --- opening --- */

/* A NULL play is nothing to be loaded. */
static bool load_sound(struct sound **sound, const char *play)
{
	char wrong[256];

	if (!play)
		return true;
	*sound = sound_new(play, wrong, sizeof(wrong));
	if (!*sound)
		log_write(LOG_ERROR, "exchange", "%s", wrong);
	return *sound;
}

static int open_scripts(struct exchange *exchange)
{
	const struct conf_exchange *conf = exchange->conf;
	bool good = true;
	int err = 0;

	exchange->subscribers = calloc(conf->n_numbers + 1, sizeof(*exchange->subscribers));
	exchange->origins = calloc(conf->n_originates + 1, sizeof(*exchange->origins));
	if (!exchange->subscribers || !exchange->origins)
		return -ENOMEM;
	for (size_t i = 0; i < conf->n_numbers; i++) {
		struct subscriber *subscriber = &exchange->subscribers[i];

		subscriber->conf = &conf->numbers[i];
		good &= load_sound(&subscriber->play, conf->numbers[i].script.play);
		good &= load_sound(&subscriber->early, conf->numbers[i].early);
	}
	for (size_t i = 0; i < conf->n_originates && !err; i++) {
		struct origin *origin = &exchange->origins[i];

		origin->exchange = exchange;
		origin->conf = &conf->originates[i];
		good &= load_sound(&origin->play, origin->conf->script.play);
		err = timer_init(&origin->timer, exchange->heap, "originate", origin_expired,
				 origin);
	}
	return err ? err : good ? 0 : -EINVAL;
}

static int open_heap(struct exchange *exchange)
{
	int err;

	exchange->heap = timer_heap_new(&clock_monotonic);
	if (!exchange->heap)
		return -ENOMEM;
	err = timer_init(&exchange->reap, exchange->heap, "reap", reap_expired, exchange);
	if (!err)
		err = timer_init(&exchange->look, exchange->heap, "look", look, exchange);
	if (!err)
		err = loop_timers_open(&exchange->timers, exchange->loop, exchange->heap);
	exchange->timers_open = !err;
	return err;
}

static int open_report(struct exchange *exchange)
{
	int err;

	if (!exchange->conf->report.file)
		return 0;
	exchange->report = report_open(exchange->conf->report.file, &err);
	if (err)
		log_write(LOG_ERROR, "exchange", "%s: %s", exchange->conf->report.file,
			  strerror(-err));
	return err;
}

static int open_trunk(struct exchange *exchange)
{
	const struct trunk_user user = { .indicate = call_indicate,
					 .continuity = check_connect,
					 .changed = changed,
					 .lost = lost,
					 .arg = exchange };
	int err;

	exchange->trunk = trunk_new(exchange->conf, &user, exchange->loop, exchange->heap, &err);
	return err;
}

static int open_audio(struct exchange *exchange)
{
	unsigned slots = (unsigned)isup_circuit_count(trunk_isup(exchange->trunk));
	struct tdm_span *span;
	int err;

	exchange->audio = audio_new(exchange->loop, slots, &err);
	for (size_t i = 0; !err && (span = trunk_span(exchange->trunk, i)); i++)
		err = audio_add_span(exchange->audio, span);
	return err ? err : audio_start(exchange->audio);
}

static json_t *command(void *arg, char *line)
{
	return exchange_command(arg, line);
}

static int open_control(struct exchange *exchange)
{
	const char *socket = exchange->conf->control.socket;
	int err;

	if (!socket)
		return 0;
	exchange->control = exchange_control_open(exchange->loop, socket, command, exchange, &err);
	if (err)
		log_write(LOG_ERROR, "exchange", "%s: %s", socket, strerror(-err));
	return err;
}

struct exchange *exchange_open(struct conf_exchange *conf, const struct exchange_user *user,
			       uv_loop_t *loop, int *error)
{
	static int (*const steps[])(struct exchange *) = { open_heap,  open_scripts, open_report,
							   open_trunk, open_audio,   open_control };
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	*error = exchange ? 0 : -ENOMEM;
	if (!exchange) {
		conf_exchange_free(conf);
		return NULL;
	}
	exchange->conf = conf;
	exchange->user = *user;
	exchange->loop = loop;
	list_init(&exchange->calls);
	list_init(&exchange->over);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !*error; i++)
		*error = steps[i](exchange);
	if (*error) {
		log_write(LOG_ERROR, "exchange", "not started: %s", strerror(-*error));
		exchange_close(exchange);
		return NULL;
	}
	tell(exchange, "started");
	timer_start_ms(&exchange->look, LOOK_MS);
	return exchange;
}

/* --- closing --- */

void exchange_stop(struct exchange *exchange)
{
	if (exchange->stopping)
		return;
	exchange->stopping = true;
	exchange->stop_deadline_us = timer_heap_now_us(exchange->heap) + STOP_MS * 1000;
	tell(exchange, "stopping");
	for (size_t i = 0; i < exchange->conf->n_originates; i++)
		timer_stop(&exchange->origins[i].timer);
	(void)exchange_release(exchange, 0);
	timer_start_ms(&exchange->look, 0);
}

/* The circuits and the audio thread are gone: what is left are recordings to be finished. */
static void end_calls(struct exchange *exchange)
{
	const struct isup_cause cause = { .value = Q850_TEMPORARY_FAILURE };
	struct list_node *n = list_first(&exchange->calls), *next;

	for (; n; n = next) {
		struct exchange_call *call = container_of(n, struct exchange_call, node);

		next = list_next(&exchange->calls, n);
		call->circuit = NULL;
		call_audio_abandon(call);
		if (call->state == CALL_ST_RELEASING)
			call_check_over(call);
		else
			call_release(call, &cause, "network");
	}
	while (!list_empty(&exchange->calls))
		uv_run(exchange->loop, UV_RUN_ONCE);
	reap_expired(&exchange->reap, exchange);
}

static void close_scripts(struct exchange *exchange)
{
	const struct conf_exchange *conf = exchange->conf;

	for (size_t i = 0; exchange->subscribers && i < conf->n_numbers; i++) {
		sound_free(exchange->subscribers[i].play);
		sound_free(exchange->subscribers[i].early);
	}
	for (size_t i = 0; exchange->origins && i < conf->n_originates; i++) {
		sound_free(exchange->origins[i].play);
		timer_close(&exchange->origins[i].timer);
	}
	free(exchange->subscribers);
	free(exchange->origins);
}

void exchange_close(struct exchange *exchange)
{
	if (!exchange)
		return;
	exchange_control_close(exchange->control);
	timer_close(&exchange->look);
	if (exchange->trunk)
		trunk_stop(exchange->trunk);
	audio_free(exchange->audio);
	exchange->audio = NULL;
	end_calls(exchange);
	trunk_free(exchange->trunk);
	close_scripts(exchange);
	timer_close(&exchange->reap);
	if (exchange->timers_open)
		loop_timers_close(&exchange->timers);
	uv_run(exchange->loop, UV_RUN_NOWAIT); /* lets the handles close that lie in exchange */
	timer_heap_free(exchange->heap);
	report_close(exchange->report);
	conf_exchange_free(exchange->conf);
	free(exchange);
}

/* --- commands --- */

int exchange_trigger(struct exchange *exchange, const char *name)
{
	bool found = !name;

	for (size_t i = 0; i < exchange->conf->n_originates && !exchange->stopping; i++) {
		struct origin *origin = &exchange->origins[i];

		if (name ? strcmp(origin->conf->name, name) != 0 : !origin->conf->triggered)
			continue;
		found = true;
		start_origin(origin);
	}
	return found ? 0 : -ENOENT;
}

size_t exchange_release(struct exchange *exchange, unsigned id)
{
	struct list_node *n = list_first(&exchange->calls), *next;
	size_t released = 0;

	for (; n; n = next) {
		struct exchange_call *call = container_of(n, struct exchange_call, node);

		next = list_next(&exchange->calls, n);
		if ((id && call->id != id) || call->state == CALL_ST_RELEASING)
			continue;
		call_release_value(call, Q850_NORMAL);
		released++;
	}
	return released;
}

struct exchange_totals exchange_totals(const struct exchange *exchange)
{
	return exchange->totals;
}
