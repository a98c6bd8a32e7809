/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A transport on real sockets of the loopback interface, with a clock that the test turns. Included
 * by the tests of the transport layer. */
#include "gw/sip/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/sip/locate.h"
#include "gw/sip/transaction.h"
#include "tests/unit/cu.h"

#define REQUEST                                                                                    \
	"OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/%s "                                      \
	"127.0.0.9:5999;branch=z9hG4bK%u;rport\r\n"                                                \
	"From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: %u\r\nCSeq: 1 "        \
	"OPTIONS\r\n"                                                                              \
	"Max-Forwards: 70\r\nContent-Length: %u\r\n\r\n"

static struct {
	uv_loop_t loop;
	uv_timer_t tick;
	unsigned ticks;
	uint64_t now_us;
	struct timer_heap *heap;
	struct sip_transport *transport;
	union sip_sockaddr at;
	unsigned messages;
	size_t octets; /* of the last message */
	struct sip_hop hop;
	char received[64]; /* of the top Via */
	uint16_t rport;
	bool answer; /* every request with 200 over its connection */
	int answered;
	unsigned errors;
	int error;
} t;

static inline uint64_t fake_now(void *arg)
{
	(void)arg;
	return t.now_us;
}

static inline void on_tick(uv_timer_t *tick)
{
	(void)tick;
	t.ticks++;
}

/* Some turns of the loop: enough for what is on its way on loopback. */
static inline void turn(void)
{
	for (unsigned i = 0; i < 6; i++)
		uv_run(&t.loop, UV_RUN_NOWAIT);
}

/* Until *value is at least wanted, or two seconds. */
static inline bool until(const unsigned *value, unsigned wanted)
{
	unsigned last = t.ticks + 400;

	while (*value < wanted && t.ticks < last)
		uv_run(&t.loop, UV_RUN_ONCE);
	return *value >= wanted;
}

static inline void clock_run(uint64_t ms)
{
	t.now_us += ms * 1000;
	timer_heap_run(t.heap);
	turn();
}

static inline void on_received(void *user, struct sip_msg *msg, const struct sip_hop *hop,
			       struct str octets)
{
	static const char ok[] = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";

	(void)user;
	t.messages++;
	t.octets = octets.n;
	t.hop = *hop;
	if (!msg->request)
		return;
	snprintf(t.received, sizeof(t.received), "%.*s", STR_FMT(msg->via->received));
	t.rport = msg->via->rport_port;
	if (t.answer) {
		struct sip_hop to = *hop;

		t.answered = sip_transport_ops.send(t.transport, &to, STR(ok), NULL, true);
	}
}

static inline void open_with(enum sip_proto proto, const char *address,
			     const struct sip_transport_conf *conf)
{
	struct clock_source clock = { fake_now, NULL };

	memset(&t, 0, sizeof(t));
	t.now_us = 1;
	uv_loop_init(&t.loop);
	uv_timer_init(&t.loop, &t.tick);
	uv_timer_start(&t.tick, on_tick, 5, 5);
	t.heap = timer_heap_new(&clock);
	t.transport = sip_transport_new(&t.loop, t.heap, conf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t.transport);
	sip_transport_receiver(t.transport, on_received, NULL);
	CU_ASSERT_EQUAL_FATAL(sip_transport_listen(t.transport, proto, str_c(address), 0, &t.at),
			      0);
}

static inline void open_at(enum sip_proto proto, const char *address)
{
	struct sip_transport_conf conf = {
		.max_connections = 8, .idle_ms = 60000, .max_message = 65536, .max_queue = 1 << 20
	};

	open_with(proto, address, &conf);
}

static inline void close_all(void)
{
	sip_transport_free(t.transport);
	uv_close((uv_handle_t *)&t.tick, NULL);
	uv_run(&t.loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&t.loop), 0);
	CU_ASSERT_EQUAL(timer_heap_running(t.heap), 0);
	timer_heap_free(t.heap);
}

/* A peer's socket. */
static inline int peer_open(int type, const union sip_sockaddr *to)
{
	int fd = socket(to->sa.sa_family, type | SOCK_CLOEXEC, 0);

	CU_ASSERT_EQUAL_FATAL(connect(fd, &to->sa, sip_sockaddr_length(to)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static inline size_t peer_read(int fd, char *text, size_t cap)
{
	size_t n = 0;

	for (unsigned i = 0; i < 200 && n == 0; i++) {
		ssize_t got;

		turn();
		got = recv(fd, text, cap - 1, 0);
		if (got >= 0) {
			n = (size_t)got;
			break;
		}
		uv_run(&t.loop, UV_RUN_ONCE);
	}
	text[n] = '\0';
	return n;
}

static inline bool peer_at_end(int fd)
{
	char octet;

	for (unsigned i = 0; i < 200; i++) {
		ssize_t n;

		turn();
		n = recv(fd, &octet, 1, 0);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return true;
		if (n < 0)
			uv_run(&t.loop, UV_RUN_ONCE);
	}
	return false;
}

static inline size_t request(char *text, size_t cap, const char *proto, unsigned number,
			     unsigned body)
{
	return (size_t)snprintf(text, cap, REQUEST "%.*s", proto, number, number, body, (int)body,
				"0123456789abcdefghij");
}

static inline void on_error(struct sip_watch *watch, int error)
{
	(void)watch;
	t.errors++;
	t.error = error;
}
