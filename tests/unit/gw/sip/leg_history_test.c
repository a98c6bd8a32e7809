/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* History-Info and Diversion of INVITEs that a 3xx sent elsewhere: RFC 7044 9.2, 9.3, 10.2 to 10.4; RFC 5806; and of the
 * responses to those that come in: RFC 7044 9.4. */
#include "tests/unit/gw/sip/leg_rig.c"

static const struct sip_msg *invite;

static void setup_make(struct leg_setup *setup)
{
	*setup = (struct leg_setup){ .complete = true };
	snprintf(setup->called.digits, sizeof(setup->called.digits), "4930999");
	setup->called.noa = LEG_NOA_INTERNATIONAL;
}

static void call_diverted(bool diverted)
{
	struct leg_setup setup;

	setup_make(&setup);
	if (diverted)
		setup.redirection = (struct leg_redirection){
			.counter = 2,
			.original = { .noa = LEG_NOA_INTERNATIONAL, .digits = "491" },
			.original_reason = LEG_REASON_BUSY,
			.last = { .noa = LEG_NOA_INTERNATIONAL, .digits = "492" },
			.reason = LEG_REASON_NO_REPLY,
		};
	rig_call(&setup);
	invite = rig_request(SIP_INVITE);
}

static void refuse(const char *line, const char *rest)
{
	rig_receive("SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s;tag=t\nCall-ID: %.*s\nCSeq: %u "
		    "INVITE\n%s\n",
		    line, STR_FMT(invite->via->text), STR_FMT(invite->from->text),
		    STR_FMT(invite->to->text), STR_FMT(invite->call_id),
		    (unsigned)invite->cseq.number, rest);
	rig_request(SIP_ACK);
}

/* And another INVITE follows. */
static void move(const char *line, const char *rest)
{
	refuse(line, rest);
	invite = rig_request(SIP_INVITE);
}

static void end(void)
{
	refuse("486 Busy Here", "");
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_BUSY);
	rig_close();
}

static void says(const char *text)
{
	const struct sip_header *history = sip_msg_other(invite, STR("History-Info"));

	CU_ASSERT_PTR_NOT_NULL_FATAL(history);
	CU_ASSERT_TRUE(str_eq(history->value, str_c(text)));
	if (!str_eq(history->value, str_c(text)))
		printf("History-Info: %.*s\n", STR_FMT(history->value));
}

#define FIRST "<sip:+4930999@198.51.100.7;user=phone"

/* 10.3 rule 4: the rightmost value grows; 10.4: rc and mp are the Contact's, and none where it has none. */
static void test_targets(void)
{
	rig_open(false);
	call_diverted(false);
	CU_ASSERT_PTR_NULL(sip_msg_other(invite, STR("History-Info")));
	move("302 Moved Temporarily",
	     "Contact: <sip:high@198.51.100.31;cause=302?Subject=x>;q=0.9;mp=1, "
	     "<sip:mid@198.51.100.32>;q=0.5;rc=1, <sip:low@198.51.100.33>;q=0.2\n");
	says(FIRST "?Reason=SIP%3Bcause%3D302>;index=1, "
		   "<sip:high@198.51.100.31;cause=302>;index=2;mp=1");
	CU_ASSERT_TRUE(str_eq(invite->uri.text, STR("sip:high@198.51.100.31;cause=302")));
	/* 9.3 step 2: of every final response that is no 2xx; and 10.2: with the Reason that came. */
	move("480 Temporarily Unavailable",
	     "Reason: Q.850;cause=20;text=\"a, b\"\nReason: SIP;cause=480\n");
	says(FIRST "?Reason=SIP%3Bcause%3D302>;index=1, "
		   "<sip:high@198.51.100.31;cause=302?Reason=SIP%3Bcause%3D480&Reason=Q.850"
		   "%3Bcause%3D20%3Btext%3D%22a%2C%20b%22%2C%20SIP%3Bcause%3D480>;index=2;mp=1, "
		   "<sip:mid@198.51.100.32>;index=3;rc=1");
	move("500 Oops", "");
	says(FIRST "?Reason=SIP%3Bcause%3D302>;index=1, "
		   "<sip:high@198.51.100.31;cause=302?Reason=SIP%3Bcause%3D480&Reason=Q.850"
		   "%3Bcause%3D20%3Btext%3D%22a%2C%20b%22%2C%20SIP%3Bcause%3D480>;index=2;mp=1, "
		   "<sip:mid@198.51.100.32?Reason=SIP%3Bcause%3D500>;index=3;rc=1, "
		   "<sip:low@198.51.100.33>;index=4");
	end();
}

