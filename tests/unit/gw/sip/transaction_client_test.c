/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Client transactions, message by message: RFC 3261 17.1, 9.1, RFC 6026, RFC 3263 4.3. */
#include "tests/unit/gw/sip/txn_rig.c"

/* ---- client INVITE ---- */

static void test_invite_unanswered(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET, "");
	CU_ASSERT(rig_starts(rig.sent[0].text,
			     "INVITE " RIG_TARGET
			     " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK"));
	CU_ASSERT(strstr(rig_field(rig.sent[0].text, "Via"), ";rport") != NULL);
	rig_run_ms(31999);
	CU_ASSERT(sent_at("0 500 1500 3500 7500 15500 31500 "));
	CU_ASSERT_STRING_EQUAL(rig.sent[0].text, rig.sent[6].text);
	CU_ASSERT(rig_told(""));
	rig_run_ms(1);
	CU_ASSERT(rig_told("failed408 ended "));
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 0);
	rig_close();
}

static void test_invite_tcp(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET ";transport=tcp", "");
	CU_ASSERT(strstr(rig.sent[0].text, "Via: SIP/2.0/TCP ") != NULL);
	rig_run_ms(31999);
	CU_ASSERT(sent_at("0 "));
	rig_run_ms(1);
	CU_ASSERT(rig_told("failed408 ended "));
	rig_close();
}

static void test_invite_accepted(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();

	rig_answer(invite, 100, SIP_PROTO_UDP);
	rig_answer(invite, 100, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("100 "));
	rig_answer(invite, 180, SIP_PROTO_UDP);
	rig_answer(invite, 180, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("180 180 "));
	rig_run_ms(300000); /* timers A and B are off */
	RIG_NOTHING();
	CU_ASSERT(rig_told(""));
	rig_answer(invite, 200, SIP_PROTO_UDP);
	rig_answer(invite, 200, SIP_PROTO_UDP); /* again, or of another fork: RFC 6026 7.2 */
	rig_answer(invite, 180, SIP_PROTO_UDP);
	rig_answer(invite, 486, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("200 200 "));
	RIG_NOTHING(); /* the ACK is the user's */
	rig_run_ms(31999);
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 1);
	rig_run_ms(1); /* M */
	CU_ASSERT(rig_told("ended "));
	rig_answer(invite, 200, SIP_PROTO_UDP);
	CU_ASSERT(rig_told(""));
	rig_close();
}

static void test_invite_refused(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();

	rig_run_ms(100);
	rig_answer(invite, 486, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("486 "));
	const char *ack = rig_next();

	CU_ASSERT(rig_starts(ack, "ACK " RIG_TARGET " SIP/2.0\r\n"));
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "Via"), rig_field(invite, "Via"));
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "Route"), "<sip:192.0.2.20;lr>");
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "From"), "<sip:a@192.0.2.10>;tag=f1");
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "To"), "<" RIG_TARGET ">;tag=t1");
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "CSeq"), "7 ACK");
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "Call-ID"), "id1");
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "Max-Forwards"), "70");
	CU_ASSERT_STRING_EQUAL(rig_field(ack, "Content-Length"), "0");
	CU_ASSERT_PTR_NULL(strstr(ack, "Contact"));
	rig_run_ms(10000);
	rig_answer(invite, 486, SIP_PROTO_UDP);
	CU_ASSERT_STRING_EQUAL(rig_next(), ack);
	rig_answer(invite, 200, SIP_PROTO_UDP);
	RIG_NOTHING();
	rig_run_ms(21999);
	CU_ASSERT(rig_told(""));
	rig_run_ms(1); /* D */
	CU_ASSERT(rig_told("ended "));
	rig_close();
}

static void test_invite_refused_tcp(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET ";transport=tcp", "");
	rig_answer(rig_next(), 404, SIP_PROTO_TCP);
	RIG_SENT("ACK ");
	CU_ASSERT(rig_told("404 "));
	rig_run_ms(0); /* D is 0 */
	CU_ASSERT(rig_told("ended "));
	rig_close();
}

/* ---- CANCEL, client ---- */

