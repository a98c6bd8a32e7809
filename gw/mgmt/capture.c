/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * pcapng (draft-ietf-opsawg-pcapng): one section, three interfaces (raw IP, MTP3, MTP2). A packet's
 * comment is its call id, so that `frame.comment contains "ID"` finds a call across SIP and ISUP.
 * IP, UDP and TCP headers are made here from the addresses of the transport; TCP sequence numbers
 * run on per connection and direction, so that streams reassemble.
 */
#include "gw/mgmt/capture.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/octets.h"
#include "gw/base/sink.h"
#include "gw/base/str.h"
#include "gw/base/trace.h"

#define QUEUE_OCTETS   (4u << 20)
#define PACKET_MAX     (70u * 1024)
#define FLOWS	       64
#define LINKTYPE_RAW   101
#define LINKTYPE_MTP2  140
#define LINKTYPE_MTP3  141
#define BLOCK_SECTION  0x0A0D0D0Au
#define BLOCK_IFACE    1u
#define BLOCK_PACKET   6u
#define OPTION_COMMENT 1u
#define IP_UDP	       17
#define IP_TCP	       6

enum interface { IF_IP, IF_MTP3, IF_MTP2 };

struct flow { /* one direction of a TCP connection */
	struct sockaddr_storage from, to;
	uint32_t next;
};

struct capture {
	struct trace_tap tap;
	struct sink *sink; /* own */
	uint64_t packets;
	struct flow flows[FLOWS];
	unsigned next_flow;
	uint8_t packet[PACKET_MAX];
	uint8_t block[PACKET_MAX + 256];
};

/* pcapng is written in little-endian here, whatever the machine: the section header says so. */
static void put_le32(struct octets_writer *w, uint32_t value)
{
	octets_write_le16(w, value & 0xffff);
	octets_write_le16(w, value >> 16);
}

static void pad(struct octets_writer *w)
{
	while (octets_write_length(w) % 4 && !w->bad)
		octets_write_u8(w, 0);
}

/* Closes a block begun with its type and a length of 0. */
static size_t block_end(struct octets_writer *w)
{
	size_t n = octets_write_length(w) + 4;

	put_le32(w, (uint32_t)n);
	for (unsigned i = 0; i < 4; i++)
		octets_write_patch(w, 4 + i, (n >> (8 * i)) & 0xff);
	return w->bad ? 0 : n;
}

static void block_begin(struct octets_writer *w, struct capture *capture, uint32_t type)
{
	octets_write_open(w, capture->block, sizeof(capture->block));
	put_le32(w, type);
	put_le32(w, 0);
}

static void write_section(struct capture *capture)
{
	struct octets_writer w;

	block_begin(&w, capture, BLOCK_SECTION);
	put_le32(&w, 0x1A2B3C4Du);
	octets_write_le16(&w, 1);
	octets_write_le16(&w, 0);
	put_le32(&w, 0xffffffffu); /* section length not given */
	put_le32(&w, 0xffffffffu);
	(void)sink_put(capture->sink, capture->block, block_end(&w));
}

static void write_interface(struct capture *capture, unsigned linktype)
{
	struct octets_writer w;

	block_begin(&w, capture, BLOCK_IFACE);
	octets_write_le16(&w, linktype);
	octets_write_le16(&w, 0);
	put_le32(&w, 0); /* no snap length */
	(void)sink_put(capture->sink, capture->block, block_end(&w));
}

static void write_packet(struct capture *capture, enum interface interface,
			 const struct trace_event *event, size_t n)
{
	struct octets_writer w;
	struct str id = str_c(event->call ? event->call : "");

	block_begin(&w, capture, BLOCK_PACKET);
	put_le32(&w, interface);
	put_le32(&w, (uint32_t)(event->now_us >> 32));
	put_le32(&w, (uint32_t)event->now_us);
	put_le32(&w, (uint32_t)n);
	put_le32(&w, (uint32_t)n);
	octets_write_copy(&w, capture->packet, n);
	pad(&w);
	if (id.n) {
		octets_write_le16(&w, OPTION_COMMENT);
		octets_write_le16(&w, (unsigned)id.n);
		octets_write_copy(&w, id.p, id.n);
		pad(&w);
		put_le32(&w, 0); /* end of options */
	}
	n = block_end(&w);
	if (n && sink_put(capture->sink, capture->block, n))
		capture->packets++;
}

