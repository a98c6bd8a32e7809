/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Continuity check (Q.764 2.1.8, Q.724 7) against a script of the other end's octets: outgoing with
 * its repeats, incoming with loop or transponder, on a previous circuit; INR and INF (2.1.6), and
 * what goes with a call; T38 (2.4.1).
 */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

static void checks(const char *expected)
{
	CU_ASSERT_STRING_EQUAL(rig.checks, expected);
	rig.checks[0] = '\0';
}

static void open_with_check(unsigned n)
{
	rig_open(n);
	rig.isup->user.continuity = rig_continuity;
}

static void octets_in(const void *octets, size_t n)
{
	isup_message_in(rig.isup, octets, n);
}

/* CIC 1: COT, CCR, REL cause 16, RLC as they are on the link (Q.763). */
static const uint8_t cot_good[] = { 1, 0, 0x05, 0x01 }, cot_failed[] = { 1, 0, 0x05, 0x00 },
		     ccr[] = { 1, 0, 0x11 }, rel[] = { 1, 0, 0x0c, 0x02, 0x00, 0x02, 0x80, 0x90 },
		     rlc[] = { 1, 0, 0x10, 0x00 };
/* IAM, CIC 1, NCI 04: continuity check required on this circuit; called 1234 with ST. */
static const uint8_t iam_check[] = { 1,	   0,	 0x01, 0x04, 0x60, 0x00, 0x0a, 0x00,
				     0x02, 0x00, 0x05, 0x83, 0x10, 0x21, 0x43, 0x0f };
/* NCI 08: performed on a previous circuit; 123 without ST. */
static const uint8_t iam_before[] = { 1,    0,	  0x01, 0x08, 0x60, 0x00, 0x0a, 0x00,
				      0x02, 0x00, 0x04, 0x83, 0x10, 0x21, 0x03 };

static struct isup_circuit *seize_checked(void)
{
	struct isup_circuit *circuit = NULL;
	struct isup_msg iam;

	make_iam(&iam, 0, "30123", true, ISUP_NCI_CHECK_HERE);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), 0);
	return circuit;
}

static uint8_t last_octet(uint8_t code)
{
	const struct isup_param *param = isup_msg_find(&rig.last, code);

	CU_ASSERT_PTR_NOT_NULL_FATAL(param);
	return isup_param_octets(&rig.last, param)[0];
}

/* --- outgoing --- */

static void a_good_check_lets_the_call_go_on(void)
{
	struct isup_circuit *circuit;

	open_with_check(2);
	circuit = seize_checked();
	checks("tone/1 ");
	expect("IAM 1 ", "");
	pass_ms(500);
	isup_continuity_result(circuit, true);
	expect("COT 1 ", "continuity ");
	CU_ASSERT_EQUAL(last_octet(0x10), 1);
	checks("off/1 ");
	receive(ISUP_ACM, 1, 1);
	pass_ms(3000);
	expect("", "acm ");
	isup_continuity_result(circuit, false); /* late: nothing is checked any more */
	expect("", "");
	rig_close();
}

/* Failed by media, or not heard within T24: another circuit for the call, T25, CCR, T24, T26, CCR,
 * good: REL. */
static void a_failed_check_is_repeated(void)
{
	for (unsigned heard = 0; heard < 2; heard++) {
		open_with_check(2);
		(void)seize_checked();
		if (heard)
			isup_continuity_result(isup_circuit_find(rig.isup, 1), false);
		else
			pass_ms(1900);
		expect("IAM 1 COT 1 ", "reattempt ");
		CU_ASSERT_EQUAL(last_octet(0x10), 0);
		checks("tone/1 off/1 ");
		expect_state(1, "continuity check");
		CU_ASSERT_STRING_EQUAL(rig.alarms, "");
		pass_ms(4999);
		expect("", "");
		pass_ms(1);
		expect("CCR 1 ", "");
		checks("tone/1 ");
		pass_ms(1900);
		expect("COT 1 ", "");
		CU_ASSERT_STRING_EQUAL(rig.alarms, "continuity check failed/1 ");
		pass_ms(5000);
		expect("CCR 1 ", "");
		pass_ms(1900);
		expect("COT 1 ", "");
		pass_ms(119999);
		expect("", "");
		pass_ms(1);
		expect("CCR 1 ", "");
		rig.checks[0] = '\0';
		isup_continuity_result(isup_circuit_find(rig.isup, 1), true);
		checks("off/1 ");
		expect("REL 1/16 ", "");
		octets_in(rlc, sizeof(rlc));
		expect_state(1, "idle");
		CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 1)->alarm);
		rig_close();
	}
}

