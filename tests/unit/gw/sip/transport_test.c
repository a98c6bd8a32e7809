/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The transport layer. RFC 3261 18. */
#include "tests/unit/gw/sip/transport_rig.c"

/* ---- UDP ---- */

static void udp_echo(const char *address)
{
	char text[2048], host[SIP_ADDRESS_MAX];

	open_at(SIP_PROTO_UDP, address);
	int fd = peer_open(SOCK_DGRAM, &t.at);
	union sip_sockaddr me = { 0 };
	socklen_t n = sizeof(me);

	getsockname(fd, &me.sa, &n);
	t.answer = true;
	CU_ASSERT(send(fd, text, request(text, sizeof(text), "UDP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	CU_ASSERT(sip_sockaddr_eq(&t.hop.remote, &me));
	CU_ASSERT(sip_sockaddr_eq(&t.hop.local, &t.at));
	CU_ASSERT_STRING_EQUAL(t.received, sip_sockaddr_host(&me, host).p);
	CU_ASSERT_EQUAL(t.rport, sip_sockaddr_port(&me));
	CU_ASSERT_EQUAL(t.answered, 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
	CU_ASSERT_NSTRING_EQUAL(text, "SIP/2.0 200", 11);
	close(fd);
	close_all();
}

static void test_udp(void)
{
	udp_echo("127.0.0.1");
}

static void test_udp6(void)
{
	udp_echo("::1");
}

/* RFC 3581 4: from the address that the request was sent to. */
static void test_udp_wildcard(void)
{
	char text[2048];

	open_at(SIP_PROTO_UDP, "0.0.0.0");
	t.answer = true;
	CU_ASSERT_EQUAL(sip_sockaddr_set(&t.at, STR("127.0.0.2"), sip_sockaddr_port(&t.at)), 0);
	int fd = peer_open(SOCK_DGRAM, &t.at); /* connected: takes nothing from 127.0.0.1 */

	CU_ASSERT(send(fd, text, request(text, sizeof(text), "UDP", 1, 0), 0) > 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);

	struct sip_hop hop = { .proto = SIP_PROTO_UDP, .remote = t.at };
	struct sip_sent_by by;

	CU_ASSERT_EQUAL(sip_transport_ops.sent_by(t.transport, &hop, &by), 0);
	CU_ASSERT_NSTRING_EQUAL(by.host, "127.0.0.", 8);
	CU_ASSERT_EQUAL(by.port, sip_sockaddr_port(&t.at));
	hop.proto = SIP_PROTO_TCP;
	CU_ASSERT_EQUAL(sip_transport_ops.sent_by(t.transport, &hop, &by), -ENOTSUP);
	CU_ASSERT(sip_transport_has(t.transport, SIP_PROTO_UDP, AF_INET));
	CU_ASSERT_FALSE(sip_transport_has(t.transport, SIP_PROTO_UDP, AF_INET6));
	CU_ASSERT_FALSE(sip_transport_has(t.transport, SIP_PROTO_TCP, AF_INET));
	close(fd);
	close_all();
}

static void test_udp_burst(void)
{
	char text[2048];

	open_at(SIP_PROTO_UDP, "127.0.0.1");
	int fd = peer_open(SOCK_DGRAM, &t.at);

	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT(send(fd, text, request(text, sizeof(text), "UDP", i, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 100));
	close(fd);
	close_all();
}

static void test_udp_bad(void)
{
	char text[2048];

	open_at(SIP_PROTO_UDP, "127.0.0.1");
	int fd = peer_open(SOCK_DGRAM, &t.at);

	send(fd, "rubbish", 7, 0);
	send(fd, "\r\n\r\n", 4, 0);
	send(fd, "\r\n", 2, 0);
	send(fd, "", 0, 0);
	snprintf(text, sizeof(text),
		 "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
		 "127.0.0.9;branch=z9hG4bK1;rport\r\n"
		 "From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: "
		 "what OPTIONS\r\n\r\n");
	send(fd, text, strlen(text), 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
	CU_ASSERT_NSTRING_EQUAL(text, "SIP/2.0 400 ", 12);
	CU_ASSERT(strstr(text, "To: <sip:a@127.0.0.1>;tag=") != NULL);
	CU_ASSERT(strstr(text, ";received=127.0.0.1;rport=") != NULL);
	turn();
	CU_ASSERT(recv(fd, text, sizeof(text), 0) < 0); /* nothing else was answered */
	CU_ASSERT_EQUAL(t.messages, 0);
	close(fd);
	close_all();
}

static void test_udp_large(void)
{
	struct sip_transport_conf conf = {
		.max_connections = 1, .idle_ms = 1000, .max_message = 2000, .max_queue = 1000
	};
	char text[4096];
	size_t n;

	open_with(SIP_PROTO_UDP, "127.0.0.1", &conf);
	int fd = peer_open(SOCK_DGRAM, &t.at);

	n = request(text, sizeof(text), "UDP", 1, 0);
	memset(text + n, 'x', 2500); /* octets behind Content-Length count too */
	send(fd, text, n + 2500, 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
	CU_ASSERT_NSTRING_EQUAL(text, "SIP/2.0 513 ", 12);
	CU_ASSERT_EQUAL(t.messages, 0);
	close(fd);
	close_all();
}

/* ---- TCP ---- */

static void test_tcp(void)
{
	char text[2048];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	t.answer = true;
	int fd = peer_open(SOCK_STREAM, &t.at);

	CU_ASSERT(send(fd, text, request(text, sizeof(text), "TCP", 1, 20), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	CU_ASSERT(t.hop.conn != 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
	CU_ASSERT_NSTRING_EQUAL(text, "SIP/2.0 200", 11);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 1);
	close(fd);
	for (unsigned i = 0; i < 20 && sip_transport_connections(t.transport); i++)
		uv_run(&t.loop, UV_RUN_ONCE);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 0);
	close_all();
}

static void test_tcp6(void)
{
	char text[2048];

	open_at(SIP_PROTO_TCP, "::1");
	t.answer = true;
	int fd = peer_open(SOCK_STREAM, &t.at);

	CU_ASSERT(send(fd, text, request(text, sizeof(text), "TCP", 1, 20), 0) > 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
	CU_ASSERT_STRING_EQUAL(t.received, "::1");
	close(fd);
	close_all();
}

/* Two segments, cut at every octet. */
static void test_tcp_split(void)
{
	char text[2048];
	size_t n = request(text, sizeof(text), "TCP", 1, 20);

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at), one = 1;

	setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof(one));
	until(&t.ticks, 1);
	for (size_t cut = 1; cut < n; cut++) {
		send(fd, text, cut, 0);
		turn();
		CU_ASSERT_EQUAL(t.messages, cut - 1);
		send(fd, text + cut, n - cut, 0);
		CU_ASSERT(until(&t.messages, (unsigned)cut));
		CU_ASSERT_EQUAL(t.octets, n);
	}
	close(fd);
	close_all();
}

static void test_tcp_octets(void)
{
	char text[2048];
	size_t n = request(text, sizeof(text), "TCP", 1, 5);

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at), one = 1;

	setsockopt(fd, IPPROTO_TCP, 1, &one, sizeof(one));
	for (unsigned k = 0; k < 2; k++) {
		for (size_t i = 0; i < n; i++) {
			send(fd, text + i, 1, 0);
			turn();
		}
		CU_ASSERT(until(&t.messages, k + 1));
	}
	close(fd);
	close_all();
}

/* Many messages in one segment, with keep-alives between, and the last one cut. */
static void test_tcp_several(void)
{
	static char text[60000];
	size_t n = 0, cut;
	unsigned number = 0;

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at);

	while (n < sizeof(text) - 1000) {
		n += request(text + n, sizeof(text) - n, "TCP", number, number % 21);
		if (++number % 3 == 0) {
			memcpy(text + n, "\r\n", 2);
			n += 2;
		}
	}
	cut = n - 10;
	CU_ASSERT_EQUAL(send(fd, text, cut, 0), (ssize_t)cut);
	until(&t.messages, number - 1);
	turn();
	CU_ASSERT_EQUAL(t.messages, number - 1);
	send(fd, text + cut, n - cut, 0);
	CU_ASSERT(until(&t.messages, number));
	close(fd);
	close_all();
}

/* RFC 5626 4.4.1 */
static void test_tcp_keepalive(void)
{
	char text[64];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at);

	send(fd, "\r\n\r\n", 4, 0);
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 2);
	CU_ASSERT_STRING_EQUAL(text, "\r\n");
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT(recv(fd, text, sizeof(text), 0) < 0);
		send(fd, &"\r\n\r\n"[i], 1, 0);
		turn();
		turn();
	}
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 2);
	CU_ASSERT_EQUAL(t.messages, 0);
	close(fd);
	close_all();
}

static void refused(const char *bad, const char *status)
{
	char text[2048];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at);

	send(fd, bad, strlen(bad), 0);
	if (status) {
		CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
		CU_ASSERT_NSTRING_EQUAL(text, status, strlen(status));
	}
	CU_ASSERT(peer_at_end(fd));
	CU_ASSERT_EQUAL(t.messages, 0);
	/* the peer is given time to read that, then the descriptor goes */
	close(fd);
	for (unsigned i = 0; i < 20 && sip_transport_connections(t.transport); i++)
		uv_run(&t.loop, UV_RUN_ONCE);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 0);
	close_all();
}

