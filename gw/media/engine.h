/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Inside of the media engine: what core (media.c, worker.c, place.c, end_open.c) and the media threads (thread.c) share.
 * Each thread is a worker with rings of its own: commands go to it and events come back; a pointer sent by command belongs
 * to the thread until an event returns it.
 *
 * A span belongs to one worker, and with it every bearer of the span. A channel is run by the worker of its bearer, and
 * moves there when the bearer is opened; one without any stays where it is. A channel between bearers of two workers has
 * two halves, one with each, joined by a cross (cross.h). place.c sees to it, as commands pass.
 */
#ifndef MEDIA_ENGINE_H
#define MEDIA_ENGINE_H

#include <pthread.h>
#include <semaphore.h>

#include "gw/base/ring.h"
#include "gw/media/burst.h"
#include "gw/media/channel.h"
#include "gw/media/watch.h"

#define ENGINE_SPANS_MAX 128

struct engine_span {
	struct tdm_span *span; /* borrow */
	/* core */
	struct media_worker *worker;		/* borrow */
	struct channel_end *slot[TDM_TIMESLOTS]; /* borrow: who has the descriptor */
	enum tdm_echo echo[TDM_TIMESLOTS];	/* of open bearers, where the span has cancellers */
	struct lane_group *groups;		/* own */
	/* media thread */
	int clock_fd; /* borrow; negative: its bearers are clocks of their own */
	struct span_clock clock;
	bool silent; /* it led, and did not tick */
	struct line_card card;
};

/* A command that cannot be given yet. */
struct engine_waiting {
	struct list_node node;
	struct engine_command command;
};

/* One media thread. */
struct media_worker {
	struct media_engine *engine; /* borrow */
	struct ring *commands;	     /* own */
	struct ring *events;	     /* own */

	/* core */
	uv_poll_t poll;
	struct list overflow; /* own: struct engine_waiting, commands that did not fit */
	size_t n_spans, n_halves;
	unsigned lane_phase; /* octets: of the newest lane group */
	pthread_t thread;
	bool running;
	sem_t removed; /* the thread has let go of a span */

	/* media thread */
	struct list channels; /* struct channel_half */
	struct list letters;
	struct engine_span *ticking[ENGINE_SPANS_MAX]; /* borrow; the first that can wakes the thread */
	size_t n_ticking;
	int timer_fd; /* own: ticks while no span does */
	bool stopping;
	struct round round;
	struct watch watch; /* own; core opens and closes it */
	struct burst *burst; /* own */
	uint64_t last_round_us;
	int clock_fd;	    /* borrow: of the leading clock */
	uint64_t due_us;    /* when its last tick was due */
	uint64_t ticked_us; /* when it ticked last, or began to lead */
	uint64_t elapsed_rest_us; /* less than a sample */
	uint64_t gathered_ms;	  /* ticks since the last round */

	/* the thread writes, any reads */
	_Atomic uint64_t stalls, long_stalls, stall_worst_us;
};

struct media_engine {
	/* core */
	struct media_conf conf;
	struct media_worker worker[MEDIA_THREADS_MAX];
	unsigned n_workers;
	uv_timer_t retry;     /* while any overflow holds commands */
	unsigned handles;     /* libuv's, to be closed */
	struct ports *ports;  /* own */
	struct engine_span *spans[ENGINE_SPANS_MAX]; /* own */
	size_t n_spans;
	size_t n_channels, n_moving;
	uint64_t random;
	uint64_t ntp_offset_us;
};

/* thread.c: the thread's main function; arg is the worker. */
void *worker_run(void *arg);

/* worker.c: core's side of a worker. */
int worker_open(struct media_worker *worker, struct media_engine *engine);
int worker_start(struct media_worker *worker, uv_loop_t *loop);
/* Asks for the thread's end; worker_join waits for it and takes what it still had. */
void worker_stop(struct media_worker *worker);
void worker_join(struct media_worker *worker);
void worker_destroy(struct media_worker *worker);
void worker_send(struct media_worker *worker, const struct engine_command *command);
/* While the loop does not run: commands out, events in. */
void worker_serve(struct media_worker *worker);
/* What waits in its overflow; false: some still does. */
bool worker_flush(struct media_worker *worker);
struct engine_waiting *engine_wait(struct list *list, const struct engine_command *command);

/* media.c: an event of any worker. */
void engine_event_take(const struct engine_event *event);

/* place.c: a command of a channel, to whom it concerns, in order. */
void engine_send(struct media_engine *engine, const struct engine_command *command);
int place_new(struct media_channel *channel);
/* Bearers of two workers are to be joined: what that takes, for end. -ENOMEM. */
int place_prepare(struct channel_end *end, const struct channel_end *other);
void place_left(struct media_channel *channel);
/* A sound that was to be played once was; false: something else is played meanwhile. */
bool place_played(struct media_channel *channel, const struct media_event *event);
/* False: the channel has other halves. */
bool place_closed(struct media_channel *channel, struct channel_half *half);
void place_link_returned(struct channel_end *link);
void channel_cross_free(struct channel_cross *cross);
/* The one with the least to do. */
struct media_worker *place_span_worker(struct media_engine *engine);

/* end_open.c: frees an end that the thread does not have (any more), with what it holds. */
void channel_end_free(struct channel_end *end);
/* The thread has given it back. */
void channel_end_returned(struct channel_end *end);
uint64_t engine_random(struct media_engine *engine);

#endif
