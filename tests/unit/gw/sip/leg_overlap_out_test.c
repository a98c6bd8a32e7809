/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Overlap to SIP, message by message: RFC 3578 3.1 to 3.4 with its figures 2 and 3, RFC 4497 8.2.2.2. */
#include <arpa/inet.h>

#include "tests/unit/gw/sip/leg_rig.c"

#define SDP_AT(port)                                                                               \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio " port " RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"
#define TYPE	"Content-Type: application/sdp\n"
#define CONTACT "Contact: <sip:bob@198.51.100.20>\n"

static const struct sip_msg *invite[4]; /* in the order of sending */

static void invites(struct rig *r)
{
	r->routes[1].overlap.sip = CONF_OVERLAP_INVITES;
	r->routes[1].overlap.min_digits = 3;
}

static void info(struct rig *r)
{
	r->routes[1].overlap.sip = CONF_OVERLAP_INFO;
}

static void session_info(struct rig *r)
{
	info(r);
	r->routes[1].overlap.session_info = true;
}

static void by_184(struct rig *r)
{
	r->routes[1].overlap.sip = CONF_OVERLAP_184;
}

static void call(const char *digits)
{
	struct leg_setup setup = { .complete = false };

	snprintf(setup.called.digits, sizeof(setup.called.digits), "%s", digits);
	snprintf(setup.calling.digits, sizeof(setup.calling.digits), "40111");
	rig_call(&setup);
}

static void dial(const char *digits, bool complete)
{
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .digits = str_c(digits),
					 .digits_complete = complete };

	call_raise(&rig.leg, &event);
}

static void pause_t10(void)
{
	dial("", true);
}

/* What the core awaits of the number: not of interest here. */
static void awaited(void)
{
	while (rig.events_seen < rig.n_events && rig.events[rig.events_seen].ev == LEG_EV_DIGITS &&
	       !rig.events[rig.events_seen].complete)
		rig.events_seen++;
}

static void respond(const struct sip_msg *request, const char *line, const char *tag,
		    const char *rest)
{
	rig_receive(
		"SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s%s%s\nCall-ID: %.*s\nCSeq: %u %.*s\n%s",
		line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		STR_FMT(request->to->text), tag[0] ? ";tag=" : "", tag, STR_FMT(request->call_id),
		(unsigned)request->cseq.number, STR_FMT(request->cseq.method_name), rest);
}

/* The final response, and the ACK for it. */
static void refuse(unsigned i, const char *line)
{
	char tag[8];

	snprintf(tag, sizeof(tag), "f%u", i);
	respond(invite[i], line, tag, "\n");
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, invite[i]->cseq.number);
}

static void cancelled(unsigned i)
{
	const struct sip_msg *cancel = rig_request(SIP_CANCEL);

	CU_ASSERT_EQUAL(cancel->cseq.number, invite[i]->cseq.number);
	CU_ASSERT_TRUE(str_eq(cancel->uri.text, invite[i]->uri.text));
	respond(cancel, "200 OK", "c", "\n");
	refuse(i, "487 Request Terminated");
}

/* 30, 301 (the first INVITE), 3012, 30123 */
static void three_invites_with(void (*tune)(struct rig *))
{
	rig_open_with(tune);
	call("30");
	rig_quiet();
	dial("1", false);
	invite[0] = rig_request(SIP_INVITE);
	respond(invite[0], "100 Trying", "", "\n");
	dial("2", false);
	invite[1] = rig_request(SIP_INVITE);
	respond(invite[1], "100 Trying", "", "\n");
	dial("3", false);
	invite[2] = rig_request(SIP_INVITE);
	respond(invite[2], "100 Trying", "", "\n");
	awaited();
}

static void three_invites(void)
{
	three_invites_with(invites);
}

static void released_with(enum q850_cause cause)
{
	awaited();
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, cause);
	rig_close();
}

/* ---- RFC 3578 3.2 ---- */