/* 18.3: without a Content-Length nobody knows where the next message begins. */
static void test_tcp_no_length(void)
{
	refused("OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.9;branch=z9hG4bK1\r\n"
		"From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 "
		"OPTIONS\r\n\r\nmore",
		"SIP/2.0 400 ");
	refused("GET / HTTP/1.1\r\nHost: x\r\n\r\n", NULL);
}

static void test_tcp_too_long(void)
{
	static char text[70000];

	refused("OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.9;branch=z9hG4bK1\r\n"
		"From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 "
		"OPTIONS\r\n"
		"Content-Length: 100000\r\n\r\nmore",
		"SIP/2.0 513 ");
	/* a header section that never ends */
	memset(text, 'x', sizeof(text) - 1);
	refused(text, NULL);
}

/* A well-framed message that is wrong inside leaves the connection open. */
static void test_tcp_bad_inside(void)
{
	char text[2048];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at);

	snprintf(text, sizeof(text),
		 "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.9;branch=z9hG4bK1\r\n"
		 "From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: x "
		 "OPTIONS\r\n"
		 "Content-Length: 0\r\n\r\n");
	send(fd, text, strlen(text), 0);
	CU_ASSERT(peer_read(fd, text, sizeof(text)) > 0);
	CU_ASSERT_NSTRING_EQUAL(text, "SIP/2.0 400 ", 12);
	CU_ASSERT(send(fd, text, request(text, sizeof(text), "TCP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	close(fd);
	close_all();
}

static void test_tcp_idle(void)
{
	char text[2048];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	int fd = peer_open(SOCK_STREAM, &t.at), dripping = peer_open(SOCK_STREAM, &t.at);

	CU_ASSERT(send(fd, text, request(text, sizeof(text), "TCP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	clock_run(40000);
	CU_ASSERT(send(fd, text, request(text, sizeof(text), "TCP", 2, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 2));
	send(dripping, "OPT", 3, 0);
	turn();
	clock_run(20000);
	CU_ASSERT(peer_at_end(dripping)); /* it never sent a whole message */
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 1);
	clock_run(39999);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 1);
	clock_run(1);
	CU_ASSERT(peer_at_end(fd));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 0);
	close(fd);
	close(dripping);
	close_all();
}

/* A listening socket of a peer. */
static int peer_listen_at(const char *host, union sip_sockaddr *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(*at);

	CU_ASSERT_EQUAL(sip_sockaddr_set(at, str_c(host), 0), 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, &at->sa, sizeof(at->in4)), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 8), 0);
	getsockname(fd, &at->sa, &n);
	return fd;
}

static int peer_listen(union sip_sockaddr *at)
{
	return peer_listen_at("127.0.0.1", at);
}

static int send_to(const union sip_sockaddr *remote, const char *text)
{
	struct sip_hop hop = { .proto = SIP_PROTO_TCP, .remote = *remote };

	return sip_transport_ops.send(t.transport, &hop, str_c(text), NULL, false);
}

static void test_tcp_limit(void)
{
	struct sip_transport_conf conf = {
		.max_connections = 2, .idle_ms = 1000, .max_message = 2000, .max_queue = 1000
	};
	union sip_sockaddr peer[3];
	char text[2048];
	int fd[3], listening[3];

	open_with(SIP_PROTO_TCP, "127.0.0.1", &conf);
	for (unsigned i = 0; i < 3; i++) {
		fd[i] = peer_open(SOCK_STREAM, &t.at);
		turn();
	}
	CU_ASSERT(peer_at_end(fd[2]));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 2);
	CU_ASSERT(send(fd[1], text, request(text, sizeof(text), "TCP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	/* What others opened does not stop us. */
	for (unsigned i = 0; i < 3; i++) {
		listening[i] = peer_listen(&peer[i]);
		CU_ASSERT_EQUAL(send_to(&peer[i], "x"), i < 2 ? 0 : -EMFILE);
	}
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 4);
	for (unsigned i = 0; i < 3; i++) {
		close(fd[i]);
		close(listening[i]);
	}
	close_all();
}

#define STRANGER "127.0.0.2"

/* From 127.0.0.N on nobody is known. */
static bool known(void *user, const union sip_sockaddr *remote)
{
	return (ntohl(remote->in4.sin_addr.s_addr) & 0xff) < *(const unsigned *)user;
}

static int peer_from(const char *host)
{
	union sip_sockaddr from;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CU_ASSERT_EQUAL(sip_sockaddr_set(&from, str_c(host), 0), 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, &from.sa, sip_sockaddr_length(&from)), 0);
	CU_ASSERT_EQUAL_FATAL(connect(fd, &t.at.sa, sip_sockaddr_length(&t.at)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	turn();
	return fd;
}

static void open_for_strangers(unsigned *first)
{
	const struct sip_transport_conf conf = {
		.max_connections = 20, .idle_ms = 60000, .max_message = 2000, .max_queue = 1000
	};

	open_with(SIP_PROTO_TCP, "127.0.0.1", &conf);
	*first = 2;
	sip_transport_known(t.transport, known, first);
}

/* A tenth: a new one takes the place of the one that was silent longest. */
static void test_tcp_strangers(void)
{
	char text[2048];
	unsigned first;
	int a, b, c, d, peers[21];

	open_for_strangers(&first);
	a = peer_from(STRANGER);
	b = peer_from(STRANGER);
	CU_ASSERT(send(a, text, request(text, sizeof(text), "TCP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	c = peer_from(STRANGER);
	CU_ASSERT(peer_at_end(b));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 2);
	CU_ASSERT(send(a, text, request(text, sizeof(text), "TCP", 2, 0), 0) > 0);
	CU_ASSERT(send(c, text, request(text, sizeof(text), "TCP", 3, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 3));
	/* They go where a trunk's peer would find no room, and do not come back then. */
	for (unsigned i = 0; i < 20; i++)
		peers[i] = peer_from("127.0.0.1");
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 20);
	CU_ASSERT(peer_at_end(a) && peer_at_end(c));
	d = peer_from(STRANGER);
	peers[20] = peer_from("127.0.0.1");
	CU_ASSERT(peer_at_end(d) && peer_at_end(peers[20]));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 20);
	for (unsigned i = 0; i < 21; i++)
		close(peers[i]);
	close(a);
	close(b);
	close(c);
	close(d);
	close_all();
}

/* Those of a trunk that was learnt of later stay. */
static void test_tcp_known_later(void)
{
	unsigned first;
	int fd[5];

	open_for_strangers(&first);
	fd[0] = peer_from(STRANGER);
	fd[1] = peer_from(STRANGER);
	first = 3;
	fd[2] = peer_from("127.0.0.3");
	fd[3] = peer_from("127.0.0.3");
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 4);
	fd[4] = peer_from("127.0.0.3");
	CU_ASSERT(peer_at_end(fd[2]));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 4);
	for (unsigned i = 0; i < 5; i++)
		close(fd[i]);
	close_all();
}

/* 18.2.2: strangers cannot have us open more for their responses; requests of ours go anywhere. */
static void test_tcp_strangers_out(void)
{
	union sip_sockaddr peer[4];
	unsigned first;
	int listening[4];

	open_for_strangers(&first);
	for (unsigned i = 0; i < 4; i++)
		listening[i] = peer_listen_at(STRANGER, &peer[i]);
	CU_ASSERT_EQUAL(send_to(&peer[0], "SIP/2.0 403 Forbidden\r\n"), 0);
	CU_ASSERT_EQUAL(send_to(&peer[1], "SIP/2.0 403 Forbidden\r\n"), 0);
	CU_ASSERT_EQUAL(send_to(&peer[2], "SIP/2.0 403 Forbidden\r\n"), -EMFILE);
	CU_ASSERT_EQUAL(send_to(&peer[3], "BYE sip:a@127.0.0.2 SIP/2.0\r\n"), 0);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 3);
	for (unsigned i = 0; i < 4; i++)
		close(listening[i]);
	close_all();
}

static int peer_accept(int listening)
{
	int fd = -1;

	for (unsigned i = 0; i < 200 && fd < 0; i++) {
		turn();
		fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			uv_run(&t.loop, UV_RUN_ONCE);
	}
	return fd;
}

static void test_tcp_out(void)
{
	struct sip_watch watch = { .fn = on_error };
	char text[256];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	struct sip_hop hop = { .proto = SIP_PROTO_TCP }, again;
	int listening = peer_listen(&hop.remote);

	again = hop;
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop, STR("one "), &watch, false), 0);
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &again, STR("two "), NULL, false), 0);
	CU_ASSERT_EQUAL(hop.conn, again.conn); /* reused, even while it is being made */
	int fd = peer_accept(listening);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 8);
	CU_ASSERT_STRING_EQUAL(text, "one two ");
	again.conn = 0;
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &again, STR("three"), NULL, false), 0);
	CU_ASSERT_EQUAL(again.conn, hop.conn);
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 5);
	/* a request of the peer over it */
	char whole[2048];

	CU_ASSERT(send(fd, whole, request(whole, sizeof(whole), "TCP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	CU_ASSERT_EQUAL(t.hop.conn, hop.conn);
	/* its end is told to who waits */
	close(fd);
	CU_ASSERT(until(&t.errors, 1));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 0);
	/* a response must not open a connection by itself; 18.2.2 then says where to */
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop, STR("late"), NULL, true),
			-ENOTCONN);
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop, STR("late"), NULL, false), 0);
	fd = peer_accept(listening);
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 4);
	close(fd);
	close(listening);
	close_all();
}

