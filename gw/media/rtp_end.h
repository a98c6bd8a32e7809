/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * An RTP session as an end of a channel: symmetric RTP (RFC 3550) with G.711 (RFC 3551) or clearmode (RFC 4040), telephone
 * events and tones (RFC 4733), redundancy (RFC 2198), comfort noise (RFC 3389), and its RTCP. One file each: packets in,
 * events in, what is played, packets out, events out, RTCP, the end itself.
 */
#ifndef MEDIA_RTP_END_H
#define MEDIA_RTP_END_H

#include "dsp/comfort.h"
#include "dsp/vad.h"
#include "gw/media/burst.h"
#include "gw/media/negotiation.h"
#include "gw/media/pipeline.h"
#include "gw/media/reception.h"
#include "gw/media/rtcp.h"
#include "gw/media/rtp.h"
#include "gw/media/rtp_control.h"
#include "gw/media/rtp_event_in.h"
#include "gw/media/rtp_hear.h"
#include "gw/media/rtp_path.h"
#include "gw/media/rtp_relay.h"
#include "gw/media/source_lock.h"

#define RTP_PAYLOAD_MAX	480  /* 60 ms */
#define RTP_PACKET_MAX	1400 /* with redundancy: what passes any path */
#define RTP_CN_STATIC	13   /* RFC 3551 table 4 */
#define RTP_PER_MS	8

/* Random and constant values of a session, from core. */
struct rtp_identity {
	uint32_t ssrc, timestamp;
	uint16_t sequence;
	uint64_t random;		/* seed */
	uint64_t ntp_offset_us;		/* monotonic to the time since 1900, at start */
	char cname[RTCP_CNAME_MAX + 1];	/* RFC 7022 4.2 */
};

/* The telephone event being sent. */
struct event_out {
	bool open;
	uint8_t event, volume;
	uint32_t timestamp; /* of this segment */
	uint32_t base;	    /* samples of the segments before */
	uint32_t reported;  /* samples reported, all segments */
	unsigned repeats;   /* of the last packet, to be sent */
	/* the segment before */
	uint32_t segment_timestamp, segment_samples;
	unsigned segment_repeats;
};

/* Payloads sent, to be sent again (RFC 2198). */
struct red_out {
	struct red_sent {
		uint8_t payload_type;
		uint32_t timestamp;
		size_t n;
		uint8_t octets[RTP_PAYLOAD_MAX];
	} sent[MEDIA_RED_MAX];
	unsigned count; /* the newest is first */
};

/* Silence that is not sent (RFC 3389). */
struct pause_out {
	struct vad vad;
	struct comfort_analyser analyser;
	bool on;
	struct comfort_noise told;
	uint32_t since; /* samples since it was */
};

/* What rounds and packets look at lies together, in few cache lines and pages, up to the buffer's octets. */
struct rtp_end {
	struct media_end end;
	/* looked at in every round, from the end of path to the beginning of control: in two cache lines */
	struct rtp_path path;
	struct relay_in relay;
	uint64_t look_us; /* nothing is expected before */
	struct burst *burst; /* borrow: of its packets in rounds; NULL: they go one by one */
	const struct burst_in *came; /* in this round, and was not looked at yet; NULL: nobody has read yet */
	size_t filled, packet_samples; /* of the packet that goes out next */
	bool negotiated;
	bool rates; /* levels are looked at, for XR */
	bool hears; /* digits in the audio */
	bool vbd; /* voice-band data: as it came, at a constant delay */
	struct rtp_control control;

	/* looked at with the timers */
	uint64_t rated_us; /* when the quality was last looked at */
	uint64_t concealed_samples;
	uint32_t timeout_ms; /* 0: none */

	/* out */
	uint32_t sent_packets, sent_octets;
	uint32_t timestamp; /* of the packet being filled */
	uint16_t sequence;
	bool marker;	    /* the next packet begins a talk spurt */
	bool filled_pause;  /* nothing in it that needs to be sent */
	bool in_step;	    /* its packets begin where those of the line's lane group do */
	struct event_out event_out;
	uint8_t packet[RTP_HEADER_OCTETS + RTP_PAYLOAD_MAX];

	/* as negotiated */
	struct media_rtp_params params;
	struct rtp_identity identity;

