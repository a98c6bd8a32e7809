/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg that calls its peer, message by message: RFC 3261 8.1, 9.1, 13.2; RFC 3398 8. */
#include <arpa/inet.h>

#include "tests/unit/gw/sip/leg_rig.c"

#define SDP_AT(port)                                                                               \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio " port " RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"
#define TYPE	"Content-Type: application/sdp\n"
#define CONTACT "Contact: <sip:bob@198.51.100.20>\n"

static const struct sip_msg *last_invite;

static void call_setup(struct leg_setup *setup)
{
	*setup = (struct leg_setup){ .complete = true, .category = LEG_CATEGORY_ORDINARY };
	snprintf(setup->called.digits, sizeof(setup->called.digits), "4930999");
	setup->called.noa = LEG_NOA_INTERNATIONAL;
	snprintf(setup->calling.digits, sizeof(setup->calling.digits), "4940111");
	setup->calling.noa = LEG_NOA_INTERNATIONAL;
}

static void call(void)
{
	struct leg_setup setup;

	call_setup(&setup);
	rig_call(&setup);
	last_invite = rig_request(SIP_INVITE);
}

/* A response to a request of ours. */
static void respond(const struct sip_msg *request, const char *line, const char *tag,
		    const char *rest)
{
	rig_receive(
		"SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s%s%s\nCall-ID: %.*s\nCSeq: %u %.*s\n%s",
		line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		STR_FMT(request->to->text), tag[0] ? ";tag=" : "", tag, STR_FMT(request->call_id),
		(unsigned)request->cseq.number, STR_FMT(request->cseq.method_name), rest);
}

static void bye_by_us(void)
{
	const struct sip_msg *bye;

	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	bye = rig_request(SIP_BYE);
	respond(bye, "200 OK", "", "\n");
}

static void test_basic(void)
{
	const struct sip_msg *msg;

	rig_open(false);
	call();
	CU_ASSERT_TRUE(str_eq(last_invite->uri.text, STR("sip:+4930999@198.51.100.7;user=phone")));
	CU_ASSERT_TRUE(
		str_eq(last_invite->from->uri.text, STR("sip:+4940111@192.0.2.1;user=phone")));
	CU_ASSERT_TRUE(rig_body_has(last_invite, "m=audio 10002 RTP/AVP 8 0 101"));
	CU_ASSERT_PTR_NULL(last_invite->asserted);
	respond(last_invite, "100 Trying", "", "\n");
	rig_no_event();
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_ALERTING)->progress.subscriber_free);
	/* The same again tells nothing new. */
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	rig_no_event();
	respond(last_invite, "200 OK", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_event(LEG_EV_ANSWER);
	msg = rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(msg->cseq.number, last_invite->cseq.number);
	CU_ASSERT_TRUE(str_eq(msg->uri.text, STR("sip:bob@198.51.100.20")));
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4000));
	/* The ACK was lost. */
	respond(last_invite, "200 OK", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_request(SIP_ACK);
	rig_quiet();
	bye_by_us();
	rig_close();
}

