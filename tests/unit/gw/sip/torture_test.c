/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The torture messages of RFC 4475 and RFC 5118 against the verdicts in
 * tests/vectors/sip/.../index.tsv. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/sdp.h"
#include "gw/sip/write.h"
#include "tests/unit/cu.h"

#define VECTORS	 "tests/vectors/sip/"
#define MAX_FILE 8192
#define DROP	 1 /* status of what is dropped without an answer */

static char octets[MAX_FILE];

static size_t load(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), VECTORS "%s/%s", folder, name);

	FILE *f = fopen(path, "rb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);

	size_t n = fread(octets, 1, sizeof(octets), f);

	fclose(f);
	return n;
}

static struct sip_msg *read_msg(const char *folder, const char *name, int *status)
{
	struct sip_msg *msg;
	size_t n = load(folder, name);

	*status = sip_msg_parse(&msg, octets, n, SIP_DATAGRAM);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	return msg;
}

static unsigned number(const char *word)
{
	return strcmp(word, "drop") == 0 ? DROP : (unsigned)strtoul(word, NULL, 10);
}

/* What this element does: DROP, or the status of its answer, or 0: serve it. */
static unsigned parse_verdict(const struct sip_msg *msg)
{
	if (msg->error.fault == SIP_FAULT_NONE)
		return 0;
	return msg->request && msg->error.answerable ? msg->error.status : DROP;
}

static unsigned check_verdict(const struct sip_msg *msg)
{
	static const struct str types[] = { STR("application/sdp"), STR_NONE };
	static const struct sip_caps caps = {
		.methods = 1u << SIP_INVITE | 1u << SIP_ACK | 1u << SIP_BYE | 1u << SIP_CANCEL |
			   1u << SIP_OPTIONS,
		.types = types,
		.tel = true,
	};

	return sip_msg_misrouted(msg) ? DROP : sip_msg_check(msg, &caps);
}

/* A refused request gets an answer that is a well-formed message, unless what it must repeat was
 * not. */
static void answer(const struct sip_msg *msg, const char *name)
{
	char buffer[MAX_FILE];
	struct sip_writer w;
	struct str text;

	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_response(&w, msg, msg->error.status, str_c(msg->error.text), STR("r"));
	sip_write_end(&w);
	if (sip_write_close(&w, &text) != 0)
		fprintf(stderr, "%s: no answer\n", name);
	CU_ASSERT_EQUAL(sip_write_close(&w, &text), 0);
	CU_ASSERT_TRUE(str_starts(text, STR("SIP/2.0 ")));
}

static void row(const char *folder, const char *name, const char *parse, const char *check)
{
	int status;
	struct sip_msg *msg = read_msg(folder, name, &status);
	unsigned verdict = parse_verdict(msg);

	if (verdict != number(parse))
		fprintf(stderr, "%s: %u instead of %s: %s at %zu\n", name, verdict, parse,
			msg->error.text, msg->error.offset);
	CU_ASSERT_EQUAL(verdict, number(parse));
	CU_ASSERT_EQUAL(status, msg->error.fault ? -EBADMSG : 0);
	if (verdict == 0 && check_verdict(msg) != number(check))
		fprintf(stderr, "%s: check gives %u instead of %s\n", name, check_verdict(msg),
			check);
	if (verdict == 0)
		CU_ASSERT_EQUAL(check_verdict(msg), number(check));
	if (verdict > DROP)
		answer(msg, name);
	sip_msg_free(msg);
}

static unsigned folder_rows(const char *folder)
{
	char path[256], line[512];
	unsigned rows = 0;

	snprintf(path, sizeof(path), VECTORS "%s/index.tsv", folder);

	FILE *f = fopen(path, "r");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	while (fgets(line, sizeof(line), f)) {
		char *rest = line, *name = strsep(&rest, "\t");

		if (name[0] == '#')
			continue;
		strsep(&rest, "\t"); /* section */

		const char *parse = strsep(&rest, "\t"), *check = strsep(&rest, "\t");

		CU_ASSERT_PTR_NOT_NULL_FATAL(check);
		row(folder, name, parse, check);
		rows++;
	}
	fclose(f);
	return rows;
}

static void rfc4475(void)
{
	CU_ASSERT_EQUAL(folder_rows("rfc4475"), 49);
}

static void rfc5118(void)
{
	CU_ASSERT_EQUAL(folder_rows("rfc5118"), 12);
}

static struct sip_msg *good(const char *folder, const char *name)
{
	int status;
	struct sip_msg *msg = read_msg(folder, name, &status);

	CU_ASSERT_EQUAL_FATAL(status, 0);
	return msg;
}

static void is(struct str s, const char *wanted)
{
	CU_ASSERT_TRUE(str_eq(s, str_c(wanted)));
}

/* RFC 4475 3.1.1.1 */
static void wsinv(void)
{
	struct sip_msg *m = good("rfc4475", "wsinv.dat");

	is(m->to->tag, "1918181833n");
	is(m->from->display, "J Rosenberg \\\\\\\"");
	is(m->from->tag, "98asjd8");
	CU_ASSERT_EQUAL(m->max_forwards, 68);
	CU_ASSERT_EQUAL(m->cseq.number, 9);
	CU_ASSERT_EQUAL(m->body.n, 150);
	is(m->via->host, "192.0.2.2");
	is(m->via->branch, "390skdjuw");
	CU_ASSERT_FALSE(m->via->cookie);
	is(m->via->next->host, "spindle.example.com");
	is(m->via->next->branch, "z9hG4bK9ikj8");
	CU_ASSERT_EQUAL(m->via->next->proto, SIP_PROTO_TCP);
	is(m->via->next->next->branch, "z9hG4bK30239");
	CU_ASSERT_PTR_NULL(m->via->next->next->next);
	CU_ASSERT_TRUE(m->subject.p && m->subject.n == 0);
	CU_ASSERT_TRUE(m->route->uri.lr);
	is(m->contact->display, "Quoted string \\\"\\\"");
	CU_ASSERT_EQUAL(m->contact->q, 330);
	is(sip_msg_other(m, STR("UnknownHeaderWithUnusualValue"))->value, ";;,,;;,;");
	CU_ASSERT_EQUAL(m->n_bad, 0);
	sip_msg_free(m);
}

