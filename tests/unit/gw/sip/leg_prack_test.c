/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg that is called: reliable provisional responses (RFC 3262), UPDATE (RFC 3311), P-Early-Media (RFC 5009), 199. */
#include <arpa/inet.h>

#include "gw/call/call_private.h"
#include "gw/sip/progress_fields.h"
#include "tests/unit/gw/sip/leg_rig.c"

#define SDP_AT(port, extra)                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio " port " RTP/AVP 8\na=rtpmap:8 PCMA/8000\n" extra
#define TYPE	"Content-Type: application/sdp\n"
#define CONTACT "Contact: <sip:alice@198.51.100.7:5060>\n"

static const struct leg_progress in_band = { .in_band = true };
static const struct leg_progress none = { 0 };
static char to_tag[64];
static unsigned cseq;

static void in_dialog(const char *method, const char *rest)
{
	unsigned number = strcmp(method, "ACK") == 0 ? 1 : ++cseq;

	rig_receive("%s sip:192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s%u\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>;tag=%s\n"
		    "Call-ID: rel-1\nCSeq: %u %s\n%s",
		    method, method, cseq, to_tag, number, method, rest);
}

static void to_invite(const char *method, const char *rest)
{
	rig_receive("%s sip:030999@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP "
		    "198.51.100.7:5060;branch=z9hG4bKinv\n"
		    "Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>\n"
		    "Call-ID: rel-1\nCSeq: 1 %s\n%s",
		    method, method, rest);
}

/* fields: of the INVITE, ended with its body. */
static void invite(const char *fields)
{
	cseq = 1;
	to_invite("INVITE", fields);
}

#define RELIABLE "Supported: 100rel, 199\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\n" CONTACT
#define OFFER	 TYPE "\n" SDP_AT("4000", "")

static void ack_failure(void)
{
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP "
		    "198.51.100.7:5060;branch=z9hG4bKinv\n"
		    "Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\nTo: "
		    "<sip:030999@gw>;tag=%s\n"
		    "Call-ID: rel-1\nCSeq: 1 ACK\n\n",
		    to_tag);
}

/* The next message is that reliable response: its RSeq. */
static uint32_t reliable(unsigned status)
{
	const struct sip_msg *msg = rig_status(status);
	uint32_t rseq = 0;

	CU_ASSERT_EQUAL(sip_rseq_read(msg, &rseq), 0);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_REQUIRE, "100rel"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_CONTACT, "192.0.2.1"));
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	return rseq;
}

static bool is_reliable(const struct sip_msg *msg)
{
	return sip_is_reliable(msg);
}

static void prack(uint32_t rseq, const char *body)
{
	char rest[1024];

	snprintf(rest, sizeof(rest), "RAck: %u 1 INVITE\n%s", (unsigned)rseq, body);
	in_dialog("PRACK", rest);
}

static void respond(const struct sip_msg *request, const char *line, const char *rest)
{
	rig_receive(
		"SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: rel-1\nCSeq: %u %.*s\n%s",
		line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		STR_FMT(request->to->text), (unsigned)request->cseq.number,
		STR_FMT(request->cseq.method_name), rest);
}