static void test_early_media(void)
{
	rig_open(false);
	call();
	respond(last_invite, "183 Session Progress", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_EQUAL(rig.n_media_set, 1);
	respond(last_invite, "181 Forwarded", "b1", CONTACT "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_PROGRESS)->progress.event, 6);
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_ALERTING)->progress.event, 1);
	respond(last_invite, "183 Session Progress", "b1", CONTACT "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_PROGRESS)->progress.event, 2);
	respond(last_invite, "486 Busy", "b1", "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_BUSY);
	rig_close();
}

/* 13.2.2.4: three forks ring, two answer. */
static void test_forks(void)
{
	const struct sip_msg *ack, *bye;

	rig_open(false);
	call();
	respond(last_invite, "183 Session Progress", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	respond(last_invite, "183 Session Progress", "b2",
		"Contact: <sip:carol@198.51.100.21>\n" TYPE "\n" SDP_AT("5000"));
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(5000));
	respond(last_invite, "180 Ringing", "b3", CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 3);
	respond(last_invite, "200 OK", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4000));
	respond(last_invite, "200 OK", "b2",
		"Contact: <sip:carol@198.51.100.21>\n" TYPE "\n" SDP_AT("5000"));
	ack = rig_request(SIP_ACK);
	CU_ASSERT_TRUE(str_eq(ack->to->tag, STR("b2")));
	bye = rig_request(SIP_BYE);
	CU_ASSERT_TRUE(str_eq(bye->to->tag, STR("b2")));
	CU_ASSERT_TRUE(str_eq(bye->uri.text, STR("sip:carol@198.51.100.21")));
	respond(bye, "200 OK", "", "\n");
	/* The late answer comes again: ACK, but no second BYE. */
	respond(last_invite, "200 OK", "b2",
		"Contact: <sip:carol@198.51.100.21>\n" TYPE "\n" SDP_AT("5000"));
	rig_request(SIP_ACK);
	rig_quiet();
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4000));
	bye_by_us();
	rig_close();
}

/* Answers without end: each is acknowledged and ended up to a limit, and the call goes on. */
static void test_endless_answers(void)
{
	char tag[16];

	rig_open(false);
	call();
	for (unsigned i = 0; i < 64; i++) {
		snprintf(tag, sizeof(tag), "b%u", i);
		respond(last_invite, "200 OK", tag, CONTACT TYPE "\n" SDP_AT("4000"));
		rig_request(SIP_ACK);
		if (i)
			respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	}
	rig_event(LEG_EV_ANSWER);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 64);
	respond(last_invite, "200 OK", "b64", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_quiet();
	rig_no_event();
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 64);
	respond(last_invite, "200 OK", "b63", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_request(SIP_ACK);
	bye_by_us();
	rig_close();
}

/* RFC 6228 */
static void test_199(void)
{
	rig_open(false);
	call();
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_SUPPORTED, "199"));
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	respond(last_invite, "199 Early Dialog Terminated", "b1", "\n");
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 0);
	respond(last_invite, "404 Not Found", "b2", "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_UNALLOCATED);
	rig_close();
}

static void test_reason_in_failure(void)
{
	const struct rig_event *e;

	rig_open(false);
	call();
	respond(last_invite, "500 Oops", "b1", "Reason: Q.850;cause=27;text=\"broken\"\n\n");
	rig_request(SIP_ACK);
	e = rig_event(LEG_EV_RELEASE);
	CU_ASSERT_EQUAL(e->release.cause, 27);
	CU_ASSERT_TRUE(e->release.cause_given);
	CU_ASSERT_EQUAL(e->release.sip_status, 500);
	rig_close();
}

/* 9.1: no CANCEL before a provisional response. */
static void test_cancel_before_100(void)
{
	const struct sip_msg *cancel;

	rig_open(false);
	call();
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	CU_ASSERT_EQUAL(rig.ended, 1);
	rig_quiet();
	respond(last_invite, "100 Trying", "", "\n");
	cancel = rig_request(SIP_CANCEL);
	CU_ASSERT_TRUE(rig_has(cancel, SIP_H_REASON, "Q.850;cause=16"));
	CU_ASSERT_TRUE(str_eq(cancel->via->branch, last_invite->via->branch));
	respond(cancel, "200 OK", "c", "\n");
	respond(last_invite, "487 Request Terminated", "c", "\n");
	rig_request(SIP_ACK);
	rig_close();
}

