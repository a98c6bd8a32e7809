/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The world around the channel of rig.h: its peer, its line, and time. */
#ifndef TESTS_RIG_RUN_H
#define TESTS_RIG_RUN_H

#include "tests/unit/gw/media/rig.h"

/* ---- the peer ---- */

static inline void peer_send(struct rig *rig, const struct rtp_packet *header,
			     const uint8_t *payload, size_t n)
{
	uint8_t octets[12 + 960];

	rtp_encode_header(octets, header);
	if (n)
		memcpy(octets + 12, payload, n);
	CU_ASSERT_EQUAL(sendto(rig->peer_fd, octets, 12 + n, 0, (struct sockaddr *)&rig->ours,
			       sizeof(struct sockaddr_in)),
			(ssize_t)(12 + n));
}

static inline void peer_send_event(struct rig *rig, uint32_t timestamp, unsigned event,
				   unsigned duration, bool end, bool marker)
{
	const struct rtp_event e = { (uint8_t)event, end, 10, (uint16_t)duration };
	const struct rtp_packet p = { .payload_type = EVENT_TYPE,
				      .marker = marker,
				      .sequence = rig->peer_sequence++,
				      .timestamp = timestamp,
				      .ssrc = 99 };
	uint8_t octets[4];

	rtp_event_encode(octets, &e);
	peer_send(rig, &p, octets, 4);
}

/* Sends every packet that is full. */
static inline void peer_run(struct rig *rig, size_t samples)
{
	rig->peer_clock += (uint32_t)samples;
	while (rig->peer_ptime && rig->peer_clock - rig->peer_timestamp >= rig->peer_ptime) {
		const struct rtp_packet p = { .payload_type = rig->rtp.params.payload_type,
					      .sequence = rig->peer_sequence++,
					      .timestamp = rig->peer_timestamp,
					      .ssrc = 99 };
		uint8_t octets[960];

		for (unsigned i = 0; i < rig->peer_ptime; i++)
			octets[i] = pattern(rig->peer_timestamp - PEER_ORIGIN + i);
		peer_send(rig, &p, octets, rig->peer_ptime);
		rig->peer_timestamp += rig->peer_ptime;
	}
}

static inline void peer_take(struct rig *rig, const struct rtp_packet *p)
{
	if (p->payload_type == EVENT_TYPE && rig->n_events < 1000) {
		CU_ASSERT_EQUAL(rtp_event_decode(&rig->events[rig->n_events].event, p->payload,
						 p->n_payload),
				0);
		rig->events[rig->n_events].timestamp = p->timestamp;
		rig->events[rig->n_events++].marker = p->marker;
		return;
	}
	if (!rig->got_packets)
		rig->got_first = rig->got_next = p->timestamp;
	rig->got_packets++;
	rig->got_markers += p->marker;
	rig->got_gaps += p->timestamp != rig->got_next;
	rig->got_next = p->timestamp + (uint32_t)p->n_payload;
	memcpy(rig->got + rig->got_n, p->payload, p->n_payload);
	rig->got_n += p->n_payload;
}

static inline void peer_receive(struct rig *rig)
{
	uint8_t octets[2000];
	struct rtp_packet p;
	ssize_t n;

	while ((n = recv(rig->peer_fd, octets, sizeof(octets), 0)) > 0) {
		CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, octets, (size_t)n), 0);
		peer_take(rig, &p);
	}
}

/* ---- the line ---- */

static inline void line_tick(struct rig *rig)
{
	size_t chunk = rig->span.chunk_octets;
	uint8_t octets[160];
	int16_t linear[160];

	if (recv(rig->line_fd, octets, chunk, 0) != (ssize_t)chunk) {
		memset(octets, 0xD5, chunk);
		rig->idle_blocks++;
	}
	memcpy(rig->heard + rig->heard_n, octets, chunk);
	rig->heard_n += chunk;
	for (size_t i = 0; i < chunk; i++)
		octets[i] = pattern(rig->said + i);
	if (rig->says_tone) {
		tone_player_play(&rig->says, linear, chunk);
		g711_compress(G711_A, octets, linear, chunk);
	}
	rig->said += chunk;
	send(rig->line_fd, octets, chunk, 0);
	rig->clock.ticks++;
}

/* The world goes on for that long; the engine sees none of it until it is run. */
static inline void world_run(struct rig *rig, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += rig->span.chunk_ms) {
		line_tick(rig);
		peer_run(rig, rig->span.chunk_octets);
	}
	rig->round.now_us += ms * 1000;
	rig->round.elapsed += ms * 8;
}

static inline void engine_turn(struct rig *rig, bool timely)
{
	rig->round.timely = timely;
	line_card_run(&rig->card);
	if (rig->burst)
		pipeline_collect(&rig->pipeline, &rig->round);
	pipeline_round(&rig->pipeline, &rig->round);
	if (rig->burst)
		burst_send(rig->burst);
	rig->round.elapsed = 0;
	peer_receive(rig);
}

static inline void rig_run(struct rig *rig, unsigned ms)
{
	unsigned turn = rig->span.chunk_ms;

	while (turn < BEARER_ROUND_MS)
		turn += rig->span.chunk_ms;
	for (unsigned t = 0; t < ms; t += turn) {
		world_run(rig, turn);
		engine_turn(rig, true);
	}
}

#endif
