/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Whole messages: start lines, limits, framing in streams, faults, and what the writer makes (RFC
 * 3261 7, 8.2.6, 18.3). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/write.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define REST                                                                                       \
	"Via: SIP/2.0/UDP h.example:5070;branch=z9hG4bKa;rport\r\nVia: SIP/2.0/TCP g\r\n"          \
	"From: \"A\" <sip:a@x.example>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: c@d\r\nCSeq: " \
	"7 INVITE\r\n"                                                                             \
	"Record-Route: <sip:r1;lr>,<sip:r2;lr>\r\nTimestamp: 5.5\r\n"
#define INVITE "INVITE sip:b@example.com SIP/2.0\r\n" REST

static struct sip_msg *parse(const char *text, int wanted)
{
	struct sip_msg *msg;
	int status = sip_msg_parse(&msg, text, strlen(text), SIP_DATAGRAM);

	if (status != wanted)
		fprintf(stderr, "%.40s: %d\n", text, status);
	CU_ASSERT_EQUAL(status, wanted);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	return msg;
}

static void start_lines(void)
{
	static const struct {
		const char *line;
		enum sip_fault fault;
		unsigned status;
	} rows[] = {
		{ "INVITE sip:a SIP/2.0", SIP_FAULT_NONE, 0 },
		{ "INVITE sip:a sip/2.0", SIP_FAULT_NONE, 0 },
		{ "INVITE sip:a SIP/3.0", SIP_FAULT_VERSION, 505 },
		{ "INVITE sip:a SIP/2", SIP_FAULT_START_LINE, 400 },
		{ "INVITE sip:a", SIP_FAULT_REQUEST_URI, 400 },
		{ "INVITE sip:a HTTP/1.1", SIP_FAULT_START_LINE, 400 },
		{ "INVITE sip:a SIP/2.0 ", SIP_FAULT_START_LINE, 400 },
		{ "INVITE  sip:a SIP/2.0", SIP_FAULT_REQUEST_URI, 400 },
		{ " INVITE sip:a SIP/2.0", SIP_FAULT_START_LINE, 400 },
		{ "INVITE", SIP_FAULT_START_LINE, 400 },
		{ "", SIP_FAULT_START_LINE, 400 },
		{ "SIP/2.0 200 OK", SIP_FAULT_NONE, 0 },
		{ "SIP/2.0 200 ", SIP_FAULT_NONE, 0 },
		{ "SIP/2.0 200", SIP_FAULT_START_LINE, 0 },
		{ "SIP/2.0 99 x", SIP_FAULT_START_LINE, 0 },
		{ "SIP/2.0 700 x", SIP_FAULT_START_LINE, 0 },
		{ "SIP/2.1 200 x", SIP_FAULT_VERSION, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[1024];
		/* an empty start line would be a leading CRLF: put a blank there */
		const char *line = rows[i].line[0] ? rows[i].line : " ";

		snprintf(text, sizeof(text), "%s\r\n" REST "\r\n", line);

		struct sip_msg *m = parse(text, rows[i].fault ? -EBADMSG : 0);

		if (m->error.fault != rows[i].fault)
			fprintf(stderr, "%s: %s\n", line, sip_fault_name(m->error.fault));
		CU_ASSERT_EQUAL(m->error.fault, rows[i].fault);
		CU_ASSERT_EQUAL(m->error.status, rows[i].status);
		CU_ASSERT_TRUE(m->error.offset < strlen(text));
		sip_msg_free(m);
	}
}

static void accessors(void)
{
	struct sip_msg *m =
		parse("\r\n\r\n" INVITE "X-A: 1\r\nx-b:\r\n 2\r\n\t3\r\nX-A: 4\r\n\r\nbody", 0);
	const struct sip_header *h = sip_msg_other(m, STR("X-B"));

	CU_ASSERT_TRUE(m->request && m->method == SIP_INVITE && m->cseq.number == 7);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT_TRUE(str_eq(str_trim(h->value), STR("2  \t3")));
	CU_ASSERT_TRUE(str_eq(sip_msg_other(m, STR("x-a"))->value, STR("1")));
	CU_ASSERT_PTR_NULL(sip_msg_other(m, STR("x-c")));
	CU_ASSERT_TRUE(str_eq(sip_msg_header(m, SIP_H_VIA, 1)->value, STR("SIP/2.0/TCP g")));
	CU_ASSERT_PTR_NULL(sip_msg_header(m, SIP_H_VIA, 2));
	CU_ASSERT_TRUE(str_eq(m->body, STR("body")));
	CU_ASSERT_EQUAL(m->n_headers, 11);
	CU_ASSERT_PTR_EQUAL(sip_msg_ref(m), m);
	sip_msg_free(m);
	CU_ASSERT_TRUE(str_eq(m->call_id, STR("c@d")));
	sip_msg_free(m);
	sip_msg_free(NULL);
}

static void faults(void)
{
	static const struct {
		const char *text;
		enum sip_fault fault;
		const char *phrase;
	} rows[] = {
		{ INVITE, SIP_FAULT_UNENDED, "Message Not Complete" },
		{ INVITE "no colon\r\n\r\n", SIP_FAULT_LINE, "Bad Line" },
		{ INVITE "a b: c\r\n\r\n", SIP_FAULT_LINE, "Bad Line" },
		{ INVITE ": c\r\n\r\n", SIP_FAULT_LINE, "Bad Line" },
		{ INVITE "X: y\n\r\n", SIP_FAULT_LINE, "Bad Line" },
		{ "INVITE sip:a SIP/2.0\r\n folded: x\r\n" REST "\r\n", SIP_FAULT_LINE,
		  "Bad Line" },
		{ INVITE "Content-Length: 1\r\n\r\n", SIP_FAULT_LENGTH, "Bad Content-Length" },
		{ "BYE sip:a SIP/2.0\r\n" REST "\r\n", SIP_FAULT_METHOD_MISMATCH,
		  "CSeq Method Mismatch" },
		{ "INVITE sip:a SIP/2.0\r\n\r\n", SIP_FAULT_MISSING, "Missing Via Header Field" },
		{ INVITE "CSeq: 1 INVITE\r\n\r\n", SIP_FAULT_REPEATED,
		  "Repeated CSeq Header Field" },
		{ INVITE "Contact: x\r\n\r\n", SIP_FAULT_HEADER, "Bad Contact Header Field" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_msg *m = parse(rows[i].text, -EBADMSG);

		CU_ASSERT_EQUAL(m->error.fault, rows[i].fault);
		CU_ASSERT_STRING_EQUAL(m->error.text, rows[i].phrase);
		CU_ASSERT_EQUAL(m->error.status, 400);
		CU_ASSERT_EQUAL(m->error.answerable, m->via != NULL);
		sip_msg_free(m);
	}

	struct sip_msg *ack = parse("ACK sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n", -EBADMSG);

	CU_ASSERT_FALSE(ack->error.answerable);
	sip_msg_free(ack);
}

static void limits(void)
{
	size_t cap = SIP_MSG_MAX_OCTETS + 100, n;
	char *text = malloc(cap);
	struct sip_msg *m;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'a', cap);
	CU_ASSERT_EQUAL(sip_msg_parse(&m, text, SIP_MSG_MAX_OCTETS + 1, SIP_DATAGRAM), -EBADMSG);
	CU_ASSERT_EQUAL(m->error.fault, SIP_FAULT_TOO_LARGE);
	CU_ASSERT_EQUAL(m->error.status, 513);
	sip_msg_free(m);

	/* 128 header fields are served, 129 are not */
	for (unsigned more = 0; more < 2; more++) {
		n = (size_t)snprintf(text, cap, INVITE);
		for (unsigned i = 8; i < SIP_MSG_MAX_HEADERS + more; i++)
			n += (size_t)snprintf(text + n, cap - n, "X: y\r\n");
		n += (size_t)snprintf(text + n, cap - n, "\r\n");
		CU_ASSERT_EQUAL(sip_msg_parse(&m, text, n, SIP_DATAGRAM), more ? -EBADMSG : 0);
		CU_ASSERT_EQUAL(m->n_headers, SIP_MSG_MAX_HEADERS);
		CU_ASSERT_EQUAL(m->error.fault, more ? SIP_FAULT_TOO_MANY : SIP_FAULT_NONE);
		sip_msg_free(m);
	}
	for (unsigned more = 0; more < 2; more++) {
		n = (size_t)snprintf(text, cap, INVITE "Supported: a");
		for (unsigned i = 1; i < SIP_MSG_MAX_VALUES - 9 + more; i++)
			n += (size_t)snprintf(text + n, cap - n, ",a");
		n += (size_t)snprintf(text + n, cap - n, "\r\n\r\n");
		CU_ASSERT_EQUAL(sip_msg_parse(&m, text, n, SIP_DATAGRAM), more ? -EBADMSG : 0);
		sip_msg_free(m);
	}
	free(text);
}

static void frames(void)
{
	static const char one[] = INVITE "Content-Length:\r\n  4 \r\n\r\nbody";
	static const char two[] = "\r\n\r\n" INVITE "l: 4\r\n\r\nbodyNEXT";
	size_t skip, length;

	for (size_t n = 0; n < sizeof(one) - 1; n++)
		CU_ASSERT_EQUAL(sip_msg_frame(one, n, &skip, &length), -EAGAIN);
	CU_ASSERT_EQUAL(sip_msg_frame(one, sizeof(one) - 1, &skip, &length), 0);
	CU_ASSERT_TRUE(skip == 0 && length == sizeof(one) - 1);
	CU_ASSERT_EQUAL(sip_msg_frame(two, sizeof(two) - 1, &skip, &length), 0);
	CU_ASSERT_TRUE(skip == 4 && length == sizeof(two) - 1 - 4 - 4);

	struct sip_msg *m;

	CU_ASSERT_EQUAL(sip_msg_parse(&m, two + 4, length, SIP_STREAM), 0);
	CU_ASSERT_TRUE(str_eq(m->body, STR("body")));
	sip_msg_free(m);
	CU_ASSERT_EQUAL(sip_msg_frame("\r\n\r\n", 4, &skip, &length), -EAGAIN);
	CU_ASSERT_EQUAL(skip, 4);
}

static void bad_frames(void)
{
	static const char *const rows[] = {
		INVITE "\r\n",
		INVITE "l: -1\r\n\r\n",
		INVITE "l: five\r\n\r\n",
		INVITE "l: 1\r\nl: 1\r\n\r\n",
		INVITE "l: 1\r\n 2\r\n\r\n",
		INVITE "l: 1 2\r\n\r\n",
		INVITE "l:\r\n\r\n",
	};
	size_t skip, length;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sip_msg *m;

		CU_ASSERT_EQUAL(sip_msg_frame(rows[i], strlen(rows[i]), &skip, &length), -EBADMSG);
		CU_ASSERT_EQUAL(length, strlen(rows[i]));
		CU_ASSERT_EQUAL(sip_msg_parse(&m, rows[i], length, SIP_STREAM), -EBADMSG);
		CU_ASSERT_EQUAL(m->error.status, 400);
		CU_ASSERT_TRUE(m->error.answerable);
		sip_msg_free(m);
	}
	CU_ASSERT_EQUAL(sip_msg_frame(INVITE "l: 65536\r\n\r\n", strlen(INVITE "l: 65536\r\n\r\n"),
				      &skip, &length),
			-EMSGSIZE);

	char *endless = malloc(SIP_MSG_MAX_OCTETS);

	memset(endless, 'x', SIP_MSG_MAX_OCTETS);
	CU_ASSERT_EQUAL(sip_msg_frame(endless, SIP_MSG_MAX_OCTETS - 1, &skip, &length), -EAGAIN);
	CU_ASSERT_EQUAL(sip_msg_frame(endless, SIP_MSG_MAX_OCTETS, &skip, &length), -EMSGSIZE);
	free(endless);
}

