/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Blocking, unblocking and reset of circuits and groups, sent and received, with their timers:
 * Q.764 2.8, 2.9.3. */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

static const char *blocking(uint16_t cic)
{
	static char text[48];

	isup_circuit_blocking(isup_circuit_find(rig.isup, cic), text, sizeof(text));
	return text;
}

static void group_reset_at_start(void)
{
	rig_open_raw(4);
	CU_ASSERT_FALSE(isup_available(rig.isup));
	isup_mtp_resume(rig.isup);
	expect("GRS 1 ", "");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	pass_ms(15000); /* T22 */
	expect("GRS 1 ", "");
	pass_ms(285000); /* T23 */
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "T23"));
	rig.sent[0] = '\0';
	pass_ms(299999);
	expect("", "");
	pass_ms(1);
	expect("GRS 1 ", "");
	receive(ISUP_GRA, 1, 2); /* of another range: not an answer to ours */
	CU_ASSERT_FALSE(isup_available(rig.isup));
	receive(ISUP_GRA, 1, 3);
	CU_ASSERT_TRUE(isup_available(rig.isup));
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 4)));
	pass_ms(1000000);
	expect("", "");
	rig_close();
}

static void gra_tells_what_stays_blocked(void)
{
	struct isup_range range = {
		.range = 3, .n_status = 1, .status = { 0x02 }, .has_status = true
	};
	struct isup_msg gra;

	rig_open_raw(4);
	isup_mtp_resume(rig.isup);
	isup_msg_init(&gra, ISUP_GRA, 1);
	CU_ASSERT_EQUAL(isup_put_range(&gra, &range), 0);
	receive(ISUP_BLO, 1, 0);
	receive_msg(&gra);
	CU_ASSERT_STRING_EQUAL(blocking(1), "-"); /* whatever was said before */
	CU_ASSERT_STRING_EQUAL(blocking(2), "remote");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 2)));
	rig_close();
}

static void blocked_by_the_other_end(void)
{
	rig_open(4);
	receive(ISUP_BLO, 1, 0);
	expect("BLA 1 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(1), "remote");
	CU_ASSERT_EQUAL(isup_circuit_cic(seize()), 3);
	receive(ISUP_UBL, 1, 0);
	expect("IAM 3 UBA 1 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(1), "-");
	receive(ISUP_BLO, 1, 0);
	receive_iam(1, "30123", true); /* 2.8.2.1: an IAM takes the blocking away */
	expect("BLA 1 ", "setup ");
	CU_ASSERT_STRING_EQUAL(blocking(1), "-");
	rig_close();
}

static void blocking_meets_a_call(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_BLO, 1, 0); /* before any backward message: the call goes elsewhere */
	expect("IAM 1 BLA 1 REL 1/16 ", "reattempt ");
	receive(ISUP_RLC, 1, 0);
	expect_state(1, "idle");
	(void)seize();
	receive(ISUP_ACM, 3, 1);
	receive(ISUP_BLO, 3, 0); /* afterwards it goes on to its end */
	receive(ISUP_ANM, 3, 0);
	expect("IAM 3 BLA 3 ", "acm answer ");
	rig_close();
}

static void we_block(void)
{
	rig_open(4);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 99), -ENOENT);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 1), 0);
	expect("BLO 1 ", "");
	pass_ms(15000); /* T12 */
	expect("BLO 1 ", "");
	pass_ms(285000); /* T13 */
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "T13"));
	rig.sent[0] = '\0';
	receive(ISUP_BLA, 1, 0);
	pass_ms(600000);
	expect("", "");
	CU_ASSERT_STRING_EQUAL(blocking(1), "local");
	receive_iam(1, "30123", true); /* the other end missed it */
	expect("BLO 1 ", "");
	CU_ASSERT_EQUAL(isup_unblock(rig.isup, 1), 0);
	pass_ms(15000); /* T14 */
	expect("UBL 1 UBL 1 ", "");
	receive(ISUP_UBA, 1, 0);
	pass_ms(600000);
	expect("", "");
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	rig_close();
}

