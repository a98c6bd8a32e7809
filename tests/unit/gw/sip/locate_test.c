/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3263 against a DNS server with fixed records; RFC 2782 order with given random numbers. */
#include "gw/sip/locate.h"

#include <errno.h>

#include "tests/unit/cu.h"
#include "tests/unit/gw/dns/fake_dns.c"

static const struct fake_record records[] = {
	FAKE_HOST("a.example", FAKE_A, "192.0.2.1"),
	FAKE_HOST("b.example", FAKE_A, "192.0.2.2"),
	FAKE_HOST("b.example", FAKE_AAAA, "2001:db8::2"),
	FAKE_HOST("plain.example", FAKE_A, "192.0.2.9"),
	/* RFC 3263 4.1 */
	FAKE_POINTER("example.com", 50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"),
	FAKE_POINTER("example.com", 90, 50, "s", "SIP+D2T", "_sip._tcp.example.com"),
	FAKE_POINTER("example.com", 100, 50, "s", "SIP+D2U", "_sip._udp.example.com"),
	FAKE_SERVER("_sip._tcp.example.com", 0, 1, 5070, "a.example"),
	FAKE_SERVER("_sip._tcp.example.com", 1, 2, 5071, "b.example"),
	FAKE_SERVER("_sip._udp.example.com", 0, 1, 5080, "a.example"),
	/* SRV without NAPTR, TCP only */
	FAKE_SERVER("_sip._tcp.srv.example", 0, 1, 5090, "a.example"),
	/* no such service */
	FAKE_SERVER("_sip._udp.none.example", 0, 0, 0, "."),
	FAKE_SERVER("_sip._tcp.none.example", 0, 0, 0, "."),
	FAKE_HOST("brokenish.example", FAKE_A, "192.0.2.5"),
	FAKE_HOST("broken.example", FAKE_A, "192.0.2.6"),
	FAKE_END,
};

static struct fake_dns f;
static struct sip_locator locator;
static uint32_t numbers[16];
static unsigned n_numbers, at_number;

static uint32_t given(void *arg)
{
	(void)arg;
	return n_numbers ? numbers[at_number++ % n_numbers] : 0;
}

struct got {
	unsigned calls;
	int error;
	struct sip_dests dests;
};

static void on_located(void *arg, int error, const struct sip_dests *dests)
{
	struct got *g = arg;

	g->calls++;
	g->error = error;
	g->dests = *dests;
}

static void begin(void)
{
	CU_ASSERT_EQUAL_FATAL(fake_dns_open(&f, records), 0);
	locator = (struct sip_locator){ .dns = f.dns,
					.random = { given, NULL },
					.udp = true,
					.tcp = true,
					.ipv4 = true,
					.ipv6 = true };
	n_numbers = at_number = 0;
}

static void end(void)
{
	CU_ASSERT_EQUAL(fake_dns_close(&f), 0);
}

static void find(struct got *g, const char *text)
{
	struct sip_uri uri;
	struct sip_locate *query;
	int err;

	memset(g, 0, sizeof(*g));
	CU_ASSERT_EQUAL_FATAL(sip_uri_parse(&uri, str_c(text), NULL), 0);
	err = sip_locate_numeric(&locator, &uri, &g->dests);
	if (err != -EAGAIN) {
		g->error = err;
		return;
	}
	err = sip_locate_start(&locator, &uri, on_located, g, &query);
	if (err) {
		g->error = err;
		return;
	}
	CU_ASSERT_EQUAL(g->calls, 0);
	fake_dns_run(&f, &g->calls);
	CU_ASSERT_EQUAL(g->calls, 1);
}

static bool is(const struct sip_dest *d, enum sip_proto proto, const char *host, uint16_t port)
{
	char text[SIP_ADDRESS_MAX];

	return d->proto == proto && str_eq(sip_sockaddr_host(&d->addr, text), str_c(host)) &&
	       sip_sockaddr_port(&d->addr) == port;
}

static void test_numeric(void)
{
	static const struct {
		const char *uri;
		enum sip_proto proto;
		const char *host;
		uint16_t port;
		bool fixed;
	} rows[] = {
		{ "sip:1@192.0.2.4", SIP_PROTO_UDP, "192.0.2.4", 5060, false },
		{ "sip:1@192.0.2.4:5070", SIP_PROTO_UDP, "192.0.2.4", 5070, false },
		{ "sip:192.0.2.4;transport=tcp", SIP_PROTO_TCP, "192.0.2.4", 5060, true },
		{ "sip:[2001:db8::4]:7000;transport=udp", SIP_PROTO_UDP, "2001:db8::4", 7000,
		  true },
		{ "sip:1@a.example;maddr=192.0.2.8", SIP_PROTO_UDP, "192.0.2.8", 5060, false },
	};
	struct got g;

	begin();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		find(&g, rows[i].uri);
		CU_ASSERT_EQUAL(g.error, 0);
		CU_ASSERT_EQUAL(g.dests.n, 1);
		CU_ASSERT(is(&g.dests.at[0], rows[i].proto, rows[i].host, rows[i].port));
		CU_ASSERT_EQUAL(g.dests.fixed, rows[i].fixed);
	}
	CU_ASSERT_EQUAL(f.asked, 0);
	end();
}

