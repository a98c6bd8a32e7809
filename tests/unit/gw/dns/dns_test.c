/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The c-ares wall against a DNS server with fixed records. */
#include <errno.h>

#include "tests/unit/cu.h"
#include "tests/unit/gw/dns/fake_dns.c"

static const struct fake_record records[] = {
	FAKE_HOST("host.example", FAKE_A, "192.0.2.7"),
	FAKE_HOST("host.example", FAKE_A, "192.0.2.3"),
	FAKE_HOST("host.example", FAKE_AAAA, "2001:db8::7"),
	FAKE_SERVER("_sip._udp.example", 10, 60, 5070, "host.example"),
	FAKE_SERVER("_sip._udp.example", 20, 0, 5080, "b.example"),
	FAKE_POINTER("example", 100, 50, "s", "SIP+D2U", "_sip._udp.example"),
	FAKE_POINTER("example", 90, 70, "s", "SIP+D2T", "_sip._tcp.example"),
	FAKE_POINTER("example", 90, 50, "S", "SIPS+D2T", "_sips._tcp.example"),
	FAKE_END,
};

struct got {
	unsigned calls;
	int error;
	enum dns_type type;
	size_t n;
	union dns_address address[8];
	struct dns_srv srv[8];
	struct dns_naptr naptr[8];
};

static struct fake_dns f;

static void on_answer(void *arg, const struct dns_answer *a)
{
	struct got *g = arg;

	g->calls++;
	g->error = a->error;
	g->type = a->type;
	g->n = a->n;
	for (size_t i = 0; i < a->n && i < 8; i++) {
		if (a->type == DNS_ADDRESS)
			g->address[i] = a->address[i];
		else if (a->type == DNS_SRV)
			g->srv[i] = a->srv[i];
		else
			g->naptr[i] = a->naptr[i];
	}
}

static void ask(struct got *g, enum dns_type type, const char *name, int family)
{
	struct dns_question question = { type, family, str_c(name) };
	struct dns_query *query;

	memset(g, 0, sizeof(*g));
	CU_ASSERT_EQUAL_FATAL(dns_ask(f.dns, &question, on_answer, g, &query), 0);
	CU_ASSERT_EQUAL(g->calls, 0);
	fake_dns_run(&f, &g->calls);
	CU_ASSERT_EQUAL(g->calls, 1);
}

static void begin(void)
{
	CU_ASSERT_EQUAL_FATAL(fake_dns_open(&f, records), 0);
}

static void end(void)
{
	CU_ASSERT_EQUAL(fake_dns_close(&f), 0);
}

static unsigned count(const struct got *g, int family)
{
	unsigned n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->address[i].sa.sa_family == family;
	return n;
}

static void test_addresses(void)
{
	struct got g;
	struct in_addr first;

	begin();
	ask(&g, DNS_ADDRESS, "host.example", AF_INET);
	CU_ASSERT_EQUAL(g.error, 0);
	CU_ASSERT_EQUAL(g.n, 2);
	inet_pton(AF_INET, "192.0.2.7", &first);
	CU_ASSERT_EQUAL(g.address[0].in4.sin_addr.s_addr, first.s_addr);
	ask(&g, DNS_ADDRESS, "host.example", AF_INET6);
	CU_ASSERT_EQUAL(g.n, 1);
	CU_ASSERT_EQUAL(count(&g, AF_INET6), 1);
	ask(&g, DNS_ADDRESS, "host.example", AF_UNSPEC);
	CU_ASSERT_EQUAL(count(&g, AF_INET), 2);
	CU_ASSERT_EQUAL(count(&g, AF_INET6), 1);
	end();
}

static void test_srv(void)
{
	struct got g;

	begin();
	ask(&g, DNS_SRV, "_sip._udp.example", AF_UNSPEC);
	CU_ASSERT_EQUAL(g.error, 0);
	CU_ASSERT_EQUAL_FATAL(g.n, 2);
	const struct dns_srv *a = g.srv[0].priority == 10 ? &g.srv[0] : &g.srv[1];

	CU_ASSERT_EQUAL(a->weight, 60);
	CU_ASSERT_EQUAL(a->port, 5070);
	CU_ASSERT_STRING_EQUAL(a->host, "host.example");
	end();
}

static void test_naptr(void)
{
	struct got g;

	begin();
	ask(&g, DNS_NAPTR, "example", AF_UNSPEC);
	CU_ASSERT_EQUAL_FATAL(g.n, 3);
	CU_ASSERT_STRING_EQUAL(g.naptr[0].service, "SIPS+D2T");
	CU_ASSERT_STRING_EQUAL(g.naptr[1].service, "SIP+D2T");
	CU_ASSERT_STRING_EQUAL(g.naptr[2].service, "SIP+D2U");
	CU_ASSERT_STRING_EQUAL(g.naptr[2].replacement, "_sip._udp.example");
	CU_ASSERT_EQUAL(g.naptr[2].order, 100);
	CU_ASSERT_EQUAL(g.naptr[2].preference, 50);
	end();
}

