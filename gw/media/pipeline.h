/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The pipeline of one channel: two sides, each with at most one end (an RTP session or a bearer timeslot), and what
 * flows between them, block by block down a short list of steps. Everything here belongs to one thread, the media
 * thread; nothing allocates, locks or knows the time but by struct round.
 */
#ifndef MEDIA_PIPELINE_H
#define MEDIA_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/conceal.h"
#include "dsp/g711.h"
#include "dsp/jitter.h"
#include "dsp/zone.h"
#include "gw/base/fetch.h"
#include "gw/media/digits.h"
#include "gw/media/media.h"
#include "gw/media/sound.h"

#define BLOCK_SAMPLES 160
#define IDLE_DATA     0xFF /* flags and idle of HDLC, as ISDN's layer 1 sends them (I.430) */

/* One turn of the media thread. */
struct round {
	uint64_t now_us; /* monotonic */
	size_t elapsed;	 /* samples since the last round */
	bool timely;	 /* not after a stall: what arrived since the last round arrived just now */
};

/* What is asked of memory before a channel has its turn (ahead.h). */
enum ahead_step {
	/* while another channel's packets are collected */
	AHEAD_PIPELINE,
	AHEAD_ENDS,
	AHEAD_PATH,
	AHEAD_COLLECTED,
	/* while it has its round */
	AHEAD_STATE = AHEAD_COLLECTED,
	AHEAD_OCTETS,
	AHEAD_STEPS
};

struct pipeline;
struct media_end;
struct watch;
struct burst;

/* What a sink with a clock of its own wants in this round. */
struct demand {
	size_t skip; /* samples for which it is too late */
	size_t take;
};

/* What a sink without clock gathers: octets until it does something with them, and how many those will be. */
struct awaited {
	size_t left; /* 0: it does with each, SIZE_MAX: there is none */
	size_t whole;
};

struct media_end_ops {
	void (*attach)(struct media_end *end, const struct round *round);
	/* Before its round, and those of some other channels: what it reads mostly. No such operation: nothing. */
	void (*collect)(struct media_end *end, const struct round *round);
	/* Reads what arrived. clocked: the sink of it has a clock of its own. */
	void (*intake)(struct media_end *end, const struct round *round, bool clocked);
	/* As a source for a sink without clock: samples that are to flow now. */
	size_t (*ready)(const struct media_end *end, const struct round *round);
	/* No such operation: it gathers nothing. */
	struct awaited (*awaits)(const struct media_end *end);
	/* Gives n octets; true when they are nothing but a pause. */
	bool (*take)(struct media_end *end, uint8_t *octets, size_t n);
	void (*skip)(struct media_end *end, size_t n);
	/* As a sink; NULL: it has no clock of its own. */
	struct demand (*demand)(struct media_end *end);
	/* pause: nothing needs to be sent. n is at most the end's block. */
	void (*put)(struct media_end *end, const uint8_t *octets, size_t n, bool pause);
	/* Timers and reports; fills in end->stats. */
	void (*upkeep)(struct media_end *end, const struct round *round);
	void (*detach)(struct media_end *end, const struct round *round);
	/* The channel becomes voice-band data, or is it no more: octets are to pass as they are, at a constant delay. */
	void (*vbd)(struct media_end *end, bool on);
	/* Its thread's watch over sockets; NULL: none any more. No such operation: it has no sockets. */
	void (*watch)(struct media_end *end, const struct watch *watch);
	/* Its thread's burst, for its packets in rounds, which end with burst_send(); NULL: they go one by one. No such
	 * operation: it has none. */
	void (*burst)(struct media_end *end, struct burst *burst);
	/* The memory that a step asks for, ahead of its turn. No such operation: it is not worth it. */
	void (*fetch)(const struct media_end *end, enum ahead_step step, const struct round *round);
};

/* Every kind of end embeds this first: up to stats, a cache line that every round looks at. */
struct media_end {
	_Alignas(FETCH_LINE) const struct media_end_ops *ops;
	struct pipeline *pipeline; /* borrow; NULL: not attached */
	struct awaited awaited;	   /* as a source: what its sink awaits */
	uint64_t events;	   /* digits that leave it as RFC 4733 events, by put(): those of the bits set, */
	uint32_t at;		   /* as a source: of the octets taken last, in its group's count; packets begin at multiples */
	unsigned block;		   /* most octets that put() takes, in multiples of what it needs */
	unsigned side;
	enum g711_law law;
	bool events_out;	   /* if it takes any */
	bool digits_apart;	   /* digits do not leave it: core sends them another way */
	bool clear;		   /* octets are data: nothing converts, mixes, listens or makes up (RFC 4040) */
	bool vbd;		   /* it asks for voice-band data where a fax or modem is heard */
	uint8_t idle;		   /* clear: where there are none */
	_Alignas(FETCH_LINE) struct media_end_stats stats;
};

/* How long a side may send nothing, and be silent, for the call, before what was negotiated; 0: that. */
struct supervision {
	uint32_t timeout_ms, silence_ms;
};

