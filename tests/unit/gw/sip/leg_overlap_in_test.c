/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Overlap from SIP, message by message: RFC 3578 3.5, RFC 4497 8.3.9, digits by INFO. */
#include <errno.h>

#include "tests/unit/gw/sip/leg_rig.c"

#include "gw/sip/progress_fields.h"
#include "gw/sip/session_info.h"

#define SDP                                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio 4000 RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"

static char to_tag[64];

/* The PSTN takes digits after its setup. */
static const struct trunk_ops overlap_trunk_ops = { .protocol = "test",
						    .overlap = true,
						    .seize = opposite_seize,
						    .available = opposite_available };

static enum conf_overlap_in how;

static void tune(struct rig *r)
{
	r->sips[0].overlap_in = how;
	r->sips[0].t10_ms = 5000;
	r->sips[0].t35_ms = 15000;
	r->sips[0].early_dialog_end = true;
}

static void open_as(enum conf_overlap_in overlap_in)
{
	how = overlap_in;
	rig_open_with(tune);
	rig.trunk.ops = &overlap_trunk_ops;
}

static void invite_with(const char *fields, const char *number, unsigned cseq)
{
	rig_receive("INVITE sip:%s@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%u%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:%s@gw>\nCall-ID: in-1\n"
		    "CSeq: %u INVITE\nContact: <sip:alice@198.51.100.7:5060>\n%s"
		    "Content-Type: application/sdp\n\n" SDP,
		    number, cseq, number, number, cseq, fields);
}

static void invite(const char *number, unsigned cseq)
{
	invite_with("", number, cseq);
}

static void ack(const char *number, unsigned cseq)
{
	rig_receive("ACK sip:%s@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%u%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:%s@gw>;tag=x\nCall-ID: in-1\n"
		    "CSeq: %u ACK\n\n",
		    number, cseq, number, number, cseq);
}

static void in_dialog(const char *method, const char *number, unsigned cseq, const char *rest)
{
	rig_receive("%s sip:192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKd%u%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:%s@gw>;tag=%s\n"
		    "Call-ID: in-1\nCSeq: %u %s\n%s",
		    method, cseq, method, number, to_tag, cseq, method, rest);
}

static void tag_take(const struct sip_msg *msg)
{
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), msg->to->tag), 0);
}

/* The next message, a reliable response: its RSeq. */
static uint32_t reliable(unsigned status)
{
	const struct sip_msg *msg = rig_status(status);
	uint32_t rseq = 0;

	CU_ASSERT_TRUE(sip_is_reliable(msg));
	CU_ASSERT_EQUAL(sip_rseq_read(msg, &rseq), 0);
	tag_take(msg);
	return rseq;
}

static const struct sip_msg *refused(unsigned status, unsigned cseq, const char *number)
{
	const struct sip_msg *msg = rig_status(status);

	CU_ASSERT_EQUAL(msg->cseq.number, cseq);
	ack(number, cseq);
	return msg;
}

static void digits_were(const char *digits, bool complete)
{
	const struct rig_event *event = rig_event(LEG_EV_DIGITS);

	CU_ASSERT_STRING_EQUAL(event->digits, digits);
	CU_ASSERT_EQUAL(event->complete, complete);
}

