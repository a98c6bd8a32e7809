/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A media thread: it waits for a tick of the span that leads, or of a timer while there is no
 * span, does what core has asked for, and lets every channel read, process and write. It neither
 * allocates nor locks nor logs.
 */
#include <errno.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/counter.h"
#include "gw/base/strict.h"
#include "gw/media/ahead.h"
#include "gw/media/engine.h"

#define STALL_US       20000
#define UNTIMELY_US    5000
#define LEAK	       1000 /* 0.1 %: more than clocks differ */
#define SPAN_SILENT_MS 60   /* the span that leads ticks no more: another leads */
#define US_PER_SAMPLE  125
#define TIMER_MS       BEARER_ROUND_MS
#define REST_MOST      60 /* samples of a round of which every second will do: of 5 ms, not of 10 */
#define ELAPSED_MAX    8000 /* a longer sleep of the machine is not made up for */

static struct counter events_lost = COUNTER_INIT("causeway_media_events_lost_total",
						 "Media events that core did not fetch in time");
static struct counter late_ticks =
	COUNTER_INIT("causeway_media_stalls_total", "Media ticks more than 20 ms late");
static struct counter lost_ticks =
	COUNTER_INIT("causeway_media_long_stalls_total",
		     "Media ticks more than 60 ms late: something may be lost");

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- to core ---- */

static void report(void *arg, const struct media_event *event)
{
	const struct channel_half *half = arg;
	const struct engine_event e = { .kind = ENGINE_EV_MEDIA,
					.channel = half->channel,
					.media = *event };

	if (!ring_push(half->events, &e))
		counter_add(&events_lost, 1);
}

static void letters_send(struct media_worker *worker)
{
	struct list_node *node;

	while ((node = list_first(&worker->letters))) {
		struct engine_letter *letter = container_of(node, struct engine_letter, node);
		/* Core may free the letter with what it is in as soon as it has the event. */
		const struct engine_event event = letter->event;

		list_remove(node);
		if (!ring_push(worker->events, &event)) {
			node->next = worker->letters.head.next;
			node->prev = &worker->letters.head;
			node->next->prev = node;
			worker->letters.head.next = node;
			return;
		}
	}
}

/* ---- from core ---- */

/* worker NULL: none any more. */
static void end_serve(struct media_end *end, struct media_worker *worker)
{
	if (end && end->ops->watch)
		end->ops->watch(end, worker ? &worker->watch : NULL);
	if (end && end->ops->burst)
		end->ops->burst(end, worker ? worker->burst : NULL);
}

static void end_return(struct media_worker *worker, struct channel_half *half, unsigned side)
{
	struct media_end *end = pipeline_detach(&half->pipeline, side, &worker->round);
	struct channel_end *holder;

	if (!end)
		return;
	end_serve(end, NULL);
	holder = container_of(end, struct channel_end, end);
	if (!holder->is_link)
		snapshot_write(&half->channel->snapshot[side], &end->stats);
	if (holder->is_bearer)
		line_card_remove(&holder->span->card, &holder->bearer);
	holder->letter.event = (struct engine_event){ .kind = ENGINE_EV_RETURNED,
						      .channel = half->channel,
						      .end = holder };
	list_append(&worker->letters, &holder->letter.node);
}

/* Core frees it: the thread does not. */
static void sound_let_go(struct media_worker *worker, struct media_sound *sound)
{
	struct engine_sound *made = container_of(sound, struct engine_sound, sound);

	if (!sound || !media_sound_let_go(sound))
		return;
	made->letter.event = (struct engine_event){ .kind = ENGINE_EV_SOUND, .sound = sound };
	list_append(&worker->letters, &made->letter.node);
}

static void half_join(struct media_worker *worker, struct channel_half *half)
{
	half->events = worker->events;
	for (unsigned side = 0; side < 2; side++)
		end_serve(half->pipeline.side[side].end, worker);
	list_append(&worker->channels, &half->node);
}

static void half_add(struct media_worker *worker, struct channel_half *half)
{
	pipeline_init(&half->pipeline, report, half);
	half_join(worker, half);
}

/* Core may give it to another worker, or free it, as soon as it has the letter. */
static void half_leave(struct media_worker *worker, struct channel_half *half)
{
	for (unsigned side = 0; side < 2; side++)
		end_serve(half->pipeline.side[side].end, NULL);
	list_remove(&half->node);
	half->letter.event = (struct engine_event){ .kind = ENGINE_EV_LEFT,
						    .channel = half->channel,
						    .half = half };
	list_append(&worker->letters, &half->letter.node);
}