static void test_cancel_waits(void)
{
	rig_open();
	struct sip_txn *txn = rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();

	sip_client_cancel(txn, STR("Q.850;cause=16"));
	sip_client_cancel(txn, STR_NONE);
	RIG_NOTHING(); /* 9.1: not before a provisional response */
	rig_answer(invite, 100, SIP_PROTO_UDP);
	const char *cancel = rig_next();

	CU_ASSERT(rig_starts(cancel, "CANCEL " RIG_TARGET " SIP/2.0\r\n"));
	CU_ASSERT_STRING_EQUAL(rig_field(cancel, "Via"), rig_field(invite, "Via"));
	CU_ASSERT_STRING_EQUAL(rig_field(cancel, "CSeq"), "7 CANCEL");
	CU_ASSERT_STRING_EQUAL(rig_field(cancel, "To"), rig_field(invite, "To"));
	CU_ASSERT_STRING_EQUAL(rig_field(cancel, "Route"), rig_field(invite, "Route"));
	CU_ASSERT_STRING_EQUAL(rig_field(cancel, "Reason"), "Q.850;cause=16");
	rig_run_ms(500);
	CU_ASSERT_STRING_EQUAL(rig_next(), cancel); /* E */
	rig_answer(cancel, 200, SIP_PROTO_UDP);
	rig_answer(invite, 487, SIP_PROTO_UDP);
	RIG_SENT("ACK ");
	CU_ASSERT(rig_told("100 487 "));
	rig_run_ms(40000);
	CU_ASSERT(rig_told("ended "));
	RIG_NOTHING();
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 0);
	rig_close();
}

static void test_cancel_now(void)
{
	rig_open();
	struct sip_txn *txn = rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();

	rig_answer(invite, 180, SIP_PROTO_UDP);
	sip_client_cancel(txn, STR_NONE);
	const char *cancel = rig_next();

	CU_ASSERT(rig_starts(cancel, "CANCEL "));
	CU_ASSERT_PTR_NULL(strstr(cancel, "Reason"));
	rig_answer(cancel, 481, SIP_PROTO_UDP);
	rig_run_ms(31999);
	CU_ASSERT(rig_told("180 "));
	rig_run_ms(1); /* 9.1: 64*T1 without a final response */
	CU_ASSERT(rig_told("failed408 ended "));
	rig_close();
}

/* The 200 that crosses our CANCEL is the user's business. */
static void test_cancel_race(void)
{
	rig_open();
	struct sip_txn *txn = rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();

	rig_answer(invite, 180, SIP_PROTO_UDP);
	sip_client_cancel(txn, STR_NONE);
	RIG_SENT("CANCEL ");
	rig_answer(invite, 200, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("180 200 "));
	rig_run_ms(32000);
	CU_ASSERT(rig_told("ended "));
	rig_close();
}

static void test_cancel_late(void)
{
	rig_open();
	struct sip_txn *txn = rig_start("INVITE", RIG_TARGET, "");
	const char *invite = rig_next();

	rig_answer(invite, 486, SIP_PROTO_UDP);
	RIG_SENT("ACK ");
	sip_client_cancel(txn, STR_NONE);
	RIG_NOTHING();
	rig_close();
}

static void test_cancel_unheard(void)
{
	rig_open();
	sip_client_cancel(rig_start("INVITE", RIG_TARGET, ""), STR_NONE);
	rig_run_ms(32000);
	CU_ASSERT(rig_told("failed408 ended "));
	while (rig.taken < rig.n_sent)
		RIG_SENT("INVITE ");
	rig_close();
}

/* ---- client, other methods ---- */

static void test_bye_unanswered(void)
{
	rig_open();
	rig_start("BYE", RIG_TARGET, "");
	rig_run_ms(31999);
	CU_ASSERT(sent_at("0 500 1500 3500 7500 11500 15500 19500 23500 27500 31500 "));
	rig_run_ms(1);
	CU_ASSERT(rig_told("failed408 ended "));
	rig_close();
}

static void test_bye_provisional(void)
{
	rig_open();
	rig_start("BYE", RIG_TARGET, "");
	const char *bye = rig_next();

	rig_run_ms(600);
	rig_answer(bye, 100, SIP_PROTO_UDP);
	rig_run_ms(31399);
	/* E at 500, then 1500 as it was running, then every T2 (17.1.2.2) */
	CU_ASSERT(sent_at("500 1500 5500 9500 13500 17500 21500 25500 29500 "));
	rig_run_ms(1);
	CU_ASSERT(rig_told("100 failed408 ended "));
	rig_close();
}

