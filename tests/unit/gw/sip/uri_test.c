/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* URIs: RFC 3261 19.1, RFC 3966. The comparison sets are those of 19.1.4. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/uri.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sip_uri parsed(const char *text)
{
	struct sip_uri uri;

	CU_ASSERT_EQUAL_FATAL(sip_uri_parse(&uri, str_c(text), NULL), 0);
	return uri;
}

static void is(struct str s, const char *wanted)
{
	CU_ASSERT_TRUE(str_eq(s, str_c(wanted)));
}

static void parts(void)
{
	struct sip_uri u =
		parsed("sip:alice:pa$s@[2001:db8::1]:5070;transport=TCP;lr;maddr=h.example;ttl=15;"
		       "method=INVITE;user=phone;x=%41?Subject=a%20b&To=c");

	CU_ASSERT_EQUAL(u.scheme, SIP_SCHEME_SIP);
	is(u.user, "alice");
	is(u.password, "pa$s");
	is(u.host, "2001:db8::1");
	CU_ASSERT_EQUAL(u.host_type, SIP_HOST_IPV6);
	CU_ASSERT_EQUAL(u.port, 5070);
	CU_ASSERT_EQUAL(u.transport, SIP_PROTO_TCP);
	CU_ASSERT_TRUE(u.lr && u.user_phone && u.has_ttl);
	CU_ASSERT_EQUAL(u.ttl, 15);
	is(u.maddr, "h.example");
	is(u.method, "INVITE");
	is(u.headers, "Subject=a%20b&To=c");

	struct str value;

	CU_ASSERT_TRUE(sip_param_find(u.params, STR("X"), &value));
	is(value, "%41");
	CU_ASSERT_FALSE(sip_param_find(u.params, STR("y"), NULL));
	CU_ASSERT_TRUE(sip_param_find(u.params, STR("lr"), &value));
	CU_ASSERT_PTR_NULL(value.p);
}

static void odd_but_valid(void)
{
	struct sip_uri u = parsed("sips:user;par=u%40example.net@example.com");

	CU_ASSERT_EQUAL(u.scheme, SIP_SCHEME_SIPS);
	is(u.user, "user;par=u%40example.net");
	is(u.host, "example.com");
	CU_ASSERT_EQUAL(sip_uri_port(&u), 5061);
	u = parsed("SIP:atlanta.com.:65535");
	is(u.host, "atlanta.com.");
	CU_ASSERT_EQUAL(u.port, 65535);
	u = parsed("sip:a.very-long.host.name.of-many.labels.example.com;lr");
	is(u.host, "a.very-long.host.name.of-many.labels.example.com");
	CU_ASSERT_TRUE(u.lr);
	u = parsed("http://www.example.com/a?b");
	CU_ASSERT_EQUAL(u.scheme, SIP_SCHEME_OTHER);
	is(u.host, "//www.example.com/a?b");
	u = parsed("sip:192.0.2.1");
	CU_ASSERT_EQUAL(u.host_type, SIP_HOST_IPV4);
	CU_ASSERT_EQUAL(sip_uri_port(&u), 5060);
}

static void refused(void)
{
	static const char *const bad[] = {
		"",
		"sip",
		"sip:",
		"sip:@host",
		"sip:a@",
		"sip:a@-x.example",
		"sip:a@x-.example",
		"sip:a@x..example",
		"sip:a@.example",
		"sip:a@1.2.3",
		"sip:a@1.2.3.256",
		"sip:a@1.2.3.4.5",
		"sip:a@x.1a",
		"sip:a@x:0",
		"sip:a@x:65536",
		"sip:a@x:",
		"sip:a@x;",
		"sip:a@x;a=",
		"sip:a@x;=b",
		"sip:a@x;ttl=256",
		"sip:a@x?",
		"sip:a@x?a",
		"sip:a@x?=b",
		"sip:a@x?a=b&",
		"sip:a@x?a=b=c",
		"sip:a%4@x",
		"sip:a%zz@x",
		"sip:a b@x",
		"sip:a@x y",
		"sip:<a@x>",
		"sip:a@[::1",
		"sip:a@[1::2::3]",
		"sip:a@[12345::]",
		"sip:a@[1:2:3]",
		"sip:a@[::1.2.3]",
		"sip:2001:db8::10",
		"sip:a@[:1::2]",
		"sip:a@[1:2:3:4:5:6:7:8:9]",
		"1sip:a",
		"tel:123",
		"tel:+",
		"tel:+12x",
		"sip:a\r\n@x",
		"sip:a@x;transport=",
		"sip:a@x;transport=udp;transport=tcp",
		"sip:a@x;lr;LR",
		"sip:a@x;b=1;other;c;B=2",
		"tel:+1;ext=1;ext=2",
		"x:",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct sip_uri uri;
		size_t offset = 99;
		int status = sip_uri_parse(&uri, str_c(bad[i]), &offset);

		if (status != -EBADMSG)
			fprintf(stderr, "accepted: %s\n", bad[i]);
		CU_ASSERT_EQUAL(status, -EBADMSG);
		CU_ASSERT_TRUE(offset <= strlen(bad[i]));
	}
}

