/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Calls on a circuit, Q.764 2.1 to 2.4 and 2.9: message by message, with every timer. */
#include "tests/unit/isup/rig.h"

static void outgoing_call(void)
{
	rig_open(4);
	struct isup_circuit *c = seize();

	/* The odd circuits are ours (Q.764 2.9.1.4): the lowest of them. */
	expect("IAM 1 ", "");
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_CPG, 1, 1);
	receive(ISUP_ANM, 1, 0);
	expect("", "acm cpg answer ");
	expect_state(1, "outgoing, answered");
	release(c, 16);
	expect("REL 1/16 ", "");
	receive(ISUP_RLC, 1, 0);
	expect("", "released ");
	expect_state(1, "idle");
	rig_close();
}

static void incoming_call(void)
{
	rig_open(4);
	receive_iam(2, "30123", true);
	expect("", "setup ");
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_CPG, 1), -EPROTO);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_ACM, 1), 0);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_CPG, 1), 0);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_CON, 1), -EPROTO);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_ANM, 0), 0);
	expect("ACM 2 CPG 2 ANM 2 ", "");
	receive(ISUP_REL, 2, 16);
	expect("RLC 2 ", "release/16 released ");
	expect_state(2, "idle");
	rig_close();
}

static void connect_without_acm(void)
{
	rig_open(4);
	struct isup_circuit *c = seize();

	receive(ISUP_CON, 1, 1);
	expect("IAM 1 ", "answer ");
	receive_iam(2, "30123", true);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_CON, 1), 0);
	expect("CON 2 ", "setup ");
	release(c, 16);
	rig_close();
}

static void overlap_in(void)
{
	rig_open(4);
	receive_iam(2, "30", false);
	expect("", "setup ");
	pass_ms(10000);
	receive(ISUP_SAM, 2, 0); /* the third digit: from here T10 runs, not T35 */
	expect("", "digits ");
	pass_ms(4999);
	expect("", "");
	receive(ISUP_SAM, 2, 0);
	pass_ms(4999);
	expect("", "digits ");
	pass_ms(1);
	expect("", "t10 ");
	receive(ISUP_SAM, 2, 0); /* later digits change nothing */
	expect("", "");
	rig_close();
}

/* Exactly the minimum: T10, not T35, and T35 of before does not run on. */
static void overlap_of_the_minimum(void)
{
	rig_open(4);
	receive_iam(2, "30", false);
	pass_ms(14000);
	receive(ISUP_SAM, 2, 0);
	pass_ms(5000);
	expect("", "setup digits t10 ");
	pass_ms(1000000);
	expect("", "");
	rig_close();
}

static void overlap_too_short(void)
{
	rig_open(4);
	receive_iam(2, "30", false);
	pass_ms(14999);
	expect("", "setup ");
	pass_ms(1);
	expect("REL 2/28 ", "t35/28 ");
	receive(ISUP_RLC, 2, 0);
	expect("", "released ");
	rig_close();
}

static void end_signal_completes(void)
{
	rig_open(4);
	receive_iam(2, "301", false);
	receive(ISUP_SAM, 2, 1);
	expect("", "setup digits ");
	pass_ms(60000);
	expect("", "");
	rig_close();
}

static void overlap_out(void)
{
	struct isup_msg iam;
	struct isup_circuit *c;

	rig_open(4);
	make_iam(&iam, 0, "30", false, 0);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &c), 0);
	pass_ms(20000);
	CU_ASSERT_EQUAL(send_type(c, ISUP_SAM, 1), 0);
	pass_ms(20000); /* T7 was started anew by the SAM */
	expect("IAM 1 SAM 1 ", "");
	receive(ISUP_ACM, 1, 1);
	CU_ASSERT_EQUAL(send_type(c, ISUP_SAM, 1), -EPROTO);
	rig_close();
}

