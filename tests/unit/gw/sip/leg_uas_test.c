/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg called by its peer, message by message: RFC 3261 13.3, 9.2, 15; RFC 3398 7. */
#include <arpa/inet.h>

#include "gw/call/call_private.h"
#include "tests/unit/gw/sip/leg_rig.c"

#define SDP                                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio 4000 RTP/AVP 0 8 101\na=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\n"               \
	"a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n"

#define HEAD(method, branch, to, cseq)                                                             \
	"Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK" branch "\n"                            \
	"Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>" to "\n"      \
	"Call-ID: uas-1\nCSeq: " cseq " " method "\n"
#define CONTACT "Contact: <sip:alice@198.51.100.7:5060>\n"
#define TYPE	"Content-Type: application/sdp\n"

static char to_tag[64];

static void invite(void)
{
	const struct sip_msg *trying;

	rig_receive("INVITE sip:030999@192.0.2.1;user=phone SIP/2.0\n" HEAD(
		"INVITE", "inv", "", "1") CONTACT TYPE "\n" SDP);
	trying = rig_trying();
	CU_ASSERT_EQUAL(trying->cseq.number, 1);
}

static void tag_take(const struct sip_msg *msg)
{
	CU_ASSERT_TRUE(msg->to->tag.n > 0);
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
}

static void in_dialog(const char *method, const char *branch, unsigned cseq, const char *rest)
{
	rig_receive("%s sip:192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>;tag=%s\n"
		    "Call-ID: uas-1\nCSeq: %u %s\n%s",
		    method, branch, to_tag, cseq, method, rest);
}

/* 100 180 200 ACK */
static void answered(void)
{
	const struct leg_progress free_party = { .subscriber_free = true };

	invite();
	rig_say(LEG_EV_ADDRESS_COMPLETE, &free_party);
	tag_take(rig_status(180));
	rig_say(LEG_EV_ANSWER, NULL);
	rig_status(200);
	in_dialog("ACK", "ack", 1, "\n");
}

static void test_basic(void)
{
	const struct leg_progress free_party = { .subscriber_free = true };
	const struct sip_msg *msg;

	rig_open(false);
	invite();
	CU_ASSERT_TRUE(rig.seized);
	CU_ASSERT_STRING_EQUAL(rig.setup.called.digits, "030999");
	CU_ASSERT_EQUAL(rig.setup.called.noa, LEG_NOA_UNKNOWN);
	CU_ASSERT_STRING_EQUAL(rig.setup.calling.digits, "49301234");
	CU_ASSERT_EQUAL(rig.setup.calling.noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_TRUE(rig.setup.complete);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &free_party);
	msg = rig_status(180);
	CU_ASSERT_EQUAL(msg->body.n, 0);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_CONTACT, "<sip:192.0.2.1:5060>"));
	tag_take(msg);
	rig_say(LEG_EV_ANSWER, NULL);
	msg = rig_status(200);
	CU_ASSERT_TRUE(rig_body_has(msg, "m=audio 10002 RTP/AVP 8 101\r\n"));
	CU_ASSERT_TRUE(rig_body_has(msg, "a=ptime:20"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_ALLOW, "INVITE, ACK, CANCEL, BYE, OPTIONS"));
	CU_ASSERT_TRUE(str_eq(msg->to->tag, str_c(to_tag)));
	CU_ASSERT_EQUAL(rig.media.codec, MEDIA_PCMA);
	CU_ASSERT_EQUAL(rig.media.dtmf_payload_type, 101);
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4000));
	in_dialog("ACK", "ack", 1, "\n");
	rig_run_ms(10000);
	rig_quiet();
	in_dialog("BYE", "bye", 2, "Reason: Q.850;cause=31\n\n");
	rig_status(200);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, 31);
	CU_ASSERT_EQUAL(rig.ended, 1);
	rig_close();
}

