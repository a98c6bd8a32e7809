/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3261 18 over TCP: connections both ways, framing (18.3), keep-alive (RFC 5626 4.4.1), limits.
 * What others open takes nothing from what we open, and strangers, whose address belongs to no
 * trunk, have a small share of it: a new one takes the place of the one that was silent longest. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/transport_private.h"

#define BACKLOG	      1024
#define CONNECT_MS    8000 /* the next address is tried long before timer B */
#define DRAIN_MS      2000 /* for the peer to read our last answer */
#define AGAIN_MS      100
#define NODELAY	      1
#define PARTIAL_FIRST 2048
#define STRANGERS     10 /* one connection in so many may be a stranger's */

struct sip_conn {
	struct hash_node by_id, by_remote; /* until it has left */
	struct list_node node;
	struct list_node stranger;	 /* in no list: it is none */
	struct sip_transport *transport; /* borrow */
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_shutdown_t shutdown;
	struct sip_hop hop; /* with its number */
	struct list watches;
	struct timer idle;  /* or, before it is connected, the limit for that */
	uint64_t active_us; /* last whole message either way */
	bool accepted;	    /* the peer opened it */
	bool connected, pinged;
	bool left; /* carries no message any more */
	bool closing;
	char *partial; /* own: the beginning of a message */
	size_t n_partial, cap_partial;
	size_t need; /* octets of the message that began, 0: not known yet */
};

struct write {
	uv_write_t uv;
	struct sip_conn *conn; /* borrow */
	char octets[];
};

static struct counter opened =
	COUNTER_INIT("causeway_sip_connections_total", "SIP connections opened, both ways");
static struct counter over_limit =
	COUNTER_INIT("causeway_sip_connections_refused_total",
		     "SIP connections refused by the limit on their number");
static struct counter displaced =
	COUNTER_INIT("causeway_sip_connections_displaced_total",
		     "SIP connections of strangers closed for newer ones");
static struct counter idled = COUNTER_INIT("causeway_sip_connections_idle_total",
					   "SIP connections closed for being idle");
static struct counter stalled = COUNTER_INIT("causeway_sip_connections_stalled_total",
					     "SIP connections closed for not taking what we send");

/* ---- table ---- */

static uint32_t id_hash(uint64_t id)
{
	return (uint32_t)(id ^ id >> 32);
}

static bool id_match(const struct hash_node *node, const void *key)
{
	return container_of(node, struct sip_conn, by_id)->hop.conn == *(const uint64_t *)key;
}

static bool remote_match(const struct hash_node *node, const void *key)
{
	return sip_sockaddr_eq(&container_of(node, struct sip_conn, by_remote)->hop.remote, key);
}

static struct sip_conn *conn_by_id(struct sip_transport *t, uint64_t id)
{
	struct hash_node *n = id ? hash_find(&t->by_id, id_hash(id), id_match, &id) : NULL;

	return n ? container_of(n, struct sip_conn, by_id) : NULL;
}

static struct sip_conn *conn_by_remote(struct sip_transport *t, const union sip_sockaddr *remote)
{
	struct hash_node *n =
		hash_find(&t->by_remote, sip_sockaddr_hash(remote, 0), remote_match, remote);

	return n ? container_of(n, struct sip_conn, by_remote) : NULL;
}

static int conn_insert(struct sip_conn *c)
{
	struct sip_transport *t = c->transport;

	if (hash_insert(&t->by_id, &c->by_id, id_hash(c->hop.conn)))
		return -ENOMEM;
	if (hash_insert(&t->by_remote, &c->by_remote, sip_sockaddr_hash(&c->hop.remote, 0))) {
		hash_remove(&t->by_id, &c->by_id);
		return -ENOMEM;
	}
	list_append(&t->conns, &c->node);
	t->connections++;
	t->accepted += c->accepted;
	counter_add(&opened, 1);
	return 0;
}

/* ---- strangers ---- */

static bool is_known(const struct sip_transport *t, const union sip_sockaddr *remote)
{
	return !t->known || t->known(t->known_user, remote);
}

static size_t strangers_most(const struct sip_transport *t)
{
	return (t->conf.max_connections + STRANGERS - 1) / STRANGERS;
}