static uint16_t checksum(const uint8_t *octets, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint16_t port_of(const struct sockaddr *address)
{
	struct sockaddr_in in;

	memcpy(&in, address, sizeof(in)); /* the port stands in the same place in both families */
	return ntohs(in.sin_port);
}

static bool same_end(const struct sockaddr_storage *a, const struct sockaddr *b)
{
	size_t n =
		b->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

	return a->ss_family == b->sa_family && memcmp(a, b, n) == 0;
}

static uint32_t *flow_next(struct capture *capture, const struct sockaddr *from,
			   const struct sockaddr *to)
{
	struct flow *flow;
	size_t n = from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
					      : sizeof(struct sockaddr_in6);

	for (unsigned i = 0; i < FLOWS; i++)
		if (same_end(&capture->flows[i].from, from) && same_end(&capture->flows[i].to, to))
			return &capture->flows[i].next;
	flow = &capture->flows[capture->next_flow++ % FLOWS];
	memset(flow, 0, sizeof(*flow));
	memcpy(&flow->from, from, n);
	memcpy(&flow->to, to, n);
	flow->next = 1;
	return &flow->next;
}

static void write_transport(struct octets_writer *w, struct capture *capture,
			    const struct trace_event *event, const struct sockaddr *from,
			    const struct sockaddr *to)
{
	octets_write_be16(w, port_of(from));
	octets_write_be16(w, port_of(to));
	if (event->tcp) {
		uint32_t *seq = flow_next(capture, from, to);

		octets_write_be32(w, *seq);
		octets_write_be32(w, *flow_next(capture, to, from));
		octets_write_be16(w, 5 << 12 | 0x18); /* header of 5 words, PSH and ACK */
		octets_write_be16(w, 0xffff);
		octets_write_be32(w, 0); /* checksum not computed, no urgent data */
		*seq += (uint32_t)event->n_octets;
	} else {
		octets_write_be16(w, (unsigned)event->n_octets + 8);
		octets_write_be16(w, 0); /* checksum not computed */
	}
}

static void write_ipv4(struct octets_writer *w, unsigned protocol, size_t payload,
		       const struct sockaddr *from, const struct sockaddr *to)
{
	struct sockaddr_in a, b;
	uint16_t sum;

	memcpy(&a, from, sizeof(a));
	memcpy(&b, to, sizeof(b));
	octets_write_be16(w, 0x4500);
	octets_write_be16(w, (unsigned)payload + 20);
	octets_write_be32(w, 0x00004000); /* don't fragment */
	octets_write_u8(w, 64);
	octets_write_u8(w, protocol);
	octets_write_be16(w, 0);
	octets_write_copy(w, &a.sin_addr, 4);
	octets_write_copy(w, &b.sin_addr, 4);
	sum = checksum(w->start, 20);
	octets_write_patch(w, 10, sum >> 8);
	octets_write_patch(w, 11, sum & 0xff);
}

static void write_ipv6(struct octets_writer *w, unsigned protocol, size_t payload,
		       const struct sockaddr *from, const struct sockaddr *to)
{
	struct sockaddr_in6 a, b;

	memcpy(&a, from, sizeof(a));
	memcpy(&b, to, sizeof(b));
	octets_write_be32(w, 0x60000000u);
	octets_write_be16(w, (unsigned)payload);
	octets_write_u8(w, protocol);
	octets_write_u8(w, 64);
	octets_write_copy(w, &a.sin6_addr, 16);
	octets_write_copy(w, &b.sin6_addr, 16);
}

/* Length of the packet made in capture->packet, 0 when it cannot be one. */
static size_t make_ip(struct capture *capture, const struct trace_event *event)
{
	const struct sockaddr *from = event->sent ? event->local : event->remote;
	const struct sockaddr *to = event->sent ? event->remote : event->local;
	unsigned protocol = event->tcp ? IP_TCP : IP_UDP;
	size_t payload = event->n_octets + (event->tcp ? 20 : 8);
	struct octets_writer w;

	if (!from || !to || from->sa_family != to->sa_family || payload + 40 > 0xffff)
		return 0;
	octets_write_open(&w, capture->packet, sizeof(capture->packet));
	if (from->sa_family == AF_INET)
		write_ipv4(&w, protocol, payload, from, to);
	else
		write_ipv6(&w, protocol, payload, from, to);
	write_transport(&w, capture, event, from, to);
	octets_write_copy(&w, event->octets, event->n_octets);
	return w.bad ? 0 : octets_write_length(&w);
}

static void trace_seen(void *arg, const struct trace_event *event)
{
	struct capture *capture = arg;
	enum interface interface = event->kind == TRACE_SIP    ? IF_IP
				   : event->kind == TRACE_MTP3 ? IF_MTP3
							       : IF_MTP2;
	size_t n = event->n_octets;

	if (!event->octets || n > sizeof(capture->packet))
		return;
	if (interface == IF_IP)
		n = make_ip(capture, event);
	else
		memcpy(capture->packet, event->octets, n);
	if (n)
		write_packet(capture, interface, event, n);
}

struct capture *capture_open(const char *path, bool mtp2)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return NULL;
	capture->sink = sink_open(path, QUEUE_OCTETS, true);
	if (!capture->sink) {
		int err = errno;

		free(capture);
		errno = err;
		return NULL;
	}
	write_section(capture);
	write_interface(capture, LINKTYPE_RAW);
	write_interface(capture, LINKTYPE_MTP3);
	write_interface(capture, LINKTYPE_MTP2);
	capture->tap = (struct trace_tap){ .fn = trace_seen,
					   .arg = capture,
					   .kinds = 1u << TRACE_SIP | 1u << TRACE_MTP3 |
						    (mtp2 ? 1u << TRACE_MTP2 : 0) };
	trace_tap_add(&capture->tap);
	return capture;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	trace_tap_remove(&capture->tap);
	sink_close(capture->sink);
	free(capture);
}

void capture_counts(const struct capture *capture, uint64_t *packets, uint64_t *dropped)
{
	*packets = capture->packets;
	*dropped = sink_dropped(capture->sink);
}