static void test_bye_answered(void)
{
	rig_open();
	rig_start("BYE", RIG_TARGET, "");
	const char *bye = rig_next();

	rig_answer(bye, 200, SIP_PROTO_UDP);
	rig_answer(bye, 200, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("200 "));
	rig_run_ms(4999);
	CU_ASSERT(rig_told(""));
	RIG_NOTHING();
	rig_run_ms(1); /* K */
	CU_ASSERT(rig_told("ended "));
	rig_start("BYE", RIG_TARGET ";transport=tcp", "");
	rig_answer(rig_next(), 481, SIP_PROTO_TCP);
	rig_run_ms(0);
	CU_ASSERT(rig_told("481 ended "));
	rig_close();
}

/* ---- transport errors, client ---- */

static void test_error_at_once(void)
{
	rig_open();
	rig.fail = -ENETUNREACH;
	rig_start("INVITE", RIG_TARGET, "");
	CU_ASSERT(rig_told("")); /* never from within */
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed503 ended "));
	rig_close();
}

static void test_error_later(void)
{
	rig_open();
	rig_start("BYE", RIG_TARGET, "");
	struct sip_watch *watch = rig.sent[0].watch;

	CU_ASSERT_PTR_NOT_NULL_FATAL(watch);
	rig_run_ms(100);
	watch->fn(watch, -ECONNREFUSED);
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed503 ended "));
	CU_ASSERT(sent_at("0 "));
	rig_close();
}

/* The server has answered: what ICMP says of a later datagram does not end the call. */
static void test_error_proceeding(void)
{
	rig_open();
	rig_start("INVITE", RIG_TARGET, "");
	struct sip_watch *watch = rig.sent[0].watch;
	const char *invite = rig_next();

	rig_answer(invite, 180, SIP_PROTO_UDP);
	watch->fn(watch, -ECONNREFUSED);
	rig_run_ms(1000);
	rig_answer(invite, 200, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("180 200 "));
	rig_close();
}

static void test_not_located(void)
{
	rig_open();
	rig_start("INVITE", "sip:name.example", ""); /* no DNS here */
	rig_start("INVITE", "sips:a@192.0.2.20", "");
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed503 ended failed503 ended "));
	struct sip_txn *txn = rig_start("INVITE", "sip:name.example", "");

	sip_client_cancel(txn, STR_NONE);
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed487 ended "));

	struct sip_client_params bad = { .request = STR("INVITE"), .next_hop = STR(RIG_TARGET) };

	CU_ASSERT_EQUAL(sip_client_start(rig.stack, &bad, &txn), -EINVAL);
	bad = (struct sip_client_params){ .request = STR("INVITE a SIP/2.0\r\n\r\n"),
					  .next_hop = STR("bad uri") };
	CU_ASSERT_EQUAL(sip_client_start(rig.stack, &bad, &txn), -EINVAL);
	rig_close();
}

/* 18.1.1: more than 1300 octets go by TCP, and by UDP after all when TCP fails. */
static void test_large(void)
{
	char more[1400];

	snprintf(more, sizeof(more), "Subject: %01300d\r\n", 1);
	rig_open();
	rig_start("INVITE", RIG_TARGET, more);
	CU_ASSERT_EQUAL(rig.sent[0].hop.proto, SIP_PROTO_TCP);
	CU_ASSERT(strstr(rig.sent[0].text, "Via: SIP/2.0/TCP ") != NULL);
	rig.sent[0].watch->fn(rig.sent[0].watch, -ECONNREFUSED);
	rig_run_ms(0);
	CU_ASSERT(rig_told(""));
	CU_ASSERT_EQUAL_FATAL(rig.n_sent, 2);
	CU_ASSERT_EQUAL(rig.sent[1].hop.proto, SIP_PROTO_UDP);
	CU_ASSERT(
		rig_starts(rig.sent[1].text, "INVITE " RIG_TARGET " SIP/2.0\r\nVia: SIP/2.0/UDP "));
	CU_ASSERT(strcmp(rig_field(rig.sent[0].text, "Via") + 20,
			 rig_field(rig.sent[1].text, "Via") + 20) != 0);
	/* a peer that names its transport gets it */
	rig_start("INVITE", RIG_TARGET ";transport=udp", more);
	CU_ASSERT_EQUAL(rig.sent[2].hop.proto, SIP_PROTO_UDP);
	rig_close();
}

