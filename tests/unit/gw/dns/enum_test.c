/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ENUM (RFC 6116): rules by tables, then whole look-ups against a DNS server with fixed records. */
#include <errno.h>

#include "gw/dns/enum.h"
#include "gw/dns/ttl.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/dns/fake_dns.c"

/* ---- rules ---- */

static void names(void)
{
	char name[DNS_NAME_MAX];

	CU_ASSERT_EQUAL(enum_name(STR("+442079460148"), "e164.arpa", name, sizeof(name)), 0);
	CU_ASSERT_STRING_EQUAL(name, "8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa");
	CU_ASSERT_EQUAL(enum_name(STR("442079"), "e164.arpa", name, sizeof(name)), -EINVAL);
	CU_ASSERT_EQUAL(enum_name(STR("+"), "e164.arpa", name, sizeof(name)), -EINVAL);
	CU_ASSERT_EQUAL(enum_name(STR("+49*1"), "e164.arpa", name, sizeof(name)), -EINVAL);
	CU_ASSERT_EQUAL(enum_name(STR("+4930"), "e164.arpa", name, 17), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(enum_name(STR("+4930"), "e164.arpa", name, 18), 0);
}

static void services(void)
{
	static const char *const are[] = { "E2U+sip", "e2u+SIP", "E2U+email:mailto+sip",
					   "E2U+sip+tel" };
	static const char *const are_not[] = { "",	    "E2U",     "E2U+",	  "E2U+sipx",
					       "E2U+sip:x", "E2U+tel", "SIP+D2U", "E2U+pstn:sip" };

	for (size_t i = 0; i < sizeof(are) / sizeof(are[0]); i++)
		CU_ASSERT(enum_service_is_sip(are[i]));
	for (size_t i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++)
		CU_ASSERT_FALSE(enum_service_is_sip(are_not[i]));
}

static void substitutions(void)
{
	static const struct {
		const char *expression;
		int err;
		const char *uri;
	} cases[] = {
		/* RFC 6116 4 */
		{ "!^(\\+49301234)$!sip:\\1@example.com!", 0, "sip:+49301234@example.com" },
		{ "!^.*$!sip:info@example.com!", 0, "sip:info@example.com" },
		{ "!^\\+49(.*)$!sip:0\\1@example.com!", 0, "sip:0301234@example.com" },
		{ "/^(\\+49)(30)(.)/sip:\\3-\\2-\\1/", 0, "sip:1-30-+49" },
		{ "!^\\+49((30)12).*$!sip:\\2\\1@x!i", 0, "sip:303012@x" },
		{ "!^\\+(4){1,2}9(30)!sip:\\\\\\2!", 0, "sip:\\30" },
		{ "_^.*$_sip:a\\_b_", 0, "sip:a_b" },
		{ "!^\\+44!sip:x!", -ENOENT, "" },
		{ "!^.*$!sip:\\1!", -EINVAL, "" },
		{ "!^(x)?.*$!sip:\\1!", -EINVAL, "" },
		{ "!^.*$!sip:\\0!", -EINVAL, "" },
		{ "!^.*$!sip:x!x", -EINVAL, "" },
		{ "!^.*$!sip:x!ii", -EINVAL, "" },
		{ "!^.*$!sip:x", -EINVAL, "" },
		{ "!^.*$!", -EINVAL, "" },
		{ "!^.*$!!", -EINVAL, "" },
		{ "!!sip:x!", -EINVAL, "" },
		{ "", -EINVAL, "" },
		{ "1^.*$1sip:x1", -EINVAL, "" },
		{ "i^.*$isip:xi", -EINVAL, "" },
		{ "\\^.*$\\sip:x\\", -EINVAL, "" },
		{ "!^(.*$!sip:x!", -EINVAL, "" },
		{ "!^[!sip:x!", -EINVAL, "" },
		{ "!^.*$\\!sip:x!", -EINVAL, "" },
		{ "!^(.)\\1$!sip:x!", -EINVAL, "" },
		{ "!a{-1}!sip:x!", -EINVAL, "" },
		/* what some matchers need long, or much memory, for */
		{ "!((((a{99}){99}){99}){99})!sip:x!", -ENOENT, "" },
		{ "!^(((((((((((.)+)+)+)+)+)+)+)+)+)+)+$!sip:\\1!", 0, "sip:+49301234" },
		{ "!^((5){1,1}9(){0,1}){255,}K4(5){1,1}411!sip:x!", -ENOENT, "" },
		{ "!^((.*)(4?)){4}$!sip:\\2!", 0, "sip:" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char uri[ENUM_URI_MAX] = "";
		int err = enum_substitute(cases[i].expression, "+49301234", uri, sizeof(uri));

		if (err != cases[i].err || (!err && strcmp(uri, cases[i].uri) != 0))
			printf("\n    %s: %d %s\n", cases[i].expression, err, uri);
		CU_ASSERT_EQUAL(err, cases[i].err);
		if (!err)
			CU_ASSERT_STRING_EQUAL(uri, cases[i].uri);
	}
}

static void substitution_is_bounded(void)
{
	char uri[16], expression[200] = "!^.*$!sip:";

	memset(expression + 10, 'a', 100);
	strncat(expression, "!", 2);
	CU_ASSERT_EQUAL(enum_substitute(expression, "+49", uri, sizeof(uri)), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(enum_substitute("!^(.*)$!\\1\\1\\1\\1\\1\\1!", "+49", uri, sizeof(uri)),
			-ENAMETOOLONG);
	CU_ASSERT_EQUAL(enum_substitute("!^(.*)$!\\1\\1\\1\\1\\1!", "+49", uri, sizeof(uri)), 0);
}

static void uris(void)
{
	CU_ASSERT(enum_uri_is_sip("sip:a@b"));
	CU_ASSERT(enum_uri_is_sip("SIP:+49@b:5070;transport=tcp"));
	CU_ASSERT_FALSE(enum_uri_is_sip("sips:a@b"));
	CU_ASSERT_FALSE(enum_uri_is_sip("tel:+49"));
	CU_ASSERT_FALSE(enum_uri_is_sip("sip:"));
	CU_ASSERT_FALSE(enum_uri_is_sip("sip:a b"));
	CU_ASSERT_FALSE(enum_uri_is_sip("sip:a\r\nX: y"));
	CU_ASSERT_FALSE(enum_uri_is_sip("sip:a>b"));
	CU_ASSERT_FALSE(enum_uri_is_sip("sip:\x80"));
}

static void ttls(void)
{
	/* One answer with a TTL of 60, its name a pointer; then the same with its end cut off. */
	static const uint8_t answer[] = { 0,  1, 0x81, 0x80, 0, 1,  0,	1, 0,	 0,  0,
					  0,  1, 'a',  0,    0, 35, 0,	1, 0xc0, 12, 0,
					  35, 0, 1,    0,    0, 0,  60, 0, 2,	 7,  7 };

	CU_ASSERT_EQUAL(dns_ttl(answer, sizeof(answer)), 60);
	for (size_t n = 0; n < sizeof(answer); n++)
		CU_ASSERT_EQUAL(dns_ttl(answer, n), 0);
}

/* ---- look-ups ---- */

#define NAME(digits) digits ".9.4.e164.arpa"

static const struct fake_record records[] = {
	FAKE_RULE(NAME("1"), 100, 10, "u", "E2U+sip", "!^.*$!sip:one@example.com!"),
	/* order before preference, preference before what comes first; others are left out */
	FAKE_RULE(NAME("2"), 20, 1, "u", "E2U+sip", "!^.*$!sip:late@x!"),
	FAKE_RULE(NAME("2"), 10, 5, "u", "E2U+email:mailto", "!^.*$!mailto:a@x!"),
	FAKE_RULE(NAME("2"), 10, 30, "U", "e2u+sip", "!^\\+49(.*)$!sip:\\1@second!"),
	FAKE_RULE(NAME("2"), 10, 20, "u", "E2U+sip", "!^.*$!sip:first@x!"),
	FAKE_RULE(NAME("2"), 10, 3, "u", "E2U+sip", "!^\\+44!sip:other@x!"),
	/* not terminal, no SIP URI, no expression */
	FAKE_POINTER(NAME("3"), 10, 1, "", "E2U+sip", "further.example"),
	FAKE_RULE(NAME("3"), 10, 2, "u", "E2U+sip", "!^.*$!http://x!"),
	FAKE_RULE(NAME("3"), 10, 3, "u", "E2U+sip", ""),
	/* the lower order has nothing for us: the next one is taken */
	FAKE_RULE(NAME("4"), 1, 1, "u", "E2U+tel", "!^.*$!tel:+491!"),
	FAKE_RULE(NAME("4"), 2, 1, "u", "E2U+sip", "!^.*$!sip:four@x!"),
	FAKE_RULE("1.9.4.e164.private.example", 1, 1, "u", "E2U+sip", "!^.*$!sip:private@x!"),
	FAKE_END,
};

static struct fake_dns f;
static struct enum_resolver *resolver;

struct got {
	unsigned calls;
	size_t n;
	char uri[ENUM_URIS_MAX][ENUM_URI_MAX];
};

static void on_uris(void *arg, const char *const *uri, size_t n)
{
	struct got *g = arg;

	g->calls++;
	g->n = n;
	for (size_t i = 0; i < n; i++)
		(void)str_copy(g->uri[i], ENUM_URI_MAX, str_c(uri[i]));
}

static void begin(unsigned cache)
{
	CU_ASSERT_EQUAL_FATAL(fake_dns_open(&f, records), 0);
	resolver = enum_new(&(struct enum_conf){ f.dns, f.heap, cache });
	CU_ASSERT_PTR_NOT_NULL_FATAL(resolver);
}

static void end(void)
{
	enum_free(resolver);
	CU_ASSERT_EQUAL(fake_dns_close(&f), 0);
}

static struct got ask(const char *number, const char *root)
{
	struct got g = { 0 };
	void *query;

	CU_ASSERT_EQUAL_FATAL(enum_ask(resolver, str_c(number), root, on_uris, &g, &query), 0);
	CU_ASSERT_EQUAL(g.calls, 0);
	fake_dns_run(&f, &g.calls);
	CU_ASSERT_EQUAL(g.calls, 1);
	return g;
}

static void found(void)
{
	struct got g;

	begin(100);
	g = ask("+491", "e164.arpa");
	CU_ASSERT_EQUAL(g.n, 1);
	CU_ASSERT_STRING_EQUAL(g.uri[0], "sip:one@example.com");
	g = ask("+492", "e164.arpa");
	CU_ASSERT_EQUAL(g.n, 2);
	CU_ASSERT_STRING_EQUAL(g.uri[0], "sip:first@x");
	CU_ASSERT_STRING_EQUAL(g.uri[1], "sip:2@second");
	g = ask("+493", "e164.arpa");
	CU_ASSERT_EQUAL(g.n, 0);
	g = ask("+494", "e164.arpa");
	CU_ASSERT_EQUAL(g.n, 1);
	CU_ASSERT_STRING_EQUAL(g.uri[0], "sip:four@x");
	g = ask("+491", "e164.private.example");
	CU_ASSERT_STRING_EQUAL(g.uri[0], "sip:private@x");
	end();
}

static void remembered(void)
{
	struct got g;
	unsigned asked;

	begin(100);
	g = ask("+491", "e164.arpa");
	asked = f.asked;
	g = ask("+491", "e164.arpa");
	CU_ASSERT_EQUAL(g.n, 1);
	CU_ASSERT_STRING_EQUAL(g.uri[0], "sip:one@example.com");
	CU_ASSERT_EQUAL(f.asked, asked);
	/* that there is none: by the SOA's minimum */
	f.negative_ttl_s = 100;
	CU_ASSERT_EQUAL(ask("+497", "e164.arpa").n, 0);
	CU_ASSERT_EQUAL(f.asked, asked + 1);
	CU_ASSERT_EQUAL(ask("+497", "e164.arpa").n, 0);
	CU_ASSERT_EQUAL(f.asked, asked + 1);
	/* no more than there is room for: the one used longest ago goes */
	enum_set_cache(resolver, 1);
	CU_ASSERT_EQUAL(ask("+497", "e164.arpa").n, 0);
	CU_ASSERT_EQUAL(f.asked, asked + 1);
	CU_ASSERT_EQUAL(ask("+491", "e164.arpa").n, 1);
	CU_ASSERT_EQUAL(f.asked, asked + 2);
	CU_ASSERT_EQUAL(ask("+497", "e164.arpa").n, 0);
	CU_ASSERT_EQUAL(f.asked, asked + 3);
	enum_set_cache(resolver, 0);
	CU_ASSERT_EQUAL(ask("+497", "e164.arpa").n, 0);
	CU_ASSERT_EQUAL(ask("+497", "e164.arpa").n, 0);
	CU_ASSERT_EQUAL(f.asked, asked + 5);
	end();
}

static void failures(void)
{
	struct got g = { 0 };
	void *query;
	unsigned asked;

	begin(100);
	CU_ASSERT_EQUAL(ask("+491", "silent.example").n, 0);
	CU_ASSERT_EQUAL(ask("+491", "broken").n, 0);
	/* A server that failed is left alone for a while. */
	asked = f.asked;
	CU_ASSERT_EQUAL(ask("+491", "broken").n, 0);
	CU_ASSERT_EQUAL(f.asked, asked);
	CU_ASSERT_EQUAL(enum_ask(resolver, STR("0301"), "e164.arpa", on_uris, &g, &query), -EINVAL);
	CU_ASSERT_EQUAL(enum_ask(resolver, STR("+4912345678901234567890123456789012345"),
				 "e164.arpa", on_uris, &g, &query),
			-ENAMETOOLONG);
	CU_ASSERT_EQUAL(g.calls, 0);
	end();
}

/* Given up before the answer, and with the resolver. */
static void cancelled(void)
{
	struct got g = { 0 }, other;
	void *a, *b, *c;

	begin(100);
	other = ask("+491", "e164.arpa");
	CU_ASSERT_EQUAL(enum_ask(resolver, STR("+492"), "e164.arpa", on_uris, &g, &a), 0);
	CU_ASSERT_EQUAL(enum_ask(resolver, STR("+491"), "e164.arpa", on_uris, &g, &b), 0);
	enum_cancel(a);
	enum_cancel(b);
	other = ask("+494", "e164.arpa");
	CU_ASSERT_EQUAL(other.n, 1);
	CU_ASSERT_EQUAL(enum_ask(resolver, STR("+492"), "e164.arpa", on_uris, &g, &a), 0);
	CU_ASSERT_EQUAL(enum_ask(resolver, STR("+491"), "e164.arpa", on_uris, &g, &c), 0);
	end();
	CU_ASSERT_EQUAL(g.calls, 0);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "names", names },
		{ "services", services },
		{ "substitutions", substitutions },
		{ "substitution is bounded", substitution_is_bounded },
		{ "uris", uris },
		{ "ttls", ttls },
		{ "found", found },
		{ "remembered", remembered },
		{ "failures", failures },
		{ "cancelled", cancelled },
		CU_TEST_INFO_NULL,
	};

	return cu_run("enum", tests, argc, argv);
}
