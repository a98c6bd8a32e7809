/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3261 18: what UDP and TCP have in common; messages that are not well-formed. */
#include "gw/sip/transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/sip/locate.h"
#include "gw/sip/transport_private.h"
#include "gw/sip/write.h"

#define ROUTE_US (10 * UINT64_C(1000000)) /* how long a route is believed */

struct counter sip_transport_errors = COUNTER_INIT("causeway_sip_transport_errors_total",
						   "SIP messages that could not be delivered");
struct counter sip_icmp_ignored =
	COUNTER_INIT("causeway_sip_icmp_ignored_total",
		     "ICMP errors that name no SIP transaction which waits for its peer");
struct counter sip_udp_dropped = COUNTER_INIT("causeway_sip_udp_dropped_total",
					      "SIP datagrams not sent because the socket was full");
struct counter sip_keepalives =
	COUNTER_INIT("causeway_sip_keepalives_total", "CRLF keep-alives received (RFC 5626 4.4.1)");
static struct counter received =
	COUNTER_INIT("causeway_sip_received_total", "SIP messages received");
static struct counter sent = COUNTER_INIT("causeway_sip_sent_total", "SIP messages sent");
static struct counter refused =
	COUNTER_INIT("causeway_sip_refused_messages_total",
		     "Malformed SIP messages that were dropped or answered");

struct sip_transport *sip_transport_new(uv_loop_t *loop, struct timer_heap *heap,
					const struct sip_transport_conf *conf)
{
	struct sip_transport *t = calloc(1, sizeof(*t));
	struct counter *const counters[] = { &sip_transport_errors,
					     &sip_icmp_ignored,
					     &sip_udp_dropped,
					     &sip_keepalives,
					     &received,
					     &sent,
					     &refused };

	if (!t)
		return NULL;
	t->loop = loop;
	t->heap = heap;
	t->conf = *conf;
	for (unsigned i = 0; i < SIP_WATCH_BUCKETS; i++)
		list_init(&t->watches[i]);
	list_init(&t->conns);
	list_init(&t->strangers);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		counter_list(counters[i]);
	return t;
}

void sip_transport_receiver(struct sip_transport *transport, sip_received_fn *fn, void *user)
{
	transport->receive = fn;
	transport->user = user;
}

void sip_transport_known(struct sip_transport *transport, sip_known_fn *fn, void *user)
{
	transport->known = fn;
	transport->known_user = user;
}

/* ---- sockets ---- */

struct sip_socket *sip_socket_new(struct sip_transport *transport)
{
	struct sip_socket *s = calloc(1, sizeof(*s));

	if (s) {
		s->transport = transport;
		s->fd = -1;
	}
	return s;
}

static bool is_wildcard(const union sip_sockaddr *addr)
{
	if (addr->sa.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr);
	return addr->in4.sin_addr.s_addr == htonl(INADDR_ANY);
}

void sip_socket_bound(struct sip_socket *socket, const union sip_sockaddr *bound)
{
	socket->bound = *bound;
	socket->wildcard = is_wildcard(bound);
	(void)sip_sockaddr_host(bound, socket->host);
}

static int listen_at(struct sip_transport *t, enum sip_proto proto,
		     const union sip_sockaddr *address, struct sip_socket **opened)
{
	struct sip_socket *s = sip_socket_new(t);
	int err;

	if (!s)
		return -ENOMEM;
	err = proto == SIP_PROTO_UDP ? sip_udp_listen(s, address) : sip_tcp_listen(s, address);
	if (!err)
		*opened = s;
	return err;
}

int sip_transport_listen(struct sip_transport *transport, enum sip_proto proto, struct str address,
			 uint16_t port, union sip_sockaddr *bound)
{
	unsigned *n = proto == SIP_PROTO_UDP ? &transport->n_udp : &transport->n_tcp;
	struct sip_socket **sockets = proto == SIP_PROTO_UDP ? transport->udp : transport->tcp;
	union sip_sockaddr at;
	int err;

	if (proto != SIP_PROTO_UDP && proto != SIP_PROTO_TCP)
		return -ENOTSUP;
	if (*n == SIP_SOCKETS_MAX)
		return -ENOSPC;
	err = sip_sockaddr_set(&at, address, port);
	if (!err)
		err = listen_at(transport, proto, &at, &sockets[*n]);
	if (err)
		return err;
	if (bound)
		*bound = sockets[*n]->bound;
	(*n)++;
	return 0;
}

bool sip_transport_has(const struct sip_transport *transport, enum sip_proto proto, int family)
{
	unsigned n = proto == SIP_PROTO_UDP ? transport->n_udp : transport->n_tcp;
	struct sip_socket *const *sockets =
		proto == SIP_PROTO_UDP ? transport->udp : transport->tcp;

	for (unsigned i = 0; (proto == SIP_PROTO_UDP || proto == SIP_PROTO_TCP) && i < n; i++) {
		if (sockets[i]->bound.sa.sa_family == family)
			return true;
	}
	return false;
}