/* ---- failover: RFC 3263 4.3 ---- */

static struct sip_txn *start_two(const char *method)
{
	struct sip_txn *txn = rig_start(method, "sip:100@two.example", "");

	RIG_NOTHING();
	fake_dns_run(&dns, &rig.n_sent);
	CU_ASSERT(sent_to(0, "udp 192.0.2.31:5060"));
	return txn;
}

static void test_failover_timeout(void)
{
	dns_begin();
	start_two("INVITE");
	rig_run_ms(32000);
	CU_ASSERT(sent_to(rig.n_sent - 1, "udp 192.0.2.32:5060"));
	CU_ASSERT_STRING_NOT_EQUAL(rig_field(rig.sent[0].text, "Via"),
				   rig_field(rig.sent[rig.n_sent - 1].text, "Via"));
	rig_answer(rig.sent[0].text, 200,
		   SIP_PROTO_UDP); /* late, of the first server: a stray one */
	CU_ASSERT(rig_told(""));
	rig_run_ms(32000);
	CU_ASSERT(rig_told("failed408 ended "));
	dns_end();
}

static void test_failover_error(void)
{
	dns_begin();
	start_two("BYE");
	rig.sent[0].watch->fn(rig.sent[0].watch, -EHOSTUNREACH);
	rig_run_ms(0);
	CU_ASSERT(sent_to(1, "udp 192.0.2.32:5060"));
	rig_answer(rig.sent[1].text, 200, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("200 "));
	dns_end();
}

static void test_failover_503(void)
{
	dns_begin();
	start_two("INVITE");
	rig_answer(rig.sent[0].text, 100, SIP_PROTO_UDP);
	rig_answer(rig.sent[0].text, 503, SIP_PROTO_UDP);
	CU_ASSERT_EQUAL_FATAL(rig.n_sent, 3);
	CU_ASSERT(rig_starts(rig.sent[1].text, "ACK "));
	CU_ASSERT(sent_to(1, "udp 192.0.2.31:5060"));
	CU_ASSERT(rig_starts(rig.sent[2].text, "INVITE "));
	CU_ASSERT(sent_to(2, "udp 192.0.2.32:5060"));
	rig_answer(rig.sent[0].text, 503, SIP_PROTO_UDP); /* again: acknowledged again */
	CU_ASSERT_EQUAL(rig.n_sent, 4);
	CU_ASSERT_STRING_EQUAL(rig.sent[3].text, rig.sent[1].text);
	rig_answer(rig.sent[2].text, 503, SIP_PROTO_UDP); /* no third server */
	CU_ASSERT(rig_told("100 503 "));
	dns_end();
}

static void test_failover_not(void)
{
	dns_begin();
	struct sip_txn *txn = start_two("INVITE");

	rig_answer(rig.sent[0].text, 183, SIP_PROTO_UDP);
	rig_answer(rig.sent[0].text, 503, SIP_PROTO_UDP);
	CU_ASSERT(rig_told("183 503 ")); /* it was heard: the user decides */
	CU_ASSERT_EQUAL(rig.n_sent, 2);
	rig.n_sent = 0;
	txn = start_two("INVITE");
	sip_client_cancel(txn, STR_NONE);
	rig_run_ms(32000);
	CU_ASSERT(rig_told("ended failed408 ended "));
	CU_ASSERT(sent_to(rig.n_sent - 1, "udp 192.0.2.31:5060"));
	/* cancelled while being located */
	txn = rig_start("INVITE", "sip:100@two.example", "");
	sip_client_cancel(txn, STR_NONE);
	rig_run_ms(0);
	CU_ASSERT(rig_told("failed487 ended "));
	dns_end();
}

/* ---- ACK for a 2xx ---- */

