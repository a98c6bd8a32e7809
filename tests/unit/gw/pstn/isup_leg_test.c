/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ISUP leg, set-up and release: RFC 3398 sections 7 and 8 row by row, and 10. */
#include "gw/base/trace.h"
#include "tests/unit/gw/pstn/leg_rig.h"

/* --- tests: set-up out --- */

static void iam_out(void)
{
	struct leg_setup setup = { .complete = true,
				   .category = 0x0d,
				   .bearer = LEG_BEARER_AUDIO_3K1,
				   .hop_counter = 9,
				   .user_to_user = STR("\x04hello") };
	struct isup_number number;
	const struct isup_param *uui;
	struct isup_fci fci;
	struct other *other;
	uint8_t octet;

	lab_open(4);
	number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989123");
	number_set(&setup.calling, LEG_NOA_INTERNATIONAL, "4930555");
	setup.calling.presentation = LEG_PRES_RESTRICTED;
	setup.calling.screening = LEG_SCR_NETWORK;
	number_set(&setup.generic, LEG_NOA_INTERNATIONAL, "441234");
	other = call_with(&setup);
	expect("IAM 1 ", "");
	CU_ASSERT_EQUAL(lab.channels[0].timeslot[1], 1);
	CU_ASSERT_EQUAL(lab.channels[0].bearer[1].echo_tail_ms, 128);
	CU_ASSERT_EQUAL(lab.channels[0].bearer[1].block_ms, 8);
	CU_ASSERT(lab.channels[0].bearer[1].hear_dtmf && lab.channels[0].bearer[1].hear_tones);
	CU_ASSERT_EQUAL(lab.channels[0].bearer[1].fax, MEDIA_FAX_VBD);
	CU_ASSERT_FALSE(lab.channels[0].bearer[1].clear || lab.channels[0].bearer[1].hardware_echo);
	CU_ASSERT_FALSE(lab.channels[0].bearer[1].no_nlp);
	last_number(ISUP_P_CALLED, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "89123");
	CU_ASSERT_TRUE(number.noa == ISUP_NOA_NATIONAL && number.npi == 1 && number.complete);
	last_number(ISUP_P_CALLING, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "30555");
	CU_ASSERT_EQUAL(number.presentation, ISUP_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(number.screening, ISUP_SCR_NETWORK);
	last_number(ISUP_P_GENERIC_NUMBER, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "441234");
	CU_ASSERT_TRUE(number.noa == ISUP_NOA_INTERNATIONAL && number.qualifier == 6);
	CU_ASSERT_TRUE(isup_get_fci(&rig.last, &fci) && fci.isup_all_way && !fci.interworking);
	CU_ASSERT_TRUE(isup_get_octet(&rig.last, ISUP_P_CPC, &octet) && octet == 0x0d);
	CU_ASSERT_TRUE(isup_get_octet(&rig.last, ISUP_P_TMR, &octet) && octet == 3);
	CU_ASSERT_TRUE(isup_get_octet(&rig.last, ISUP_P_HOP_COUNTER, &octet) && octet == 9);
	uui = isup_msg_find(&rig.last, ISUP_P_UUI);
	CU_ASSERT_TRUE_FATAL(uui && uui->length == 6);
	CU_ASSERT_EQUAL(memcmp(isup_param_octets(&rig.last, uui), "\x04hello", 6), 0);
	released_by_other(other, 1);
	/* Data: nothing touches it. The span has a canceller, and the trunk wants nothing of faxes. */
	setup.bearer = LEG_BEARER_UNRESTRICTED;
	span.cancels_echo = true;
	lab.conf.fax = CONF_FAX_OFF;
	lab.conf.echo = CONF_ECHO_32;
	other = call_with(&setup);
	expect("IAM 1 ", "");
	CU_ASSERT(lab.channels[1].bearer[1].clear && lab.channels[1].bearer[1].hardware_echo);
	CU_ASSERT_FALSE(lab.channels[1].bearer[1].hear_dtmf ||
			lab.channels[1].bearer[1].hear_tones);
	CU_ASSERT_EQUAL(lab.channels[1].bearer[1].echo_tail_ms, 32);
	CU_ASSERT_EQUAL(lab.channels[1].bearer[1].fax, MEDIA_FAX_OFF);
	released_by_other(other, 1);
	span.cancels_echo = false;
	/* Speech, without the non-linear processor and the digits' detector. */
	setup.bearer = LEG_BEARER_SPEECH;
	lab.conf.no_nlp = lab.conf.no_dtmf_detection = true;
	other = call_with(&setup);
	expect("IAM 1 ", "");
	CU_ASSERT(lab.channels[2].bearer[1].no_nlp && !lab.channels[2].bearer[1].hear_dtmf);
	released_by_other(other, 1);
	/* A number that ISUP cannot say: 28, and no circuit was touched. */
	number_set(&setup.called, LEG_NOA_UNKNOWN, "12x");
	call_with(&setup);
	expect("", "release/28 ");
	lab_close();
}

/* Where the other side is a bearer, too: by the trunk, the canceller works and nothing is listened for. */
static void bearer_beyond_too(void)
{
	static const struct {
		bool no_echo, detection, no_dtmf;
		enum conf_fax fax;
	} rows[] = {
		{ false, false, false, CONF_FAX_VBD }, { true, false, false, CONF_FAX_VBD },
		{ false, true, false, CONF_FAX_VBD },  { true, true, true, CONF_FAX_VBD },
		{ false, true, false, CONF_FAX_OFF },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned data = 0; data < 2; data++) {
			struct leg_setup setup = { .complete = true,
						   .bearer = data ? LEG_BEARER_UNRESTRICTED
								  : LEG_BEARER_SPEECH };
			const struct media_bearer_params *params;
			struct other *other;
			bool hears = rows[i].detection && !data;

			lab_open(4);
			lab.bearer_beyond = true;
			lab.conf.no_transit_echo = rows[i].no_echo;
			lab.conf.transit_detection = rows[i].detection;
			lab.conf.no_dtmf_detection = rows[i].no_dtmf;
			lab.conf.fax = rows[i].fax;
			number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989123");
			other = call_with(&setup);
			expect("IAM 1 ", "");
			params = &lab.channels[0].bearer[1];
			CU_ASSERT_EQUAL(params->echo_tail_ms, rows[i].no_echo ? 0 : 128);
			CU_ASSERT_EQUAL(params->hear_dtmf, hears && !rows[i].no_dtmf);
			CU_ASSERT_EQUAL(params->hear_tones, hears && rows[i].fax == CONF_FAX_VBD);
			CU_ASSERT_EQUAL(params->fax,
					hears ? (enum media_fax)rows[i].fax : MEDIA_FAX_OFF);
			CU_ASSERT_EQUAL(params->clear, data);
			released_by_other(other, 1);
			lab_close();
		}
}

/* RFC 3398 7.2.5 to 7.2.9: what comes back, row by row. */
static void backward_in(void)
{
	static const struct {
		uint8_t status;
		bool in_band, interworking, cause;
		const char *said;
	} acms[] = {
		{ 0, false, false, false, "address complete " },
		{ 1, false, false, false, "alerting " },
		{ 2, false, false, false, "address complete " },
		{ 0, true, false, false, "address complete+media " },
		{ 1, true, false, false, "alerting+media " },
		{ 0, false, true, false, "address complete+media " },
		{ 0, false, false, true, "address complete+media " },
	};
	static const char *const cpgs[] = { "progress/0 ",	 "alerting ",	"progress/2 ",
					    "progress+media/3 ", "progress/4 ", "progress/5 ",
					    "progress/6 " };
	struct other *other;
	struct isup_msg msg;

	lab_open(2);
	for (size_t i = 0; i < sizeof(acms) / sizeof(acms[0]); i++) {
		const struct isup_bci bci = { .called_status = acms[i].status,
					      .interworking = acms[i].interworking };
		const struct isup_obci obci = { .in_band = true };

		other = call_out();
		isup_msg_init(&msg, ISUP_ACM, 1);
		(void)isup_put_bci(&msg, &bci);
		if (acms[i].in_band)
			(void)isup_put_obci(&msg, &obci);
		if (acms[i].cause)
			(void)isup_put_cause(&msg, &(struct isup_cause){ .value = 1 });
		receive_msg(&msg);
		expect("IAM 1 ", acms[i].said);
		CU_ASSERT_EQUAL(other->progress.subscriber_free, acms[i].status == 1);
		CU_ASSERT_EQUAL(other->progress.interworking, acms[i].interworking);
		CU_ASSERT_EQUAL(other->progress.cause, acms[i].cause ? 1 : 0);
		CU_ASSERT_EQUAL(lab.channels[lab.n_channels - 1].through,
				strstr(acms[i].said, "media") != NULL);
		/* Tones are for those who called in from ISUP. */
		CU_ASSERT_EQUAL(lab.channels[lab.n_channels - 1].tone[1], MEDIA_TONE_NONE);
		released_by_other(other, 1);
	}
	other = call_out();
	receive(ISUP_ACM, 1, 0);
	expect("IAM 1 ", "address complete ");
	for (uint8_t code = 0; code < 7; code++) {
		receive(ISUP_CPG, 1, code);
		expect("", cpgs[code]);
	}
	released_by_other(other, 1);
	lab_close();
}

static void answers_in(void)
{
	struct isup_number number = { .noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN, .n = 3 };
	struct other *other;
	struct isup_msg msg;

	lab_open(2);
	/* CON, and ANM without an ACM (7.2.7). */
	for (unsigned i = 0; i < 2; i++) {
		other = call_out();
		make(&msg, i ? ISUP_ANM : ISUP_CON, 1, 1);
		memcpy(number.digits, "897", 4);
		number.presentation = ISUP_PRES_RESTRICTED;
		number.screening = ISUP_SCR_USER_PASSED;
		CU_ASSERT_EQUAL(isup_put_number(&msg, ISUP_P_CONNECTED, &number), 0);
		receive_msg(&msg);
		expect("IAM 1 ", "answer ");
		CU_ASSERT_STRING_EQUAL(other->connected.digits, "49897");
		CU_ASSERT_EQUAL(other->connected.presentation, LEG_PRES_RESTRICTED);
		CU_ASSERT_EQUAL(other->connected.screening, LEG_SCR_USER_PASSED);
		CU_ASSERT_TRUE(lab.channels[i].through);
		released_by_other(other, 1);
	}
	lab_close();
}

static void overlap_out(void)
{
	struct leg_setup setup = { .complete = false };
	struct isup_number number;
	struct other *other;

	lab_open(2);
	number_set(&setup.called, LEG_NOA_UNKNOWN, "089");
	other = call_with(&setup);
	expect("IAM 1 ", "");
	last_number(ISUP_P_CALLED, &number);
	CU_ASSERT_TRUE(!number.complete && strcmp(number.digits, "89") == 0);
	say_digits(other, "12", false);
	last_number(ISUP_P_SUBSEQUENT, &number);
	CU_ASSERT_TRUE(!number.complete && strcmp(number.digits, "12") == 0);
	/* The star and the hash of a telephone are codes 11 and 12 of Q.763 3.9. */
	say_digits(other, "*0#", false);
	last_number(ISUP_P_SUBSEQUENT, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "B0C");
	say_digits(other, "", true);
	last_number(ISUP_P_SUBSEQUENT, &number);
	CU_ASSERT_TRUE(number.complete && number.n == 0);
	expect("SAM 1 SAM 1 SAM 1 ", "");
	receive(ISUP_ACM, 1, 0);
	expect("", "address complete ");
	/* Too late: the address is complete. */
	say_digits(other, "7", false);
	expect("", "");
	released_by_other(other, 1);
	lab_close();
}

static void no_circuit(void)
{
	struct other *first, *second;

	lab_open(2);
	first = call_out();
	second = call_out();
	expect("IAM 1 IAM 2 ", "");
	call_out();
	expect("", "release/34 ");
	CU_ASSERT_EQUAL(lab.opened, 2);
	released_by_other(first, 1);
	released_by_other(second, 2);
	lab_close();
}

/* --- tests: set-up in --- */

static void iam_in(void)
{
	struct isup_number number = { .noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN, .n = 4 };
	struct isup_msg iam;

	lab_open(2);
	make_iam(&iam, 2, "30123", true, 0);
	memcpy(number.digits, "8955", 5);
	number.presentation = ISUP_PRES_RESTRICTED;
	number.screening = ISUP_SCR_USER_FAILED;
	CU_ASSERT_EQUAL(isup_put_number(&iam, ISUP_P_CALLING, &number), 0);
	number.presentation = ISUP_PRES_ALLOWED;
	memcpy(number.digits, "8966", 5);
	CU_ASSERT_EQUAL(isup_put_number(&iam, ISUP_P_REDIRECTING, &number), 0);
	CU_ASSERT_EQUAL(isup_put_redirection(&iam, &(struct isup_redirection){ .indicator = 3,
									       .reason = 2,
									       .counter = 1 }),
			0);
	CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_HOP_COUNTER, 12), 0);
	CU_ASSERT_EQUAL(isup_put_octet(&iam, ISUP_P_CPC, 0x0c), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&iam, ISUP_P_UUI, "\x04hi", 3), 0);
	receive_msg(&iam);
	expect("", "setup. ");
	CU_ASSERT_STRING_EQUAL(lab.setup.called.digits, "4930123");
	CU_ASSERT_EQUAL(lab.setup.called.noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(lab.setup.calling.digits, "498955");
	CU_ASSERT_EQUAL(lab.setup.calling.presentation, LEG_PRES_RESTRICTED);
	CU_ASSERT_EQUAL(lab.setup.calling.screening, LEG_SCR_USER_FAILED);
	CU_ASSERT_STRING_EQUAL(lab.setup.redirection.last.digits, "498966");
	CU_ASSERT_EQUAL(lab.setup.redirection.reason, 2);
	CU_ASSERT_EQUAL(lab.setup.hop_counter, 12);
	CU_ASSERT_EQUAL(lab.setup.category, 0x0c);
	CU_ASSERT_TRUE(lab.setup.user_to_user.n == 3 && memcmp(lab.uui, "\x04hi", 3) == 0);
	CU_ASSERT_EQUAL(lab.channels[0].timeslot[0], 2);
	released_by_other(latest(), 2);
	/* A number that would have to be cut is no number (Q.850: 28). */
	receive_iam(2, "01234567890123456789012345678901", true);
	expect("REL 2/28 ", "");
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

/* RFC 3398 8.2.3: by rows, before and after the ACM. */
/* clang-format off */
static const struct {
	enum leg_ev ev;
	struct leg_progress progress;
	const char *first, *later;
	int status, event; /* of the last ACM and CPG, -1: none */
	bool in_band;
	enum media_tone tone;
} backward_rows[] = {
	/* 180 */
	{LEG_EV_ALERTING, {.subscriber_free = true}, "ACM 2 ", "CPG 2 ", 1, 1, false, MEDIA_TONE_RINGBACK},
	{LEG_EV_ALERTING, {.subscriber_free = true, .in_band = true}, "ACM 2 ", "CPG 2 ", 1, 1, true, MEDIA_TONE_NONE},
	/* 181: early ACM and CPG 6 */
	{LEG_EV_PROGRESS, {.event = 6}, "ACM 2 CPG 2 ", "CPG 2 ", -1, 6, false, MEDIA_TONE_NONE},
	/* 182, 183 */
	{LEG_EV_PROGRESS, {.event = 2}, "ACM 2 ", "CPG 2 ", 0, 2, false, MEDIA_TONE_NONE},
	{LEG_EV_PROGRESS, {.event = 2, .in_band = true}, "ACM 2 ", "CPG 2 ", 0, 2, true, MEDIA_TONE_NONE},
	{LEG_EV_ADDRESS_COMPLETE, {.in_band = true}, "ACM 2 ", "CPG 2 ", 0, 2, true, MEDIA_TONE_NONE},
	{LEG_EV_ADDRESS_COMPLETE, {.in_band = false}, "ACM 2 ", "", 0, -1, false, MEDIA_TONE_NONE},
	{LEG_EV_MEDIA, {.in_band = true}, "ACM 2 ", "CPG 2 ", 0, 2, true, MEDIA_TONE_NONE},
	{LEG_EV_MEDIA, {.in_band = false}, "", "", -1, -1, false, MEDIA_TONE_NONE},
};
/* clang-format on */

static void check_in_band(bool wanted)
{
	struct isup_obci obci;

	CU_ASSERT_EQUAL(isup_get_obci(&rig.last, &obci) && obci.in_band, wanted);
}

static void check_acm(int status, bool in_band)
{
	struct isup_bci bci;

	CU_ASSERT_TRUE_FATAL(isup_get_bci(&rig.last, &bci));
	CU_ASSERT_EQUAL(bci.called_status, status);
	CU_ASSERT_TRUE(bci.charge == 2 && bci.called_category == 1 && bci.isup_all_way &&
		       !bci.interworking && !bci.isdn_access);
	check_in_band(in_band);
}

static void backward_out(void)
{
	lab_open(2);
	for (size_t i = 0; i < sizeof(backward_rows) / sizeof(backward_rows[0]); i++) {
		struct other *other = call_in(2);
		struct isup_event event;

		rig.last.type = 0;
		say(other, backward_rows[i].ev, &backward_rows[i].progress);
		expect(backward_rows[i].first, "");
		if (rig.last.type == ISUP_ACM)
			check_acm(backward_rows[i].status, backward_rows[i].in_band);
		if (!backward_rows[i].first[0]) {
			say(other, LEG_EV_ADDRESS_COMPLETE, NULL);
			expect("ACM 2 ", "");
		}
		CU_ASSERT_EQUAL(lab.channels[i].tone[0], backward_rows[i].tone);
		say(other, backward_rows[i].ev, &backward_rows[i].progress);
		expect(backward_rows[i].later, "");
		if (backward_rows[i].later[0]) {
			CU_ASSERT_TRUE_FATAL(isup_get_event(&rig.last, &event));
			CU_ASSERT_EQUAL(event.event, backward_rows[i].event);
			check_in_band(backward_rows[i].in_band);
		}
		say(other, LEG_EV_ANSWER, NULL);
		expect("ANM 2 ", "");
		CU_ASSERT_EQUAL(lab.channels[i].tone[0], MEDIA_TONE_NONE);
		released_by_other(other, 2);
	}
	lab_close();
}

/* RFC 3398 8.2.4, with the connected number; ringback gives way to media. */
static void answer_out(void)
{
	const struct leg_progress media = { .in_band = true };
	struct leg_event event = { .ev = LEG_EV_ANSWER };
	struct isup_number number;
	struct isup_bci bci;
	struct other *other;

	lab_open(2);
	other = answered_in();
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.called_status == 1);
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_CONNECTED));
	released_by_other(other, 2);
	other = call_in(2);
	say(other, LEG_EV_ALERTING, NULL);
	CU_ASSERT_EQUAL(lab.channels[1].tone[0], MEDIA_TONE_RINGBACK);
	say(other, LEG_EV_PROGRESS, &media);
	CU_ASSERT_EQUAL(lab.channels[1].tone[0], MEDIA_TONE_NONE);
	number_set(&event.answer.connected, LEG_NOA_INTERNATIONAL, "4930777");
	event.answer.connected.screening = LEG_SCR_NETWORK;
	call_raise(&other->leg, &event);
	expect("ACM 2 CPG 2 ANM 2 ", "");
	last_number(ISUP_P_CONNECTED, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "30777");
	CU_ASSERT_TRUE(number.noa == ISUP_NOA_NATIONAL && number.screening == ISUP_SCR_NETWORK);
	released_by_other(other, 2);
	lab_close();
}

