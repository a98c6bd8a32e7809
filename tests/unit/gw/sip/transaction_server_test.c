/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Server transactions, message by message: RFC 3261 17.2, 9.2, 8.2.2.2, RFC 6026, RFC 3263 5. */
#include "tests/unit/gw/sip/txn_rig.c"

#include "gw/base/trace.h"

#define UDP_VIA "UDP 192.0.2.20:5062;branch=z9hG4bKx1;rport"
#define TCP_VIA "TCP 192.0.2.20:5066;branch=z9hG4bKx1"

/* ---- server INVITE ---- */

static void test_server_trying(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT(rig_told("INVITE "));
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT(rig_told("")); /* absorbed */
	rig_run_ms(199);
	RIG_NOTHING();
	rig_run_ms(1);
	const char *trying = rig_next();

	CU_ASSERT(rig_starts(trying, "SIP/2.0 100 "));
	CU_ASSERT_STRING_EQUAL(rig_field(trying, "To"), "<sip:200@192.0.2.10>");
	CU_ASSERT(sent_to(0, "udp 192.0.2.20:5062"));
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_STRING_EQUAL(rig_next(), trying);
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 180, STR_NONE), 0);
	const char *ringing = rig_next();

	CU_ASSERT(rig_starts(ringing, "SIP/2.0 180 "));
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_STRING_EQUAL(rig_next(), ringing);
	rig_run_ms(300000);
	RIG_NOTHING();
	CU_ASSERT(rig_told(""));
	rig_close();
}

static void test_server_answers_early(void)
{
	rig_open();
	rig.reply = 180;
	rig_request("INVITE", UDP_VIA, "", "call1");
	RIG_SENT("SIP/2.0 180 ");
	rig_run_ms(1000);
	RIG_NOTHING(); /* no 100 after it */
	rig_close();
}

static void test_server_refused(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 486, STR("Busy")), 0);
	CU_ASSERT(rig_starts(rig.sent[0].text, "SIP/2.0 486 Busy\r\n"));
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 200, STR_NONE), -EALREADY);
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 200 OK\r\n\r\n")), -EALREADY);
	CU_ASSERT_PTR_NULL(sip_server_request(rig.server));
	rig_run_ms(31999);
	CU_ASSERT(sent_at("0 500 1500 3500 7500 11500 15500 19500 23500 27500 31500 "));
	CU_ASSERT(rig_told("INVITE "));
	rig_run_ms(1); /* H */
	CU_ASSERT(rig_told("failed408 ended "));
	rig_close();
}

static void test_server_ack(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 404, STR_NONE), 0);
	RIG_SENT("SIP/2.0 404 ");
	rig_request("INVITE", UDP_VIA, "", "call1");
	RIG_SENT("SIP/2.0 404 ");
	rig_run_ms(100);
	rig_request("ACK", UDP_VIA, "whatever", "call1");
	CU_ASSERT(rig_told("INVITE ack "));
	rig_request("ACK", UDP_VIA, "whatever", "call1");
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT(rig_told("")); /* absorbed */
	rig_run_ms(4999);
	RIG_NOTHING();
	CU_ASSERT(rig_told(""));
	rig_run_ms(1); /* I */
	CU_ASSERT(rig_told("ended "));
	rig_close();
}

static void test_server_tcp(void)
{
	rig_open();
	rig_request("INVITE", TCP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 404, STR_NONE), 0);
	rig_run_ms(5000);
	CU_ASSERT(sent_at("0 ")); /* no G */
	CU_ASSERT_EQUAL(rig.sent[0].hop.conn, 5);
	rig_request("ACK", TCP_VIA, "x", "call1");
	rig_run_ms(0); /* I is 0 */
	CU_ASSERT(rig_told("INVITE ack ended "));
	rig_close();
}