static void reset_by_the_other_end(void)
{
	rig_open(4);
	receive(ISUP_RSC, 1, 0);
	expect("RLC 1 ", "");
	(void)seize();
	receive(ISUP_RSC, 1, 0); /* nothing had come back: another circuit */
	expect("IAM 1 RLC 1 ", "reattempt ");
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_RSC, 1, 0);
	expect("IAM 1 RLC 1 ", "acm released ");
	expect_state(1, "idle");
	CU_ASSERT_EQUAL(isup_block(rig.isup, 2), 0);
	receive(ISUP_BLA, 2, 0);
	receive(ISUP_RSC, 2, 0); /* 2.9.3.1: we block it, and say so again */
	expect("BLO 2 BLO 2 RLC 2 ", "");
	receive(ISUP_BLO, 3, 0);
	receive(ISUP_RSC, 3, 0); /* their blocking is gone */
	CU_ASSERT_STRING_EQUAL(blocking(3), "-");
	rig_close();
}

static void we_reset(void)
{
	rig_open(4);
	receive_iam(2, "30123", true);
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 2), 0);
	expect("RSC 2 ", "setup released ");
	pass_ms(15000); /* T16 */
	expect("RSC 2 ", "");
	receive(ISUP_RLC, 2, 0);
	expect_state(2, "idle");
	pass_ms(600000);
	expect("", "");
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 4), 0);
	expect("GRS 1 ", "");
	receive(ISUP_GRA, 1, 3);
	expect_state(4, "idle");
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 33), -EINVAL);
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 50, 4), -ENOENT);
	rig_close();
}

static void group_reset_by_the_other_end(void)
{
	struct isup_range range;

	rig_open(4);
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 2), 0);
	receive(ISUP_BLA, 2, 0);
	rig.sent[0] = rig.said[0] = '\0';
	receive(ISUP_GRS, 1, 3);
	expect("GRA 1 ", "released ");
	CU_ASSERT_TRUE(isup_get_range(&rig.last, &range));
	CU_ASSERT_EQUAL(range.range, 3);
	CU_ASSERT_EQUAL(range.status[0], 0x02); /* circuit 2 stays blocked by us */
	expect_state(1, "idle");
	receive(ISUP_GRS, 1, 0); /* range 0 is reserved */
	receive(ISUP_GRS, 1, 40);
	expect("", "");
	rig_close();
}

static void groups_blocked_by_the_other_end(void)
{
	struct isup_msg cgb;

	rig_open(4);
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	rig.sent[0] = rig.said[0] = '\0';
	receive(ISUP_CGB, 1, 3); /* maintenance: the call goes on */
	expect("CGBA 1 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(4), "remote");
	receive(ISUP_CGU, 1, 3);
	expect("CGUA 1 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(4), "-");
	make(&cgb, ISUP_CGB, 1, 3);
	isup_msg_remove(&cgb, ISUP_P_CIRCUIT_GROUP_TYPE);
	(void)isup_put_octet(&cgb, ISUP_P_CIRCUIT_GROUP_TYPE, 1);
	receive_msg(&cgb); /* hardware failure: the call is lost */
	expect("CGBA 1 ", "released ");
	CU_ASSERT_STRING_EQUAL(blocking(4), "remote hw");
	rig_close();
}

static void we_block_groups(void)
{
	struct isup_range range;

	rig_open(4);
	receive_iam(2, "30123", true);
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 1, 4, false), 0);
	expect("CGB 1 ", "setup ");
	CU_ASSERT_TRUE(isup_get_range(&rig.last, &range));
	CU_ASSERT_EQUAL(range.status[0], 0x0f);
	expect_state(2, "incoming, address");
	pass_ms(15000); /* T18 */
	expect("CGB 1 ", "");
	receive(ISUP_CGBA, 1, 3);
	pass_ms(600000);
	expect("", "");
	CU_ASSERT_EQUAL(isup_unblock_group(rig.isup, 1, 4, false), 0);
	pass_ms(300000); /* T20, T21 */
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "T21"));
	receive(ISUP_CGUA, 1, 3);
	CU_ASSERT_STRING_EQUAL(blocking(2), "-");
	rig_close();
}