static void stranger_add(struct sip_conn *c)
{
	list_append(&c->transport->strangers, &c->stranger);
	c->transport->n_strangers++;
}

static void stranger_remove(struct sip_conn *c)
{
	if (!c->stranger.next)
		return;
	list_remove(&c->stranger);
	c->transport->n_strangers--;
}

/* It carried something. */
static void conn_active(struct sip_conn *c)
{
	c->active_us = timer_heap_now_us(c->transport->heap);
	if (!c->stranger.next)
		return;
	list_remove(&c->stranger);
	list_append(&c->transport->strangers, &c->stranger);
}

/* ---- end ---- */

static void on_closed(uv_handle_t *handle)
{
	struct sip_conn *c = handle->data;
	struct sip_transport *t = c->transport;

	free(c->partial);
	free(c);
	t->handles--;
	sip_transport_release(t);
}

/* Everybody who waits on the connection is told; a call-back may use the transport, but not this
 * connection. */
static void conn_leave(struct sip_conn *c, int error)
{
	struct list_node *n;

	if (c->left)
		return;
	c->left = true;
	hash_remove(&c->transport->by_id, &c->by_id);
	hash_remove(&c->transport->by_remote, &c->by_remote);
	while ((n = list_first(&c->watches))) {
		struct sip_watch *watch = container_of(n, struct sip_watch, node);

		list_remove(n);
		if (!c->transport->closing)
			watch->fn(watch, error);
	}
}

static void conn_close(struct sip_conn *c, int error)
{
	conn_leave(c, error);
	if (c->closing)
		return;
	c->closing = true;
	list_remove(&c->node);
	stranger_remove(c);
	c->transport->connections--;
	c->transport->accepted -= c->accepted;
	timer_close(&c->idle);
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	(void)shutdown;
	(void)status;
}

/* Closing with unread octets would reset the connection and take our answer from the peer: they are
 * read and dropped. */
static void conn_drain(struct sip_conn *c, int error)
{
	conn_leave(c, error);
	if (c->closing)
		return;
	timer_start_ms(&c->idle, DRAIN_MS);
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown))
		conn_close(c, error);
}

void sip_tcp_close_all(struct sip_transport *transport)
{
	struct list_node *n;

	while ((n = list_first(&transport->conns)))
		conn_close(container_of(n, struct sip_conn, node), -ECANCELED);
}

static uint64_t now_us(const struct sip_conn *c)
{
	return timer_heap_now_us(c->transport->heap);
}

/* Started once and for the rest that is left, not with every message. */
static void on_idle(struct timer *timer, void *arg)
{
	struct sip_conn *c = arg;
	uint64_t limit_us = (uint64_t)c->transport->conf.idle_ms * 1000;
	uint64_t idle_us = now_us(c) - c->active_us;
	char text[SIP_HOP_TEXT_MAX];

	if (!c->connected || c->left) {
		conn_close(c, -ETIMEDOUT);
		return;
	}
	if (idle_us < limit_us) {
		timer_start_us(timer, limit_us - idle_us);
		return;
	}
	/* A transaction still waits here, or a message began and never ended. */
	if (!list_empty(&c->watches) && !c->n_partial) {
		timer_start_us(timer, limit_us);
		return;
	}
	counter_add(&idled, 1);
	log_write(LOG_INFO, "sip", "connection %s closed: idle", sip_hop_text(&c->hop, text));
	conn_close(c, -ETIMEDOUT);
}

/* ---- sending ---- */

static void on_written(uv_write_t *uv, int status)
{
	struct write *w = container_of(uv, struct write, uv);
	struct sip_conn *c = w->conn;

	free(w);
	if (status < 0)
		conn_close(c, status);
}

/* What the socket does not take waits in libuv's queue; the transport's limit bounds it. */
static int conn_queue(struct sip_conn *c, struct str rest)
{
	struct write *w;
	uv_buf_t buf;
	int err;

	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) + rest.n >
	    c->transport->conf.max_queue) {
		counter_add(&stalled, 1);
		return -ENOBUFS;
	}
	w = malloc(sizeof(*w) + rest.n);
	if (!w)
		return -ENOMEM;
	w->conn = c;
	memcpy(w->octets, rest.p, rest.n);
	buf = uv_buf_init(w->octets, (unsigned)rest.n);
	err = uv_write(&w->uv, (uv_stream_t *)&c->tcp, &buf, 1, on_written);
	if (err)
		free(w);
	return err;
}