	/* in */
	struct source_lock lock;
	struct reception reception;
	uint16_t last_sequence; /* of the newest packet */
	bool last_known;	/* last_end is past the newest audio */
	bool started, timed_out;
	bool vbd_in;	   /* the newest audio came as voice-band data's payload type */
	uint32_t last_end;
	size_t in_samples; /* of an audio packet */
	uint64_t last_in_us;
	uint64_t read_us; /* when a packet was read last */
	uint32_t expected; /* by the jitter buffer, for copies */
	struct event_in event_in;
	_Alignas(FETCH_LINE) struct concealer concealer;
	_Alignas(FETCH_LINE) struct jitter jitter;

	/* where it was asked for */
	struct comfort_player comfort;
	uint64_t comfort_samples;
	struct vad heard; /* levels, for XR */
	struct rtp_hear hear;
	struct pause_out pause_out;
	struct red_out red_out;
	int rtcp_fd; /* borrow: core closes it */
	struct jitter_conf jitter_conf; /* the engine's */
	uint32_t vbd_delay; /* of voice-band data: what had been found to be needed, in samples */
};

struct rtp_end_conf {
	int fd, rtcp_fd;
	unsigned jitter_min_ms, jitter_max_ms;
	uint32_t timeout_ms;
	int direct_fd; /* 0: none: rtp_path.h */
};

/* Core thread. */
void rtp_end_init(struct rtp_end *rtp, const struct rtp_end_conf *conf, const struct rtp_identity *identity);
struct rtp_end *rtp_end_of(struct media_end *end);
/* Media thread from here on. */
void rtp_end_set(struct rtp_end *rtp, const struct media_rtp_params *params, const struct round *round);
/* What losses, delays and levels come to, into the end's statistics. */
void rtp_end_rate(struct rtp_end *rtp);

/* rtp_ahead.c: memory that is needed soon: as the ends' fetch(); for a packet that is read now. */
void rtp_ahead_fetch(const struct media_end *end, enum ahead_step step, const struct round *round);
void rtp_ahead_packet(const struct rtp_end *rtp);

/* rtp_in.c: a packet read is judged and stored. Where one is due, and the session has a burst, it is read before. */
void rtp_in_collect(struct rtp_end *rtp, const struct round *round);
void rtp_in_read(struct rtp_end *rtp, const struct round *round);
void rtp_in_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n, const struct sockaddr_storage *from,
		   const struct round *round);
/* The peer should be sending. */
bool rtp_in_awaited(const struct rtp_end *rtp);
/* Ends an event of which no end has come; reports silence. */
void rtp_in_upkeep(struct rtp_end *rtp, const struct round *round);
void rtp_in_close(struct rtp_end *rtp);
void rtp_in_refuse(struct rtp_end *rtp);

/* rtp_play.c: what was received, octet by octet; true when it was all pause. */
bool rtp_play(struct rtp_end *rtp, uint8_t *octets, size_t n);

/* rtp_out.c: gathers octets to packets. */
void rtp_out_put(struct rtp_end *rtp, const uint8_t *octets, size_t n, bool pause);
/* A packet of another session, with its place here: sequence and timestamp; whether it came as voice-band data. */
void rtp_out_pass(struct rtp_end *rtp, const struct rtp_packet *packet, bool vbd);
/* A whole packet, to the host; only now it is counted, sent or not. */
void rtp_out_hand_over(struct rtp_end *rtp, const uint8_t *octets, size_t n);
/* A payload, with what redundancy adds to it. */
void rtp_out_send(struct rtp_end *rtp, const struct rtp_packet *packet);

/* rtp_event_out.c: a packet's time has come, with a digit, or with the last one's end to be sent again. */
void rtp_event_out_step(struct rtp_end *rtp, struct digits *digits, const struct digit *digit);
void rtp_event_out_repeat(struct rtp_end *rtp);

/* rtp_control.c: RTCP. */
void rtp_control_open(struct rtp_end *rtp, const struct round *round);
void rtp_control_watch(struct rtp_end *rtp, const struct watch *watch); /* before rtp_path_watch() */
void rtp_control_read(struct rtp_end *rtp, const struct round *round);
void rtp_control_upkeep(struct rtp_end *rtp, const struct round *round);
void rtp_control_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n, const struct round *round);
/* BYE, when anything was ever sent. */
void rtp_control_close(struct rtp_end *rtp, const struct round *round);

#endif