/* Cut at every octet, in blocks of exactly that size, and with every octet changed: nothing but a
 * verdict. */
static void damaged(void)
{
	static const char text[] = INVITE
		"Contact: \"x\" <sip:a@[::1]:5;lr>;q=0.1\r\nDate: Thu, 21 Feb 2002 13:02:03 GMT\r\n"
		"Authorization: Digest realm=\"r\",nc=00000001\r\nWarning: 301 a \"b\"\r\nServer: "
		"a/b (c(d))\r\n"
		"Accept: a/b;q=0.1\r\nTimestamp: 1.1 2\r\nContent-Type: a/b\r\nContent-Length: "
		"1\r\n\r\nx";
	struct sip_msg *m;

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, text, n);
		CU_ASSERT_EQUAL(sip_msg_parse(&m, copy, n, SIP_DATAGRAM), -EBADMSG);
		sip_msg_free(m);
		free(copy);
	}
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		static const char octets[] = { '\0', '\r', '\n', ' ', ',',   ';',
					       '"',  '<',  '\\', ':', '\xff' };
		char copy[sizeof(text)];

		for (size_t i = 0; i < sizeof(octets); i++) {
			memcpy(copy, text, sizeof(text));
			copy[n] = octets[i];

			int status = sip_msg_parse(&m, copy, sizeof(text) - 1, SIP_DATAGRAM);

			CU_ASSERT_TRUE(status == 0 || status == -EBADMSG);
			sip_msg_free(m);
		}
	}
}