static void a_call_that_ends_ends_its_check(void)
{
	open_with_check(2);
	release(seize_checked(), 16);
	expect("IAM 1 REL 1/16 ", "");
	checks("tone/1 off/1 ");
	octets_in(rlc, sizeof(rlc));
	expect("", "released ");
	/* Dual seizure on a circuit of theirs: our check gives way. */
	receive(ISUP_BLO, 1, 0);
	CU_ASSERT_EQUAL(isup_circuit_cic(seize_checked()), 2);
	receive_iam(2, "30123", true);
	checks("tone/2 off/2 ");
	CU_ASSERT_FALSE(timer_running(&isup_circuit_find(rig.isup, 2)->timers[CIC_CHECK]));
	rig_close();
}

static void no_tone_is_a_failure(void)
{
	open_with_check(2);
	rig.check_error = -EBUSY;
	(void)seize_checked();
	pass_ms(0);
	expect("IAM 1 COT 1 ", "reattempt ");
	rig_close();
}

static void what_cannot_be_checked_is_refused(void)
{
	struct isup_circuit *circuit;
	struct isup_msg iam;

	rig_open(2);
	make_iam(&iam, 0, "30123", true, ISUP_NCI_CHECK_HERE);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), -EPROTO);
	CU_ASSERT_EQUAL(isup_continuity_check(rig.isup, 1), -ENOTSUP);
	octets_in(iam_check, sizeof(iam_check));
	expect("REL 1/79 ", "");
	receive(ISUP_CCR, 2, 0);
	expect("CFN 2/97 ", "");
	rig_close();
}

/* By maintenance, on an idle circuit. */
static void a_circuit_is_checked_by_request(void)
{
	open_with_check(2);
	CU_ASSERT_EQUAL(isup_continuity_check(rig.isup, 1), 0);
	expect("CCR 1 ", "");
	checks("tone/1 ");
	CU_ASSERT_EQUAL(isup_continuity_check(rig.isup, 1), -EBUSY);
	CU_ASSERT_EQUAL(isup_continuity_check(rig.isup, 9), -ENOENT);
	isup_continuity_result(isup_circuit_find(rig.isup, 1), true);
	expect("REL 1/16 ", "");
	octets_in(rlc, sizeof(rlc));
	expect_state(1, "idle");
	rig_close();
}

/* --- incoming --- */

static void an_incoming_call_waits_for_cot(void)
{
	open_with_check(2);
	octets_in(iam_check, sizeof(iam_check));
	expect("", "");
	checks("loop/1 ");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	pass_ms(11999);
	octets_in(cot_good, sizeof(cot_good));
	checks("off/1 ");
	expect("", "setup ");
	pass_ms(60000);
	expect("", "");
	rig_close();
}

static void a_transponder_where_it_is_asked_for(void)
{
	open_with_check(2);
	rig.isup->conf.transponder = true;
	octets_in(iam_check, sizeof(iam_check));
	checks("transponder/1 ");
	octets_in(rel, sizeof(rel));
	checks("off/1 ");
	expect("RLC 1 ", "");
	expect_state(1, "idle");
	rig_close();
}

/* Q.784 5.2.5: T8 on this circuit and on a previous one. */
static void t8_releases(void)
{
	open_with_check(2);
	octets_in(iam_check, sizeof(iam_check));
	pass_ms(12000);
	checks("loop/1 off/1 ");
	expect("REL 1/41 ", "");
	octets_in(rlc, sizeof(rlc));
	octets_in(iam_before, sizeof(iam_before));
	checks("");
	pass_ms(12000);
	expect("REL 1/41 ", "");
	rig_close();
}

