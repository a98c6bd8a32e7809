/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ICMP errors about datagrams of ours, on real sockets: RFC 3261 18.4, 17.1.3, 17.2.3. */
#include "gw/sip/transport_private.h"
#include "tests/unit/gw/sip/transport_rig.c"

#define VIA    "Via: SIP/2.0/UDP 127.0.0.1:5060;branch="
#define PARTY  "From: <sip:b@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: 1\r\n"
#define BRANCH "z9hG4bK77ef4c2312983.1"
#define INVITE "INVITE sip:a@h SIP/2.0\r\n" VIA BRANCH "\r\n" PARTY "CSeq: 1 INVITE\r\n\r\n"
#define REFUSAL                                                                                    \
	"SIP/2.0 486 Busy\r\n" VIA BRANCH ";received=127.0.0.1\r\n" PARTY "CSeq: 1 INVITE\r\n\r\n"

static uint64_t ignored_before;

static unsigned ignored(void)
{
	return (unsigned)(atomic_load(&sip_icmp_ignored.value) - ignored_before);
}

static void begin(const char *address)
{
	open_at(SIP_PROTO_UDP, address);
	ignored_before = atomic_load(&sip_icmp_ignored.value);
}

/* Until so many errors came back, told or not, or two seconds. */
static bool came(unsigned n)
{
	unsigned last = t.ticks + 400;

	while (t.errors + ignored() < n && t.ticks < last)
		uv_run(&t.loop, UV_RUN_ONCE);
	turn();
	return t.errors + ignored() == n;
}

static struct sip_hop hop_of(int fd)
{
	struct sip_hop hop = { .proto = SIP_PROTO_UDP };
	socklen_t n = sizeof(hop.remote);

	getsockname(fd, &hop.remote.sa, &n);
	return hop;
}

/* A port where nobody listens any more. */
static struct sip_hop dead_hop(void)
{
	int fd = peer_open(SOCK_DGRAM, &t.at);
	struct sip_hop hop = hop_of(fd);

	close(fd);
	return hop;
}

static void send_to(const struct sip_hop *to, struct str octets, struct sip_watch *watch)
{
	struct sip_hop hop = *to;

	CU_ASSERT_EQUAL(sip_transport_ops.send(t.transport, &hop, octets, watch, false), 0);
}

/* How often one who waits for method and BRANCH is told when octets come back: 0 or 1. */
static unsigned told(const struct sip_hop *dead, bool response, enum sip_method method,
		     struct str octets)
{
	struct sip_watch watch = {
		.fn = on_error, .branch = STR(BRANCH), .method = method, .response = response
	};
	unsigned before = t.errors;

	send_to(dead, octets, &watch);
	CU_ASSERT(came(before + ignored() + 1));
	sip_transport_ops.unwatch(t.transport, &watch);
	return t.errors - before;
}

/* It reaches who sent there, and nobody else; the socket serves on. */
static void test_unreachable(void)
{
	struct sip_watch gone = { .fn = on_error, .branch = STR(BRANCH), .method = SIP_INVITE };
	struct sip_watch fine = gone;
	char text[2048];

	begin("127.0.0.1");
	int fd = peer_open(SOCK_DGRAM, &t.at);
	struct sip_hop to_dead = dead_hop(), to_peer = hop_of(fd);

	send_to(&to_peer, STR("one"), &fine);
	send_to(&to_dead, STR(INVITE), &gone);
	/* the error that waits in the socket is not this message's */
	send_to(&to_peer, STR("two"), NULL);
	CU_ASSERT(came(1));
	CU_ASSERT_EQUAL(t.errors, 1);
	CU_ASSERT_EQUAL(t.error, -ECONNREFUSED);
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 3);
	CU_ASSERT_STRING_EQUAL(text, "one");
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 3);
	CU_ASSERT_STRING_EQUAL(text, "two");
	sip_transport_ops.unwatch(t.transport, &fine);
	CU_ASSERT(send(fd, text, request(text, sizeof(text), "UDP", 1, 0), 0) > 0);
	CU_ASSERT(until(&t.messages, 1));
	close(fd);
	close_all();
}

