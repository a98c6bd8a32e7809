/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits by INFO, message by message. */
#include "tests/unit/gw/sip/leg_rig.c"

#define SDP                                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio 4000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n"
#define RELAY "Content-Type: application/dtmf-relay\n\n"

static char to_tag[64];

static void info_tune(struct rig *r)
{
	r->sips[0].dtmf = CONF_DTMF_INFO;
}

static void in_dialog(const char *method, const char *branch, unsigned cseq, const char *rest)
{
	rig_receive("%s sip:192.0.2.1:5060 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>;tag=%s\n"
		    "Call-ID: info-1\nCSeq: %u %s\n%s",
		    method, branch, to_tag, cseq, method, rest);
}

static void answered(void)
{
	rig_receive("INVITE sip:030999@192.0.2.1;user=phone SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKinv\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>\nCall-ID: info-1\n"
		    "CSeq: 1 INVITE\nContact: <sip:alice@198.51.100.7:5060>\n"
		    "Content-Type: application/sdp\n\n" SDP);
	rig_trying();
	rig_say(LEG_EV_ANSWER, NULL);
	CU_ASSERT_EQUAL(str_copy(to_tag, sizeof(to_tag), rig_status(200)->to->tag), 0);
	in_dialog("ACK", "ack", 1, "\n");
}

static void ended(unsigned cseq)
{
	in_dialog("BYE", "bye", cseq, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	rig_close();
}

static void digits_in(void)
{
	rig_open_with(info_tune);
	answered();
	CU_ASSERT_EQUAL(rig.media.dtmf_payload_type, -1);
	CU_ASSERT_TRUE(rig.media.digits_apart);
	CU_ASSERT_FALSE(rig.media.hear_dtmf);
	in_dialog("INFO", "i1", 2, RELAY "Signal=5\nDuration=250\n");
	rig_status(200);
	CU_ASSERT_STRING_EQUAL(rig.dialled, "5");
	CU_ASSERT(rig.dialled_side == 1 && rig.dialled_ms == 250);
	in_dialog("INFO", "i2", 3, "Content-Type: application/dtmf\n\n*");
	rig_status(200);
	in_dialog("INFO", "i3", 4, RELAY "Signal=16\n");
	rig_status(200);
	CU_ASSERT_STRING_EQUAL(rig.dialled, "5*!");
	in_dialog("INFO", "i4", 5, "\n");
	rig_status(200);
	in_dialog("INFO", "i5", 6, RELAY "Signal=x\n");
	rig_status(400);
	in_dialog("INFO", "i6", 7, "Content-Type: application/broadsoft\n\nevent flashhook\n");
	CU_ASSERT_TRUE(
		rig_has(rig_status(415), SIP_H_ACCEPT, "application/dtmf-relay, application/dtmf"));
	CU_ASSERT_STRING_EQUAL(rig.dialled, "5*!");
	ended(8);
}

/* The same digit comes as an event: it must not be there twice. */
static void digits_in_with_events(void)
{
	rig_open(false);
	answered();
	CU_ASSERT_EQUAL(rig.media.dtmf_payload_type, 101);
	in_dialog("INFO", "i1", 2, RELAY "Signal=5\n");
	rig_status(200);
	CU_ASSERT_STRING_EQUAL(rig.dialled, "");
	ended(3);
}

static void always_tune(struct rig *r)
{
	r->sips[0].dtmf_detection = CONF_DTMF_DETECTION_ALWAYS;
}

static void on_tune(struct rig *r)
{
	r->sips[0].dtmf = CONF_DTMF_INBAND;
	r->sips[0].dtmf_detection = CONF_DTMF_DETECTION_ON;
}

static void digits_in_audio(void)
{
	rig_open_with(always_tune);
	answered();
	CU_ASSERT_TRUE(rig.media.dtmf_payload_type == 101 && rig.media.hear_dtmf);
	ended(2);
	rig_open_with(on_tune);
	answered();
	CU_ASSERT_TRUE(rig.media.dtmf_payload_type == -1 && rig.media.hear_dtmf);
	ended(2);
}

static void outside_dialog(void)
{
	rig_open(false);
	rig_receive(
		"INFO sip:030999@192.0.2.1 SIP/2.0\n"
		"Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKx\nMax-Forwards: 70\n"
		"From: <sip:a@pbx>;tag=a\nTo: <sip:030999@gw>\nCall-ID: info-2\nCSeq: 1 INFO\n\n");
	rig_status(481);
	rig_close();
}

static void respond(const struct sip_msg *request, const char *line)
{
	rig_receive("SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: %.*s\nCSeq: %u INFO\n\n",
		    line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		    STR_FMT(request->to->text), STR_FMT(request->call_id),
		    (unsigned)request->cseq.number);
}

static void digits_said(const char *digits)
{
	const struct leg_event event = { .ev = LEG_EV_USER_INFO,
					 .digits = str_c(digits),
					 .digit_ms = 100 };

	call_raise(&rig.leg, &event);
}

/* One by one, in their order, each when the one before was answered. */
static void digits_out(void)
{
	const struct sip_msg *info;

	rig_open_with(info_tune);
	answered();
	digits_said("1");
	digits_said("2#");
	info = rig_request(SIP_INFO);
	CU_ASSERT_TRUE(rig_body_has(info, "Signal=1\r\nDuration=100\r\n"));
	rig_quiet();
	respond(info, "200 OK");
	info = rig_request(SIP_INFO);
	CU_ASSERT_TRUE(rig_body_has(info, "Signal=2\r\n"));
	respond(info, "415 Unsupported Media Type");
	info = rig_request(SIP_INFO);
	CU_ASSERT_TRUE(rig_body_has(info, "Signal=#\r\n"));
	respond(info, "200 OK");
	rig_quiet();
	CU_ASSERT_STRING_EQUAL(rig.dialled, "");
	ended(2);
}

/* The call ends while one is under way; and a peer that does not know the dialog any more ends it. */
static void dialog_gone(void)
{
	const struct sip_msg *info;

	rig_open_with(info_tune);
	answered();
	digits_said("12");
	info = rig_request(SIP_INFO);
	in_dialog("BYE", "bye", 2, "\n");
	rig_status(200);
	rig_event(LEG_EV_RELEASE);
	respond(info, "200 OK");
	rig_quiet();
	rig_close();

	rig_open_with(info_tune);
	answered();
	digits_said("12");
	respond(rig_request(SIP_INFO), "481 Call/Transaction Does Not Exist");
	rig_event(LEG_EV_RELEASE);
	info = rig_request(SIP_BYE);
	rig_receive(
		"SIP/2.0 200 OK\nVia: %.*s\nFrom: %.*s\nTo: %.*s\nCall-ID: %.*s\nCSeq: %u BYE\n\n",
		STR_FMT(info->via->text), STR_FMT(info->from->text), STR_FMT(info->to->text),
		STR_FMT(info->call_id), (unsigned)info->cseq.number);
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "digits in", digits_in },
		{ "digits in, with events", digits_in_with_events },
		{ "digits in audio", digits_in_audio },
		{ "outside a dialog", outside_dialog },
		{ "digits out", digits_out },
		{ "dialog gone", dialog_gone },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip leg, INFO", tests, argc, argv);
}
