/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Circuit group query both ways (Q.764 2.8.3), with what differs set right; the user part of the
 * other end (2.13); messages in two segments (2.1.12); LPA.
 */
#include "isup/healer.h"
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

static void in(const void *octets, size_t n)
{
	isup_message_in(rig.isup, octets, n);
}

/* CQR of circuits 1 to 4. */
static void cqr(uint8_t s1, uint8_t s2, uint8_t s3, uint8_t s4)
{
	const uint8_t octets[] = { 1, 0, 0x2b, 0x02, 0x03, 0x01, 0x03, 0x04, s1, s2, s3, s4 };

	in(octets, sizeof(octets));
}

static void ask(void)
{
	CU_ASSERT_EQUAL(isup_query_group(rig.isup, 1, 4), 0);
	expect("CQM 1 ", "");
}

/* --- answered --- */

/* Q.763 3.14: idle 0c, incoming busy 04, outgoing busy 08; blocked 01, 02; hardware 10, 20;
 * transient 00, unequipped 03. */
static void a_query_is_answered(void)
{
	static const uint8_t cqm[] = { 1, 0, 0x2a, 0x01, 0x01, 0x08 };
	static const uint8_t states[] = { 0x08, 0x04, 0x0d, 0x0e, 0x0f, 0x1c, 0x2c, 0x00, 0x03 };
	const struct isup_param *param;
	struct isup_circuit *circuit;

	rig_open(8);
	circuit = seize();
	CU_ASSERT_EQUAL(isup_circuit_cic(circuit), 1);
	receive_iam(2, "30123", true);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 3), 0);
	receive(ISUP_BLO, 4, 0);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 5), 0);
	receive(ISUP_BLO, 5, 0);
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 6, 1, true), 0);
	isup_circuit_find(rig.isup, 7)->blocked = BLOCK_REMOTE_HW;
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 8), 0);
	rig.sent[0] = rig.said[0] = '\0';
	in(cqm, sizeof(cqm));
	expect("CQR 1 ", "");
	param = isup_msg_find(&rig.last, ISUP_P_CIRCUIT_STATE);
	CU_ASSERT_PTR_NOT_NULL_FATAL(param);
	CU_ASSERT_EQUAL_FATAL(param->length, sizeof(states));
	CU_ASSERT_EQUAL(memcmp(isup_param_octets(&rig.last, param), states, sizeof(states)), 0);
	rig_close();
}

static void a_query_for_nothing_here(void)
{
	static const uint8_t cqm[] = { 100, 0, 0x2a, 0x01, 0x01, 0x08 },
			     wide[] = { 1, 0, 0x2a, 0x01, 0x01, 0x20 };

	rig_open(4);
	in(cqm, sizeof(cqm));
	expect("UCIC 100 ", "");
	in(wide, sizeof(wide));
	cqr(0x0c, 0x0c, 0x0c, 0x0c); /* not asked for */
	expect("", "");
	rig_close();
}

/* --- asked --- */

static void what_agrees_changes_nothing(void)
{
	rig_open(4);
	(void)seize();
	receive_iam(2, "30123", true);
	receive(ISUP_BLO, 3, 0);
	rig.sent[0] = rig.said[0] = '\0';
	ask();
	CU_ASSERT_EQUAL(isup_query_group(rig.isup, 1, 4), -EBUSY);
	CU_ASSERT_EQUAL(isup_query_group(rig.isup, 1, 33), -EINVAL);
	cqr(0x04, 0x08, 0x0d, 0x0c);
	expect("", "");
	pass_ms(10000);
	CU_ASSERT_STRING_EQUAL(rig.alarms, "");
	rig_close();
}

static void blocking_is_set_right(void)
{
	char text[48];

	rig_open(4);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 3), 0);
	receive(ISUP_BLA, 3, 0);
	receive(ISUP_BLO, 4, 0);
	rig.sent[0] = '\0';
	ask();
	/* 1 is blocked there, 2 was never unblocked there, 3 is not blocked, 4 no longer. */
	cqr(0x0d, 0x0e, 0x0c, 0x0c);
	expect("UBL 2 BLO 3 ", "");
	isup_circuit_blocking(isup_circuit_find(rig.isup, 1), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "remote");
	isup_circuit_blocking(isup_circuit_find(rig.isup, 4), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "-");
	receive(ISUP_UBA, 2, 0);
	receive(ISUP_BLA, 3, 0);
	ask();
	cqr(0x2c, 0x1c, 0x0e, 0x0c); /* hardware: blocked by us, and by them */
	expect("CGU 1 ", "");
	isup_circuit_blocking(isup_circuit_find(rig.isup, 2), text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "remote hw");
	rig_close();
}

