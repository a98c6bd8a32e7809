/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * One channel between a timeslot and an RTP peer, on a clock turned by hand: the line is a socket
 * pair, the network the loopback interface, and every round is asked for (rig_run.h).
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "gw/media/pipeline.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw/media/line_card.h"
#include "gw/media/rtp_end.h"
#include "tests/unit/cu.h"

#define SECOND	    8000
#define HEARD_MAX   (70 * SECOND)
#define EVENT_TYPE  101
#define START_US    1000000
#define PEER_ORIGIN (UINT32_MAX - 3000) /* wraps soon */

struct rig {
	struct pipeline pipeline;
	struct round round;
	struct burst *burst; /* own: the test's; NULL: packets go one by one */
	/* side 0: RTP */
	struct rtp_end rtp;
	int peer_fd, peer_rtcp_fd;
	struct sockaddr_storage ours;
	uint16_t peer_sequence;
	uint32_t peer_timestamp; /* next audio to be sent by the peer */
	uint32_t peer_clock;	 /* its sampling clock */
	unsigned peer_ptime;	 /* samples; 0: sends nothing */
	/* what the peer got */
	uint8_t *got;
	size_t got_n;
	uint32_t got_first, got_next;
	unsigned got_gaps, got_packets, got_markers;
	struct {
		struct rtp_event event;
		uint32_t timestamp;
		bool marker;
	} events[1000];
	size_t n_events;
	/* side 1: the line */
	struct tdm_span span;
	struct span_clock clock;
	struct bearer_end bearer;
	struct line_card card;
	struct lane_group *group; /* own */
	int line_fd;
	uint8_t *heard;
	size_t heard_n, idle_blocks;
	size_t said; /* octets */
	struct tone_player says;
	bool says_tone;
	/* reports */
	struct media_event reports[200];
	size_t n_reports;
};

/* Never silence in either law, and every 251 different. */
static inline uint8_t pattern(size_t at)
{
	return (uint8_t)(at % 83 + 1);
}

static inline void report(void *arg, const struct media_event *event)
{
	struct rig *rig = arg;

	if (rig->n_reports < 200)
		rig->reports[rig->n_reports++] = *event;
}

static inline unsigned reports_of(const struct rig *rig, enum media_event_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < rig->n_reports; i++)
		n += rig->reports[i].kind == kind;
	return n;
}

static inline int udp(struct sockaddr_storage *address)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)address;
	socklen_t n = sizeof(*address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memset(address, 0, sizeof(*address));
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)in, sizeof(*in)) == 0);
	getsockname(fd, (struct sockaddr *)address, &n);
	return fd;
}

/* What is to be connected to the peer of fd's port. */
static inline int udp_direct(int fd)
{
	const int on = 1;
	int direct = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	CU_ASSERT_FATAL(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0);
	CU_ASSERT_FATAL(setsockopt(direct, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0);
	return direct;
}

static inline void rtp_sockets_close(const struct rtp_end *rtp)
{
	close(rtp->path.fd);
	close(rtp->rtcp_fd);
	if (rtp->path.direct_fd)
		close(rtp->path.direct_fd);
}

static inline struct media_rtp_params params_to(const struct sockaddr_storage *peer,
						const struct sockaddr_storage *peer_rtcp,
						enum media_codec codec, unsigned ptime_ms)
{
	return (struct media_rtp_params){
		.remote = *peer,
		.remote_rtcp = *peer_rtcp,
		.codec = codec,
		.payload_type = codec == MEDIA_PCMA ? 8 : 0,
		.dtmf_payload_type = EVENT_TYPE,
		.dtmf_payload_type_in = EVENT_TYPE,
		.ptime_ms = (uint8_t)ptime_ms,
		.send = true,
		.receive = true,
	};
}

/* The bearer gets a line card like that; none when it needs none. */
static inline void rig_card(struct rig *rig, const struct media_bearer_params *params)
{
	struct lane_group *before = rig->group;
	struct lane_shape shape;
	bool needed;

	CU_ASSERT_FATAL(lane_shape_of(params, &shape, &needed) == 0);
	rig->group = needed ? lane_group_new(&shape, 0, lanes_best()) : NULL;
	CU_ASSERT_FATAL(!needed || rig->group);
	line_card_change(&rig->card, &rig->bearer, params, rig->group, 0);
	lane_group_free(before);
}

/* law is the line's. */
static inline void rig_open_law(struct rig *rig, unsigned chunk_ms, enum g711_law law,
				enum media_codec codec, unsigned ptime_ms)
{
	struct rtp_end_conf conf = { .jitter_min_ms = 20,
				     .jitter_max_ms = 200,
				     .timeout_ms = 2000 };
	const struct rtp_identity identity = { .ssrc = 1,
					       .timestamp = UINT32_MAX - 5000,
					       .sequence = 65530,
					       .random = 3,
					       .cname = "0123456789" };
	struct sockaddr_storage peer, peer_rtcp, ours_rtcp;
	struct media_rtp_params params;
	int pair[2];

	memset(rig, 0, sizeof(*rig));
	rig->got = malloc(HEARD_MAX);
	rig->heard = malloc(HEARD_MAX);
	rig->round.now_us = START_US;
	rig->round.timely = true;
	pipeline_init(&rig->pipeline, report, rig);
	rig->pipeline.side[0].hear = rig->pipeline.side[0].speak = true;
	rig->pipeline.side[1].hear = rig->pipeline.side[1].speak = true;

	conf.fd = udp(&rig->ours);
	conf.direct_fd = udp_direct(conf.fd);
	conf.rtcp_fd = udp(&ours_rtcp);
	rig->peer_fd = udp(&peer);
	rig->peer_rtcp_fd = udp(&peer_rtcp);
	rtp_end_init(&rig->rtp, &conf, &identity);
	pipeline_attach(&rig->pipeline, 0, &rig->rtp.end, &rig->round);
	params = params_to(&peer, &peer_rtcp, codec, ptime_ms);
	rtp_end_set(&rig->rtp, &params, &rig->round);
	rig->peer_timestamp = rig->peer_clock = PEER_ORIGIN;
	rig->peer_sequence = 65000;

	rig->span = (struct tdm_span){
		.name = "test",
		.law = law == G711_A ? TDM_ALAW : TDM_ULAW,
		.chunk_ms = chunk_ms,
		.chunk_octets = chunk_ms * 8,
	};
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	rig->line_fd = pair[1];
	bearer_end_init(&rig->bearer, pair[0], &rig->span, 1, &rig->clock);
	pipeline_attach(&rig->pipeline, 1, &rig->bearer.end, &rig->round);
	line_card_init(&rig->card);
	line_card_add(&rig->card, &rig->bearer, NULL, 0);
	rig_card(rig, &(struct media_bearer_params){ .hear_dtmf = true });
}

static inline void rig_open(struct rig *rig, unsigned chunk_ms, enum media_codec codec,
			    unsigned ptime_ms)
{
	rig_open_law(rig, chunk_ms, G711_A, codec, ptime_ms);
}

static inline void rig_close(struct rig *rig)
{
	pipeline_detach(&rig->pipeline, 0, &rig->round);
	pipeline_detach(&rig->pipeline, 1, &rig->round);
	lane_group_free(rig->group);
	rtp_sockets_close(&rig->rtp);
	close(rig->peer_fd);
	close(rig->peer_rtcp_fd);
	close(rig->bearer.fd);
	close(rig->line_fd);
	free(rig->got);
	free(rig->heard);
}

#endif
