/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* re-INVITE both ways: hold and retrieve, media anew, glare, dialogs that are gone (RFC 3261 14).
 */
#include <arpa/inet.h>

#include "tests/unit/gw/sip/leg_rig.c"

#define SDP(version, extra)                                                                        \
	"v=0\no=- 1 " version " IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"          \
	"m=audio 4000 RTP/AVP 8\na=rtpmap:8 PCMA/8000\n" extra
#define TYPE	"Content-Type: application/sdp\n"
#define CONTACT "Contact: <sip:alice@198.51.100.7>\n"

static char to_tag[64];
static char sdp_version[32];

static void peer_says(const char *method, const char *branch, unsigned cseq, const char *rest)
{
	rig_receive("%s sip:030999@192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>%s%s\n"
		    "Call-ID: re-1\nCSeq: %u %s\n%s",
		    method, branch, to_tag[0] ? ";tag=" : "", to_tag, cseq, method, rest);
}

static void respond(const struct sip_msg *request, const char *line, const char *rest)
{
	rig_receive("SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: re-1\nCSeq: %u %.*s\n%s",
		    line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		    STR_FMT(request->to->text), (unsigned)request->cseq.number,
		    STR_FMT(request->cseq.method_name), rest);
}

static void version_of(const struct sip_msg *msg, char *version, size_t cap)
{
	const char *o = memmem(msg->body.p, msg->body.n, "o=- ", 4);
	const char *end = o ? memmem(o, 60, " IN ", 4) : NULL;

	CU_ASSERT_FATAL(o && end);
	snprintf(version, cap, "%.*s", (int)(end - o - 4), o + 4);
}

static void up_with(const char *fields)
{
	const struct sip_msg *ok;
	char rest[600];

	rig_open(false);
	to_tag[0] = '\0';
	snprintf(rest, sizeof(rest), "%s" CONTACT TYPE "\n" SDP("1", ""), fields);
	peer_says("INVITE", "inv", 1, rest);
	rig_trying();
	rig_say(LEG_EV_ANSWER, NULL);
	ok = rig_status(200);
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), ok->to->tag), 0);
	version_of(ok, sdp_version, sizeof(sdp_version));
	peer_says("ACK", "ack", 1, "\n");
}

static void up(void)
{
	up_with("");
}