static void answered(void)
{
	char buffer[2048];
	struct sip_writer w;
	struct sip_msg *m = parse(INVITE "\r\n", 0);
	struct str text;

	CU_ASSERT_EQUAL(sip_msg_received(m, STR("192.0.2.9"), 4711), 0);
	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_response(&w, m, 180, STR_NONE, STR("tt"));
	sip_write_end(&w);
	CU_ASSERT_EQUAL_FATAL(sip_write_close(&w, &text), 0);
	CU_ASSERT_TRUE(str_eq(
		text, STR("SIP/2.0 180 Ringing\r\n"
			  "Via: SIP/2.0/UDP "
			  "h.example:5070;branch=z9hG4bKa;received=192.0.2.9;rport=4711\r\n"
			  "Via: SIP/2.0/TCP g\r\nFrom: \"A\" <sip:a@x.example>;tag=1\r\n"
			  "To: <sip:b@example.com>;tag=tt\r\nCall-ID: c@d\r\nCSeq: 7 INVITE\r\n"
			  "Record-Route: <sip:r1;lr>,<sip:r2;lr>\r\nContent-Length: 0\r\n\r\n")));
	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_response(&w, m, 100, STR_NONE, STR_NONE);
	sip_write_end(&w);
	CU_ASSERT_EQUAL_FATAL(sip_write_close(&w, &text), 0);
	sip_msg_free(m);
	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&m, text.p, text.n, SIP_STREAM), 0);
	CU_ASSERT_TRUE(m->timestamp && !m->record_route && !m->to->tag.p);
	CU_ASSERT_TRUE(m->method == SIP_INVITE && m->status == 100);
	CU_ASSERT_TRUE(sip_msg_misrouted(m));
	sip_msg_free(m);
}

