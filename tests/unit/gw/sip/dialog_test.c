/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Dialogs: RFC 3261 12. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/dialog.h"
#include "tests/unit/cu.h"

static struct sip_msg *parse(const char *text)
{
	struct sip_msg *msg = NULL;

	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, text, strlen(text), SIP_DATAGRAM), 0);
	return msg;
}

#define INVITE(rr, contact)                                                                        \
	"INVITE sip:030@gw SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"  \
	"From: \"A\" <sip:a@x>;tag=ft\r\nTo: <sip:030@gw>\r\nCall-ID: cid\r\nCSeq: 5 "             \
	"INVITE\r\n" rr contact "Content-Length: 0\r\n\r\n"
#define CONTACT "Contact: <sip:a@192.0.2.7:5070>\r\n"

static char text[4096];

static struct str written(const struct sip_dialog *d, enum sip_method method, uint32_t cseq)
{
	struct sip_writer w;
	struct str message = STR_NONE;

	sip_write_open(&w, text, sizeof(text) - 1);
	sip_dialog_write_line(d, &w, method);
	sip_dialog_write_head(d, &w, method, cseq);
	sip_write_end(&w);
	CU_ASSERT_EQUAL(sip_write_close(&w, &message), 0);
	text[message.n] = '\0';
	return message;
}

static void test_uas(void)
{
	struct sip_msg *msg = parse(
		INVITE("Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>;x=y\r\n", CONTACT));
	struct sip_dialog d;

	CU_ASSERT_EQUAL(sip_dialog_open_uas(&d, msg, STR("lt")), 0);
	sip_msg_free(msg);
	written(&d, SIP_BYE, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "BYE sip:a@192.0.2.7:5070 SIP/2.0\r\n"
					    "Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "From: <sip:030@gw>;tag=lt\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "To: \"A\" <sip:a@x>;tag=ft\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "CSeq: 1 BYE\r\n"));
	CU_ASSERT_TRUE(str_eq(sip_dialog_next_hop(&d), STR("sip:p1;lr")));
	sip_dialog_close(&d);
}

/* 12.2.1.1: the first router is strict: it is the Request-URI, and the target ends the Route. */
static void test_strict_route(void)
{
	struct sip_msg *msg = parse(INVITE("Record-Route: <sip:p1?x=y>, <sip:p2;lr>\r\n", CONTACT));
	struct sip_dialog d;

	CU_ASSERT_EQUAL(sip_dialog_open_uas(&d, msg, STR("lt")), 0);
	sip_msg_free(msg);
	written(&d, SIP_BYE, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text,
				      "BYE sip:p1 SIP/2.0\r\nRoute: <sip:p2;lr>\r\n"
				      "Route: <sip:a@192.0.2.7:5070>\r\nMax-Forwards: 70\r\n"));
	sip_dialog_close(&d);
}

static void test_uac(void)
{
	struct sip_msg *msg =
		parse("SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
		      "From: <sip:me@gw>;tag=lt\r\nTo: <sip:b@x>;tag=rt\r\n"
		      "Call-ID: cid\r\nCSeq: 3 INVITE\r\nContact: <sip:b@early>\r\n"
		      "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nContent-Length: 0\r\n\r\n");
	struct sip_msg *ok = parse("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
				   "From: <sip:me@gw>;tag=lt\r\nTo: <sip:b@x>;tag=rt\r\n"
				   "Call-ID: cid\r\nCSeq: 3 INVITE\r\nContact: <sip:b@final>\r\n"
				   "Record-Route: <sip:p3;lr>\r\nContent-Length: 0\r\n\r\n");
	struct sip_dialog d;

	CU_ASSERT_EQUAL(sip_dialog_open_uac(&d, msg, STR("<sip:me@gw>;tag=lt")), 0);
	CU_ASSERT_EQUAL(d.local_cseq, 3);
	written(&d, SIP_ACK, 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "ACK sip:b@early SIP/2.0\r\nRoute: <sip:p2;lr>\r\n"
					    "Route: <sip:p1;lr>\r\n"));
	/* 13.2.2.4: the 2xx gives the route set anew. */
	CU_ASSERT_EQUAL(sip_dialog_confirm(&d, ok), 0);
	CU_ASSERT_TRUE(d.confirmed);
	written(&d, SIP_ACK, 3);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "ACK sip:b@final SIP/2.0\r\nRoute: <sip:p3;lr>\r\nMax-Forwards"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "To: <sip:b@x>;tag=rt\r\n"));
	sip_dialog_close(&d);
	sip_msg_free(msg);
	sip_msg_free(ok);
}