static void overlap_in(void)
{
	struct other *other;

	lab_open(2);
	receive_iam(2, "30", false);
	expect("", "setup ");
	other = latest();
	receive(ISUP_SAM, 2, 0);
	expect("", "digits:4 ");
	receive(ISUP_SAM, 2, 1);
	expect("", "digits:4. ");
	/* T11 runs from the last digit: early ACM (8.2.8). */
	pass_ms(15000);
	expect("ACM 2 ", "");
	released_by_other(other, 2);
	/* T10: no more digits come. */
	receive_iam(2, "3012", false);
	expect("", "setup ");
	pass_ms(5000);
	expect("", "digits:. ");
	say(latest(), LEG_EV_ANSWER, NULL);
	expect("CON 2 ", "");
	released_by_other(latest(), 2);
	/* T35: too few digits: 28 both ways, and one REL. */
	receive_iam(2, "3", false);
	expect("", "setup ");
	pass_ms(15000);
	expect("REL 2/28 ", "release/28 ");
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

/* RFC 3578 2: the route knows how many digits a number has, and how long they are waited for. */
static void overlap_in_by_route(void)
{
	static char in[] = "in", pstn[] = "pstn", pbx[] = "pbx", prefix[] = "";
	struct conf_route route = {
		.name = in, .prefix = prefix, .from = pstn, .to = { pbx }, .n_to = 1
	};

	lab_open(2);
	route.overlap = (struct conf_route_overlap){
		.min_digits = 7, .max_digits = 10, .t10_ms = 3000, .t35_ms = 9000
	};
	call_core_set_routes(lab.core, route_table_new(&route, 1));
	/* 49 counts: digits are those that routes see. The trunk's own rule would let T10 run. */
	receive_iam(2, "3012", false);
	pass_ms(8999);
	expect("", "");
	pass_ms(1);
	expect("REL 2/28 ", "");
	receive(ISUP_RLC, 2, 0);
	receive_iam(2, "3012", false);
	pass_ms(8000);
	receive(ISUP_SAM, 2, 0);
	expect("", "setup ");
	pass_ms(2999);
	expect("", "");
	pass_ms(1);
	expect("", "digits:. ");
	released_by_other(latest(), 2);
	/* The longest number waits for nothing. */
	receive_iam(2, "30123456", false);
	expect("", "setup. ");
	released_by_other(latest(), 2);
	lab_close();
}

static void t11_subject(const struct timer *timer, void *arg)
{
	unsigned *n = arg;

	if (strcmp(timer->name, "T11") != 0)
		return;
	CU_ASSERT_STRING_EQUAL(timer->subject, call_id(latest()->leg.call));
	++*n;
}

static void trace_seen(void *arg, const struct trace_event *event)
{
	(void)arg;
	if (str_starts(event->text, STR("T11")) && event->call)
		add(rig.alarms, sizeof(rig.alarms), event->text.n > 11 ? "started" : "gone", -1);
}

/* RFC 3398 8.2.8: an early ACM when nothing comes in time, and only then; it is seen in the ladder
 * and in show timers. */
static void early_acm(void)
{
	struct trace_tap tap = { .fn = trace_seen, .kinds = 1u << TRACE_TIMER };
	struct other *other;
	struct isup_event event;
	struct isup_bci bci;
	unsigned timers = 0;

	lab_open(2);
	trace_tap_add(&tap);
	other = call_in(2);
	timer_heap_each(rig.heap, t11_subject, &timers);
	CU_ASSERT_EQUAL(timers, 1);
	pass_ms(14999);
	expect("", "");
	pass_ms(1);
	expect("ACM 2 ", "");
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.called_status == 0);
	say(other, LEG_EV_ALERTING, NULL);
	expect("CPG 2 ", "");
	CU_ASSERT_TRUE(isup_get_event(&rig.last, &event) && event.event == 1);
	released_by_other(other, 2);
	CU_ASSERT_STRING_EQUAL(rig.alarms, "started gone ");
	other = call_in(2);
	say(other, LEG_EV_ALERTING, NULL);
	expect("ACM 2 ", "");
	pass_ms(20000);
	expect("", "");
	released_by_other(other, 2);
	/* The call is over before: so is the timer. */
	other = call_in(2);
	released_by_other(other, 2);
	pass_ms(20000);
	trace_tap_remove(&tap);
	CU_ASSERT_STRING_EQUAL(rig.alarms, "started gone started gone started gone ");
	lab_close();
}