static void received_unneeded(void)
{
	struct sip_msg *m = parse("BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP "
				  "192.0.2.1;branch=z9hG4bKa\r\nFrom: sip:a@b\r\n"
				  "To: sip:c@d\r\nCall-ID: e\r\nCSeq: 1 BYE\r\n\r\n",
				  0);

	CU_ASSERT_EQUAL(sip_msg_received(m, STR("192.0.2.1"), 9), 0);
	CU_ASSERT_PTR_NULL(m->via->received.p);
	CU_ASSERT_EQUAL(sip_msg_received(m, STR("192.0.2.2"), 9), 0);
	CU_ASSERT_TRUE(str_eq(m->via->received, STR("192.0.2.2")) && m->via->rport_port == 0);
	sip_msg_free(m);
}

static void written(void)
{
	char buffer[2048];
	struct sip_writer w;
	struct str text;
	struct sip_uri uri = { .scheme = SIP_SCHEME_SIP,
			       .user = STR("+4930"),
			       .host = STR("2001:db8::1"),
			       .port = 5080,
			       .transport = SIP_PROTO_TCP,
			       .user_phone = true,
			       .lr = true };
	struct sip_msg *m;

	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_request_line(&w, STR("INVITE"), &uri);
	sip_write_via(&w, SIP_PROTO_TCP, STR("::1"), 5060, STR("z9hG4bK1"), true);
	sip_write_addr(&w, SIP_H_FROM, STR("A \"B\" \\"), &uri, STR("t"));
	sip_write_addr(&w, SIP_H_TO, STR_NONE, &uri, STR_NONE);
	sip_write_header(&w, SIP_H_CALL_ID, STR("x@y"));
	sip_write_cseq(&w, 4294967, STR("INVITE"));
	sip_write_header_uint(&w, SIP_H_MAX_FORWARDS, 70);
	sip_write_header(&w, SIP_H_REASON,
			 STR("Q.850;cause=16;text=\"Normal \\\"call\\\" clearing\""));
	sip_write_begin(&w, SIP_H_SUBJECT);
	sip_write_user(&w, STR("a b#"));
	sip_write_crlf(&w);
	sip_write_other(&w, STR("X-Y"), STR("z"));
	sip_write_body(&w, STR("application/sdp"), STR("a\0b\r\n"));
	CU_ASSERT_EQUAL_FATAL(sip_write_close(&w, &text), 0);
	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&m, text.p, text.n, SIP_STREAM), 0);
	CU_ASSERT_TRUE(str_eq(m->uri.text,
			      STR("sip:+4930@[2001:db8::1]:5080;transport=tcp;user=phone;lr")));
	CU_ASSERT_TRUE(str_eq(m->via->text, STR("SIP/2.0/TCP [::1]:5060;branch=z9hG4bK1;rport")));
	CU_ASSERT_TRUE(str_eq(m->from->display, STR("A \\\"B\\\" \\\\")));
	CU_ASSERT_TRUE(str_eq(m->from->tag, STR("t")));
	CU_ASSERT_TRUE(m->reason->q850 && m->reason->cause == 16);
	CU_ASSERT_TRUE(str_eq(m->subject, STR("a%20b%23")));
	CU_ASSERT_TRUE(str_eq(m->body, STR("a\0b\r\n")));
	CU_ASSERT_EQUAL(m->n_bad, 0);
	sip_msg_free(m);
}