static void test_not_ours(void)
{
	struct got g;

	begin();
	find(&g, "sips:1@192.0.2.4");
	CU_ASSERT_EQUAL(g.error, -ENOTSUP);
	find(&g, "sip:192.0.2.4;transport=sctp");
	CU_ASSERT_EQUAL(g.error, -ENOTSUP);
	find(&g, "tel:+4930123");
	CU_ASSERT_EQUAL(g.error, -ENOTSUP);
	locator.ipv6 = false;
	find(&g, "sip:[2001:db8::4]");
	CU_ASSERT_EQUAL(g.error, -ENOTSUP);
	locator.tcp = false;
	find(&g, "sip:192.0.2.4;transport=tcp");
	CU_ASSERT_EQUAL(g.error, -ENOTSUP);
	locator.udp = false;
	locator.tcp = true;
	find(&g, "sip:192.0.2.4");
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_TCP, "192.0.2.4", 5060));
	locator.dns = NULL;
	find(&g, "sip:a.example");
	CU_ASSERT_EQUAL(g.error, -ENOENT);
	end();
}

/* NAPTR, then SRV, then A and AAAA: TCP is preferred there, TLS is not ours. */
static void test_naptr(void)
{
	struct got g;

	begin();
	find(&g, "sip:1@example.com");
	CU_ASSERT_EQUAL(g.error, 0);
	CU_ASSERT_EQUAL_FATAL(g.dests.n, 3);
	CU_ASSERT_FALSE(g.dests.fixed);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_TCP, "192.0.2.1", 5070));
	CU_ASSERT_EQUAL(g.dests.at[1].proto, SIP_PROTO_TCP);
	CU_ASSERT_EQUAL(sip_sockaddr_port(&g.dests.at[1].addr), 5071);
	CU_ASSERT_EQUAL(sip_sockaddr_port(&g.dests.at[2].addr), 5071);
	locator.tcp = false;
	locator.ipv6 = false;
	find(&g, "sip:1@example.com");
	CU_ASSERT_EQUAL_FATAL(g.dests.n, 1);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_UDP, "192.0.2.1", 5080));
	end();
}

static void test_transport(void)
{
	struct got g;

	begin();
	find(&g, "sip:example.com;transport=udp");
	CU_ASSERT_EQUAL_FATAL(g.dests.n, 1);
	CU_ASSERT(g.dests.fixed);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_UDP, "192.0.2.1", 5080));
	/* no SRV for it: A at the default port */
	find(&g, "sip:plain.example;transport=tcp");
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_TCP, "192.0.2.9", 5060));
	end();
}