/* --- tests: release --- */

static void check_release(const struct leg_release *release, uint8_t cause)
{
	CU_ASSERT_EQUAL(release->cause, cause);
	CU_ASSERT_EQUAL(release->location, 4);
	CU_ASSERT_TRUE(release->cause_given);
	CU_ASSERT_EQUAL(release->n_diagnostic, 2);
	CU_ASSERT_EQUAL(memcmp(release->diagnostic, "\x81\x82", 2), 0);
}

static void receive_rel(uint16_t cic, uint8_t value)
{
	const struct isup_cause cause = {
		.location = 4, .value = value, .n_diagnostic = 2, .diagnostic = { 0x81, 0x82 }
	};
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_REL, cic);
	CU_ASSERT_EQUAL(isup_put_cause(&msg, &cause), 0);
	receive_msg(&msg);
}

/* REL in every phase of both directions: the other leg hears it whole, RLC frees the circuit
 * (7.2.4, 8.2.7, 10.2). */
static void release_in(void)
{
	struct other *other;

	lab_open(2);
	for (unsigned phase = 0; phase < 3; phase++) {
		other = call_out();
		expect("IAM 1 ", "");
		if (phase)
			receive(ISUP_ACM, 1, 0);
		if (phase == 2)
			receive(ISUP_ANM, 1, 0);
		rig.said[0] = '\0';
		receive_rel(1, Q850_BUSY);
		expect("RLC 1 ", "release/17 ");
		check_release(&other->release, Q850_BUSY);
		CU_ASSERT_EQUAL(lab.opened, 0);
	}
	for (unsigned phase = 0; phase < 3; phase++) {
		other = call_in(2);
		if (phase)
			say(other, LEG_EV_ALERTING, NULL);
		if (phase == 2)
			say(other, LEG_EV_ANSWER, NULL);
		rig.sent[0] = '\0';
		receive_rel(2, Q850_NORMAL);
		expect("RLC 2 ", "release/16 ");
		check_release(&other->release, Q850_NORMAL);
	}
	CU_ASSERT_EQUAL(lab.ended, 6);
	lab_close();
}