static void bye(void)
{
	in_dialog("BYE", "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

static bool field_is(const struct sip_msg *msg, const char *name, const char *value)
{
	const struct sip_header *h = sip_msg_other(msg, str_c(name));

	return h ? str_eq(h->value, str_c(value)) : value == NULL;
}

/* One at a time; the answer goes in the first with early media and is not said again. */
static void test_in_order(void)
{
	const struct sip_msg *msg;
	uint32_t first, second;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &none);
	first = reliable(183);
	CU_ASSERT_TRUE(first >= 1 && first < UINT32_C(1) << 31);
	CU_ASSERT_TRUE(rig_has(rig.sent[rig.seen - 1], SIP_H_ALLOW, "PRACK, UPDATE"));
	CU_ASSERT_EQUAL(rig.sent[rig.seen - 1]->body.n, 0);
	rig_say(LEG_EV_PROGRESS, &in_band);
	rig_say(LEG_EV_ALERTING, &in_band);
	rig_quiet();
	prack(first, "\n");
	rig_status(200);
	second = reliable(183);
	CU_ASSERT_EQUAL(second, first + 1);
	CU_ASSERT_TRUE(rig_body_has(rig.sent[rig.seen - 1], "m=audio 10002 RTP/AVP 8"));
	/* The PRACK before it again, as another request. */
	prack(first, "\n");
	rig_status(481);
	prack(second, "\n");
	rig_status(200);
	CU_ASSERT_EQUAL(reliable(180), second + 1);
	CU_ASSERT_EQUAL(rig.sent[rig.seen - 1]->body.n, 0);
	prack(second + 1, "\n");
	rig_status(200);
	rig_run_ms(149999);
	rig_quiet();
	rig_run_ms(1);
	prack(reliable(180), "\n");
	rig_status(200);
	rig_say(LEG_EV_ANSWER, NULL);
	msg = rig_status(200);
	CU_ASSERT_EQUAL(msg->body.n, 0);
	in_dialog("ACK", "\n");
	bye();
}

static void uui_tune(struct rig *r)
{
	r->sips[0].parties.user_to_user = true;
}

static struct leg_progress with_uui(const char *text, bool in_band_too)
{
	struct leg_progress p = { .in_band = in_band_too };

	p.user_to_user.n = (uint8_t)strlen(text);
	memcpy(p.user_to_user.octets, text, p.user_to_user.n);
	return p;
}

/* RFC 7433 5: in a provisional response, and in one that waits for a PRACK. */
static void test_user_to_user(void)
{
	const struct leg_progress first = with_uui("\x04hi", false),
				  second = with_uui("\x04ho", false);
	uint32_t rseq;

	rig_open_with(uui_tune);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &first);
	rseq = reliable(183);
	CU_ASSERT_TRUE(field_is(rig.sent[rig.seen - 1], "User-to-User",
				"046869;purpose=isdn-uui;content=isdn-uui;encoding=hex"));
	rig_say(LEG_EV_ALERTING, &none);
	rig_say(LEG_EV_ALERTING, &second);
	prack(rseq, "\n");
	rig_status(200);
	rseq = reliable(180);
	CU_ASSERT_TRUE(field_is(rig.sent[rig.seen - 1], "User-to-User",
				"04686f;purpose=isdn-uui;content=isdn-uui;encoding=hex"));
	prack(rseq, "\n");
	rig_status(200);
	/* Repeated to keep the transaction alive: without it. */
	rig_run_ms(150000);
	prack(reliable(180), "\n");
	rig_status(200);
	CU_ASSERT_TRUE(field_is(rig.sent[rig.seen - 2], "User-to-User", NULL));
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_TRUE(rig_has(rig_status(200), SIP_H_SUPPORTED, "100rel, 199, uui"));
	in_dialog("ACK", "\n");
	bye();
}

/* 3: intervals double without a cap, for 64*T1; then 5xx. */
static void test_no_prack(void)
{
	static const unsigned waits[] = { 500, 1000, 2000, 4000, 8000, 16000 };
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	for (unsigned i = 0; i < 6; i++) {
		rig_run_ms(waits[i] - 1);
		rig_quiet();
		rig_run_ms(1);
		CU_ASSERT_EQUAL(reliable(180), rseq);
	}
	rig_run_ms(499);
	rig_quiet();
	rig_run_ms(1);
	rig_status(504);
	ack_failure();
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	prack(rseq, "\n");
	rig_status(481);
	rig_close();
}