/* An older transaction's error does not end a newer one towards the same address. */
static void test_late(void)
{
	struct sip_watch newer = { .fn = on_error, .branch = STR(BRANCH), .method = SIP_INVITE };

	begin("127.0.0.1");
	int fd = peer_open(SOCK_DGRAM, &t.at);
	struct sip_hop hop = hop_of(fd);

	send_to(&hop, STR(INVITE), &newer);
	close(fd);
	send_to(&hop, STR("BYE sip:a@h SIP/2.0\r\n" VIA "z9hG4bKold\r\n" PARTY), NULL);
	CU_ASSERT(came(1));
	CU_ASSERT_EQUAL(t.errors, 0);
	send_to(&hop, STR(INVITE), NULL);
	CU_ASSERT(came(2));
	CU_ASSERT_EQUAL(t.errors, 1);
	close_all();
}

static void test_method(void)
{
	static const struct {
		enum sip_method waits;
		struct str octets;
		unsigned told;
	} rows[] = {
		{ SIP_INVITE, STR(INVITE), 1 },
		{ SIP_CANCEL, STR(INVITE), 0 },
		{ SIP_CANCEL, STR("CANCEL sip:a@h SIP/2.0\r\n" VIA BRANCH "\r\n"), 1 },
		{ SIP_INVITE, STR("CANCEL sip:a@h SIP/2.0\r\n" VIA BRANCH "\r\n"), 0 },
		/* for a non-2xx; for a 2xx it has a branch of its own */
		{ SIP_INVITE, STR("ACK sip:a@h SIP/2.0\r\n" VIA BRANCH "\r\n"), 1 },
		{ SIP_ACK, STR("ACK sip:a@h SIP/2.0\r\n" VIA BRANCH "\r\n"), 1 },
		{ SIP_ACK, STR(INVITE), 0 },
		{ SIP_METHOD_OTHER, STR("FROB sip:a@h SIP/2.0\r\n" VIA BRANCH "\r\n"), 1 },
		/* only the top Via counts; a Via may be folded, compact and one of many */
		{ SIP_INVITE,
		  STR("INVITE sip:a@h SIP/2.0\r\n" VIA "z9hG4bKx\r\n" VIA BRANCH "\r\n"), 0 },
		{ SIP_INVITE,
		  STR("INVITE sip:a@h SIP/2.0\r\nCall-ID: 1\r\nv: SIP / 2.0 / UDP\r\n"
		      "  h ; branch=" BRANCH " , SIP/2.0/UDP h;branch=z9hG4bKx\r\nTo:"),
		  1 },
	};

	begin("127.0.0.1");
	struct sip_hop dead = dead_hop();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(told(&dead, false, rows[i].waits, rows[i].octets), rows[i].told);
	close_all();
}

/* A response is for the server transaction, a request never is. */
static void test_response(void)
{
	const char *cseq = strstr(REFUSAL, "CSeq");
	struct str cut = { REFUSAL, strlen(REFUSAL) - strlen(cseq) + 7 };

	begin("127.0.0.1");
	struct sip_hop dead = dead_hop();

	CU_ASSERT_EQUAL(told(&dead, true, SIP_INVITE, STR(REFUSAL)), 1);
	CU_ASSERT_EQUAL(told(&dead, true, SIP_CANCEL, STR(REFUSAL)), 0);
	CU_ASSERT_EQUAL(told(&dead, true, SIP_INVITE, cut), 1);
	CU_ASSERT_EQUAL(told(&dead, true, SIP_CANCEL, cut), 1);
	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, STR(REFUSAL)), 0);
	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, cut), 0);
	CU_ASSERT_EQUAL(told(&dead, true, SIP_INVITE, STR(INVITE)), 0);
	close_all();
}

static void bad_message(const struct counter *counter, void *arg)
{
	if (!strcmp(counter->name, "causeway_sip_bad_messages_total"))
		*(uint64_t *)arg += atomic_load(&counter->value);
}

