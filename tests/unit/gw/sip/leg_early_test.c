/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg that calls: PRACK (RFC 3262), UPDATE in early dialogs (RFC 3311), forks (RFC 6228) and early media (RFC 3960, RFC 5009). */
#include <arpa/inet.h>

#include "gw/call/call_private.h"
#include "tests/unit/gw/sip/leg_rig.c"

#define SDP_AT(port, extra)                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio " port " RTP/AVP 8\na=rtpmap:8 PCMA/8000\n" extra
#define TYPE	    "Content-Type: application/sdp\n"
#define CONTACT	    "Contact: <sip:bob@198.51.100.20>\n"
#define ALLOW	    "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\n"
#define REL(rseq)   "Require: 100rel\nRSeq: " rseq "\n"
#define PEM(value)  "P-Early-Media: " value "\n"
#define MEDIA(port) CONTACT TYPE "\n" SDP_AT(port, "")

static const struct sip_msg *last_invite;

static void call_by(void (*tune)(struct rig *r), bool trusted)
{
	struct leg_setup setup = { .complete = true };

	if (tune)
		rig_open_with(tune);
	else
		rig_open(trusted);
	snprintf(setup.called.digits, sizeof(setup.called.digits), "4930999");
	setup.called.noa = LEG_NOA_INTERNATIONAL;
	rig_call(&setup);
	last_invite = rig_request(SIP_INVITE);
}