static void test_bad_pracks(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	in_dialog("PRACK", "\n");
	rig_status(400);
	in_dialog("PRACK", "RAck: 1 1\n\n");
	rig_status(400);
	prack(rseq + 1, "\n");
	rig_status(481);
	in_dialog("PRACK", "RAck: 1 2 INVITE\n\n");
	rig_status(481);
	/* Outside every dialog. */
	rig_receive("PRACK sip:192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP "
		    "198.51.100.7:5060;branch=z9hG4bKstray\n"
		    "Max-Forwards: 70\nFrom: <sip:a@pbx>;tag=1\nTo: <sip:b@gw>\nCall-ID: other\n"
		    "CSeq: 1 PRACK\nRAck: 1 1 INVITE\n\n");
	rig_status(481);
	prack(rseq, "\n");
	rig_status(200);
	to_invite("CANCEL", "\n");
	rig_status(200);
	rig_status(487);
	ack_failure();
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* 3, 5: the 2xx waits for the PRACK when a description is unacknowledged, and only then. */
static void test_answer_held_back(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
	rseq = reliable(183);
	rig_say(LEG_EV_ALERTING, &in_band);
	rig_say(LEG_EV_ANSWER, NULL);
	rig_quiet();
	rig_run_ms(500);
	CU_ASSERT_EQUAL(reliable(183), rseq);
	prack(rseq, "\n");
	rig_status(200);
	CU_ASSERT_TRUE(rig.sent[rig.seen - 1]->cseq.method == SIP_PRACK);
	/* The 180 that waited is not sent any more. */
	CU_ASSERT_TRUE(rig_status(200)->cseq.method == SIP_INVITE);
	in_dialog("ACK", "\n");
	bye();
}

static void test_answer_at_once(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_TRUE(rig_body_has(rig_status(200), "m=audio"));
	in_dialog("ACK", "\n");
	rig_run_ms(5000);
	rig_quiet();
	prack(rseq, "\n");
	rig_status(200);
	bye();
}

/* The answer is given up while it waits: the other side releases, or the caller does. */
static void test_release_while_held(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
	rseq = reliable(183);
	rig_say(LEG_EV_ANSWER, NULL);
	rig_say(LEG_EV_HOLD, NULL);
	rig_quiet();
	rig_say_release(Q850_TEMPORARY_FAILURE);
	rig_event(LEG_EV_RELEASED);
	rig_status(503);
	ack_failure();
	/* "it MUST be prepared to process PRACK requests" */
	prack(rseq, "\n");
	rig_status(200);
	rig_close();
}

static void test_cancel_while_held(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
	rseq = reliable(183);
	rig_say(LEG_EV_ANSWER, NULL);
	to_invite("CANCEL", "\n");
	rig_status(200);
	rig_status(487);
	rig_event(LEG_EV_RELEASE);
	prack(rseq, "\n");
	rig_status(200);
	ack_failure();
	rig_run_ms(40000);
	rig_quiet();
	rig_close();
}

/* A PRACK that never comes keeps nothing for longer than 64*T1. */
static void test_no_prack_after_final(void)
{
	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	reliable(180);
	to_invite("CANCEL", "\n");
	rig_status(200);
	rig_status(487);
	ack_failure();
	rig_event(LEG_EV_RELEASE);
	rig_run_ms(31000);
	CU_ASSERT_EQUAL(sip_ua_legs(rig.ua), 1);
	rig_run_ms(1000);
	CU_ASSERT_EQUAL(sip_ua_legs(rig.ua), 0);
	rig_close();
}

/* 5 and RFC 6337 3.1.2: without an offer in the INVITE the first reliable response has ours, and the PRACK the answer. */
static void test_offer_in_response(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE "\n");
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	CU_ASSERT_TRUE(rig_body_has(rig.sent[rig.seen - 1], "m=audio 10002 RTP/AVP 8 0 101"));
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	rig_say(LEG_EV_ANSWER, NULL);
	rig_quiet();
	prack(rseq, TYPE "\n" SDP_AT("4002", ""));
	CU_ASSERT_EQUAL(rig_status(200)->body.n, 0);
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4002));
	CU_ASSERT_EQUAL(rig_status(200)->body.n, 0);
	in_dialog("ACK", "\n");
	bye();
}

/* From the answer on the caller hears of a failure in band, not before. */
static void test_deaf_until_answer(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE "\n");
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	CU_ASSERT_TRUE(rig.leg.call->leg[0]->deaf);
	prack(rseq, OFFER);
	rig_status(200);
	CU_ASSERT_FALSE(rig.leg.call->leg[0]->deaf);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	ack_failure();
	rig_close();
}

