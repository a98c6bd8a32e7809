/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Telephone events and tones that come in on an RTP session (RFC 4733). Media thread. */
#ifndef MEDIA_RTP_EVENT_IN_H
#define MEDIA_RTP_EVENT_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp/jitter.h"

struct round;
struct rtp_end;
struct rtp_packet;

/* The telephone event being received. */
struct event_in {
	bool known; /* timestamp is that of the last event, over or not */
	bool open;
	bool replaces; /* what the audio has of it */
	bool reported; /* when it was heard in the audio: not once more */
	uint8_t event;
	uint32_t timestamp; /* of this segment */
	uint32_t base;	    /* samples of the segments before */
	uint32_t duration;  /* of this segment */
	uint32_t serial;
	uint64_t last_us;
	/* the event before: its start, and how much audio it replaced */
	uint8_t before_event;
	uint32_t before, before_samples;
};

void rtp_event_in_take(struct rtp_end *rtp, const struct rtp_packet *packet, const struct round *round);
void rtp_event_in_tone(struct rtp_end *rtp, const struct rtp_packet *packet, const struct round *round);
/* Audio of the time of an event, which is played in its place, becomes silence, in the octets given. */
void rtp_event_in_mute(const struct rtp_end *rtp, struct rtp_packet *audio, uint8_t octets[JITTER_PACKET_MAX]);
/* It is, or the one before was, that digit at some time from start to end. */
bool rtp_event_in_says(const struct rtp_end *rtp, char digit, uint32_t start, uint32_t end);
void rtp_event_in_upkeep(struct rtp_end *rtp, const struct round *round);
/* The open one is over. */
void rtp_event_in_close(struct rtp_end *rtp);

#endif