size_t sip_transport_connections(const struct sip_transport *transport)
{
	return transport->connections;
}

void sip_transport_release(struct sip_transport *transport)
{
	if (!transport->closing || transport->handles)
		return;
	hash_close(&transport->by_id);
	hash_close(&transport->by_remote);
	free(transport->datagrams);
	free(transport);
}

static void on_socket_closed(uv_handle_t *handle)
{
	struct sip_socket *s = handle->data;
	struct sip_transport *t = s->transport;

	free(s);
	t->handles--;
	sip_transport_release(t);
}

static void socket_close(struct sip_socket *s)
{
	if (s->fd >= 0) {
		uv_poll_stop(&s->poll);
		close(s->fd);
	}
	timer_close(&s->again);
	uv_close(&s->handle, on_socket_closed);
}

void sip_transport_free(struct sip_transport *transport)
{
	if (!transport)
		return;
	sip_udp_flush(transport);
	transport->closing = true;
	transport->receive = NULL;
	for (unsigned i = 0; i < transport->n_udp; i++)
		socket_close(transport->udp[i]);
	for (unsigned i = 0; i < transport->n_tcp; i++)
		socket_close(transport->tcp[i]);
	sip_tcp_close_all(transport);
	sip_transport_release(transport);
}

/* ---- where from ---- */

/* connect() on a datagram socket sends nothing: it only asks for the route. */
static int route_ask(const union sip_sockaddr *remote, union sip_sockaddr *local)
{
	socklen_t n = sizeof(*local);
	int fd = socket(remote->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, &remote->sa, sip_sockaddr_length(remote)) ||
	    getsockname(fd, &local->sa, &n))
		err = -errno;
	close(fd);
	return err;
}

int sip_transport_route(struct sip_transport *transport, const union sip_sockaddr *remote,
			union sip_sockaddr *local)
{
	union sip_sockaddr host = *remote;
	struct sip_route *r;
	uint64_t now = timer_heap_now_us(transport->heap);
	int err;

	sip_sockaddr_set_port(&host, 9);
	r = &transport->routes[sip_sockaddr_hash(&host, 0) & (SIP_ROUTES - 1)];
	if (r->until_us <= now || !sip_sockaddr_same_host(&r->remote, &host)) {
		err = route_ask(&host, &r->local);
		r->until_us = err ? 0 : now + ROUTE_US;
		if (err)
			return err;
		r->remote = host;
	}
	*local = r->local;
	return 0;
}

/* A response leaves from where its request arrived (RFC 3581 4). */
static struct sip_socket *socket_at(struct sip_socket *const *sockets, unsigned n,
				    const union sip_sockaddr *local)
{
	for (unsigned i = 0; i < n; i++) {
		struct sip_socket *s = sockets[i];

		if (s->bound.sa.sa_family == local->sa.sa_family &&
		    sip_sockaddr_port(&s->bound) == sip_sockaddr_port(local) &&
		    (s->wildcard || sip_sockaddr_same_host(&s->bound, local)))
			return s;
	}
	return NULL;
}

struct sip_socket *sip_socket_pick(struct sip_transport *transport,
				   struct sip_socket *const *sockets, unsigned n,
				   const struct sip_hop *hop)
{
	struct sip_socket *first = NULL;
	union sip_sockaddr route = { 0 };
	int family = hop->remote.sa.sa_family;
	unsigned usable = 0;

	if (hop->local.sa.sa_family)
		return socket_at(sockets, n, &hop->local);
	for (unsigned i = 0; i < n; i++) {
		if (family && sockets[i]->bound.sa.sa_family != family)
			continue;
		if (!usable++)
			first = sockets[i];
	}
	if (usable < 2 || !family || sip_transport_route(transport, &hop->remote, &route))
		return first;
	for (unsigned i = 0; i < n; i++) {
		if (sip_sockaddr_same_host(&sockets[i]->bound, &route) ||
		    (sockets[i]->wildcard && sockets[i]->bound.sa.sa_family == family))
			return sockets[i];
	}
	return first;
}

/* ---- operations ---- */

struct list *sip_watch_bucket(struct sip_transport *transport, const union sip_sockaddr *remote)
{
	return &transport->watches[sip_sockaddr_hash(remote, 0) & (SIP_WATCH_BUCKETS - 1)];
}

static int transport_send(void *arg, struct sip_hop *hop, struct str octets,
			  struct sip_watch *watch, bool must_exist)
{
	struct sip_transport *t = arg;
	int err;