/* Messages received that were malformed. */
static uint64_t bad_messages(void)
{
	uint64_t n = 0;

	counter_each(bad_message, &n);
	return n;
}

/* Cut anywhere: told from where the Via's line is whole, and before that nobody. */
static void test_cut(void)
{
	size_t whole = (size_t)(strstr(INVITE, "From") - INVITE);
	uint64_t before = bad_messages();

	begin("127.0.0.1");
	struct sip_hop dead = dead_hop();

	for (size_t n = 0; n <= strlen(INVITE); n++)
		CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, (struct str){ INVITE, n }),
				n >= whole);
	CU_ASSERT_EQUAL(bad_messages(), before);
	close_all();
}

static void test_rubbish(void)
{
	static char long_text[60000];
	static const struct str rows[] = {
		STR("lost"),
		STR("\r\n\r\n"),
		STR("\0\377\0\n\n\n"),
		STR(VIA BRANCH "\r\n"),
		STR("INVITE sip:a@h SIP/2.0\r\nVia: " BRANCH "\r\n\r\n"),
		STR("INVITE sip:a@h SIP/2.0\r\n" VIA "\r\n\r\n"),
		STR("INVITE sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n"),
		STR("SIP/2.0\r\n\r\n"),
		{ long_text, sizeof(long_text) },
	};

	memset(long_text, ';', sizeof(long_text));
	begin("127.0.0.1");
	struct sip_hop dead = dead_hop();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, rows[i]), 0);
	close_all();
}

/* An INVITE whose Via begins behind so many octets. */
static struct str behind(char *text, size_t cap, int octets)
{
	int n = snprintf(text, cap,
			 "INVITE sip:%0*d@h SIP/2.0\r\n" VIA BRANCH "\r\n" PARTY "%02000d", octets,
			 0, 0);

	return (struct str){ text, (size_t)n };
}

/* What the kernel returns: 576 octets of an IPv4 packet, 1280 of IPv6 (RFC 1812 4.3.2.3, RFC 4443 2.4). */
static void test_long(void)
{
	char text[4096];

	begin("127.0.0.1");
	struct sip_hop dead = dead_hop();

	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, behind(text, sizeof(text), 400)), 1);
	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, behind(text, sizeof(text), 600)), 0);
	close_all();
	begin("::1");
	dead = dead_hop();
	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, behind(text, sizeof(text), 600)), 1);
	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, behind(text, sizeof(text), 1050)), 1);
	CU_ASSERT_EQUAL(told(&dead, false, SIP_INVITE, behind(text, sizeof(text), 1280)), 0);
	close_all();
}

/* However many errors of others wait in the socket, a datagram to a peer that is there leaves. */
static void test_many(void)
{
	char text[64];

	begin("127.0.0.1");
	int fd = peer_open(SOCK_DGRAM, &t.at), ours = t.transport->udp[0]->fd;
	struct sip_hop dead = dead_hop(), peer = hop_of(fd);
	unsigned lost = 0;

	while (lost < 300) /* every other one only takes the error of the one before */
		lost += sendto(ours, "lost", 4, 0, &dead.remote.sa, sizeof(dead.remote.in4)) == 4;
	send_to(&peer, STR("one"), NULL);
	CU_ASSERT_EQUAL(peer_read(fd, text, sizeof(text)), 3);
	CU_ASSERT(came(300));
	close(fd);
	close_all();
}

/* ---- transactions ---- */

static struct {
	struct sip_stack *stack;
	unsigned failed, status, requests;
} s;

static void on_failed(void *user, struct sip_txn *txn, unsigned status)
{
	(void)user;
	(void)txn;
	s.failed++;
	s.status = status;
}

static void on_request(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	static const struct sip_server_ops ops = { .failed = on_failed };

	(void)user;
	(void)msg;
	s.requests++;
	sip_server_own(txn, &ops, NULL);
	CU_ASSERT_EQUAL(sip_server_reply(txn, 486, STR_NONE), 0);
}