/* The other leg ends the call: resources first, then REL with its cause, location and diagnostic
 * (7.2.3, 8.2.6, 10.1). */
static void release_out(void)
{
	const struct leg_release release = { .cause = Q850_NUMBER_CHANGED,
					     .location = Q850_LOC_PUBLIC_REMOTE,
					     .n_diagnostic = 2,
					     .diagnostic = { 0x81, 0x82 } };
	struct isup_cause cause;
	struct other *other;

	lab_open(2);
	for (unsigned phase = 0; phase < 6; phase++) {
		uint16_t cic = phase < 3 ? 1 : 2;

		other = phase < 3 ? call_out() : call_in(cic);
		if (phase == 1)
			receive(ISUP_ACM, 1, 0);
		else if (phase == 2)
			receive(ISUP_CON, 1, 0);
		else if (phase == 4)
			say(other, LEG_EV_ALERTING, NULL);
		else if (phase == 5)
			say(other, LEG_EV_ANSWER, NULL);
		CU_ASSERT_EQUAL(lab.opened, 1);
		rig.sent[0] = rig.said[0] = '\0';
		say_release(other, &release);
		expect(cic == 1 ? "REL 1/22 " : "REL 2/22 ", "released/22 ");
		CU_ASSERT_EQUAL(lab.open_at_rel, 0);
		CU_ASSERT_TRUE(isup_get_cause(&rig.last, &cause) && cause.location == 4 &&
			       cause.coding == 0 && cause.n_diagnostic == 2 &&
			       memcmp(cause.diagnostic, "\x81\x82", 2) == 0);
		CU_ASSERT_EQUAL(lab.ended, phase + 1);
		/* T1 repeats it; the call is gone, the circuit is not. */
		CU_ASSERT_EQUAL(isup_trunk_busy(lab.trunk), 1);
		pass_ms(15000);
		expect(cic == 1 ? "REL 1/22 " : "REL 2/22 ", "");
		receive(ISUP_RLC, cic, 0);
		CU_ASSERT_EQUAL(isup_trunk_busy(lab.trunk), 0);
	}
	lab_close();
}