static void test_tcp_refused(void)
{
	struct sip_watch watch = { .fn = on_error };

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	struct sip_hop hop = { .proto = SIP_PROTO_TCP };

	close(peer_listen(&hop.remote));
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop, STR("x"), &watch, false), 0);
	CU_ASSERT(until(&t.errors, 1));
	CU_ASSERT_EQUAL(t.error, -ECONNREFUSED);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 0);
	close_all();
}

/* A peer that reads slowly gets all octets in order; one that does not read is given up within the
 * bound. */
static void test_tcp_slow(void)
{
	static char block[50000], text[65536];
	struct sip_watch watch = { .fn = on_error };
	unsigned sent = 0, wrong = 0;
	size_t got = 0;
	int err = 0, small = 4096;

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	struct sip_hop hop = { .proto = SIP_PROTO_TCP };
	int listening = peer_listen(&hop.remote);

	setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop, STR("x"), &watch, false), 0);
	int fd = peer_accept(listening);

	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 1);
	for (; sent < 15; sent++) {
		memset(block, (int)('a' + sent), sizeof(block));
		CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop,
						       (struct str){ block, sizeof(block) }, NULL,
						       false),
				0);
	}
	for (unsigned idle = 0; got < sent * sizeof(block) && idle < 1000; idle++) {
		size_t n = peer_read(fd, text, sizeof(text));

		for (size_t i = 0; i < n; i++)
			wrong += text[i] != (char)('a' + (got + i) / sizeof(block));
		got += n;
	}
	CU_ASSERT_EQUAL(got, sent * sizeof(block));
	CU_ASSERT_EQUAL(wrong, 0);
	for (unsigned i = 0; i < 1000 && !err; i++)
		err = sip_transport_ops.send(t.transport, &hop,
					     (struct str){ block, sizeof(block) }, NULL, false);
	CU_ASSERT_EQUAL(err, -ENOBUFS);
	CU_ASSERT_EQUAL(t.errors, 1);
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 0);
	close(fd);
	close(listening);
	close_all();
}

