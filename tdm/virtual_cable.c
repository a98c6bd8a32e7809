/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The virtual cable. Messages of a SOCK_SEQPACKET socket, numbers in network order:
 *   hello: 'h', magic (4), version (1), timeslots (1), chunk in ms (1), clock master (1)
 *   chunk: 'c', signal (1), sequence (4), timeslots x chunk octets
 */
#include "tdm/virtual_cable.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/base/octets.h"
#include "gw/base/str.h"

/* Of memory, about half a second at any chunk; the kernel may grant less. */
#define QUEUE_OCTETS (512 * 1024)

#define MAGIC		   0x43574342 /* CWCB */
#define VERSION		   1
#define HELLO_OCTETS	   9
#define CHUNK_HEAD_OCTETS  6
#define PAYLOAD_OCTETS_MAX ((TDM_TIMESLOTS - 1) * 160)
#define RETRY_US	   50000
#define RETRY_REFUSED_US   1000000 /* after a hello that does not agree */
#define HELLO_WAIT_US	   1000000

static struct counter bad_messages =
	COUNTER_INIT("causeway_tdm_cable_bad_messages_total",
		     "Messages on a virtual cable that were not understood");
static struct counter refused_peers = COUNTER_INIT("causeway_tdm_cable_refused_total",
						   "Peers of a virtual cable that were refused");

struct tdm_cable {
	char name[32]; /* of the span */
	struct sockaddr_un address;
	bool listen;
	bool plugged;
	uint8_t hello[HELLO_OCTETS]; /* what this end says */
	size_t payload_octets;

	int listen_fd; /* own; -1: none */
	int fd;	       /* own; the peer, -1: none */
	bool joined;   /* its hello agreed */
	uint64_t connected_us;
	uint64_t heard_us;     /* last message */
	uint64_t retry_us;     /* not before */
	const char *complaint; /* last said about a peer that was refused: literal, so that it is
				  said once */
	uint32_t sequence;
	uint8_t out[CHUNK_HEAD_OCTETS + PAYLOAD_OCTETS_MAX];
	uint8_t in[CHUNK_HEAD_OCTETS + PAYLOAD_OCTETS_MAX];
};

static void cable_drop(struct tdm_cable *cable, uint64_t retry_us, const char *why)
{
	if (cable->joined)
		log_write(LOG_NOTICE, cable->name, "cable %s: peer lost: %s",
			  cable->address.sun_path, why);
	close(cable->fd);
	cable->fd = -1;
	cable->joined = false;
	cable->retry_us = retry_us;
}

static void cable_complain(struct tdm_cable *cable, const char *complaint)
{
	counter_add(&refused_peers, 1);
	if (cable->complaint != complaint)
		log_write(LOG_ERROR, cable->name, "cable %s: peer refused: %s",
			  cable->address.sun_path, complaint);
	cable->complaint = complaint;
}

/* ---- hello ---- */

static void hello_write(struct tdm_cable *cable, const struct tdm_span_conf *conf,
			unsigned timeslots)
{
	struct octets_writer w;

	octets_write_open(&w, cable->hello, sizeof(cable->hello));
	octets_write_u8(&w, 'h');
	octets_write_be32(&w, MAGIC);
	octets_write_u8(&w, VERSION);
	octets_write_u8(&w, timeslots);
	octets_write_u8(&w, conf->chunk_ms);
	octets_write_u8(&w, conf->clock_master);
}

struct hello {
	uint8_t type, version, timeslots, chunk_ms, master;
	uint32_t magic;
	bool bad;
};

static struct hello hello_read(const void *octets, size_t n)
{
	struct octets_reader r;
	struct hello hello;

	octets_read_open(&r, octets, n);
	hello.type = octets_read_u8(&r);
	hello.magic = octets_read_be32(&r);
	hello.version = octets_read_u8(&r);
	hello.timeslots = octets_read_u8(&r);
	hello.chunk_ms = octets_read_u8(&r);
	hello.master = octets_read_u8(&r);
	hello.bad = r.bad || octets_read_left(&r) > 0;
	return hello;
}

/* NULL when the ends of the cable agree, else what is wrong. */
static const char *hello_check(const struct tdm_cable *cable, size_t n)
{
	struct hello here = hello_read(cable->hello, sizeof(cable->hello));
	struct hello there = hello_read(cable->in, n);

	if (there.bad || there.type != here.type || there.magic != here.magic)
		return "it is no end of a virtual cable";
	if (there.version != here.version)
		return "it speaks another version of the cable's protocol";
	if (there.timeslots != here.timeslots)
		return here.timeslots == 31 ? "its framing is T1, here it is E1"
					    : "its framing is E1, here it is T1";
	if (there.chunk_ms != here.chunk_ms)
		return "its chunk has another length; both ends need the same";
	if (there.master == here.master)
		return here.master ? "both ends are clock master; one must follow the line"
				   : "no end is clock master; one must be";
	return NULL;
}