static void half_close(struct media_worker *worker, struct channel_half *half)
{
	end_return(worker, half, 0);
	end_return(worker, half, 1);
	for (unsigned side = 0; side < 2; side++)
		sound_let_go(worker, pipeline_sound(&half->pipeline, side, NULL, false));
	half_leave(worker, half);
	half->letter.event.kind = ENGINE_EV_CLOSED;
}

/* The shortest chunk leads: then no span goes without a turn for longer than its own. */
static void span_add(struct media_worker *worker, struct engine_span *span)
{
	size_t at = worker->n_ticking++;

	worker->ticking[at] = span;
	if (at && span->span->chunk_ms < worker->ticking[0]->span->chunk_ms) {
		worker->ticking[at] = worker->ticking[0];
		worker->ticking[0] = span;
	}
	worker->gathered_ms = 0;
	worker->due_us = worker->round.now_us;
}

static void span_remove(struct media_worker *worker, const struct engine_span *span)
{
	size_t n = 0;

	for (size_t i = 0; i < worker->n_ticking; i++)
		if (worker->ticking[i] != span)
			worker->ticking[n++] = worker->ticking[i];
	worker->n_ticking = n;
	worker->due_us = worker->round.now_us;
	sem_post(&worker->removed);
}

/* What a side plays until something else is asked for. */
static void obey_to_play(struct media_worker *worker, const struct engine_command *command)
{
	struct pipeline *pipeline = &command->half->pipeline;
	const struct engine_play *play = &command->play;

	sound_let_go(worker, pipeline_sound(pipeline, command->side, play->sound, play->loop));
	pipeline->side[command->side].sound_serial = play->serial;
	if (play->sound)
		return;
	pipeline->side[command->side].zone = play->zone;
	pipeline_tone(pipeline, command->side, play->tone);
}

static void end_attach(struct media_worker *worker, const struct engine_command *command)
{
	struct channel_end *end = command->end;

	pipeline_attach(&command->half->pipeline, command->side, &end->end, &worker->round);
	end_serve(&end->end, worker);
	if (end->is_bearer)
		line_card_add(&end->span->card, &end->bearer, command->place.group,
			      command->place.lane);
}

static void bearer_change(struct media_worker *worker, struct bearer_change *change,
			  struct media_end *end)
{
	line_card_change(&change->span->card, bearer_end_of(end), &change->params,
			 change->place.group, change->place.lane);
	change->letter.event = (struct engine_event){ .kind = ENGINE_EV_CHANGED, .change = change };
	list_append(&worker->letters, &change->letter.node);
}

static void obey_for_side(struct media_worker *worker, const struct engine_command *command)
{
	struct pipeline *pipeline = &command->half->pipeline;
	struct media_side *side = &pipeline->side[command->side];

	switch (command->kind) {
	case ENGINE_ATTACH:
		end_attach(worker, command);
		break;
	case ENGINE_BEARER_SET:
		bearer_change(worker, command->change, side->end);
		break;
	case ENGINE_DETACH:
		end_return(worker, command->half, command->side);
		break;
	case ENGINE_RTP_SET:
		rtp_end_set(rtp_end_of(side->end), &command->rtp, &worker->round);
		break;
	case ENGINE_CONTINUITY:
		bearer_end_continuity(bearer_end_of(side->end), command->continuity);
		break;
	case ENGINE_MODE:
		side->hear = command->mode.hear;
		side->speak = command->mode.speak;
		break;
	case ENGINE_DIGIT:
		pipeline_digit(pipeline, command->side, command->digit.symbol,
			       command->digit.duration_ms);
		break;
	case ENGINE_PLAY:
		obey_to_play(worker, command);
		break;
	case ENGINE_SUPERVISE:
		pipeline_supervise(pipeline, command->side, &command->supervision);
		break;
	default:
		break;
	}
}

static void obey(struct media_worker *worker, const struct engine_command *command)
{
	switch (command->kind) {
	case ENGINE_CHANNEL_ADD:
		half_add(worker, command->half);
		break;
	case ENGINE_CHANNEL_CLOSE:
		half_close(worker, command->half);
		break;
	case ENGINE_CHANNEL_LEAVE:
		half_leave(worker, command->half);
		break;
	case ENGINE_CHANNEL_JOIN:
		half_join(worker, command->half);
		break;
	case ENGINE_SPAN_ADD:
		span_add(worker, command->span);
		break;
	case ENGINE_SPAN_REMOVE:
		span_remove(worker, command->span);
		break;
	case ENGINE_STOP:
		worker->stopping = true;
		break;
	case ENGINE_ATTACH:
	case ENGINE_DETACH:
	case ENGINE_RTP_SET:
	case ENGINE_BEARER_SET:
	case ENGINE_CONTINUITY:
	case ENGINE_MODE:
	case ENGINE_DIGIT:
	case ENGINE_PLAY:
	case ENGINE_SUPERVISE:
		obey_for_side(worker, command);
		break;
	}
}