static void call(void)
{
	call_by(NULL, false);
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

/* A request of the peer in the dialog with that tag. */
static void request(const char *method, const char *tag, unsigned cseq, const char *rest)
{
	rig_receive("%s sip:gw@192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s%s%u\nMax-Forwards: 70\n"
		    "From: %.*s;tag=%s\nTo: %.*s\nCall-ID: %.*s\nCSeq: %u %s\n%s",
		    method, method, tag, cseq, STR_FMT(last_invite->to->text), tag,
		    STR_FMT(last_invite->from->text), STR_FMT(last_invite->call_id), cseq, method,
		    rest);
}

static bool field_is(const struct sip_msg *msg, const char *name, const char *value)
{
	const struct sip_header *h = sip_msg_other(msg, str_c(name));

	return h ? value && str_eq(h->value, str_c(value)) : value == NULL;
}

static void prack_is(const char *rack, const char *tag)
{
	const struct sip_msg *prack = rig_request(SIP_PRACK);

	CU_ASSERT_TRUE(field_is(prack, "RAck", rack));
	CU_ASSERT_TRUE(str_eq(prack->to->tag, str_c(tag)));
	CU_ASSERT_TRUE(str_eq(prack->uri.text, STR("sip:bob@198.51.100.20")));
	CU_ASSERT_FALSE(rig_has(prack, SIP_H_REQUIRE, "100rel"));
	respond(prack, "200 OK", "", "\n");
}

static unsigned media_port(void)
{
	return ntohs(((struct sockaddr_in *)&rig.media.remote)->sin_port);
}

static void bye_by_us(void)
{
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	rig_close();
}

static void refused_by_peer(void)
{
	respond(last_invite, "486 Busy", "b9", "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_BUSY);
	rig_close();
}

/* ---- PRACK ---- */

static void test_prack(void)
{
	const struct sip_msg *ack;

	call();
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_SUPPORTED, "100rel"));
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_ALLOW, "PRACK, UPDATE"));
	CU_ASSERT_FALSE(rig_has(last_invite, SIP_H_REQUIRE, "100rel"));
	respond(last_invite, "180 Ringing", "b1", REL("4294967294") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	prack_is("4294967294 1 INVITE", "b1");
	/* The same again: its PRACK may be on the way. */
	respond(last_invite, "180 Ringing", "b1", REL("4294967294") CONTACT "\n");
	rig_quiet();
	/* Out of order: neither acknowledged nor looked at. */
	respond(last_invite, "183 Session Progress", "b1", REL("7") MEDIA("4000"));
	rig_quiet();
	rig_no_event();
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	respond(last_invite, "183 Session Progress", "b1", REL("4294967295") MEDIA("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	prack_is("4294967295 1 INVITE", "b1");
	CU_ASSERT_EQUAL(media_port(), 4000);
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	ack = rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(ack->cseq.number, 1);
	bye_by_us();
}

/* 4: one that is missing has to come first. */
static void test_gap(void)
{
	call();
	respond(last_invite, "180 Ringing", "b1", REL("10") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	prack_is("10 1 INVITE", "b1");
	respond(last_invite, "183 Session Progress", "b1", REL("12") MEDIA("4000"));
	rig_quiet();
	rig_no_event();
	respond(last_invite, "181 Forwarded", "b1", REL("11") CONTACT "\n");
	prack_is("11 1 INVITE", "b1");
	rig_event(LEG_EV_PROGRESS);
	respond(last_invite, "183 Session Progress", "b1", REL("12") MEDIA("4000"));
	prack_is("12 1 INVITE", "b1");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	refused_by_peer();
}

/* 4: a 100 is never acknowledged; without a good RSeq it is an ordinary response. */
static void test_not_reliable(void)
{
	call();
	respond(last_invite, "100 Trying", "b1", REL("1") "\n");
	rig_quiet();
	respond(last_invite, "180 Ringing", "b1", "Require: 100rel\nRSeq: 0\n" CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	respond(last_invite, "183 Session Progress", "b1",
		"Require: 100rel\nRSeq: x\n" CONTACT "\n");
	rig_event(LEG_EV_PROGRESS);
	rig_quiet();
	refused_by_peer();
}

static void required_tune(struct rig *r)
{
	r->sips[0].reliable = CONF_RELIABLE_REQUIRED;
}

static void off_tune(struct rig *r)
{
	r->sips[0].reliable = CONF_RELIABLE_OFF;
}

static void test_required_and_off(void)
{
	call_by(required_tune, false);
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_REQUIRE, "100rel"));
	respond(last_invite, "420 Bad Extension", "b1", "Unsupported: 100rel\n\n");
	rig_request(SIP_ACK);
	rig_event(LEG_EV_RELEASE);
	rig_close();
	call_by(off_tune, false);
	CU_ASSERT_FALSE(rig_has(last_invite, SIP_H_SUPPORTED, "100rel"));
	respond(last_invite, "180 Ringing", "b1", REL("1") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	rig_quiet();
	refused_by_peer();
}

/* A PRACK that is not answered, or refused with 481: the dialog is gone, and the call with the last one. */
static void test_prack_unanswered(void)
{
	const struct sip_msg *cancel;

	call();
	respond(last_invite, "180 Ringing", "b1", REL("1") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	rig_run_ms(32000);
	while (rig.seen + 1 < rig.n_sent)
		rig_request(SIP_PRACK);
	cancel = rig_request(SIP_CANCEL);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TIMER_EXPIRY);
	respond(cancel, "200 OK", "b1", "\n");
	respond(last_invite, "487 Terminated", "b1", "\n");
	rig_request(SIP_ACK);
	rig_close();
}

static void test_prack_refused(void)
{
	const struct sip_msg *prack;

	call();
	respond(last_invite, "180 Ringing", "b1", REL("1") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	respond(last_invite, "180 Ringing", "b2", REL("9") CONTACT "\n");
	prack = rig_request(SIP_PRACK);
	respond(prack, "481 Gone", "", "\n");
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	prack_is("9 1 INVITE", "b2");
	refused_by_peer();
}

/* REL before the answer: what is reliable is still acknowledged, and a late 200 gets ACK and BYE. */
static void test_cancel_with_reliable(void)
{
	const struct sip_msg *cancel, *bye;

	call();
	respond(last_invite, "180 Ringing", "b1", REL("1") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	prack_is("1 1 INVITE", "b1");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	cancel = rig_request(SIP_CANCEL);
	respond(last_invite, "183 Session Progress", "b1", REL("2") MEDIA("4000"));
	prack_is("2 1 INVITE", "b1");
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_request(SIP_ACK);
	bye = rig_request(SIP_BYE);
	respond(bye, "200 OK", "", "\n");
	respond(cancel, "481 Too late", "b1", "\n");
	rig_close();
}

/* 9.1: released before any response; the 200 comes without one. */
static void test_cancel_unsent(void)
{
	call();
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	rig_quiet();
	respond(last_invite, "200 OK", "b1", MEDIA("4000"));
	rig_request(SIP_ACK);
	respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	rig_close();
}

/* 487 and 200 cross: the 487 of one fork, the 200 of another. */
static void test_cancel_487_and_200(void)
{
	const struct sip_msg *cancel;

	call();
	respond(last_invite, "180 Ringing", "b1", REL("1") CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	prack_is("1 1 INVITE", "b1");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	cancel = rig_request(SIP_CANCEL);
	respond(cancel, "200 OK", "b1", "\n");
	respond(last_invite, "487 Terminated", "b1", "\n");
	rig_request(SIP_ACK);
	rig_quiet();
	rig_close();
}

/* ---- forks ---- */

/* Each has its own numbers; media follows the one that spoke last; 199 gives it back. */
static void test_forks(void)
{
	call();
	respond(last_invite, "183 Session Progress", "b1", REL("10") MEDIA("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	prack_is("10 1 INVITE", "b1");
	respond(last_invite, "183 Session Progress", "b2", REL("70") MEDIA("5000"));
	prack_is("70 1 INVITE", "b2");
	CU_ASSERT_EQUAL(media_port(), 5000);
	/* Nothing to hear from it, but it spoke. */
	respond(last_invite, "180 Ringing", "b3", CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	CU_ASSERT_EQUAL(media_port(), 5000);
	respond(last_invite, "180 Ringing", "b1", REL("11") CONTACT "\n");
	prack_is("11 1 INVITE", "b1");
	CU_ASSERT_EQUAL(media_port(), 4000);
	rig_no_event();
	respond(last_invite, "199 Early Dialog Terminated", "b1", CONTACT "\n");
	CU_ASSERT_EQUAL(media_port(), 5000);
	rig_no_event();
	/* The last one with media ends, one still rings: ringback is ours again. */
	respond(last_invite, "199 Early Dialog Terminated", "b2", REL("71") CONTACT "\n");
	prack_is("71 1 INVITE", "b2");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	/* RFC 6228 4: of a dialog that is not known. */
	respond(last_invite, "199 Early Dialog Terminated", "b4", "\n");
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	respond(last_invite, "200 OK", "b5", MEDIA("6000"));
	rig_event(LEG_EV_ANSWER);
	CU_ASSERT_TRUE(str_eq(rig_request(SIP_ACK)->to->tag, STR("b5")));
	CU_ASSERT_EQUAL(media_port(), 6000);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	/* The others end with the first 2xx; one that answers too gets its BYE. */
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	respond(last_invite, "200 OK", "b3", MEDIA("7000"));
	CU_ASSERT_TRUE(str_eq(rig_request(SIP_ACK)->to->tag, STR("b3")));
	respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	CU_ASSERT_EQUAL(media_port(), 6000);
	bye_by_us();
}

/* 180 before and after 183, with and without media. */
static void test_order(void)
{
	call();
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	respond(last_invite, "183 Session Progress", "b1", MEDIA("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	refused_by_peer();
	call();
	respond(last_invite, "183 Session Progress", "b1", CONTACT "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	respond(last_invite, "180 Ringing", "b1", MEDIA("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	respond(last_invite, "183 Session Progress", "b1", CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	refused_by_peer();
}

/* ---- early media ---- */

/* RFC 5009 8: the last authorization of the dialog is in force until the 200. */
static void test_p_early_media(void)
{
	call_by(NULL, true);
	CU_ASSERT_TRUE(field_is(last_invite, "P-Early-Media", "supported"));
	respond(last_invite, "183 Session Progress", "b1", PEM("inactive") MEDIA("4000"));
	CU_ASSERT_FALSE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_FALSE(rig.media.send || rig.media.receive);
	respond(last_invite, "183 Session Progress", "b1", PEM("sendonly, gated") CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	CU_ASSERT_TRUE(!rig.media.send && rig.media.receive);
	respond(last_invite, "181 Forwarded", "b1", PEM("what") CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	respond(last_invite, "180 Ringing", "b1", PEM("recvonly") CONTACT "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	CU_ASSERT_TRUE(rig.media.send && !rig.media.receive);
	respond(last_invite, "180 Ringing", "b1", PEM("sendrecv") CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	respond(last_invite, "180 Ringing", "b1", PEM("inactive") CONTACT "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	respond(last_invite, "200 OK", "b1", MEDIA("4000"));
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	bye_by_us();
}

/* The media is told of the answer though it changes nothing: another source may speak from there. */
static void test_answer_told(void)
{
	unsigned before;

	call();
	respond(last_invite, "183 Session Progress", "b1", MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	before = rig.n_media_set;
	respond(last_invite, "200 OK", "b1", MEDIA("4000"));
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig.n_media_set, before + 1);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	bye_by_us();
}

/* Outside a trust domain the field means nothing. */
static void test_p_early_media_untrusted(void)
{
	call();
	CU_ASSERT_TRUE(field_is(last_invite, "P-Early-Media", NULL));
	respond(last_invite, "183 Session Progress", "b1", PEM("inactive") MEDIA("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	refused_by_peer();
}

/* RFC 5009 7: where media is not told apart by its source, the most restrictive of all dialogs. */
static void learned_tune(struct rig *r)
{
	r->sips[0].rtp_learned = true;
	r->sips[0].p_early_media = true;
}

static void test_most_restrictive(void)
{
	call_by(learned_tune, true);
	respond(last_invite, "183 Session Progress", "b1", PEM("sendrecv") MEDIA("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	respond(last_invite, "183 Session Progress", "b2", PEM("inactive") MEDIA("5000"));
	CU_ASSERT_FALSE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	CU_ASSERT_FALSE(rig.media.receive);
	respond(last_invite, "199 Gone", "b2", "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	CU_ASSERT_EQUAL(media_port(), 4000);
	refused_by_peer();
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

static void local_tune(struct rig *r)
{
	r->sips[0].ringback = CONF_RINGBACK_LOCAL;
}

static void test_policies(void)
{
	call_by(indicated_tune, false);
	respond(last_invite, "183 Session Progress", "b1", MEDIA("4000"));
	CU_ASSERT_FALSE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_FALSE(rig.media.receive);
	respond(last_invite, "183 Session Progress", "b1", PEM("sendonly") CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	refused_by_peer();
	call_by(none_tune, false);
	respond(last_invite, "183 Session Progress", "b1", PEM("sendrecv") MEDIA("4000"));
	CU_ASSERT_FALSE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_FALSE(rig.media.receive || rig.media.send);
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_TRUE(rig.media.receive && rig.media.send);
	bye_by_us();
	/* Our ringback with every 180, the peer's media with every 183. */
	call_by(local_tune, false);
	respond(last_invite, "180 Ringing", "b1", MEDIA("4000"));
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	CU_ASSERT_FALSE(rig.media.receive);
	respond(last_invite, "183 Session Progress", "b1", CONTACT "\n");
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	CU_ASSERT_TRUE(rig.media.receive);
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	refused_by_peer();
}

/* ---- UPDATE ---- */

static uint64_t version_of(const struct sip_msg *msg)
{
	const char *o = memmem(msg->body.p, msg->body.n, "o=- ", 4);
	const char *at = o ? memchr(o + 4, ' ', 30) : NULL;

	return at ? strtoull(at, NULL, 10) : 0;
}

/* RFC 3311 5.2 in a dialog that is early, with a session of its own from there on. */
static void test_update_by_peer(void)
{
	const struct sip_msg *ok;
	uint64_t version;

	call_by(NULL, true);
	respond(last_invite, "183 Session Progress", "b1", MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	/* The answer was not reliable: our offer is open. */
	request("UPDATE", "b1", 1, CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(491);
	respond(last_invite, "183 Session Progress", "b1", REL("1") MEDIA("4000"));
	prack_is("1 1 INVITE", "b1");
	request("UPDATE", "b1", 2, CONTACT TYPE "\n" SDP_AT("4010", "a=sendonly\n"));
	ok = rig_status(200);
	CU_ASSERT_TRUE(rig_body_has(ok, "a=recvonly"));
	CU_ASSERT_EQUAL(media_port(), 4010);
	CU_ASSERT_FALSE(rig.media.send);
	/* RFC 5009 table 1: the field in UPDATE */
	request("UPDATE", "b1", 3, PEM("inactive") CONTACT "\n");
	rig_status(200);
	CU_ASSERT_FALSE(rig.media.receive);
	request("UPDATE", "b1", 4, PEM("sendrecv") CONTACT "\n");
	rig_status(200);
	CU_ASSERT_TRUE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	/* Another dialog goes on from the INVITE's offer. */
	respond(last_invite, "183 Session Progress", "b2", REL("5") MEDIA("5000"));
	prack_is("5 1 INVITE", "b2");
	CU_ASSERT_EQUAL(media_port(), 5000);
	CU_ASSERT_TRUE(rig.media.send);
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(media_port(), 4010);
	request("UPDATE", "b1", 5, CONTACT TYPE "\n" SDP_AT("4010", ""));
	ok = rig_status(200);
	CU_ASSERT_TRUE(rig_body_has(ok, "a=sendrecv"));
	version = version_of(ok);
	rig_event(LEG_EV_RETRIEVE);
	/* RFC 3264 8: one more than in that dialog before, not than in the INVITE. */
	request("INVITE", "b1", 6, CONTACT TYPE "\n" SDP_AT("4010", "a=sendonly\n"));
	CU_ASSERT_EQUAL(version_of(rig_status(200)), version + 1);
	rig_event(LEG_EV_HOLD);
	request("ACK", "b1", 6, "\n");
	bye_by_us();
}

/* Held before the answer: by UPDATE as soon as that may have an offer, by re-INVITE afterwards where there is no UPDATE. */
static void hold_early(void)
{
	const struct leg_event event = { .ev = LEG_EV_HOLD };
	struct leg *leg = rig.leg.call->leg[1];

	/* The core has no such event before the answer: it is said to the leg as the core would. */
	leg->ops->event(leg, &event);
}

static void test_hold_early(void)
{
	const struct sip_msg *update, *ack;

	call();
	respond(last_invite, "183 Session Progress", "b1", ALLOW MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	hold_early();
	rig_quiet();
	respond(last_invite, "183 Session Progress", "b1", ALLOW REL("1") MEDIA("4000"));
	prack_is("1 1 INVITE", "b1");
	update = rig_request(SIP_UPDATE);
	CU_ASSERT_TRUE(rig_body_has(update, "a=sendonly"));
	CU_ASSERT_TRUE(str_eq(update->to->tag, STR("b1")));
	request("UPDATE", "b1", 1, CONTACT TYPE "\n" SDP_AT("4010", ""));
	rig_status(491);
	respond(update, "200 OK", "", CONTACT TYPE "\n" SDP_AT("4020", "a=recvonly\n"));
	CU_ASSERT_EQUAL(media_port(), 4020);
	CU_ASSERT_FALSE(rig.media.receive);
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	ack = rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(ack->cseq.number, 1);
	CU_ASSERT_FALSE(rig.media.receive);
	bye_by_us();
}

/* An UPDATE that changes the port alone, of either side. */
static void test_update_of_port(void)
{
	call();
	respond(last_invite, "183 Session Progress", "b1", ALLOW REL("1") MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	prack_is("1 1 INVITE", "b1");
	request("UPDATE", "b1", 1, MEDIA("4010"));
	rig_status(200);
	CU_ASSERT_EQUAL(media_port(), 4010);
	CU_ASSERT_TRUE(rig.media.send && rig.media.receive);
	rig_no_event();
	request("UPDATE", "b1", 2, ALLOW CONTACT TYPE "\n" SDP_AT("4010", "a=recvonly\n"));
	rig_status(200);
	hold_early();
	respond(rig_request(SIP_UPDATE), "200 OK", "",
		CONTACT TYPE "\n" SDP_AT("4020", "a=recvonly\n"));
	CU_ASSERT_EQUAL(media_port(), 4020);
	CU_ASSERT_EQUAL(rig.n_media_set, 4);
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(media_port(), 4020);
	bye_by_us();
}

/* An UPDATE in a dialog that lost. */
static void test_update_lost(void)
{
	const struct sip_msg *update;

	call();
	respond(last_invite, "183 Session Progress", "b1", ALLOW REL("1") MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	prack_is("1 1 INVITE", "b1");
	hold_early();
	update = rig_request(SIP_UPDATE);
	respond(last_invite, "200 OK", "b2", MEDIA("5000"));
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	respond(update, "481 Gone", "", "\n");
	rig_quiet();
	bye_by_us();
	call();
	respond(last_invite, "183 Session Progress", "b1", ALLOW REL("1") MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	prack_is("1 1 INVITE", "b1");
	hold_early();
	respond(rig_request(SIP_UPDATE), "481 Gone", "", "\n");
	respond(rig_request(SIP_CANCEL), "200 OK", "b1", "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_TEMPORARY_FAILURE);
	respond(last_invite, "487 Terminated", "b1", "\n");
	rig_request(SIP_ACK);
	rig_close();
}

/* ---- credentials ---- */

#define CHALLENGE(name, realm, nonce)                                                              \
	name ": Digest realm=\"" realm "\", nonce=\"" nonce "\", qop=\"auth\", algorithm=MD5\n"

static void user_tune(struct rig *r)
{
	static char user[] = "gw", password[] = "secret";

	r->sips[0].user = user;
	r->sips[0].password = password;
}

static void test_challenged(void)
{
	const struct sip_msg *first, *msg;

	call_by(user_tune, false);
	first = last_invite;
	respond(first, "407 Proxy", "p", CHALLENGE("Proxy-Authenticate", "proxy", "1") "\n");
	rig_request(SIP_ACK);
	msg = rig_request(SIP_INVITE);
	CU_ASSERT_EQUAL(msg->cseq.number, 2);
	CU_ASSERT_TRUE(str_eq(msg->call_id, first->call_id) &&
		       str_eq(msg->from->tag, first->from->tag) && !msg->to->tag.n);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_PROXY_AUTHORIZATION, "username=\"gw\", realm=\"proxy\""));
	CU_ASSERT_PTR_NULL(memmem(msg->text.p, msg->text.n, "secret", 6));
	respond(msg, "180 Ringing", "e", CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	respond(msg, "401 No", "u", CHALLENGE("WWW-Authenticate", "pbx", "2") "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 0);
	last_invite = rig_request(SIP_INVITE);
	CU_ASSERT_EQUAL(last_invite->cseq.number, 3);
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_PROXY_AUTHORIZATION, "nc=00000002"));
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_AUTHORIZATION, "realm=\"pbx\""));
	respond(last_invite, "183 Session Progress", "b1", ALLOW REL("1") MEDIA("4000"));
	rig_event(LEG_EV_PROGRESS);
	/* PRACK has what is known, and may be challenged by itself. */
	msg = rig_request(SIP_PRACK);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION, "nc=00000002"));
	CU_ASSERT_EQUAL(msg->cseq.number, 4);
	respond(msg, "401 Stale", "",
		"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"3\", stale=true\n\n");
	msg = rig_request(SIP_PRACK);
	CU_ASSERT_TRUE(field_is(msg, "RAck", "1 3 INVITE"));
	CU_ASSERT_EQUAL(msg->cseq.number, 5);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION, "nonce=\"3\""));
	respond(msg, "200 OK", "", "\n");
	hold_early();
	msg = rig_request(SIP_UPDATE);
	respond(msg, "401 No", "", CHALLENGE("WWW-Authenticate", "pbx", "4") "\n");
	msg = rig_request(SIP_UPDATE);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION, "nonce=\"4\""));
	CU_ASSERT_TRUE(rig_body_has(msg, "a=sendonly"));
	respond(msg, "200 OK", "", CONTACT TYPE "\n" SDP_AT("4000", "a=recvonly\n"));
	respond(last_invite, "200 OK", "b1", "Allow: INVITE\n" CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	/* 22.1: the ACK has those of the INVITE. */
	msg = rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(msg->cseq.number, 3);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION, "nonce=\"2\""));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_PROXY_AUTHORIZATION, "nc=00000002"));
	rig_say(LEG_EV_RETRIEVE, NULL);
	msg = rig_request(SIP_INVITE);
	respond(msg, "401 No", "", CHALLENGE("WWW-Authenticate", "pbx", "5") "\n");
	rig_request(SIP_ACK);
	msg = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION, "nonce=\"5\""));
	respond(msg, "200 OK", "", MEDIA("4000"));
	rig_request(SIP_ACK);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	msg = rig_request(SIP_BYE);
	respond(msg, "407 No", "", CHALLENGE("Proxy-Authenticate", "proxy", "6") "\n");
	msg = rig_request(SIP_BYE);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_PROXY_AUTHORIZATION, "nonce=\"6\""));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_REASON, "cause=16"));
	respond(msg, "200 OK", "", "\n");
	rig_close();
}

/* The dialog came of an INVITE that had credentials: a fresh nonce is no refusal, a second one is. */
static void test_challenged_in_the_dialog(void)
{
	call_by(user_tune, false);
	respond(last_invite, "407 Proxy", "p", CHALLENGE("Proxy-Authenticate", "proxy", "1") "\n");
	rig_request(SIP_ACK);
	last_invite = rig_request(SIP_INVITE);
	respond(last_invite, "183 Session Progress", "b1", ALLOW REL("1") MEDIA("4000"));
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	respond(rig_request(SIP_PRACK), "407 No", "",
		CHALLENGE("Proxy-Authenticate", "proxy", "2") "\n");
	respond(rig_request(SIP_PRACK), "407 No", "",
		CHALLENGE("Proxy-Authenticate", "proxy", "3") "\n");
	rig_quiet();
	respond(last_invite, "200 OK", "b1", CONTACT "\n");
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	bye_by_us();
}

static void test_challenged_in_vain(void)
{
	call();
	respond(last_invite, "401 No", "u", CHALLENGE("WWW-Authenticate", "pbx", "2") "\n");
	rig_request(SIP_ACK);
	rig_event(LEG_EV_RELEASE);
	rig_close();
	call_by(user_tune, false);
	respond(last_invite, "401 No", "u", CHALLENGE("WWW-Authenticate", "pbx", "2") "\n");
	rig_request(SIP_ACK);
	last_invite = rig_request(SIP_INVITE);
	respond(last_invite, "401 No", "u", CHALLENGE("WWW-Authenticate", "pbx", "3") "\n");
	rig_request(SIP_ACK);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.sip_status, 401);
	rig_close();
	/* Given up meanwhile: not sent again. */
	call_by(user_tune, false);
	respond(last_invite, "100 Trying", "", "\n");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	respond(rig_request(SIP_CANCEL), "200 OK", "u", "\n");
	respond(last_invite, "401 No", "u", CHALLENGE("WWW-Authenticate", "pbx", "2") "\n");
	rig_request(SIP_ACK);
	rig_close();
}

static void uui_tune(struct rig *r)
{
	r->sips[0].parties.user_to_user = true;
}

#define UUI(hex) "User-to-User: " hex ";purpose=isdn-uui;content=isdn-uui;encoding=hex\n"

static void uui_is(enum leg_ev ev, const char *text)
{
	const struct leg_uui *uui = &rig_event(ev)->progress.user_to_user;

	CU_ASSERT_EQUAL(uui->n, strlen(text));
	CU_ASSERT_EQUAL(memcmp(uui->octets, text, strlen(text)), 0);
}

/* RFC 7433 5: each is told once, in the first event that a response makes. */
static void test_user_to_user(void)
{
	call_by(uui_tune, false);
	respond(last_invite, "181 Call Is Being Forwarded", "a", CONTACT UUI("046869") "\n");
	uui_is(LEG_EV_ADDRESS_COMPLETE, "\x04hi");
	uui_is(LEG_EV_PROGRESS, "");
	respond(last_invite, "180 Ringing", "a", CONTACT UUI("046869") "\n");
	uui_is(LEG_EV_ALERTING, "");
	respond(last_invite, "180 Ringing", "a", CONTACT UUI("046869") "\n");
	rig_no_event();
	respond(last_invite, "180 Ringing", "a", CONTACT UUI("04686f") "\n");
	uui_is(LEG_EV_ALERTING, "\x04ho");
	respond(last_invite, "486 Busy Here", "a", "\n");
	rig_request(SIP_ACK);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "PRACK", test_prack },
	{ "RFC 7433 User-to-User", test_user_to_user },
	{ "gap", test_gap },
	{ "not reliable", test_not_reliable },
	{ "required and off", test_required_and_off },
	{ "PRACK unanswered", test_prack_unanswered },
	{ "PRACK refused", test_prack_refused },
	{ "CANCEL with reliable responses", test_cancel_with_reliable },
	{ "CANCEL unsent", test_cancel_unsent },
	{ "487 to CANCEL", test_cancel_487_and_200 },
	{ "forks", test_forks },
	{ "order", test_order },
	{ "P-Early-Media", test_p_early_media },
	{ "media is told of the answer", test_answer_told },
	{ "P-Early-Media untrusted", test_p_early_media_untrusted },
	{ "most restrictive", test_most_restrictive },
	{ "policies", test_policies },
	{ "UPDATE by the peer", test_update_by_peer },
	{ "early hold", test_hold_early },
	{ "UPDATE of the port", test_update_of_port },
	{ "UPDATE lost", test_update_lost },
	{ "challenged", test_challenged },
	{ "challenged in the dialog", test_challenged_in_the_dialog },
	{ "challenged in vain", test_challenged_in_vain },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("early dialogs", tests, argc, argv);
}
