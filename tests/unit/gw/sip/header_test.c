/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Every header field of RFC 3261 section 20 and the others known: right values decode, wrong ones
 * are noticed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/sip/msg.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD                                                                                       \
	"INVITE sip:b@example.com SIP/2.0\r\n"                                                     \
	"Via: SIP/2.0/UDP h.example;branch=z9hG4bKa\r\nFrom: <sip:a@x.example>;tag=1\r\n"          \
	"To: <sip:b@example.com>\r\nCall-ID: c@d\r\nCSeq: 1 INVITE\r\n"

static char buffer[8192];

/* A message with these header fields after the mandatory ones. */
static struct sip_msg *with(const char *fields, int wanted)
{
	struct sip_msg *msg;
	int n = snprintf(buffer, sizeof(buffer), "%s%s\r\n", HEAD, fields);
	int status = sip_msg_parse(&msg, buffer, (size_t)n, SIP_DATAGRAM);

	if (status != wanted)
		fprintf(stderr, "%s: %d (%s)\n", fields, status,
			msg ? msg->error.text : "no memory");
	CU_ASSERT_EQUAL(status, wanted);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	return msg;
}

static void is(struct str s, const char *wanted)
{
	if (!str_eq(s, str_c(wanted)))
		fprintf(stderr, "got \"%.*s\" for \"%s\"\n", STR_FMT(s), wanted);
	CU_ASSERT_TRUE(str_eq(s, str_c(wanted)));
}

static void names(void)
{
	for (unsigned id = SIP_H_OTHER + 1; id < SIP_HEADERS; id++) {
		char name[32];
		const struct str full = sip_header_name((enum sip_header_id)id);
		const char *p = full.p;
		size_t n = full.n;

		CU_ASSERT(n > 0 && p[n] == '\0');
		CU_ASSERT_EQUAL(sip_header_find(full), id);
		for (size_t i = 0; i <= n; i++)
			name[i] = (char)(p[i] >= 'a' && p[i] <= 'z' ? p[i] - 32 : p[i]);
		CU_ASSERT_EQUAL(sip_header_find((struct str){ name, n }), id);
		/* one octet different, missing or more */
		for (size_t i = 0; i < n; i++) {
			name[i] ^= 0x10;
			CU_ASSERT_NOT_EQUAL(sip_header_find((struct str){ name, n }), id);
			name[i] ^= 0x10;
		}
		if (n > 2) /* "T" is To */
			CU_ASSERT_NOT_EQUAL(sip_header_find((struct str){ name, n - 1 }), id);
		name[n] = 'x';
		CU_ASSERT_NOT_EQUAL(sip_header_find((struct str){ name, n + 1 }), id);
	}
	CU_ASSERT_EQUAL(SIP_HEADERS - 1, 48);
	CU_ASSERT_EQUAL(sip_header_find(STR("Call\rID")), SIP_H_OTHER);
	CU_ASSERT_EQUAL(sip_header_find(STR("")), SIP_H_OTHER);
	CU_ASSERT_EQUAL(sip_header_find(STR("X-Very-Long-Header-Name-Of-Somebody")), SIP_H_OTHER);
}

/* As they stand in a message: the case is nobody's business, blanks before the colon are allowed. */
static void names_in_lines(void)
{
	static const struct {
		const char *line;
		enum sip_header_id id;
	} rows[] = {
		{ "Subject: x\r\n", SIP_H_SUBJECT },
		{ "sUBJECT:x\r\n", SIP_H_SUBJECT },
		{ "Subject \t: x\r\n", SIP_H_SUBJECT },
		{ "Subject\r\n : x\r\n", SIP_H_SUBJECT },
		{ "S:x\r\n", SIP_H_SUBJECT },
		{ "Content-Disposition: x\r\n", SIP_H_CONTENT_DISPOSITION },
		{ "content-disposition : x\r\n", SIP_H_CONTENT_DISPOSITION },
		{ "Subjects: x\r\n", SIP_H_OTHER },
		{ "Subjecs: x\r\n", SIP_H_OTHER },
		{ "!: x\r\n", SIP_H_OTHER },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_msg *m = with(rows[i].line, 0);

		CU_ASSERT_EQUAL(m->headers[m->n_headers - 1].id, rows[i].id);
		is(m->headers[m->n_headers - 1].value, "x");
		sip_msg_free(m);
	}
	sip_msg_free(with("Subject\r\nUser-Agent: x\r\n", -EBADMSG));
	sip_msg_free(with("Sub\rject: x\r\n", -EBADMSG));
	sip_msg_free(with(": x\r\n", -EBADMSG));
}