/* RFC 3398 8.2.7: the 200 was on its way already. */
static void test_cancel_crossing_200(void)
{
	const struct sip_msg *cancel, *bye;

	rig_open(false);
	call();
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	cancel = rig_request(SIP_CANCEL);
	respond(last_invite, "200 OK", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_request(SIP_ACK);
	bye = rig_request(SIP_BYE);
	CU_ASSERT_TRUE(rig_has(bye, SIP_H_REASON, "cause=16"));
	respond(cancel, "200 OK", "b1", "\n");
	respond(bye, "200 OK", "", "\n");
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	rig_close();
}

/* A peer that never answers: Timer B, as if 408. */
static void test_dead_peer(void)
{
	unsigned n = 0;

	rig_open(false);
	call();
	rig_run_ms(32000);
	while (rig.seen < rig.n_sent) {
		rig_request(SIP_INVITE);
		n++;
	}
	CU_ASSERT_EQUAL(n, 6);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	rig_close();
}

/* 8.1.3.4 */
static void test_redirect(void)
{
	const struct sip_msg *second, *third;

	rig_open(false);
	call();
	respond(last_invite, "302 Moved", "r",
		"Contact: <sip:low@198.51.100.30>;q=0.2, <mailto:x@y>, "
		"<sip:high@198.51.100.31>;q=0.9\n\n");
	rig_request(SIP_ACK);
	second = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(str_eq(second->uri.text, STR("sip:high@198.51.100.31")));
	CU_ASSERT_EQUAL(second->cseq.number, last_invite->cseq.number + 1);
	CU_ASSERT_TRUE(str_eq(second->call_id, last_invite->call_id));
	CU_ASSERT_TRUE(str_eq(second->from->tag, last_invite->from->tag));
	CU_ASSERT_EQUAL(second->to->tag.n, 0);
	respond(second, "404 Not Found", "r2", "\n");
	rig_request(SIP_ACK);
	third = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(str_eq(third->uri.text, STR("sip:low@198.51.100.30")));
	respond(third, "486 Busy", "r3", "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_BUSY);
	rig_close();
}

static void test_redirect_nowhere(void)
{
	rig_open(false);
	call();
	respond(last_invite, "301 Moved", "r", "Contact: <mailto:x@y>\n\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL((int)rig_event(LEG_EV_RELEASE)->release.cause, 23);
	rig_close();
}

static void test_no_answer_in_200(void)
{
	const struct sip_msg *bye;

	rig_open(false);
	call();
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_request(SIP_ACK);
	bye = rig_request(SIP_BYE);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_PROTOCOL_ERROR);
	respond(bye, "200 OK", "", "\n");
	rig_close();
}

static void test_proxy_route(void)
{
	const struct sip_msg *ack;

	rig_open(false);
	call();
	respond(last_invite, "200 OK", "b1",
		CONTACT "Record-Route: <sip:198.51.100.40;lr>, <sip:198.51.100.41;lr>\n" TYPE
			"\n" SDP_AT("4000"));
	rig_event(LEG_EV_ANSWER);
	ack = rig_request(SIP_ACK);
	/* 12.1.2: in reverse order */
	CU_ASSERT_TRUE(str_eq(ack->route->uri.text, STR("sip:198.51.100.41;lr")));
	CU_ASSERT_TRUE(str_eq(ack->route->next->uri.text, STR("sip:198.51.100.40;lr")));
	CU_ASSERT_EQUAL(rig.last_hop.remote.in4.sin_addr.s_addr, inet_addr("198.51.100.41"));
	bye_by_us();
	rig_close();
}

static void proxy_tune(struct rig *r)
{
	static char proxy[] = "198.51.100.50:5070";

	r->sips[0].outbound_proxy = proxy;
}

static void test_outbound_proxy(void)
{
	rig_open_with(proxy_tune);
	call();
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_ROUTE, "<sip:198.51.100.50:5070;lr>"));
	CU_ASSERT_TRUE(str_eq(last_invite->uri.text, STR("sip:+4930999@198.51.100.7;user=phone")));
	CU_ASSERT_EQUAL(rig.last_hop.remote.in4.sin_port, htons(5070));
	respond(last_invite, "503 No", "r", "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TEMPORARY_FAILURE);
	rig_close();
}

static void test_identity(void)
{
	struct leg_setup setup;
	const struct sip_msg *msg;

	rig_open(true);
	call_setup(&setup);
	setup.calling.presentation = LEG_PRES_RESTRICTED;
	rig_call(&setup);
	msg = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(str_eq(msg->from->uri.text, STR("sip:anonymous@anonymous.invalid")));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_P_ASSERTED_IDENTITY, "<sip:+4940111@192.0.2.1"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_PRIVACY, "id"));
	respond(msg, "200 OK", "b1",
		CONTACT "P-Asserted-Identity: <tel:+4930777>\n" TYPE "\n" SDP_AT("4000"));
	CU_ASSERT_STRING_EQUAL(rig_event(LEG_EV_ANSWER)->connected.digits, "4930777");
	rig_request(SIP_ACK);
	bye_by_us();
	rig_close();
}

