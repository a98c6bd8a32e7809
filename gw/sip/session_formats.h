/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Payload formats of a session's m= line: which codec of the peer's is taken, what goes beside it, and how it is
 * written. Pure functions over descriptions.
 */
#ifndef SIP_SESSION_FORMATS_H
#define SIP_SESSION_FORMATS_H

#include "gw/base/ranges.h"
#include "gw/sip/session.h"

/* Texts of a=fmtp that a description being written borrows. */
struct session_texts {
	char events[RANGES_TEXT_MAX];
	char red[24];
};

/* Our payload types while the peer has said nothing. */
void session_map_init(struct session_map *map);
/* The peer's offered line: its payload types become ours; ours that it uses for something else move away. */
void session_map_note(struct session_map *map, const struct sdp_media *m);

/* The codec for an answer: of the bearer, the first of the trunk's order. NULL: none. *bearer is what the line carries. */
const struct sdp_format *session_codec_pick(const struct sip_session_conf *conf, const struct sdp_media *m,
					    enum media_codec *codec, enum session_bearer *bearer);
/* The codec of an answer to our offer: its first that we offered (RFC 3264 7). NULL: none. */
const struct sdp_format *session_codec_first(const struct sip_session_conf *conf, const struct sdp_media *m,
					     enum media_codec *codec);

/* What a line of the peer's says about payload types: the codec was picked, p->codec and payload_type are set. */
void session_formats_settle(const struct sip_session_conf *conf, const struct session_map *map,
			    const struct sdp_media *m, struct media_rtp_params *p);

/* Every format of an offer. false: no codec carries the bearer. */
bool session_formats_offer(const struct sip_session_conf *conf, const struct session_map *map, struct sdp_media *out,
			   struct session_texts *texts);
/* Those of an answer to that line, as settled. */
void session_formats_answer(const struct sip_session_conf *conf, const struct session_map *map, const struct sdp_media *offered,
			    const struct media_rtp_params *p, struct sdp_media *out, struct session_texts *texts);

#endif
