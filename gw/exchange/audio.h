/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The audio thread of the exchange: it ticks on the clocks of the spans and, for each circuit in a call, reads blocks,
 * writes as many, detects DTMF and collects what is recorded. The core talks to it by rings; it never waits, locks,
 * logs or allocates. Everything here is called on the core thread, and so are the call-backs.
 */
#ifndef EXCHANGE_AUDIO_H
#define EXCHANGE_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "gw/exchange/sound.h"
#include "tdm/span.h"

#define AUDIO_SPANS_MAX 8

struct audio;

struct audio_stats {
	uint64_t blocks_in, blocks_out;
	uint64_t refused;   /* blocks that the line did not take */
	uint64_t forgotten; /* octets to be recorded that found no room on their way */
};

/* owner: its circuit's. */
struct audio_user {
	/* A digit began that many samples after audio_open. */
	void (*digit)(void *owner, char digit, uint64_t samples);
	/* Octets to be recorded, in order. */
	void (*heard)(void *owner, const uint8_t *octets, size_t n);
	/* A file was sent whole. */
	void (*played)(void *owner);
	/* All digits were sent. */
	void (*dialled)(void *owner);
	/* The last one: the thread has let go of the circuit. */
	void (*closed)(void *owner, const struct audio_stats *stats);
};

/* own; slots: circuits that can be open at the same time, numbered by the caller. NULL with *error. */
struct audio *audio_new(uv_loop_t *loop, unsigned slots, int *error);
/* Before audio_start. The span is borrowed; its number is used in audio_open. -ENOSPC. */
int audio_add_span(struct audio *audio, struct tdm_span *span);
/* Starts the thread. -errno. */
int audio_start(struct audio *audio);
/* Ends the thread; its handle closes with the loop. No call-back comes any more. NULL is fine. */
void audio_free(struct audio *audio);

struct audio_circuit {
	int span; /* as it was added */
	unsigned timeslot;
	int fd; /* its bearer */
	unsigned erl_db, echo_delay_ms; /* of the hybrid at its end; 0 dB: none */
	const struct audio_user *user;	/* borrow: who is told, with owner */
	void *owner;
};

/* These are -EAGAIN when the thread is so far behind that the command was not taken. A circuit sends silence at first. A
 * slot is opened again only after audio_close; its closed() may come later. */
int audio_open(struct audio *audio, unsigned slot, const struct audio_circuit *circuit);
int audio_play(struct audio *audio, unsigned slot, const struct sound *sound);
int audio_dial(struct audio *audio, unsigned slot, const char *digits);
int audio_record(struct audio *audio, unsigned slot);
/* closed() follows when this is 0. */
int audio_close(struct audio *audio, unsigned slot);

#endif
