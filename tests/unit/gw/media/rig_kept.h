/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The rig of rig.h run with every packet kept that the peer gets, and packets of any payload type sent. */
#ifndef TESTS_RIG_KEPT_H
#define TESTS_RIG_KEPT_H

#include "tests/unit/gw/media/rig_run.h"

#define RED_TYPE  97
#define TONE_TYPE 98
#define KEPT	  4000

/* Packets as the peer got them. */
struct kept {
	struct {
		struct rtp_packet p;
		uint8_t payload[1500];
	} packet[KEPT];
	size_t n;
};

static struct kept kept;

static inline void keep_all(struct rig *rig)
{
	uint8_t octets[2000];
	ssize_t n;

	while ((n = recv(rig->peer_fd, octets, sizeof(octets), 0)) > 0) {
		struct rtp_packet p;

		if (kept.n == KEPT || rtp_decode(&p, octets, (size_t)n))
			continue;
		memcpy(kept.packet[kept.n].payload, p.payload, p.n_payload);
		p.payload = kept.packet[kept.n].payload;
		kept.packet[kept.n++].p = p;
	}
}

static inline void run(struct rig *rig, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20) {
		world_run(rig, 20);
		rig->round.timely = true;
		line_card_run(&rig->card);
		pipeline_round(&rig->pipeline, &rig->round);
		rig->round.elapsed = 0;
		keep_all(rig);
	}
}

static inline void set(struct rig *rig, const struct media_rtp_params *params)
{
	rtp_end_set(&rig->rtp, params, &rig->round);
}

static inline void send_typed(struct rig *rig, uint8_t type, uint32_t timestamp, const uint8_t *payload,
		       size_t n)
{
	const struct rtp_packet p = { .payload_type = type,
				      .sequence = rig->peer_sequence++,
				      .timestamp = timestamp,
				      .ssrc = 99 };

	peer_send(rig, &p, payload, n);
}

#endif