static int conn_write(struct sip_conn *c, struct str octets)
{
	union {
		const char *text;
		char *base;
	} at = { .text = octets.p };
	uv_buf_t buf = uv_buf_init(at.base, (unsigned)octets.n);
	int n = c->connected ? uv_try_write((uv_stream_t *)&c->tcp, &buf, 1) : UV_EAGAIN;

	if (n == UV_EAGAIN)
		n = 0;
	if (n < 0)
		return n;
	conn_active(c);
	if ((size_t)n == octets.n)
		return 0;
	return conn_queue(c, (struct str){ octets.p + n, octets.n - (size_t)n });
}

static struct sip_conn *conn_connect(struct sip_transport *t, const union sip_sockaddr *remote,
				     bool stranger, int *err);

/* A stranger can have one sent anywhere (18.2.2); where requests go is the configuration's and the dialogs' business. */
static bool is_response(struct str octets)
{
	return str_starts(octets, STR("SIP/2.0 "));
}

int sip_tcp_send(struct sip_transport *transport, struct sip_hop *hop, struct str octets,
		 struct sip_watch *watch, bool must_exist)
{
	struct sip_conn *c = conn_by_id(transport, hop->conn);
	int err = 0;

	if (!c && must_exist)
		return -ENOTCONN;
	if (!c)
		c = conn_by_remote(transport, &hop->remote);
	if (!c)
		c = conn_connect(transport, &hop->remote,
				 is_response(octets) && !is_known(transport, &hop->remote), &err);
	if (!c)
		return err;
	err = conn_write(c, octets);
	if (err) {
		conn_close(c, err);
		return err;
	}
	hop->conn = c->hop.conn;
	hop->local = c->hop.local;
	if (watch)
		list_append(&c->watches, &watch->node);
	return 0;
}

/* ---- receiving ---- */

/* RFC 5626 4.4.1: a double CRLF between messages is answered by one CRLF. */
static void keepalive(struct sip_conn *c, size_t crlf_octets)
{
	bool ping = crlf_octets >= 4 || (crlf_octets == 2 && c->pinged);
	int err;

	c->pinged = crlf_octets == 2 && !ping;
	if (!ping)
		return;
	counter_add(&sip_keepalives, 1);
	err = conn_write(c, STR("\r\n"));
	if (err)
		conn_close(c, err);
}

static void message(struct sip_conn *c, struct str octets, int framing_error)
{
	struct sip_hop hop = c->hop;

	c->pinged = false;
	conn_active(c);
	sip_transport_message(c->transport, octets, &hop, framing_error);
}

/* Where a message ends is not known, or it is too long: what there is of it is answered, and
 * nothing more is read. */
static void framing_lost(struct sip_conn *c, struct str octets, size_t length, int error)
{
	if (length && length < octets.n)
		octets.n = length;
	message(c, octets, error);
	conn_drain(c, -EBADMSG);
}

/* Takes one message off *octets. False: more octets are needed, or the connection is closed. */
static bool message_take(struct sip_conn *c, struct str *octets)
{
	size_t max = c->transport->conf.max_message, skip, length;
	int err = sip_msg_frame(octets->p, octets->n, &skip, &length);
	struct str rest = { octets->p + skip, octets->n - skip };

	*octets = rest;
	if (skip)
		keepalive(c, skip);
	if (c->left)
		return false;
	if (err != -EBADMSG && (length > max || (!length && rest.n > max)))
		err = -EMSGSIZE;
	if (err == -EAGAIN) {
		c->need = length;
		return false;
	}
	if (err) {
		framing_lost(c, rest, length, err);
		return false;
	}
	octets->p += length;
	octets->n -= length;
	message(c, (struct str){ rest.p, length }, 0);
	return !c->left;
}