/* RFC 6026 7.1 */
static void test_server_accepted(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 200 OK\r\nFirst: 1\r\n\r\n")),
			0);
	RIG_SENT("SIP/2.0 200 OK");
	rig_request("INVITE", UDP_VIA, "", "call1");
	rig_run_ms(10000);
	RIG_NOTHING(); /* absorbed, and no repetition of our own */
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 200 OK\r\nFirst: 1\r\n\r\n")),
			0);
	RIG_SENT("SIP/2.0 200 OK");
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 486 No\r\n\r\n")), -EALREADY);
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 180 No\r\n\r\n")), -EALREADY);
	rig_request("ACK", UDP_VIA, "x", "call1"); /* with the INVITE's branch */
	rig_request("ACK", "UDP 192.0.2.20:5062;branch=z9hG4bKother", "x", "call1");
	CU_ASSERT(rig_told("INVITE ack stray-ack "));
	rig_run_ms(21999);
	CU_ASSERT_PTR_NOT_NULL(rig.server);
	rig_run_ms(1); /* L, from the first 2xx */
	CU_ASSERT(rig_told("ended "));
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT(rig_told("INVITE "));
	rig_close();
}

static void test_server_bad_response(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("INVITE sip:a SIP/2.0\r\n\r\n")),
			-EINVAL);
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 700 X\r\n\r\n")), -EINVAL);
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 099 X\r\n\r\n")), -EINVAL);
	RIG_NOTHING();
	rig_close();
}

/* ---- CANCEL, server ---- */

static void test_server_cancel(void)
{
	char tag[64];

	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	snprintf(tag, sizeof(tag), "<sip:200@192.0.2.10>;tag=%s", sip_server_to_tag(rig.server).p);
	rig_request("CANCEL", UDP_VIA, "", "call1");
	CU_ASSERT(rig_told("INVITE cancel "));
	const char *ok = rig_next();

	CU_ASSERT(rig_starts(ok, "SIP/2.0 200 "));
	CU_ASSERT_STRING_EQUAL(rig_field(ok, "CSeq"), "3 CANCEL");
	CU_ASSERT_STRING_EQUAL(rig_field(ok, "To"), tag);
	rig_request("CANCEL", UDP_VIA, "", "call1");
	CU_ASSERT_STRING_EQUAL(rig_next(), ok);
	CU_ASSERT(rig_told("")); /* once */
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 487, STR_NONE), 0);
	const char *terminated = rig_next();

	CU_ASSERT(rig_starts(terminated, "SIP/2.0 487 "));
	CU_ASSERT_STRING_EQUAL(rig_field(terminated, "To"), tag);
	rig_request("ACK", UDP_VIA, "x", "call1");
	rig_run_ms(5000);
	CU_ASSERT(rig_told("ack ended "));
	rig_run_ms(32000);
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 0);
	rig_close();
}

static void test_server_cancel_late(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 200 OK\r\n\r\n")), 0);
	RIG_SENT("SIP/2.0 200 ");
	rig_request("CANCEL", UDP_VIA, "", "call1");
	RIG_SENT("SIP/2.0 200 ");
	CU_ASSERT(rig_told("INVITE "));
	rig_request("CANCEL", "UDP 192.0.2.20:5062;branch=z9hG4bKnone", "", "call9");
	RIG_SENT("SIP/2.0 481 ");
	/* same branch, another sent-by: not the same (17.2.3) */
	rig_request("CANCEL", "UDP 192.0.2.21:5062;branch=z9hG4bKx1", "", "call1");
	RIG_SENT("SIP/2.0 481 ");
	rig_close();
}

/* ---- server, other methods ---- */

static void test_server_bye(void)
{
	rig_open();
	rig_request("BYE", UDP_VIA, "t", "call1");
	rig_request("BYE", UDP_VIA, "t", "call1");
	CU_ASSERT(rig_told("BYE "));
	RIG_NOTHING();
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 200, STR_NONE), 0);
	RIG_SENT("SIP/2.0 200 OK");
	rig_run_ms(31999);
	rig_request("BYE", UDP_VIA, "t", "call1");
	RIG_SENT("SIP/2.0 200 OK");
	CU_ASSERT(rig_told(""));
	rig_run_ms(1); /* J */
	CU_ASSERT(rig_told("ended "));
	rig.reply = 200;
	rig_request("BYE", TCP_VIA, "t", "call1");
	rig_run_ms(0);
	CU_ASSERT(rig_told("BYE ended "));
	rig_close();
}

