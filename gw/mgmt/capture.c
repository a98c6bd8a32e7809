/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * pcapng (draft-ietf-opsawg-pcapng): one section, three interfaces (raw IP, MTP3, MTP2). A packet's
 * comment is its call id, so that `frame.comment contains "ID"` finds a call across SIP and ISUP.
 * IP, UDP and TCP headers are made here from the addresses of the transport; TCP sequence numbers
 * run on per connection and direction, so that streams reassemble.
 *
 * No link type of pcapng says that MTP3 is ANSI's, nor do exported PDUs with ANSI point codes make
 * Wireshark 4.0 read them so: its preference mtp3.standard decides. ANSI messages have an interface
 * of their own that says this, written when there is the first of them.
 */
#include "gw/mgmt/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/base/octets.h"
#include "gw/base/sink.h"
#include "gw/base/str.h"
#include "gw/base/trace.h"

#define QUEUE_OCTETS   (4u << 20)
#define PACKET_MAX     (70u * 1024)
#define CONNECTIONS    64
#define SEGMENT_MAX    65000u /* of TCP, so that a message of any size finds room in IP packets */
#define FLUSH_MS       100
#define CLOSE_MS       10000
#define LINKTYPE_RAW   101
#define LINKTYPE_MTP2  140
#define LINKTYPE_MTP3  141
#define BLOCK_SECTION  0x0A0D0D0Au
#define BLOCK_IFACE    1u
#define BLOCK_PACKET   6u
#define OPTION_COMMENT 1u
#define OPTION_NAME    2u /* of an interface */
#define OPTION_TEXT    3u
#define IP_UDP	       17
#define IP_TCP	       6
#define IPV4_HEADER    20
#define IPV6_HEADER    40
#define UDP_HEADER     8
#define TCP_HEADER     20

enum interface { IF_IP, IF_MTP3, IF_MTP2, IF_ANSI };

struct connection { /* of TCP, with the next sequence number of either direction: received, sent */
	struct sockaddr_storage local, remote;
	uint32_t next[2];
};

struct capture {
	struct trace_tap tap;
	struct sink *sink; /* own */
	uv_loop_t *loop;   /* borrow */
	uv_work_t closing;
	uint64_t packets, unfit;
	bool ansi; /* its interface is written */
	int error; /* of the file, once it is closed */
	struct connection connections[CONNECTIONS];
	unsigned next_connection;
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

static void put_option(struct octets_writer *w, unsigned code, struct str text)
{
	octets_write_le16(w, code);
	octets_write_le16(w, (unsigned)text.n);
	octets_write_copy(w, text.p, text.n);
	pad(w);
}

/* name and text: NULL, or what the interface is called. */
static void write_interface(struct capture *capture, unsigned linktype, const char *name,
			    const char *text)
{
	struct octets_writer w;

	block_begin(&w, capture, BLOCK_IFACE);
	octets_write_le16(&w, linktype);
	octets_write_le16(&w, 0);
	put_le32(&w, 0); /* no snap length */
	if (name) {
		put_option(&w, OPTION_NAME, str_c(name));
		put_option(&w, OPTION_TEXT, str_c(text));
		put_le32(&w, 0); /* end of options */
	}
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
		put_option(&w, OPTION_COMMENT, id);
		put_le32(&w, 0); /* end of options */
	}
	n = block_end(&w);
	if (n && sink_put(capture->sink, capture->block, n))
		capture->packets++;
}

/* RFC 1071 */
static uint32_t sum_up(uint32_t sum, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	return n % 2 ? sum + ((uint32_t)octets[n - 1] << 8) : sum;
}

static void put_sum(struct octets_writer *w, size_t offset, uint32_t sum, bool never_zero)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	if (!sum && never_zero)
		sum = 0xffff;
	octets_write_patch(w, offset, sum >> 8);
	octets_write_patch(w, offset + 1, sum & 0xff);
}

static uint16_t port_of(const struct sockaddr *address)
{
	struct sockaddr_in in;

	memcpy(&in, address, sizeof(in)); /* the port stands in the same place in both families */
	return ntohs(in.sin_port);
}

static bool same_end(const struct sockaddr_storage *a, const struct sockaddr *b)
{
	struct sockaddr_in6 a6, b6;
	struct sockaddr_in a4, b4;

	if (a->ss_family != b->sa_family)
		return false;
	if (b->sa_family == AF_INET) {
		memcpy(&a4, a, sizeof(a4));
		memcpy(&b4, b, sizeof(b4));
		return a4.sin_port == b4.sin_port && a4.sin_addr.s_addr == b4.sin_addr.s_addr;
	}
	memcpy(&a6, a, sizeof(a6));
	memcpy(&b6, b, sizeof(b6));
	return a6.sin6_port == b6.sin6_port &&
	       memcmp(&a6.sin6_addr, &b6.sin6_addr, sizeof(a6.sin6_addr)) == 0;
}

