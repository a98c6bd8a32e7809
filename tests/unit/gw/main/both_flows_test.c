/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The flows of RFC 3398, message by message, named by section: SIP left of the gateway, ISUP right of it, as in its
 * figures. Timers run on the test's clock.
 */
#include "tests/unit/gw/main/both.h"

/* --- 7.1: from SIP --- */

static void set_up(void)
{
	both_open(false);
	both.flow[0] = '\0';
	call_from_sip();
	pass_ms(300);
}

static void acked(void)
{
	caller("ACK", 1, "ack", "\n");
}

static void failed(unsigned cause, const char *sip)
{
	CU_ASSERT_EQUAL(both.record.release.cause, cause);
	caller("ACK", 1, "inv", "\n");
	flow(sip);
}

static void cleared(uint16_t cic)
{
	exchange(ISUP_RLC, cic, 0);
}

static bool has_sdp(unsigned status)
{
	const struct sip_msg *msg = sip_latest(false, SIP_INVITE, status);

	return msg && msg->body.n;
}

static void f_7_1_1(void)
{
	set_up();
	exchange(ISUP_ACM, 1, 0);
	exchange(ISUP_CPG, 1, 6);
	exchange(ISUP_CPG, 1, 1);
	CU_ASSERT_FALSE(has_sdp(180));
	exchange(ISUP_ANM, 1, 0);
	acked();
	flow(">INVITE IAM> ACM< <183 CPG< <181 CPG< <180 ANM< <200 >ACK ");
	caller("BYE", 2, "bye", "\n");
	cleared(1);
	flow(">BYE <200 REL> RLC< "); /* 10.1 */
	both_close();
}

/* 7.2.9: every event code, and in-band information opens the path back (7.2.6). */
static void f_7_2_9(void)
{
	static const char *const responses[] = { "<183 ", "<180 ", "<183 ", "<183 ",
						 "<181 ", "<181 ", "<181 " };
	char expected[64];

	for (uint8_t event = 0; event < 7; event++) {
		set_up();
		exchange(ISUP_ACM, 1, 1);
		flow(">INVITE IAM> ACM< <180 ");
		CU_ASSERT_FALSE(has_sdp(180));
		exchange(ISUP_CPG, 1, event);
		snprintf(expected, sizeof(expected), "CPG< %s", responses[event]);
		if (event == 1) /* the same response again */
			snprintf(expected, sizeof(expected), "CPG< <180 ");
		flow(expected);
		if (event == 3)
			CU_ASSERT_TRUE(has_sdp(183));
		exchange(ISUP_REL, 1, Q850_BUSY);
		both_close();
	}
}

static void f_7_1_2(void)
{
	set_up();
	exchange(ISUP_CON, 1, 1);
	acked();
	flow(">INVITE IAM> CON< <200 >ACK ");
	exchange(ISUP_REL, 1, Q850_NORMAL);
	flow("REL< RLC> <BYE "); /* 10.2.1 */
	both_close();
}

static void f_7_1_3(void)
{
	set_up();
	pass_ms(isup_timer_ms(rig.isup, ISUP_T7));
	cleared(1);
	failed(Q850_TIMER_EXPIRY, ">INVITE IAM> REL> <504 RLC< >ACK ");
	both_close();
}

static void f_7_1_4(void)
{
	set_up();
	exchange(ISUP_CON, 1, 1);
	flow(">INVITE IAM> CON< <200 ");
	pass_ms(64 * 500);
	flow("<200 <BYE REL> ");
	CU_ASSERT_EQUAL(both.record.release.cause, Q850_TIMER_EXPIRY);
	cleared(1);
	both_close();
}

static void f_7_1_5(void)
{
	set_up();
	exchange(ISUP_REL, 1, Q850_UNALLOCATED);
	failed(Q850_UNALLOCATED, ">INVITE IAM> REL< RLC> <404 >ACK ");
	both_close();
}

/* The interwork timer is T9: the response tells the cause that the ACM had. It follows the REL here; neither waits for
 * the other. */
static void f_7_1_6(void)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_REMOTE,
					  .value = Q850_UNALLOCATED };
	struct isup_msg acm;

	set_up();
	make(&acm, ISUP_ACM, 1, 0);
	(void)isup_put_cause(&acm, &cause);
	receive_msg(&acm);
	CU_ASSERT_TRUE(has_sdp(183));
	flow(">INVITE IAM> <183 ");
	pass_ms(isup_timer_ms(rig.isup, ISUP_T9));
	cleared(1);
	CU_ASSERT_PTR_NOT_NULL(sip_latest(false, SIP_INVITE, 404));
	failed(Q850_UNALLOCATED, "<183 REL> <404 RLC< >ACK ");
	both_close();
}