static void test_early_media(void)
{
	const struct leg_progress in_band = { .in_band = true };
	const struct leg_progress none = { 0 };
	const struct sip_msg *msg;

	rig_open(false);
	invite();
	rig_say(LEG_EV_ADDRESS_COMPLETE, &none);
	msg = rig_status(183);
	CU_ASSERT_EQUAL(msg->body.n, 0);
	rig_say(LEG_EV_PROGRESS, &in_band);
	msg = rig_status(183);
	CU_ASSERT_TRUE(rig_body_has(msg, "m=audio 10002"));
	rig_say(LEG_EV_ALERTING, &none);
	msg = rig_status(180);
	CU_ASSERT_TRUE(rig_body_has(msg, "m=audio 10002"));
	/* 13.3.1.1: again after a minute */
	rig_run_ms(60000);
	rig_status(180);
	rig_say_release(Q850_BUSY);
	msg = rig_status(486);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_REASON, "Q.850;cause=17;text=\"user busy\""));
	rig_event(LEG_EV_RELEASED);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_progress_codes(void)
{
	static const struct {
		uint8_t event;
		unsigned status;
	} rows[] = { { 1, 180 }, { 2, 183 }, { 3, 183 }, { 4, 181 },
		     { 5, 181 }, { 6, 181 }, { 0, 183 } };

	rig_open(false);
	invite();
	for (unsigned i = 0; i < 7; i++) {
		const struct leg_progress p = { .event = rows[i].event };

		rig_say(LEG_EV_PROGRESS, &p);
		rig_status(rows[i].status);
	}
	rig_say_release(Q850_NO_ANSWER);
	rig_status(480);
	rig_event(LEG_EV_RELEASED);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_cancel(void)
{
	rig_open(false);
	invite();
	rig_receive("CANCEL sip:030999@192.0.2.1;user=phone SIP/2.0\n" HEAD(
		"CANCEL", "inv", "", "1") "Reason: Q.850;cause=20\n\n");
	rig.seen = rig.n_sent - 2;
	/* 200 for CANCEL and 487 for INVITE, in either order. */
	CU_ASSERT_EQUAL(rig.sent[rig.seen]->status + rig.sent[rig.seen + 1]->status, 687);
	rig.seen = rig.n_sent;
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, 20);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

/* 9.2: a CANCEL after the final response changes nothing. */
static void test_cancel_crossing_200(void)
{
	rig_open(false);
	invite();
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	rig_receive("CANCEL sip:030999@192.0.2.1;user=phone SIP/2.0\n" HEAD("CANCEL", "inv", "",
									    "1") "\n");
	CU_ASSERT_EQUAL(rig_next()->cseq.method, SIP_CANCEL);
	rig_no_event();
	in_dialog("ACK", "ack", 1, "\n");
	in_dialog("BYE", "bye", 2, "\n");
	rig_status(200);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, 16);
	rig_close();
}

/* 13.3.1.4: T1, 2*T1 ... T2 apart, and BYE after 64*T1. */
static void test_lost_ack(void)
{
	unsigned n = 0;

	rig_open(false);
	invite();
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	rig_run_ms(31999);
	while (rig.seen < rig.n_sent) {
		rig_status(200);
		n++;
	}
	/* 0.5 1.5 3.5 7.5 11.5 15.5 19.5 23.5 27.5 31.5 s */
	CU_ASSERT_EQUAL(n, 10);
	rig_run_ms(1);
	CU_ASSERT_TRUE(rig_has(rig_request(SIP_BYE), SIP_H_REASON, "cause=102"));
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	rig_receive(
		"SIP/2.0 200 OK\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: uas-1\nCSeq: 1 BYE\n\n",
		STR_FMT(rig.sent[rig.n_sent - 1]->via->text),
		STR_FMT(rig.sent[rig.n_sent - 1]->from->text),
		STR_FMT(rig.sent[rig.n_sent - 1]->to->text));
	rig_close();
}

/* 15: no BYE before the ACK. */
static void test_release_before_ack(void)
{
	const struct sip_msg *bye;

	rig_open(false);
	invite();
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	rig_quiet();
	CU_ASSERT_EQUAL(rig.ended, 1);
	in_dialog("ACK", "ack", 1, "\n");
	bye = rig_request(SIP_BYE);
	CU_ASSERT_TRUE(rig_has(bye, SIP_H_REASON, "Q.850;cause=16"));
	CU_ASSERT_TRUE(str_eq(bye->uri.text, STR("sip:alice@198.51.100.7:5060")));
	CU_ASSERT_TRUE(str_eq(bye->from->tag, str_c(to_tag)));
	rig_receive(
		"SIP/2.0 200 OK\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: uas-1\nCSeq: 1 BYE\n\n",
		STR_FMT(bye->via->text), STR_FMT(bye->from->text), STR_FMT(bye->to->text));
	rig_close();
}