static void compact(void)
{
	static const struct {
		const char *letter;
		enum sip_header_id id;
	} rows[] = {
		{ "i", SIP_H_CALL_ID },
		{ "m", SIP_H_CONTACT },
		{ "e", SIP_H_CONTENT_ENCODING },
		{ "l", SIP_H_CONTENT_LENGTH },
		{ "C", SIP_H_CONTENT_TYPE },
		{ "f", SIP_H_FROM },
		{ "S", SIP_H_SUBJECT },
		{ "k", SIP_H_SUPPORTED },
		{ "t", SIP_H_TO },
		{ "V", SIP_H_VIA },
		{ "x", SIP_H_OTHER },
		{ "\x16", SIP_H_OTHER },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		CU_ASSERT_EQUAL(sip_header_find(str_c(rows[i].letter)), rows[i].id);
}

static void methods(void)
{
	for (unsigned m = SIP_INVITE; m < SIP_METHODS; m++)
		CU_ASSERT_EQUAL(sip_method_find(str_c(sip_method_name((enum sip_method)m))), m);
	CU_ASSERT_EQUAL(sip_method_find(STR("invite")), SIP_METHOD_OTHER);
	CU_ASSERT_STRING_EQUAL(sip_status_phrase(486), "Busy Here");
	CU_ASSERT_STRING_EQUAL(sip_status_phrase(299), "");
}

static void vias(void)
{
	struct sip_msg *m = with("v: SIP / 2.0 / TCP  [::1] : 5070 ; TTL=16;maddr=224.2.0.1 "
				 ";rport=77; received = 1.2.3.4;"
				 "branch = z9hG4bKx ,SIP/2.0/TLS-SCTP h;rport;x=\"a,b\"\r\n",
				 0);
	const struct sip_via *v = m->via->next;

	CU_ASSERT_EQUAL(v->proto, SIP_PROTO_TCP);
	is(v->host, "::1");
	CU_ASSERT_EQUAL(v->port, 5070);
	CU_ASSERT_TRUE(v->has_ttl && v->ttl == 16 && v->rport && v->rport_port == 77 && v->cookie &&
		       v->version_ok);
	is(v->maddr, "224.2.0.1");
	is(v->received, "1.2.3.4");
	is(v->branch, "z9hG4bKx");
	v = v->next;
	CU_ASSERT_EQUAL(v->proto, SIP_PROTO_TLS_SCTP);
	CU_ASSERT_TRUE(v->rport && v->rport_port == 0 && !v->cookie);
	is(v->text, "SIP/2.0/TLS-SCTP h;rport;x=\"a,b\"");
	CU_ASSERT_PTR_NULL(v->next);
	sip_msg_free(m);
}

/* Short and long names of hosts, which are read in different ways, obey the same rules. */
static void via_hosts(void)
{
	static const struct {
		const char *host;
		enum sip_host_type type;
	} rows[] = {
		{ "a", SIP_HOST_DOMAIN },
		{ "a.", SIP_HOST_DOMAIN },
		{ "xn--a.b-c.d", SIP_HOST_DOMAIN },
		{ "a-b-c-d-e-f-g-h-.-", SIP_HOST_NONE },
		{ "an.example.of.a.name.of.many.octets.", SIP_HOST_DOMAIN },
		{ "an--example.of-a.name-of.many.octets", SIP_HOST_DOMAIN },
		{ "1.a", SIP_HOST_DOMAIN },
		{ "255.255.255.255", SIP_HOST_IPV4 },
		{ "0.0.0.0", SIP_HOST_IPV4 },
		{ "255.255.255.256", SIP_HOST_NONE },
		{ "1.2.3", SIP_HOST_NONE },
		{ "1.2.3.4.5", SIP_HOST_NONE },
		{ "1.2.3.0004", SIP_HOST_NONE },
		{ "1.2.3.", SIP_HOST_NONE },
		{ "a..b", SIP_HOST_NONE },
		{ ".a", SIP_HOST_NONE },
		{ "-a", SIP_HOST_NONE },
		{ "a-", SIP_HOST_NONE },
		{ "a-.b", SIP_HOST_NONE },
		{ "a.-b", SIP_HOST_NONE },
		{ "a_b", SIP_HOST_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good = rows[i].type != SIP_HOST_NONE;
		char field[128];

		snprintf(field, sizeof(field), "Via: SIP/2.0/UDP %s;branch=z9hG4bKb\r\n",
			 rows[i].host);

		struct sip_msg *m = with(field, good ? 0 : -EBADMSG);

		if (good) {
			is(m->via->next->host, rows[i].host);
			CU_ASSERT_EQUAL(m->via->next->host_type, rows[i].type);
		}
		sip_msg_free(m);
	}
}

/* An "@" belongs to a user when it stands in the same URI. */
static void users(void)
{
	static const struct {
		const char *uri;
		const char *user;
	} rows[] = {
		{ "<sip:h.example;lr>;x=\"a@b\"", NULL },
		{ "<sip:h.example;lr>, <sip:u@i.example>", NULL },
		{ "<sip:h.example;of=many;parameters=here;lr>, <sip:u@i.example>", NULL },
		{ "<sip:u;x=y;of=many;parameters=here@h.example;lr>",
		  "u;x=y;of=many;parameters=here" },
		{ "<sip:u%40u@h.example>", "u%40u" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char field[128];

		snprintf(field, sizeof(field), "Record-Route: %s\r\n", rows[i].uri);

		struct sip_msg *m = with(field, 0);

		is(m->record_route->uri.host, "h.example");
		CU_ASSERT_EQUAL(m->record_route->uri.user.p != NULL, rows[i].user != NULL);
		if (rows[i].user)
			is(m->record_route->uri.user, rows[i].user);
		sip_msg_free(m);
	}
}

static void addresses(void)
{
	struct sip_msg *m = with("m: \"A, \\\"B\" <sip:c@d.example;x=y?h=i> ; Q=0.5;expires=60, "
				 "sip:e@f.example;g=h\r\n"
				 "Record-Route: <sip:r1;lr> , <sip:r2;lr>;p=q\r\nRoute: "
				 "<sips:r3>\r\nReply-To: A B<tel:+1>\r\n"
				 "P-Asserted-Identity: <sip:+123@g.example>, "
				 "tel:+123\r\nP-Preferred-Identity: sip:x@y\r\n"
				 "Privacy: id ;header\r\n",
				 0);

	is(m->contact->display, "A, \\\"B");
	is(m->contact->uri.headers, "h=i");
	CU_ASSERT_EQUAL(m->contact->q, 500);
	CU_ASSERT_TRUE(m->contact->has_expires && m->contact->expires == 60);
	/* without <> what follows ";" belongs to the header field (20.10) */
	is(m->contact->next->uri.text, "sip:e@f.example");
	is(m->contact->next->params, "g=h");
	is(m->record_route->next->params, "p=q");
	is(m->record_route->next->text, "<sip:r2;lr>;p=q");
	CU_ASSERT_EQUAL(m->route->uri.scheme, SIP_SCHEME_SIPS);
	is(m->reply_to->display, "A B");
	CU_ASSERT_EQUAL(m->asserted->next->uri.scheme, SIP_SCHEME_TEL);
	is(m->preferred->uri.user, "x");
	CU_ASSERT_TRUE(sip_tokens_have(m->privacy, STR("Header")));
	is(m->from->tag, "1");
	sip_msg_free(m);
	m = with("Contact: *\r\n", 0);
	CU_ASSERT_TRUE(m->contact->star);
	sip_msg_free(m);
}

static void credentials(void)
{
	struct sip_msg *m = with(
		"Authorization: Digest username=\"b\",realm=\"r\", nonce=\"n\", "
		"uri=\"sip:x\",response=\"0aF\",nc=0000000a,"
		"qop=auth , cnonce=\"c\",opaque=\"o\",algorithm=MD5,foo=bar\r\n"
		"Authorization: Other a=b, c=\"d\"\r\nProxy-Authorization: Digest realm=\"p\"\r\n"
		"WWW-Authenticate: digest realm=\"w\",domain=\"sip:a "
		"sip:b\",stale=TRUE,qop=\"auth,auth-int\"\r\n"
		"Proxy-Authenticate: Digest nonce=\"x\",stale=false\r\n"
		"Authentication-Info: nextnonce=\"nn\",rspauth=\"\",qop=auth,nc=00000002\r\n",
		0);
	const struct sip_auth *a = m->authorization;

	CU_ASSERT_EQUAL(m->n_bad, 0);
	CU_ASSERT_TRUE(a->digest && a->nc == 10);
	is(a->username, "b");
	is(a->response, "0aF");
	is(a->qop, "auth");
	is(a->algorithm, "MD5");
	is(a->next->scheme, "Other");
	is(a->next->params, "a=b, c=\"d\"");
	is(m->proxy_authorization->realm, "p");
	CU_ASSERT_TRUE(m->www_authenticate->stale);
	is(m->www_authenticate->domain, "sip:a sip:b");
	is(m->proxy_authenticate->nonce, "x");
	is(m->authentication_info->nextnonce, "nn");
	CU_ASSERT_EQUAL(m->authentication_info->nc, 2);
	sip_msg_free(m);
}

static void contents(void)
{
	struct sip_msg *m =
		with("Accept: application/sdp;level=1;q=0.25, text/* , */*;q=0\r\nAccept-Encoding: "
		     "gzip, *;q=0.5\r\n"
		     "Accept-Language: da, en-gb;q=0.8, *\r\nContent-Type: multipart/mixed ; "
		     "boundary=\"x y\"\r\n"
		     "Content-Disposition: session ; handling=optional\r\nContent-Encoding: gzip, "
		     "tar\r\n"
		     "Content-Language: fr, en-US\r\nMIME-Version: 1.0\r\nAllow: INVITE,ACK , "
		     "BYE\r\nAllow: INFO\r\n"
		     "Require: 100rel\r\nProxy-Require: a\r\nSupported:\r\nUnsupported: b,c\r\n",
		     0);

	CU_ASSERT_EQUAL(m->n_bad, 0);
	CU_ASSERT_EQUAL(m->accept->q, 250);
	is(m->accept->params, "level=1;q=0.25");
	is(m->accept->next->next->type, "*");
	CU_ASSERT_EQUAL(m->accept->next->next->q, 0);
	is(m->accept_encoding->next->type, "*");
	is(m->accept_language->next->type, "en-gb");
	CU_ASSERT_EQUAL(m->accept_language->next->q, 800);
	is(m->content_type->subtype, "mixed");
	is(m->content_type->params, "boundary=\"x y\"");
	CU_ASSERT_TRUE(m->content_disposition->handling_optional);
	is(m->content_encoding->next->value, "tar");
	is(m->content_language->next->value, "en-US");
	CU_ASSERT_TRUE(m->has_mime_version && m->mime_major == 1 && m->mime_minor == 0);
	CU_ASSERT_TRUE(sip_tokens_have(m->allow, STR("INFO")) && m->has_allow);
	CU_ASSERT_TRUE(m->has_supported && !m->supported);
	is(m->require->value, "100rel");
	is(m->proxy_require->value, "a");
	is(m->unsupported->next->value, "c");
	sip_msg_free(m);
}

static void informative(void)
{
	struct sip_msg *m =
		with("Alert-Info: <http://a/b>;x\r\nCall-Info: <http://c/d> ;purpose=icon, "
		     "<http://e/f>\r\nError-Info: <sip:g@h>\r\n"
		     "Date: Thu, 21 Feb 2002 13:02:03 GMT\r\nExpires: 4294967295\r\nMin-Expires: "
		     "5\r\nIn-Reply-To: a@b, c\r\n"
		     "Organization: Boxes by Bob\r\nPriority: Emergency\r\nRetry-After: 18 (in a "
		     "(long) call);duration=3600\r\n"
		     "Server: A/1.0 (c (d)) B\r\nUser-Agent: Softphone "
		     "Beta1.5\r\nSubject:\r\nTimestamp: 54.021 1.5\r\n"
		     "Warning: 307 isi.edu \"Session \\\"x\\\"\", 301 a.b:5060 \"y\"\r\n"
		     "Reason: Q.850;cause=16;text=\"bye, now\", SIP ;cause=200\r\nMax-Forwards: "
		     "0070\r\n",
		     0);

	CU_ASSERT_EQUAL(m->n_bad, 0);
	is(m->alert_info->params, "x");
	is(m->call_info->purpose, "icon");
	is(m->call_info->next->uri.text, "http://e/f");
	is(m->error_info->uri.user, "g");
	CU_ASSERT_TRUE(m->date->weekday == 4 && m->date->month == 2 && m->date->second == 3);
	CU_ASSERT_EQUAL(m->expires, UINT32_MAX);
	CU_ASSERT_TRUE(m->has_min_expires && m->min_expires == 5);
	is(m->in_reply_to->value, "a@b");
	is(m->organization, "Boxes by Bob");
	is(m->priority, "Emergency");
	CU_ASSERT_TRUE(m->retry_after->seconds == 18 && m->retry_after->duration_s == 3600);
	is(m->retry_after->comment, "in a (long) call");
	is(m->server->version, "1.0");
	is(m->server->next->comment, "c (d)");
	is(m->server->next->next->name, "B");
	is(m->user_agent->next->name, "Beta1.5");
	CU_ASSERT_TRUE(m->subject.p && m->subject.n == 0);
	CU_ASSERT_TRUE(m->timestamp->time_us == 54021000 && m->timestamp->has_delay &&
		       m->timestamp->delay_us == 1500000);
	is(m->timestamp->time, "54.021");
	CU_ASSERT_EQUAL(m->warning->code, 307);
	is(m->warning->next->agent, "a.b:5060");
	CU_ASSERT_TRUE(m->reason->q850 && m->reason->has_cause && m->reason->cause == 16);
	is(m->reason->text, "bye, now");
	is(m->reason->next->protocol, "SIP");
	CU_ASSERT_TRUE(m->has_max_forwards && m->max_forwards == 70);
	sip_msg_free(m);
}

/* Needed to serve the request: answered 400 and named. */
static void needed_bad(void)
{
	static const char *const rows[] = {
		"Via: SIP/2.0/UDP\r\n",
		"Via: SIP/2.0/UDP h;branch=\"q\"\r\n",
		"Via: SIP/2.0/UDP h;received=x.y\r\n",
		"Via: SIP/2.0/UDP h;rport=0\r\n",
		"Via: SIP/2.0/UDP h;ttl=300\r\n",
		"Via: SIP/2.0/UDP h,\r\n",
		"Via:\r\n",
		"Via: SIP/2.0/UDP h:99999\r\n",
		"Contact:\r\n",
		"Contact: *, <sip:a@b>\r\n",
		"Contact: <sip:a@b>, *\r\n",
		"Contact: <sip:a@b>;q=1.1\r\n",
		"Contact: sip:a@b?c=d\r\n",
		"Contact: <sip:a@b\r\n",
		"Route: sip:a\r\n",
		"Record-Route: <sip:a>,\r\n",
		"Content-Type: text\r\n",
		"Content-Type: a/b;c\r\n",
		"Content-Length: -1\r\n",
		"Content-Length: 4294967296\r\n",
		"Content-Length: 0\r\nl: 0\r\n",
		"Require:\r\n",
		"Require: a b\r\n",
		"From: <sip:z@z>\r\n",
		"Call-ID: e\r\n",
		"CSeq: 2 INVITE\r\n",
		"Content-Disposition: ;x\r\n",
		"Contact: <sip:a@b>;expires\r\n;\r\n",
		/* 7.3.1: a parameter name stands once */
		"Contact: <sip:a@b>;q=1;q=0\r\n",
		"Via: SIP/2.0/UDP h;branch=z9hG4bK1;branch=z9hG4bK2\r\n",
		"Via: SIP/2.0/UDP h;x=\"a;b\";rport;X\r\n",
		"Record-Route: <sip:a;lr;lr>\r\n",
		"Content-Type: a/b;c=1;C=2\r\n",
		"Content-Disposition: session;handling=optional;handling=required\r\n",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_msg *m = with(rows[i], -EBADMSG);

		CU_ASSERT_EQUAL(m->error.status, 400);
		CU_ASSERT_TRUE(m->error.answerable);
		CU_ASSERT_TRUE(m->error.offset >= sizeof(HEAD) - 1 &&
			       m->error.offset < strlen(buffer));
		CU_ASSERT_TRUE(strlen(m->error.text) > 0);
		sip_msg_free(m);
	}
}

/* Not needed: ignored, marked and counted (8.2.2), and no value of it shows. */
static void optional_bad(void)
{
	static const char *const rows[] = {
		"Date: Thu, 21 Feb 2002 13:02:03 EST\r\n",
		"Date: Thu,21 Feb 2002 13:02:03 GMT\r\n",
		"Expires: 4294967296\r\n",
		"Expires: 1x\r\n",
		"Max-Forwards: 256\r\n",
		"Max-Forwards:\r\n",
		"MIME-Version: 1\r\n",
		"Min-Expires: -2\r\n",
		"Priority: a b\r\n",
		"Retry-After: 5 (x\r\n",
		"Timestamp: .5\r\n",
		"Warning: 1812 a \"b\"\r\n",
		"Warning: 399 a b\r\n",
		"Server: (a\r\n",
		"Server:\r\n",
		"Alert-Info: http://a\r\n",
		"Authorization: Digest\r\n",
		"Authorization: Digest nc=1\r\n",
		"Authorization: Digest realm=x\r\n",
		"Authorization: Digest realm=\"x\",realm=\"y\"\r\n",
		"Authorization: Digest response=\"xyz\"\r\n",
		"Authorization: Digest nc=00000001,nc=00000002\r\n",
		"Authorization: Digest x=y,X=y\r\n",
		"Accept: text\r\n",
		"Accept: a/b;q=2\r\n",
		"Accept-Language: toolonglanguage\r\n",
		"Reason: Q.850;cause=x\r\n",
		"Reason: Q.850;cause=16;cause=17\r\n",
		"Accept: a/b;q=1;Q=0\r\n",
		"Retry-After: 5;duration=1;duration=2\r\n",
		"Alert-Info: <http://a>;purpose=x;purpose=y\r\n",
		"Reason:\r\n",
		"Subject: a\x01\r\n",
		"X-Unknown: a\x7f\r\n",
		"P-Asserted-Identity: <sip:a@b\r\n",
		"Reply-To: a b\r\n",
		"In-Reply-To: a@\r\n",
		"Privacy: ;\r\n",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_msg *m = with(rows[i], 0);

		if (m->n_bad != 1)
			fprintf(stderr, "not noticed: %s", rows[i]);
		CU_ASSERT_EQUAL(m->n_bad, 1);
		CU_ASSERT_TRUE(m->headers[m->n_headers - 1].bad);
		CU_ASSERT_FALSE(m->has_expires || m->has_max_forwards || m->has_mime_version ||
				m->has_min_expires);
		CU_ASSERT_TRUE(!m->date && !m->warning && !m->timestamp && !m->retry_after &&
			       !m->server);
		CU_ASSERT_TRUE(!m->authorization && !m->accept && !m->asserted && !m->reply_to &&
			       !m->privacy);
		sip_msg_free(m);
	}
}

/* Names that the first look cannot tell apart are told apart, up to a limit. */
static void many_parameters(void)
{
	char field[1024] = "Contact: <sip:a@b>";
	size_t n = strlen(field);

	for (unsigned i = 0; i <= 64; i++) {
		n += (size_t)snprintf(field + n, sizeof(field) - n, ";x%cy",
				      i < 26 ? 'a' + i : '0' + i % 10);
		if (i >= 26)
			n += (size_t)snprintf(field + n, sizeof(field) - n, "%uy", i);
		if (i == 63 || i == 64) {
			memcpy(field + n, "\r\n", 3);
			sip_msg_free(with(field, i == 63 ? 0 : -EBADMSG));
		}
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "names", names },
		{ "names_in_lines", names_in_lines },
		{ "compact", compact },
		{ "methods", methods },
		{ "vias", vias },
		{ "via_hosts", via_hosts },
		{ "users", users },
		{ "addresses", addresses },
		{ "credentials", credentials },
		{ "contents", contents },
		{ "informative", informative },
		{ "needed_bad", needed_bad },
		{ "optional_bad", optional_bad },
		{ "many_parameters", many_parameters },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip header fields", tests, argc, argv);
}
