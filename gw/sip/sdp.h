/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Session descriptions: the part of RFC 4566/8866 that RFC 3264 offer/answer needs. Decoding fills
 * plain structs whose spans lie in the caller's text. Strict and bounded: a line out of order or
 * out of grammar is an error with its offset.
 */
#ifndef SIP_SDP_H
#define SIP_SDP_H

#include "gw/sip/uri.h"

#define SDP_MAX_MEDIA	8
#define SDP_MAX_FORMATS 32 /* of one m= line */
#define SDP_MAX_ATTRS	64 /* unknown attributes kept, session and media together */

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };
enum sdp_kind {
	SDP_AUDIO,
	SDP_VIDEO,
	SDP_TEXT,
	SDP_APPLICATION,
	SDP_MESSAGE,
	SDP_IMAGE,
	SDP_OTHER
};
enum sdp_proto {
	SDP_RTP_AVP,
	SDP_RTP_SAVP,
	SDP_RTP_AVPF,
	SDP_RTP_SAVPF,
	SDP_UDPTL,
	SDP_PROTO_OTHER
};

struct sdp_conn {
	struct str address; /* unicast or multicast address, or a host name */
	bool present;
	bool ipv6;
};

struct sdp_format {
	uint8_t pt;	     /* RTP profiles */
	struct str name;     /* the format as written in the m= line */
	struct str encoding; /* rtpmap; static types of RFC 3551 get theirs when there is none */
	uint32_t rate;	     /* 0: unknown */
	uint8_t channels;    /* 1 when not given */
	struct str fmtp;
	bool vbd; /* a=gpmd marks it as voice-band data (V.152) */
};

struct sdp_attr {
	int media; /* index, -1: session level */
	struct str name;
	struct str value; /* p NULL: no ':' */
};

struct sdp_media {
	enum sdp_kind kind;
	enum sdp_proto proto;
	struct str kind_name, proto_name;
	uint16_t port;		      /* 0: refused or disabled */
	uint16_t ports;		      /* "/n", 1 when not given */
	struct sdp_conn conn;	      /* its own c= or the session's */
	enum sdp_direction direction; /* its own, or the session's, or sendrecv */
	bool has_direction;
	uint16_t ptime_ms, maxptime_ms; /* 0: not given */
	uint16_t rtcp_port;		/* RFC 3605; 0: not given */
	struct sdp_conn rtcp_conn;
	bool rtcp_mux;
	unsigned n_formats;
	struct sdp_format formats[SDP_MAX_FORMATS];
};

struct sdp {
	struct str user, session_id, version; /* o= ; numeric strings, may be longer than 64 bits */
	struct sdp_conn origin;
	struct str name;	      /* s= */
	struct sdp_conn conn;	      /* session c= */
	uint64_t start, stop;	      /* first t= */
	enum sdp_direction direction; /* session level */
	bool has_direction;
	unsigned n_media;
	struct sdp_media media[SDP_MAX_MEDIA];
	unsigned n_attrs;
	struct sdp_attr attrs[SDP_MAX_ATTRS];
};

struct sdp_error {
	size_t offset;
	const char *text; /* literal: "m= line: bad port" */
};

/* CRLF or LF line ends (RFC 4566 5). -EBADMSG grammar, -E2BIG a limit; error (may be NULL) says
 * where and what. */
int sdp_parse(struct sdp *sdp, struct str text, struct sdp_error *error)
	__attribute__((warn_unused_result));

/* Fields left empty get - or 0; a c= of a stream that is the session's is not repeated. -EMSGSIZE:
 * does not fit; -EINVAL. */
int sdp_write(const struct sdp *sdp, char *buffer, size_t cap, size_t *n)
	__attribute__((warn_unused_result));

/* The first media of that kind with a port, NULL when none. */
const struct sdp_media *sdp_find_media(const struct sdp *sdp, enum sdp_kind kind);
/* Answers' direction for an offer's (RFC 3264 6.1), as seen from the answerer that wants want. */
enum sdp_direction sdp_answer_direction(enum sdp_direction offered, enum sdp_direction want);
const char *sdp_direction_name(enum sdp_direction direction);
/* 0.0.0.0 or ::, which nothing can be sent to (RFC 3264 8.4). */
bool sdp_conn_nowhere(const struct sdp_conn *conn);
/* The peer does not want our media: sendonly or inactive, or c=IN IP4 0.0.0.0, the old way to hold
 * (RFC 3264 8.4). */
bool sdp_media_held(const struct sdp_media *media);

#endif