static void test_no_answer_in_prack(void)
{
	rig_open(false);
	invite(RELIABLE "\n");
	rig_say(LEG_EV_ALERTING, &none);
	prack(reliable(180), "\n");
	CU_ASSERT_TRUE(rig_status(200)->cseq.method == SIP_PRACK);
	rig_status(488);
	ack_failure();
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_PROTOCOL_ERROR);
	rig_close();
}

/* 5: another offer in the PRACK has its answer in the 200; RFC 6337 2.3: what cannot be had is 488, and the next PRACK has
 * none. */
static void test_offer_in_prack(void)
{
	const struct sip_msg *ok;
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
	rseq = reliable(183);
	prack(rseq, TYPE "\nv=0\no=- 1 2 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"
			 "m=audio 4000 RTP/AVP 97\na=rtpmap:97 opus/48000/2\n");
	rig_status(488);
	prack(rseq, TYPE "\n" SDP_AT("4004", "a=sendonly\n"));
	ok = rig_status(200);
	CU_ASSERT_TRUE(rig_body_has(ok, "a=recvonly"));
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4004));
	CU_ASSERT_FALSE(rig.media.send);
	rig_no_event();
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_EQUAL(rig_status(200)->body.n, 0);
	in_dialog("ACK", "\n");
	bye();
}

/* The same when it crosses our 200, before and after the ACK. */
static void test_offer_in_late_prack(void)
{
	uint32_t rseq;

	for (unsigned acked = 0; acked < 2; acked++) {
		rig_open(false);
		invite(RELIABLE OFFER);
		rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
		prack(reliable(183), "\n");
		rig_status(200);
		rig_say(LEG_EV_ALERTING, &in_band);
		rseq = reliable(180);
		rig_say(LEG_EV_ANSWER, NULL);
		CU_ASSERT_EQUAL(rig_status(200)->cseq.method, SIP_INVITE);
		if (acked)
			in_dialog("ACK", "\n");
		prack(rseq, TYPE "\n" SDP_AT("4004", "a=sendonly\n"));
		CU_ASSERT_TRUE(rig_body_has(rig_status(200), "a=recvonly"));
		CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4004));
		rig_event(LEG_EV_HOLD);
		if (!acked)
			in_dialog("ACK", "\n");
		bye();
	}
}

/* One of ours is open: the PRACK that comes without an offer afterwards is taken. */
static void test_offers_crossing_in_prack(void)
{
	const struct sip_msg *update;
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	rig_say(LEG_EV_ANSWER, NULL);
	rig_status(200);
	in_dialog("ACK", "\n");
	rig_say(LEG_EV_HOLD, NULL);
	update = rig_request(SIP_UPDATE);
	prack(rseq, TYPE "\n" SDP_AT("4004", ""));
	rig_status(491);
	prack(rseq, "\n");
	rig_status(200);
	respond(update, "200 OK", CONTACT TYPE "\n" SDP_AT("4000", "a=recvonly\n"));
	bye();
}

/* A caller without 100rel gets none; one that requires it from a trunk without it is refused. */
static void off_tune(struct rig *r)
{
	r->sips[0].reliable = CONF_RELIABLE_OFF;
}

static void required_tune(struct rig *r)
{
	r->sips[0].reliable = CONF_RELIABLE_REQUIRED;
}

static void test_off(void)
{
	const struct sip_msg *msg;

	rig_open_with(off_tune);
	invite("Require: 100rel, foo\n" CONTACT OFFER);
	msg = rig_status(420);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_UNSUPPORTED, "100rel, foo"));
	rig_close();
	rig_open_with(off_tune);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	msg = rig_status(180);
	CU_ASSERT_FALSE(is_reliable(msg));
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	rig_say(LEG_EV_ANSWER, NULL);
	msg = rig_status(200);
	CU_ASSERT_FALSE(rig_has(msg, SIP_H_SUPPORTED, "100rel"));
	in_dialog("ACK", "\n");
	bye();
}