static void a_circuit_that_is_not_there(void)
{
	rig_open(4);
	(void)seize();
	expect("IAM 1 ", "");
	ask();
	cqr(0x03, 0x0c, 0x0c, 0x0c);
	expect("", "reattempt ");
	CU_ASSERT_STRING_EQUAL(rig.alarms, "not equipped at the other end/1 ");
	rig_close();
}

/* A call at one end alone: looked at twice, then healed. */
static void a_call_at_one_end_is_healed(void)
{
	const struct isup_healer_conf conf = { "rig", 60, 5 };
	struct isup_healer *healer;

	rig_open(4);
	healer = isup_healer_new(&conf, rig.heap);
	isup_set_healer(rig.isup, healer, ISUP_HEAL_RSC);
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	rig.sent[0] = rig.said[0] = '\0';
	ask();
	cqr(0x0c, 0x08, 0x0c, 0x0c); /* 1 idle there, 2 busy there */
	expect("CQM 1 ", "");
	cqr(0x04, 0x08, 0x0c, 0x0c); /* 1: a message was under way */
	expect("RSC 2 ", "");
	receive(ISUP_RLC, 2, 0);
	expect_state(2, "idle");
	expect_state(1, "outgoing, wait for answer");
	CU_ASSERT_FALSE(timer_running(&rig.isup->query.t28));
	/* Another call in between is another call. */
	ask();
	cqr(0x0c, 0x0c, 0x0c, 0x0c);
	expect("CQM 1 ", "");
	receive(ISUP_REL, 1, 16);
	(void)seize();
	rig.sent[0] = rig.said[0] = '\0';
	cqr(0x0c, 0x0c, 0x0c, 0x0c);
	expect("", "");
	isup_free(rig.isup);
	isup_healer_free(healer);
	timer_heap_free(rig.heap);
}

static void no_answer_is_an_alarm(void)
{
	rig_open(4);
	ask();
	pass_ms(9999);
	CU_ASSERT_STRING_EQUAL(rig.alarms, "");
	pass_ms(1);
	CU_ASSERT_STRING_EQUAL(rig.alarms, "no CQR within T28 ");
	ask();
	cqr(0x0c, 0x0c, 0x0c, 0x0c);
	CU_ASSERT_FALSE(rig.isup->query.alarmed);
	rig_close();
}

static void every_circuit_in_its_turn(void)
{
	rig_open(4);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 10, NULL), 0);
	receive(ISUP_RLC, 10, 0);
	rig.sent[0] = '\0';
	isup_set_query(rig.isup, 60000);
	pass_ms(180000);
	expect("CQM 1 CQM 10 CQM 1 ", "");
	isup_set_query(rig.isup, 0);
	pass_ms(180000);
	expect("", "");
	rig_close();
}

/* --- the user part --- */

static void user_part_unavailable(void)
{
	static const uint8_t upa[] = { 1, 0, 0x35, 0x00 }, upt[] = { 77, 0, 0x34, 0x00 };
	struct isup_circuit *circuit;
	struct isup_msg iam;

	rig_open(4);
	make_iam(&iam, 0, "30123", true, 0);
	isup_mtp_status(rig.isup, MTP_STATUS_USER_UNAVAILABLE, 2);
	expect("UPT 1 ", "");
	CU_ASSERT_STRING_EQUAL(rig.alarms, "user part of the other end not available ");
	CU_ASSERT_FALSE(isup_available(rig.isup));
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), -ENETUNREACH);
	isup_mtp_status(rig.isup, MTP_STATUS_USER_UNAVAILABLE, 2); /* told again */
	pass_ms(299999);
	expect("", "");
	pass_ms(1);
	expect("UPT 1 ", "");
	in(upa, sizeof(upa));
	CU_ASSERT_TRUE(isup_available(rig.isup));
	pass_ms(600000);
	expect("", "");
	/* Whatever it says, it is there. */
	isup_mtp_status(rig.isup, MTP_STATUS_USER_UNAVAILABLE, 1);
	receive_iam(2, "30123", true);
	expect("UPT 1 ", "setup ");
	CU_ASSERT_TRUE(isup_available(rig.isup));
	CU_ASSERT_FALSE(timer_running(&rig.isup->t4));
	/* Asked, for whatever circuit. */
	in(upt, sizeof(upt));
	expect("UPA 77 ", "");
	isup_mtp_status(rig.isup, MTP_STATUS_USER_UNAVAILABLE, 0);
	isup_mtp_pause(rig.isup);
	CU_ASSERT_FALSE(timer_running(&rig.isup->t4));
	rig_close();
}

/* --- two segments --- */

/* IAM on circuit 2 that says that a segment follows (optional forward call indicators 04). */
static void first_segment(void)
{
	const uint8_t more = 0x04;
	struct isup_msg iam;

	make_iam(&iam, 2, "30123", true, 0);
	(void)isup_msg_add(&iam, ISUP_P_OFCI, &more, 1);
	receive_msg(&iam);
}

