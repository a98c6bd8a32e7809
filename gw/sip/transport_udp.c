/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * RFC 3261 18 over UDP. The sockets are our own on uv_poll: libuv's uv_udp tells neither the
 * address that a datagram was sent to (needed on a wildcard socket, RFC 3581 4) nor which peer an
 * ICMP error is about (18.4).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h> /* needs struct timespec before it */

#include "gw/base/log.h"
#include "gw/sip/transport_private.h"

#define BATCH	       16 /* datagrams of one recvmmsg */
#define BATCHES	       4  /* at one wake-up: then the rest of the loop has its turn */
#define DATAGRAM_MAX   SIP_MSG_MAX_OCTETS
#define RECEIVE_BUFFER (4 << 20) /* octets; the kernel cuts it to its own limit */
#define CONTROL_MAX    128
#define ERRORS_MAX     64 /* of the error queue at one time */
#define SENDS_MAX      8  /* of one datagram, while errors of others come in between */
/* Octets of what an ICMP error returns: RFC 4443 2.4 (c) sends more than RFC 1812 4.3.2.3. */
#define RETURNED_MAX 1280

union control {
	char octets[CONTROL_MAX];
	struct cmsghdr align;
};

/* ---- ICMP errors ---- */

/* 18.4: unreachable and parameter problem are failures; time exceeded and source quench are not. */
static bool fatal(int error)
{
	return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
	       error == EPROTO || error == ENOPROTOOPT || error == EACCES || error == EPERM ||
	       error == EHOSTDOWN || error == ENONET;
}

/*
 * Is it this watch's message that went nowhere? An ACK in the branch of an INVITE is for its
 * non-2xx (17.1.1.3). Where a response is cut before CSeq, INVITE and CANCEL are the same: both
 * went there.
 */
static bool waits_for(const struct sip_watch *watch, const struct sip_msg *msg)
{
	if (watch->response == msg->request || !str_eq(watch->branch, msg->via->branch))
		return false;
	return watch->method == msg->method || (!msg->request && !msg->cseq.method_name.p) ||
	       (watch->method == SIP_INVITE && msg->method == SIP_ACK);
}

/* fn may attach and detach, so each turn looks anew. */
static void watches_tell(struct sip_transport *t, const union sip_sockaddr *remote,
			 const struct sip_msg *msg, int error)
{
	struct list *bucket = sip_watch_bucket(t, remote), failed;
	struct list_node *n, *next;

	list_init(&failed);
	for (n = list_first(bucket); n; n = next) {
		const struct sip_watch *watch = container_of(n, struct sip_watch, node);

		next = list_next(bucket, n);
		if (!sip_sockaddr_eq(&watch->remote, remote) || !waits_for(watch, msg))
			continue;
		list_remove(n);
		list_append(&failed, n);
	}
	if (list_empty(&failed))
		counter_add(&sip_icmp_ignored, 1);
	while ((n = list_first(&failed))) {
		struct sip_watch *watch = container_of(n, struct sip_watch, node);

		list_remove(n);
		counter_add(&sip_transport_errors, 1);
		watch->fn(watch, error);
	}
}

/*
 * Tells whose datagram it was, by as much of it as came back. The address alone does not say it: an
 * error may come late, after the peer came back, and would end a call that it is not about. Where
 * the branch is cut off nobody is told: timers B, F and H end what is really lost.
 */
static void returned(struct sip_transport *t, const union sip_sockaddr *remote, struct str octets,
		     int error)
{
	struct sip_msg *msg;

	if (sip_msg_parse(&msg, octets.p, octets.n, SIP_BEGINNING) == -ENOMEM)
		return;
	if (msg->via && msg->via->branch.n)
		watches_tell(t, remote, msg, error);
	else
		counter_add(&sip_icmp_ignored, 1);
	sip_msg_free(msg);
}

