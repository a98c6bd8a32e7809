/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* One circuit in a call as the audio thread sees it. */
#ifndef EXCHANGE_CHANNEL_H
#define EXCHANGE_CHANNEL_H

#include "dsp/dtmf.h"
#include "gw/base/ring.h"
#include "gw/exchange/audio.h"
#include "gw/exchange/hybrid.h"
#include "gw/exchange/player.h"

#define CHANNEL_HEARD_OCTETS 800 /* 100 ms */

enum audio_event_kind { AUDIO_HEARD, AUDIO_DIGIT, AUDIO_PLAYED, AUDIO_DIALLED, AUDIO_CLOSED };

/* To the core. */
struct audio_event {
	enum audio_event_kind kind;
	const struct audio_user *user; /* borrow */
	void *owner;		       /* borrow */
	union {
		struct {
			uint16_t n;
			uint8_t octets[CHANNEL_HEARD_OCTETS];
		} heard;
		struct {
			char digit;
			uint64_t samples;
		} digit;
		struct audio_stats stats;
	};
};

struct channel {
	bool open, recording;
	bool dead;	     /* its span is missing */
	int span, fd;
	struct tdm_span *tdm; /* borrow */
	unsigned timeslot;
	size_t block;	     /* octets */
	enum g711_law law;
	const struct audio_user *user; /* borrow */
	void *owner;	     /* borrow */
	struct ring *events; /* borrow */
	struct player player;
	struct hybrid hybrid;
	struct dtmf_detector detector;
	char digit;	     /* being heard, 0: none */
	uint64_t samples;    /* heard */
	struct audio_stats stats;
	struct audio_event heard; /* being filled */
};

/* Fills in a channel whose span, block, law, hybrid, fd, user, owner and events are set: forgets what the descriptor holds of
 * the time before and sends some silence ahead. */
void channel_open(struct channel *channel);
/* Reads what is there and writes as much. */
void channel_tick(struct channel *channel);
/* Sends what was heard on its way; false when AUDIO_CLOSED found no room: try again. */
bool channel_close(struct channel *channel);

#endif
