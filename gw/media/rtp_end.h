/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * An RTP session as an end of a channel: symmetric RTP (RFC 3550) with G.711 (RFC 3551) and telephone events (RFC 4733),
 * and its RTCP. One file each: what comes in, what goes out, RTCP, the end itself.
 */
#ifndef MEDIA_RTP_END_H
#define MEDIA_RTP_END_H

#include "gw/media/negotiation.h"
#include "gw/media/pipeline.h"
#include "gw/media/reception.h"
#include "gw/media/rtcp.h"
#include "gw/media/rtp.h"
#include "gw/media/source_lock.h"

#define RTP_PAYLOAD_MAX 480 /* 60 ms */

/* Random and constant values of a session, from core. */
struct rtp_identity {
	uint32_t ssrc, timestamp;
	uint16_t sequence;
	uint64_t random;		/* seed */
	uint64_t ntp_offset_us;		/* monotonic to the time since 1900, at start */
	char cname[RTCP_CNAME_MAX + 1];	/* RFC 7022 4.2 */
};

/* The telephone event being received. */
struct event_in {
	bool known; /* timestamp is that of the last event, over or not */
	bool open;
	char digit;
	uint32_t timestamp; /* of this segment */
	uint32_t base;	    /* samples of the segments before */
	uint32_t duration;  /* of this segment */
	uint32_t serial;
	uint64_t last_us;
};

/* The telephone event being sent. */
struct event_out {
	bool open;
	uint8_t event;
	uint32_t timestamp; /* of this segment */
	uint32_t base;	    /* samples of the segments before */
	uint32_t reported;  /* samples reported, all segments */
	unsigned repeats;   /* of the last packet, to be sent */
};

/* RTCP of the session. */
struct rtp_control {
	uint64_t next_us, last_us; /* report due; sent */
	bool sent_any;
	unsigned members_before;
	double average_octets;
	uint64_t poll_us;	/* next time to look for packets */
	bool heard;		/* the peer's RTCP */
	bool peer_is_sender;
	uint32_t lsr;		/* of the peer's last SR */
	uint64_t lsr_us;	/* when it came */
	uint32_t sent_at[2];	/* packets out at the last report and the one before: who sent since is a sender */
	uint64_t random;
};

struct rtp_end {
	struct media_end end;
	int fd, rtcp_fd; /* borrow: core closes them */
	struct rtp_identity identity;
	uint32_t timeout_ms; /* 0: none */

	/* as negotiated */
	bool negotiated;
	struct media_rtp_params params;
	size_t packet_samples;

	/* in */
	struct source_lock lock;
	struct reception reception;
	struct jitter jitter;
	struct concealer concealer;
	struct event_in event_in;
	uint64_t last_in_us;
	bool started, timed_out;

	/* out */
	uint16_t sequence;
	uint32_t timestamp; /* of the packet being filled */
	bool marker;	    /* the next packet begins a talk spurt */
	bool filled_pause;  /* nothing in it that needs to be sent */
	size_t filled;
	uint8_t packet[RTP_HEADER_OCTETS + RTP_PAYLOAD_MAX];
	struct event_out event_out;
	uint32_t sent_packets, sent_octets;

	struct rtp_control control;
};

struct rtp_end_conf {
	int fd, rtcp_fd;
	unsigned jitter_min_ms, jitter_max_ms;
	uint32_t timeout_ms;
};

/* Core thread. */
void rtp_end_init(struct rtp_end *rtp, const struct rtp_end_conf *conf, const struct rtp_identity *identity);
struct rtp_end *rtp_end_of(struct media_end *end);
/* Media thread from here on. */
void rtp_end_set(struct rtp_end *rtp, const struct media_rtp_params *params, const struct round *round);

/* rtp_in.c: reads the socket; a packet read is judged and stored. */
void rtp_in_read(struct rtp_end *rtp, const struct round *round);
void rtp_in_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n, const struct sockaddr_storage *from,
		   const struct round *round);
/* Ends an event of which no end has come; reports silence. */
void rtp_in_upkeep(struct rtp_end *rtp, const struct round *round);
void rtp_in_close(struct rtp_end *rtp);

/* rtp_out.c: gathers octets to packets. */
void rtp_out_put(struct rtp_end *rtp, const uint8_t *octets, size_t n, bool pause);

/* rtp_control.c: RTCP. */
void rtp_control_open(struct rtp_end *rtp, const struct round *round);
void rtp_control_upkeep(struct rtp_end *rtp, const struct round *round);
void rtp_control_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n, const struct round *round);
/* BYE, when anything was ever sent. */
void rtp_control_close(struct rtp_end *rtp, const struct round *round);

#endif
