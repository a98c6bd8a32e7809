/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The media engine as the core sees it: opaque handles and commands. One engine is one or more media threads, each with
 * spans and channels of its own, which is not seen from here. A channel joins two ends, side 0 and side 1; each end is an
 * RTP session or a bearer timeslot, in any combination. Every function here is called on the core thread; commands cross
 * to a media thread by a ring, and nothing waits. Closing is two-phase: the channel and its ports live until the media
 * threads have let go. No pointer may be NULL but where that is said.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

#include "gw/media/negotiation.h"
#include "gw/media/stats.h"
#include "tdm/span.h"

struct media_engine;
struct media_channel;

#define MEDIA_THREADS_MAX 16
#define MEDIA_STALL_MS	  60 /* a thread that comes so late still loses nothing */

struct media_conf {
	unsigned port_first, port_last; /* RTP on even ports, RTCP on the next */
	unsigned jitter_min_ms, jitter_max_ms;
	uint32_t rtp_timeout_ms;
	unsigned channels_max;
	unsigned threads; /* at most MEDIA_THREADS_MAX; 0: one */
	bool realtime;	  /* SCHED_FIFO and locked memory, where permitted */
};

enum media_tone {
	MEDIA_TONE_NONE,
	MEDIA_TONE_RINGBACK,
	MEDIA_TONE_BUSY,
	MEDIA_TONE_CONGESTION,
	MEDIA_TONE_UNOBTAINABLE, /* special information tone */
	MEDIA_TONE_DIAL,
	MEDIA_TONE_CALL_WAITING,
	MEDIA_TONE_RECORD,
	MEDIA_TONE_DIAL_RECALL,
	MEDIA_TONE_STUTTER,
	MEDIA_TONES
};

struct media_sound; /* recorded, held by those who play it */
struct zone;	    /* the tones of a country */

/* Signals other than DTMF that RFC 4733 events name, by the letters under which they are sent and reported. */
enum media_signal {
	MEDIA_SIGNAL_FLASH = '!',
	MEDIA_SIGNAL_ANS = 'n',		  /* V.25 answer tone, T.30 CED */
	MEDIA_SIGNAL_ANS_REVERSED = 'N',  /* with phase reversals */
	MEDIA_SIGNAL_ANSAM = 'm',	  /* V.8 */
	MEDIA_SIGNAL_ANSAM_REVERSED = 'M',
	MEDIA_SIGNAL_CNG = 'g',		  /* T.30 */
	MEDIA_SIGNAL_CT = 't',		  /* V.25 calling tone */
	MEDIA_SIGNAL_ANS_2225 = 'e',	  /* Bell 103 */
	MEDIA_SIGNAL_V21_PREAMBLE = 'v',  /* T.30 flags */
};

/* What is done where a fax or modem speaks. */
enum media_fax { MEDIA_FAX_OFF, MEDIA_FAX_VBD };

/* A bearer's line card; zero is off everywhere. */
struct media_bearer_params {
	unsigned echo_tail_ms; /* our canceller: 0 (none), 32, 64 or 128 */
	unsigned block_ms;     /* 4 or 8: samples are worked on that many at a time; 0: 4 */
	bool hardware_echo;    /* the span cancels echo on this bearer where ours would: ours stays off */
	bool no_nlp;	       /* our canceller without its non-linear processor */
	bool echo_off;	       /* the canceller, ours or the span's, is there and does nothing */
	bool clear;	       /* unrestricted data: octets pass untouched, nothing listens */
	bool hear_dtmf, hear_tones;
	enum media_fax fax;
};

/* A bearer's part in a continuity check (Q.724 7). */
enum media_continuity {
	MEDIA_CONTINUITY_OFF,
	MEDIA_CONTINUITY_LOOP,	      /* octets received go back as they are */
	MEDIA_CONTINUITY_TRANSPONDER, /* 2010 Hz is answered by 1780 Hz, and the other way round */
	MEDIA_CONTINUITY_CHECK,	      /* 2010 Hz goes out and is to come back */
	MEDIA_CONTINUITY_CHECK_TRANSPONDER, /* 2010 Hz goes out, 1780 Hz is to come back */
};

enum media_event_kind {
	MEDIA_EV_DTMF,	      /* digit heard at side, whole: as sound, or as RFC 4733 events */
	MEDIA_EV_SIGNAL,      /* signal (digit) begins at side, and again with ended and its duration when it is over */
	MEDIA_EV_SILENCE,     /* side has been silent, or has sent nothing, as long as was asked for */
	MEDIA_EV_SOUND,	      /* and is no more */
	MEDIA_EV_RTP_STARTED, /* first packet accepted at side */
	MEDIA_EV_RTP_TIMEOUT, /* nothing received at side for rtp_timeout_ms while media went both ways */
	MEDIA_EV_PLAYED,      /* a sound that was to be played once was, out of side */
	MEDIA_EV_CONTINUITY,  /* a check at side has passed, or after 2 s (Q.764 T24) it has not; its tone is off again */
	MEDIA_EV_VBD,	      /* a fax or modem was heard at side: the channel is voice-band data; ended: no more */
	MEDIA_EV_CLOSED,      /* last event of a channel: the media thread has let go */
};

struct media_event {
	enum media_event_kind kind;
	unsigned side;
	char digit; /* or enum media_signal */
	bool ended;
	bool passed; /* CONTINUITY */
	uint32_t duration_ms;
	uint32_t serial; /* PLAYED: the engine's own */
};

typedef void media_event_fn(void *arg, struct media_channel *channel, const struct media_event *event);