static int partial_reserve(struct sip_conn *c, size_t n)
{
	size_t cap = c->cap_partial ? c->cap_partial : PARTIAL_FIRST;
	char *p;

	while (cap < n)
		cap *= 2;
	if (cap == c->cap_partial)
		return 0;
	p = realloc(c->partial, cap);
	if (!p)
		return -ENOMEM;
	c->partial = p;
	c->cap_partial = cap;
	return 0;
}

/* Bounded: message_take refuses a message of more octets than the limit, and a read brings at most
 * SIP_TCP_READ. */
static int partial_add(struct sip_conn *c, struct str octets)
{
	if (partial_reserve(c, c->n_partial + octets.n))
		return -ENOMEM;
	memcpy(c->partial + c->n_partial, octets.p, octets.n);
	c->n_partial += octets.n;
	return 0;
}

/* An idle connection holds no buffer. */
static void partial_drop(struct sip_conn *c)
{
	free(c->partial);
	c->partial = NULL;
	c->n_partial = c->cap_partial = 0;
}

static int received(struct sip_conn *c, struct str octets)
{
	struct str rest = octets;
	bool held = c->n_partial > 0;

	if (held) {
		if (partial_add(c, octets))
			return -ENOMEM;
		if (c->need > c->n_partial)
			return 0;
		rest = (struct str){ c->partial, c->n_partial };
	}
	c->need = 0;
	while (rest.n && message_take(c, &rest))
		;
	if (!rest.n || c->left) {
		partial_drop(c);
		return 0;
	}
	if (!held)
		return partial_add(c, rest);
	memmove(c->partial, rest.p, rest.n);
	c->n_partial = rest.n;
	return 0;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct sip_conn *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->transport->tcp_octets, sizeof(c->transport->tcp_octets));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct sip_conn *c = stream->data;
	int err = n < 0 ? (int)n : 0;

	if (n > 0 && !c->left)
		err = received(c, (struct str){ buf->base, (size_t)n });
	if (err)
		conn_close(c, err == UV_EOF ? -ECONNRESET : err);
}

/* ---- opening ---- */

static struct sip_conn *conn_new(struct sip_transport *t)
{
	struct sip_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	if (timer_init(&c->idle, t->heap, "SIP idle", on_idle, c)) {
		free(c);
		return NULL;
	}
	if (uv_tcp_init(t->loop, &c->tcp)) {
		timer_close(&c->idle);
		free(c);
		return NULL;
	}
	t->handles++;
	c->tcp.data = c;
	c->transport = t;
	c->hop.proto = SIP_PROTO_TCP;
	c->hop.conn = ++t->last_conn;
	c->active_us = now_us(c);
	list_init(&c->watches);
	return c;
}

