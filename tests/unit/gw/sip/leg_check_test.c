/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* OPTIONS within the dialog of an answered call: who is there and who is gone (RFC 3261 11, 12.2.1.2). */
#include <errno.h>

#include "tests/unit/gw/sip/leg_rig.c"

#define SDP                                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio 4000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n"
#define TYPE	 "Content-Type: application/sdp\n\n"
#define CHECK_MS 60000
#define SPARE_MS 20

static char to_tag[64];

static void check_tune(struct rig *r)
{
	r->conf.sip.call_check_ms = CHECK_MS;
}

static void in_dialog(const char *method, const char *branch, unsigned cseq, const char *rest)
{
	rig_receive("%s sip:030999@192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>;tag=%s\n"
		    "Call-ID: check-1\nCSeq: %u %s\n%s",
		    method, branch, to_tag, cseq, method, rest);
}

static void respond(const struct sip_msg *request, const char *line, const char *rest)
{
	rig_receive("SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s%s\nCall-ID: %.*s\nCSeq: %u %s\n%s",
		    line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		    STR_FMT(request->to->text), request->to->tag.n ? "" : ";tag=callee",
		    STR_FMT(request->call_id), (unsigned)request->cseq.number,
		    sip_method_name(request->method), rest);
}

/* The peer calls, and is answered. */
static void up_with(void (*tune)(struct rig *), bool updates)
{
	rig_open_with(tune);
	rig_receive("INVITE sip:030999@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKinv\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>\n"
		    "Call-ID: check-1\nCSeq: 1 INVITE\nContact: <sip:alice@198.51.100.7:5060>\n"
		    "Allow: INVITE, ACK, BYE, CANCEL%s\n" TYPE SDP,
		    updates ? ", UPDATE" : "");
	rig_trying();
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), rig_status(200)->to->tag), 0);
	in_dialog("ACK", "ack", 1, "\n");
}

static void up(void)
{
	up_with(check_tune, false);
}

static void down(unsigned cseq)
{
	in_dialog("BYE", "bye", cseq, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* Not before its time, and then. */
static const struct sip_msg *asked_after(uint64_t ms)
{
	rig_run_ms(ms - SPARE_MS);
	rig_quiet();
	rig_run_ms(2 * SPARE_MS);
	return rig_request(SIP_OPTIONS);
}

static void ended_with(enum q850_cause cause)
{
	const struct sip_msg *bye = rig_request(SIP_BYE);

	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, cause);
	CU_ASSERT_EQUAL(rig.ended, 1);
	CU_ASSERT_EQUAL(rig.ended_cause, cause);
	respond(bye, "481 Gone", "\n");
	rig_close();
}

static void test_alive(void)
{
	static const char *const answers[] = { "200 OK", "405 Method Not Allowed",
					       "501 Not Implemented", "500 Server Internal Error",
					       "503 Service Unavailable" };
	const struct sip_msg *options;
	uint32_t cseq = 0;

	up();
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		options = asked_after(CHECK_MS);
		CU_ASSERT_TRUE(str_eq(options->uri.text, STR("sip:alice@198.51.100.7:5060")));
		CU_ASSERT_TRUE(str_eq(options->to->tag, STR("caller")));
		CU_ASSERT_TRUE(str_eq(options->from->tag, str_c(to_tag)));
		CU_ASSERT_TRUE(rig_has(options, SIP_H_ACCEPT, "application/sdp"));
		CU_ASSERT_TRUE(options->cseq.number > cseq);
		cseq = options->cseq.number;
		respond(options, "100 Trying", "\n");
		respond(options, answers[i], "\n");
		rig_run_ms(CHECK_MS - 2 * SPARE_MS);
		rig_quiet();
		rig_run_ms(SPARE_MS);
		rig_no_event();
		/* the next comes a full time after the answer */
		rig_run_ms(2 * SPARE_MS);
		options = rig_request(SIP_OPTIONS);
		CU_ASSERT_TRUE(options->cseq.number > cseq);
		cseq = options->cseq.number;
		respond(options, answers[i], "\n");
	}
	/* the dialog's own numbers */
	rig_say(LEG_EV_HOLD, NULL);
	options = rig_request(SIP_INVITE);
	CU_ASSERT_EQUAL(options->cseq.number, cseq + 1);
	respond(options, "488 Not Acceptable Here", "\n");
	rig_request(SIP_ACK);
	down(2);
}