/* Behind those who diverted the call: the target keeps why, and who. */
static void test_diverted(void)
{
#define DIVERTED                                                                                   \
	"<sip:+491@192.0.2.1;user=phone>;index=1, "                                                \
	"<sip:+492@192.0.2.1;user=phone;cause=486>;index=1.1;mp=1, " FIRST ";cause=408"
	rig_open(false);
	call_diverted(true);
	says(DIVERTED ">;index=1.1.1;mp=1.1");
	move("302 Moved Temporarily", "Contact: <tel:+49-30-888>;mp=1.1.1\n");
	says(DIVERTED "?Reason=SIP%3Bcause%3D302>;index=1.1.1;mp=1.1, "
		      "<sip:+4930888@198.51.100.7;user=phone>;index=1.1.2;mp=1.1.1");
	end();
}

/* 9.3 step 3: what the one that redirects did before it did is told, too; nothing of what it says of others. */
static void test_entries_of_the_response(void)
{
	rig_open(false);
	call_diverted(true);
	move("302 Moved Temporarily",
	     "History-Info: <sip:+491@x>;index=1, <sip:+499@x>;index=1.1.1;mp=1.1\n"
	     "History-Info: <sip:a@x?Reason=SIP%3Bcause%3D486>;index=1.1.1.1;rc=1.1.1, "
	     "<sip:b@x>;index=1.1.1.2;mp=1.1.1.1, <sip:c@x>;index=1.1.10, sip:d@x;index=1.1.1.3\n"
	     "Contact: <sip:high@198.51.100.31>;mp=1.1.1.2\n");
	says(DIVERTED "?Reason=SIP%3Bcause%3D302>;index=1.1.1;mp=1.1, "
		      "<sip:a@x?Reason=SIP%3Bcause%3D486>;index=1.1.1.1;rc=1.1.1, "
		      "<sip:b@x>;index=1.1.1.2;mp=1.1.1.1, "
		      "<sip:high@198.51.100.31>;index=1.1.2;mp=1.1.1.2");
	end();
}

/* Too long, and malformed: left out. */
static void test_odd_responses(void)
{
	char rest[4096], long_text[1200];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	snprintf(rest, sizeof(rest),
		 "Reason: Q.850;cause=16\nReason: SIP;text=\"%s\"\n"
		 "History-Info: <sip:%s@x>;index=1.1, <sip:b@x>;index=1.2, <sip:c@x\n"
		 "Contact: <sip:high@198.51.100.31>;mp=1..1\n",
		 long_text, long_text);
	rig_open(false);
	call_diverted(false);
	move("302 Moved Temporarily", rest);
	says(FIRST "?Reason=SIP%3Bcause%3D302&Reason=Q.850%3Bcause%3D16>;index=1, "
		   "<sip:b@x>;index=1.2, <sip:high@198.51.100.31>;index=2");
	end();
}

/* 10.2: one that does not answer is as if it had sent 408. */
static void test_silence(void)
{
	rig_open(false);
	call_diverted(false);
	move("302 Moved Temporarily",
	     "Contact: <sip:high@198.51.100.31>;q=0.9, <sip:low@198.51.100.32>;q=0.1\n");
	rig_run_ms(32000);
	while (rig.seen + 1 < rig.n_sent)
		rig_request(SIP_INVITE);
	invite = rig_request(SIP_INVITE);
	says(FIRST "?Reason=SIP%3Bcause%3D302>;index=1, "
		   "<sip:high@198.51.100.31?Reason=SIP%3Bcause%3D408>;index=2, "
		   "<sip:low@198.51.100.32>;index=3");
	end();
}

/* 305: the target stays, and the way there is another. np does not go with redirection. */
static void test_use_proxy(void)
{
	rig_open(false);
	call_diverted(false);
	move("305 Use Proxy", "Contact: <sip:198.51.100.60;lr>;rc=1\n");
	CU_ASSERT_TRUE(rig_has(invite, SIP_H_ROUTE, "<sip:198.51.100.60;lr>"));
	says(FIRST "?Reason=SIP%3Bcause%3D305>;index=1, " FIRST ">;index=2");
	end();
}