static void test_send_fails(void)
{
	struct leg_setup setup;

	rig_open(false);
	rig.send_error = -101;
	call_setup(&setup);
	rig_call(&setup);
	rig_run_ms(1000);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TEMPORARY_FAILURE);
	rig_close();
}

/* Nothing that we send would come there: no call. */
static void test_other_family(void)
{
	const struct sip_msg *bye;

	rig_open(false);
	call();
	respond(last_invite, "200 OK", "b1",
		CONTACT TYPE "\nv=0\no=- 1 1 IN IP6 2001:db8::7\ns=-\nc=IN IP6 2001:db8::7\n"
			     "t=0 0\nm=audio 4000 RTP/AVP 8\n");
	rig_request(SIP_ACK);
	bye = rig_request(SIP_BYE);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_BEARER_NOT_IMPLEMENTED);
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	respond(bye, "200 OK", "", "\n");
	rig_close();
}

static void clearmode_tune(struct rig *r)
{
	static char clearmode[] = "CLEARMODE";

	r->sips[0].codecs[2] = clearmode;
	r->sips[0].n_codecs = 3;
}

static void call_data(void)
{
	struct leg_setup setup;

	call_setup(&setup);
	setup.bearer = LEG_BEARER_UNRESTRICTED;
	rig_call(&setup);
}

/* Q.1912.5 7.1.1: 64 kbit/s unrestricted is clearmode, and nothing else. */
static void test_unrestricted(void)
{
	const struct sip_msg *msg;

	rig_open_with(clearmode_tune);
	call_data();
	msg = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(rig_body_has(
		msg, "m=audio 10002 RTP/AVP 96\r\na=rtpmap:96 CLEARMODE/8000\r\na=ptime"));
	respond(msg, "200 OK", "b1",
		CONTACT TYPE "\nv=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\n"
			     "t=0 0\nm=audio 4000 RTP/AVP 97\na=rtpmap:97 CLEARMODE/8000\n");
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig.media.codec, MEDIA_CLEARMODE);
	CU_ASSERT_TRUE(rig.media.payload_type == 97 && rig.media.payload_type_in == 96);
	bye_by_us();
	rig_close();
}

static void test_unrestricted_refused(void)
{
	rig_open(false);
	call_data();
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_BEARER_NOT_IMPLEMENTED);
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "basic", test_basic },
	{ "another address family", test_other_family },
	{ "early media", test_early_media },
	{ "forks", test_forks },
	{ "endless answers", test_endless_answers },
	{ "199", test_199 },
	{ "reason in failure", test_reason_in_failure },
	{ "cancel before 100", test_cancel_before_100 },
	{ "cancel crossing 200", test_cancel_crossing_200 },
	{ "dead peer", test_dead_peer },
	{ "redirect", test_redirect },
	{ "redirect nowhere", test_redirect_nowhere },
	{ "no answer in 200", test_no_answer_in_200 },
	{ "record-route", test_proxy_route },
	{ "outbound proxy", test_outbound_proxy },
	{ "identity", test_identity },
	{ "send fails", test_send_fails },
	{ "unrestricted", test_unrestricted },
	{ "unrestricted refused", test_unrestricted_refused },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip leg, calling", tests, argc, argv);
}