static void test_required_here(void)
{
	rig_open_with(required_tune);
	invite(CONTACT OFFER);
	CU_ASSERT_TRUE(rig_has(rig_status(421), SIP_H_REQUIRE, "100rel"));
	rig_close();
	rig_open_with(required_tune);
	invite("Require: 100rel\n" CONTACT OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	prack(reliable(180), "\n");
	rig_status(200);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	ack_failure();
	rig_close();
}

static void test_unsupported_there(void)
{
	const struct sip_msg *msg;

	rig_open(false);
	invite(CONTACT OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	msg = rig_status(180);
	CU_ASSERT_FALSE(is_reliable(msg));
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	to_invite("CANCEL", "\n");
	rig_status(200);
	rig_status(487);
	ack_failure();
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* More than fit wait: the oldest goes. */
static void test_too_many_wait(void)
{
	struct leg_progress p = { 0 };
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	for (unsigned i = 0; i < 10; i++) {
		p.event = i % 2 ? 2 : 6;
		rig_say(LEG_EV_PROGRESS, &p);
	}
	rig_quiet();
	for (unsigned i = 0; i < 8; i++) {
		prack(rseq, "\n");
		rig_status(200);
		CU_ASSERT_EQUAL(reliable(i % 2 ? 183 : 181), rseq + 1);
		rseq++;
	}
	prack(rseq, "\n");
	rig_status(200);
	rig_quiet();
	to_invite("CANCEL", "\n");
	rig_status(200);
	rig_status(487);
	ack_failure();
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* ---- UPDATE ---- */

/* RFC 3311 5.2 */
static void test_update_early(void)
{
	const struct sip_msg *msg;
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	prack(reliable(180), "\n");
	rig_status(200);
	/* The offer of the INVITE has no answer yet. */
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", ""));
	msg = rig_status(500);
	CU_ASSERT_PTR_NOT_NULL(msg->retry_after);
	CU_ASSERT_TRUE(msg->retry_after && msg->retry_after->seconds <= 10);
	/* Without one it only moves the target. */
	in_dialog("UPDATE", "Contact: <sip:moved@198.51.100.70>\n\n");
	CU_ASSERT_EQUAL(rig_status(200)->body.n, 0);
	CU_ASSERT_TRUE(rig_has(rig.sent[rig.seen - 1], SIP_H_CONTACT, "192.0.2.1"));
	rig_say(LEG_EV_PROGRESS, &in_band);
	rseq = reliable(183);
	prack(rseq, "\n");
	rig_status(200);
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", "a=sendonly\n"));
	CU_ASSERT_TRUE(rig_body_has(rig_status(200), "a=recvonly"));
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4010));
	in_dialog("UPDATE", CONTACT TYPE "\nv=0\n");
	rig_status(400);
	in_dialog("UPDATE", CONTACT TYPE "\nv=0\no=- 1 2 IN IP4 198.51.100.7\ns=-\n"
					 "c=IN IP4 198.51.100.7\nt=0 0\nm=audio 4000 RTP/AVP 9\n");
	rig_status(488);
	rig_no_event();
	rig_say(LEG_EV_ANSWER, NULL);
	rig_status(200);
	in_dialog("ACK", "\n");
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", "a=sendrecv\n"));
	rig_status(200);
	rig_event(LEG_EV_RETRIEVE);
	bye();
}

/* 5.2: 491 while an offer of ours has no answer. */
static void test_update_glare(void)
{
	uint32_t rseq;

	rig_open(false);
	invite(RELIABLE "\n");
	rig_say(LEG_EV_ALERTING, &none);
	rseq = reliable(180);
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(491);
	prack(rseq, OFFER);
	rig_status(200);
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(200);
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4010));
	to_invite("CANCEL", "\n");
	rig_status(200);
	rig_status(487);
	ack_failure();
	rig_event(LEG_EV_RELEASE);
	/* The dialog went with it. */
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(481);
	rig_close();
}

static void answered(const char *fields)
{
	const struct sip_msg *msg;

	rig_open(false);
	invite(fields);
	rig_say(LEG_EV_ANSWER, NULL);
	msg = rig_status(200);
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	in_dialog("ACK", "\n");
}