static void test_numeric(void)
{
	struct got g;

	begin();
	ask(&g, DNS_ADDRESS, "198.51.100.4", AF_UNSPEC);
	CU_ASSERT_EQUAL(count(&g, AF_INET), 1);
	ask(&g, DNS_ADDRESS, "2001:db8::1", AF_UNSPEC);
	CU_ASSERT_EQUAL(count(&g, AF_INET6), 1);
	CU_ASSERT_EQUAL(f.asked, 0);
	end();
}

static void test_errors(void)
{
	struct got g;

	begin();
	ask(&g, DNS_ADDRESS, "nobody.example", AF_INET);
	CU_ASSERT_EQUAL(g.error, -ENOENT);
	ask(&g, DNS_SRV, "host.example", AF_UNSPEC);
	CU_ASSERT_EQUAL(g.error, -ENOENT);
	CU_ASSERT_EQUAL(g.n, 0);
	ask(&g, DNS_NAPTR, "broken.example", AF_UNSPEC);
	CU_ASSERT_EQUAL(g.error, -EIO);
	ask(&g, DNS_SRV, "silent.example", AF_UNSPEC);
	CU_ASSERT_EQUAL(g.error, -ETIMEDOUT);
	end();
}

static void test_bad_names(void)
{
	struct got g;
	struct dns_query *query;
	char name[300];

	begin();
	memset(name, 'a', sizeof(name));
	CU_ASSERT_EQUAL(
		dns_ask(f.dns,
			&(struct dns_question){ DNS_SRV, 0, (struct str){ name, sizeof(name) } },
			on_answer, &g, &query),
		-EINVAL);
	CU_ASSERT_EQUAL(dns_ask(f.dns, &(struct dns_question){ DNS_SRV, 0, STR_NONE }, on_answer,
				&g, &query),
			-EINVAL);
	/* a label of more than 63 octets */
	name[100] = '\0';
	ask(&g, DNS_SRV, name, AF_UNSPEC);
	CU_ASSERT_EQUAL(g.error, -ENOENT);
	end();
}

static void test_cancel(void)
{
	struct got g = { 0 }, other;
	struct dns_query *a, *b;

	begin();
	CU_ASSERT_EQUAL(dns_ask(f.dns,
				&(struct dns_question){ DNS_SRV, 0, STR("_sip._udp.example") },
				on_answer, &g, &a),
			0);
	CU_ASSERT_EQUAL(dns_ask(f.dns, &(struct dns_question){ DNS_ADDRESS, 0, STR("10.0.0.1") },
				on_answer, &g, &b),
			0);
	dns_cancel(a);
	dns_cancel(b);
	dns_cancel(NULL);
	ask(&other, DNS_SRV, "_sip._udp.example", AF_UNSPEC);
	CU_ASSERT_EQUAL(g.calls, 0);
	CU_ASSERT_EQUAL(other.n, 2);
	/* closing with queries under way calls nobody and leaks nothing */
	CU_ASSERT_EQUAL(dns_ask(f.dns, &(struct dns_question){ DNS_SRV, 0, STR("silent.example") },
				on_answer, &g, &a),
			0);
	CU_ASSERT_EQUAL(dns_ask(f.dns, &(struct dns_question){ DNS_ADDRESS, 0, STR("::1") },
				on_answer, &g, &b),
			0);
	end();
	CU_ASSERT_EQUAL(g.calls, 0);
}

struct chain {
	unsigned left, answers, done;
};

/* Asking from within an answer. */
static void on_chain(void *arg, const struct dns_answer *a)
{
	struct chain *c = arg;
	struct dns_query *query;

	CU_ASSERT_EQUAL(a->error, 0);
	c->answers++;
	c->done = c->left == 0;
	if (c->left-- > 0)
		CU_ASSERT_EQUAL(
			dns_ask(f.dns,
				&(struct dns_question){ DNS_ADDRESS, AF_INET, STR("host.example") },
				on_chain, c, &query),
			0);
}

static void test_chain(void)
{
	struct chain c = { 3, 0, 0 };
	struct dns_query *query;

	begin();
	CU_ASSERT_EQUAL(dns_ask(f.dns,
				&(struct dns_question){ DNS_SRV, 0, STR("_sip._udp.example") },
				on_chain, &c, &query),
			0);
	fake_dns_run(&f, &c.done);
	CU_ASSERT_EQUAL(c.answers, 4);
	end();
}

static void test_bad_server(void)
{
	const char *servers[] = { "not an address" };
	struct dns_conf conf = { .servers = servers, .n_servers = 1 };
	struct dns *dns;

	begin();
	CU_ASSERT_EQUAL(dns_open(&dns, &f.loop, f.heap, &conf), -EINVAL);
	CU_ASSERT_PTR_NULL(dns);
	end();
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "addresses", test_addresses },   { "srv", test_srv },
		{ "naptr", test_naptr },	   { "numeric", test_numeric },
		{ "errors", test_errors },	   { "bad_names", test_bad_names },
		{ "cancel", test_cancel },	   { "chain", test_chain },
		{ "bad_server", test_bad_server }, CU_TEST_INFO_NULL,
	};

	return cu_run("dns", tests, argc, argv);
}