/* 3.5: "a SAM should be generated as opposed to a new IAM"; the INVITE before gets 484. */
static void longer_invites_are_digits(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("030", 1);
	CU_ASSERT_TRUE(rig.seized);
	CU_ASSERT_FALSE(rig.setup.complete);
	CU_ASSERT_STRING_EQUAL(rig.setup.called.digits, "030");
	invite("03012", 2);
	refused(484, 1, "030");
	digits_were("12", false);
	invite("030123", 5);
	refused(484, 2, "03012");
	digits_were("3", false);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 1);
	rig_say(LEG_EV_ALERTING, NULL);
	tag_take(rig_status(180));
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_EQUAL(rig_status(200)->cseq.number, 5);
	in_dialog("ACK", "030123", 5, "\n");
	in_dialog("BYE", "030123", 6, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* The PSTN, too, may say that the number is short: 484 for the INVITE that is left. */
static void released_by_the_pstn(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("030", 1);
	invite("0301", 2);
	refused(484, 1, "030");
	digits_were("1", false);
	rig_say_release(Q850_INCOMPLETE);
	rig_event(LEG_EV_RELEASED);
	refused(484, 2, "0301");
	/* A longer one is a call of its own now. */
	rig.seized = false;
	invite("03012", 3);
	CU_ASSERT_TRUE(rig.seized);
	CU_ASSERT_STRING_EQUAL(rig.setup.called.digits, "03012");
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	refused(486, 3, "03012");
	rig_close();
}

/* RFC 4497 8.3.9: 485 where the digits do not continue the call's. */
static void same_shorter_and_other_digits(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("03012", 4);
	invite("03012", 5);
	refused(485, 5, "03012");
	invite("0301", 6);
	refused(485, 6, "0301");
	invite("040123", 7);
	refused(485, 7, "040123");
	/* One that was overtaken is merely out of date. */
	invite("0301", 3);
	refused(484, 3, "0301");
	/* More digits in what was sent before. */
	invite("030123", 2);
	refused(485, 2, "030123");
	rig_no_event();
	invite("030123", 8);
	refused(484, 4, "03012");
	digits_were("3", false);
	rig_say_release(Q850_NORMAL);
	rig_event(LEG_EV_RELEASED);
	refused(480, 8, "030123");
	rig_close();
}

static void after_the_answer(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("0301", 1);
	rig_say(LEG_EV_ANSWER, NULL);
	tag_take(rig_status(200));
	invite("03012", 2);
	refused(485, 2, "03012");
	in_dialog("ACK", "0301", 1, "\n");
	rig_no_event();
	in_dialog("BYE", "0301", 3, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* RFC 3262 5: the 200 waits for a PRACK, and is not lost. */
static void while_the_answer_waits(void)
{
	const struct leg_progress in_band = { .in_band = true };
	uint32_t rseq;
	char rack[40];

	open_as(CONF_OVERLAP_IN_INVITE);
	invite_with("Supported: 100rel\n", "0301", 1);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &in_band);
	rseq = reliable(183);
	rig_say(LEG_EV_ANSWER, NULL);
	rig_quiet();
	invite_with("Supported: 100rel\n", "03012", 2);
	refused(485, 2, "03012");
	snprintf(rack, sizeof(rack), "RAck: %u 1 INVITE\n\n", (unsigned)rseq);
	in_dialog("PRACK", "0301", 3, rack);
	rig_status(200);
	CU_ASSERT_EQUAL(rig_status(200)->cseq.number, 1);
	in_dialog("ACK", "0301", 1, "\n");
	rig_no_event();
	in_dialog("BYE", "0301", 4, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* A new dialog is told how far the call is; its digits come too late. */
static void after_the_address_is_complete(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("0301", 1);
	rig_say(LEG_EV_ALERTING, NULL);
	rig_status(180);
	invite("03012", 2);
	refused(484, 1, "0301");
	CU_ASSERT_EQUAL(rig_status(180)->cseq.number, 2);
	rig_no_event();
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	refused(486, 2, "03012");
	rig_close();
}

/* 3.5: where the number went out en bloc: "a REL for the previous IAM and a new IAM". */
static void en_bloc_is_set_up_anew(void)
{
	open_as(CONF_OVERLAP_IN_OFF);
	invite("0301", 1);
	CU_ASSERT_TRUE(rig.setup.complete);
	invite("03012", 2);
	refused(484, 1, "0301");
	rig_event(LEG_EV_RELEASE);
	CU_ASSERT_TRUE(rig.setup.complete);
	CU_ASSERT_STRING_EQUAL(rig.setup.called.digits, "03012");
	rig_say(LEG_EV_ALERTING, NULL);
	rig_status(180);
	/* In the alerting state as well. */
	invite("030123", 3);
	refused(484, 2, "03012");
	CU_ASSERT_EQUAL(rig_status(180)->cseq.number, 3);
	rig_event(LEG_EV_RELEASE);
	CU_ASSERT_STRING_EQUAL(rig.setup.called.digits, "030123");
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	refused(486, 3, "030123");
	rig_close();
}

/* The digits end with a pause: ST alone. */
static void t10(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("0301", 1);
	rig_run_ms(3000);
	rig.seen = rig.n_sent; /* 100 */
	invite("03012", 2);
	refused(484, 1, "0301");
	digits_were("2", false);
	rig_run_ms(4900);
	rig_no_event();
	rig_run_ms(200);
	digits_were("", true);
	rig.seen = rig.n_sent; /* 100 */
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	refused(486, 2, "03012");
	rig_close();
}

static void t35(void)
{
	static char map[] = "03xxxxT", pbx[] = "pbx", name[] = "in", none[] = "", pstn[] = "pstn";
	const struct conf_route route = { .name = name,
					  .prefix = none,
					  .from = pbx,
					  .to = { pstn },
					  .n_to = 1,
					  .digits = map,
					  .overlap.t35_ms = 6000 };

	open_as(CONF_OVERLAP_IN_INVITE);
	call_core_set_routes(rig.core, route_table_new(&route, 1));
	invite("0301", 1);
	CU_ASSERT_FALSE(rig.seized);
	rig_run_ms(5900);
	rig.seen = rig.n_sent;
	CU_ASSERT_EQUAL(rig.ended, 0);
	rig_run_ms(200);
	refused(484, 1, "0301");
	CU_ASSERT_EQUAL(rig.ended, 1);
	CU_ASSERT_EQUAL(rig.ended_cause, Q850_INCOMPLETE);
	/* The map knows when it is complete: no digit is waited for. */
	invite("0301", 2);
	invite("030123", 3);
	refused(484, 2, "0301");
	CU_ASSERT_TRUE(rig.seized);
	rig_run_ms(5100);
	CU_ASSERT_TRUE(rig.seized);
	rig.seen = rig.n_sent;
	rig_event(LEG_EV_DIGITS);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	refused(486, 3, "030123");
	rig_close();
}

static void cancelled(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite("0301", 1);
	invite("03012", 2);
	refused(484, 1, "0301");
	digits_were("2", false);
	rig_receive("CANCEL sip:03012@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK203012\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:03012@gw>\nCall-ID: in-1\n"
		    "CSeq: 2 CANCEL\n\n");
	rig_status(200);
	refused(487, 2, "03012");
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

#define RELAY "Content-Type: application/dtmf-relay\n\n"
#define SINFO "Content-Type: application/x-session-info\n\n"

static void info(void)
{
	open_as(CONF_OVERLAP_IN_INFO);
	invite("030", 1);
	tag_take(rig_status(183));
	in_dialog("INFO", "030", 2, RELAY "Signal=1\nDuration=160\n");
	rig_status(200);
	digits_were("1", false);
	in_dialog("INFO", "030", 3, SINFO "SubsequentDigit: 23\n");
	rig_status(200);
	digits_were("23", false);
	in_dialog("INFO", "030", 4, SINFO "SubsequentDigit: x\n");
	rig_status(400);
	rig_run_ms(5000);
	digits_were("", true);
	/* No digits of the number any more: such an INFO is a digit for the called party. */
	in_dialog("INFO", "030", 5, RELAY "Signal=7\n");
	rig_status(200);
	rig_no_event();
	CU_ASSERT_STRING_EQUAL(rig.dialled, "7");
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	ack("030", 1);
	rig_close();
}

static void asked_by_184(void)
{
	const struct sip_msg *msg;

	open_as(CONF_OVERLAP_IN_184);
	invite("030", 1);
	msg = rig_status(184);
	CU_ASSERT_TRUE(str_eq(msg->phrase, STR("Ready For More Digits")));
	CU_ASSERT_EQUAL(msg->body.n, 0);
	tag_take(msg);
	in_dialog("INFO", "030", 2, RELAY "Signal=1\n");
	rig_status(200);
	digits_were("1", false);
	rig_say(LEG_EV_ADDRESS_COMPLETE, &(const struct leg_progress){ 0 });
	rig_status(183);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	ack("030", 1);
	rig_close();
}

/* ---- RFC 3262: what asks for digits goes reliably, too ---- */

static void tune_required(struct rig *r)
{
	tune(r);
	r->sips[0].reliable = CONF_RELIABLE_REQUIRED;
}

static void prack(const char *number, unsigned cseq, uint32_t rseq, unsigned of, unsigned status)
{
	char rest[64];

	snprintf(rest, sizeof(rest), "RAck: %u %u INVITE\n\n", (unsigned)rseq, of);
	in_dialog("PRACK", number, cseq, rest);
	rig_status(status);
}

static void asked_reliably(unsigned status)
{
	uint32_t rseq;

	invite_with("Require: 100rel\nSupported: 199\n", "030", 1);
	rseq = reliable(status);
	rig_run_ms(500);
	CU_ASSERT_EQUAL(reliable(status), rseq);
	prack("030", 2, rseq, 1, 200);
	in_dialog("INFO", "030", 3, RELAY "Signal=1\n");
	rig_status(200);
	digits_were("1", false);
	rig_quiet();
	rig_say(LEG_EV_ALERTING, NULL);
	CU_ASSERT_EQUAL(reliable(180), rseq + 1);
	prack("030", 4, rseq + 1, 1, 200);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_run_ms(0);
	CU_ASSERT_EQUAL(reliable(199), rseq + 2);
	rig_status(486);
	ack("030", 1);
	prack("030", 5, rseq + 2, 1, 200);
	rig_close();
}

static void reliable_184(void)
{
	open_as(CONF_OVERLAP_IN_184);
	asked_reliably(184);
}

static void reliable_183(void)
{
	how = CONF_OVERLAP_IN_INFO;
	rig_open_with(tune_required);
	rig.trunk.ops = &overlap_trunk_ops;
	invite("0301", 1);
	refused(421, 1, "0301");
	asked_reliably(183);
}

/* Another INVITE is another transaction: its own RSeq; what asked for digits in the one before is owed no more. */
static void reliable_and_continued(void)
{
	uint32_t rseq, before;

	how = CONF_OVERLAP_IN_184;
	rig_open_with(tune_required);
	rig.trunk.ops = &overlap_trunk_ops;
	invite_with("Supported: 100rel\n", "030", 1);
	rseq = reliable(184);
	invite_with("Supported: 100rel\n", "0301", 2);
	refused(484, 1, "030");
	digits_were("1", false);
	before = rseq;
	rseq = reliable(184);
	CU_ASSERT_NOT_EQUAL(before, rseq);
	prack("0301", 3, before, 1, 481);
	prack("0301", 4, rseq, 2, 200);
	rig_run_ms(4000);
	rig_quiet();
	/* One that could not have it is not taken in its place. */
	invite("03012", 5);
	refused(421, 5, "03012");
	rig_no_event();
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	refused(486, 2, "0301");
	rig_close();
}

/* Expires is that of the INVITE that the call goes on with. */
static void expires_anew(void)
{
	open_as(CONF_OVERLAP_IN_INVITE);
	invite_with("Expires: 3\n", "030", 1);
	invite_with("Expires: 4\n", "0301", 2);
	refused(484, 1, "030");
	digits_were("1", false);
	rig_run_ms(3900);
	rig_no_event();
	rig.seen = rig.n_sent; /* 100 */
	rig_run_ms(200);
	refused(487, 2, "0301");
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

/* RFC 3578 4: so many half-dialled calls at once, and each for so long. */
static void tune_limit(struct rig *r)
{
	tune(r);
	r->sips[0].overlap.max = 1;
	r->sips[0].overlap.time_ms = 7000;
}

static void half_dialled_calls_are_limited(void)
{
	how = CONF_OVERLAP_IN_INVITE;
	rig_open_with(tune_limit);
	rig.trunk.ops = &overlap_trunk_ops;
	invite("030", 1);
	rig_receive("INVITE sip:040@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKother\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=other\nTo: <sip:040@gw>\nCall-ID: in-2\n"
		    "CSeq: 1 INVITE\nContact: <sip:alice@198.51.100.7:5060>\n\n");
	rig_status(503);
	CU_ASSERT_EQUAL(rig.ended_cause, Q850_CONGESTION);
	rig_receive("ACK sip:040@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKother\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=other\nTo: <sip:040@gw>;tag=x\nCall-ID: in-2\n"
		    "CSeq: 1 ACK\n\n");
	rig_run_ms(4000);
	rig.seen = rig.n_sent;
	invite("0301", 2);
	refused(484, 1, "030");
	digits_were("1", false);
	rig_run_ms(3000);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_INCOMPLETE);
	CU_ASSERT_EQUAL(call_core_find_trunk(rig.core, "pbx")->overlap.calls, 0);
	while (rig.sent[rig.seen]->status == 100)
		rig.seen++;
	refused(484, 2, "0301");
	rig_close();
}

static void session_info_bodies(void)
{
	char text[8];

	CU_ASSERT_EQUAL(session_info_parse(STR("SubsequentDigit: 12-3\r\n"), text, 8), 0);
	CU_ASSERT_STRING_EQUAL(text, "123");
	CU_ASSERT_EQUAL(session_info_parse(STR("X: 1\nsubsequentdigit:4*#A"), text, 8), 0);
	CU_ASSERT_STRING_EQUAL(text, "4*#A");
	CU_ASSERT_EQUAL(session_info_parse(STR("SubsequentDigit: 12345678"), text, 8),
			-ENAMETOOLONG);
	CU_ASSERT_EQUAL(session_info_parse(STR("SubsequentDigit: +1"), text, 8), -EBADMSG);
	CU_ASSERT_EQUAL(session_info_parse(STR("SubsequentDigit:"), text, 8), -EBADMSG);
	CU_ASSERT_EQUAL(session_info_parse(STR("\n\n:"), text, 8), -EBADMSG);
	CU_ASSERT_EQUAL(session_info_parse(STR_NONE, text, 8), -EBADMSG);
}

static const CU_TestInfo tests[] = {
	{ "3.5 longer INVITEs are digits", longer_invites_are_digits },
	{ "3.5 released by the PSTN", released_by_the_pstn },
	{ "RFC 4497 8.3.9 same, shorter, other digits", same_shorter_and_other_digits },
	{ "3.5 after the answer", after_the_answer },
	{ "while the answer waits", while_the_answer_waits },
	{ "3.5 after the address is complete", after_the_address_is_complete },
	{ "3.5 en bloc is set up anew", en_bloc_is_set_up_anew },
	{ "T10", t10 },
	{ "T35", t35 },
	{ "cancelled", cancelled },
	{ "INFO", info },
	{ "asked by 184", asked_by_184 },
	{ "asked by 184 reliably", reliable_184 },
	{ "asked by 183 reliably", reliable_183 },
	{ "reliable and continued", reliable_and_continued },
	{ "Expires anew", expires_anew },
	{ "4 half-dialled calls are limited", half_dialled_calls_are_limited },
	{ "session-info bodies", session_info_bodies },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip leg, overlap in", tests, argc, argv);
}