static void circuits_come_and_go(void)
{
	rig_open(4);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 4, NULL), -EEXIST);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 4096, NULL), -EINVAL);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 9, NULL), 0); /* reset before use */
	expect("RSC 9 ", "");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 9)));
	receive(ISUP_RLC, 9, 0);
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 9)));
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 9, true), 0);
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 9, true), -ENOENT);
	struct isup_circuit *c = seize();

	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 1, true), -EBUSY);
	receive(ISUP_ACM, 1, 1);
	release(c, 16);
	receive(ISUP_RLC, 1, 0);
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 1));
	CU_ASSERT_EQUAL(isup_circuit_count(rig.isup), 3);
	rig_close();
}

/* Q.764 2.9.3.1 c, 2.9.3.2 b: the other end is told of it after its first reset, and cannot use the
 * circuit before. */
static void a_circuit_comes_blocked(void)
{
	rig_open(4);
	CU_ASSERT_EQUAL(isup_circuit_add_blocked(rig.isup, 9, NULL, true, true), 0);
	CU_ASSERT_STRING_EQUAL(blocking(9), "local+local hw");
	expect("RSC 9 ", "");
	receive(ISUP_RLC, 9, 0);
	expect("CGB 9 BLO 9 ", "");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 9)));
	receive_iam(9, "30123", true);
	CU_ASSERT_STRING_EQUAL(rig.said, "");
	rig_close();
	rig_open_raw(2);
	CU_ASSERT_EQUAL(isup_circuit_add_blocked(rig.isup, 3, NULL, false, true), 0);
	isup_mtp_resume(rig.isup);
	expect("GRS 1 ", "");
	receive(ISUP_GRA, 1, 2);
	expect("CGB 1 ", "");
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	CU_ASSERT_STRING_EQUAL(blocking(3), "local hw");
	rig_close();
}

static void not_equipped_over_there(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_UCIC, 1, 0);
	expect("IAM 1 ", "reattempt ");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "not equipped"));
	rig_close();
}

static void every_timer_is_within_its_limits(void)
{
	for (size_t i = 0; i < ISUP_TIMERS; i++) {
		const struct isup_timer_def *def = &isup_timer_defs[i];

		CU_ASSERT_PTR_NOT_NULL_FATAL(def->name);
		CU_ASSERT_TRUE(def->min_ms <= def->default_ms && def->default_ms <= def->max_ms);
		CU_ASSERT_TRUE(strlen(def->what) > 10);
	}
}

static void set_kind(struct isup_msg *msg, uint8_t kind)
{
	CU_ASSERT_EQUAL_FATAL(isup_put_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, kind), 0);
}

/* Q.764 2.8.2.2: our hardware failure ends calls without REL; an answer of the other kind is none.
 */
static void we_block_for_a_hardware_failure(void)
{
	struct isup_range range;
	struct isup_msg ack;

	rig_open(4);
	(void)seize();
	receive_iam(2, "30123", true);
	expect("IAM 1 ", "setup ");
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 1, 2, true), 0);
	expect("CGB 1 ", "reattempt released ");
	expect_state(1, "idle");
	CU_ASSERT_STRING_EQUAL(blocking(2), "local hw");
	receive(ISUP_CGBA, 1, 1); /* maintenance */
	pass_ms(15000);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.sent, "CGB 1 "));
	make(&ack, ISUP_CGBA, 1, 1);
	set_kind(&ack, 1);
	receive_msg(&ack);
	rig.sent[0] = '\0';
	pass_ms(14999);
	expect("", "");
	/* A reset by the other end makes it forget: it is told before the answer. One circuit takes
	 * a neighbour into the range, with its bit 0. */
	receive(ISUP_RSC, 1, 0);
	CU_ASSERT_PTR_EQUAL(strstr(rig.sent, "CGB 1 RLC 1 "), rig.sent + strlen(rig.sent) - 12);
	rig.sent[0] = '\0';
	receive(ISUP_GRS, 1, 3);
	expect("CGB 1 GRA 1 ", "");
	CU_ASSERT_TRUE(isup_get_range(&rig.last, &range));
	CU_ASSERT_EQUAL(range.status[0], 0); /* GRA speaks of maintenance only */
	rig_close();
}