static void refused_values(void)
{
	char buffer[64];
	struct sip_writer w;
	struct str text;

	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_header(&w, SIP_H_SUBJECT, STR("a\r\nEvil: b"));
	CU_ASSERT_EQUAL(sip_write_close(&w, &text), -EINVAL);
	CU_ASSERT_PTR_NULL(text.p);
	sip_write_open(&w, buffer, 16);
	sip_write_header(&w, SIP_H_SUBJECT, STR("12345"));
	CU_ASSERT_EQUAL(w.n, 16);
	CU_ASSERT_EQUAL(sip_write_close(&w, &text), 0);
	sip_write_c(&w, "x");
	CU_ASSERT_EQUAL(sip_write_close(&w, &text), -EMSGSIZE);
	sip_write_open(&w, buffer, sizeof(buffer));
	sip_write_header(&w, SIP_H_OTHER, STR("x"));
	CU_ASSERT_NOT_EQUAL(sip_write_close(&w, &text), 0);
}

/* One control character anywhere is found, whatever stood in the buffer behind the text is not. */
static void control_characters(void)
{
	enum { LONGEST = 40 };
	static const char bad[] = { '\0', '\r', '\n', 0x1f, 0x7f };
	char buffer[LONGEST + 20], text[LONGEST];
	struct sip_writer w;

	for (size_t n = 1; n <= LONGEST; n++) {
		for (size_t room = n; room <= n + 20; room += 10) {
			memset(text, 'a', sizeof(text));
			memset(buffer, '\r', sizeof(buffer));
			text[n - 1] = '\t';
			sip_write_open(&w, buffer, room);
			sip_write_str(&w, (struct str){ text, n });
			CU_ASSERT_TRUE(!w.bad && w.n == n);
			for (size_t at = 0; at < n; at++) {
				text[at] = bad[(at + n) % sizeof(bad)];
				sip_write_open(&w, buffer, room);
				sip_write_str(&w, (struct str){ text, n });
				CU_ASSERT_TRUE(w.bad);
				text[at] = (char)0xe4;
			}
		}
	}
}