static void t7_and_t9(void)
{
	rig_open(4);
	(void)seize();
	pass_ms(24999);
	expect("IAM 1 ", "");
	pass_ms(1);
	expect("REL 1/102 ", "release/102 ");
	receive(ISUP_RLC, 1, 0);
	expect("", "released ");
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	pass_ms(119999);
	expect("IAM 1 ", "acm ");
	pass_ms(1);
	expect("REL 1/19 ", "release/19 ");
	rig_close();
}

static void t1_repeats_and_t5_resets(void)
{
	rig_open(4);
	struct isup_circuit *c = seize();

	release(c, 16);
	expect("IAM 1 REL 1/16 ", "");
	pass_ms(14999);
	expect("", "");
	pass_ms(1);
	expect("REL 1/16 ", "");
	pass_ms(270000);
	rig.sent[0] = '\0';
	pass_ms(15000); /* 300 s after the first REL */
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.sent, "RSC 1 "));
	CU_ASSERT_STRING_EQUAL(rig.said, "released ");
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "T5"));
	rig.sent[0] = rig.said[0] = '\0';
	pass_ms(299999); /* T17 alone from here on, no T16 (Q.764 2.9.6) */
	expect("", "");
	pass_ms(1);
	expect("RSC 1 ", "");
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "T17"));
	pass_ms(299999);
	expect("", "");
	pass_ms(1);
	expect("RSC 1 ", "");
	receive(ISUP_RLC, 1, 0);
	expect_state(1, "idle");
	rig_close();
}

static void suspend_and_resume(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_ANM, 1, 0);
	receive(ISUP_SUS, 1, 1); /* by the network: T6, 30 s */
	pass_ms(29999);
	receive(ISUP_RES, 1, 1);
	pass_ms(60000);
	expect("IAM 1 ", "acm answer suspend resume ");
	receive(ISUP_SUS, 1, 0); /* by the user: T2, 180 s */
	pass_ms(179999);
	expect("", "suspend ");
	pass_ms(1);
	expect("REL 1/102 ", "release/102 ");
	receive(ISUP_RLC, 1, 0);
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_ANM, 1, 0);
	receive(ISUP_SUS, 1, 1);
	pass_ms(30000);
	expect("IAM 1 REL 1/16 ", "released acm answer suspend release/16 ");
	rig_close();
}

static void releases_collide(void)
{
	rig_open(4);
	struct isup_circuit *c = seize();

	release(c, 16);
	receive(ISUP_REL, 1, 17);
	expect("IAM 1 REL 1/16 RLC 1 ", "");
	receive(ISUP_RLC, 1, 0);
	expect("", "released ");
	rig_close();
}

static void owner_may_answer_a_release_later(void)
{
	rig_open(4);
	rig.answers = false;
	struct isup_circuit *c = seize();

	receive(ISUP_REL, 1, 17);
	expect("IAM 1 ", "release/17 ");
	receive(ISUP_REL, 1, 17); /* repeated by T1 of the other end */
	expect("", "");
	release(c, 17);
	expect("RLC 1 ", "released ");
	rig_close();
}

static void dual_seizure_both_roles(void)
{
	rig_open(4);
	(void)seize(); /* 1 is ours to control: the other end's IAM is dropped */
	receive_iam(1, "30123", true);
	expect("IAM 1 ", "");
	(void)seize();
	(void)seize(); /* 3, then 2: theirs */
	expect("IAM 3 IAM 2 ", "");
	receive_iam(2, "30123", true);
	expect("", "reattempt setup ");
	expect_state(2, "incoming, address");
	rig_close();
}

static int call_anew(void)
{
	struct isup_circuit *circuit;
	struct isup_msg iam;

	make_iam(&iam, 0, "30123", true, 0);
	return isup_setup(rig.isup, &iam, OWNER, &circuit);
}

/* The call that loses the circuit is made again within the indication: with every other circuit
 * busy there is none, and the other end's call is taken. */