/* The failure is over before the other end has acknowledged the blocking: what may still be up
 * there is reset. Acknowledged, it is only unblocked. */
static void a_hardware_failure_ends(void)
{
	struct isup_msg ack;

	rig_open(4);
	(void)seize();
	expect("IAM 1 ", "");
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 1, 2, true), 0);
	expect("CGB 1 ", "reattempt ");
	CU_ASSERT_EQUAL(isup_unblock_group(rig.isup, 1, 2, true), 0);
	expect("GRS 1 ", "");
	receive(ISUP_GRA, 1, 1);
	expect_state(1, "idle");
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 1, 2, true), 0);
	expect("CGB 1 ", "");
	make(&ack, ISUP_CGBA, 1, 1);
	set_kind(&ack, 1);
	receive_msg(&ack);
	CU_ASSERT_EQUAL(isup_unblock_group(rig.isup, 1, 2, true), 0);
	expect("CGU 1 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(1), "-");
	pass_ms(60000);
	CU_ASSERT_PTR_NULL(strstr(rig.sent, "CGB"));
	rig.sent[0] = '\0';
	rig_close();
}

/* Q.764 2.8.2.3: unasked acknowledgements. */
static void unasked_acknowledgements(void)
{
	rig_open(4);
	receive(ISUP_BLA, 1, 0);
	expect("UBL 1 ", "");
	receive(ISUP_UBA, 1, 0);
	receive(ISUP_UBA, 1, 0);
	receive(ISUP_GRA, 1, 3);
	expect("", "");
	CU_ASSERT_EQUAL(isup_block(rig.isup, 1), 0);
	receive(ISUP_BLA, 1, 0);
	receive(ISUP_BLA, 1, 0);
	expect("BLO 1 ", "");
	receive(ISUP_UBA, 1, 0);
	expect("BLO 1 ", "");
	receive(ISUP_BLA, 1, 0);
	receive(ISUP_CGUA, 1, 1); /* 1 is blocked here, 2 is not */
	expect("CGB 1 ", "");
	receive(ISUP_CGBA, 3, 1);
	expect("CGU 3 CGU 4 ", "");
	rig_close();
}

static void unblocking_withdraws_blocking(void)
{
	struct isup_range range;

	rig_open(4);
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 1, 4, false), 0);
	CU_ASSERT_EQUAL(isup_unblock_group(rig.isup, 1, 2, false), 0);
	rig.sent[0] = '\0';
	receive(ISUP_CGUA, 1, 1);
	pass_ms(15000); /* 3 and 4 are still to be blocked */
	expect("CGB 1 ", "");
	CU_ASSERT_TRUE(isup_get_range(&rig.last, &range));
	CU_ASSERT_EQUAL(range.status[0], 0x0c);
	receive(ISUP_CGBA, 1, 3);
	pass_ms(1000000);
	expect("", "");
	CU_ASSERT_STRING_EQUAL(blocking(2), "-");
	CU_ASSERT_STRING_EQUAL(blocking(3), "local");
	rig_close();
}

/* Our own reset makes the other end forget what we block. */
static void a_reset_is_followed_by_blocking(void)
{
	struct isup_range range;

	rig_open(4);
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 2, 2, false), 0);
	receive(ISUP_CGBA, 2, 1);
	rig.sent[0] = '\0';
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 4), 0);
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 2), -EALREADY);
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 1), -EALREADY);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 1), 0); /* told when the reset is over */
	expect("GRS 1 ", "");
	receive(ISUP_GRA, 1, 3);
	expect("CGB 1 ", "");
	CU_ASSERT_TRUE(isup_get_range(&rig.last, &range));
	CU_ASSERT_EQUAL(range.status[0], 0x07);
	receive(ISUP_CGBA, 1, 3);
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 1), 0);
	receive(ISUP_RLC, 1, 0);
	expect("RSC 1 BLO 1 ", "");
	rig_close();
}