static int icmp_error(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
		bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
		struct sock_extended_err err;

		if (!v4 && !v6)
			continue;
		memcpy(&err, CMSG_DATA(c), sizeof(err));
		return (int)err.ee_errno;
	}
	return 0;
}

/* How many there were in the socket's error queue; msg_name is the address that the datagram was
 * sent to. */
static unsigned errors_read(struct sip_socket *s)
{
	unsigned n = 0;

	for (; n < ERRORS_MAX; n++) {
		union sip_sockaddr remote = { 0 };
		union control control;
		char payload[RETURNED_MAX];
		struct iovec iov = { payload, sizeof(payload) };
		struct msghdr msg = { .msg_name = &remote,
				      .msg_namelen = sizeof(remote),
				      .msg_iov = &iov,
				      .msg_iovlen = 1,
				      .msg_control = control.octets,
				      .msg_controllen = sizeof(control.octets) };
		ssize_t length = recvmsg(s->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
		int error;

		if (length < 0)
			break;
		error = icmp_error(&msg);
		if (fatal(error) && remote.sa.sa_family)
			returned(s->transport, &remote, (struct str){ payload, (size_t)length },
				 -error);
	}
	return n;
}

/* ---- receiving ---- */

/* The address of ours that a datagram was sent to. */
static void local_of(struct msghdr *msg, union sip_sockaddr *local)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			local->in4.sin_addr = info.ipi_addr;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			local->in6.sin6_addr = info.ipi6_addr;
		}
	}
}

/* RFC 5626 4.4.1: double CRLF is for streams; over UDP CRLFs are ignored. */
static bool keepalive(struct str octets)
{
	for (size_t i = 0; i < octets.n; i++) {
		if (octets.p[i] != '\r' && octets.p[i] != '\n')
			return false;
	}
	return true;
}

static void datagram(struct sip_socket *s, struct msghdr *msg, size_t n)
{
	struct sip_hop hop = { .proto = SIP_PROTO_UDP, .local = s->bound };
	struct str octets = { msg->msg_iov->iov_base, n };

	memcpy(&hop.remote, msg->msg_name, sizeof(hop.remote));
	if (s->wildcard)
		local_of(msg, &hop.local);
	if (keepalive(octets)) {
		counter_add(&sip_keepalives, 1);
		return;
	}
	sip_transport_message(s->transport, octets, &hop,
			      n > s->transport->conf.max_message ? -EMSGSIZE : 0);
}

static int batch_read(struct sip_socket *s)
{
	struct sip_transport *t = s->transport;
	union sip_sockaddr remotes[BATCH];
	union control controls[BATCH];
	struct iovec iovs[BATCH];
	struct mmsghdr msgs[BATCH];
	int n;

	for (unsigned i = 0; i < BATCH; i++) {
		iovs[i] = (struct iovec){ t->datagrams + (size_t)i * DATAGRAM_MAX, DATAGRAM_MAX };
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &remotes[i],
						   .msg_namelen = sizeof(remotes[i]),
						   .msg_iov = &iovs[i],
						   .msg_iovlen = 1 };
		if (s->wildcard) {
			msgs[i].msg_hdr.msg_control = controls[i].octets;
			msgs[i].msg_hdr.msg_controllen = sizeof(controls[i].octets);
		}
	}
	n = recvmmsg(s->fd, msgs, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return -errno;
	t->gathered.socket = s;
	for (int i = 0; i < n && !t->closing; i++)
		datagram(s, &msgs[i].msg_hdr, msgs[i].msg_len);
	sip_udp_flush(t);
	return n;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct sip_socket *s = poll->data;
	int n;

	(void)events;
	/* libuv stops a poll whose descriptor has an error: here it is an ICMP error in the queue.
	 */
	if (status < 0) {
		errors_read(s);
		if (!s->transport->closing)
			(void)uv_poll_start(poll, UV_READABLE, on_poll);
	}
	/* recvmmsg too gives a pending ICMP error once: that turn reads nothing, the next one does.
	 */
	for (unsigned i = 0; i < BATCHES && !s->transport->closing; i++) {
		n = batch_read(s);
		if (n == -EAGAIN || (n >= 0 && n < BATCH))
			return;
	}
}