static void diversion_alone(struct rig *r)
{
	r->sips[0].parties.diversion = CONF_DIVERSION_DIVERSION;
}

static void release(struct rig *r)
{
	r->sips[0].redirect = CONF_REDIRECT_RELEASE;
}

/* 6.1: responses have it only where the INVITE said so, or had History-Info itself. */
static void test_asked_for(void)
{
	rig_open(false);
	call_diverted(false);
	CU_ASSERT_TRUE(sip_tokens_have(invite->supported, STR("histinfo")));
	move("302 Moved Temporarily", "Contact: <sip:high@198.51.100.31>;mp=1\n");
	CU_ASSERT_TRUE(sip_tokens_have(invite->supported, STR("histinfo")));
	move("420 Bad Extension", "Unsupported: histinfo\n");
	CU_ASSERT_FALSE(invite->has_supported);
	end();
	rig_open_with(release);
	call_diverted(false);
	CU_ASSERT_FALSE(sip_tokens_have(invite->supported, STR("histinfo")));
	end();
}

static void test_not_said(void)
{
	rig_open_with(diversion_alone);
	call_diverted(true);
	CU_ASSERT_TRUE(invite->has_supported);
	CU_ASSERT_FALSE(sip_tokens_have(invite->supported, STR("histinfo")));
	move("302 Moved Temporarily", "Contact: <sip:high@198.51.100.31>;mp=1\n");
	CU_ASSERT_PTR_NULL(sip_msg_other(invite, STR("History-Info")));
	end();
}

static void overlap(struct rig *r)
{
	r->routes[1].overlap.sip = CONF_OVERLAP_INVITES;
	r->routes[1].overlap.min_digits = 3;
}

/* The number that the call goes on from is the one with all digits. */
static void test_overlap(void)
{
	const struct sip_msg *first;
	struct leg_event more = { .ev = LEG_EV_DIGITS,
				  .digits = STR("9"),
				  .digits_complete = true };
	struct leg_setup setup;

	rig_open_with(overlap);
	setup_make(&setup);
	setup.complete = false;
	rig_call(&setup);
	first = invite = rig_request(SIP_INVITE);
	call_raise(&rig.leg, &more);
	invite = rig_request(SIP_INVITE);
	refuse("302 Moved Temporarily", "Contact: <sip:high@198.51.100.31>;mp=1\n");
	invite = first;
	move("484 Address Incomplete", "");
	says("<sip:+49309999@198.51.100.7;user=phone?Reason=SIP%3Bcause%3D302>;index=1, "
	     "<sip:high@198.51.100.31>;index=2;mp=1");
	while (rig.events_seen < rig.n_events && rig.events[rig.events_seen].ev == LEG_EV_DIGITS)
		rig.events_seen++;
	end();
}

/* --- Diversion --- */

#define OURS                                                                                       \
	"<sip:+492@192.0.2.1;user=phone>;reason=no-answer;counter=1;privacy=off, "                 \
	"<sip:+491@192.0.2.1;user=phone>;reason=user-busy;counter=1;privacy=off"
#define ANN	 "\"Ann, B\" <sip:ann@198.51.100.31>;reason=unconditional;counter=1"
#define BOB	 "<sip:bob@198.51.100.32>;reason=user-busy;privacy=full"
#define TO(user) "Contact: <sip:" user "@198.51.100.40>\n"

static void diverted(const char *text)
{
	const struct sip_header *diversion = sip_msg_other(invite, STR("Diversion"));
	bool same = diversion ? str_eq(diversion->value, str_c(text)) : !text[0];

	CU_ASSERT_TRUE(same);
	if (!same)
		printf("Diversion: %.*s\n", STR_FMT(diversion ? diversion->value : STR_NONE));
}

static void diversion_trusted(struct rig *r)
{
	diversion_alone(r);
	r->sips[0].trusted = true;
}

