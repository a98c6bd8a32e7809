/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Causes at the SIP leg: Reason and location (RFC 3326, 6432, 8606), redirection, repairs (RFC 3398 8.2.5, 8.2.6). */
#include "gw/base/log.h"
#include "tests/unit/gw/sip/leg_rig.c"

#define SDP_AT(port)                                                                               \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\n"                    \
	"m=audio " port " RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"
#define TYPE	"Content-Type: application/sdp\n"
#define CONTACT "Contact: <sip:bob@198.51.100.20>\n"

static const struct sip_msg *last_invite;

static void call(void)
{
	struct leg_setup setup = { .complete = true };

	snprintf(setup.called.digits, sizeof(setup.called.digits), "4930999");
	setup.called.noa = LEG_NOA_INTERNATIONAL;
	rig_call(&setup);
	last_invite = rig_request(SIP_INVITE);
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

/* The response ends the INVITE, and another follows. */
static const struct sip_msg *refused_once(const char *line, const char *rest)
{
	uint32_t cseq = last_invite->cseq.number;
	struct str call_id = last_invite->call_id;

	respond(last_invite, line, "r", rest);
	rig_request(SIP_ACK);
	last_invite = rig_request(SIP_INVITE);
	CU_ASSERT_EQUAL(last_invite->cseq.number, cseq + 1);
	CU_ASSERT_TRUE(str_eq(last_invite->call_id, call_id));
	CU_ASSERT_EQUAL(last_invite->to->tag.n, 0);
	return last_invite;
}

static const struct leg_release *refused_for_good(const char *line, const char *rest)
{
	respond(last_invite, line, "r", rest);
	rig_request(SIP_ACK);
	return &rig_event(LEG_EV_RELEASE)->release;
}

/* --- from the peer --- */

static void reason_comes_before_the_table(void)
{
	static const struct {
		const char *rest;
		unsigned cause, location;
	} rows[] = {
		{ "Reason: Q.850;cause=27;location=TN\n\n", 27, Q850_LOC_TRANSIT },
		{ "Reason: Q.850 ;cause=27;text=\"x\";location=\"bi\"\n\n", 27,
		  Q850_LOC_BEYOND_INTERWORKING },
		{ "Reason: SIP;cause=600, Q.850;cause=1;location=RLN\n\n", 1,
		  Q850_LOC_PUBLIC_REMOTE },
		/* A location that RFC 8606 does not have changes nothing. */
		{ "Reason: Q.850;cause=27;location=MOON\n\n", 27, Q850_LOC_PUBLIC_LOCAL },
		{ "Reason: Q.850;cause=200;location=TN\n\n", 17, Q850_LOC_PUBLIC_LOCAL },
		{ "\n", 17, Q850_LOC_PUBLIC_LOCAL },
	};

	rig_open(false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct leg_release *release;

		call();
		release = refused_for_good("486 Busy Here", rows[i].rest);
		CU_ASSERT_EQUAL(release->cause, rows[i].cause);
		CU_ASSERT_EQUAL(release->location, rows[i].location);
	}
	call();
	CU_ASSERT_EQUAL(refused_for_good("603 Decline", "\n")->location, Q850_LOC_USER);
	rig_close();
}

/* RFC 6432: also of a provisional response, as that of an announcement. */
static void reason_of_a_provisional_response(void)
{
	const struct leg_progress *progress;

	rig_open(false);
	call();
	respond(last_invite, "183 Session Progress", "b1",
		CONTACT "Reason: Q.850;cause=1;location=RLN\n" TYPE "\n" SDP_AT("4000"));
	progress = &rig_event(LEG_EV_ADDRESS_COMPLETE)->progress;
	CU_ASSERT_EQUAL(progress->cause, Q850_UNALLOCATED);
	CU_ASSERT_EQUAL(progress->location, Q850_LOC_PUBLIC_REMOTE);
	CU_ASSERT_TRUE(progress->in_band);
	respond(last_invite, "180 Ringing", "b1", CONTACT "\n");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_ALERTING)->progress.cause, Q850_NONE);
	CU_ASSERT_EQUAL(refused_for_good("404 Not Found", "\n")->cause, Q850_UNALLOCATED);
	rig_close();
}