static void test_listen(void)
{
	union sip_sockaddr at;

	open_at(SIP_PROTO_UDP, "127.0.0.1");
	CU_ASSERT_EQUAL(sip_transport_listen(t.transport, SIP_PROTO_UDP, STR("127.0.0.1"),
					     sip_sockaddr_port(&t.at), NULL),
			-EADDRINUSE);
	CU_ASSERT_EQUAL(sip_transport_listen(t.transport, SIP_PROTO_TCP, STR("127.0.0.1"), 0, &at),
			0);
	CU_ASSERT_EQUAL(sip_transport_listen(t.transport, SIP_PROTO_TCP, STR("127.0.0.1"),
					     sip_sockaddr_port(&at), NULL),
			-EADDRINUSE);
	CU_ASSERT_EQUAL(sip_transport_listen(t.transport, SIP_PROTO_UDP, STR("localhost"), 0, NULL),
			-EINVAL);
	CU_ASSERT_EQUAL(sip_transport_listen(t.transport, SIP_PROTO_TCP, STR("192.0.2.1"), 0, NULL),
			-EADDRNOTAVAIL);
	CU_ASSERT_EQUAL(sip_transport_listen(t.transport, SIP_PROTO_TLS, STR("127.0.0.1"), 0, NULL),
			-ENOTSUP);
	CU_ASSERT(sip_transport_has(t.transport, SIP_PROTO_TCP, AF_INET));
	turn();
	close_all();
}