/* ---- sending ---- */

/* On a wildcard socket the datagram leaves from the address that hop->local names. */
static void control_set(struct msghdr *msg, union control *control, const struct sip_hop *hop)
{
	bool v6 = hop->local.sa.sa_family == AF_INET6;
	struct in_pktinfo info4 = { .ipi_spec_dst = hop->local.in4.sin_addr };
	struct in6_pktinfo info6 = { .ipi6_addr = hop->local.in6.sin6_addr };
	size_t n = v6 ? sizeof(info6) : sizeof(info4);
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->octets;
	msg->msg_controllen = CMSG_SPACE(n);
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), v6 ? (const void *)&info6 : (const void *)&info4, n);
}

/* What a msghdr points at. */
struct datagram {
	union sip_sockaddr remote;
	union control control;
	struct iovec iov;
};

static void datagram_set(struct msghdr *msg, struct datagram *d, const struct sip_socket *s,
			 const struct sip_hop *hop, struct str octets, bool from_local)
{
	union {
		const char *text;
		void *base;
	} octets_at = { .text = octets.p };

	d->remote = hop->remote;
	d->iov = (struct iovec){ octets_at.base, octets.n };
	*msg = (struct msghdr){ .msg_name = &d->remote,
				.msg_namelen = sip_sockaddr_length(&d->remote),
				.msg_iov = &d->iov,
				.msg_iovlen = 1 };
	if (from_local && s->wildcard)
		control_set(msg, &d->control, hop);
}