/* Digits that come while the check goes on belong to the call. */
static void digits_while_checking(void)
{
	struct isup_number called;
	const uint8_t sam[] = { 1, 0, 0x02, 0x02, 0x00, 0x03, 0x80, 0x54, 0x0f };

	open_with_check(2);
	octets_in(iam_before, sizeof(iam_before));
	octets_in(sam, sizeof(sam));
	pass_ms(11000);
	expect("", "");
	CU_ASSERT_TRUE(
		isup_get_number(isup_circuit_find(rig.isup, 1)->iam, ISUP_P_CALLED, &called));
	CU_ASSERT_STRING_EQUAL(called.digits, "12345");
	CU_ASSERT_TRUE(called.complete);
	octets_in(sam, sizeof(sam)); /* after ST: not taken */
	octets_in(cot_good, sizeof(cot_good));
	expect("", "setup ");
	CU_ASSERT_TRUE(isup_circuit_find(rig.isup, 1)->complete);
	rig_close();
}

static void a_failure_before_is_no_fault_of_the_circuit(void)
{
	open_with_check(2);
	octets_in(iam_before, sizeof(iam_before));
	octets_in(cot_failed, sizeof(cot_failed));
	expect("REL 1/41 ", "");
	octets_in(rlc, sizeof(rlc));
	expect_state(1, "idle");
	rig_close();
}

/* Q.784 1.4: CCR, failed, CCR, good. */
static void a_circuit_is_checked_for_the_other_end(void)
{
	open_with_check(2);
	octets_in(ccr, sizeof(ccr));
	checks("loop/1 ");
	expect_state(1, "continuity check");
	octets_in(cot_failed, sizeof(cot_failed));
	checks("off/1 ");
	octets_in(ccr, sizeof(ccr));
	checks("loop/1 ");
	octets_in(rel, sizeof(rel));
	checks("off/1 ");
	expect("RLC 1 ", "");
	expect_state(1, "idle");
	rig_close();
}

/* The call is lost, the circuit waits for CCR, and is reset at T27 (Q.784 1.4.5). */
static void t27_resets(void)
{
	open_with_check(2);
	octets_in(iam_check, sizeof(iam_check));
	octets_in(cot_failed, sizeof(cot_failed));
	checks("loop/1 off/1 ");
	expect("", "");
	expect_state(1, "continuity check");
	pass_ms(240000);
	expect("RSC 1 ", "");
	CU_ASSERT_STRING_EQUAL(rig.alarms, "continuity check failed/1 ");
	octets_in(rlc, sizeof(rlc));
	expect_state(1, "idle");
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 1)->alarm);
	rig_close();
}

static void t36_resets(void)
{
	open_with_check(2);
	octets_in(ccr, sizeof(ccr));
	pass_ms(11999);
	expect("", "");
	pass_ms(1);
	checks("loop/1 off/1 ");
	expect("RSC 1 ", "");
	rig_close();
}

static void a_reset_ends_a_check(void)
{
	open_with_check(2);
	octets_in(ccr, sizeof(ccr));
	receive(ISUP_RSC, 1, 0);
	expect("RLC 1 ", "");
	checks("loop/1 off/1 ");
	expect_state(1, "idle");
	octets_in(ccr, sizeof(ccr));
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 1), 0);
	expect("RSC 1 ", "");
	checks("loop/1 off/1 ");
	rig_close();
}

/* Q.764 2.9.5.1: COT and CCR where nothing is checked. */
static void stray_messages(void)
{
	open_with_check(2);
	octets_in(cot_good, sizeof(cot_good));
	expect("RSC 1 ", "");
	octets_in(rlc, sizeof(rlc));
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	octets_in(cot_failed, sizeof(cot_failed));
	octets_in(ccr, sizeof(ccr));
	expect("IAM 1 ", "acm ");
	expect_state(1, "outgoing, wait for answer");
	rig_close();
}

/* --- what goes with a call --- */

static void inr_is_answered_by_the_owner_or_by_none(void)
{
	struct isup_circuit *circuit;

	rig_open(2);
	circuit = seize();
	receive(ISUP_INR, 1, 1);
	expect("IAM 1 INF 1 ", "inr ");
	CU_ASSERT_EQUAL(last_octet(0x0f), 0);
	CU_ASSERT_EQUAL(send_type(circuit, ISUP_INF, 3), 0);
	CU_ASSERT_EQUAL(last_octet(0x0f), 3);
	expect("INF 1 ", "");
	rig_close();
}

