/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Inside of the media engine: what core (media.c, end_open.c) and the media thread (thread.c) share. Commands go to the
 * thread and events come back by rings; a pointer sent by command belongs to the thread until an event returns it.
 */
#ifndef MEDIA_ENGINE_H
#define MEDIA_ENGINE_H

#include <pthread.h>
#include <semaphore.h>

#include "gw/base/list.h"
#include "gw/base/ring.h"
#include "gw/media/bearer_end.h"
#include "gw/media/pipeline.h"
#include "gw/media/ports.h"
#include "gw/media/rtp_end.h"
#include "gw/media/snapshot.h"

#define ENGINE_SPANS_MAX  128
#define CHANNEL_LABEL_MAX 64

enum engine_kind {
	/* commands */
	ENGINE_CHANNEL_ADD,
	ENGINE_CHANNEL_CLOSE,
	ENGINE_ATTACH,
	ENGINE_DETACH,
	ENGINE_RTP_SET,
	ENGINE_MODE,
	ENGINE_DIGIT,
	ENGINE_TONE,
	ENGINE_SPAN_ADD,
	ENGINE_SPAN_REMOVE,
	ENGINE_STOP,
};

struct engine_span;
struct channel_end;

struct engine_command {
	enum engine_kind kind;
	struct media_channel *channel;
	unsigned side;
	union {
		struct channel_end *end;
		struct media_rtp_params rtp;
		struct {
			bool hear, speak;
		} mode;
		struct {
			char symbol;
			uint32_t duration_ms;
		} digit;
		enum media_tone tone;
		struct engine_span *span;
	};
};

/* From the thread: an event of a channel, or something given back. */
struct engine_event {
	enum { ENGINE_EV_MEDIA, ENGINE_EV_RETURNED, ENGINE_EV_CLOSED } kind;
	struct media_channel *channel;
	struct channel_end *end;
	struct media_event media;
};

/* Something that must arrive in core, even if the ring is full now. */
struct engine_letter {
	struct list_node node;
	struct engine_event event;
};

/* An end with what core must know to give it back. */
struct channel_end {
	struct engine_letter letter; /* media thread, while it has the end */
	struct media_channel *channel; /* borrow */
	bool is_bearer;
	/* RTP */
	struct port_pair pair; /* own */
	/* bearer */
	struct engine_span *span; /* borrow */
	unsigned timeslot;
	bool closing;		  /* given back by the channel, not yet by the thread */
	struct channel_end *heir; /* own: takes the descriptor over when this one is back */
	union {
		struct media_end end;
		struct rtp_end rtp;
		struct bearer_end bearer;
	};
};

struct engine_span {
	struct tdm_span *span; /* borrow */
	/* core */
	struct channel_end *slot[TDM_TIMESLOTS]; /* borrow: who has the descriptor */
	/* media thread */
	int clock_fd; /* borrow; negative: its bearers are clocks of their own */
	struct span_clock clock;
	bool silent; /* it led, and did not tick */
	struct bearer_end *bearers[TDM_TIMESLOTS]; /* borrow: those that are attached */
};

struct media_channel {
	/* core */
	struct media_engine *engine; /* borrow */
	char label[CHANNEL_LABEL_MAX];
	media_event_fn *fn;
	void *arg; /* borrow */
	bool closing, want_closed;
	struct channel_end *ends[2]; /* own until closed */
	/* media thread */
	struct list_node node;
	struct pipeline pipeline;
	struct engine_letter letter;
	/* the thread writes, any reads */
	struct snapshot snapshot[2];
};

struct engine_overflow {
	struct list_node node;
	struct engine_command command;
};

struct media_engine {
	struct media_conf conf;
	struct ring *commands; /* own */
	struct ring *events;   /* own */

	/* core */
	uv_poll_t poll;
	uv_timer_t retry;     /* while overflow holds commands */
	struct list overflow; /* own: struct engine_overflow, commands that did not fit */
	unsigned handles;     /* libuv's, to be closed */
	struct ports *ports;  /* own */
	struct engine_span *spans[ENGINE_SPANS_MAX]; /* own */
	size_t n_spans;
	size_t n_channels;
	uint64_t random;
	uint64_t ntp_offset_us;
	pthread_t thread;
	sem_t removed; /* the thread has let go of a span */

	/* media thread */
	struct list channels;
	struct list letters;
	struct engine_span *ticking[ENGINE_SPANS_MAX]; /* borrow; the first that can wakes the thread */
	size_t n_ticking;
	int timer_fd; /* own: ticks while no span does */
	bool stopping;
	struct round round;
	uint64_t last_round_us;
	int clock_fd;	    /* borrow: of the leading clock */
	uint64_t due_us;    /* when its last tick was due */
	uint64_t ticked_us; /* when it ticked last, or began to lead */
	uint64_t elapsed_rest_us; /* less than a sample */
	uint64_t gathered_ms;	  /* ticks since the last round */

	/* the thread writes, any reads */
	_Atomic uint64_t stalls, stall_worst_us;
};

/* thread.c: the thread's main function; arg is the engine. */
void *engine_run(void *arg);

/* media.c */
void engine_send(struct media_engine *engine, const struct engine_command *command);

/* end_open.c: frees an end that the thread does not have (any more), with what it holds. */
void channel_end_free(struct channel_end *end);
/* The thread has given it back. */
void channel_end_returned(struct channel_end *end);
uint64_t engine_random(struct media_engine *engine);

#endif
