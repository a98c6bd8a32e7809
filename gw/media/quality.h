/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What losses do to a call: bursts and gaps of lost and discarded packets (RFC 3611 4.7.2), and the E-model's estimate of
 * what a listener thinks of it (ITU-T G.107, with G.113's values for G.711). Pure functions.
 */
#ifndef MEDIA_QUALITY_H
#define MEDIA_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#define QUALITY_GMIN 16

enum packet_fate { PACKET_PLAYED, PACKET_LOST, PACKET_DISCARDED };

struct losses {
	uint64_t packets, lost, discarded;
	uint64_t runs; /* of packets missing one after the other */
	/* bursts that are over */
	uint64_t bursts, burst_packets, burst_missing;
	/* what may become one: from its first missing packet to the last */
	uint64_t span, span_missing;
	uint64_t since; /* packets played since that one; none was missing yet: span is 0 */
};

/* The next packets, in their order. */
void losses_note(struct losses *losses, enum packet_fate fate, uint64_t n);

struct loss_report {
	uint8_t loss_rate, discard_rate, burst_density, gap_density; /* 1/256 */
	double burst_packets, gap_packets;			     /* mean lengths */
	double missing_percent;	 /* of all */
	double burst_ratio;	 /* G.107's BurstR: mean run, to that of random losses */
};

/* As if Gmin packets followed that are played. */
void losses_report(const struct losses *losses, struct loss_report *report);

struct rating {
	uint8_t r_factor, mos_lq, mos_cq; /* MOS times 10, without and with delay */
};

/* G.711 with its losses concealed, or not; one_way_ms from mouth to ear. */
struct rating rating_estimate(const struct loss_report *report, bool concealed, double one_way_ms);

#endif