/* The other end's own reset frees the circuits that we are resetting; the late GRA is no news. */
static void resets_cross(void)
{
	struct isup_range range = {
		.range = 3, .n_status = 1, .status = { 0x08 }, .has_status = true
	};
	uint64_t unexpected = isup_unexpected.value;
	struct isup_msg gra;

	rig_open_raw(4);
	isup_mtp_resume(rig.isup);
	receive(ISUP_GRS, 1, 3);
	expect("GRS 1 GRA 1 ", "");
	CU_ASSERT_TRUE(isup_available(rig.isup));
	expect_state(4, "idle");
	isup_msg_init(&gra, ISUP_GRA, 1);
	CU_ASSERT_EQUAL(isup_put_range(&gra, &range), 0);
	receive_msg(&gra);
	CU_ASSERT_EQUAL(isup_unexpected.value, unexpected);
	CU_ASSERT_STRING_EQUAL(blocking(4), "remote"); /* c: it says so, late or not */
	receive(ISUP_UBL, 4, 0);
	expect("UBA 4 ", "");
	receive(ISUP_GRA, 1, 3);
	CU_ASSERT_EQUAL(isup_unexpected.value, unexpected + 1);
	(void)seize();
	pass_ms(15000);
	expect("IAM 1 ", "");
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 3), 0);
	receive(ISUP_RSC, 3, 0); /* f: answered, and ours still awaits its answer */
	expect("RSC 3 RLC 3 ", "");
	expect_state(3, "resetting");
	receive(ISUP_RLC, 3, 0);
	expect_state(3, "idle");
	/* A group is over when the other end has reset each of it by itself. */
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 3, 2), 0);
	receive(ISUP_RSC, 3, 0);
	expect_state(3, "resetting");
	receive(ISUP_RSC, 4, 0);
	expect("GRS 3 RLC 3 RLC 4 ", "");
	expect_state(3, "idle");
	expect_state(4, "idle");
	rig_close();
}

/* What is sent comes back as its own answer before the sending is over. */
static int answered_at_once(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
			    const uint8_t *octets, size_t n)
{
	static const uint8_t answers[][2] = { { ISUP_GRS, ISUP_GRA },  { ISUP_CGB, ISUP_CGBA },
					      { ISUP_CGU, ISUP_CGUA }, { ISUP_RSC, ISUP_RLC },
					      { ISUP_BLO, ISUP_BLA },  { ISUP_UBL, ISUP_UBA } };
	int err = rig_transfer(mtp, opc, dpc, sls, octets, n);

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]) && !err; i++)
		if (octets[2] == answers[i][0])
			receive(answers[i][1], (uint16_t)(octets[0] | octets[1] << 8), 3);
	return err;
}

static const struct mtp_ops prompt_ops = { .type = "prompt",
					   .transfer = answered_at_once,
					   .available = rig_available };

static void an_answer_comes_inside_the_sending(void)
{
	rig_open_raw(4);
	isup_mtp_resume(rig.isup);
	CU_ASSERT_EQUAL(isup_block_group(rig.isup, 1, 4, false), 0);
	pass_ms(299999); /* T23 runs out into an exchange that answers again */
	rig.mtp.ops = &prompt_ops;
	pass_ms(1);
	CU_ASSERT_TRUE(isup_available(rig.isup));
	expect_state(1, "idle");
	CU_ASSERT_EQUAL(isup_unblock_group(rig.isup, 1, 4, false), 0);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	rig.mtp.ops = &rig_mtp_ops;
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 2), 0);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 3), 0);
	pass_ms(299999); /* T17, T13 */
	rig.mtp.ops = &prompt_ops;
	pass_ms(1);
	expect_state(2, "idle");
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 2)->alarm);
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 3)->alarm);
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 4), 0);
	expect_state(4, "idle");
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	rig_close();
}