static void figure_2(void)
{
	static const char *const numbers[] = { "301", "3012", "30123" };

	three_invites();
	for (unsigned i = 0; i < 3; i++) {
		char uri[64];

		snprintf(uri, sizeof(uri), "sip:%s@198.51.100.7;user=phone", numbers[i]);
		CU_ASSERT_TRUE(str_eq(invite[i]->uri.text, str_c(uri)));
		CU_ASSERT_TRUE(str_eq(invite[i]->to->uri.text, str_c(uri)));
		CU_ASSERT_EQUAL(invite[i]->to->tag.n, 0);
		CU_ASSERT_TRUE(str_eq(invite[i]->call_id, invite[0]->call_id));
		CU_ASSERT_TRUE(str_eq(invite[i]->from->tag, invite[0]->from->tag));
		CU_ASSERT_TRUE(str_eq(invite[i]->from->text, invite[0]->from->text));
		CU_ASSERT_TRUE(rig_body_has(invite[i], "m=audio 10002"));
		if (i)
			CU_ASSERT_TRUE(invite[i]->cseq.number > invite[i - 1]->cseq.number);
	}
	CU_ASSERT_FALSE(str_eq(invite[0]->via->branch, invite[1]->via->branch));
	for (unsigned i = 0; i < 3; i++)
		refuse(i, "484 Address Incomplete");
	rig_no_event();
	pause_t10();
	released_with(Q850_INCOMPLETE);
}

/* "The new INVITE does not contain neither To tag nor Route header field", whatever responses said. */
static void no_route_of_an_early_dialog(void)
{
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	respond(invite[0], "184 Ready", "b1", CONTACT "Record-Route: <sip:proxy.example;lr>\n\n");
	awaited();
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	refuse(0, "486 Busy Here");
	released_with(Q850_BUSY);
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	respond(invite[0], "199 Early Dialog Terminated", "b1",
		CONTACT "Record-Route: <sip:198.51.100.30;lr>\n\n");
	respond(invite[0], "484 Address Incomplete", "b1",
		CONTACT "Record-Route: <sip:198.51.100.30;lr>\n\n");
	rig_request(SIP_ACK);
	dial("2", false);
	invite[1] = rig_request(SIP_INVITE);
	CU_ASSERT_PTR_NULL(invite[1]->route);
	CU_ASSERT_EQUAL(invite[1]->to->tag.n, 0);
	refuse(1, "484 Address Incomplete");
	pause_t10();
	released_with(Q850_INCOMPLETE);
}

/* "A REL is sent only if no more SAMs arrive, T10 expires, and all the INVITEs sent have been answered". */
static void figure_3(void)
{
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	refuse(0, "484 Address Incomplete");
	awaited();
	rig_no_event();
	rig_run_ms(4900);
	rig_no_event();
	pause_t10();
	released_with(Q850_INCOMPLETE);
}

static void late_404_while_t10_runs(void)
{
	three_invites();
	refuse(1, "404 Not Found");
	refuse(0, "503 Service Unavailable");
	rig_no_event();
	pause_t10();
	rig_no_event();
	refuse(2, "404 Not Found");
	released_with(Q850_UNALLOCATED);
}

