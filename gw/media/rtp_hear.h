/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digits that the peer of an RTP session says in its audio, heard where the audio is played: after the jitter buffer and
 * concealment. A digit that the peer says as an event (RFC 4733), too, is that event's: it is told of once. So is one that
 * comes in pieces because what was between them was lost. Media thread.
 */
#ifndef MEDIA_RTP_HEAR_H
#define MEDIA_RTP_HEAR_H

#include "gw/media/hearing.h"

#define RTP_HEAR_KEPT 4

struct rtp_end;

struct rtp_hear {
	struct hearing hearing;
	bool silent; /* what is on leaves the audio */
	uint64_t concealed; /* samples made up on the session until the digit ended, or so far */
	/* the last digits, the newest first, in the peer's timestamps; digit 0: none, or an event's */
	struct {
		char digit;
		uint32_t start, end;
	} kept[RTP_HEAR_KEPT];
	struct dtmf_detector dtmf;
};

/* As negotiated. */
void rtp_hear_set(struct rtp_end *rtp, bool on);
/* Octets that are about to be played; those of a digit that leaves in another way become silence. */
void rtp_hear_play(struct rtp_end *rtp, uint8_t *octets, size_t n);
/* The audio is not listened to now: what is on ends. */
void rtp_hear_rest(struct rtp_end *rtp);
/* An event of that digit begins. True: it has been heard, and has been reported, or is on, with its serial number on the
 * other side: from here on it is the event's. */
bool rtp_hear_event(struct rtp_end *rtp, char digit, uint32_t start, uint32_t *serial, bool *reported);

#endif