static void dual_seizure_on_the_last_circuit(void)
{
	rig_open(2);
	(void)seize();
	(void)seize();
	expect("IAM 1 IAM 2 ", "");
	rig.lost = call_anew;
	receive_iam(2, "30123", true);
	expect("", "reattempt again/0 setup ");
	expect_state(2, "incoming, address");
	CU_ASSERT_PTR_EQUAL(isup_circuit_user(rig.circuit), OWNER);
	rig.lost = NULL;
	rig_close();
}

/* Nor is a circuit that the other end resets hunted again before it is idle. */
static void reset_of_the_last_circuit(void)
{
	rig_open(1);
	(void)seize();
	expect("IAM 1 ", "");
	rig.lost = call_anew;
	receive(ISUP_RSC, 1, 0);
	expect("RLC 1 ", "reattempt again/0 ");
	expect_state(1, "idle");
	rig.lost = NULL;
	rig_close();
}

static void continuity_is_refused(void)
{
	struct isup_msg iam;

	rig_open(4);
	make_iam(&iam, 2, "30123", true, 1);
	receive_msg(&iam);
	expect("REL 2/79 ", "");
	receive(ISUP_RLC, 2, 0);
	expect_state(2, "idle");
	rig_close();
}

static void unexpected_on_idle(void)
{
	static const uint8_t types[] = { ISUP_ACM, ISUP_ANM, ISUP_CON, ISUP_CPG,
					 ISUP_SUS, ISUP_RES, ISUP_SAM };

	rig_open(4);
	for (size_t i = 0; i < sizeof(types); i++) {
		receive(types[i], 1, 1);
		expect("RSC 1 ", "");
		receive(ISUP_RLC, 1, 0);
		expect_state(1, "idle");
	}
	receive(ISUP_REL, 1, 16);
	expect("RLC 1 ", "");
	receive(ISUP_RLC, 1, 0);
	expect("", "");
	rig_close();
}

static void malformed_and_unknown(void)
{
	static const uint8_t unknown[] = { 1, 0, 0xfe, 0 };
	static const uint8_t bad_iam[] = { 2, 0, ISUP_IAM, 0, 0 };
	static const uint8_t bad_rel[] = { 1, 0, ISUP_REL, 9, 0 };
	static const uint8_t bad_acm[] = { 1, 0, ISUP_ACM };
	static const uint8_t bad_cpg[] = { 1, 0, ISUP_CPG };
	static const uint8_t bad_rlc[] = { 2, 0, ISUP_RLC, 9 };

	rig_open(4);
	isup_message_in(rig.isup, unknown, sizeof(unknown));
	expect("CFN 1/97 ", "");
	isup_message_in(rig.isup, bad_iam, sizeof(bad_iam));
	expect("REL 2/111 ", "");
	receive(ISUP_RLC, 2, 0);
	(void)seize();
	isup_message_in(rig.isup, bad_acm, sizeof(bad_acm));
	expect("IAM 1 REL 1/111 ", "release/111 ");
	receive(ISUP_RLC, 1, 0);
	expect("", "released ");
	isup_message_in(rig.isup, bad_acm, sizeof(bad_acm));
	isup_message_in(rig.isup, bad_cpg, sizeof(bad_cpg));
	expect("CFN 1/111 CFN 1/111 ", "");
	(void)seize();
	isup_message_in(rig.isup, bad_cpg, sizeof(bad_cpg));
	expect("IAM 1 CFN 1/111 ", "");
	isup_message_in(rig.isup, bad_rel, sizeof(bad_rel));
	expect("RLC 1 ", "release/31 released ");
	isup_message_in(rig.isup, bad_iam, sizeof(bad_iam) - 2);
	release(isup_circuit_find(rig.isup, 2), 16);
	isup_message_in(rig.isup, bad_rlc, sizeof(bad_rlc));
	expect("REL 2/111 ", "");
	expect_state(2, "idle");
	isup_message_in(rig.isup, unknown, 2);
	isup_message_in(rig.isup, unknown, 0);
	receive(ISUP_ACM, 99, 1);
	expect("UCIC 99 ", "");
	receive(ISUP_RLC, 99, 0);
	expect("", "");
	rig_close();
}