/* "If the user dials a particular number and then types an extra digit by mistake". */
static void best_response(void)
{
	static const struct {
		const char *first, *second;
		enum q850_cause cause;
	} rows[] = {
		{ "486 Busy Here", "484 Address Incomplete", Q850_BUSY },
		{ "484 Address Incomplete", "486 Busy Here", Q850_BUSY },
		{ "404 Not Found", "484 Address Incomplete", Q850_INCOMPLETE },
		{ "484 Address Incomplete", "404 Not Found", Q850_UNALLOCATED },
		{ "503 Service Unavailable", "486 Busy Here", Q850_BUSY },
		{ "486 Busy Here", "603 Decline", Q850_REJECTED },
		{ "500 Server Internal Error", "603 Decline", Q850_REJECTED },
		{ "480 Temporarily Unavailable", "500 Server Internal Error", 18 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rig_open_with(invites);
		call("301");
		invite[0] = rig_request(SIP_INVITE);
		refuse(0, rows[i].first);
		dial("2", false);
		invite[1] = rig_request(SIP_INVITE);
		refuse(1, rows[i].second);
		pause_t10();
		released_with(rows[i].cause);
	}
}

/* Sending complete with the last digit: nothing is waited for any more. */
static void last_digit_with_st(void)
{
	three_invites();
	refuse(0, "484 Address Incomplete");
	refuse(1, "484 Address Incomplete");
	dial("4", true);
	invite[3] = rig_request(SIP_INVITE);
	refuse(2, "484 Address Incomplete");
	rig_no_event();
	refuse(3, "486 Busy Here");
	released_with(Q850_BUSY);
}

static void silence_is_a_final_response(void)
{
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	dial("2", true);
	invite[1] = rig_request(SIP_INVITE);
	refuse(1, "484 Address Incomplete");
	awaited();
	rig_no_event();
	/* 64*T1 */
	rig_run_ms(32000);
	rig.seen = rig.n_sent;
	released_with(Q850_INCOMPLETE);
}

/* ---- RFC 3578 3.3 ---- */

static uint16_t media_port(void)
{
	return ntohs(((const struct sockaddr_in *)&rig.media.remote)->sin_port);
}

static void media_of_most_digits(void)
{
	three_invites();
	respond(invite[1], "183 Session Progress", "b1", CONTACT TYPE "\n" SDP_AT("4001"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_EQUAL(media_port(), 4001);
	respond(invite[0], "183 Session Progress", "b0", CONTACT TYPE "\n" SDP_AT("4000"));
	CU_ASSERT_EQUAL(media_port(), 4001);
	respond(invite[2], "183 Session Progress", "b2", CONTACT TYPE "\n" SDP_AT("4002"));
	CU_ASSERT_EQUAL(media_port(), 4002);
	respond(invite[1], "183 Session Progress", "b1", CONTACT TYPE "\n" SDP_AT("4001"));
	CU_ASSERT_EQUAL(media_port(), 4002);
	/* The address is complete: no T10 is waited for. */
	refuse(0, "484 Address Incomplete");
	refuse(1, "484 Address Incomplete");
	rig_no_event();
	refuse(2, "486 Busy Here");
	released_with(Q850_BUSY);
}

/* ---- RFC 3578 3.4 ---- */

static void bye_by_us(void)
{
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	rig_close();
}

static void digits_cancel_nothing_and_an_answer_all_others(void)
{
	three_invites();
	rig_quiet();
	respond(invite[2], "180 Ringing", "b2", CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	respond(invite[2], "200 OK", "b2", CONTACT TYPE "\n" SDP_AT("4002"));
	rig_event(LEG_EV_ANSWER);
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, invite[2]->cseq.number);
	{
		const struct sip_msg *first = rig_request(SIP_CANCEL),
				     *second = rig_request(SIP_CANCEL);

		CU_ASSERT_EQUAL(first->cseq.number, invite[0]->cseq.number);
		CU_ASSERT_TRUE(str_eq(first->uri.text, invite[0]->uri.text));
		CU_ASSERT_EQUAL(second->cseq.number, invite[1]->cseq.number);
		respond(first, "200 OK", "c", "\n");
		respond(second, "200 OK", "c", "\n");
	}
	refuse(0, "487 Request Terminated");
	refuse(1, "487 Request Terminated");
	rig_no_event();
	CU_ASSERT_EQUAL(media_port(), 4002);
	bye_by_us();
}

static void cancel_later(struct rig *r)
{
	invites(r);
	r->routes[1].overlap.cancel_ms = 2000;
}

/* "This gives time to all the previous INVITE transactions to terminate smoothly". */
static void three_and_an_answer(void)
{
	three_invites_with(cancel_later);
	respond(invite[2], "200 OK", "b2", CONTACT TYPE "\n" SDP_AT("4002"));
	rig_event(LEG_EV_ANSWER);
	rig_request(SIP_ACK);
	rig_run_ms(1999);
	rig_quiet();
}

static void cancelled_after_a_while(void)
{
	three_and_an_answer();
	refuse(0, "484 Address Incomplete");
	rig_run_ms(1);
	cancelled(1);
	rig_quiet();
	bye_by_us();
}

static void smooth_end(void)
{
	three_and_an_answer();
	refuse(0, "484 Address Incomplete");
	refuse(1, "484 Address Incomplete");
	rig_run_ms(10000);
	rig_quiet();
	bye_by_us();
}

/* Nothing is left ringing when the call is over before that. */
static void hung_up_by_the_peer(void)
{
	three_and_an_answer();
	refuse(1, "484 Address Incomplete");
	rig_receive("BYE sip:gw@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKb\n"
		    "From: %.*s;tag=b2\nTo: %.*s\nCall-ID: %.*s\nCSeq: 1 BYE\nMax-Forwards: 70\n\n",
		    STR_FMT(invite[2]->to->text), STR_FMT(invite[2]->from->text),
		    STR_FMT(invite[2]->call_id));
	rig_status(200);
	cancelled(0);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

static void hung_up_by_us(void)
{
	const struct sip_msg *cancel;

	three_and_an_answer();
	refuse(1, "484 Address Incomplete");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	cancel = rig_request(SIP_CANCEL);
	CU_ASSERT_EQUAL(cancel->cseq.number, invite[0]->cseq.number);
	respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	respond(cancel, "200 OK", "c", "\n");
	refuse(0, "487 Request Terminated");
	rig_close();
}

/* The second is answered while the third is on its way. */
static void second_answered_third_cancelled(void)
{
	const struct sip_msg *cancel, *ack, *bye;

	three_invites();
	refuse(0, "484 Address Incomplete");
	respond(invite[1], "200 OK", "b1", CONTACT TYPE "\n" SDP_AT("4001"));
	rig_event(LEG_EV_ANSWER);
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, invite[1]->cseq.number);
	cancel = rig_request(SIP_CANCEL);
	CU_ASSERT_EQUAL(cancel->cseq.number, invite[2]->cseq.number);
	/* It had been answered, too: ACK and BYE. */
	respond(invite[2], "200 OK", "b2", CONTACT TYPE "\n" SDP_AT("4002"));
	ack = rig_request(SIP_ACK);
	CU_ASSERT_TRUE(str_eq(ack->to->tag, STR("b2")));
	bye = rig_request(SIP_BYE);
	CU_ASSERT_TRUE(str_eq(bye->to->tag, STR("b2")));
	respond(bye, "200 OK", "", "\n");
	respond(cancel, "481 Call/Transaction Does Not Exist", "c", "\n");
	CU_ASSERT_EQUAL(media_port(), 4001);
	/* Digits after the answer are too late. */
	dial("4", false);
	rig_quiet();
	bye_by_us();
}

static void given_up(void)
{
	three_invites();
	refuse(1, "484 Address Incomplete");
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	CU_ASSERT_EQUAL(rig.sent[rig.seen]->cseq.number, invite[2]->cseq.number);
	{
		const struct sip_msg *last = rig_request(SIP_CANCEL),
				     *first = rig_request(SIP_CANCEL);

		CU_ASSERT_EQUAL(first->cseq.number, invite[0]->cseq.number);
		CU_ASSERT_TRUE(rig_has(first, SIP_H_REASON, "cause=16"));
		respond(first, "200 OK", "c", "\n");
		respond(last, "200 OK", "c", "\n");
	}
	refuse(0, "487 Request Terminated");
	refuse(2, "487 Request Terminated");
	rig_close();
}

static void given_up_with_nothing_pending(void)
{
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	refuse(0, "484 Address Incomplete");
	awaited();
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	rig_close();
}

/* ---- RFC 3262: each INVITE has its own RSeq, and its own early dialogs ---- */

static void reliable(unsigned i, const char *line, const char *tag, unsigned rseq, const char *sdp)
{
	char rest[512];

	snprintf(rest, sizeof(rest), CONTACT "Require: 100rel\nRSeq: %u\n%s\n%s", rseq,
		 sdp[0] ? TYPE : "", sdp);
	respond(invite[i], line, tag, rest);
}

static void acknowledged(unsigned i, const char *tag, unsigned rseq)
{
	const struct sip_msg *prack = rig_request(SIP_PRACK);
	const struct sip_header *rack = sip_msg_other(prack, STR("RAck"));
	char text[32];

	snprintf(text, sizeof(text), "%u %u INVITE", rseq, (unsigned)invite[i]->cseq.number);
	CU_ASSERT_TRUE_FATAL(rack != NULL);
	CU_ASSERT_TRUE(str_eq(rack->value, str_c(text)));
	CU_ASSERT_TRUE(str_eq(prack->to->tag, str_c(tag)));
	respond(prack, "200 OK", "", "\n");
}

static void reliable_responses_of_each(void)
{
	three_invites();
	reliable(0, "183 Session Progress", "b0", 900, SDP_AT("4000"));
	acknowledged(0, "b0", 900);
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_EQUAL(media_port(), 4000);
	reliable(2, "183 Session Progress", "b2", 7, SDP_AT("4002"));
	acknowledged(2, "b2", 7);
	CU_ASSERT_EQUAL(media_port(), 4002);
	/* Not the next one of its INVITE, though it would be of the other. */
	reliable(0, "180 Ringing", "b0", 8, "");
	rig_quiet();
	reliable(0, "180 Ringing", "b0", 901, "");
	acknowledged(0, "b0", 901);
	CU_ASSERT_TRUE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	/* 12.3: with its final response an INVITE's early dialogs are over; what the others have stays. */
	refuse(2, "484 Address Incomplete");
	CU_ASSERT_EQUAL(media_port(), 4000);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	refuse(0, "484 Address Incomplete");
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 0);
	CU_ASSERT_FALSE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	refuse(1, "486 Busy Here");
	released_with(Q850_BUSY);
}

/* One To tag for all of them; CSeq numbers rise beyond those of the PRACKs, of dialogs that are gone, too. */
static void reliable_responses_in_one_dialog(void)
{
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	reliable(0, "199 Early Dialog Terminated", "b", 50, "");
	acknowledged(0, "b", 50);
	dial("2", false);
	invite[1] = rig_request(SIP_INVITE);
	CU_ASSERT_EQUAL(invite[1]->cseq.number, invite[0]->cseq.number + 2);
	dial("3", false);
	invite[2] = rig_request(SIP_INVITE);
	reliable(1, "183 Session Progress", "b", 20, "");
	acknowledged(1, "b", 20);
	awaited();
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	reliable(2, "180 Ringing", "b", 3, "");
	acknowledged(2, "b", 3);
	rig_event(LEG_EV_ALERTING);
	/* Overtaken, it still goes on by its own RSeq: acknowledged once, in order, and not told. */
	reliable(1, "183 Session Progress", "b", 22, "");
	rig_quiet();
	reliable(1, "183 Session Progress", "b", 21, SDP_AT("4001"));
	acknowledged(1, "b", 21);
	reliable(1, "183 Session Progress", "b", 21, SDP_AT("4001"));
	rig_quiet();
	reliable(1, "183 Session Progress", "b", 22, "");
	acknowledged(1, "b", 22);
	/* One that is heard of only now begins where it wants. */
	reliable(0, "183 Session Progress", "b", 900, "");
	acknowledged(0, "b", 900);
	/* It has its 484 already: the dialog is the other INVITE's as well. */
	reliable(0, "183 Session Progress", "b", 901, "");
	respond(rig_request(SIP_PRACK), "481 Call/Transaction Does Not Exist", "", "\n");
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	reliable(2, "180 Ringing", "b", 4, "");
	acknowledged(2, "b", 4);
	rig_no_event();
	CU_ASSERT_EQUAL(rig.n_media_set, 0);
	respond(invite[2], "200 OK", "b", CONTACT TYPE "\n" SDP_AT("4002"));
	rig_event(LEG_EV_ANSWER);
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, invite[2]->cseq.number);
	for (unsigned i = 0; i < 2; i++)
		respond(rig_request(SIP_CANCEL), "200 OK", "c", "\n");
	refuse(0, "487 Request Terminated");
	refuse(1, "487 Request Terminated");
	bye_by_us();
}

/* ---- RFC 3261 22: each attempt has its challenge ---- */

#define CHALLENGE(nonce)                                                                           \
	"Proxy-Authenticate: Digest realm=\"r\", nonce=\"" nonce "\", qop=\"auth\"\n\n"

static void with_password(struct rig *r)
{
	static char user[] = "gw", password[] = "secret";

	invites(r);
	r->sips[0].user = user;
	r->sips[0].password = password;
}

static bool answers(const struct sip_msg *msg, const char *text)
{
	return rig_has(msg, SIP_H_PROXY_AUTHORIZATION, text);
}

static void challenge(unsigned i, const char *rest)
{
	respond(invite[i], "407 Proxy Authentication Required", "f", rest);
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, invite[i]->cseq.number);
}