static void obey_all(struct media_worker *worker)
{
	struct engine_command command;

	ring_drain_wake(worker->commands);
	while (ring_pop(worker->commands, &command))
		obey(worker, &command);
}

/* ---- time ---- */

/* Ticks since the clock was last read; a clock whose span is gone gives none. */
static uint64_t ticks_read(int fd)
{
	uint64_t ticks = 0;

	return read(fd, &ticks, sizeof(ticks)) == sizeof(ticks) ? ticks : 0;
}

static void note_lateness(struct media_worker *worker, uint64_t late_us)
{
	if (late_us > atomic_load_explicit(&worker->stall_worst_us, memory_order_relaxed))
		atomic_store_explicit(&worker->stall_worst_us, late_us, memory_order_relaxed);
	if (late_us <= STALL_US)
		return;
	atomic_fetch_add_explicit(&worker->stalls, 1, memory_order_relaxed);
	counter_add(&late_ticks, 1);
	if (late_us > MEDIA_STALL_MS * 1000) {
		atomic_fetch_add_explicit(&worker->long_stalls, 1, memory_order_relaxed);
		counter_add(&lost_ticks, 1);
	}
}

static struct bearer_end *clock_bearer(const struct engine_span *span)
{
	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++) {
		struct bearer_end *bearer = span->card.bearers[timeslot];

		if (bearer && !bearer->dead)
			return bearer;
	}
	return NULL;
}

/* What becomes readable with a chunk of the span; -1: nothing does now. */
static int clock_fd(const struct engine_span *span)
{
	const struct bearer_end *bearer = span->clock_fd < 0 ? clock_bearer(span) : NULL;

	return bearer ? bearer->fd : span->clock_fd;
}

static bool is_in_service(const struct engine_span *span)
{
	return !span->silent &&
	       !(tdm_span_alarms(span->span) & (TDM_ALARM_DOWN | TDM_ALARM_MISSING));
}

/* The span that wakes the thread, one in service before one that is not; NULL: the timer does. */
static struct engine_span *leader(const struct media_worker *worker)
{
	struct engine_span *second_best = NULL;

	for (size_t i = 0; i < worker->n_ticking; i++) {
		struct engine_span *span = worker->ticking[i];

		if (clock_fd(span) < 0)
			continue;
		if (is_in_service(span))
			return span;
		if (!second_best)
			second_best = span;
	}
	return second_best;
}

/*
 * The clocks of all spans that have one are read in every turn, so that their ticks are known when
 * their channels run; a bearer that is a clock is read by its channel, the leading one here.
 * Returns the ticks of the one that leads.
 */
static uint64_t clocks_read(struct media_worker *worker, const struct engine_span *lead)
{
	struct bearer_end *bearer = lead->clock_fd < 0 ? clock_bearer(lead) : NULL;
	uint64_t leading = bearer ? bearer_end_read(bearer) : 0;

	for (size_t i = 0; i < worker->n_ticking; i++) {
		struct engine_span *span = worker->ticking[i];
		uint64_t ticks = span->clock_fd < 0 ? 0 : ticks_read(span->clock_fd);

		span->clock.ticks += ticks;
		if (span == lead)
			leading += ticks;
	}
	return leading;
}

/*
 * How late the first of these ticks is, by the times of those before. due_us follows a clock that
 * is faster at once, and one that is slower by the leak.
 */
static void ticks_note(struct media_worker *worker, uint64_t ticks, unsigned period_ms)
{
	uint64_t now = worker->round.now_us;
	uint64_t late_us, period_us = period_ms * 1000u;

	if (!ticks)
		return;
	worker->ticked_us = now;
	late_us = now > worker->due_us + period_us ? now - worker->due_us - period_us : 0;
	note_lateness(worker, late_us);
	worker->due_us += ticks * (period_us + period_us / LEAK);
	if (worker->due_us > now || late_us > STALL_US)
		worker->due_us = now;
	worker->gathered_ms += ticks * period_ms;
	if (late_us > UNTIMELY_US)
		worker->round.timely = false;
}