static void test_ack_send(void)
{
	static const struct str ack = {
		"ACK " RIG_TARGET " SIP/2.0\r\nCSeq: 7 ACK\r\nContent-Length: 0\r\n\r\n",
		sizeof("ACK " RIG_TARGET " SIP/2.0\r\nCSeq: 7 ACK\r\nContent-Length: 0\r\n\r\n") - 1
	};

	dns_begin();
	CU_ASSERT_EQUAL(sip_ack_send(rig.stack, ack, STR(RIG_TARGET), "c1"), 0);
	CU_ASSERT_EQUAL(sip_ack_send(rig.stack, ack, STR(RIG_TARGET), NULL), 0);
	CU_ASSERT(rig_starts(rig.sent[0].text,
			     "ACK " RIG_TARGET
			     " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK"));
	CU_ASSERT_STRING_NOT_EQUAL(rig_field(rig.sent[0].text, "Via"),
				   rig_field(rig.sent[1].text, "Via"));
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0); /* nothing is left of it */
	rig.n_sent = 0;
	CU_ASSERT_EQUAL(sip_ack_send(rig.stack, ack, STR("sip:two.example"), NULL), 0);
	fake_dns_run(&dns, &rig.n_sent);
	CU_ASSERT(sent_to(0, "udp 192.0.2.31:5060"));
	rig.sent[0].watch->fn(rig.sent[0].watch, -ECONNREFUSED);
	rig_run_ms(0);
	CU_ASSERT(sent_to(1, "udp 192.0.2.32:5060"));
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	CU_ASSERT_EQUAL(sip_ack_send(rig.stack, STR("ACK"), STR(RIG_TARGET), NULL), -EINVAL);
	dns_end();
}

/* ---- the stack ---- */

static void test_timers_configured(void)
{
	struct sip_stack_conf conf = { .t1_ms = 100, .t2_ms = 200, .t4_ms = 300, .trying_ms = 50 };

	rig_open_with(&conf, NULL);
	CU_ASSERT_EQUAL(sip_stack_t1_ms(rig.stack), 100);
	CU_ASSERT_EQUAL(sip_stack_t2_ms(rig.stack), 200);
	rig_start("BYE", RIG_TARGET, "");
	rig_run_ms(600);
	CU_ASSERT(sent_at("0 100 300 500 "));
	rig_run_ms(5800);
	CU_ASSERT(rig_told("failed408 ended "));
	rig_close();
}

static void test_random_parts(void)
{
	char a[SIP_TAG_MAX], b[SIP_TAG_MAX];
	struct sip_sent_by by;
	struct sip_uri uri;

	rig_open();
	sip_stack_tag(rig.stack, a);
	sip_stack_tag(rig.stack, b);
	CU_ASSERT_EQUAL(strlen(a), 16);
	CU_ASSERT_STRING_NOT_EQUAL(a, b);
	CU_ASSERT_EQUAL(sip_uri_parse(&uri, STR("sip:name.example;transport=tcp"), NULL), 0);
	CU_ASSERT_EQUAL(sip_stack_sent_by(rig.stack, &uri, &by), 0);
	CU_ASSERT_EQUAL(by.proto, SIP_PROTO_TCP);
	CU_ASSERT_STRING_EQUAL(by.host, "192.0.2.10");
	CU_ASSERT_EQUAL(sip_uri_parse(&uri, STR("sips:name.example"), NULL), 0);
	CU_ASSERT_EQUAL(sip_stack_sent_by(rig.stack, &uri, &by), -ENOTSUP);
	rig_close();
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "invite_unanswered", test_invite_unanswered },
		{ "invite_tcp", test_invite_tcp },
		{ "invite_accepted", test_invite_accepted },
		{ "invite_refused", test_invite_refused },
		{ "invite_refused_tcp", test_invite_refused_tcp },
		{ "cancel_waits", test_cancel_waits },
		{ "cancel_now", test_cancel_now },
		{ "cancel_race", test_cancel_race },
		{ "cancel_late", test_cancel_late },
		{ "cancel_unheard", test_cancel_unheard },
		{ "bye_unanswered", test_bye_unanswered },
		{ "bye_provisional", test_bye_provisional },
		{ "bye_answered", test_bye_answered },
		{ "error_at_once", test_error_at_once },
		{ "error_later", test_error_later },
		{ "error_proceeding", test_error_proceeding },
		{ "not_located", test_not_located },
		{ "large", test_large },
		{ "failover_timeout", test_failover_timeout },
		{ "failover_error", test_failover_error },
		{ "failover_503", test_failover_503 },
		{ "failover_not", test_failover_not },
		{ "ack_send", test_ack_send },
		{ "timers_configured", test_timers_configured },
		{ "random_parts", test_random_parts },
		CU_TEST_INFO_NULL,
	};

	return cu_run("client transactions", tests, argc, argv);
}