/* A challenge shows that somebody is there; it needs no answer. */
static void test_challenged(void)
{
	up();
	respond(asked_after(CHECK_MS), "401 Unauthorized",
		"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n1\", algorithm=MD5\n\n");
	rig_quiet();
	respond(asked_after(CHECK_MS), "200 OK", "\n");
	down(2);
}

static void test_no_answer(void)
{
	unsigned n = 0;

	up();
	asked_after(CHECK_MS);
	rig_run_ms(32000 - 2 * SPARE_MS);
	while (rig.seen < rig.n_sent && n++ < 20)
		rig_request(SIP_OPTIONS);
	rig_no_event();
	rig_run_ms(2 * SPARE_MS);
	ended_with(Q850_TIMER_EXPIRY);
}

static void test_gone(void)
{
	up();
	respond(asked_after(CHECK_MS), "481 Call/Transaction Does Not Exist", "\n");
	ended_with(Q850_TEMPORARY_FAILURE);
	up();
	respond(asked_after(CHECK_MS), "408 Request Timeout", "\n");
	ended_with(Q850_TIMER_EXPIRY);
}

/* Not for an outage of a few minutes. */
static void test_unreachable(void)
{
	up();
	rig.send_error = -ECONNREFUSED;
	rig_run_ms(4 * CHECK_MS + SPARE_MS);
	rig_no_event();
	rig.send_error = 0;
	rig_run_ms(CHECK_MS);
	respond(rig_request(SIP_OPTIONS), "200 OK", "\n");
	rig.send_error = -ECONNREFUSED;
	rig_run_ms(4 * CHECK_MS + SPARE_MS);
	rig_no_event();
	rig_run_ms(CHECK_MS);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TEMPORARY_FAILURE);
	rig_close();
}

/* Whatever comes from the peer in the dialog puts it off. */
static void test_put_off(void)
{
	const struct sip_msg *reinvite;

	up();
	rig_run_ms(CHECK_MS / 2);
	in_dialog("INFO", "i1", 2, "\n");
	rig_status(200);
	rig_run_ms(CHECK_MS / 2 + SPARE_MS);
	rig_quiet();
	rig_run_ms(CHECK_MS / 4);
	in_dialog("OPTIONS", "o1", 3, "\n");
	rig_status(200);
	rig_run_ms(CHECK_MS / 2);
	rig_say(LEG_EV_HOLD, NULL);
	reinvite = rig_request(SIP_INVITE);
	respond(reinvite, "488 Not Acceptable Here", "\n");
	rig_request(SIP_ACK);
	respond(asked_after(CHECK_MS), "200 OK", "\n");
	down(4);
}

static void info_tune(struct rig *r)
{
	check_tune(r);
	r->sips[0].dtmf = CONF_DTMF_INFO;
}

/* So do answers to requests of ours. */
static void test_put_off_by_answers(void)
{
	const struct leg_event digit = { .ev = LEG_EV_USER_INFO,
					 .digits = STR("1"),
					 .digit_ms = 100 };

	up_with(info_tune, true);
	rig_run_ms(CHECK_MS / 2);
	call_raise(&rig.leg, &digit);
	respond(rig_request(SIP_INFO), "200 OK", "\n");
	rig_run_ms(CHECK_MS * 3 / 4);
	rig_say(LEG_EV_HOLD, NULL);
	respond(rig_request(SIP_UPDATE), "488 Not Acceptable Here", "\n");
	respond(asked_after(CHECK_MS), "200 OK", "\n");
	down(2);
}

/* It does not answer OPTIONS, and speaks all the same. */
static void test_heard_meanwhile(void)
{
	unsigned n = 0;

	up();
	asked_after(CHECK_MS);
	rig_run_ms(10000);
	while (rig.seen < rig.n_sent && n++ < 20)
		rig_request(SIP_OPTIONS);
	in_dialog("INFO", "i1", 2, "\n");
	rig_status(200);
	rig_run_ms(30000);
	while (rig.seen < rig.n_sent && n++ < 20)
		rig_request(SIP_OPTIONS);
	rig_no_event();
	CU_ASSERT_EQUAL(n, 10); /* 17.1.2.2: 10 more in 32 s */
	respond(asked_after(CHECK_MS - 30000), "200 OK", "\n");
	down(3);
}