/* T7 (7.2.2), T9 (7.2.8), and T9 after an announcement, whose cause the caller hears (7.1.6). */
static void timers_out(void)
{
	struct isup_msg msg;

	lab_open(2);
	call_out();
	pass_ms(25000);
	expect("IAM 1 REL 1/102 ", "release/102 ");
	receive(ISUP_RLC, 1, 0);
	call_out();
	receive(ISUP_ACM, 1, 1);
	pass_ms(120000);
	expect("IAM 1 REL 1/19 ", "alerting release/19 ");
	receive(ISUP_RLC, 1, 0);
	call_out();
	make(&msg, ISUP_ACM, 1, 0);
	(void)isup_put_cause(&msg, &(struct isup_cause){ .value = Q850_UNALLOCATED });
	receive_msg(&msg);
	pass_ms(120000);
	expect("IAM 1 REL 1/19 ", "address complete+media release/1 ");
	receive(ISUP_RLC, 1, 0);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "IAM out", iam_out },
		{ "a bearer beyond", bearer_beyond_too },
		{ "backward messages in", backward_in },
		{ "answers in", answers_in },
		{ "overlap out", overlap_out },
		{ "no circuit", no_circuit },
		{ "IAM in", iam_in },
		{ "backward messages out", backward_out },
		{ "answer out", answer_out },
		{ "overlap in", overlap_in },
		{ "overlap in by the route", overlap_in_by_route },
		{ "early ACM", early_acm },
		{ "release in", release_in },
		{ "release out", release_out },
		{ "timers out", timers_out },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("pstn isup leg", tests, argc, argv);
}