static void cable_join(struct tdm_cable *cable, size_t n, uint64_t now_us)
{
	const char *complaint = hello_check(cable, n);

	if (complaint) {
		cable_complain(cable, complaint);
		cable_drop(cable, now_us + RETRY_REFUSED_US, complaint);
		return;
	}
	cable->joined = true;
	cable->complaint = NULL;
	log_write(LOG_NOTICE, cable->name, "cable %s: connected", cable->address.sun_path);
}

/* ---- connection ---- */

static int cable_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static bool address_is_served(const struct sockaddr_un *address)
{
	int fd = cable_socket();
	bool served = fd < 0 ||
		      connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		      errno == EAGAIN;

	if (fd >= 0)
		close(fd);
	return served;
}

static int address_bind(int fd, const struct sockaddr_un *address)
{
	struct stat st;

	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return 0;
	if (errno != EADDRINUSE || lstat(address->sun_path, &st) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || address_is_served(address))
		return -EADDRINUSE;
	unlink(address->sun_path);
	return bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;
}

static int cable_listen(struct tdm_cable *cable)
{
	int fd = cable_socket();
	int rc;

	if (fd < 0)
		return fd;
	rc = address_bind(fd, &cable->address);
	if (!rc && listen(fd, 4) < 0)
		rc = -errno;
	if (rc) {
		close(fd);
		return rc;
	}
	cable->listen_fd = fd;
	return 0;
}

static void cable_take(struct tdm_cable *cable, int fd, uint64_t now_us)
{
	int octets = QUEUE_OCTETS / 2;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
	cable->fd = fd;
	cable->joined = false;
	cable->connected_us = cable->heard_us = now_us;
	if (send(fd, cable->hello, sizeof(cable->hello), MSG_NOSIGNAL) < 0)
		cable_drop(cable, now_us + RETRY_US, strerror(errno));
}

/* One peer at a time: a new one replaces one that is silent, and is refused beside one that is
 * heard. */
static void cable_accept(struct tdm_cable *cable, uint64_t now_us)
{
	int fd = accept4(cable->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (now_us < tdm_cable_silent_from(cable)) {
		cable_complain(cable, "the cable has another peer already");
		close(fd);
		return;
	}
	if (cable->fd >= 0)
		cable_drop(cable, now_us, "replaced by a new peer");
	cable_take(cable, fd, now_us);
}

static void cable_connect(struct tdm_cable *cable, uint64_t now_us)
{
	int fd = cable_socket();

	cable->retry_us = now_us + RETRY_US;
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)&cable->address, sizeof(cable->address)) < 0)
		close(fd);
	else
		cable_take(cable, fd, now_us);
}

static void cable_unlisten(struct tdm_cable *cable)
{
	if (cable->listen_fd < 0)
		return;
	close(cable->listen_fd);
	unlink(cable->address.sun_path);
	cable->listen_fd = -1;
}

void tdm_cable_plug(struct tdm_cable *cable, bool plugged)
{
	if (cable->plugged == plugged)
		return;
	cable->plugged = plugged;
	log_write(LOG_NOTICE, cable->name, "cable %s: %s", cable->address.sun_path,
		  plugged ? "mended" : "cut");
	if (plugged)
		return;
	cable_unlisten(cable);
	if (cable->fd >= 0)
		cable_drop(cable, 0, "cut");
}

void tdm_cable_service(struct tdm_cable *cable, uint64_t now_us)
{
	if (!cable->plugged)
		return;
	if (cable->fd >= 0 && !cable->joined && now_us - cable->connected_us > HELLO_WAIT_US)
		cable_drop(cable, now_us + RETRY_US, "no hello");
	if (cable->listen_fd >= 0) {
		cable_accept(cable, now_us);
	} else if (cable->listen && now_us >= cable->retry_us) {
		cable->retry_us = now_us + RETRY_US;
		if (cable_listen(cable) == 0)
			cable_accept(cable, now_us);
	} else if (!cable->listen && cable->fd < 0 && now_us >= cable->retry_us) {
		cable_connect(cable, now_us);
	}
}