/* A full socket loses the datagram as a network would: whoever needs an answer sends again. */
static int datagram_send(struct sip_socket *s, const struct sip_hop *hop, struct str octets,
			 bool from_local)
{
	struct datagram d;
	struct msghdr msg;
	int err = 0;

	datagram_set(&msg, &d, s, hop, octets, from_local);
	for (unsigned i = 0; i < SENDS_MAX; i++) {
		if (sendmsg(s->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		err = -errno;
		/* The error may be of an earlier datagram: it is told to who waits for that one,
		 * then again. Once there is none in the queue it is this one's. */
		if (!fatal(-err) || (!errors_read(s) && i > 0))
			break;
	}
	if (err != -EAGAIN && err != -ENOBUFS)
		return err;
	counter_add(&sip_udp_dropped, 1);
	return 0;
}

/* Alone: what stands first in the queue was refused, or an error of an earlier datagram was told in
 * its place. */
static void gathered_retry(struct sip_socket *s, unsigned i)
{
	struct sip_transport *t = s->transport;
	const struct sip_hop *hop = &t->gathered.at[i].hop;
	struct str octets = { t->gathered.at[i].octets, t->gathered.at[i].n };
	int err;

	if (fatal(errno))
		errors_read(s);
	err = datagram_send(s, hop, octets, t->gathered.at[i].from_local);
	if (err)
		returned(t, &hop->remote, octets, err);
}

static void gathered_send(struct sip_socket *s, struct sip_gathered *g)
{
	struct datagram datagrams[SIP_GATHERED_MAX];
	struct mmsghdr msgs[SIP_GATHERED_MAX];
	unsigned at = 0;

	for (unsigned i = 0; i < g->n; i++)
		datagram_set(&msgs[i].msg_hdr, &datagrams[i], s, &g->at[i].hop,
			     (struct str){ g->at[i].octets, g->at[i].n }, g->at[i].from_local);
	while (at < g->n) {
		int n = sendmmsg(s->fd, msgs + at, g->n - at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			at += (unsigned)n;
		else
			gathered_retry(s, at++);
	}
	g->n = 0;
}

/* Who hears of an error may send: that leaves by itself. */
void sip_udp_flush(struct sip_transport *transport)
{
	struct sip_socket *s = transport->gathered.socket;

	transport->gathered.socket = NULL;
	if (s)
		gathered_send(s, &transport->gathered);
}

/*
 * A peer is woken once for all the answers to what it sent at once, and they share a system call.
 * What cannot be gathered must not overtake what was.
 */
static int gather_or_send(struct sip_socket *s, const struct sip_hop *hop, struct str octets,
			  bool from_local)
{
	struct sip_gathered *g = &s->transport->gathered;

	if (g->socket != s)
		return datagram_send(s, hop, octets, from_local);
	if (g->n == SIP_GATHERED_MAX || octets.n > SIP_GATHERED_OCTETS) {
		sip_udp_flush(s->transport);
		g->socket = s;
	}
	if (octets.n > SIP_GATHERED_OCTETS)
		return datagram_send(s, hop, octets, from_local);
	g->at[g->n].hop = *hop;
	g->at[g->n].from_local = from_local;
	g->at[g->n].n = octets.n;
	memcpy(g->at[g->n++].octets, octets.p, octets.n);
	return 0;
}

int sip_udp_send(struct sip_transport *transport, struct sip_hop *hop, struct str octets,
		 struct sip_watch *watch)
{
	struct sip_socket *s = sip_socket_pick(transport, transport->udp, transport->n_udp, hop);
	bool from_local = hop->local.sa.sa_family != 0;
	int err;

	if (!s)
		return -ENOTSUP;
	if (!from_local)
		hop->local = s->bound;
	err = gather_or_send(s, hop, octets, from_local);
	if (!err && watch)
		list_append(sip_watch_bucket(transport, &hop->remote), &watch->node);
	return err;
}

/* ---- opening ---- */

static int option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

static int options_set(int fd, int family, bool wildcard)
{
	bool v6 = family == AF_INET6;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int err = v6 ? option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) : 0;

	if (!err)
		err = option(fd, level, v6 ? IPV6_RECVERR : IP_RECVERR, 1);
	if (!err && wildcard)
		err = option(fd, level, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
	/* A small buffer is no reason not to serve. */
	if (!err && option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER))
		log_write(LOG_WARNING, "sip", "the receive buffer of a UDP socket stays small");
	return err;
}

static int socket_open(const union sip_sockaddr *address, union sip_sockaddr *bound)
{
	socklen_t n = sizeof(*bound);
	bool wildcard = address->sa.sa_family == AF_INET6
				? IN6_IS_ADDR_UNSPECIFIED(&address->in6.sin6_addr)
				: address->in4.sin_addr.s_addr == htonl(INADDR_ANY);
	int fd = socket(address->sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = options_set(fd, address->sa.sa_family, wildcard);
	if (!err && (bind(fd, &address->sa, sip_sockaddr_length(address)) ||
		     getsockname(fd, &bound->sa, &n)))
		err = -errno;
	if (err)
		close(fd);
	return err ? err : fd;
}

static int poll_open(struct sip_socket *s)
{
	struct sip_transport *t = s->transport;
	int err;

	if (!t->datagrams)
		t->datagrams = malloc((size_t)BATCH * DATAGRAM_MAX);
	if (!t->datagrams)
		return -ENOMEM;
	err = uv_poll_init(t->loop, &s->poll, s->fd);
	if (err)
		return err;
	s->poll.data = s;
	t->handles++;
	/* cannot fail: the handle is open and the events are known */
	(void)uv_poll_start(&s->poll, UV_READABLE, on_poll);
	return 0;
}

int sip_udp_listen(struct sip_socket *socket, const union sip_sockaddr *address)
{
	union sip_sockaddr bound = { 0 };
	int err;

	socket->fd = socket_open(address, &bound);
	err = socket->fd < 0 ? socket->fd : poll_open(socket);
	if (err) {
		if (socket->fd >= 0)
			close(socket->fd);
		free(socket);
		return err;
	}
	sip_socket_bound(socket, &bound);
	return 0;
}