static void no_circuit_and_no_destination(void)
{
	struct isup_msg iam;
	struct isup_circuit *c;

	rig_open(2);
	(void)seize();
	(void)seize();
	make_iam(&iam, 0, "30123", true, 0);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &c), -EAGAIN);
	isup_mtp_pause(rig.isup);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &c), -ENETUNREACH);
	CU_ASSERT_FALSE(isup_available(rig.isup));
	isup_mtp_resume(rig.isup);
	CU_ASSERT_TRUE(isup_available(rig.isup));
	rig_close();
}

static void hunting(void)
{
	static const enum isup_hunt hunts[] = { ISUP_HUNT_ASCENDING, ISUP_HUNT_DESCENDING,
						ISUP_HUNT_CYCLIC, ISUP_HUNT_LEAST_RECENTLY_USED };
	static const unsigned first[] = { 1, 5, 1, 1 }, second[] = { 1, 5, 3, 3 };

	for (size_t i = 0; i < 4; i++) {
		rig_open(6);
		isup_set_hunt(rig.isup, hunts[i], 3);
		struct isup_circuit *c = seize();

		CU_ASSERT_EQUAL(isup_circuit_cic(c), first[i]);
		release(c, 16);
		receive(ISUP_RLC, (uint16_t)first[i], 0);
		CU_ASSERT_EQUAL(isup_circuit_cic(seize()), second[i]);
		rig_close();
	}
}

static void what_waits_goes_out_on_resume(void)
{
	rig_open(4);
	struct isup_circuit *c = seize();

	release(c, 16);
	expect("IAM 1 REL 1/16 ", "");
	isup_mtp_pause(rig.isup);
	isup_mtp_resume(rig.isup);
	expect("REL 1/16 ", "");
	rig_close();
}

/* Q.764 2.9.5.1 c and d: by the state of the call. */
static void unexpected_in_a_call(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_SUS, 1, 0); /* no backward message yet: reset, and another circuit */
	expect("IAM 1 RSC 1 ", "reattempt ");
	receive(ISUP_RLC, 1, 0);
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_SAM, 1, 0);
	receive_iam(1, "30123", true);
	receive(ISUP_RES, 1, 0);
	expect("IAM 1 ", "acm ");
	receive(ISUP_RLC, 1, 0); /* not asked for */
	expect("REL 1/111 ", "release/111 ");
	receive(ISUP_RLC, 1, 0);
	expect("", "released ");
	receive_iam(2, "30123", true);
	receive_iam(2, "30123", true); /* before our ACM: the incoming call is released */
	expect("RSC 2 ", "setup released ");
	receive(ISUP_RLC, 2, 0);
	receive_iam(2, "30123", true);
	(void)send_type(rig.circuit, ISUP_ACM, 1);
	receive(ISUP_ACM, 2, 1);
	receive(ISUP_SAM, 2, 1);
	expect("ACM 2 ", "setup ");
	expect_state(2, "incoming, wait for answer");
	rig_close();
}

static void answers_what_it_does_not_know(void)
{
	struct isup_msg inr;
	static const uint8_t none[2];

	rig_open(4);
	(void)seize();
	isup_msg_init(&inr, ISUP_INR, 1);
	CU_ASSERT_EQUAL(isup_msg_add(&inr, 0x0e, none, 2), 0);
	receive_msg(&inr); /* nothing of it is known here */
	receive(ISUP_CCR, 3, 0);
	expect("IAM 1 INF 1 CFN 3/97 ", "inr ");
	receive(ISUP_CFN, 1, 97);
	expect("", "");
	rig_close();
}

static void an_answer_needs_no_acm(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_ANM, 1, 0); /* RFC 3398 7.2.7 */
	expect("IAM 1 ", "answer ");
	pass_ms(1000000);
	expect("", "");
	rig_close();
}