static void stack_begin(void)
{
	static const struct sip_stack_ops user = { .request = on_request };
	struct sip_stack_conf conf = { 0 };

	begin("127.0.0.1");
	struct sip_stack_parts parts = { .heap = t.heap,
					 .ops = &sip_transport_ops,
					 .transport = t.transport,
					 .locator = { .udp = true, .ipv4 = true } };

	memset(&s, 0, sizeof(s));
	s.stack = sip_stack_new(&conf, &parts);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.stack);
	sip_stack_user(s.stack, &user, NULL);
	sip_transport_receiver(t.transport, sip_stack_received, s.stack);
}

static void stack_end(void)
{
	sip_transport_receiver(t.transport, NULL, NULL);
	sip_stack_free(s.stack);
	close_all();
}

/* Until so many transactions failed, or two seconds; errors are told by timer. */
static bool failed(unsigned n)
{
	unsigned last = t.ticks + 400;

	while (s.failed < n && t.ticks < last) {
		uv_run(&t.loop, UV_RUN_ONCE);
		clock_run(0);
	}
	return s.failed == n;
}

static void invite(const struct sip_hop *to)
{
	static const struct sip_client_ops ops = { .failed = on_failed };
	char uri[64], text[512];
	struct sip_txn *txn;

	snprintf(uri, sizeof(uri), "sip:127.0.0.1:%u", sip_sockaddr_port(&to->remote));
	snprintf(text, sizeof(text),
		 "INVITE %s SIP/2.0\r\n" PARTY
		 "CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		 uri);
	struct sip_client_params params = { .request = str_c(text),
					    .next_hop = str_c(uri),
					    .ops = &ops };

	CU_ASSERT_EQUAL_FATAL(sip_client_start(s.stack, &params, &txn), 0);
}

/* 8.1.3.1: as a 503. What came back of another transaction leaves it alone. */
static void test_client(void)
{
	stack_begin();
	int fd = peer_open(SOCK_DGRAM, &t.at);
	struct sip_hop hop = hop_of(fd);

	invite(&hop); /* arrives */
	close(fd);
	invite(&hop);
	CU_ASSERT(failed(1));
	CU_ASSERT_EQUAL(s.status, 503);
	clock_run(500); /* timer A: now the first one knows too */
	CU_ASSERT(failed(2));
	CU_ASSERT_EQUAL(ignored(), 0);
	stack_end();
}

/* 17.2.4: the user hears that its response went nowhere. Without the magic cookie a branch names nobody. */
static void refuse_gone(const char *cookie, unsigned failures)
{
	char text[1024];

	stack_begin();
	int fd = peer_open(SOCK_DGRAM, &t.at);
	struct sip_hop hop = hop_of(fd);
	int n = snprintf(text, sizeof(text),
			 "INVITE sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
			 "127.0.0.1:%u;branch=%s1\r\n" PARTY
			 "CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
			 sip_sockaddr_port(&hop.remote), cookie);

	CU_ASSERT_EQUAL(send(fd, text, (size_t)n, 0), n);
	close(fd);
	CU_ASSERT(until(&s.requests, 1));
	CU_ASSERT(failures ? failed(failures) : came(1));
	clock_run(0);
	CU_ASSERT_EQUAL(s.failed, failures);
	CU_ASSERT_EQUAL(s.status, failures ? 503 : 0);
	CU_ASSERT_EQUAL(ignored(), !failures);
	stack_end();
}

static void test_server(void)
{
	refuse_gone("z9hG4bK", 1);
	refuse_gone("", 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "unreachable", test_unreachable },
		{ "late", test_late },
		{ "method", test_method },
		{ "response", test_response },
		{ "cut", test_cut },
		{ "rubbish", test_rubbish },
		{ "long", test_long },
		{ "many", test_many },
		{ "client", test_client },
		{ "server", test_server },
		CU_TEST_INFO_NULL,
	};

	return cu_run("transport_icmp", tests, argc, argv);
}