/* It ticks no more: the last to lead again, and alarms elsewhere are no reason to. */
static void lead_falls_silent(struct media_worker *worker, struct engine_span *lead)
{
	size_t at = 0;

	while (worker->ticking[at] != lead)
		at++;
	for (; at + 1 < worker->n_ticking; at++)
		worker->ticking[at] = worker->ticking[at + 1];
	worker->ticking[at] = lead;
	lead->silent = true;
	worker->ticked_us = worker->round.now_us;
	worker->gathered_ms = SPAN_SILENT_MS;
}

static void timer_set(struct media_worker *worker, bool on)
{
	const struct itimerspec spec = {
		.it_interval.tv_nsec = on ? TIMER_MS * 1000000 : 0,
		.it_value.tv_nsec = on ? TIMER_MS * 1000000 : 0,
	};

	timerfd_settime(worker->timer_fd, 0, &spec, NULL);
}

/*
 * Another clock ticks at other times, up to a chunk after the last one would have: with a round at
 * once no bearer waits for longer than a chunk.
 */
static void clock_follow(struct media_worker *worker, const struct engine_span *lead)
{
	int fd = lead ? clock_fd(lead) : worker->timer_fd;

	if (fd == worker->clock_fd)
		return;
	timer_set(worker, !lead);
	worker->clock_fd = fd;
	worker->due_us = worker->ticked_us = now_us();
	worker->gathered_ms = BEARER_ROUND_MS;
}

/* How long poll() may wait: until the leading span is silent for too long, for ever on the timer. */
static int patience_ms(const struct media_worker *worker, const struct engine_span *lead)
{
	uint64_t silent_ms = (now_us() - worker->ticked_us) / 1000;

	if (worker->gathered_ms >= BEARER_ROUND_MS)
		return 0;
	if (!lead)
		return -1;
	return silent_ms < SPAN_SILENT_MS ? (int)(SPAN_SILENT_MS - silent_ms) : 0;
}

/* Waits for a tick or a command. */
static void wait_turn(struct media_worker *worker, struct engine_span *lead)
{
	struct pollfd fds[2] = {
		{ .fd = ring_fd(worker->commands), .events = POLLIN },
		{ .fd = worker->clock_fd, .events = POLLIN | POLLPRI },
	};

	strict_end();
	poll(fds, 2, patience_ms(worker, lead));
	strict_begin();
	worker->round.now_us = now_us();
	if (!lead) {
		if (fds[1].revents & POLLIN)
			ticks_note(worker, ticks_read(worker->timer_fd), TIMER_MS);
		return;
	}
	uint64_t ticks = clocks_read(worker, lead);

	ticks_note(worker, ticks, lead->span->chunk_ms);
	lead->silent = lead->silent && !ticks;
	if (worker->round.now_us - worker->ticked_us >= SPAN_SILENT_MS * 1000)
		lead_falls_silent(worker, lead);
}

/* ---- the round ---- */

static bool is_bearer(const struct media_end *end)
{
	return end && end->ops->demand;
}

/* Without a bearer, whose octets come with every chunk, every second round does, if rounds are short. */
static bool half_rests(struct media_worker *worker, struct channel_half *half)
{
	const struct media_side *side = half->pipeline.side;

	half->rest.may = !is_bearer(side[0].end) && !is_bearer(side[1].end);
	if (half->rest.rested || !half->rest.may || worker->round.elapsed > REST_MOST)
		return false;
	half->rest.rested = true;
	half->rest.elapsed = worker->round.elapsed;
	half->rest.untimely = !worker->round.timely;
	return true;
}

static void half_collect(struct media_worker *worker, struct channel_half *half)
{
	half->rest.now = half_rests(worker, half);
	if (!half->rest.now)
		pipeline_collect(&half->pipeline, &worker->round);
}

static void half_run(struct media_worker *worker, struct channel_half *half)
{
	struct round round = worker->round;

	if (half->rest.now) {
		half->rest.now = false;
		return;
	}
	if (half->rest.rested) {
		round.elapsed += half->rest.elapsed;
		round.timely = round.timely && !half->rest.untimely;
		half->rest.rested = false;
	}
	half->news = pipeline_round(&half->pipeline, &round);
}

/* Once all was sent: what is new of its statistics. */
static void half_tell(struct channel_half *half)
{
	const enum pipeline_news news = half->news;

	if (news == PIPELINE_NO_NEWS)
		return;
	half->news = PIPELINE_NO_NEWS;
	for (unsigned i = 0; i < 2; i++) {
		const struct media_end *end = half->pipeline.side[i].end;
		struct snapshot *snapshot = &half->channel->snapshot[i];

		/* A link has none: the other half writes what the side does. */
		if (!end || container_of(end, const struct channel_end, end)->is_link)
			continue;
		if (news == PIPELINE_STATISTICS)
			snapshot_write(snapshot, &end->stats);
		else
			snapshot_count(snapshot, &end->stats);
	}
}

