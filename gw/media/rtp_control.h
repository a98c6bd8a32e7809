/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What an RTP session keeps for its RTCP (rtp_control.c). */
#ifndef MEDIA_RTP_CONTROL_H
#define MEDIA_RTP_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct rtp_control {
	bool watched, waiting;	/* rtcp_fd is; something is there */
	bool sent_any;
	uint64_t poll_us;	/* where it is not watched, next time to look for packets */
	uint64_t next_us, last_us; /* report due; sent */
	unsigned members_before;
	double average_octets;
	bool heard;		/* the peer's RTCP */
	bool peer_is_sender;
	uint32_t lsr;		/* of the peer's last SR */
	uint64_t lsr_us;	/* when it came */
	uint32_t sent_at[2];	/* packets out at the last report and the one before: who sent since is a sender */
	uint64_t random;
};

#endif
