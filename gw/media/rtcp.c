/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTCP compound packets and their interval. */
#include "gw/media/rtcp.h"

#include <errno.h>
#include <string.h>

#include "gw/base/octets.h"
#include "gw/media/rtcp_xr.h"

#define VERSION	      2
#define PADDING	      0x20
#define COUNT	      0x1F
#define SR	      200
#define RR	      201
#define SDES	      202
#define BYE	      203
#define SDES_CNAME    1
#define SENDER_OCTETS 20
#define MIN_INTERVAL  5.0		 /* A.7, seconds */
#define BANDWIDTH     (0.05 * 80000 / 8) /* octets/s for RTCP, 6.2 */
#define SENDER_SHARE  0.25
#define COMPENSATION  (2.71828 - 1.5)

/* Writes the header of a packet whose length is patched in by close(). */
static size_t open_packet(struct octets_writer *w, unsigned count, unsigned type)
{
	size_t at = octets_write_length(w);

	octets_write_u8(w, VERSION << 6 | count);
	octets_write_u8(w, type);
	octets_write_be16(w, 0);
	return at;
}

static void close_packet(struct octets_writer *w, size_t at)
{
	size_t words;

	while ((octets_write_length(w) - at) % 4)
		octets_write_u8(w, 0);
	words = (octets_write_length(w) - at) / 4 - 1;
	octets_write_patch(w, at + 2, (unsigned)(words >> 8));
	octets_write_patch(w, at + 3, (unsigned)(words & 0xFF));
}

static void encode_block(struct octets_writer *w, const struct rtcp_out *out)
{
	octets_write_be32(w, out->source);
	octets_write_be32(w, (uint32_t)out->report.fraction_lost << 24 |
				     ((uint32_t)out->report.lost & 0xFFFFFF));
	octets_write_be32(w, out->report.highest);
	octets_write_be32(w, out->report.jitter);
	octets_write_be32(w, out->lsr);
	octets_write_be32(w, out->dlsr);
}

/* 6.4.1, 6.4.2 */
static void encode_report(struct octets_writer *w, const struct rtcp_out *out)
{
	size_t at = open_packet(w, out->has_report, out->sender ? SR : RR);

	octets_write_be32(w, out->ssrc);
	if (out->sender) {
		octets_write_be32(w, (uint32_t)(out->ntp >> 32));
		octets_write_be32(w, (uint32_t)out->ntp);
		octets_write_be32(w, out->rtp_timestamp);
		octets_write_be32(w, out->packets);
		octets_write_be32(w, out->octets);
	}
	if (out->has_report)
		encode_block(w, out);
	close_packet(w, at);
}

/* 6.5: one chunk, one item, ended by at least one null octet. */
static void encode_sdes(struct octets_writer *w, const struct rtcp_out *out)
{
	size_t at = open_packet(w, 1, SDES);
	size_t n = strnlen(out->cname, RTCP_CNAME_MAX);

	octets_write_be32(w, out->ssrc);
	octets_write_u8(w, SDES_CNAME);
	octets_write_u8(w, (unsigned)n);
	octets_write_copy(w, out->cname, n);
	octets_write_u8(w, 0);
	close_packet(w, at);
}

size_t rtcp_encode(uint8_t octets[RTCP_OCTETS_MAX], const struct rtcp_out *out)
{
	struct octets_writer w;
	size_t at;

	octets_write_open(&w, octets, RTCP_OCTETS_MAX);
	encode_report(&w, out);
	encode_sdes(&w, out);
	if (out->metrics && out->has_report) {
		at = open_packet(&w, 0, RTCP_XR);
		octets_write_be32(&w, out->ssrc);
		rtcp_xr_encode(&w, out->source, out->metrics);
		close_packet(&w, at);
	}
	if (out->bye) {
		at = open_packet(&w, 1, BYE);
		octets_write_be32(&w, out->ssrc);
		close_packet(&w, at);
	}
	return octets_write_length(&w);
}

static void decode_blocks(struct rtcp_in *in, struct octets_reader *r, unsigned count,
			  uint32_t our_ssrc)
{
	for (; count; count--) {
		uint32_t source = octets_read_be32(r);
		uint32_t losses = octets_read_be32(r);

		octets_read_take(r, 8);
		if (source == our_ssrc) {
			in->reports_us = true;
			in->fraction_lost = (uint8_t)(losses >> 24);
			in->echoed_lsr = octets_read_be32(r);
			in->echoed_dlsr = octets_read_be32(r);
		} else {
			octets_read_take(r, 8);
		}
	}
}

static void decode_report(struct rtcp_in *in, struct octets_reader *r, unsigned type,
			  unsigned count, uint32_t our_ssrc)
{
	in->ssrc = octets_read_be32(r);
	if (type == SR) {
		uint32_t seconds = octets_read_be32(r);
		uint32_t fraction = octets_read_be32(r);

		in->sender = true;
		in->lsr = seconds << 16 | fraction >> 16;
		octets_read_take(r, SENDER_OCTETS - 8);
	}
	decode_blocks(in, r, count, our_ssrc);
}

/* 6.6: one of no source is good, and means nothing. */
static void decode_bye(struct rtcp_in *in, struct octets_reader *r, unsigned count)
{
	if (!count)
		return;
	in->bye = true;
	in->gone = octets_read_be32(r);
}

/* One packet of a compound; first tells that it must be a report (A.2). */
static int decode_packet(struct rtcp_in *in, struct octets_reader *r, bool first, uint32_t our_ssrc)
{
	struct octets_reader body;
	unsigned head = octets_read_u8(r);
	unsigned type = octets_read_u8(r);

	octets_read_box(r, octets_read_be16(r) * 4u, &body);
	if (r->bad || head >> 6 != VERSION)
		return -EINVAL;
	if (first && ((type != SR && type != RR) || head & PADDING))
		return -EINVAL;
	if (type == SR || type == RR)
		decode_report(in, &body, type, head & COUNT, our_ssrc);
	else if (type == BYE)
		decode_bye(in, &body, head & COUNT);
	else if (type == RTCP_XR && octets_read_left(&body) >= 4 && octets_read_be32(&body))
		in->has_metrics = rtcp_xr_decode(body, our_ssrc, &in->metrics) || in->has_metrics;
	return body.bad ? -EINVAL : 0;
}

int rtcp_decode(struct rtcp_in *in, const uint8_t *octets, size_t n, uint32_t our_ssrc)
{
	struct octets_reader r;
	bool first = true;

	memset(in, 0, sizeof(*in));
	octets_read_open(&r, octets, n);
	do {
		if (decode_packet(in, &r, first, our_ssrc))
			return -EINVAL;
		first = false;
	} while (octets_read_left(&r));
	return 0;
}

uint64_t rtcp_interval_us(const struct rtcp_timing *timing)
{
	double least = timing->initial ? MIN_INTERVAL / 2 : MIN_INTERVAL;
	double bandwidth = BANDWIDTH;
	unsigned n = timing->members;
	double t;

	if (timing->senders <= timing->members * SENDER_SHARE) {
		bandwidth *= timing->we_sent ? SENDER_SHARE : 1 - SENDER_SHARE;
		n = timing->we_sent ? timing->senders : timing->members - timing->senders;
	}
	t = timing->average_octets * n / bandwidth;
	if (t < least)
		t = least;
	return (uint64_t)(t * (timing->random + 0.5) / COMPENSATION * 1e6);
}
