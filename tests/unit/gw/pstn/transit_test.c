/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ISUP to ISUP calls: what goes through octet for octet, what is counted on, what ends here; what
 * the gateway's own IAM, ACM and INF say of the trunk; continuity checks before a call gets its
 * circuit. Circuit 2 calls in, circuit 1 goes out.
 */
#include "gw/pstn/transit.h"

#include "tests/unit/gw/pstn/leg_rig.h"

static const uint8_t unknown[] = { 0x01, 0x02, 0xfe };
#define UNKNOWN 0xee
static const uint8_t pass_on[] = { UNKNOWN, 0x80 };

static void transit_open(void)
{
	struct conf_route route = {
		.name = r_in, .prefix = empty, .from = n_pstn, .to = { n_pstn }, .n_to = 1
	};

	lab_open(4);
	call_core_set_routes(lab.core, route_table_new(&route, 1));
}

static const uint8_t *last_param(uint8_t code, size_t *n)
{
	const struct isup_param *param = isup_msg_find(&rig.last, code);

	*n = param ? param->length : 0;
	return param ? isup_param_octets(&rig.last, param) : NULL;
}

static void last_has(uint8_t code, const void *octets, size_t n)
{
	size_t have;
	const uint8_t *at = last_param(code, &have);

	CU_ASSERT_PTR_NOT_NULL(at);
	CU_ASSERT_EQUAL(have, n);
	if (at && have == n)
		CU_ASSERT_EQUAL(memcmp(at, octets, n), 0);
}

static void last_lacks(uint8_t code)
{
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, code));
}

#define HOPS_AT 54 /* of the hop counter in it */

/* CIC 2; NCI 11: one satellite, echo control; FCI A1 04; CPC 0d; TMR 02; called 49891234 with INN and
 * ST as international; then access transport, unknown, calling number restricted, two generic numbers,
 * hop counter 9, propagation delay 30 ms, user service information, echo control information. */
/* clang-format off */
static const uint8_t iam[] = {
	2, 0, 0x01, 0x11, 0xa1, 0x04, 0x0d, 0x02, 0x02, 0x09,
	0x07, 0x84, 0x90, 0x94, 0x98, 0x21, 0x43, 0x0f,	     /* called */
	0x03, 0x02, 0x34, 0x01, UNKNOWN, 0x03, 0x01, 0x02, 0xfe,
	0x39, 0x02, UNKNOWN, 0x80,				     /* transit interpretation: pass on */
	0x0a, 0x05, 0x04, 0x17, 0x94, 0x11, 0x22,		     /* calling */
	0xc0, 0x05, 0x06, 0x04, 0x13, 0x94, 0x33,		     /* additional calling */
	0xc0, 0x05, 0x05, 0x04, 0x13, 0x94, 0x55,
	0x3d, 0x01, 0x09, 0x31, 0x02, 0x00, 0x1e,		     /* hops, delay */
	0x1d, 0x02, 0x88, 0x90, 0x37, 0x01, 0x05, 0x00,
};
/* clang-format on */

static void call_in_raw(uint8_t hops)
{
	uint8_t octets[sizeof(iam)];

	memcpy(octets, iam, sizeof(iam));
	CU_ASSERT_EQUAL_FATAL(octets[HOPS_AT - 2], ISUP_P_HOP_COUNTER);
	octets[HOPS_AT] = hops;
	isup_message_in(rig.isup, octets, sizeof(octets));
}

static void clear(void)
{
	receive(ISUP_REL, 2, 16);
	expect("RLC 2 REL 1/16 ", "");
	receive(ISUP_RLC, 1, 0);
	lab_close();
}

