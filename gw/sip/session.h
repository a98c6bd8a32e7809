/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The session of one leg: RFC 3264 offer/answer over one audio stream, either way round, any number of times. It makes
 * and reads descriptions and says what was settled; sockets are the leg's business. A failed exchange changes nothing.
 */
#ifndef SIP_SESSION_H
#define SIP_SESSION_H

#include "gw/media/negotiation.h"
#include "gw/sip/sdp.h"

#define SESSION_SDP_MAX 4096

struct sip_session_conf {
	const char *address; /* borrow: of our RTP */
	uint16_t port;
	uint8_t n_codecs;
	uint8_t ptime_ms;
	bool dtmf; /* telephone-event (RFC 4733) */
	enum media_codec codecs[MEDIA_CODECS]; /* in order of preference */
};

/* What an exchange settled. */
struct sip_settled {
	struct media_rtp_params params;
	bool stream; /* there is an audio stream: false where the peer's port is 0 */
	bool held;   /* the peer asked not to be sent media (RFC 3264 8.4) */
};

struct sip_session {
	struct sip_session_conf conf;
	uint64_t id;
	uint64_t version;	 /* of the o= line; one more whenever the description changes */
	char *local;		 /* own: the last description that we sent or are about to, NULL: none */
	size_t n_local;
	unsigned audio;		 /* our stream's m= line */
	uint8_t dtmf_pt;	 /* our payload type for telephone-event */
	enum sdp_direction sent; /* our direction in local */
};

/* id: of the o= line, unique for this host. */
void sip_session_open(struct sip_session *session, const struct sip_session_conf *conf, uint64_t id);
void sip_session_close(struct sip_session *session);
/* The last description of ours, to send; empty when there is none. */
struct str sip_session_local(const struct sip_session *session);

/* A (new) offer: every codec of the trunk; m= lines of earlier exchanges keep their places (RFC 3264 8). -ENOMEM, -EMSGSIZE. */
int sip_session_offer(struct sip_session *session, enum sdp_direction want) __attribute__((warn_unused_result));
/* The answer to an offer. -EBADMSG: no description; -ENOTSUP: no stream or codec in common (488); -ENOMEM, -EMSGSIZE. */
int sip_session_answer(struct sip_session *session, struct str offer, enum sdp_direction want,
		       struct sip_settled *settled) __attribute__((warn_unused_result));
/* What an answer to our last offer settles; -EBADMSG, -ENOTSUP as above. Several early dialogs may each bring one. */
int sip_session_accept(const struct sip_session *session, struct str answer, struct sip_settled *settled)
	__attribute__((warn_unused_result));

#endif
