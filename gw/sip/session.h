/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The session of one leg: RFC 3264 offer/answer over one audio stream, either way round, any number of times. It makes
 * and reads descriptions and says what was settled; sockets are the leg's business. A failed exchange changes nothing.
 * session.c is the exchange, session_formats.c what is in its m= line.
 */
#ifndef SIP_SESSION_H
#define SIP_SESSION_H

#include "gw/media/negotiation.h"
#include "gw/sip/sdp.h"

#define SESSION_SDP_MAX 4096

enum session_bearer {
	SESSION_OPEN,	/* the peer's first offer tells */
	SESSION_SPEECH, /* G.711, with what goes beside it */
	SESSION_DATA,	/* clearmode (RFC 4040), and nothing else */
};

struct sip_session_conf {
	const char *address; /* borrow: of our RTP */
	uint16_t port;
	uint8_t n_codecs;
	enum media_codec codecs[MEDIA_CODECS]; /* in order of preference */
	enum session_bearer bearer;
	uint8_t ptime_ms, maxptime_ms; /* maxptime 0: not told */
	bool dtmf;		       /* telephone-event (RFC 4733) */
	uint64_t events;	       /* that we take: bit n, event n */
	bool audio_tone;	       /* audio/tone (RFC 4733 4) */
	uint8_t redundancy;	       /* generations (RFC 2198), 0: none */
	bool comfort_noise;	       /* RFC 3389 */
	bool vbd_payload;	       /* voice-band data has a payload type (V.152) */
	bool rtcp_mux;		       /* RFC 5761 */
	bool rtcp_xr;		       /* RFC 3611 */
	/* Nothing that is negotiated: passed on in what is settled. */
	bool digits_apart; /* digits go by INFO */
	bool hear_dtmf;	   /* in the peer's audio, if it brings them in no other way */
	bool hear_dtmf_always;
	bool learn_source;
	bool jitter_fixed;
	uint16_t jitter_min_ms, jitter_max_ms;
	uint32_t timeout_ms, silence_ms;
};

/* What an exchange settled. */
struct sip_settled {
	struct media_rtp_params params;
	bool stream; /* there is an audio stream: false where the peer's port is 0 */
	bool held;   /* the peer asked not to be sent media (RFC 3264 8.4) */
};

/* Formats of our m= line; the codecs are enum media_codec. */
enum session_format {
	SESSION_EVENT = MEDIA_CODECS,
	SESSION_TONE,
	SESSION_RED,
	SESSION_CN,
	SESSION_VBD_PCMU, /* the codec as voice-band data */
	SESSION_VBD_PCMA,
	SESSION_FORMATS
};

/* Which payload type is which format of ours: it stays so as long as the stream lives (RFC 3264 8.3.2). */
struct session_map {
	uint8_t pt[SESSION_FORMATS];
	uint16_t known; /* bit n: the peer has used pt[n] for it */
	uint32_t taken; /* bit n: the peer has used PT 96 + n for something */
};

struct sip_session {
	struct sip_session_conf conf;
	uint64_t id;
	uint64_t version;	 /* of the o= line; one more whenever the description changes */
	char *local;		 /* own: the last description that we sent or are about to, NULL: none */
	size_t n_local;
	unsigned audio;		 /* our stream's m= line */
	struct session_map map;
	enum sdp_direction sent; /* our direction in local */
};

/* id: of the o= line, unique for this host. */
void sip_session_open(struct sip_session *session, const struct sip_session_conf *conf, uint64_t id);
/* Another one that goes on from there by itself. -ENOMEM. */
int sip_session_copy(struct sip_session *copy, const struct sip_session *from) __attribute__((warn_unused_result));
void sip_session_close(struct sip_session *session);
/* The last description of ours, to send; empty when there is none. */
struct str sip_session_local(const struct sip_session *session);

/* A (new) offer: every codec of the trunk that carries the bearer; m= lines of earlier exchanges keep their places
 * (RFC 3264 8). -ENOTSUP: there is none; -ENOMEM, -EMSGSIZE. */
int sip_session_offer(struct sip_session *session, enum sdp_direction want) __attribute__((warn_unused_result));
/* The answer to an offer. -EBADMSG: no description; -ENOTSUP: no stream or codec in common (488); -EAFNOSUPPORT:
 * there would be one, but at an address of a family that we do not have (488); -ENOMEM, -EMSGSIZE. */
int sip_session_answer(struct sip_session *session, struct str offer, enum sdp_direction want,
		       struct sip_settled *settled) __attribute__((warn_unused_result));
/* What an answer to our last offer settles; -EBADMSG, -ENOTSUP, -EAFNOSUPPORT as above. Several early dialogs may each bring
 * one. */
int sip_session_accept(const struct sip_session *session, struct str answer, struct sip_settled *settled)
	__attribute__((warn_unused_result));

#endif