/* RFC 4475 3.1.1.2, 3.1.1.4, 3.1.1.5, 3.1.1.8, 3.1.1.9 */
static void odd_values(void)
{
	struct sip_msg *m = good("rfc4475", "intmeth.dat");

	is(m->method_name, "!interesting-Method0123456789_*+`.%indeed'~");
	is(m->uri.host, "example.com");
	is(m->uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
	is(m->call_id, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
	is(m->from->display, "token1~` token2'+_ token3*%!.-");
	is(m->from->tag, "_token~1'+`*%!-.");
	is(m->via->branch, "z9hG4bK-.!%66*_+`'~");
	sip_msg_free(m);
	m = good("rfc4475", "escnull.dat");
	is(m->contact->next->uri.user, "%00%00");
	sip_msg_free(m);
	m = good("rfc4475", "esc02.dat");
	CU_ASSERT_PTR_NULL(m->contact->next->next);
	is(m->to->display, "%Z%45");
	sip_msg_free(m);
	m = good("rfc4475", "dblreq.dat");
	CU_ASSERT_TRUE(m->has_content_length && m->body.n == 0);
	sip_msg_free(m);
	m = good("rfc4475", "semiuri.dat");
	is(m->uri.user, "user;par=u%40example.net");
	CU_ASSERT_EQUAL(m->uri.params.n, 0);
	sip_msg_free(m);
}

/* RFC 4475 3.1.2.12, 3.2.1, 3.3.12-3.3.14 */
static void ours_to_decide(void)
{
	struct sip_msg *m = good("rfc4475", "baddate.dat");

	CU_ASSERT_TRUE(!m->date && m->n_bad == 1);
	sip_msg_free(m);
	m = good("rfc4475", "badbranch.dat");
	CU_ASSERT_FALSE(m->via->cookie);
	sip_msg_free(m);
	m = good("rfc4475", "cparam01.dat");
	CU_ASSERT_EQUAL(m->contact->uri.params.n, 0);
	is(m->contact->params, "unknownparam");
	sip_msg_free(m);
	m = good("rfc4475", "cparam02.dat");
	is(m->contact->uri.params, "unknownparam");
	CU_ASSERT_EQUAL(m->contact->params.n, 0);
	sip_msg_free(m);
	m = good("rfc4475", "regescrt.dat");
	is(m->contact->uri.headers, "Route=%3Csip:sip.example.com%3E");
	sip_msg_free(m);
}

static void ipv6(void)
{
	struct sip_msg *m = good("rfc5118", "port-ambiguous.dat");

	is(m->uri.host, "2001:db8::10:5070");
	CU_ASSERT_EQUAL(m->uri.port, 0);
	sip_msg_free(m);
	m = good("rfc5118", "port-unambiguous.dat");
	is(m->uri.host, "2001:db8::10");
	CU_ASSERT_EQUAL(m->uri.port, 5070);
	sip_msg_free(m);
	m = good("rfc5118", "via-received-param-with-delim.dat");
	is(m->via->received, "2001:db8::9:255");
	sip_msg_free(m);
	m = good("rfc5118", "via-received-param-no-delim.dat");
	is(m->via->received, "2001:db8::9:255");
	sip_msg_free(m);
	m = good("rfc5118", "ipv4-mapped-ipv6.dat");
	is(m->via->host, "::ffff:192.0.2.10");
	CU_ASSERT_EQUAL(m->via->port, 19823);
	sip_msg_free(m);
}

static void bodies(void)
{
	static const struct {
		const char *folder, *name;
		unsigned media;
		const char *address;
	} rows[] = {
		{ "rfc4475", "wsinv.dat", 2, "192.0.2.4" },
		{ "rfc4475", "inv2543.dat", 1, "192.0.2.5" },
		{ "rfc5118", "ipv6-in-sdp.dat", 2, "2001:db8::20" },
		{ "rfc5118", "mult-ip-in-sdp.dat", 2, "192.0.2.1" },
		{ "rfc5118", "ipv4-mapped-ipv6.dat", 2, "::ffff:192.0.2.2" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_msg *m = good(rows[i].folder, rows[i].name);
		struct sdp_error error;
		struct sdp sdp;
		int status = sdp_parse(&sdp, m->body, &error);

		if (status)
			fprintf(stderr, "%s: %s at %zu\n", rows[i].name, error.text, error.offset);
		CU_ASSERT_EQUAL_FATAL(status, 0);
		CU_ASSERT_EQUAL(sdp.n_media, rows[i].media);
		is(sdp.media[0].conn.address, rows[i].address);
		sip_msg_free(m);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "rfc4475", rfc4475 },
		{ "rfc5118", rfc5118 },
		{ "wsinv", wsinv },
		{ "odd_values", odd_values },
		{ "ours_to_decide", ours_to_decide },
		{ "ipv6", ipv6 },
		{ "bodies", bodies },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip torture", tests, argc, argv);
}