static void checked(void)
{
	static const struct str options[] = { STR("100rel"), STR_NONE };
	static const struct str types[] = { STR("application/sdp"), STR_NONE };
	static const struct {
		const char *line, *fields;
		unsigned status;
	} rows[] = {
		{ "INVITE sip:a SIP/2.0\r\n", "\r\n", 0 },
		{ "INVITE tel:+1 SIP/2.0\r\n", "\r\n", 416 },
		{ "INVITE sips:a SIP/2.0\r\n", "\r\n", 416 },
		{ "INVITE sip:a SIP/2.0\r\n", "Require: 100REL\r\n\r\n", 0 },
		{ "INVITE sip:a SIP/2.0\r\n", "Require: 100rel\r\nRequire: x\r\n\r\n", 420 },
		{ "INVITE sip:a SIP/2.0\r\n", "Max-Forwards: 0\r\n\r\n", 483 },
		{ "INVITE sip:a SIP/2.0\r\n", "Max-Forwards: 1\r\n\r\n", 0 },
		{ "INVITE sip:a SIP/2.0\r\n", "\r\nbody", 400 },
		{ "INVITE sip:a SIP/2.0\r\n", "Content-Type: Application/SDP;x=y\r\n\r\nbody", 0 },
		{ "INVITE sip:a SIP/2.0\r\n", "Content-Type: a/sdp\r\n\r\nbody", 415 },
		{ "INVITE sip:a SIP/2.0\r\n",
		  "Content-Type: a/b\r\nContent-Disposition: x;handling=optional\r\n\r\nb", 0 },
		{ "INVITE sip:a SIP/2.0\r\n", "c: application/sdp\r\ne: gzip\r\n\r\nbody", 415 },
		{ "INVITE sip:a SIP/2.0\r\n", "Accept: application/*\r\n\r\n", 0 },
		{ "INVITE sip:a SIP/2.0\r\n", "Accept: text/plain, */*;q=0\r\n\r\n", 406 },
		{ "INVITE sip:a SIP/2.0\r\n", "Accept:\r\n\r\n", 406 },
	};
	struct sip_caps caps = {
		.methods = 1u << SIP_INVITE, .options = options, .types = types, .forwards = true
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2048];

		snprintf(text, sizeof(text), "%s" REST "%s", rows[i].line, rows[i].fields);

		struct sip_msg *m = parse(text, 0);

		if (sip_msg_check(m, &caps) != rows[i].status)
			fprintf(stderr, "check %s%s: %u\n", rows[i].line, rows[i].fields,
				sip_msg_check(m, &caps));
		CU_ASSERT_EQUAL(sip_msg_check(m, &caps), rows[i].status);
		sip_msg_free(m);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "start_lines", start_lines },
		{ "accessors", accessors },
		{ "faults", faults },
		{ "limits", limits },
		{ "frames", frames },
		{ "bad_frames", bad_frames },
		{ "damaged", damaged },
		{ "answered", answered },
		{ "received_unneeded", received_unneeded },
		{ "written", written },
		{ "refused_values", refused_values },
		{ "control_characters", control_characters },
		{ "checked", checked },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip message", tests, argc, argv);
}