/* own; starts the media threads, joined to loop for its events. -errno in *error when NULL. */
struct media_engine *media_engine_new(const struct media_conf *conf, uv_loop_t *loop, int *error);
/* Ends the threads; every channel must be closed. Run the loop afterwards until its handles are closed. */
void media_engine_free(struct media_engine *engine);
/* The engine ticks on the spans given to it; each goes to the thread with the fewest. The span is borrowed and must outlive
 * the engine, or be removed first. */
int media_engine_add_span(struct media_engine *engine, struct tdm_span *span);
/* -EBUSY while a channel uses one of its timeslots. */
int media_engine_remove_span(struct media_engine *engine, struct tdm_span *span);
/* Times a thread's tick came late. */
struct media_stalls {
	uint64_t late;	   /* by more than 20 ms */
	uint64_t too_late; /* by more than MEDIA_STALL_MS: something may be lost */
	uint64_t worst_us;
};

/* Of all threads, since the start. Any thread. */
void media_engine_stalls(const struct media_engine *engine, struct media_stalls *stalls);
size_t media_engine_channels(const struct media_engine *engine);

/* Held by the caller; NULL with the reason, which names the file and what would be right. Reads the whole file. */
struct media_sound *media_sound_load(const char *path, char *reason, size_t cap);
/* NULL is fine, and is returned. */
struct media_sound *media_sound_hold(struct media_sound *sound);
/* The caller holds it no longer; it goes with the last who does. NULL is fine. */
void media_sound_drop(struct media_sound *sound);
uint32_t media_sound_ms(const struct media_sound *sound); /* of NULL: 0 */
/* By the letters of a country, or "itu"; NULL: there is none, or country is NULL. */
const struct zone *media_zone(const char *country);

/* own; NULL when the engine is full. fn is called on the core thread. label (call id) is copied, for traces;
 * empty or NULL: of no call, not traced. */
struct media_channel *media_channel_new(struct media_engine *engine, const char *label, media_event_fn *fn, void *arg);
/* NULL is fine. No event but CLOSED follows; the handle is dead for the caller after the call (fn is not called with it unless
 * want_closed). */
void media_channel_close(struct media_channel *channel, bool want_closed);

/* Makes the end an RTP session on a free port of address; local_port is even. -EADDRNOTAVAIL, -ENOBUFS: no port. */
int media_rtp_open(struct media_channel *channel, unsigned side, const char *address, uint16_t *local_port);
/* Sets or changes what an answer negotiated. May be called again (re-INVITE, another early dialog). */
int media_rtp_set(struct media_channel *channel, unsigned side, const struct media_rtp_params *params);
/* Makes the end a bearer: opens the timeslot. -errno of tdm_span_bearer. */
int media_bearer_open(struct media_channel *channel, unsigned side, struct tdm_span *span, unsigned timeslot);
/* What the line card does for the bearer at side, open or to be opened; DTMF is heard and nothing else where this was
 * never said. -EINVAL: a tail or block that there is not; -ENOMEM. */
int media_bearer_set(struct media_channel *channel, unsigned side, const struct media_bearer_params *params);
/* Switches the canceller of the bearer at side, ours or the span's, off, or on again: whatever is set later, and whatever
 * bearer comes there, until the channel ends. -EINVAL: it is no bearer; -ENOENT: it has none, or carries data; -ENOMEM. */
int media_echo(struct media_channel *channel, unsigned side, bool on);
/* Until OFF the bearer at side takes part in a check, and nothing flows between it and the other side. -EINVAL: it is none. */
int media_continuity(struct media_channel *channel, unsigned side, enum media_continuity mode);
/* "converged"; "" for MEDIA_ECHO_NONE. */
const char *media_echo_name(enum media_echo_state state);
/* Gives the end back (re-attempt on another circuit); the other end stays. */
void media_end_close(struct media_channel *channel, unsigned side);
/* What flows from this end to the other, and to this end from the other: the two directions of through-connection. */
void media_end_mode(struct media_channel *channel, unsigned side, bool hear, bool speak);
/* Sends a digit out of this end: as RFC 4733 when negotiated, else as a tone. duration_ms >= 40. */
void media_dtmf_send(struct media_channel *channel, unsigned side, char digit, uint32_t duration_ms);
/* Sends a signal out of this end: as an event when the peer takes that, else as a tone if it is one. */
void media_signal_send(struct media_channel *channel, unsigned side, enum media_signal signal, uint32_t duration_ms);
/* Plays a tone out of this end instead of what the other end says, until NONE, which also ends a sound. */
void media_tone(struct media_channel *channel, unsigned side, enum media_tone tone);
/* Whose tones this end's are from the next one on; ITU-T E.180's until then, and for NULL. */
void media_tone_zone(struct media_channel *channel, unsigned side, const struct zone *zone);
/* Plays a sound instead, over and over, or once, with MEDIA_EV_PLAYED at its end. It is held while it is played. NULL: as
 * the tone NONE. */
void media_play(struct media_channel *channel, unsigned side, struct media_sound *sound, bool loop);
/* How long an end at this side may send no RTP (MEDIA_EV_RTP_TIMEOUT), and be silent (MEDIA_EV_SILENCE), whatever was
 * or will be negotiated; 0: as negotiated. */
void media_supervise(struct media_channel *channel, unsigned side, uint32_t timeout_ms, uint32_t silence_ms);
/* What is counted is that of at most 20 ms ago, what is measured of 100; once the end has closed, all of its end. */
void media_stats(const struct media_channel *channel, unsigned side, struct media_end_stats *stats);
/* That side is a timeslot now. */
bool media_is_bearer(const struct media_channel *channel, unsigned side);
/* The driver of both spans joins the two timeslots, and the engine passes nothing (gw/media/kernel_cross.h). */
bool media_joined_by_driver(const struct media_channel *channel);

#endif