/* --- redirection --- */

static void redirections_are_followed_to_their_end(void)
{
	const struct leg_release *release;

	rig_open(false);
	call();
	CU_ASSERT_TRUE(str_eq(refused_once("302 Moved", "Contact: <sip:a@198.51.100.30>;q=0.5, "
							"<sip:b@198.51.100.31>;q=0.1\n\n")
				      ->uri.text,
			      STR("sip:a@198.51.100.30")));
	/* A loop back to where the call went first, to itself, and something better and worse. */
	CU_ASSERT_TRUE(str_eq(refused_once("302 Moved",
					   "Contact: <sip:+4930999@198.51.100.7;user=phone>, "
					   "<sip:A@198.51.100.30>;q=0, <sip:a@198.51.100.30>, "
					   "<sip:c@198.51.100.32>;q=0.2\n\n")
				      ->uri.text,
			      STR("sip:c@198.51.100.32")));
	CU_ASSERT_TRUE(
		str_eq(refused_once("480 Gone", "\n")->uri.text, STR("sip:b@198.51.100.31")));
	CU_ASSERT_TRUE(
		str_eq(refused_once("480 Gone", "\n")->uri.text, STR("sip:A@198.51.100.30")));
	release = refused_for_good("480 Gone", "\n");
	CU_ASSERT_EQUAL(release->cause, Q850_NO_USER_RESPONSE);
	rig_close();
}

/* Two that send calls to each other for ever are left after as many INVITEs as the set has room for. */
static void endless_redirection_ends(void)
{
	unsigned n = 0;
	char contact[64];

	rig_open(false);
	call();
	for (; n < 8; n++) {
		snprintf(contact, sizeof(contact), "Contact: <sip:t%u@198.51.100.30>\n\n", n);
		refused_once("302 Moved", contact);
	}
	CU_ASSERT_EQUAL(refused_for_good("302 Moved", "Contact: <sip:t9@198.51.100.30>\n\n")->cause,
			Q850_REDIRECTION);
	rig_close();
}

static void a_proxy_is_the_way_and_not_the_place(void)
{
	const struct sip_msg *again;

	rig_open(false);
	call();
	again = refused_once("305 Use Proxy", "Contact: <sip:198.51.100.40;lr>\n\n");
	CU_ASSERT_TRUE(str_eq(again->uri.text, STR("sip:+4930999@198.51.100.7;user=phone")));
	CU_ASSERT_TRUE(rig_has(again, SIP_H_ROUTE, "<sip:198.51.100.40;lr>"));
	refused_for_good("486 Busy Here", "\n");
	rig_close();
}

static void tune_tell(struct rig *r)
{
	r->sips[0].redirect = CONF_REDIRECT_TELL;
}

static void tune_release(struct rig *r)
{
	r->sips[0].redirect = CONF_REDIRECT_RELEASE;
}