	if (watch) {
		list_remove(&watch->node);
		watch->remote = hop->remote;
	}
	err = hop->proto == SIP_PROTO_UDP ? sip_udp_send(t, hop, octets, watch)
					  : sip_tcp_send(t, hop, octets, watch, must_exist);
	if (!err)
		counter_add(&sent, 1);
	else if (err != -ENOTCONN)
		counter_add(&sip_transport_errors, 1);
	return err;
}

static int transport_sent_by(void *arg, const struct sip_hop *hop, struct sip_sent_by *sent_by)
{
	struct sip_transport *t = arg;
	bool udp = hop->proto == SIP_PROTO_UDP;
	struct sip_hop towards = { .proto = hop->proto, .remote = hop->remote };
	const struct sip_socket *s =
		sip_socket_pick(t, udp ? t->udp : t->tcp, udp ? t->n_udp : t->n_tcp, &towards);
	union sip_sockaddr local;

	if (!s)
		return -ENOTSUP;
	sent_by->proto = hop->proto;
	sent_by->port = sip_sockaddr_port(&s->bound);
	memcpy(sent_by->host, s->host, sizeof(sent_by->host));
	if (s->wildcard && hop->remote.sa.sa_family &&
	    sip_transport_route(t, &hop->remote, &local) == 0)
		(void)sip_sockaddr_host(&local, sent_by->host);
	return 0;
}

static void transport_unwatch(void *arg, struct sip_watch *watch)
{
	(void)arg;
	list_remove(&watch->node);
}

const struct sip_transport_ops sip_transport_ops = {
	.send = transport_send,
	.sent_by = transport_sent_by,
	.unwatch = transport_unwatch,
};

/* ---- what is received ---- */

/* The same octets get the same tag, as 8.2.7 wants of an answer without a transaction. */
static void answer(struct sip_transport *t, const struct sip_msg *msg, const struct sip_hop *hop,
		   struct str octets)
{
	char tag[12];
	struct sip_writer w;
	struct sip_hop to;
	struct str message;
	unsigned status = msg->error.status ? msg->error.status : 400;

	if (sip_locate_response(msg->via, hop, &to))
		return;
	snprintf(tag, sizeof(tag), "%08x", str_hash(octets, 0));
	sip_write_open(&w, t->answer, sizeof(t->answer));
	sip_write_response(&w, msg, status, str_c(msg->error.text), str_c(tag));
	sip_write_end(&w);
	if (sip_write_close(&w, &message) || transport_send(t, &to, message, NULL, true))
		return;
	sip_hop_trace(&to, message, true, NULL);
}

static void refuse(struct sip_transport *t, struct sip_msg *msg, const struct sip_hop *hop,
		   struct str octets)
{
	char text[SIP_HOP_TEXT_MAX];
	struct str name = sip_header_name(msg->error.header);

	counter_add(&refused, 1);
	sip_hop_trace(hop, octets, false, NULL);
	log_write(LOG_NOTICE, "sip", "bad message from %s at octet %zu of %zu: %s%s%.*s",
		  sip_hop_text(hop, text), msg->error.offset, octets.n,
		  sip_fault_name(msg->error.fault), name.n ? ": " : "", STR_FMT(name));
	if (msg->error.answerable)
		answer(t, msg, hop, octets);
}

/* 18.2.1 */
static int stamp(struct sip_msg *msg, const struct sip_hop *hop)
{
	char host[SIP_ADDRESS_MAX];

	if (!msg->request || !msg->via)
		return 0;
	return sip_msg_received(msg, sip_sockaddr_host(&hop->remote, host),
				sip_sockaddr_port(&hop->remote));
}

static void too_large(struct sip_msg *msg, size_t limit, size_t n)
{
	msg->error.fault = SIP_FAULT_TOO_LARGE;
	msg->error.offset = limit < n ? limit : n;
	msg->error.status = 513;
	msg->error.answerable = msg->request && msg->method != SIP_ACK && msg->via;
	str_copy(msg->error.text, sizeof(msg->error.text), STR("Message Too Large"));
}

void sip_transport_message(struct sip_transport *transport, struct str octets,
			   const struct sip_hop *hop, int framing_error)
{
	enum sip_framing framing = hop->proto == SIP_PROTO_TCP ? SIP_STREAM : SIP_DATAGRAM;
	struct sip_msg *msg;
	int err;

	counter_add(&received, 1);
	err = sip_msg_parse(&msg, octets.p, octets.n, framing);
	if (err == -ENOMEM || stamp(msg, hop)) {
		log_write(LOG_ERROR, "sip", "out of memory: a message was dropped");
		sip_msg_free(msg);
		return;
	}
	if (framing_error == -EMSGSIZE) {
		too_large(msg, transport->conf.max_message, octets.n);
		err = -EBADMSG;
	}
	if (err)
		refuse(transport, msg, hop, octets);
	else if (transport->receive)
		transport->receive(transport->user, msg, hop, octets);
	sip_msg_free(msg);
}