static void a_wrong_group_is_discarded(void)
{
	static const uint8_t national[] = { 1, 0, ISUP_CGB, 2, 1, 2, 3, 0x0f };
	static const uint8_t no_status[] = { 1, 0, ISUP_CGB, 0, 1, 1, 3 };
	struct isup_range many = { .range = 39, .n_status = 5, .has_status = true };
	struct isup_msg cgb;

	rig_open(4);
	isup_message_in(rig.isup, national, sizeof(national));
	isup_message_in(rig.isup, no_status, sizeof(no_status));
	isup_msg_init(&cgb, ISUP_CGB, 1);
	set_kind(&cgb, 0);
	memset(many.status, 0xff, 5);
	CU_ASSERT_EQUAL(isup_put_range(&cgb, &many), 0);
	receive_msg(&cgb);
	expect("", "");
	/* A range of 40 with two circuits meant is right, and its first circuit need not be here.
	 */
	memset(many.status, 0, 5);
	many.status[0] = 0x06;
	isup_msg_init(&cgb, ISUP_CGB, 0);
	set_kind(&cgb, 0);
	CU_ASSERT_EQUAL(isup_put_range(&cgb, &many), 0);
	receive_msg(&cgb);
	expect("CGBA 0 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(1), "remote");
	CU_ASSERT_STRING_EQUAL(blocking(2), "remote");
	CU_ASSERT_STRING_EQUAL(blocking(3), "-");
	receive(ISUP_GRS, 50, 3);
	expect("UCIC 50 ", "");
	rig_close();
}

static void an_unequipped_circuit_comes_back(void)
{
	rig_open(4);
	(void)seize();
	receive(ISUP_UCIC, 1, 0);
	CU_ASSERT_STRING_EQUAL(blocking(1), "unequipped");
	rig.sent[0] = rig.said[0] = '\0';
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 1), 0);
	receive(ISUP_RLC, 1, 0);
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	expect("RSC 1 ", "");
	rig_close();
}

static void a_gap_splits_the_first_reset(void)
{
	rig_open_raw(4);
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 2, false), 0);
	for (uint16_t cic = 10; cic < 50; cic++)
		CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, cic, NULL), 0);
	isup_mtp_resume(rig.isup);
	expect("RSC 1 GRS 3 GRS 10 GRS 42 ", "");
	/* A circuit that is awaited and taken away is awaited no more. */
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 3, false), 0);
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 4, false), 0);
	receive(ISUP_RLC, 1, 0);
	receive(ISUP_GRA, 10, 31);
	receive(ISUP_GRA, 42, 7);
	pass_ms(1000000);
	expect("", "");
	CU_ASSERT_EQUAL(isup_circuit_count(rig.isup), 41);
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "group reset at start", group_reset_at_start },
		{ "an answer comes inside the sending", an_answer_comes_inside_the_sending },
		{ "GRA tells what stays blocked", gra_tells_what_stays_blocked },
		{ "blocked by the other end", blocked_by_the_other_end },
		{ "blocking meets a call", blocking_meets_a_call },
		{ "we block", we_block },
		{ "reset by the other end", reset_by_the_other_end },
		{ "we reset", we_reset },
		{ "group reset by the other end", group_reset_by_the_other_end },
		{ "groups blocked by the other end", groups_blocked_by_the_other_end },
		{ "we block groups", we_block_groups },
		{ "circuits come and go", circuits_come_and_go },
		{ "a circuit comes blocked", a_circuit_comes_blocked },
		{ "not equipped over there", not_equipped_over_there },
		{ "we block for a hardware failure", we_block_for_a_hardware_failure },
		{ "a hardware failure ends", a_hardware_failure_ends },
		{ "unasked acknowledgements", unasked_acknowledgements },
		{ "unblocking withdraws blocking", unblocking_withdraws_blocking },
		{ "a reset is followed by blocking", a_reset_is_followed_by_blocking },
		{ "resets cross", resets_cross },
		{ "a wrong group is discarded", a_wrong_group_is_discarded },
		{ "an unequipped circuit comes back", an_unequipped_circuit_comes_back },
		{ "a gap splits the first reset", a_gap_splits_the_first_reset },
		{ "every timer is within its limits", every_timer_is_within_its_limits },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup maintenance", tests, argc, argv);
}