/* What every round looks at is in one cache line, from the end of tone to the beginning of digits: thousands of channels do
 * not fit the processor's caches. */
struct media_side {
	_Alignas(FETCH_LINE) struct supervision supervision;
	const struct zone *zone; /* borrow: of its tones */
	uint32_t sound_serial;	 /* reported with the sound */
	uint32_t still; /* samples of silence, while the channel is voice-band data */
	uint32_t quiet_samples; /* how long it has been silent */
	size_t sound_at; /* octets of the sound that were played; all: it is over */
	struct cadence_player tone; /* instead of what the other side says; or a sound is: */
	struct media_sound *sound; /* held until another, or none, is asked for */
	struct media_end *end; /* borrow; NULL: none */
	uint32_t quiet_limit;  /* 0: its silence is not watched */
	bool hear, speak;      /* from this side to the other; to this side from the other */
	bool quiet, sound_loops;
	struct digits digits;  /* to go out of this side */
};

typedef void pipeline_report_fn(void *arg, const struct media_event *event);

#define PIPELINE_TELLS 5 /* 100 ms */

/* What a round has changed in the ends' statistics, for who keeps a copy of them. */
enum pipeline_news {
	PIPELINE_NO_NEWS,
	PIPELINE_COUNTS,     /* timers were looked at, every 20 ms: packets and blocks were counted */
	PIPELINE_STATISTICS, /* and every PIPELINE_TELLS times, or where something was lost, refused or heard: all */
};

struct pipeline {
	struct media_side side[2];
	bool vbd; /* voice-band data */
	unsigned upkeeps; /* since all was told, modulo PIPELINE_TELLS */
	uint64_t faults;  /* and events, of both ends, by then */
	uint64_t upkeep_us; /* when timers are looked at next */
	pipeline_report_fn *report;
	void *arg; /* borrow */
};

void pipeline_init(struct pipeline *pipeline, pipeline_report_fn *report, void *arg);
void pipeline_attach(struct pipeline *pipeline, unsigned side, struct media_end *end, const struct round *round);
/* The end that is given back; NULL: there was none. */
struct media_end *pipeline_detach(struct pipeline *pipeline, unsigned side, const struct round *round);
void pipeline_tone(struct pipeline *pipeline, unsigned side, enum media_tone tone);
/* NULL: none. Ends a tone. Returns the sound that was played before, over or not; whoever calls lets go of it. */
struct media_sound *pipeline_sound(struct pipeline *pipeline, unsigned side, struct media_sound *sound, bool loop);
/* A DTMF digit, or enum media_signal. */
void pipeline_digit(struct pipeline *pipeline, unsigned side, char digit, uint32_t duration_ms);
/* Reports when side has been silent for that long, and when no more; 0: no longer. */
void pipeline_watch(struct pipeline *pipeline, unsigned side, uint32_t silence_ms);
/* Whoever is its end, and whatever he negotiates. */
void pipeline_supervise(struct pipeline *pipeline, unsigned side, const struct supervision *supervision);
/* Before pipeline_round(), of several channels: what each of them reads mostly. */
void pipeline_collect(struct pipeline *pipeline, const struct round *round);
/* Reads, processes and writes everything that is due. */
enum pipeline_news pipeline_round(struct pipeline *pipeline, const struct round *round);

/* For the ends. A digit or signal begins to be heard at the end: its serial number on the other side, 0: it does not go there. */
uint32_t pipeline_digit_heard(struct media_end *end, char digit);
/* As pipeline_digit_heard() for what is heard in the audio of the end: it goes to the other side as an event or stays in the
 * audio. True, with its serial: as an event, and is to leave the audio. */
bool pipeline_sound_heard(struct media_end *end, char symbol, uint32_t *serial);
/* What flows from the end, or to it, is data. */
bool pipeline_is_data(const struct media_end *end);
/* What a digit in the audio of the end would do. */
bool pipeline_takes_digits(const struct media_end *end);
/* It lasts; ended: it is whole, and is reported, once. A signal is reported when it begins, too. */
void pipeline_digit_lasts(struct media_end *end, char digit, uint32_t serial, uint32_t samples, bool ended);
/* A fax or modem is heard at the end, whichever way that became known. */
void pipeline_modem_heard(struct media_end *end);
void pipeline_report(struct media_end *end, enum media_event_kind kind);
/* A tone or a sound goes out of it, instead of what the other side says. */
bool pipeline_plays(const struct media_side *side);
/* From a jitter buffer, lost octets concealed; true when it was all pause. lost is added to. */
bool pipeline_play(struct jitter *jitter, struct concealer *concealer, uint8_t *octets, size_t n, uint64_t *lost);
/* Of data nothing is made up: where there are no octets, idle ones. */
void pipeline_play_data(struct jitter *jitter, uint8_t idle, uint8_t *octets, size_t n);
/* What flows from the end where it says nothing. */
uint8_t pipeline_idle(const struct media_end *end);
/* The other half of the channel has become voice-band data, and reported it, or is it no more. */
void pipeline_vbd_follow(struct pipeline *pipeline, bool on);

#endif