/* ---- the whole stack over real sockets ---- */

static unsigned finals;
static char finals_text[64];

static void on_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	size_t n = strlen(finals_text);

	(void)user;
	(void)txn;
	finals++;
	snprintf(finals_text + n, sizeof(finals_text) - n, "%u ", msg->status);
}

static void on_request(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	(void)user;
	(void)msg;
	CU_ASSERT_EQUAL(sip_server_reply(txn, 200, STR_NONE), 0);
}

static void whole_stack(enum sip_proto proto)
{
	static const struct sip_stack_ops user = { .request = on_request };
	static const struct sip_client_ops ops = { .response = on_response };
	struct sip_stack_conf conf = { 0 };
	char uri[64], text[512];
	struct sip_txn *txn;

	open_at(proto, "127.0.0.1");
	struct sip_stack_parts parts = {
		.heap = t.heap,
		.ops = &sip_transport_ops,
		.transport = t.transport,
		.locator = { .udp = proto == SIP_PROTO_UDP,
			     .tcp = proto == SIP_PROTO_TCP,
			     .ipv4 = true },
	};
	struct sip_stack *stack = sip_stack_new(&conf, &parts);

	sip_stack_user(stack, &user, NULL);
	sip_transport_receiver(t.transport, sip_stack_received, stack);
	snprintf(uri, sizeof(uri), "sip:127.0.0.1:%u", sip_sockaddr_port(&t.at));
	snprintf(text, sizeof(text),
		 "OPTIONS %s SIP/2.0\r\nFrom: <sip:b@127.0.0.1>;tag=1\r\nTo: <%s>\r\nCall-ID: "
		 "1\r\nCSeq: 1 OPTIONS\r\n"
		 "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		 uri, uri);
	struct sip_client_params params = { .request = str_c(text),
					    .next_hop = str_c(uri),
					    .ops = &ops };

	finals = 0;
	finals_text[0] = '\0';
	CU_ASSERT_EQUAL(sip_client_start(stack, &params, &txn), 0);
	CU_ASSERT(until(&finals, 1));
	CU_ASSERT_STRING_EQUAL(finals_text, "200 ");
	clock_run(32000);
	clock_run(1);
	CU_ASSERT_EQUAL(sip_stack_transactions(stack), 0);
	sip_transport_receiver(t.transport, NULL, NULL);
	sip_stack_free(stack);
	close_all();
}

static void test_stack_udp(void)
{
	whole_stack(SIP_PROTO_UDP);
}

static void test_stack_tcp(void)
{
	whole_stack(SIP_PROTO_TCP);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "udp", test_udp },
		{ "udp6", test_udp6 },
		{ "udp_wildcard", test_udp_wildcard },
		{ "udp_burst", test_udp_burst },
		{ "udp_bad", test_udp_bad },
		{ "udp_large", test_udp_large },
		{ "tcp", test_tcp },
		{ "tcp6", test_tcp6 },
		{ "tcp_split", test_tcp_split },
		{ "tcp_octets", test_tcp_octets },
		{ "tcp_several", test_tcp_several },
		{ "tcp_keepalive", test_tcp_keepalive },
		{ "tcp_no_length", test_tcp_no_length },
		{ "tcp_too_long", test_tcp_too_long },
		{ "tcp_bad_inside", test_tcp_bad_inside },
		{ "tcp_idle", test_tcp_idle },
		{ "tcp_limit", test_tcp_limit },
		{ "tcp_strangers", test_tcp_strangers },
		{ "tcp_known_later", test_tcp_known_later },
		{ "tcp_strangers_out", test_tcp_strangers_out },
		{ "tcp_out", test_tcp_out },
		{ "tcp_refused", test_tcp_refused },
		{ "tcp_slow", test_tcp_slow },
		{ "listen", test_listen },
		{ "stack_udp", test_stack_udp },
		{ "stack_tcp", test_stack_tcp },
		CU_TEST_INFO_NULL,
	};

	return cu_run("transport", tests, argc, argv);
}