static void test_retarget(void)
{
	struct sip_msg *msg = parse(INVITE("Record-Route: <sip:p1;lr>\r\n", CONTACT));
	struct sip_msg *re = parse(INVITE("", "Contact: <sip:a@moved>\r\n"));
	struct sip_dialog d;

	CU_ASSERT_EQUAL(sip_dialog_open_uas(&d, msg, STR("lt")), 0);
	CU_ASSERT_EQUAL(sip_dialog_retarget(&d, re->contact), 0);
	written(&d, SIP_BYE, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "BYE sip:a@moved SIP/2.0\r\nRoute: <sip:p1;lr>\r\n"));
	CU_ASSERT_EQUAL(sip_dialog_retarget(&d, NULL), 0);
	CU_ASSERT_TRUE(str_eq(d.target, STR("sip:a@moved")));
	sip_dialog_close(&d);
	sip_msg_free(msg);
	sip_msg_free(re);
}

static void test_sequence(void)
{
	struct sip_msg *msg = parse(INVITE("", CONTACT));
	struct sip_dialog d;

	CU_ASSERT_EQUAL(sip_dialog_open_uas(&d, msg, STR("lt")), 0);
	CU_ASSERT_EQUAL(sip_dialog_request(&d, msg), 500);
	msg->cseq.number = 4;
	CU_ASSERT_EQUAL(sip_dialog_request(&d, msg), 500);
	msg->cseq.number = 9;
	CU_ASSERT_EQUAL(sip_dialog_request(&d, msg), 0);
	msg->cseq.number = 6;
	CU_ASSERT_EQUAL(sip_dialog_request(&d, msg), 500);
	msg->method = SIP_ACK;
	CU_ASSERT_EQUAL(sip_dialog_request(&d, msg), 0);
	sip_dialog_close(&d);
	sip_msg_free(msg);
}

/* 20,000 dialogs, found by Call-ID and both tags. */
static void test_table(void)
{
	enum { N = 20000 };
	struct sip_msg *msg = parse(INVITE("", CONTACT));
	struct sip_dialog *d = calloc(N, sizeof(*d));
	struct sip_dialogs table = { 0 };
	unsigned found = 0;
	char tag[16];

	CU_ASSERT_PTR_NOT_NULL_FATAL(d);
	for (unsigned i = 0; i < N; i++) {
		int n = snprintf(tag, sizeof(tag), "t%u", i);

		CU_ASSERT_EQUAL_FATAL(
			sip_dialog_open_uas(&d[i], msg, (struct str){ tag, (size_t)n }), 0);
		CU_ASSERT_EQUAL_FATAL(sip_dialogs_add(&table, &d[i]), 0);
	}
	for (unsigned i = 0; i < N; i++) {
		int n = snprintf(tag, sizeof(tag), "t%u", i);
		const struct sip_dialog_key key = { STR("cid"), { tag, (size_t)n }, STR("ft") };

		found += sip_dialogs_find(&table, &key) == &d[i];
	}
	CU_ASSERT_EQUAL(found, N);
	CU_ASSERT_PTR_NULL(sip_dialogs_find(
		&table, &(struct sip_dialog_key){ STR("cid"), STR("t1"), STR("FT") }));
	for (unsigned i = 0; i < N; i++) {
		sip_dialogs_remove(&table, &d[i]);
		sip_dialogs_remove(&table, &d[i]);
		sip_dialog_close(&d[i]);
	}
	CU_ASSERT_EQUAL(table.hash.count, 0);
	hash_close(&table.hash);
	free(d);
	sip_msg_free(msg);
}

static const CU_TestInfo tests[] = {
	{ "uas", test_uas },
	{ "strict route", test_strict_route },
	{ "uac", test_uac },
	{ "retarget", test_retarget },
	{ "sequence numbers", test_sequence },
	{ "table", test_table },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip dialog", tests, argc, argv);
}