static void redirection_by_the_trunks_word(void)
{
	const struct leg_release *release;

	rig_open_with(tune_tell);
	call();
	refused_once("302 Moved", "Contact: <sip:a@198.51.100.30>\n\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_PROGRESS)->progress.event, 6);
	refused_for_good("486 Busy Here", "\n");
	rig_close();

	rig_open_with(tune_release);
	call();
	release = refused_for_good("302 Moved", "Contact: <sip:+49301@198.51.100.30>\n\n");
	CU_ASSERT_EQUAL(release->cause, Q850_REDIRECTION);
	CU_ASSERT_STRING_EQUAL(release->new_number.digits, "49301");
	CU_ASSERT_EQUAL(release->new_number.noa, LEG_NOA_INTERNATIONAL);
	call();
	release = refused_for_good("410 Gone", "Contact: <sip:0301@198.51.100.30>\n\n");
	CU_ASSERT_EQUAL(release->cause, Q850_NUMBER_CHANGED);
	CU_ASSERT_STRING_EQUAL(release->new_number.digits, "0301");
	rig_close();
}

/* --- repairs --- */

static void tune_vbd(struct rig *r)
{
	r->sips[0].dtmf = CONF_DTMF_INBAND;
	r->sips[0].n_codecs = 1;
	r->sips[0].vbd_payload = true;
}

static void what_is_objected_to_is_left_out(void)
{
	const struct sip_msg *again;

	rig_open_with(tune_vbd);
	call();
	CU_ASSERT_TRUE(rig_body_has(last_invite, "RTP/AVP 8 105"));
	again = refused_once("413 Request Entity Too Large", "\n");
	CU_ASSERT_TRUE(rig_body_has(again, "RTP/AVP 8\r\n"));
	CU_ASSERT_EQUAL(refused_for_good("413 Request Entity Too Large", "\n")->cause,
			Q850_INTERWORKING);
	rig_close();

	rig_open(false);
	call();
	CU_ASSERT_TRUE(rig_body_has(last_invite, "RTP/AVP 8 0 101"));
	again = refused_once("413 Request Entity Too Large", "\n");
	CU_ASSERT_TRUE(rig_body_has(again, "RTP/AVP 8\r\n"));
	CU_ASSERT_FALSE(rig_body_has(again, "telephone-event"));
	CU_ASSERT_EQUAL(refused_for_good("413 Request Entity Too Large", "\n")->cause,
			Q850_INTERWORKING);

	call();
	again = refused_once("414 Request-URI Too Long", "\n");
	CU_ASSERT_TRUE(str_eq(again->uri.text, STR("sip:+4930999@198.51.100.7")));
	CU_ASSERT_EQUAL(refused_for_good("414 Request-URI Too Long", "\n")->cause,
			Q850_INTERWORKING);

	call();
	CU_ASSERT_TRUE(rig_has(last_invite, SIP_H_SUPPORTED, "199"));
	again = refused_once("420 Bad Extension", "Unsupported: 199\n\n");
	CU_ASSERT_PTR_NULL(again->supported);
	again = refused_once("423 Interval Too Brief", "Min-Expires: 300\n\n");
	CU_ASSERT_TRUE(again->has_expires && again->expires == 300);
	CU_ASSERT_PTR_NULL(again->supported);
	again = refused_once("416 Unsupported URI Scheme", "\n");
	CU_ASSERT_EQUAL(refused_for_good("420 Bad Extension", "Unsupported: 199\n\n")->cause,
			Q850_INTERWORKING);

	/* Who takes no SDP at all is not helped, nor is anything about these. */
	call();
	CU_ASSERT_EQUAL(
		refused_for_good("415 Unsupported Media Type", "Accept: text/plain\n\n")->cause,
		Q850_SERVICE_NOT_IMPLEMENTED);
	call();
	refused_once("415 Unsupported Media Type", "Accept: application/sdp\n\n");
	CU_ASSERT_EQUAL(refused_for_good("505 Version Not Supported", "\n")->cause,
			Q850_INTERWORKING);
	call();
	CU_ASSERT_EQUAL(refused_for_good("423 Interval Too Brief", "\n")->cause, Q850_INTERWORKING);
	rig_close();
}

/* --- to the peer --- */

static void refuse_invite(const struct leg_release *release)
{
	static unsigned n;
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = *release };

	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKi%u\nMax-Forwards: 70\n"
		    "From: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>\n"
		    "Call-ID: uas-%u\nCSeq: 1 INVITE\nContact: <sip:alice@198.51.100.7>\n" TYPE
		    "\n" SDP_AT("4000"),
		    n, n);
	n++;
	rig_trying();
	call_raise(&rig.leg, &event);
	rig_event(LEG_EV_RELEASED);
}