/* 13.2.1: no offer in INVITE: ours in the 200, the answer in ACK. */
static void test_delayed_offer(void)
{
	const struct leg_progress in_band = { .in_band = true };
	const struct sip_msg *msg;

	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1") CONTACT
		    "\n");
	rig_trying();
	rig_say(LEG_EV_ALERTING, &in_band);
	CU_ASSERT_EQUAL(rig_status(180)->body.n, 0);
	rig_say(LEG_EV_ANSWER, NULL);
	msg = rig_status(200);
	tag_take(msg);
	CU_ASSERT_TRUE(rig_body_has(msg, "m=audio 10002 RTP/AVP 8 0 101\r\n"));
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	in_dialog("ACK", "ack", 1, TYPE "\n" SDP);
	CU_ASSERT_EQUAL(rig.n_media_set, 1);
	CU_ASSERT_EQUAL(rig.media.codec, MEDIA_PCMU);
	in_dialog("BYE", "bye", 2, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

static void test_delayed_offer_unanswered(void)
{
	const struct sip_msg *bye;

	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1") CONTACT
		    "\n");
	rig_trying();
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	in_dialog("ACK", "ack", 1, "\n");
	bye = rig_request(SIP_BYE);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_PROTOCOL_ERROR);
	rig_receive("SIP/2.0 481 Gone\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: uas-1\nCSeq: 1 "
		    "BYE\n\n",
		    STR_FMT(bye->via->text), STR_FMT(bye->from->text), STR_FMT(bye->to->text));
	rig_close();
}

/* 15.1.2: BYE in an early dialog. */
static void test_early_bye(void)
{
	rig_open(false);
	invite();
	rig_say(LEG_EV_ALERTING, &(struct leg_progress){ 0 });
	tag_take(rig_status(180));
	in_dialog("BYE", "bye", 2, "\n");
	CU_ASSERT_EQUAL(rig_status(200)->cseq.method, SIP_BYE);
	CU_ASSERT_EQUAL(rig_status(487)->cseq.method, SIP_INVITE);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_NORMAL);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_expires(void)
{
	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1") CONTACT
		    "Expires: 20\n" TYPE "\n" SDP);
	rig_trying();
	rig_run_ms(20000);
	rig_status(487);
	rig_event(LEG_EV_RELEASE);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_no_common_codec(void)
{
	const struct sip_msg *msg;

	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1")
			    CONTACT TYPE "\nv=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\n"
					 "c=IN IP4 198.51.100.7\nt=0 0\nm=audio 4000 RTP/AVP 18\n");
	msg = rig_status(488);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_WARNING, "305"));
	CU_ASSERT_FALSE(rig.seized);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_other_family(void)
{
	const struct sip_msg *msg;

	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1")
			    CONTACT TYPE "\nv=0\no=- 1 1 IN IP6 2001:db8::7\ns=-\n"
					 "c=IN IP6 2001:db8::7\nt=0 0\nm=audio 4000 RTP/AVP 8\n");
	msg = rig_status(488);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_WARNING, "301"));
	CU_ASSERT_FALSE(rig.seized);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_bad_description(void)
{
	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1")
			    CONTACT TYPE "\nv=0\nm=nonsense\n");
	rig_status(400);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static void test_no_media_port(void)
{
	rig_open(false);
	rig.media_error = -99;
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1")
			    CONTACT TYPE "\n" SDP);
	CU_ASSERT_TRUE(rig_has(rig_status(503), SIP_H_RETRY_AFTER, "10"));
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