static void test_hang_up(void)
{
	const struct sip_msg *options;

	/* by the peer */
	up();
	options = asked_after(CHECK_MS);
	in_dialog("BYE", "bye", 2, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	respond(options, "481 Gone", "\n");
	rig_close();
	/* by the other side */
	up();
	options = asked_after(CHECK_MS);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	respond(rig_request(SIP_BYE), "200 OK", "\n");
	respond(options, "200 OK", "\n");
	rig_run_ms(2 * CHECK_MS);
	rig_close();
	/* and OPTIONS is never answered: its transaction ends by itself */
	up();
	asked_after(CHECK_MS);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	respond(rig_request(SIP_BYE), "200 OK", "\n");
	rig_run_ms(40000);
	while (rig.seen < rig.n_sent)
		rig_request(SIP_OPTIONS);
	rig_close();
}

/* A dialog that is ending is not asked, however long its BYE waits. */
static void test_ending(void)
{
	unsigned n = 0;

	up();
	rig_run_ms(CHECK_MS - 1000);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	rig_run_ms(40000);
	while (rig.seen < rig.n_sent && n++ < 20)
		rig_request(SIP_BYE);
	rig_close();
}

/* Of calls that go out, too. */
static void test_called(void)
{
	static const struct leg_setup setup = { .called = { .digits = "49301234",
							    .noa = LEG_NOA_INTERNATIONAL },
						.complete = true,
						.bearer = LEG_BEARER_AUDIO_3K1 };
	const struct sip_msg *options, *bye;

	rig_open_with(check_tune);
	rig_call(&setup);
	respond(rig_request(SIP_INVITE), "180 Ringing", "Contact: <sip:bob@198.51.100.7>\n\n");
	rig_event(LEG_EV_ALERTING);
	/* an early dialog is not asked */
	rig_run_ms(2 * CHECK_MS);
	rig_quiet();
	respond(rig.sent[0], "200 OK", "Contact: <sip:bob@198.51.100.7>\n" TYPE SDP);
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	options = asked_after(CHECK_MS);
	CU_ASSERT_TRUE(str_eq(options->uri.text, STR("sip:bob@198.51.100.7")));
	CU_ASSERT_EQUAL(options->cseq.number, 2);
	respond(options, "481 Gone", "\n");
	bye = rig_request(SIP_BYE);
	CU_ASSERT_EQUAL(bye->cseq.number, 3);
	rig_event(LEG_EV_RELEASE);
	respond(bye, "481 Gone", "\n");
	rig_close();
}

static void never_tune(struct rig *r)
{
	check_tune(r);
	r->sips[0].call_check_set = true;
	r->sips[0].call_check_ms = 0;
}

static void own_tune(struct rig *r)
{
	check_tune(r);
	r->sips[0].call_check_set = true;
	r->sips[0].call_check_ms = CHECK_MS / 2;
}

/* The trunk's own time goes before the stack's; a reload changes it with the next check. */
static void test_times(void)
{
	up_with(never_tune, false);
	rig_run_ms(10 * CHECK_MS);
	down(2);

	up_with(own_tune, false);
	respond(asked_after(CHECK_MS / 2), "200 OK", "\n");
	rig.sips[0].call_check_set = false;
	CU_ASSERT_EQUAL(sip_ua_reload(rig.ua, &rig.conf), 0);
	respond(asked_after(CHECK_MS), "200 OK", "\n");
	rig.conf.sip.call_check_ms = 0;
	CU_ASSERT_EQUAL(sip_ua_reload(rig.ua, &rig.conf), 0);
	rig_run_ms(10 * CHECK_MS);
	down(2);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "alive", test_alive },
		{ "challenged", test_challenged },
		{ "no answer", test_no_answer },
		{ "gone", test_gone },
		{ "unreachable", test_unreachable },
		{ "put off", test_put_off },
		{ "put off by answers", test_put_off_by_answers },
		{ "heard meanwhile", test_heard_meanwhile },
		{ "hang-up", test_hang_up },
		{ "ending", test_ending },
		{ "called", test_called },
		{ "times", test_times },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip leg, call check", tests, argc, argv);
}