static void ack(const struct sip_msg *response)
{
	rig_receive("ACK sip:030999@192.0.2.1 SIP/2.0\nVia: %.*s\nMax-Forwards: 70\n"
		    "From: %.*s\nTo: %.*s\nCall-ID: %.*s\nCSeq: 1 ACK\n\n",
		    STR_FMT(response->via->text), STR_FMT(response->from->text),
		    STR_FMT(response->to->text), STR_FMT(response->call_id));
}

static void tune_retry(struct rig *r)
{
	r->sips[0].retry_after_ms = 7000;
}

static void a_cause_is_told_with_its_location(void)
{
	struct leg_release release = { .cause = Q850_BUSY,
				       .location = Q850_LOC_PUBLIC_REMOTE,
				       .cause_given = true };
	const struct sip_msg *msg;

	rig_open_with(tune_retry);
	refuse_invite(&release);
	msg = rig_status(486);
	CU_ASSERT_TRUE(
		rig_has(msg, SIP_H_REASON, "Q.850;cause=17;text=\"user busy\";location=RLN"));
	CU_ASSERT_PTR_NULL(msg->retry_after);
	ack(msg);

	release.cause = Q850_CONGESTION;
	release.location = Q850_LOC_TRANSIT;
	refuse_invite(&release);
	msg = rig_status(503);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_REASON, "location=TN"));
	CU_ASSERT_TRUE(msg->retry_after && msg->retry_after->seconds == 7);
	ack(msg);

	/* Not of the class of resources: there is no use in waiting. */
	release.cause = Q850_INCOMPATIBLE;
	refuse_invite(&release);
	msg = rig_status(503);
	CU_ASSERT_PTR_NULL(msg->retry_after);
	ack(msg);

	release.cause = Q850_NUMBER_CHANGED;
	snprintf(release.new_number.digits, sizeof(release.new_number.digits), "4930777");
	release.new_number.noa = LEG_NOA_INTERNATIONAL;
	refuse_invite(&release);
	msg = rig_status(301);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_CONTACT, "<sip:+4930777@192.0.2.1;user=phone>"));
	ack(msg);
	rig_close();
}

/* RFC 6228: the dialog that was heard is over; the one that rings goes on without its media. */
static void an_early_dialog_ends(void)
{
	rig_open(false);
	call();
	respond(last_invite, "183 Session Progress", "b1", CONTACT TYPE "\n" SDP_AT("4000"));
	CU_ASSERT_TRUE(rig_event(LEG_EV_ADDRESS_COMPLETE)->progress.in_band);
	respond(last_invite, "183 Session Progress", "b2", CONTACT TYPE "\n" SDP_AT("5000"));
	respond(last_invite, "199 Early Dialog Terminated", "b2", "Reason: Q.850;cause=17\n\n");
	CU_ASSERT_EQUAL(ntohs(((struct sockaddr_in *)&rig.media.remote)->sin_port), 4000);
	rig_no_event();
	respond(last_invite, "199 Early Dialog Terminated", "b1", "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_PROGRESS)->progress.in_band);
	respond(last_invite, "180 Ringing", "b3", CONTACT "\n");
	CU_ASSERT_FALSE(rig_event(LEG_EV_ALERTING)->progress.in_band);
	refused_for_good("486 Busy Here", "\n");
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "Reason comes before the table", reason_comes_before_the_table },
		{ "Reason of a provisional response", reason_of_a_provisional_response },
		{ "redirections are followed to their end",
		  redirections_are_followed_to_their_end },
		{ "endless redirection ends", endless_redirection_ends },
		{ "a proxy is the way and not the place", a_proxy_is_the_way_and_not_the_place },
		{ "redirection by the trunk's word", redirection_by_the_trunks_word },
		{ "what is objected to is left out", what_is_objected_to_is_left_out },
		{ "a cause is told with its location", a_cause_is_told_with_its_location },
		{ "an early dialog ends", an_early_dialog_ends },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("SIP leg causes", tests, argc, argv);
}