/* A challenge is answered for the number with most digits; one for a part of it says nothing. */
static void challenged_each(void)
{
	rig_open_with(with_password);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	dial("2", false);
	invite[1] = rig_request(SIP_INVITE);
	challenge(0, CHALLENGE("one"));
	rig_quiet();
	challenge(1, CHALLENGE("two"));
	invite[2] = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(str_eq(invite[2]->uri.text, invite[1]->uri.text));
	CU_ASSERT_TRUE(answers(invite[2], "nonce=\"two\""));
	CU_ASSERT_TRUE(answers(invite[2], "nc=00000001"));
	dial("3", false);
	invite[3] = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(answers(invite[3], "nc=00000002"));
	CU_ASSERT_TRUE(answers(invite[3], "uri=\"sip:30123@"));
	awaited();
	rig_no_event();
}

/* 22.1: the ACK has the credentials of its INVITE, not of the latest. */
static void challenged_and_older_answered(void)
{
	const struct sip_msg *ack, *cancel;

	challenged_each();
	respond(invite[3], "100 Trying", "", "\n");
	respond(invite[2], "200 OK", "b2", CONTACT TYPE "\n" SDP_AT("4002"));
	ack = rig_request(SIP_ACK);
	CU_ASSERT_TRUE(answers(ack, "nc=00000001"));
	CU_ASSERT_TRUE(answers(ack, "uri=\"sip:3012@"));
	rig_event(LEG_EV_ANSWER);
	cancel = rig_request(SIP_CANCEL);
	CU_ASSERT_EQUAL(cancel->cseq.number, invite[3]->cseq.number);
	respond(invite[2], "200 OK", "b2", CONTACT TYPE "\n" SDP_AT("4002"));
	CU_ASSERT_TRUE(answers(rig_request(SIP_ACK), "nc=00000001"));
	respond(invite[3], "200 OK", "b3", CONTACT TYPE "\n" SDP_AT("4003"));
	CU_ASSERT_TRUE(answers(rig_request(SIP_ACK), "nc=00000002"));
	respond(rig_request(SIP_BYE), "200 OK", "", "\n");
	respond(cancel, "481 Call/Transaction Does Not Exist", "c", "\n");
	bye_by_us();
}