static void down(unsigned cseq)
{
	peer_says("BYE", "bye", cseq, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

static void test_hold_by_peer(void)
{
	const struct sip_msg *ok;
	char version[32];

	up();
	peer_says("INVITE", "h1", 2, CONTACT TYPE "\n" SDP("2", "a=sendonly\n"));
	ok = rig_status(200);
	CU_ASSERT_TRUE(rig_body_has(ok, "a=recvonly"));
	version_of(ok, version, sizeof(version));
	CU_ASSERT_STRING_NOT_EQUAL(version, sdp_version);
	CU_ASSERT_FALSE(rig.media.send);
	CU_ASSERT_TRUE(rig.media.receive);
	rig_event(LEG_EV_HOLD);
	peer_says("ACK", "a2", 2, "\n");
	/* The same description again: nothing new for the core, the same version. */
	peer_says("INVITE", "h2", 3, CONTACT TYPE "\n" SDP("2", "a=sendonly\n"));
	ok = rig_status(200);
	version_of(ok, sdp_version, sizeof(sdp_version));
	CU_ASSERT_STRING_EQUAL(version, sdp_version);
	rig_no_event();
	peer_says("ACK", "a3", 3, "\n");
	peer_says("INVITE", "h3", 4, CONTACT TYPE "\n" SDP("3", "a=sendrecv\n"));
	CU_ASSERT_TRUE(rig_body_has(rig_status(200), "a=sendrecv"));
	rig_event(LEG_EV_RETRIEVE);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	peer_says("ACK", "a4", 4, "\n");
	/* RFC 3264 8.4: the old way */
	peer_says("INVITE", "h4", 5,
		  CONTACT TYPE "\nv=0\no=- 1 4 IN IP4 198.51.100.7\ns=-\nc=IN IP4 0.0.0.0\nt=0 0\n"
			       "m=audio 4000 RTP/AVP 8\n");
	rig_status(200);
	rig_event(LEG_EV_HOLD);
	CU_ASSERT_FALSE(rig.media.send);
	peer_says("ACK", "a5", 5, "\n");
	down(6);
}

static void test_hold_by_us(void)
{
	const struct sip_msg *re;

	up();
	rig_say(LEG_EV_HOLD, NULL);
	re = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(rig_body_has(re, "a=sendonly"));
	CU_ASSERT_TRUE(str_eq(re->to->tag, STR("caller")));
	CU_ASSERT_TRUE(rig_has(re, SIP_H_CONTACT, "192.0.2.1"));
	/* Another change of mind waits for the answer. */
	rig_say(LEG_EV_RETRIEVE, NULL);
	rig_quiet();
	respond(re, "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, re->cseq.number);
	CU_ASSERT_TRUE(rig.media.send);
	CU_ASSERT_FALSE(rig.media.receive);
	re = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(rig_body_has(re, "a=sendrecv"));
	respond(re, "200 OK", "Contact: <sip:new@198.51.100.77>\n" TYPE "\n" SDP("3", ""));
	CU_ASSERT_TRUE(str_eq(rig_request(SIP_ACK)->uri.text, STR("sip:new@198.51.100.77")));
	CU_ASSERT_TRUE(rig.media.receive);
	down(2);
}

/* 13.2.2.4: "The ACK MUST be passed to the client transport every time a retransmission of the 2xx final response [...]
 * arrives", whatever has followed. */
static void test_2xx_again(void)
{
	const struct sip_msg *first, *second, *bye;

	up();
	rig_say(LEG_EV_HOLD, NULL);
	first = rig_request(SIP_INVITE);
	respond(first, "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	rig_request(SIP_ACK);
	rig_say(LEG_EV_RETRIEVE, NULL);
	second = rig_request(SIP_INVITE);
	respond(first, "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, first->cseq.number);
	respond(second, "200 OK", CONTACT TYPE "\n" SDP("3", ""));
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, second->cseq.number);
	CU_ASSERT_TRUE(rig.media.receive);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	bye = rig_request(SIP_BYE);
	respond(bye, "200 OK", "\n");
	rig_run_ms(10000);
	respond(second, "200 OK", CONTACT TYPE "\n" SDP("3", ""));
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, second->cseq.number);
	respond(first, "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, first->cseq.number);
	CU_ASSERT_EQUAL(sip_ua_legs(rig.ua), 1);
	rig_run_ms(22000);
	CU_ASSERT_EQUAL(sip_ua_legs(rig.ua), 0);
	rig_close();
}

/* The CANCEL before our BYE crosses the 2xx. */
static void test_2xx_after_bye(void)
{
	const struct sip_msg *re;

	up();
	rig_say(LEG_EV_HOLD, NULL);
	re = rig_request(SIP_INVITE);
	respond(re, "100 Trying", "\n");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	respond(rig_request(SIP_CANCEL), "200 OK", "\n");
	respond(rig_request(SIP_BYE), "200 OK", "\n");
	respond(re, "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, re->cseq.number);
	rig_close();
}

/* 14.1: 491, and again after 0 to 2 s, since the Call-ID is not ours. */
static void test_glare(void)
{
	const struct sip_msg *re;
	unsigned waited;

	up();
	rig_say(LEG_EV_HOLD, NULL);
	re = rig_request(SIP_INVITE);
	respond(re, "100 Trying", "\n");
	/* The peer's own comes first: 14.2. */
	peer_says("INVITE", "g1", 2, CONTACT TYPE "\n" SDP("2", "a=sendonly\n"));
	rig_status(491);
	peer_says("ACK", "g1", 2, "\n");
	respond(re, "491 Request Pending", "\n");
	rig_request(SIP_ACK);
	rig_quiet();
	for (waited = 0; rig.seen == rig.n_sent && waited <= 2000; waited += 10)
		rig_run_ms(10);
	CU_ASSERT_TRUE(waited > 10 && waited <= 2000);
	re = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(rig_body_has(re, "a=sendonly"));
	respond(re, "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	rig_request(SIP_ACK);
	down(3);
}

/* RFC 3311 5.2: how long a peer that is busy puts off a hold is up to it, up to 10 s. */
static void test_put_off(void)
{
	up_with("Allow: INVITE, ACK, BYE, CANCEL, UPDATE\n");
	rig_say(LEG_EV_HOLD, NULL);
	respond(rig_request(SIP_UPDATE), "500 Busy", "Retry-After: 3600\n\n");
	rig_run_ms(9999);
	rig_quiet();
	rig_run_ms(1);
	respond(rig_request(SIP_UPDATE), "200 OK", CONTACT TYPE "\n" SDP("2", "a=recvonly\n"));
	CU_ASSERT_FALSE(rig.media.receive);
	down(2);
}

/* 14.1: any other failure leaves the session as it was. */
static void test_refused(void)
{
	const struct sip_msg *re;

	up();
	rig_say(LEG_EV_HOLD, NULL);
	re = rig_request(SIP_INVITE);
	respond(re, "488 Not Acceptable Here", "\n");
	rig_request(SIP_ACK);
	rig_run_ms(5000);
	rig_quiet();
	rig_no_event();
	down(2);
}

/* 12.2.1.2 */
static void test_dialog_gone(void)
{
	const struct sip_msg *re, *bye;

	up();
	rig_say(LEG_EV_HOLD, NULL);
	re = rig_request(SIP_INVITE);
	respond(re, "481 Gone", "\n");
	rig_request(SIP_ACK);
	bye = rig_request(SIP_BYE);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TEMPORARY_FAILURE);
	respond(bye, "481 Gone", "\n");
	rig_close();
}

static void test_timeout(void)
{
	up();
	rig_say(LEG_EV_HOLD, NULL);
	rig_run_ms(32000);
	while (rig.seen + 1 < rig.n_sent)
		rig_request(SIP_INVITE);
	respond(rig_request(SIP_BYE), "200 OK", "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	rig_close();
}

/* 14.2: without an offer, ours goes into the 200. */
static void test_delayed(void)
{
	const struct sip_msg *ok;

	up();
	peer_says("INVITE", "d1", 2, CONTACT "\n");
	ok = rig_status(200);
	CU_ASSERT_TRUE(rig_body_has(ok, "m=audio 10002 RTP/AVP 8 0 101"));
	/* An offer is open: another one has to wait. */
	peer_says("INVITE", "d2", 3, CONTACT TYPE "\n" SDP("2", ""));
	rig_status(491);
	peer_says("ACK", "d2", 3, "\n");
	peer_says("ACK", "d3", 2,
		  TYPE "\nv=0\no=- 1 2 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"
		       "m=audio 4444 RTP/AVP 0\n");
	CU_ASSERT_EQUAL(rig.media.codec, MEDIA_PCMU);
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4444));
	down(4);
}

static void test_bad_offers(void)
{
	struct media_rtp_params before;

	up();
	before = rig.media;
	peer_says("INVITE", "b1", 2,
		  CONTACT TYPE "\nv=0\no=- 1 2 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\n"
			       "t=0 0\nm=audio 4000 RTP/AVP 18\n");
	rig_status(488);
	peer_says("ACK", "b1", 2, "\n");
	peer_says("INVITE", "b2", 3, CONTACT TYPE "\nnonsense\n");
	rig_status(400);
	peer_says("ACK", "b2", 3, "\n");
	CU_ASSERT_EQUAL(memcmp(&before, &rig.media, sizeof(before)), 0);
	rig_no_event();
	down(4);
}

/* The ACK for the 200 is lost and a re-INVITE comes (RFC 5407 3.1.4). */
static void test_reinvite_before_ack(void)
{
	up();
	peer_says("INVITE", "r1", 2, CONTACT TYPE "\n" SDP("2", ""));
	rig_status(200);
	peer_says("INVITE", "r2", 3, CONTACT TYPE "\n" SDP("3", "a=inactive\n"));
	CU_ASSERT_TRUE(rig_body_has(rig_status(200), "a=inactive"));
	rig_event(LEG_EV_HOLD);
	peer_says("ACK", "r2a", 3, "\n");
	rig_run_ms(40000);
	rig_quiet();
	down(4);
}

static void test_reinvite_ack_lost(void)
{
	const struct sip_msg *bye;

	up();
	peer_says("INVITE", "r1", 2, CONTACT TYPE "\n" SDP("2", ""));
	rig_status(200);
	rig_run_ms(32000);
	while (rig.seen + 1 < rig.n_sent)
		rig_status(200);
	bye = rig_request(SIP_BYE);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	respond(bye, "200 OK", "\n");
	rig_close();
}

/* BYE of both at once: both are answered. */
static void test_bye_glare(void)
{
	const struct sip_msg *bye;

	up();
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	bye = rig_request(SIP_BYE);
	peer_says("BYE", "bye", 2, "\n");
	rig_status(200);
	respond(bye, "200 OK", "\n");
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "hold by peer", test_hold_by_peer },
	{ "hold by us", test_hold_by_us },
	{ "2xx again", test_2xx_again },
	{ "2xx after BYE", test_2xx_after_bye },
	{ "glare", test_glare },
	{ "put off", test_put_off },
	{ "refused", test_refused },
	{ "dialog gone", test_dialog_gone },
	{ "timeout", test_timeout },
	{ "delayed", test_delayed },
	{ "bad offers", test_bad_offers },
	{ "re-INVITE before ACK", test_reinvite_before_ack },
	{ "re-INVITE's ACK lost", test_reinvite_ack_lost },
	{ "BYE glare", test_bye_glare },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip leg, re-INVITE", tests, argc, argv);
}