static void test_server_provisional(void)
{
	rig_open();
	rig_request("OPTIONS", UDP_VIA, "", "call1");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 100, STR_NONE), 0);
	RIG_SENT("SIP/2.0 100 ");
	rig_request("OPTIONS", UDP_VIA, "", "call1");
	RIG_SENT("SIP/2.0 100 ");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 404, STR_NONE), 0);
	RIG_SENT("SIP/2.0 404 ");
	rig_run_ms(32000);
	CU_ASSERT(rig_told("OPTIONS ended "));
	rig_close();
}

/* ---- matching ---- */

static void test_merged(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	struct sip_txn *first = rig.server;

	rig_request("INVITE", "UDP 192.0.2.20:5062;branch=z9hG4bKx2;rport", "", "call1");
	RIG_SENT("SIP/2.0 482 ");
	CU_ASSERT(rig_told("INVITE "));
	rig_request("INVITE", "UDP 192.0.2.20:5062;branch=z9hG4bKx3;rport", "", "call2");
	rig_request("INVITE", "UDP 192.0.2.20:5062;branch=z9hG4bKx4;rport", "t", "call1");
	CU_ASSERT(rig_told("INVITE INVITE "));
	/* the first was refused: another try is a new request */
	CU_ASSERT_EQUAL(sip_server_reply(first, 503, STR_NONE), 0);
	RIG_SENT("SIP/2.0 503 ");
	rig_request("INVITE", "UDP 192.0.2.20:5062;branch=z9hG4bKx5;rport", "", "call1");
	CU_ASSERT(rig_told("INVITE "));
	rig_close();
}

/* 17.2.3 without the magic cookie: RFC 2543's rules. */
static void test_legacy(void)
{
	static const char via[] = "UDP 192.0.2.20:5062;branch=1";
	char tag[SIP_TAG_MAX];

	rig_open();
	rig_request("INVITE", via, "", "call1");
	snprintf(tag, sizeof(tag), "%s", sip_server_to_tag(rig.server).p);
	rig_request("INVITE", via, "", "call1");
	CU_ASSERT(rig_told("INVITE "));
	rig_request("CANCEL", via, "", "call1");
	CU_ASSERT(rig_told("cancel "));
	RIG_SENT("SIP/2.0 200 ");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 487, STR_NONE), 0);
	RIG_SENT("SIP/2.0 487 ");
	rig_request("ACK", via, "other", "call1");
	CU_ASSERT(rig_told("stray-ack "));
	rig_request("ACK", via, tag, "call1");
	CU_ASSERT(rig_told("ack "));
	rig_request("INVITE", via, "", "call2");
	CU_ASSERT(rig_told("INVITE "));
	/* no branch at all */
	rig_request("BYE", "UDP 192.0.2.20:5062", "t", "call3");
	rig_request("BYE", "UDP 192.0.2.20:5062", "t", "call3");
	CU_ASSERT(rig_told("BYE "));
	rig_close();
}

static void test_stray(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();
	char text[1024];

	rig_receive(
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKnone\r\nFrom: "
		"<sip:a@b>;tag=1\r\n"
		"To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
		SIP_PROTO_UDP);
	/* two Vias: not for us (8.1.3.3) */
	snprintf(text, sizeof(text),
		 "SIP/2.0 200 OK\r\nVia: %s\r\nVia: SIP/2.0/UDP other\r\nFrom: "
		 "<sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
		 "Call-ID: x\r\nCSeq: 7 INVITE\r\nContent-Length: 0\r\n\r\n",
		 rig_field(invite, "Via"));
	rig_receive(text, SIP_PROTO_UDP);
	/* the branch of an INVITE, the method of another */
	snprintf(text, sizeof(text),
		 "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
		 "Call-ID: x\r\nCSeq: 7 BYE\r\nContent-Length: 0\r\n\r\n",
		 rig_field(invite, "Via"));
	rig_receive(text, SIP_PROTO_UDP);
	CU_ASSERT(rig_told(""));
	RIG_NOTHING();
	rig_close();
}

/* ---- responses that cannot be delivered ---- */