/* The oldest of too many is forgotten: its numbers begin again. */
static struct connection *connection_of(struct capture *capture, const struct trace_event *event)
{
	struct connection *c;
	size_t n = event->local->sa_family == AF_INET ? sizeof(struct sockaddr_in)
						      : sizeof(struct sockaddr_in6);

	for (c = capture->connections; c < capture->connections + CONNECTIONS; c++)
		if (same_end(&c->local, event->local) && same_end(&c->remote, event->remote))
			return c;
	c = &capture->connections[capture->next_connection++ % CONNECTIONS];
	memset(c, 0, sizeof(*c));
	memcpy(&c->local, event->local, n);
	memcpy(&c->remote, event->remote, n);
	c->next[0] = c->next[1] = 1;
	return c;
}

static void write_tcp(struct octets_writer *w, struct capture *capture,
		      const struct trace_event *event)
{
	struct connection *c = connection_of(capture, event);

	octets_write_be32(w, c->next[event->sent]);
	octets_write_be32(w, c->next[!event->sent]);
	octets_write_be16(w, 5 << 12 | 0x18); /* header of 5 words, PSH and ACK */
	octets_write_be16(w, 0xffff);
	octets_write_be32(w, 0); /* checksum, no urgent data */
	c->next[event->sent] += (uint32_t)event->n_octets;
}

