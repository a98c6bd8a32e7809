/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Datagrams sent while received ones are worked on leave together, in order, and fail one by one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/sip/transport.h"
#include "tests/unit/cu.h"

#define BURST	  40 /* more than one batch; its answers more than are gathered */
#define ANSWERS	  3
#define LARGE	  3000
#define BROADCAST "255.255.255.255" /* the kernel refuses it at once: EACCES */
#define BRANCH	  "z9hG4bK1"
#define LOST                                                                                       \
	"OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=" BRANCH "\r\n"              \
	"From: <sip:b@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"

static struct {
	uv_loop_t loop;
	struct timer_heap *heap;
	struct sip_transport *transport;
	union sip_sockaddr at;
	unsigned received, sent, failed, others;
	int error;
	bool fail, close;
	struct sip_watch watch, other;
} t;

static void on_error(struct sip_watch *watch, int error)
{
	if (watch == &t.other)
		t.others++;
	else
		t.failed++;
	t.error = error;
}

/* A few are too large to be gathered; between them are more than are gathered at once. */
static size_t octets_of(unsigned number)
{
	return number % 40 == 36 ? LARGE : 100;
}

/* Numbered. */
static void answer(const struct sip_hop *hop)
{
	static char text[LARGE];
	struct sip_hop to = *hop;
	size_t n = octets_of(t.sent);

	memset(text, 'x', sizeof(text));
	snprintf(text, sizeof(text), "%u", t.sent++);
	CU_ASSERT_EQUAL(
		sip_transport_ops.send(t.transport, &to, (struct str){ text, n }, NULL, false), 0);
}

static void answer_nobody(void)
{
	struct sip_hop to = { .proto = SIP_PROTO_UDP };

	CU_ASSERT_EQUAL(sip_sockaddr_set(&to.remote, STR(BROADCAST), 5060), 0);
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &to, STR(LOST), &t.watch, false), 0);
	CU_ASSERT_EQUAL(t.failed, 0); /* it was gathered */
}

static void on_received(void *user, struct sip_msg *msg, const struct sip_hop *hop,
			struct str octets)
{
	(void)user;
	(void)msg;
	(void)octets;
	t.received++;
	answer(hop);
	if (t.fail)
		answer_nobody();
	for (unsigned i = 1; i < ANSWERS; i++)
		answer(hop);
	if (t.close)
		sip_transport_free(t.transport);
}

static int peer_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct timeval limit = { .tv_sec = 2 };

	CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	CU_ASSERT_EQUAL_FATAL(connect(fd, &t.at.sa, sip_sockaddr_length(&t.at)), 0);
	return fd;
}

static void setup(void)
{
	static const struct sip_transport_conf conf = {
		.max_connections = 1, .idle_ms = 1000, .max_message = 65536, .max_queue = 1000
	};

	memset(&t, 0, sizeof(t));
	t.watch = t.other =
		(struct sip_watch){ .fn = on_error, .branch = STR(BRANCH), .method = SIP_OPTIONS };
	uv_loop_init(&t.loop);
	t.heap = timer_heap_new(&clock_monotonic);
	t.transport = sip_transport_new(&t.loop, t.heap, &conf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t.transport);
	sip_transport_receiver(t.transport, on_received, NULL);
	CU_ASSERT_EQUAL_FATAL(
		sip_transport_listen(t.transport, SIP_PROTO_UDP, STR("127.0.0.1"), 0, &t.at), 0);
}

static void teardown(int fd)
{
	close(fd);
	if (!t.close)
		sip_transport_free(t.transport);
	uv_run(&t.loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(uv_loop_close(&t.loop), 0);
	timer_heap_free(t.heap);
}

static void ask(int fd, unsigned times)
{
	static const char response[] =
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
		"From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>;tag=2\r\n"
		"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

	for (unsigned i = 0; i < times; i++)
		CU_ASSERT(send(fd, response, sizeof(response) - 1, 0) > 0);
	/* On loopback they are there already. */
	for (unsigned i = 0; i < 20; i++)
		uv_run(&t.loop, UV_RUN_NOWAIT);
	CU_ASSERT_EQUAL(t.received, times);
}

static void answers_read(int fd, unsigned n)
{
	static char text[2 * LARGE];

	for (unsigned i = 0; i < n; i++) {
		ssize_t octets = recv(fd, text, sizeof(text), 0);

		CU_ASSERT_EQUAL(octets, octets_of(i));
		CU_ASSERT_EQUAL(strtoul(text, NULL, 10), i);
	}
}

static void in_order(void)
{
	setup();
	int fd = peer_open();

	ask(fd, BURST);
	answers_read(fd, BURST * ANSWERS);
	teardown(fd);
}

/* The error reaches who sent there; what was sent before and behind it leaves. */
static void one_fails(void)
{
	struct sip_hop peer = { .proto = SIP_PROTO_UDP };
	socklen_t n = sizeof(peer.remote);

	setup();
	t.fail = true;
	int fd = peer_open();

	getsockname(fd, &peer.remote.sa, &n);
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &peer, STR("hello"), &t.other, false),
			0);
	ask(fd, 1);
	CU_ASSERT_EQUAL(t.failed, 1);
	CU_ASSERT_EQUAL(t.error, -EACCES);
	CU_ASSERT_EQUAL(t.others, 0);
	CU_ASSERT_EQUAL(recv(fd, &(char[8]){ 0 }, 8, 0), 5);
	answers_read(fd, ANSWERS);
	/* Outside of a batch it is told at once. */
	CU_ASSERT_EQUAL(sip_sockaddr_set(&peer.remote, STR(BROADCAST), 5060), 0);
	peer.local.sa.sa_family = 0;
	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &peer, STR(LOST), NULL, false),
			-EACCES);
	sip_transport_ops.unwatch(t.transport, &t.other);
	teardown(fd);
}

/* What was answered before the transport ended is on its way. */
static void closed_inside(void)
{
	setup();
	t.close = true;
	int fd = peer_open();

	ask(fd, 1);
	answers_read(fd, ANSWERS);
	teardown(fd);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "in order", in_order },
		{ "one fails", one_fails },
		{ "closed inside", closed_inside },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip transport, gathered", tests, argc, argv);
}