static void f_7_1_7(void)
{
	set_up();
	exchange(ISUP_ACM, 1, 1);
	caller("CANCEL", 1, "inv", "\n");
	cleared(1);
	failed(Q850_NORMAL, ">INVITE IAM> ACM< <180 >CANCEL <200 <487 REL> RLC< >ACK ");
	both_close();
}

/* 7.2.8 */
static void f_t9(void)
{
	set_up();
	exchange(ISUP_ACM, 1, 1);
	flow(">INVITE IAM> ACM< <180 ");
	pass_ms(isup_timer_ms(rig.isup, ISUP_T9));
	cleared(1);
	failed(Q850_NO_ANSWER, "<180 REL> <480 RLC< >ACK ");
	both_close();
}

/* --- 8.1: from ISUP --- */

static const struct sip_msg *invite;

static void rung(void)
{
	both_open(false);
	both.flow[0] = '\0';
	flow_add("", STR("IAM"), "<");
	call_from_isup();
	invite = sip_latest(true, SIP_INVITE, 0);
}

static void answered_by(const char *tag)
{
	sip_respond(invite, "200 OK", tag, CONTACT TYPE "\n" SDP);
}

static void f_8_1_1(void)
{
	rung();
	sip_respond(invite, "100 Trying", "", "\n");
	sip_respond(invite, "183 Session Progress", "b", CONTACT TYPE "\n" SDP);
	sip_respond(invite, "180 Ringing", "b", CONTACT "\n");
	answered_by("b");
	flow("IAM< <INVITE >100 >183 ACM> >180 CPG> >200 <ACK ANM> ");
	exchange(ISUP_REL, 2, Q850_NORMAL);
	flow("REL< RLC> <BYE ");
	both_close();
}

static void f_8_1_2(void)
{
	rung();
	answered_by("b");
	flow("IAM< <INVITE >200 <ACK CON> ");
	exchange(ISUP_REL, 2, Q850_NORMAL);
	both_close();
}

/* The figure says cause 18; 408, which the time-out counts as (RFC 3261 8.1.3.1), is 102 in 8.2.6.1, and so it is in RFC
 * 4497 8.4.5. Nor may CANCEL be sent before a response (RFC 3261 9.1). */
static void f_8_1_3(void)
{
	rung();
	pass_ms(isup_timer_ms(rig.isup, ISUP_T11));
	flow("IAM< <INVITE ACM> ");
	pass_ms(64 * 500);
	cleared(2);
	flow("<INVITE REL> RLC< ");
	CU_ASSERT_EQUAL(both.record.release.cause, Q850_TIMER_EXPIRY);
	both_close();
}

/* T9 is that of the exchange before. */
static void f_8_1_4(void)
{
	rung();
	pass_ms(isup_timer_ms(rig.isup, ISUP_T11));
	exchange(ISUP_REL, 2, Q850_NO_ANSWER);
	flow("IAM< <INVITE ACM> REL< RLC> ");
	/* CANCEL waits for the first response. */
	sip_respond(invite, "180 Ringing", "b", CONTACT "\n");
	sip_respond(sip_latest(true, SIP_CANCEL, 0), "200 OK", "b", "\n");
	sip_respond(invite, "487 Request Terminated", "b", "\n");
	flow(">180 <CANCEL >200 >487 <ACK ");
	both_close();
}

static void f_8_1_5(void)
{
	rung();
	sip_respond(invite, "404 Not Found", "b", "\n");
	cleared(2);
	flow("IAM< <INVITE >404 <ACK REL> RLC< ");
	CU_ASSERT_EQUAL(both.record.release.cause, Q850_UNALLOCATED);
	both_close();
}