static void an_iam_goes_on(void)
{
	static const uint8_t codes[] = { ISUP_P_NCI,
					 ISUP_P_FCI,
					 ISUP_P_CPC,
					 ISUP_P_TMR,
					 ISUP_P_CALLED,
					 ISUP_P_ACCESS_TRANSPORT,
					 UNKNOWN,
					 ISUP_P_PARAMETER_COMPATIBILITY,
					 ISUP_P_CALLING,
					 ISUP_P_GENERIC_NUMBER,
					 ISUP_P_GENERIC_NUMBER,
					 ISUP_P_HOP_COUNTER,
					 ISUP_P_PROPAGATION_DELAY,
					 ISUP_P_USI };
	uint8_t nci;

	transit_open();
	lab.conf.satellite = true;
	lab.conf.delay_ms = 300;
	call_in_raw(9);
	expect("IAM 1 ", "");
	CU_ASSERT_EQUAL_FATAL(rig.last.n_params, sizeof(codes));
	for (size_t i = 0; i < sizeof(codes); i++)
		CU_ASSERT_EQUAL(rig.last.params[i].code, codes[i]);
	nci = 0x12; /* another satellite */
	last_has(ISUP_P_NCI, &nci, 1);
	last_has(ISUP_P_FCI, "\xa1\x04", 2);
	last_has(ISUP_P_CPC, "\x0d", 1);
	last_has(ISUP_P_TMR, "\x02", 1);
	last_has(ISUP_P_ACCESS_TRANSPORT, "\x34\x01", 2);
	last_has(UNKNOWN, unknown, 3);
	last_has(ISUP_P_CALLED, "\x84\x90\x94\x98\x21\x43\x0f", 7);
	last_has(ISUP_P_CALLING, "\x04\x17\x94\x11\x22", 5);
	last_has(ISUP_P_GENERIC_NUMBER, "\x06\x04\x13\x94\x33", 5);
	last_has(ISUP_P_HOP_COUNTER, "\x08", 1);
	last_has(ISUP_P_PROPAGATION_DELAY, "\x01\x4a", 2);
	last_has(ISUP_P_USI, "\x88\x90", 2);
	last_lacks(0x37);
	clear();
}