static void test_port(void)
{
	struct got g;

	begin();
	find(&g, "sip:b.example:5099");
	CU_ASSERT_EQUAL_FATAL(g.dests.n, 2);
	CU_ASSERT_EQUAL(g.dests.at[0].proto, SIP_PROTO_UDP);
	CU_ASSERT_EQUAL(sip_sockaddr_port(&g.dests.at[0].addr), 5099);
	locator.ipv4 = false;
	find(&g, "sip:b.example:5099");
	CU_ASSERT_EQUAL_FATAL(g.dests.n, 1);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_UDP, "2001:db8::2", 5099));
	end();
}

static void test_srv_only(void)
{
	struct got g;

	begin();
	find(&g, "sip:srv.example");
	CU_ASSERT_EQUAL_FATAL(g.dests.n, 1);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_TCP, "192.0.2.1", 5090));
	end();
}

static void test_address_only(void)
{
	struct got g;

	begin();
	find(&g, "sip:plain.example");
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_UDP, "192.0.2.9", 5060));
	end();
}

static void test_nothing(void)
{
	struct got g;

	begin();
	find(&g, "sip:nobody.example");
	CU_ASSERT_EQUAL(g.error, -ENOENT);
	CU_ASSERT_EQUAL(g.dests.n, 0);
	find(&g, "sip:none.example");
	CU_ASSERT_EQUAL(g.error, -ENOENT);
	find(&g, "sip:silent.example");
	CU_ASSERT_EQUAL(g.error, -ETIMEDOUT);
	find(&g, "sip:broken.example");
	CU_ASSERT_EQUAL(g.error, -EIO);
	end();
}

static void test_cancel(void)
{
	struct got g = { 0 }, other;
	struct sip_locate *query;
	struct sip_uri uri;

	begin();
	CU_ASSERT_EQUAL(sip_uri_parse(&uri, STR("sip:example.com"), NULL), 0);
	CU_ASSERT_EQUAL(sip_locate_start(&locator, &uri, on_located, &g, &query), 0);
	uv_run(&f.loop, UV_RUN_ONCE);
	sip_locate_cancel(query);
	sip_locate_cancel(NULL);
	find(&other, "sip:plain.example");
	CU_ASSERT_EQUAL(g.calls, 0);
	end();
}

/* RFC 2782: priority first; among equals a running sum against a random number. */
static void test_srv_order(void)
{
	struct dns_srv srv[5] = {
		{ 2, 10, 1, "x" },   { 1, 0, 2, "zero" },  { 1, 30, 3, "thirty" },
		{ 1, 10, 4, "ten" }, { 0, 5, 5, "first" },
	};
	struct sip_random random = { given, NULL };

	/* zero, thirty, ten in that order: sum 40; 35 is in "ten", then of zero and thirty: 0 is
	 * "zero" */
	numbers[0] = 35;
	numbers[1] = 0;
	n_numbers = 2;
	at_number = 0;
	sip_locate_srv_order(srv, 5, &random);
	CU_ASSERT_STRING_EQUAL(srv[0].host, "first");
	CU_ASSERT_STRING_EQUAL(srv[1].host, "ten");
	CU_ASSERT_STRING_EQUAL(srv[2].host, "zero");
	CU_ASSERT_STRING_EQUAL(srv[3].host, "thirty");
	CU_ASSERT_STRING_EQUAL(srv[4].host, "x");
}

/* 1:3 by weight, over a whole run of a counter as random numbers. */
static uint32_t counting(void *arg)
{
	return (*(uint32_t *)arg)++;
}

static void test_srv_weight(void)
{
	uint32_t counter = 0, first_heavy = 0;
	struct sip_random random = { counting, &counter };

	for (unsigned i = 0; i < 4100; i++) {
		struct dns_srv srv[2] = { { 0, 10, 1, "light" }, { 0, 30, 2, "heavy" } };

		sip_locate_srv_order(srv, 2, &random);
		first_heavy += srv[0].port == 2;
	}
	/* 41 values of the sum 0..40: 30 are above 10 */
	CU_ASSERT_EQUAL(first_heavy, 3000);
}

static struct sip_hop hop(enum sip_proto proto, const char *host, uint16_t port)
{
	struct sip_hop h = { .proto = proto };

	CU_ASSERT_EQUAL(sip_sockaddr_set(&h.remote, str_c(host), port), 0);
	h.conn = proto == SIP_PROTO_TCP ? 7 : 0;
	return h;
}

