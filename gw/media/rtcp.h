/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTCP for a session of two (RFC 3550 6, RFC 3611): compound packets and the interval between them. Pure functions. */
#ifndef MEDIA_RTCP_H
#define MEDIA_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gw/media/media.h"
#include "gw/media/reception.h"

#define RTCP_OCTETS_MAX 256
#define RTCP_CNAME_MAX	32

struct rtcp_out {
	uint32_t ssrc;
	const char *cname; /* borrow */
	bool sender;	   /* SR, with what follows; else RR */
	uint64_t ntp;	   /* 32.32 seconds since 1900 */
	uint32_t rtp_timestamp, packets, octets;
	bool has_report; /* about source */
	uint32_t source;
	struct reception_report report;
	uint32_t lsr, dlsr; /* 1/65536 s */
	const struct media_quality *metrics; /* borrow; NULL: no XR */
	bool bye;
};

struct rtcp_in {
	uint32_t ssrc;
	bool sender;
	uint32_t lsr; /* middle 32 bits of its NTP time */
	bool reports_us;
	uint32_t echoed_lsr, echoed_dlsr; /* of the block about us; 0: it has had no SR yet */
	uint8_t fraction_lost;
	bool has_metrics; /* about us */
	struct media_quality metrics;
	bool bye;
	uint32_t gone; /* who said it: the first one */
};

/* SR or RR, SDES with CNAME, XR and BYE if so; returns the octets written. */
size_t rtcp_encode(uint8_t octets[RTCP_OCTETS_MAX], const struct rtcp_out *out);
/* -EINVAL: not a valid compound packet (A.2). our_ssrc picks the report block. */
int rtcp_decode(struct rtcp_in *in, const uint8_t *octets, size_t n, uint32_t our_ssrc) __attribute__((warn_unused_result));

struct rtcp_timing {
	unsigned members, senders; /* with ourselves */
	bool we_sent, initial;
	double average_octets; /* of compound packets with UDP and IP */
	double random;	       /* 0 to 1 */
};

/* A.7 with a session of 80 kbit/s. */
uint64_t rtcp_interval_us(const struct rtcp_timing *timing);

#endif