static void test_response_reopens(void)
{
	rig_open();
	rig_request("INVITE", TCP_VIA, "", "call1");
	rig.conn_open = false;
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 486, STR_NONE), 0);
	RIG_NOTHING();
	rig_run_ms(0);
	/* 18.2.2: a new connection to the source, port of sent-by */
	CU_ASSERT(sent_to(0, "tcp 192.0.2.20:5066"));
	RIG_SENT("SIP/2.0 486 ");
	CU_ASSERT(rig_told("INVITE "));
	rig.sent[0].watch->fn(rig.sent[0].watch, -ECONNREFUSED);
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed503 ")); /* sent-by is that address: nothing is left; RFC 6026:
					      the state stays */
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 1);
	rig_run_ms(32000);
	CU_ASSERT(rig_told("failed408 ended "));
	rig_close();
}

/* RFC 3263 5 */
static void test_response_elsewhere(void)
{
	dns_begin();
	rig_request("INVITE", "UDP two.example;branch=z9hG4bKx1", "", "call1");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 180, STR_NONE), 0);
	CU_ASSERT(sent_to(0, "udp 192.0.2.20:5060"));
	rig.sent[0].watch->fn(rig.sent[0].watch, -ECONNREFUSED);
	rig_run_ms(0);
	unsigned done = 0;

	while (rig.n_sent < 2 && done++ < 100)
		uv_run(&dns.loop, UV_RUN_ONCE);
	CU_ASSERT(sent_to(1, "udp 192.0.2.31:5060"));
	rig.sent[1].watch->fn(rig.sent[1].watch, -ECONNREFUSED);
	rig_run_ms(0);
	CU_ASSERT(sent_to(2, "udp 192.0.2.32:5060"));
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 486, STR_NONE), 0);
	CU_ASSERT(sent_to(3, "udp 192.0.2.32:5060"));
	CU_ASSERT(rig_told("INVITE "));
	rig.sent[3].watch->fn(rig.sent[3].watch, -ECONNREFUSED);
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed503 "));
	dns_end();
}

static void test_response_errors(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	rig.fail = -ENETUNREACH;
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 180, STR_NONE), 0);
	CU_ASSERT(rig_told("INVITE "));
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed503 "));
	/* the way is free again */
	rig.fail = 0;
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 183, STR_NONE), 0);
	RIG_SENT("SIP/2.0 183 ");
	/* a 2xx is the user's to repeat: nobody is told */
	rig.fail = -ENETUNREACH;
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 200 OK\r\n\r\n")), 0);
	rig_run_ms(0);
	CU_ASSERT(rig_told(""));
	rig.fail = 0;
	CU_ASSERT_EQUAL(sip_server_respond(rig.server, STR("SIP/2.0 200 OK\r\n\r\n")), 0);
	RIG_SENT("SIP/2.0 200 ");
	rig_close();
}

static void test_maddr(void)
{
	rig_open();
	rig_request("OPTIONS", "UDP 192.0.2.20:5062;branch=z9hG4bKm1;maddr=192.0.2.99", "",
		    "call1");
	CU_ASSERT_EQUAL(sip_server_reply(rig.server, 200, STR_NONE), 0);
	CU_ASSERT(sent_to(0, "udp 192.0.2.99:5062"));
	rig_close();
}

/* ---- users that go, limits ---- */

static void test_detach(void)
{
	rig_open();
	rig_request("INVITE", UDP_VIA, "", "call1");
	sip_txn_detach(rig.server);
	RIG_SENT("SIP/2.0 500 ");
	rig_request("ACK", UDP_VIA, "x", "call1");
	rig_run_ms(5000);
	CU_ASSERT(rig_told("INVITE "));
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 0);
	struct sip_txn *txn = rig_start("BYE", RIG_TARGET, "");

	sip_txn_detach(txn);
	sip_txn_detach(NULL);
	rig_run_ms(32000);
	CU_ASSERT(rig_told(""));
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 0);
	rig_close();
}