/* The peer's Allow has UPDATE: hold and retrieve go by it; 500 and 491 put it off, 405 makes it a re-INVITE. */
static void test_hold_by_update(void)
{
	const struct sip_msg *msg;

	answered(RELIABLE OFFER);
	rig_say(LEG_EV_HOLD, NULL);
	msg = rig_request(SIP_UPDATE);
	CU_ASSERT_TRUE(rig_body_has(msg, "a=sendonly"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_CONTACT, "192.0.2.1"));
	/* Both offered at once. */
	in_dialog("UPDATE", CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(491);
	in_dialog("INVITE", CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(491);
	rig_receive("ACK sip:192.0.2.1:5060 SIP/2.0\nVia: SIP/2.0/UDP "
		    "198.51.100.7:5060;branch=z9hG4bKINVITE%u\n"
		    "Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\nTo: "
		    "<sip:030999@gw>;tag=%s\n"
		    "Call-ID: rel-1\nCSeq: %u ACK\n\n",
		    cseq, to_tag, cseq);
	respond(msg, "500 Busy", "Retry-After: 3\n\n");
	rig_run_ms(2999);
	rig_quiet();
	rig_run_ms(1);
	msg = rig_request(SIP_UPDATE);
	respond(msg, "491 Pending", "\n");
	rig_quiet();
	for (unsigned waited = 0; rig.seen == rig.n_sent && waited <= 2000; waited += 10)
		rig_run_ms(10);
	msg = rig_request(SIP_UPDATE);
	respond(msg, "200 OK", CONTACT TYPE "\n" SDP_AT("4020", "a=recvonly\n"));
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&rig.media.remote)->sin_port, htons(4020));
	CU_ASSERT_FALSE(rig.media.receive);
	rig_say(LEG_EV_RETRIEVE, NULL);
	msg = rig_request(SIP_UPDATE);
	respond(msg, "405 No", "\n");
	msg = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(rig_body_has(msg, "a=sendrecv"));
	respond(msg, "200 OK", CONTACT TYPE "\n" SDP_AT("4020", ""));
	rig_request(SIP_ACK);
	bye();
}