static void test_response(void)
{
	struct sip_hop udp = hop(SIP_PROTO_UDP, "192.0.2.50", 40000),
		       tcp = hop(SIP_PROTO_TCP, "192.0.2.50", 40000), to;
	struct sip_via via = { .proto = SIP_PROTO_UDP, .host = STR("10.0.0.1"), .port = 5066 };
	char text[SIP_HOP_TEXT_MAX];

	/* 18.2.2: source address, port of sent-by */
	CU_ASSERT_EQUAL(sip_locate_response(&via, &udp, &to), 0);
	CU_ASSERT_STRING_EQUAL(sip_hop_text(&to, text), "udp 192.0.2.50:5066");
	via.port = 0;
	CU_ASSERT_EQUAL(sip_locate_response(&via, &udp, &to), 0);
	CU_ASSERT_STRING_EQUAL(sip_hop_text(&to, text), "udp 192.0.2.50:5060");
	/* RFC 3581: source port */
	via.rport = true;
	CU_ASSERT_EQUAL(sip_locate_response(&via, &udp, &to), 0);
	CU_ASSERT_STRING_EQUAL(sip_hop_text(&to, text), "udp 192.0.2.50:40000");
	via.maddr = STR("192.0.2.77");
	via.port = 5070;
	CU_ASSERT_EQUAL(sip_locate_response(&via, &udp, &to), 0);
	CU_ASSERT_STRING_EQUAL(sip_hop_text(&to, text), "udp 192.0.2.77:5070");
	via.maddr = STR("a.example");
	CU_ASSERT_EQUAL(sip_locate_response(&via, &udp, &to), -EINVAL);
	/* the connection, whatever Via says */
	CU_ASSERT_EQUAL(sip_locate_response(&via, &tcp, &to), 0);
	CU_ASSERT_EQUAL(to.conn, 7);
	CU_ASSERT_STRING_EQUAL(sip_hop_text(&to, text), "tcp 192.0.2.50:40000");
}

static void find_via(struct got *g, const struct sip_via *via)
{
	struct sip_locate *query;

	memset(g, 0, sizeof(*g));
	g->error = sip_locate_sent_by_numeric(&locator, via, &g->dests);
	if (g->error != -EAGAIN)
		return;
	CU_ASSERT_EQUAL_FATAL(sip_locate_sent_by_start(&locator, via, on_located, g, &query), 0);
	fake_dns_run(&f, &g->calls);
	CU_ASSERT_EQUAL(g->calls, 1);
}

/* RFC 3263 5 */
static void test_sent_by(void)
{
	struct sip_via via = { .proto = SIP_PROTO_UDP, .host = STR("192.0.2.60") };
	struct got g;

	begin();
	find_via(&g, &via);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_UDP, "192.0.2.60", 5060));
	via.host = STR("plain.example");
	via.port = 5077;
	find_via(&g, &via);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_UDP, "192.0.2.9", 5077));
	via.host = STR("example.com");
	via.port = 0;
	via.proto = SIP_PROTO_TCP;
	find_via(&g, &via);
	CU_ASSERT_EQUAL(g.dests.n, 3);
	CU_ASSERT(is(&g.dests.at[0], SIP_PROTO_TCP, "192.0.2.1", 5070));
	via.proto = SIP_PROTO_TLS;
	find_via(&g, &via);
	CU_ASSERT_EQUAL(g.error, -ENOTSUP);
	end();
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "numeric", test_numeric },
		{ "not_ours", test_not_ours },
		{ "naptr", test_naptr },
		{ "transport", test_transport },
		{ "port", test_port },
		{ "srv_only", test_srv_only },
		{ "address_only", test_address_only },
		{ "nothing", test_nothing },
		{ "cancel", test_cancel },
		{ "srv_order", test_srv_order },
		{ "srv_weight", test_srv_weight },
		{ "response", test_response },
		{ "sent_by", test_sent_by },
		CU_TEST_INFO_NULL,
	};

	return cu_run("locate", tests, argc, argv);
}