/* What the redirection says comes in front of what the call came with, the newest first. */
static void test_diversion(void)
{
	rig_open_with(diversion_trusted);
	call_diverted(true);
	diverted(OURS);
	move("302 Moved Temporarily",
	     "Diversion: " ANN "\nContact: <sip:c@198.51.100.40>, <sip:d@198.51.100.40>;q=0.1\n");
	diverted(ANN ", " OURS);
	/* Who redirects may say again what it was told. */
	move("302 Moved Temporarily", "Diversion: " BOB ", " ANN "\nDiversion: " OURS "\n" TO("e"));
	diverted(BOB ", " ANN ", " OURS);
	/* 305 diverts nothing. */
	move("305 Use Proxy", "Diversion: <sip:x@x>\nContact: <sip:198.51.100.60;lr>\n");
	diverted(BOB ", " ANN ", " OURS);
	/* d is a Contact of the first redirection: the second has nothing to do with it. */
	move("480 Temporarily Unavailable", "Diversion: <sip:x@x>\n");
	CU_ASSERT_TRUE(str_eq(invite->uri.text, STR("sip:d@198.51.100.40")));
	diverted(ANN ", " OURS);
	end();
}

/* A call that nobody diverted; and redirection that says of nobody that he did. */
static void test_diversion_first(void)
{
	rig_open_with(diversion_trusted);
	call_diverted(false);
	move("302 Moved Temporarily", TO("c"));
	diverted("");
	move("302 Moved Temporarily", "Diversion: " ANN "\n" TO("d"));
	diverted(ANN);
	/* Somebody else, whose URI is a part of Ann's. */
	move("302 Moved Temporarily", "Diversion: <sip:ann@198.51.100.3>\n" TO("e"));
	diverted("<sip:ann@198.51.100.3>, " ANN);
	end();
	rig_open(false);
	call_diverted(false);
	move("302 Moved Temporarily", "Diversion: " ANN "\n" TO("c"));
	diverted("");
	end();
}

static void test_diversion_private(void)
{
	rig_open_with(diversion_alone);
	call_diverted(false);
	move("302 Moved Temporarily", "Diversion: " BOB ", " ANN "\n" TO("c"));
	diverted("<sip:anonymous@anonymous.invalid>;reason=user-busy;privacy=full, "
		 "<sip:ann@198.51.100.31>;reason=unconditional;counter=1");
	/* Each who is not named is another one. */
	move("302 Moved Temporarily",
	     "Diversion: <sip:anonymous@anonymous.invalid>;reason=away\n" TO("d"));
	diverted("<sip:anonymous@anonymous.invalid>;reason=away, "
		 "<sip:anonymous@anonymous.invalid>;reason=user-busy;privacy=full, "
		 "<sip:ann@198.51.100.31>;reason=unconditional;counter=1");
	move("302 Moved Temporarily",
	     "Privacy: header\nDiversion: <sip:eve@x>;counter=1\n" TO("e"));
	diverted("<sip:anonymous@anonymous.invalid>;counter=1, "
		 "<sip:anonymous@anonymous.invalid>;reason=away, "
		 "<sip:anonymous@anonymous.invalid>;reason=user-busy;privacy=full, "
		 "<sip:ann@198.51.100.31>;reason=unconditional;counter=1");
	end();
}

/* Too long, and malformed: left out. */
static void test_diversion_odd(void)
{
	char rest[4096], long_text[1200];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	snprintf(rest, sizeof(rest), "Diversion: <sip:%s@x>, " BOB "\nDiversion: <sip:c@x\n%s",
		 long_text, TO("c"));
	for (unsigned trusted = 0; trusted < 2; trusted++) {
		rig_open_with(trusted ? diversion_trusted : diversion_alone);
		call_diverted(false);
		move("302 Moved Temporarily", rest);
		diverted(trusted ? BOB
				 : "<sip:anonymous@anonymous.invalid>;reason=user-busy;"
				   "privacy=full");
		end();
	}
}