static void write_ipv4(struct octets_writer *w, unsigned protocol, size_t payload,
		       const struct sockaddr *from, const struct sockaddr *to)
{
	struct sockaddr_in a, b;

	memcpy(&a, from, sizeof(a));
	memcpy(&b, to, sizeof(b));
	octets_write_be16(w, 0x4500);
	octets_write_be16(w, (unsigned)payload + IPV4_HEADER);
	octets_write_be32(w, 0x00004000); /* don't fragment */
	octets_write_u8(w, 64);
	octets_write_u8(w, protocol);
	octets_write_be16(w, 0);
	octets_write_copy(w, &a.sin_addr, 4);
	octets_write_copy(w, &b.sin_addr, 4);
	put_sum(w, 10, sum_up(0, w->start, IPV4_HEADER), false);
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

/* Of the payload and a pseudo header of addresses, length and protocol: RFC 768, RFC 9293 3.1, RFC
 * 8200 8.1. */
static void sum_transport(struct octets_writer *w, bool v4, unsigned protocol)
{
	size_t header = v4 ? IPV4_HEADER : IPV6_HEADER, n = octets_write_length(w) - header;
	size_t addresses = v4 ? 8 : 32;
	uint32_t sum = sum_up(protocol + (uint32_t)n, w->start + header - addresses, addresses);

	put_sum(w, header + (protocol == IP_TCP ? 16 : 6), sum_up(sum, w->start + header, n), true);
}

/* Length of the packet made in capture->packet, 0 when it cannot be one. */
static size_t make_ip(struct capture *capture, const struct trace_event *event)
{
	const struct sockaddr *from = event->sent ? event->local : event->remote;
	const struct sockaddr *to = event->sent ? event->remote : event->local;
	unsigned protocol = event->tcp ? IP_TCP : IP_UDP;
	size_t payload = event->n_octets + (event->tcp ? TCP_HEADER : UDP_HEADER);
	struct octets_writer w;
	bool v4;

	if (!from || !to || from->sa_family != to->sa_family)
		return 0;
	v4 = from->sa_family == AF_INET;
	if (payload + (v4 ? IPV4_HEADER : 0) > 0xffff)
		return 0;
	octets_write_open(&w, capture->packet, sizeof(capture->packet));
	(v4 ? write_ipv4 : write_ipv6)(&w, protocol, payload, from, to);
	octets_write_be16(&w, port_of(from));
	octets_write_be16(&w, port_of(to));
	if (event->tcp) {
		write_tcp(&w, capture, event);
	} else {
		octets_write_be16(&w, (unsigned)payload);
		octets_write_be16(&w, 0);
	}
	octets_write_copy(&w, event->octets, event->n_octets);
	if (w.bad)
		return 0;
	sum_transport(&w, v4, protocol);
	return octets_write_length(&w);
}

/* A message over TCP that is longer than a packet becomes several. */
static void sip_seen(struct capture *capture, const struct trace_event *event)
{
	struct trace_event part = *event;
	size_t left = event->n_octets, n;

	do {
		part.n_octets = event->tcp && left > SEGMENT_MAX ? SEGMENT_MAX : left;
		n = make_ip(capture, &part);
		if (n)
			write_packet(capture, IF_IP, &part, n);
		else
			capture->unfit++;
		part.octets += part.n_octets;
		left -= part.n_octets;
	} while (left);
}

static enum interface mtp_interface(struct capture *capture, const struct trace_event *event)
{
	if (event->kind != TRACE_MTP3)
		return IF_MTP2;
	if (!event->ansi)
		return IF_MTP3;
	if (!capture->ansi)
		write_interface(capture, LINKTYPE_MTP3, "mtp3-ansi",
				"ANSI T1.111; Wireshark reads it with -o mtp3.standard:ANSI");
	capture->ansi = true;
	return IF_ANSI;
}

static void trace_seen(void *arg, const struct trace_event *event)
{
	struct capture *capture = arg;

	if (!event->octets)
		return;
	if (event->kind == TRACE_SIP) {
		sip_seen(capture, event);
	} else if (event->n_octets > sizeof(capture->packet)) {
		capture->unfit++;
	} else {
		memcpy(capture->packet, event->octets, event->n_octets);
		write_packet(capture, mtp_interface(capture, event), event, event->n_octets);
	}
}

/* Opening anything but a file, such as a pipe that nobody reads, could stop the caller for ever. */
static int kind_usable(mode_t mode)
{
	if (S_ISREG(mode))
		return 0;
	return S_ISLNK(mode) ? -ELOOP : S_ISDIR(mode) ? -EISDIR : -EINVAL;
}

/* Empties what is a capture, and nothing else: who may ask for one may not ask for every file. */
static int file_begin(int fd)
{
	uint32_t begin = 0; /* in either order of octets the same */
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	err = kind_usable(st.st_mode);
	if (err || st.st_size == 0)
		return err;
	if (pread(fd, &begin, sizeof(begin), 0) < 0)
		return -errno;
	if (begin != BLOCK_SECTION)
		return -EEXIST;
	return ftruncate(fd, 0) ? -errno : 0;
}

/* The file may be another at the second look. */
static int file_open(const char *path)
{
	struct stat st;
	int err = strcmp(path, "-") == 0 ? -EINVAL : 0;
	int fd;

	if (!err && lstat(path, &st) == 0)
		err = kind_usable(st.st_mode);
	if (err)
		return err;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640);
	if (fd < 0)
		return -errno;
	err = file_begin(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

const char *capture_open_fault(int err)
{
	if (err == EEXIST)
		return "holds something else; name a new file, or a capture to be overwritten";
	if (err == EINVAL)
		return "is no regular file; name a new file, or a capture to be overwritten";
	return err == ELOOP ? "is a symbolic link; name the file itself" : strerror(err);
}

struct capture *capture_open(uv_loop_t *loop, const char *path, bool mtp2)
{
	struct capture *capture = NULL;
	int fd = file_open(path), err = fd < 0 ? -fd : 0;

	if (!err) {
		capture = calloc(1, sizeof(*capture));
		err = capture ? 0 : ENOMEM;
		if (err)
			close(fd);
	}
	if (!err) {
		capture->sink = sink_adopt(fd, QUEUE_OCTETS);
		err = capture->sink ? 0 : errno;
	}
	if (err) {
		free(capture);
		errno = err;
		return NULL;
	}
	capture->loop = loop;
	write_section(capture);
	write_interface(capture, LINKTYPE_RAW, NULL, NULL);
	write_interface(capture, LINKTYPE_MTP3, NULL, NULL);
	write_interface(capture, LINKTYPE_MTP2, NULL, NULL);
	capture->tap = (struct trace_tap){ .fn = trace_seen,
					   .arg = capture,
					   .kinds = 1u << TRACE_SIP | 1u << TRACE_MTP3 |
						    (mtp2 ? 1u << TRACE_MTP2 : 0) };
	trace_tap_add(&capture->tap);
	return capture;
}

static void close_file(uv_work_t *work)
{
	struct capture *capture = work->data;

	(void)sink_flush(capture->sink, CLOSE_MS);
	capture->error = sink_error(capture->sink);
	sink_close(capture->sink);
}

static void file_closed(uv_work_t *work, int status)
{
	struct capture *capture = work->data;

	(void)status;
	if (capture->error)
		log_write(LOG_ERROR, "capture", "the end was not written: %s",
			  strerror(capture->error));
	free(capture);
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	trace_tap_remove(&capture->tap);
	capture->closing.data = capture;
	if (uv_queue_work(capture->loop, &capture->closing, close_file, file_closed) == 0)
		return;
	close_file(&capture->closing);
	file_closed(&capture->closing, 0);
}

bool capture_flush(struct capture *capture)
{
	return sink_flush(capture->sink, FLUSH_MS);
}

void capture_counts(const struct capture *capture, uint64_t *packets, uint64_t *dropped, int *error)
{
	*packets = capture->packets;
	*dropped = sink_dropped(capture->sink) + capture->unfit;
	*error = sink_error(capture->sink);
}
