/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Inside of the media engine (engine.h): channels, what they consist of, and what is said about them between core and the
 * media threads. */
#ifndef MEDIA_CHANNEL_H
#define MEDIA_CHANNEL_H

#include "gw/base/list.h"
#include "gw/media/bearer_end.h"
#include "gw/media/cross.h"
#include "gw/media/kernel_cross.h"
#include "gw/media/line_card.h"
#include "gw/media/pipeline.h"
#include "gw/media/ports.h"
#include "gw/media/rtp_end.h"
#include "gw/media/snapshot.h"
#include "gw/media/span_echo.h"

#define CHANNEL_LABEL_MAX 64

enum engine_kind {
	/* commands */
	ENGINE_CHANNEL_ADD,
	ENGINE_CHANNEL_CLOSE,
	ENGINE_CHANNEL_LEAVE, /* for another worker, which it then joins: */
	ENGINE_CHANNEL_JOIN,
	ENGINE_ATTACH,
	ENGINE_DETACH,
	ENGINE_RTP_SET,
	ENGINE_BEARER_SET,
	ENGINE_CONTINUITY,
	ENGINE_MODE,
	ENGINE_DIGIT,
	ENGINE_PLAY,
	ENGINE_SUPERVISE,
	ENGINE_SPAN_ADD,
	ENGINE_SPAN_REMOVE,
	ENGINE_STOP,
};

struct engine_span;
struct channel_end;
struct bearer_change;
struct channel_half;
struct media_worker;

/* What a side plays: a sound, or else a tone. */
struct engine_play {
	enum media_tone tone;
	const struct zone *zone;   /* borrow */
	struct media_sound *sound; /* held: by the thread, once it has the command */
	bool loop;
	uint32_t serial; /* tells one from another */
};

/* Where a bearer is worked on; group NULL: nowhere. */
struct lane_place {
	struct lane_group *group; /* borrow */
	unsigned lane;
};

struct engine_command {
	enum engine_kind kind;
	struct media_channel *channel;
	struct channel_half *half; /* of the channel: place.c fills it in */
	unsigned side;
	struct lane_place place; /* ATTACH: of a bearer */
	union {
		struct channel_end *end;
		struct media_rtp_params rtp;
		struct bearer_change *change;
		struct {
			bool hear, speak;
		} mode;
		struct {
			char symbol;
			uint32_t duration_ms;
		} digit;
		struct engine_play play;
		struct supervision supervision;
		enum media_continuity continuity;
		struct engine_span *span;
	};
};

/* From a thread: an event of a channel, or something given back. */
struct engine_event {
	enum {
		ENGINE_EV_MEDIA,
		ENGINE_EV_RETURNED,
		ENGINE_EV_CHANGED,
		ENGINE_EV_LEFT,
		ENGINE_EV_CLOSED,
		ENGINE_EV_SOUND, /* nobody holds it any more */
	} kind;
	struct media_channel *channel;
	struct channel_half *half; /* left or closed */
	struct channel_end *end;
	struct media_sound *sound;
	struct bearer_change *change;
	struct media_event media;
};

/* Something that must arrive in core, even if the ring is full now. */
struct engine_letter {
	struct list_node node;
	struct engine_event event;
};

/* A sound with what tells core that nobody holds it any more, when a thread was the last. */
struct engine_sound {
	struct media_sound sound;
	struct engine_letter letter;
};

/* What core asks of a bearer that the thread has; the thread gives it back. */
struct bearer_change {
	struct engine_letter letter; /* media thread, while it has it */
	struct engine_span *span;    /* borrow */
	struct media_bearer_params params;
	struct lane_place place, given_back;
};

/* What joins the halves of a channel. */
struct channel_cross {
	struct cross cross;
	struct channel_half *half;   /* own until it is a channel's */
	struct channel_end *link[2]; /* own until attached: at side i, in the place of an end that is elsewhere */
	unsigned attached;	     /* links that threads have */
};

/* An end with what core must know to give it back. */
struct channel_end {
	struct engine_letter letter; /* media thread, while it has the end */
	struct media_channel *channel; /* borrow */
	bool is_bearer, is_link;
	struct port_pair pair; /* own: RTP */
	/* bearer */
	struct engine_span *span; /* borrow */
	unsigned timeslot;
	struct lane_place place;  /* core's word: the thread follows */
	enum media_continuity continuity; /* to be asked for once the thread has it */
	bool closing;		  /* given back by the channel, not yet by the thread */
	struct channel_end *heir; /* own: takes the descriptor over when this one is back */
	/* bearer: own, NULL: it needs none, or it is in use. Link: borrow */
	struct channel_cross *cross;
	union {
		struct media_end end;
		struct rtp_end rtp;
		struct bearer_end bearer;
		struct cross_end link;
	};
};

/* What a worker has of a channel: all of it, or one side and a link to the other. */
struct channel_half {
	/* core */
	struct media_channel *channel; /* borrow */
	struct media_worker *worker;   /* borrow */
	/* media thread */
	struct ring *events; /* borrow: of the worker that runs it */
	struct {
		bool may, now, rested, untimely; /* no bearer; left out of this round; of the last one; that was after a stall */
		size_t elapsed; /* samples of the last one */
	} rest;
	enum pipeline_news news; /* of its statistics */
	struct list_node node;
	struct pipeline pipeline;
	struct engine_letter letter;
};

struct media_channel {
	/* core */
	struct media_engine *engine; /* borrow */
	char label[CHANNEL_LABEL_MAX];
	media_event_fn *fn;
	void *arg; /* borrow */
	bool closing, want_closed, echo_off[2]; /* the last as media_echo() has it */
	struct channel_end *ends[2]; /* own until closed */
	struct media_bearer_params bearer_params[2];
	struct kernel_cross kernel;
	struct span_echo span_echo;
	/* core, place.c: as far as commands have gone */
	struct channel_half *main;     /* own */
	struct channel_half *far;      /* own; NULL: main has both sides */
	unsigned far_side;
	unsigned halves;	       /* not yet closed by their workers */
	struct channel_end *placed[2]; /* borrow */
	struct {
		bool hear, speak;
		struct engine_play play; /* its sound is held; none once it was played */
		struct supervision supervision;
	} set[2];
	const struct zone *zones[2]; /* borrow: whose tones a side's are */
	uint32_t plays;		     /* so far */
	struct media_worker *moving_to; /* borrow; NULL: it is where it should be */
	struct list held;		/* own: struct engine_waiting, commands while it moves */
	struct snapshot snapshot[2];	/* the thread writes, any reads */
};

#endif
