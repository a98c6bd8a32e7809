/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digest against the examples of RFC 7616 3.9.1, RFC 2617 3.5 and RFC 2069 (errata 749), and the client's answers to challenges. */
#include <string.h>

#include "gw/sip/credentials.h"
#include "tests/unit/cu.h"

static void response_is(const struct sip_digest *digest, const char *expected)
{
	char hex[SIP_DIGEST_HEX_MAX] = "";

	CU_ASSERT_EQUAL(sip_digest_response(digest, hex), 0);
	CU_ASSERT_STRING_EQUAL(hex, expected);
}

static void test_rfc7616(void)
{
	struct sip_digest d = {
		.algorithm = SIP_DIGEST_MD5,
		.user = STR("Mufasa"),
		.password = STR("Circle of Life"),
		.realm = STR("http-auth@example.org"),
		.nonce = STR("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
		.method = STR("GET"),
		.uri = STR("/dir/index.html"),
		.qop = true,
		.cnonce = STR("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
		.nc = 1,
	};

	response_is(&d, "8ca523f5e9506fed4657c9700eebdbec");
	d.algorithm = SIP_DIGEST_SHA256;
	response_is(&d, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

static void test_rfc2617(void)
{
	struct sip_digest d = {
		.algorithm = SIP_DIGEST_MD5,
		.user = STR("Mufasa"),
		.password = STR("Circle Of Life"),
		.realm = STR("testrealm@host.com"),
		.nonce = STR("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
		.method = STR("GET"),
		.uri = STR("/dir/index.html"),
		.qop = true,
		.cnonce = STR("0a4f113b"),
		.nc = 1,
	};

	response_is(&d, "6629fae49393a05397450978507c4ef1");
	/* RFC 2069 2.4 with the value of its erratum 749 */
	d.password = STR("CircleOfLife");
	d.qop = false;
	response_is(&d, "1949323746fe6a43ef61f9606e7febea");
}

/* Values of Python's hashlib, put together as RFC 7616 3.4.1 and 3.4.2 say. */
static void test_session(void)
{
	struct sip_digest d = {
		.algorithm = SIP_DIGEST_MD5_SESS,
		.user = STR("bob"),
		.password = STR("zanzibar"),
		.realm = STR("biloxi.com"),
		.nonce = STR("n"),
		.method = STR("INVITE"),
		.uri = STR("sip:bob@biloxi.com"),
		.qop = true,
		.cnonce = STR("c"),
		.nc = 10,
	};

	response_is(&d, "0b37a2345f30f89a3da72a4d85904b0b");
	d.algorithm = SIP_DIGEST_SHA512_256;
	response_is(&d, "d1adcb9974722de2a1ea949101a6e54495a1b60425e630d5bf68da5968d6645e");
}

static void test_names(void)
{
	CU_ASSERT_EQUAL(sip_digest_find(STR("")), SIP_DIGEST_MD5);
	CU_ASSERT_EQUAL(sip_digest_find(STR("md5")), SIP_DIGEST_MD5);
	CU_ASSERT_EQUAL(sip_digest_find(STR("sha-256-SESS")), SIP_DIGEST_SHA256_SESS);
	CU_ASSERT_EQUAL(sip_digest_find(STR("SHA-512-256")), SIP_DIGEST_SHA512_256);
	CU_ASSERT_EQUAL(sip_digest_find(STR("AKAv1-MD5")), SIP_DIGEST_UNKNOWN);
}

/* ---- the client ---- */

static struct sip_credentials credentials;
static char wire[4096];

static bool challenged(const char *status, const char *fields)
{
	char text[2048];
	struct sip_msg *msg = NULL;
	bool again;
	int n = snprintf(
		text, sizeof(text),
		"SIP/2.0 %s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\n"
		"To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n%s"
		"Content-Length: 0\r\n\r\n",
		status, fields);

	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, text, (size_t)n, SIP_DATAGRAM), 0);
	again = sip_credentials_challenged(&credentials, msg, "0a4f113b", "test");
	sip_msg_free(msg);
	return again;
}

/* The request with its credentials, terminated. */
static const char *request(void)
{
	struct sip_writer w;
	struct str text;

	sip_write_open(&w, wire, sizeof(wire) - 1);
	sip_write_c(&w, "INVITE sip:bob@biloxi.com SIP/2.0");
	sip_write_crlf(&w);
	sip_credentials_write(&credentials, &w, "bo\"b", "zanzibar");
	CU_ASSERT_EQUAL_FATAL(sip_write_close(&w, &text), 0);
	wire[text.n] = '\0';
	return wire;
}

static bool has(const char *text, const char *part)
{
	bool found = strstr(text, part) != NULL;

	if (!found)
		printf("no %s in %s\n", part, text);
	return found;
}

/* RFC 7616 3.7, RFC 8760 2.4: of one realm the strongest, whatever the order. */
static void test_strongest(void)
{
	const char *text;

	CU_ASSERT_TRUE(challenged(
		"401 Unauthorized",
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth,auth-int\", "
		"algorithm=MD5\r\n"
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", "
		"algorithm=SHA-256, opaque=\"\"\r\n"
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", algorithm=AKAv1-MD5\r\n"));
	text = request();
	CU_ASSERT_TRUE(
		has(text, "Authorization: Digest username=\"bo\\\"b\", realm=\"r\", nonce=\"n2\""));
	CU_ASSERT_TRUE(
		has(text,
		    "algorithm=SHA-256, opaque=\"\", qop=auth, nc=00000001, cnonce=\"0a4f113b\""));
	CU_ASSERT_TRUE(has(text, "uri=\"sip:bob@biloxi.com\""));
	CU_ASSERT_PTR_NULL(strstr(text, "zanzibar"));
	CU_ASSERT_TRUE(has(request(), "nc=00000002"));
	sip_credentials_close(&credentials);
}

static void test_no_qop(void)
{
	const char *text;

	CU_ASSERT_TRUE(challenged("407 Proxy",
				  "Proxy-Authenticate: Digest realm=\"a\\\"b\", nonce=\"n\"\r\n"));
	text = request();
	CU_ASSERT_TRUE(has(text, "Proxy-Authorization: Digest"));
	CU_ASSERT_TRUE(has(text, "realm=\"a\\\"b\""));
	CU_ASSERT_PTR_NULL(strstr(text, "algorithm"));
	CU_ASSERT_PTR_NULL(strstr(text, "qop"));
	CU_ASSERT_PTR_NULL(strstr(text, "cnonce"));
	CU_ASSERT_PTR_NULL(strstr(text, "opaque"));
	sip_credentials_close(&credentials);
}

static void test_several_realms(void)
{
	const char *text;

	CU_ASSERT_TRUE(
		challenged("407 Proxy", "Proxy-Authenticate: Digest realm=\"p\", nonce=\"1\"\r\n"));
	CU_ASSERT_TRUE(
		challenged("401 No", "WWW-Authenticate: Digest realm=\"u\", nonce=\"2\"\r\n"));
	text = request();
	CU_ASSERT_TRUE(has(text, "Proxy-Authorization: Digest username=\"bo\\\"b\", realm=\"p\""));
	CU_ASSERT_TRUE(has(text, "\r\nAuthorization: Digest username=\"bo\\\"b\", realm=\"u\""));
	CU_ASSERT_TRUE(challenged("407 Both",
				  "Proxy-Authenticate: Digest realm=\"q\", nonce=\"3\"\r\n"
				  "WWW-Authenticate: Digest realm=\"v\", nonce=\"4\"\r\n"));
	CU_ASSERT_EQUAL(credentials.n, 4);
	CU_ASSERT_FALSE(challenged("401 One too many",
				   "WWW-Authenticate: Digest realm=\"w\", nonce=\"2\"\r\n"));
	sip_credentials_close(&credentials);
}

/* 22.3, RFC 7616 3.3: stale asks for the same with a fresh nonce; anything else says that the password is wrong. */
static void test_refused_and_stale(void)
{
	CU_ASSERT_TRUE(
		challenged("401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\"\r\n"));
	CU_ASSERT_FALSE(
		challenged("401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"2\"\r\n"));
	CU_ASSERT_TRUE(challenged(
		"401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"3\", stale=TRUE\r\n"));
	CU_ASSERT_TRUE(has(request(), "nonce=\"3\""));
	/* It was good once: a nonce that ran out may come without stale. */
	sip_credentials_accepted(&credentials);
	CU_ASSERT_TRUE(
		challenged("401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"4\"\r\n"));
	/* A server that calls every nonce stale does not keep us for ever. */
	for (unsigned i = 0; i < 2; i++)
		CU_ASSERT_TRUE(challenged(
			"401 No",
			"WWW-Authenticate: Digest realm=\"r\", nonce=\"5\", stale=true\r\n"));
	CU_ASSERT_FALSE(challenged(
		"401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"6\", stale=true\r\n"));
	sip_credentials_close(&credentials);
}

static void test_unanswerable(void)
{
	CU_ASSERT_FALSE(challenged("401 No", ""));
	CU_ASSERT_FALSE(challenged("401 No", "WWW-Authenticate: Basic realm=\"r\"\r\n"));
	CU_ASSERT_FALSE(challenged(
		"401 No",
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", qop=\"auth-int\"\r\n"));
	CU_ASSERT_FALSE(challenged(
		"401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", algorithm=X\r\n"));
	CU_ASSERT_FALSE(challenged("401 No", "WWW-Authenticate: Digest realm=\"r\"\r\n"));
	CU_ASSERT_STRING_EQUAL(request(), "INVITE sip:bob@biloxi.com SIP/2.0\r\n");
	sip_credentials_close(&credentials);
}

static const CU_TestInfo tests[] = {
	{ "RFC 7616", test_rfc7616 },
	{ "RFC 2617 and 2069", test_rfc2617 },
	{ "-sess and SHA-512-256", test_session },
	{ "names", test_names },
	{ "strongest", test_strongest },
	{ "no qop", test_no_qop },
	{ "several realms", test_several_realms },
	{ "refused and stale", test_refused_and_stale },
	{ "unanswerable", test_unanswerable },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("digest", tests, argc, argv);
}