static void every_request_in_every_state(void)
{
	static const uint8_t types[] = { ISUP_SAM, ISUP_ACM, ISUP_CPG, ISUP_ANM,
					 ISUP_CON, ISUP_SUS, ISUP_RES, ISUP_REL };
	struct isup_circuit *c;

	rig_open(4);
	c = isup_circuit_find(rig.isup, 1);
	for (size_t i = 0; i < sizeof(types); i++)
		CU_ASSERT_EQUAL(send_type(c, types[i], 1), -EPROTO);
	release(c, 16); /* nothing to release */
	expect("", "");
	c = seize();
	for (size_t i = 1; i < sizeof(types); i++)
		CU_ASSERT_EQUAL(send_type(c, types[i], 1), -EPROTO);
	release(c, 16);
	release(c, 17); /* the first word stands */
	for (size_t i = 0; i < sizeof(types); i++)
		CU_ASSERT_EQUAL(send_type(c, types[i], 1), -EPROTO);
	expect("IAM 1 REL 1/16 ", "");
	receive(ISUP_RLC, 1, 0);
	expect("", "released ");
	rig_close();
}

static void a_pause_keeps_calls(void)
{
	rig_open(4);
	struct isup_circuit *c = seize();

	receive(ISUP_ACM, 1, 1);
	receive(ISUP_ANM, 1, 0);
	(void)seize();
	isup_mtp_pause(rig.isup);
	CU_ASSERT_EQUAL(send_type(c, ISUP_SUS, 0), -ENETUNREACH);
	expect("IAM 1 IAM 3 ", "acm answer ");
	pass_ms(25000); /* T7 runs on, its REL cannot go out */
	expect("", "release/102 ");
	isup_mtp_resume(rig.isup);
	expect("REL 3/102 ", "");
	expect_state(1, "outgoing, answered");
	rig_close();
}

static void an_iam_that_cannot_be_sent(void)
{
	struct isup_circuit *c = NULL;
	struct isup_msg iam;

	rig_open(4);
	make_iam(&iam, 0, "30123", true, 0);
	isup_msg_remove(&iam, ISUP_P_TMR);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &c), -EINVAL);
	CU_ASSERT_PTR_NULL(c);
	expect("", "");
	expect_state(1, "idle");
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "outgoing call", outgoing_call },
		{ "incoming call", incoming_call },
		{ "connect without ACM", connect_without_acm },
		{ "overlap in", overlap_in },
		{ "overlap of the minimum", overlap_of_the_minimum },
		{ "overlap too short: T35", overlap_too_short },
		{ "the end signal completes", end_signal_completes },
		{ "overlap out", overlap_out },
		{ "T7 and T9", t7_and_t9 },
		{ "T1 repeats, T5 resets, T17", t1_repeats_and_t5_resets },
		{ "suspend and resume: T2, T6", suspend_and_resume },
		{ "releases collide", releases_collide },
		{ "the owner may answer a release later", owner_may_answer_a_release_later },
		{ "dual seizure in both roles", dual_seizure_both_roles },
		{ "dual seizure on the last circuit", dual_seizure_on_the_last_circuit },
		{ "reset of the last circuit", reset_of_the_last_circuit },
		{ "a continuity check is refused", continuity_is_refused },
		{ "unexpected messages on an idle circuit", unexpected_on_idle },
		{ "malformed and unknown messages", malformed_and_unknown },
		{ "no circuit, no destination", no_circuit_and_no_destination },
		{ "hunting", hunting },
		{ "what waits goes out on resume", what_waits_goes_out_on_resume },
		{ "unexpected messages in a call", unexpected_in_a_call },
		{ "answers what it does not know", answers_what_it_does_not_know },
		{ "an answer needs no ACM", an_answer_needs_no_acm },
		{ "every request in every state", every_request_in_every_state },
		{ "a pause keeps calls", a_pause_keeps_calls },
		{ "an IAM that cannot be sent", an_iam_that_cannot_be_sent },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup call", tests, argc, argv);
}