/* Of a connection that is in no table yet. */
static void conn_discard(struct sip_conn *c)
{
	c->closing = true;
	timer_close(&c->idle);
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void names_get(struct sip_conn *c)
{
	int n = sizeof(c->hop.local);

	(void)uv_tcp_getsockname(&c->tcp, &c->hop.local.sa, &n);
	n = sizeof(c->hop.remote);
	(void)uv_tcp_getpeername(&c->tcp, &c->hop.remote.sa, &n);
}

static int conn_begin(struct sip_conn *c)
{
	c->connected = true;
	(void)uv_tcp_nodelay(&c->tcp, NODELAY);
	timer_start_ms(&c->idle, c->transport->conf.idle_ms);
	return uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct sip_conn *c = connect->handle->data;
	union sip_sockaddr remote = c->hop.remote;

	if (c->closing)
		return;
	if (!status) {
		names_get(c);
		c->hop.remote = remote; /* as it was asked for, so that it is found again */
		status = conn_begin(c);
	}
	if (status)
		conn_close(c, status);
}

static struct sip_conn *conn_connect(struct sip_transport *t, const union sip_sockaddr *remote,
				     bool stranger, int *err)
{
	struct sip_conn *c;

	if (t->connections - t->accepted >= t->conf.max_connections ||
	    (stranger && t->n_strangers >= strangers_most(t))) {
		counter_add(&over_limit, 1);
		*err = -EMFILE;
		return NULL;
	}
	c = conn_new(t);
	if (!c) {
		*err = -ENOMEM;
		return NULL;
	}
	c->hop.remote = *remote;
	*err = uv_tcp_connect(&c->connect, &c->tcp, &remote->sa, on_connected);
	if (!*err)
		*err = conn_insert(c);
	if (*err) {
		conn_discard(c);
		return NULL;
	}
	if (stranger)
		stranger_add(c);
	timer_start_ms(&c->idle, CONNECT_MS);
	return c;
}

static bool has_room(const struct sip_transport *t, bool stranger)
{
	return t->accepted < t->conf.max_connections &&
	       (!stranger || t->n_strangers < strangers_most(t));
}

/* At most one is closed: those who wait on it may open another one. */
static void room_make(struct sip_transport *t, bool stranger)
{
	struct list_node *next;
	char text[SIP_HOP_TEXT_MAX];

	for (struct list_node *n = list_first(&t->strangers); n && !has_room(t, stranger);
	     n = next) {
		struct sip_conn *c = container_of(n, struct sip_conn, stranger);

		next = list_next(&t->strangers, n);
		if (is_known(t, &c->hop.remote)) { /* meanwhile */
			stranger_remove(c);
			continue;
		}
		if (!c->accepted && t->accepted >= t->conf.max_connections)
			continue;
		counter_add(&displaced, 1);
		log_write(LOG_INFO, "sip", "connection %s closed for a newer one: of no trunk",
			  sip_hop_text(&c->hop, text));
		conn_close(c, -ECONNABORTED);
		return;
	}
}

static void on_connection(uv_stream_t *server, int status)
{
	struct sip_socket *s = server->data;
	struct sip_transport *t = s->transport;
	struct sip_conn *c;
	bool stranger;
	char text[SIP_HOP_TEXT_MAX];

	if (status < 0 || t->closing)
		return;
	c = conn_new(t);
	if (!c) { /* libuv listens no more until this one is accepted */
		timer_start_ms(&s->again, AGAIN_MS);
		return;
	}
	if (uv_accept(server, (uv_stream_t *)&c->tcp)) {
		conn_discard(c);
		return;
	}
	names_get(c);
	c->accepted = true;
	stranger = !is_known(t, &c->hop.remote);
	room_make(t, stranger);
	if (!has_room(t, stranger)) {
		counter_add(&over_limit, 1);
		log_write(LOG_WARNING, "sip", "connection %s refused: %zu are open",
			  sip_hop_text(&c->hop, text), t->accepted);
		conn_discard(c);
		return;
	}
	if (conn_insert(c)) {
		conn_discard(c);
		return;
	}
	if (stranger)
		stranger_add(c);
	status = conn_begin(c);
	if (status)
		conn_close(c, status);
}

static void on_again(struct timer *timer, void *arg)
{
	struct sip_socket *s = arg;

	(void)timer;
	on_connection((uv_stream_t *)&s->tcp, 0);
}

static void on_listen_failed(uv_handle_t *handle)
{
	struct sip_socket *s = handle->data;
	struct sip_transport *t = s->transport;

	free(s);
	t->handles--;
	sip_transport_release(t);
}

int sip_tcp_listen(struct sip_socket *socket, const union sip_sockaddr *address)
{
	struct sip_transport *t = socket->transport;
	bool v6 = address->sa.sa_family == AF_INET6;
	union sip_sockaddr bound = { 0 };
	int n = sizeof(bound);
	int err = uv_tcp_init(t->loop, &socket->tcp);

	if (err) {
		free(socket);
		return err;
	}
	counter_list(&opened);
	counter_list(&over_limit);
	counter_list(&displaced);
	counter_list(&idled);
	counter_list(&stalled);
	socket->tcp.data = socket;
	t->handles++;
	err = timer_init(&socket->again, t->heap, "SIP accept", on_again, socket);
	if (!err)
		err = uv_tcp_bind(&socket->tcp, &address->sa, v6 ? UV_TCP_IPV6ONLY : 0);
	if (!err)
		err = uv_listen((uv_stream_t *)&socket->tcp, BACKLOG, on_connection);
	if (!err)
		err = uv_tcp_getsockname(&socket->tcp, &bound.sa, &n);
	if (err) {
		timer_close(&socket->again);
		uv_close(&socket->handle, on_listen_failed);
	} else {
		sip_socket_bound(socket, &bound);
	}
	return err;
}