/* 12.2.1.2 */
static void test_update_dialog_gone(void)
{
	const struct sip_msg *msg;

	answered(RELIABLE OFFER);
	rig_say(LEG_EV_HOLD, NULL);
	msg = rig_request(SIP_UPDATE);
	respond(msg, "481 Gone", "\n");
	respond(rig_request(SIP_BYE), "481 Gone", "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TEMPORARY_FAILURE);
	rig_close();
	answered(RELIABLE OFFER);
	rig_say(LEG_EV_HOLD, NULL);
	rig_run_ms(32000);
	while (rig.seen + 1 < rig.n_sent)
		rig_request(SIP_UPDATE);
	respond(rig_request(SIP_BYE), "200 OK", "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	rig_close();
}

/* Any other failure leaves the session as it was; an answer that cannot be used ends the call. */
static void test_update_refused(void)
{
	answered(RELIABLE OFFER);
	rig_say(LEG_EV_HOLD, NULL);
	respond(rig_request(SIP_UPDATE), "488 No", "\n");
	rig_run_ms(5000);
	rig_quiet();
	rig_say(LEG_EV_RETRIEVE, NULL);
	respond(rig_request(SIP_UPDATE), "200 OK", CONTACT "\n");
	respond(rig_request(SIP_BYE), "200 OK", "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_PROTOCOL_ERROR);
	rig_close();
}

/* ---- P-Early-Media and 199 ---- */

static void test_p_early_media(void)
{
	struct leg_progress announced = { .in_band = true, .cause = Q850_UNALLOCATED };
	const struct sip_msg *msg;

	rig_open(true);
	invite("P-Early-Media: supported\n" CONTACT OFFER);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &none);
	CU_ASSERT_TRUE(field_is(rig_status(183), "P-Early-Media", NULL));
	rig_say(LEG_EV_PROGRESS, &in_band);
	msg = rig_status(183);
	CU_ASSERT_TRUE(field_is(msg, "P-Early-Media", "sendrecv"));
	CU_ASSERT_TRUE(rig_body_has(msg, "m=audio"));
	rig_say(LEG_EV_PROGRESS, &announced);
	CU_ASSERT_TRUE(field_is(rig_status(183), "P-Early-Media", "sendonly"));
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_TRUE(field_is(rig_status(200), "P-Early-Media", NULL));
	in_dialog("ACK", "\n");
	bye();
}

static void indicated_tune(struct rig *r)
{
	r->sips[0].early_media = CONF_EARLY_INDICATED;
	r->sips[0].p_early_media = true;
}

static void none_tune(struct rig *r)
{
	r->sips[0].early_media = CONF_EARLY_OFF;
	r->sips[0].p_early_media = true;
}

static void early_policy(void (*tune)(struct rig *r), const char *fields, bool early)
{
	const struct sip_msg *msg;

	rig_open_with(tune);
	invite(fields);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
	msg = rig_status(183);
	CU_ASSERT_EQUAL(msg->body.n > 0, early);
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_TRUE(rig_status(200)->body.n > 0);
	in_dialog("ACK", "\n");
	bye();
}

static void test_early_policies(void)
{
	early_policy(indicated_tune, CONTACT OFFER, false);
	early_policy(indicated_tune, "P-Early-Media: supported\n" CONTACT OFFER, true);
	early_policy(none_tune, "P-Early-Media: supported\n" CONTACT OFFER, false);
	early_policy(NULL, CONTACT OFFER, true);
}

static void end_tune(struct rig *r)
{
	r->sips[0].early_dialog_end = true;
}

/* RFC 6228 5: only after an early dialog, only where 199 is supported; reliably only where that is required. */
static void test_199(void)
{
	const struct sip_msg *msg;
	uint32_t rseq;

	rig_open_with(end_tune);
	invite("Supported: 199\n" CONTACT OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	rig_status(180);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	msg = rig_status(199);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_REASON, "SIP;cause=486"));
	CU_ASSERT_FALSE(is_reliable(msg));
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
	rig_status(486);
	ack_failure();
	rig_close();
	rig_open_with(end_tune);
	invite("Supported: 199\n" CONTACT OFFER);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	ack_failure();
	rig_close();
	rig_open_with(end_tune);
	invite("Require: 100rel\nSupported: 199\n" CONTACT OFFER);
	rig_say(LEG_EV_ALERTING, &none);
	prack(reliable(180), "\n");
	rig_status(200);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rseq = reliable(199);
	rig_status(486);
	ack_failure();
	prack(rseq, "\n");
	rig_status(200);
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "in order", test_in_order },
	{ "RFC 7433 User-to-User", test_user_to_user },
	{ "no PRACK", test_no_prack },
	{ "bad PRACKs", test_bad_pracks },
	{ "answer held back", test_answer_held_back },
	{ "answer at once", test_answer_at_once },
	{ "release while the answer waits", test_release_while_held },
	{ "CANCEL while the answer waits", test_cancel_while_held },
	{ "no PRACK after the final response", test_no_prack_after_final },
	{ "offer in a response", test_offer_in_response },
	{ "deaf until the answer", test_deaf_until_answer },
	{ "no answer in PRACK", test_no_answer_in_prack },
	{ "offer in PRACK", test_offer_in_prack },
	{ "offer in a late PRACK", test_offer_in_late_prack },
	{ "offers crossing in PRACK", test_offers_crossing_in_prack },
	{ "off", test_off },
	{ "required here", test_required_here },
	{ "unsupported there", test_unsupported_there },
	{ "too many wait", test_too_many_wait },
	{ "early UPDATE", test_update_early },
	{ "UPDATE glare", test_update_glare },
	{ "hold by UPDATE", test_hold_by_update },
	{ "UPDATE, dialog gone", test_update_dialog_gone },
	{ "UPDATE refused", test_update_refused },
	{ "P-Early-Media", test_p_early_media },
	{ "early media policies", test_early_policies },
	{ "199", test_199 },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("reliable responses", tests, argc, argv);
}