static void t33_ends_a_call_without_information(void)
{
	struct isup_circuit *circuit;

	rig_open(2);
	receive_iam(2, "30123", true);
	circuit = isup_circuit_find(rig.isup, 2);
	CU_ASSERT_EQUAL(send_type(circuit, ISUP_INR, 1), 0);
	receive(ISUP_INF, 2, 3);
	expect("INR 2 ", "setup inf ");
	receive(ISUP_INF, 2, 3); /* not asked for */
	pass_ms(14000);
	expect("", "");
	CU_ASSERT_EQUAL(send_type(circuit, ISUP_INR, 1), 0);
	pass_ms(12999);
	expect("INR 2 ", "");
	pass_ms(1);
	expect("REL 2/102 ", "release/102 ");
	CU_ASSERT_EQUAL(send_type(circuit, ISUP_INR, 1), -EPROTO);
	rig_close();
}

static void messages_go_with_a_call(void)
{
	struct isup_circuit *circuit;

	rig_open(2);
	circuit = seize();
	receive(ISUP_USR, 1, 7);
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_FOT, 1, 0);
	receive(ISUP_ANM, 1, 1);
	CU_ASSERT_EQUAL(send_type(circuit, ISUP_FOT, 0), 0);
	CU_ASSERT_EQUAL(send_type(circuit, ISUP_USR, 5), 0);
	expect("IAM 1 FOT 1 USR 1 ", "message acm message answer ");
	receive(ISUP_FOT, 2, 0); /* no call there */
	expect("RSC 2 ", "");
	rig_close();
}

/* Q.764 2.4.1.3: SUS (network) towards an international exchange. */
static void t38_ends_what_nobody_takes_up(void)
{
	struct isup_circuit *circuit;

	for (uint8_t ni = 0; ni <= 2; ni += 2) {
		rig_open(2);
		rig.isup->conf.ni = ni;
		receive_iam(2, "30123", true);
		circuit = isup_circuit_find(rig.isup, 2);
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_CON, 1), 0);
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_SUS, 1), 0);
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_RES, 1), 0);
		pass_ms(17000);
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_SUS, 0), 0);
		pass_ms(17000);
		expect("CON 2 SUS 2 RES 2 SUS 2 ", "setup ");
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_SUS, 1), 0);
		pass_ms(17000);
		expect(ni ? "SUS 2 " : "SUS 2 REL 2/102 ", ni ? "" : "release/102 ");
		rig_close();
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "a good check lets the call go on", a_good_check_lets_the_call_go_on },
		{ "a failed check is repeated", a_failed_check_is_repeated },
		{ "a call that ends ends its check", a_call_that_ends_ends_its_check },
		{ "no tone is a failure", no_tone_is_a_failure },
		{ "what cannot be checked is refused", what_cannot_be_checked_is_refused },
		{ "a circuit is checked by request", a_circuit_is_checked_by_request },
		{ "an incoming call waits for COT", an_incoming_call_waits_for_cot },
		{ "a transponder where it is asked for", a_transponder_where_it_is_asked_for },
		{ "T8 releases", t8_releases },
		{ "digits while checking", digits_while_checking },
		{ "a failure before is no fault of the circuit",
		  a_failure_before_is_no_fault_of_the_circuit },
		{ "a circuit is checked for the other end",
		  a_circuit_is_checked_for_the_other_end },
		{ "T27 resets", t27_resets },
		{ "T36 resets", t36_resets },
		{ "a reset ends a check", a_reset_ends_a_check },
		{ "stray messages", stray_messages },
		{ "INR is answered by the owner or by none",
		  inr_is_answered_by_the_owner_or_by_none },
		{ "T33 ends a call without information", t33_ends_a_call_without_information },
		{ "messages go with a call", messages_go_with_a_call },
		{ "T38 ends what nobody takes up", t38_ends_what_nobody_takes_up },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup continuity", tests, argc, argv);
}