static void round_open(struct media_worker *worker)
{
	uint64_t us = worker->round.now_us - worker->last_round_us + worker->elapsed_rest_us;

	worker->last_round_us = worker->round.now_us;
	worker->round.elapsed = (size_t)(us / US_PER_SAMPLE);
	worker->elapsed_rest_us = us % US_PER_SAMPLE;
	if (worker->round.elapsed > ELAPSED_MAX)
		worker->round.elapsed = ELAPSED_MAX;
	worker->gathered_ms = 0;
}

/*
 * The descriptors of a span that is missing are left alone: DAHDI puts whoever talks to a timeslot
 * that was taken away to sleep for 5 ms, and 30 of them would keep all other spans waiting.
 */
static void missing_spans_leave(struct media_worker *worker)
{
	for (size_t i = 0; i < worker->n_ticking; i++) {
		struct engine_span *span = worker->ticking[i];

		if (!(tdm_span_alarms(span->span) & TDM_ALARM_MISSING))
			continue;
		for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++)
			if (span->card.bearers[timeslot])
				span->card.bearers[timeslot]->dead = true;
	}
}

static struct channel_half *half_of(struct list_node *node)
{
	return container_of(node, struct channel_half, node);
}

static void half_fetch(const struct channel_half *half, enum ahead_step step,
		       const struct round *round)
{
	if ((half->rest.rested && !half->rest.now) || !half->rest.may)
		ahead_fetch(&half->pipeline, step, round);
}

/* The channels' nodes that each step of asking for memory is at; NULL: it is past the last. */
struct march {
	struct list_node *at[AHEAD_STEPS];
};

static void march_begin(struct march *march, struct media_worker *worker)
{
	for (unsigned step = 0; step < AHEAD_STEPS; step++) {
		struct list_node *node = list_first(&worker->channels);

		for (unsigned i = 0; node && i < ahead_channels[step]; i++)
			node = list_next(&worker->channels, node);
		march->at[step] = node;
	}
}

static void march_on(struct march *march, struct media_worker *worker, unsigned first, unsigned end)
{
	for (unsigned step = first; step < end; step++) {
		struct list_node *node = march->at[step];

		if (!node)
			continue;
		half_fetch(half_of(node), step, &worker->round);
		march->at[step] = list_next(&worker->channels, node);
	}
}

/* From one node to before another. */
static void burst_run(struct media_worker *worker, struct march *march, struct list_node *first,
		      const struct list_node *end)
{
	for (struct list_node *node = first; node != end;
	     node = list_next(&worker->channels, node)) {
		march_on(march, worker, 0, AHEAD_COLLECTED);
		half_collect(worker, half_of(node));
	}
	for (struct list_node *node = first; node != end;
	     node = list_next(&worker->channels, node)) {
		march_on(march, worker, AHEAD_COLLECTED, AHEAD_STEPS);
		half_run(worker, half_of(node));
	}
	burst_send(worker->burst);
	for (struct list_node *node = first; node != end; node = list_next(&worker->channels, node))
		half_tell(half_of(node));
}

static void halves_run(struct media_worker *worker)
{
	struct list_node *first = list_first(&worker->channels);
	struct march march;

	march_begin(&march, worker);
	while (first) {
		struct list_node *end = first;

		for (unsigned i = 0; end && i < BURST_CHANNELS; i++)
			end = list_next(&worker->channels, end);
		burst_run(worker, &march, first, end);
		first = end;
	}
}

static void round_run(struct media_worker *worker)
{
	round_open(worker);
	watch_look(&worker->watch);
	missing_spans_leave(worker);
	for (size_t i = 0; i < worker->n_ticking; i++)
		line_card_run(&worker->ticking[i]->card);
	halves_run(worker);
	worker->round.timely = true;
}

void *worker_run(void *arg)
{
	struct media_worker *worker = arg;

	pthread_setname_np(pthread_self(), "media");
	worker->last_round_us = worker->round.now_us = now_us();
	worker->round.timely = true;
	worker->clock_fd = -1;
	strict_begin();
	while (!worker->stopping) {
		struct engine_span *lead = leader(worker);

		clock_follow(worker, lead);
		wait_turn(worker, lead);
		obey_all(worker);
		if (worker->gathered_ms >= BEARER_ROUND_MS)
			round_run(worker);
		letters_send(worker);
	}
	strict_end();
	pthread_setname_np(pthread_self(), "media-ended");
	return NULL;
}
