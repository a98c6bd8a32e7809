/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a receiver knows of one RTP source: sequence numbers (RFC 3550 A.1), losses (A.3) and interarrival jitter (A.8),
 * and which packets came twice. Media thread, or any one thread.
 */
#ifndef MEDIA_RECEPTION_H
#define MEDIA_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "gw/media/quality.h"

enum reception_verdict {
	RECEPTION_NEW,
	RECEPTION_RESTART,   /* first packet, another SSRC, or the numbers have jumped: what is buffered is of the past */
	RECEPTION_DUPLICATE,
	RECEPTION_WILD,	     /* a number far off that no second packet has confirmed (A.1) */
};

struct reception {
	bool started;
	uint32_t ssrc;
	uint32_t base, highest; /* extended sequence numbers */
	uint64_t window;	/* bit i: highest - i was received, */
	uint64_t useless;	/* but could not be played, */
	uint64_t mended;	/* or was not, but its octets came with another */
	uint32_t bad_sequence;	/* that would confirm a jump */
	uint32_t received;	/* as RFC 3550 counts, duplicates too */
	uint32_t expected_before, received_before; /* at the last report */
	uint32_t transit;
	uint32_t jitter; /* times 16, in timestamp units */
	/* of the whole session */
	uint64_t unique, past_lost, duplicate, reordered;
	struct losses losses; /* without those in the window */
};

struct reception_report {
	uint8_t fraction_lost;
	int32_t lost; /* 24 bits, signed */
	uint32_t highest, jitter;
};

/* arrival: in timestamp units, of any origin. */
enum reception_verdict reception_note(struct reception *r, uint32_t ssrc, uint16_t sequence, uint32_t timestamp,
				      uint32_t arrival);
/* A packet that was new has come too late, or too early, to be played. */
void reception_discard(struct reception *r, uint16_t sequence);
/* What a packet would have brought came by redundancy. */
void reception_mend(struct reception *r, uint16_t sequence);
/* What became of every packet so far. */
struct losses reception_losses(const struct reception *r);
/* The block of the next RTCP report, A.3; the interval of fraction_lost starts anew. */
void reception_report(struct reception *r, struct reception_report *report);
/* Packets of the session that never came. */
uint64_t reception_lost(const struct reception *r);

#endif