static void second_segment(void)
{
	static const uint8_t uui[] = { 4, 1, 2, 3 };
	struct isup_msg sgm;

	isup_msg_init(&sgm, ISUP_SGM, 2);
	(void)isup_msg_add(&sgm, ISUP_P_UUI, uui, sizeof(uui));
	receive_msg(&sgm);
}

static struct isup_msg heard;

static void hear(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	if (ind->msg)
		heard = *ind->msg;
	rig_indicate(arg, circuit, ind);
}

/* Q.784 6.5.2 */
static void two_segments_are_one_message(void)
{
	uint8_t octet = 1;

	rig_open(4);
	rig.isup->user.indicate = hear;
	first_segment();
	expect("", "");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 2)));
	second_segment();
	expect("", "setup ");
	CU_ASSERT_PTR_NOT_NULL(isup_msg_find(&heard, ISUP_P_UUI));
	CU_ASSERT_TRUE(isup_get_octet(&heard, ISUP_P_OFCI, &octet) && !(octet & 0x04));
	second_segment(); /* 6.5.3 to 6.5.5: nothing awaits it */
	expect("", "");
	expect_state(2, "incoming, address");
	rig_close();
}

static void t34_does_without_the_second(void)
{
	rig_open(4);
	rig.isup->user.indicate = hear;
	first_segment();
	pass_ms(2999);
	expect("", "");
	pass_ms(1);
	expect("", "setup ");
	CU_ASSERT_PTR_NULL(isup_msg_find(&heard, ISUP_P_UUI));
	second_segment();
	expect("", "");
	rig_close();
}

static void another_message_does_too(void)
{
	rig_open(4);
	first_segment();
	receive(ISUP_BLO, 2, 0); /* not of the call */
	expect("BLA 2 ", "");
	receive(ISUP_USR, 2, 1);
	expect("", "setup message ");
	receive(ISUP_REL, 2, 16);
	expect("RLC 2 ", "release/16 released ");
	first_segment();
	receive(ISUP_REL, 2, 16);
	expect("RLC 2 ", "");
	first_segment();
	receive(ISUP_GRS, 1, 3);
	pass_ms(10000);
	expect("GRA 1 ", "");
	expect_state(2, "idle");
	second_segment(); /* on an idle circuit */
	expect("RSC 2 ", "");
	rig_close();
}

/* Q.784 6.5.1 */
static void what_is_too_long_goes_in_two(void)
{
	uint8_t bulk[129] = { 4 };
	struct isup_circuit *circuit;
	struct isup_msg msg;

	rig_open(4);
	make_iam(&msg, 0, "30123", true, 0);
	(void)isup_msg_add(&msg, ISUP_P_ACCESS_TRANSPORT, bulk, 120);
	(void)isup_msg_add(&msg, ISUP_P_UUI, bulk, sizeof(bulk));
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &msg, OWNER, &circuit), 0);
	expect("IAM 1 SGM 1 ", "");
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_CALLED));
	rig_close();
}

/* --- LPA --- */

static void lpa_answers_ccr_where_it_is_used(void)
{
	rig_open(4);
	rig.isup->user.continuity = rig_continuity;
	receive(ISUP_CCR, 1, 0);
	expect("", "");
	isup_set_check(rig.isup, false, true);
	receive(ISUP_CCR, 3, 0);
	expect("LPA 3 ", "");
	/* And the other way about: the tone says more. */
	CU_ASSERT_EQUAL(isup_continuity_check(rig.isup, 4), 0);
	receive(ISUP_LPA, 4, 0);
	expect("CCR 4 ", "");
	expect_state(4, "continuity check");
	receive(ISUP_LPA, 2, 0);
	expect("RSC 2 ", "");
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "a query is answered", a_query_is_answered },
		{ "a query for nothing here", a_query_for_nothing_here },
		{ "what agrees changes nothing", what_agrees_changes_nothing },
		{ "blocking is set right", blocking_is_set_right },
		{ "a circuit that is not there", a_circuit_that_is_not_there },
		{ "a call at one end is healed", a_call_at_one_end_is_healed },
		{ "no answer is an alarm", no_answer_is_an_alarm },
		{ "every circuit in its turn", every_circuit_in_its_turn },
		{ "user part unavailable", user_part_unavailable },
		{ "two segments are one message", two_segments_are_one_message },
		{ "T34 does without the second", t34_does_without_the_second },
		{ "another message does too", another_message_does_too },
		{ "what is too long goes in two", what_is_too_long_goes_in_two },
		{ "LPA answers CCR where it is used", lpa_answers_ccr_where_it_is_used },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup query", tests, argc, argv);
}