static void hosts(void)
{
	static const struct {
		const char *text;
		enum sip_host_type type;
	} rows[] = {
		{ "example.com", SIP_HOST_DOMAIN },
		{ "a", SIP_HOST_DOMAIN },
		{ "a--b.c", SIP_HOST_DOMAIN },
		{ "1a.c", SIP_HOST_DOMAIN },
		{ "10.0.0.1", SIP_HOST_IPV4 },
		{ "0.0.0.0", SIP_HOST_IPV4 },
		{ "::", SIP_HOST_IPV6 },
		{ "::1", SIP_HOST_IPV6 },
		{ "1::", SIP_HOST_IPV6 },
		{ "1:2:3:4:5:6:7:8", SIP_HOST_IPV6 },
		{ "::ffff:192.0.2.1", SIP_HOST_IPV6 },
		{ "1:2:3:4:5:6:1.2.3.4", SIP_HOST_IPV6 },
		{ "2001:db8:::192.0.2.1", SIP_HOST_IPV6 },
		{ "1:2:3:4:5:6:7:1.2.3.4", SIP_HOST_NONE },
		{ "1::2::", SIP_HOST_NONE },
		{ "", SIP_HOST_NONE },
		{ "a_b", SIP_HOST_NONE },
		{ "1.2.3.0400", SIP_HOST_NONE },
		{ "a.", SIP_HOST_DOMAIN },
		{ "a..", SIP_HOST_NONE },
		{ ":", SIP_HOST_NONE },
		{ ":::", SIP_HOST_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum sip_host_type type = sip_host_type(str_c(rows[i].text));

		if (type != rows[i].type)
			fprintf(stderr, "host %s: %d\n", rows[i].text, type);
		CU_ASSERT_EQUAL(type, rows[i].type);
	}
}

static void compared(void)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp",
		  true },
		{ "sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true },
		{ "sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true },
		{ "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
		  "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true },
		{ "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
		  "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true },
		{ "SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP",
		  false },
		{ "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false },
		{ "sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false },
		{ "sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false },
		{ "sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false },
		{ "sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false },
		{ "sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off",
		  false },
		{ "sip:a@x", "sips:a@x", false },
		{ "sip:a@x", "sip:x", false },
		{ "sip:a@x;maddr=1.2.3.4", "sip:a@x", false },
		{ "sip:a@x;user=phone", "sip:a@x", false },
		{ "sip:a:b@x", "sip:a@x", false },
		{ "sip:a%40@x", "sip:a%40@x", true },
		{ "sip:a%3Bb@x", "sip:a;b@x", false },
		{ "tel:+1-201-555-0123", "tel:+12015550123", true },
		{ "tel:+1-201-555-0123", "tel:+12015550124", false },
		{ "tel:123;phone-context=a.com;ext=4", "tel:123;ext=4;phone-context=A.com", true },
		{ "tel:123;phone-context=a.com", "tel:123;phone-context=b.com", false },
		{ "tel:+12;ext=1", "tel:+12", false },
		{ "urn:service:sos", "urn:service:sos", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_uri a = parsed(rows[i].a), b = parsed(rows[i].b);

		if (sip_uri_eq(&a, &b) != rows[i].equal)
			fprintf(stderr, "compare %s %s\n", rows[i].a, rows[i].b);
		CU_ASSERT_EQUAL(sip_uri_eq(&a, &b), rows[i].equal);
		CU_ASSERT_EQUAL(sip_uri_eq(&b, &a), rows[i].equal);
		CU_ASSERT_TRUE(sip_uri_eq(&a, &a));
	}
}

static void telephone(void)
{
	struct sip_uri u = parsed("tel:+49(30)123-456;ext=7;isub=9");
	struct sip_tel tel;
	char digits[16];

	CU_ASSERT_EQUAL_FATAL(sip_uri_tel(&u, &tel), 0);
	CU_ASSERT_TRUE(tel.global);
	is(tel.ext, "7");
	is(tel.isub, "9");
	CU_ASSERT_EQUAL(sip_tel_digits(&tel, digits, sizeof(digits)), 0);
	CU_ASSERT_STRING_EQUAL(digits, "4930123456");
	CU_ASSERT_EQUAL(sip_tel_digits(&tel, digits, 11), 0);
	CU_ASSERT_EQUAL(sip_tel_digits(&tel, digits, 10), -ENAMETOOLONG);
	CU_ASSERT_STRING_EQUAL(digits, "");

	u = parsed("sip:0301234;phone-context=+49;rn=x@gw.example;user=phone");
	CU_ASSERT_EQUAL_FATAL(sip_uri_tel(&u, &tel), 0);
	CU_ASSERT_FALSE(tel.global);
	is(tel.number, "0301234");
	is(tel.context, "+49");
	CU_ASSERT_EQUAL(sip_tel_parse(&tel, STR("*21#")), 0);
	CU_ASSERT_EQUAL(sip_tel_parse(&tel, STR("alice")), -EBADMSG);
	CU_ASSERT_EQUAL(sip_tel_parse(&tel, STR_NONE), -EBADMSG);
}

static void escaped(void)
{
	char out[32];
	size_t n;

	CU_ASSERT_EQUAL(sip_unescape(STR("null-%00-%41"), out, sizeof(out), &n), 0);
	CU_ASSERT_EQUAL(n, 8);
	CU_ASSERT_EQUAL(memcmp(out, "null-\0-A", 8), 0);
	/* never twice */
	CU_ASSERT_EQUAL(sip_unescape(STR("v%2541"), out, sizeof(out), &n), 0);
	CU_ASSERT_EQUAL(memcmp(out, "v%41", n), 0);
	CU_ASSERT_EQUAL(sip_unescape(STR("%4"), out, sizeof(out), &n), -EBADMSG);
	CU_ASSERT_EQUAL(sip_unescape(STR("%4g"), out, sizeof(out), &n), -EBADMSG);
	CU_ASSERT_EQUAL(sip_unescape(STR("abc"), out, 2, &n), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(sip_escape_user(STR("a#b @+"), out, sizeof(out), &n), 0);
	CU_ASSERT_EQUAL(n, 12);
	CU_ASSERT_EQUAL(memcmp(out, "a%23b%20%40+", 12), 0);
	CU_ASSERT_EQUAL(sip_escape_user(STR("##"), out, 5, &n), -ENAMETOOLONG);
}

/* Cut at every octet and run out of exactly sized blocks: a read beyond shows in the sanitizer. */
static void truncated(void)
{
	static const char text[] =
		"sip:alice:secret@[2001:db8::1]:5070;transport=tcp;lr?Subject=a%20b";

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *copy = malloc(n ? n : 1);
		struct sip_uri uri;

		memcpy(copy, text, n);
		if (sip_uri_parse(&uri, (struct str){ copy, n }, NULL) == 0)
			CU_ASSERT_TRUE(uri.text.n == n);
		free(copy);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "parts", parts },	  { "odd_but_valid", odd_but_valid },
		{ "refused", refused },	  { "hosts", hosts },
		{ "compared", compared }, { "telephone", telephone },
		{ "escaped", escaped },	  { "truncated", truncated },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip uri", tests, argc, argv);
}