/* What the response to an INVITE for the target says that has those lines. */
static void answers(const char *target, const char *lines, const char *text)
{
	const struct leg_progress free_party = { .subscriber_free = true };
	const struct sip_header *history;
	const struct sip_msg *msg;

	rig_receive("INVITE %s SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKh\n"
		    "Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\nTo: <sip:030999@gw>\n"
		    "Call-ID: h-1\nCSeq: 1 INVITE\nContact: <sip:alice@198.51.100.7:5060>\n%s\n",
		    target, lines);
	CU_ASSERT_PTR_NULL(sip_msg_other(rig_trying(), STR("History-Info")));
	rig_say(LEG_EV_ADDRESS_COMPLETE, &free_party);
	for (unsigned i = 0; i < 2; i++) {
		msg = rig_status(i ? 486 : 180);
		history = sip_msg_other(msg, STR("History-Info"));
		CU_ASSERT_EQUAL(!history, !text);
		CU_ASSERT_TRUE(!history || str_eq(history->value, str_c(text)));
		if (history && !str_eq(history->value, str_c(text)))
			printf("History-Info: %.*s\n", STR_FMT(history->value));
		if (!i)
			rig_say_release(Q850_BUSY);
	}
	rig_receive("ACK %s SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKh\n"
		    "Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\n"
		    "To: <sip:030999@gw>;tag=x\nCall-ID: h-1\nCSeq: 1 ACK\n\n",
		    target);
	rig_event(LEG_EV_RELEASED);
}

/* 9.1, 9.4, 10.3 rule 6: what came, and the Request-URI where it is not the last of it. */
static void test_answered(void)
{
	static const struct {
		const char *target, *lines, *text;
	} rows[] = {
		{ "sip:+4930999@192.0.2.1", "", NULL },
		{ "sip:+4930999@192.0.2.1", "Supported: timer, histinfo\n",
		  "<sip:+4930999@192.0.2.1>;index=1" },
		{ "tel:+4930999;x=y", "Supported: histinfo\n",
		  "<sip:+4930999;x=y@192.0.2.1;user=phone>;index=1" },
		{ "sip:+4930999@192.0.2.1",
		  "History-Info: <sip:+491@x>;index=1\n"
		  "History-Info: <sip:+4930999@192.0.2.1?Privacy=history>;index=1.1;rc=1\n",
		  "<sip:+491@x>;index=1, <sip:+4930999@192.0.2.1?Privacy=history>;index=1.1;rc=1" },
		{ "sip:+4930999@192.0.2.1", "History-Info: <sip:+491@x>;index=1.1.2\n",
		  "<sip:+491@x>;index=1.1.2, <sip:+4930999@192.0.2.1>;index=1.1.2.0" },
		{ "sip:+4930999@192.0.2.1",
		  "History-Info: sip:+491@x, <sip:+492@x>;index=one, <sip:+493@x>\n",
		  "<sip:+4930999@192.0.2.1>;index=1" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		rig_open(false);
		answers(rows[i].target, rows[i].lines, rows[i].text);
		rig_close();
	}
	rig_open_with(diversion_alone);
	answers(rows[1].target, rows[1].lines, NULL);
	rig_close();
}

/* Entries that would not leave room for the rest stay away. */
static void test_answered_long(void)
{
	static char lines[5000];

	snprintf(lines, sizeof(lines), "History-Info: <sip:+491@x;y=%0*d>;index=1\n", 4100, 0);
	rig_open(false);
	answers("sip:+4930999@192.0.2.1", lines, NULL);
	rig_close();
	for (unsigned i = 0, n = 0; i < 21; i++)
		n += (unsigned)snprintf(lines + n, sizeof(lines) - n,
					"History-Info: <sip:+49%u@x>;index=1.%u\n", i, i);
	rig_open(false);
	answers("sip:+4930999@192.0.2.1", lines, NULL);
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "targets of a 3xx", test_targets },
		{ "a call that was diverted", test_diverted },
		{ "entries of the response", test_entries_of_the_response },
		{ "odd responses", test_odd_responses },
		{ "silence", test_silence },
		{ "305", test_use_proxy },
		{ "asked for", test_asked_for },
		{ "a trunk without History-Info", test_not_said },
		{ "overlap", test_overlap },
		{ "diversion", test_diversion },
		{ "diversion of a call that nobody diverted", test_diversion_first },
		{ "diversion that is private", test_diversion_private },
		{ "odd diversion", test_diversion_odd },
		{ "answered", test_answered },
		{ "answered: too long", test_answered_long },
		CU_TEST_INFO_NULL,
	};
	return cu_run("leg_history", tests, argc, argv);
}