static void challenged_and_password_wrong(void)
{
	challenged_each();
	challenge(2, CHALLENGE("three"));
	challenge(3, CHALLENGE("four"));
	rig_no_event();
	pause_t10();
	released_with(Q850_REJECTED); /* RFC 3398 8.2.6.1 */
}

static void challenged_and_nonce_stale(void)
{
	challenged_each();
	refuse(2, "484 Address Incomplete");
	challenge(3, "Proxy-Authenticate: Digest realm=\"r\", nonce=\"five\", qop=\"auth\", "
		     "stale=true\n\n");
	invite[3] = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(answers(invite[3], "nonce=\"five\""));
	refuse(3, "484 Address Incomplete");
	pause_t10();
	released_with(Q850_INCOMPLETE);
}

/* RFC 4497 8.2.2.2.6: as ever, once nothing better can come. */
static void redirected(void)
{
	rig_open_with(invites);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	respond(invite[0], "302 Moved", "b", "Contact: <sip:777@198.51.100.9>\n\n");
	rig_request(SIP_ACK);
	dial("2", false);
	invite[1] = rig_request(SIP_INVITE);
	refuse(1, "484 Address Incomplete");
	awaited();
	rig_quiet();
	pause_t10();
	invite[2] = rig_request(SIP_INVITE);
	CU_ASSERT_TRUE(str_eq(invite[2]->uri.text, STR("sip:777@198.51.100.9")));
	CU_ASSERT_TRUE(invite[2]->cseq.number > invite[1]->cseq.number);
	rig_no_event();
	refuse(2, "486 Busy Here");
	released_with(Q850_BUSY);
}