/* Q.764 2.1.1: the counter goes down; at its end the call is in a loop. */
static void hops_run_out(void)
{
	transit_open();
	call_in_raw(2);
	expect("IAM 1 ", "");
	last_has(ISUP_P_HOP_COUNTER, "\x01", 1);
	clear();
	transit_open();
	call_in_raw(1);
	expect("REL 2/25 ", "");
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

/* A message with a parameter that nobody here knows. */
static void receive_odd(uint8_t type, uint16_t cic, uint8_t value)
{
	struct isup_msg msg;

	make(&msg, type, cic, value);
	CU_ASSERT_EQUAL_FATAL(isup_msg_add(&msg, UNKNOWN, unknown, sizeof(unknown)), 0);
	CU_ASSERT_EQUAL_FATAL(isup_msg_add(&msg, ISUP_P_PARAMETER_COMPATIBILITY, pass_on, 2), 0);
	receive_msg(&msg);
}

static void everything_goes_both_ways(void)
{
	struct isup_bci bci;

	transit_open();
	lab.conf.echo = CONF_ECHO_64;
	call_in_raw(9);
	expect("IAM 1 ", "");
	CU_ASSERT_FALSE(lab.channels[0].through);
	receive_odd(ISUP_ACM, 1, 1);
	expect("ACM 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.called_status == 1 && !bci.echo_control)
	/* data */;
	CU_ASSERT_TRUE(lab.channels[0].through); /* tones come from the other end */
	CU_ASSERT_EQUAL(lab.channels[0].tone[0], MEDIA_TONE_NONE);
	receive_odd(ISUP_CPG, 1, 1);
	expect("CPG 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	receive_odd(ISUP_ANM, 1, 0);
	expect("ANM 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	receive_odd(ISUP_SUS, 1, 1);
	receive_odd(ISUP_RES, 1, 1);
	expect("SUS 2 RES 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	last_has(ISUP_P_SUSPEND_RESUME, "\x01", 1);
	receive_odd(ISUP_USR, 2, 7);
	expect("USR 1 ", "");
	last_has(UNKNOWN, unknown, 3);
	last_has(ISUP_P_UUI, "\x04\x07", 2);
	receive_odd(ISUP_FOT, 2, 0);
	expect("FOT 1 ", "");
	receive_odd(ISUP_REL, 1, 31);
	expect("RLC 1 REL 2/31 ", "");
	pass_ms(15000); /* and again with T1 */
	expect("REL 2/31 ", "");
	last_has(UNKNOWN, unknown, 3);
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

static void con_goes_on(void)
{
	transit_open();
	call_in_raw(9);
	receive_odd(ISUP_CON, 1, 1);
	expect("IAM 1 CON 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	clear();
}

/* The early ACM of T11 was sent: the real one can only be told by CPG, with what it carried. */
static void what_comes_late_is_carried(void)
{
	transit_open();
	call_in_raw(9);
	pass_ms(15000);
	expect("IAM 1 ACM 2 ", "");
	receive_odd(ISUP_ACM, 1, 1);
	expect("CPG 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	last_has(ISUP_P_EVENT_INFO, "\x01", 1);
	clear();
}

/* Q.764 2.1.6 through the transit exchange. */
static void information_comes_from_before(void)
{
	transit_open();
	call_in_raw(9);
	receive_odd(ISUP_INR, 1, 1);
	expect("IAM 1 INR 2 ", "");
	last_has(UNKNOWN, unknown, 3);
	receive_odd(ISUP_INF, 2, 3);
	expect("INF 1 ", "");
	last_has(0x0f, "\x03\x00", 2);
	last_has(UNKNOWN, unknown, 3);
	clear();
}

/* A type that nobody here knows, with instructions to pass it on (message compatibility 38 01 80). */
static void unknown_messages_go_on(void)
{
	static const uint8_t odd[] = { 1, 0, 0x7a, 0x01, 0x38, 0x01, 0x80, 0x00 };
	static const uint8_t dumb[] = { 1, 0, 0x7a, 0x00 };
	uint8_t sent[8];

	transit_open();
	call_in_raw(9);
	rig.sent[0] = '\0';
	rig.raw = sent;
	rig.raw_cap = sizeof(sent);
	isup_message_in(rig.isup, odd, sizeof(odd));
	CU_ASSERT_EQUAL(rig.n_raw, sizeof(odd));
	CU_ASSERT_EQUAL(sent[0], 2);
	CU_ASSERT_EQUAL(memcmp(sent + 1, odd + 1, sizeof(odd) - 1), 0);
	rig.sent[0] = '\0';
	isup_message_in(rig.isup, dumb, sizeof(dumb));
	expect("CFN 1/97 ", "");
	clear();
}

/* Q.784 1.7.2.5: to SIP it cannot be passed on, and its sender would rather have no call. */
static void what_cannot_go_on_releases(void)
{
	static const uint8_t or_release[] = { UNKNOWN, 0x80 };
	struct isup_msg msg;

	lab_open(4);
	make_iam(&msg, 2, "30123", true, 0);
	(void)isup_msg_add(&msg, UNKNOWN, unknown, sizeof(unknown));
	(void)isup_msg_add(&msg, ISUP_P_PARAMETER_COMPATIBILITY, or_release, 2);
	receive_msg(&msg);
	expect("REL 2/99 ", "setup. release/99 ");
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

/* --- calls of our own --- */

static void the_iam_tells_what_the_trunk_is(void)
{
	struct leg_setup setup = { .complete = true, .bearer = LEG_BEARER_UNRESTRICTED };
	struct other *other;
	struct isup_nci nci;

	lab_open(4);
	lab.conf.satellite = true;
	lab.conf.echo = CONF_ECHO_64;
	lab.conf.hop_counter = 20;
	lab.conf.delay_ms = 260;
	number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989123");
	other = call_with(&setup);
	expect("IAM 1 ", "");
	CU_ASSERT_TRUE(isup_get_nci(&rig.last, &nci));
	CU_ASSERT_TRUE(nci.satellite == 1 && !nci.echo_control && nci.continuity == 0);
	last_has(ISUP_P_HOP_COUNTER, "\x14", 1);
	last_has(ISUP_P_PROPAGATION_DELAY, "\x01\x04", 2);
	last_has(ISUP_P_USI, "\x88\x90", 2);
	released_by_other(other, 1);
	/* Speech: echo is cancelled here, as far as it is asked for. */
	other = call_out();
	CU_ASSERT_TRUE(isup_get_nci(&rig.last, &nci) && nci.echo_control);
	expect("IAM 1 ", "");
	released_by_other(other, 1);
	lab.conf.echo = CONF_ECHO_OFF;
	other = call_out();
	CU_ASSERT_TRUE(isup_get_nci(&rig.last, &nci) && !nci.echo_control);
	expect("IAM 1 ", "");
	released_by_other(other, 1);
	lab_close();
}

/* Q.784 2.4.2, 9.1: the calling side learns of the delay and of the canceller. */
static void the_answer_tells_delay_and_canceller(void)
{
	const uint8_t delay[] = { 0, 40 };
	struct isup_bci bci;
	struct isup_msg msg;
	struct other *other;

	lab_open(4);
	lab.conf.echo = CONF_ECHO_64;
	make_iam(&msg, 2, "30123", true, 0);
	(void)isup_msg_add(&msg, ISUP_P_PROPAGATION_DELAY, delay, 2);
	receive_msg(&msg);
	expect("", "setup. ");
	other = latest();
	say(other, LEG_EV_ANSWER, NULL);
	expect("CON 2 ", "");
	last_has(0x2d, delay, 2);
	CU_ASSERT_TRUE(isup_get_bci(&rig.last, &bci) && bci.echo_control);
	released_by_other(other, 2);
	lab_close();
}

static void information_of_our_own(void)
{
	struct leg_setup setup = { .complete = true, .category = 0x0d };
	struct isup_number calling;
	struct other *other;

	lab_open(4);
	number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989123");
	number_set(&setup.calling, LEG_NOA_INTERNATIONAL, "4930555");
	other = call_with(&setup);
	receive(ISUP_INR, 1, 0x09);
	expect("IAM 1 INF 1 ", "");
	last_has(0x0f, "\x23\x00", 2);
	last_has(ISUP_P_CPC, "\x0d", 1);
	last_number(ISUP_P_CALLING, &calling);
	CU_ASSERT_STRING_EQUAL(calling.digits, "30555");
	receive(ISUP_INR, 1, 0x02);
	expect("INF 1 ", "");
	last_has(0x0f, "\x00\x00", 2);
	last_lacks(ISUP_P_CALLING);
	released_by_other(other, 1);
	/* Nothing is known of the calling party. */
	other = call_out();
	receive(ISUP_INR, 1, 0x01);
	expect("IAM 1 INF 1 ", "");
	last_has(0x0f, "\x01\x00", 2);
	released_by_other(other, 1);
	lab_close();
}

static void held_back_is_cause_42(void)
{
	struct other *other = NULL;
	unsigned refused = 0;

	lab_open(4);
	isup_mtp_status(rig.isup, MTP_STATUS_CONGESTION, 1);
	for (unsigned i = 0; i < 8; i++) {
		other = call_out();
		refused += other->release.cause == Q850_CONGESTION;
		if (other->release.cause == Q850_CONGESTION)
			continue;
		hang_up(other);
		receive(ISUP_RLC, rig.last.cic, 0);
	}
	CU_ASSERT_EQUAL(refused, 1);
	rig.sent[0] = rig.said[0] = '\0';
	pass_ms(7000);
	lab_close();
}

/* --- continuity --- */

static struct {
	struct tdm_span *span;
	unsigned timeslot, open, closed;
	enum isup_check what;
	void (*result)(void *arg, bool good);
	void *result_arg;
	bool broken;
} check;

static void *check_open(void *arg, struct tdm_span *on, unsigned timeslot,
			void (*result)(void *arg, bool good), void *result_arg)
{
	(void)arg;
	if (check.broken)
		return NULL;
	check.span = on;
	check.timeslot = timeslot;
	check.result = result;
	check.result_arg = result_arg;
	check.open++;
	return &check;
}

static int check_set(void *handle, enum isup_check what)
{
	CU_ASSERT_PTR_EQUAL(handle, &check);
	check.what = what;
	return 0;
}

static void check_close(void *handle)
{
	CU_ASSERT_PTR_EQUAL(handle, &check);
	check.open--;
	check.closed++;
}

static const struct isup_trunk_check check_ops = { .open = check_open,
						   .set = check_set,
						   .close = check_close };

static void check_lab_open(unsigned every)
{
	memset(&check, 0, sizeof(check));
	lab_open_checked(4, &check_ops);
	lab.conf.continuity = every;
}

static void a_checked_call_gets_its_circuit_then(void)
{
	struct other *other;
	struct isup_nci nci;

	check_lab_open(2);
	other = call_out();
	CU_ASSERT_TRUE(isup_get_nci(&rig.last, &nci) && nci.continuity == 0);
	CU_ASSERT_EQUAL(lab.opened, 1);
	expect("IAM 1 ", "");
	released_by_other(other, 1);
	other = call_out();
	expect("IAM 1 ", "");
	CU_ASSERT_TRUE(isup_get_nci(&rig.last, &nci) && nci.continuity == 1);
	CU_ASSERT_EQUAL(lab.opened, 0);
	CU_ASSERT_TRUE(check.open == 1 && check.timeslot == 1 && check.what == ISUP_CHECK_TONE);
	check.result(check.result_arg, true);
	CU_ASSERT_EQUAL(check.open, 0);
	CU_ASSERT_EQUAL(lab.opened, 1);
	expect("COT 1 ", "");
	released_by_other(other, 1);
	lab_close();
}

static void a_failed_check_takes_another_circuit(void)
{
	struct other *other;

	check_lab_open(1);
	other = call_out();
	lab.conf.continuity = 0;
	check.result(check.result_arg, false);
	expect("IAM 1 COT 1 IAM 3 ", "");
	CU_ASSERT_EQUAL(lab.opened, 1);
	lab.conf.peer_transponder = true; /* Q.724 7.1: another tone is to come back */
	pass_ms(5000);
	expect("CCR 1 ", "");
	CU_ASSERT_EQUAL(check.open, 1);
	CU_ASSERT_EQUAL(check.what, ISUP_CHECK_TONE_ANSWERED);
	check.result(check.result_arg, true);
	expect("REL 1/16 ", "");
	receive(ISUP_RLC, 1, 0);
	released_by_other(other, 3);
	lab_close();
}

static void a_check_by_the_other_end(void)
{
	check_lab_open(0);
	receive(ISUP_CCR, 2, 0);
	CU_ASSERT_TRUE(check.open == 1 && check.timeslot == 2 && check.what == ISUP_CHECK_LOOP);
	receive(ISUP_REL, 2, 16);
	CU_ASSERT_EQUAL(check.open, 0);
	expect("RLC 2 ", "");
	/* The media path has no timeslot for it. */
	check.broken = true;
	receive(ISUP_CCR, 2, 0);
	receive(ISUP_REL, 2, 16);
	expect("RLC 2 ", "");
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "an IAM goes on", an_iam_goes_on },
		{ "hops run out", hops_run_out },
		{ "everything goes both ways", everything_goes_both_ways },
		{ "CON goes on", con_goes_on },
		{ "what comes late is carried", what_comes_late_is_carried },
		{ "information comes from before", information_comes_from_before },
		{ "unknown messages go on", unknown_messages_go_on },
		{ "what cannot go on releases", what_cannot_go_on_releases },
		{ "the IAM tells what the trunk is", the_iam_tells_what_the_trunk_is },
		{ "the answer tells delay and canceller", the_answer_tells_delay_and_canceller },
		{ "information of our own", information_of_our_own },
		{ "held back is cause 42", held_back_is_cause_42 },
		{ "a checked call gets its circuit then", a_checked_call_gets_its_circuit_then },
		{ "a failed check takes another circuit", a_failed_check_takes_another_circuit },
		{ "a check by the other end", a_check_by_the_other_end },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("pstn transit", tests, argc, argv);
}