unsigned tdm_cable_poll(const struct tdm_cable *cable, struct pollfd fds[2], bool hearing)
{
	unsigned n = 0;

	if (cable->listen_fd >= 0)
		fds[n++] = (struct pollfd){ .fd = cable->listen_fd, .events = POLLIN };
	if (cable->fd >= 0 && hearing)
		fds[n++] = (struct pollfd){ .fd = cable->fd, .events = POLLIN };
	return n;
}

/* ---- chunks ---- */

void tdm_cable_send(struct tdm_cable *cable, unsigned signal, const uint8_t *octets)
{
	struct octets_writer w;
	size_t n = CHUNK_HEAD_OCTETS + cable->payload_octets;

	if (!cable->joined)
		return;
	octets_write_open(&w, cable->out, n);
	octets_write_u8(&w, 'c');
	octets_write_u8(&w, signal);
	octets_write_be32(&w, cable->sequence++);
	octets_write_copy(&w, octets, cable->payload_octets);
	/* A peer that does not read loses the chunk and sees it by the sequence; one that is gone
	 * is seen by receive. */
	if (send(cable->fd, cable->out, n, MSG_NOSIGNAL) < 0)
		return;
}

static bool chunk_read(struct tdm_cable *cable, size_t n, struct tdm_cable_chunk *chunk)
{
	struct octets_reader r;

	octets_read_open(&r, cable->in, n);
	if (octets_read_u8(&r) != 'c')
		return false;
	chunk->signal = octets_read_u8(&r);
	chunk->sequence = octets_read_be32(&r);
	chunk->octets = cable->in + CHUNK_HEAD_OCTETS;
	return !r.bad && octets_read_left(&r) == cable->payload_octets;
}

/* The next message's length, 0: none waits, or the peer is gone. */
static size_t cable_message(struct tdm_cable *cable, uint64_t now_us)
{
	if (cable->fd < 0)
		return 0;
	ssize_t n = recv(cable->fd, cable->in, sizeof(cable->in), MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		cable_drop(cable, now_us + RETRY_US,
			   n ? strerror(errno) : "it closed the connection");
		return 0;
	}
	cable->heard_us = now_us;
	return (size_t)n;
}

bool tdm_cable_receive(struct tdm_cable *cable, uint64_t now_us, struct tdm_cable_chunk *chunk)
{
	size_t n = cable_message(cable, now_us);

	if (n > 0 && !cable->joined) {
		cable_join(cable, n < sizeof(cable->in) ? n : sizeof(cable->in), now_us);
		n = cable_message(cable, now_us);
	}
	if (n == 0)
		return false;
	if (n <= sizeof(cable->in) && chunk_read(cable, n, chunk))
		return true;
	counter_add(&bad_messages, 1);
	cable_complain(cable, "a message that is no chunk");
	cable_drop(cable, now_us + RETRY_REFUSED_US, "a message that is no chunk");
	return false;
}

unsigned tdm_cable_backlog(const struct tdm_cable *cable)
{
	int octets = 0;

	if (cable->fd < 0 || ioctl(cable->fd, SIOCINQ, &octets) < 0 || octets < 0)
		return 0;
	return (unsigned)((size_t)octets / (CHUNK_HEAD_OCTETS + cable->payload_octets));
}

uint64_t tdm_cable_silent_from(const struct tdm_cable *cable)
{
	return cable->joined ? cable->heard_us + TDM_CABLE_SILENCE_US : 0;
}

void tdm_cable_overslept(struct tdm_cable *cable, uint64_t us)
{
	cable->heard_us += us;
}

/* ---- open, close ---- */

int tdm_cable_open(struct tdm_cable **cable, const struct tdm_span_conf *conf)
{
	unsigned timeslots = conf->framing == TDM_E1 ? 31 : 24;
	struct tdm_cable *c;
	int rc;

	if (!conf->cable || !conf->cable[0])
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->address.sun_family = AF_UNIX;
	c->listen_fd = c->fd = -1;
	c->listen = conf->listen;
	c->plugged = true;
	c->payload_octets = (size_t)timeslots * 8 * conf->chunk_ms;
	snprintf(c->name, sizeof(c->name), "%s", conf->name);
	hello_write(c, conf, timeslots);
	counter_list(&bad_messages);
	counter_list(&refused_peers);
	rc = str_copy(c->address.sun_path, sizeof(c->address.sun_path), str_c(conf->cable));
	if (!rc && c->listen)
		rc = cable_listen(c);
	if (rc) {
		free(c);
		return rc;
	}
	*cable = c;
	return 0;
}

void tdm_cable_close(struct tdm_cable *cable)
{
	if (!cable)
		return;
	cable_unlisten(cable);
	if (cable->fd >= 0)
		close(cable->fd);
	free(cable);
}