static void test_limit(void)
{
	struct sip_stack_conf conf = { .max_transactions = 1 };

	rig_open_with(&conf, NULL);
	rig_request("INVITE", UDP_VIA, "", "call1");
	rig_request("INVITE", "UDP 192.0.2.20:5062;branch=z9hG4bKx2;rport", "", "call2");
	CU_ASSERT(rig_told("INVITE "));
	RIG_SENT("SIP/2.0 503 ");
	rig_request("ACK", "UDP 192.0.2.20:5062;branch=z9hG4bKx2;rport", "x", "call2");
	CU_ASSERT(rig_told("stray-ack "));
	rig_close();
}

static void test_no_user(void)
{
	rig_open();
	sip_stack_user(rig.stack, NULL, NULL);
	rig_request("INVITE", UDP_VIA, "", "call1");
	RIG_SENT("SIP/2.0 503 ");
	rig_request("ACK", "UDP 192.0.2.20:5062;branch=z9hG4bKx2", "x", "call2");
	rig_close();
}

/* ---- traces ---- */

static char traced[512];

static void on_trace(void *arg, const struct trace_event *e)
{
	size_t n = strlen(traced);

	(void)arg;
	snprintf(traced + n, sizeof(traced) - n, "%s%.*s/%s ", e->sent ? ">" : "<",
		 (int)strcspn(e->text.p, " "), e->text.p, e->call ? e->call : "-");
}

static void test_trace(void)
{
	struct trace_tap tap = { .fn = on_trace, .kinds = 1u << TRACE_SIP };

	rig_open();
	trace_tap_add(&tap);
	traced[0] = '\0';
	rig.label = "c7";
	rig.reply = 100;
	rig_request("INVITE", UDP_VIA, "",
		    "call1"); /* labelled by its user: the request comes first all the same */
	rig.label = NULL;
	rig_request("OPTIONS", "UDP 192.0.2.20;branch=z9hG4bKx9", "", "call2");
	rig_request("CANCEL", UDP_VIA, "", "call1");
	CU_ASSERT_STRING_EQUAL(traced, "<INVITE/c7 >100/c7 <OPTIONS/- >100/- <CANCEL/c7 >200/c7 ");
	traced[0] = '\0';
	rig_start("BYE", RIG_TARGET, "");
	rig_answer(rig.sent[rig.n_sent - 1].text, 200, SIP_PROTO_UDP);
	CU_ASSERT_STRING_EQUAL(traced, ">BYE/c1 <200/c1 ");
	trace_tap_remove(&tap);
	rig_close();
}

/* ---- many ---- */

static void test_many(void)
{
	char via[128], id[32];

	rig_open();
	rig.own = false;
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(via, sizeof(via), "UDP 192.0.2.20:5062;branch=z9hG4bK%u;rport", i);
		snprintf(id, sizeof(id), "call%u", i);
		rig_request("INVITE", via, "", id);
		rig.log[0] = '\0';
	}
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 20000);
	for (unsigned i = 0; i < 20000; i += 777) {
		snprintf(via, sizeof(via), "UDP 192.0.2.20:5062;branch=z9hG4bK%u;rport", i);
		snprintf(id, sizeof(id), "call%u", i);
		rig_request("INVITE", via, "", id);
		CU_ASSERT(rig_told(""));
	}
	rig_close();
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "server_trying", test_server_trying },
		{ "server_answers_early", test_server_answers_early },
		{ "server_refused", test_server_refused },
		{ "server_ack", test_server_ack },
		{ "server_tcp", test_server_tcp },
		{ "server_accepted", test_server_accepted },
		{ "server_bad_response", test_server_bad_response },
		{ "server_cancel", test_server_cancel },
		{ "server_cancel_late", test_server_cancel_late },
		{ "server_bye", test_server_bye },
		{ "server_provisional", test_server_provisional },
		{ "merged", test_merged },
		{ "legacy", test_legacy },
		{ "stray", test_stray },
		{ "response_reopens", test_response_reopens },
		{ "response_elsewhere", test_response_elsewhere },
		{ "response_errors", test_response_errors },
		{ "maddr", test_maddr },
		{ "detach", test_detach },
		{ "limit", test_limit },
		{ "no_user", test_no_user },
		{ "trace", test_trace },
		{ "many", test_many },
		CU_TEST_INFO_NULL,
	};

	return cu_run("server transactions", tests, argc, argv);
}