/* ---- RFC 3578 3.1 ---- */

static void info_is(const struct sip_msg *msg, const char *type, const char *body)
{
	CU_ASSERT_TRUE(str_eq(msg->to->tag, STR("b1")));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_CONTENT_TYPE, type));
	CU_ASSERT_TRUE(rig_body_has(msg, body));
	respond(msg, "200 OK", "", "\n");
}

static void info_after_a_provisional(void)
{
	rig_open_with(info);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	dial("2", false);
	rig_quiet();
	respond(invite[0], "183 Session Progress", "b1", CONTACT "\n");
	/* Not told: it would become an ACM, and end the digits. */
	rig_no_event();
	info_is(rig_request(SIP_INFO), "application/dtmf-relay", "Signal=2\r\n");
	dial("34", false);
	info_is(rig_request(SIP_INFO), "application/dtmf-relay", "Signal=3\r\n");
	info_is(rig_request(SIP_INFO), "application/dtmf-relay", "Signal=4\r\n");
	pause_t10();
	CU_ASSERT_FALSE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	respond(invite[0], "200 OK", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	rig_event(LEG_EV_ANSWER);
	CU_ASSERT_EQUAL(rig_request(SIP_ACK)->cseq.number, invite[0]->cseq.number);
	bye_by_us();
}

static void info_with_several_digits(void)
{
	rig_open_with(session_info);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	dial("2", false);
	dial("34", false);
	respond(invite[0], "183 Session Progress", "b1", CONTACT "\n");
	info_is(rig_request(SIP_INFO), "application/x-session-info", "SubsequentDigit: 234\r\n");
	respond(invite[0], "180 Ringing", "b1", CONTACT "\n");
	rig_event(LEG_EV_ALERTING);
	dial("5", false);
	rig_quiet();
	refuse(0, "486 Busy Here");
	released_with(Q850_BUSY);
}

static void info_refused(void)
{
	const struct sip_msg *msg;

	rig_open_with(info);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	respond(invite[0], "183 Session Progress", "b1", CONTACT "\n");
	dial("2", false);
	msg = rig_request(SIP_INFO);
	respond(msg, "415 Unsupported Media Type", "", "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_INCOMPLETE);
	cancelled(0);
	rig_close();
}

static void info_with_password(struct rig *r)
{
	with_password(r);
	info(r);
}

/* RFC 3261 22: an INFO may be challenged as well. */
static void info_challenged(void)
{
	const struct sip_msg *msg;

	rig_open_with(info_with_password);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	reliable(0, "183 Session Progress", "b1", 1, "");
	acknowledged(0, "b1", 1);
	dial("2", false);
	msg = rig_request(SIP_INFO);
	CU_ASSERT_FALSE(answers(msg, "Digest"));
	respond(msg, "407 Proxy Authentication Required", "", CHALLENGE("one"));
	msg = rig_request(SIP_INFO);
	CU_ASSERT_TRUE(answers(msg, "nonce=\"one\""));
	info_is(msg, "application/dtmf-relay", "Signal=2\r\n");
	pause_t10();
	awaited();
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	refuse(0, "486 Busy Here");
	released_with(Q850_BUSY);
}

static void only_184_opens(void)
{
	rig_open_with(by_184);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	dial("2", false);
	rig_quiet();
	respond(invite[0], "184 Ready For More Digits", "b1", CONTACT "\n");
	rig_no_event();
	info_is(rig_request(SIP_INFO), "application/dtmf-relay", "Signal=2\r\n");
	respond(invite[0], "183 Session Progress", "b1", CONTACT "\n");
	rig_event(LEG_EV_ADDRESS_COMPLETE);
	refuse(0, "484 Address Incomplete");
	released_with(Q850_INCOMPLETE);
}

/* A host so long that the address of a fourth digit is beyond what may be written. */
static void long_host(struct rig *r)
{
	static char host[491], proxy[] = "198.51.100.7";

	memset(host, 'a', sizeof(host) - 1);
	host[60] = host[120] = host[180] = '.';
	invites(r);
	r->sips[0].host = host;
	r->sips[0].outbound_proxy = proxy;
}

/* The digit is lost, and the INVITE before goes on: it is the one that is cancelled. */
static void address_too_long(void)
{
	rig_open_with(long_host);
	call("301");
	invite[0] = rig_request(SIP_INVITE);
	respond(invite[0], "100 Trying", "", "\n");
	dial("2", false);
	rig_quiet();
	awaited();
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	cancelled(0);
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "RFC 3578 figure 2", figure_2 },
	{ "RFC 3578 figure 3", figure_3 },
	{ "3.2 no Route, no To tag", no_route_of_an_early_dialog },
	{ "3.2 late 404 while T10 runs", late_404_while_t10_runs },
	{ "3.2 best response", best_response },
	{ "3.2 last digit with ST", last_digit_with_st },
	{ "3.2 silence is a final response", silence_is_a_final_response },
	{ "3.3 media of most digits", media_of_most_digits },
	{ "3.4 CANCEL after 200 alone", digits_cancel_nothing_and_an_answer_all_others },
	{ "3.4 cancelled after a while", cancelled_after_a_while },
	{ "3.4 all ended before", smooth_end },
	{ "3.4 the peer hangs up before", hung_up_by_the_peer },
	{ "3.4 we hang up before", hung_up_by_us },
	{ "3.4 second answered, third cancelled", second_answered_third_cancelled },
	{ "given up", given_up },
	{ "given up, nothing pending", given_up_with_nothing_pending },
	{ "RFC 3262 reliable responses of each", reliable_responses_of_each },
	{ "RFC 3262 reliable responses in one dialog", reliable_responses_in_one_dialog },
	{ "challenged, an older one answered", challenged_and_older_answered },
	{ "challenged, password wrong", challenged_and_password_wrong },
	{ "challenged, nonce stale", challenged_and_nonce_stale },
	{ "redirected", redirected },
	{ "3.1 INFO after a provisional", info_after_a_provisional },
	{ "3.1 INFO with several digits", info_with_several_digits },
	{ "3.1 INFO refused", info_refused },
	{ "3.1 INFO challenged", info_challenged },
	{ "184 opens, 183 does not", only_184_opens },
	{ "address too long", address_too_long },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip leg, overlap out", tests, argc, argv);
}
