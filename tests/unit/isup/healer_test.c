/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The circuit healer: its steps on circuits that stay stuck, its rate, and what it leaves alone. */
#include "isup/healer.h"
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

#define ALL   (ISUP_HEAL_RSC | ISUP_HEAL_GRS | ISUP_HEAL_BLOCK)
#define T5_MS 300000

static struct isup_healer *healer;

static void open_healed(unsigned n, unsigned per_minute, unsigned burst, unsigned steps)
{
	const struct isup_healer_conf conf = { "rig", per_minute, burst };

	rig_open(n);
	healer = isup_healer_new(&conf, rig.heap);
	CU_ASSERT_PTR_NOT_NULL_FATAL(healer);
	isup_set_healer(rig.isup, healer, steps);
}

static void close_healed(void)
{
	isup_free(rig.isup);
	isup_healer_free(healer);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	timer_heap_free(rig.heap);
}

static void healing(uint16_t cic, const char *text)
{
	CU_ASSERT_STRING_EQUAL(isup_circuit_healing(isup_circuit_find(rig.isup, cic)), text);
}

/* The other end lives: it says something about another circuit. */
static void sign_of_life(void)
{
	receive(ISUP_CFN, 4, 97);
}

static void stick(uint16_t cic)
{
	receive_iam(cic, "30123", true);
	release(isup_circuit_find(rig.isup, cic), 16);
}

static unsigned count(const char *word)
{
	unsigned n = 0;

	for (const char *at = rig.sent; (at = strstr(at, word)); at++)
		n++;
	return n;
}

static void pass_alive(uint64_t ms)
{
	sign_of_life();
	pass_ms(ms);
}

static void forget(void)
{
	rig.sent[0] = rig.said[0] = rig.alarms[0] = '\0';
}

/* Two neighbours: T5 and RSC, T17 and GRS, T23 and blocking. */
static void every_step_in_its_order(void)
{
	open_healed(4, 60, 10, ALL);
	stick(1);
	stick(2);
	forget();
	pass_ms(T5_MS);
	CU_ASSERT_EQUAL(count("RSC 1"), 1);
	CU_ASSERT_EQUAL(count("GRS"), 0);
	healing(1, "RSC");
	forget();
	pass_alive(T5_MS); /* T17 */
	CU_ASSERT_EQUAL(count("GRS 1"), 1);
	healing(1, "GRS");
	healing(2, "GRS");
	healing(3, "-");
	forget();
	pass_alive(T5_MS); /* T23 */
	healing(1, "blocked");
	healing(2, "blocked");
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "not healed by resets; blocked/1 "));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.alarms, "not healed by resets; blocked/2 "));
	/* The answer comes at last: the other end is told, and they stay blocked. */
	forget();
	receive(ISUP_GRA, 1, 1);
	CU_ASSERT_EQUAL(count("CGB 1"), 1);
	receive(ISUP_CGBA, 1, 1);
	expect_state(1, "idle");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	CU_ASSERT_EQUAL(isup_unblock_group(rig.isup, 1, 2, false), 0);
	healing(1, "-");
	receive(ISUP_CGUA, 1, 1);
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	close_healed();
}

/* A group reset would take sound circuits out of service: one sick circuit is not reset with them. */
static void a_sick_circuit_alone_has_no_group(void)
{
	open_healed(4, 60, 10, ALL);
	stick(1);
	pass_ms(T5_MS);
	forget();
	pass_alive(T5_MS);
	CU_ASSERT_EQUAL(count("GRS"), 0);
	healing(1, "blocked");
	CU_ASSERT_EQUAL(isup_unblock(rig.isup, 1), 0);
	healing(1, "-");
	close_healed();
}

static void an_answer_heals(void)
{
	open_healed(4, 60, 10, ALL);
	stick(1);
	pass_ms(T5_MS);
	healing(1, "RSC");
	receive(ISUP_RLC, 1, 0);
	healing(1, "-");
	expect_state(1, "idle");
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(rig.isup, 1)));
	/* The next time it begins anew. */
	stick(1);
	pass_alive(T5_MS);
	healing(1, "RSC");
	close_healed();
}

/* An exchange that is away is not a fault of its circuits. */
static void silence_is_no_fault_of_a_circuit(void)
{
	open_healed(4, 60, 10, ALL);
	stick(1);
	pass_ms(T5_MS);
	forget();
	pass_ms(4 * T5_MS);
	healing(1, "RSC");
	CU_ASSERT_EQUAL(count("RSC 1"), 4);
	CU_ASSERT_STRING_EQUAL(rig.alarms, "no RLC within T17/1 ");
	pass_alive(T5_MS);
	healing(1, "blocked");
	close_healed();
}

/* GRS that is discarded, as for a circuit of its range that is not there: each by RSC. */
static void an_unanswered_group_is_taken_apart(void)
{
	open_healed(4, 60, 10, ALL);
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 4), 0);
	forget();
	receive(ISUP_BLO, 4, 0);
	forget();
	pass_ms(T5_MS);
	for (uint16_t cic = 1; cic <= 4; cic++) {
		char rsc[8];

		snprintf(rsc, sizeof(rsc), "RSC %u", cic);
		CU_ASSERT_EQUAL(count(rsc), 1);
		healing(cic, "RSC");
		receive(ISUP_RLC, cic, 0);
		expect_state(cic, "idle");
	}
	close_healed();
}

/* Two steps a minute after a burst of two. */
static void steps_are_rationed(void)
{
	open_healed(20, 2, 2, ALL);
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 20), 0);
	receive(ISUP_CFN, 4, 97);
	pass_ms(T5_MS);
	CU_ASSERT_EQUAL(count("RSC"), 2);
	healing(1, "RSC");
	healing(3, "waits");
	pass_ms(29999);
	CU_ASSERT_EQUAL(count("RSC 3"), 0);
	pass_ms(1);
	CU_ASSERT_EQUAL(count("RSC 3"), 1);
	healing(3, "RSC");
	healing(4, "waits");
	/* One that goes leaves the line. */
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 4, false), 0);
	forget();
	pass_ms(30000);
	CU_ASSERT_EQUAL(count("RSC 5"), 1);
	close_healed();
}

static void steps_and_rate_are_configured(void)
{
	open_healed(4, 60, 10, ISUP_HEAL_BLOCK);
	stick(1);
	pass_ms(T5_MS);
	pass_alive(T5_MS);
	healing(1, "blocked");
	close_healed();
	open_healed(4, 0, 10, ALL);
	stick(1);
	pass_ms(T5_MS);
	forget();
	pass_alive(2 * T5_MS);
	CU_ASSERT_EQUAL(count("RSC 1"), 2); /* Q.764's own */
	CU_ASSERT_STRING_EQUAL(rig.alarms, "no RLC within T17/1 ");
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 1, false), 0);
	isup_set_healer(rig.isup, NULL, 0);
	stick(2);
	pass_alive(3 * T5_MS);
	healing(2, "-");
	close_healed();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every step in its order", every_step_in_its_order },
		{ "a sick circuit alone has no group", a_sick_circuit_alone_has_no_group },
		{ "an answer heals", an_answer_heals },
		{ "silence is no fault of a circuit", silence_is_no_fault_of_a_circuit },
		{ "an unanswered group is taken apart", an_unanswered_group_is_taken_apart },
		{ "steps are rationed", steps_are_rationed },
		{ "steps and rate are configured", steps_and_rate_are_configured },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup healer", tests, argc, argv);
}