/* 12.2.2: a sequence number that is not higher. */
static void test_low_cseq(void)
{
	rig_open(false);
	answered();
	in_dialog("OPTIONS", "o1", 1, "\n");
	rig_status(500);
	in_dialog("OPTIONS", "o2", 7, "\n");
	CU_ASSERT_TRUE(rig_has(rig_status(200), SIP_H_ACCEPT, "application/sdp"));
	in_dialog("MESSAGE", "i1", 8, "\n");
	CU_ASSERT_TRUE(rig_has(rig_status(405), SIP_H_ALLOW, "OPTIONS"));
	in_dialog("BYE", "bye", 9, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* Record-Route: requests in the dialog go through the proxies, loose (12.1.1, 12.2.1.1). */
static void test_route_set(void)
{
	const struct sip_msg *bye;
	struct sip_addr *route;

	rig_open(false);
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n" HEAD("INVITE", "inv", "", "1") CONTACT
		    "Record-Route: <sip:198.51.100.9;lr;ftag=a>, <sip:198.51.100.8;lr>\n" TYPE
		    "\n" SDP);
	rig_trying();
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	CU_ASSERT_TRUE(rig_has(rig.sent[rig.seen - 1], SIP_H_RECORD_ROUTE, "198.51.100.9"));
	in_dialog("ACK", "ack", 1, "\n");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	bye = rig_request(SIP_BYE);
	CU_ASSERT_TRUE(str_eq(bye->uri.text, STR("sip:alice@198.51.100.7:5060")));
	route = bye->route;
	CU_ASSERT_PTR_NOT_NULL_FATAL(route);
	CU_ASSERT_TRUE(str_eq(route->uri.text, STR("sip:198.51.100.9;lr;ftag=a")));
	CU_ASSERT_TRUE(str_eq(route->next->uri.text, STR("sip:198.51.100.8;lr")));
	CU_ASSERT_EQUAL(rig.last_hop.remote.in4.sin_addr.s_addr, inet_addr("198.51.100.9"));
	rig_receive(
		"SIP/2.0 200 OK\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: uas-1\nCSeq: 1 BYE\n\n",
		STR_FMT(bye->via->text), STR_FMT(bye->from->text), STR_FMT(bye->to->text));
	rig_close();
}

static void clearmode_tune(struct rig *r)
{
	static char clearmode[] = "CLEARMODE";

	r->sips[0].codecs[2] = clearmode;
	r->sips[0].n_codecs = 3;
}

static void test_unrestricted(void)
{
	rig_open_with(clearmode_tune);
	rig_receive("INVITE sip:030999@192.0.2.1;user=phone SIP/2.0\n" HEAD("INVITE", "inv", "",
									    "1") CONTACT TYPE
		    "\nv=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"
		    "m=audio 4000 RTP/AVP 97 101\na=rtpmap:97 CLEARMODE/8000\n"
		    "a=rtpmap:101 telephone-event/8000\n");
	rig_trying();
	CU_ASSERT_EQUAL(rig.setup.bearer, LEG_BEARER_UNRESTRICTED);
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	in_dialog("ACK", "ack", 1, "\n");
	CU_ASSERT_TRUE(rig_body_has(rig.sent[rig.n_sent - 1],
				    "m=audio 10002 RTP/AVP 97\r\na=rtpmap:97 CLEARMODE"));
	CU_ASSERT_EQUAL(rig.media.codec, MEDIA_CLEARMODE);
	in_dialog("BYE", "bye", 2, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* Every Via of the list takes a line of its own in a response, which then is longer than a datagram. */
static void test_unanswerable(void)
{
	static char wire[SIP_MSG_MAX_OCTETS];
	struct sip_hop hop = { .proto = SIP_PROTO_UDP };
	struct sip_msg *msg;
	size_t n = 0;

	rig_open(false);
	CU_ASSERT_EQUAL(sip_sockaddr_set(&hop.remote, STR("198.51.100.7"), 5060), 0);
	n = str_add(wire, sizeof(wire), n,
		    STR("INVITE sip:030999@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060"
			";branch=z9hG4bKlong"));
	for (unsigned i = 0; i < 100; i++)
		n += (size_t)snprintf(wire + n, sizeof(wire) - n,
				      ",SIP/2.0/UDP p%03u.example.com;branch=z9hG4bK%0605u", i, i);
	n += (size_t)snprintf(wire + n, sizeof(wire) - n,
			      "\r\nFrom: <sip:+49301234@pbx>;tag=caller\r\nTo: <sip:030999@gw>\r\n"
			      "Call-ID: uas-1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
			      "Contact: <sip:alice@198.51.100.7:5060>\r\n\r\n");
	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, wire, n, SIP_DATAGRAM), 0);
	sip_stack_received(rig.stack, msg, &hop, (struct str){ wire, n });
	sip_msg_free(msg);
	CU_ASSERT_TRUE(rig.seized);
	rig_run_ms(200);
	rig_quiet();
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_INTERWORKING);
	CU_ASSERT_EQUAL(rig.ended, 1);
	rig_close();
}

/* The core lets go of a leg that was never asked to end: its INVITE is answered all the same. */
static void test_given_up(void)
{
	rig_open(false);
	invite();
	rig.leg.call->record.release.cause = Q850_BUSY;
	call_guard_expired(NULL, rig.leg.call);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\n" HEAD("ACK", "inv", ";tag=x", "1") "\n");
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "basic", test_basic },
	{ "early media", test_early_media },
	{ "progress codes", test_progress_codes },
	{ "cancel", test_cancel },
	{ "cancel crossing 200", test_cancel_crossing_200 },
	{ "lost ack", test_lost_ack },
	{ "release before ack", test_release_before_ack },
	{ "delayed offer", test_delayed_offer },
	{ "delayed offer unanswered", test_delayed_offer_unanswered },
	{ "early bye", test_early_bye },
	{ "expires", test_expires },
	{ "no common codec", test_no_common_codec },
	{ "another address family", test_other_family },
	{ "bad description", test_bad_description },
	{ "no media port", test_no_media_port },
	{ "low cseq", test_low_cseq },
	{ "route set", test_route_set },
	{ "unrestricted", test_unrestricted },
	{ "given up", test_given_up },
	{ "unanswerable", test_unanswerable },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip leg, called", tests, argc, argv);
}