/* With the trunk's redirect = tell: the CPG follows an early ACM, as for 181 (8.2.3). */
static void f_8_1_6(void)
{
	both_open(false);
	both.sip.redirect = CONF_REDIRECT_TELL;
	CU_ASSERT_EQUAL(sip_ua_reload(both.ua, &both.conf), 0);
	both.flow[0] = '\0';
	call_from_isup();
	sip_respond(sip_latest(true, SIP_INVITE, 0), "302 Moved Temporarily", "b",
		    "Contact: <sip:two@198.51.100.9>\n\n");
	flow("<INVITE >302 <ACK ACM> CPG> <INVITE ");
	invite = sip_latest(true, SIP_INVITE, 0);
	CU_ASSERT_TRUE(str_eq(invite->uri.text, STR("sip:two@198.51.100.9")));
	sip_respond(invite, "180 Ringing", "c", CONTACT "\n");
	answered_by("c");
	flow(">180 CPG> >200 <ACK ANM> ");
	exchange(ISUP_REL, 2, Q850_NORMAL);
	both_close();
}

static void f_8_1_7(void)
{
	rung();
	sip_respond(invite, "180 Ringing", "b", CONTACT "\n");
	exchange(ISUP_REL, 2, Q850_NORMAL);
	flow("IAM< <INVITE >180 ACM> REL< RLC> <CANCEL ");
	sip_respond(sip_latest(true, SIP_CANCEL, 0), "200 OK", "b", "\n");
	sip_respond(invite, "487 Request Terminated", "b", "\n");
	flow(">200 >487 <ACK ");
	both_close();
}

/* 8.2.7: the 200 was on its way already. */
static void f_8_2_7(void)
{
	rung();
	sip_respond(invite, "180 Ringing", "b", CONTACT "\n");
	exchange(ISUP_REL, 2, Q850_NORMAL);
	answered_by("b");
	flow("IAM< <INVITE >180 ACM> REL< RLC> <CANCEL >200 <ACK <BYE ");
	both_close();
}

/* --- 9 --- */

static void reinvite_answered(const char *body)
{
	sip_respond(sip_latest(true, SIP_INVITE, 0), "200 OK", "b", body);
}

static void f_9_1(void)
{
	rung();
	answered_by("b");
	both.flow[0] = '\0';
	exchange(ISUP_SUS, 2, 0);
	reinvite_answered(CONTACT TYPE "\n" SDP_OF("4000", "recvonly"));
	exchange(ISUP_RES, 2, 0);
	reinvite_answered(CONTACT TYPE "\n" SDP);
	flow("SUS< <INVITE >200 <ACK RES< <INVITE >200 <ACK ");
	exchange(ISUP_REL, 2, Q850_NORMAL);
	both_close();
}

static void f_9_2(void)
{
	set_up();
	exchange(ISUP_CON, 1, 1);
	acked();
	both.flow[0] = '\0';
	caller("INVITE", 2, "hold", CONTACT TYPE "\n" SDP_OF("4000", "sendonly"));
	caller("ACK", 2, "ack2", "\n");
	flow(">INVITE <200 CPG> >ACK ");
	caller("INVITE", 3, "back", CONTACT TYPE "\n" SDP);
	caller("ACK", 3, "ack3", "\n");
	flow(">INVITE <200 CPG> >ACK ");
	exchange(ISUP_REL, 1, Q850_NORMAL);
	both_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "7.1.1 en bloc, no automatic answer", f_7_1_1 },
		{ "7.1.2 automatic answer", f_7_1_2 },
		{ "7.1.3 T7 expires", f_7_1_3 },
		{ "7.1.4 SIP time-out", f_7_1_4 },
		{ "7.1.5 ISUP set-up failure", f_7_1_5 },
		{ "7.1.6 cause in the ACM", f_7_1_6 },
		{ "7.1.7 cancelled by SIP", f_7_1_7 },
		{ "7.2.8 T9 expires", f_t9 },
		{ "7.2.9 CPG", f_7_2_9 },
		{ "8.1.1 en bloc, no automatic answer", f_8_1_1 },
		{ "8.1.2 automatic answer", f_8_1_2 },
		{ "8.1.3 SIP time-out", f_8_1_3 },
		{ "8.1.4 ISUP T9 expires", f_8_1_4 },
		{ "8.1.5 SIP error response", f_8_1_5 },
		{ "8.1.6 SIP redirection", f_8_1_6 },
		{ "8.1.7 cancelled by ISUP", f_8_1_7 },
		{ "8.2.7 answer crosses CANCEL", f_8_2_7 },
		{ "9.1 SUS and RES", f_9_1 },
		{ "9.2 hold", f_9_2 },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("flows of RFC 3398", tests, argc, argv);
}
