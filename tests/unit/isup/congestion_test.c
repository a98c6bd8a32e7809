/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Congestion: MTP-STATUS with T29 and T30 (Q.764 2.10), automatic congestion level in REL both ways
 * with TACC (2.11).
 */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

/* Of n calls tried, those that got a circuit; each ends at once. */
static unsigned admitted(unsigned n, uint8_t category)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < n; i++) {
		struct isup_circuit *circuit = NULL;
		struct isup_msg iam;
		int err;

		make_iam(&iam, 0, "30123", true, 0);
		(void)isup_put_octet(&iam, ISUP_P_CPC, category);
		err = isup_setup(rig.isup, &iam, OWNER, &circuit);
		CU_ASSERT_TRUE_FATAL(err == 0 || err == -EBUSY);
		if (err)
			continue;
		taken++;
		release(circuit, 16);
		receive(ISUP_RLC, isup_circuit_cic(circuit), 0);
	}
	rig.sent[0] = rig.said[0] = '\0';
	return taken;
}

static void congestion(void)
{
	isup_mtp_status(rig.isup, MTP_STATUS_CONGESTION, 1);
}

/* A step at most every T29 down, one every T30 up. */
static void traffic_goes_by_steps(void)
{
	rig_open(4);
	CU_ASSERT_EQUAL(admitted(80, 10), 80);
	congestion();
	CU_ASSERT_STRING_EQUAL(rig.alarms, "traffic is held back: the other end is congested ");
	CU_ASSERT_EQUAL(admitted(80, 10), 70);
	congestion(); /* within T29 */
	CU_ASSERT_EQUAL(admitted(80, 10), 70);
	pass_ms(450);
	congestion();
	CU_ASSERT_EQUAL(admitted(80, 10), 60);
	CU_ASSERT_EQUAL(isup_congestion_share(rig.isup), 25);
	pass_ms(6999);
	CU_ASSERT_EQUAL(admitted(80, 10), 60);
	pass_ms(1);
	CU_ASSERT_EQUAL(admitted(80, 10), 70);
	pass_ms(7000);
	CU_ASSERT_EQUAL(admitted(80, 10), 80);
	CU_ASSERT_FALSE(timer_running(&rig.isup->congestion.t30));
	rig_close();
}

static void some_calls_always_go(void)
{
	rig_open(4);
	for (unsigned i = 0; i < 30; i++) {
		congestion();
		pass_ms(450);
	}
	CU_ASSERT_EQUAL(admitted(80, 10), 10);
	CU_ASSERT_EQUAL(admitted(80, 11), 80); /* priority subscribers */
	pass_ms(7 * 7000);
	CU_ASSERT_EQUAL(admitted(80, 10), 80);
	rig_close();
}

/* REL, cause 42, ACL: CIC 1, 27 01 <level>. */
static void rel_with_level(uint8_t level)
{
	const uint8_t rel[] = { 1, 0, 0x0c, 0x02, 0x04, 0x02, 0x84, 0xaa, 0x27, 0x01, level, 0x00 };

	isup_message_in(rig.isup, rel, sizeof(rel));
}

/* Q.784 8.1.1 */
static void a_level_received_thins_calls_out(void)
{
	rig_open(4);
	(void)seize();
	rel_with_level(1);
	expect("IAM 1 RLC 1 ", "release/42 released ");
	CU_ASSERT_EQUAL(admitted(80, 10), 60);
	pass_ms(4000);
	(void)seize();
	rel_with_level(2);
	CU_ASSERT_EQUAL(admitted(80, 10), 40);
	pass_ms(4999); /* each starts TACC anew */
	CU_ASSERT_EQUAL(admitted(80, 10), 40);
	pass_ms(1);
	CU_ASSERT_EQUAL(admitted(80, 10), 80);
	(void)seize();
	rel_with_level(9);
	CU_ASSERT_EQUAL(admitted(80, 10), 40);
	/* A REL without it leaves it as it is. */
	(void)seize();
	receive(ISUP_REL, isup_circuit_cic(rig.circuit), 42);
	CU_ASSERT_EQUAL(isup_congestion_share(rig.isup), 50);
	pass_ms(5000);
	CU_ASSERT_EQUAL(isup_congestion_share(rig.isup), 0);
	rig_close();
}

/* Q.784 8.1.2 */
static void our_level_goes_with_every_rel(void)
{
	const struct isup_param *param;

	rig_open(4);
	isup_set_congestion(rig.isup, 7);
	for (unsigned level = 3; level-- > 0;) {
		release(seize(), 16);
		param = isup_msg_find(&rig.last, 0x27);
		CU_ASSERT_EQUAL(param != NULL, level != 0);
		if (param)
			CU_ASSERT_EQUAL(isup_param_octets(&rig.last, param)[0], level);
		receive(ISUP_RLC, rig.last.cic, 0);
		isup_set_congestion(rig.isup, level ? level - 1 : 0);
	}
	rig_close();
}

/* Q.764 2.9.9: the call goes another way, the circuit rests until T3. */
static void an_overloaded_exchange_is_left_alone(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_OLM, 1, 0);
	expect("IAM 1 ", "reattempt ");
	expect_state(1, "held for overload");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	(void)seize();
	expect("IAM 3 ", "");
	receive(ISUP_REL, 3, 16);
	expect("RLC 3 ", "release/16 released ");
	receive(ISUP_ACM, 1, 1); /* too late: nobody waits for it */
	pass_ms(119999);
	expect("", "");
	pass_ms(1);
	expect("REL 1/42 ", "");
	receive(ISUP_RLC, 1, 0);
	expect("", "");
	expect_state(1, "idle");
	rig_close();
}

static void an_overload_ends_before_t3(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_OLM, 1, 0);
	receive(ISUP_REL, 1, 42);
	expect("IAM 1 RLC 1 ", "reattempt ");
	expect_state(1, "idle");
	(void)seize();
	receive(ISUP_OLM, 1, 0);
	receive(ISUP_IAM, 1, 1); /* the ends disagree about the circuit */
	expect("IAM 1 RSC 1 ", "reattempt ");
	receive(ISUP_RLC, 1, 0);
	expect_state(1, "idle");
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_OLM, 1, 0); /* not after a backward message */
	expect("IAM 1 ", "acm ");
	expect_state(1, "outgoing, wait for answer");
	receive(ISUP_RSC, 1, 0);
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "traffic goes by steps", traffic_goes_by_steps },
		{ "some calls always go", some_calls_always_go },
		{ "a level received thins calls out", a_level_received_thins_calls_out },
		{ "our level goes with every REL", our_level_goes_with_every_rel },
		{ "an overloaded exchange is left alone", an_overloaded_exchange_is_left_alone },
		{ "an overload ends before T3", an_overload_ends_before_t3 },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup congestion", tests, argc, argv);
}
